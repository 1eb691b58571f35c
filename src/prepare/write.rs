//! What is written into the site: territories and protected values, never a record.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use geo::MultiPolygon;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::figures::{All, Figures, Key, Said};
use super::ground::{Ground, Zone};
use super::points::Points;
use super::squares::Squares;
use crate::diag::{self, Result, foreign};
use crate::format;
use crate::fs;
use crate::model::{Dictionary, Indicator, Kind, Scale, State, Territories};

/// Writes the polygons of a scale.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn zones(path: &Path, zones: &[Zone]) -> Result<()> {
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (i, zone) in zones.iter().enumerate() {
        let mut properties = Map::new();
        properties.insert("code".to_owned(), json!(zone.code));
        properties.insert("name".to_owned(), json!(zone.name));
        if let Some(commune) = &zone.commune {
            properties.insert("commune".to_owned(), json!(commune));
        }
        if let Some(year) = zone.geography {
            properties.insert("geography".to_owned(), json!(year));
        }
        let feature = json!({"type": "Feature", "properties": properties, "geometry": geometry(&zone.shape)});
        text.push_str(&feature.to_string());
        text.push_str(if i + 1 < zones.len() { ",\n" } else { "\n" });
    }
    text.push_str("]}\n");
    fs::write(path, text.as_bytes())
}

/// Coordinates with six decimals: a tenth of a metre.
pub(super) fn geometry(shape: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &geo::LineString<f64>| {
        Value::Array(
            ring.0
                .iter()
                .map(|c| json!([format::round(c.x, 6), format::round(c.y, 6)]))
                .collect(),
        )
    };
    let polygon = |polygon: &geo::Polygon<f64>| {
        Value::Array(
            std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(ring)
                .collect(),
        )
    };
    match shape.0.as_slice() {
        [one] => json!({"type": "Polygon", "coordinates": polygon(one)}),
        many => json!({"type": "MultiPolygon", "coordinates": many.iter().map(polygon).collect::<Vec<_>>()}),
    }
}

fn table(path: &Path, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
    let failed = |e: csv::Error| foreign::csv(&e).at(path);
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(&row).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| foreign::csv(&e.into_error().into()).at(path))?;
    fs::write(path, &bytes)
}

/// Writes the residences with the places found for them.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn residences(path: &Path, ground: &Ground) -> Result<()> {
    let header = [
        "id", "name", "address", "landlord", "lon", "lat", "commune", "iris", "qpv",
    ];
    let rows = ground.buildings.iter().map(|b| {
        let place =
            |f: fn(&geo::Coord<f64>) -> f64| b.point.as_ref().map_or_else(String::new, |p| format::machine(f(p), 6));
        vec![
            b.id.clone(),
            b.name.clone(),
            b.address.clone(),
            b.landlord.clone(),
            place(|p| p.x),
            place(|p| p.y),
            b.commune.clone(),
            b.iris.clone(),
            b.qpv.clone(),
        ]
    });
    table(path, &header, rows)
}

/// Writes one file of equipment per vintage.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn equipment(folder: &Path, points: &Points) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (vintage, rows) in points {
        let path = folder.join(format!("{vintage}.csv"));
        let rows = rows
            .iter()
            .map(|(family, name, lon, lat)| vec![family.clone(), name.clone(), lon.clone(), lat.clone()]);
        table(&path, &["family", "name", "lon", "lat"], rows)?;
        written.push(path);
    }
    Ok(written)
}

/// Writes squares with their class and nothing else.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn grids(folder: &Path, squares: &Squares) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for ((indicator, vintage), squares) in squares {
        let features: Vec<String> = squares
            .values()
            .map(|(shape, class)| {
                json!({"type": "Feature", "properties": {"class": class}, "geometry": geometry(shape)}).to_string()
            })
            .collect();
        let text = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n",
            features.join(",\n")
        );
        let path = folder.join(indicator).join(format!("{vintage}.geojson"));
        fs::write(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}

/// Writes one file of values per source and vintage; gives the files written.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn values(
    folder: &Path,
    all: &All,
    dictionary: &Dictionary,
    territories: &Territories,
) -> Result<Vec<PathBuf>> {
    let written = all.0.par_iter().map(|((source, vintage), figures)| {
        let path = folder.join(source).join(format!("{vintage}.csv"));
        write_figures(&path, figures, dictionary, territories)?;
        Ok(path)
    });
    diag::collect(written.collect::<Vec<_>>())
}

