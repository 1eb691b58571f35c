//! Charts, drawn with plotters on a sheet that writes what a page needs (see `sheet`).
//!
//! Enters: published values or their states, in the order they are shown. Leaves: `<svg>` elements. The table beside
//! holds the same values; hidden ones draw no bar and break lines. Widths come from the rounded, published values, so
//! that a drawing says nothing more than the figures.

mod bars;
mod columns;
mod lines;
mod sheet;
mod stack;

pub use bars::{Bar, Bars, bars};
pub use columns::{Column, Columns, columns};
pub use lines::{Break, Lines, lines};
pub use stack::{Stack, StackRow, stack, stack_key};

use std::fmt::Write as _;

use super::Value;
use super::legend::{CLASSES, state_fill};
use super::svg::{INK, INK_2, escape, short};
use crate::format::machine;

/// Writes what a shape says, for the audit: its cell, and its value or its state.
fn cell_attributes(cell: Option<&str>, value: Value) -> String {
    let Some(cell) = cell else { return String::new() };
    match value {
        Value::Number(n) => format!(r#" data-cell="{}" data-value="{}""#, escape(cell), machine(n, 3)),
        Value::State(state) => format!(r#" data-cell="{}" data-state="{state}""#, escape(cell)),
    }
}

/// Draws the sign of a state where a value would stand; `x` carries its unit.
fn sign(out: &mut String, state: &str, x: &str, y: f64, attributes: &str) {
    let _ = write!(
        out,
        r#"<svg x="{x}" y="{}" width="1" height="1" overflow="visible"{attributes}><circle r="5.5" fill="{}" stroke="{INK_2}"/></svg>"#,
        short(y),
        state_fill(state),
    );
}

/// Draws the sign of a state with its letter above.
fn lettered_sign(out: &mut String, state: &str, x: &str, y: f64, attributes: &str) {
    sign(out, state, x, y, attributes);
    let _ = write!(
        out,
        r#"<text x="{x}" y="{}" font-size="10.5" text-anchor="middle" fill="{INK}">{}</text>"#,
        short(y - 9.0),
        escape(state)
    );
}

/// Gives a fill for each of `count` categories in order, from light to dark, and whether white reads better on it.
fn ramp(count: usize) -> Vec<(String, bool)> {
    let channel = |hex: &str, i: usize| f64::from(u8::from_str_radix(&hex[1 + 2 * i..3 + 2 * i], 16).unwrap_or(0));
    let last = CLASSES.len() - 1;
    (0..count)
        .map(|k| {
            #[expect(clippy::cast_precision_loss, reason = "a handful of categories")]
            let place = if count > 1 {
                k as f64 / (count - 1) as f64 * last as f64
            } else {
                2.0
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 4")]
            let low = (place.floor() as usize).min(last - 1);
            let t = place - place.floor() + if low as f64 + 1.0 <= place { 1.0 } else { 0.0 };
            let mut hex = String::from("#");
            for i in 0..3 {
                let (a, b) = (channel(CLASSES[low], i), channel(CLASSES[low + 1], i));
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a channel of colour"
                )]
                let _ = write!(hex, "{:02x}", (a + (b - a) * t).round() as u8);
            }
            (hex, place >= 2.6)
        })
        .collect()
}

#[cfg(test)]
mod tests;
