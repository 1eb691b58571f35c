//! Second step: the values themselves. A pattern that no combination breaks may still pin a small count, since counts
//! are whole and not negative: one dwelling of a category in a hidden remainder is known to one near in each of its
//! residences.
//!
//! Each indicator that counts is attacked as a reader would ([`crate::disclosure::suppression`]), all its categories
//! and the sums of them that shares are made of; so is what a mean rests on, with what the other counts say of it. A
//! territory hidden here is hidden for all the categories of the indicator, or its total would give back the one hidden;
//! other indicators of the territory stay.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::frame::{ByIndicator, Frame};
use super::held::{Held, near_small};
use super::outside::{Counts, Shown, count, only_divides};
use super::population::Population;
use super::related::{Atoms, Related};
use super::task::cells;
use super::{Context, Ran, mask};
use crate::disclosure::attack::Terms;
use crate::disclosure::suppression::{self, Cell, Role, Rule, Table};
use crate::model::{Base, Dictionary, Iid, Operand, Scale, State, Tid, Vintage};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Said};
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
    /// By base of the measures.
    pub(super) frames: BTreeMap<usize, Frame>,
    /// Totals, each with the indicator whose categories add up to it.
    pub(super) families: Vec<(&'a Compiled, &'a Compiled)>,
}

/// Which measures are attacked.
pub(super) struct Attacked<'a> {
    /// By themselves.
    pub(super) alone: &'a BTreeSet<Iid>,
    /// With what the other counts say of them, unless nothing of it changed since.
    pub(super) together: &'a BTreeSet<Iid>,
    /// What was attacked last, by measure.
    pub(super) done: &'a mut BTreeMap<Iid, u64>,
    /// Cells hidden in the files when totals, then other measures, were last looked at together.
    pub(super) looked_at: &'a mut [Option<usize>; 2],
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
    let families = &ground.families;
    let sides = |only: &BTreeSet<Iid>| -> [Vec<&Compiled>; 2] {
        let measures = ground.ran.program.measures.iter().filter(|m| only.contains(&m.iid));
        let (totals, others) = measures.partition(|m| families.iter().any(|(total, _)| total.iid == m.iid));
        [totals, others]
    };
    let mut touched = BTreeSet::new();
    let mut files = Files::default();
    // Each by itself first; what they say of one another then leaves little to hide.
    for measures in sides(attacked.alone) {
        touched.extend(some(ground, &measures, None, &mut files, all, hidden, remarks));
    }
    for (measures, looked_at) in sides(attacked.together).into_iter().zip(&mut *attacked.looked_at) {
        let now = Some(cells(hidden));
        if std::mem::replace(looked_at, now) != now {
            let done = Some(&mut *attacked.done);
            touched.extend(some(ground, &measures, done, &mut files, all, hidden, remarks));
        }
    }
    touched
}

/// Figures of the files of a group, by indicator; laid out again when something was hidden in them.
#[derive(Default)]
struct Files {
    hidden: Option<usize>,
    /// None where a file is missing.
    all: Option<Vec<ByIndicator>>,
}

impl Files {
    /// As they are now.
    fn now(&mut self, ground: &Ground<'_>, all: &All, hidden: &AllHidden) -> Option<&[ByIndicator]> {
        let now = Some(cells(hidden));
        if std::mem::replace(&mut self.hidden, now) != now {
            let files = ground.group.iter().map(|(vintage, _)| {
                let figures = all.0.get(&(ground.ran.block.source.clone(), *vintage))?;
                Some(ByIndicator::new(figures, ground.context.dictionary.len()))
            });
            self.all = files.collect();
        }
        self.all.as_deref()
    }
}

