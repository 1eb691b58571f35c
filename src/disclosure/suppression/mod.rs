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
//! Each round attacks the table as a reader would, but for the cells that are safe at sight ([`swaps`]). A cell known
//! too well comes with a proof: the published figures it takes. Unless one of them is hidden, the cell stays known:
//! each proof is a clause "hide one of these". Small tables are solved to the optimum (implicit hitting sets, as in
//! Fischetti and Salazar González, *Solving the cell suppression problem on tabular data with linear constraints*,
//! 2001). Large ones hide the least figure of each proof, in the manner of Langsrud's greedy elimination, part by part
//! (a commune and the districts across it), then as a whole; each part gives back, group by group, all that proves
//! useless. A table linked as a whole starts from the pattern that elimination alone asks for, and is completed by it
//! after each round: what a round hides is not left to be recomputed.

mod groups;
mod hitting;
mod near;
mod round;
mod swaps;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::protect::{Candidate, Guarded, Problem};
use crate::config::Disclosure;
use crate::disclosure::attack::{Effort, Range, Terms, join, root};
use groups::Groups;
use near::Near;
use round::Attack;

/// Trials of what may be given back, each as long as the square of the hidden cells, over which a table linked as a whole
/// keeps all that it hid.
const TRIALS: usize = 10_000_000;

/// Cells over which what other tables say is looked at part by part only.
const LARGE: usize = 50_000;

/// Groups hidden for the whole table, beyond its parts, that are tried one by one however large it is.
const FEW: usize = 16;

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
    /// True values of the atoms, one list per layer; left empty where they are not known.
    pub inner: Vec<Vec<i64>>,
    /// Number of the first layers that add up to a total: the categories of an indicator. 0 where there is none.
    pub parts: usize,
    /// That total where it is published, one per cell; left empty where there is none.
    pub totals: Vec<Option<i64>>,
    /// What other tables say of each cell while it is hidden, one list per layer, one range per cell: a part is no more
    /// than the whole that is published. Left empty where they say nothing.
    pub outside: Vec<Vec<Option<Range>>>,
}

impl Table {
    /// Published total of the categories of a cell.
    fn total(&self, cell: u32) -> Option<i64> {
        self.totals.get(cell as usize).copied().flatten()
    }

    /// What other tables say of a cell on a layer.
    fn said(&self, layer: usize, cell: u32) -> Option<Range> {
        self.outside.get(layer)?.get(cell as usize).copied().flatten()
    }

