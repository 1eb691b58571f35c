//! Secondary suppression of what was added up from records: the problems handed to [`crate::disclosure::protect`].
//!
//! A population is what one base counts: the dwellings of a block, the rents known, the allocations of a window. All
//! the indicators of a population are hidden in the same territories, so that one problem protects them all, and one
//! residence hidden is hidden for all the indicators of its vintage.

mod balance;
mod frame;
mod held;
mod landlords;
mod masked;
mod outside;
mod population;
mod related;
mod repair;
mod task;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::compile::{Compiled, Program};
use super::figures::{All, Key, Said};
use super::ground::Ground;
use super::protect::{AllHidden, Hidden, Why};
use super::read::Source;
use super::recipe::{Block, Table};
use super::records::{Sums, vintages};
use crate::config::Config;
use crate::diag::Result;
use crate::disclosure::attack::Terms;
use crate::disclosure::protect::{Candidate, Guarded, Problem, protect};
use crate::format::integer;
use crate::fs;
use crate::model::{Base, Dictionary, Iid, Scale, State, Tid, Vintage};
use masked::{Masked, counted, masked_in, note, words};
use population::{Population, populations};
use related::{Atoms, Led, Related, related};
use task::{Group, Remarks, Share, Task, again};

/// A block of records once run.
pub(super) struct Ran<'a> {
    pub(super) block: &'a Block,
    pub(super) program: Program,
    pub(super) sums: Sums,
    /// The first slot that counts the same as each one, everywhere.
    first: Vec<usize>,
}

impl<'a> Ran<'a> {
    pub(super) fn new(block: &'a Block, program: Program, sums: Sums) -> Self {
        let rows = || sums.years.values().flat_map(BTreeMap::values);
        let mut first: Vec<usize> = Vec::new();
        for slot in 0..rows().next().map_or(0, Vec::len) {
            let same = |other: &usize| first[*other] == *other && rows().all(|s| s[*other] == s[slot]);
            first.push((0..slot).find(same).unwrap_or(slot));
        }
        Self {
            block,
            program,
            sums,
            first,
        }
    }

    /// Whether two slots count the same everywhere.
    fn same(&self, a: usize, b: usize) -> bool {
        self.first.get(a) == self.first.get(b)
    }
}

/// What the protection reads.
pub(super) struct Context<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) config: &'a Config,
    pub(super) ground: &'a Ground,
    pub(super) recipe_path: &'a Path,
    /// `data/values` of the site, where earlier editions are.
    pub(super) values: &'a Path,
}

