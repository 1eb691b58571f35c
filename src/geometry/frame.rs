//! The frame of a map: degrees to drawing units, and the length of the scale bar.

use geo::{Coord, Rect};

use super::measure::Plane;

/// Half a unit: as fine as a screen or a printer shows.
const GRAIN: f64 = 0.5;

/// A window on the ground: equirectangular at the latitude of its middle, north up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width, in drawing units.
    pub width: f64,
    /// Height, in drawing units.
    pub height: f64,
    /// Metres on the ground for one drawing unit.
    pub scale: f64,
    /// Drawing units to which lines are rounded, the same for both sides of a border.
    pub grain: f64,
    plane: Plane,
    /// Middle of the window, in metres of the plane.
    middle: Coord,
}

impl Frame {
    /// Fits an envelope (degrees) in `width` units less `margin` on each side; the height follows, up to `max_height`.
    pub fn fit(envelope: Rect, width: f64, max_height: f64, margin: f64) -> Self {
        let plane = Plane::at(envelope.center().y);
        let (min, max) = (plane.project(envelope.min()), plane.project(envelope.max()));
        // A point has no size: a hundred metres keep the scale finite.
        let (dx, dy) = ((max.x - min.x).max(100.0), (max.y - min.y).max(100.0));
        let scale = (dx / (width - 2.0 * margin)).max(dy / (max_height - 2.0 * margin));
        Self {
            width,
            height: (dy / scale + 2.0 * margin).ceil().min(max_height),
            scale,
            grain: GRAIN,
            plane,
            middle: (min + max) / 2.0,
        }
    }

    /// The same window with lines rounded to `grain` units: coarser where many zones make a page heavy.
    #[must_use]
    pub fn with_grain(self, grain: f64) -> Self {
        Self { grain, ..self }
    }

    /// Fits an envelope (degrees) in a window of fixed size, with a margin on each side.
    pub fn fixed(envelope: Rect, width: f64, height: f64, margin: f64) -> Self {
        Self {
            height,
            ..Self::fit(envelope, width, height, margin)
        }
    }

    /// Centres a window of fixed size on a point (degrees), with `radius` metres up to each of the nearest sides.
    pub fn around(point: Coord, radius: f64, width: f64, height: f64) -> Self {
        let plane = Plane::at(point.y);
        Self {
            width,
            height,
            scale: 2.0 * radius / width.min(height),
            grain: GRAIN,
            plane,
            middle: plane.project(point),
        }
    }

    /// Converts degrees to drawing units, from the top left corner.
    pub fn project(&self, c: Coord) -> (f64, f64) {
        let metres = self.plane.project(c) - self.middle;
        (
            self.width / 2.0 + metres.x / self.scale,
            self.height / 2.0 - metres.y / self.scale,
        )
    }

    /// Says whether a point (degrees) falls in the window, less `margin` units.
    pub fn shows(&self, c: Coord, margin: f64) -> bool {
        let (x, y) = self.project(c);
        x >= margin && y >= margin && x <= self.width - margin && y <= self.height - margin
    }

    /// Says whether an envelope (degrees) meets the window.
    pub fn meets(&self, envelope: Rect) -> bool {
        let (left, top) = self.project(Coord {
            x: envelope.min().x,
            y: envelope.max().y,
        });
        let (right, bottom) = self.project(Coord {
            x: envelope.max().x,
            y: envelope.min().y,
        });
        right >= 0.0 && left <= self.width && bottom >= 0.0 && top <= self.height
    }

    /// Gives the window in degrees.
    pub fn envelope(&self) -> Rect {
        let half = Coord {
            x: self.width,
            y: self.height,
        } * (self.scale / 2.0);
        Rect::new(
            self.plane.unproject(self.middle - half),
            self.plane.unproject(self.middle + half),
        )
    }

    /// Chooses the longest round length that takes at most `units`: 1, 2 or 5 times a power of ten.
    pub fn scale_bar(&self, units: f64) -> ScaleBar {
        let longest = units * self.scale;
        let power = 10f64.powf(longest.log10().floor());
        let metres = [5.0, 2.0, 1.0]
            .map(|n| n * power)
            .into_iter()
            .find(|&m| m <= longest)
            .unwrap_or(power);
        ScaleBar {
            metres,
            units: metres / self.scale,
        }
    }
}

/// A scale bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleBar {
    /// Length on the ground, in metres.
    pub metres: f64,
    /// Length on the map, in drawing units.
    pub units: f64,
}

impl ScaleBar {
    /// Writes the length: `200 m`, `1 km`, with a no-break space.
    pub fn label(&self) -> String {
        if self.metres >= 1000.0 {
            crate::format::quantity(self.metres / 1000.0, 0, "km")
        } else {
            crate::format::quantity(self.metres, 0, "m")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::measure::haversine;

    fn rect(x: f64, y: f64, dx: f64, dy: f64) -> Rect {
        Rect::new(Coord { x, y }, Coord { x: x + dx, y: y + dy })
    }

    #[test]
    fn north_is_up_and_a_kilometre_is_as_long_both_ways() {
        let frame = Frame::fit(rect(3.0, 50.5, 0.2, 0.1), 480.0, 400.0, 10.0);
        let (a, b) = (Coord { x: 3.1, y: 50.55 }, Coord { x: 3.1, y: 50.56 });
        let c = Coord {
            x: 3.1 + 0.01 / 50.55f64.to_radians().cos(),
            y: 50.55,
        };
        let ((ax, ay), (bx, by), (cx, cy)) = (frame.project(a), frame.project(b), frame.project(c));
        assert!((bx - ax).abs() < 1e-9 && by < ay && (cy - ay).abs() < 1e-9 && cx > ax);
        assert!(((ay - by) - (cx - ax)).abs() < 0.01);
        assert!(((ay - by) * frame.scale - haversine(a, b)).abs() < 0.5);
        assert!(frame.height <= 400.0 && (frame.project(Coord { x: 3.0, y: 50.55 }).0 - 10.0).abs() < 1e-6);
    }

    #[test]
    fn the_scale_bar_is_round_and_fits() {
        let frame = Frame::around(Coord { x: 3.0, y: 50.6 }, 650.0, 360.0, 300.0);
        let bar = frame.scale_bar(80.0);
        assert_eq!((bar.metres, bar.label().as_str()), (200.0, "200\u{a0}m"));
        assert!(bar.units <= 80.0);
        assert!((frame.scale - 1300.0 / 300.0).abs() < 1e-9);
    }

    #[test]
    fn a_window_knows_what_it_shows() {
        let frame = Frame::around(Coord { x: 3.0, y: 50.6 }, 500.0, 300.0, 300.0);
        assert!(frame.shows(Coord { x: 3.0, y: 50.6 }, 0.0));
        assert!(!frame.shows(Coord { x: 3.02, y: 50.6 }, 0.0));
        assert!(frame.meets(rect(2.9, 50.5, 0.2, 0.2)));
        assert!(!frame.meets(rect(3.1, 50.5, 0.2, 0.2)));
        assert!((frame.envelope().center().x - 3.0).abs() < 1e-9);
    }
}
