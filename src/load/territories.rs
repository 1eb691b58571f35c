//! `data/territories/`: outlines and residences → territories that know where they belong.

use std::path::{Path, PathBuf};

use geo::{BoundingRect as _, Coord, InteriorPoint as _, MultiPolygon};
use rayon::prelude::*;

use super::table::{Fields, Table, number};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::geometry::locate::{Locator, Place};
use crate::model::{Code, Lineage, Scale, Territories, Territory, Tid};

const RESIDENCES: [&str; 9] = [
    "id", "name", "address", "landlord", "lon", "lat", "commune", "iris", "qpv",
];
const ALIASES: [(&str, &str); 5] = [
    ("nom", "name"),
    ("adresse", "address"),
    ("bailleur", "landlord"),
    ("longitude", "lon"),
    ("latitude", "lat"),
];

/// Codes given in a file for a territory, before they are resolved.
struct Given {
    path: PathBuf,
    line: usize,
    commune: String,
    iris: String,
    qpv: String,
}

/// Reads all territories of a site and locates the residences.
///
/// A residence without given codes is located by point in polygon. What falls outside, or in two zones, is a warning
/// that counts and names them: nothing is dropped.
///
/// # Errors
/// Every wrong code, missing outline, double or orphan territory.
pub(super) fn territories(folder: &Path, config: &Config) -> Result<(Territories, Diagnostics)> {
    let mut found = Diagnostics::new();
    let mut all: Vec<(Territory, Option<Given>)> = Vec::new();
    match Code::parse(Scale::Metropole, &config.metropole.code) {
        Ok(code) => all.push((metropole(code, config), None)),
        Err((message, _)) => found.push(Diagnostic::error(message)),
    }
    for (scale, name) in [(Scale::Commune, "communes"), (Scale::Iris, "iris"), (Scale::Qpv, "qpv")] {
        let path = folder.join(format!("{name}.geojson"));
        if path.exists() {
            all.extend(found.absorb(outlines(&path, scale)).unwrap_or_default());
        } else if scale == Scale::Commune {
            found.push(
                Diagnostic::error("contours des communes absents")
                    .at(&path)
                    .hint("déposer ce fichier, ou lancer « atlas prepare »"),
            );
        }
    }
    let path = folder.join("residences.csv");
    if path.exists() {
        all.extend(found.absorb(residences(&path, config)).unwrap_or_default());
    }
    if found.has_error() {
        return Err(found.sorted());
    }
    all.sort_by(|a, b| (a.0.scale, &a.0.code).cmp(&(b.0.scale, &b.0.code)));
    for pair in all.windows(2) {
        if pair[0].0.scale == pair[1].0.scale && pair[0].0.code == pair[1].0.code {
            let (_, second) = (&pair[0], &pair[1]);
            let d = Diagnostic::error(format!(
                "{} « {} » présent deux fois",
                second.0.scale.label(),
                second.0.code
            ));
            let d = match &second.1 {
                Some(given) => d.at(&given.path).line(given.line),
                None => d,
            };
            found.push(d.hint("n’en garder qu’un"));
        }
    }
    if found.has_error() {
        return Err(found.sorted());
    }
    let (list, given): (Vec<Territory>, Vec<Option<Given>>) = all.into_iter().unzip();
    let mut territories = Territories::new(list);
    let lineages = place_all(&territories, &given, &mut found);
    for (i, lineage) in lineages.into_iter().enumerate() {
        territories.set_lineage(Tid(u32::try_from(i).unwrap_or(u32::MAX)), lineage);
    }
    let crosswalk = crosswalk(&territories);
    territories.link(crosswalk);
    let main: Vec<(Tid, Tid)> = territories
        .of(Scale::Qpv)
        .filter_map(|qpv| {
            let residences = territories.inside(qpv, Scale::Residence);
            let communes = territories.communes_of_qpv(qpv);
            let weight = |c: &Tid| {
                residences
                    .iter()
                    .filter(|r| territories.get(**r).lineage.commune == Some(*c))
                    .count()
            };
            communes
                .into_iter()
                .max_by_key(|c| (weight(c), std::cmp::Reverse(*c)))
                .map(|c| (qpv, c))
        })
        .collect();
    for (qpv, commune) in main {
        territories.set_lineage(
            qpv,
            Lineage {
                commune: Some(commune),
                ..Lineage::default()
            },
        );
    }
    found.split(territories)
}

