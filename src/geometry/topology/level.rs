//! One level of detail of a topology.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::super::measure::{Plane, ring_area};
use super::{ArcRef, Topology};

/// A gap or an overlap thinner than this (m) is a fault of the boundaries, not an enclave or an island.
const SLIVER: f64 = 120.0;

/// Zones at one level of detail; neighbours still share their borders, point for point.
#[derive(Debug)]
pub struct Level<'a> {
    topology: &'a Topology,
    arcs: Vec<Vec<Coord>>,
    zones: Vec<MultiPolygon>,
    /// Smallest area drawn, in m².
    floor: f64,
}

impl<'a> Level<'a> {
    pub(super) fn new(topology: &'a Topology, tolerance: f64) -> Self {
        let floor = tolerance * tolerance;
        let arcs: Vec<Vec<Coord>> = topology
            .arcs
            .iter()
            .map(|arc| {
                arc.vertices
                    .iter()
                    .zip(&arc.weights)
                    .filter(|(_, w)| f64::from(**w) >= floor)
                    .map(|(&v, _)| topology.coords[v as usize])
                    .collect()
            })
            .collect();
        let zones = topology.zones.iter().map(|parts| {
            let largest = parts.iter().map(|p| p.area).fold(0.0, f64::max);
            parts
                .iter()
                .filter_map(|part| {
                    let outer = ring(&arcs, part.rings.first()?);
                    let drawn = distinct(&outer) >= 3;
                    // A small island goes, unless it is all there is.
                    let keep = part.area >= largest || (drawn && area(&outer) >= floor);
                    keep.then(|| {
                        let holes = part.holes().iter().map(|r| ring(&arcs, r));
                        Polygon::new(outer, holes.filter(|h| distinct(h) >= 3 && area(h) >= floor).collect())
                    })
                })
                .collect()
        });
        Self {
            zones: zones.collect(),
            topology,
            arcs,
            floor,
        }
    }

    /// Gives a zone at this level; empty only if it was given empty.
    ///
    /// # Panics
    /// Never for a rank under the number of zones given.
    pub fn zone(&self, zone: usize) -> &MultiPolygon {
        &self.zones[zone]
    }

    /// Gives all zones, in the order given.
    pub fn zones(&self) -> &[MultiPolygon] {
        &self.zones
    }

    /// Gives the lines that zones share, in degrees; [`Self::rings`] refers to them by rank.
    pub fn arcs(&self) -> &[Vec<Coord>] {
        &self.arcs
    }

    /// Gives the polygons of a zone as rings of arcs: rank in [`Self::arcs`], and whether it runs backwards.
    ///
    /// The same polygons and holes as [`Self::zone`], outer ring first.
    ///
    /// # Panics
    /// Never for a rank under the number of zones given.
    pub fn rings(&self, zone: usize) -> Vec<Vec<Vec<(u32, bool)>>> {
        let parts = &self.topology.zones[zone];
        let largest = parts.iter().map(|p| p.area).fold(0.0, f64::max);
        let wide = |refs: &[ArcRef]| {
            let line = ring(&self.arcs, refs);
            distinct(&line) >= 3 && area(&line) >= self.floor
        };
        let refs = |refs: &[ArcRef]| refs.iter().map(|r| (r.arc, r.reversed)).collect();
        parts
            .iter()
            .filter(|part| !part.rings.is_empty() && (part.area >= largest || wide(&part.rings[0])))
            .map(|part| {
                let holes = part.holes().iter().filter(|h| wide(h));
                std::iter::once(&part.rings[0]).chain(holes).map(|r| refs(r)).collect()
            })
            .collect()
    }

    /// Gives the outline of several zones together: closed lines, without the borders between them.
    ///
    /// Slivers left between borders that do not match are dropped when they are thinner than the level of detail shows.
    pub fn outline(&self, zones: impl IntoIterator<Item = usize>) -> Vec<LineString> {
        self.contours(zones).into_iter().map(|(_, line)| line).collect()
    }

    /// Gives the borders between zones: open lines, each once, without those of [`Self::outline`].
    ///
    /// A border drawn once weighs half of what it does when each of its two zones draws it.
    pub fn borders(&self, zones: impl IntoIterator<Item = usize> + Clone) -> Vec<LineString> {
        let contours = self.contours(zones.clone());
        let outer: BTreeSet<u32> = contours.iter().flat_map(|(refs, _)| refs).map(|r| r.arc).collect();
        let drawn: BTreeSet<u32> = zones
            .into_iter()
            .flat_map(|zone| self.rings(zone))
            .flatten()
            .flatten()
            .map(|(arc, _)| arc)
            .collect();
        drawn
            .difference(&outer)
            .map(|&arc| LineString(self.arcs[arc as usize].clone()))
            .collect()
    }

