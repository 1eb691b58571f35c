//! Populations: what is counted together, so that one pattern of hidden territories serves all its indicators.

use std::collections::BTreeMap;

use super::Ran;
use crate::model::{Dictionary, Iid, Operand};

/// Indicators that rest on one count.
pub(super) struct Population {
    /// Slot of the count.
    pub(super) slot: usize,
    /// Measures of the block, by rank.
    pub(super) measures: Vec<usize>,
}

impl Population {
    /// The base of the block: what it hides is hidden for all the others.
    pub(super) const fn is_whole(&self) -> bool {
        self.slot == 0
    }
}

/// Lists the populations of a block, that of the block first.
///
/// Two bases that count the same everywhere are one population. What a published share divides by is a population too:
/// under the threshold the share is hidden, and so are the counts that would give it back.
pub(super) fn populations(ran: &Ran<'_>, dictionary: &Dictionary) -> Vec<Population> {
    let measures = &ran.program.measures;
    let mut canonical = Canonical::new(ran);
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (rank, measure) in measures.iter().enumerate() {
        found.entry(canonical.of(measure.base)).or_default().push(rank);
    }
    let counts: BTreeMap<Iid, usize> = measures
        .iter()
        .enumerate()
        .filter(|(_, m)| m.bottom.is_none())
        .map(|(rank, m)| (m.iid, rank))
        .collect();
    let ranks = |operand: &Operand| -> Option<Vec<usize>> {
        operand
            .0
            .iter()
            .map(|term| counts.get(&term.indicator).copied())
            .collect()
    };
    for (_, share) in dictionary.iter() {
        let (Some(numerator), Some(denominator)) = (&share.numerator, &share.denominator) else {
            continue;
        };
        let (Some(parts), Some(whole)) = (ranks(numerator), ranks(denominator)) else {
            continue;
        };
        let [whole] = whole[..] else { continue };
        let Some(slot) = measures[whole].slot() else { continue };
        let list = found.entry(canonical.of(slot)).or_default();
        list.push(whole);
        list.extend(parts);
    }
    let population = |(slot, mut measures): (usize, Vec<usize>)| {
        measures.sort_unstable();
        measures.dedup();
        Population { slot, measures }
    };
    found.into_iter().map(population).collect()
}

/// The first slot met that counts the same as another, everywhere.
struct Canonical<'a> {
    ran: &'a Ran<'a>,
    known: Vec<usize>,
}

impl<'a> Canonical<'a> {
    fn new(ran: &'a Ran<'_>) -> Self {
        Self { ran, known: vec![0] }
    }

    fn of(&mut self, slot: usize) -> usize {
        match self.known.iter().find(|other| self.ran.same(**other, slot)) {
            Some(known) => *known,
            None => {
                self.known.push(slot);
                slot
            }
        }
    }
}
