//! Second step: the values themselves. A pattern that no combination breaks may still pin a small count, since counts
//! are whole and not negative: one dwelling of a category in a hidden remainder is known to one near in each of its
//! residences.
//!
//! Each indicator that counts is attacked as a reader would ([`crate::disclosure::suppression`]), all its categories
//! and the sums of them that shares are made of. A territory hidden here is hidden for all the categories of the
//! indicator, or its total would give back the one hidden; other indicators of the territory stay.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::outside::{Counts, Shown, count};
use super::population::Population;
use super::related::{Atoms, Related};
use super::{Context, Ran, mask};
use crate::disclosure::attack::Terms;
use crate::disclosure::suppression::{self, Cell, Role, Rule, Table};
use crate::model::{Base, Dictionary, Iid, Operand, Scale, State, Tid, Vintage};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Figures, Key, Said};
use crate::prepare::protect::{AllHidden, Why};

/// A table of one indicator, and the territories of its cells.
struct Job<'a> {
    measure: &'a Compiled,
    table: Table,
    /// The territories of its cells, and which related count a cell is of.
    places: Vec<(Tid, Vintage, Option<usize>)>,
}

impl Job<'_> {
    /// What its attack depends on and may change from one time to the next: what is hidden, and what is said of it.
    fn state(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        for (i, cell) in self.table.cells.iter().enumerate() {
            let hidden = cell.role == Role::Primary;
            hidden.hash(&mut hasher);
            for said in self.table.outside.iter().filter(|_| hidden) {
                said[i].map(|range| (range.lo, range.up)).hash(&mut hasher);
            }
        }
        self.table.totals.hash(&mut hasher);
        hasher.finish()
    }
}

/// What the repair of one group of vintages of a block reads.
pub(super) struct Ground<'a> {
    pub(super) ran: &'a Ran<'a>,
    pub(super) populations: &'a [Population],
    pub(super) related: &'a [Related<'a>],
    pub(super) group: &'a [(Vintage, Vec<u16>)],
    pub(super) context: &'a Context<'a>,
}

/// Which measures are attacked.
pub(super) struct Attacked<'a> {
    /// By themselves.
    pub(super) alone: &'a BTreeSet<Iid>,
    /// With what the other counts say of them, unless nothing of it changed since.
    pub(super) together: &'a BTreeSet<Iid>,
    /// What was attacked last, by measure.
    pub(super) done: &'a mut BTreeMap<Iid, u64>,
}

/// Hides what the values of these measures give away; a zero that a published zero above says itself is left, as the audit
/// leaves it. Gives the other measures that were hidden with them.
pub(super) fn run(
    ground: &Ground<'_>,
    attacked: &mut Attacked<'_>,
    all: &mut All,
    hidden: &mut AllHidden,
    remarks: &mut Vec<String>,
) -> BTreeSet<Iid> {
    // A total first: where it is hidden, so are the categories that add up to it.
    let families: Vec<(&Compiled, &Compiled)> = families(ground.ran, ground.context.dictionary);
    let sides = |only: &BTreeSet<Iid>| -> [Vec<&Compiled>; 2] {
        let measures = ground.ran.program.measures.iter().filter(|m| only.contains(&m.iid));
        let (totals, others) = measures.partition(|m| families.iter().any(|(total, _)| total.iid == m.iid));
        [totals, others]
    };
    let mut touched = BTreeSet::new();
    // Each by itself first; what they say of one another then leaves little to hide.
    for measures in sides(attacked.alone) {
        touched.extend(some(ground, &measures, &families, None, all, hidden, remarks));
    }
    for measures in sides(attacked.together) {
        let done = Some(&mut *attacked.done);
        touched.extend(some(ground, &measures, &families, done, all, hidden, remarks));
    }
    touched
}

/// Totals and the indicators whose categories a share of the dictionary divides by them.
fn families<'a>(ran: &'a Ran<'_>, dictionary: &Dictionary) -> Vec<(&'a Compiled, &'a Compiled)> {
    let measure = |operand: &Operand| {
        let [term] = operand.0[..] else { return None };
        let own = ran.program.measures.iter().find(|m| m.iid == term.indicator)?;
        (term.category.is_none() && own.bottom.is_none()).then_some(own)
    };
    let mut out: Vec<(&Compiled, &Compiled)> = Vec::new();
    for (_, share) in dictionary.iter() {
        let operands = share.numerator.as_ref().zip(share.denominator.as_ref());
        let Some((parts, total)) = operands.and_then(|(n, d)| measure(n).zip(measure(d))) else {
            continue;
        };
        let known = out.iter().any(|(t, p)| (t.iid, p.iid) == (total.iid, parts.iid));
        if parts.cells.len() > 1 && total.cells.len() == 1 && !known {
            out.push((total, parts));
        }
    }
    out
}

