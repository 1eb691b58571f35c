//! Counts of one source that speak of the same cases: a part of a count, in a QPV or out of it.
//!
//! A reader subtracts them from one another, so that what hides one must hide enough of the others.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::Ran;
use crate::disclosure::attack::Terms;
use crate::model::{Iid, Scale, Tid, Vintage};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Said};
use crate::prepare::records::Spot;

/// A count that takes, of each atom of another, all or nothing.
pub(super) struct Related<'a> {
    pub(super) ran: &'a Ran<'a>,
    measure: &'a Compiled,
    /// Measures that are hidden with it: itself, those that rest on it, those whose categories add up to it.
    with: Vec<&'a Compiled>,
}

/// Rank of each atom of a block in a year.
pub(super) type Atoms = HashMap<(u16, Spot), u32>;

impl Related<'_> {
    /// Its cells at a scale, in the atoms of the other count.
    pub(super) fn cells(&self, atoms: &Atoms, years: &[u16], scale: Scale, metropole: Tid) -> BTreeMap<Tid, Terms> {
        let mut cells: BTreeMap<Tid, Terms> = BTreeMap::new();
        for year in years {
            for (spot, slots) in self.ran.sums.years.get(year).into_iter().flatten() {
                let spot = self.ran.sums.spots[*spot as usize];
                if slots[self.measure.top] > 0.0
                    && let Some(atom) = atoms.get(&(*year, spot))
                    && let Some(tid) = spot.at(scale, metropole)
                {
                    cells.entry(tid).or_default().push((*atom, 1));
                }
            }
        }
        cells
    }

    /// Whether the base of its block is this count: its pattern is found with the other's.
    fn leads_its_block(&self) -> bool {
        self.ran.same(0, self.measure.top)
    }

    /// What is said of it in a territory; none where it is not open.
    pub(super) fn said<'f>(&self, all: &'f All, vintage: Vintage, tid: Tid) -> Option<&'f Said> {
        let figures = all.0.get(&(self.ran.block.source.clone(), vintage))?;
        figures.get(&crate::prepare::figures::Key {
            tid,
            indicator: self.measure.iid,
            category: self.measure.cells[0],
        })
    }

    /// Measures that are hidden with it.
    pub(super) fn measures(&self) -> impl Iterator<Item = &Compiled> {
        self.with.iter().copied()
    }
}

/// Measures of a block that give one of its counts back: those that rest on it, and those whose categories add up to it.
fn with<'a>(ran: &'a Ran<'a>, count: &Compiled) -> Vec<&'a Compiled> {
    let rows = || ran.sums.years.values().flat_map(BTreeMap::values);
    let rests = |m: &Compiled| ran.same(m.base, count.top);
    let adds_up = |m: &Compiled| {
        m.bottom.is_none()
            && m.cells.len() > 1
            && rows().all(|s| s[m.slots()].iter().sum::<f64>().to_bits() == s[count.top].to_bits())
    };
    let all = ran.program.measures.iter();
    all.filter(|m| m.iid == count.iid || rests(m) || adds_up(m)).collect()
}

/// Counts of the same source that take all or nothing of each atom of a block, whose own base is left out.
pub(super) fn related<'a>(ran: &Ran<'_>, all: &'a [Ran<'a>]) -> Vec<Related<'a>> {
    let mut atoms: HashMap<(u16, Spot), f64> = HashMap::default();
    for (year, rows) in &ran.sums.years {
        for (spot, slots) in rows {
            atoms.insert((*year, ran.sums.spots[*spot as usize]), slots[0]);
        }
    }
    let mut out = Vec::new();
    for other in all.iter().filter(|o| o.block.source == ran.block.source) {
        for measure in &other.program.measures {
            if measure.bottom.is_some() || measure.cells.len() != 1 {
                continue;
            }
            let mut rows = other.sums.years.iter().flat_map(|(year, rows)| {
                let own = rows.iter();
                own.map(move |(spot, slots)| ((*year, other.sums.spots[*spot as usize]), slots[measure.top]))
            });
            let (mut some, mut whole) = (false, true);
            let part = rows.all(|(at, count)| {
                let of = atoms.get(&at).copied().unwrap_or(0.0);
                some |= count > 0.0;
                whole &= count.to_bits() == of.to_bits();
                count <= 0.0 || count.to_bits() == of.to_bits()
            });
            // The count itself, in its own block, is what is being protected.
            let itself = whole && std::ptr::eq::<Ran<'_>>(other, ran);
            if part && some && !itself {
                let with = with(other, measure);
                out.push(Related {
                    ran: other,
                    measure,
                    with,
                });
            }
        }
    }
    out
}

fn position(blocks: &[Ran<'_>], part: &Related<'_>) -> Option<usize> {
    blocks.iter().position(|b| std::ptr::eq::<Ran<'_>>(b, part.ran))
}

/// What earlier blocks have found the pattern of: block, measure, whether it is the base of the block.
#[derive(Default)]
pub(super) struct Led(Vec<(usize, Iid, bool)>);

impl Led {
    /// Adds what is related to a block that comes before.
    pub(super) fn add(&mut self, blocks: &[Ran<'_>], rank: usize, related: &[Related<'_>]) {
        for part in related {
            if let Some(block) = position(blocks, part).filter(|block| *block > rank) {
                self.0.push((block, part.measure.iid, part.leads_its_block()));
            }
        }
    }

    /// Whether a count belongs to a block that is not done yet, and to no other before this one.
    pub(super) fn is_free(&self, blocks: &[Ran<'_>], rank: usize, part: &Related<'_>) -> bool {
        position(blocks, part)
            .is_some_and(|block| block >= rank && !self.0.iter().any(|l| (l.0, l.1) == (block, part.measure.iid)))
    }

    /// Whether the whole population of a block is protected already.
    pub(super) fn whole(&self, block: usize) -> bool {
        self.0.iter().any(|(b, _, leads)| *b == block && *leads)
    }

    /// Measures of a block, its base, that are protected already.
    pub(super) fn measures(&self, block: usize) -> BTreeSet<Iid> {
        self.0.iter().filter(|l| l.0 == block && l.2).map(|l| l.1).collect()
    }
}
