//! What the facts say that adds up over places, and the places that it adds up over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::book::Described;
use super::facts::{BASE, Fact, Said};

/// What the pages say of the places: `[commune, iris, qpv]` of each residence.
pub(super) type Lineages = BTreeMap<String, [String; 3]>;

/// A zone that carries a figure: scale and code.
pub(super) type Zone<'a> = (&'a str, &'a str);

/// A sum that adds up over territories: a count, or the numerator of a published share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sum<'a> {
    /// `id` or `id:category`, joined by ` + ` for a numerator of several terms.
    pub(super) name: String,
    pub(super) vintage: &'a str,
}

/// What is known of one zone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    Within(i64, i64, u32),
    Hidden(u32),
}

/// What is known of each zone, by its rank among all, in order.
pub(super) type Zones = Vec<(u32, Known)>;

/// What the site says that adds up.
pub(super) struct Site<'a> {
    /// All zones that carry a figure, sorted.
    pub(super) zones: Vec<Zone<'a>>,
    /// Counts, numerators of shares, and what means are the means of.
    pub(super) sums: BTreeMap<Sum<'a>, Zones>,
    /// What a mean adds up to (surfaces, rents), in half units of its last decimal, under the name of its count.
    pub(super) totals: BTreeMap<Sum<'a>, Zones>,
    /// Sums known only as what a share divides by: no figure of theirs is hidden, but those under the threshold.
    pub(super) divisors: BTreeSet<Sum<'a>>,
    /// Hidden counts that a share prints as what it divides by: sum, rank of the zone, count, file.
    pub(super) betrayed: Vec<(Sum<'a>, u32, i64, u32)>,
}

impl Site<'_> {
    /// Number of these zones in the scale that has most of them: those of one scale say nothing twice.
    pub(super) fn most(&self, ranks: &[u32]) -> usize {
        let mut by_scale: BTreeMap<&str, usize> = BTreeMap::new();
        for rank in ranks {
            *by_scale.entry(self.zones[*rank as usize].0).or_default() += 1;
        }
        by_scale.into_values().max().unwrap_or(0)
    }
}

/// Head of the name of the count that a mean rests on.
pub(super) const COUNT: &str = "n de ";

/// How a figure speaks of a sum.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Count,
    /// Its decimals.
    Share(u8),
    /// Its decimals.
    Mean(u8),
}

/// What an indicator, or one of its categories, says of a sum.
struct Reading {
    sum: String,
    kind: Kind,
    /// The count by which a share divides, printed beside it.
    over: Option<String>,
}

impl Reading {
    /// None for what does not add up: words, indices, public context.
    fn new(id: &str, category: &str, dictionary: &BTreeMap<String, Described>) -> Option<Self> {
        let described = dictionary.get(id)?;
        if !matches!(described.base.as_str(), "logements" | "attributions") {
            return None;
        }
        let name = if category.is_empty() {
            id.to_owned()
        } else {
            format!("{id}:{category}")
        };
        let (sum, kind) = match described.kind.as_str() {
            "effectif" => (name, Kind::Count),
            "part" | "taux" if !described.numerator.is_empty() => (
                numerator(&described.numerator, category, dictionary),
                Kind::Share(described.decimals),
            ),
            "moyenne" => (format!("{COUNT}{name}"), Kind::Mean(described.decimals)),
            _ => return None,
        };
        let is_count = |id: &&String| {
            let own = dictionary.get(*id);
            own.is_some_and(|d| d.kind == "effectif" && matches!(d.base.as_str(), "logements" | "attributions"))
        };
        let over = Some(&described.denominator).filter(|_| matches!(kind, Kind::Share(_)));
        let over = over.filter(is_count).cloned();
        Some(Self { sum, kind, over })
    }
}

/// What of a figure speaks of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Count,
    Numerator,
    Denominator,
}

