//! Borders kept together: polygons cut into arcs, so that a border drawn by two zones is simplified once for both.
//!
//! Polygons that touch share their arcs; what does not touch is simplified on its own and never dropped. Generalised
//! boundaries seldom match point for point: vertices within `snap` metres of a neighbour's border are put on it first.
//! Arcs carry, for each of their points, the area of the detail it draws (Visvalingam and Whyatt, 1993), so that
//! [`Topology::level`] makes any number of levels of detail from one pass.

mod arcs;
mod level;
mod simplify;
mod snap;

use geo::{BoundingRect as _, Coord, MultiPolygon, Rect};

pub use level::{Level, Levels};

/// What to snap generalised boundaries with, in metres: brings most borders of the generalised Contours IRIS together
/// (metropolis of Lille: 93 % of border length, against 56 % as they come; more than this moves true borders).
pub const GENERALISED: f64 = 20.0;

/// One ring of a polygon, as it was given: vertices by rank, not closed.
#[derive(Debug)]
struct Ring {
    zone: u32,
    part: u32,
    vertices: Vec<u32>,
}

/// Which arc, and whether it runs backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ArcRef {
    arc: u32,
    reversed: bool,
}

/// A line between two junctions, or a closed line without junction (first point = last point).
#[derive(Debug)]
struct Arc {
    vertices: Vec<u32>,
    /// Area of the detail drawn by each point, in m²; infinite for those always kept.
    weights: Vec<f32>,
}

/// A polygon: its outer ring, then its holes.
#[derive(Debug)]
struct Part {
    rings: Vec<Vec<ArcRef>>,
    /// Area of the outer ring, in m².
    area: f64,
}

/// Zones cut into shared arcs.
#[derive(Debug)]
pub struct Topology {
    coords: Vec<Coord>,
    arcs: Vec<Arc>,
    zones: Vec<Vec<Part>>,
}

impl Topology {
    /// Cuts zones (degrees) into shared arcs, after bringing together borders less than `snap` metres apart.
    ///
    /// `snap` 0 shares exact borders only (to about 0.1 m). Zones keep their order; an empty zone stays empty.
    pub fn new(zones: &[MultiPolygon], snap: f64) -> Self {
        let (mut coords, mut rings) = arcs::read(zones);
        if snap > 0.0 {
            snap::snap(&mut coords, &mut rings, snap);
        }
        let mut topology = arcs::cut(coords, &rings, zones.len());
        simplify::weigh(&mut topology);
        topology
    }

    /// Number of zones.
    pub fn len(&self) -> usize {
        self.zones.len()
    }

    /// Says whether there is no zone.
    pub fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// Gives, for each zone, the zones that share a border with it, ascending; a common corner is not a border.
    pub fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.arcs.len()];
        for (zone, parts) in self.zones.iter().enumerate() {
            for arc in parts.iter().flat_map(|p| &p.rings).flatten() {
                let list = &mut users[arc.arc as usize];
                if list.last() != Some(&zone) {
                    list.push(zone);
                }
            }
        }
        let mut found = vec![Vec::new(); self.zones.len()];
        for list in users.iter().filter(|l| l.len() > 1) {
            for &a in list {
                found[a].extend(list.iter().copied().filter(|&b| b != a));
            }
        }
        for list in &mut found {
            list.sort_unstable();
            list.dedup();
        }
        found
    }

    /// Makes one level of detail: details that cover less than `tolerance` × `tolerance` metres are left out.
    pub fn level(&self, tolerance: f64) -> Level<'_> {
        Level::new(self, tolerance)
    }

    /// Share of the border length that is drawn by two zones or more, from 0 to 1: tells whether zones fit together.
    pub fn shared(&self) -> f64 {
        let mut uses = vec![0u32; self.arcs.len()];
        for arc in self.zones.iter().flatten().flat_map(|p| &p.rings).flatten() {
            uses[arc.arc as usize] += 1;
        }
        let (mut all, mut shared) = (0.0, 0.0);
        for (arc, uses) in self.arcs.iter().zip(uses) {
            let length: f64 = arc
                .vertices
                .windows(2)
                .map(|w| super::measure::haversine(self.coords[w[0] as usize], self.coords[w[1] as usize]))
                .sum();
            all += length * f64::from(uses);
            if uses > 1 {
                shared += length * f64::from(uses);
            }
        }
        if all > 0.0 { shared / all } else { 0.0 }
    }
}

/// Gives the envelope of several shapes (degrees), or none when all are empty.
pub fn envelope<'a>(shapes: impl IntoIterator<Item = &'a MultiPolygon>) -> Option<Rect> {
    shapes.into_iter().filter_map(|s| s.bounding_rect()).reduce(|a, b| {
        Rect::new(
            Coord {
                x: a.min().x.min(b.min().x),
                y: a.min().y.min(b.min().y),
            },
            Coord {
                x: a.max().x.max(b.max().x),
                y: a.max().y.max(b.max().y),
            },
        )
    })
}

#[cfg(test)]
mod tests;
