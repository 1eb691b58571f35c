//! What a reader can work out: the published figures as equations over residences, solved as an attacker would.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use num_traits::Signed as _;
use rayon::prelude::*;

use super::book::Described;
use super::categories::{self, Narrower};
use super::facts::{Fact, Finding};
use super::means;
use super::relations;
use super::sums::{Atoms, COUNT, Known, Lineages, Site, Sum, Zone, Zones, atoms, sums, words};
use crate::disclosure::attack::{Effort, Proof, Range, Shape, Terms};

/// Numbers of the audit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) min_width: i128,
    pub(super) warn_width: i128,
    pub(super) virtual_zone: i128,
    pub(super) percent: i128,
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
    let Site { zones, sums, .. } = &site;
    // Open ones only for totals that today's residences do not make up.
    let [closed, open] = [false, true]
        .map(|open| [false, true].map(|fine| LazyLock::new(move || atoms(lineages, fine, open, zones, metropole))));
    let bases: BTreeSet<&str> = dictionary
        .values()
        .flat_map(|d| d.denominator.split('+').map(str::trim))
        .filter(|d| !d.is_empty())
        .collect();
    let shapes: Shapes = Mutex::default();
    let each: Vec<(&Sum<'_>, &Zones)> = sums.iter().collect();
    let system = |i: usize, is_open: bool| {
        let (sum, own) = each[i];
        let fine = own.iter().any(|z| zones[z.0 as usize].0 == "residence");
        let atoms = if is_open { &open } else { &closed };
        System {
            title: format!("{} ({})", sum.name, sum.vintage),
            own,
            zones,
            atoms: &atoms[usize::from(fine)],
            files,
            limits,
            kind: u8::from(fine) + 2 * u8::from(is_open),
            is_base: sum.name.starts_with(COUNT) || bases.contains(sum.name.as_str()),
            only_divides: site.divisors.contains(sum),
            is_rest: sum.name.starts_with(COUNT),
        }
    };
    let (nothing, told) = (BTreeMap::new(), BTreeSet::new());
    let first = Again { more: &nothing, told };
    let solved: Vec<(bool, Vec<Finding>, Bounds)> = (0..each.len())
        .into_par_iter()
        // Some take a hundred times longer than others.
        .with_max_len(1)
        .map(|i| {
            let (found, bounds) = system(i, false).solve(&shapes, &first);
            // A total that today's residences do not make up: some are gone since that vintage.
            if found.iter().any(|f| f.kind == "contradiction") {
                let (found, bounds) = system(i, true).solve(&shapes, &first);
                (true, found, bounds)
            } else {
                (false, found, bounds)
            }
        })
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    let (mut bounds, mut opened) = (BTreeMap::new(), BTreeMap::new());
    for ((sum, _), (is_open, found, own)) in each.iter().zip(solved) {
        findings.extend(found);
        bounds.insert(*sum, own);
        opened.insert(*sum, is_open);
    }
    findings.extend(betrayed(&site, files));
    let relations = relations::relations(&site, dictionary);
    findings.extend(categories::tell(&relations, &site, &bounds, limits, files));
    // What sums say of one another goes back to the places of each, as long as it says more.
    let mut rounds: Vec<Round<'_>> = Vec::new();
    for round in 0..ROUNDS {
        let narrower = categories::tighten(&relations, &bounds);
        if narrower.is_empty() {
            break;
        }
        let again: Vec<(Round<'_>, Bounds)> = narrower
            .into_par_iter()
            .filter_map(|(sum, more)| {
                let known = bounds.get(sum)?;
                let i = each.binary_search_by(|e| e.0.cmp(sum)).ok()?;
                let is_open = opened.get(sum).copied().unwrap_or(false);
                let fresh = joined(known, &system(i, is_open).carry(&shapes, &more), &more);
                let narrow = |all: &Bounds| -> BTreeSet<u32> {
                    let width = |b: &(u32, Option<i128>, Option<i128>)| Some(b.2? - b.1.unwrap_or(0));
                    let narrow = all
                        .iter()
                        .filter(|b| width(b).is_some_and(|width| width < limits.min_width));
                    narrow.map(|b| b.0).collect()
                };
                // Told already: of the sum alone, or of its place alone.
                let told = match round {
                    0 => narrow(&joined(known, known, &more)),
                    _ => narrow(known),
                };
                let fresh_ones = &narrow(&fresh) - &told;
                let round = Round {
                    rank: i,
                    more,
                    told,
                    fresh: fresh_ones,
                };
                Some((round, fresh))
            })
            .collect();
        for (round, fresh) in again {
            bounds.insert(each[round.rank].0, fresh);
            rounds.push(round);
        }
    }
    let full = categories::full(&relations, &bounds);
    let found: Vec<Vec<Finding>> = rounds
        .into_par_iter()
        .filter(|round| !round.fresh.is_empty())
        .map(|round| {
            let sum = each[round.rank].0;
            let none = BTreeSet::new();
            let full = full.get(sum).unwrap_or(&none);
            let system = system(round.rank, opened.get(sum).copied().unwrap_or(false));
            let mut found: Vec<Finding> = (&round.fresh & full)
                .iter()
                .filter_map(|rank| system.full(*rank))
                .collect();
            if !round.fresh.is_subset(full) {
                let again = Again {
                    more: &round.more,
                    told: &round.told | full,
                };
                let (more, _) = system.solve(&shapes, &again);
                found.extend(more.into_iter().filter(|f| f.error));
            }
            found
        })
        .collect();
    findings.extend(found.into_iter().flatten());
    let rule = means::Rule {
        percent: limits.percent,
        small: limits.virtual_zone,
    };
    findings.extend(means::tell(&site, |fine| &*closed[usize::from(fine)], rule, files));
    // Thousands of small pieces, which nothing waits for.
    rayon::spawn(move || drop(shapes));
    findings.extend(windows(&site, files));
    findings.sort();
    findings.dedup();
    (findings, sums.len())
}

/// Times that what is found of a sum is told to the others.
const ROUNDS: usize = 4;

/// What is proved of hidden places, with what was proved before and what other sums say.
fn joined(known: &Bounds, fresh: &Bounds, more: &BTreeMap<u32, Narrower<'_>>) -> Bounds {
    let least = |a: Option<i128>, b: Option<i128>| [a, b].into_iter().flatten().min();
    known
        .iter()
        .zip(fresh)
        .map(|((rank, lo, up), (_, more_lo, more_up))| {
            let said = more.get(rank);
            let lo = (*lo).max(*more_lo).max(said.and_then(|m| m.lo));
            (*rank, lo, least(least(*up, *more_up), said.and_then(|m| m.up)))
        })
        .collect()
}

/// What is proved of the hidden places of a sum: rank of the place, least and most.
pub(super) type Bounds = Vec<(u32, Option<i128>, Option<i128>)>;

/// What depends only on the pattern of hidden figures is done once for all figures hidden in the same way.
type Shapes = Mutex<HashMap<Vec<(u8, u32)>, Arc<Shape>>>;

/// A published figure of a zone, as an equation over its atoms.
struct Given<'a> {
    zone: Zone<'a>,
    members: &'a [u32],
    range: Range,
    file: u32,
    /// The other sum that says so of a hidden place; none for a published figure.
    by: Option<&'a str>,
}

