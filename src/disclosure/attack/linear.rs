//! What equalities alone determine, whatever the values: elimination modulo 2⁶¹ − 1, confirmed in rationals.
//!
//! A random vector of the null space gives each atom a fingerprint: a union of atoms is determined by the published
//! equalities if and only if its fingerprints sum to zero (up to one chance in 2⁶¹).

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::proof::Fraction;
use super::{Shape, Terms};

/// The Mersenne prime 2⁶¹ − 1.
const P: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    let low = (wide & u128::from(P)) as u64;
    let high = (wide >> 61) as u64;
    add(low, high)
}

fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= P { sum - P } else { sum }
}

fn minus(a: u64) -> u64 {
    if a == 0 { 0 } else { P - a }
}

fn inverse(a: u64) -> u64 {
    // Fermat: a^(p − 2).
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

fn residue(c: i64) -> u64 {
    let r = c.unsigned_abs() % P;
    if c < 0 { minus(r) } else { r }
}

/// The fraction of small terms with this residue, if there is one (Wang's reconstruction).
fn fraction(residue: u64) -> Option<Fraction> {
    let limit = 1i128 << 30;
    let (mut r0, mut r1) = (i128::from(P), i128::from(residue));
    let (mut t0, mut t1) = (0i128, 1i128);
    while r1 > limit {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (t0, t1) = (t1, t0 - q * t1);
    }
    if t1 == 0 || t1.abs() > limit {
        return None;
    }
    Some(Fraction::new(r1.into(), t1.into()))
}

type Sparse = BTreeMap<u32, u64>;

/// Takes `factor` times `row` away from `from`.
fn subtract(from: &mut Sparse, row: &[(u32, u64)], factor: u64) {
    let factor = minus(factor);
    for (column, a) in row {
        let place = from.entry(*column).or_insert(0);
        *place = add(*place, times(*a, factor));
        if *place == 0 {
            from.remove(column);
        }
    }
}

/// A pivot row: one at its pivot, zero at the pivots before it, and the combination of rows it comes from.
#[derive(Debug, Clone)]
struct Pivot {
    column: u32,
    terms: Vec<(u32, u64)>,
    origin: Vec<(u32, u64)>,
}

/// The span of a set of equalities.
#[derive(Debug, Clone, Default)]
pub struct Linear {
    pivots: Vec<Pivot>,
    at: HashMap<u32, u32>,
}

impl Linear {
    /// Eliminates `rows`, each with the name it keeps in combinations.
    pub fn new<'a>(rows: impl IntoIterator<Item = (u32, &'a Terms)>) -> Self {
        let mut span = Self::default();
        for (name, terms) in rows {
            span.push(name, terms);
        }
        span
    }

    /// Adds a row to the span; tells whether it said something new.
    pub fn push(&mut self, name: u32, terms: &Terms) -> bool {
        let (left, mut origin) = self.reduce(terms);
        // The pivot is the highest column: with the usual numbering it is the least shared.
        let Some((column, a)) = left.last_key_value().map(|(c, a)| (*c, *a)) else {
            return false;
        };
        origin.insert(name, 1);
        let scale = inverse(a);
        let scaled = |map: Sparse| map.into_iter().map(|(c, a)| (c, times(a, scale))).collect();
        self.at
            .insert(column, u32::try_from(self.pivots.len()).unwrap_or(u32::MAX));
        self.pivots.push(Pivot {
            column,
            terms: scaled(left),
            origin: scaled(origin),
        });
        true
    }

    /// Reduces a row by the span: what is left, and the combination `left − row` of the rows of the span.
    fn reduce(&self, terms: &Terms) -> (Sparse, Sparse) {
        let mut left: Sparse = terms.iter().map(|(c, a)| (*c, residue(*a))).collect();
        let mut origin = Sparse::new();
        let mut todo: std::collections::BTreeSet<u32> = left.keys().filter_map(|c| self.at.get(c).copied()).collect();
        while let Some(i) = todo.pop_first() {
            let pivot = &self.pivots[i as usize];
            let Some(factor) = left.get(&pivot.column).copied() else {
                continue;
            };
            subtract(&mut left, &pivot.terms, factor);
            subtract(&mut origin, &pivot.origin, factor);
            todo.extend(
                pivot
                    .terms
                    .iter()
                    .filter_map(|(c, _)| self.at.get(c).copied())
                    .filter(|k| *k > i),
            );
        }
        (left, origin)
    }

    /// Tells whether the rows of the span determine `terms`.
    pub fn determines(&self, terms: &Terms) -> bool {
        self.reduce(terms).0.is_empty()
    }

    /// The combination of rows equal to `terms`: `(row, weight)`; `None` when there is none, or none of small terms.
    pub fn combination(&self, terms: &Terms) -> Option<Vec<(u32, Fraction)>> {
        let (left, origin) = self.reduce(terms);
        if !left.is_empty() {
            return None;
        }
        origin
            .into_iter()
            .map(|(row, w)| Some((row, fraction(minus(w))?)))
            .collect()
    }

    /// A random vector on which all rows of the span vanish, one number per variable.
    fn fingerprints(&self, variables: usize, seed: u64) -> Vec<u64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut x: Vec<u64> = (0..variables).map(|_| rng.random_range(0..P)).collect();
        for pivot in self.pivots.iter().rev() {
            let mut sum = 0;
            for (c, a) in &pivot.terms {
                if *c != pivot.column {
                    sum = add(sum, times(*a, x[*c as usize]));
                }
            }
            x[pivot.column as usize] = minus(sum);
        }
        x
    }
}

