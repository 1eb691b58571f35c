//! Columns: the strip of energy labels, and any short ordered list of categories.

use std::fmt::Write as _;

use plotters::prelude::{PathElement, Rectangle};
use plotters::style::{Color as _, TRANSPARENT};

use super::sheet::{Across, Area};
use super::{cell_attributes, lettered_sign};
use crate::render::draw::svg::{ACCENT, INK, INK_2, escape, open, short};
use crate::render::draw::{Texts, Value};

/// A category.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Name: `A`.
    pub name: &'a str,
    /// Value of the territory.
    pub value: Value,
    /// Value of the reference, if there is one.
    pub reference: Option<Value>,
    /// Cell of the value, if the shape is to be read by an audit.
    pub cell: Option<&'a str>,
}

/// What a chart of columns is made of.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Categories, in order.
    pub columns: &'a [Column<'a>],
    /// Writes the names of the categories; not needed when the chart is the first row of their table.
    pub named: bool,
}

/// Height of the columns, in pixels.
const HEIGHT: u32 = 78;

/// Draws columns, with a tick for the reference.
pub fn columns(chart: &Columns) -> String {
    let mut out = String::with_capacity(2048);
    let height = HEIGHT + if chart.named { 16 } else { 0 };
    open(
        &mut out,
        &chart.texts,
        "img",
        "chart columns",
        &format!(r#" width="100%" height="{height}""#),
    );
    let published = |c: &Column| c.value.number().into_iter().chain(c.reference.and_then(Value::number));
    let max = chart.columns.iter().flat_map(published).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a handful of categories")]
    let count = chart.columns.len().max(1) as f64;
    let area = Area {
        across: Across::PerCent,
        size: (100, height),
        margins: (3, 0, height - HEIGHT + 2, 0),
        x: (0.0, count),
        y: (0.0, if max > 0.0 { max } else { 1.0 }),
    };
    let places = || (0u32..).map(f64::from).zip(chart.columns);
    let drawn = || places().filter_map(|(i, c)| c.value.number().filter(|&n| n > 0.0).map(|n| (i, c, n)));
    let notes: Vec<String> = drawn().map(|(_, c, _)| cell_attributes(c.cell, c.value)).collect();
    area.layer(&mut out, &format!(r#" fill="{ACCENT}""#), &notes, |plot| {
        let _ = plot.draw_series(
            drawn().map(|(i, _, n)| Rectangle::new([(i + 0.11, 0.0), (i + 0.89, n)], TRANSPARENT.filled())),
        );
    });
    let ticks: Vec<(f64, f64)> = places()
        .filter_map(|(i, c)| Some((i, c.reference?.number()?)))
        .collect();
    for pen in [
        r##" stroke="#fff" stroke-width="4.4""##.to_owned(),
        format!(r#" stroke="{INK}" stroke-width="2.2""#),
    ] {
        area.layer(&mut out, &pen, &[], |plot| {
            let _ = plot.draw_series(
                ticks
                    .iter()
                    .map(|&(i, n)| PathElement::new([(i + 0.03, n), (i + 0.97, n)], TRANSPARENT)),
            );
        });
    }
    let base = area.place(0.0, 0.0).1;
    let _ = write!(
        out,
        r#"<line x2="100%" y1="{0}" y2="{0}" stroke="{INK}"/>"#,
        short(base + 0.5)
    );
    for (i, column) in places() {
        let x = format!("{}%", short((i + 0.5) / count * 100.0));
        if let Value::State(state) = column.value {
            lettered_sign(
                &mut out,
                state,
                &x,
                base - 8.0,
                &cell_attributes(column.cell, column.value),
            );
        }
        if chart.named {
            let _ = write!(
                out,
                r#"<text x="{x}" y="{}" font-size="11" text-anchor="middle" fill="{INK_2}">{}</text>"#,
                short(base + 14.0),
                escape(column.name)
            );
        }
    }
    out.push_str("</svg>");
    out
}
