//! Files of the site, and boundaries taken from others.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Coord, MultiPolygon, Polygon};

use super::context::Context;
use super::life::Calendar;
use super::names;
use super::place::{Area, Places};
use super::stock::Residence;
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::fs;

const SETTINGS: &str = include_str!("../../atlas.toml");
const DICTIONARY: &str = include_str!("../../data/dictionary.csv");
const SOURCES: &str = include_str!("../../data/sources.csv");
/// Pages of the demonstration, but for those about one territory: another metropolis has others.
const CONTENT: [(&str, &str); 24] = [
    ("content/_index.md", include_str!("../../content/_index.md")),
    (
        "content/accessibilite.md",
        include_str!("../../content/accessibilite.md"),
    ),
    (
        "content/administration/_index.md",
        include_str!("../../content/administration/_index.md"),
    ),
    (
        "content/administration/actualiser.md",
        include_str!("../../content/administration/actualiser.md"),
    ),
    (
        "content/administration/commandes.md",
        include_str!("../../content/administration/commandes.md"),
    ),
    (
        "content/administration/comptes.md",
        include_str!("../../content/administration/comptes.md"),
    ),
    (
        "content/administration/donnees.md",
        include_str!("../../content/administration/donnees.md"),
    ),
    (
        "content/administration/incidents.md",
        include_str!("../../content/administration/incidents.md"),
    ),
    (
        "content/administration/installer-caddy.md",
        include_str!("../../content/administration/installer-caddy.md"),
    ),
    (
        "content/administration/installer.md",
        include_str!("../../content/administration/installer.md"),
    ),
    (
        "content/administration/preparer-les-donnees.md",
        include_str!("../../content/administration/preparer-les-donnees.md"),
    ),
    (
        "content/administration/registre-traitement.md",
        include_str!("../../content/administration/registre-traitement.md"),
    ),
    (
        "content/administration/reglages.md",
        include_str!("../../content/administration/reglages.md"),
    ),
    ("content/bienvenue.md", include_str!("../../content/bienvenue.md")),
    ("content/conditions.md", include_str!("../../content/conditions.md")),
    ("content/connexion.md", include_str!("../../content/connexion.md")),
    (
        "content/formation/_index.md",
        include_str!("../../content/formation/_index.md"),
    ),
    (
        "content/formation/carte-et-series.md",
        include_str!("../../content/formation/carte-et-series.md"),
    ),
    (
        "content/formation/exporter-et-citer.md",
        include_str!("../../content/formation/exporter-et-citer.md"),
    ),
    (
        "content/formation/lire-une-fiche.md",
        include_str!("../../content/formation/lire-une-fiche.md"),
    ),
    (
        "content/formation/secret-statistique.md",
        include_str!("../../content/formation/secret-statistique.md"),
    ),
    (
        "content/mentions-legales.md",
        include_str!("../../content/mentions-legales.md"),
    ),
    ("content/methode.md", include_str!("../../content/methode.md")),
    (
        "content/protection-donnees.md",
        include_str!("../../content/protection-donnees.md"),
    ),
];
/// Folders that hold generated data only, emptied before writing.
const GENERATED: [&str; 4] = ["data/territories", "data/values", "data/equipment", "data/grid"];

