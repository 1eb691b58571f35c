use std::collections::BTreeMap;

use crate::diag::Result;
use crate::disclosure::Published;
use crate::model::Site;
use crate::plan::{Output, Plan};

use super::page::{self, Geography, Theme};
use super::workbook::Books;

/// Renders any output of a plan; made once, shared by all threads.
pub struct Renderer<'a> {
    books: Books<'a>,
    pages: page::Renderer<'a>,
    theme: &'a Theme,
    browser: BTreeMap<String, Vec<u8>>,
}

impl<'a> Renderer<'a> {
    /// Prepares what all outputs share; `browser` holds the files of `donnees/`, by path.
    ///
    /// # Errors
    /// Templates of the theme that do not parse or render.
    pub fn new(
        site: &'a Site,
        published: &'a Published,
        plan: &'a Plan,
        theme: &'a Theme,
        geography: &'a Geography,
        browser: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self> {
        Ok(Self {
            books: Books::new(site, published),
            pages: page::Renderer::new(site, published, plan, theme, geography)?,
            theme,
            browser,
        })
    }

    /// Gives the bytes of an output.
    pub fn render(&self, output: &Output) -> Result<Vec<u8>> {
        match output {
            Output::TerritoryBook(tid) => self.books.territory(*tid),
            Output::ThemeBook(theme, scale) => self.books.theme(theme, *scale),
            Output::DictionaryBook => self.books.dictionary(),
            Output::Browser(path) => Ok(self.browser.get(path).cloned().unwrap_or_default()),
            Output::Robots => Ok(b"User-agent: *\nDisallow: /\n".to_vec()),
            Output::Asset(name) => Ok(self.theme.asset(name).unwrap_or_default().to_vec()),
            page => Ok(self.pages.page(page)?.unwrap_or_default()),
        }
    }
}