/// What figures say of sums, before the zones of all lists are ranked.
#[derive(Default)]
struct Heap<'a> {
    /// Place of a sum among all, by the figure that speaks of it, of its own value or of what it divides by.
    places: foldhash::HashMap<(&'a str, &'a str, Role), usize>,
    ranks: BTreeMap<Sum<'a>, usize>,
    all: Vec<Zones>,
    /// Whether figures say the value of a sum, by place.
    values: Vec<bool>,
    /// What spoke last of the last zone, by place.
    last: Vec<Role>,
    /// Hidden counts that a share prints: place of the sum, zone, count, file.
    betrayed: Vec<(usize, u32, i64, u32)>,
}

impl<'a> Heap<'a> {
    /// Adds what the figure `what` of a zone says of a sum; those of a zone come together.
    fn put(&mut self, (what, vintage, role): (&'a str, &'a str, Role), sum: &str, zone: u32, known: Known) {
        let (ranks, all, values, last) = (&mut self.ranks, &mut self.all, &mut self.values, &mut self.last);
        let place = *self.places.entry((what, vintage, role)).or_insert_with(|| {
            let sum = Sum {
                name: sum.to_owned(),
                vintage,
            };
            let place = *ranks.entry(sum).or_insert_with(|| {
                all.push(Vec::new());
                values.push(false);
                last.push(role);
                all.len() - 1
            });
            values[place] |= role != Role::Denominator;
            place
        });
        let (zones, last) = (&mut all[place], &mut last[place]);
        match zones.last_mut().filter(|last| last.0 == zone) {
            // A count says more than a share; two shares of one numerator meet.
            Some((_, kept)) => {
                let printed = match (*kept, known, *last, role) {
                    (Known::Hidden(_), Known::Within(n, _, file), Role::Count, Role::Denominator)
                    | (Known::Within(n, _, file), Known::Hidden(_), Role::Denominator, Role::Count) => Some((n, file)),
                    _ => None,
                };
                self.betrayed.extend(printed.map(|(n, file)| (place, zone, n, file)));
                if role == Role::Count || matches!((*kept, known), (Known::Hidden(_), Known::Within(..))) {
                    *last = role;
                }
                *kept = match (*kept, known) {
                    (Known::Within(a, b, f), Known::Within(c, d, _)) => Known::Within(a.max(c), b.min(d), f),
                    (Known::Hidden(_), within @ Known::Within(..)) => within,
                    (first, _) => first,
                };
            }
            None => {
                zones.push((zone, known));
                *last = role;
            }
        }
    }

    /// Hidden counts that a share prints.
    fn betrayed(&self) -> Vec<(Sum<'a>, u32, i64, u32)> {
        let name = |place: usize| {
            self.ranks
                .iter()
                .find(|(_, own)| **own == place)
                .map(|(sum, _)| sum.clone())
        };
        let all = self.betrayed.iter();
        all.filter_map(|(place, zone, n, file)| Some((name(*place)?, *zone, *n, *file)))
            .collect()
    }

    /// Sums of which no figure says the value.
    fn divisors(&self) -> BTreeSet<Sum<'a>> {
        let only = self.ranks.iter().filter(|(_, place)| !self.values[**place]);
        only.map(|(sum, _)| sum.clone()).collect()
    }

    fn sums(mut self) -> BTreeMap<Sum<'a>, Zones> {
        let ranks = std::mem::take(&mut self.ranks);
        let zones = |(sum, place): (Sum<'a>, usize)| (sum, std::mem::take(&mut self.all[place]));
        ranks.into_iter().map(zones).collect()
    }
}

/// Cuts the name of a figure: `scale`, `code`, and `id[:category]` with its vintage.
fn cut(name: &str) -> Option<(Zone<'_>, &str, &str)> {
    let (scale, rest) = name.split_once(':')?;
    let (code, rest) = rest.split_once(':')?;
    let (what, vintage) = rest.rsplit_once(':')?;
    Some(((scale, code), what, vintage))
}

