//! Territories: polygons and residences, and where a row or a point falls.
//!
//! What falls outside, in two, or elsewhere than declared is kept in [`Located`] and told, never dropped in silence.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use geo::{Coord, MultiPolygon};

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::geometry::crs::{self, Crs};
use crate::geometry::locate::Locator;
use crate::model::{Code, Lineage, Scale, Territories, Territory, Tid};

/// A zone read from a file of polygons.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    pub(super) code: String,
    pub(super) name: String,
    /// Commune of an IRIS.
    pub(super) commune: Option<String>,
    pub(super) geography: Option<u16>,
    pub(super) shape: MultiPolygon<f64>,
}

/// A residence before its place is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Building {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) landlord: String,
    pub(super) point: Option<Coord<f64>>,
    /// As declared by the source; empty when it says nothing.
    pub(super) commune: String,
    pub(super) iris: String,
    pub(super) qpv: String,
}

/// Places of residences that are not plain, by kind; each list is sorted by identifier.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct Located {
    /// Residences placed.
    pub(super) residences: usize,
    /// Point in another commune than the one declared, which is kept: identifier, declared, found.
    pub(super) other_commune: Vec<(String, String, String)>,
    /// Point in no commune; the declared one is kept.
    pub(super) no_commune: Vec<String>,
    /// Point in several communes.
    pub(super) several_communes: Vec<(String, Vec<String>)>,
    /// Point in no IRIS: counted in its commune, in no IRIS.
    pub(super) no_iris: Vec<String>,
    /// Point in several IRIS; the one of the declared commune, then the first code, is kept.
    pub(super) several_iris: Vec<(String, Vec<String>)>,
    /// IRIS kept in another commune than the one of the residence: identifier, commune, IRIS.
    pub(super) iris_elsewhere: Vec<(String, String, String)>,
    /// Point in several QPV; the first code is kept.
    pub(super) several_qpv: Vec<(String, Vec<String>)>,
    /// No coordinates.
    pub(super) without_point: Vec<String>,
    /// Commune declared that the site does not have, point in one of its communes, which is kept: identifier, declared,
    /// found. An older geography, as after a merger, or a point badly placed.
    pub(super) by_point: Vec<(String, String, String)>,
    /// Neither a known commune nor a point in one: left out.
    pub(super) outside: Vec<String>,
}

impl Located {
    /// Residences whose point is in no commune, in no IRIS or in neither: each counted once.
    pub(super) fn unlocated(&self) -> usize {
        self.no_commune
            .iter()
            .chain(&self.no_iris)
            .collect::<BTreeSet<_>>()
            .len()
    }
}

/// Zones of a scale with their index.
#[derive(Debug)]
pub(super) struct Layer {
    codes: Vec<String>,
    communes: Vec<Option<String>>,
    locator: Locator,
}

impl Layer {
    fn new(zones: &[Zone]) -> Self {
        let shapes: Vec<MultiPolygon<f64>> = zones.iter().map(|z| z.shape.clone()).collect();
        Self {
            codes: zones.iter().map(|z| z.code.clone()).collect(),
            communes: zones.iter().map(|z| z.commune.clone()).collect(),
            locator: Locator::new(&shapes),
        }
    }

    /// Codes of the zones that hold a point, sorted.
    pub(super) fn holding(&self, point: Coord<f64>) -> Vec<&str> {
        let mut codes: Vec<&str> = self
            .locator
            .holding(point)
            .into_iter()
            .map(|i| self.codes[i].as_str())
            .collect();
        codes.sort_unstable();
        codes
    }

    fn commune_of(&self, code: &str) -> Option<&str> {
        self.communes[self.rank(code)?].as_deref()
    }

    /// Rank of a code: zones are sorted by code.
    fn rank(&self, code: &str) -> Option<usize> {
        self.codes.binary_search_by(|c| c.as_str().cmp(code)).ok()
    }
}

/// All that is known of the places of a site.
pub(super) struct Ground {
    pub(super) territories: Territories,
    pub(super) zones: BTreeMap<Scale, Vec<Zone>>,
    pub(super) layers: BTreeMap<Scale, Layer>,
    /// Residences written, by code, with what the model does not keep.
    pub(super) buildings: Vec<Building>,
    pub(super) located: Located,
    pub(super) systems: Systems,
    /// Old code of a commune → present code.
    pub(super) renamed: BTreeMap<String, String>,
}

