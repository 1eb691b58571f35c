//! Two atlases held against each other.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::read::{About, Atlas, Cell, Column, Table};
use super::{Changes, Counts, Gap, Places, SHOWN, Series};
use crate::model::{Scale, Vintage};

pub(super) fn compare(live: &Atlas, coming: &Atlas) -> Changes {
    let empty = BTreeMap::new();
    let places = Scale::ALL
        .into_iter()
        .filter_map(|scale| {
            let (old, new) = (
                live.places.get(&scale).unwrap_or(&empty),
                coming.places.get(&scale).unwrap_or(&empty),
            );
            let missing = |from: &BTreeMap<String, String>, in_: &BTreeMap<String, String>| -> Vec<String> {
                from.keys().filter(|c| !in_.contains_key(*c)).cloned().collect()
            };
            let (added, removed) = (missing(new, old), missing(old, new));
            (!added.is_empty() || !removed.is_empty()).then_some(Places { scale, added, removed })
        })
        .collect();
    let only = |a: &Atlas, b: &Atlas| -> Vec<String> {
        a.indicators
            .keys()
            .filter(|id| !b.indicators.contains_key(*id))
            .cloned()
            .collect()
    };
    let keys: BTreeSet<&(String, Scale)> = live.tables.keys().chain(coming.tables.keys()).collect();
    let nothing = Table::new();
    let compared: Vec<Compared> = keys
        .into_par_iter()
        .map(|key| {
            let (old, new) = (
                live.tables.get(key).unwrap_or(&nothing),
                coming.tables.get(key).unwrap_or(&nothing),
            );
            let about = coming.indicators.get(&key.0).or_else(|| live.indicators.get(&key.0));
            Compared::new(key.1, about.cloned().unwrap_or_default(), old, new)
        })
        .collect();
    let mut series: BTreeMap<(String, Vintage, Scale), Counts> = BTreeMap::new();
    let mut known: BTreeSet<(String, Vintage, Scale)> = BTreeSet::new();
    let (mut corrections, mut steps) = (Vec::new(), Vec::new());
    for one in compared {
        for (vintage, counts) in one.counts {
            let all = series.entry((one.source.clone(), vintage, one.scale)).or_default();
            all.added += counts.added;
            all.removed += counts.removed;
            all.corrected += counts.corrected;
            all.hidden += counts.hidden;
            all.revealed += counts.revealed;
            all.restated += counts.restated;
        }
        known.extend(one.known.into_iter().map(|v| (one.source.clone(), v, one.scale)));
        corrections.extend(one.corrections);
        steps.extend(one.steps);
    }
    let names = |gaps: Vec<Gap>| -> Vec<Gap> {
        let mut gaps = gaps;
        let name = |g: &Gap| (g.scale, g.code.clone(), g.indicator.clone(), g.category.clone());
        gaps.sort_by(|a, b| b.weight().total_cmp(&a.weight()).then_with(|| name(a).cmp(&name(b))));
        // The reference territory first: a unit changed in the source shows there.
        let (mut whole, parts): (Vec<Gap>, Vec<Gap>) = gaps.into_iter().partition(|g| g.scale == Scale::Metropole);
        whole.truncate(SHOWN / 2);
        let rest = SHOWN - whole.len();
        whole.extend(parts.into_iter().take(rest));
        let mut gaps = whole;
        for gap in &mut gaps {
            let found = coming.places.get(&gap.scale).and_then(|names| names.get(&gap.code));
            gap.name = found.unwrap_or(&gap.code).clone();
        }
        gaps
    };
    Changes {
        from: live.edition.clone(),
        to: coming.edition.clone(),
        places,
        indicators_added: only(coming, live),
        indicators_removed: only(live, coming),
        series: series
            .into_iter()
            .filter(|(_, counts)| *counts != Counts::default())
            .map(|(key, counts)| Series {
                is_new: !known.contains(&key),
                source: key.0,
                vintage: key.1.to_string(),
                scale: key.2,
                counts,
            })
            .collect(),
        corrections: names(corrections),
        steps: names(steps),
        names: coming.scales.clone(),
    }
}

/// One indicator at one scale, before and after.
struct Compared {
    scale: Scale,
    source: String,
    counts: BTreeMap<Vintage, Counts>,
    known: Vec<Vintage>,
    corrections: Vec<Gap>,
    steps: Vec<Gap>,
}