fn metropole(code: Code, config: &Config) -> Territory {
    Territory {
        scale: Scale::Metropole,
        code,
        name: config.metropole.name.clone(),
        lineage: Lineage::default(),
        geography: None,
        shape: None,
        point: None,
        address: None,
        landlord: None,
    }
}

/// Reads outlines with a `code` and a `name`; a feature has no line of its own in the model, so its code is looked up.
fn outlines(path: &Path, scale: Scale) -> Result<Vec<(Territory, Option<Given>)>> {
    let text = fs::read_text(path)?.text;
    let collection = match text.parse::<geojson::GeoJson>() {
        Ok(geojson::GeoJson::FeatureCollection(collection)) => collection,
        Ok(_) => {
            return Err(Diagnostic::error("« FeatureCollection » attendue")
                .at(path)
                .line(1)
                .hint("exporter la couche en GeoJSON")
                .into());
        }
        Err(error) => {
            let d = Diagnostic::error("GeoJSON illisible").at(path);
            let d = match &error {
                geojson::Error::MalformedGeoJson(e) => d.line(e.line()).column(e.column()),
                _ => d.line(1),
            };
            return Err(d.hint("exporter de nouveau la couche en GeoJSON (WGS84)").into());
        }
    };
    let year = |value: Option<&serde_json::Value>| {
        value
            .and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()))
            .and_then(|y| u16::try_from(y).ok())
    };
    let geography = year(collection.foreign_members.as_ref().and_then(|m| m.get("geography")));
    let mut found = Diagnostics::new();
    let mut all = Vec::new();
    for (i, feature) in collection.features.into_iter().enumerate() {
        let text_of = |key: &str| match feature.property(key) {
            Some(serde_json::Value::String(s)) => Some(s.trim().to_owned()),
            Some(serde_json::Value::Number(n)) => Some(n.to_string()),
            _ => None,
        };
        let raw = text_of("code").unwrap_or_default();
        let at = |d: Diagnostic| match position(&text, &raw) {
            Some((line, column)) if !raw.is_empty() => d.at(path).line(line).column(column),
            _ => d.at(path).line(1),
        };
        if raw.is_empty() {
            found.push(at(Diagnostic::error(format!(
                "entité n° {} sans propriété « code »",
                i + 1
            ))
            .hint("propriétés attendues : code, name")));
            continue;
        }
        let code = match Code::parse(scale, &raw) {
            Ok(code) => code,
            Err((message, hint)) => {
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
        let line = position(&text, &raw).map_or(1, |p| p.0);
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
    if found.is_empty() { Ok(all) } else { Err(found.sorted()) }
}

fn polygons(geometry: geojson::Geometry) -> Option<MultiPolygon<f64>> {
    match geo::Geometry::<f64>::try_from(geometry).ok()? {
        geo::Geometry::Polygon(p) if !p.exterior().0.is_empty() => Some(MultiPolygon(vec![p])),
        geo::Geometry::MultiPolygon(m) if !m.0.is_empty() => Some(m),
        _ => None,
    }
}

/// Line and column of a code written as a JSON string.
fn position(text: &str, code: &str) -> Option<(usize, usize)> {
    let offset = text.find(&format!("\"{code}\""))?;
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    Some((before.matches('\n').count() + 1, before[start..].chars().count() + 1))
}

fn residences(path: &Path, config: &Config) -> Result<Vec<(Territory, Option<Given>)>> {
    let table = Table::read(path, &RESIDENCES, &["id", "name", "lon", "lat"], &ALIASES)?;
    let mut found = Diagnostics::new();
    let mut all = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for row in table.rows() {
        let read = found.absorb(residence(&row, config));
        if !row.get("id").is_empty() && !seen.insert(row.get("id").to_owned()) {
            found.push(
                row.error("id", format!("résidence « {} » présente deux fois", row.get("id")))
                    .hint("n’en garder qu’une ligne"),
            );
            continue;
        }
        if let Some(territory) = read {
            let given = Given {
                path: path.to_path_buf(),
                line: row.line(),
                commune: row.get("commune").to_owned(),
                iris: row.get("iris").to_owned(),
                qpv: row.get("qpv").to_owned(),
            };
            all.push((territory, Some(given)));
        }
    }
    if found.is_empty() { Ok(all) } else { Err(found.sorted()) }
}

/// Says that a field is not an angle.
fn degrees(found: &str, limit: f64) -> String {
    match found {
        "" => "case vide : degrés attendus".to_owned(),
        text => format!("« {text} » : degrés attendus, entre −{limit} et {limit}"),
    }
}

fn residence(row: &Fields<'_>, config: &Config) -> Result<Territory> {
    let mut found = Diagnostics::new();
    let id = row.get("id");
    let code = match Code::parse(Scale::Residence, id) {
        Ok(code) => Some(code),
        Err((message, _)) => {
            found.push(
                row.error("id", message)
                    .hint("l’identifiant sert d’adresse et de nom de fichier"),
            );
            None
        }
    };
    let name = found.absorb(row.required("name")).unwrap_or_default().to_owned();
    let mut degree = |column: &str, limit: f64| {
        let value = number(row.get(column)).filter(|v| v.abs() <= limit);
        if value.is_none() {
            found.push(
                row.error(column, degrees(row.get(column), limit))
                    .hint("coordonnées en WGS84 ; « atlas prepare » convertit le Lambert 93"),
            );
        }
        value
    };
    let (lon, lat) = (degree("lon", 180.0), degree("lat", 90.0));
    let (Some(code), Some(lon), Some(lat), true) = (code, lon, lat, found.is_empty()) else {
        return Err(found);
    };
    let text = |column: &str| Some(row.get(column).to_owned()).filter(|t| !t.is_empty());
    Ok(Territory {
        scale: Scale::Residence,
        code,
        name,
        lineage: Lineage::default(),
        geography: None,
        shape: None,
        point: Some(geo::Point::new(lon, lat)),
        address: text("address"),
        landlord: text("landlord").filter(|_| config.landlords.shown),
    })
}

/// Zones of a scale and their spatial index.
struct Zones {
    scale: Scale,
    locator: Locator,
    first: Tid,
    count: usize,
}

impl Zones {
    fn new(territories: &Territories, scale: Scale) -> Self {
        let shapes: Vec<MultiPolygon<f64>> = territories
            .of(scale)
            .map(|t| territories.get(t).shape.clone().unwrap_or(MultiPolygon(Vec::new())))
            .collect();
        let count = shapes.len();
        let first = if count > 0 { territories.at(scale, 0) } else { Tid(0) };
        Self {
            scale,
            locator: Locator::new(&shapes),
            first,
            count,
        }
    }

    fn tid(&self, rank: usize) -> Tid {
        Tid(self.first.0 + u32::try_from(rank).unwrap_or(0))
    }
}

/// What happened when a residence was located.
#[derive(Default)]
struct Located {
    lineage: Lineage,
    errors: Vec<Diagnostic>,
    outside: [bool; 2],
    several: [bool; 3],
}

fn place_all(territories: &Territories, given: &[Option<Given>], found: &mut Diagnostics) -> Vec<Lineage> {
    let zones = [Scale::Commune, Scale::Iris, Scale::Qpv].map(|s| Zones::new(territories, s));
    let placed: Vec<Located> = given
        .par_iter()
        .enumerate()
        .map(|(i, given)| place(territories, &zones, i, given.as_ref()))
        .collect();
    let mut outside: [Vec<usize>; 2] = Default::default();
    let mut several: [Vec<usize>; 3] = Default::default();
    let mut out = Vec::with_capacity(placed.len());
    for (i, located) in placed.into_iter().enumerate() {
        for error in located.errors {
            found.push(error);
        }
        for k in 0..2 {
            if located.outside[k] {
                outside[k].push(i);
            }
        }
        for k in 0..3 {
            if located.several[k] {
                several[k].push(i);
            }
        }
        out.push(located.lineage);
    }
    let tell = |list: &[usize], what: &str, hint: &str, found: &mut Diagnostics| {
        let Some(first) = list.first().and_then(|i| given[*i].as_ref()) else {
            return;
        };
        let codes: Vec<&str> = list
            .iter()
            .take(5)
            .map(|i| territories.get(Tid(u32::try_from(*i).unwrap_or(0))).code.as_str())
            .collect();
        let more = if list.len() > codes.len() { "…" } else { "" };
        let n = list.len() as u64;
        found.push(
            Diagnostic::warning(format!(
                "{} {} {what} : {}{more}",
                crate::format::integer(n),
                crate::format::plural(n, "résidence", "résidences"),
                codes.join(", ")
            ))
            .at(&first.path)
            .line(first.line)
            .hint(hint),
        );
    };
    for (k, name) in ["commune", "IRIS"].into_iter().enumerate() {
        tell(
            &outside[k],
            &format!("hors de tout contour ({name})"),
            "leurs pages existent ; vérifier lon et lat, ou donner le code dans la colonne",
            found,
        );
    }
    for (k, name) in ["communes", "IRIS", "QPV"].into_iter().enumerate() {
        tell(
            &several[k],
            &format!("dans deux contours à la fois ({name}) ; le premier code est retenu"),
            "donner le code dans la colonne correspondante pour choisir",
            found,
        );
    }
    out
}

fn place(territories: &Territories, zones: &[Zones; 3], i: usize, given: Option<&Given>) -> Located {
    let mut out = Located::default();
    let Some(given) = given else { return out };
    let territory = territories.get(Tid(u32::try_from(i).unwrap_or(0)));
    let resolve = |scale: Scale, code: &str, errors: &mut Vec<Diagnostic>| -> Option<Tid> {
        let tid = territories.find(scale, code);
        if tid.is_none() {
            let d = Diagnostic::error(format!(
                "{} {} : code « {code} » inconnu à l’échelle {scale}",
                territory.scale.label(),
                territory.code
            ))
            .at(&given.path)
            .line(given.line);
            let d = match Code::parse(scale, code) {
                Err((_, Some(hint))) => d.hint(hint),
                _ => d.hint("territoire orphelin : corriger le code, ou ajouter ce contour dans data/territories"),
            };
            errors.push(d);
        }
        tid
    };
    match territory.scale {
        Scale::Iris => {
            let code = if given.commune.is_empty() {
                &territory.code.as_str()[..5]
            } else {
                &given.commune
            };
            out.lineage.commune = resolve(Scale::Commune, code, &mut out.errors);
        }
        Scale::Residence => {
            let point = territory.point.map(Coord::from);
            let codes = [&given.commune, &given.iris, &given.qpv];
            let mut lineage = [None; 3];
            for (k, zones) in zones.iter().enumerate() {
                if !codes[k].is_empty() {
                    lineage[k] = resolve(zones.scale, codes[k], &mut out.errors);
                    continue;
                }
                let (Some(point), true) = (point, zones.count > 0) else {
                    continue;
                };
                lineage[k] = match zones.locator.place(point) {
                    Place::In(rank) => Some(zones.tid(rank)),
                    Place::Overlap(ranks) => {
                        out.several[k] = true;
                        ranks.first().map(|r| zones.tid(*r))
                    }
                    Place::Outside(_) => {
                        if k < 2 {
                            out.outside[k] = true;
                        }
                        None
                    }
                };
            }
            // A located IRIS says its commune; a given commune says which of two overlapping IRIS.
            if lineage[0].is_none() {
                lineage[0] = lineage[1]
                    .and_then(|iris| territories.find(Scale::Commune, &territories.get(iris).code.as_str()[..5]));
            }
            out.lineage = Lineage {
                commune: lineage[0],
                iris: lineage[1],
                qpv: lineage[2],
            };
        }
        Scale::Metropole | Scale::Commune | Scale::Qpv => {}
    }
    out
}

/// QPV × IRIS × commune by overlap of outlines: at least 1 % of the QPV, so that generalised borders do not count.
fn crosswalk(territories: &Territories) -> Vec<(Tid, Tid, Tid)> {
    use geo::{Area as _, BooleanOps as _};
    let iris: Vec<Tid> = territories.of(Scale::Iris).collect();
    territories
        .of(Scale::Qpv)
        .collect::<Vec<_>>()
        .into_par_iter()
        .flat_map_iter(|qpv| {
            let shape = territories.get(qpv).shape.as_ref();
            let total = shape.map_or(0.0, geo::Area::unsigned_area);
            let envelope = shape.and_then(geo::BoundingRect::bounding_rect);
            iris.iter()
                .filter_map(|i| {
                    let zone = territories.get(*i);
                    let (shape, other) = (shape?, zone.shape.as_ref()?);
                    let (a, b) = (envelope?, other.bounding_rect()?);
                    let apart = a.max().x < b.min().x
                        || b.max().x < a.min().x
                        || a.max().y < b.min().y
                        || b.max().y < a.min().y;
                    if apart || shape.intersection(other).unsigned_area() < total * 0.01 {
                        return None;
                    }
                    Some((qpv, *i, zone.lineage.commune?))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}
