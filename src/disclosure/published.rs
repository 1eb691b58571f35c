//! The published figure and the table of all of them. Their fields are private to this room: nothing else can make one.

use std::collections::BTreeMap;

use crate::format;
use crate::model::{Cell, Iid, Indicator, Scale, State, Territories, Tid, Vintage};

const NO_BASE: u32 = u32::MAX;

/// A figure that any reader may see, value already rounded: the same on page, map, chart, workbook and print.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    value: f64,
    base: u32,
    state: Option<State>,
    decimals: u8,
    is_word: bool,
}

impl Figure {
    pub(super) fn of_value(value: f64, decimals: u8, base: Option<u32>) -> Self {
        Self {
            value: format::round(value, decimals),
            base: base.unwrap_or(NO_BASE),
            state: None,
            decimals,
            is_word: false,
        }
    }

    pub(super) fn of_word(position: u16) -> Self {
        Self {
            value: f64::from(position),
            base: NO_BASE,
            state: None,
            decimals: 0,
            is_word: true,
        }
    }

    pub(super) const fn of_state(state: State) -> Self {
        Self {
            value: 0.0,
            base: NO_BASE,
            state: Some(state),
            decimals: 0,
            is_word: false,
        }
    }

    /// Rounded value, in the unit of the indicator; none for a state or a word.
    pub fn value(&self) -> Option<f64> {
        (self.state.is_none() && !self.is_word).then_some(self.value)
    }

    /// Position of the word among the indicator's categories; none for a state or a number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a word is made from a u16"
    )]
    pub fn word(&self) -> Option<u16> {
        (self.state.is_none() && self.is_word).then_some(self.value as u16)
    }

    /// Why there is no value; none when there is one.
    pub const fn state(&self) -> Option<State> {
        self.state
    }

    /// Dwellings or allocations the figure rests on; none when it has no value or no base.
    pub fn base(&self) -> Option<u32> {
        (self.state.is_none() && self.base != NO_BASE).then_some(self.base)
    }

    /// Decimals of the value: fewer than the indicator's on a small base.
    pub const fn decimals(&self) -> u8 {
        self.decimals
    }

    /// French writing of the value, the word or the sign of the state; without unit.
    pub fn text(&self, indicator: &Indicator) -> String {
        match (self.state, self.word()) {
            (Some(state), _) => state.sign().to_owned(),
            (None, Some(word)) => indicator
                .categories
                .get(usize::from(word))
                .map_or_else(String::new, |c| c.label.clone()),
            (None, None) => format::number(self.value, self.decimals),
        }
    }

    /// Writing for machines: `28.4`, the key of the word, or nothing for a state.
    pub fn machine(&self, indicator: &Indicator) -> String {
        match (self.state, self.word()) {
            (Some(_), _) => String::new(),
            (None, Some(word)) => indicator
                .categories
                .get(usize::from(word))
                .map_or_else(String::new, |c| c.key.clone()),
            (None, None) => format::machine(self.value, self.decimals),
        }
    }
}

/// Name of a figure in every channel: `scale:code:indicator[:category]:vintage`.
pub fn cell_name(scale: Scale, code: &str, indicator: &Indicator, cell: &Cell) -> String {
    let mut out = String::with_capacity(48);
    out.push_str(scale.key());
    out.push(':');
    out.push_str(code);
    out.push(':');
    out.push_str(&indicator.id);
    if let Some(category) = cell.category {
        out.push(':');
        out.push_str(&indicator.categories[usize::from(category)].key);
    }
    out.push(':');
    match cell.vintage {
        Vintage::Year(year) => out.push_str(&year.to_string()),
        window @ Vintage::Window { .. } => out.push_str(&window.to_string()),
    }
    out
}

type Columns = [Option<Box<[Figure]>>; 5];

/// All published figures of a build.
#[derive(Debug, Default)]
pub struct Published {
    pub(super) columns: BTreeMap<Cell, Columns>,
    /// Vintages by indicator and scale, ascending.
    pub(super) vintages: BTreeMap<(Iid, Scale), Vec<Vintage>>,
    pub(super) view: Vec<crate::model::ScaleSet>,
    pub(super) export: Vec<crate::model::ScaleSet>,
}

impl Published {
    fn stored(&self, territories: &Territories, tid: Tid, cell: &Cell) -> Figure {
        let scale = territories.get(tid).scale;
        self.columns
            .get(cell)
            .and_then(|c| c[scale.rank()].as_ref())
            .map_or(Figure::of_state(State::NotAvailable), |c| c[territories.rank(tid)])
    }

    /// The figure of a territory on pages and maps; `no` where the dictionary does not open the scale.
    pub fn figure(&self, territories: &Territories, tid: Tid, cell: &Cell) -> Figure {
        if self.view[cell.indicator.index()].contains(territories.get(tid).scale) {
            self.stored(territories, tid, cell)
        } else {
            Figure::of_state(State::NotOpen)
        }
    }

    /// The figure of a territory in a workbook; none where the dictionary does not let it be exported.
    pub fn export(&self, territories: &Territories, tid: Tid, cell: &Cell) -> Option<Figure> {
        self.export[cell.indicator.index()]
            .contains(territories.get(tid).scale)
            .then(|| self.stored(territories, tid, cell))
    }

    /// Figures of a whole scale on pages and maps, in the order of its territories; none when closed or without data.
    pub fn column(&self, scale: Scale, cell: &Cell) -> Option<&[Figure]> {
        if !self.view[cell.indicator.index()].contains(scale) {
            return None;
        }
        self.columns.get(cell)?[scale.rank()].as_deref()
    }

    /// Figures of a whole scale in workbooks, in the order of its territories; none when closed or without data.
    pub fn exported_column(&self, scale: Scale, cell: &Cell) -> Option<&[Figure]> {
        if !self.export[cell.indicator.index()].contains(scale) {
            return None;
        }
        self.columns.get(cell)?[scale.rank()].as_deref()
    }

    /// Tells whether the dictionary opens the scale on pages and maps.
    pub fn is_open(&self, iid: Iid, scale: Scale) -> bool {
        self.view[iid.index()].contains(scale)
    }

    /// Tells whether the dictionary lets the scale be exported.
    pub fn is_exported(&self, iid: Iid, scale: Scale) -> bool {
        self.export[iid.index()].contains(scale)
    }

    /// Vintages that hold at least one figure or state at a scale, ascending.
    pub fn vintages(&self, iid: Iid, scale: Scale) -> &[Vintage] {
        self.vintages.get(&(iid, scale)).map_or(&[], Vec::as_slice)
    }

    /// Last vintage at a scale.
    pub fn latest(&self, iid: Iid, scale: Scale) -> Option<Vintage> {
        self.vintages(iid, scale).last().copied()
    }

    /// Cells that hold at least one figure, sorted by indicator, category and vintage.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.columns.keys()
    }

    /// Number of figures with a value, and number of hidden ones, over all scales.
    pub fn tally(&self) -> (usize, usize) {
        let all = || self.columns.values().flatten().flatten().flat_map(|c| c.iter());
        (
            all().filter(|f| f.state.is_none()).count(),
            all().filter(|f| f.state == Some(State::Secret)).count(),
        )
    }
}