/// All files of the site, by path.
pub(super) fn files(
    places: &Places,
    residences: &[Residence],
    context: &Context,
    calendar: &Calendar,
    seed: u64,
) -> Result<BTreeMap<String, String>> {
    let mut files: BTreeMap<String, String> = context
        .values(calendar, residences, places, seed)
        .into_iter()
        .map(|(path, text)| (format!("data/values/{path}"), text))
        .collect();
    files.insert("atlas.toml".to_owned(), SETTINGS.to_owned());
    files.extend(
        CONTENT
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    );
    files.insert("data/dictionary.csv".to_owned(), DICTIONARY.to_owned());
    files.insert("data/sources.csv".to_owned(), SOURCES.to_owned());
    for (name, areas, year) in [
        ("communes", &places.communes, calendar.last),
        ("iris", &places.iris, calendar.last),
        ("qpv", &places.qpv, 2024),
    ] {
        files.insert(
            format!("data/territories/{name}.geojson"),
            collection(areas, &places.communes, name, year),
        );
    }
    files.insert(
        "data/territories/residences.csv".to_owned(),
        points(places, residences)?,
    );
    files.insert(
        format!("data/equipment/{}.csv", calendar.last - 1),
        context.equipment(places, seed),
    );
    files.insert(
        format!("data/grid/fragilite.carreaux/{}.geojson", calendar.last - 4),
        context.grid(places, residences, seed),
    );
    Ok(files)
}

/// Writes the files into a folder that is new, empty, or a fictitious site; gives their bytes.
///
/// # Errors
/// A folder that holds a site with true data; the disk.
pub(super) fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<usize> {
    let settings = folder.join("atlas.toml");
    let kept = settings.exists();
    if kept {
        let text = fs::read_text(&settings)?.text;
        if !text.lines().any(|l| l.replace(' ', "") == "fictitious=true") {
            return Err(
                Diagnostic::error("ce site n’est pas fictif : la démonstration remplacerait ses données")
                    .at(&settings)
                    .hint("donner un dossier nouveau à --site")
                    .into(),
            );
        }
        for generated in GENERATED {
            fs::remove_dir(&folder.join(generated))?;
        }
    }
    for (path, text) in files {
        // Settings and pages that the admin has edited stay as they are.
        let edited = path == "atlas.toml" || path.starts_with("content/");
        let path = folder.join(path);
        if kept && edited && path.exists() {
            continue;
        }
        fs::write(&path, text.as_bytes())?;
    }
    Ok(files.values().map(String::len).sum())
}

fn collection(areas: &[Area], communes: &[Area], level: &str, year: u16) -> String {
    let features: Vec<String> = areas
        .iter()
        .map(|area| {
            let mut properties = serde_json::json!({ "code": area.code, "name": area.name });
            if level == "iris" {
                properties["commune"] = communes[area.commune].code.clone().into();
            }
            format!(
                r#"{{"type":"Feature","properties":{properties},"geometry":{}}}"#,
                geometry(&area.shape)
            )
        })
        .collect();
    format!(
        "{{\"type\":\"FeatureCollection\",\"geography\":{year},\"features\":[\n{}\n]}}\n",
        features.join(",\n")
    )
}