/// Systems of coordinates, made once.
pub(super) struct Systems(BTreeMap<u32, Crs>);

impl Systems {
    /// Makes all the systems of France.
    pub(super) fn new() -> Self {
        let codes = crs::KNOWN
            .iter()
            .map(|(code, _)| *code)
            .chain(3942..=3949)
            .chain([4171, 4559, 3035]);
        Self(codes.filter_map(|code| Some((code, Crs::new(code)?))).collect())
    }

    /// EPSG codes, ascending.
    pub(super) fn codes(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied()
    }

    /// Converts a point to degrees; none when the system is unknown or the point outside of it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an EPSG code")]
    pub(super) fn to_degrees(&self, epsg: Option<f64>, x: f64, y: f64) -> Option<Coord<f64>> {
        self.0.get(&(epsg.unwrap_or(4326.0) as u32))?.to_wgs84(x, y)
    }
}

impl Ground {
    /// Places the residences and indexes the territories.
    ///
    /// # Errors
    /// Codes that are not valid at their scale.
    pub(super) fn new(
        metropole: &crate::config::Metropole,
        mut zones: BTreeMap<Scale, Vec<Zone>>,
        mut buildings: Vec<Building>,
        renamed: &BTreeMap<String, String>,
    ) -> Result<Self> {
        for building in &mut buildings {
            if let Some(code) = renamed.get(&building.commune) {
                building.commune.clone_from(code);
            }
        }
        for list in zones.values_mut() {
            list.sort_by(|a, b| a.code.cmp(&b.code));
        }
        let layers: BTreeMap<Scale, Layer> = zones.iter().map(|(scale, list)| (*scale, Layer::new(list))).collect();
        let mut located = Located::default();
        let mut placed = place_all(&layers, buildings, &mut located);
        placed.sort_by(|a, b| a.id.cmp(&b.id));
        located.residences = placed.len();

        let mut found = Diagnostics::new();
        let mut all = Vec::new();
        let mut add = |scale: Scale, code: &str, name: &str, found: &mut Diagnostics| match Code::parse(scale, code) {
            Ok(code) => all.push(Territory {
                scale,
                code,
                name: name.to_owned(),
                lineage: Lineage::default(),
                geography: None,
                shape: None,
                point: None,
                address: None,
                landlord: None,
            }),
            Err((message, hint)) => {
                let diagnostic = Diagnostic::error(message);
                found.push(match hint {
                    Some(hint) => diagnostic.hint(hint),
                    None => diagnostic,
                });
            }
        };
        add(Scale::Metropole, &metropole.code, &metropole.name, &mut found);
        for (scale, list) in &zones {
            for zone in list {
                add(*scale, &zone.code, &zone.name, &mut found);
            }
        }
        for building in &placed {
            add(Scale::Residence, &building.id, &building.name, &mut found);
        }
        if !found.is_empty() {
            return Err(found.sorted());
        }
        let mut territories = Territories::new(all);
        let mut lineages: Vec<(Tid, Lineage)> = Vec::new();
        for zone in zones.get(&Scale::Iris).into_iter().flatten() {
            if let Some(tid) = territories.find(Scale::Iris, &zone.code) {
                let commune = zone
                    .commune
                    .as_deref()
                    .and_then(|c| territories.find(Scale::Commune, c));
                lineages.push((
                    tid,
                    Lineage {
                        commune,
                        ..Lineage::default()
                    },
                ));
            }
        }
        for building in &placed {
            if let Some(tid) = territories.find(Scale::Residence, &building.id) {
                let find = |scale, code: &str| territories.find(scale, code);
                lineages.push((
                    tid,
                    Lineage {
                        commune: find(Scale::Commune, &building.commune),
                        iris: find(Scale::Iris, &building.iris),
                        qpv: find(Scale::Qpv, &building.qpv),
                    },
                ));
            }
        }
        for (tid, lineage) in lineages {
            territories.set_lineage(tid, lineage);
        }
        Ok(Self {
            territories,
            zones,
            layers,
            buildings: placed,
            located,
            systems: Systems::new(),
            renamed: renamed.clone(),
        })
    }

    /// Finds a territory by a code as sources write it: zeros put back, old communes replaced. True when a zero was
    /// put back.
    pub(super) fn find(&self, scale: Scale, code: &str) -> (Option<Tid>, bool) {
        let width = match scale {
            Scale::Commune => 5,
            Scale::Iris => 9,
            Scale::Metropole | Scale::Qpv | Scale::Residence => return (self.territories.find(scale, code), false),
        };
        let restored = super::number::restored(code, width);
        let code = restored.as_deref().unwrap_or(code);
        let present = match scale {
            Scale::Commune => self.renamed.get(code).map_or(code, String::as_str),
            _ => code,
        };
        (self.territories.find(scale, present), restored.is_some())
    }

