//! Figures before protection: what the sources say, cell by cell.

use std::collections::BTreeMap;

use crate::model::{Iid, State, Tid, Vintage};

/// What a source says of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// A number and the base it rests on; no base when the source gives none.
    Number { value: f64, base: Option<f64> },
    /// A word of a class, by its position, and its base.
    Word { word: u16, base: Option<f64> },
    /// A state as delivered.
    State(State),
}

/// A cell of the files written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) tid: Tid,
    pub(super) indicator: Iid,
    pub(super) category: Option<u16>,
}

/// Figures of one file: a source and a vintage.
pub(super) type Figures = BTreeMap<Key, Said>;

/// Figures of all files, by source then vintage.
#[derive(Debug, Default)]
pub(super) struct All(pub(super) BTreeMap<(String, Vintage), Figures>);

impl All {
    /// Puts a figure; false when the cell already had one.
    pub(super) fn put(&mut self, source: &str, vintage: Vintage, key: Key, said: Said) -> bool {
        let figures = match self.0.get_mut(&(source.to_owned(), vintage)) {
            Some(figures) => figures,
            None => self.0.entry((source.to_owned(), vintage)).or_default(),
        };
        figures.insert(key, said).is_none()
    }
}