/// Hides the secondary cells of all blocks; gives what to tell in the report.
///
/// # Errors
/// Files of earlier editions that cannot be read.
pub(super) fn run(
    ran: &[Ran<'_>],
    context: &Context<'_>,
    all: &mut All,
    hidden: &mut AllHidden,
) -> Result<Vec<String>> {
    let mut remarks = Remarks::default();
    let mut masked = Masked::new();
    // The first source that counts dwellings is the one that says how many there are.
    let mut stock: Option<&str> = None;
    let blocks = ran;
    let mut led = Led::default();
    let mut tasks: Vec<Task<'_>> = Vec::new();
    for (rank, ran) in blocks.iter().enumerate() {
        // All the blocks of that source are done: a later one hides more in the files of an earlier one.
        if rank > 0 && blocks[rank - 1].block.source != ran.block.source {
            remarks.extend(again(&mut tasks, context, all, hidden)?);
        }
        if masked.is_empty()
            && let Some(stock) = stock.filter(|stock| *stock != ran.block.source)
        {
            for done in blocks[..rank].iter().filter(|done| done.block.source == stock) {
                note(done, context, all, &mut masked)?;
            }
        }
        let years: BTreeSet<u16> = ran.sums.years.keys().copied().collect();
        let vintages = vintages(ran.block, &years, context.recipe_path)?;
        let overlap = vintages.windows(2).any(|w| w[0].0.last() >= w[1].0.first());
        if overlap {
            remarks.lines.push(format!(
                "{} : fenêtres qui se recouvrent ; deux fenêtres voisines laissent serrer les comptes annuels (préférer windows = \"disjoint\")",
                ran.block.source
            ));
        }
        // Vintages that share no year share no unknown: each makes its own problem.
        let groups: Vec<Vec<(Vintage, Vec<u16>)>> = if overlap {
            vec![vintages]
        } else {
            vintages.into_iter().map(|v| vec![v]).collect()
        };
        let populations = populations(ran, context.dictionary);
        // Each count is found with the first block that it is a part of.
        let mut related = related(ran, blocks);
        related.retain(|part| !led.whole(rank) && led.is_free(blocks, rank, part));
        led.add(blocks, rank, &related);
        let own: BTreeSet<Iid> = ran.program.measures.iter().map(|m| m.iid).collect();
        let own: BTreeSet<Iid> = own.difference(&led.measures(rank)).copied().collect();
        let groups: Vec<Group> = groups.into_iter().map(Group::new).collect();
        let mut task = Task {
            ran,
            populations,
            related,
            own,
            groups,
        };
        let done = task.each(context, all, hidden, |task, group, share| {
            for population in task.populations.iter().filter(|p| !p.is_whole() || !led.whole(rank)) {
                let related: &[Related<'_>] = if population.is_whole() { &task.related } else { &[] };
                one(ran, population, related, &group.vintages, context, &masked, share)?;
            }
            Ok(task.own.clone())
        })?;
        remarks.extend(done);
        tasks.push(task);
        if stock.is_none() && counted(ran, context.dictionary).is_some() {
            stock = Some(&ran.block.source);
        }
    }
    remarks.extend(again(&mut tasks, context, all, hidden)?);
    if masked.is_empty()
        && let Some(stock) = stock
    {
        for done in blocks.iter().filter(|done| done.block.source == stock) {
            note(done, context, all, &mut masked)?;
        }
    }
    words(&masked, context.dictionary, all, hidden);
    let mut lines = remarks.lines;
    lines.extend(remarks.landlords.into_values().filter_map(|(_, told)| told));
    Ok(lines)
}

/// A cell of the problem: a territory in a vintage.
struct Place {
    tid: Tid,
    vintage: Vintage,
    base: i64,
    /// Which related count it is a cell of; none for the population itself.
    of: Option<usize>,
}

#[expect(clippy::too_many_lines, reason = "one problem from end to end")]
fn one(
    ran: &Ran<'_>,
    population: &Population,
    related: &[Related<'_>],
    group: &[(Vintage, Vec<u16>)],
    context: &Context<'_>,
    masked: &Masked,
    share: &mut Share,
) -> Result<()> {
    let Share { all, hidden, remarks } = share;
    let territories = &context.ground.territories;
    let source = &ran.block.source;
    let measures: Vec<(Iid, &[Option<u16>])> = population
        .measures
        .iter()
        .map(|rank| &ran.program.measures[*rank])
        .map(|m| (m.iid, m.cells.as_slice()))
        .collect();
    let threshold = match measures.first().map(|(iid, _)| context.dictionary.get(*iid).base) {
        Some(Base::Logements) => context.config.thresholds.dwellings,
        Some(Base::Attributions) => context.config.thresholds.allocations,
        _ => return Ok(()),
    };
    // Atoms: what each place counts in each year.
    let mut problem = Problem::default();
    let mut at: BTreeMap<(u16, u32), u32> = BTreeMap::new();
    let years: BTreeSet<u16> = group.iter().flat_map(|(_, years)| years.iter().copied()).collect();
    for year in &years {
        for (spot, slots) in ran.sums.years.get(year).into_iter().flatten() {
            #[expect(clippy::cast_possible_truncation, reason = "a count")]
            let count = slots[population.slot].floor() as i64;
            if count > 0 {
                at.insert((*year, *spot), u32::try_from(problem.atoms.len()).unwrap_or(u32::MAX));
                problem.atoms.push(count);
            }
        }
    }
    let cells_of = |years: &[u16], scale: Scale| -> BTreeMap<Tid, Terms> {
        let mut cells: BTreeMap<Tid, Terms> = BTreeMap::new();
        for ((year, spot), atom) in &at {
            if years.contains(year)
                && let Some(tid) = ran.sums.spots[*spot as usize].at(scale, territories.metropole())
            {
                cells.entry(tid).or_default().push((*atom, 1));
            }
        }
        cells
    };
    let mut places: Vec<Place> = Vec::new();
    for (vintage, years) in group {
        let figures = all.0.get(&(source.clone(), *vintage));
        for &scale in &ran.block.scales {
            let elsewhere = masked_in(masked, scale, vintage.last());
            for (tid, terms) in cells_of(years, scale) {
                let base: i64 = terms.iter().map(|(a, _)| problem.atoms[*a as usize]).sum();
                let said = measures.iter().flat_map(|(iid, cells)| {
                    cells.iter().filter_map(|c| {
                        figures?.get(&Key {
                            tid,
                            indicator: *iid,
                            category: *c,
                        })
                    })
                });
                let (mut shown, mut some) = (false, false);
                for said in said {
                    some = true;
                    shown |= !matches!(said, Said::State(State::Secret));
                }
                let primary = base < i64::from(threshold) || elsewhere.is_some_and(|tids| tids.contains(&tid));
                // Closed by the dictionary, or hidden already with the rest of its territory.
                if !some || (!shown && !primary) {
                    continue;
                }
                problem.cells.push(candidate(terms, primary, false, scale, base));
                places.push(Place {
                    tid,
                    vintage: *vintage,
                    base,
                    of: None,
                });
            }
        }
    }
    // Parts of the same count are cells of the same problem.
    let atoms: Atoms = at
        .iter()
        .map(|((year, spot), atom)| ((*year, ran.sums.spots[*spot as usize]), *atom))
        .collect();
    for (of, part) in related.iter().enumerate() {
        for (vintage, years) in group {
            for &scale in &part.ran.block.scales {
                for (tid, terms) in part.cells(&atoms, years, scale, territories.metropole()) {
                    let base: i64 = terms.iter().map(|(a, _)| problem.atoms[*a as usize]).sum();
                    let primary = base < i64::from(threshold);
                    let shown = match part.said(all, *vintage, tid) {
                        None => continue,
                        Some(said) => !matches!(said, Said::State(State::Secret)),
                    };
                    if !shown && !primary {
                        continue;
                    }
                    problem.cells.push(candidate(terms, primary, false, scale, base));
                    places.push(Place {
                        tid,
                        vintage: *vintage,
                        base,
                        of: Some(of),
                    });
                }
            }
        }
    }
    fixed(
        ran,
        group,
        &measures,
        &cells_of,
        context,
        &mut problem,
        &mut remarks.lines,
    )?;
    if !problem.cells.iter().any(|c| c.primary) && problem.atoms.iter().all(|a| *a >= i64::from(threshold)) {
        return Ok(());
    }
    // A share under the threshold is hidden by its denominator; the counts that give it back are hidden with it.
    for (place, _) in places.iter().zip(&problem.cells).filter(|(_, cell)| cell.primary) {
        let own = population.measures.iter().map(|rank| &ran.program.measures[*rank]);
        let own = own.filter(|_| place.of.is_none());
        let of_part = parts_of(place, related);
        let file = (source.clone(), place.vintage);
        let why = if place.base < i64::from(threshold) {
            Why::Threshold
        } else {
            Why::Secondary {
                protects: "territoire masqué par une autre source".to_owned(),
            }
        };
        mask(own.chain(of_part), &file, place.tid, &why, all, hidden);
    }
    let protected = protect(&problem, &context.config.disclosure);

    let word = |place: &Place| {
        let territory = territories.get(place.tid);
        format!("{} {} ({})", territory.scale, territory.code, place.vintage)
    };
    let mut by_scale: BTreeMap<Scale, (usize, i64)> = BTreeMap::new();
    for (cell, guarded) in &protected.secondary {
        let Some(place) = places.get(*cell as usize) else {
            continue;
        };
        let mut protects: Vec<String> = guarded
            .iter()
            .take(6)
            .map(|g| match g {
                Guarded::Cell(cell) => places.get(*cell as usize).map_or_else(String::new, word),
                Guarded::Zone(zone) => zone_words(&protected.zones[*zone as usize], &problem),
            })
            .collect();
        if guarded.len() > 6 {
            protects.push(format!("et {} autres", guarded.len() - 6));
        }
        let protects = protects.join(", ");
        let loss = by_scale.entry(territories.get(place.tid).scale).or_default();
        loss.0 += 1;
        loss.1 += place.base;
        let masked = ran
            .program
            .measures
            .iter()
            .enumerate()
            .filter(|(rank, _)| place.of.is_none() && (population.is_whole() || population.measures.contains(rank)))
            .map(|(_, m)| m)
            .chain(parts_of(place, related));
        let file = (source.clone(), place.vintage);
        mask(masked, &file, place.tid, &Why::Secondary { protects }, all, hidden);
    }
    let last = years.last().copied().unwrap_or(0);
    let told_of = remarks.landlords.get(source).map(|(year, _)| *year);
    let of_dwellings = measures
        .first()
        .is_some_and(|(iid, _)| context.dictionary.get(*iid).base == Base::Logements);
    if of_dwellings && population.is_whole() && told_of.is_none_or(|year| year < last) {
        let published = (0u32..).zip(places.iter().zip(&problem.cells));
        let published = published.filter(|(rank, (place, cell))| {
            place.of.is_none() && !cell.primary && !protected.secondary.contains_key(rank)
        });
        let names = published.map(|(_, (place, _))| (place.tid, word(place))).collect();
        let dwellings = at.iter().map(|((_, spot), atom)| {
            let count = problem.atoms[*atom as usize];
            (&ran.sums.spots[*spot as usize], count)
        });
        let zones = landlords::zones(context.ground, names, dwellings);
        let told = landlords::tell(
            source,
            &zones,
            i64::from(threshold),
            context.config.disclosure.dominance,
        );
        remarks.landlords.insert(source.clone(), (last, told));
    }
    tell(
        source,
        group,
        &measures,
        context,
        &by_scale,
        &problem,
        &protected.lost,
        &places,
        &mut remarks.lines,
    );
    Ok(())
}

/// Measures of the related count that a place is a cell of.
fn parts_of<'r>(place: &Place, related: &'r [Related<'_>]) -> impl Iterator<Item = &'r Compiled> + use<'r> {
    place.of.into_iter().flat_map(|of| related[of].measures())
}

/// Hides what is still shown of these measures in a territory, all their categories; tells whether there was anything.
fn mask<'a>(
    measures: impl Iterator<Item = &'a Compiled>,
    file: &(String, Vintage),
    tid: Tid,
    why: &Why,
    all: &mut All,
    hidden: &mut AllHidden,
) -> bool {
    let mut some = false;
    let Some(figures) = all.0.get_mut(file) else {
        return false;
    };
    for measure in measures {
        for category in &measure.cells {
            let cell = Key {
                tid,
                indicator: measure.iid,
                category: *category,
            };
            if let Some(said) = figures.get_mut(&cell)
                && let Said::Number { value, base } = *said
            {
                *said = Said::State(State::Secret);
                some = true;
                let why = why.clone();
                hidden
                    .entry(file.clone())
                    .or_default()
                    .insert(cell, Hidden { why, value, base });
            }
        }
    }
    some
}

#[expect(clippy::cast_sign_loss, reason = "a count")]
fn candidate(terms: Terms, primary: bool, fixed: bool, scale: Scale, base: i64) -> Candidate {
    // QPV before IRIS: there are fewer of them, and they are asked for by name.
    let rank = [0, 1, 3, 2, 4][scale.rank()];
    Candidate {
        terms,
        primary,
        fixed,
        rank,
        weight: base.max(0) as u64,
    }
}

fn zone_words(atoms: &[u32], problem: &Problem) -> String {
    let total: i64 = atoms.iter().map(|a| problem.atoms[*a as usize]).sum();
    format!("zone déduite de {} lieux, base {total}", atoms.len())
}

/// Adds the cells of earlier editions that share years with these vintages: what is published stays known.
fn fixed(
    ran: &Ran<'_>,
    group: &[(Vintage, Vec<u16>)],
    measures: &[(Iid, &[Option<u16>])],
    cells_of: &dyn Fn(&[u16], Scale) -> BTreeMap<Tid, Terms>,
    context: &Context<'_>,
    problem: &mut Problem,
    remarks: &mut Vec<String>,
) -> Result<()> {
    let folder = context.values.join(&ran.block.source);
    if !folder.exists() {
        return Ok(());
    }
    let names: HashMap<&str, ()> = measures
        .iter()
        .map(|(iid, _)| (context.dictionary.get(*iid).id.as_str(), ()))
        .collect();
    for path in fs::walk(&folder)? {
        let Some(vintage) = path
            .file_stem()
            .and_then(|s| s.to_str())
            .and_then(|s| s.parse::<Vintage>().ok())
        else {
            continue;
        };
        let shares = |other: &Vintage| other.first() <= vintage.last() && vintage.first() <= other.last();
        if group.iter().any(|(v, _)| *v == vintage) || !group.iter().any(|(v, _)| shares(v)) {
            continue;
        }
        let years: Vec<u16> = (vintage.first()..=vintage.last()).collect();
        if let Some(year) = years.iter().find(|y| !ran.sums.years.contains_key(y)) {
            remarks.push(format!(
                "{} {vintage} est déjà publié mais l’année {year} manque aux sources : cette édition n’a pas pu être prise en compte",
                ran.block.source
            ));
            continue;
        }
        let mut published: BTreeSet<(Scale, String)> = BTreeSet::new();
        let mut file = Source::open(&path, &Table::default())?;
        let columns: Option<Vec<usize>> = ["scale", "code", "indicator", "value", "state"]
            .iter()
            .map(|c| file.column(c))
            .collect();
        let Some(columns) = columns else { continue };
        file.keep(&columns);
        while let Some(rows) = file.next()? {
            for row in rows {
                let cell = |i: usize| row.cells.get(i).unwrap_or("");
                if names.contains_key(cell(2))
                    && !cell(3).is_empty()
                    && cell(4).is_empty()
                    && let Ok(scale) = cell(0).parse::<Scale>()
                {
                    published.insert((scale, cell(1).to_owned()));
                }
            }
        }
        for scale in Scale::ALL {
            for (tid, terms) in cells_of(&years, scale) {
                let code = context.ground.territories.get(tid).code.to_string();
                if published.contains(&(scale, code)) {
                    problem.cells.push(candidate(terms, false, true, scale, 0));
                }
            }
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the parts of one remark")]
fn tell(
    source: &str,
    group: &[(Vintage, Vec<u16>)],
    measures: &[(Iid, &[Option<u16>])],
    context: &Context<'_>,
    by_scale: &BTreeMap<Scale, (usize, i64)>,
    problem: &Problem,
    lost: &[u32],
    places: &[Place],
    remarks: &mut Vec<String>,
) {
    let vintages: Vec<String> = group.iter().map(|(v, _)| v.to_string()).collect();
    let first = measures
        .first()
        .map_or("", |(iid, _)| context.dictionary.get(*iid).id.as_str());
    let more = if measures.len() > 1 {
        format!(" et {} autres indicateurs", measures.len() - 1)
    } else {
        String::new()
    };
    let primary = problem.cells.iter().filter(|c| c.primary).count();
    remarks.push(format!(
        "{source} {} ({first}{more}) : {} territoires sous le seuil, {} masqués pour les protéger",
        vintages.join(", "),
        integer(primary as u64),
        integer(by_scale.values().map(|(n, _)| *n as u64).sum()),
    ));
    let territories = &context.ground.territories;
    for (scale, (count, base)) in by_scale {
        let total: i64 = places
            .iter()
            .filter(|p| territories.get(p.tid).scale == *scale)
            .map(|p| p.base.max(0))
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
        let share = if total > 0 {
            100.0 * *base as f64 / total as f64
        } else {
            0.0
        };
        remarks.push(format!(
            "    {scale} : {count} masqués de plus, {base} sur {total} ({share:.1} %)"
        ));
    }
    for cell in lost {
        if let Some(place) = places.get(*cell as usize) {
            let territory = territories.get(place.tid);
            remarks.push(format!(
                "    {} {} ({}) se calcule à partir d’éditions déjà publiées : rien ne peut plus le protéger",
                territory.scale, territory.code, place.vintage
            ));
        }
    }
}