/// Hides what the values of some measures give away: by themselves, or with what other counts say of them, those left aside
/// of which nothing changed since they were last `done`. Gives the other measures that were hidden with them.
fn some(
    ground: &Ground<'_>,
    measures: &[&Compiled],
    families: &[(&Compiled, &Compiled)],
    mut done: Option<&mut BTreeMap<Iid, u64>>,
    all: &mut All,
    hidden: &mut AllHidden,
    remarks: &mut Vec<String>,
) -> BTreeSet<Iid> {
    let Ground {
        ran, related, context, ..
    } = ground;
    let together = done.is_some();
    // What the file of each vintage publishes of the other counts.
    let figures = |(vintage, _): &(Vintage, Vec<u16>)| all.0.get(&(ran.block.source.clone(), *vintage));
    let files = ground.group.iter().filter_map(figures).filter(|_| together);
    let counts: Vec<Counts<'_>> = files.map(|f| Counts::new(f, context.dictionary)).collect();
    let jobs: Vec<Job<'_>> = measures
        .par_iter()
        .filter_map(|measure| {
            let total = families.iter().find(|(_, parts)| parts.iid == measure.iid);
            job(ground, measure, total.map(|(total, _)| *total), &counts, all)
        })
        .collect();
    let fresh = |job: &Job<'_>| {
        let Some(done) = &mut done else { return true };
        let state = job.state();
        done.insert(job.measure.iid, state) != Some(state)
    };
    let jobs: Vec<Job<'_>> = jobs.into_iter().filter(fresh).collect();
    let rule = Rule {
        min_width: i64::from(context.config.disclosure.min_width),
        zeros: false,
        small: 0,
        together,
        ..Rule::default()
    };
    let found: Vec<_> = jobs
        .par_iter()
        .map(|job| suppression::protect(&job.table, &rule))
        .collect();
    let territories = &context.ground.territories;
    let mut touched = BTreeSet::new();
    for (job, found) in jobs.iter().zip(found) {
        let with = with(ground, job.measure, families);
        let mut by_scale: BTreeMap<Scale, usize> = BTreeMap::new();
        for (cell, protects) in &found.secondary {
            let (tid, vintage, of) = job.places[*cell as usize];
            *by_scale.entry(territories.get(tid).scale).or_default() += 1;
            let guarded = territories.get(job.places[*protects as usize].0);
            let why = Why::Secondary {
                protects: format!("valeur rare : {} {}", guarded.scale, guarded.code),
            };
            let file = (ran.block.source.clone(), vintage);
            match of {
                Some(of) => {
                    mask(related[of].measures(), &file, tid, &why, all, hidden);
                }
                None => {
                    mask(std::iter::once(job.measure), &file, tid, &why, all, hidden);
                    for other in &with {
                        if mask(std::iter::once(*other), &file, tid, &why, all, hidden) {
                            touched.insert(other.iid);
                        }
                    }
                }
            }
        }
        if !by_scale.is_empty() {
            let scales: Vec<String> = by_scale.iter().map(|(scale, n)| format!("{scale} {n}")).collect();
            remarks.push(format!(
                "    {} : valeurs trop rares dans un reste, masqué de plus dans {}",
                job.measure.id,
                scales.join(", ")
            ));
        }
        for cell in &found.exposed {
            let (tid, vintage, _) = job.places[*cell as usize];
            let territory = territories.get(tid);
            remarks.push(format!(
                "    {} : {} {} ({vintage}) reste connu de trop près : rien à masquer de plus",
                job.measure.id, territory.scale, territory.code
            ));
        }
    }
    touched
}

/// Measures that are hidden with one: the categories that add up to it, and what rests on it or is divided by it.
fn with<'a>(
    Ground { ran, populations, .. }: &Ground<'a>,
    measure: &Compiled,
    families: &[(&Compiled, &'a Compiled)],
) -> Vec<&'a Compiled> {
    let parts = families.iter().filter(|(total, _)| total.iid == measure.iid);
    let mut out: Vec<&Compiled> = parts.map(|(_, parts)| *parts).collect();
    let measures = &ran.program.measures;
    if let [slot] = measure.slots()[..] {
        let mut rows = ran.sums.years.values().flat_map(BTreeMap::values);
        let counts = |p: &&Population| rows.all(|slots| slots[p.slot].to_bits() == slots[slot].to_bits());
        if let Some(population) = populations.iter().find(counts) {
            let whole = population.is_whole();
            let own = (0..measures.len()).filter(|rank| whole || population.measures.contains(rank));
            out.extend(own.map(|rank| &measures[rank]));
        }
    }
    out.retain(|m| m.iid != measure.iid);
    out
}