/// Everything that adds up, by sum, from lists of figures sorted by name, where those of a zone are in one list.
pub(super) fn sums<'a>(lists: &'a [Vec<Fact<'a>>], dictionary: &BTreeMap<String, Described>) -> Site<'a> {
    let parts: Vec<Site<'a>> = lists
        .par_iter()
        .with_max_len(1)
        .map(|list| partial(list, dictionary))
        .collect();
    let mut zones: Vec<Zone<'a>> = parts.iter().flat_map(|p| p.zones.iter().copied()).collect();
    zones.sort_unstable();
    let (mut sums, mut totals) = (BTreeMap::new(), BTreeMap::new());
    // A list may have none of the figures that say the value of a sum.
    let valued = |sum: &Sum<'a>| {
        parts
            .iter()
            .any(|p| p.sums.contains_key(sum) && !p.divisors.contains(sum))
    };
    let divisors = parts.iter().flat_map(|p| &p.divisors).filter(|sum| !valued(sum));
    let divisors: BTreeSet<Sum<'a>> = divisors.cloned().collect();
    let mut betrayed = Vec::new();
    for part in parts {
        let rank = |zone: &Zone<'a>| u32::try_from(zones.binary_search(zone).unwrap_or(0)).unwrap_or(u32::MAX);
        let ranks: Vec<u32> = part.zones.iter().map(rank).collect();
        let told = part.betrayed.into_iter();
        betrayed.extend(told.map(|(sum, zone, n, file)| (sum, ranks[zone as usize], n, file)));
        for (all, own) in [(&mut sums, part.sums), (&mut totals, part.totals)] {
            for (sum, own) in own {
                let all: &mut Zones = all.entry(sum).or_default();
                all.extend(own.into_iter().map(|(zone, known)| (ranks[zone as usize], known)));
            }
        }
    }
    let mut each: Vec<&mut Zones> = sums.values_mut().chain(totals.values_mut()).collect();
    each.par_iter_mut()
        .for_each(|zones| zones.sort_unstable_by_key(|z| z.0));
    Site {
        zones,
        sums,
        totals,
        divisors,
        betrayed,
    }
}

