//! Drawings of the blocks, asked of [`crate::render::draw`]: the tables beside say the same.

use super::column::{At, Column};
use super::layout::Row;
use super::table::Sides;
use super::{compare, markup};
use crate::disclosure::Figure;
use crate::format;
use crate::model::{Indicator, Kind, Site, State, Vintage};
use crate::render::draw::{Texts, Value, chart, legend, marks};

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
/// A hidden term gets neither sign nor word; a small base gets its sign, in the same place as its figure, and no word.
pub(super) fn row(out: &mut String, x: &Indicator, figures: &[Option<Figure>; 3], sides: &Sides<'_>, top: f64) {
    if top <= 0.0 || figures[0].is_none_or(|f| f.value().is_none()) {
        return;
    }
    let words: Vec<(String, String)> = sides
        .references
        .iter()
        .map(|(at, name)| (markup::inner(&plain(name)), sides.noun(at.scale).of()))
        .collect();
    let references: Vec<marks::Reference<'_>> = words
        .iter()
        .zip(&figures[1..])
        .map(|((name, of), figure)| marks::Reference {
            name,
            of,
            value: value(*figure),
            comparable: compare::comparable(x, figures[0], *figure),
        })
        .collect();
    out.push_str(&marks::row(&marks::Row {
        subject: &plain(sides.label),
        value: value(figures[0]),
        references: &references,
        max: top,
    }));
}

/// Draws the columns of the energy labels; nothing when no figure of the territory is published.
pub(super) fn strip(lines: &[[Option<Figure>; 3]], label: &str, prefix: &str) -> String {
    if lines.iter().all(|l| value(l[0]).number().is_none()) {
        return String::new();
    }
    // References share the strip with the territory: the first one is the nearest.
    let columns: Vec<chart::Column<'_>> = lines
        .iter()
        .map(|figures| chart::Column {
            name: "",
            value: value(figures[0]),
            reference: figures[1].map(|f| value(Some(f))),
            cell: None,
        })
        .collect();
    let label = plain(label);
    chart::columns(&chart::Columns {
        texts: Texts {
            id: &format!("{prefix}g-{}", format::slug(&label)),
            title: &label,
            desc: "Colonnes : le territoire ; traits : sa première référence. Les mêmes valeurs figurent dans le tableau dont ce graphique fait partie.",
        },
        columns: &columns,
        named: false,
    })
}

