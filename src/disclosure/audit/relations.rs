//! Totals and parts: what the dictionary says of them, and what a reader sees wherever all is published.
//!
//! A sum of categories that shares take (« A à C ») is the total of its terms. The total of all the categories of an
//! indicator is a count that a share of the dictionary divides by and that nothing published contradicts, or one that equals
//! their sum wherever all is published. Counts of one vintage are set against one another in the same way, whatever their
//! source: those that are equal (dwellings, and those of which another source knows the charges), those that are the sum of
//! two others (in a QPV and out of it; let and vacant), those that are never more than a count by which shares divide. What
//! means rest on and what shares only divide by are counts too; the latter are in no sum of two others.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::book::Described;
use super::categories::{Relation, find};
use super::sums::{COUNT, Known, Site, Sum, Zones};

/// Places of one scale where a relation must be seen to hold.
const ENOUGH: usize = 10;

/// Totals and parts of each vintage.
pub(super) fn relations<'s, 'a>(site: &'s Site<'a>, dictionary: &BTreeMap<String, Described>) -> Vec<Relation<'s, 'a>> {
    let mut out = Vec::new();
    // Categories of each indicator in each vintage, and the counts of that vintage.
    let mut families: BTreeMap<(&str, &str), Vec<(&Sum<'a>, &Zones)>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, Vec<(&Sum<'a>, &Zones)>> = BTreeMap::new();
    // Those and what means rest on.
    let mut plain: BTreeMap<&str, Vec<(&Sum<'a>, &Zones)>> = BTreeMap::new();
    for (sum, zones) in &site.sums {
        if !sum.name.contains([':', '+']) {
            plain.entry(sum.vintage).or_default().push((sum, zones));
        }
        if sum.name.starts_with(COUNT) {
            continue;
        }
        if sum.name.contains(" + ") {
            let part = |name: &str| {
                site.sums.get_key_value(&Sum {
                    name: name.to_owned(),
                    vintage: sum.vintage,
                })
            };
            let parts: Option<Vec<_>> = sum.name.split(" + ").map(part).collect();
            out.extend(parts.map(|parts| Relation {
                whole: (sum, zones),
                parts,
                rest: false,
                seen: None,
            }));
        } else if let Some((id, _)) = sum.name.split_once(':') {
            families.entry((id, sum.vintage)).or_default().push((sum, zones));
        } else {
            counts.entry(sum.vintage).or_default().push((sum, zones));
        }
    }
    for ((id, vintage), parts) in families {
        if parts.len() < 2 {
            continue;
        }
        let base = dictionary.get(id).map(|d| d.base.as_str());
        let divides = |total: &str| {
            let share = |d: &Described| d.numerator == id && d.denominator == total;
            dictionary.values().any(share)
        };
        for whole in counts.get(vintage).into_iter().flatten() {
            if dictionary.get(&whole.0.name).map(|d| d.base.as_str()) != base {
                continue;
            }
            let written = divides(&whole.0.name);
            let Some(rest) = adds_up(whole.1, &parts, written) else {
                continue;
            };
            let seen = (!written).then(|| site.most(&full(whole.1, &parts)));
            if seen.is_none_or(|places| places >= ENOUGH) {
                out.push(Relation {
                    whole: *whole,
                    parts: parts.clone(),
                    rest,
                    seen,
                });
            }
        }
    }
    out.extend(inside(site, &plain, dictionary));
    // What shares only divide by is held between other counts, and is not set against two of them.
    for all in plain.values_mut() {
        all.retain(|(sum, _)| !site.divisors.contains(*sum));
    }
    let found: Vec<Vec<Relation<'s, 'a>>> = plain.par_iter().map(|(_, all)| seen(site, all)).collect();
    out.extend(found.into_iter().flatten());
    out
}

/// Counts that are parts of a count by which shares divide: as the dictionary says, or as a reader sees wherever both are
/// published.
fn inside<'s, 'a>(
    site: &Site<'_>,
    counts: &BTreeMap<&str, Vec<(&'s Sum<'a>, &'s Zones)>>,
    dictionary: &BTreeMap<String, Described>,
) -> Vec<Relation<'s, 'a>> {
    let base = |name: &str| {
        let described = dictionary.get(name.strip_prefix(COUNT).unwrap_or(name));
        described.map(|d| (d.base.as_str(), d.source.as_str()))
    };
    let divides = |total: &str| dictionary.values().any(|d| d.denominator == total);
    let written = |part: &str, total: &str| {
        let share = |d: &Described| d.numerator == part && d.denominator == total;
        dictionary.values().any(share)
    };
    let mut out = Vec::new();
    for all in counts.values() {
        for whole in all.iter().filter(|whole| divides(&whole.0.name)) {
            for part in all.iter().filter(|part| part.0 != whole.0) {
                let (own, total) = (&part.0.name, &whole.0.name);
                let seen = if written(own, total) {
                    None
                } else if base(own) == base(total)
                    && let Some(less) = never_more(part.1, whole.1)
                    && let places = site.most(&less)
                    && places >= ENOUGH
                {
                    Some(places)
                } else {
                    continue;
                };
                out.push(Relation {
                    whole: *whole,
                    parts: vec![*part],
                    rest: true,
                    seen,
                });
            }
        }
    }
    out
}

/// Places where a count is less than another; none when it is more in any place where both are published.
fn never_more(part: &Zones, whole: &Zones) -> Option<Vec<u32>> {
    let mut less = Vec::new();
    for (rank, known) in part {
        if let (Known::Within(_, up, _), Some(Known::Within(lo, ..))) = (known, find(whole, *rank)) {
            if *up > lo {
                return None;
            }
            if 0 < *up && *up < lo {
                less.push(*rank);
            }
        }
    }
    Some(less)
}

/// Counts that a reader sees to be equal, or the sum of two others, wherever all is published.
fn seen<'s, 'a>(site: &Site<'_>, all: &[(&'s Sum<'a>, &'s Zones)]) -> Vec<Relation<'s, 'a>> {
    let mut out = Vec::new();
    let mut relation = |whole: usize, parts: &[usize]| {
        let parts: Vec<_> = parts.iter().map(|i| all[*i]).collect();
        if adds_up(all[whole].1, &parts, false).is_none() {
            return;
        }
        // Each part counts something in enough places.
        let full = full(all[whole].1, &parts);
        let counts = |part: &(&Sum<'_>, &Zones)| {
            let some = |rank: &u32| exact(part.1, *rank).is_some_and(|count| count > 0);
            site.most(&full.iter().copied().filter(some).collect::<Vec<u32>>())
        };
        let places = parts.iter().map(counts).min().unwrap_or(0);
        if places >= ENOUGH {
            out.push(Relation {
                whole: all[whole],
                parts,
                rest: false,
                seen: Some(places),
            });
        }
    };
    for whole in 0..all.len() {
        for part in 0..whole {
            relation(whole, &[part]);
        }
        for a in 0..all.len() {
            for b in a + 1..all.len() {
                if a != whole && b != whole {
                    relation(whole, &[a, b]);
                }
            }
        }
    }
    out
}

