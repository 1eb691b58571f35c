//! `communes.geojson`, `iris.geojson`, `qpv.geojson` → outlines with a code and a name.

use std::collections::HashMap;
use std::path::Path;

use geo::{BoundingRect as _, InteriorPoint as _, MultiPolygon};

use super::territories::{Doubt, Given};
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::fs;
use crate::model::{Code, Lineage, Scale, Territory};

/// Reads a collection of features.
///
/// # Errors
/// A text that is not one, with its line and column where the parser knows them.
pub(super) fn collection(text: &str, path: &Path) -> Result<geojson::FeatureCollection> {
    match text.parse::<geojson::GeoJson>() {
        Ok(geojson::GeoJson::FeatureCollection(collection)) => Ok(collection),
        Ok(_) => Err(Diagnostic::error("« FeatureCollection » attendue")
            .at(path)
            .line(1)
            .hint("exporter la couche en GeoJSON")
            .into()),
        Err(error) => Err(foreign::geojson(&error).at(path).into()),
    }
}

/// Line and column of each code asked for, where it is first written as a JSON string; one pass over the text.
pub(super) fn places<'a>(text: &'a str, codes: &std::collections::HashSet<String>) -> HashMap<&'a str, (usize, usize)> {
    let mut places = HashMap::new();
    let (mut line, mut column) = (1, 1);
    let mut last = None;
    for (offset, c) in text.char_indices() {
        match c {
            '"' => {
                // Any two quotes that follow each other: escapes do not matter, no code holds one.
                if let Some((start, place)) = last.replace((offset + 1, (line, column)))
                    && codes.contains(&text[start..offset])
                {
                    places.entry(&text[start..offset]).or_insert(place);
                }
                column += 1;
            }
            '\n' => {
                line += 1;
                column = 1;
            }
            _ => column += 1,
        }
    }
    places
}

/// Reads outlines with a `code` and a `name`; a feature has no line of its own in the model, so its code is looked up.
///
/// The faults go to `found`, and what they leave unknown to `doubt`.
pub(super) fn read(
    path: &Path,
    scale: Scale,
    doubt: &mut Doubt,
    found: &mut Diagnostics,
) -> Vec<(Territory, Option<Given>)> {
    let text = found.absorb(fs::read_text(path)).map(|t| t.text);
    let collection = text.as_ref().and_then(|t| found.absorb(collection(t, path)));
    let (Some(text), Some(collection)) = (text, collection) else {
        doubt.scale(scale);
        return Vec::new();
    };
    let year = |value: Option<&serde_json::Value>| {
        value
            .and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()))
            .and_then(|y| u16::try_from(y).ok())
    };
    let geography = year(collection.foreign_members.as_ref().and_then(|m| m.get("geography")));
    let codes = collection.features.iter().filter_map(|f| property(f, "code")).collect();
    let places = places(&text, &codes);
    let mut all = Vec::new();
    for (i, feature) in collection.features.into_iter().enumerate() {
        let text_of = |key: &str| property(&feature, key);
        let raw = text_of("code").unwrap_or_default();
        let at = |d: Diagnostic| match places.get(raw.as_str()) {
            Some(&(line, column)) => d.at(path).line(line).column(column),
            None => d.at(path).line(1),
        };
        if raw.is_empty() {
            found.push(at(Diagnostic::error(format!(
                "entité n° {} sans propriété « code »",
                i + 1
            ))
            .hint("propriétés attendues : code, name")));
            doubt.scale(scale);
            continue;
        }
        // Taken back below, once the feature is whole.
        doubt.code(scale, &raw);
        let code = match Code::parse(scale, &raw) {
            Ok(code) => code,
            Err((message, hint)) => {
                doubt.scale(scale); // whose code it should be is unknown
                found.push(at(Diagnostic::error(message)
                    .hint(hint.unwrap_or_else(|| "corriger la propriété « code »".to_owned()))));
                continue;
            }
        };
        let Some(name) = text_of("name").or_else(|| text_of("nom")).filter(|n| !n.is_empty()) else {
            found.push(at(Diagnostic::error(format!("{} « {raw} » sans nom", scale.label()))
                .hint("ajouter la propriété « name »")));
            continue;
        };
        let line = places.get(raw.as_str()).map_or(1, |p| p.0);
        let given = Given {
            path: path.to_path_buf(),
            line,
            commune: text_of("commune").unwrap_or_default(),
            iris: String::new(),
            qpv: String::new(),
        };
        let own = year(feature.property("geography"));
        let Some(shape) = feature.geometry.and_then(polygons) else {
            found.push(
                at(Diagnostic::error(format!("{} « {raw} » sans contour", scale.label())))
                    .hint("« Polygon » ou « MultiPolygon » attendu, en longitude et latitude"),
            );
            continue;
        };
        let inside = shape
            .bounding_rect()
            .is_some_and(|r| r.min().x >= -180.0 && r.max().x <= 180.0 && r.min().y >= -90.0 && r.max().y <= 90.0);
        if !inside {
            found.push(at(Diagnostic::error(format!("contour de « {raw} » hors du globe"))
                .hint("convertir la couche en WGS84 (EPSG:4326)")));
            continue;
        }
        doubt.lift(scale, &raw);
        all.push((
            Territory {
                scale,
                code,
                name,
                lineage: Lineage::default(),
                geography: own.or(geography),
                point: shape.interior_point(),
                shape: Some(shape),
                address: None,
                landlord: None,
            },
            Some(given),
        ));
    }
    all
}

/// A property as a text.
pub(super) fn property(feature: &geojson::Feature, key: &str) -> Option<String> {
    match feature.property(key) {
        Some(serde_json::Value::String(s)) => Some(s.trim().to_owned()),
        Some(serde_json::Value::Number(n)) => Some(n.to_string()),
        _ => None,
    }
}

fn polygons(geometry: geojson::Geometry) -> Option<MultiPolygon<f64>> {
    match geo::Geometry::<f64>::try_from(geometry).ok()? {
        geo::Geometry::Polygon(p) if !p.exterior().0.is_empty() => Some(MultiPolygon(vec![p])),
        geo::Geometry::MultiPolygon(m) if !m.0.is_empty() => Some(m),
        _ => None,
    }
}