    /// A table without any cell, over so many atoms and layers.
    pub fn new(atoms: usize, layers: usize) -> Self {
        Self {
            atoms,
            cells: Vec::new(),
            layers: vec![Vec::new(); layers],
            inner: Vec::new(),
            parts: 0,
            totals: Vec::new(),
            outside: Vec::new(),
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
    /// Whether a larger table starts from what its sums alone ask for, and completes each round with it: less is hidden
    /// where all is linked with all, and sooner; parts that hang together loosely are as well protected without it.
    pub structure: bool,
    /// Whether what other tables, totals and parts say of hidden cells counts ([`Table::outside`]): on a pattern that is
    /// protected without it, little is left to hide.
    pub together: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            min_width: 2,
            above: 1,
            zeros: true,
            effort: Effort {
                nodes: 200,
                shared: 400,
                ..Effort::default()
            },
            small: 160,
            structure: false,
            together: false,
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
    let mut state;
    if table.cells.len() <= rule.small {
        state = greedy(table, &groups, rule, groups.start());
        let secondary = groups.secondary(&state.hidden);
        prune(table, &groups, rule, &mut state, secondary);
        if let Some(mut better) = hitting::optimum(table, &groups, rule, &state) {
            let secondary = groups.secondary(&better.hidden);
            prune(table, &groups, rule, &mut better, secondary);
            state = better;
        }
    } else {
        state = by_parts(table, &groups, rule);
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
        loss: groups.loss_of(&state.hidden),
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

/// Hides, round after round, the least figure of a proof in each block of unknowns, from a pattern on.
fn greedy(table: &Table, groups: &Groups, rule: &Rule, mut state: State) -> State {
    let mut settled = vec![false; table.cells.len()];
    loop {
        let attack = Attack::but(table, &state.hidden, rule, &settled);
        attack.settled().iter().for_each(|cell| settled[*cell as usize] = true);
        let mut touched: BTreeSet<u32> = BTreeSet::new();
        let mut fresh = false;
        state.exposed.clear();
        for (rank, cell) in attack.cells().enumerate() {
            // What is hidden for one cell of a block often protects the others: they are looked at again.
            if !rule.structure && attack.blocks(rank).any(|b| touched.contains(&b)) {
                continue;
            }
            let exposure = attack.exposure(rank);
            if rule.structure && exposure.support.iter().any(|i| state.hidden[*i as usize]) {
                continue; // broken by what this round hides already
            }
            match groups.hitters(table, &exposure).first() {
                Some(g) => {
                    fresh = true;
                    touched.extend(attack.blocks(rank));
                    state.because.entry(*g).or_insert(cell);
                    groups.set(*g, &mut state.hidden, true);
                }
                None => state.exposed.push(cell),
            }
        }
        if fresh && rule.structure {
            state = structure(table, groups, state);
        }
        if !fresh {
            state.exposed.sort_unstable();
            state.exposed.dedup();
            return state;
        }
    }
}

/// Gives back these secondary groups, largest loss first, as long as no other cell is exposed for it; those that are exposed
/// all the same, which nothing more protects, are tried again at the end.
fn prune(table: &Table, groups: &Groups, rule: &Rule, state: &mut State, mut order: Vec<u32>) {
    order.sort_by_key(|g| (std::cmp::Reverse(groups.loss(*g)), *g));
    if order.is_empty() {
        return;
    }
    let exposed = |state: &State, cell: &u32| state.exposed.binary_search(cell).is_ok();
    let again: Vec<u32> = order
        .iter()
        .copied()
        .filter(|g| groups.cells(*g).iter().any(|c| exposed(state, c)))
        .collect();
    let mut near = (table.inner.len() == table.layers.len()).then(|| Near::new(table, state, rule));
    for g in order.into_iter().chain(again) {
        let cells = groups.cells(g);
        if cells.iter().all(|c| !state.hidden[*c as usize]) {
            continue;
        }
        groups.set(g, &mut state.hidden, false);
        // The cell for which the group was hidden is most often the one that still needs it: it is tried alone first.
        let cause = state.because.get(&g).copied().filter(|c| !exposed(state, c));
        let spared = match &mut near {
            Some(near) => near.spares(cells, cause, &state.hidden),
            None => {
                let alone = cause.filter(|c| state.hidden[*c as usize] && rule.zeros);
                alone.is_none_or(|c| Attack::on(table, &state.hidden, rule, &[c]).len() == 0)
                    && Attack::new(table, &state.hidden, rule)
                        .cells()
                        .all(|c| exposed(state, &c))
            }
        };
        if !spared {
            groups.set(g, &mut state.hidden, true);
        }
    }
    state.exposed.retain(|c| state.hidden[*c as usize]);
}

/// Completes a pattern with what the sums alone ask for, whatever the values: only intervals are left to mend.
fn structure(table: &Table, groups: &Groups, mut state: State) -> State {
    let problem = Problem {
        atoms: vec![1; table.atoms],
        cells: table
            .cells
            .iter()
            .enumerate()
            .map(|(i, cell)| Candidate {
                terms: cell.terms.clone(),
                primary: state.hidden[i],
                fixed: cell.role == Role::Fixed,
                rank: 0,
                weight: groups.loss(cell.group),
            })
            .collect(),
        layers: Vec::new(),
    };
    let rules = Disclosure {
        virtual_zone: 0,
        ..Disclosure::default()
    };
    let found = super::protect::protect(&problem, &rules);
    for (cell, guarded) in found.secondary {
        let group = table.cells[cell as usize].group;
        groups.set(group, &mut state.hidden, true);
        if let Some(Guarded::Cell(cause)) = guarded.first() {
            state.because.entry(group).or_insert(*cause);
        }
    }
    state
}

/// Protects a large table part by part, then as a whole, from what the parts hide.
fn by_parts(table: &Table, groups: &Groups, rule: &Rule) -> State {
    use rayon::prelude::*;
    let solve = |cells: &Vec<u32>| -> (Vec<u32>, State) {
        let mut atoms: BTreeMap<u32, u32> = BTreeMap::new();
        let mut local = Table::new(0, table.layers.len());
        local.parts = table.parts;
        let outside = |all: &Vec<Option<Range>>| cells.iter().map(|i| all[*i as usize]).collect();
        local.outside = table.outside.iter().map(outside).collect();
        for i in cells {
            local.totals.push(table.total(*i));
            let cell = &table.cells[*i as usize];
            let terms = cell.terms.iter().map(|(atom, c)| {
                let next = u32::try_from(atoms.len()).unwrap_or(u32::MAX);
                (*atoms.entry(*atom).or_insert(next), *c)
            });
            let terms = terms.collect();
            local.cells.push(Cell { terms, ..cell.clone() });
            for (values, all) in local.layers.iter_mut().zip(&table.layers) {
                values.push(all[*i as usize]);
            }
        }
        local.atoms = atoms.len();
        local.inner = table.inner.iter().map(|all| gathered(all, &atoms)).collect();
        let groups = Groups::new(&local);
        let start = if rule.structure {
            structure(&local, &groups, groups.start())
        } else {
            groups.start()
        };
        let mut state = greedy(&local, &groups, rule, start);
        let secondary = groups.secondary(&state.hidden);
        let hidden = state.hidden.iter().filter(|h| **h).count();
        if !rule.structure || secondary.len() * hidden * hidden <= TRIALS {
            prune(&local, &groups, rule, &mut state, secondary);
        }
        (groups.secondary(&state.hidden), state)
    };
    let mut parts = parts(table);
    let apart = rule.together && table.cells.len() > LARGE;
    if rule.together && !apart {
        // Protected already without what others say: what is left is met in the whole.
        parts.clear();
    }
    if apart {
        // Protected already without what others say: only where they say something of a hidden cell is there more to see.
        let start = groups.start().hidden;
        let spoken = |i: &u32| {
            let said = || (0..table.layers.len()).any(|layer| table.said(layer, *i).is_some());
            start[*i as usize] && (table.total(*i).is_some() || said())
        };
        parts.retain(|cells| cells.iter().any(spoken));
    }
    // Some take a thousand times longer than others.
    let solved: Vec<(Vec<u32>, State)> = parts.par_iter().with_max_len(1).map(solve).collect();
    let mut state = groups.start();
    for ((secondary, own), cells) in solved.into_iter().zip(&parts) {
        for g in secondary {
            groups.set(g, &mut state.hidden, true);
            let cause = own.because.get(&g).map(|local| cells[*local as usize]);
            state.because.extend(cause.map(|cell| (g, cell)));
        }
        if apart {
            state
                .exposed
                .extend(own.exposed.iter().map(|local| cells[*local as usize]));
        }
    }
    if apart {
        state.exposed.sort_unstable();
        return state;
    }
    let before = groups.secondary(&state.hidden);
    state = greedy(table, groups, rule, state);
    let added: Vec<u32> = groups
        .secondary(&state.hidden)
        .into_iter()
        .filter(|g| before.binary_search(g).is_err())
        .collect();
    // Each trial may attack the whole table.
    let hidden = state.hidden.iter().filter(|h| **h).count();
    if added.len() <= FEW || added.len() * hidden * hidden <= TRIALS {
        prune(table, groups, rule, &mut state, added);
    }
    state
}

/// Values of the atoms of a part, in its own order.
fn gathered(all: &[i64], atoms: &BTreeMap<u32, u32>) -> Vec<i64> {
    let mut out = vec![0; atoms.len()];
    for (atom, local) in atoms {
        out[*local as usize] = all[*atom as usize];
    }
    out
}

/// Cells of each part of a table: cells that share atoms are together, but for those that hold most atoms.
fn parts(table: &Table) -> Vec<Vec<u32>> {
    let mut parent: Vec<u32> = (0..).take(table.atoms).collect();
    let is_wide = |cell: &Cell| cell.terms.len() * 2 > table.atoms;
    for cell in table.cells.iter().filter(|c| !is_wide(c)) {
        for pair in cell.terms.windows(2) {
            join(&mut parent, pair[0].0, pair[1].0);
        }
    }
    let mut parts: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (i, cell) in (0u32..).zip(&table.cells).filter(|(_, c)| !is_wide(c)) {
        if let Some((atom, _)) = cell.terms.first() {
            parts.entry(root(&mut parent, *atom)).or_default().push(i);
        }
    }
    parts.into_values().collect()
}
