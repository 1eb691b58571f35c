//! What the attacks of one group of vintages share: the atoms of a base with the territories that they make up, and the
//! figures of a file by indicator.

use std::collections::BTreeMap;

use super::Ran;
use crate::disclosure::attack::Terms;
use crate::model::{Iid, Scale, Tid, Vintage};
use crate::prepare::figures::{Figures, Said};

/// The atoms where a base counts something, and the territories that they make up.
pub(super) struct Frame {
    pub(super) atoms: Vec<Atom>,
    /// What each slot counts in each atom, slot after slot: territories are summed thousands of times.
    slots: Vec<Vec<f64>>,
    /// By vintage and scale, in the order of the group and of the block.
    pub(super) territories: Vec<(usize, Scale, Vec<(Tid, Terms)>)>,
}

/// What a place counts in a year.
#[derive(Clone, Copy)]
pub(super) struct Atom {
    pub(super) year: u16,
    pub(super) spot: u32,
}

impl Frame {
    /// That of a slot.
    pub(super) fn new(ran: &Ran<'_>, base: usize, group: &[(Vintage, Vec<u16>)], metropole: Tid) -> Self {
        let mut years: Vec<u16> = group.iter().flat_map(|(_, years)| years.iter().copied()).collect();
        years.sort_unstable();
        years.dedup();
        let rows: Vec<(Atom, &[f64])> = years
            .into_iter()
            .filter_map(|year| Some((year, ran.sums.years.get(&year)?)))
            .flat_map(|(year, rows)| rows.iter().map(move |(spot, slots)| (year, *spot, slots.as_slice())))
            .filter(|(.., slots)| slots[base] > 0.0)
            .map(|(year, spot, slots)| (Atom { year, spot }, slots))
            .collect();
        let count = rows.first().map_or(0, |(_, slots)| slots.len());
        let slots = (0..count)
            .map(|slot| rows.iter().map(|(_, slots)| slots[slot]).collect())
            .collect();
        let atoms: Vec<Atom> = rows.into_iter().map(|(atom, _)| atom).collect();
        let mut territories = Vec::new();
        for (rank, (_, years)) in group.iter().enumerate() {
            for &scale in &ran.block.scales {
                let mut cells: BTreeMap<Tid, Terms> = BTreeMap::new();
                for (i, atom) in (0u32..).zip(&atoms).filter(|(_, atom)| years.contains(&atom.year)) {
                    if let Some(tid) = ran.sums.spots[atom.spot as usize].at(scale, metropole) {
                        cells.entry(tid).or_default().push((i, 1));
                    }
                }
                territories.push((rank, scale, cells.into_iter().collect()));
            }
        }
        Self {
            atoms,
            slots,
            territories,
        }
    }

    /// What a slot counts in each atom; nothing where there is no atom.
    pub(super) fn slot(&self, slot: usize) -> &[f64] {
        self.slots.get(slot).map_or(&[], Vec::as_slice)
    }

    /// What a slot counts in these atoms.
    pub(super) fn sum(&self, terms: &Terms, slot: usize) -> f64 {
        let slot = self.slot(slot);
        terms.iter().map(|(atom, _)| slot[*atom as usize]).sum()
    }
}

/// Figures of a file, by indicator, then territory and category.
pub(super) struct ByIndicator(Vec<Vec<(Tid, Option<u16>, Said)>>);

impl ByIndicator {
    /// Of a dictionary of so many indicators.
    pub(super) fn new(figures: &Figures, indicators: usize) -> Self {
        let mut all = vec![Vec::new(); indicators];
        for (key, said) in figures {
            all[key.indicator.index()].push((key.tid, key.category, *said));
        }
        Self(all)
    }

    /// Those of an indicator.
    pub(super) fn of(&self, indicator: Iid) -> &[(Tid, Option<u16>, Said)] {
        &self.0[indicator.index()]
    }

    /// What is said of a cell.
    pub(super) fn get(&self, indicator: Iid, tid: Tid, category: Option<u16>) -> Option<Said> {
        let all = self.of(indicator);
        let at = all.binary_search_by(|(t, c, _)| (t, c).cmp(&(&tid, &category))).ok()?;
        Some(all[at].2)
    }
}
