//! Brings together borders that should touch: generalised boundaries leave slivers a few metres wide.
//!
//! Only vertices and segments that no other zone already shares are moved, so exact boundaries are left as they are.

use std::collections::HashMap;

use geo::Coord;
use rstar::{AABB, RTree, primitives::GeomWithData};

use super::super::measure::{Plane, nearest_on_segment};
use super::Ring;
use super::arcs::clean;

type Tree = RTree<GeomWithData<[f64; 2], u32>>;

pub(super) fn snap(coords: &mut [Coord], rings: &mut [Ring], metres: f64) {
    // One plane for all: over a country it is off by a tenth, which only shifts a tolerance.
    let mean = coords.iter().map(|c| c.y).sum::<f64>() / coords.len().max(1) as f64;
    let flat: Vec<Coord> = coords.iter().map(|&c| Plane::at(mean).project(c)).collect();
    merge(&flat, rings, metres);
    insert(&flat, rings, metres);
}

/// Counts the uses of each undirected segment.
fn uses(rings: &[Ring]) -> HashMap<(u32, u32), u32> {
    let mut uses = HashMap::new();
    for (a, b) in rings.iter().flat_map(segments) {
        *uses.entry((a.min(b), a.max(b))).or_insert(0) += 1;
    }
    uses
}

fn segments(ring: &Ring) -> impl Iterator<Item = (u32, u32)> + '_ {
    let n = ring.vertices.len();
    (0..n).map(move |i| (ring.vertices[i], ring.vertices[(i + 1) % n]))
}

/// Vertices at the end of a segment drawn by one zone only, with the zones that pass there.
struct Loose {
    zones: HashMap<u32, Vec<u32>>,
    tree: Tree,
}

impl Loose {
    fn new(flat: &[Coord], rings: &[Ring], uses: &HashMap<(u32, u32), u32>) -> Self {
        let mut loose = vec![false; flat.len()];
        for (a, b) in rings.iter().flat_map(segments) {
            if uses.get(&(a.min(b), a.max(b))) == Some(&1) {
                loose[a as usize] = true;
                loose[b as usize] = true;
            }
        }
        let mut zones: HashMap<u32, Vec<u32>> = HashMap::new();
        for ring in rings {
            for &v in ring.vertices.iter().filter(|&&v| loose[v as usize]) {
                let list = zones.entry(v).or_default();
                if !list.contains(&ring.zone) {
                    list.push(ring.zone);
                }
            }
        }
        let points = (0u32..)
            .zip(flat)
            .filter(|&(v, _)| loose[v as usize])
            .map(|(v, c)| GeomWithData::new([c.x, c.y], v))
            .collect();
        Self {
            zones,
            tree: RTree::bulk_load(points),
        }
    }

    fn passes(&self, vertex: u32, zone: u32) -> bool {
        self.zones.get(&vertex).is_some_and(|zones| zones.contains(&zone))
    }
}

/// Puts a loose vertex on the nearest loose vertex of another zone, when one is near enough.
fn merge(flat: &[Coord], rings: &mut [Ring], metres: f64) {
    let uses = uses(rings);
    let mut loose = Loose::new(flat, rings, &uses);
    let mut moved: HashMap<u32, u32> = HashMap::new();
    for vertex in (0u32..).take(flat.len()) {
        let Some(own) = loose.zones.get(&vertex).cloned() else {
            continue;
        };
        let c = flat[vertex as usize];
        let target = loose
            .tree
            .locate_within_distance([c.x, c.y], metres * metres)
            .map(|entry| entry.data)
            // Only towards lower ranks that stay where they are: no chain of moves.
            .filter(|&other| other < vertex && !moved.contains_key(&other))
            .filter(|&other| own.iter().all(|&zone| !loose.passes(other, zone)))
            .map(|other| (distance(c, flat[other as usize]), other))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, other)) = target {
            moved.insert(vertex, other);
            loose.zones.entry(other).or_default().extend(own);
        }
    }
    for ring in rings.iter_mut() {
        replace(ring, |vertices| {
            for v in vertices.iter_mut() {
                *v = moved.get(v).copied().unwrap_or(*v);
            }
        });
    }
}

/// Makes a loose segment pass through the loose vertices of other zones that lie along it.
fn insert(flat: &[Coord], rings: &mut [Ring], metres: f64) {
    let uses = uses(rings);
    let loose = Loose::new(flat, rings, &uses);
    for ring in rings.iter_mut() {
        let mut passing = Vec::with_capacity(ring.vertices.len());
        let mut changed = false;
        for (a, b) in segments(ring) {
            passing.push(a);
            if uses.get(&(a.min(b), a.max(b))) != Some(&1) {
                continue;
            }
            let (from, to) = (flat[a as usize], flat[b as usize]);
            let low = [from.x.min(to.x) - metres, from.y.min(to.y) - metres];
            let high = [from.x.max(to.x) + metres, from.y.max(to.y) + metres];
            let mut along: Vec<(f64, u32)> = loose
                .tree
                .locate_in_envelope(&AABB::from_corners(low, high))
                .map(|entry| entry.data)
                .filter(|&v| v != a && v != b && !loose.passes(v, ring.zone))
                .filter_map(|v| {
                    let c = flat[v as usize];
                    let (near, t) = nearest_on_segment(c, from, to);
                    (t > 0.0 && t < 1.0 && distance(c, near) < metres).then_some((t, v))
                })
                .collect();
            along.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
            changed |= !along.is_empty();
            passing.extend(along.into_iter().map(|(_, v)| v));
        }
        if changed {
            replace(ring, |vertices| *vertices = passing);
        }
    }
}

/// Changes a ring and cleans it; a ring that the change would flatten is left as it was.
fn replace(ring: &mut Ring, change: impl FnOnce(&mut Vec<u32>)) {
    let mut vertices = ring.vertices.clone();
    change(&mut vertices);
    clean(&mut vertices);
    if !vertices.is_empty() {
        ring.vertices = vertices;
    }
}

fn distance(a: Coord, b: Coord) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}
