//! A sheet for plotters: it writes short SVG that follows the page.
//!
//! plotters places, the sheet writes: x in per cent of the width, or in units of a `viewBox`; heights in units. Colours
//! and lines come from the group around a layer, so that nothing needs a style attribute. Plotters counts in whole
//! units, and one less than the size it is given: the sheet counts in hundredths and writes tenths.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{Cartesian2d, ChartBuilder, ChartContext, DrawingArea, DrawingBackend, IntoDrawingArea as _};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use crate::render::draw::svg::tenths;

/// Units of plotters in one unit of the sheet.
pub(super) const FINE: u32 = 100;

/// What a horizontal place is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Across {
    /// Per cent of the width: text keeps its size whatever the width.
    PerCent,
    /// Units of the `viewBox`.
    Units,
}

/// The part of a sheet where values are drawn, and their range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) across: Across,
    /// Width (100 when in per cent) and height of the sheet.
    pub(super) size: (u32, u32),
    /// Margins: top, right, bottom, left.
    pub(super) margins: (u32, u32, u32, u32),
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

type Chart<'a, 'b> = ChartContext<'b, Sheet<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Area {
    /// Draws a layer of the chart: what `draw` draws, in a group with `attributes` (with its leading space).
    ///
    /// `notes` are attributes written on the rectangles, in the order they are drawn.
    pub(super) fn layer(
        &self,
        out: &mut String,
        attributes: &str,
        notes: &[String],
        draw: impl FnOnce(&mut Chart<'_, '_>),
    ) {
        let start = out.len();
        let _ = write!(out, "<g{attributes}>");
        let opened = out.len();
        {
            let sheet = Sheet {
                out,
                size: (self.size.0 * FINE, self.size.1 * FINE),
                across: self.across,
                notes: notes.iter(),
            };
            let root: DrawingArea<Sheet<'_>, Shift> = sheet.into_drawing_area();
            let (top, right, bottom, left) = self.margins;
            let chart = ChartBuilder::on(&root)
                .margin_top(top * FINE)
                .margin_right(right * FINE)
                .margin_bottom(bottom * FINE)
                .margin_left(left * FINE)
                .build_cartesian_2d(self.x.0..self.x.1, self.y.0..self.y.1);
            // The sheet cannot fail: a chart fails only when its margins leave no room, and then nothing is drawn.
            if let Ok(mut chart) = chart {
                draw(&mut chart);
            }
        }
        if out.len() == opened {
            out.truncate(start);
        } else {
            out.push_str("</g>");
        }
    }

    /// Gives where a value stands on the sheet, in its units.
    pub(super) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let (top, right, bottom, left) = self.margins;
        let (width, height) = (
            f64::from(self.size.0 - left - right),
            f64::from(self.size.1 - top - bottom),
        );
        let (tx, ty) = (
            (x - self.x.0) / (self.x.1 - self.x.0),
            (y - self.y.0) / (self.y.1 - self.y.0),
        );
        (f64::from(left) + tx * width, f64::from(top) + (1.0 - ty) * height)
    }
}

/// The backend.
pub(super) struct Sheet<'a> {
    out: &'a mut String,
    size: (u32, u32),
    across: Across,
    notes: std::slice::Iter<'a, String>,
}

/// Rounds a place of plotters to tenths of a unit of the sheet.
fn written(place: BackendCoord) -> BackendCoord {
    let tenth = |v: i32| (v + 5).div_euclid(10);
    (tenth(place.0), tenth(place.1))
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl Sheet<'_> {
    /// Writes an attribute, from tenths.
    fn attribute(&mut self, name: &str, value: i32, unit: &str) {
        let _ = write!(self.out, r#" {name}=""#);
        tenths(self.out, value);
        let _ = write!(self.out, r#"{unit}""#);
    }

    fn across(&mut self, name: &str, value: i32) {
        let unit = if self.across == Across::PerCent { "%" } else { "" };
        self.attribute(name, value, unit);
    }

    fn down(&mut self, name: &str, value: i32) {
        self.attribute(name, value, "");
    }

    fn fill(&mut self, color: BackendColor) {
        // Transparent: the group around says the colour.
        if color.alpha > 0.0 {
            let (r, g, b) = color.rgb;
            let _ = write!(self.out, r##" fill="#{r:02x}{g:02x}{b:02x}""##);
        }
    }
}

impl DrawingBackend for Sheet<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Done {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, _: &S) -> Done {
        self.out.push_str("<line");
        let (from, to) = (written(from), written(to));
        self.across("x1", from.0);
        self.across("x2", to.0);
        self.down("y1", from.1);
        self.down("y2", to.1);
        self.out.push_str("/>");
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, _: bool) -> Done {
        let (a, b) = (written(a), written(b));
        self.out.push_str("<rect");
        if a.0 != 0 {
            self.across("x", a.0);
        }
        self.down("y", a.1);
        self.across("width", b.0 - a.0);
        self.down("height", b.1 - a.1);
        self.fill(style.color());
        if let Some(note) = self.notes.next() {
            self.out.push_str(note);
        }
        self.out.push_str("/>");
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        if self.across == Across::PerCent {
            // A path knows no per cent.
            for pair in points.windows(2) {
                self.draw_line(pair[0], pair[1], style)?;
            }
            return Ok(());
        }
        let points: Vec<BackendCoord> = points.into_iter().map(written).collect();
        let Some(&(x, y)) = points.first().filter(|_| points.len() > 1) else {
            return Ok(());
        };
        self.out.push_str(r#"<path d="M"#);
        tenths(self.out, x);
        self.out.push(' ');
        tenths(self.out, y);
        self.out.push('l');
        for (k, pair) in points.windows(2).enumerate() {
            for (i, d) in [pair[1].0 - pair[0].0, pair[1].1 - pair[0].1].into_iter().enumerate() {
                if d >= 0 && (k > 0 || i > 0) {
                    self.out.push(' ');
                }
                tenths(self.out, d);
            }
        }
        self.out.push_str(r#""/>"#);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, _: &S, _: bool) -> Done {
        let (center, (radius, _)) = (written(center), written((i32::try_from(radius).unwrap_or(0), 0)));
        self.out.push_str("<circle");
        self.across("cx", center.0);
        self.down("cy", center.1);
        self.down("r", radius);
        self.out.push_str("/>");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, _: I, _: &S) -> Done {
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, _: &str, _: &T, _: BackendCoord) -> Done {
        // Text is written by the charts: it follows the page's fonts and is not measured here.
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        _: &str,
        _: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((0, 0))
    }
}
