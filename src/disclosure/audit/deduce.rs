//! What a reader can work out: the published figures as equations over residences, solved as an attacker would.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use num_traits::Signed as _;
use rayon::prelude::*;

use super::book::Described;
use super::facts::{BASE, Fact, Finding, Said};
use crate::disclosure::attack::{Effort, Proof, Range, Shape, Terms};

/// What the pages say of the places: `[commune, iris, qpv]` of each residence.
pub(super) type Lineages = BTreeMap<String, [String; 3]>;

/// Numbers of the audit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) min_width: i128,
    pub(super) warn_width: i128,
    pub(super) virtual_zone: i128,
}

/// A zone that carries a figure: scale and code.
type Zone<'a> = (&'a str, &'a str);

/// A sum that adds up over territories: a count, or the numerator of a published share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sum<'a> {
    /// `id` or `id:category`, joined by ` + ` for a numerator of several terms.
    name: String,
    vintage: &'a str,
}

/// What is known of one zone.
#[derive(Debug, Clone, Copy)]
enum Known {
    Within(i64, i64, u32),
    Hidden(u32),
}

/// What is known of each zone, by its rank among all, in order.
type Zones = Vec<(u32, Known)>;

/// What the site says that adds up.
struct Site<'a> {
    /// All zones that carry a figure, sorted.
    zones: Vec<Zone<'a>>,
    sums: BTreeMap<Sum<'a>, Zones>,
}

/// What an indicator, or one of its categories, says of a sum.
struct Reading {
    sum: String,
    /// Decimals of a share; none for a count.
    share: Option<u8>,
}

