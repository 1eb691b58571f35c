//! Weighs the points of each arc by the area of the detail they draw.
//!
//! Source: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination of points", 1993.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use geo::Coord;

use super::super::measure::Plane;
use super::{ArcRef, Part, Topology};

/// Gives every arc its weights, and keeps enough points of the largest part of each zone for it never to vanish.
pub(super) fn weigh(topology: &mut Topology) {
    for arc in &mut topology.arcs {
        let plane = Plane::at(topology.coords[arc.vertices[0] as usize].y);
        let points: Vec<Coord> = arc
            .vertices
            .iter()
            .map(|&v| plane.project(topology.coords[v as usize]))
            .collect();
        arc.weights = weights(&points);
    }
    for zone in 0..topology.zones.len() {
        let largest = topology.zones[zone].iter().max_by(|a, b| a.area.total_cmp(&b.area));
        if let Some(refs) = largest.and_then(|p| p.rings.first()).cloned() {
            keep_a_shape(topology, &refs);
        }
    }
}

/// Makes sure that at least four distinct points of a ring (or all it has) stay at every level.
fn keep_a_shape(topology: &mut Topology, ring: &[ArcRef]) {
    const CORNERS: usize = 4;
    let kept: usize = ring
        .iter()
        .map(|r| {
            let weights = &topology.arcs[r.arc as usize].weights;
            // The last point of an arc is the first of the next one.
            weights[..weights.len() - 1].iter().filter(|w| w.is_infinite()).count()
        })
        .sum();
    let mut candidates: Vec<(f32, u32, usize)> = ring
        .iter()
        .flat_map(|r| {
            let weights = &topology.arcs[r.arc as usize].weights;
            weights
                .iter()
                .enumerate()
                .filter(|(_, w)| w.is_finite())
                .map(|(i, &w)| (w, r.arc, i))
        })
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for &(_, arc, point) in candidates.iter().take(CORNERS.saturating_sub(kept)) {
        topology.arcs[arc as usize].weights[point] = f32::INFINITY;
    }
}

/// Gives the weight of each point of a line in flat coordinates; both ends weigh infinitely.
fn weights(points: &[Coord]) -> Vec<f32> {
    let n = points.len();
    let mut weights = vec![f32::INFINITY; n];
    if n < 3 {
        return weights;
    }
    let mut before: Vec<usize> = (0..n).map(|i| i.saturating_sub(1)).collect();
    let mut after: Vec<usize> = (1..=n).collect();
    let triangle = |a: usize, b: usize, c: usize| {
        let (u, v) = (points[b] - points[a], points[c] - points[a]);
        (u.x * v.y - u.y * v.x).abs() / 2.0
    };
    let mut areas: Vec<f64> = vec![f64::INFINITY; n];
    let mut heap = BinaryHeap::with_capacity(n);
    for (i, area) in areas.iter_mut().enumerate().take(n - 1).skip(1) {
        *area = triangle(i - 1, i, i + 1);
        // Positive floats order as their bits do.
        heap.push(Reverse((area.to_bits(), i)));
    }
    let mut floor = 0.0f64;
    let mut gone = vec![false; n];
    while let Some(Reverse((bits, i))) = heap.pop() {
        if gone[i] || bits != areas[i].to_bits() {
            continue;
        }
        gone[i] = true;
        floor = floor.max(areas[i]);
        #[expect(clippy::cast_possible_truncation, reason = "a weight needs no more precision")]
        {
            weights[i] = floor as f32;
        }
        let (a, c) = (before[i], after[i]);
        after[a] = c;
        before[c] = a;
        for side in [a, c] {
            if side > 0 && side < n - 1 {
                areas[side] = triangle(before[side], side, after[side]);
                heap.push(Reverse((areas[side].to_bits(), side)));
            }
        }
    }
    weights
}

impl Part {
    /// Gives the holes of the part.
    pub(super) fn holes(&self) -> &[Vec<ArcRef>] {
        self.rings.get(1..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_weighs_more_than_a_wobble() {
        let line: Vec<Coord> = [(0.0, 0.0), (10.0, 0.1), (20.0, 0.0), (30.0, 15.0), (40.0, 0.0)]
            .map(|(x, y)| Coord { x, y })
            .to_vec();
        let weights = weights(&line);
        assert!(weights[0].is_infinite() && weights[4].is_infinite());
        assert!(weights[1] < 2.0 && weights[3] > 100.0, "{weights:?}");
        // Taking out by ascending weight never brings back a lighter point: weights are a hierarchy.
        assert!(weights[1] <= weights[2]);
    }
}
