//! Writing of SVG: short numbers, relative paths, escaped text.

use std::fmt::Write as _;

use geo::{Coord, LineString, MultiPolygon};

use super::Texts;
use crate::geometry::frame::Frame;

/// Ink of outlines and text.
pub(super) const INK: &str = "#16191d";
/// Outline of zones, texture of states.
pub(super) const INK_2: &str = "#454c55";
/// References, second lines.
pub(super) const INK_3: &str = "#5f6771";
/// Axes and frames.
pub(super) const LINE: &str = "#8a929b";
/// Grounds.
pub(super) const WASH: &str = "#f4f6f7";
/// The one colour.
pub(super) const ACCENT: &str = "#0b5876";

/// Escapes a text for an element or a double-quoted attribute.
pub(super) fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out.into()
}

/// Writes a number with one decimal at most, in the fewest characters.
pub(super) fn num(out: &mut String, value: f64) {
    tenths(out, to_tenths(value));
}

/// Gives a number in the fewest characters, with one decimal at most.
pub(super) fn short(value: f64) -> String {
    let mut out = String::new();
    num(&mut out, value);
    out
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "drawing units are small, and a cast saturates"
)]
pub(super) fn to_tenths(value: f64) -> i32 {
    (value * 10.0).round() as i32
}

pub(super) fn tenths(out: &mut String, value: i32) {
    if value < 0 {
        out.push('-');
    }
    let (whole, tenth) = (value.unsigned_abs() / 10, value.unsigned_abs() % 10);
    if whole > 0 || tenth == 0 {
        let _ = write!(out, "{whole}");
    }
    if tenth > 0 {
        let _ = write!(out, ".{tenth}");
    }
}

/// Opens an image: role, title, description, then `attributes` (with its leading space).
pub(super) fn open(out: &mut String, texts: &Texts, role: &str, class: &str, attributes: &str) {
    let id = escape(texts.id);
    let _ = write!(
        out,
        r#"<svg class="{class}" role="{role}" aria-labelledby="{id}-t {id}-d"{attributes}><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escape(texts.title),
        escape(texts.desc)
    );
}

/// A path of relative steps in tenths of a unit, clipped to a window.
pub(super) struct Path {
    pub(super) data: String,
    at: (i32, i32),
    /// Tenths of unit outside which nothing is drawn: left, top, right, bottom.
    window: (f64, f64, f64, f64),
    /// Units to which points are rounded.
    grain: f64,
}

impl Path {
    /// Makes an empty path for a frame; what lies more than a few units outside of it is cut.
    pub(super) fn new(frame: &Frame) -> Self {
        const BEYOND: f64 = 6.0;
        Self {
            data: String::new(),
            at: (0, 0),
            window: (-BEYOND, -BEYOND, frame.width + BEYOND, frame.height + BEYOND),
            grain: frame.grain,
        }
    }

    /// Adds all the rings of a shape.
    pub(super) fn shape(&mut self, frame: &Frame, shape: &MultiPolygon) {
        for polygon in &shape.0 {
            self.ring(frame, polygon.exterior());
            for hole in polygon.interiors() {
                self.ring(frame, hole);
            }
        }
    }

    /// Adds a closed line; one that the drawing unit reduces to a dot stays a dot.
    pub(super) fn ring(&mut self, frame: &Frame, ring: &LineString) {
        let open = ring.0.len().saturating_sub(1);
        let points: Vec<(f64, f64)> = ring.0[..open].iter().map(|&c| frame.project(c)).collect();
        self.closed(&self.clip(points));
    }

    /// Adds an open line, whole even where it leaves the window.
    pub(super) fn line(&mut self, frame: &Frame, line: &LineString) {
        let points: Vec<(f64, f64)> = line.0.iter().map(|&c| frame.project(c)).collect();
        let points = self.on_grid(&points);
        if let [first, rest @ ..] = points.as_slice()
            && !rest.is_empty()
        {
            self.step('m', *first);
            for &p in rest {
                self.step('l', p);
            }
        }
    }

    /// Puts points on the grid, in tenths of a unit, each once, without those in the middle of a straight run.
    fn on_grid(&self, points: &[(f64, f64)]) -> Vec<(i32, i32)> {
        let snap = |value: f64| to_tenths((value / self.grain).round() * self.grain);
        let mut points: Vec<(i32, i32)> = points.iter().map(|&(x, y)| (snap(x), snap(y))).collect();
        points.dedup();
        straighten(&mut points);
        points
    }

    fn closed(&mut self, points: &[(f64, f64)]) {
        let mut points = self.on_grid(points);
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let Some(&first) = points.first() else { return };
        self.step('m', first);
        for &p in &points[1..] {
            self.step('l', p);
        }
        self.data.push('z');
        // Closing goes back to the start of the line.
        self.at = first;
    }

