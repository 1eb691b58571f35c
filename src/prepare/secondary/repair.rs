//! Second step: the values themselves. A pattern that no combination breaks may still pin a small count, since counts
//! are non-negative: one dwelling of a category in a hidden remainder is known to one near in each of its residences.
//!
//! Indicator by indicator, all its categories together: a territory hidden here is hidden for all the categories of
//! the indicator, or its total would give back the one hidden. Other indicators of the territory stay.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Context, Ran, candidate};
use crate::disclosure::attack::Terms;
use crate::disclosure::protect::{Guarded, Problem, protect};
use crate::model::{Base, Scale, State, Tid, Vintage};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Key, Said};
use crate::prepare::protect::{AllHidden, Hidden, Why};

/// A table of one indicator, and the territories of its cells.
struct Job<'a> {
    measure: &'a Compiled,
    problem: Problem,
    places: Vec<(Tid, Vintage)>,
}

/// Hides what the values give away; a certain zero is left, as the audit leaves it.
pub(super) fn run(
    ran: &Ran<'_>,
    group: &[(Vintage, Vec<u16>)],
    context: &Context<'_>,
    all: &mut All,
    hidden: &mut AllHidden,
    remarks: &mut Vec<String>,
) {
    let jobs: Vec<Job<'_>> = ran
        .program
        .measures
        .iter()
        .filter_map(|measure| job(ran, measure, group, context, all))
        .collect();
    let rules = &context.config.disclosure;
    let found: Vec<_> = jobs.par_iter().map(|job| protect(&job.problem, rules)).collect();
    for (job, found) in jobs.iter().zip(found) {
        let territories = &context.ground.territories;
        let word = |guarded: &[Guarded]| {
            let zones = guarded.iter().filter_map(|g| match g {
                Guarded::Zone(zone) => Some(found.zones[*zone as usize].len()),
                Guarded::Cell(_) => None,
            });
            format!("catégorie rare dans un reste de {} lieux", zones.max().unwrap_or(0))
        };
        let mut by_scale: BTreeMap<Scale, usize> = BTreeMap::new();
        for (cell, protects) in &found.secondary {
            let (tid, vintage) = job.places[*cell as usize];
            *by_scale.entry(territories.get(tid).scale).or_default() += 1;
            let file = (ran.block.source.clone(), vintage);
            let Some(figures) = all.0.get_mut(&file) else { continue };
            for category in &job.measure.cells {
                let key = Key {
                    tid,
                    indicator: job.measure.iid,
                    category: *category,
                };
                if let Some(said) = figures.get_mut(&key)
                    && let Said::Number { value, base } = *said
                {
                    *said = Said::State(State::Secret);
                    let why = Why::Secondary {
                        protects: word(protects),
                    };
                    hidden
                        .entry(file.clone())
                        .or_default()
                        .insert(key, Hidden { why, value, base });
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
    }
}

/// The table of an indicator that counts; none for a mean or a share, which follow the pattern of their base.
fn job<'a>(
    ran: &'a Ran<'_>,
    measure: &'a Compiled,
    group: &[(Vintage, Vec<u16>)],
    context: &Context<'_>,
    all: &All,
) -> Option<Job<'a>> {
    let base = context.dictionary.get(measure.iid).base;
    if measure.bottom.is_some() || !matches!(base, Base::Logements | Base::Attributions) {
        return None;
    }
    let territories = &context.ground.territories;
    let mut problem = Problem {
        layers: vec![Vec::new(); measure.cells.len()],
        ..Problem::default()
    };
    let mut at: Vec<(u16, u32)> = Vec::new();
    let years: std::collections::BTreeSet<u16> = group.iter().flat_map(|(_, years)| years.iter().copied()).collect();
    for year in years {
        for (spot, slots) in ran.sums.years.get(&year).into_iter().flatten() {
            if slots[measure.base] <= 0.0 {
                continue;
            }
            let own = &slots[measure.top..measure.top + measure.cells.len()];
            if own.iter().any(|v| v.fract() != 0.0 || *v < 0.0) {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole counts")]
            for (layer, value) in problem.layers.iter_mut().zip(own) {
                layer.push(*value as i64);
            }
            #[expect(clippy::cast_possible_truncation, reason = "a count")]
            problem.atoms.push(slots[measure.base].floor() as i64);
            at.push((year, *spot));
        }
    }
    let mut places = Vec::new();
    let mut some_hidden = false;
    for (vintage, years) in group {
        let figures = all.0.get(&(ran.block.source.clone(), *vintage))?;
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
                let primary = match said {
                    Some(Said::Number { .. }) => false,
                    Some(Said::State(State::Secret)) => true,
                    _ => continue,
                };
                some_hidden |= primary;
                let base = terms.iter().map(|(a, _)| problem.atoms[*a as usize]).sum();
                problem.cells.push(candidate(terms, primary, false, scale, base));
                places.push((tid, *vintage));
            }
        }
    }
    some_hidden.then_some(Job {
        measure,
        problem,
        places,
    })
}
