//! What all maps share: overlays, outlines, labels with a white casing, the strip with scale bar and north.

use std::fmt::Write as _;

use geo::{BoundingRect as _, LineString, MultiPolygon};

use super::Texts;
use super::label::{self, Anchor, Area, Spot};
use super::svg::{INK, LINE, WASH, escape, lines, num, open, open_lines, path, short};
use crate::geometry::frame::Frame;

/// A zone drawn over others, such as a QPV.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    /// Name, for the tooltip and the label.
    pub name: &'a str,
    /// Shape, in degrees.
    pub shape: &'a MultiPolygon,
    /// Page of the zone, relative.
    pub href: Option<&'a str>,
}

/// The drawn part of a map that does not depend on its figures: made once, used by all indicators and vintages.
#[derive(Debug, Clone)]
pub struct Ground {
    pub(super) frame: Frame,
    /// Path of each zone, in the order given; empty when nothing of it shows.
    pub(super) paths: Vec<String>,
    /// Where the key of each zone goes.
    pub(super) spots: Vec<Option<Spot>>,
    /// What lies under the zones.
    context: String,
    /// The zones as they are drawn under symbols, where it is not as they are filled.
    bare: Option<String>,
    /// Number of zones drawn as a disc.
    discs: usize,
    limits: String,
    outline: String,
    overlays: String,
    hatched: String,
}

impl Ground {
    /// Draws zones (degrees, at the level of detail of the frame); `keyed` finds a place for the key of each.
    pub fn new<'a>(frame: Frame, zones: impl IntoIterator<Item = &'a MultiPolygon>, keyed: bool) -> Self {
        let (mut paths, mut spots) = (Vec::new(), Vec::new());
        for zone in zones {
            paths.push(path(&frame, zone));
            spots.push(if keyed { label::spot(&frame, zone) } else { None });
        }
        let [limits, outline, overlays, hatched] = [const { String::new() }; 4];
        Self {
            frame,
            paths,
            spots,
            context: String::new(),
            bare: None,
            discs: 0,
            limits,
            outline,
            overlays,
            hatched,
        }
    }

    /// Gives the zones as open lines between them and the outline of them all: half the weight under symbols, where no
    /// zone has a fill of its own.
    #[must_use]
    pub fn borders(mut self, borders: &[LineString], outline: &[LineString]) -> Self {
        self.bare = Some(format!(
            r#"<path class="ground" fill="{WASH}" stroke="{INK}" stroke-width="2" stroke-linejoin="round" d="{}"/><path fill="none" stroke="{LINE}" stroke-width=".6" stroke-linejoin="round" d="{}"/>"#,
            lines(&self.frame, outline),
            open_lines(&self.frame, borders)
        ));
        self
    }

    /// Situates zones that stand apart (QPV) among the zones of a wider scale, drawn under them in grey; a zone too small
    /// for its class to be read becomes a disc, of the same size for all. `frame` as in [`Self::limits`].
    #[must_use]
    pub fn situated<'a>(
        mut self,
        frame: &Frame,
        zones: impl IntoIterator<Item = &'a MultiPolygon>,
        borders: &[LineString],
        wider: &[LineString],
    ) -> Self {
        self.context = format!(
            r#"<path class="limit" d="{}" fill="none" stroke="{INK}" stroke-width="2" stroke-linejoin="round"/><path class="limits" d="{}" fill="none" stroke="{LINE}" stroke-width=".8" stroke-linejoin="round"/>"#,
            lines(frame, wider),
            open_lines(frame, borders)
        );
        self.bare = Some(self.joined());
        for (path, zone) in self.paths.iter_mut().zip(zones) {
            if let Some(disc) = disc(&self.frame, zone).filter(|_| !path.is_empty()) {
                *path = disc;
                self.discs += 1;
            }
        }
        self
    }

    /// Number of zones drawn as a disc because they are too small.
    pub fn discs(&self) -> usize {
        self.discs
    }

    /// Adds the limits of a wider scale, drawn over the zones, as open lines: communes over IRIS. `frame` is the
    /// one of the ground, with the grain that suits these lines.
    #[must_use]
    pub fn limits(mut self, frame: &Frame, borders: &[LineString]) -> Self {
        let d = open_lines(frame, borders);
        if !d.is_empty() {
            let width = if self.paths.len() > DENSE { ".9" } else { "1.4" };
            self.limits = format!(
                r#"<path class="limits" d="{d}" fill="none" stroke="{INK}" stroke-width="{width}" stroke-linejoin="round"/>"#
            );
        }
        self
    }

    /// Adds the limit of the territory; `frame` as in [`Self::limits`].
    #[must_use]
    pub fn outline(mut self, frame: &Frame, lines: &[LineString]) -> Self {
        outline(&mut self.outline, frame, lines, "limit", INK, "2");
        self
    }

    /// Adds zones drawn over: QPV.
    #[must_use]
    pub fn overlays(mut self, zones: &[Overlay]) -> Self {
        overlays(&mut self.overlays, &self.frame, zones, false);
        overlays(&mut self.hatched, &self.frame, zones, true);
        self
    }

    /// Opens a map on this ground, with the strip under it. A map with links is a group: an image holds nothing to act upon.
    pub(super) fn open(&self, out: &mut String, texts: &Texts, linked: bool) {
        let size = format!(
            r#" viewBox="0 0 {} {}""#,
            short(self.frame.width),
            short(self.frame.height + STRIP)
        );
        open(out, texts, if linked { "group" } else { "img" }, "map", &size);
    }

    /// Draws what lies under filled zones.
    pub(super) fn under(&self, out: &mut String) {
        out.push_str(&self.context);
    }

    /// Draws what lies over filled zones.
    pub(super) fn over(&self, out: &mut String) {
        out.push_str(&self.limits);
        out.push_str(&self.outline);
        out.push_str(&self.overlays);
    }

    /// Draws all but figures, under symbols.
    pub(super) fn bare(&self, out: &mut String) {
        out.push_str(&self.context);
        match &self.bare {
            Some(bare) => {
                out.push_str(bare);
                out.push_str(&self.limits);
            }
            None => {
                out.push_str(&self.joined());
                out.push_str(&self.limits);
                out.push_str(&self.outline);
            }
        }
        out.push_str(&self.hatched);
    }

    /// All zones in one path, without fills of their own.
    fn joined(&self) -> String {
        let mut out = format!(
            r#"<path class="ground" fill="{WASH}" stroke="{LINE}" stroke-width=".6" stroke-linejoin="round" d=""#
        );
        for d in self.paths.iter().filter(|d| !d.is_empty()) {
            // Each path is relative to the origin.
            out.push_str("M0 0");
            out.push_str(d);
        }
        out.push_str(r#""/>"#);
        out
    }
}

