//! GeoJSON features as rows: properties are columns, nested objects give `object.key`, points give `lon` and `lat`.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::Row;
use crate::diag::{Diagnostic, Result, foreign};
use crate::fs;

pub(super) fn read(path: &Path) -> Result<(Vec<String>, Vec<Row>)> {
    let unreadable = |why: &str| Diagnostic::error(format!("GeoJSON illisible : {why}")).at(path);
    let text = fs::read_text(path)?;
    let json: Value = serde_json::from_str(&text.text).map_err(|e| foreign::json(&e).at(path))?;
    drop(text);
    let Some(features) = json.get("features").and_then(Value::as_array) else {
        return Err(unreadable("une « FeatureCollection » est attendue").into());
    };
    let mut header: Vec<String> = Vec::new();
    let mut ranks: HashMap<String, usize> = HashMap::new();
    let mut rows = Vec::with_capacity(features.len());
    let mut cells: Vec<String> = Vec::new();
    for (i, feature) in features.iter().enumerate() {
        cells.clear();
        cells.resize(header.len(), String::new());
        let mut put = |name: String, value: String| {
            let rank = *ranks.entry(name).or_insert_with_key(|name| {
                header.push(name.clone());
                header.len() - 1
            });
            if cells.len() <= rank {
                cells.resize(rank + 1, String::new());
            }
            cells[rank] = value;
        };
        if let Some(properties) = feature.get("properties").and_then(Value::as_object) {
            for (name, value) in properties {
                flatten(name, value, &mut put);
            }
        }
        if let Some(geometry) = feature
            .get("geometry")
            .filter(|g| g.get("type").is_some_and(|t| t == "Point"))
        {
            let coordinates = geometry.get("coordinates");
            for (k, name) in ["lon", "lat"].into_iter().enumerate() {
                if let Some(number) = coordinates.and_then(|c| c.get(k)).filter(|n| n.is_number()) {
                    put(name.to_owned(), number.to_string());
                }
            }
        }
        rows.push(Row {
            number: u32::try_from(i + 1).unwrap_or(u32::MAX),
            cells: cells.iter().map(String::as_str).collect(),
        });
    }
    Ok((header, rows))
}

fn flatten(name: &str, value: &Value, put: &mut impl FnMut(String, String)) {
    match value {
        Value::Null => {}
        Value::String(text) => put(name.to_owned(), text.trim().to_owned()),
        Value::Bool(truth) => put(name.to_owned(), if *truth { "1" } else { "0" }.to_owned()),
        Value::Number(number) => put(name.to_owned(), number.to_string()),
        Value::Object(inside) => {
            for (key, value) in inside {
                flatten(&format!("{name}.{key}"), value, put);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                flatten(&format!("{name}.{}", i + 1), value, put);
            }
        }
    }
}
