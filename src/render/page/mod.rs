//! Pages: published figures → HTML, complete without scripts, the same on screen and on paper.
//!
//! - Enters: the site, its published figures, the plan (for addresses), the theme.
//! - Leaves: the bytes of one page at a time; callers go parallel.
//! - Stays out: what to hide (decided before), the disk, drawing ([`super::draw`]).
//!
//! [`theme`] the files of the theme · [`layout`] what a fiche is made of, from the dictionary and `atlas.toml` ·
//! [`mod@column`] one figure of every territory · [`compare`] what may be set against what · [`table`], [`marks`], [`series`], [`keep`], [`goals`], [`around`] the blocks ·
//! one file per kind of page. Templates lay blocks out; tables are written by hand because they are the weight of a page.

mod around;
mod bundle;
mod column;
mod compare;
mod contents;
mod fiche;
mod goals;
mod guide;
mod home;
mod indicator;
mod keep;
mod layout;
mod lists;
mod maps;
mod marks;
mod markup;
mod packet;
pub(crate) mod paper;
mod reference;
mod series;
mod shell;
mod table;
mod theme;
mod tools;

#[cfg(test)]
mod tests;

pub use maps::Geography;
pub use theme::{Settings, Theme};

use minijinja::{Environment, Value};

use crate::config::Noun;
use crate::diag::Result;
use crate::disclosure::Published;
use crate::model::{Scale, Site};
use crate::plan::{Output, Plan};
use layout::Layout;
use shell::Shell;

/// Appends `text` escaped for HTML.
pub(crate) fn escape(out: &mut String, text: &str) {
    markup::esc(out, text);
}

/// All that the pages of a site share, made once.
pub struct Renderer<'a> {
    site: &'a Site,
    published: &'a Published,
    plan: &'a Plan,
    env: Environment<'static>,
    shell: Shell,
    layouts: [Layout<'a>; 5],
    maps: maps::Maps<'a>,
    labels: [String; 5],
    /// Fiches of residences between their page and their packet.
    papers: Vec<std::sync::Mutex<Option<paper::Paper>>>,
    nouns: [Noun; 5],
}

impl std::fmt::Debug for Renderer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl<'a> Renderer<'a> {
    /// Compiles the templates and works out the fiches of each scale.
    ///
    /// # Errors
    /// Templates that do not parse or do not render.
    pub fn new(
        site: &'a Site,
        published: &'a Published,
        plan: &'a Plan,
        theme: &Theme,
        geography: &'a Geography,
    ) -> Result<Self> {
        let env = theme.environment()?;
        let shell = Shell::new(site, published, plan, theme, &env)?;
        Ok(Self {
            site,
            published,
            plan,
            env,
            shell,
            layouts: Scale::ALL.map(|scale| Layout::new(site, published, scale)),
            maps: maps::Maps::new(site, geography),
            labels: Scale::ALL.map(|scale| markup::escaped(site.config.scale_label(scale))),
            papers: site.territories.iter().map(|_| std::sync::Mutex::default()).collect(),
            nouns: Scale::ALL.map(|scale| site.config.noun(scale)),
        })
    }

    /// Renders the page of an output; none when the output is not a page.
    ///
    /// # Errors
    /// A template that fails, with its name and line.
    pub fn page(&self, output: &Output) -> Result<Option<Vec<u8>>> {
        let html = match output {
            Output::Home => home::page(self),
            Output::Fiche(tid) => fiche::page(self, *tid),
            Output::List(scale) => lists::scale(self, *scale),
            Output::Residences(tid) => lists::residences(self, *tid),
            Output::Theme(id) => lists::theme(self, id),
            Output::Indicators => lists::indicators(self),
            Output::Indicator(iid) => indicator::page(self, *iid),
            Output::Dictionary => reference::dictionary(self),
            Output::Sources => reference::sources(self),
            Output::Guide => guide::page(self),
            Output::Map => tools::map(self),
            Output::Search => tools::search(self),
            Output::Compare => tools::compare(self),
            Output::Rank => tools::rank(self),
            Output::Packets => packet::index(self),
            Output::Packet(tid, number) => packet::volume(self, *tid, *number),
            Output::PacketMargins(tid, number) => Ok(packet::margins(self, *tid, *number)),
            Output::LandlordPackets(slug) => packet::landlord(self, slug),
            Output::Content(position) => contents::page(self, *position),
            Output::NotFound => contents::not_found(self),
            _ => return Ok(None),
        }?;
        Ok(Some(html.into_bytes()))
    }

    fn layout(&self, scale: Scale) -> &Layout<'a> {
        &self.layouts[scale.rank()]
    }

    /// Name of a scale, escaped.
    fn label(&self, scale: Scale) -> &str {
        &self.labels[scale.rank()]
    }

    /// A scale inside a sentence: « la commune », « du département ».
    fn noun(&self, scale: Scale) -> &Noun {
        &self.nouns[scale.rank()]
    }

    fn render(&self, template: &str, context: Value) -> Result<String> {
        self.env
            .get_template(template)
            .and_then(|t| t.render(context))
            .map_err(|e| crate::diag::foreign::template(&e, &self.site.config.theme).into())
    }

    /// Address of an output relative to the root of the site.
    fn address(&self, output: &Output) -> &str {
        self.plan.address(output).unwrap_or("")
    }
}
