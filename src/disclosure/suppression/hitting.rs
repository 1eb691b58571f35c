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
    let limit = groups.loss_of(&greedy.hidden);
    let mut clauses: BTreeSet<Clause> = BTreeSet::new();
    let mut because = greedy.because.clone();
    let mut exact = true;
    let (mut nodes, mut floor) = (ALL_NODES, 0);
    for _ in 0..ROUNDS {
        let list: Vec<Clause> = clauses.iter().cloned().collect();
        let chosen = match exact.then(|| least(&list, groups, limit, floor, &mut nodes)).flatten() {
            Some(chosen) => {
                // Clauses are only added: the least loss never falls.
                floor = chosen.iter().map(|g| groups.loss(*g)).sum();
                chosen
            }
            // Too many ways out to try them all: a good cover, no longer surely the best.
            None => {
                exact = false;
                cover(&list, groups)
            }
        };
        let hidden = groups.pattern(&chosen);
        let found = exposures(table, &hidden, rule);
        if found.is_empty() {
            if groups.loss_of(&hidden) > limit {
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

/// Groups of a search, as bits: a small table has no more than this many cells.
const WORDS: usize = 4;
type Bits = [u64; WORDS];

/// Ranks set in a set of bits, ascending.
fn ranks(bits: Bits) -> impl Iterator<Item = usize> {
    bits.into_iter().enumerate().flat_map(|(w, mut word)| {
        std::iter::from_fn(move || {
            let rank = (word != 0).then(|| w * 64 + word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(rank)
        })
    })
}

fn meets(a: &Bits, b: &Bits) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

fn less(a: &Bits, b: &Bits) -> Bits {
    std::array::from_fn(|w| a[w] & !b[w])
}

fn with(a: &Bits, rank: usize) -> Bits {
    let mut out = *a;
    out[rank / 64] |= 1 << (rank % 64);
    out
}

fn has(a: &Bits, rank: usize) -> bool {
    a[rank / 64] >> (rank % 64) & 1 == 1
}

/// A clause over the ranks of its groups.
struct Choice {
    when: Option<usize>,
    hitters: Bits,
}

struct Search {
    choices: Vec<Choice>,
    loss: Vec<u64>,
    best: Option<Bits>,
    best_loss: u64,
    /// A loss that no pattern goes under: one that reaches it is the least.
    floor: u64,
    nodes: usize,
}

/// Least set of groups that satisfies all clauses, of loss at most `limit`, and no less than `floor`.
fn least(clauses: &[Clause], groups: &Groups, limit: u64, floor: u64, all: &mut usize) -> Option<Vec<u32>> {
    let named = |c: &Clause| c.hitters.iter().copied().chain(c.when).collect::<Vec<_>>();
    let mut names: Vec<u32> = clauses.iter().flat_map(named).collect();
    names.sort_unstable();
    names.dedup();
    // Cheapest first: among ways out of a clause, that order is tried.
    names.sort_by_key(|g| (groups.loss(*g), *g));
    if names.len() > WORDS * 64 {
        return None;
    }
    let rank: BTreeMap<u32, usize> = names.iter().enumerate().map(|(i, g)| (*g, i)).collect();
    let choice = |c: &Clause| Choice {
        when: c.when.map(|g| rank[&g]),
        hitters: c.hitters.iter().fold([0; WORDS], |bits, g| with(&bits, rank[g])),
    };
    let mut choices: Vec<Choice> = Vec::new();
    for clause in clauses {
        // A clause that another implies says nothing.
        let own = choice(clause);
        let implied = |known: &Choice| {
            (known.when.is_none() || known.when == own.when) && less(&known.hitters, &own.hitters) == [0; WORDS]
        };
        if !choices.iter().any(implied) {
            choices.push(own);
        }
    }
    choices.sort_by_key(|c| c.hitters.iter().map(|w| w.count_ones()).sum::<u32>());
    let allowed = NODES.min(*all);
    let mut search = Search {
        choices,
        loss: names.iter().map(|g| groups.loss(*g)).collect(),
        best: None,
        best_loss: limit.saturating_add(1),
        floor,
        nodes: allowed,
    };
    search.go([0; WORDS], [0; WORDS], 0);
    *all -= allowed - search.nodes;
    let ended = search.nodes > 0 || search.best_loss <= floor;
    let best = search.best.filter(|_| ended)?;
    let mut best: Vec<u32> = ranks(best).map(|i| names[i]).collect();
    best.sort_unstable();
    Some(best)
}

impl Search {
    /// Tries all ways to satisfy the clauses beyond those chosen, without those refused.
    fn go(&mut self, chosen: Bits, mut refused: Bits, loss: u64) {
        if self.nodes == 0 || loss >= self.best_loss || self.best_loss <= self.floor {
            return;
        }
        self.nodes -= 1;
        // Loss that cannot be avoided: each open clause asks for what its ways out still have to give, taken from them
        // (dual ascent); and the open clause with the fewest ways out.
        let mut slack = self.loss.clone();
        let mut bound = loss;
        let mut fewest: Option<(u32, Bits)> = None;
        for choice in &self.choices {
            if choice.when.is_some_and(|g| !has(&chosen, g)) || meets(&choice.hitters, &chosen) {
                continue;
            }
            let ways = less(&choice.hitters, &refused);
            let count = ways.iter().map(|w| w.count_ones()).sum();
            let Some(rise) = ranks(ways).map(|g| slack[g]).min() else {
                return;
            };
            bound += rise;
            if bound >= self.best_loss {
                return;
            }
            ranks(ways).for_each(|g| slack[g] -= rise);
            if fewest.is_none_or(|(least, _)| count < least) {
                fewest = Some((count, ways));
            }
        }
        let Some((_, ways)) = fewest else {
            self.best = Some(chosen);
            self.best_loss = loss;
            return;
        };
        for g in ranks(ways) {
            self.go(with(&chosen, g), refused, loss + self.loss[g]);
            refused = with(&refused, g);
        }
    }
}
