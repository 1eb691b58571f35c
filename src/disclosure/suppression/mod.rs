//! Secondary suppression: what else to hide so that the primary cells cannot be recomputed, with least loss.
//!
//! - Enters: cells as sums of atoms, their true values (one layer per indicator published with the same pattern), what
//!   hiding each would lose, which are under a threshold, which are published already.
//! - Leaves: the cells to hide, and for each what it protects.
//! - Stays out: where cells come from; the audit of the finished site, which trusts nothing of this room.
//!
//! [`super::protect`] chooses a pattern from sums alone, whatever the values; this one also looks at what non-negative
//! whole numbers leave possible (zeros, narrow intervals), with the true values of one or more layers.
//!
//! Each round attacks the table as a reader would. A cell known too well comes with a proof: the published figures it
//! takes. Unless one of them is hidden, the cell stays known: each proof is a clause "hide one of these". Small tables
//! are solved to the optimum (implicit hitting sets, as in Fischetti and Salazar González, *Solving the cell
//! suppression problem on tabular data with linear constraints*, 2001). Large ones hide the least figure of each proof,
//! in the manner of Langsrud's greedy elimination, then give back, group by group, all that proves useless.

mod hitting;
mod round;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::disclosure::attack::{Effort, Shape, Terms};
use round::{Exposure, exposures};

/// What may be done with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Under a threshold: hidden.
    Primary,
    /// Published unless it has to protect another.
    Free,
    /// Published already, in an earlier edition: it cannot be hidden any more.
    Fixed,
}

/// A cell of the tables to publish.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Atoms it sums.
    pub terms: Terms,
    /// What may be done with it.
    pub role: Role,
    /// What is lost when its group is hidden; the losses of a group add up.
    pub loss: u64,
    /// Cells of one group are hidden together: a residence hidden is hidden for all its indicators.
    pub group: u32,
}

/// Tables published together.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Number of atoms.
    pub atoms: usize,
    /// All cells, over all scales and categories.
    pub cells: Vec<Cell>,
    /// True values, one list per layer, one value per cell: indicators that share the pattern.
    pub layers: Vec<Vec<i64>>,
    /// Layers and cells whose hidden zero is said by a published one outside this table; empty: none.
    excused: Vec<Vec<bool>>,
}

impl Table {
    /// A table without any cell, over so many atoms and layers.
    pub fn new(atoms: usize, layers: usize) -> Self {
        Self {
            atoms,
            cells: Vec::new(),
            layers: vec![Vec::new(); layers],
            excused: Vec::new(),
        }
    }
}

/// When a hidden cell is protected.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Least width of what a reader can deduce.
    pub min_width: i64,
    /// The deduced interval must also go at least this far above the true value.
    pub above: i64,
    /// Whether a hidden zero counts as known too well where a published zero says it: the total above is 0.
    pub zeros: bool,
    /// Effort of each attack.
    pub effort: Effort,
    /// Cells over which the optimum is not sought.
    pub small: usize,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            min_width: 2,
            above: 1,
            zeros: true,
            effort: Effort {
                nodes: 200,
                ..Effort::default()
            },
            small: 160,
        }
    }
}

/// What to hide.
#[derive(Debug, Clone, Default)]
pub struct Protection {
    /// Whether each cell is hidden, primary cells included.
    pub hidden: Vec<bool>,
    /// Cells hidden to protect others, in order, each with a cell that it protects.
    pub secondary: BTreeMap<u32, u32>,
    /// Cells that stay exposed because all that gives them away is published already.
    pub exposed: Vec<u32>,
    /// Sum of the losses of the secondary groups.
    pub loss: u64,
}

/// Finds what to hide.
///
/// Deterministic: the same table gives the same cells, whatever the threads.
pub fn protect(table: &Table, rule: &Rule) -> Protection {
    let groups = Groups::new(table);
    let mut state = greedy(table, &groups, rule);
    if table.cells.len() <= rule.small {
        prune(table, &groups, rule, &mut state);
        if let Some(mut better) = hitting::optimum(table, &groups, rule, &state) {
            prune(table, &groups, rule, &mut better);
            state = better;
        }
    } else {
        restore(table, &groups, rule, &mut state);
    }
    let secondary = |i: &u32| state.hidden[*i as usize] && !groups.is_primary(table.cells[*i as usize].group);
    let count = u32::try_from(table.cells.len()).unwrap_or(u32::MAX);
    let secondary: BTreeMap<u32, u32> = (0..count)
        .filter(secondary)
        .map(|i| {
            let group = table.cells[i as usize].group;
            (i, state.because.get(&group).copied().unwrap_or(i))
        })
        .collect();
    Protection {
        loss: groups.loss_of(&state.hidden, table),
        hidden: state.hidden,
        secondary,
        exposed: state.exposed,
    }
}

