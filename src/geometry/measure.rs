//! Distances and areas on the ground, in metres, from degrees.

use geo::{Coord, LineString};

/// Mean radius of the Earth in metres (IUGG, R1).
pub const EARTH: f64 = 6_371_008.8;

/// Metres in one degree of latitude on the mean sphere.
pub const DEGREE: f64 = EARTH * std::f64::consts::PI / 180.0;

/// Gives the distance between two points (degrees), in metres, as the crow flies.
///
/// Haversine formula on the mean sphere: within 0.5 % of the ellipsoid.
pub fn haversine(a: Coord, b: Coord) -> f64 {
    let (lat_a, lat_b) = (a.y.to_radians(), b.y.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.x - a.x).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH * h.sqrt().min(1.0).asin()
}

/// A flat system of metres around a latitude: exact enough over a métropole, where haversine would be slow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// Metres in one degree of longitude at the latitude of reference.
    pub x: f64,
    /// Metres in one degree of latitude.
    pub y: f64,
}

impl Plane {
    /// Makes the plane of a latitude, in degrees.
    pub fn at(latitude: f64) -> Self {
        Self {
            // At the poles a degree of longitude has no length; a small one keeps divisions finite.
            x: DEGREE * latitude.to_radians().cos().max(1e-6),
            y: DEGREE,
        }
    }

    /// Converts degrees to metres.
    pub fn project(self, c: Coord) -> Coord {
        Coord {
            x: c.x * self.x,
            y: c.y * self.y,
        }
    }

    /// Converts metres back to degrees.
    pub fn unproject(self, c: Coord) -> Coord {
        Coord {
            x: c.x / self.x,
            y: c.y / self.y,
        }
    }
}

/// Gives the point of segment `a`–`b` nearest to `p`, and how far along it lies (0 at `a`, 1 at `b`); flat coordinates.
pub fn nearest_on_segment(p: Coord, a: Coord, b: Coord) -> (Coord, f64) {
    let d = b - a;
    let length = d.x * d.x + d.y * d.y;
    let t = if length > 0.0 {
        (((p.x - a.x) * d.x + (p.y - a.y) * d.y) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (a + d * t, t)
}

/// Gives the signed area of a closed ring, in square units of its flat coordinates; positive when counter-clockwise.
pub fn ring_area(ring: &LineString) -> f64 {
    let Some(&origin) = ring.0.first() else { return 0.0 };
    // Taken from the first vertex, so that large coordinates do not eat the precision.
    ring.0
        .windows(2)
        .map(|w| {
            let (a, b) = (w[0] - origin, w[1] - origin);
            a.x * b.y - b.x * a.y
        })
        .sum::<f64>()
        / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_ground() {
        // One degree of latitude on the mean sphere.
        let d = haversine(Coord { x: 3.0, y: 50.0 }, Coord { x: 3.0, y: 51.0 });
        assert!((d - 111_195.08).abs() < 0.1, "{d}");
        // Flat and spherical distances agree over a few kilometres.
        let (a, b) = (Coord { x: 3.05, y: 50.63 }, Coord { x: 3.08, y: 50.65 });
        let plane = Plane::at(50.64);
        let delta = plane.project(b) - plane.project(a);
        assert!((delta.x.hypot(delta.y) - haversine(a, b)).abs() < 0.1);
    }

    #[test]
    fn nearest_point_stays_on_the_segment() {
        let (a, b) = (Coord { x: 0.0, y: 0.0 }, Coord { x: 10.0, y: 0.0 });
        assert_eq!(
            nearest_on_segment(Coord { x: 4.0, y: 3.0 }, a, b),
            (Coord { x: 4.0, y: 0.0 }, 0.4)
        );
        assert_eq!(nearest_on_segment(Coord { x: -4.0, y: 3.0 }, a, b).0, a);
        assert_eq!(nearest_on_segment(Coord { x: 1.0, y: 3.0 }, a, a).0, a);
    }
}
