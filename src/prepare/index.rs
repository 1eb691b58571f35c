//! Composite index, such as the fragility of districts: components in, index and class out.
//!
//! Method, stated in the documentation: over the territories of a scale where every component is published, each
//! component is centred and reduced (value minus mean, over standard deviation); the index is 50 + 10 × the weighted
//! mean of these; classes are cut at the breaks given, or into groups of equal size. Only published figures enter, so
//! that neither the index nor its class says anything of a hidden one.

use std::path::Path;

use super::figures::{All, Key, Said};
use super::ground::Ground;
use super::recipe::{Component, Index, Recipe};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::{Dictionary, Iid, Operand, State, Tid, Vintage};

/// Computes the indices of the recipe from the figures that will be written.
///
/// # Errors
/// Unknown indicators or vintages, components that no territory has.
pub(super) fn run(
    recipe: &Recipe,
    recipe_path: &Path,
    dictionary: &Dictionary,
    ground: &Ground,
    all: &mut All,
) -> Result<Diagnostics> {
    let mut warnings = Diagnostics::new();
    for index in &recipe.index {
        one(index, recipe_path, dictionary, ground, all, &mut warnings)?;
    }
    Ok(warnings)
}

fn one(
    index: &Index,
    recipe_path: &Path,
    dictionary: &Dictionary,
    ground: &Ground,
    all: &mut All,
    warnings: &mut Diagnostics,
) -> Result<()> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    let find = |id: &str| {
        dictionary.find(id).ok_or_else(|| {
            at(format!("indicateur « {id} » absent du dictionnaire"))
                .suggest(id, dictionary.iter().map(|(_, x)| x.id.as_str()))
        })
    };
    let vintage: Vintage = index
        .vintage
        .parse()
        .map_err(|()| at(format!("millésime « {} »", index.vintage)))?;
    let value_of = index.indicator.as_deref().map(find).transpose()?;
    let class_of = index.class.as_deref().map(find).transpose()?;
    let mut components = Vec::new();
    for component in &index.components {
        components.push((
            find(&component.indicator)?,
            component,
            vintage_of(component, dictionary, all, recipe_path)?,
        ));
    }
    for &scale in &index.scales {
        let tids: Vec<Tid> = ground.territories.of(scale).collect();
        let mut rows: Vec<Option<Vec<f64>>> = Vec::new();
        for &tid in &tids {
            let figures = components.iter().map(|(iid, component, vintage)| {
                let category = component
                    .category
                    .as_deref()
                    .and_then(|c| dictionary.get(*iid).category(c));
                published(all, dictionary, tid, *iid, category, *vintage)
            });
            rows.push(figures.collect());
        }
        let known = rows.iter().flatten().count();
        if known < 5 {
            warnings.push(
                Diagnostic::warning(format!(
                    "indice : {known} territoires {scale} ont toutes leurs composantes ; 5 au moins attendus"
                ))
                .at(recipe_path),
            );
            continue;
        }
        let scores = scores(&rows, &components.iter().map(|c| c.1.weight).collect::<Vec<_>>());
        let words = class_of.map_or(0, |c| dictionary.get(c).categories.len());
        let breaks = if index.breaks.is_empty() {
            equal(&scores, words)
        } else {
            index.breaks.clone()
        };
        for (tid, score) in tids.iter().zip(&scores) {
            let mut put = |iid: Iid, said: Said| {
                all.put(
                    &index.source,
                    vintage,
                    Key {
                        tid: *tid,
                        indicator: iid,
                        category: None,
                    },
                    said,
                );
            };
            if let Some(iid) = value_of {
                put(
                    iid,
                    score.map_or(Said::State(State::NotAvailable), |value| Said::Number {
                        value,
                        base: None,
                    }),
                );
            }
            if let Some(iid) = class_of {
                let rank = |score: f64| {
                    breaks
                        .iter()
                        .filter(|b| score >= **b)
                        .count()
                        .min(words.saturating_sub(1))
                };
                put(
                    iid,
                    score.map_or(Said::State(State::NotAvailable), |s| Said::Word {
                        word: u16::try_from(rank(s)).unwrap_or(0),
                        base: None,
                    }),
                );
            }
        }
    }
    Ok(())
}