/// A pattern under work.
#[derive(Debug, Clone, Default)]
struct State {
    hidden: Vec<bool>,
    /// Why a group was hidden: a cell it protects.
    because: BTreeMap<u32, u32>,
    exposed: Vec<u32>,
}

/// Cells by group.
struct Groups {
    members: BTreeMap<u32, Vec<u32>>,
    loss: BTreeMap<u32, u64>,
    primary: BTreeMap<u32, bool>,
    fixed: BTreeMap<u32, bool>,
}

impl Groups {
    fn new(table: &Table) -> Self {
        let mut groups = Self {
            members: BTreeMap::new(),
            loss: BTreeMap::new(),
            primary: BTreeMap::new(),
            fixed: BTreeMap::new(),
        };
        for (i, cell) in (0u32..).zip(&table.cells) {
            groups.members.entry(cell.group).or_default().push(i);
            *groups.loss.entry(cell.group).or_default() += cell.loss;
            *groups.primary.entry(cell.group).or_default() |= cell.role == Role::Primary;
            *groups.fixed.entry(cell.group).or_default() |= cell.role == Role::Fixed;
        }
        groups
    }

    fn is_primary(&self, group: u32) -> bool {
        self.primary.get(&group).copied().unwrap_or(false)
    }

    /// A group may be hidden when none of its cells is published already.
    fn is_free(&self, group: u32) -> bool {
        !self.is_primary(group) && !self.fixed.get(&group).copied().unwrap_or(true)
    }

    fn loss(&self, group: u32) -> u64 {
        self.loss.get(&group).copied().unwrap_or(0)
    }

    fn set(&self, group: u32, hidden: &mut [bool], value: bool) {
        for i in self.members.get(&group).into_iter().flatten() {
            hidden[*i as usize] = value;
        }
    }

    fn loss_of(&self, hidden: &[bool], table: &Table) -> u64 {
        let hidden_group = |(g, members): (&u32, &Vec<u32>)| {
            (!self.is_primary(*g) && members.iter().any(|i| hidden[*i as usize])).then(|| self.loss(*g))
        };
        debug_assert_eq!(hidden.len(), table.cells.len());
        self.members.iter().filter_map(hidden_group).sum()
    }

    /// Groups hidden beyond the primary ones.
    fn secondary(&self, hidden: &[bool]) -> Vec<u32> {
        let chosen = |(g, members): (&u32, &Vec<u32>)| {
            (!self.is_primary(*g) && members.iter().any(|i| hidden[*i as usize])).then_some(*g)
        };
        self.members.iter().filter_map(chosen).collect()
    }

    /// The pattern that hides the primary groups and these.
    fn pattern(&self, table: &Table, chosen: &[u32]) -> Vec<bool> {
        let mut hidden: Vec<bool> = table.cells.iter().map(|c| self.is_primary(c.group)).collect();
        for g in chosen {
            self.set(*g, &mut hidden, true);
        }
        hidden
    }

    /// Groups that break a proof when hidden, least loss first.
    fn hitters(&self, table: &Table, exposure: &Exposure) -> Vec<u32> {
        let mut out: Vec<u32> = exposure
            .support
            .iter()
            .map(|i| table.cells[*i as usize].group)
            .collect();
        out.retain(|g| self.is_free(*g));
        out.sort_unstable();
        out.dedup();
        out.sort_by_key(|g| (self.loss(*g), *g));
        out
    }
}

/// Hides, round after round, the least figure of each proof.
fn greedy(table: &Table, groups: &Groups, rule: &Rule) -> State {
    let mut state = State {
        hidden: groups.pattern(table, &[]),
        ..State::default()
    };
    loop {
        let found = exposures(table, &state.hidden, rule);
        let mut fresh: Vec<u32> = Vec::new();
        state.exposed.clear();
        for exposure in &found {
            let hitters = groups.hitters(table, exposure);
            if hitters.iter().any(|g| fresh.contains(g)) {
                continue;
            }
            match hitters.first() {
                Some(g) => {
                    fresh.push(*g);
                    state.because.entry(*g).or_insert(exposure.cell);
                    groups.set(*g, &mut state.hidden, true);
                }
                None => state.exposed.push(exposure.cell),
            }
        }
        if fresh.is_empty() {
            state.exposed.sort_unstable();
            state.exposed.dedup();
            return state;
        }
    }
}