/// Totals and the indicators whose categories a share of the dictionary divides by them.
pub(super) fn families<'a>(ran: &'a Ran<'_>, dictionary: &Dictionary) -> Vec<(&'a Compiled, &'a Compiled)> {
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
    mut done: Option<&mut BTreeMap<Iid, u64>>,
    files: &mut Files,
    all: &mut All,
    hidden: &mut AllHidden,
    remarks: &mut Vec<String>,
) -> BTreeSet<Iid> {
    let Ground {
        ran,
        related,
        families,
        context,
        ..
    } = ground;
    let together = done.is_some();
    let Some(files) = files.now(ground, all, hidden).filter(|_| !measures.is_empty()) else {
        return BTreeSet::new();
    };
    // What each file publishes of the other counts.
    let each = files.iter().filter(|_| together);
    let counts: Vec<Counts<'_>> = each.map(|f| Counts::new(f, context.dictionary)).collect();
    let jobs: Vec<Job<'_>> = measures
        .par_iter()
        .with_max_len(1)
        .filter_map(|measure| {
            let total = families.iter().find(|(_, parts)| parts.iid == measure.iid);
            job(ground, measure, total.map(|(total, _)| *total), files, &counts, all)
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
        .with_max_len(1)
        .map(|job| suppression::protect(&job.table, &rule))
        .collect();
    let territories = &context.ground.territories;
    let mut touched = BTreeSet::new();
    for (job, found) in jobs.iter().zip(found) {
        let with = with(ground, job.measure);
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
        let least = only_small(ground, job.measure);
        for cell in &found.exposed {
            let (tid, vintage, _) = job.places[*cell as usize];
            if least.is_some_and(|least| job.table.layers[0][*cell as usize] >= least) {
                continue;
            }
            let territory = territories.get(tid);
            let line = format!(
                "    {} : {} {} ({vintage}) reste connu de trop près : rien à masquer de plus",
                job.measure.id, territory.scale, territory.code
            );
            if !remarks.contains(&line) {
                remarks.push(line);
            }
        }
    }
    touched
}

/// Measures that are hidden with one: the categories that add up to it, and what rests on it or is divided by it.
fn with<'a>(
    Ground {
        ran,
        populations,
        families,
        ..
    }: &Ground<'a>,
    measure: &Compiled,
) -> Vec<&'a Compiled> {
    let parts = families.iter().filter(|(total, _)| total.iid == measure.iid);
    let mut out: Vec<&Compiled> = parts.map(|(_, parts)| *parts).collect();
    let measures = &ran.program.measures;
    let slot = measure.slot().filter(|_| measure.bottom.is_none());
    let slot = slot.or(measure.bottom.map(|_| measure.base));
    if let Some(slot) = slot
        && let Some(population) = populations.iter().find(|p| ran.same(p.slot, slot))
    {
        let whole = population.is_whole();
        let own = (0..measures.len()).filter(|rank| whole || population.measures.contains(rank));
        out.extend(own.map(|rank| &measures[rank]));
    }
    out.retain(|m| m.iid != measure.iid);
    out
}

