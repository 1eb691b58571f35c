//! What a total and its parts give away of one another in a place: the last category hidden is the total less the others.
//!
//! - Enters: what is published of each sum, and what [`super::deduce`] proves of its hidden places, each sum by itself.
//! - Leaves: the hidden figures that a total and its other parts narrow too much.
//! - Stays out: places between them, which [`super::deduce`] solves again with what is found here ([`tighten`]).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::deduce::{Bounds, Limits};
use super::facts::Finding;
use super::sums::{Known, Site, Sum, Zones, words};
use crate::disclosure::attack::Range;

/// Places of one scale where a relation must be seen to hold, to be believed: with fewer it may be a chance, and is a warning.
const BELIEVED: usize = 30;

/// A total and its parts.
pub(super) struct Relation<'s, 'a> {
    pub(super) whole: (&'s Sum<'a>, &'s Zones),
    pub(super) parts: Vec<(&'s Sum<'a>, &'s Zones)>,
    /// Whether the parts may leave a rest.
    pub(super) rest: bool,
    /// Places of one scale where it is seen to hold; none where the dictionary says it.
    pub(super) seen: Option<usize>,
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
        .filter(|relation| !relation.is_refuted(bounds))
        .flat_map_iter(|relation| relation.tell(site, bounds, limits, files))
        .collect()
}

/// Hidden categories of places that are all of one of them, which has all of a published total: as certain as the zeros of
/// the others, they are told, not refused. By sum, the ranks of the places.
pub(super) fn full<'s, 'a>(
    relations: &[Relation<'s, 'a>],
    bounds: &BTreeMap<&'s Sum<'a>, Bounds>,
) -> BTreeMap<&'s Sum<'a>, BTreeSet<u32>> {
    let mut out: BTreeMap<&'s Sum<'a>, BTreeSet<u32>> = BTreeMap::new();
    for relation in relations
        .iter()
        .filter(|r| r.is_believed() && !r.rest && r.parts.len() > 1)
    {
        for (rank, whole, parts) in relation.each(bounds) {
            let has_all = |part: &Side| Some(part.lo) == whole.up && part.up == whole.up;
            if !whole.hidden && whole.up.is_some() && parts.iter().any(has_all) {
                for (sum, _) in &relation.parts {
                    out.entry(sum).or_default().insert(rank);
                }
            }
        }
    }
    out
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
        .filter(|r| r.is_believed() && !r.is_refuted(bounds))
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

/// What is known of a sum in a place.
pub(super) fn find(zones: &Zones, rank: u32) -> Option<Known> {
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

/// What is known of one sum, its places being asked for in order.
struct Walk<'r> {
    zones: &'r [(u32, Known)],
    bounds: &'r [(u32, Option<i128>, Option<i128>)],
}

impl<'r> Walk<'r> {
    fn new<'k>((sum, zones): (&'k Sum<'k>, &'r Zones), bounds: &'r BTreeMap<&'k Sum<'k>, Bounds>) -> Self {
        Self {
            zones,
            bounds: bounds.get(sum).map_or(&[], Vec::as_slice),
        }
    }

    fn side(&mut self, rank: u32) -> Side {
        while self.zones.first().is_some_and(|z| z.0 < rank) {
            self.zones = &self.zones[1..];
        }
        while self.bounds.first().is_some_and(|b| b.0 < rank) {
            self.bounds = &self.bounds[1..];
        }
        match self.zones.first().filter(|z| z.0 == rank) {
            Some((_, Known::Within(lo, up, file))) => Side {
                lo: (*lo).into(),
                up: Some((*up).into()),
                hidden: false,
                file: Some(*file),
            },
            Some((_, Known::Hidden(file))) => {
                let found = self.bounds.first().filter(|b| b.0 == rank);
                Side {
                    lo: found.and_then(|f| f.1).unwrap_or(0).max(0),
                    up: found.and_then(|f| f.2),
                    hidden: true,
                    file: Some(*file),
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
}

impl<'s, 'a> Relation<'s, 'a> {
    /// Places where one of its sums is hidden, with what is known there of the whole and of each part.
    fn each<'r>(&'r self, bounds: &'r BTreeMap<&Sum<'_>, Bounds>) -> impl Iterator<Item = (u32, Side, Vec<Side>)> {
        let all = || std::iter::once(&self.whole).chain(&self.parts);
        let mut ranks: Vec<u32> = all()
            .flat_map(|(_, zones)| zones.iter())
            .filter(|z| matches!(z.1, Known::Hidden(_)))
            .map(|z| z.0)
            .collect();
        ranks.sort_unstable();
        ranks.dedup();
        let mut whole = Walk::new(self.whole, bounds);
        let mut parts: Vec<Walk<'r>> = self.parts.iter().map(|part| Walk::new(*part, bounds)).collect();
        ranks.into_iter().map(move |rank| {
            let parts = parts.iter_mut().map(|part| part.side(rank)).collect();
            (rank, whole.side(rank), parts)
        })
    }

    /// Whether a reader may rely on it.
    fn is_believed(&self) -> bool {
        self.seen.is_none_or(|places| places >= BELIEVED)
    }

    /// Whether it was only seen to hold, and what is proved of a hidden place contradicts it.
    fn is_refuted(&self, bounds: &BTreeMap<&Sum<'_>, Bounds>) -> bool {
        self.seen.is_some()
            && self.each(bounds).any(|(_, whole, parts)| {
                let lo: i128 = parts.iter().map(|p| p.lo).sum();
                let up: Option<i128> = parts.iter().map(|p| p.up).sum();
                whole.up.is_some_and(|whole| whole < lo) || (!self.rest && up.is_some_and(|up| up < whole.lo))
            })
    }

    /// What its sums say of one another where one is hidden, when it is more than is known.
    fn tighten(&self, bounds: &BTreeMap<&'s Sum<'a>, Bounds>) -> Vec<(&'s Sum<'a>, u32, Narrower<'s>)> {
        let mut out = Vec::new();
        for (rank, whole, parts) in self.each(bounds) {
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
            let name = self.whole.0.name.as_str();
            for (i, part) in parts.iter().enumerate() {
                let others = || parts.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| p);
                let least: i128 = others().map(|p| p.lo).sum();
                let most: Option<i128> = others().map(|p| p.up).sum();
                let up = whole.up.map(|total| total - least);
                let lo = most.filter(|_| !self.rest).map(|most| whole.lo - most);
                put(self.parts[i].0, *part, lo, up, name);
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
        for (rank, whole, parts) in self.each(bounds) {
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
            // What shares divide by is not hidden for itself, but under the threshold.
            let large = |sum: &Sum<'_>, up: Option<i128>| {
                site.divisors.contains(sum) && up.is_none_or(|up| up >= limits.virtual_zone)
            };
            // Narrow already without the parts: told where its places are solved.
            if whole.hidden
                && !self.rest
                && !narrow(whole.lo, whole.up)
                && !large(self.whole.0, [whole.up, up].into_iter().flatten().min())
            {
                let lo = whole.lo.max(lo);
                let up = [whole.up, up].into_iter().flatten().min();
                if let Some(up) = up.filter(|up| narrow(lo, Some(*up))) {
                    // Each part is known by itself, and told: zeros, as a rule.
                    let told = parts.iter().all(|p| p.hidden && narrow(p.lo, p.up));
                    out.push(Finding {
                        error: !told && self.is_believed(),
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
                let Some(up) = up.filter(|up| narrow(lo, Some(*up)) && !large(self.parts[i].0, Some(*up))) else {
                    continue;
                };
                // Nothing there at all, or all of it in one category while its places say that the others are none: what is
                // certain of a small place is told, not refused, as it is of one sum.
                // Where the total is hidden too, its own zero is told where its places are solved.
                let nothing = whole.up.is_some_and(|up| up < limits.min_width);
                let full = !whole.hidden && parts.iter().all(|p| p.hidden) && others(|p| p.up) == Some(0);
                let certain = nothing || full;
                out.push(Finding {
                    error: !certain && self.is_believed(),
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
    use super::super::book::Described;
    use super::super::relations::relations;
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
            divisors: BTreeSet::new(),
            betrayed: Vec::new(),
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
        let known = |value: i64| Known::Within(value, value, 0);
        // In the last place the first of the two is hidden.
        let told = |places: u32, outside: &dyn Fn(bool, u32) -> Known| {
            let list = |of: &dyn Fn(bool, u32) -> Known| -> Zones {
                (0..places).map(|rank| (rank, of(rank == places - 1, rank))).collect()
            };
            let inside = |last, rank| {
                if last {
                    Known::Hidden(0)
                } else {
                    known(3 + i64::from(rank))
                }
            };
            let site = Site {
                divisors: BTreeSet::new(),
                betrayed: Vec::new(),
                zones: vec![("iris", "x"); places as usize],
                sums: BTreeMap::from([
                    (sum("attr.en"), list(&inside)),
                    (sum("attr.hors"), list(outside)),
                    (
                        sum("attr.total"),
                        list(&|last, rank| known(if last { 81 } else { 70 + i64::from(rank) })),
                    ),
                ]),
                totals: BTreeMap::new(),
            };
            tell(
                &relations(&site, &BTreeMap::new()),
                &site,
                &BTreeMap::new(),
                LIMITS,
                &["f".to_owned()],
            )
        };
        let sum_of_two = |last, _| known(if last { 80 } else { 67 });
        let found = told(40, &sum_of_two);
        assert!(
            matches!(&found[..], [f] if f.error && f.message.ends_with("= 1")),
            "{found:?}"
        );
        // Seen in few places, it may be a chance.
        let found = told(12, &sum_of_two);
        assert!(matches!(&found[..], [f] if !f.error), "{found:?}");
        // Both hidden: their sum alone is known.
        assert!(told(40, &|last, _| if last { Known::Hidden(0) } else { known(67) }).is_empty());
        // Places where it does not hold, published or proved.
        assert!(
            told(40, &|last, rank| known(if last {
                80
            } else {
                66 + i64::from(rank % 2)
            }))
            .is_empty()
        );
        assert!(told(40, &|last, _| known(if last { 90 } else { 67 })).is_empty());
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
            divisors: BTreeSet::new(),
            betrayed: Vec::new(),
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
