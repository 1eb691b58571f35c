//! Polygons to vertices and rings, rings to arcs.

use std::collections::HashMap;

use geo::{Coord, LineString, MultiPolygon};

use super::super::measure::{Plane, ring_area};
use super::{Arc, ArcRef, Part, Ring, Topology};

/// Coordinates are read to a millionth of a degree (about 0.1 m): what differs by less is the same point.
const GRID: f64 = 1e6;

/// Reads polygons into distinct vertices and open rings; outer rings run counter-clockwise, holes clockwise.
pub(super) fn read(zones: &[MultiPolygon]) -> (Vec<Coord>, Vec<Ring>) {
    let mut coords = Vec::new();
    let mut rings = Vec::new();
    let mut known: HashMap<(i64, i64), u32> = HashMap::new();
    let mut rank = |c: Coord| {
        #[expect(clippy::cast_possible_truncation, reason = "degrees times a million fit")]
        let key = ((c.x * GRID).round() as i64, (c.y * GRID).round() as i64);
        *known.entry(key).or_insert_with(|| {
            coords.push(c);
            u32::try_from(coords.len() - 1).expect("less than four billion vertices fit in memory")
        })
    };
    for (zone, polygons) in (0u32..).zip(zones) {
        for (part, polygon) in (0u32..).zip(&polygons.0) {
            for (hole, ring) in
                std::iter::once((false, polygon.exterior())).chain(polygon.interiors().iter().map(|r| (true, r)))
            {
                let mut vertices: Vec<u32> = ring
                    .0
                    .iter()
                    .filter(|c| c.x.is_finite() && c.y.is_finite())
                    .map(|&c| rank(c))
                    .collect();
                if (ring_area(ring) < 0.0) != hole {
                    vertices.reverse();
                }
                clean(&mut vertices);
                rings.push(Ring { zone, part, vertices });
            }
        }
    }
    (coords, rings)
}

/// Opens a ring, and takes out repeated vertices and there-and-back spikes; a ring reduced to a line becomes empty.
pub(super) fn clean(vertices: &mut Vec<u32>) {
    loop {
        let before = vertices.len();
        vertices.dedup();
        while vertices.len() > 1 && vertices.first() == vertices.last() {
            vertices.pop();
        }
        let n = vertices.len();
        if n < 3 {
            vertices.clear();
            return;
        }
        if let Some(tip) = (0..n).find(|&i| vertices[(i + n - 1) % n] == vertices[(i + 1) % n]) {
            vertices.remove(tip);
        }
        if vertices.len() == before {
            return;
        }
    }
}

/// Cuts rings into arcs at the vertices where borders part.
pub(super) fn cut(coords: Vec<Coord>, rings: &[Ring], zones: usize) -> Topology {
    let junctions = junctions(coords.len(), rings);
    let mut cutter = Cutter::default();
    let mut topology = Topology {
        coords,
        arcs: Vec::new(),
        zones: (0..zones).map(|_| Vec::new()).collect(),
    };
    let mut i = 0;
    while i < rings.len() {
        let (zone, part) = (rings[i].zone, rings[i].part);
        let end = i + rings[i..]
            .iter()
            .take_while(|r| (r.zone, r.part) == (zone, part))
            .count();
        // The outer ring comes first; without it, its holes mean nothing.
        if !rings[i].vertices.is_empty() {
            let area = area(&topology.coords, &rings[i].vertices);
            let rings = rings[i..end]
                .iter()
                .filter(|r| !r.vertices.is_empty())
                .map(|r| cutter.ring(&r.vertices, &junctions))
                .collect();
            topology.zones[zone as usize].push(Part { rings, area });
        }
        i = end;
    }
    topology.arcs = cutter.arcs;
    topology
}

fn area(coords: &[Coord], vertices: &[u32]) -> f64 {
    let plane = Plane::at(coords[vertices[0] as usize].y);
    let mut ring: LineString = vertices.iter().map(|&v| plane.project(coords[v as usize])).collect();
    ring.close();
    ring_area(&ring).abs()
}

/// Marks the vertices that do not have the same two neighbours in all the rings that pass there.
fn junctions(vertices: usize, rings: &[Ring]) -> Vec<bool> {
    const UNSEEN: (u32, u32) = (u32::MAX, u32::MAX);
    let mut sides = vec![UNSEEN; vertices];
    let mut junctions = vec![false; vertices];
    for ring in rings {
        let n = ring.vertices.len();
        for (i, &v) in ring.vertices.iter().enumerate() {
            let (a, b) = (ring.vertices[(i + n - 1) % n], ring.vertices[(i + 1) % n]);
            let pair = (a.min(b), a.max(b));
            let seen = &mut sides[v as usize];
            if *seen == UNSEEN {
                *seen = pair;
            } else if *seen != pair {
                junctions[v as usize] = true;
            }
        }
    }
    junctions
}

#[derive(Default)]
struct Cutter {
    arcs: Vec<Arc>,
    /// An arc is known by its first step, from either end.
    known: HashMap<(u32, u32), ArcRef>,
}

impl Cutter {
    fn ring(&mut self, vertices: &[u32], junctions: &[bool]) -> Vec<ArcRef> {
        let n = vertices.len();
        let cuts: Vec<usize> = (0..n).filter(|&i| junctions[vertices[i] as usize]).collect();
        if cuts.is_empty() {
            // A closed line starts at its lowest vertex, whoever draws it.
            let start = (0..n).min_by_key(|&i| vertices[i]).unwrap_or(0);
            return vec![self.arc((0..=n).map(|i| vertices[(start + i) % n]).collect())];
        }
        let mut refs = Vec::with_capacity(cuts.len());
        for (k, &from) in cuts.iter().enumerate() {
            let to = cuts.get(k + 1).copied().unwrap_or(cuts[0] + n);
            refs.push(self.arc((from..=to).map(|i| vertices[i % n]).collect()));
        }
        refs
    }

    fn arc(&mut self, vertices: Vec<u32>) -> ArcRef {
        let n = vertices.len();
        let (head, tail) = ((vertices[0], vertices[1]), (vertices[n - 1], vertices[n - 2]));
        if let Some(&found) = self.known.get(&head) {
            return found;
        }
        let arc = u32::try_from(self.arcs.len()).expect("there are fewer arcs than vertices");
        self.known.insert(head, ArcRef { arc, reversed: false });
        self.known.entry(tail).or_insert(ArcRef { arc, reversed: true });
        self.arcs.push(Arc {
            vertices,
            weights: Vec::new(),
        });
        ArcRef { arc, reversed: false }
    }
}
