//! Secondary suppression: which cells to hide so that no hidden one can be recomputed.
//!
//! - Enters: atoms, the cells that may be published, those already hidden by a threshold.
//! - Leaves: the other cells to hide, each with what it protects.
//! - Stays out: indicators and values of categories: cells hidden in the same way for all of them make one problem.
//!
//! Cells are published one by one, totals first, large before small; a cell that would make a hidden one a combination
//! of published ones is hidden (greedy elimination, after Langsrud, "Secondary cell suppression by Gaussian
//! elimination: an algorithm suitable for handling issues with zeros and singletons", 2024). Then small unions of
//! unpublished atoms that the rest determines, which nobody prints but anybody can subtract, become cells to protect
//! in their turn, until there is none left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::attack::{Shape, Terms};
use crate::config::Disclosure;

/// The Mersenne prime 2⁶¹ − 1: a chance zero has probability 2⁻⁶¹, and would hide a cell too many, never too few.
const P: u64 = (1 << 61) - 1;

/// Rounds of search for small unions; each round protects all those of the round before.
const ROUNDS: usize = 12;

/// A table to protect.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// True base count of each atom: a residence, or the rows of one place that have none.
    pub atoms: Vec<i64>,
    /// Cells that may be published.
    pub cells: Vec<Candidate>,
    /// Values of the atoms, one list per category hidden with the same pattern: a zone that counts one dwelling of a
    /// category, or fewer than the least width, pins down each of its parts, since none is negative. May be empty.
    pub layers: Vec<Vec<i64>>,
}

/// A cell that may be published.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its atoms, with coefficients.
    pub terms: Terms,
    /// Hidden already by a threshold: it must not be recomputed.
    pub primary: bool,
    /// Known by the reader whatever is done: published in an earlier edition.
    pub fixed: bool,
    /// Published first when low: totals before parts.
    pub rank: u32,
    /// What is lost if it is hidden; among equal ranks the heaviest is published first.
    pub weight: u64,
}

/// What to hide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    /// Cells to hide, sorted, with the cells or zones each protects.
    pub secondary: BTreeMap<u32, Vec<Guarded>>,
    /// Hidden cells that fixed ones determine: nothing can protect them any more.
    pub lost: Vec<u32>,
    /// Small unions found determined, then protected, each with its atoms.
    pub zones: Vec<Vec<u32>>,
}

/// What a secondary cell protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guarded {
    /// A cell hidden by a threshold.
    Cell(u32),
    /// A zone that nobody prints, by its rank in [`Protected::zones`].
    Zone(u32),
}

/// Chooses the cells to hide, with as little loss as a greedy choice gives; the same for the same problem.
pub fn protect(problem: &Problem, rules: &Disclosure) -> Protected {
    let merged = Merged::new(problem);
    // Atoms that nothing tells apart make the first zones: an IRIS minus the residences published in it.
    let small = Small {
        problem,
        merged: &merged,
        limit: i64::from(rules.virtual_zone),
        width: i64::from(rules.min_width),
    };
    let alone: BTreeSet<u32> = problem
        .cells
        .iter()
        .filter_map(|c| match c.terms[..] {
            [(atom, _)] => Some(atom),
            _ => None,
        })
        .collect();
    let mut zones: Vec<Vec<u32>> = (0u32..)
        .zip(&merged.members)
        .filter(|(variable, members)| {
            // One atom that is a cell by itself is published, or a hidden cell to protect already.
            !(members.len() == 1 && alone.contains(&members[0])) && small.is(&[*variable])
        })
        .map(|(variable, _)| vec![variable])
        .collect();
    let mut out = Protected::default();
    for _ in 0..ROUNDS {
        let (secondary, lost) = greedy(problem, &merged, &zones);
        let hidden: BTreeSet<u32> = secondary.keys().copied().collect();
        out = Protected {
            secondary,
            lost,
            zones: Vec::new(),
        };
        let found = small_unions(problem, &merged, &hidden, &small);
        let new: Vec<Vec<u32>> = found.into_iter().filter(|z| !zones.contains(z)).collect();
        if new.is_empty() {
            break;
        }
        zones.extend(new);
    }
    // Only the zones that cost a cell are worth telling; the others were never determined.
    let told: BTreeSet<u32> = out
        .secondary
        .values()
        .flatten()
        .filter_map(|guarded| match guarded {
            Guarded::Zone(rank) => Some(*rank),
            Guarded::Cell(_) => None,
        })
        .collect();
    let rank_of: HashMap<u32, u32> = told.iter().copied().zip(0u32..).collect();
    for guarded in out.secondary.values_mut().flatten() {
        if let Guarded::Zone(rank) = guarded {
            *rank = rank_of[rank];
        }
    }
    out.zones = told
        .iter()
        .map(|rank| &zones[*rank as usize])
        .map(|zone| {
            let mut atoms: Vec<u32> = zone
                .iter()
                .flat_map(|v| merged.members[*v as usize].iter().copied())
                .collect();
            atoms.sort_unstable();
            atoms
        })
        .collect();
    out
}

