//! Layers of context: public equipment by family, thematic grids in classes.

use crate::model::Site;

use super::json::{UNIT, integer, integers, key, list, text, texts, units};

/// Writes `equipements/<family>.json`; nothing for a family without any point.
pub(super) fn equipment(site: &Site, family: usize) -> Option<(String, String)> {
    let described = site.config.equipment.get(family)?;
    let points = || site.equipment.points.iter().filter(|p| usize::from(p.family) == family);
    points().next()?;
    let mut out = String::from("{");
    for (name, value) in [
        ("family", &described.id),
        ("label", &described.label),
        ("source", &described.source),
    ] {
        key(&mut out, name);
        text(&mut out, value);
    }
    key(&mut out, "vintage");
    text(&mut out, &site.equipment.vintage.map(|v| v.label()).unwrap_or_default());
    key(&mut out, "unit");
    out.push_str(&UNIT.to_string());
    texts(&mut out, "names", points().map(|p| p.name.as_str()));
    integers(&mut out, "lon", points().map(|p| units(p.point.x())));
    integers(&mut out, "lat", points().map(|p| units(p.point.y())));
    out.push('}');
    Some((format!("equipements/{}.json", described.id), out))
}

/// Path of a grid.
pub(super) fn grid_path(site: &Site, grid: usize) -> String {
    let grid = &site.grids[grid];
    format!(
        "carreaux/{}-{}.json",
        site.dictionary.get(grid.indicator).id,
        grid.vintage
    )
}

/// Writes `carreaux/<indicator>-<vintage>.json`: corners and class of each square, and nothing else.
pub(super) fn grid(site: &Site, rank: usize) -> (String, String) {
    let grid = &site.grids[rank];
    let mut out = String::from("{");
    key(&mut out, "indicator");
    text(&mut out, &site.dictionary.get(grid.indicator).id);
    key(&mut out, "unit");
    out.push_str(&UNIT.to_string());
    integers(&mut out, "classes", grid.squares.iter().map(|s| i64::from(s.class)));
    // The first corner is absolute, the others are steps from the one before.
    key(&mut out, "squares");
    list(&mut out, &grid.squares, |out, square| {
        let corners = &square.shape.exterior().0;
        let mut at = [0, 0];
        list(out, corners.iter().take(corners.len().saturating_sub(1)), |out, c| {
            let point = [units(c.x), units(c.y)];
            integer(out, point[0] - at[0]);
            out.push(',');
            integer(out, point[1] - at[1]);
            at = point;
        });
    });
    out.push('}');
    (grid_path(site, rank), out)
}