    /// Gives the closed lines of [`Self::outline`] with the arcs they are made of.
    fn contours(&self, zones: impl IntoIterator<Item = usize>) -> Vec<(Vec<ArcRef>, LineString)> {
        let mut balance = BTreeMap::<u32, i32>::new();
        for zone in zones {
            for r in self.topology.zones[zone].iter().flat_map(|p| &p.rings).flatten() {
                *balance.entry(r.arc).or_default() += if r.reversed { -1 } else { 1 };
            }
        }
        let ends = |r: ArcRef| {
            let vertices = &self.topology.arcs[r.arc as usize].vertices;
            let (a, b) = (vertices[0], vertices[vertices.len() - 1]);
            if r.reversed { (b, a) } else { (a, b) }
        };
        let mut border = BTreeMap::<u32, Vec<ArcRef>>::new();
        for (arc, balance) in balance {
            if balance != 0 {
                let r = ArcRef {
                    arc,
                    reversed: balance < 0,
                };
                border.entry(ends(r).0).or_default().push(r);
            }
        }
        let mut contours = Vec::new();
        while let Some(start) = border.keys().next().copied() {
            let mut refs = Vec::new();
            let mut at = start;
            while let Some(list) = border.get_mut(&at) {
                let Some(next) = list.pop() else { break };
                if list.is_empty() {
                    border.remove(&at);
                }
                refs.push(next);
                at = ends(next).1;
                if at == start {
                    break;
                }
            }
            let line = ring(&self.arcs, &refs);
            let (area, thickness) = size(&line);
            contours.push((area.abs(), thickness, refs, line));
        }
        // Gaps and overlaps between borders that do not match leave thin lines; the largest one is always kept.
        let largest = contours.iter().map(|c| c.0).fold(0.0, f64::max);
        let least = SLIVER.max(2.0 * self.floor.sqrt());
        contours.retain(|&(area, thickness, ..)| area >= largest || thickness >= least);
        contours.into_iter().map(|(.., refs, line)| (refs, line)).collect()
    }
}

/// Joins arcs into a closed line.
fn ring(arcs: &[Vec<Coord>], refs: &[ArcRef]) -> LineString {
    let mut points: Vec<Coord> = Vec::new();
    for r in refs {
        let arc = &arcs[r.arc as usize];
        // The first point of an arc is the last of the one before.
        if r.reversed {
            points.extend(arc.iter().rev().skip(usize::from(!points.is_empty())));
        } else {
            points.extend(arc.iter().skip(usize::from(!points.is_empty())));
        }
    }
    points.dedup();
    let mut line = LineString(points);
    line.close();
    line
}

/// Counts the distinct points of a closed line.
fn distinct(ring: &LineString) -> usize {
    let mut points: Vec<(u64, u64)> = ring.0.iter().map(|c| (c.x.to_bits(), c.y.to_bits())).collect();
    points.sort_unstable();
    points.dedup();
    points.len()
}

fn flat(line: &LineString) -> LineString {
    let plane = Plane::at(line.0.first().map_or(0.0, |c| c.y));
    line.0.iter().map(|&c| plane.project(c)).collect()
}

fn area(line: &LineString) -> f64 {
    ring_area(&flat(line)).abs()
}

/// Gives the signed area of a closed line (m²), positive counter-clockwise, and its thickness (m): four times the area
/// over the length, which is the side of a square and twice the width of a strip.
fn size(line: &LineString) -> (f64, f64) {
    let flat = flat(line);
    let length: f64 = flat.lines().map(|l| l.dx().hypot(l.dy())).sum();
    let area = ring_area(&flat);
    (area, if length > 0.0 { 4.0 * area.abs() / length } else { 0.0 })
}

/// Levels of detail made once, from the finest to the coarsest, each √2 times as coarse as the one before.
#[derive(Debug)]
pub struct Levels<'a> {
    levels: Vec<Level<'a>>,
    finest: f64,
}

impl<'a> Levels<'a> {
    /// Makes `count` levels from `finest` metres on.
    pub fn new(topology: &'a Topology, finest: f64, count: usize) -> Self {
        let levels = (0i32..)
            .take(count.max(1))
            .map(|i| topology.level(finest * 2f64.powf(f64::from(i) / 2.0)))
            .collect();
        Self { levels, finest }
    }

    /// Gives the coarsest level whose details are not larger than `metres`; the finest one when all are.
    pub fn at(&self, metres: f64) -> &Level<'a> {
        // A hair more, so that a level is its own choice.
        let step = (2.0 * (metres / self.finest).log2() + 1e-9).floor().max(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive and small"
        )]
        let step = (step as usize).min(self.levels.len() - 1);
        &self.levels[step]
    }
}
