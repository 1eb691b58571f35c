//! `data/grid/<indicator>/<vintage>.geojson`: squares in classes, nothing else.

use std::path::Path;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::model::{Dictionary, Grid, Square};

/// A file with more faults than this is wrong as a whole.
const MOST_FAULTS: usize = 40;

/// Reads the thematic grids.
///
/// # Errors
/// An indicator that is not thematic-only; a square with another property than `class`: a figure of a square is never
/// published, so it is not accepted either.
///
/// The grids of `faulty` indicators are not looked at: their rows of the dictionary are told already.
pub(super) fn grids(folder: &Path, dictionary: &Dictionary, faulty: &[String]) -> Result<Vec<Grid>> {
    let mut found = Diagnostics::new();
    let mut all = Vec::new();
    for path in if folder.exists() { fs::walk(folder)? } else { Vec::new() } {
        let id = path.strip_prefix(folder).ok().and_then(|p| p.parent()?.to_str());
        if !id.is_some_and(|id| faulty.iter().any(|f| f == id)) {
            all.extend(found.absorb(grid(folder, &path, dictionary)));
        }
    }
    if found.is_empty() { Ok(all) } else { Err(found.sorted()) }
}

fn grid(folder: &Path, path: &Path, dictionary: &Dictionary) -> Result<Grid> {
    let wrong = |message: String, hint: &str| Diagnostic::error(message).at(path).line(1).hint(hint);
    let id = path
        .strip_prefix(folder)
        .ok()
        .and_then(|p| p.parent())
        .and_then(|p| p.to_str())
        .unwrap_or("");
    let indicator = dictionary
        .find(id)
        .filter(|i| dictionary.get(*i).thematic_only)
        .ok_or_else(|| {
            wrong(
                format!("carroyage « {id} » : indicateur thématique absent du dictionnaire (article 3)"),
                "le décrire dans data/dictionary.csv avec thematic_only = oui",
            )
        })?;
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("");
    let vintage = stem
        .parse()
        .map_err(|()| wrong(format!("millésime « {stem} »"), "nommer ce fichier comme 2021.geojson"))?;
    let text = fs::read_text(path)?.text;
    let Ok(geojson::GeoJson::FeatureCollection(collection)) = text.parse::<geojson::GeoJson>() else {
        return Err(wrong(
            "« FeatureCollection » attendue".to_owned(),
            "exporter la couche en GeoJSON",
        )
        .into());
    };
    let mut found = Diagnostics::new();
    let mut squares = Vec::with_capacity(collection.features.len());
    for (i, feature) in collection.features.into_iter().enumerate() {
        if found.len() >= MOST_FAULTS {
            break;
        }
        let class = feature
            .property("class")
            .and_then(serde_json::Value::as_u64)
            .and_then(|c| u8::try_from(c).ok());
        let extra = feature
            .properties
            .as_ref()
            .and_then(|p| p.keys().find(|k| *k != "class").cloned());
        if let Some(extra) = extra {
            found.push(wrong(
                format!(
                    "carreau n° {} : propriété « {extra} » ; seule « class » est admise (article 3)",
                    i + 1
                ),
                "« atlas prepare » écrit les classes seules",
            ));
            continue;
        }
        let shape = feature.geometry.and_then(|g| geo::Geometry::<f64>::try_from(g).ok());
        match (class.filter(|c| (1..=5).contains(c)), shape) {
            (Some(class), Some(geo::Geometry::Polygon(shape))) => squares.push(Square { shape, class }),
            (None, _) => {
                found.push(wrong(
                    format!("carreau n° {} : classe de 1 à 5 attendue", i + 1),
                    "corriger « class »",
                ));
            }
            _ => {
                found.push(wrong(
                    format!("carreau n° {} : « Polygon » attendu", i + 1),
                    "corriger la géométrie",
                ));
            }
        }
    }
    if found.is_empty() {
        Ok(Grid {
            indicator,
            vintage,
            squares,
        })
    } else {
        Err(found)
    }
}
