//! Where a label goes: inside its zone, away from its border, and not on another label.

use geo::MultiPolygon;

use crate::geometry::frame::Frame;

/// A place in a zone and the radius of the free disc around it, in drawing units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
}

/// Finds the place of the shown part of a zone that is farthest from its border and from the frame.
///
/// A grid, then twice a finer one around the best place: near enough to the true pole of inaccessibility for a label.
pub(super) fn spot(frame: &Frame, shape: &MultiPolygon) -> Option<Spot> {
    let rings: Vec<Vec<(f64, f64)>> = shape
        .0
        .iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
        .map(|r| r.0.iter().map(|&c| frame.project(c)).collect())
        .collect();
    let points = || rings.iter().flatten();
    let low = |f: fn(&(f64, f64)) -> f64| points().map(f).fold(f64::INFINITY, f64::min);
    let high = |f: fn(&(f64, f64)) -> f64| points().map(f).fold(f64::NEG_INFINITY, f64::max);
    let (left, right) = (low(|p| p.0).max(0.0), high(|p| p.0).min(frame.width));
    let (top, bottom) = (low(|p| p.1).max(0.0), high(|p| p.1).min(frame.height));
    if left >= right || top >= bottom {
        return None;
    }
    let mut best: Option<Spot> = None;
    let (mut x0, mut y0, mut width, mut height) = (left, top, right - left, bottom - top);
    for steps in [9u32, 5, 5] {
        let (dx, dy) = (width / f64::from(steps), height / f64::from(steps));
        for i in 0..steps {
            for j in 0..steps {
                let (x, y) = (x0 + (f64::from(i) + 0.5) * dx, y0 + (f64::from(j) + 0.5) * dy);
                let edge = [x, frame.width - x, y, frame.height - y]
                    .into_iter()
                    .fold(f64::INFINITY, f64::min);
                let radius = depth(&rings, x, y).min(edge);
                if radius > 0.0 && best.is_none_or(|b| radius > b.radius) {
                    best = Some(Spot { x, y, radius });
                }
            }
        }
        let centre = best?;
        (width, height) = (2.4 * dx, 2.4 * dy);
        (x0, y0) = (centre.x - width / 2.0, centre.y - height / 2.0);
    }
    best
}

/// Gives the distance from a place to the border, negative outside.
fn depth(rings: &[Vec<(f64, f64)>], x: f64, y: f64) -> f64 {
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for ring in rings {
        for w in ring.windows(2) {
            let ((ax, ay), (bx, by)) = (w[0], w[1]);
            if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                inside = !inside;
            }
            let (ux, uy) = (bx - ax, by - ay);
            let length = ux * ux + uy * uy;
            let t = if length > 0.0 {
                (((x - ax) * ux + (y - ay) * uy) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let (ex, ey) = (x - ax - t * ux, y - ay - t * uy);
            nearest = nearest.min(ex * ex + ey * ey);
        }
    }
    let distance = nearest.sqrt();
    if inside { distance } else { -distance }
}

/// A rectangle taken by a label: left, top, right, bottom.
pub(super) type Area = (f64, f64, f64, f64);

/// Where the text stands on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => r#" text-anchor="middle""#,
            Self::End => r#" text-anchor="end""#,
        }
    }
}

/// Gives the width of a text, roughly: sans-serif letters are a little over half as wide as high.
#[expect(clippy::cast_precision_loss, reason = "a label is short")]
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.56
}

/// Gives the rectangle that a text takes.
pub(super) fn area(text: &str, size: f64, x: f64, baseline: f64, anchor: Anchor) -> Area {
    let width = width(text, size);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width,
    };
    (left, baseline - size * 0.8, left + width, baseline + size * 0.25)
}

/// Says whether two rectangles overlap.
pub(super) fn meet(a: &Area, b: &Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Coord, LineString, Polygon};

    #[test]
    fn a_label_sits_in_the_thick_of_its_zone() {
        let degree = crate::geometry::measure::DEGREE;
        let at = |(x, y): (f64, f64)| Coord {
            x: x / degree,
            y: y / degree,
        };
        let frame = Frame::around(at((0.0, 0.0)), 50.0, 100.0, 100.0);
        // A square head on a thin tail: the middle of the bounding box is outside.
        let shape: LineString = [
            (-40.0, 40.0),
            (0.0, 40.0),
            (0.0, 0.0),
            (-20.0, 0.0),
            (-20.0, -2.0),
            (40.0, -2.0),
            (40.0, -4.0),
            (-40.0, -4.0),
        ]
        .map(at)
        .into_iter()
        .collect();
        let spot = spot(&frame, &MultiPolygon(vec![Polygon::new(shape, vec![])])).expect("it shows");
        assert!((spot.x - 30.0).abs() < 2.5 && (spot.y - 31.0).abs() < 3.0, "{spot:?}");
        assert!(spot.radius > 18.0);
    }

    #[test]
    fn labels_know_when_they_meet() {
        let a = area("Lille", 12.0, 50.0, 50.0, Anchor::Middle);
        assert!(meet(&a, &area("Loos", 12.0, 60.0, 55.0, Anchor::Start)));
        assert!(!meet(&a, &area("Loos", 12.0, 50.0, 80.0, Anchor::Middle)));
    }
}
