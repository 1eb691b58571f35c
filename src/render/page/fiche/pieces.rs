//! The pieces of a block, table by table, and the height of each.

use super::super::column::{At, Column};
use super::super::layout::{Block, Piece};
use super::super::table::Sides;
use super::super::{marks, markup};

pub(in crate::render::page) fn piece_height(piece: &Piece<'_>) -> f64 {
    match piece {
        Piece::Group { rows, stacked, .. } => rows.len() as f64 + 1.25 + if *stacked { 5.0 } else { 0.0 },
        Piece::Strip { .. } => 10.0,
        Piece::Rows { rows } => {
            // A long name takes a second line in half a page.
            let long = rows.iter().filter(|r| r.column.label.chars().count() > 24).count();
            rows.len() as f64 + 2.3 + long as f64 * 0.8
        }
        Piece::Steps { .. } => 4.0,
        Piece::Word { .. } => 3.2,
        Piece::Equipment { families, .. } => families.len() as f64 * 1.25 + 3.4,
    }
}

pub(super) fn column_height(pieces: &[Piece<'_>]) -> f64 {
    let heads = pieces
        .windows(2)
        .filter(|w| matches!(w[1], Piece::Group { .. }) && !matches!(w[0], Piece::Group { .. }))
        .count()
        + usize::from(matches!(pieces.first(), Some(Piece::Group { .. })));
    pieces.iter().map(piece_height).sum::<f64>() + heads as f64 * 2.0
}

/// Cuts a list of pieces where the taller of the two columns is shortest; `extra` ends the second one.
pub(super) fn balance<'b, 'a>(pieces: &'b [Piece<'a>], extra: f64) -> (&'b [Piece<'a>], &'b [Piece<'a>]) {
    let cut = (0..=pieces.len())
        .min_by(|a, b| {
            let tallest = |cut: usize| column_height(&pieces[..cut]).max(column_height(&pieces[cut..]) + extra);
            tallest(*a).total_cmp(&tallest(*b)).then(b.cmp(a))
        })
        .unwrap_or(0);
    pieces.split_at(cut)
}

/// Appends pieces in order; neighbouring groups share a table.
pub(in crate::render::page) fn pieces(
    out: &mut String,
    block: &Block<'_>,
    list: &[Piece<'_>],
    sides: &Sides<'_>,
    part: &mut usize,
    level: u8,
) {
    let title = markup::escaped(&block.title);
    let mut i = 0;
    while i < list.len() {
        match &list[i] {
            Piece::Group { .. } => {
                let end = list[i..]
                    .iter()
                    .position(|p| !matches!(p, Piece::Group { .. }))
                    .map_or(list.len(), |n| i + n);
                for piece in &list[i..end] {
                    if let Piece::Group {
                        rows,
                        label,
                        stacked: true,
                        ..
                    } = piece
                    {
                        marks::stack(out, rows, label, sides);
                    }
                }
                *part += 1;
                let caption = if *part == 1 {
                    format!("{title} : répartition")
                } else {
                    format!("{title} : répartition (suite)")
                };
                sides.groups(out, &caption, &list[i..end].iter().collect::<Vec<_>>());
                i = end;
                continue;
            }
            Piece::Strip { label, rows, .. } => sides.strip(out, label, rows),
            Piece::Rows { rows } => sides.numbers(out, &format!("{title} : niveaux et taux"), rows),
            Piece::Steps { column } => steps(out, column, sides, level, None),
            Piece::Word { column } => word(out, column, sides),
            Piece::Equipment { .. } => {}
        }
        i += 1;
    }
}

/// A class among its ordered words.
pub(in crate::render::page) fn steps(
    out: &mut String,
    column: &Column<'_>,
    sides: &Sides<'_>,
    level: u8,
    of: Option<(&At<'_>, &str)>,
) {
    let at = of.map_or(&sides.here, |(at, _)| at);
    let Some(figure) = column.get(at.scale, at.rank) else {
        return;
    };
    let h = level + 2;
    out.push_str(&format!("<h{h} class=\"sub\">"));
    if let Some((_, name)) = of {
        out.push_str(name);
        out.push_str("\u{A0}: ");
    }
    markup::link(
        out,
        sides.root,
        &format!("indicateurs/{}/", column.indicator.id),
        &if of.is_some() {
            markup::inner(&column.label)
        } else {
            column.label.clone()
        },
    );
    if let Some(word) = figure.word() {
        out.push_str(&format!(" {} sur {}, « ", word + 1, column.indicator.categories.len()));
        column.data(out, at);
        out.push_str(" »");
    } else {
        out.push(' ');
        column.data(out, at);
        if let Some(state) = figure.state() {
            out.push(' ');
            out.push_str(state.word());
        }
    }
    out.push_str(&format!("</h{h}>\n<ol class=\"steps\">"));
    for (i, category) in column.indicator.categories.iter().enumerate() {
        out.push_str(if figure.word().is_some_and(|w| usize::from(w) == i) {
            "<li class=\"on\" aria-current=\"true\"><b>"
        } else {
            "<li><b>"
        });
        out.push_str(&(i + 1).to_string());
        out.push_str("</b> ");
        markup::esc(out, &category.label);
        out.push_str("</li>");
    }
    out.push_str("</ol>\n");
}

pub(super) fn word(out: &mut String, column: &Column<'_>, sides: &Sides<'_>) {
    out.push_str("<dl class=\"word\">\n<dt>");
    markup::link(
        out,
        sides.root,
        &format!("indicateurs/{}/", column.indicator.id),
        &column.label,
    );
    out.push_str("</dt>\n<dd><strong>");
    column.data(out, &sides.here);
    out.push_str("</strong>");
    if let Some(state) = column.get(sides.here.scale, sides.here.rank).and_then(|f| f.state()) {
        out.push(' ');
        out.push_str(state.word());
    }
    out.push_str(" <span class=\"ref\">");
    out.push_str(&column.cell.vintage.label());
    if !column.indicator.note.is_empty() {
        out.push_str(" ; ");
        markup::esc(out, &markup::inner(&column.indicator.note));
    }
    out.push_str("</span></dd>\n</dl>\n");
}
