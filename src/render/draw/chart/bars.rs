//! Bars, one under the other, each with its name and its figure.

use std::fmt::Write as _;

use plotters::prelude::{PathElement, Rectangle};
use plotters::style::{Color as _, TRANSPARENT};

use super::sheet::{Across, Area};
use super::{cell_attributes, sign};
use crate::render::draw::legend::state_word;
use crate::render::draw::svg::{ACCENT, INK, INK_2, LINE, escape, open, short};
use crate::render::draw::{Texts, Value};

/// A bar.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// Name.
    pub name: &'a str,
    /// Value of the territory.
    pub value: Value,
    /// The figure as it is written in the table.
    pub figure: &'a str,
    /// Value of the reference, if there is one.
    pub reference: Option<Value>,
    /// Cell of the value, if the shape is to be read by an audit.
    pub cell: Option<&'a str>,
}

/// What a chart of bars is made of.
#[derive(Debug, Clone, Copy)]
pub struct Bars<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Bars, in an order that no hidden value gives.
    pub bars: &'a [Bar<'a>],
}

/// Height of a bar and its name, in pixels.
const ROW: u32 = 32;

/// Draws bars, with a tick for the reference; the name above each bar, so that it fits at any width.
pub fn bars(chart: &Bars) -> String {
    let count = u32::try_from(chart.bars.len()).unwrap_or(0).max(1);
    let height = count * ROW;
    let mut out = String::with_capacity(2048);
    open(
        &mut out,
        &chart.texts,
        "img",
        "chart bars",
        &format!(r#" width="100%" height="{height}""#),
    );
    let published = |b: &Bar| b.value.number().into_iter().chain(b.reference.and_then(Value::number));
    let max = chart.bars.iter().flat_map(published).fold(0.0, f64::max);
    let area = Area {
        across: Across::PerCent,
        size: (100, height),
        // Room for the figure at the end of the longest bar.
        margins: (0, 16, 0, 0),
        x: (0.0, if max > 0.0 { max } else { 1.0 }),
        y: (0.0, f64::from(height)),
    };
    let rows = || (0u32..).map(|i| f64::from(height - i * ROW)).zip(chart.bars);
    let drawn = || rows().filter_map(|(top, b)| b.value.number().filter(|&n| n > 0.0).map(|n| (top, b, n)));
    let notes: Vec<String> = drawn().map(|(_, b, _)| cell_attributes(b.cell, b.value)).collect();
    area.layer(&mut out, &format!(r#" fill="{ACCENT}""#), &notes, |plot| {
        let _ = plot.draw_series(
            drawn().map(|(top, _, n)| Rectangle::new([(0.0, top - 26.0), (n, top - 17.0)], TRANSPARENT.filled())),
        );
    });
    let ticks: Vec<(f64, f64)> = rows()
        .filter_map(|(top, b)| Some((top, b.reference?.number()?)))
        .collect();
    for pen in [
        r##" stroke="#fff" stroke-width="4.4""##.to_owned(),
        format!(r#" stroke="{INK}" stroke-width="2""#),
    ] {
        area.layer(&mut out, &pen, &[], |plot| {
            let _ = plot.draw_series(
                ticks
                    .iter()
                    .map(|&(top, n)| PathElement::new([(n, top - 28.0), (n, top - 15.0)], TRANSPARENT)),
            );
        });
    }
    let _ = write!(
        out,
        r#"<path d="M.5 0v{height}" stroke="{LINE}"/><g font-size="11.5" fill="{INK}">"#
    );
    for (i, bar) in (0u32..).zip(chart.bars) {
        let top = i * ROW;
        let _ = write!(
            out,
            r#"<text x="5" y="{}" fill="{INK_2}">{}</text>"#,
            top + 12,
            escape(bar.name)
        );
        let middle = f64::from(top) + 21.5;
        match bar.value {
            Value::Number(n) => {
                let (x, _) = area.place(n.max(bar.reference.and_then(Value::number).unwrap_or(0.0)), 0.0);
                let _ = write!(
                    out,
                    r#"<svg x="{}%" y="{}" width="1" height="1" overflow="visible"><text x="6" font-weight="700">{}</text></svg>"#,
                    short(x),
                    short(middle + 4.0),
                    escape(bar.figure)
                );
            }
            Value::State(state) => {
                // The sign without its letter, then the word: there is room for it.
                let mut mark = String::new();
                sign(&mut mark, state, "12", middle, &cell_attributes(bar.cell, bar.value));
                let _ = write!(
                    out,
                    r#"{mark}<text x="24" y="{}">{}</text>"#,
                    short(middle + 4.0),
                    state_word(state)
                );
            }
        }
    }
    out.push_str("</g></svg>");
    out
}
