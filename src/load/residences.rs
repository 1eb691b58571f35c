//! `data/territories/residences.csv` or `.geojson` → one table, whatever the form of the file.

use std::path::{Path, PathBuf};

use super::table::Table;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

/// Columns of residences, in the order of the file.
pub const COLUMNS: [&str; 9] = [
    "id", "name", "address", "landlord", "lon", "lat", "commune", "iris", "qpv",
];
const ALIASES: [(&str, &str); 6] = [
    ("code", "id"),
    ("nom", "name"),
    ("adresse", "address"),
    ("bailleur", "landlord"),
    ("longitude", "lon"),
    ("latitude", "lat"),
];

/// Finds the file of residences of a folder: CSV or GeoJSON points; none when there is neither.
///
/// # Errors
/// Both at once: which one tells the truth is unknown.
pub fn file(folder: &Path) -> Result<Option<PathBuf>> {
    let [table, points] = ["residences.csv", "residences.geojson"].map(|name| folder.join(name));
    match (table.exists(), points.exists()) {
        (true, true) => Err(Diagnostic::error(
            "les résidences sont décrites deux fois : « residences.csv » et « residences.geojson »",
        )
        .at(points)
        .hint("n’en garder qu’un")
        .into()),
        (true, false) => Ok(Some(table)),
        (false, true) => Ok(Some(points)),
        (false, false) => Ok(None),
    }
}

/// Reads residences as a table of [`COLUMNS`]; without a point, `lon` and `lat` are empty.
///
/// # Errors
/// Unknown or missing columns or properties, a geometry that is not a point.
pub fn read(path: &Path) -> Result<Table> {
    let mut found = Diagnostics::new();
    match salvage(path, &mut found) {
        Some(table) if found.is_empty() => Ok(table),
        _ => Err(found.sorted()),
    }
}

/// Reads what can be read of residences, as [`read`] does; the faults go to `found`.
pub(super) fn salvage(path: &Path, found: &mut Diagnostics) -> Option<Table> {
    if path.extension().is_some_and(|e| e == "geojson") {
        return points(path, found);
    }
    Table::salvage(path, &COLUMNS, &["id", "name"], &ALIASES, found)
}

fn points(path: &Path, found: &mut Diagnostics) -> Option<Table> {
    let text = found.absorb(fs::read_text(path))?.text;
    let collection = found.absorb(super::outlines::collection(&text, path))?;
    let mut torn = false;
    let mut rows = Vec::new();
    let mut unknown = std::collections::BTreeSet::new();
    let codes = collection
        .features
        .iter()
        .filter_map(|f| super::outlines::property(f, "id").or_else(|| super::outlines::property(f, "code")))
        .collect();
    let places = super::outlines::places(&text, &codes);
    for (i, feature) in collection.features.into_iter().enumerate() {
        let mut fields: [String; COLUMNS.len()] = Default::default();
        for (key, value) in feature.properties.iter().flatten() {
            let name = crate::format::fold(key);
            let name = ALIASES.iter().find(|(a, _)| *a == name).map_or(name.as_str(), |a| a.1);
            let Some(rank) = COLUMNS.iter().position(|c| *c == name) else {
                unknown.insert(key.clone());
                continue;
            };
            fields[rank] = match value {
                serde_json::Value::String(s) => s.trim().to_owned(),
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
        }
        let line = places.get(fields[0].as_str()).map_or(1, |p| p.0);
        match feature.geometry.map(geo::Geometry::<f64>::try_from) {
            None => {}
            Some(Ok(geo::Geometry::Point(point))) => {
                fields[4] = point.x().to_string();
                fields[5] = point.y().to_string();
            }
            Some(_) => {
                found.push(
                    Diagnostic::error(format!("entité n° {} : un point est attendu", i + 1))
                        .at(path)
                        .line(line)
                        .hint("exporter les résidences en points, en longitude et latitude (WGS84)"),
                );
                torn = true;
                continue;
            }
        }
        rows.push((line, fields.to_vec()));
    }
    let lines = super::outlines::places(&text, &unknown.iter().cloned().collect());
    for key in unknown {
        found.push(
            Diagnostic::error(format!("propriété « {key} » non décrite"))
                .at(path)
                .line(lines.get(key.as_str()).map_or(1, |p| p.0))
                .hint(format!("la retirer ; propriétés attendues : {}", COLUMNS.join(", "))),
        );
    }
    let mut table = Table::of(path, &COLUMNS, rows);
    table.torn = torn;
    Some(table)
}
