//! Cells that are hidden together, group by group.

use std::ops::Range;

use super::round::Exposure;
use super::{Role, State, Table};

/// Cells by group.
pub(super) struct Groups {
    /// By name.
    all: Vec<Group>,
    /// Cells of each group, one group after the other.
    cells: Vec<u32>,
}

struct Group {
    name: u32,
    cells: Range<usize>,
    /// What is lost when it is hidden.
    loss: u64,
    primary: bool,
    fixed: bool,
}

impl Groups {
    pub(super) fn new(table: &Table) -> Self {
        let of = |i: u32| &table.cells[i as usize];
        let mut cells: Vec<u32> = (0..).take(table.cells.len()).collect();
        cells.sort_by_key(|i| of(*i).group);
        let mut all: Vec<Group> = Vec::new();
        for own in cells.chunk_by(|a, b| of(*a).group == of(*b).group) {
            let start = all.last().map_or(0, |last| last.cells.end);
            all.push(Group {
                name: of(own[0]).group,
                cells: start..start + own.len(),
                loss: own.iter().map(|i| of(*i).loss).sum(),
                primary: own.iter().any(|i| of(*i).role == Role::Primary),
                fixed: own.iter().any(|i| of(*i).role == Role::Fixed),
            });
        }
        Self { all, cells }
    }

    fn find(&self, group: u32) -> Option<&Group> {
        let at = self.all.binary_search_by_key(&group, |g| g.name).ok()?;
        Some(&self.all[at])
    }

    /// Cells of a group.
    pub(super) fn cells(&self, group: u32) -> &[u32] {
        self.find(group).map_or(&[], |g| self.of(g))
    }

    fn of(&self, group: &Group) -> &[u32] {
        &self.cells[group.cells.clone()]
    }

    pub(super) fn is_primary(&self, group: u32) -> bool {
        self.find(group).is_some_and(|g| g.primary)
    }

    /// A group may be hidden when none of its cells is published already.
    pub(super) fn is_free(&self, group: u32) -> bool {
        self.find(group).is_some_and(|g| !g.primary && !g.fixed)
    }

    pub(super) fn loss(&self, group: u32) -> u64 {
        self.find(group).map_or(0, |g| g.loss)
    }

    pub(super) fn set(&self, group: u32, hidden: &mut [bool], value: bool) {
        for i in self.cells(group) {
            hidden[*i as usize] = value;
        }
    }

    /// Groups hidden beyond the primary ones.
    fn chosen(&self, hidden: &[bool]) -> impl Iterator<Item = &Group> {
        let is_hidden = |g: &Group| self.of(g).iter().any(|i| hidden[*i as usize]);
        self.all.iter().filter(move |g| !g.primary && is_hidden(g))
    }

    /// Sum of the losses of the groups hidden beyond the primary ones.
    pub(super) fn loss_of(&self, hidden: &[bool]) -> u64 {
        self.chosen(hidden).map(|g| g.loss).sum()
    }

    /// Names of the groups hidden beyond the primary ones.
    pub(super) fn secondary(&self, hidden: &[bool]) -> Vec<u32> {
        self.chosen(hidden).map(|g| g.name).collect()
    }

    /// The pattern that hides the primary groups only.
    pub(super) fn start(&self) -> State {
        State {
            hidden: self.pattern(&[]),
            ..State::default()
        }
    }

    /// The pattern that hides the primary groups and these.
    pub(super) fn pattern(&self, chosen: &[u32]) -> Vec<bool> {
        let mut hidden = vec![false; self.cells.len()];
        let primary = self.all.iter().filter(|g| g.primary).flat_map(|g| self.of(g));
        for i in primary.chain(chosen.iter().flat_map(|g| self.cells(*g))) {
            hidden[*i as usize] = true;
        }
        hidden
    }

    /// Groups that break a proof when hidden, least loss first.
    pub(super) fn hitters(&self, table: &Table, exposure: &Exposure) -> Vec<u32> {
        let groups = exposure.support.iter().map(|i| table.cells[*i as usize].group);
        let mut out: Vec<u32> = groups.filter(|g| self.is_free(*g)).collect();
        out.sort_unstable();
        out.dedup();
        out.sort_by_key(|g| (self.loss(*g), *g));
        out
    }
}
