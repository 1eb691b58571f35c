//! Equipment points, sorted into families and put in degrees.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::astray::{Astray, Frame};
use super::ground::{Ground, Systems};
use super::layout;
use super::recipe::{Equipment, Formula, Recipe};
use super::residences::unknown_table;
use super::scan::{Asked, Cleaned, Scan, files};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::format;
use crate::model::Vintage;

/// Files of equipment: vintage → rows `family;name;lon;lat`.
pub(super) type Points = BTreeMap<Vintage, BTreeSet<(String, String, String, String)>>;

/// Reads the equipment of the recipe.
///
/// # Errors
/// Families that `atlas.toml` does not have, formulas, files or columns that cannot be read.
pub(super) fn read(
    recipe: &Recipe,
    recipe_path: &Path,
    from: &Path,
    config: &Config,
    ground: &Ground,
) -> Result<(Points, Vec<Cleaned>, Diagnostics)> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    let systems = Systems::new();
    // Equipment is kept a little around the territory: the nearest pharmacy may be across its border.
    let frame = Frame::new(&ground.zones);
    let mut points = Points::new();
    let (mut cleaned, mut warnings) = (Vec::new(), Diagnostics::new());
    for block in &recipe.equipment {
        let families = families(block, config, recipe_path)?;
        let Some(table) = recipe.tables.get(&block.table) else {
            return Err(unknown_table(&block.table, recipe, recipe_path).into());
        };
        let table = layout::complete(table, recipe_path, &block.table)?;
        let mut asked = Asked::default();
        let of = asked.add(recipe_path, "equipment.of", &block.of)?;
        let name = block
            .name
            .as_ref()
            .map(|t| asked.add(recipe_path, "equipment.name", t))
            .transpose()?;
        let lon = asked.add(recipe_path, "equipment.lon", &block.lon)?;
        let lat = asked.add(recipe_path, "equipment.lat", &block.lat)?;
        let epsg = table.epsg.as_ref().map(Formula::text);
        let epsg = epsg.map(|t| asked.add(recipe_path, "epsg", &t)).transpose()?;
        for (vintage, path) in files(&table, &block.table, from, recipe_path)? {
            let vintage: Vintage = match (&block.vintage, vintage) {
                (Some(text), _) => text.parse().map_err(|()| at(format!("millésime « {text} »")))?,
                (None, Some(vintage)) => vintage,
                (None, None) => {
                    return Err(at(format!("équipements de « {} » sans millésime", block.table))
                        .hint("ajouter vintage = \"2024\" à la table")
                        .into());
                }
            };
            let rows = points.entry(vintage).or_default();
            let (mut without, mut others) = (0u64, 0u64);
            let mut astray = Astray::default();
            let scan = Scan::open(&table, &path, Some(vintage), &asked, recipe_path)?;
            let (report, found) = scan.run(
                |row| {
                    let Some(family) = family(&families, &row.text(of)?) else {
                        return Ok(None);
                    };
                    let name = name.map_or(Ok(String::new()), |n| row.text(n))?;
                    let epsg = epsg.map_or(Ok(None), |e| row.number(e))?;
                    let written = row.number(lon)?.zip(row.number(lat)?);
                    let point = written.and_then(|(x, y)| systems.to_degrees(epsg, x, y));
                    Ok(Some((family.to_owned(), name, written, epsg, point)))
                },
                |row| match row {
                    None => others += 1,
                    Some((_, _, None, _, _)) => without += 1,
                    Some((family, name, Some(written), epsg, point)) => {
                        let Some(frame) = &frame else { return };
                        astray.note(written, epsg, point, frame);
                        if let Some(point) = point.filter(|p| frame.near(*p)) {
                            rows.insert((family, name, format::machine(point.x, 6), format::machine(point.y, 6)));
                        }
                    }
                },
            )?;
            cleaned.push(report);
            warnings.extend(found);
            // A national file has most of its points elsewhere; when it has none here, a mistake may explain it.
            if let Some(frame) = frame.filter(|_| astray.near == 0)
                && let Some((what, hint)) = astray.cause(&systems, &frame, 0.0)
            {
                return Err(
                    Diagnostic::error(format!("équipements : aucun point près du territoire ; {what}"))
                        .at(&path)
                        .hint(hint)
                        .into(),
                );
            }
            let mut warn = |count: u64, what: &str, then: [&str; 2]| {
                if count > 0 {
                    let points = format::plural(count, "point", "points");
                    let then = format::plural(count, then[0], then[1]);
                    let told = format!("équipements : {} {points} {what}{then}", format::integer(count));
                    warnings.push(Diagnostic::warning(told).at(&path));
                }
            };
            let aside = [", laissé de côté", ", laissés de côté"];
            warn(without, "sans coordonnées lisibles", aside);
            warn(astray.far, "loin du territoire", aside);
            warn(others, "d’un type qu’aucune famille ne prend", ["", ""]);
        }
    }
    Ok((points, cleaned, warnings))
}

fn families(block: &Equipment, config: &Config, recipe_path: &Path) -> Result<HashMap<String, String>> {
    let mut found = Diagnostics::new();
    let mut out = HashMap::new();
    for (family, codes) in &block.families {
        if !config.equipment.iter().any(|f| f.id == *family) {
            found.push(
                Diagnostic::error(format!("famille « {family} » absente d’atlas.toml ([[equipment]])"))
                    .at(recipe_path)
                    .suggest(family, config.equipment.iter().map(|f| f.id.as_str())),
            );
        }
        for code in codes.iter() {
            out.insert(code.to_owned(), family.clone());
        }
    }
    if found.is_empty() { Ok(out) } else { Err(found.sorted()) }
}

/// Family of a code: itself, or the longest prefix written with a star (`D2*`).
fn family<'a>(families: &'a HashMap<String, String>, code: &str) -> Option<&'a str> {
    if let Some(family) = families.get(code) {
        return Some(family);
    }
    (0..=code.len())
        .rev()
        .filter(|end| code.is_char_boundary(*end))
        .find_map(|end| families.get(&format!("{}*", &code[..end])))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_takes_the_codes_that_start_so() {
        let families: HashMap<String, String> = [("D2*", "soin"), ("D201", "medecin")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into();
        assert_eq!(family(&families, "D201"), Some("medecin"));
        assert_eq!(family(&families, "D232"), Some("soin"));
        assert_eq!(family(&families, "A101"), None);
    }
}