/// A union of unknown atoms whose total the published figures determine: a zone that nobody prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Union {
    /// Its atoms, sorted.
    pub atoms: Vec<u32>,
    /// The combination of facts that gives its total.
    pub weights: BTreeMap<u32, Fraction>,
}

/// Blocks with more variables are searched for unions of two only, for the pairs would be too many.
const WIDE: usize = 1_200;

impl Shape {
    /// Finds the smallest unions of up to four unknown variables that the published equalities determine.
    ///
    /// `exact` says which facts are equalities. A variable is a set of atoms that no fact tells apart. A union that
    /// contains a smaller one is left out. Returns the unions and the number of blocks too wide for a full search.
    pub fn unions(&self, exact: &[bool]) -> (Vec<Union>, usize) {
        let mut found = Vec::new();
        let mut wide = 0;
        for block in &self.blocks {
            let equalities = block.rows.iter().filter(|row| exact[row.fact as usize]);
            let span = Linear::new(equalities.map(|row| (row.fact, &row.terms)));
            let prints = span.fingerprints(block.members.len(), 0x5eed);
            let n = prints.len();
            wide += usize::from(n > WIDE);
            for set in zero_sums(&prints, if n > WIDE { 2 } else { 4 }) {
                let terms: Terms = set.iter().map(|v| (*v, 1)).collect();
                // A chance meeting of fingerprints has no combination: it is dropped here.
                let Some(combination) = span.combination(&terms) else {
                    continue;
                };
                let mut atoms: Vec<u32> = set
                    .iter()
                    .flat_map(|v| block.members[*v as usize].iter().copied())
                    .collect();
                atoms.sort_unstable();
                found.push(Union {
                    atoms,
                    weights: self.unfold(combination),
                });
            }
        }
        found.sort_by(|a, b| a.atoms.cmp(&b.atoms));
        (found, wide)
    }
}

/// Minimal sets of at most `most` indices whose numbers sum to zero.
fn zero_sums(prints: &[u64], most: usize) -> Vec<Vec<u32>> {
    let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
    let mut out: Vec<Vec<u32>> = (0..prints.len())
        .filter(|i| prints[*i] == 0)
        .map(|i| vec![index(i)])
        .collect();
    let open: Vec<usize> = (0..prints.len()).filter(|i| prints[*i] != 0).collect();
    let mut single: HashMap<u64, Vec<usize>> = HashMap::new();
    for i in &open {
        single.entry(prints[*i]).or_default().push(*i);
    }
    let mut pairs: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    let mut zero_pair: std::collections::HashSet<(usize, usize)> = std::collections::HashSet::new();
    for (k, i) in open.iter().enumerate() {
        for j in &open[k + 1..] {
            let sum = add(prints[*i], prints[*j]);
            if sum == 0 {
                out.push(vec![index(*i), index(*j)]);
                zero_pair.insert((*i, *j));
            } else if most > 2 {
                for l in single.get(&minus(sum)).into_iter().flatten().filter(|l| *l > j) {
                    out.push(vec![index(*i), index(*j), index(*l)]);
                }
                if most > 3 {
                    pairs.entry(sum).or_default().push((*i, *j));
                }
            }
        }
    }
    if most > 3 {
        for (k, i) in open.iter().enumerate() {
            for j in &open[k + 1..] {
                let sum = add(prints[*i], prints[*j]);
                for (l, m) in pairs.get(&minus(sum)).into_iter().flatten() {
                    let apart = l > j
                        && ![(*i, *l), (*i, *m), (*j, *l), (*j, *m)]
                            .iter()
                            .any(|p| zero_pair.contains(p));
                    if apart && sum != 0 {
                        out.push(vec![index(*i), index(*j), index(*l), index(*m)]);
                    }
                }
            }
        }
    }
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverts_and_reconstructs() {
        assert_eq!(times(inverse(12_345), 12_345), 1);
        let third = times(residue(-7), inverse(3));
        assert_eq!(fraction(third), Some(Fraction::new((-7).into(), 3.into())));
    }

    #[test]
    fn finds_the_combination_behind_a_total() {
        let (whole, part, other): (Terms, Terms, Terms) =
            (vec![(0, 1), (1, 1), (2, 1)], vec![(0, 1), (1, 1)], vec![(1, 2), (2, 2)]);
        let span = Linear::new([(7, &whole), (9, &part)]);
        assert!(span.determines(&vec![(2, 1)]));
        assert!(!span.determines(&other));
        let mut combination = span.combination(&vec![(2, 3)]).expect("determined");
        combination.sort();
        let three = |sign: i64| Fraction::from_integer((3 * sign).into());
        assert_eq!(combination, [(7, three(1)), (9, three(-1))]);
    }

    #[test]
    fn finds_minimal_unions_only() {
        // 0 + 1 determined; 2 + 3 + 4 determined; {0, 1, 2, 3, 4} and their overlaps are not minimal.
        let (a, b): (Terms, Terms) = (vec![(0, 1), (1, 1)], vec![(2, 1), (3, 1), (4, 1)]);
        let span = Linear::new([(0, &a), (1, &b)]);
        assert_eq!(zero_sums(&span.fingerprints(6, 1), 4), [vec![0, 1], vec![2, 3, 4]]);
    }
}