    /// Commune, IRIS and QPV of a point, the commune declared helping to choose between IRIS that overlap.
    pub(super) fn at(&self, point: Coord<f64>, declared: Option<Tid>) -> Lineage {
        let first = |scale: Scale| {
            let codes = self.layers.get(&scale).map(|l| l.holding(point)).unwrap_or_default();
            codes.first().and_then(|c| self.territories.find(scale, c))
        };
        let commune = declared.or_else(|| first(Scale::Commune));
        let iris = self.layers.get(&Scale::Iris).and_then(|layer| {
            let held = layer.holding(point);
            let own = commune.map(|c| self.territories.get(c).code.as_str());
            let code = held.iter().find(|c| layer.commune_of(c) == own).or(held.first())?;
            self.territories.find(Scale::Iris, code)
        });
        Lineage {
            commune,
            iris,
            qpv: first(Scale::Qpv),
        }
    }
}

fn place_all(layers: &BTreeMap<Scale, Layer>, buildings: Vec<Building>, located: &mut Located) -> Vec<Building> {
    let empty = Vec::new();
    let known: BTreeSet<&str> = layers
        .get(&Scale::Commune)
        .map_or(&empty, |l| &l.codes)
        .iter()
        .map(String::as_str)
        .collect();
    let mut sorted = buildings;
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut placed = Vec::with_capacity(sorted.len());
    for mut building in sorted {
        let held = |scale: Scale| match (layers.get(&scale), building.point) {
            (Some(layer), Some(point)) => layer.holding(point),
            _ => Vec::new(),
        };
        let declared = known.contains(building.commune.as_str());
        let communes = held(Scale::Commune);
        if !declared && communes.is_empty() {
            located.outside.push(building.id);
            continue;
        }
        let id = &building.id;
        let owned = |codes: &[&str]| codes.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        if building.point.is_none() {
            located.without_point.push(id.clone());
        } else if communes.is_empty() {
            located.no_commune.push(id.clone());
        } else if communes.len() > 1 {
            located.several_communes.push((id.clone(), owned(&communes)));
        }
        let commune = if declared {
            building.commune.clone()
        } else {
            communes[0].to_owned()
        };
        if !declared && !building.commune.is_empty() {
            located
                .by_point
                .push((id.clone(), building.commune.clone(), commune.clone()));
        }
        if declared && !communes.is_empty() && !communes.contains(&commune.as_str()) {
            located
                .other_commune
                .push((id.clone(), commune.clone(), communes[0].to_owned()));
        }
        let mut iris = building.iris.clone();
        if let Some(layer) = layers.get(&Scale::Iris) {
            if layer.rank(&iris).is_none() {
                let codes = held(Scale::Iris);
                if building.point.is_some() && codes.is_empty() {
                    located.no_iris.push(id.clone());
                } else if codes.len() > 1 {
                    located.several_iris.push((id.clone(), owned(&codes)));
                }
                let own = codes.iter().find(|c| layer.commune_of(c) == Some(commune.as_str()));
                iris = own.or(codes.first()).map_or_else(String::new, |c| (*c).to_owned());
            }
            if !iris.is_empty() && layer.commune_of(&iris) != Some(commune.as_str()) {
                located.iris_elsewhere.push((id.clone(), commune.clone(), iris.clone()));
            }
        } else {
            iris.clear();
        }
        let mut qpv = building.qpv.clone();
        match layers.get(&Scale::Qpv) {
            Some(layer) if layer.rank(&qpv).is_none() => {
                let codes = held(Scale::Qpv);
                if codes.len() > 1 {
                    located.several_qpv.push((id.clone(), owned(&codes)));
                }
                qpv = codes.first().map_or_else(String::new, |c| (*c).to_owned());
            }
            Some(_) => {}
            None => qpv.clear(),
        }
        building.commune = commune;
        building.iris = iris;
        building.qpv = qpv;
        placed.push(building);
    }
    placed
}