impl Given<'_> {
    /// The zone and its figure, or the two between which it lies.
    fn words(&self) -> String {
        let value = match (self.range.lo, self.range.up) {
            (Some(lo), Some(up)) if lo == up => lo.to_string(),
            (lo, None) => format!("au moins {}", lo.unwrap_or(0)),
            (lo, Some(up)) => format!("de {} à {up}", lo.unwrap_or(0)),
        };
        match self.by {
            Some(by) => format!("{} ({value}, d’après {by})", words(self.zone)),
            None => format!("{} ({value})", words(self.zone)),
        }
    }
}

/// What other sums say of the hidden places of one, once: by rank, those known already, and those known with it only.
struct Round<'a> {
    rank: usize,
    more: BTreeMap<u32, Narrower<'a>>,
    told: BTreeSet<u32>,
    fresh: BTreeSet<u32>,
}

/// What other sums say of the hidden places of one, by rank, and those of which all is told already.
struct Again<'a> {
    more: &'a BTreeMap<u32, Narrower<'a>>,
    told: BTreeSet<u32>,
}

/// What a sum says, as a system reads it.
struct Read<'a> {
    facts: Vec<Given<'a>>,
    /// Hidden places: zone, atoms, file.
    targets: Vec<(Zone<'a>, &'a [u32], u32)>,
    bounds: Bounds,
    /// What is published and what is hidden, whatever the values.
    pattern: Vec<(u8, u32)>,
}

