//! Counts of a block of which one is the sum of two others: dwellings offered, let and vacant.
//!
//! A reader who knows two of them knows the third, so that what hides one hides another with it. The sum holds in every place
//! (it is in the records), or wherever a reader sees the three, in ten places at least: where few dwellings are kept from
//! letting, those that are not let pass for vacant.

use std::collections::{BTreeMap, BTreeSet};

use super::outside::{ENOUGH, Shown, count};
use super::population::Population;
use super::{Ran, mask};
use crate::model::{Iid, State, Tid, Vintage};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Figures, Said};
use crate::prepare::protect::{AllHidden, Why};

/// Hides a count where what it is the sum of is hidden in part.
///
/// `populations` are those of the block. A count is the base of one of them, and the sum of one of its own measures and of
/// the base of another. Gives the measures hidden in more places.
pub(super) fn balance(
    ran: &Ran<'_>,
    populations: &[Population],
    group: &[(Vintage, Vec<u16>)],
    all: &mut All,
    hidden: &mut AllHidden,
) -> BTreeSet<Iid> {
    let mut touched = BTreeSet::new();
    let measures = &ran.program.measures;
    let rows = || ran.sums.years.values().flat_map(BTreeMap::values);
    let files: Vec<(String, Vintage)> = group.iter().map(|(v, _)| (ran.block.source.clone(), *v)).collect();
    let seen: Vec<Option<Seen>> = files
        .iter()
        .map(|file| all.0.get(file).map(|figures| Seen::new(ran, populations, figures)))
        .collect();
    for (w, whole) in populations.iter().enumerate() {
        for (rank, part) in measures.iter().enumerate() {
            let counts = part.bottom.is_none() && part.cells.len() == 1 && part.top != whole.slot;
            if !counts || !whole.measures.contains(&rank) {
                continue;
            }
            for (r, rest) in populations.iter().enumerate() {
                if rest.slot == whole.slot || rest.is_whole() {
                    continue;
                }
                let adds_up = rows().all(|s| s[whole.slot].to_bits() == (s[part.top] + s[rest.slot]).to_bits());
                let both = rows().any(|s| s[part.top] > 0.0) && rows().any(|s| s[rest.slot] > 0.0);
                let always = adds_up && both;
                for (file, seen) in files.iter().zip(&seen) {
                    if !always && !seen.as_ref().is_some_and(|seen| seen.adds_up(w, rank, r)) {
                        continue;
                    }
                    let mut close = |from: &[usize], to: &[usize]| {
                        if shut(ran, from, to, part, file, all, hidden) {
                            touched.extend(to.iter().map(|rank| measures[*rank].iid));
                        }
                    };
                    if whole.is_whole() {
                        // What counts all the dwellings stays: one of the two others goes with the other.
                        close(&[rank], &rest.measures);
                        close(&rest.measures, &[rank]);
                    } else {
                        close(&[rank], &whole.measures);
                        close(&rest.measures, &whole.measures);
                    }
                }
            }
        }
    }
    touched
}

/// What a file publishes of the counts of a block.
struct Seen {
    /// By population: the count that it rests on.
    populations: Vec<Shown>,
    /// By measure, those without categories: the count itself.
    measures: Vec<Shown>,
}

impl Seen {
    fn new(ran: &Ran<'_>, populations: &[Population], figures: &Figures) -> Self {
        let measures = &ran.program.measures;
        let rank: BTreeMap<Iid, usize> = measures.iter().enumerate().map(|(rank, m)| (m.iid, rank)).collect();
        // Population that each measure rests on.
        let of: Vec<Option<usize>> = measures
            .iter()
            .map(|m| populations.iter().position(|p| ran.same(p.slot, m.base)))
            .collect();
        let mut seen = Self {
            populations: vec![Shown::default(); populations.len()],
            measures: vec![Shown::default(); measures.len()],
        };
        for (key, said) in figures {
            let Some(rank) = rank.get(&key.indicator) else { continue };
            let Said::Number { value, base } = said else { continue };
            if let Some((of, base)) = of[*rank].zip(*base) {
                seen.populations[of].push(key.tid, count(base));
            }
            if key.category.is_none() && measures[*rank].bottom.is_none() {
                seen.measures[*rank].push(key.tid, count(*value));
            }
        }
        seen
    }

    /// Whether a count is the sum of a measure and of another count wherever the three are published, in enough places.
    fn adds_up(&self, whole: usize, part: usize, rest: usize) -> bool {
        let three = || {
            self.measures[part].iter().filter_map(|(tid, part)| {
                let whole = self.populations[whole].get(tid)?;
                let rest = self.populations[rest].get(tid)?;
                Some((whole, part, rest))
            })
        };
        three().all(|(whole, part, rest)| whole == part + rest)
            && three()
                .filter(|(_, part, rest)| *part > 0 && *rest > 0)
                .take(ENOUGH)
                .count()
                == ENOUGH
    }
}

/// Hides measures wherever one of others is hidden; tells whether that hid anything.
fn shut(
    ran: &Ran<'_>,
    from: &[usize],
    to: &[usize],
    part: &Compiled,
    file: &(String, Vintage),
    all: &mut All,
    hidden: &mut AllHidden,
) -> bool {
    let measures = &ran.program.measures;
    let Some(figures) = all.0.get(file) else { return false };
    let from: BTreeSet<Iid> = from.iter().map(|rank| measures[*rank].iid).collect();
    let mut tids: Vec<Tid> = figures
        .iter()
        .filter(|(key, said)| matches!(said, Said::State(State::Secret)) && from.contains(&key.indicator))
        .map(|(key, _)| key.tid)
        .collect();
    tids.sort_unstable();
    tids.dedup();
    let why = Why::Secondary {
        protects: format!("{} : différence de deux effectifs", part.id),
    };
    let mut some = false;
    for tid in tids {
        let to = to.iter().map(|rank| &measures[*rank]);
        some |= mask(to, file, tid, &why, all, hidden);
    }
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dwellings, vacant and let of `places`, those `kept` from letting being neither.
    fn seen(places: u32, kept: impl Fn(u32) -> i64) -> Seen {
        let list = |of: &dyn Fn(u32) -> i64| {
            let mut shown = Shown::default();
            for place in 0..places {
                shown.push(Tid(place), of(place));
            }
            shown
        };
        Seen {
            populations: vec![list(&|p| 30 + i64::from(p)), list(&|p| 28 + i64::from(p) - kept(p))],
            measures: vec![list(&|_| 2)],
        }
    }

    #[test]
    fn a_sum_is_seen_where_it_holds_in_enough_places() {
        assert!(seen(10, |_| 0).adds_up(0, 0, 1));
        assert!(!seen(9, |_| 0).adds_up(0, 0, 1), "too few places");
        assert!(
            !seen(40, |p| i64::from(p == 7)).adds_up(0, 0, 1),
            "one place says otherwise"
        );
    }
}
