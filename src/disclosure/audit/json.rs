//! Finished data for the browser: its figures.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::counted::{counted, without};
use super::facts::{Batch, Finding, Said};
use super::said::numbered;

/// Keys that files of places may carry; another could carry a figure.
const PLACES: [&str; 14] = [
    "scale",
    "unit",
    "codes",
    "names",
    "lon",
    "lat",
    "commune",
    "commune_codes",
    "iris",
    "iris_codes",
    "qpv",
    "qpv_codes",
    "addresses",
    "landlords",
];
const MORE_PLACES: [&str; 5] = ["landlord", "residences", "commune_names", "iris_names", "qpv_names"];

fn leak(file: &str, message: String) -> Finding {
    Finding {
        error: true,
        kind: "fuite",
        message,
        files: vec![file.to_owned()],
        remedy: "reconstruire l’atlas ; ce fichier ne porte que ce que sa documentation décrit".to_owned(),
    }
}

/// Labels of the scales, from `atlas.json`.
pub(super) fn scale_labels(text: &str) -> BTreeMap<String, String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return BTreeMap::new();
    };
    value["scales"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|s| Some((s["label"].as_str()?.to_owned(), s["id"].as_str()?.to_owned())))
        .collect()
}

/// Labels of indicators and categories with a number, from `atlas.json`: « 20 % et moins ». Longest first.
pub(super) fn number_labels(text: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Vec::new();
    };
    let indicators = || value["indicators"].as_array().into_iter().flatten();
    let categories = indicators().flat_map(|i| i["categories"].as_array().into_iter().flatten());
    let mut labels: Vec<String> = indicators()
        .chain(categories)
        .filter_map(|c| c["label"].as_str())
        .filter(|label| numbered(label) && label.split_whitespace().count() > 2)
        .map(str::to_owned)
        .collect();
    labels.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    labels.dedup();
    labels
}

/// Base under which a share has no decimals, from `atlas.json`.
pub(super) fn small_base(text: &str) -> Option<f64> {
    serde_json::from_str::<Value>(text).ok()?["small_base"].as_f64()
}

/// Labels of the classes of maps and grids, from `atlas.json`.
pub(super) fn class_labels(text: &str) -> HashSet<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return HashSet::new();
    };
    let list = |key: &str| value[key].as_array().into_iter().flatten();
    let categories = list("indicators").flat_map(|i| i["categories"].as_array().into_iter().flatten());
    let labels = list("indicators").chain(categories).map(|i| &i["labels"]);
    let all = labels.chain(list("grids").map(|g| &g["classes"]));
    all.flat_map(|l| l.as_array().into_iter().flatten())
        .filter_map(|l| l.as_str().map(str::to_owned))
        .collect()
}

