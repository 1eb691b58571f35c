//! Primary suppression: the thresholds of the convention, applied when figures are written.
//!
//! - Enters: figures as the sources say them.
//! - Leaves: the same, those under a threshold turned into `s`; what was hidden, for the private report only.
//! - Stays out: what could be recomputed, which [`crate::disclosure`] protects.

use std::collections::BTreeMap;

use super::figures::{All, Key, Said};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::{Base, Dictionary, Iid, Scale, State, Territories, Vintage};

/// Why a cell is hidden.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    /// Base under the threshold.
    Threshold,
    /// Base unknown.
    NoBase,
    /// Hidden so that others cannot be recomputed.
    Secondary {
        /// What it protects, in words.
        protects: String,
    },
}

/// A cell hidden by `prepare`: it goes to the private report, never into the site.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    pub(super) why: Why,
    pub(super) value: f64,
    pub(super) base: Option<f64>,
}

/// Hidden cells of all files.
pub(super) type AllHidden = BTreeMap<(String, Vintage), BTreeMap<Key, Hidden>>;

/// What the law of the dictionary left unwritten: indicator, scale and number of cells.
pub(super) type Closed = BTreeMap<(String, Scale), u64>;

/// Hides what is under the thresholds, and drops what the dictionary does not open.
///
/// # Errors
/// Thematic-only indicators given as figures, windows of allocations that are too short.
pub(super) fn primary(
    all: &mut All,
    dictionary: &Dictionary,
    config: &Config,
    territories: &Territories,
) -> Result<(AllHidden, Closed)> {
    let operands: std::collections::BTreeSet<Iid> = dictionary
        .iter()
        .flat_map(|(_, x)| [&x.numerator, &x.denominator])
        .flatten()
        .flat_map(|o| o.0.iter().map(|t| t.indicator))
        .chain(dictionary.iter().filter_map(|(_, x)| x.coverage))
        .collect();
    let mut found = Diagnostics::new();
    let mut hidden = AllHidden::new();
    let mut closed = Closed::new();
    for ((source, vintage), figures) in &mut all.0 {
        let mut told = std::collections::BTreeSet::new();
        figures.retain(|key, said| {
            let indicator = dictionary.get(key.indicator);
            let scale = territories.get(key.tid).scale;
            if indicator.thematic_only {
                if told.insert(key.indicator) {
                    found.push(
                        Diagnostic::error(format!(
                            "« {} » est réservé à la carte, en classes (article 3)",
                            indicator.id
                        ))
                        .hint("le décrire dans un bloc [[grid]] de la recette"),
                    );
                }
                return false;
            }
            let open = indicator.view.contains(scale) || indicator.export.contains(scale);
            let attributions = indicator.base == Base::Attributions;
            if attributions && scale == Scale::Residence && !config.thresholds.residence_allocations
                || !open && !operands.contains(&key.indicator)
            {
                *closed.entry((indicator.id.clone(), scale)).or_default() += 1;
                return false;
            }
            if attributions && vintage.span() < config.thresholds.window_years && told.insert(key.indicator) {
                found.push(
                    Diagnostic::error(format!(
                        "« {} » porte sur {vintage} : les attributions se publient sur {} années cumulées (article 3)",
                        indicator.id, config.thresholds.window_years
                    ))
                    .hint("ajouter window = 3 au bloc de la recette"),
                );
            }
            let threshold = match indicator.base {
                Base::Logements => config.thresholds.dwellings,
                Base::Attributions => config.thresholds.allocations,
                Base::Source | Base::Public => return true,
            };
            let (value, base) = match *said {
                Said::Number { value, base } => (value, base),
                Said::Word { word, base } => (f64::from(word), base),
                Said::State(_) => return true,
            };
            let why = match base {
                None => Why::NoBase,
                Some(base) if base == 0.0 && value == 0.0 => return true,
                Some(base) if base.floor() < f64::from(threshold) => Why::Threshold,
                Some(_) => return true,
            };
            hidden
                .entry((source.clone(), *vintage))
                .or_default()
                .insert(*key, Hidden { why, value, base });
            *said = Said::State(State::Secret);
            true
        });
    }
    if found.is_empty() {
        Ok((hidden, closed))
    } else {
        Err(found.sorted())
    }
}