    fn step(&mut self, command: char, to: (i32, i32)) {
        let (dx, dy) = (to.0 - self.at.0, to.1 - self.at.1);
        if command == 'm' {
            self.data.push('m');
        }
        for d in [dx, dy] {
            let mut text = String::new();
            tenths(&mut text, d);
            let after_number = self.data.ends_with(|c: char| c.is_ascii_digit());
            // After a number with a point, a point starts a new number by itself.
            let pointed = self
                .data
                .rsplit(|c: char| !(c.is_ascii_digit() || c == '.'))
                .next()
                .is_some_and(|n| n.contains('.'));
            if after_number && !text.starts_with('-') && !(pointed && text.starts_with('.')) {
                self.data.push(' ');
            }
            self.data.push_str(&text);
        }
        self.at = to;
    }

    /// Cuts a closed line at the window (Sutherland and Hodgman, 1974).
    fn clip(&self, points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        let (left, top, right, bottom) = self.window;
        let inside = |p: &(f64, f64)| p.0 >= left && p.0 <= right && p.1 >= top && p.1 <= bottom;
        if points.iter().all(inside) {
            return points;
        }
        let mut points = points;
        for (axis, bound, sign) in [(0, left, 1.0), (0, right, -1.0), (1, top, 1.0), (1, bottom, -1.0)] {
            let depth = |p: (f64, f64)| (if axis == 0 { p.0 } else { p.1 } - bound) * sign;
            let mut kept = Vec::with_capacity(points.len() + 4);
            for i in 0..points.len() {
                let (a, b) = (points[i], points[(i + 1) % points.len()]);
                let (da, db) = (depth(a), depth(b));
                if da >= 0.0 {
                    kept.push(a);
                }
                if (da >= 0.0) != (db >= 0.0) {
                    let t = da / (da - db);
                    kept.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
                }
            }
            points = kept;
        }
        points
    }
}

/// Takes out points in the middle of a straight run.
fn straighten(points: &mut Vec<(i32, i32)>) {
    let mut i = 1;
    while i + 1 < points.len() {
        let (a, b, c) = (points[i - 1], points[i], points[i + 1]);
        let (u, v) = ((b.0 - a.0, b.1 - a.1), (c.0 - b.0, c.1 - b.1));
        let cross = i64::from(u.0) * i64::from(v.1) - i64::from(u.1) * i64::from(v.0);
        let dot = i64::from(u.0) * i64::from(v.0) + i64::from(u.1) * i64::from(v.1);
        if cross == 0 && dot > 0 {
            points.remove(i);
        } else {
            i += 1;
        }
    }
}

/// Gives the path of a shape in a frame; empty when nothing of it shows.
pub(super) fn path(frame: &Frame, shape: &MultiPolygon) -> String {
    let mut path = Path::new(frame);
    path.shape(frame, shape);
    path.data
}

/// Gives the path of open lines in a frame, all of them within its window.
pub(super) fn open_lines(frame: &Frame, lines: &[LineString]) -> String {
    let mut path = Path::new(frame);
    for line in lines {
        path.line(frame, line);
    }
    path.data
}

/// Gives the path of closed lines in a frame.
pub(super) fn lines(frame: &Frame, lines: &[LineString]) -> String {
    let mut path = Path::new(frame);
    for line in lines {
        path.ring(frame, line);
    }
    path.data
}

/// Gives the drawing coordinates of a place, as `x` and `y` texts.
pub(super) fn spot(frame: &Frame, at: Coord) -> (String, String) {
    let (x, y) = frame.project(at);
    (short(x), short(y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Polygon, Rect};

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.04, -0.5, 12.0, 12.34, -3.0].map(short),
            ["0", "0", "-.5", "12", "12.3", "-3"]
        );
    }

    #[test]
    fn paths_are_relative_and_closed() {
        let frame = Frame::around(Coord { x: 0.0, y: 0.0 }, 50.0, 100.0, 100.0);
        let degree = crate::geometry::measure::DEGREE;
        let at = |x: f64, y: f64| Coord {
            x: x / degree,
            y: y / degree,
        };
        let triangle = Polygon::new(
            LineString(vec![at(0.0, 0.0), at(10.0, 0.0), at(10.0, 12.5), at(0.0, 0.0)]),
            vec![],
        );
        assert_eq!(path(&frame, &MultiPolygon(vec![triangle])), "m50 50 10 0 0-12.5z");
        // A shape larger than the window is cut just outside of it.
        let large = Rect::new(at(-900.0, -900.0), at(900.0, 900.0)).to_polygon();
        assert_eq!(path(&frame, &MultiPolygon(vec![large])), "m-6-6 0 112 112 0 0-112z");
        let far = Rect::new(at(900.0, 900.0), at(950.0, 950.0)).to_polygon();
        assert_eq!(path(&frame, &MultiPolygon(vec![far])), "");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a < \"b\" & c"), "a &lt; &quot;b&quot; &amp; c");
    }
}