/// Appends the stacked bars of a territory and its references; nothing when no figure of the territory is published.
pub(super) fn stack(out: &mut String, rows: &[Row<'_>], label: &str, sides: &Sides<'_>) {
    let places: Vec<(&At<'_>, String)> = std::iter::once((&sides.here, plain(sides.label)))
        .chain(sides.references.iter().map(|(at, name)| (at, plain(name))))
        .collect();
    let values: Vec<Vec<Value>> = places
        .iter()
        .map(|(at, _)| rows.iter().map(|r| value(r.column.get(at.scale, at.rank))).collect())
        .collect();
    let Some(first) = rows.first().filter(|_| values[0].iter().any(|v| v.number().is_some())) else {
        return;
    };
    let cells: Vec<String> = rows
        .iter()
        .map(|r| format!("{}:{}{}", sides.here.scale.key(), sides.here.code, r.column.suffix))
        .collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let names: Vec<String> = rows.iter().map(|r| short_category(&plain(&r.column.label))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bars: Vec<chart::StackRow<'_>> = places
        .iter()
        .zip(&values)
        .enumerate()
        .map(|(i, ((_, name), values))| chart::StackRow {
            name,
            values,
            cells: if i == 0 { &cells } else { &[] },
        })
        .collect();
    let label = plain(label);
    let who: Vec<String> = places.iter().map(|(_, name)| markup::inner(name)).collect();
    out.push_str(&chart::stack(&chart::Stack {
        texts: Texts {
            id: &format!("{}g{}", sides.prefix, format::slug(&first.column.suffix)),
            title: &format!("{label} : {}", who.join(", ")),
            desc: "Barres empilées, de la première à la dernière catégorie. Les mêmes valeurs figurent dans le tableau qui suit.",
        },
        categories: &names,
        rows: &bars,
        shares: first.column.indicator.kind.is_ratio(),
    }));
}

/// Shortens the name of a category for the inside of a bar: `T5 et plus` → `T5+`.
fn short_category(name: &str) -> String {
    name.strip_suffix(" et plus")
        .map_or_else(|| name.to_owned(), |start| format!("{start}+"))
}

/// Appends the mark of a distance, against 500 m.
pub(super) fn distance(out: &mut String, figure: Option<Figure>) {
    if let Some(metres) = figure.and_then(|f| f.value()) {
        out.push_str(&marks::distance(Some(metres), 500.0, 1200.0));
    }
}

/// Appends the gauge of a goal.
pub(super) fn gauge(out: &mut String, value: f64, target: f64, met: bool) {
    let goal = if (value >= target) == met {
        marks::Goal::Min(target)
    } else {
        marks::Goal::Max(target)
    };
    out.push_str(&marks::gauge(Value::Number(value), goal));
}

/// Appends the chart of a series; false when there is nothing to draw.
///
/// The axis goes from the first to the last vintage of the series, at its own step: a vintage that should be there and is
/// not breaks the line.
pub(super) fn lines(
    out: &mut String,
    series: &[Column<'_>],
    sides: &Sides<'_>,
    reference: Option<&(At<'_>, &str)>,
    rank: usize,
    site: &Site,
) -> bool {
    let vintages = complete(series.iter().map(|c| c.cell.vintage).collect());
    let values = |at: &At<'_>| -> (Vec<Value>, Vec<u8>) {
        let figures = vintages.iter().map(|v| {
            let column = series.iter().find(|c| c.cell.vintage == *v)?;
            column.get(at.scale, at.rank)
        });
        figures.map(|f| (value(f), f.map_or(0, |f| f.decimals()))).unzip()
    };
    let (own, of_own) = values(&sides.here);
    let Some(last) = series
        .last()
        .filter(|_| own.iter().filter(|v| v.number().is_some()).count() > 1)
    else {
        return false;
    };
    // A count of the whole would flatten that of a part.
    let reference = reference.filter(|_| last.indicator.kind != Kind::Count);
    let (others, of_others) = reference.map(|(at, _)| values(at)).unwrap_or_default();
    let labels: Vec<String> = vintages.iter().map(|v| v.label()).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let breaks: Vec<chart::Break<'_>> = site
        .source(&last.indicator.source)
        .into_iter()
        .flat_map(|s| s.breaks_of(&last.indicator.id))
        .filter_map(|(year, words)| {
            let at = vintages.iter().position(|v| v.last() >= year)?;
            (at > 0).then_some(chart::Break { at, words })
        })
        .collect();
    let heading = plain(&last.label);
    let unit = plain(last.unit().trim().trim_matches(['(', ')']));
    let mut desc = format!("Trait plein : {}", markup::inner(&plain(sides.label)));
    if let Some((_, name)) = reference {
        desc.push_str(&format!(" ; trait tireté : {}", markup::inner(&plain(name))));
    }
    desc.push_str(". Les mêmes valeurs figurent dans le tableau « Valeurs par millésime ».");
    let (first, end) = (
        labels.first().copied().unwrap_or(""),
        labels.last().copied().unwrap_or(""),
    );
    out.push_str(&chart::lines(&chart::Lines {
        texts: Texts {
            id: &format!("{}e{rank}", sides.prefix),
            title: &format!("{heading}, {first} à {end}"),
            desc: &desc,
        },
        heading: &heading,
        unit: &unit,
        decimals: [&of_own, &of_others],
        vintages: &labels,
        territory: &own,
        reference: &others,
        breaks: &breaks,
    }));
    true
}

/// Adds to sorted vintages those that are missing at their smallest step.
fn complete(vintages: Vec<Vintage>) -> Vec<Vintage> {
    let step = vintages
        .windows(2)
        .map(|w| w[1].last().saturating_sub(w[0].last()))
        .min()
        .unwrap_or(0);
    let mut all: Vec<Vintage> = Vec::with_capacity(vintages.len());
    for vintage in vintages {
        while let Some(before) = all
            .last()
            .copied()
            .filter(|b| step > 0 && vintage.last() >= b.last() + 2 * step)
        {
            let last = before.last() + step;
            all.push(match vintage {
                Vintage::Year(_) => Vintage::Year(last),
                Vintage::Window { .. } => Vintage::Window {
                    from: last + 1 - vintage.span(),
                    to: last,
                },
            });
        }
        all.push(vintage);
    }
    all
}

/// Gives back the text of an escaped label: drawings escape for themselves.
fn plain(label: &str) -> String {
    label
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
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
    if sides.with_gaps() && !sides.references.is_empty() {
        out.push_str(" <span>· écart en points</span>");
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