struct System<'a> {
    title: String,
    own: &'a Zones,
    zones: &'a [Zone<'a>],
    atoms: &'a Atoms,
    files: &'a [String],
    limits: Limits,
    /// Which atoms: residences or groups, closed or open.
    kind: u8,
    /// Whether the sum is what shares are divided by: a zone is small by its dwellings, not by those that are vacant.
    is_base: bool,
    /// Whether it is known only as what shares divide by: what is hidden is the share, and its base where it is small.
    only_divides: bool,
    /// Whether it is what a mean rests on.
    is_rest: bool,
}

impl<'a> System<'a> {
    /// What is published and what is hidden, with what other sums say of hidden places.
    fn read(&self, more: &BTreeMap<u32, Narrower<'a>>) -> Read<'a> {
        let mut read = Read {
            facts: Vec::new(),
            targets: Vec::new(),
            bounds: Vec::new(),
            pattern: vec![(self.kind, u32::MAX)],
        };
        for (rank, known) in self.own {
            let Some(members) = &self.atoms.members[*rank as usize] else {
                continue;
            };
            let zone = self.zones[*rank as usize];
            match known {
                Known::Within(lo, up, file) => {
                    read.pattern.push((if lo == up { 1 } else { 2 }, *rank));
                    read.facts.push(Given {
                        zone,
                        members,
                        range: Range {
                            lo: Some(*lo),
                            up: Some(*up),
                        },
                        file: *file,
                        by: None,
                    });
                }
                Known::Hidden(file) => {
                    read.pattern.push((3, *rank));
                    if let Some(said) = more.get(rank) {
                        let range = said.range();
                        read.pattern.push((if range.lo == range.up { 4 } else { 5 }, *rank));
                        read.facts.push(Given {
                            zone,
                            members,
                            range,
                            file: *file,
                            by: Some(said.by),
                        });
                    }
                    read.targets.push((zone, members, *file));
                    read.bounds.push((*rank, None, None));
                }
            }
        }
        read
    }

    /// The shape of what is published and hidden, made once for all that is hidden in the same way.
    fn shape(&self, read: &Read<'_>, shapes: &Shapes) -> Arc<Shape> {
        let exact: Vec<bool> = read.facts.iter().map(|f| f.range.lo == f.range.up).collect();
        let make = || {
            let terms = |members: &[u32]| -> Terms { members.iter().map(|a| (*a, 1)).collect() };
            let rows = read.facts.iter().map(|f| terms(f.members)).collect();
            let hidden = read.targets.iter().map(|t| terms(t.1)).collect();
            Arc::new(Shape::new(self.atoms.names.len(), rows, &exact, hidden))
        };
        let known = shapes.lock().ok().and_then(|s| s.get(&read.pattern).cloned());
        known.unwrap_or_else(|| {
            let shape = make();
            if let Ok(mut all) = shapes.lock() {
                all.insert(read.pattern.clone(), Arc::clone(&shape));
            }
            shape
        })
    }

    /// Tells that all that a published total counts in a place is of one category.
    fn full(&self, rank: u32) -> Option<Finding> {
        let at = self.own.binary_search_by_key(&rank, |own| own.0).ok()?;
        let Known::Hidden(file) = self.own[at].1 else {
            return None;
        };
        Some(Finding {
            error: false,
            kind: "plein",
            message: format!(
                "{} : {} se devine : d’après les lieux voisins, tout y est d’une seule catégorie",
                self.title,
                words(self.zones[rank as usize])
            ),
            files: vec![self.files[file as usize].clone()],
            remedy: "masquer davantage autour, si ce chiffre est sensible".to_owned(),
        })
    }

    /// What other sums say of hidden places, carried from one to the next.
    fn carry(&self, shapes: &Shapes, more: &BTreeMap<u32, Narrower<'a>>) -> Bounds {
        let mut read = self.read(&BTreeMap::new());
        if read.facts.is_empty() {
            return read.bounds;
        }
        let shape = self.shape(&read, shapes);
        let given: Vec<Range> = read.facts.iter().map(|f| f.range).collect();
        let ranks = read.bounds.iter().enumerate();
        let said: Vec<(usize, Range)> = ranks
            .filter_map(|(t, bound)| Some((t, more.get(&bound.0)?.range())))
            .collect();
        for (t, lo, up) in shape.narrow(&given, &said) {
            read.bounds[t] = (read.bounds[t].0, Some(lo), up);
        }
        read.bounds
    }

    /// Solves the sum, with what other sums say of its hidden places.
    fn solve(&self, shapes: &Shapes, Again { more, told }: &Again<'a>) -> (Vec<Finding>, Bounds) {
        let read = self.read(more);
        if read.facts.is_empty() {
            return (Vec::new(), read.bounds);
        }
        let shape = self.shape(&read, shapes);
        let Read {
            facts,
            targets,
            mut bounds,
            ..
        } = read;
        let exact: Vec<bool> = facts.iter().map(|f| f.range.lo == f.range.up).collect();
        let given: Vec<Range> = facts.iter().map(|f| f.range).collect();
        let effort = Effort::default();
        let answer = shape.solve(&given, effort);
        let mut findings = Vec::new();
        let alone = more.is_empty();
        for block in answer.contradictions.iter().filter(|_| alone) {
            let named: Vec<String> = block.iter().take(6).map(|f| words(facts[*f as usize].zone)).collect();
            findings.push(Finding {
                error: true,
                kind: "contradiction",
                message: format!("{} : ces chiffres se contredisent : {}", self.title, named.join(", ")),
                files: block
                    .iter()
                    .take(6)
                    .map(|f| self.files[facts[*f as usize].file as usize].clone())
                    .collect(),
                remedy: "un total n’est pas la somme de ses parties : reprendre « atlas prepare »".to_owned(),
            });
        }
        // The smallest published zone that says of an atom that nothing is there.
        let mut said: Vec<Option<u32>> = vec![None; self.atoms.names.len()];
        for (rank, Given { members, range, .. }) in (0u32..).zip(&facts) {
            let nothing = range.up.is_some_and(|up| i128::from(up) < self.limits.min_width) && range.lo == Some(0);
            for atom in members.iter().filter(|_| nothing) {
                let known = &mut said[*atom as usize];
                if known.is_none_or(|k| facts[k as usize].members.len() > members.len()) {
                    *known = Some(rank);
                }
            }
        }
        for (t, interval) in answer.intervals.iter().enumerate() {
            let (zone, members, file) = &targets[t];
            bounds[t] = (bounds[t].0, interval.lo.proved, interval.up.proved);
            if members.is_empty() || told.contains(&bounds[t].0) {
                continue;
            }
            // A hidden share does not say that what it divides by is small: that must be sure. What a mean rests on is protected
            // like any count; what the others add of it matters where it may be small.
            let least = self.limits.virtual_zone;
            let large = self.only_divides && interval.up.proved.is_none_or(|up| up >= least);
            let large_rest = !alone && self.is_rest && interval.lo.proved.is_some_and(|lo| lo >= least);
            if large || large_rest {
                continue;
            }
            let width = interval.widest();
            let pinned = interval.exact();
            // Nothing there at all, and a published total says it by itself: 0, or 0 % rounded to one near.
            let zero: Option<BTreeSet<u32>> = match interval.up.proved {
                Some(up) if up < self.limits.min_width => members.iter().map(|atom| said[*atom as usize]).collect(),
                _ => None,
            };
            let narrow = width.is_some_and(|w| w < self.limits.min_width);
            if pinned || narrow {
                let (equation, mut used) = match &zero {
                    Some(above) => self.nothing(above, &facts),
                    None => self.equation(&shape.prove(t, &given, interval, effort), &facts),
                };
                let zero = zero.is_some();
                used.insert(0, self.files[*file as usize].clone());
                used.dedup();
                let found = match (interval.lo.proved, interval.up.proved) {
                    (Some(lo), Some(up)) if lo == up => format!("= {lo}"),
                    (Some(lo), Some(up)) => format!("entre {lo} et {up}"),
                    _ => String::new(),
                };
                findings.push(Finding {
                    error: !zero,
                    kind: match (zero, alone) {
                        (true, _) => "zero",
                        (false, true) => "recalcul",
                        (false, false) => "ensemble",
                    },
                    message: format!("{} : {} se recalcule : {equation} {found}", self.title, words(*zone)),
                    files: used,
                    remedy: if zero {
                        "zéro certain dans une petite zone : à masquer dans la zone au-dessus s’il en dit trop"
                            .to_owned()
                    } else {
                        "masquer un chiffre de plus dans cette équation (« atlas prepare » le fait)".to_owned()
                    },
                });
            } else if alone && interval.shown().is_some_and(|w| w < self.limits.min_width) {
                findings.push(Finding {
                    error: true,
                    kind: "indecis",
                    message: format!(
                        "{} : {} : ni preuve qu’il se recalcule, ni deux valeurs possibles assez éloignées",
                        self.title,
                        words(*zone)
                    ),
                    files: vec![self.files[*file as usize].clone()],
                    remedy: "masquer un chiffre de plus autour : ce qui n’est pas démontré n’est pas publié".to_owned(),
                });
            } else if alone && !self.only_divides && width.is_some_and(|w| w < self.limits.warn_width) {
                findings.push(Finding {
                    error: false,
                    kind: "intervalle",
                    message: format!(
                        "{} : {} est connu à {} près",
                        self.title,
                        words(*zone),
                        width.unwrap_or(0)
                    ),
                    files: vec![self.files[*file as usize].clone()],
                    remedy: "masquer davantage autour, si ce chiffre est sensible".to_owned(),
                });
            }
        }
        if self.is_base && alone {
            self.virtual_zones(&shape, &exact, &facts, &mut findings);
        }
        (findings, bounds)
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
                    self.title,
                    names.join(" + ")
                ),
                files,
                remedy: "masquer l’un de ces chiffres : la différence porte sur moins de 11".to_owned(),
            });
        }
    }

    /// Files of published figures, the first twelve.
    fn sources<'f>(&self, ranks: impl IntoIterator<Item = &'f u32>, facts: &[Given<'_>]) -> Vec<String> {
        let file = |f: &u32| self.files[facts[*f as usize].file as usize].clone();
        let mut files: Vec<String> = ranks.into_iter().take(12).map(file).collect();
        files.sort();
        files.dedup();
        files
    }

    /// Says that nothing is there, by published figures that say so of the whole: no programme needs to be solved.
    fn nothing(&self, above: &BTreeSet<u32>, facts: &[Given<'_>]) -> (String, Vec<String>) {
        let parts: Vec<(&str, String)> = above
            .iter()
            .map(|f| (facts[*f as usize].zone.0, facts[*f as usize].words()))
            .collect();
        let text = format!("{}, aucun effectif n’étant négatif", short(&parts).join(" et "));
        (text, self.sources(above, facts))
    }

    /// Writes a proof in words, and the files it takes its figures from.
    fn equation(&self, proof: &Proof, facts: &[Given<'_>]) -> (String, Vec<String>) {
        let files = self.sources(&proof.support(), facts);
        let side = |weights: &BTreeMap<u32, num_rational::BigRational>| {
            let mut plus = Vec::new();
            let mut minus = Vec::new();
            for (fact, weight) in weights {
                let Given { zone, .. } = &facts[*fact as usize];
                let said = facts[*fact as usize].words();
                let one = num_rational::BigRational::from_integer(1.into());
                let times = if weight.abs() == one {
                    String::new()
                } else {
                    format!("{} × ", weight.abs())
                };
                let text = format!("{times}{said}");
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

/// Hidden counts that a share prints as what it divides by.
fn betrayed(site: &Site<'_>, files: &[String]) -> Vec<Finding> {
    let told = site.betrayed.iter().map(|(sum, rank, count, file)| Finding {
        error: true,
        kind: "effectif",
        message: format!(
            "{} ({}) : {} est masqué, mais une part publiée imprime cet effectif à côté d’elle : {count}",
            sum.name,
            sum.vintage,
            words(site.zones[*rank as usize])
        ),
        files: vec![files[*file as usize].clone()],
        remedy: "masquer aussi les parts qui divisent par cet effectif (« atlas prepare » le fait)".to_owned(),
    });
    told.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::audit::facts::Said;

    fn described(numerator: &str, denominator: &str) -> Described {
        Described {
            kind: if numerator.is_empty() { "effectif" } else { "taux" }.to_owned(),
            numerator: numerator.to_owned(),
            denominator: denominator.to_owned(),
            base: "logements".to_owned(),
            decimals: 1,
            ..Described::default()
        }
    }

    /// What is found of residences a and b of IRIS 1 in commune 2.
    fn deduced(facts: &[(&str, Option<f64>)], dictionary: BTreeMap<String, Described>) -> Vec<Finding> {
        let said = |value: Option<f64>| value.map_or_else(|| Said::state("s"), Said::Number);
        let lists = vec![facts.iter().map(|(name, value)| (*name, said(*value), 0)).collect()];
        let place = || ["2".to_owned(), "1".to_owned(), String::new()];
        let lineages = Lineages::from([("a".to_owned(), place()), ("b".to_owned(), place())]);
        let limits = Limits {
            min_width: 2,
            warn_width: 2,
            virtual_zone: 11,
            percent: 10,
        };
        deduce(&lists, &["f".to_owned()], &dictionary, &lineages, limits).0
    }

    /// What is found of two residences of an IRIS whose respondents are hidden, their households being 26 and `other`.
    fn found(other: f64) -> Vec<(bool, &'static str, String)> {
        let facts = [
            ("iris:1:occ.menages:2024", Some(26.0 + other)),
            ("iris:1:occ.repondants:2024", Some(36.0)),
            ("residence:a:occ.menages:2024", Some(26.0)),
            ("residence:a:occ.repondants:2024", None),
            ("residence:b:occ.menages:2024", Some(other)),
            ("residence:b:occ.repondants:2024", None),
        ];
        let dictionary = BTreeMap::from([
            ("occ.menages".to_owned(), described("", "")),
            ("occ.repondants".to_owned(), described("", "")),
            ("occ.couverture".to_owned(), described("occ.repondants", "occ.menages")),
        ]);
        let found = deduced(&facts, dictionary);
        found.into_iter().map(|f| (f.error, f.kind, f.message)).collect()
    }

    /// What is found of two residences whose dwellings are published and whose mobility is hidden, the IRIS having all of
    /// its dwellings offered.
    fn offered(dwellings: [f64; 2]) -> Vec<String> {
        let [a, b] = dwellings;
        let facts = [
            ("base:iris:1:parc.mobilite:2025", Some(a + b)),
            ("iris:1:parc.logements:2025", Some(a + b)),
            ("iris:1:parc.mobilite:2025", Some(10.0)),
            ("residence:a:parc.logements:2025", Some(a)),
            ("residence:a:parc.mobilite:2025", None),
            ("residence:b:parc.logements:2025", Some(b)),
            ("residence:b:parc.mobilite:2025", None),
        ];
        let found = deduced(
            &facts,
            BTreeMap::from([
                ("parc.logements".to_owned(), described("", "")),
                ("parc.offre".to_owned(), described("", "")),
                ("parc.arrivees".to_owned(), described("", "")),
                ("parc.mobilite".to_owned(), described("parc.arrivees", "parc.offre")),
                (
                    "parc.part_offerte".to_owned(),
                    described("parc.offre", "parc.logements"),
                ),
            ]),
        );
        let about = |f: Finding| (f.error && f.message.starts_with("parc.offre")).then_some(f.message);
        found.into_iter().filter_map(about).collect()
    }

    #[test]
    fn what_a_share_divides_by_is_hidden_where_it_is_small() {
        // 24 of 12 and 12 dwellings: both offered, and none of them under the threshold.
        assert!(offered([12.0, 12.0]).is_empty());
        let small = offered([14.0, 10.0]);
        assert_eq!(small.len(), 1, "{small:?}");
        assert!(small[0].contains("résidence b se recalcule"), "{small:?}");
    }

    /// What is found of a residence whose 40 dwellings are said as told, a share of them being printed with `n`.
    fn shared(dwellings: Option<f64>, n: f64) -> Vec<(bool, &'static str, String)> {
        let facts = [
            ("base:residence:a:parc.petits:2025", Some(n)),
            ("residence:a:parc.logements:2025", dwellings),
            ("residence:a:parc.petits:2025", Some(25.0)),
        ];
        let dictionary = BTreeMap::from([
            ("parc.logements".to_owned(), described("", "")),
            ("parc.t1".to_owned(), described("", "")),
            ("parc.petits".to_owned(), described("parc.t1", "parc.logements")),
        ]);
        let found = deduced(&facts, dictionary);
        found.into_iter().map(|f| (f.error, f.kind, f.message)).collect()
    }

    #[test]
    fn a_hidden_count_is_not_printed_beside_a_share() {
        assert!(shared(Some(40.0), 40.0).is_empty());
        let hidden = shared(None, 40.0);
        assert_eq!(hidden.len(), 1, "{hidden:?}");
        assert!(
            hidden[0].0 && hidden[0].1 == "effectif" && hidden[0].2.ends_with(" : 40"),
            "{hidden:?}"
        );
        // Two numbers of one count do not stop the audit.
        assert!(shared(Some(40.0), 41.0).iter().all(|f| f.1 != "effectif"));
    }

    #[test]
    fn what_the_wholes_say_of_two_parts_is_carried_from_one_to_the_other() {
        // 36 respondents among 26 and 11 households: 25 or 26, and 10 or 11.
        let both = found(11.0);
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both.iter().all(|f| f.0 && f.1 == "ensemble"), "{both:?}");
        assert!(
            both[0].2.contains("d’après occ.menages") && both[0].2.ends_with("entre 25 et 26"),
            "{both:?}"
        );
        // Among 26 and 30: anything from 6 to 26.
        assert!(found(30.0).is_empty());
    }
}
