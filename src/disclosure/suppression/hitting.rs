//! The optimum on small tables: hide the least so that every proof met so far is broken; attack; repeat. When trying all
//! ways is too long, a weighted cover takes the place of the least one.

use std::collections::{BTreeMap, BTreeSet};

use super::round::exposures;
use super::{Groups, Rule, State, Table};

/// Attacks before giving up: the greedy pattern is then kept.
const ROUNDS: usize = 200;
/// Nodes of one search of the least pattern.
const NODES: usize = 60_000;
/// Nodes of all searches together.
const ALL_NODES: usize = 1_000_000;

/// "If `when` is hidden (or always), hide one of `hitters`."
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Clause {
    when: Option<u32>,
    hitters: Vec<u32>,
}

/// Finds the pattern of least loss; `None` when the greedy one is as good, or the effort was not enough.
///
/// Every clause is necessary, so the least pattern that satisfies them never loses more than the optimum; when its
/// attack fails, it is the optimum.
pub(super) fn optimum(table: &Table, groups: &Groups, rule: &Rule, greedy: &State) -> Option<State> {
    if !greedy.exposed.is_empty() {
        return None;
    }
    let limit = groups.loss_of(&greedy.hidden, table);
    let mut clauses: BTreeSet<Clause> = BTreeSet::new();
    let mut because = greedy.because.clone();
    let mut exact = true;
    let mut nodes = ALL_NODES;
    for _ in 0..ROUNDS {
        let list: Vec<Clause> = clauses.iter().cloned().collect();
        let chosen = match exact.then(|| least(&list, groups, limit, &mut nodes)).flatten() {
            Some(chosen) => chosen,
            // Too many ways out to try them all: a good cover, no longer surely the best.
            None => {
                exact = false;
                cover(&list, groups)
            }
        };
        let hidden = groups.pattern(table, &chosen);
        let found = exposures(table, &hidden, rule);
        if found.is_empty() {
            if groups.loss_of(&hidden, table) > limit {
                return None;
            }
            return Some(State {
                hidden,
                because,
                exposed: Vec::new(),
            });
        }
        let before = clauses.len();
        for exposure in &found {
            let group = table.cells[exposure.cell as usize].group;
            let hitters = groups.hitters(table, exposure);
            for g in &hitters {
                because.entry(*g).or_insert(exposure.cell);
            }
            clauses.insert(Clause {
                when: (!groups.is_primary(group)).then_some(group),
                hitters,
            });
        }
        if clauses.len() == before {
            return None;
        }
    }
    None
}

impl Clause {
    fn is_open(&self, chosen: &BTreeSet<u32>) -> bool {
        self.when.is_none_or(|g| chosen.contains(&g)) && !self.hitters.iter().any(|g| chosen.contains(g))
    }
}

/// Covers all clauses, the group that breaks most of them for its loss first; then drops what is not needed.
fn cover(clauses: &[Clause], groups: &Groups) -> Vec<u32> {
    let mut chosen: BTreeSet<u32> = BTreeSet::new();
    loop {
        let mut hits: BTreeMap<u32, u64> = BTreeMap::new();
        for clause in clauses.iter().filter(|c| c.is_open(&chosen)) {
            for g in &clause.hitters {
                *hits.entry(*g).or_default() += 1;
            }
        }
        // Least loss per clause broken: compare a/b with c/d by a·d and c·b.
        let best = hits.iter().min_by(|(a, m), (b, n)| {
            let left = u128::from(groups.loss(**a)) * u128::from(**n);
            let right = u128::from(groups.loss(**b)) * u128::from(**m);
            left.cmp(&right).then(a.cmp(b))
        });
        let Some((g, _)) = best else {
            break;
        };
        chosen.insert(*g);
    }
    let mut order: Vec<u32> = chosen.iter().copied().collect();
    order.sort_by_key(|g| (std::cmp::Reverse(groups.loss(*g)), *g));
    for g in order {
        chosen.remove(&g);
        if clauses.iter().any(|c| !c.hitters.is_empty() && c.is_open(&chosen)) {
            chosen.insert(g);
        }
    }
    chosen.into_iter().collect()
}

struct Search<'a> {
    clauses: &'a [Clause],
    groups: &'a Groups,
    best: Option<Vec<u32>>,
    best_loss: u64,
    nodes: usize,
}

/// Least set of groups that satisfies all clauses, of loss at most `limit`.
fn least(clauses: &[Clause], groups: &Groups, limit: u64, all: &mut usize) -> Option<Vec<u32>> {
    let allowed = NODES.min(*all);
    let mut search = Search {
        clauses,
        groups,
        best: None,
        best_loss: limit.saturating_add(1),
        nodes: allowed,
    };
    search.go(&mut Vec::new(), &mut BTreeSet::new(), 0);
    *all -= allowed - search.nodes;
    if search.nodes == 0 { None } else { search.best }
}

impl Search<'_> {
    fn go(&mut self, chosen: &mut Vec<u32>, refused: &mut BTreeSet<u32>, loss: u64) {
        if self.nodes == 0 || loss >= self.best_loss {
            return;
        }
        self.nodes -= 1;
        // The open clause with the fewest ways out.
        let open =
            |c: &&Clause| c.when.is_none_or(|g| chosen.contains(&g)) && !c.hitters.iter().any(|g| chosen.contains(g));
        let ways = |c: &&Clause| c.hitters.iter().filter(|g| !refused.contains(g)).count();
        let Some(clause) = self.clauses.iter().filter(open).min_by_key(ways) else {
            let mut set = chosen.clone();
            set.sort_unstable();
            self.best = Some(set);
            self.best_loss = loss;
            return;
        };
        if loss + self.floor(chosen, refused) >= self.best_loss {
            return;
        }
        let ways: Vec<u32> = clause
            .hitters
            .iter()
            .copied()
            .filter(|g| !refused.contains(g))
            .collect();
        for g in &ways {
            chosen.push(*g);
            let more = self.groups.loss(*g);
            self.go(chosen, refused, loss + more);
            chosen.pop();
            refused.insert(*g);
        }
        for g in &ways {
            refused.remove(g);
        }
    }

    /// Loss that cannot be avoided: open clauses that share no way out each cost at least their least.
    fn floor(&self, chosen: &[u32], refused: &BTreeSet<u32>) -> u64 {
        let mut used: BTreeSet<u32> = BTreeSet::new();
        let mut floor = 0;
        for c in self.clauses {
            let open = c.when.is_none_or(|g| chosen.contains(&g)) && !c.hitters.iter().any(|g| chosen.contains(g));
            let ways = || c.hitters.iter().filter(|g| !refused.contains(g));
            if !open || ways().any(|g| used.contains(g)) {
                continue;
            }
            match ways().map(|g| self.groups.loss(*g)).min() {
                Some(least) => floor += least,
                None => return u64::MAX / 2,
            }
            used.extend(ways());
        }
        floor
    }
}