/// Places where a count and its parts are all published, and the count is not zero.
fn full(whole: &Zones, parts: &[(&Sum<'_>, &Zones)]) -> Vec<u32> {
    let all = |rank: &u32| parts.iter().all(|(_, zones)| exact(zones, *rank).is_some());
    let ranks = whole.iter().map(|(rank, _)| *rank);
    ranks
        .filter(|rank| exact(whole, *rank).is_some_and(|total| total > 0))
        .filter(all)
        .collect()
}

/// Whether a count is the total of parts in every place where all is published; `Some(true)` when the parts leave a rest
/// somewhere, which only a total by which a share divides (`written`) may do.
fn adds_up(whole: &Zones, parts: &[(&Sum<'_>, &Zones)], written: bool) -> Option<bool> {
    let mut rest = false;
    for (rank, known) in whole {
        let Known::Within(total, up, _) = known else { continue };
        let sum: Option<i64> = parts.iter().map(|(_, zones)| exact(zones, *rank)).sum();
        let Some(sum) = sum.filter(|_| total == up) else {
            continue;
        };
        if sum > *total || (sum < *total && !written) {
            return None;
        }
        rest |= sum < *total;
    }
    Some(rest)
}

/// What is published of a sum in a place, when it is exact.
fn exact(zones: &Zones, rank: u32) -> Option<i64> {
    match find(zones, rank) {
        Some(Known::Within(lo, up, _)) if lo == up => Some(lo),
        _ => None,
    }
}
