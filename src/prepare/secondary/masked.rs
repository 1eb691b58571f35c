//! Territories hidden whole by the source that counts the dwellings: other sources hide what would give them back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Ran};
use crate::diag::Result;
use crate::model::{Base, Dictionary, Scale, State, Tid};
use crate::prepare::compile::Compiled;
use crate::prepare::figures::{All, Key, Said};
use crate::prepare::protect::{AllHidden, Hidden, Why};
use crate::prepare::records::vintages;

/// Territories hidden whole in a source, by year: what another source counts of their dwellings would give back their number,
/// or tell that a residence reaches the threshold, and which ones were hidden for others only.
pub(super) type Masked = BTreeMap<(Scale, u16), BTreeSet<Tid>>;

/// Territories hidden in a year, else in the next one known, else in the last.
pub(super) fn masked_in(masked: &Masked, scale: Scale, year: u16) -> Option<&BTreeSet<Tid>> {
    let of_scale = || masked.range((scale, 0)..=(scale, u16::MAX));
    let next = masked.range((scale, year)..=(scale, u16::MAX)).next();
    next.or_else(|| of_scale().next_back()).map(|(_, tids)| tids)
}

/// The measure of a block that counts its dwellings; none where it counts something else.
pub(super) fn counted<'a>(ran: &'a Ran<'_>, dictionary: &Dictionary) -> Option<&'a Compiled> {
    let dwellings = |m: &&Compiled| {
        m.bottom.is_none() && m.cells.len() == 1 && dictionary.get(m.iid).base == Base::Logements && ran.same(m.top, 0)
    };
    ran.program.measures.iter().find(dwellings)
}

/// Notes the territories whose dwellings a block counts and hides.
pub(super) fn note(ran: &Ran<'_>, context: &Context<'_>, all: &All, masked: &mut Masked) -> Result<()> {
    let Some(measure) = counted(ran, context.dictionary) else {
        return Ok(());
    };
    let years: BTreeSet<u16> = ran.sums.years.keys().copied().collect();
    for (vintage, _) in &vintages(ran.block, &years, context.recipe_path)? {
        let Some(figures) = all.0.get(&(ran.block.source.clone(), *vintage)) else {
            continue;
        };
        for scale in [Scale::Commune, Scale::Iris, Scale::Qpv, Scale::Residence] {
            let mut said_of_any = false;
            let territories = context.ground.territories.of(scale);
            let tids: Vec<Tid> = territories
                .filter(|tid| {
                    let said = figures.get(&Key {
                        tid: *tid,
                        indicator: measure.iid,
                        category: measure.cells[0],
                    });
                    said_of_any |= said.is_some();
                    matches!(said, Some(Said::State(State::Secret)))
                })
                .collect();
            // A vintage that is not open at a scale says nothing of it.
            if said_of_any {
                masked.entry((scale, vintage.last())).or_default().extend(tids);
            }
        }
    }
    Ok(())
}

/// Hides the words and the copied figures that rest on the dwellings of a residence hidden elsewhere.
pub(super) fn words(masked: &Masked, dictionary: &Dictionary, all: &mut All, hidden: &mut AllHidden) {
    for (file, figures) in &mut all.0 {
        let Some(tids) = masked_in(masked, Scale::Residence, file.1.last()) else {
            continue;
        };
        for (key, said) in figures.iter_mut().filter(|(key, _)| tids.contains(&key.tid)) {
            let Said::Word { word, base } = *said else { continue };
            if dictionary.get(key.indicator).base != Base::Logements {
                continue;
            }
            *said = Said::State(State::Secret);
            let why = Why::Secondary {
                protects: "résidence masquée par une autre source".to_owned(),
            };
            let value = f64::from(word);
            hidden
                .entry(file.clone())
                .or_default()
                .insert(*key, Hidden { why, value, base });
        }
    }
}
