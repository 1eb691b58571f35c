//! Maps of the pages: which shapes at which level of detail, with which words.

use minijinja::Value;

use super::Renderer;
use super::column::Column;
use super::fiche::Section;
use crate::model::{Iid, Scale, Site, Tid};

/// Shapes simplified once, shared by all maps.
pub(super) struct Maps<'a> {
    _site: &'a Site,
}

impl<'a> Maps<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self { _site: site }
    }

    /// Choropleth and legend of a figure at a scale, for the metropole or within a territory.
    pub(super) fn choropleth(
        &self,
        _r: &Renderer<'_>,
        _column: &Column<'_>,
        _scale: Scale,
        _within: Option<Tid>,
        _root: &str,
        _prefix: &str,
    ) -> Option<(String, String)> {
        None
    }

    /// Proportional symbols and legend of a count at a scale.
    pub(super) fn symbols(
        &self,
        _r: &Renderer<'_>,
        _column: &Column<'_>,
        _scale: Scale,
        _root: &str,
        _prefix: &str,
    ) -> Option<(String, String)> {
        None
    }

    /// Map section of a fiche.
    pub(super) fn section(&self, _r: &Renderer<'_>, _tid: Tid, _root: &str, _prefix: &str) -> Option<Section> {
        None
    }

    /// Locator map of a residence, an IRIS or a QPV, with its key.
    pub(super) fn locator(&self, _r: &Renderer<'_>, _tid: Tid, _root: &str, _prefix: &str) -> String {
        String::new()
    }

    /// Map of a thematic grid, in classes.
    pub(super) fn grid(&self, _r: &Renderer<'_>, _iid: Iid) -> Option<Value> {
        None
    }
}