fn geometry(shape: &MultiPolygon<f64>) -> String {
    let ring = |coords: &[Coord]| -> String {
        let all: Vec<String> = coords.iter().map(|c| format!("[{},{}]", c.x, c.y)).collect();
        format!("[{}]", all.join(","))
    };
    let polygon = |p: &Polygon<f64>| -> String {
        let all: Vec<String> = std::iter::once(p.exterior())
            .chain(p.interiors())
            .map(|r| ring(&r.0))
            .collect();
        format!("[{}]", all.join(","))
    };
    match shape.0.as_slice() {
        [one] => format!(r#"{{"type":"Polygon","coordinates":{}}}"#, polygon(one)),
        many => {
            let all: Vec<String> = many.iter().map(polygon).collect();
            format!(r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#, all.join(","))
        }
    }
}

fn points(places: &Places, residences: &[Residence]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let failed = |e: csv::Error| Diagnostics::from(foreign::csv(&e));
    writer
        .write_record([
            "id", "name", "address", "landlord", "lon", "lat", "commune", "iris", "qpv",
        ])
        .map_err(failed)?;
    for r in residences {
        let commune = &places.communes[r.commune];
        writer
            .write_record([
                r.id.as_str(),
                &r.name,
                &format!("{}, {}", r.address(), commune.name),
                names::landlords()[r.landlord],
                &r.at.x.to_string(),
                &r.at.y.to_string(),
                &commune.code,
                &places.iris[r.iris].code,
                r.qpv.map_or("", |q| places.qpv[q].code.as_str()),
            ])
            .map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| foreign::csv(&e.into_error().into()))?;
    Ok(fs::decode(bytes).text)
}

/// Reads real communes and IRIS; an IRIS whose commune is not in the first file is left out.
///
/// # Errors
/// A file that is not GeoJSON, a feature without code or polygon.
pub(super) fn given(communes: &Path, iris: &Path, qpv: usize, seed: u64) -> Result<Places> {
    let mut found = Diagnostics::new();
    let (communes, districts) = (found.absorb(read(communes, 5)), found.absorb(read(iris, 9)));
    let (Some(communes), Some(districts)) = (communes, districts) else {
        return Err(found);
    };
    let rank: BTreeMap<&str, usize> = communes.iter().enumerate().map(|(i, c)| (c.code.as_str(), i)).collect();
    let districts: Vec<Area> = districts
        .into_iter()
        .filter_map(|area| {
            let commune = *rank.get(area.code.get(..5)?)?;
            Some(Area { commune, ..area })
        })
        .collect();
    if districts.is_empty() {
        return Err(Diagnostic::error("aucun IRIS dans ces communes")
            .at(iris)
            .hint("donner les IRIS des communes de --communes-from : les cinq premiers caractères du code font foi")
            .into());
    }
    Ok(Places::given(communes, districts, qpv, seed))
}

fn read(path: &Path, length: usize) -> Result<Vec<Area>> {
    const CODES: [&str; 7] = [
        "code",
        "code_iris",
        "CODE_IRIS",
        "insee",
        "INSEE_COM",
        "codgeo",
        "code_insee",
    ];
    const NAMES: [&str; 6] = ["name", "nom", "nom_iris", "NOM_IRIS", "NOM_COM", "libelle"];
    let text = fs::read_text(path)?.text;
    let collection: geojson::FeatureCollection = text
        .parse::<geojson::GeoJson>()
        .and_then(TryInto::try_into)
        .map_err(|e| foreign::geojson(&e).at(path))?;
    let mut found = Diagnostics::new();
    let mut areas = BTreeMap::new();
    for (rank, feature) in collection.features.into_iter().enumerate() {
        let property = |names: &[&str]| -> Option<String> {
            names
                .iter()
                .find_map(|n| feature.property(n).and_then(|v| v.as_str()).map(str::to_owned))
        };
        let code = property(&CODES).filter(|c| c.len() == length);
        let name = property(&NAMES);
        let shape = feature
            .geometry
            .as_ref()
            .and_then(|g| match geo::Geometry::<f64>::try_from(g.clone()).ok()? {
                geo::Geometry::Polygon(p) => Some(MultiPolygon::new(vec![p])),
                geo::Geometry::MultiPolygon(m) => Some(m),
                _ => None,
            });
        match (code, shape) {
            (Some(code), Some(shape)) => {
                let name = name.unwrap_or_else(|| code.clone());
                areas.insert(
                    code.clone(),
                    Area {
                        code,
                        name,
                        commune: 0,
                        shape,
                        depth: 0.0,
                    },
                );
            }
            _ => found.push(
                Diagnostic::error(format!(
                    "objet {} : code de {length} caractères et polygone attendus",
                    rank + 1
                ))
                .at(path)
                .hint(format!("propriétés lues pour le code : {}", CODES.join(", "))),
            ),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let mut areas: Vec<Area> = areas.into_values().collect();
    for (i, area) in areas.iter_mut().enumerate() {
        area.commune = i;
    }
    Ok(areas)
}

/// Tells whether a page is given with the demonstration.
#[cfg(test)]
pub(super) fn has_page(path: &str) -> bool {
    CONTENT.iter().any(|(name, _)| *name == path)
}
