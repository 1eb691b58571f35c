//! What a total and its parts give away of one another in a place: the last category hidden is the total less the others.
//!
//! - Enters: what is published of each sum, and what [`super::deduce`] proves of its hidden places, each sum by itself.
//! - Leaves: the hidden figures that a total and its other parts narrow too much.
//! - Stays out: places between them, which [`super::deduce`] solves again with what is found here ([`tighten`]).
//!
//! A sum of categories that shares take (« A à C ») is the total of its terms. The total of all the categories of an
//! indicator is seen as a reader sees it: a count that a share of the dictionary divides by and that nothing published
//! contradicts, or one that equals their sum wherever all is published, in ten places at least. Counts of one vintage are set
//! against one another in the same way, whatever their source: those that are equal (dwellings, and those of which another
//! source knows the charges), those that are the sum of two others (in a QPV and out of it; let and vacant).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::book::Described;
use super::deduce::{Bounds, Limits};
use super::facts::Finding;
use super::sums::{COUNT, Known, Site, Sum, Zones, words};
use crate::disclosure::attack::Range;

/// Places where a count must equal the sum of the categories to be taken for their total.
const ENOUGH: usize = 10;

/// A total and its parts.
pub(super) struct Relation<'s, 'a> {
    whole: (&'s Sum<'a>, &'s Zones),
    parts: Vec<(&'s Sum<'a>, &'s Zones)>,
    /// Whether the parts may leave a rest.
    rest: bool,
    /// Whether it was only seen to hold, which a small site may owe to chance: it is told, not carried further.
    seen: bool,
}

/// Looks for what totals and categories say of one another; `bounds` are those of the hidden places of each sum.
pub(super) fn tell(
    relations: &[Relation<'_, '_>],
    site: &Site<'_>,
    bounds: &BTreeMap<&Sum<'_>, Bounds>,
    limits: Limits,
    files: &[String],
) -> Vec<Finding> {
    relations
        .par_iter()
        .with_max_len(1)
        .flat_map_iter(|relation| relation.tell(site, bounds, limits, files))
        .collect()
}

/// What another sum says of a hidden place: at least and at most, and the name of that sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Narrower<'s> {
    pub(super) lo: Option<i128>,
    pub(super) up: Option<i128>,
    pub(super) by: &'s str,
}

impl Narrower<'_> {
    /// The same as a range of whole numbers.
    pub(super) fn range(self) -> Range {
        let narrow = |side: Option<i128>| side.and_then(|v| i64::try_from(v).ok());
        Range {
            lo: narrow(self.lo).or(Some(0)),
            up: narrow(self.up),
        }
    }
}

/// Hidden places that totals and parts narrow more than their own sum does: by sum, by rank of the place.
pub(super) fn tighten<'s, 'a>(
    relations: &[Relation<'s, 'a>],
    bounds: &BTreeMap<&'s Sum<'a>, Bounds>,
) -> BTreeMap<&'s Sum<'a>, BTreeMap<u32, Narrower<'s>>> {
    let found: Vec<Vec<(&Sum<'_>, u32, Narrower<'s>)>> = relations
        .par_iter()
        .filter(|r| !r.seen)
        .map(|r| r.tighten(bounds))
        .collect();
    let mut out: BTreeMap<&Sum<'_>, BTreeMap<u32, Narrower<'s>>> = BTreeMap::new();
    for (sum, rank, narrower) in found.into_iter().flatten() {
        let known = out.entry(sum).or_default().entry(rank).or_insert(narrower);
        if known.lo < narrower.lo {
            (known.lo, known.by) = (narrower.lo, narrower.by);
        }
        if narrower.up.is_some_and(|up| known.up.is_none_or(|old| up < old)) {
            (known.up, known.by) = (narrower.up, narrower.by);
        }
    }
    out
}

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
                seen: false,
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
            let least = if divides(&whole.0.name) { 0 } else { ENOUGH };
            if let Some(rest) = adds_up(whole.1, &parts, least) {
                out.push(Relation {
                    whole: *whole,
                    parts: parts.clone(),
                    rest,
                    seen: false,
                });
            }
        }
    }
    let found: Vec<Vec<Relation<'s, 'a>>> = plain.par_iter().map(|(_, all)| seen(all)).collect();
    out.extend(found.into_iter().flatten());
    out.extend(inside(&counts, dictionary));
    out
}