impl Reading {
    /// None for what does not add up: means, words, public context.
    fn new(id: &str, category: &str, dictionary: &BTreeMap<String, Described>) -> Option<Self> {
        let described = dictionary.get(id)?;
        if !matches!(described.base.as_str(), "logements" | "attributions") {
            return None;
        }
        match described.kind.as_str() {
            "effectif" if category.is_empty() => Some(Self {
                sum: id.to_owned(),
                share: None,
            }),
            "effectif" => Some(Self {
                sum: format!("{id}:{category}"),
                share: None,
            }),
            "part" | "taux" if !described.numerator.is_empty() => Some(Self {
                sum: numerator(&described.numerator, category, dictionary),
                share: Some(described.decimals),
            }),
            _ => None,
        }
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
fn sums<'a>(lists: &'a [Vec<Fact<'a>>], dictionary: &BTreeMap<String, Described>) -> Site<'a> {
    let parts: Vec<Site<'a>> = lists.par_iter().map(|list| partial(list, dictionary)).collect();
    let mut zones: Vec<Zone<'a>> = parts.iter().flat_map(|p| p.zones.iter().copied()).collect();
    zones.sort_unstable();
    let mut sums: BTreeMap<Sum<'a>, Zones> = BTreeMap::new();
    for part in parts {
        let rank = |zone: &Zone<'a>| u32::try_from(zones.binary_search(zone).unwrap_or(0)).unwrap_or(u32::MAX);
        let ranks: Vec<u32> = part.zones.iter().map(rank).collect();
        for (sum, own) in part.sums {
            let all = sums.entry(sum).or_default();
            all.extend(own.into_iter().map(|(zone, known)| (ranks[zone as usize], known)));
        }
    }
    let mut each: Vec<&mut Zones> = sums.values_mut().collect();
    each.par_iter_mut()
        .for_each(|zones| zones.sort_unstable_by_key(|z| z.0));
    Site { zones, sums }
}

/// What one list of figures says of each sum.
fn partial<'a>(facts: &'a [Fact<'a>], dictionary: &BTreeMap<String, Described>) -> Site<'a> {
    // Bases stand together, in the order of the figures that they belong to.
    let first = facts.partition_point(|f| f.0 < BASE);
    let length = facts[first..].partition_point(|f| f.0.starts_with(BASE));
    let mut bases = facts[first..first + length].iter().peekable();
    let mut readings: foldhash::HashMap<&str, Option<Reading>> = foldhash::HashMap::default();
    // Place of a sum among all, by the figure that speaks of it.
    let mut places: foldhash::HashMap<(&str, &str), usize> = foldhash::HashMap::default();
    let mut ranks: BTreeMap<Sum<'a>, usize> = BTreeMap::new();
    let mut all: Vec<Zones> = Vec::new();
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
            let known = match (figure, reading.share) {
                (Said::Number(v), None) if v.fract() == 0.0 => Known::Within(integer(v), integer(v), file),
                // The denominator printed beside the share is its base.
                (Said::Number(share), Some(decimals)) => {
                    let Some(Said::Number(base)) = base else { continue };
                    let (lo, up) = rounded(share, base, decimals);
                    Known::Within(lo, up, file)
                }
                (s, None) if s.is_secret() => Known::Hidden(file),
                // Hidden by its denominator only: the counts of its numerator are printed.
                (s, Some(_)) if s.is_secret() => match printed(&reading.sum, zone, vintage, group) {
                    Some(value) => Known::Within(value, value, file),
                    None => Known::Hidden(file),
                },
                _ => continue,
            };
            let place = *places.entry((what, vintage)).or_insert_with(|| {
                let sum = Sum {
                    name: reading.sum.clone(),
                    vintage,
                };
                *ranks.entry(sum).or_insert_with(|| {
                    all.push(Vec::new());
                    all.len() - 1
                })
            });
            let zones = &mut all[place];
            match zones.last_mut().filter(|last| last.0 == rank) {
                // A count says more than a share; two shares of one numerator meet.
                Some((_, kept)) => {
                    *kept = match (*kept, known) {
                        (Known::Within(a, b, f), Known::Within(c, d, _)) => Known::Within(a.max(c), b.min(d), f),
                        (Known::Hidden(_), within @ Known::Within(..)) => within,
                        (first, _) => first,
                    };
                }
                None => zones.push((rank, known)),
            }
        }
    }
    let sums = ranks
        .into_iter()
        .map(|(sum, place)| (sum, std::mem::take(&mut all[place])))
        .collect();
    Site { zones: met, sums }
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
struct Atoms {
    names: Vec<String>,
    /// Those of each zone, by its rank; none for a zone that no residence is in.
    members: Vec<Option<Vec<u32>>>,
}

/// Makes the atoms of `zones`.
///
/// `open` adds, to each group, the residences that the site does not list: those gone since the vintage.
fn atoms<'a>(lineages: &'a Lineages, by_residence: bool, open: bool, zones: &[Zone<'a>], metropole: &'a str) -> Atoms {
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

/// Looks for everything that a reader can recompute.
pub(super) fn deduce(
    lists: &[Vec<Fact<'_>>],
    files: &[String],
    dictionary: &BTreeMap<String, Described>,
    lineages: &Lineages,
    limits: Limits,
) -> (Vec<Finding>, usize) {
    let metropole = lists
        .iter()
        .flatten()
        .find_map(|f| f.0.strip_prefix("metropole:")?.split(':').next())
        .unwrap_or("");
    let site = sums(lists, dictionary);
    let Site { zones, sums } = &site;
    // Open ones only for totals that today's residences do not make up.
    let [closed, open] = [false, true]
        .map(|open| [false, true].map(|fine| LazyLock::new(move || atoms(lineages, fine, open, zones, metropole))));
    let bases: BTreeSet<&str> = dictionary
        .values()
        .flat_map(|d| d.denominator.split('+').map(str::trim))
        .filter(|d| !d.is_empty())
        .collect();
    let shapes: Shapes = Mutex::default();
    let mut findings: Vec<Finding> = sums
        .par_iter()
        .flat_map_iter(|(sum, own)| {
            let fine = own.iter().any(|z| zones[z.0 as usize].0 == "residence");
            let system = |atoms, open| System {
                sum,
                own,
                zones,
                atoms,
                files,
                limits,
                kind: u8::from(fine) + 2 * u8::from(open),
                is_base: bases.contains(sum.name.as_str()),
            };
            let findings = system(&*closed[usize::from(fine)], false).solve(&shapes);
            // A total that today's residences do not make up: some are gone since that vintage.
            if findings.iter().any(|f| f.kind == "contradiction") {
                system(&*open[usize::from(fine)], true).solve(&shapes)
            } else {
                findings
            }
        })
        .collect();
    // Thousands of small pieces, which nothing waits for.
    rayon::spawn(move || drop(shapes));
    findings.extend(windows(&site, files));
    findings.sort();
    findings.dedup();
    (findings, sums.len())
}

/// What depends only on the pattern of hidden figures is done once for all figures hidden in the same way.
type Shapes = Mutex<HashMap<Vec<(u8, u32)>, Arc<Shape>>>;

/// A published figure of a zone, as an equation over its atoms.
struct Given<'a> {
    zone: Zone<'a>,
    members: &'a [u32],
    range: Range,
    file: u32,
}

struct System<'a> {
    sum: &'a Sum<'a>,
    own: &'a Zones,
    zones: &'a [Zone<'a>],
    atoms: &'a Atoms,
    files: &'a [String],
    limits: Limits,
    /// Which atoms: residences or groups, closed or open.
    kind: u8,
    /// Whether the sum is what shares are divided by: a zone is small by its dwellings, not by those that are vacant.
    is_base: bool,
}

impl System<'_> {
    fn solve(&self, shapes: &Shapes) -> Vec<Finding> {
        let mut facts: Vec<Given<'_>> = Vec::new();
        let mut targets: Vec<(Zone<'_>, &[u32], u32)> = Vec::new();
        let mut pattern: Vec<(u8, u32)> = vec![(self.kind, u32::MAX)];
        for (rank, known) in self.own {
            let Some(members) = &self.atoms.members[*rank as usize] else {
                continue;
            };
            let zone = self.zones[*rank as usize];
            match known {
                Known::Within(lo, up, file) => {
                    pattern.push((if lo == up { 1 } else { 2 }, *rank));
                    facts.push(Given {
                        zone,
                        members,
                        range: Range {
                            lo: Some(*lo),
                            up: Some(*up),
                        },
                        file: *file,
                    });
                }
                Known::Hidden(file) => {
                    pattern.push((3, *rank));
                    targets.push((zone, members, *file));
                }
            }
        }
        if facts.is_empty() {
            return Vec::new();
        }
        let exact: Vec<bool> = facts.iter().map(|f| f.range.lo == f.range.up).collect();
        let make = || {
            let terms = |members: &[u32]| -> Terms { members.iter().map(|a| (*a, 1)).collect() };
            let rows = facts.iter().map(|f| terms(f.members)).collect();
            let hidden = targets.iter().map(|t| terms(t.1)).collect();
            Arc::new(Shape::new(self.atoms.names.len(), rows, &exact, hidden))
        };
        let known = shapes.lock().ok().and_then(|s| s.get(&pattern).cloned());
        let shape = known.unwrap_or_else(|| {
            let shape = make();
            if let Ok(mut all) = shapes.lock() {
                all.insert(pattern, Arc::clone(&shape));
            }
            shape
        });
        let given: Vec<Range> = facts.iter().map(|f| f.range).collect();
        let effort = Effort::default();
        let answer = shape.solve(&given, effort);
        let mut findings = Vec::new();
        for block in &answer.contradictions {
            let named: Vec<String> = block.iter().take(6).map(|f| words(facts[*f as usize].zone)).collect();
            findings.push(Finding {
                error: true,
                kind: "contradiction",
                message: format!("{} : ces chiffres se contredisent : {}", self.title(), named.join(", ")),
                files: block
                    .iter()
                    .take(6)
                    .map(|f| self.files[facts[*f as usize].file as usize].clone())
                    .collect(),
                remedy: "un total n’est pas la somme de ses parties : reprendre « atlas prepare »".to_owned(),
            });
        }
        let mut said = vec![false; self.atoms.names.len()];
        for Given { members, range, .. } in &facts {
            let nothing = range.up.is_some_and(|up| i128::from(up) < self.limits.min_width) && range.lo == Some(0);
            for atom in members.iter().filter(|_| nothing) {
                said[*atom as usize] = true;
            }
        }
        for (t, interval) in answer.intervals.iter().enumerate() {
            let (zone, members, file) = &targets[t];
            if members.is_empty() {
                continue;
            }
            let width = interval.widest();
            let pinned = interval.exact();
            // Nothing there at all, and a published total says it by itself: 0, or 0 % rounded to one near.
            let zero = interval.up.proved.is_some_and(|up| up < self.limits.min_width)
                && members.iter().all(|atom| said[*atom as usize]);
            let narrow = width.is_some_and(|w| w < self.limits.min_width);
            if pinned || narrow {
                let proof = shape.prove(t, &given, interval, effort);
                let (equation, mut used) = self.equation(&proof, &facts);
                used.insert(0, self.files[*file as usize].clone());
                used.dedup();
                let found = match (interval.lo.proved, interval.up.proved) {
                    (Some(lo), Some(up)) if lo == up => format!("= {lo}"),
                    (Some(lo), Some(up)) => format!("entre {lo} et {up}"),
                    _ => String::new(),
                };
                findings.push(Finding {
                    error: !zero,
                    kind: if zero { "zero" } else { "recalcul" },
                    message: format!("{} : {} se recalcule : {equation} {found}", self.title(), words(*zone)),
                    files: used,
                    remedy: if zero {
                        "zéro certain dans une petite zone : à masquer dans la zone au-dessus s’il en dit trop"
                            .to_owned()
                    } else {
                        "masquer un chiffre de plus dans cette équation (« atlas prepare » le fait)".to_owned()
                    },
                });
            } else if interval.shown().is_some_and(|w| w < self.limits.min_width) {
                findings.push(Finding {
                    error: true,
                    kind: "indecis",
                    message: format!(
                        "{} : {} : ni preuve qu’il se recalcule, ni deux valeurs possibles assez éloignées",
                        self.title(),
                        words(*zone)
                    ),
                    files: vec![self.files[*file as usize].clone()],
                    remedy: "masquer un chiffre de plus autour : ce qui n’est pas démontré n’est pas publié".to_owned(),
                });
            } else if width.is_some_and(|w| w < self.limits.warn_width) {
                findings.push(Finding {
                    error: false,
                    kind: "intervalle",
                    message: format!(
                        "{} : {} est connu à {} près",
                        self.title(),
                        words(*zone),
                        width.unwrap_or(0)
                    ),
                    files: vec![self.files[*file as usize].clone()],
                    remedy: "masquer davantage autour, si ce chiffre est sensible".to_owned(),
                });
            }
        }
        if self.is_base {
            self.virtual_zones(&shape, &exact, &facts, &mut findings);
        }
        findings
    }

    /// Unions of unknown places whose total is determined and small: zones that nobody prints.
    fn virtual_zones(&self, shape: &Shape, exact: &[bool], facts: &[Given<'_>], findings: &mut Vec<Finding>) {
        let printed: BTreeSet<&[u32]> = self
            .own
            .iter()
            .filter_map(|(rank, _)| self.atoms.members[*rank as usize].as_deref())
            .collect();
        for union in shape.unions(exact).0 {
            if printed.contains(union.atoms.as_slice()) {
                continue;
            }
            let mut total = num_rational::BigRational::from_integer(0.into());
            for (fact, weight) in &union.weights {
                let value = facts[*fact as usize].range.lo.unwrap_or(0);
                total += weight * num_rational::BigRational::from_integer(value.into());
            }
            let small =
                total.is_positive() && total < num_rational::BigRational::from_integer(self.limits.virtual_zone.into());
            if !small {
                continue;
            }
            let names: Vec<&str> = union
                .atoms
                .iter()
                .take(4)
                .map(|a| self.atoms.names[*a as usize].as_str())
                .collect();
            let (equation, files) = self.equation(&Proof::Equation(certificate(&union.weights, total.clone())), facts);
            findings.push(Finding {
                error: true,
                kind: "zone",
                message: format!(
                    "{} : zone que nul n’imprime mais que l’on déduit : {} = {equation} = {total}",
                    self.title(),
                    names.join(" + ")
                ),
                files,
                remedy: "masquer l’un de ces chiffres : la différence porte sur moins de 11".to_owned(),
            });
        }
    }

    fn title(&self) -> String {
        format!("{} ({})", self.sum.name, self.sum.vintage)
    }

    /// Writes a proof in words, and the files it takes its figures from.
    fn equation(&self, proof: &Proof, facts: &[Given<'_>]) -> (String, Vec<String>) {
        let mut files: Vec<String> = proof
            .support()
            .iter()
            .take(12)
            .map(|f| self.files[facts[*f as usize].file as usize].clone())
            .collect();
        files.sort();
        files.dedup();
        let side = |weights: &BTreeMap<u32, num_rational::BigRational>| {
            let mut plus = Vec::new();
            let mut minus = Vec::new();
            for (fact, weight) in weights {
                let Given { zone, range, .. } = &facts[*fact as usize];
                let value = match (range.lo, range.up) {
                    (Some(lo), Some(up)) if lo == up => lo.to_string(),
                    (lo, up) => format!(
                        "de {} à {}",
                        lo.unwrap_or(0),
                        up.map_or_else(String::new, |u| u.to_string())
                    ),
                };
                let one = num_rational::BigRational::from_integer(1.into());
                let times = if weight.abs() == one {
                    String::new()
                } else {
                    format!("{} × ", weight.abs())
                };
                let text = format!("{times}{} ({value})", words(*zone));
                if weight.is_positive() {
                    plus.push((zone.0, text))
                } else {
                    minus.push((zone.0, text))
                }
            }
            let mut out = short(&plus).join(" + ");
            if !minus.is_empty() {
                out.push_str(" − ");
                out.push_str(&short(&minus).join(" − "));
            }
            out
        };
        let text = match proof {
            Proof::Equation(one) => side(&one.weights),
            Proof::Bounds { lo, up } if lo.weights == up.weights => side(&lo.weights),
            Proof::Bounds { lo, up } => {
                let parts: Vec<String> = [side(&lo.weights), side(&up.weights)]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect();
                format!("bornes par {}, aucun effectif n’étant négatif", parts.join(" et par "))
            }
            Proof::Exhaustion(_) => "tous les nombres entiers possibles essayés".to_owned(),
        };
        (text, files)
    }
}

fn certificate(
    weights: &BTreeMap<u32, num_rational::BigRational>,
    bound: num_rational::BigRational,
) -> crate::disclosure::attack::Certificate {
    crate::disclosure::attack::Certificate {
        weights: weights.clone(),
        bound,
    }
}

/// Keeps an equation readable: beyond four residences, their number.
fn short(terms: &[(&str, String)]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let residences = terms.iter().filter(|t| t.0 == "residence").count();
    let mut told = false;
    for (scale, text) in terms {
        if *scale == "residence" && residences > 4 {
            if !told {
                out.push(format!("{residences} résidences publiées"));
                told = true;
            }
        } else {
            out.push(text.clone());
        }
    }
    out
}

fn words(zone: Zone<'_>) -> String {
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

/// Annual counts inside published windows of years: those of one territory, taken together, must not pin a year.
fn windows(site: &Site<'_>, files: &[String]) -> Vec<Finding> {
    let mut series: BTreeMap<(&str, Zone<'_>), Vec<(u16, u16, i64, i64, u32)>> = BTreeMap::new();
    for (sum, own) in &site.sums {
        let Some((from, to)) = sum
            .vintage
            .split_once('-')
            .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
        else {
            continue;
        };
        for (rank, known) in own {
            if let Known::Within(lo, up, file) = known {
                series
                    .entry((&sum.name, site.zones[*rank as usize]))
                    .or_default()
                    .push((from, to, *lo, *up, *file));
            }
        }
    }
    let check = |((name, zone), list): (&(&str, Zone<'_>), &Vec<(u16, u16, i64, i64, u32)>)| -> Option<Finding> {
        let overlap = list
            .iter()
            .enumerate()
            .any(|(i, a)| list[..i].iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        if !overlap {
            return None;
        }
        let first = list.iter().map(|w| w.0).min()?;
        let last = list.iter().map(|w| w.1).max()?;
        let rows: Vec<Terms> = list
            .iter()
            .map(|w| (w.0..=w.1).map(|y| (u32::from(y - first), 1)).collect())
            .collect();
        let exact: Vec<bool> = list.iter().map(|w| w.2 == w.3).collect();
        let years: Vec<Terms> = (0..=u32::from(last - first)).map(|y| vec![(y, 1)]).collect();
        let shape = Shape::new(years.len(), rows, &exact, years);
        let given: Vec<Range> = list
            .iter()
            .map(|w| Range {
                lo: Some(w.2),
                up: Some(w.3),
            })
            .collect();
        let answer = shape.solve(&given, Effort::default());
        let pinned: Vec<String> = answer
            .intervals
            .iter()
            .zip(first..)
            .filter(|(i, _)| i.exact() && i.up.proved != Some(0))
            .map(|(_, year)| year.to_string())
            .collect();
        (!pinned.is_empty()).then(|| Finding {
            error: true,
            kind: "fenetres",
            message: format!(
                "{name} : {} : les fenêtres publiées se recoupent et donnent l’année {} seule",
                words(*zone),
                pinned.join(", ")
            ),
            files: list
                .iter()
                .map(|w| files[w.4 as usize].clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            remedy: "ne publier que des fenêtres disjointes, ou masquer l’une d’elles".to_owned(),
        })
    };
    series.par_iter().filter_map(check).collect()
}
