use crate::diag::Result;
use crate::disclosure::Published;
use crate::model::Site;
use crate::plan::{Output, Plan};

use super::workbook::Books;

/// Renders any output of a plan; made once, shared by all threads.
pub struct Renderer<'a> {
    books: Books<'a>,
}

impl<'a> Renderer<'a> {
    /// Prepares what all outputs share.
    pub fn new(site: &'a Site, published: &'a Published, _plan: &'a Plan) -> Self {
        Self {
            books: Books::new(site, published),
        }
    }

    /// Gives the bytes of an output.
    pub fn render(&self, output: &Output) -> Result<Vec<u8>> {
        match output {
            Output::TerritoryBook(tid) => self.books.territory(*tid),
            Output::ThemeBook(theme, scale) => self.books.theme(theme, *scale),
            Output::DictionaryBook => self.books.dictionary(),
            Output::Robots => Ok(b"User-agent: *\nDisallow: /\n".to_vec()),
            _ => Ok(Vec::new()),
        }
    }
}