/// A file of the search: its texts are names and words, never a number of something.
pub(super) fn search(text: &str, file: &str, labels: &[String]) -> Vec<Finding> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return vec![leak(file, "fichier illisible".to_owned())];
    };
    let mut found = Vec::new();
    let mut todo = vec![&value];
    while let Some(value) = todo.pop() {
        match value {
            Value::String(text) => found.extend(counted(&without(text, labels))),
            Value::Array(list) => todo.extend(list),
            Value::Object(map) => todo.extend(map.values()),
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
        .into_iter()
        .map(|found| leak(file, format!("nombre dans l’index de recherche : « {found} »")))
        .collect()
}

/// What is wrong with the lists of a file of places: one value for each code, and ranks that have a name.
fn odd_places(value: &serde_json::Map<String, Value>) -> impl Iterator<Item = String> {
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    let count = list("codes").map_or(0, Vec::len);
    let each = [
        "names",
        "lon",
        "lat",
        "commune",
        "iris",
        "qpv",
        "addresses",
        "landlord",
        "residences",
    ];
    let short = each
        .into_iter()
        .filter(move |key| list(key).is_some_and(|l| l.len() != count));
    let ranks = [
        ("commune", "commune_codes"),
        ("iris", "iris_codes"),
        ("qpv", "qpv_codes"),
        ("landlord", "landlords"),
    ];
    let beyond = ranks.into_iter().filter(move |(key, names)| {
        let names = i64::try_from(list(names).map_or(0, Vec::len)).unwrap_or(i64::MAX);
        let odd = |v: &Value| !v.as_i64().is_some_and(|v| (-1..names).contains(&v));
        list(key).is_some_and(|l| l.iter().any(odd))
    });
    let wrong = |key: &str| format!("la liste « {key} » n’est pas celle des lieux : elle peut porter un chiffre");
    let found: Vec<String> = short.map(wrong).chain(beyond.map(|(key, _)| wrong(key))).collect();
    found.into_iter()
}

/// Codes of a file of places; unknown keys are told.
pub(super) fn places(text: &str, file: &str) -> (Vec<String>, Vec<Finding>) {
    let Ok(Value::Object(value)) = serde_json::from_str::<Value>(text) else {
        return (Vec::new(), vec![leak(file, "fichier illisible".to_owned())]);
    };
    let findings = value
        .keys()
        .filter(|k| !PLACES.contains(&k.as_str()) && !MORE_PLACES.contains(&k.as_str()))
        .map(|k| leak(file, format!("clé « {k} » non prévue : elle peut porter un chiffre")))
        .chain(odd_places(&value).map(|message| leak(file, message)))
        .collect();
    let codes = value["codes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|c| c.as_str().map(str::to_owned))
        .collect();
    (codes, findings)
}

/// Names and addresses of a file of places.
pub(super) fn names(text: &str, names: &mut HashSet<String>) {
    let Ok(Value::Object(value)) = serde_json::from_str::<Value>(text) else {
        return;
    };
    for key in [
        "names",
        "addresses",
        "commune_names",
        "iris_names",
        "qpv_names",
        "landlords",
    ] {
        let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
        names.extend(
            list.filter_map(Value::as_str)
                .filter(|n| n.bytes().any(|b| b.is_ascii_digit()))
                .map(str::to_owned),
        );
    }
}

/// Keys of `atlas.json`, whatever holds them; a star is any key of a map whose values are words.
const MANIFEST: &[&str] = &[
    "title",
    "publisher",
    "source",
    "fictitious",
    "edition",
    "build",
    "small_base",
    "bounds",
    "landlords",
    "states.*",
    "scales.id",
    "scales.label",
    "scales.plural",
    "scales.segment",
    "scales.count",
    "scales.zoom",
    "scales.blocks.bounds",
    "scales.blocks.count",
    "themes.id",
    "themes.label",
    "first",
    "indicators.id",
    "indicators.theme",
    "indicators.label",
    "indicators.definition",
    "indicators.note",
    "indicators.unit",
    "indicators.kind",
    "indicators.base",
    "indicators.of",
    "indicators.decimals",
    "indicators.source",
    "indicators.categories.key",
    "indicators.categories.label",
    "indicators.categories.labels",
    "indicators.categories.breaks",
    "indicators.breaks",
    "indicators.labels",
    "indicators.ruptures.*",
    "indicators.scales.*",
    "indicators.books.*",
    "sources.*.producer",
    "sources.*.dataset",
    "sources.*.note",
    "equipment.id",
    "equipment.label",
    "equipment.source",
    "equipment.count",
    "equipment_vintage",
    "grids.id",
    "grids.label",
    "grids.definition",
    "grids.note",
    "grids.source",
    "grids.vintage",
    "grids.file",
    "grids.classes",
    "basemap.file",
    "basemap.attribution",
];

/// Keys of outlines, of equipment and of grids.
const OUTLINES: &[&str] = &[
    "type",
    "transform.scale",
    "transform.translate",
    "objects.*.type",
    "objects.*.geometries.type",
    "objects.*.geometries.arcs",
    "arcs",
];
const EQUIPMENT: &[&str] = &["family", "label", "source", "vintage", "unit", "names", "lon", "lat"];
const GRID: &[&str] = &["indicator", "unit", "classes", "squares"];

/// Keys that may not hold a number: a map of words, or of lists of words.
const WORDS: &[&str] = &[
    "states.*",
    "indicators.ruptures.*",
    "indicators.scales.*",
    "indicators.books.*",
];

/// A file of data without figures: its keys, each at its place, and as many values as names.
pub(super) fn layer(text: &str, file: &str, counts: &BTreeMap<String, usize>) -> Vec<Finding> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return vec![leak(file, "fichier illisible".to_owned())];
    };
    let name = file.trim_start_matches("donnees/");
    let mut found = Vec::new();
    if name == "atlas.json" {
        keys(&value, "", MANIFEST, &mut found);
        for scale in value["scales"].as_array().into_iter().flatten() {
            let known = scale["id"].as_str().and_then(|id| counts.get(id)).map(|n| *n as u64);
            if scale["count"].as_u64() != known.or(scale["count"].as_u64().filter(|n| *n <= 1)) {
                found.push("un nombre de lieux n’est pas celui de leurs fichiers".to_owned());
            }
        }
    } else if name == "contours/vue.json" {
        // The files that the first view needs, one after the other.
        for (part, inner) in value.as_object().into_iter().flatten() {
            match part.split('/').next() {
                Some("contours") => keys(inner, "", OUTLINES, &mut found),
                Some("lieux") => found.extend(places(&inner.to_string(), file).1.into_iter().map(|f| f.message)),
                _ => found.push(format!("clé « {part} » non prévue : elle peut porter un chiffre")),
            }
        }
    } else if name.starts_with("contours/") {
        keys(&value, "", OUTLINES, &mut found);
    } else if name.starts_with("equipements/") {
        keys(&value, "", EQUIPMENT, &mut found);
        let length = |key: &str| value[key].as_array().map_or(0, Vec::len);
        if length("lon") != length("names") || length("lat") != length("names") {
            found.push("autant de places que de noms attendus".to_owned());
        }
        let counted = |n: &Value| n.as_str().is_some_and(|n| counted(n).is_some());
        if value["names"].as_array().into_iter().flatten().any(counted) {
            found.push("un nom porte un nombre de quelque chose".to_owned());
        }
    } else {
        keys(&value, "", GRID, &mut found);
        let class = |c: &Value| c.as_u64().is_some_and(|c| (1..=9).contains(&c));
        if !value["classes"].as_array().is_some_and(|c| c.iter().all(class)) {
            found.push("un carreau n’a que sa classe".to_owned());
        }
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|message| leak(file, message)).collect()
}

