//! Residences from points or from dwellings: rows with the same key are one residence.

use std::collections::HashMap;
use std::path::Path;

use super::astray::{Astray, Frame};
use super::expr::Fault;
use super::ground::{Building, Systems};
use super::layout;
use super::recipe::{Recipe, Residences, Table};
use super::scan::{Asked, Cleaned, Scan, files};
use crate::diag::{Diagnostic, Diagnostics, Result};

/// Separator of the parts of a key: never found in a text.
const UNIT: char = '\u{1f}';

/// Formulas of a residence, by rank in the pass.
#[derive(Debug, Clone)]
pub(super) struct KeyRanks {
    key: Vec<usize>,
    id: Option<usize>,
    commune: Option<usize>,
}

impl KeyRanks {
    /// Asks for the formulas that name the residence of a row.
    ///
    /// # Errors
    /// A formula that cannot be read.
    pub(super) fn ask(asked: &mut Asked, recipe_path: &Path, recipe: &Residences, table: &Table) -> Result<Self> {
        let mut key = Vec::new();
        for part in recipe.key.iter() {
            key.push(asked.add(recipe_path, "residences.key", part)?);
        }
        let id = recipe
            .id
            .as_ref()
            .map(|t| asked.add(recipe_path, "residences.id", t))
            .transpose()?;
        let commune = recipe.commune.as_ref().or(table.commune.as_ref());
        let commune = commune
            .map(|t| asked.add(recipe_path, "residences.commune", t))
            .transpose()?;
        Ok(Self { key, id, commune })
    }

    /// Identifier of the residence of a row; none when every part of its key is empty.
    pub(super) fn id(&self, row: &super::scan::Bound<'_>) -> std::result::Result<Option<String>, Fault> {
        let mut key = String::new();
        let mut any = false;
        for (i, rank) in self.key.iter().enumerate() {
            let text = row.value(*rank)?.text();
            any |= !text.trim().is_empty();
            if i > 0 {
                key.push(UNIT);
            }
            key.push_str(&crate::format::fold(text.trim()));
        }
        if !any {
            return Ok(None);
        }
        if let Some(rank) = self.id {
            let id = row.text(rank)?;
            return Ok((!id.is_empty()).then_some(id));
        }
        // Ten hexadecimal digits: two residences of a metropolis in a million million chances share one.
        let mark = blake3::hash(key.as_bytes()).to_hex();
        let commune = self.commune.map_or(Ok(String::new()), |c| row.text(c))?;
        let prefix = if commune.is_empty() { "r" } else { &commune };
        Ok(Some(format!("{prefix}-{}", &mark[..10])))
    }
}

/// Reads the residences of the recipe.
///
/// The newest vintage that names a residence describes it; an older one fills what it leaves empty.
///
/// # Errors
/// Formulas, files or columns that cannot be read; most points far from the territory for a reason that is plain.
pub(super) fn read(
    recipe: &Recipe,
    recipe_path: &Path,
    from: &Path,
    frame: Option<Frame>,
) -> Result<(Vec<Building>, Vec<Cleaned>, Diagnostics)> {
    let mut all: HashMap<String, Building> = HashMap::new();
    let systems = Systems::new();
    let mut cleaned = Vec::new();
    let mut warnings = Diagnostics::new();
    for part in &recipe.residences {
        let Some(table) = recipe.tables.get(&part.table) else {
            return Err(unknown_table(&part.table, recipe, recipe_path).into());
        };
        let table = layout::complete(table, recipe_path, &part.table)?;
        let mut asked = Asked::default();
        let key = KeyRanks::ask(&mut asked, recipe_path, part, &table)?;
        let mut ask = |what: &str, text: Option<&String>| {
            text.map(|t| asked.add(recipe_path, &format!("residences.{what}"), t))
                .transpose()
        };
        let name = ask("name", Some(&part.name))?;
        let fields = [
            name,
            ask("address", part.address.as_ref().or(Some(&part.name)))?,
            ask("landlord", part.landlord.as_ref())?,
            ask("commune", part.commune.as_ref().or(table.commune.as_ref()))?,
            ask("iris", part.iris.as_ref())?,
            ask("qpv", part.qpv.as_ref())?,
        ];
        let epsg_text = table.epsg.as_ref().map(super::recipe::Formula::text);
        let point = [
            ask("lon", part.lon.as_ref())?,
            ask("lat", part.lat.as_ref())?,
            ask("epsg", epsg_text.as_ref())?,
        ];
        for (vintage, path) in files(&table, &part.table, from, recipe_path)?.into_iter().rev() {
            let scan = Scan::open(&table, &path, vintage, &asked, recipe_path)?;
            let mut wrong_points = 0u64;
            let mut astray = Astray::default();
            let (report, found) = scan.run(
                |row| {
                    let Some(id) = key.id(row)? else { return Ok(None) };
                    let text = |rank: Option<usize>| rank.map_or(Ok(String::new()), |r| row.text(r));
                    let [name, address, landlord, commune, iris, qpv] = fields.map(text);
                    let texts = [name?, address?, landlord?, commune?, iris?, qpv?];
                    let number = |rank: Option<usize>| rank.map_or(Ok(None), |r| row.number(r));
                    let [x, y, epsg] = point.map(number);
                    Ok(Some((id, texts, [x?, y?, epsg?])))
                },
                |row| {
                    let Some((id, texts, point)) = row else { return };
                    let [name, address, landlord, commune, iris, qpv] = texts;
                    let [x, y, epsg] = point;
                    let building = all.entry(id).or_default();
                    if building.point.is_none()
                        && let (Some(x), Some(y)) = (x, y)
                    {
                        building.point = systems.to_degrees(epsg, x, y);
                        wrong_points += u64::from(building.point.is_none());
                        if let Some(frame) = &frame {
                            astray.note((x, y), epsg, building.point, frame);
                        }
                    }
                    for (field, text) in [
                        (&mut building.name, name),
                        (&mut building.address, address),
                        (&mut building.landlord, landlord),
                        (&mut building.commune, commune),
                        (&mut building.iris, iris),
                        (&mut building.qpv, qpv),
                    ] {
                        if field.is_empty() {
                            *field = text;
                        }
                    }
                },
            )?;
            warnings.extend(found);
            let cause = frame.and_then(|frame| astray.cause(&systems, &frame, 0.5));
            if let Some((what, hint)) = cause {
                let all = astray.near + astray.far;
                let told = format!(
                    "{} coordonnées sur {all} tombent loin du territoire : {what}",
                    astray.far
                );
                if astray.far * 2 > all {
                    return Err(Diagnostic::error(told).at(&path).hint(hint).into());
                }
                warnings.push(Diagnostic::warning(told).at(&path).hint(hint));
            } else if wrong_points > 0 {
                warnings.push(
                    Diagnostic::warning(format!("{wrong_points} coordonnées hors de leur système"))
                        .at(&path)
                        .hint("vérifier « epsg » dans la table (4326, 2154, UTM…)"),
                );
            }
            cleaned.push(report);
        }
    }
    let mut buildings: Vec<Building> = all
        .into_iter()
        .map(|(id, mut building)| {
            if building.name.is_empty() {
                building.name = format!("Résidence {id}");
            }
            building.id = id;
            building
        })
        .collect();
    buildings.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((buildings, cleaned, warnings))
}

pub(super) fn unknown_table(name: &str, recipe: &Recipe, path: &Path) -> Diagnostic {
    Diagnostic::error(format!("table « {name} » absente de la recette"))
        .at(path)
        .suggest(name, recipe.tables.keys().map(String::as_str))
}