/// Tells the cells that the file of an earlier run published and that are hidden now: their readers still know them.
///
/// # Errors
/// An earlier file that cannot be read.
pub(super) fn taken_back(
    folder: &Path,
    all: &All,
    dictionary: &Dictionary,
    territories: &Territories,
) -> Result<Vec<String>> {
    let remarks = all.0.par_iter().map(|((source, vintage), figures)| {
        let path = folder.join(source).join(format!("{vintage}.csv"));
        if !path.exists() {
            return Ok(None);
        }
        let before = fs::read_text(&path)?.text;
        // scale;code;indicator;category;value;state;base, as this room writes it.
        let published: foldhash::HashSet<&str> = before
            .lines()
            .filter_map(|line| {
                let cut = line.match_indices(';').nth(3)?.0;
                (!line[cut + 1..].starts_with(';')).then_some(&line[..cut])
            })
            .collect();
        let secret = figures
            .iter()
            .filter(|(_, said)| matches!(said, Said::State(State::Secret)));
        let secret: Vec<&Key> = secret.map(|(key, _)| key).collect();
        let count = secret
            .par_iter()
            .filter(|key| {
                let territory = territories.get(key.tid);
                let indicator = dictionary.get(key.indicator);
                let category = category(indicator, key);
                let name = format!("{};{};{};{category}", territory.scale, territory.code, indicator.id);
                published.contains(name.as_str())
            })
            .count();
        Ok((count > 0).then(|| format!(
            "{source} {vintage} : {count} cellules publiées par une préparation précédente sont maintenant masquées ; si elles ont été diffusées, leurs lecteurs les connaissent encore"
        )))
    });
    let remarks = diag::collect(remarks.collect::<Vec<_>>())?;
    Ok(remarks.into_iter().flatten().collect())
}

fn write_figures(path: &Path, figures: &Figures, dictionary: &Dictionary, territories: &Territories) -> Result<()> {
    // Codes, identifiers and categories are checked: none needs quotes.
    let row = |(key, said): &(&Key, &Said), out: &mut String| {
        let territory = territories.get(key.tid);
        let indicator = dictionary.get(key.indicator);
        let category = category(indicator, key);
        let _ = write!(
            out,
            "{};{};{};{category};",
            territory.scale, territory.code, indicator.id
        );
        let _ = match said {
            Said::State(state) => writeln!(out, ";{};", state.sign()),
            Said::Word { word, base } => {
                let word = &indicator.categories[usize::from(*word)].key;
                writeln!(out, "{word};;{}", whole(*base))
            }
            Said::Number { value, base } => {
                let decimals = if indicator.kind == Kind::Count {
                    indicator.decimals
                } else {
                    indicator.decimals.max(1)
                };
                writeln!(out, "{};;{}", format::machine(*value, decimals), whole(*base))
            }
        };
    };
    let rows: Vec<(&Key, &Said)> = figures.iter().collect();
    let head = "scale;code;indicator;category;value;state;base\n".to_owned();
    fs::write_parts(path, std::iter::once(head).chain(texts(rows, row)))
}

/// Key of the category of a cell; empty when it has none.
pub(super) fn category<'a>(indicator: &'a Indicator, key: &Key) -> &'a str {
    key.category
        .map_or("", |c| indicator.categories[usize::from(c)].key.as_str())
}

/// Rows as texts, many to each, written by all threads and taken a few at a time: a country has millions.
pub(super) fn texts<T: Sync>(rows: Vec<T>, write: impl Fn(&T, &mut String) + Sync) -> impl Iterator<Item = String> {
    const ROWS: usize = 10_000;
    let text = move |rows: &[T]| {
        let mut out = String::new();
        rows.iter().for_each(|row| write(row, &mut out));
        out
    };
    let mut at = 0;
    let batch = move || {
        let rows = &rows[at..rows.len().min(at + 16 * ROWS)];
        at += rows.len();
        (!rows.is_empty()).then(|| rows.par_chunks(ROWS).map(&text).collect::<Vec<String>>())
    };
    std::iter::from_fn(batch).flatten()
}

fn whole(base: Option<f64>) -> String {
    base.map_or_else(String::new, |b| format::machine(b.floor(), 0))
}

/// Name of the file of a scale.
pub(super) fn name(scale: Scale) -> &'static str {
    match scale {
        Scale::Commune => "communes.geojson",
        Scale::Iris => "iris.geojson",
        Scale::Qpv => "qpv.geojson",
        Scale::Metropole | Scale::Residence => "metropole.geojson",
    }
}