/// Vintage of a component: that of the recipe, or the last one of the files.
fn vintage_of(component: &Component, dictionary: &Dictionary, all: &All, recipe_path: &Path) -> Result<Vintage> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    if let Some(text) = &component.vintage {
        return Ok(text.parse().map_err(|()| at(format!("millésime « {text} »")))?);
    }
    let source = dictionary
        .find(&component.indicator)
        .map(|i| dictionary.get(i).source.as_str());
    let last = all
        .0
        .keys()
        .filter(|(s, _)| Some(s.as_str()) == source)
        .map(|(_, v)| *v)
        .max();
    Ok(last.ok_or_else(|| {
        at(format!(
            "composante « {} » : aucune valeur dans cette recette",
            component.indicator
        ))
        .hint("les composantes d’un indice sont écrites par la même recette")
    })?)
}

/// A figure as the site will publish it: written, or derived from written counts.
fn published(
    all: &All,
    dictionary: &Dictionary,
    tid: Tid,
    iid: Iid,
    category: Option<u16>,
    vintage: Vintage,
) -> Option<f64> {
    let indicator = dictionary.get(iid);
    let figures = all.0.get(&(indicator.source.clone(), vintage))?;
    match figures.get(&Key {
        tid,
        indicator: iid,
        category,
    }) {
        Some(Said::Number { value, .. }) => return Some(*value),
        Some(_) => return None,
        None => {}
    }
    let sum = |operand: &Operand| -> Option<f64> {
        let term =
            |t: &crate::model::Term| published(all, dictionary, tid, t.indicator, t.category.or(category), vintage);
        operand.0.iter().map(term).sum()
    };
    let (top, bottom) = (
        sum(indicator.numerator.as_ref()?)?,
        sum(indicator.denominator.as_ref()?)?,
    );
    (bottom > 0.0).then(|| top / bottom * if indicator.kind.is_ratio() { 100.0 } else { 1.0 })
}

/// 50 + 10 × the weighted mean of the centred and reduced components.
#[expect(clippy::cast_precision_loss, reason = "numbers of territories")]
fn scores(rows: &[Option<Vec<f64>>], weights: &[f64]) -> Vec<Option<f64>> {
    let known: Vec<&Vec<f64>> = rows.iter().flatten().collect();
    let count = known.len() as f64;
    let spread: Vec<(f64, f64)> = (0..weights.len())
        .map(|i| {
            let mean = known.iter().map(|r| r[i]).sum::<f64>() / count;
            let variance = known.iter().map(|r| (r[i] - mean).powi(2)).sum::<f64>() / count;
            (mean, variance.sqrt())
        })
        .collect();
    let total: f64 = weights.iter().map(|w| w.abs()).sum();
    rows.iter()
        .map(|row| {
            let row = row.as_ref()?;
            let reduced = |i: usize| {
                if spread[i].1 > 0.0 {
                    (row[i] - spread[i].0) / spread[i].1
                } else {
                    0.0
                }
            };
            let sum: f64 = weights.iter().enumerate().map(|(i, w)| w * reduced(i)).sum();
            Some(50.0 + 10.0 * sum / total)
        })
        .collect()
}

/// Breaks that make groups of equal size.
fn equal(scores: &[Option<f64>], groups: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = scores.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    (1..groups)
        .filter_map(|g| sorted.get(g * sorted.len() / groups).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_that_varies_orders_the_territories() {
        let rows = [
            Some(vec![10.0, 5.0]),
            Some(vec![20.0, 5.0]),
            None,
            Some(vec![30.0, 5.0]),
        ];
        let found = scores(&rows, &[1.0, 1.0]);
        assert_eq!(found[1], Some(50.0));
        assert_eq!(found[2], None);
        // (30 − 20) / √(200/3) = 1.2247; half the weight: 50 + 6.12.
        assert!((found[3].expect("known") - 56.1237).abs() < 1e-3, "{found:?}");
        assert_eq!(equal(&found, 3), [50.0, found[3].expect("known")]);
        let opposite = scores(&rows, &[-1.0, 1.0]);
        assert!((opposite[3].expect("known") - 43.8763).abs() < 1e-3, "{opposite:?}");
    }
}
