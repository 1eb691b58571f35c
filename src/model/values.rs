use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Iid, Scale, State, Territories, Tid, Vintage};

/// What a figure is about, territory apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// Indicator.
    pub indicator: Iid,
    /// Category by position; none when the indicator has none, or when its categories are words.
    pub category: Option<u16>,
    /// Vintage.
    pub vintage: Vintage,
}

/// One raw entry of `data/values/`, before admission.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Entry {
    /// No row in the file.
    #[default]
    Absent,
    /// A state and no value.
    State(State),
    /// A value; for a word, its position among the categories.
    Value {
        /// The number as read.
        value: f64,
        /// Dwellings or allocations it rests on; none when the file does not say.
        base: Option<u32>,
    },
}

/// Where an entry was read, for diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Position in [`Values::files`].
    pub file: u16,
    /// Line, from 1 (the header is line 1).
    pub line: u32,
}

/// Raw values of a site, by cell and scale, in columns as long as the scale has territories.
#[derive(Debug, Default)]
pub struct Values {
    columns: BTreeMap<Cell, [Option<Box<[Entry]>>; 5]>,
    places: BTreeMap<(Cell, Scale), Box<[Place]>>,
    /// Files read, in order.
    pub files: Vec<PathBuf>,
}

impl Values {
    /// Puts an entry; gives the place of the earlier one when the cell was already filled.
    pub fn put(
        &mut self,
        territories: &Territories,
        tid: Tid,
        cell: Cell,
        entry: Entry,
        place: Place,
    ) -> Option<Place> {
        let scale = territories.get(tid).scale;
        let count = territories.count(scale);
        let rank = territories.rank(tid);
        let column = self.columns.entry(cell).or_default()[scale.rank()]
            .get_or_insert_with(|| vec![Entry::Absent; count].into_boxed_slice());
        let places = self
            .places
            .entry((cell, scale))
            .or_insert_with(|| vec![Place::default(); count].into_boxed_slice());
        if column[rank] != Entry::Absent {
            return Some(places[rank]);
        }
        column[rank] = entry;
        places[rank] = place;
        None
    }

    /// The entry of a territory.
    pub fn get(&self, territories: &Territories, tid: Tid, cell: &Cell) -> Entry {
        self.column(cell, territories.get(tid).scale)
            .map_or(Entry::Absent, |c| c[territories.rank(tid)])
    }

    /// Entries of a scale, in the order of its territories.
    pub fn column(&self, cell: &Cell, scale: Scale) -> Option<&[Entry]> {
        self.columns.get(cell)?[scale.rank()].as_deref()
    }

    /// Where the entry of a territory was read.
    pub fn place(&self, territories: &Territories, tid: Tid, cell: &Cell) -> Place {
        let scale = territories.get(tid).scale;
        self.places
            .get(&(*cell, scale))
            .map_or(Place::default(), |p| p[territories.rank(tid)])
    }

    /// Cells that hold at least one entry, sorted by indicator, category and vintage.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.columns.keys()
    }
}