/// Tells the keys of a value that are not known, and words that are numbers.
fn keys(value: &Value, path: &str, known: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for item in list {
                // A list of numbers has no keys, and may be long.
                if item.is_array() || item.is_object() {
                    keys(item, path, known, found);
                }
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                let at = |key: &str| {
                    if path.is_empty() {
                        key.to_owned()
                    } else {
                        format!("{path}.{key}")
                    }
                };
                let (exact, any) = (at(key), at("*"));
                let is = |path: &str| {
                    known
                        .iter()
                        .any(|k| *k == path || k.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
                };
                let next = if is(&exact) {
                    exact
                } else if is(&any) {
                    any
                } else {
                    found.push(format!("clé « {key} » non prévue : elle peut porter un chiffre"));
                    continue;
                };
                if WORDS.contains(&next.as_str()) && !words(inner) {
                    found.push(format!("« {key} » porte un nombre"));
                }
                keys(inner, &next, known, found);
            }
        }
        _ => {}
    }
}

/// Whether a value is a word or a list of words.
fn words(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(Value::is_string),
        other => other.is_string(),
    }
}

/// Figures of a file of values, against the codes of its places.
pub(super) fn values(text: &str, file: &str, codes: &BTreeMap<String, Vec<String>>, batch: &mut Batch) -> Vec<Finding> {
    let Ok(Value::Object(value)) = serde_json::from_str::<Value>(text) else {
        return vec![leak(file, "fichier illisible".to_owned())];
    };
    let known = [
        "scale",
        "indicator",
        "places",
        "vintages",
        "categories",
        "values",
        "bases",
    ];
    let mut findings: Vec<Finding> = value
        .keys()
        .filter(|k| !known.contains(&k.as_str()))
        .map(|k| leak(file, format!("clé « {k} » non prévue : elle peut porter un chiffre")))
        .collect();
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("");
    let list = |key: &str| -> Vec<&str> {
        value
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let empty = Vec::new();
    let codes = codes.get(text("places")).unwrap_or(&empty);
    let (vintages, categories) = (list("vintages"), list("categories"));
    let none = Value::Null;
    let mut name = String::new();
    for (v, vintage) in vintages.iter().enumerate() {
        for (c, category) in categories.iter().enumerate() {
            let column = value.get("values").map_or(&none, |x| &x[v][c]);
            let bases = value.get("bases").map_or(&none, |x| match &x[v][c] {
                Value::String(same) if same == "=" => &x[v][0],
                own => own,
            });
            if column.as_array().is_some_and(|a| a.len() != codes.len()) {
                findings.push(leak(file, "autant de chiffres que de lieux attendus".to_owned()));
                continue;
            }
            for (i, code) in codes.iter().enumerate() {
                name.clear();
                for part in [text("scale"), code, text("indicator"), category, vintage] {
                    if !part.is_empty() {
                        name.push_str(part);
                        name.push(':');
                    }
                }
                name.pop();
                let said = match &column[i] {
                    Value::Number(n) => n.as_f64().map(Said::Number),
                    Value::String(sign) => Some(Said::state(sign)),
                    Value::Null => None,
                    _ => {
                        findings.push(leak(file, format!("« {name} » : nombre ou état attendu")));
                        None
                    }
                };
                let Some(said) = said else { continue };
                if let Some(base) = bases[i].as_f64() {
                    if said.is_secret() {
                        findings.push(leak(file, format!("« {name} » est secret et porte un effectif")));
                    } else {
                        batch.push_base(&name, base);
                    }
                }
                batch.push(&name, said);
            }
        }
    }
    findings
}