/// What one list of figures says of each sum.
fn partial<'a>(facts: &'a [Fact<'a>], dictionary: &BTreeMap<String, Described>) -> Site<'a> {
    // Bases stand together, in the order of the figures that they belong to.
    let first = facts.partition_point(|f| f.0 < BASE);
    let length = facts[first..].partition_point(|f| f.0.starts_with(BASE));
    let mut bases = facts[first..first + length].iter().peekable();
    let mut readings: foldhash::HashMap<&str, Option<Reading>> = foldhash::HashMap::default();
    let (mut sums, mut totals) = (Heap::default(), Heap::default());
    let mut met: Vec<Zone<'a>> = Vec::new();
    let own = |a: &Fact<'_>, b: &Fact<'_>| cut(a.0).map(|c| c.0) == cut(b.0).map(|c| c.0);
    let (before, after) = (&facts[..first], &facts[first + length..]);
    for group in before.chunk_by(own).chain(after.chunk_by(own)) {
        let Some((zone, ..)) = group.first().and_then(|f| cut(f.0)) else {
            continue;
        };
        let rank = u32::try_from(met.len()).unwrap_or(u32::MAX);
        met.push(zone);
        for &(name, figure, file) in group {
            while bases.next_if(|b| &b.0[BASE.len()..] < name).is_some() {}
            let base = bases.peek().filter(|b| &b.0[BASE.len()..] == name).map(|b| b.1);
            let Some((_, what, vintage)) = cut(name) else {
                continue;
            };
            let (id, category) = what.split_once(':').unwrap_or((what, ""));
            let reading = readings
                .entry(what)
                .or_insert_with(|| Reading::new(id, category, dictionary));
            let Some(reading) = reading else { continue };
            if let Some(over) = &reading.over {
                let known = match (figure, base) {
                    (Said::Number(_), Some(Said::Number(base))) => {
                        Some(Known::Within(integer(base), integer(base), file))
                    }
                    (figure, _) if figure.is_secret() => Some(Known::Hidden(file)),
                    _ => None,
                };
                if let Some(known) = known {
                    sums.put((what, vintage, Role::Denominator), over, rank, known);
                }
            }
            let known = match (figure, reading.kind) {
                (Said::Number(v), Kind::Count) if v.fract() == 0.0 => Known::Within(integer(v), integer(v), file),
                // The denominator printed beside the share is its base.
                (Said::Number(share), Kind::Share(decimals)) => {
                    let Some(Said::Number(base)) = base else { continue };
                    let (lo, up) = rounded(share, base, decimals);
                    Known::Within(lo, up, file)
                }
                (Said::Number(mean), Kind::Mean(decimals)) => {
                    let Some(Said::Number(base)) = base else { continue };
                    let base = integer(base);
                    let (lo, up) = total(mean, base, decimals);
                    totals.put(
                        (what, vintage, Role::Numerator),
                        &reading.sum,
                        rank,
                        Known::Within(lo, up, file),
                    );
                    Known::Within(base, base, file)
                }
                (s, Kind::Count) if s.is_secret() => Known::Hidden(file),
                // Hidden by its denominator only: the counts of its numerator are printed.
                (s, Kind::Share(_)) if s.is_secret() => match printed(&reading.sum, zone, vintage, group) {
                    Some(value) => Known::Within(value, value, file),
                    None => Known::Hidden(file),
                },
                (s, Kind::Mean(_)) if s.is_secret() => {
                    totals.put(
                        (what, vintage, Role::Numerator),
                        &reading.sum,
                        rank,
                        Known::Hidden(file),
                    );
                    Known::Hidden(file)
                }
                _ => continue,
            };
            let role = match reading.kind {
                Kind::Count => Role::Count,
                _ => Role::Numerator,
            };
            sums.put((what, vintage, role), &reading.sum, rank, known);
        }
    }
    Site {
        zones: met,
        divisors: sums.divisors(),
        betrayed: sums.betrayed(),
        sums: sums.sums(),
        totals: totals.sums(),
    }
}

/// What `base` times a rounded mean may be, in half units of its last decimal.
fn total(mean: f64, base: i64, decimals: u8) -> (i64, i64) {
    let units = integer(mean * 10f64.powi(i32::from(decimals)));
    let half = |units: i64| units.saturating_mul(2);
    let lo = half(units).saturating_sub(1).saturating_mul(base);
    (lo.max(0), half(units).saturating_add(1).saturating_mul(base))
}

/// Value of a numerator all of whose counts are printed among the figures of a zone, sorted by name.
fn printed(sum: &str, (scale, code): Zone<'_>, vintage: &str, group: &[Fact<'_>]) -> Option<i64> {
    let count = |term: &str| {
        let name = format!("{scale}:{code}:{term}:{vintage}");
        let at = group.binary_search_by(|f| f.0.cmp(name.as_str())).ok()?;
        if let Said::Number(value) = group[at].1 {
            Some(value)
        } else {
            None
        }
    };
    let total: Option<f64> = sum.split(" + ").map(count).sum();
    total.filter(|t| t.fract() == 0.0).map(integer)
}

#[expect(clippy::cast_possible_truncation, reason = "counts stay far below 2^53")]
fn integer(value: f64) -> i64 {
    value.round() as i64
}

/// Integers whose share of `base`, rounded, is `share`: one decimal gives the count itself while the base is under 1,000.
fn rounded(share: f64, base: f64, decimals: u8) -> (i64, i64) {
    let small = share.fract() == 0.0 && base < 100.0;
    let half = 0.5 / 10f64.powi(if small { 0 } else { i32::from(decimals) });
    // A hair wider than the rounding, so that a value on the edge stays inside.
    let lo = ((share - half) / 100.0 * base - 1e-7).ceil().max(0.0);
    let up = ((share + half) / 100.0 * base + 1e-7).floor().min(base);
    (integer(lo), integer(up.max(lo)))
}

