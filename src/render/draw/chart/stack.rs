//! Stacked bars: how a whole is shared, the territory above its references.

use std::fmt::Write as _;

use plotters::prelude::Rectangle;
use plotters::style::{Color as _, RGBColor};

use super::sheet::{Across, Area};
use super::{cell_attributes, ramp};
use crate::render::draw::legend::{state_fill, state_word};
use crate::render::draw::svg::{INK, INK_2, escape, open, short};
use crate::render::draw::{Texts, Value, label};

/// A bar.
#[derive(Debug, Clone, Copy)]
pub struct StackRow<'a> {
    /// Name: `Résidence`, `Commune`.
    pub name: &'a str,
    /// Shares in per cent, or counts, one per category.
    pub values: &'a [Value],
    /// Cells of the values, if the shapes are to be read by an audit; as many as values, or none.
    pub cells: &'a [&'a str],
}

/// What a stacked chart is made of.
#[derive(Debug, Clone, Copy)]
pub struct Stack<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Short names of the categories, written in the first bar where they have room.
    pub categories: &'a [&'a str],
    /// Bars; the first is the territory's.
    pub rows: &'a [StackRow<'a>],
    /// Says that the values are shares in per cent: their whole is 100, whatever they add up to.
    pub shares: bool,
}

/// Narrowest width at which a chart is shown, in pixels: names of categories must fit there too.
const NARROW: f64 = 290.0;

/// Draws stacked bars. A bar of which a part is hidden is not drawn: the parts shown would give the one that is not.
pub fn stack(chart: &Stack) -> String {
    let fills = ramp(chart.categories.len());
    let mut out = String::with_capacity(2048);
    let height: u32 = (0..chart.rows.len()).map(|i| if i == 0 { 44 } else { 24 }).sum::<u32>() + 2;
    open(
        &mut out,
        &chart.texts,
        "img",
        "chart stack",
        &format!(r#" width="100%" height="{height}""#),
    );
    let mut names = String::new();
    let mut inside = String::new();
    let mut top = 0;
    for (i, row) in chart.rows.iter().enumerate() {
        let thick = if i == 0 { 24 } else { 9 };
        let bold = if i == 0 { r#" font-weight="700""# } else { "" };
        let _ = write!(names, r#"<text y="{}"{bold}>{}</text>"#, top + 10, escape(row.name));
        let shares = shares(row, chart.shares);
        if let (0, Ok(shares)) = (i, &shares) {
            write_categories(&mut inside, chart.categories, shares, top + 30, &fills);
        }
        let strip = Strip {
            height,
            top: top + 14,
            thick,
        };
        draw_row(&mut out, row, shares, strip, &fills);
        top += if i == 0 { 42 } else { 24 };
    }
    let _ = write!(
        out,
        r#"<g font-size="11.5" font-weight="600" text-anchor="middle">{inside}</g><g font-size="11" fill="{INK}">{names}</g></svg>"#
    );
    out
}

/// Gives the shares of a row (0 to 100), or the state that keeps it from being drawn.
fn shares(row: &StackRow, are_shares: bool) -> Result<Vec<f64>, &'static str> {
    let mut values = Vec::with_capacity(row.values.len());
    for value in row.values {
        match *value {
            Value::Number(n) if n.is_finite() => values.push(n.max(0.0)),
            Value::Number(_) => return Err("nd"),
            Value::State(state) => return Err(state),
        }
    }
    let sum: f64 = values.iter().sum();
    // Rounded shares add up to a little more or less than 100: that much is spread over all.
    let whole = if are_shares && sum < 97.0 { 100.0 } else { sum };
    if whole <= 0.0 {
        return Err("so");
    }
    Ok(values.into_iter().map(|v| v / whole * 100.0).collect())
}

/// Where a bar stands: height of the chart, top of the bar, thickness, in pixels.
#[derive(Clone, Copy)]
struct Strip {
    height: u32,
    top: u32,
    thick: u32,
}

fn draw_row(
    out: &mut String,
    row: &StackRow,
    shares: Result<Vec<f64>, &'static str>,
    strip: Strip,
    fills: &[(String, bool)],
) {
    let Strip { height, top, thick } = strip;
    let area = Area {
        across: Across::PerCent,
        size: (100, height),
        margins: (top, 0, height - top - thick, 0),
        x: (0.0, 100.0),
        y: (0.0, 1.0),
    };
    match shares {
        Ok(shares) => {
            let shown = || shares.iter().enumerate().filter(|(_, s)| **s > 0.0);
            let notes: Vec<String> = shown()
                .map(|(i, _)| cell_attributes(row.cells.get(i).copied(), row.values[i]))
                .collect();
            let mut at = 0.0;
            let rectangles: Vec<_> = shown()
                .map(|(i, share)| {
                    let from = at;
                    at += share;
                    let (r, g, b) = rgb(fills.get(i).map_or("#ffffff", |f| f.0.as_str()));
                    Rectangle::new([(from, 0.0), (at.min(100.0), 1.0)], RGBColor(r, g, b).filled())
                })
                .collect();
            let pen = format!(r#" stroke="{INK}" stroke-width=".75""#);
            area.layer(out, &pen, &notes, |chart| {
                let _ = chart.draw_series(rectangles);
            });
        }
        Err(state) => {
            let middle = f64::from(top) + f64::from(thick) / 2.0;
            let _ = write!(
                out,
                // No cell: the bar stands for several.
                r#"<rect y="{top}" width="100%" height="{thick}" fill="{}" stroke="{INK_2}" stroke-width=".75"/>"#,
                state_fill(state)
            );
            if thick > 12 {
                let _ = write!(
                    out,
                    r##"<text x="50%" y="{}" font-size="11.5" text-anchor="middle" fill="{INK}" stroke="#fff" stroke-width="4" paint-order="stroke">{}</text>"##,
                    short(middle + 4.0),
                    state_word(state)
                );
            }
        }
    }
}

fn write_categories(out: &mut String, names: &[&str], shares: &[f64], baseline: u32, fills: &[(String, bool)]) {
    let mut at = 0.0;
    for ((name, share), (_, dark)) in names.iter().zip(shares).zip(fills) {
        if label::width(name, 10.0) <= share / 100.0 * NARROW {
            let fill = if *dark { "#fff" } else { INK };
            let _ = write!(
                out,
                r#"<text x="{}%" y="{baseline}" fill="{fill}">{}</text>"#,
                short(at + share / 2.0),
                escape(name)
            );
        }
        at += share;
    }
}

fn rgb(hex: &str) -> (u8, u8, u8) {
    let channel = |i: usize| {
        hex.get(1 + 2 * i..3 + 2 * i)
            .and_then(|h| u8::from_str_radix(h, 16).ok())
            .unwrap_or(255)
    };
    (channel(0), channel(1), channel(2))
}

/// Draws the key of the categories of a stacked chart, one `<li>` each, for a list of class `key`.
pub fn stack_key(categories: &[&str]) -> String {
    let mut out = String::new();
    for (name, (fill, _)) in categories.iter().zip(ramp(categories.len())) {
        let _ = write!(
            out,
            r##"<li><svg class="k" width="14" height="12" aria-hidden="true"><path d="M.5.5h13v11H.5z" fill="{fill}" stroke="{INK}" stroke-width=".75"/></svg> {}</li>"##,
            escape(name)
        );
    }
    out
}