impl Compared {
    #[expect(clippy::iter_over_hash_type, reason = "gaps are sorted, the rest is counted")]
    fn new(scale: Scale, about: About, old: &Table, new: &Table) -> Self {
        let gap = |category: &str, code: &str, vintages: (Vintage, Vintage), before: f64, after: f64| Gap {
            scale,
            code: code.to_owned(),
            name: String::new(),
            indicator: about.id.clone(),
            category: category.to_owned(),
            unit: about.unit.clone(),
            vintage_before: vintages.0.to_string(),
            vintage_after: vintages.1.to_string(),
            before,
            after,
            decimals: about.decimals,
        };
        let (none, no_column) = (BTreeMap::new(), Column::default());
        let mut counts = BTreeMap::new();
        let mut corrections = Vec::new();
        let vintages: BTreeSet<Vintage> = old.keys().chain(new.keys()).copied().collect();
        for vintage in vintages {
            let (before, after) = (old.get(&vintage).unwrap_or(&none), new.get(&vintage).unwrap_or(&none));
            let mut tally = Counts::default();
            let categories: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for category in categories {
                let (before, after) = (
                    before.get(category).unwrap_or(&no_column),
                    after.get(category).unwrap_or(&no_column),
                );
                for (code, cell) in after {
                    match before.get(code) {
                        None => tally.added += 1,
                        Some(same) if same == cell => {}
                        Some(was) if was.is_secret() && cell.is_figure() => tally.revealed += 1,
                        Some(was) if was.is_figure() && cell.is_secret() => tally.hidden += 1,
                        Some(was) if was.is_figure() && cell.is_figure() => {
                            tally.corrected += 1;
                            if let (Cell::Value(a), Cell::Value(b)) = (was, cell) {
                                corrections.push(gap(category, code, (vintage, vintage), *a, *b));
                            }
                        }
                        Some(_) => tally.restated += 1,
                    }
                }
                tally.removed += before.keys().filter(|code| !after.contains_key(*code)).count();
            }
            counts.insert(vintage, tally);
        }
        let mut steps = Vec::new();
        if matches!(scale, Scale::Metropole | Scale::Commune) {
            let mut last = new.iter().rev();
            if let (Some((to, after)), Some((from, before))) = (last.next(), last.next())
                && !old.contains_key(to)
            {
                for (category, column) in after {
                    let earlier = before.get(category).unwrap_or(&no_column);
                    for (code, cell) in column {
                        if let (Some(Cell::Value(a)), Cell::Value(b)) = (earlier.get(code), cell) {
                            steps.push(gap(category, code, (*from, *to), *a, *b));
                        }
                    }
                }
            }
        }
        Self {
            scale,
            source: about.source,
            counts,
            known: old.keys().copied().collect(),
            corrections,
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::atlas;
    use super::*;

    fn side(build: &str, places: &str, values: &[(&str, &str)]) -> Atlas {
        let manifest = format!(
            r#"{{"edition":"1er janvier 2026","build":"{build}","scales":[{{"id":"commune","label":"Commune","plural":"Communes"}}],"indicators":[
            {{"id":"parc.logements","unit":"logements","kind":"count","decimals":0,"source":"rpls","categories":[]}},
            {{"id":"frag.classe","unit":"","kind":"class","decimals":0,"source":"frag","categories":[{{"key":"faible"}},{{"key":"forte"}}]}}]}}"#
        );
        let mut files = std::collections::BTreeMap::from([
            ("atlas.json".to_owned(), manifest.into_bytes()),
            ("lieux/commune-0.json".to_owned(), places.as_bytes().to_vec()),
        ]);
        for (indicator, rest) in values {
            let text = format!(
                r#"{{"scale":"commune","indicator":"{indicator}","places":"lieux/commune-0.json","categories":[""],{rest}}}"#
            );
            files.insert(format!("valeurs/commune/{indicator}-0.json"), text.into_bytes());
        }
        atlas(&files).expect("read")
    }

    #[test]
    fn every_kind_of_change_is_counted_once() {
        let places = r#"{"scale":"commune","codes":["A","B","C"],"names":["Aa","Bb","Cc"]}"#;
        let live = side(
            "old",
            places,
            &[
                ("parc.logements", r#""vintages":["2024"],"values":[[[100,"s",40]]]"#),
                ("frag.classe", r#""vintages":["2024"],"values":[[[0,1,"nd"]]]"#),
            ],
        );
        let later = r#"{"scale":"commune","codes":["A","B","D"],"names":["Aa","Bb","Dd"]}"#;
        let coming = side(
            "new",
            later,
            &[
                (
                    "parc.logements",
                    r#""vintages":["2024","2025"],"values":[[[110,30,12]],[[220,"s",13]]]"#,
                ),
                ("frag.classe", r#""vintages":["2024"],"values":[[[1,"s",0]]]"#),
            ],
        );
        let found = compare(&live, &coming);
        assert_eq!(
            (found.places[0].added.as_slice(), found.places[0].removed.as_slice()),
            (&["D".to_owned()][..], &["C".to_owned()][..])
        );
        let of = |source: &str, vintage: &str| {
            let series = found.series.iter().find(|s| s.source == source && s.vintage == vintage);
            series.map(|s| (s.is_new, s.counts)).expect("a series")
        };
        let counts = Counts::default();
        assert_eq!(
            of("rpls", "2024"),
            (
                false,
                Counts {
                    corrected: 1,
                    revealed: 1,
                    added: 1,
                    removed: 1,
                    ..counts
                }
            )
        );
        assert_eq!(of("rpls", "2025"), (true, Counts { added: 3, ..counts }));
        assert_eq!(
            of("frag", "2024"),
            (
                false,
                Counts {
                    corrected: 1,
                    hidden: 1,
                    added: 1,
                    removed: 1,
                    ..counts
                }
            )
        );
        let told: Vec<(&str, f64, f64)> = found
            .corrections
            .iter()
            .map(|g| (g.name.as_str(), g.before, g.after))
            .collect();
        assert_eq!(told, [("Aa", 100.0, 110.0)]);
        let steps: Vec<(&str, f64, f64)> = found
            .steps
            .iter()
            .map(|g| (g.name.as_str(), g.before, g.after))
            .collect();
        assert_eq!(steps, [("Aa", 110.0, 220.0), ("Dd", 12.0, 13.0)]);
        assert!(compare(&live, &live).is_empty());
    }
}
