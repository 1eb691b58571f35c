//! Map of a rate: each zone filled by its class or the texture of its state.

use std::fmt::Write as _;

use geo::MultiPolygon;

use super::label::{self, Spot};
use super::legend::{fill, is_dark};
use super::map::{self, DENSE, Ground};
use super::svg::{INK_2, LINE, escape, open, path, short};
use super::{Shade, Texts};
use crate::geometry::frame::Frame;

/// A zone of the map.
#[derive(Debug, Clone, Copy)]
pub struct Zone<'a> {
    /// Name, for the tooltip.
    pub name: &'a str,
    /// `scale:code:indicator[:category]:vintage`.
    pub cell: &'a str,
    /// Class or state.
    pub shade: Shade,
    /// The figure as it is written in the table: `22,4 %`, `secret`.
    pub figure: &'a str,
    /// Page of the zone, relative.
    pub href: Option<&'a str>,
    /// Key of the zone in the table beside the map; left out where it has no room.
    pub key: Option<&'a str>,
}

/// What a choropleth is made of.
#[derive(Debug, Clone, Copy)]
pub struct Choropleth<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// What is drawn whatever the figures.
    pub ground: &'a Ground,
    /// Zones, in the order of the ground's.
    pub zones: &'a [Zone<'a>],
    /// Number of classes of the indicator, up to 5.
    pub classes: u8,
}

/// A map and the rows of its legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The `<svg>` element.
    pub svg: String,
    /// Every class from 1, then the states that appear, each with its number of zones.
    pub counts: Vec<(Shade, usize)>,
}

/// Order of states in a legend.
const STATES: [&str; 5] = ["s", "nd", "so", "no", "cp"];

/// Draws a choropleth.
///
/// Links stay out of the tab order: the table beside the map holds the same ones. Zones beyond the ground's are left out.
pub fn draw(map: &Choropleth) -> Drawing {
    let ground = map.ground;
    let mut out = String::with_capacity(map.zones.len() * 300 + 2048);
    ground.open(&mut out, &map.texts, map.zones.iter().any(|z| z.href.is_some()));
    ground.under(&mut out);
    let width = if ground.paths.len() > DENSE { ".4" } else { ".9" };
    let _ = write!(
        out,
        r#"<g class="zones" stroke="{INK_2}" stroke-width="{width}" stroke-linejoin="round">"#
    );
    for (zone, d) in map.zones.iter().zip(&ground.paths).filter(|(_, d)| !d.is_empty()) {
        map::link(&mut out, zone.href);
        let _ = write!(
            out,
            r#"<path d="{d}" fill="{}" data-cell="{}""#,
            fill(zone.shade, map.classes),
            escape(zone.cell)
        );
        match zone.shade {
            Shade::Class(class) => write!(out, r#" data-class="{class}""#),
            Shade::State(state) => write!(out, r#" data-state="{state}""#),
        }
        .and_then(|()| {
            write!(
                out,
                "><title>{} : {}</title></path>",
                escape(zone.name),
                escape(zone.figure)
            )
        })
        .expect("writing to a string does not fail");
        map::unlink(&mut out, zone.href);
    }
    out.push_str("</g>");
    ground.over(&mut out);
    let mut keys = Keys::default();
    for (zone, spot) in map.zones.iter().zip(&ground.spots) {
        if let (Some(key), Some(spot)) = (zone.key, spot) {
            keys.place(key, *spot, is_dark(zone.shade, map.classes));
        }
    }
    keys.finish(&mut out);
    map::strip(&mut out, &ground.frame);
    out.push_str("</svg>");
    Drawing {
        svg: out,
        counts: counts(map),
    }
}

/// Keys of zones: ink on a white casing, or white on dark classes.
#[derive(Default)]
struct Keys {
    ink: String,
    white: String,
}

impl Keys {
    fn place(&mut self, key: &str, spot: Spot, dark: bool) {
        let half = label::width(key, 1.0) / 2.0;
        // The largest size whose rectangle fits in the free disc.
        let size = (spot.radius / half.hypot(0.45)).min(14.0);
        if size < 8.0 {
            return;
        }
        let out = if dark { &mut self.white } else { &mut self.ink };
        let _ = write!(
            out,
            r#"<text x="{}" y="{}" font-size="{}">{}</text>"#,
            short(spot.x),
            short(spot.y + size * 0.36),
            short(size),
            escape(key)
        );
    }

    fn finish(self, out: &mut String) {
        const SHARED: &str = r#"text-anchor="middle" font-weight="600" pointer-events="none""#;
        if !self.ink.is_empty() {
            let _ = write!(
                out,
                r##"<g class="lbl" {SHARED} stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{}</g>"##,
                self.ink
            );
        }
        if !self.white.is_empty() {
            let _ = write!(out, r##"<g class="lbl" {SHARED} fill="#fff">{}</g>"##, self.white);
        }
    }
}

fn counts(map: &Choropleth) -> Vec<(Shade, usize)> {
    let count = |shade| map.zones.iter().filter(|z| z.shade == shade).count();
    let classes = (1..=map.classes.min(5)).map(Shade::Class).map(|s| (s, count(s)));
    let states = STATES
        .map(Shade::State)
        .map(|s| (s, count(s)))
        .into_iter()
        .filter(|&(_, n)| n > 0);
    classes.chain(states).collect()
}

/// Draws a small map without words: where the filled zones are among the others (entry pages, lists).
pub fn thumbnail(texts: &Texts, frame: &Frame, zones: &[(&MultiPolygon, Shade)], classes: u8) -> String {
    let mut out = String::new();
    let size = format!(r#" viewBox="0 0 {} {}""#, short(frame.width), short(frame.height));
    open(&mut out, texts, "img", "map", &size);
    let _ = write!(out, r#"<g stroke="{LINE}" stroke-width=".6" stroke-linejoin="round">"#);
    for (shape, shade) in zones {
        let d = path(frame, shape);
        if !d.is_empty() {
            let _ = write!(out, r#"<path d="{d}" fill="{}"/>"#, fill(*shade, classes));
        }
    }
    out.push_str("</g></svg>");
    out
}