/// Gives back secondary groups, largest loss first, as long as all stays protected.
fn prune(table: &Table, groups: &Groups, rule: &Rule, state: &mut State) {
    let mut order = groups.secondary(&state.hidden);
    order.sort_by_key(|g| (std::cmp::Reverse(groups.loss(*g)), *g));
    let allowed = state.exposed.len();
    for g in order {
        groups.set(g, &mut state.hidden, false);
        if exposures(table, &state.hidden, rule).len() > allowed {
            groups.set(g, &mut state.hidden, true);
        }
    }
}

/// Prunes a large table cluster by cluster: what is deduced in one does not depend on the others.
fn restore(table: &Table, groups: &Groups, rule: &Rule, state: &mut State) {
    use rayon::prelude::*;
    let (published, hidden) = round::sides(&state.hidden);
    let excused = round::excused(table, &state.hidden, rule);
    // The zeros of reduced rows are differences: only those published as such excuse a hidden zero.
    let rule = &Rule { zeros: true, ..*rule };
    let row = |list: &[u32]| -> Vec<Terms> { list.iter().map(|i| table.cells[*i as usize].terms.clone()).collect() };
    let shape = Shape::new(table.atoms, row(&published), &vec![true; published.len()], row(&hidden));
    let mut layers = Vec::with_capacity(table.layers.len());
    for values in &table.layers {
        let facts = round::ranges(&published, values);
        let targets: Vec<i64> = hidden.iter().map(|i| values[*i as usize]).collect();
        match shape.reduced(&facts, &targets) {
            Ok(reduced) => layers.push(reduced),
            // Too large for 64 bits: nothing is given back.
            Err(_) => return,
        }
    }
    let clusters = shape.clusters();
    // A group with cells in several clusters is left hidden: judging it needs them all.
    let mut seen: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (c, cluster) in clusters.iter().enumerate() {
        for (t, _) in &cluster.targets {
            let list = seen.entry(table.cells[hidden[*t as usize] as usize].group).or_default();
            if list.last() != Some(&c) {
                list.push(c);
            }
        }
    }
    let given_back = |cluster: &crate::disclosure::attack::Cluster| -> Vec<u32> {
        let mut local = Table::new(cluster.atoms, layers.len());
        local.excused = vec![Vec::new(); layers.len()];
        for (fact, terms) in &cluster.facts {
            local.cells.push(Cell {
                terms: terms.clone(),
                role: Role::Fixed,
                loss: 0,
                group: u32::MAX,
            });
            for (values, (facts, _)) in local.layers.iter_mut().zip(&layers) {
                values.push(facts[*fact as usize]);
            }
            for excuses in &mut local.excused {
                excuses.push(false);
            }
        }
        for (t, terms) in &cluster.targets {
            let cell = &table.cells[hidden[*t as usize] as usize];
            let single = seen.get(&cell.group).is_some_and(|list| list.len() == 1);
            let role = if groups.is_primary(cell.group) || !single {
                Role::Primary
            } else {
                Role::Free
            };
            local.cells.push(Cell {
                terms: terms.clone(),
                role,
                ..cell.clone()
            });
            for (values, (_, targets)) in local.layers.iter_mut().zip(&layers) {
                values.push(targets[*t as usize]);
            }
            for (excuses, all) in local.excused.iter_mut().zip(&excused) {
                excuses.push(all[hidden[*t as usize] as usize]);
            }
        }
        let inner = Groups::new(&local);
        let all: Vec<bool> = local.cells.iter().map(|c| c.role != Role::Fixed).collect();
        let before = inner.secondary(&all);
        if before.len() <= 1 && local.cells.len() > rule.small {
            return Vec::new();
        }
        let mut inside = State {
            hidden: all,
            ..State::default()
        };
        inside.exposed = exposures(&local, &inside.hidden, rule)
            .into_iter()
            .map(|e| e.cell)
            .collect();
        prune(&local, &inner, rule, &mut inside);
        let after = inner.secondary(&inside.hidden);
        before
            .into_iter()
            .filter(|g| *g != u32::MAX && !after.contains(g))
            .collect()
    };
    let lists: Vec<Vec<u32>> = clusters.par_iter().map(given_back).collect();
    for g in lists.into_iter().flatten() {
        groups.set(g, &mut state.hidden, false);
    }
}