/// The table of an indicator that counts; none for a mean or a share, which follow the pattern of their base.
///
/// `counts` are those of the files of each vintage; empty when what they say is left aside.
fn job<'a>(
    ground: &Ground<'_>,
    measure: &'a Compiled,
    total: Option<&Compiled>,
    counts: &[Counts<'_>],
    all: &All,
) -> Option<Job<'a>> {
    let Ground {
        ran,
        related,
        group,
        context,
        ..
    } = *ground;
    let base = context.dictionary.get(measure.iid).base;
    if measure.bottom.is_some() || !matches!(base, Base::Logements | Base::Attributions) {
        return None;
    }
    let territories = &context.ground.territories;
    let sums = layers(measure, context.dictionary);
    let coverage = coverage(ran, measure, context.dictionary);
    let minimum = context.config.coverage.minimum;
    // Values of the atoms, one list per layer.
    let mut atoms: Vec<Vec<i64>> = vec![Vec::new(); sums.len()];
    let mut at: Vec<(u16, u32)> = Vec::new();
    let years: BTreeSet<u16> = group.iter().flat_map(|(_, years)| years.iter().copied()).collect();
    for year in years {
        for (spot, slots) in ran.sums.years.get(&year).into_iter().flatten() {
            if slots[measure.base] <= 0.0 {
                continue;
            }
            if measure
                .slots()
                .iter()
                .any(|s| slots[*s].fract() != 0.0 || slots[*s] < 0.0)
            {
                return None;
            }
            for (list, cells) in atoms.iter_mut().zip(&sums) {
                let value: f64 = cells.iter().map(|c| slots[measure.top + c]).sum();
                #[expect(clippy::cast_possible_truncation, reason = "whole counts")]
                list.push(value as i64);
            }
            at.push((year, *spot));
        }
    }
    let mut table = Table::new(at.len(), sums.len());
    table.inner.clone_from(&atoms);
    // Categories that leave a rest somewhere do not tell the last of them.
    let whole = |total: &&Compiled| {
        at.iter().enumerate().all(|(i, (year, spot))| {
            let parts: i64 = atoms[..measure.cells.len()].iter().map(|list| list[i]).sum();
            ran.sums.years[year][spot][total.top].to_bits() == exact(parts).to_bits()
        })
    };
    let total = total.filter(whole);
    if total.is_some() {
        table.parts = measure.cells.len();
    }
    let mut places = Vec::new();
    if !counts.is_empty() {
        table.outside = vec![Vec::new(); sums.len()];
    }
    for (rank, (vintage, years)) in group.iter().enumerate() {
        let figures = all.0.get(&(ran.block.source.clone(), *vintage))?;
        let outside: Vec<_> = counts.get(rank).map_or_else(Vec::new, |counts| {
            let each = sums.iter().map(|cells| shown(figures, measure, cells));
            each.map(|shown| counts.outside(measure.iid, &shown)).collect()
        });
        for &scale in &ran.block.scales {
            let mut cells: BTreeMap<Tid, Terms> = BTreeMap::new();
            for (atom, (year, spot)) in (0u32..).zip(&at) {
                if years.contains(year)
                    && let Some(tid) = ran.sums.spots[*spot as usize].at(scale, territories.metropole())
                {
                    cells.entry(tid).or_default().push((atom, 1));
                }
            }
            for (tid, terms) in cells {
                let said = figures.get(&Key {
                    tid,
                    indicator: measure.iid,
                    category: measure.cells[0],
                });
                let role = match said {
                    Some(Said::Number { .. }) => Role::Free,
                    Some(Said::State(State::Secret)) => Role::Primary,
                    _ => continue,
                };
                let sum = |slot: usize| -> f64 {
                    let places = terms.iter().map(|(a, _)| at[*a as usize]);
                    places.map(|(year, spot)| ran.sums.years[&year][&spot][slot]).sum()
                };
                // Too few answers: the figure is not published, and not secret either.
                let thin = coverage.is_some_and(|(part, whole)| 100.0 * sum(part) < minimum * sum(whole));
                if thin && role == Role::Free {
                    continue;
                }
                let base = sum(measure.base);
                for (values, atoms) in table.layers.iter_mut().zip(&atoms) {
                    values.push(terms.iter().map(|(a, _)| atoms[*a as usize]).sum());
                }
                if let Some(total) = total {
                    let said = figures.get(&Key {
                        tid,
                        indicator: total.iid,
                        category: total.cells[0],
                    });
                    let known = matches!(said, Some(Said::Number { .. }));
                    let parts = table.layers[..table.parts].iter().filter_map(|layer| layer.last());
                    table.totals.push(known.then(|| parts.sum()));
                }
                for (said, outside) in table.outside.iter_mut().zip(&outside) {
                    said.push(outside.at(tid));
                }
                table.cells.push(Cell {
                    terms,
                    role,
                    loss: loss(scale, base),
                    group: u32::try_from(places.len()).unwrap_or(u32::MAX),
                });
                places.push((tid, *vintage, None));
            }
        }
    }
    if total.is_none() && sums.len() == 1 && counts_base(ran, measure) {
        let known: Atoms = (0u32..)
            .zip(&at)
            .map(|(atom, (year, spot))| ((*year, ran.sums.spots[*spot as usize]), atom))
            .collect();
        for (of, part) in related.iter().enumerate() {
            for (vintage, years) in group {
                for &scale in &part.ran.block.scales {
                    for (tid, terms) in part.cells(&known, years, scale, territories.metropole()) {
                        let role = match part.said(all, *vintage, tid) {
                            Some(Said::Number { .. }) => Role::Free,
                            Some(Said::State(State::Secret)) => Role::Primary,
                            _ => continue,
                        };
                        let value = terms.iter().map(|(a, _)| atoms[0][*a as usize]).sum();
                        table.layers[0].push(value);
                        table.outside.iter_mut().for_each(|said| said.push(None));
                        table.cells.push(Cell {
                            terms,
                            role,
                            loss: loss(scale, exact(value)),
                            group: u32::try_from(places.len()).unwrap_or(u32::MAX),
                        });
                        places.push((tid, *vintage, Some(of)));
                    }
                }
            }
        }
    }
    table
        .cells
        .iter()
        .any(|c| c.role == Role::Primary)
        .then_some(Job { measure, table, places })
}