/// The table of an indicator that counts, or of what a mean or a share rests on where no indicator counts it; what is published
/// of it is the base of their figures.
///
/// `files` are those of each vintage, `counts` their counts; empty when what they say is left aside.
fn job<'a>(
    ground: &Ground<'_>,
    measure: &'a Compiled,
    total: Option<&Compiled>,
    files: &[ByIndicator],
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
    if !matches!(base, Base::Logements | Base::Attributions) {
        return None;
    }
    let slots = match measure.bottom {
        None => measure.slots(),
        // Its pattern is that of its population: only what the other counts say of it is left to look at.
        Some(_) if !counts.is_empty() && is_only_base(ran, measure) => measure.base..measure.base + 1,
        Some(_) => return None,
    };
    let frame = ground.frames.get(&measure.base)?;
    let territories = &context.ground.territories;
    let numerators = context
        .dictionary
        .iter()
        .filter_map(|(_, share)| share.numerator.as_ref());
    let sums = layers(measure.iid, &measure.cells, numerators);
    let coverage = coverage(ran, measure, context.dictionary);
    let minimum = context.config.coverage.minimum;
    let whole = |value: f64| value.fract() == 0.0 && value >= 0.0;
    let mut counted = slots.clone().flat_map(|slot| frame.slot(slot));
    if !counted.all(|value| whole(*value)) {
        return None;
    }
    // What some slots count together in each atom.
    let added = |slots: &mut dyn Iterator<Item = usize>| -> Vec<f64> {
        let mut sums = vec![0.0; frame.atoms.len()];
        for slot in slots {
            for (sum, value) in sums.iter_mut().zip(frame.slot(slot)) {
                *sum += value;
            }
        }
        sums
    };
    // Values of the atoms, one list per layer.
    let list = |cells: &Vec<usize>| -> Vec<i64> {
        let sums = added(&mut cells.iter().map(|c| slots.start + c));
        sums.into_iter().map(count).collect()
    };
    let atoms: Vec<Vec<i64>> = sums.iter().map(list).collect();
    // The same, the layers of an atom side by side.
    let by_atom: Vec<i64> = (0..frame.atoms.len())
        .flat_map(|atom| atoms.iter().map(move |values| values[atom]))
        .collect();
    // Categories that leave a rest somewhere do not tell the last of them.
    let adds_up = |total: &&Compiled| {
        let sums = added(&mut slots.clone());
        let mut both = sums.iter().zip(frame.slot(total.top));
        both.all(|(parts, total)| parts.to_bits() == total.to_bits())
    };
    let total = total.filter(adds_up);
    let mut table = Table::new(frame.atoms.len(), sums.len());
    if total.is_some() {
        table.parts = measure.cells.len();
    }
    let mut places = Vec::new();
    if !counts.is_empty() {
        table.outside = vec![Vec::new(); sums.len()];
    }
    let outside: Vec<Vec<_>> = counts
        .iter()
        .zip(files)
        .map(|(counts, file)| {
            let each = sums.iter().map(|cells| shown(file, measure, cells));
            each.map(|shown| counts.outside(measure.iid, &shown)).collect()
        })
        .collect();
    // Known to less than `min_width`, it must not leave room for one under the threshold.
    let width = i64::from(context.config.disclosure.min_width);
    let most = only_small(ground, measure).filter(|_| !counts.is_empty());
    let most = most.map(|least| least + width - 1);
    let near = most.map(|most| {
        let shown = |rank: usize, tid: Tid| match files[rank].get(measure.iid, tid, measure.cells[0]) {
            Some(Said::Number { .. }) => Some(Held::Published),
            Some(Said::State(State::Secret)) => {
                let said = outside[rank][0].at(tid);
                Some(Held::Hidden(said.is_some_and(|said| said.up.is_some())))
            }
            _ => None,
        };
        near_small(&frame.territories, &atoms[0], most, shown)
    });
    let is_guarded = |terms: &Terms| {
        let mut own = terms.iter().map(|(atom, _)| *atom as usize);
        near.as_ref().is_none_or(|near| own.any(|atom| near[atom]))
    };
    for (rank, scale, cells) in &frame.territories {
        let file = &files[*rank];
        for (tid, terms) in cells {
            let role = match file.get(measure.iid, *tid, measure.cells[0]) {
                Some(Said::Number { .. }) => Role::Free,
                Some(Said::State(State::Secret)) if is_guarded(terms) => Role::Primary,
                _ => continue,
            };
            // Too few answers: the figure is not published, and not secret either.
            let is_thin = |(part, whole)| 100.0 * frame.sum(terms, part) < minimum * frame.sum(terms, whole);
            if role == Role::Free && coverage.is_some_and(is_thin) {
                continue;
            }
            let mut held = vec![0; sums.len()];
            for (atom, _) in terms {
                for (held, value) in held.iter_mut().zip(&by_atom[*atom as usize * sums.len()..]) {
                    *held += value;
                }
            }
            for (values, held) in table.layers.iter_mut().zip(held) {
                values.push(held);
            }
            if let Some(total) = total {
                let said = file.get(total.iid, *tid, total.cells[0]);
                let known = matches!(said, Some(Said::Number { .. }));
                let parts = table.layers[..table.parts].iter().filter_map(|layer| layer.last());
                table.totals.push(known.then(|| parts.sum()));
            }
            for (layer, said) in table.outside.iter_mut().enumerate() {
                said.push(outside[*rank][layer].at(*tid));
            }
            table.cells.push(Cell {
                terms: terms.clone(),
                role,
                loss: loss(*scale, frame.sum(terms, measure.base)),
                group: u32::try_from(places.len()).unwrap_or(u32::MAX),
            });
            places.push((*tid, group[*rank].0, None));
        }
    }
    if total.is_none() && sums.len() == 1 && measure.bottom.is_none() && counts_base(ran, measure) {
        let threshold = threshold(context, measure);
        let known: Atoms = (0u32..)
            .zip(&frame.atoms)
            .map(|(i, atom)| ((atom.year, ran.sums.spots[atom.spot as usize]), i))
            .collect();
        for (of, part) in related.iter().enumerate() {
            for (vintage, years) in group {
                for &scale in &part.ran.block.scales {
                    for (tid, terms) in part.cells(&known, years, scale, territories.metropole()) {
                        let value: i64 = terms.iter().map(|(a, _)| atoms[0][*a as usize]).sum();
                        // What its own block hides to protect others is nothing to protect here.
                        let role = match part.said(all, *vintage, tid) {
                            Some(Said::Number { .. }) => Role::Free,
                            Some(Said::State(State::Secret)) if value < threshold => Role::Primary,
                            _ => continue,
                        };
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
    table.inner = atoms;
    table
        .cells
        .iter()
        .any(|c| c.role == Role::Primary)
        .then_some(Job { measure, table, places })
}

/// What is published of a sum of cells of a measure.
fn shown(file: &ByIndicator, measure: &Compiled, cells: &[usize]) -> Shown {
    let mut all = Shown::default();
    for of_place in file.of(measure.iid).chunk_by(|a, b| a.0 == b.0) {
        let value = |cell: &usize| {
            let found = of_place.iter().find(|f| f.1 == measure.cells[*cell]);
            match found?.2 {
                Said::Number { base, .. } if measure.bottom.is_some() => base,
                Said::Number { value, .. } => Some(value),
                _ => None,
            }
        };
        if let Some(value) = cells.iter().map(value).sum::<Option<f64>>() {
            all.push(of_place[0].0, count(value));
        }
    }
    all
}

/// Under how much a count must not be known, when it matters only there: what shares only divide by and what means rest on
/// have no figure of their own to hide.
fn only_small(Ground { context, .. }: &Ground<'_>, measure: &Compiled) -> Option<i64> {
    let only = measure.bottom.is_some() || only_divides(context.dictionary, measure.iid);
    only.then(|| threshold(context, measure))
}

/// The least count that may be published of what a measure rests on.
fn threshold(context: &Context<'_>, measure: &Compiled) -> i64 {
    let thresholds = &context.config.thresholds;
    i64::from(match context.dictionary.get(measure.iid).base {
        Base::Attributions => thresholds.allocations,
        _ => thresholds.dwellings,
    })
}

/// Whether a mean or a share is the first to rest on a population that no measure counts.
fn is_only_base(ran: &Ran<'_>, measure: &Compiled) -> bool {
    let measures = &ran.program.measures;
    let counts = |m: &Compiled| m.bottom.is_none() && m.slot().is_some_and(|slot| ran.same(slot, measure.base));
    let rests = |m: &&Compiled| m.bottom.is_some() && m.cells.len() == 1 && ran.same(m.base, measure.base);
    !measures.iter().any(counts)
        && measures
            .iter()
            .find(rests)
            .is_some_and(|first| first.iid == measure.iid)
}

/// Whether a measure is the count of its block: what related counts are parts of.
fn counts_base(ran: &Ran<'_>, measure: &Compiled) -> bool {
    ran.same(measure.top, 0)
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

/// Cells that add up to what may be published: each category, and the sums of them that `numerators` of shares take.
fn layers<'d>(
    measure: Iid,
    categories: &[Option<u16>],
    numerators: impl Iterator<Item = &'d Operand>,
) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = (0..categories.len()).map(|c| vec![c]).collect();
    for numerator in numerators {
        let own = numerator.0.iter().map(|term| {
            let own = term.indicator == measure;
            categories.iter().position(|c| own && *c == term.category)
        });
        let cells: Option<Vec<usize>> = own.collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Term;

    #[test]
    fn layers_are_made_of_own_categories_only() {
        let sum = |indicator: u16, categories: &[Option<u16>]| {
            let term = |category: &Option<u16>| Term {
                indicator: Iid(indicator),
                category: *category,
            };
            Operand(categories.iter().map(term).collect())
        };
        let numerators = [
            sum(1, &[Some(0), Some(1)]),
            sum(1, &[Some(2)]),
            sum(2, &[Some(0), Some(1), Some(2)]),
        ];
        let of = |indicator: u16, categories: &[Option<u16>]| layers(Iid(indicator), categories, numerators.iter());
        assert_eq!(
            of(1, &[Some(0), Some(1), Some(2)]),
            [vec![0], vec![1], vec![2], vec![0, 1]]
        );
        // A count without categories has no part in the sums of another.
        assert_eq!(of(3, &[None]), [vec![0]]);
    }
}
