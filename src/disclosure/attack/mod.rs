//! The attacker's side: what a reader can deduce from published figures.
//!
//! Enters: atoms (unknown non-negative integers), facts (linear equalities and intervals over atoms) and targets
//! (sums of atoms that should stay unknown). Leaves: the integer interval of each target, proved and witnessed, and
//! for a pinned target the combination of facts that pins it. Stays out: territories, indicators, files, words.
//!
//! The work is split so that what depends only on *which* figures are published ([`Shape`]) is done once and shared
//! by all the indicators and vintages hidden in the same way; values enter in [`Shape::solve`].

mod arithmetic;
mod block;
mod bounds;
mod core;
mod dense;
mod linear;
mod merged;
mod proof;
mod search;
mod shape;
mod simplex;

#[cfg(test)]
mod tests;

pub(in crate::disclosure) use arithmetic::{join, root};
pub use bounds::{Interval, Side};
pub use linear::{Linear, Union};
pub use merged::{Classes, Deduced, Merged};
pub use proof::{Certificate, Fraction, Proof, Support};
pub use shape::{Answer, Shape};

/// A sparse integer row: `(atom, coefficient)`.
pub type Terms = Vec<(u32, i64)>;

/// What a reader knows of one row: `lo ≤ row · atoms ≤ up`; `None` is no bound on that side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest possible value.
    pub lo: Option<i64>,
    /// Largest possible value.
    pub up: Option<i64>,
}

impl Range {
    /// A published value.
    pub const fn exactly(value: i64) -> Self {
        Self {
            lo: Some(value),
            up: Some(value),
        }
    }
}

/// Effort the solver may spend before it answers "undecided".
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Nodes of branch and bound, for each side of each target; a small table, whose nodes cost little, may take more.
    pub nodes: usize,
    /// Nodes that the trees of one core may take together, for each of its targets: past them, what is not shown stays
    /// undecided.
    pub shared: usize,
    /// Pivots of one linear programme.
    pub pivots: usize,
    /// Take hints from floating point before exact arithmetic; the answers are proved in whole numbers either way.
    pub fast: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            nodes: 2_000,
            shared: usize::MAX,
            pivots: 20_000,
            fast: true,
        }
    }
}

/// Why a block of facts could not be solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No non-negative integers satisfy the facts: two figures contradict each other.
    Infeasible,
    /// The effort allowed was not enough.
    Limit,
    /// A number left the range of 64 bits.
    Overflow,
}
