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

/// Codes of a file of places; unknown keys are told.
pub(super) fn places(text: &str, file: &str) -> (Vec<String>, Vec<Finding>) {
    let Ok(Value::Object(value)) = serde_json::from_str::<Value>(text) else {
        return (Vec::new(), vec![leak(file, "fichier illisible".to_owned())]);
    };
    let findings = value
        .keys()
        .filter(|k| !PLACES.contains(&k.as_str()) && !MORE_PLACES.contains(&k.as_str()))
        .map(|k| leak(file, format!("clé « {k} » non prévue : elle peut porter un chiffre")))
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
