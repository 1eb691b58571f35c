//! Which zones hold a point, and which is the nearest when none does.
//!
//! A border shared by two zones belongs to exactly one of them (half-open crossing rule), so a point is in two zones
//! only where the zones truly overlap, and in none only where there is a gap or nothing.

use geo::{BoundingRect as _, Coord, MultiPolygon, Polygon};
use rstar::{AABB, PointDistance as _, RTree, primitives::GeomWithData, primitives::Rectangle};

use super::measure::{Plane, haversine, nearest_on_segment};

/// One polygon of a zone, in the index: its envelope, then (zone, polygon).
type Entry = GeomWithData<Rectangle<[f64; 2]>, (u32, u32)>;

/// What is known of the place of a point.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// In one zone, by its rank in the input.
    In(usize),
    /// In several zones, which overlap there; ascending ranks.
    Overlap(Vec<usize>),
    /// In no zone; the nearest one and its distance in metres, if there is any zone.
    Outside(Option<(usize, f64)>),
}

/// A spatial index of zones.
#[derive(Debug)]
pub struct Locator {
    polygons: Vec<Vec<Polygon>>,
    tree: RTree<Entry>,
    plane: Plane,
}

impl Locator {
    /// Indexes zones given in degrees; a zone without polygon holds nothing.
    pub fn new(zones: &[MultiPolygon]) -> Self {
        let middle = zones
            .iter()
            .filter_map(|z| z.bounding_rect())
            .map(|r| r.center().y)
            .fold((0.0, 0u32), |(sum, n), y| (sum + y, n + 1));
        let plane = Plane::at(if middle.1 > 0 {
            middle.0 / f64::from(middle.1)
        } else {
            0.0
        });
        let mut entries = Vec::new();
        for (zone, polygons) in (0u32..).zip(zones) {
            for (part, polygon) in (0u32..).zip(&polygons.0) {
                if let Some(rect) = polygon.bounding_rect() {
                    let (min, max) = (plane.project(rect.min()), plane.project(rect.max()));
                    let envelope = Rectangle::from_corners([min.x, min.y], [max.x, max.y]);
                    entries.push(Entry::new(envelope, (zone, part)));
                }
            }
        }
        Self {
            polygons: zones.iter().map(|z| z.0.clone()).collect(),
            tree: RTree::bulk_load(entries),
            plane,
        }
    }

    /// Gives the ranks of all zones that hold a point (degrees), ascending: none, one, or many where zones overlap.
    pub fn holding(&self, point: Coord) -> Vec<usize> {
        let p = self.plane.project(point);
        let mut found: Vec<usize> = self
            .tree
            .locate_in_envelope_intersecting(&AABB::from_point([p.x, p.y]))
            .map(|entry| entry.data)
            .filter(|&(zone, part)| holds(&self.polygons[zone as usize][part as usize], point))
            .map(|(zone, _)| zone as usize)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Gives the zone whose border is nearest to a point (degrees) and the distance in metres, 0 inside; none when empty.
    pub fn nearest(&self, point: Coord) -> Option<(usize, f64)> {
        if let Some(&zone) = self.holding(point).first() {
            return Some((zone, 0.0));
        }
        let p = self.plane.project(point);
        let mut best: Option<(f64, usize, Coord)> = None;
        for (entry, envelope) in self.tree.nearest_neighbor_iter_with_distance_2(&[p.x, p.y]) {
            if best.is_some_and(|(d, ..)| envelope > d) {
                break;
            }
            let (zone, part) = (entry.data.0 as usize, entry.data.1 as usize);
            let polygon = &self.polygons[zone][part];
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for line in ring.lines() {
                    let (near, _) = nearest_on_segment(p, self.plane.project(line.start), self.plane.project(line.end));
                    let d = [near.x, near.y].distance_2(&[p.x, p.y]);
                    if best.is_none_or(|(b, z, _)| d < b || (d == b && zone < z)) {
                        best = Some((d, zone, near));
                    }
                }
            }
        }
        best.map(|(_, zone, near)| (zone, haversine(point, self.plane.unproject(near))))
    }

    /// Gives the place of a point (degrees), so that the caller can report what is not plain.
    pub fn place(&self, point: Coord) -> Place {
        let mut held = self.holding(point);
        match held.len() {
            0 => Place::Outside(self.nearest(point)),
            1 => Place::In(held.swap_remove(0)),
            _ => Place::Overlap(held),
        }
    }
}

/// Says whether a polygon holds a point, by counting the crossings of a ray; holes do not hold.
fn holds(polygon: &Polygon, p: Coord) -> bool {
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .flat_map(|ring| ring.0.windows(2))
        .filter(|w| crosses(w[0], w[1], p))
        .count()
        % 2
        == 1
}

/// Says whether the ray going east from `p` crosses the segment; the same answer whichever way the segment runs.
fn crosses(a: Coord, b: Coord, p: Coord) -> bool {
    let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
    if p.y < low.y || p.y >= high.y {
        return false;
    }
    (p.x - low.x) * (high.y - low.y) < (high.x - low.x) * (p.y - low.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Rect, polygon};

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon {
        MultiPolygon(vec![
            Rect::new(
                Coord { x, y },
                Coord {
                    x: x + side,
                    y: y + side,
                },
            )
            .to_polygon(),
        ])
    }

    fn at(x: f64, y: f64) -> Coord {
        Coord { x, y }
    }

    #[test]
    fn a_point_is_in_one_zone_in_several_or_in_none() {
        let zones = [square(3.0, 50.0, 0.1), square(3.1, 50.0, 0.1), square(3.15, 50.0, 0.1)];
        let locator = Locator::new(&zones);
        assert_eq!(locator.place(at(3.05, 50.05)), Place::In(0));
        assert_eq!(locator.place(at(3.17, 50.05)), Place::Overlap(vec![1, 2]));
        let Place::Outside(Some((zone, metres))) = locator.place(at(2.99, 50.05)) else {
            panic!("outside")
        };
        assert_eq!(zone, 0);
        assert!(
            (metres - haversine(at(2.99, 50.05), at(3.0, 50.05))).abs() < 0.5,
            "{metres}"
        );
        assert_eq!(Locator::new(&[]).place(at(3.0, 50.0)), Place::Outside(None));
    }

    #[test]
    fn a_shared_border_and_a_shared_corner_belong_to_one_zone() {
        let zones = [
            square(3.0, 50.0, 0.1),
            square(3.1, 50.0, 0.1),
            square(3.0, 50.1, 0.1),
            square(3.1, 50.1, 0.1),
        ];
        let locator = Locator::new(&zones);
        assert_eq!(locator.holding(at(3.1, 50.05)).len(), 1);
        assert_eq!(locator.holding(at(3.05, 50.1)).len(), 1);
        assert_eq!(locator.holding(at(3.1, 50.1)).len(), 1);
    }

    #[test]
    fn a_hole_does_not_hold() {
        let ring = MultiPolygon(vec![polygon![
            exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0)],
            interiors: [[(x: 1.0, y: 1.0), (x: 3.0, y: 1.0), (x: 3.0, y: 3.0), (x: 1.0, y: 3.0)]],
        ]]);
        let locator = Locator::new(&[ring]);
        assert!(locator.holding(at(2.0, 2.0)).is_empty());
        assert_eq!(locator.holding(at(0.5, 2.0)), [0]);
        let (_, metres) = locator.nearest(at(2.0, 2.0)).expect("one zone");
        assert!((metres - 111_195.0).abs() < 200.0, "{metres}");
    }
}
