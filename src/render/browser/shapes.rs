//! Outlines of a scale as TopoJSON: each border once, whole numbers.

use geo::{Coord, MultiPolygon};

use crate::geometry::topology::{Level, Topology};
use crate::model::{Scale, Site, Tid};

use super::blocks::{Block, Blocks};
use super::json::{UNIT, integer, key, list, units};

/// Points that the outlines of a block may have: some 75 kB once compressed.
const POINTS: usize = 22_000;

/// Levels of detail tried, in metres, from the finest.
const DETAILS: [f64; 7] = [4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0];

/// Distance in metres under which two borders are the same.
const SNAP: f64 = 5.0;

/// Writes `contours/<scale>-<block>.json` for each block of a scale; nothing for residences, which are points.
pub(super) fn files(site: &Site, blocks: &Blocks, scale: Scale) -> Vec<(String, String)> {
    if matches!(scale, Scale::Residence | Scale::Metropole) {
        return Vec::new();
    }
    let shapes: Vec<MultiPolygon> = site
        .territories
        .of(scale)
        .map(|t| {
            site.territories
                .get(t)
                .shape
                .clone()
                .unwrap_or(MultiPolygon(Vec::new()))
        })
        .collect();
    let topology = Topology::new(&shapes, if scale == Scale::Qpv { 0.0 } else { SNAP });
    let room = POINTS * blocks.of(scale).len().max(1);
    let mut level = topology.level(DETAILS[0]);
    for detail in &DETAILS[1..] {
        if level.arcs().iter().map(Vec::len).sum::<usize>() <= room {
            break;
        }
        level = topology.level(*detail);
    }
    let first = site.territories.of(scale).next().map_or(0, Tid::index);
    blocks
        .of(scale)
        .iter()
        .map(|block| (format!("contours/{}.json", block.name()), write(&level, first, block)))
        .collect()
}

fn write(level: &Level, first: usize, block: &Block) -> String {
    let zones: Vec<Vec<Vec<Vec<(u32, bool)>>>> = block.tids.iter().map(|t| level.rings(t.index() - first)).collect();
    // Arcs are numbered again, in the order of their first use.
    let mut used: Vec<u32> = Vec::new();
    let mut rank = std::collections::HashMap::new();
    for (arc, _) in zones.iter().flatten().flatten().flatten() {
        rank.entry(*arc).or_insert_with(|| {
            used.push(*arc);
            used.len() - 1
        });
    }
    let origin = [units(block.bounds[0]), units(block.bounds[1])];
    let mut out = String::with_capacity(1 << 16);
    out.push_str("{\"type\":\"Topology\",\"transform\":{\"scale\":[");
    out.push_str(&format!("{UNIT},{UNIT}],\"translate\":["));
    #[expect(clippy::cast_precision_loss, reason = "whole units of a coordinate")]
    let back = |v: i64| format!("{:.5}", v as f64 * UNIT);
    out.push_str(&format!("{},{}]}}", back(origin[0]), back(origin[1])));
    key(&mut out, "objects");
    out.push('{');
    key(&mut out, block.scale.key());
    out.push_str("{\"type\":\"GeometryCollection\",\"geometries\":");
    list(&mut out, &zones, |out, zone| {
        out.push_str("{\"type\":\"MultiPolygon\",\"arcs\":");
        list(out, zone, |out, polygon| {
            list(out, polygon, |out, ring| {
                list(out, ring, |out, (arc, reversed)| {
                    let i = i64::try_from(rank.get(arc).copied().unwrap_or(0)).unwrap_or(0);
                    integer(out, if *reversed { !i } else { i });
                });
            });
        });
        out.push('}');
    });
    out.push_str("}}");
    key(&mut out, "arcs");
    list(&mut out, &used, |out, arc| {
        let mut at = origin;
        list(out, steps(&level.arcs()[*arc as usize]), |out, point| {
            out.push('[');
            integer(out, point[0] - at[0]);
            out.push(',');
            integer(out, point[1] - at[1]);
            out.push(']');
            at = point;
        });
    });
    out.push('}');
    out
}

/// Points of an arc in whole units, without repeated ones between its ends.
fn steps(arc: &[Coord]) -> Vec<[i64; 2]> {
    let mut points: Vec<[i64; 2]> = arc.iter().map(|c| [units(c.x), units(c.y)]).collect();
    let ends = (points.first().copied(), points.last().copied());
    points.dedup();
    if points.len() < 2
        && let (Some(first), Some(last)) = ends
    {
        points = vec![first, last];
    }
    points
}
