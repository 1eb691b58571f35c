use std::collections::BTreeMap;

use crate::diag::Result;
use crate::disclosure::Published;
use crate::model::Site;
use crate::plan::{Output, Plan};

use super::workbook::Books;

/// Renders any output of a plan; made once, shared by all threads.
pub struct Renderer<'a> {
    books: Books<'a>,
    browser: BTreeMap<String, Vec<u8>>,
}

impl<'a> Renderer<'a> {
    /// Prepares what all outputs share; `browser` holds the files of `donnees/`, by path.
    pub fn new(site: &'a Site, published: &'a Published, _plan: &'a Plan, browser: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            books: Books::new(site, published),
            browser,
        }
    }

    /// Gives the bytes of an output.
    pub fn render(&self, output: &Output) -> Result<Vec<u8>> {
        match output {
            Output::TerritoryBook(tid) => self.books.territory(*tid),
            Output::ThemeBook(theme, scale) => self.books.theme(theme, *scale),
            Output::DictionaryBook => self.books.dictionary(),
            Output::Browser(path) => Ok(self.browser.get(path).cloned().unwrap_or_default()),
            Output::Robots => Ok(b"User-agent: *\nDisallow: /\n".to_vec()),
            _ => Ok(Vec::new()),
        }
    }
}