/// Counts that are parts of a count by which shares divide: as the dictionary says, or as a reader sees wherever both are
/// published.
fn inside<'s, 'a>(
    counts: &BTreeMap<&str, Vec<(&'s Sum<'a>, &'s Zones)>>,
    dictionary: &BTreeMap<String, Described>,
) -> Vec<Relation<'s, 'a>> {
    let base = |name: &str| dictionary.get(name).map(|d| (d.base.as_str(), d.source.as_str()));
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
                if written(own, total) || (base(own) == base(total) && never_more(part.1, whole.1)) {
                    out.push(Relation {
                        whole: *whole,
                        parts: vec![*part],
                        rest: true,
                        seen: false,
                    });
                }
            }
        }
    }
    out
}

/// Whether a count is never more than another where both are published, and less in enough places.
fn never_more(part: &Zones, whole: &Zones) -> bool {
    let mut less = 0;
    for (rank, known) in part {
        if let (Known::Within(_, up, _), Some(Known::Within(lo, ..))) = (known, find(whole, *rank)) {
            if *up > lo {
                return false;
            }
            less += usize::from(0 < *up && *up < lo);
        }
    }
    less >= ENOUGH
}

/// Counts that a reader sees to be equal, or the sum of two others, wherever all is published.
fn seen<'s, 'a>(all: &[(&'s Sum<'a>, &'s Zones)]) -> Vec<Relation<'s, 'a>> {
    let mut out = Vec::new();
    let mut relation = |whole: usize, parts: &[usize]| {
        let parts: Vec<_> = parts.iter().map(|i| all[*i]).collect();
        let holds = adds_up(all[whole].1, &parts, ENOUGH) == Some(false) && each_counts(all[whole].1, &parts);
        if holds {
            out.push(Relation {
                whole: all[whole],
                parts,
                rest: false,
                seen: true,
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

/// Whether each part counts something in enough of the places where all is published.
fn each_counts(whole: &Zones, parts: &[(&Sum<'_>, &Zones)]) -> bool {
    let exact = |zones: &Zones, rank: u32| match find(zones, rank) {
        Some(Known::Within(lo, up, _)) if lo == up => Some(lo),
        _ => None,
    };
    let places: Vec<Vec<i64>> = whole
        .iter()
        .filter_map(|(rank, _)| {
            exact(whole, *rank)?;
            parts.iter().map(|(_, zones)| exact(zones, *rank)).collect()
        })
        .collect();
    (0..parts.len()).all(|i| places.iter().filter(|p| p[i] > 0).take(ENOUGH).count() == ENOUGH)
}

/// Whether a count is the total of parts in every place where all is published, in `least` places at least; `Some(true)`
/// when the parts leave a rest somewhere, which only a total by which a share divides may do.
fn adds_up(whole: &Zones, parts: &[(&Sum<'_>, &Zones)], least: usize) -> Option<bool> {
    let (mut met, mut rest) = (0, false);
    for (rank, known) in whole {
        let Known::Within(total, up, _) = known else { continue };
        let exact = |zones: &Zones| match find(zones, *rank) {
            Some(Known::Within(lo, up, _)) if lo == up => Some(lo),
            _ => None,
        };
        let sum: Option<i64> = parts.iter().map(|(_, zones)| exact(zones)).sum();
        let Some(sum) = sum.filter(|_| total == up) else {
            continue;
        };
        if sum > *total || (sum < *total && least > 0) {
            return None;
        }
        rest |= sum < *total;
        met += usize::from(*total > 0);
    }
    (met >= least).then_some(rest)
}

fn find(zones: &Zones, rank: u32) -> Option<Known> {
    let at = zones.binary_search_by_key(&rank, |z| z.0).ok()?;
    Some(zones[at].1)
}

/// What is known of one sum in one place.
#[derive(Clone, Copy)]
struct Side {
    lo: i128,
    up: Option<i128>,
    hidden: bool,
    file: Option<u32>,
}

impl<'s, 'a> Relation<'s, 'a> {
    fn side(&self, (sum, zones): (&Sum<'_>, &Zones), rank: u32, bounds: &BTreeMap<&Sum<'_>, Bounds>) -> Side {
        match find(zones, rank) {
            Some(Known::Within(lo, up, file)) => Side {
                lo: lo.into(),
                up: Some(up.into()),
                hidden: false,
                file: Some(file),
            },
            Some(Known::Hidden(file)) => {
                let found = bounds.get(sum).and_then(|all| {
                    let at = all.binary_search_by_key(&rank, |b| b.0).ok()?;
                    Some(all[at])
                });
                Side {
                    lo: found.and_then(|f| f.1).unwrap_or(0).max(0),
                    up: found.and_then(|f| f.2),
                    hidden: true,
                    file: Some(file),
                }
            }
            None => Side {
                lo: 0,
                up: None,
                hidden: false,
                file: None,
            },
        }
    }

    /// Places where one of its sums is hidden.
    fn places(&self) -> BTreeSet<u32> {
        std::iter::once(&self.whole)
            .chain(&self.parts)
            .flat_map(|(_, zones)| zones.iter())
            .filter(|z| matches!(z.1, Known::Hidden(_)))
            .map(|z| z.0)
            .collect()
    }

    /// What its sums say of one another where one is hidden, when it is more than is known.
    fn tighten(&self, bounds: &BTreeMap<&'s Sum<'a>, Bounds>) -> Vec<(&'s Sum<'a>, u32, Narrower<'s>)> {
        let mut out = Vec::new();
        for rank in self.places() {
            let whole = self.side(self.whole, rank, bounds);
            let parts: Vec<Side> = self.parts.iter().map(|p| self.side(*p, rank, bounds)).collect();
            let mut put = |sum: &'s Sum<'a>, own: Side, lo: Option<i128>, up: Option<i128>, by: &'s str| {
                let lo = lo.filter(|lo| *lo > own.lo);
                let up = up.filter(|up| own.up.is_none_or(|old| *up < old));
                if own.hidden && (lo.is_some() || up.is_some()) {
                    out.push((sum, rank, Narrower { lo, up, by }));
                }
            };
            let first = self.parts[0].0.name.as_str();
            let lo = parts.iter().map(|p| p.lo).sum();
            let up = parts.iter().map(|p| p.up).sum::<Option<i128>>().filter(|_| !self.rest);
            put(self.whole.0, whole, Some(lo), up, first);
            let total = self.whole.0.name.as_str();
            for (i, part) in parts.iter().enumerate() {
                let others = || parts.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| p);
                let least: i128 = others().map(|p| p.lo).sum();
                let most: Option<i128> = others().map(|p| p.up).sum();
                let up = whole.up.map(|total| total - least);
                let lo = most.filter(|_| !self.rest).map(|most| whole.lo - most);
                put(self.parts[i].0, *part, lo, up, total);
            }
        }
        out
    }

    fn tell(
        &self,
        site: &Site<'_>,
        bounds: &BTreeMap<&Sum<'_>, Bounds>,
        limits: Limits,
        files: &[String],
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        for rank in self.places() {
            let whole = self.side(self.whole, rank, bounds);
            let parts: Vec<Side> = self.parts.iter().map(|p| self.side(*p, rank, bounds)).collect();
            let lo: i128 = parts.iter().map(|p| p.lo).sum();
            let up: Option<i128> = parts.iter().map(|p| p.up).sum();
            let used = |own: Option<u32>| {
                let all = std::iter::once(whole.file).chain(parts.iter().map(|p| p.file));
                let mut used: Vec<String> = all.flatten().map(|f| files[f as usize].clone()).collect();
                used.sort();
                used.dedup();
                let own = own.map(|f| files[f as usize].clone());
                used.retain(|f| Some(f) != own.as_ref());
                own.into_iter().chain(used).collect::<Vec<_>>()
            };
            let narrow = |lo: i128, up: Option<i128>| up.is_some_and(|up| up - lo < limits.min_width);
            let place = words(site.zones[rank as usize]);
            let between = |lo: i128, up: i128| match up - lo {
                0 => format!("= {lo}"),
                _ => format!("entre {lo} et {up}"),
            };
            // Narrow already without the parts: told where its places are solved.
            if whole.hidden && !self.rest && !narrow(whole.lo, whole.up) {
                let lo = whole.lo.max(lo);
                let up = [whole.up, up].into_iter().flatten().min();
                if let Some(up) = up.filter(|up| narrow(lo, Some(*up))) {
                    // Each part is known by itself, and told: zeros, as a rule.
                    let told = parts.iter().all(|p| p.hidden && narrow(p.lo, p.up));
                    out.push(Finding {
                        error: !told,
                        kind: if told { "zero" } else { "total" },
                        message: format!(
                            "{} ({}) : {place} se recalcule : somme de ses parties ({}) {}",
                            self.whole.0.name,
                            self.whole.0.vintage,
                            self.names(None),
                            between(lo, up)
                        ),
                        files: used(whole.file),
                        remedy: REMEDY.to_owned(),
                    });
                }
            }
            for (i, part) in parts.iter().enumerate().filter(|(_, p)| p.hidden) {
                if narrow(part.lo, part.up) {
                    continue;
                }
                let others = |of: fn(&Side) -> Option<i128>| -> Option<i128> {
                    let rest = parts.iter().enumerate().filter(|(j, _)| *j != i);
                    rest.map(|(_, p)| of(p)).sum()
                };
                let from_total = whole
                    .up
                    .zip(others(|p| Some(p.lo)))
                    .map(|(total, others)| total - others);
                let up = [part.up, from_total].into_iter().flatten().min();
                let lo = others(|p| p.up)
                    .filter(|_| !self.rest)
                    .map_or(part.lo, |others| part.lo.max(whole.lo - others));
                let Some(up) = up.filter(|up| narrow(lo, Some(*up))) else {
                    continue;
                };
                // Nothing there at all, or all of it in one category while its places say that the others are none: what is
                // certain of a small place is told, not refused, as it is of one sum.
                let nothing = !whole.hidden && whole.up.is_some_and(|up| up < limits.min_width);
                let full = !whole.hidden && parts.iter().all(|p| p.hidden) && others(|p| p.up) == Some(0);
                let certain = nothing || full;
                out.push(Finding {
                    error: !certain,
                    kind: match (nothing, full) {
                        (true, _) => "zero",
                        (_, true) => "plein",
                        _ => "total",
                    },
                    message: format!(
                        "{} ({}) : {place} se recalcule : {} moins les autres parties ({}) {}",
                        self.parts[i].0.name,
                        self.parts[i].0.vintage,
                        self.whole.0.name,
                        self.names(Some(i)),
                        between(lo, up)
                    ),
                    files: used(part.file),
                    remedy: REMEDY.to_owned(),
                });
            }
        }
        out
    }

    /// Names of the parts, one left out.
    fn names(&self, but: Option<usize>) -> String {
        let kept = self.parts.iter().enumerate().filter(|(i, _)| Some(*i) != but);
        let names: Vec<&str> = kept.map(|(_, (sum, _))| sum.name.as_str()).collect();
        names.join(" + ")
    }
}

const REMEDY: &str =
    "masquer ensemble les catégories d’un indicateur, et le total qui les donne (« atlas prepare » le fait)";

#[cfg(test)]
mod tests {
    use super::*;

    fn described(numerator: &str, denominator: &str) -> Described {
        Described {
            numerator: numerator.to_owned(),
            denominator: denominator.to_owned(),
            base: "logements".to_owned(),
            ..Described::default()
        }
    }

    const LIMITS: Limits = Limits {
        min_width: 2,
        warn_width: 5,
        virtual_zone: 11,
        percent: 10,
    };

    /// What is found in one place of which `of` says each sum: `parc.n` is the total of `parc.t:a` and `parc.t:b`.
    fn found(of: [Option<i64>; 3], bounds: &[(&str, i128, i128)]) -> Vec<(bool, &'static str, String)> {
        let sum = |name: &str| Sum {
            name: name.to_owned(),
            vintage: "2025",
        };
        let names = ["parc.n", "parc.t:a", "parc.t:b"];
        let known = |value: Option<i64>| value.map_or(Known::Hidden(0), |v| Known::Within(v, v, 0));
        let site = Site {
            zones: vec![("iris", "1")],
            sums: names
                .iter()
                .zip(of)
                .map(|(n, v)| (sum(n), vec![(0, known(v))]))
                .collect(),
            totals: BTreeMap::new(),
        };
        let dictionary = BTreeMap::from([
            ("parc.n".to_owned(), described("", "")),
            ("parc.t".to_owned(), described("", "")),
            ("parc.part".to_owned(), described("parc.t", "parc.n")),
        ]);
        let keys: Vec<Sum<'_>> = bounds.iter().map(|b| sum(b.0)).collect();
        let bounds = keys
            .iter()
            .zip(bounds)
            .map(|(sum, (_, lo, up))| (sum, vec![(0, Some(*lo), Some(*up))]))
            .collect();
        tell(
            &relations(&site, &dictionary),
            &site,
            &bounds,
            LIMITS,
            &["f".to_owned()],
        )
        .into_iter()
        .map(|f| (f.error, f.kind, f.message))
        .collect()
    }

    #[test]
    fn the_last_category_and_a_total_are_found() {
        let last = found([Some(44), Some(34), None], &[("parc.t:b", 0, 40)]);
        assert!(
            matches!(&last[..], [(true, "total", m)] if m.ends_with("= 10")),
            "{last:?}"
        );
        let total = found([None, Some(34), Some(10)], &[("parc.n", 0, 200)]);
        assert!(
            matches!(&total[..], [(true, "total", m)] if m.ends_with("= 44")),
            "{total:?}"
        );
        let lowest = [("parc.t:a", 34, 60), ("parc.t:b", 9, 40)];
        let both = found([Some(44), None, None], &lowest);
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both.iter().all(|f| f.0), "{both:?}");
    }

    #[test]
    fn categories_hidden_together_are_safe_and_certain_ones_told() {
        let wide = [("parc.t:a", 0, 60), ("parc.t:b", 0, 40)];
        assert!(found([Some(44), None, None], &wide).is_empty());
        assert!(found([None, None, None], &wide).is_empty());
        // The places around say that there is nothing of the second.
        let full = found([Some(44), None, None], &[("parc.t:a", 0, 60), ("parc.t:b", 0, 0)]);
        assert!(matches!(&full[..], [(false, "plein", _)]), "{full:?}");
        // Other counts than those of the dictionary need ten places to be taken for a total.
        assert!(found([Some(44), Some(50), None], &wide).iter().all(|f| f.1 != "zero"));
    }

    #[test]
    fn a_count_seen_to_be_the_sum_of_two_others_gives_them_back() {
        let sum = |name: &str| Sum {
            name: name.to_owned(),
            vintage: "2025",
        };
        let zones: Vec<(&str, &str)> = vec![("iris", "x"); 12];
        let known = |value: i64| Known::Within(value, value, 0);
        let list = |of: &dyn Fn(u32) -> Known| -> Zones { (0..12).map(|rank| (rank, of(rank))).collect() };
        let inside = |rank: u32| {
            if rank == 11 {
                Known::Hidden(0)
            } else {
                known(3 + i64::from(rank))
            }
        };
        let site = |outside: &dyn Fn(u32) -> Known| Site {
            zones: zones.clone(),
            sums: BTreeMap::from([
                (sum("attr.en"), list(&inside)),
                (sum("attr.hors"), list(outside)),
                (sum("attr.total"), list(&|rank| known(70 + i64::from(rank)))),
            ]),
            totals: BTreeMap::new(),
        };
        let told = |site: &Site<'_>| {
            tell(
                &relations(site, &BTreeMap::new()),
                site,
                &BTreeMap::new(),
                LIMITS,
                &["f".to_owned()],
            )
        };
        let found = told(&site(&|rank| known(if rank == 11 { 80 } else { 67 })));
        assert!(
            matches!(&found[..], [f] if f.error && f.message.ends_with("= 1")),
            "{found:?}"
        );
        // Both hidden: their sum alone is known.
        assert!(told(&site(&|rank| if rank == 11 { Known::Hidden(0) } else { known(67) })).is_empty());
        // One place where it does not hold: a chance.
        assert!(
            told(&site(&|rank| known(if rank == 11 {
                80
            } else {
                66 + i64::from(rank % 2)
            })))
            .is_empty()
        );
    }

    #[test]
    fn a_part_is_no_more_than_the_whole_that_is_published() {
        let sum = |name: &str| Sum {
            name: name.to_owned(),
            vintage: "2025",
        };
        let known = |value: i64| Known::Within(value, value, 0);
        let part: Zones = (0..12)
            .map(|r| (r, if r == 11 { Known::Hidden(0) } else { known(3) }))
            .collect();
        let whole: Zones = (0..12).map(|rank| (rank, known(9))).collect();
        let site = Site {
            zones: vec![("iris", "x"); 12],
            sums: BTreeMap::from([(sum("occ.repondants"), part), (sum("occ.menages"), whole)]),
            totals: BTreeMap::new(),
        };
        let dictionary = BTreeMap::from([
            ("occ.menages".to_owned(), described("", "")),
            ("occ.repondants".to_owned(), described("", "")),
            ("occ.couverture".to_owned(), described("occ.repondants", "occ.menages")),
        ]);
        let relations = relations(&site, &dictionary);
        let hidden = sum("occ.repondants");
        let bounds = |up: i128| BTreeMap::from([(&hidden, vec![(11, Some(0), Some(up))])]);
        let found = tighten(&relations, &bounds(40));
        let narrower = found.get(&hidden).and_then(|places| places.get(&11));
        assert_eq!(
            narrower,
            Some(&Narrower {
                lo: None,
                up: Some(9),
                by: "occ.menages"
            })
        );
        assert!(tighten(&relations, &bounds(9)).is_empty(), "nothing more than is known");
    }
}