/// Width and height, in units, under which the class of a zone cannot be read, and radius of the disc drawn for it.
const SMALL: f64 = 13.0;
const DISC: f64 = 6.5;

/// Gives the path of the disc that stands for a zone too small to be read.
fn disc(frame: &Frame, zone: &MultiPolygon) -> Option<String> {
    let bounds = zone.bounding_rect()?;
    let ((left, bottom), (right, top)) = (frame.project(bounds.min()), frame.project(bounds.max()));
    if right - left >= SMALL || bottom - top >= SMALL {
        return None;
    }
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    Some(format!(
        "m{} {}a{r} {r} 0 1 0 {d} 0 {r} {r} 0 1 0-{d} 0z",
        short(x - DISC),
        short(y),
        r = short(DISC),
        d = short(2.0 * DISC)
    ))
}

/// Number of zones over which lines are thinner.
pub(super) const DENSE: usize = 150;

/// Height of the strip under a map that holds its scale bar and its north.
pub(super) const STRIP: f64 = 34.0;

/// Draws the scale bar and the north in the strip under the map, where they hide nothing.
pub(super) fn strip(out: &mut String, frame: &Frame) {
    let top = frame.height;
    scale(out, frame, 8.0, top + 8.0);
    north(out, frame.width - 14.0, top + 4.0);
}

/// Draws the scale bar and the north inside the map, on white, for small maps.
pub(super) fn inset(out: &mut String, frame: &Frame) {
    let bar = frame.scale_bar(80.0);
    let _ = write!(
        out,
        r##"<path d="M10 {}h{}v22H10z" fill="#fff" fill-opacity=".9"/>"##,
        short(frame.height - 28.0),
        short(bar.units + 12.0)
    );
    scale(out, frame, 16.0, frame.height - 22.0);
    north(out, frame.width - 19.0, 10.0);
}

fn scale(out: &mut String, frame: &Frame, x: f64, y: f64) {
    let bar = frame.scale_bar(90.0);
    let _ = write!(
        out,
        r##"<g class="scale"><path d="M{} {}v5h{}v-5" fill="none" stroke="{INK}" stroke-width="1.3"/><text x="{}" y="{}" font-size="11" text-anchor="middle" fill="{INK}">{}</text></g>"##,
        short(x),
        short(y),
        short(bar.units),
        short(x + bar.units / 2.0),
        short(y + 16.0),
        bar.label()
    );
}

