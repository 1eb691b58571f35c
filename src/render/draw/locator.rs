//! Where a territory is: its outline among its neighbours, the QPV, the residences, the ring around a residence.

use std::fmt::Write as _;

use geo::{Coord, LineString, MultiPolygon};

use super::Texts;
use super::label::{self, Anchor};
use super::map::{self, Labels, Overlay};
use super::svg::{ACCENT, INK, INK_3, LINE, escape, open, path, short, spot};
use super::symbols::{Symbol, draw_here, draw_symbols};
use crate::geometry::frame::Frame;

/// What a locator map is made of.
#[derive(Debug, Clone, Copy)]
pub struct Locator<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Window.
    pub frame: Frame,
    /// The territory and its name; for a residence, its IRIS.
    pub territory: Option<(&'a str, &'a MultiPolygon)>,
    /// Fills the territory with the accent colour: for a territory seen from afar.
    pub filled: bool,
    /// Zones around, with their names.
    pub neighbours: &'a [(&'a str, &'a MultiPolygon)],
    /// Limits of a wider scale.
    pub limits: &'a [LineString],
    /// QPV.
    pub overlays: &'a [Overlay<'a>],
    /// Residences around, the one of the fiche left out.
    pub residences: &'a [Symbol<'a>],
    /// Radius of a residence of one dwelling, in drawing units.
    pub per_unit: f64,
    /// The residence of the fiche.
    pub here: Option<Symbol<'a>>,
    /// Radius of the ring around it, in metres.
    pub ring: Option<f64>,
}

