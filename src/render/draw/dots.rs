//! Map of presence: a dot at each place that has a published figure, a small diamond at each that has none.
//!
//! Neither size nor order says anything of a figure: all dots are alike, all diamonds too, in the order of the map, from
//! top to bottom. Two paths hold them all, so that thousands of places weigh some kilobytes.

use std::fmt::Write as _;

use geo::Coord;

use super::Texts;
use super::map::{self, Ground};
use super::svg::{ACCENT, INK_2};

/// What a map of presence is made of.
#[derive(Debug, Clone, Copy)]
pub struct Dots<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Zones of the ground and limits.
    pub ground: &'a Ground,
    /// Places with a published figure, in degrees.
    pub shown: &'a [Coord],
    /// Places without one, in degrees.
    pub hidden: &'a [Coord],
}

/// Path of a dot: the round end of a line without length.
const DOT: &str = "h0";
/// Path of a diamond around its first point, back to it.
const DIAMOND: &str = "m0-3l3 3-3 3-3-3zm0 3";

/// Draws a map of presence.
pub fn draw(map: &Dots) -> String {
    let ground = map.ground;
    let mut out = String::with_capacity(8 * (map.shown.len() + 3 * map.hidden.len()) + 4096);
    ground.open(&mut out, &map.texts, false);
    ground.bare(&mut out);
    if !map.hidden.is_empty() {
        let _ = write!(
            out,
            r##"<path class="res-s" fill="#fff" stroke="{INK_2}" d="{}"/>"##,
            path(ground, map.hidden, DIAMOND)
        );
    }
    if !map.shown.is_empty() {
        let _ = write!(
            out,
            r#"<path class="res" fill="none" stroke="{ACCENT}" stroke-width="5" stroke-linecap="round" d="{}"/>"#,
            path(ground, map.shown, DOT)
        );
    }
    map::strip(&mut out, &ground.frame);
    out.push_str("</svg>");
    out
}

/// Path of one sign at each place, each move told from the place before. Places are on a grid of two units, finer than a
/// sign: those that would cover one another are drawn once.
fn path(ground: &Ground, places: &[Coord], sign: &str) -> String {
    let mut spots: Vec<(i32, i32)> = places
        .iter()
        .filter(|at| ground.frame.shows(**at, 0.0))
        .map(|at| {
            let (x, y) = ground.frame.project(*at);
            (2 * (y / 2.0).round() as i32, 2 * (x / 2.0).round() as i32)
        })
        .collect();
    spots.sort_unstable();
    spots.dedup();
    let mut out = String::with_capacity(spots.len() * (8 + sign.len()));
    let (mut x0, mut y0) = (0, 0);
    for (y, x) in spots {
        let (dx, dy) = (x - x0, y - y0);
        let _ = write!(out, "m{dx}{}{dy}{sign}", if dy < 0 { "" } else { " " });
        (x0, y0) = (x, y);
    }
    out
}

/// Key of a dot.
pub const KEY_DOT: &str = r##"<svg class="k" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="2.5" fill="#0b5876"/></svg>"##;
/// Key of a diamond of this map.
pub const KEY_NONE: &str = r##"<svg class="k" width="16" height="16" aria-hidden="true"><path fill="#fff" stroke="#454c55" d="M8 5l3 3-3 3-3-3z"/></svg>"##;
