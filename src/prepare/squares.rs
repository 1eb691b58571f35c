//! INSEE grids: squares of the territory, in classes; the figures of a square never leave this room.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::ground::{Ground, Systems};
use super::layout;
use super::recipe::{Formula, Recipe};
use super::residences::unknown_table;
use super::scan::{Asked, Cleaned, Scan, files};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::{Dictionary, Scale, Vintage};

/// Squares by indicator and vintage: identifier → outline and class from 1.
pub(super) type Squares = BTreeMap<(String, Vintage), BTreeMap<String, (MultiPolygon<f64>, usize)>>;

/// Households under which INSEE's own rules ask for no figure of a square.
const HOUSEHOLDS: f64 = 11.0;

/// Reads the grids of the recipe.
///
/// # Errors
/// Indicators that are not thematic-only, formulas, files or columns that cannot be read.
pub(super) fn read(
    recipe: &Recipe,
    recipe_path: &Path,
    from: &Path,
    dictionary: &Dictionary,
    ground: &Ground,
) -> Result<(Squares, Vec<Cleaned>, Diagnostics)> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    let systems = Systems::new();
    let mut squares = Squares::new();
    let (mut cleaned, mut warnings) = (Vec::new(), Diagnostics::new());
    for block in &recipe.grid {
        let known = dictionary.find(&block.indicator).map(|i| dictionary.get(i));
        if !known.is_some_and(|i| i.thematic_only) {
            return Err(at(format!(
                "carroyage « {} » : indicateur thématique absent du dictionnaire",
                block.indicator
            ))
            .hint("le décrire avec thematic_only = oui (article 3)")
            .into());
        }
        if block.breaks.is_empty() || block.breaks.len() > 4 || !block.breaks.windows(2).all(|w| w[0] < w[1]) {
            return Err(at(format!(
                "carroyage « {} » : de une à quatre bornes croissantes attendues",
                block.indicator
            ))
            .into());
        }
        let Some(table) = recipe.tables.get(&block.table) else {
            return Err(unknown_table(&block.table, recipe, recipe_path).into());
        };
        let table = layout::complete(table, recipe_path, &block.table)?;
        let mut asked = Asked::default();
        let id = asked.add(recipe_path, "grid.square", &block.square)?;
        let value = asked.add(recipe_path, "grid.value", &block.value.text())?;
        let households = block.households.as_ref().map(Formula::text);
        let households = households
            .map(|t| asked.add(recipe_path, "grid.households", &t))
            .transpose()?;
        for (vintage, path) in files(&table, &block.table, from, recipe_path)? {
            let vintage: Vintage = match (&block.vintage, vintage) {
                (Some(text), _) => text.parse().map_err(|()| at(format!("millésime « {text} »")))?,
                (None, Some(vintage)) => vintage,
                (None, None) => return Err(at(format!("carroyage « {} » sans millésime", block.indicator)).into()),
            };
            let scan = Scan::open(&table, &path, Some(vintage), &asked, recipe_path)?;
            let layer = ground.layers.get(&Scale::Commune);
            let out = squares.entry((block.indicator.clone(), vintage)).or_default();
            let (mut unread, mut small) = (0u64, 0u64);
            let (report, found) = scan.run(
                |row| {
                    let id = row.text(id)?;
                    let Some((shape, middle)) = outline(&id, &systems) else {
                        return Ok(Some(None));
                    };
                    if layer.is_none_or(|l| l.holding(middle).is_empty()) {
                        return Ok(None);
                    }
                    let households = households.map_or(Ok(None), |h| row.number(h))?;
                    Ok(Some(Some((id, shape, row.number(value)?, households))))
                },
                |row| match row {
                    None => {}
                    Some(None) => unread += 1,
                    Some(Some((id, shape, Some(value), households))) => {
                        if households.is_some_and(|h| h < HOUSEHOLDS) {
                            small += 1;
                            return;
                        }
                        let class = block.breaks.iter().filter(|b| value >= **b).count() + 1;
                        out.insert(id, (shape, class));
                    }
                    Some(Some(_)) => small += 1,
                },
            )?;
            cleaned.push(report);
            warnings.extend(found);
            if unread > 0 {
                warnings.push(
                    Diagnostic::warning(format!("carroyage : {unread} identifiants de carreau illisibles"))
                        .at(&path)
                        .hint("attendu : CRS3035RES200mN2029800E4254200"),
                );
            }
            if small > 0 {
                warnings.push(
                    Diagnostic::warning(format!(
                        "carroyage : {small} carreaux sans classe (moins de 11 ménages)"
                    ))
                    .at(&path),
                );
            }
        }
    }
    Ok((squares, cleaned, warnings))
}

/// Outline of a square from its INSEE identifier, and its middle.
fn outline(id: &str, systems: &Systems) -> Option<(MultiPolygon<f64>, Coord<f64>)> {
    let rest = id.strip_prefix("CRS")?;
    let (epsg, rest) = rest.split_once("RES")?;
    let (side, rest) = rest.split_once('m')?;
    let (north, east) = rest.strip_prefix('N')?.split_once('E')?;
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite());
    let (epsg, side, y, x) = (number(epsg)?, number(side)?, number(north)?, number(east)?);
    let corner = |dx: f64, dy: f64| systems.to_degrees(Some(epsg), x + dx * side, y + dy * side);
    let ring = vec![
        corner(0.0, 0.0)?,
        corner(1.0, 0.0)?,
        corner(1.0, 1.0)?,
        corner(0.0, 1.0)?,
        corner(0.0, 0.0)?,
    ];
    Some((
        MultiPolygon(vec![Polygon::new(LineString(ring), vec![])]),
        corner(0.5, 0.5)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_of_the_european_grid_falls_where_it_is() {
        // The origin of EPSG:3035 is 52° N 10° E at 3 210 000 N, 4 321 000 E.
        let (shape, _) = outline("CRS3035RES200mN3210000E4321000", &Systems::new()).expect("known grid");
        let first = shape.0[0].exterior().0[0];
        assert!(
            (first.x - 10.0).abs() < 1e-6 && (first.y - 52.0).abs() < 1e-6,
            "{first:?}"
        );
        let side = shape.0[0].exterior().0[3].y - first.y;
        assert!((side * 111_267.0 - 200.0).abs() < 1.0, "{side}");
        assert!(outline("N3210000E4321000", &Systems::new()).is_none());
    }
}