/// Draws a locator map.
pub fn draw(map: &Locator) -> String {
    let frame = &map.frame;
    let mut out = String::with_capacity(4096);
    let linked = map.residences.iter().any(|s| s.href.is_some());
    let size = format!(r#" viewBox="0 0 {} {}""#, short(frame.width), short(frame.height));
    open(&mut out, &map.texts, if linked { "group" } else { "img" }, "map", &size);
    let _ = write!(
        out,
        r##"<path fill="#f4f6f7" d="M0 0h{}v{}H0z"/>"##,
        short(frame.width),
        short(frame.height)
    );
    let territory = map.territory.map(|(_, shape)| path(frame, shape)).unwrap_or_default();
    if !territory.is_empty() && !map.filled {
        let _ = write!(out, r##"<path d="{territory}" fill="#fff"/>"##);
    }
    neighbours(&mut out, map);
    map::outline(&mut out, frame, map.limits, "limits", INK_3, "1.1");
    if !territory.is_empty() {
        let (fill, width) = if map.filled { (ACCENT, "1.2") } else { ("none", "1.8") };
        let _ = write!(
            out,
            r#"<path class="on" d="{territory}" fill="{fill}" stroke="{INK}" stroke-width="{width}" stroke-linejoin="round"/>"#
        );
    }
    map::overlays(&mut out, frame, map.overlays, true);
    ring(&mut out, map);
    let discs = draw_symbols(&mut out, frame, map.residences, map.per_unit, Some(24.0));
    let here = map
        .here
        .as_ref()
        .map(|here| (frame.project(here.at), draw_here(&mut out, frame, here)));
    labels(&mut out, map, &discs, here);
    map::inset(&mut out, frame);
    let _ = write!(
        out,
        r#"<path d="M.5.5h{}v{}H.5z" fill="none" stroke="{LINE}"/></svg>"#,
        short(frame.width - 1.0),
        short(frame.height - 1.0)
    );
    out
}

fn neighbours(out: &mut String, map: &Locator) {
    let drawn: Vec<(&str, String)> = map
        .neighbours
        .iter()
        .map(|(name, shape)| (*name, path(&map.frame, shape)))
        .filter(|(_, d)| !d.is_empty())
        .collect();
    if drawn.is_empty() {
        return;
    }
    let fill = if map.filled { "#fff" } else { "none" };
    let _ = write!(
        out,
        r#"<g fill="{fill}" stroke="{LINE}" stroke-width=".8" stroke-linejoin="round">"#
    );
    if map.filled {
        // From afar the names of all zones are too many: one line for all.
        let _ = write!(
            out,
            r#"<path d="{}"/>"#,
            drawn.iter().map(|(_, d)| format!("M0 0{d}")).collect::<String>()
        );
    } else {
        for (name, d) in drawn {
            let _ = write!(out, r#"<path d="{d}"><title>{}</title></path>"#, escape(name));
        }
    }
    out.push_str("</g>");
}

fn ring(out: &mut String, map: &Locator) {
    if let (Some(here), Some(metres)) = (&map.here, map.ring) {
        let (x, y) = spot(&map.frame, here.at);
        let _ = write!(
            out,
            r#"<circle class="radius" cx="{x}" cy="{y}" r="{}" fill="none" stroke="{INK_3}" stroke-dasharray="1.5 3"/>"#,
            short(metres / map.frame.scale)
        );
    }
}

fn labels(out: &mut String, map: &Locator, discs: &[(f64, f64, f64)], here: Option<((f64, f64), f64)>) {
    let frame = &map.frame;
    let mut labels = Labels::default();
    // Scale bar, north.
    labels.reserve((0.0, frame.height - 30.0, 110.0, frame.height));
    labels.reserve((frame.width - 30.0, 0.0, frame.width, 44.0));
    if let (Some(symbol), Some(((x, y), r))) = (&map.here, here) {
        labels.reserve_disc(x, y, r + 2.0);
        let mut clear = labels.clone();
        for &(x, y, r) in discs {
            clear.reserve_disc(x, y, r);
        }
        let side = r + 5.0;
        let (base, size) = (y + 4.0, 12.0);
        let places = [
            (x + side, base, Anchor::Start),
            (x - side, base, Anchor::End),
            (x, y - side - 3.0, Anchor::Middle),
            (x, y + side + 10.0, Anchor::Middle),
            (x + r, y - side, Anchor::Start),
            (x + r, y + side + 8.0, Anchor::Start),
            (x - r, y - side, Anchor::End),
            (x - r, y + side + 8.0, Anchor::End),
        ];
        // Clear of the other residences if it can be; its own name before theirs if not.
        const BOLD: &str = r#" font-weight="700""#;
        if clear.place(frame, symbol.name, size, BOLD, &places) {
            labels = clear;
        } else {
            labels.place(frame, symbol.name, size, BOLD, &places);
            for &(x, y, r) in discs {
                labels.reserve_disc(x, y, r);
            }
        }
        if let Some(metres) = map.ring {
            let (reach, words) = (metres / frame.scale, crate::format::quantity(metres, 0, "m"));
            let diagonal = reach * std::f64::consts::FRAC_1_SQRT_2;
            let places = [
                (x + diagonal, y + diagonal + 4.0, Anchor::Middle),
                (x - diagonal, y + diagonal + 4.0, Anchor::Middle),
                (x + diagonal, y - diagonal + 4.0, Anchor::Middle),
            ];
            labels.place(frame, &words, 11.0, "", &places);
        }
    }
    if map.here.is_none() {
        for &(x, y, r) in discs {
            labels.reserve_disc(x, y, r);
        }
    }
    for overlay in map.overlays {
        if let Some(spot) = label::spot(frame, overlay.shape) {
            let half = label::width(overlay.name, 11.0) / 2.0;
            let places: Vec<(f64, f64, Anchor)> = [0.0, -16.0, 16.0, -30.0, 30.0, -44.0, 44.0]
                .iter()
                .flat_map(|dy| {
                    [
                        (spot.x, spot.y + dy + 4.0, Anchor::Middle),
                        (spot.x - half * 0.6, spot.y + dy + 4.0, Anchor::Middle),
                    ]
                })
                .collect();
            labels.place(frame, overlay.name, 11.0, r#" font-style="italic""#, &places);
        }
    }
    if let Some((name, shape)) = map.territory.filter(|_| !map.filled) {
        let name = name.to_uppercase();
        if let Some(spot) = label::spot(frame, shape) {
            let places: Vec<(f64, f64, Anchor)> = [0.0, -22.0, 22.0, -44.0, 44.0, -66.0, 66.0, -88.0, 88.0]
                .iter()
                .flat_map(|dy| [0.0, -40.0, 40.0].map(|dx| (spot.x + dx, spot.y + dy, Anchor::Middle)))
                .filter(|&(x, y, _)| inside(frame, shape, x, y))
                .collect();
            labels.place(frame, &name, 10.0, r#" letter-spacing=".5""#, &places);
        }
    }
    // Neighbours last: the territory, its QPV and its residences come first.
    if map.here.is_none() && !map.filled {
        for (name, shape) in map.neighbours {
            if let Some(spot) = label::spot(frame, shape) {
                let places = [0.0, -14.0, 14.0, -28.0, 28.0].map(|dy| (spot.x, spot.y + dy + 4.0, Anchor::Middle));
                labels.place(frame, name, 10.0, QUIET, &places);
            }
        }
    }
    labels.finish(out);
}

/// Neighbours are named in a lighter ink.
const QUIET: &str = r##" fill="#5f6771""##;

/// Says whether a place of the drawing is in a shape.
fn inside(frame: &Frame, shape: &MultiPolygon, x: f64, y: f64) -> bool {
    let crossings = shape
        .0
        .iter()
        .flat_map(|p| p.exterior().0.windows(2))
        .filter(|w| {
            let ((ax, ay), (bx, by)) = (frame.project(w[0]), frame.project(w[1]));
            (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        })
        .count();
    crossings % 2 == 1
}

/// Chooses the window of a residence: its ring and a little more, in a window of fixed size.
pub fn around(here: Coord, ring: f64, width: f64, height: f64) -> Frame {
    Frame::around(here, ring * 1.12, width, height)
}
