use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};

use super::*;
use crate::geometry::locate::Locator;
use crate::geometry::measure::DEGREE;

fn polygon(points: &[(f64, f64)]) -> Polygon {
    Polygon::new(
        points.iter().map(|&(x, y)| Coord { x, y }).collect::<LineString>(),
        Vec::new(),
    )
}

fn square(x: f64, y: f64, side: f64) -> Polygon {
    Rect::new(
        Coord { x, y },
        Coord {
            x: x + side,
            y: y + side,
        },
    )
    .to_polygon()
}

/// A grid of zones whose borders wander, each drawn with all their points.
fn wandering(n: u32) -> Vec<MultiPolygon> {
    let wobble = |i: u32| f64::from(i.wrapping_mul(2_654_435) % 97) / 97.0 * 0.0008;
    let side = |along: u32, across: u32, vertical: bool| -> Vec<Coord> {
        (0..=20u32)
            .map(|k| {
                let (t, w) = (
                    f64::from(along * 20 + k) * 0.001,
                    wobble(along * 20 + k + 1000 * across + u32::from(vertical)),
                );
                let w = if k % 20 == 0 { 0.0 } else { w };
                let across = f64::from(across) * 0.02 + w;
                if vertical {
                    Coord { x: 3.0 + across, y: t }
                } else {
                    Coord { x: 3.0 + t, y: across }
                }
            })
            .collect()
    };
    let mut zones = Vec::new();
    for row in 0..n {
        for column in 0..n {
            let mut ring = side(column, row, false);
            ring.extend(side(row, column + 1, true));
            ring.extend(side(column, row + 1, false).into_iter().rev());
            ring.extend(side(row, column, true).into_iter().rev());
            zones.push(MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())]));
        }
    }
    zones
}

fn points(zones: &[MultiPolygon]) -> usize {
    zones.iter().flat_map(|z| &z.0).map(|p| p.exterior().0.len()).sum()
}

#[test]
fn a_simplified_border_is_the_same_for_both_sides() {
    let zones = wandering(4);
    let topology = Topology::new(&zones, 0.0);
    let level = topology.level(150.0);
    assert!(points(level.zones()) < points(&zones) / 2, "simplified");
    // Every segment inside the whole is drawn exactly twice; the others make the outline.
    let mut uses = std::collections::BTreeMap::new();
    for line in level
        .zones()
        .iter()
        .flat_map(|z| &z.0)
        .flat_map(|p| p.exterior().lines())
    {
        let (a, b) = (
            (line.start.x.to_bits(), line.start.y.to_bits()),
            (line.end.x.to_bits(), line.end.y.to_bits()),
        );
        *uses.entry((a.min(b), a.max(b))).or_insert(0) += 1;
    }
    assert!(uses.values().all(|&n| n <= 2));
    let outline = level.outline(0..zones.len());
    assert_eq!(outline.len(), 1);
    assert_eq!(outline[0].lines().count(), uses.values().filter(|&&n| n == 1).count());
    let between = level.borders(0..zones.len());
    assert_eq!(
        between.iter().map(|l| l.lines().count()).sum::<usize>(),
        uses.values().filter(|&&n| n == 2).count(),
        "each border between two zones is drawn once, the outline not at all"
    );
    // Every point of the middle is in one zone and one only: no gap, no overlap.
    let locator = Locator::new(level.zones());
    for i in 0..400u32 {
        let p = Coord {
            x: 3.005 + f64::from(i % 20) * 0.0035,
            y: 0.005 + f64::from(i / 20) * 0.0035,
        };
        assert_eq!(locator.holding(p).len(), 1, "{p:?}");
    }
}

#[test]
fn neighbours_share_a_border_not_a_corner() {
    let topology = Topology::new(&wandering(3), 0.0);
    let neighbours = topology.neighbours();
    assert_eq!(neighbours[4], [1, 3, 5, 7]);
    assert_eq!(neighbours[0], [1, 3]);
    assert!(topology.shared() > 0.6);
}

#[test]
fn borders_a_few_metres_apart_are_brought_together() {
    // The right zone leaves out a vertex of the left one, and its corners are 4 m off.
    let off = 4.0 / DEGREE;
    let left = polygon(&[(3.0, 0.0), (3.01, 0.0), (3.0101, 0.005), (3.01, 0.01), (3.0, 0.01)]);
    let right = polygon(&[(3.01 + off, 0.0), (3.02, 0.0), (3.02, 0.01), (3.01 + off, 0.01)]);
    let zones = [MultiPolygon(vec![left]), MultiPolygon(vec![right])];
    let apart = Topology::new(&zones, 0.0);
    assert_eq!(apart.neighbours(), [vec![], vec![]] as [Vec<usize>; 2]);
    assert_eq!(apart.level(1.0).outline([0, 1]).len(), 2);
    let joined = Topology::new(&zones, 12.0);
    assert_eq!(joined.neighbours(), [vec![1], vec![0]]);
    assert_eq!(joined.level(1.0).outline([0, 1]).len(), 1);
}

#[test]
fn no_zone_vanishes_and_small_islands_go_first() {
    let tiny = 20.0 / DEGREE;
    let zones = [
        MultiPolygon(vec![square(3.0, 0.0, tiny)]),
        MultiPolygon(vec![square(3.1, 0.0, 0.05), square(3.2, 0.0, tiny)]),
        MultiPolygon(Vec::new()),
    ];
    let topology = Topology::new(&zones, 10.0);
    let level = topology.level(500.0);
    assert_eq!(level.zone(0).0.len(), 1, "the only part stays");
    assert!(level.zone(0).0[0].exterior().0.len() >= 4);
    assert_eq!(level.zone(1).0.len(), 1, "the islet is left out");
    assert!(level.zone(2).0.is_empty());
    assert_eq!(topology.level(10.0).zone(1).0.len(), 2);
}

#[test]
fn a_hole_is_the_border_of_what_fills_it() {
    let inner = square(3.004, 0.004, 0.002);
    let around = Polygon::new(
        square(3.0, 0.0, 0.01).exterior().clone(),
        vec![inner.exterior().clone()],
    );
    let zones = [MultiPolygon(vec![around]), MultiPolygon(vec![inner])];
    let topology = Topology::new(&zones, 0.0);
    assert_eq!(topology.neighbours(), [vec![1], vec![0]]);
    let level = topology.level(1.0);
    assert_eq!(level.zone(0).0[0].interiors().len(), 1);
    assert_eq!(level.outline([0, 1]).len(), 1, "the whole has no hole");
}

#[test]
fn nonsense_is_survived() {
    let line = polygon(&[(3.0, 0.0), (3.01, 0.0), (3.0, 0.0)]);
    let point = polygon(&[(3.0, 0.0)]);
    let nan = polygon(&[(3.0, 0.0), (f64::NAN, 0.0), (3.0, 0.1), (3.1, 0.1)]);
    let zones = [line, point, nan].map(|p| MultiPolygon(vec![p]));
    let topology = Topology::new(&zones, 12.0);
    assert_eq!(topology.len(), 3);
    assert_eq!(topology.level(1.0).zone(2).0.len(), 1);
}

#[test]
fn levels_are_chosen_by_what_shows() {
    let topology = Topology::new(&wandering(4), 0.0);
    let levels = Levels::new(&topology, 5.0, 11);
    assert_eq!(points(levels.at(1.0).zones()), points(topology.level(5.0).zones()));
    assert_eq!(points(levels.at(56.0).zones()), points(topology.level(40.0).zones()));
    assert_eq!(points(levels.at(1e9).zones()), points(topology.level(160.0).zones()));
}