/// Name of a numerator for one category of the share.
fn numerator(text: &str, category: &str, dictionary: &BTreeMap<String, Described>) -> String {
    let terms: Vec<String> = text
        .split('+')
        .map(str::trim)
        .map(|term| {
            let follows = !category.is_empty() && !term.contains(':') && dictionary.contains_key(term);
            if follows {
                format!("{term}:{category}")
            } else {
                term.to_owned()
            }
        })
        .collect();
    terms.join(" + ")
}

/// Atoms: residences, or groups of residences of one commune, IRIS and QPV where no residence carries the figure.
pub(super) struct Atoms {
    pub(super) names: Vec<String>,
    /// Those of each zone, by its rank; none for a zone that no residence is in.
    pub(super) members: Vec<Option<Vec<u32>>>,
}

/// Makes the atoms of `zones`.
///
/// `open` adds, to each group, the residences that the site does not list: those gone since the vintage.
pub(super) fn atoms<'a>(
    lineages: &'a Lineages,
    by_residence: bool,
    open: bool,
    zones: &[Zone<'a>],
    metropole: &'a str,
) -> Atoms {
    let mut names = Vec::new();
    let mut rank: HashMap<&[String; 3], u32> = HashMap::new();
    let mut members: BTreeMap<Zone<'a>, Vec<u32>> = BTreeMap::new();
    for (id, lineage) in lineages {
        let atom = if by_residence {
            names.push(format!("résidence {id}"));
            u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
        } else {
            *rank.entry(lineage).or_insert_with(|| {
                let [commune, iris, qpv] = lineage;
                let qpv = if qpv.is_empty() {
                    "hors QPV".to_owned()
                } else {
                    format!("QPV {qpv}")
                };
                names.push(format!("partie de l’IRIS {iris} ({qpv}, commune {commune})"));
                u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let mut put = |zone: Zone<'a>| {
            let list = members.entry(zone).or_default();
            if list.last() != Some(&atom) {
                list.push(atom);
            }
        };
        put(("metropole", metropole));
        if by_residence {
            put(("residence", id));
        }
        for (scale, code) in ["commune", "iris", "qpv"].into_iter().zip(lineage) {
            if !code.is_empty() {
                put((scale, code));
            }
        }
    }
    if open {
        let groups: BTreeSet<&[String; 3]> = lineages.values().collect();
        for lineage in groups {
            let atom = u32::try_from(names.len()).unwrap_or(u32::MAX);
            names.push(format!("résidences disparues de l’IRIS {}", lineage[1]));
            members.entry(("metropole", metropole)).or_default().push(atom);
            for (scale, code) in ["commune", "iris", "qpv"].into_iter().zip(lineage) {
                if !code.is_empty() {
                    members.entry((scale, code)).or_default().push(atom);
                }
            }
        }
        // A zone without any residence today.
        for zone @ (scale, code) in zones
            .iter()
            .copied()
            .filter(|(scale, _)| matches!(*scale, "commune" | "iris" | "qpv"))
        {
            if members.contains_key(&zone) {
                continue;
            }
            let atom = u32::try_from(names.len()).unwrap_or(u32::MAX);
            names.push(format!("résidences disparues de {}", words(zone)));
            members.entry(zone).or_default().push(atom);
            members.entry(("metropole", metropole)).or_default().push(atom);
            if scale == "iris" && code.len() > 5 && code.is_char_boundary(5) {
                members.entry(("commune", &code[..5])).or_default().push(atom);
            }
        }
    }
    let sorted = |zone: &Zone<'a>| {
        let mut list = members.remove(zone)?;
        list.sort_unstable();
        list.dedup();
        Some(list)
    };
    let members = zones.iter().map(sorted).collect();
    Atoms { names, members }
}

pub(super) fn words(zone: Zone<'_>) -> String {
    let (scale, code) = zone;
    match scale {
        "metropole" => "territoire entier".to_owned(),
        "commune" => format!("commune {code}"),
        "iris" => format!("IRIS {code}"),
        "qpv" => format!("QPV {code}"),
        "residence" => format!("résidence {code}"),
        _ => format!("{scale} {code}"),
    }
}