/// Tells which zones must not be known.
struct Small<'a> {
    problem: &'a Problem,
    merged: &'a Merged,
    limit: i64,
    width: i64,
}

impl Small<'_> {
    fn is(&self, zone: &[u32]) -> bool {
        if zone.iter().map(|v| self.merged.totals[*v as usize]).sum::<i64>() < self.limit {
            return true;
        }
        let atoms = || zone.iter().flat_map(|v| &self.merged.members[*v as usize]);
        self.problem.layers.iter().any(|layer| {
            let total: i64 = atoms().map(|a| layer[*a as usize]).sum();
            // A certain zero is what the total above says itself; the audit warns of it.
            total > 0 && total < self.width
        })
    }
}

/// Atoms that no publishable cell tells apart, made one variable.
struct Merged {
    of_atom: Vec<u32>,
    members: Vec<Vec<u32>>,
    totals: Vec<i64>,
    /// Row of each cell over the variables; none when it cuts a variable, so that nothing determines it.
    rows: Vec<Option<BTreeMap<u32, u64>>>,
}

impl Merged {
    fn new(problem: &Problem) -> Self {
        let mut signatures: Vec<Vec<(u32, i64)>> = vec![Vec::new(); problem.atoms.len()];
        for (rank, cell) in (0u32..).zip(&problem.cells) {
            if !cell.primary {
                for (atom, coefficient) in &cell.terms {
                    signatures[*atom as usize].push((rank, *coefficient));
                }
            }
        }
        let mut variables: HashMap<Vec<(u32, i64)>, u32> = HashMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        let mut of_atom = Vec::with_capacity(problem.atoms.len());
        for (atom, signature) in (0u32..).zip(signatures) {
            let next = u32::try_from(members.len()).unwrap_or(u32::MAX);
            let variable = *variables.entry(signature).or_insert(next);
            if variable == next {
                members.push(Vec::new());
            }
            members[variable as usize].push(atom);
            of_atom.push(variable);
        }
        let totals = members
            .iter()
            .map(|m| m.iter().map(|a| problem.atoms[*a as usize]).sum())
            .collect();
        let mut merged = Self {
            of_atom,
            members,
            totals,
            rows: Vec::new(),
        };
        merged.rows = problem.cells.iter().map(|c| merged.row(&c.terms)).collect();
        merged
    }

    fn row(&self, terms: &Terms) -> Option<BTreeMap<u32, u64>> {
        let mut row: BTreeMap<u32, (i64, usize)> = BTreeMap::new();
        for (atom, coefficient) in terms {
            let entry = row.entry(self.of_atom[*atom as usize]).or_insert((*coefficient, 0));
            if entry.0 != *coefficient {
                return None;
            }
            entry.1 += 1;
        }
        let whole = row
            .iter()
            .all(|(variable, (_, count))| self.members[*variable as usize].len() == *count);
        whole.then(|| row.into_iter().map(|(v, (c, _))| (v, residue(c))).collect())
    }
}

const fn residue(value: i64) -> u64 {
    value.rem_euclid(P as i64) as u64
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    // The remainder is under 2⁶¹.
    (product % u128::from(P)) as u64
}

