//! Real boundaries, read in place when they are there.

use std::path::PathBuf;
use std::time::Instant;

use geo::{Coord, MultiPolygon};

use super::locate::{Locator, Place};
use super::topology::{GENERALISED, Levels, Topology};

/// Gives the folder of real inputs, looked for above the project's root.
pub(crate) fn folder() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    ["../shared/real", "../../shared/real"]
        .iter()
        .map(|p| root.join(p))
        .find(|p| p.is_dir())
}

/// Reads zones as (properties, polygons).
pub(crate) fn zones(path: &str) -> Option<Vec<(serde_json::Map<String, serde_json::Value>, MultiPolygon)>> {
    let bytes = crate::fs::read(&folder()?.join(path)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let geojson: geojson::GeoJson = text.parse().ok()?;
    let collection = geojson::FeatureCollection::try_from(geojson).ok()?;
    collection
        .features
        .into_iter()
        .map(|feature| {
            let geometry = geo::Geometry::<f64>::try_from(feature.geometry?).ok()?;
            let polygons = match geometry {
                geo::Geometry::Polygon(p) => MultiPolygon(vec![p]),
                geo::Geometry::MultiPolygon(p) => p,
                _ => return None,
            };
            Some((feature.properties.unwrap_or_default(), polygons))
        })
        .collect()
}

fn shapes(path: &str) -> Option<Vec<MultiPolygon>> {
    Some(zones(path)?.into_iter().map(|(_, z)| z).collect())
}

const SKIPPED: &str = "ignoré : le dossier des données réelles est absent";

/// The points of the buildings, with the commune they say they are in.
fn buildings() -> Option<Vec<(Coord, String)>> {
    let bytes = crate::fs::read(&folder()?.join("val-doise/rpls_points.geojson")).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    json["features"]
        .as_array()?
        .iter()
        .map(|f| {
            let c = &f["geometry"]["coordinates"];
            let point = Coord {
                x: c[0].as_f64()?,
                y: c[1].as_f64()?,
            };
            Some((point, f["properties"]["c"].as_str()?.to_owned()))
        })
        .collect()
}

#[test]
fn buildings_of_a_departement_fall_where_they_are_known_to() {
    let (Some(communes), Some(iris), Some(points)) = (
        zones("val-doise/communes95.geojson"),
        shapes("val-doise/iris_95_2020_z9.geojson"),
        buildings(),
    ) else {
        eprintln_skipped();
        return;
    };
    let (properties, shapes): (Vec<_>, Vec<_>) = communes.into_iter().unzip();
    let start = Instant::now();
    let (communes, iris) = (Locator::new(&shapes), Locator::new(&iris));
    let (mut own, mut other, mut none) = (0, 0, 0);
    let mut iris_counts = [0; 3];
    for (point, code) in &points {
        match communes.place(*point) {
            Place::In(i) if properties[i].values().any(|v| v.as_str() == Some(code)) => own += 1,
            Place::Outside(near) => {
                assert!(near.is_some_and(|(_, metres)| metres > 0.0));
                none += 1;
            }
            _ => other += 1,
        }
        iris_counts[iris.holding(*point).len().min(2)] += 1;
    }
    let elapsed = start.elapsed();
    assert_eq!((own, other, none), (13_646, 120, 10));
    assert_eq!(iris_counts, [48, 13_697, 31]);
    assert!(elapsed.as_secs() < 5, "{elapsed:?}");
}

#[test]
fn generalised_iris_of_a_metropolis_are_brought_together() {
    let Some(iris) = shapes("mel/iris_mel_2020_z9.geojson") else {
        eprintln_skipped();
        return;
    };
    let apart = Topology::new(&iris, 0.0);
    let start = Instant::now();
    let joined = Topology::new(&iris, GENERALISED);
    let made = start.elapsed();
    let levels = Levels::new(&joined, 2.0, 16);
    let all = start.elapsed();
    assert!(
        joined.shared() > apart.shared() + 0.1,
        "{} {}",
        apart.shared(),
        joined.shared()
    );
    assert!(
        joined.neighbours().iter().all(|n| !n.is_empty()),
        "every IRIS touches another"
    );
    let outline = levels.at(30.0).outline(0..iris.len());
    let points: Vec<usize> = [2.0, 8.0, 32.0, 128.0]
        .map(|m| {
            levels
                .at(m)
                .zones()
                .iter()
                .flat_map(|z| &z.0)
                .map(|p| p.exterior().0.len())
                .sum()
        })
        .to_vec();
    assert!(
        levels.at(256.0).zones().iter().all(|z| !z.0.is_empty()),
        "no IRIS vanishes"
    );
    assert!(made.as_secs() < 2, "{made:?} {all:?}");
    if std::env::var_os("ATLAS_MEASURE").is_some() {
        measured(&format!(
            "MEL : {} IRIS, partagé {:.3} → {:.3}, topologie {made:?}, niveaux {all:?}, contour {} lignes, points {points:?}",
            iris.len(),
            apart.shared(),
            joined.shared(),
            outline.len()
        ));
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn eprintln_skipped() {
    eprintln!("{SKIPPED}");
}

#[expect(clippy::print_stderr, reason = "figures asked for by the one who runs the test")]
pub(crate) fn measured(text: &str) {
    eprintln!("{text}");
}
