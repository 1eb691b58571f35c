//! Points around a point: the nearest ones, and how many within a distance, in metres as the crow flies.

use geo::Coord;
use rstar::{RTree, primitives::GeomWithData};

use super::measure::{EARTH, haversine};

/// A point on the sphere, as a unit vector: straight distances there order as distances on the ground, everywhere.
type Entry = GeomWithData<[f64; 3], u32>;

/// A spatial index of points.
#[derive(Debug)]
pub struct PointIndex {
    points: Vec<Coord>,
    tree: RTree<Entry>,
}

impl PointIndex {
    /// Indexes points given in degrees.
    pub fn new(points: Vec<Coord>) -> Self {
        let entries = (0u32..).zip(&points).map(|(i, &p)| Entry::new(vector(p), i)).collect();
        Self {
            tree: RTree::bulk_load(entries),
            points,
        }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Says whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Gives the `count` nearest points, as (rank in the input, metres), nearest first, then by rank.
    pub fn nearest(&self, from: Coord, count: usize) -> Vec<(usize, f64)> {
        let mut found: Vec<(usize, f64)> = Vec::with_capacity(count);
        for entry in self.tree.nearest_neighbor_iter(&vector(from)) {
            let rank = entry.data as usize;
            let metres = haversine(from, self.points[rank]);
            // Points at the same place come in the order of the tree: take all ties, then keep the lowest ranks.
            if found.len() >= count && found.last().is_none_or(|&(_, last)| metres > last) {
                break;
            }
            found.push((rank, metres));
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found.truncate(count);
        found
    }

    /// Gives the ranks of the points at `metres` or less, ascending.
    pub fn within(&self, from: Coord, metres: f64) -> Vec<usize> {
        let mut found: Vec<usize> = self.candidates(from, metres).collect();
        found.sort_unstable();
        found
    }

    /// Counts the points at `metres` or less.
    pub fn count_within(&self, from: Coord, metres: f64) -> usize {
        self.candidates(from, metres).count()
    }

    fn candidates(&self, from: Coord, metres: f64) -> impl Iterator<Item = usize> + '_ {
        // The chord under an arc of `metres`, a hair longer so that the exact test below decides.
        let chord = 2.0 * (metres / (2.0 * EARTH)).min(1.0).sin() * (1.0 + 1e-9) + 1e-12;
        self.tree
            .locate_within_distance(vector(from), chord * chord)
            .map(|entry| entry.data as usize)
            .filter(move |&rank| haversine(from, self.points[rank]) <= metres)
    }
}

fn vector(c: Coord) -> [f64; 3] {
    let (lon, lat) = (c.x.to_radians(), c.y.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Coord {
        Coord { x, y }
    }

    #[test]
    fn counts_and_orders_by_distance_on_the_ground() {
        let from = at(3.0, 50.6);
        // 0.005° is 556 m to the north but only 353 m to the east at this latitude.
        let index = PointIndex::new(vec![at(3.0, 50.605), at(3.005, 50.6), at(3.0, 50.601), at(3.005, 50.6)]);
        assert_eq!(index.within(from, 500.0), [1, 2, 3]);
        assert_eq!(index.count_within(from, 600.0), 4);
        let ranks: Vec<usize> = index.nearest(from, 2).into_iter().map(|(rank, _)| rank).collect();
        assert_eq!(ranks, [2, 1], "the first of two points at one place wins");
        assert_eq!(index.nearest(from, 9).len(), 4);
        assert!(PointIndex::new(Vec::new()).nearest(from, 1).is_empty());
    }

    #[test]
    fn agrees_with_a_search_by_hand() {
        let points: Vec<Coord> = (0..500u32)
            .map(|i| {
                at(
                    3.0 + f64::from(i * 7919 % 1000) / 2e4,
                    50.6 + f64::from(i * 104_729 % 1000) / 2e4,
                )
            })
            .collect();
        let index = PointIndex::new(points.clone());
        let from = at(3.02, 50.62);
        for metres in [0.0, 250.0, 500.0, 1500.0] {
            let by_hand: Vec<usize> = (0..points.len())
                .filter(|&i| haversine(from, points[i]) <= metres)
                .collect();
            assert_eq!(index.within(from, metres), by_hand);
        }
    }
}
