//! Certificates: the combination of published facts that pins a target, checked in rationals.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::arithmetic::{add, ceil_div, floor_div};
use super::block::Block;
use super::linear::Linear;
use super::simplex::{Best, Simplex};
use super::{Effort, Range, Shape, Terms};

/// An exact fraction.
pub type Fraction = BigRational;

/// A bound and the combination of facts that gives it.
///
/// For a lower bound: `target = Σ weight · fact + (something ≥ 0)`, because atoms are not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Weight of each fact, by position.
    pub weights: BTreeMap<u32, Fraction>,
    /// Value of the bound.
    pub bound: Fraction,
}

/// How a reader pins a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The target is a sum of published facts, whatever the values.
    Equation(Certificate),
    /// A lower and an upper bound, from facts and because atoms are not negative.
    Bounds {
        /// Lower bound.
        lo: Certificate,
        /// Upper bound.
        up: Certificate,
    },
    /// No combination gives it: only going through the whole numbers does. The facts are those of its blocks.
    Exhaustion(Vec<u32>),
}

/// Facts without which a proof fails.
pub type Support = Vec<u32>;

impl Proof {
    /// Lists the facts that the proof needs; hiding none of them leaves the target as known as it is.
    pub fn support(&self) -> Support {
        let mut facts: Support = match self {
            Self::Equation(one) => one.weights.keys().copied().collect(),
            Self::Bounds { lo, up } => lo.weights.keys().chain(up.weights.keys()).copied().collect(),
            Self::Exhaustion(facts) => facts.clone(),
        };
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

impl Certificate {
    /// Checks the certificate against the facts as published, with nothing of the solver.
    ///
    /// `sign` is 1 for a lower bound and −1 for an upper one.
    pub fn holds(&self, sign: i64, target: &Terms, facts: &[Terms], ranges: &[Range]) -> bool {
        let sign = Fraction::from_integer(sign.into());
        let mut rest: BTreeMap<u32, Fraction> = BTreeMap::new();
        for (atom, c) in target {
            *rest.entry(*atom).or_default() += Fraction::from_integer((*c).into());
        }
        let mut bound = Fraction::zero();
        for (fact, weight) in &self.weights {
            for (atom, c) in &facts[*fact as usize] {
                *rest.entry(*atom).or_default() -= weight * Fraction::from_integer((*c).into());
            }
            let range = ranges[*fact as usize];
            let side = if (weight * &sign).is_positive() {
                range.lo
            } else {
                range.up
            };
            match side {
                Some(side) => bound += weight * Fraction::from_integer(side.into()),
                None => return false,
            }
        }
        rest.values().all(|r| !(r * &sign).is_negative()) && bound == self.bound
    }
}

impl Shape {
    /// Says how the published facts bound target `t`: an equation if there is one, else two bounds.
    ///
    /// `given` are the ranges of the facts. When the integer interval is tighter than what combinations show
    /// (`lo`, `up`, as found by [`Shape::solve`]), the answer is [`Proof::Exhaustion`].
    pub fn prove(&self, t: usize, given: &[Range], interval: &super::Interval, effort: Effort) -> Proof {
        let taken = |weights: &mut Vec<(u32, Fraction)>| {
            for (fact, k) in &self.targets[t].taken {
                weights.push((*fact, Fraction::from_integer((*k).into())));
            }
        };
        let exhaustion = || {
            let blocks = self.parts[t].iter().flat_map(|(b, _)| &self.blocks[*b as usize].rows);
            let all = blocks.map(|row| (row.fact, Fraction::from_integer(1.into())));
            let mut weights: Vec<(u32, Fraction)> = all.collect();
            taken(&mut weights);
            // Signs may cancel in the unfolding: list each fact reached.
            let mut facts: Vec<u32> = Vec::new();
            for (fact, weight) in weights {
                facts.extend(self.unfold(vec![(fact, weight)]).into_keys());
            }
            facts.sort_unstable();
            facts.dedup();
            Proof::Exhaustion(facts)
        };
        let Ok(ranges) = self.ranges(given) else {
            return exhaustion();
        };
        let mut weights = Vec::new();
        taken(&mut weights);
        let linear = self.parts[t].iter().all(|(b, position)| {
            let block = &self.blocks[*b as usize];
            let equalities = block.rows.iter().filter(|r| is_exact(given[r.fact as usize]));
            let span = Linear::new(equalities.map(|r| (r.fact, &r.terms)));
            let found = span.combination(&block.targets[*position as usize]);
            let all = found.is_some();
            weights.extend(found.into_iter().flatten());
            all
        });
        if linear {
            if let Some(certificate) = self.certificate(weights, 1, given) {
                return Proof::Equation(certificate);
            }
            return exhaustion();
        }
        let mut sides = Vec::new();
        for (sign, wanted) in [(1i64, interval.lo.proved), (-1, interval.up.proved)] {
            let mut weights = Vec::new();
            taken(&mut weights);
            if wanted.is_none() {
                sides.push(Certificate {
                    weights: BTreeMap::new(),
                    bound: Fraction::zero(),
                });
                continue;
            }
            for (b, position) in &self.parts[t] {
                let block = &self.blocks[*b as usize];
                let Some(part) = side(block, *position as usize, sign, &ranges, effort) else {
                    return exhaustion();
                };
                weights.extend(part);
            }
            match self.certificate(weights, sign, given) {
                Some(certificate) if reaches(&certificate.bound, sign, wanted) => sides.push(certificate),
                _ => return exhaustion(),
            }
        }
        match (sides.pop(), sides.pop()) {
            (Some(up), Some(lo)) => Proof::Bounds { lo, up },
            _ => exhaustion(),
        }
    }

    /// Unfolds weights on reduced facts and works out the bound they give; `None` when a fact has no such bound.
    fn certificate(&self, weights: Vec<(u32, Fraction)>, sign: i64, given: &[Range]) -> Option<Certificate> {
        let weights = self.unfold(weights);
        let mut bound = Fraction::zero();
        for (fact, weight) in &weights {
            let range = given[*fact as usize];
            let value = if weight.is_positive() == (sign > 0) {
                range.lo
            } else {
                range.up
            };
            add(&mut bound, weight, value?);
        }
        Some(Certificate { weights, bound })
    }
}

fn is_exact(range: Range) -> bool {
    range.lo.is_some() && range.lo == range.up
}

/// Tells whether a fractional bound, rounded to whole numbers, reaches the integer bound.
fn reaches(bound: &Fraction, sign: i64, wanted: Option<i128>) -> bool {
    let Some(wanted) = wanted else {
        return true;
    };
    let (n, d) = (bound.numer(), bound.denom());
    let (Ok(n), Ok(d)) = (i128::try_from(n), i128::try_from(d)) else {
        return false;
    };
    if sign > 0 {
        ceil_div(n, d) >= wanted
    } else {
        floor_div(n, d) <= wanted
    }
}

/// Weights of the reduced facts of a block that bound the part of a target in it.
fn side(block: &Block, position: usize, sign: i64, ranges: &[Range], effort: Effort) -> Option<Vec<(u32, Fraction)>> {
    let ranges: Vec<Range> = block.rows.iter().map(|row| ranges[row.fact as usize]).collect();
    let mut table = Simplex::new(&block.plain(&ranges), true, effort.pivots).ok()?;
    let form: Terms = block.targets[position].iter().map(|(j, c)| (*j, c * sign)).collect();
    let (best, goal) = table.minimise(&form).ok()?;
    if !matches!(best, Best::At(..)) {
        return None;
    }
    let weights = table.weights(&goal).into_iter().map(|(row, n, d)| {
        let weight = Fraction::new(BigInt::from(n * sign), BigInt::from(d));
        (block.rows[row].fact, weight)
    });
    let weights: Vec<(u32, Fraction)> = weights.collect();
    sound(block, position, sign, &weights).then_some(weights)
}

/// Checks in rationals that `sign · (target − Σ weight · row)` has no negative coefficient.
fn sound(block: &Block, position: usize, sign: i64, weights: &[(u32, Fraction)]) -> bool {
    let mut rest: BTreeMap<u32, Fraction> = BTreeMap::new();
    for (j, c) in &block.targets[position] {
        *rest.entry(*j).or_default() += Fraction::from_integer((*c).into());
    }
    let by_fact: BTreeMap<u32, &Terms> = block.rows.iter().map(|row| (row.fact, &row.terms)).collect();
    for (fact, weight) in weights {
        let Some(terms) = by_fact.get(fact) else {
            return false;
        };
        for (j, c) in *terms {
            add(rest.entry(*j).or_default(), weight, -c);
        }
    }
    let sign = Fraction::from_integer(sign.into());
    rest.values().all(|r| !(r * &sign).is_negative())
}