fn north(out: &mut String, x: f64, y: f64) {
    let _ = write!(
        out,
        r##"<g class="north"><path d="M{} {}v-16m-4.5 6 4.5-6 4.5 6" fill="none" stroke="{INK}" stroke-width="1.3"/><text x="{}" y="{}" font-size="11" text-anchor="middle" fill="{INK}">N</text></g>"##,
        short(x),
        short(y + 16.0),
        short(x),
        short(y + 27.0)
    );
}

/// Opens a link out of the tab order: the table beside the map holds the same links.
pub(super) fn link(out: &mut String, href: Option<&str>) {
    if let Some(href) = href {
        let _ = write!(out, r#"<a href="{}" tabindex="-1">"#, escape(href));
    }
}

pub(super) fn unlink(out: &mut String, href: Option<&str>) {
    if href.is_some() {
        out.push_str("</a>");
    }
}

/// Draws overlays as dashed outlines on a white casing; hatched lightly if `hatched`.
pub(super) fn overlays(out: &mut String, frame: &Frame, overlays: &[Overlay], hatched: bool) {
    let drawn: Vec<(&Overlay, String)> = overlays
        .iter()
        .map(|o| (o, path(frame, o.shape)))
        .filter(|(_, d)| !d.is_empty())
        .collect();
    if drawn.is_empty() {
        return;
    }
    if !hatched {
        out.push_str(
            r##"<path class="casing" fill="none" stroke="#fff" stroke-width="4.2" stroke-linejoin="round" d=""##,
        );
        for (_, d) in &drawn {
            // Each path is relative to the origin.
            out.push_str("M0 0");
            out.push_str(d);
        }
        out.push_str(r#""/>"#);
    }
    let fill = if hatched {
        r#"url(#h-quartier)" fill-opacity=".45"#
    } else {
        "none"
    };
    let _ = write!(
        out,
        r#"<g class="qpv" fill="{fill}" stroke="{INK}" stroke-width="{}" stroke-dasharray="6 3" stroke-linejoin="round">"#,
        if hatched { "1.5" } else { "1.8" }
    );
    for (overlay, d) in &drawn {
        let _ = write!(out, r#"<path d="{d}"><title>{}</title></path>"#, escape(overlay.name));
    }
    out.push_str("</g>");
}

/// Draws closed lines.
pub(super) fn outline(out: &mut String, frame: &Frame, outline: &[LineString], class: &str, stroke: &str, width: &str) {
    let d = lines(frame, outline);
    if !d.is_empty() {
        let _ = write!(
            out,
            r#"<path class="{class}" d="{d}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"/>"#
        );
    }
}

/// Labels that keep out of one another's way: the first placed wins.
#[derive(Default, Clone)]
pub(super) struct Labels {
    taken: Vec<Area>,
    out: String,
}

impl Labels {
    /// Keeps a rectangle free of labels.
    pub(super) fn reserve(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Keeps a disc free of labels.
    pub(super) fn reserve_disc(&mut self, x: f64, y: f64, r: f64) {
        self.reserve((x - r, y - r, x + r, y + r));
    }

    /// Writes a label at the first of the places where it meets no other and stays in the frame; says whether it did.
    pub(super) fn place(
        &mut self,
        frame: &Frame,
        text: &str,
        size: f64,
        attributes: &str,
        places: &[(f64, f64, Anchor)],
    ) -> bool {
        for &(x, y, anchor) in places {
            let area = label::area(text, size, x, y, anchor);
            let fits = area.0 >= 3.0 && area.1 >= 3.0 && area.2 <= frame.width - 3.0 && area.3 <= frame.height - 3.0;
            if fits && !self.taken.iter().any(|taken| label::meet(taken, &area)) {
                self.reserve(area);
                self.out.push_str(r#"<text x=""#);
                num(&mut self.out, x);
                self.out.push_str(r#"" y=""#);
                num(&mut self.out, y);
                let _ = write!(
                    self.out,
                    r#"" font-size="{}"{}{attributes}>{}</text>"#,
                    short(size),
                    anchor.attribute(),
                    escape(text)
                );
                return true;
            }
        }
        false
    }

    /// Gives all labels, on a white casing.
    pub(super) fn finish(self, out: &mut String) {
        if !self.out.is_empty() {
            let _ = write!(
                out,
                r##"<g class="lbl" fill="{INK}" stroke="#fff" stroke-width="3.2" stroke-linejoin="round" paint-order="stroke" pointer-events="none">{}</g>"##,
                self.out
            );
        }
    }
}