fn inverse(a: u64) -> u64 {
    let (mut base, mut exponent, mut out) = (a, P - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = times(out, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    out
}

/// Takes `factor × row` away from `from`.
fn subtract(from: &mut BTreeMap<u32, u64>, row: &BTreeMap<u32, u64>, factor: u64) {
    for (variable, coefficient) in row {
        let entry = from.entry(*variable).or_insert(0);
        *entry = (*entry + P - times(*coefficient, factor)) % P;
        if *entry == 0 {
            from.remove(variable);
        }
    }
}

/// Rows published so far, and hidden rows reduced by them.
struct Elimination {
    pivots: HashMap<u32, (usize, BTreeMap<u32, u64>)>,
    targets: Vec<(Guarded, BTreeMap<u32, u64>)>,
    by_variable: HashMap<u32, BTreeSet<usize>>,
}

impl Elimination {
    fn new(targets: Vec<(Guarded, BTreeMap<u32, u64>)>) -> Self {
        let mut by_variable: HashMap<u32, BTreeSet<usize>> = HashMap::new();
        for (i, (_, row)) in targets.iter().enumerate() {
            for variable in row.keys() {
                by_variable.entry(*variable).or_default().insert(i);
            }
        }
        Self {
            pivots: HashMap::new(),
            targets,
            by_variable,
        }
    }

    /// What the rows published so far leave of a row.
    fn reduce(&self, row: &BTreeMap<u32, u64>) -> BTreeMap<u32, u64> {
        let mut left = row.clone();
        let mut todo: BTreeSet<(usize, u32)> = left
            .keys()
            .filter_map(|v| self.pivots.get(v).map(|p| (p.0, *v)))
            .collect();
        while let Some((order, variable)) = todo.pop_first() {
            let Some(factor) = left.get(&variable).copied() else {
                continue;
            };
            let (_, pivot) = &self.pivots[&variable];
            subtract(&mut left, pivot, factor);
            // Variables brought in may be pivots of later rows.
            todo.extend(
                pivot
                    .keys()
                    .filter_map(|v| self.pivots.get(v).map(|p| (p.0, *v)))
                    .filter(|(o, _)| *o > order),
            );
        }
        left
    }

    /// Hidden rows that a reduced row would determine: those proportional to it.
    fn determined(&self, row: &BTreeMap<u32, u64>) -> Vec<usize> {
        let Some((variable, lead)) = row.first_key_value() else {
            return Vec::new();
        };
        let Some(near) = self.by_variable.get(variable) else {
            return Vec::new();
        };
        near.iter()
            .copied()
            .filter(|i| {
                let target = &self.targets[*i].1;
                let factor = times(target[variable], inverse(*lead));
                target.len() == row.len()
                    && target
                        .iter()
                        .all(|(v, a)| row.get(v).is_some_and(|b| times(*b, factor) == *a))
            })
            .collect()
    }

    /// Publishes a reduced row.
    fn publish(&mut self, row: BTreeMap<u32, u64>) {
        // The variable of the fewest hidden rows spreads least; the lowest of equals.
        let count = |v: &u32| self.by_variable.get(v).map_or(0, BTreeSet::len);
        let Some(pivot) = row.keys().copied().min_by_key(|v| (count(v), *v)) else {
            return;
        };
        let scale = inverse(row[&pivot]);
        let row: BTreeMap<u32, u64> = row.into_iter().map(|(v, a)| (v, times(a, scale))).collect();
        for i in self.by_variable.remove(&pivot).unwrap_or_default() {
            let before: BTreeSet<u32> = self.targets[i].1.keys().copied().collect();
            let factor = self.targets[i].1[&pivot];
            subtract(&mut self.targets[i].1, &row, factor);
            let after: BTreeSet<u32> = self.targets[i].1.keys().copied().collect();
            for gone in before.difference(&after) {
                if let Some(list) = self.by_variable.get_mut(gone) {
                    list.remove(&i);
                }
            }
            for new in after.difference(&before) {
                self.by_variable.entry(*new).or_default().insert(i);
            }
        }
        let order = self.pivots.len();
        self.pivots.insert(pivot, (order, row));
    }
}

type Hidden = BTreeMap<u32, Vec<Guarded>>;

fn greedy(problem: &Problem, merged: &Merged, zones: &[Vec<u32>]) -> (Hidden, Vec<u32>) {
    let mut targets: Vec<(Guarded, BTreeMap<u32, u64>)> = Vec::new();
    for (rank, (cell, row)) in (0u32..).zip(problem.cells.iter().zip(&merged.rows)) {
        if let (true, Some(row)) = (cell.primary && !cell.terms.is_empty(), row) {
            targets.push((Guarded::Cell(rank), row.clone()));
        }
    }
    for (rank, zone) in (0u32..).zip(zones) {
        targets.push((Guarded::Zone(rank), zone.iter().map(|v| (*v, 1)).collect()));
    }
    let mut order: Vec<u32> = (0u32..)
        .zip(&problem.cells)
        .filter(|(_, cell)| !cell.primary)
        .map(|(i, _)| i)
        .collect();
    order.sort_by_key(|i| {
        let cell = &problem.cells[*i as usize];
        (!cell.fixed, cell.rank, std::cmp::Reverse(cell.weight), *i)
    });
    let mut elimination = Elimination::new(targets);
    let (mut secondary, mut lost) = (Hidden::new(), Vec::new());
    for rank in order {
        // A cell that may be published cuts no variable: atoms are merged by these very cells.
        let Some(row) = &merged.rows[rank as usize] else {
            continue;
        };
        let left = elimination.reduce(row);
        let determined = elimination.determined(&left);
        if determined.is_empty() {
            elimination.publish(left);
        } else if problem.cells[rank as usize].fixed {
            let cell = |i: usize| match elimination.targets[i].0 {
                Guarded::Cell(cell) => Some(cell),
                Guarded::Zone(_) => None,
            };
            lost.extend(determined.into_iter().filter_map(cell));
            elimination.publish(left);
        } else {
            secondary.insert(rank, determined.into_iter().map(|i| elimination.targets[i].0).collect());
        }
    }
    lost.sort_unstable();
    lost.dedup();
    (secondary, lost)
}

/// Unions of up to four unpublished variables, under the limit, that the published cells determine.
fn small_unions(problem: &Problem, merged: &Merged, hidden: &BTreeSet<u32>, small: &Small<'_>) -> Vec<Vec<u32>> {
    let facts: Vec<Terms> = (0u32..)
        .zip(problem.cells.iter().zip(&merged.rows))
        .filter(|(rank, (cell, _))| !cell.primary && !hidden.contains(rank))
        .filter_map(|(_, (_, row))| {
            let row = row.as_ref()?;
            row.iter().map(|(v, a)| Some((*v, i64::try_from(*a).ok()?))).collect()
        })
        .collect();
    let exact = vec![true; facts.len()];
    let shape = Shape::new(merged.members.len(), facts, &exact, Vec::new());
    let (unions, _) = shape.unions(&exact);
    unions
        .into_iter()
        .map(|union| union.atoms)
        .filter(|zone| small.is(zone))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(atoms: &[u32], primary: bool, rank: u32, sizes: &[i64]) -> Candidate {
        let weight: i64 = atoms.iter().map(|a| sizes[*a as usize]).sum();
        Candidate {
            terms: atoms.iter().map(|a| (*a, 1)).collect(),
            primary,
            fixed: false,
            rank,
            weight: u64::try_from(weight).expect("a count"),
        }
    }

    /// Cells hidden when primary ones are those under eleven.
    fn table(sizes: &[i64], cells: &[(&[u32], u32)]) -> Problem {
        let small = |atoms: &[u32]| atoms.iter().map(|a| sizes[*a as usize]).sum::<i64>() < 11;
        Problem {
            atoms: sizes.to_vec(),
            layers: Vec::new(),
            cells: cells
                .iter()
                .map(|(atoms, rank)| cell(atoms, small(atoms), *rank, sizes))
                .collect(),
        }
    }

    fn hidden(problem: &Problem) -> Vec<u32> {
        protect(problem, &Disclosure::default()).secondary.into_keys().collect()
    }

    #[test]
    fn the_smallest_neighbour_protects_the_one_hidden_part() {
        // A commune of three IRIS, 212, 95 and 7: the one of 95 is hidden too.
        let problem = table(&[212, 95, 7], &[(&[0, 1, 2], 1), (&[0], 3), (&[1], 3), (&[2], 3)]);
        assert_eq!(hidden(&problem), [2]);
        let protected = protect(&problem, &Disclosure::default());
        assert_eq!(protected.secondary[&2], [Guarded::Cell(3)]);
    }

    #[test]
    fn nothing_is_hidden_where_nothing_can_be_recomputed() {
        let problem = table(&[212, 95], &[(&[0, 1], 1), (&[0], 3), (&[1], 3)]);
        assert_eq!(hidden(&problem), Vec::<u32>::new());
        // Two small parts of eleven together: neither is known.
        let problem = table(&[212, 6, 5], &[(&[0, 1, 2], 1), (&[0], 3), (&[1], 3), (&[2], 3)]);
        assert_eq!(hidden(&problem), Vec::<u32>::new());
    }

    #[test]
    fn two_hidden_parts_under_eleven_together_are_a_zone_to_protect() {
        let problem = table(
            &[212, 40, 6, 3],
            &[(&[0, 1, 2, 3], 1), (&[0], 3), (&[1], 3), (&[2], 3), (&[3], 3)],
        );
        let protected = protect(&problem, &Disclosure::default());
        assert_eq!(protected.secondary.keys().copied().collect::<Vec<_>>(), [2]);
        assert_eq!(protected.zones, [[2, 3]]);
    }

    #[test]
    fn a_remainder_that_counts_one_of_a_category_is_a_zone_to_protect() {
        // Residences of 20, 6 and 8; the last two are hidden and have one dwelling of a category between them.
        let cells: &[(&[u32], u32)] = &[
            (&[0, 1, 2, 3], 0),
            (&[0, 1, 2], 3),
            (&[3], 3),
            (&[0], 4),
            (&[1], 4),
            (&[2], 4),
        ];
        let mut problem = table(&[20, 6, 8, 50], cells);
        assert_eq!(hidden(&problem), Vec::<u32>::new());
        problem.layers = vec![vec![5, 1, 0, 9]];
        // The residence of 20 keeps the remainder unknown.
        assert_eq!(hidden(&problem), [3]);
        problem.layers = vec![vec![5, 0, 0, 9], vec![5, 2, 0, 9]];
        assert_eq!(
            hidden(&problem),
            Vec::<u32>::new(),
            "a certain zero, and two that either may hold"
        );
    }

    #[test]
    fn a_district_that_leaves_a_small_remainder_of_an_iris_is_seen() {
        // IRIS of 60, 54 of them in a QPV that goes beyond it: the 6 outside are IRIS minus its part in the QPV.
        // Residences: 0 in both (54), 1 in the IRIS only (6), 2 in the QPV only (30), 3 elsewhere (100).
        let problem = table(
            &[54, 6, 30, 100],
            &[
                (&[0, 1, 2, 3], 1),
                (&[0, 2], 2),
                (&[0, 1], 3),
                (&[2, 3], 3),
                (&[0], 4),
                (&[1], 4),
                (&[2], 4),
                (&[3], 4),
            ],
        );
        let protected = protect(&problem, &Disclosure::default());
        assert!(!protected.secondary.is_empty());
        // Whatever was hidden, no combination of what is left gives the residence of 6.
        let published: Vec<Terms> = (0u32..)
            .zip(&problem.cells)
            .filter(|(i, c)| !c.primary && !protected.secondary.contains_key(i))
            .map(|(_, c)| c.terms.clone())
            .collect();
        let span = crate::disclosure::attack::Linear::new((0u32..).zip(&published));
        assert!(!span.determines(&vec![(1, 1)]));
    }

    #[test]
    fn what_is_already_published_cannot_be_hidden_and_is_told() {
        let mut problem = table(&[212, 95, 7], &[(&[0, 1, 2], 1), (&[0], 3), (&[1], 3), (&[2], 3)]);
        for cell in problem.cells.iter_mut().take(3) {
            cell.fixed = true;
        }
        let protected = protect(&problem, &Disclosure::default());
        assert!(protected.secondary.is_empty());
        assert_eq!(protected.lost, [3]);
    }

    #[test]
    fn random_nested_and_crossing_tables_are_safe() {
        use rand::{Rng as _, SeedableRng as _};
        for seed in 0..60u64 {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let n = rng.random_range(6..40u32);
            let sizes: Vec<i64> = (0..n).map(|_| rng.random_range(1..40)).collect();
            let (iris, qpv): (Vec<u32>, Vec<u32>) =
                (0..n).map(|_| (rng.random_range(0..6), rng.random_range(0..4))).unzip();
            let of = |test: &dyn Fn(usize) -> bool| (0..n).filter(|a| test(*a as usize)).collect::<Vec<u32>>();
            let mut cells: Vec<(Vec<u32>, u32)> = vec![(of(&|_| true), 0)];
            cells.extend((0..3).map(|c| (of(&|a| iris[a] % 3 == c), 1)));
            cells.extend((0..3).map(|q| (of(&|a| qpv[a] == q), 2)));
            cells.extend((0..6).map(|i| (of(&|a| iris[a] == i), 3)));
            cells.extend((0..n).map(|a| (vec![a], 4)));
            let cells: Vec<(&[u32], u32)> = cells
                .iter()
                .filter(|c| !c.0.is_empty())
                .map(|(a, r)| (a.as_slice(), *r))
                .collect();
            let problem = table(&sizes, &cells);
            let protected = protect(&problem, &Disclosure::default());
            let published: Vec<Terms> = (0u32..)
                .zip(&problem.cells)
                .filter(|(i, c)| !c.primary && !protected.secondary.contains_key(i))
                .map(|(_, c)| c.terms.clone())
                .collect();
            let span = crate::disclosure::attack::Linear::new((0u32..).zip(&published));
            for cell in problem.cells.iter().filter(|c| c.primary) {
                assert!(!span.determines(&cell.terms), "seed {seed}");
            }
            for a in 0..n {
                for b in 0..a {
                    if sizes[a as usize] + sizes[b as usize] < 11 {
                        assert!(!span.determines(&vec![(b, 1), (a, 1)]), "seed {seed}: {a} {b}");
                    }
                }
            }
            assert_eq!(protected, protect(&problem, &Disclosure::default()));
        }
    }
}
