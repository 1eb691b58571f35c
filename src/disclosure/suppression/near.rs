//! What publishing one hidden cell changes: only what lies near it is attacked again.
//!
//! Published cells cut the atoms into places that say nothing of one another. A cell given back joins the places it lies
//! in, and tells more of the hidden cells that touch them; all others stay as known, or as unknown, as they were.

use std::collections::{BTreeMap, BTreeSet};

use super::round::{Attack, classes, places, sides};
use super::swaps::Swaps;
use super::{Cell, Rule, State, Table};
use crate::disclosure::attack::{Terms, join, root};

/// A protected pattern, ready for trials.
pub(super) struct Near<'a> {
    table: &'a Table,
    rule: &'a Rule,
    /// Hidden cells known too well already.
    exposed: BTreeSet<u32>,
    /// Tells most of those that are not, at sight; none where that cannot be.
    swaps: Option<Swaps<'a>>,
    /// Cells of each atom, each with its coefficient there.
    cells: Vec<Terms>,
    /// Places, joined as cells are given back, and the place of each atom.
    parent: Vec<u32>,
    place: Vec<Option<u32>>,
    /// Atoms of each place, under its root.
    atoms: Vec<Vec<u32>>,
}

impl<'a> Near<'a> {
    /// Finds the places of a pattern; its `exposed` are all that is known too well in it, as the attack that ended it found.
    pub(super) fn new(table: &'a Table, state: &State, rule: &'a Rule) -> Self {
        let (published, targets) = sides(&state.hidden);
        let classes = classes(table, &published);
        let place = places(table, &classes, (&published, &targets));
        let count = place.iter().flatten().max().map_or(0, |last| last + 1);
        let mut atoms: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
        for (atom, place) in (0u32..).zip(&place) {
            if let Some(place) = place {
                atoms[*place as usize].push(atom);
            }
        }
        let mut cells: Vec<Terms> = vec![Terms::new(); table.atoms];
        for (i, cell) in (0u32..).zip(&table.cells) {
            for (atom, c) in &cell.terms {
                cells[*atom as usize].push((i, *c));
            }
        }
        Self {
            table,
            rule,
            exposed: state.exposed.iter().copied().collect(),
            swaps: Swaps::new(table, &classes, rule),
            cells,
            parent: (0..count).collect(),
            place,
            atoms,
        }
    }

    /// Tells whether cells can be published (`hidden` says so already), no other cell being known too well for it; if so,
    /// they are. `cause` is tried alone first.
    pub(super) fn spares(&mut self, cells: &[u32], cause: Option<u32>, hidden: &[bool]) -> bool {
        let terms = cells.iter().flat_map(|i| &self.table.cells[*i as usize].terms);
        let touched: Vec<u32> = terms.map(|(atom, _)| *atom).collect();
        let places = self.places(touched.iter().copied());
        let mark = self.swaps.as_mut().map(|swaps| {
            let mark = swaps.mark();
            cells.iter().for_each(|i| swaps.publish(*i));
            mark
        });
        let cause = cause.filter(|c| hidden[*c as usize]);
        let spared = self.exposes_nothing(&places, cause, hidden);
        if spared {
            self.unite(&places);
        } else if let (Some(swaps), Some(mark)) = (&mut self.swaps, mark) {
            swaps.undo(&mark);
        }
        spared
    }

    /// Tells whether no cell of these places is known too well that was not; those that are not any more are noted.
    fn exposes_nothing(&mut self, places: &BTreeSet<u32>, cause: Option<u32>, hidden: &[bool]) -> bool {
        let is_safe = |swaps: &Option<Swaps<'_>>, cell: u32| swaps.as_ref().is_some_and(|s| s.is_safe(cell));
        let cause = cause.filter(|cause| !is_safe(&self.swaps, *cause));
        if cause.is_some_and(|cause| !self.attack(places, &[cause], hidden).is_empty()) {
            return false;
        }
        let inside = places.iter().flat_map(|p| &self.atoms[*p as usize]);
        let cells = inside.flat_map(|atom| &self.cells[*atom as usize]).map(|(i, _)| *i);
        let mut near: Vec<u32> = cells.filter(|i| hidden[*i as usize]).collect();
        near.sort_unstable();
        near.dedup();
        let targets: Vec<u32> = near.iter().copied().filter(|i| !is_safe(&self.swaps, *i)).collect();
        let found = if targets.is_empty() {
            Vec::new()
        } else {
            self.attack(places, &targets, hidden)
        };
        if found.iter().any(|i| !self.exposed.contains(i)) {
            return false;
        }
        self.exposed
            .retain(|i| hidden[*i as usize] && (near.binary_search(i).is_err() || found.contains(i)));
        true
    }

