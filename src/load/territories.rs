//! `data/territories/`: outlines and residences → territories that know where they belong.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use geo::{BoundingRect as _, Coord, MultiPolygon};
use rayon::prelude::*;

use super::table::{Fields, degrees, number};
use super::{outlines, residences};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::geometry::locate::{Locator, Place};
use crate::model::{Code, Lineage, Scale, Territories, Territory, Tid};

/// Codes given in a file for a territory, before they are resolved.
pub(super) struct Given {
    pub(super) path: PathBuf,
    pub(super) line: usize,
    pub(super) commune: String,
    pub(super) iris: String,
    pub(super) qpv: String,
}

/// What the faults of the territories leave unknown: a code that is met elsewhere and is unknown for such a reason is
/// not told a second time.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    scales: BTreeSet<Scale>,
    codes: HashSet<(Scale, String)>,
}

impl Doubt {
    /// Any code of the scale may be among what could not be read.
    pub(super) fn scale(&mut self, scale: Scale) {
        self.scales.insert(scale);
    }

    pub(super) fn code(&mut self, scale: Scale, code: &str) {
        self.codes.insert((scale, code.to_owned()));
    }

    pub(super) fn lift(&mut self, scale: Scale, code: &str) {
        self.codes.remove(&(scale, code.to_owned()));
    }

    /// Whether some territory of the scale could not be read.
    pub(super) fn touches(&self, scale: Scale) -> bool {
        self.scales.contains(&scale) || self.codes.iter().any(|(s, _)| *s == scale)
    }

    pub(super) fn covers(&self, scale: Scale, code: &str) -> bool {
        self.scales.contains(&scale) || (!self.codes.is_empty() && self.codes.contains(&(scale, code.to_owned())))
    }
}