/// Reads polygons of a GeoJSON file.
///
/// # Errors
/// A file that cannot be read, a feature without code or polygon; `where` conditions that cannot be read.
pub(super) fn polygons(path: &Path, recipe: &super::recipe::Polygons) -> Result<Vec<Zone>> {
    let wrong = |why: String| Diagnostic::error(why).at(path);
    let text = crate::fs::read_text(path)?;
    let json: geojson::GeoJson = text
        .text
        .parse()
        .map_err(|e| crate::diag::foreign::geojson(&e).at(path))?;
    let collection = geojson::FeatureCollection::try_from(json)
        .map_err(|_| wrong("GeoJSON : une « FeatureCollection » est attendue".to_owned()))?;
    let own_year = collection
        .foreign_members
        .as_ref()
        .and_then(|m| m.get("geography"))
        .and_then(serde_json::Value::as_u64);
    let own_year = own_year.and_then(|y| u16::try_from(y).ok());
    let epsg = recipe.epsg.unwrap_or(4326);
    let Some(crs) = Crs::new(epsg) else {
        return Err(wrong(format!("système de coordonnées EPSG:{epsg} inconnu"))
            .hint("4326, 2154, 3857, 3942 à 3950, ou un fuseau UTM")
            .into());
    };
    let keep = super::condition::Condition::parse(recipe.keep.as_deref(), path)?;
    let mut found = Diagnostics::new();
    let mut zones: Vec<Zone> = Vec::new();
    let mut ranks: HashMap<String, usize> = HashMap::new();
    for (i, feature) in collection.features.into_iter().enumerate() {
        let rank = i + 1;
        let properties = feature.properties.unwrap_or_default();
        let text = |name: &str| super::condition::property(&properties, name);
        if !keep.holds(&properties) {
            continue;
        }
        let Some(code) = text(&recipe.code).filter(|c| !c.is_empty()) else {
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            found.push(
                wrong(format!("entité {rank} : propriété « {} » absente ou vide", recipe.code))
                    .suggest(&recipe.code, names),
            );
            continue;
        };
        let code = match recipe.scale {
            Scale::Commune => super::number::restored(&code, 5).unwrap_or(code),
            Scale::Iris => super::number::restored(&code, 9).unwrap_or(code),
            _ => code,
        };
        if !recipe.only.is_empty() && !recipe.only.contains(&code) {
            continue;
        }
        let Some(shape) = feature.geometry.and_then(|g| shape(g, &crs)) else {
            found.push(
                wrong(format!("entité {rank} (« {code} ») : un polygone est attendu"))
                    .hint("vérifier que la couche est celle des contours, et « epsg » dans la recette"),
            );
            continue;
        };
        let declared = recipe.commune.as_deref().map(|name| (name, text(name)));
        // A site's own outlines may do without it: their codes say it.
        let from_recipe = recipe.scale == Scale::Iris && !recipe.file.is_empty();
        if let Some((name, None)) = declared.as_ref().filter(|_| from_recipe) {
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            found.push(
                wrong(format!("entité {rank} (« {code} ») : propriété « {name} » absente"))
                    .hint(
                        "corriger « commune » dans la recette, ou l’en retirer : les cinq premiers caractères du code",
                    )
                    .suggest(name, names),
            );
            continue;
        }
        let commune = (recipe.scale == Scale::Iris).then(|| {
            declared
                .and_then(|d| d.1)
                .unwrap_or_else(|| code.chars().take(5).collect())
        });
        // An inter-communal QPV may come in several features.
        if let Some(rank) = ranks.get(&code) {
            let zone: &mut Zone = &mut zones[*rank];
            zone.shape.0.extend(shape.0);
            continue;
        }
        ranks.insert(code.clone(), zones.len());
        zones.push(Zone {
            name: text(&recipe.name)
                .filter(|n| !n.is_empty())
                .unwrap_or_else(|| code.clone()),
            commune,
            geography: recipe.geography.or(own_year),
            shape,
            code,
        });
    }
    if found.is_empty() {
        Ok(zones)
    } else {
        Err(found.sorted())
    }
}

fn shape(geometry: geojson::Geometry, crs: &Crs) -> Option<MultiPolygon<f64>> {
    let shape = match geo::Geometry::<f64>::try_from(geometry).ok()? {
        geo::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
        geo::Geometry::MultiPolygon(shape) => shape,
        _ => return None,
    };
    if crs.code() == 4326 {
        return Some(shape);
    }
    use geo::MapCoords as _;
    shape.try_map_coords(|c| crs.to_wgs84(c.x, c.y).ok_or(())).ok()
}
