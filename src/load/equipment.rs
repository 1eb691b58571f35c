//! `data/equipment/<vintage>.csv`: public points, and what they make around each territory.

use std::path::Path;

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::table::{Table, degrees, number};
use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::geometry::{locate::Locator, nearby::PointIndex};
use crate::model::{Around, Equipment, EquipmentPoint, Scale, Surroundings, Territories, Tid, Vintage};

const COLUMNS: [&str; 4] = ["family", "name", "lon", "lat"];
const ALIASES: [(&str, &str); 4] = [
    ("famille", "family"),
    ("nom", "name"),
    ("longitude", "lon"),
    ("latitude", "lat"),
];

/// Reads the equipment of the last vintage; an empty list when there is no file.
///
/// # Errors
/// Unknown families, wrong coordinates, wrong file names.
pub(super) fn equipment(folder: &Path, config: &Config) -> Result<Equipment> {
    let mut last: Option<(Vintage, std::path::PathBuf)> = None;
    for path in if folder.exists() { fs::walk(folder)? } else { Vec::new() } {
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("");
        let vintage = stem.parse::<Vintage>().map_err(|()| {
            Diagnostic::error(format!("millésime « {stem} » : année attendue"))
                .at(&path)
                .hint("nommer ce fichier comme data/equipment/2024.csv")
        })?;
        if last.as_ref().is_none_or(|(v, _)| *v < vintage) {
            last = Some((vintage, path));
        }
    }
    let Some((vintage, path)) = last else {
        return Ok(Equipment::default());
    };
    let mut found = Diagnostics::new();
    let Some(table) = Table::salvage(&path, &COLUMNS, &COLUMNS, &ALIASES, &mut found) else {
        return Err(found.sorted());
    };
    let mut points = Vec::new();
    for row in table.rows() {
        let name = row.get("family");
        let family = config.equipment.iter().position(|f| f.id == name);
        if family.is_none() && !config.unsure_of("equipment") {
            found.push(
                row.error(
                    "family",
                    format!("famille « {name} » absente d’atlas.toml ([[equipment]])"),
                )
                .hint("décrire cette famille dans atlas.toml : [[equipment]] id, label, source")
                .suggest(name, config.equipment.iter().map(|f| f.id.as_str())),
            );
        }
        let degree = |column: &str, limit: f64| number(row.get(column)).filter(|v| v.abs() <= limit);
        let (lon, lat) = (degree("lon", 180.0), degree("lat", 90.0));
        for (column, value, limit) in [("lon", lon, 180.0), ("lat", lat, 90.0)] {
            if value.is_none() {
                found.push(
                    row.error(column, degrees(row.get(column), limit))
                        .hint("coordonnées en WGS84"),
                );
            }
        }
        if let (Some(family), Some(lon), Some(lat)) = (family, lon, lat) {
            points.push(EquipmentPoint {
                family: u16::try_from(family).unwrap_or(u16::MAX),
                name: row.get("name").to_owned(),
                point: geo::Point::new(lon, lat),
            });
        }
    }
    if !found.is_empty() {
        return Err(found.sorted());
    }
    points.sort_by(|a, b| {
        (a.family, &a.name)
            .cmp(&(b.family, &b.name))
            .then(a.point.x().total_cmp(&b.point.x()))
            .then(a.point.y().total_cmp(&b.point.y()))
    });
    Ok(Equipment {
        points,
        vintage: Some(vintage),
    })
}

/// Measures what is around each residence and inside each wider territory, family by family.
pub(super) fn surroundings(equipment: &Equipment, families: usize, territories: &Territories) -> Surroundings {
    if equipment.points.is_empty() {
        return Surroundings::default();
    }
    let by_family: Vec<(Vec<u32>, PointIndex)> = (0..families)
        .map(|family| {
            let ranks: Vec<u32> = (0u32..)
                .zip(&equipment.points)
                .filter(|(_, p)| usize::from(p.family) == family)
                .map(|(i, _)| i)
                .collect();
            let coords = ranks
                .iter()
                .map(|i| Coord::from(equipment.points[*i as usize].point))
                .collect();
            (ranks, PointIndex::new(coords))
        })
        .collect();
    let inside = inside(equipment, families, territories);
    let all = territories
        .iter()
        .collect::<Vec<_>>()
        .into_par_iter()
        .flat_map_iter(|(tid, territory)| {
            let point = territory
                .point
                .filter(|_| territory.scale == Scale::Residence)
                .map(Coord::from);
            let inside = &inside;
            by_family
                .iter()
                .enumerate()
                .map(move |(family, (ranks, index))| {
                    let mut around = Around {
                        inside: inside[tid.index() * families + family],
                        ..Around::default()
                    };
                    if let Some(point) = point {
                        if let Some(&(rank, metres)) = index.nearest(point, 1).first() {
                            around.nearest_metres = Some(metres);
                            around.nearest = ranks.get(rank).copied();
                        }
                        around.within_500 = u32::try_from(index.count_within(point, 500.0)).unwrap_or(u32::MAX);
                    }
                    around
                })
                .collect::<Vec<_>>()
        })
        .collect();
    Surroundings::new(families, all)
}

fn inside(equipment: &Equipment, families: usize, territories: &Territories) -> Vec<u32> {
    let mut counts = vec![0u32; territories.len() * families];
    for point in &equipment.points {
        counts[territories.metropole().index() * families + usize::from(point.family)] += 1;
    }
    for scale in [Scale::Commune, Scale::Iris, Scale::Qpv] {
        let tids: Vec<Tid> = territories.of(scale).collect();
        let shapes: Vec<MultiPolygon<f64>> = tids
            .iter()
            .map(|t| territories.get(*t).shape.clone().unwrap_or(MultiPolygon(Vec::new())))
            .collect();
        let locator = Locator::new(&shapes);
        let held: Vec<(u16, Option<usize>)> = equipment
            .points
            .par_iter()
            .map(|p| (p.family, locator.holding(Coord::from(p.point)).first().copied()))
            .collect();
        for (family, rank) in held {
            if let Some(rank) = rank {
                counts[tids[rank].index() * families + usize::from(family)] += 1;
            }
        }
    }
    counts
}
