//! Drawings of the blocks, asked of [`crate::render::draw`]: the tables beside say the same.

use super::column::{At, Column};
use super::layout::Row;
use super::markup;
use super::table::Sides;
use crate::disclosure::Figure;
use crate::model::{Site, State, Vintage};
use crate::render::draw::{Value, legend, marks};

/// The number that a drawing may show, or its state.
pub(super) fn value(figure: Option<Figure>) -> Value {
    let Some(figure) = figure else {
        return Value::State(State::NotAvailable.sign());
    };
    match (figure.value(), figure.state()) {
        (Some(value), _) => Value::Number(value),
        (None, state) => Value::State(state.unwrap_or(State::NotAvailable).sign()),
    }
}

/// Appends the mark of a row: bar of the territory, tick and triangle of its references.
///
/// A hidden term gets neither sign nor word.
pub(super) fn row(out: &mut String, figures: &[Option<Figure>; 3], label: &str, references: &[&str], top: f64) {
    if figures[0].is_none_or(|f| f.value().is_none()) {
        return;
    }
    let words: Vec<(String, String)> = references
        .iter()
        .map(|name| {
            let name = markup::inner(name);
            (name.clone(), format!("de la {name}"))
        })
        .collect();
    let references: Vec<marks::Reference<'_>> = words
        .iter()
        .zip(&figures[1..])
        .map(|((name, of), figure)| marks::Reference {
            name,
            of,
            value: value(*figure),
        })
        .collect();
    out.push_str(&marks::row(&marks::Row {
        subject: label,
        value: value(figures[0]),
        references: &references,
        max: top,
        comparable: true,
    }));
}

/// Draws the columns of the energy labels.
pub(super) fn strip(_lines: &[[Option<Figure>; 3]], _label: &str, _prefix: &str) -> String {
    String::new()
}

/// Appends the stacked bars of a territory and its references.
pub(super) fn stack(_out: &mut String, _rows: &[Row<'_>], _label: &str, _sides: &Sides<'_>) {}

/// Appends the mark of a distance, against 500 m.
pub(super) fn distance(_out: &mut String, _figure: Option<Figure>) {}

/// Appends the gauge of a goal.
pub(super) fn gauge(_out: &mut String, _value: f64, _target: f64, _met: bool) {}

/// Appends the chart of a series; false when there is nothing to draw.
pub(super) fn lines(
    _out: &mut String,
    _series: &[Column<'_>],
    _vintages: &[Vintage],
    _sides: &Sides<'_>,
    _reference: Option<&(At<'_>, &str)>,
    _rank: usize,
    _site: &Site,
) -> bool {
    false
}

/// Key of the marks of a table.
pub(super) fn key(sides: &Sides<'_>) -> String {
    let mut out = format!(
        "<p class=\"lecture\">{} {}",
        legend::KEY_BAR,
        markup::inner(sides.label)
    );
    for ((_, label), key) in sides
        .references
        .iter()
        .rev()
        .zip([legend::KEY_TRIANGLE, legend::KEY_TICK])
        .rev()
    {
        out.push_str(&format!(" {key} {}", markup::inner(label)));
    }
    out.push_str("</p>");
    out
}

/// Key of the lines of the charts.
pub(super) fn line_key(sides: &Sides<'_>, reference: Option<&(At<'_>, &str)>) -> String {
    let mut out = format!(
        "<p class=\"lecture\">{} {}",
        legend::KEY_LINE,
        markup::inner(sides.label)
    );
    if let Some((_, label)) = reference {
        out.push_str(&format!(" {} {}", legend::KEY_REFERENCE, markup::inner(label)));
    }
    out.push_str("</p>");
    out
}