/// What is published of a sum of cells of a measure.
fn shown(figures: &Figures, measure: &Compiled, cells: &[usize]) -> Shown {
    let mut all: BTreeMap<Tid, (usize, f64)> = BTreeMap::new();
    for (key, said) in figures.iter().filter(|(key, _)| key.indicator == measure.iid) {
        if let Said::Number { value, .. } = said
            && cells.iter().any(|c| measure.cells[*c] == key.category)
        {
            let known = all.entry(key.tid).or_default();
            *known = (known.0 + 1, known.1 + value);
        }
    }
    let whole = all.into_iter().filter(|(_, (n, _))| *n == cells.len());
    whole.map(|(tid, (_, value))| (tid, count(value))).collect()
}

/// Whether a measure is the count of its block: what related counts are parts of.
fn counts_base(ran: &Ran<'_>, measure: &Compiled) -> bool {
    let mut rows = ran.sums.years.values().flat_map(BTreeMap::values);
    rows.all(|slots| slots[measure.top].to_bits() == slots[0].to_bits())
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
fn exact(count: i64) -> f64 {
    count as f64
}

/// Slots of the rate that says whether a measure covers enough of a territory: its numerator and its denominator.
fn coverage(ran: &Ran<'_>, measure: &Compiled, dictionary: &Dictionary) -> Option<(usize, usize)> {
    let rate = dictionary.get(dictionary.get(measure.iid).coverage?);
    let slot = |operand: &Operand| -> Option<usize> {
        let [term] = operand.0[..] else { return None };
        let own = ran.program.measures.iter().find(|m| m.iid == term.indicator)?;
        Some(own.top + own.cells.iter().position(|c| *c == term.category)?)
    };
    Some((slot(rate.numerator.as_ref()?)?, slot(rate.denominator.as_ref()?)?))
}

/// Cells that add up to what may be published: each category, and the sums of them that shares of the dictionary take.
fn layers(measure: &Compiled, dictionary: &Dictionary) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = (0..measure.cells.len()).map(|c| vec![c]).collect();
    for (_, share) in dictionary.iter() {
        let Some(numerator) = &share.numerator else { continue };
        let cells: Option<Vec<usize>> = numerator
            .0
            .iter()
            .map(|term| (term.indicator == measure.iid).then_some(term.category).flatten())
            .map(|category| measure.cells.iter().position(|c| *c == category))
            .collect();
        if let Some(cells) = cells
            && cells.len() > 1
            && !out.contains(&cells)
        {
            out.push(cells);
        }
    }
    out
}

/// What hiding a territory loses: its base, more for the wider scales that more readers look up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn loss(scale: Scale, base: f64) -> u64 {
    // Metropolis, commune, IRIS, QPV, residence.
    let weight = [1_000, 20, 3, 5, 1][scale.rank()];
    weight * (base.max(0.0) as u64 + 1)
}