    /// Places of these atoms.
    fn places(&mut self, atoms: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let found: Vec<u32> = atoms.filter_map(|atom| self.place[atom as usize]).collect();
        found.into_iter().map(|p| root(&mut self.parent, p)).collect()
    }

    /// Hidden cells among `targets` known too well, looking at these places and those where the targets lie.
    fn attack(&mut self, places: &BTreeSet<u32>, targets: &[u32], hidden: &[bool]) -> Vec<u32> {
        let terms = targets.iter().flat_map(|i| &self.table.cells[*i as usize].terms);
        let touched: Vec<u32> = terms.map(|(atom, _)| *atom).collect();
        let mut places = places.clone();
        places.extend(self.places(touched.into_iter()));
        // What is published of these places: each cell less what it says of others, which the reader knows apart.
        let mut local: BTreeMap<u32, Terms> = BTreeMap::new();
        let mut inner: Vec<u32> = Vec::new();
        for atom in places.iter().flat_map(|p| &self.atoms[*p as usize]) {
            let next = u32::try_from(inner.len()).unwrap_or(u32::MAX);
            inner.push(*atom);
            for (i, c) in &self.cells[*atom as usize] {
                if !hidden[*i as usize] || targets.binary_search(i).is_ok() {
                    local.entry(*i).or_default().push((next, *c));
                }
            }
        }
        let mut table = Table::new(inner.len(), self.table.layers.len());
        table.parts = self.table.parts;
        table.outside = vec![Vec::new(); self.table.outside.len()];
        let (mut published, mut wanted) = (Vec::new(), Vec::new());
        let mut names: Vec<u32> = Vec::new();
        for (i, terms) in local {
            let cell = &self.table.cells[i as usize];
            for (values, all) in table.layers.iter_mut().zip(&self.table.inner) {
                let value = terms.iter().map(|(local, c)| c * all[inner[*local as usize] as usize]);
                values.push(value.sum());
            }
            let rank = u32::try_from(names.len()).unwrap_or(u32::MAX);
            if hidden[i as usize] {
                &mut wanted
            } else {
                &mut published
            }
            .push(rank);
            // All of a cell of which others speak lies here, or what they say is not of this part.
            let whole = terms.len() == cell.terms.len();
            for (layer, said) in table.outside.iter_mut().enumerate() {
                said.push(self.table.said(layer, i).filter(|_| whole));
            }
            table.cells.push(Cell { terms, ..*cell });
            table.totals.push(self.table.total(i));
            names.push(i);
        }
        let attack = Attack::with(&table, self.rule, None, (published, wanted), |layer, rank| {
            self.excused(layer, names[rank as usize], hidden)
        });
        attack.cells().map(|rank| names[rank as usize]).collect()
    }

    /// Tells whether a hidden zero is one that a published zero says itself.
    fn excused(&self, layer: usize, cell: u32, hidden: &[bool]) -> bool {
        let values = &self.table.layers[layer];
        let says = |(i, c): &(u32, i64)| *c > 0 && !hidden[*i as usize] && values[*i as usize] == 0;
        !self.rule.zeros
            && values[cell as usize] == 0
            && self.table.cells[cell as usize]
                .terms
                .iter()
                .all(|(atom, _)| self.cells[*atom as usize].iter().any(says))
    }

    /// Joins places that a cell given back ties together.
    fn unite(&mut self, places: &BTreeSet<u32>) {
        let Some(first) = places.first() else { return };
        let mut all: Vec<u32> = Vec::new();
        for p in places {
            all.append(&mut self.atoms[*p as usize]);
            join(&mut self.parent, *first, *p);
        }
        let head = root(&mut self.parent, *first);
        self.atoms[head as usize] = all;
    }
}