/// Reads all territories of a site and locates the residences.
///
/// A residence without given codes is located by point in polygon. What falls outside, or in two zones, is a warning
/// that counts and names them: nothing is dropped. Every wrong code, missing outline, double or orphan territory goes to
/// `found` as an error; the territories that are right are given all the same, to check values, not to build.
pub(super) fn territories(folder: &Path, config: &Config, found: &mut Diagnostics) -> (Territories, Doubt) {
    let mut doubt = Doubt::default();
    let mut all: Vec<(Territory, Option<Given>)> = Vec::new();
    match Code::parse(Scale::Metropole, &config.metropole.code) {
        Ok(code) => all.push((metropole(code, config), None)),
        Err(_) => doubt.scale(Scale::Metropole), // told with the settings
    }
    for (scale, name) in [(Scale::Commune, "communes"), (Scale::Iris, "iris"), (Scale::Qpv, "qpv")] {
        let path = folder.join(format!("{name}.geojson"));
        if path.exists() {
            all.extend(outlines::read(&path, scale, &mut doubt, found));
        } else if scale == Scale::Commune {
            doubt.scale(scale);
            found.push(
                Diagnostic::error("contours des communes absents")
                    .at(&path)
                    .hint("déposer ce fichier, ou lancer « atlas prepare »"),
            );
        }
    }
    match found.absorb(residences::file(folder)) {
        Some(Some(path)) => all.extend(read_residences(&path, config, &mut doubt, found)),
        Some(None) => {}
        None => doubt.scale(Scale::Residence),
    }
    found.absorb(strays(folder)).into_iter().for_each(|d| found.extend(d));
    all.sort_by(|a, b| (a.0.scale, &a.0.code).cmp(&(b.0.scale, &b.0.code)));
    all.dedup_by(|second, first| {
        let twice = second.0.scale == first.0.scale && second.0.code == first.0.code;
        if twice {
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
        twice
    });
    let (list, given): (Vec<Territory>, Vec<Option<Given>>) = all.into_iter().unzip();
    let mut territories = Territories::new(list);
    let lineages = place_all(&territories, &given, &doubt, found);
    for (i, lineage) in lineages.into_iter().enumerate() {
        territories.set_lineage(Tid(u32::try_from(i).unwrap_or(u32::MAX)), lineage);
    }
    let crosswalk = crosswalk(&territories);
    let others = communes_of_others(&territories, &crosswalk);
    territories.link(crosswalk, others);
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
    (territories, doubt)
}

/// Tells the files of the folder that nothing reads: a misspelt name would lose a whole layer in silence.
fn strays(folder: &Path) -> Result<Diagnostics> {
    let mut found = Diagnostics::new();
    const KNOWN: [&str; 5] = [
        "communes.geojson",
        "iris.geojson",
        "qpv.geojson",
        "residences.csv",
        "residences.geojson",
    ];
    if !folder.exists() {
        return Ok(found);
    }
    for path in fs::walk(folder)? {
        let name = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned();
        if !KNOWN.contains(&name.as_str()) && !name.starts_with('.') {
            found.push(
                Diagnostic::warning(format!("fichier « {name} » non lu"))
                    .at(&path)
                    .suggest(&name, KNOWN),
            );
        }
    }
    Ok(found)
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

fn read_residences(
    path: &Path,
    config: &Config,
    doubt: &mut Doubt,
    found: &mut Diagnostics,
) -> Vec<(Territory, Option<Given>)> {
    let Some(table) = residences::salvage(path, found) else {
        doubt.scale(Scale::Residence);
        return Vec::new();
    };
    if table.torn {
        doubt.scale(Scale::Residence);
    }
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for row in table.rows() {
        let read = found.absorb(residence(&row, config));
        if !row.get("id").is_empty() && !seen.insert(row.get("id").to_owned()) {
            found.push(
                row.error("id", format!("résidence « {} » présente deux fois", row.get("id")))
                    .hint("n’en garder qu’une ligne"),
            );
            continue;
        }
        if read.is_none() {
            match Code::parse(Scale::Residence, row.get("id")) {
                Ok(_) => doubt.code(Scale::Residence, row.get("id")),
                Err(_) => doubt.scale(Scale::Residence), // whose identifier it should be is unknown
            }
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
    all
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
    // A residence that the source does not locate has its page and its figures; it only has no sign on the map.
    let located = !(row.get("lon").is_empty() && row.get("lat").is_empty());
    let point = located
        .then(|| (degree("lon", 180.0), degree("lat", 90.0)))
        .and_then(|(lon, lat)| Some(geo::Point::new(lon?, lat?)));
    if !located && row.get("commune").is_empty() && row.get("iris").is_empty() {
        found.push(
            row.error("commune", format!("résidence « {id} » sans coordonnées ni commune"))
                .hint("donner lon et lat, ou le code de la commune"),
        );
    }
    let (Some(code), true) = (code, found.is_empty()) else {
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
        point,
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
    /// A residence without coordinates.
    nowhere: bool,
}

fn place_all(
    territories: &Territories,
    given: &[Option<Given>],
    doubt: &Doubt,
    found: &mut Diagnostics,
) -> Vec<Lineage> {
    let zones = [Scale::Commune, Scale::Iris, Scale::Qpv].map(|s| Zones::new(territories, s));
    let placed: Vec<Located> = given
        .par_iter()
        .enumerate()
        .map(|(i, given)| place(territories, &zones, i, given.as_ref(), doubt))
        .collect();
    let mut outside: [Vec<usize>; 2] = Default::default();
    let mut several: [Vec<usize>; 3] = Default::default();
    let mut nowhere = Vec::new();
    let mut out = Vec::with_capacity(placed.len());
    for (i, located) in placed.into_iter().enumerate() {
        for error in located.errors {
            found.push(error);
        }
        if located.nowhere {
            nowhere.push(i);
        }
        let outside = outside.iter_mut().zip(located.outside);
        for (list, told) in outside.chain(several.iter_mut().zip(located.several)) {
            if told {
                list.push(i);
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
    tell(
        &nowhere,
        "sans coordonnées",
        "leurs pages existent et leurs chiffres comptent ; elles n’ont pas de signe sur la carte, ni équipements proches",
        found,
    );
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

fn place(territories: &Territories, zones: &[Zones; 3], i: usize, given: Option<&Given>, doubt: &Doubt) -> Located {
    let mut out = Located::default();
    let Some(given) = given else { return out };
    let territory = territories.get(Tid(u32::try_from(i).unwrap_or(0)));
    let resolve = |scale: Scale, code: &str, errors: &mut Vec<Diagnostic>| -> Option<Tid> {
        let tid = territories.find(scale, code);
        if tid.is_none() && !doubt.covers(scale, code) {
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
            out.nowhere = point.is_none();
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
                        if k < 2 && !doubt.touches(zones.scale) {
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

/// QPV × IRIS × commune by overlap of outlines.
fn crosswalk(territories: &Territories) -> Vec<(Tid, Tid, Tid)> {
    let qpv: Vec<Tid> = territories.of(Scale::Qpv).collect();
    overlaps(territories, qpv, Scale::Iris)
        .into_iter()
        .filter_map(|(qpv, iris)| Some((qpv, iris, territories.get(iris).lineage.commune?)))
        .collect()
}

/// Communes of the QPV that meet no IRIS, as on a site that has none.
fn communes_of_others(territories: &Territories, crosswalk: &[(Tid, Tid, Tid)]) -> Vec<(Tid, Tid)> {
    let met: std::collections::HashSet<Tid> = crosswalk.iter().map(|c| c.0).collect();
    let others = territories.of(Scale::Qpv).filter(|q| !met.contains(q)).collect();
    overlaps(territories, others, Scale::Commune)
}

/// Zones of a scale that each QPV overlaps: at least 1 % of the QPV, so that generalised borders do not count.
fn overlaps(territories: &Territories, qpv: Vec<Tid>, scale: Scale) -> Vec<(Tid, Tid)> {
    use geo::{Area as _, BooleanOps as _};
    let zones: Vec<Tid> = territories.of(scale).collect();
    qpv.into_par_iter()
        .flat_map_iter(|qpv| {
            let shape = territories.get(qpv).shape.as_ref();
            let total = shape.map_or(0.0, geo::Area::unsigned_area);
            let envelope = shape.and_then(geo::BoundingRect::bounding_rect);
            zones
                .iter()
                .filter_map(|zone| {
                    let (shape, other) = (shape?, territories.get(*zone).shape.as_ref()?);
                    let (a, b) = (envelope?, other.bounding_rect()?);
                    let apart = a.max().x < b.min().x
                        || b.max().x < a.min().x
                        || a.max().y < b.min().y
                        || b.max().y < a.min().y;
                    (!apart && shape.intersection(other).unsigned_area() >= total * 0.01).then_some((qpv, *zone))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}
