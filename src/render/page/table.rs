//! Tables that set a territory beside its references, with a mark in each row and the same values in figures.

use super::column::{At, Column};
use super::layout::{Piece, Row};
use super::{compare, marks, markup};
use crate::config::Noun;
use crate::disclosure::Figure;
use crate::model::{Kind, Scale, Vintage};

/// Whom a table compares: the territory first, then its references.
#[derive(Debug)]
pub(super) struct Sides<'a> {
    pub(super) here: At<'a>,
    /// Column head of the territory, escaped.
    pub(super) label: &'a str,
    /// References with their column heads, escaped.
    pub(super) references: Vec<(At<'a>, &'a str)>,
    /// Way to the root of the site.
    pub(super) root: &'a str,
    /// Base that the head of the block already says.
    pub(super) base: Option<u32>,
    /// Vintage that the head of the block already says.
    pub(super) vintage: Option<Vintage>,
    /// Prefix of the identifiers, for documents of several fiches.
    pub(super) prefix: &'a str,
    /// Each scale inside a sentence.
    pub(super) nouns: &'a [Noun; 5],
}

/// One line of a table, ready to be written.
struct Line<'a, 'b> {
    row: &'b Row<'a>,
    figures: [Option<Figure>; 3],
}

impl<'a> Sides<'a> {
    fn line<'b>(&self, row: &'b Row<'a>) -> Line<'a, 'b> {
        let get = |at: &At<'_>| row.column.get(at.scale, at.rank);
        let mut figures = [get(&self.here), None, None];
        for (slot, (at, _)) in figures[1..].iter_mut().zip(&self.references) {
            *slot = get(at);
        }
        Line { row, figures }
    }

    /// A scale inside a sentence.
    pub(super) fn noun(&self, scale: Scale) -> &'a Noun {
        &self.nouns[scale.rank()]
    }

    /// Whether gaps in points stand beside the references; the sheet of a residence has no room for them.
    pub(super) fn with_gaps(&self) -> bool {
        self.here.scale != Scale::Residence
    }

    /// Says the base where it is not that of the block, and the vintage likewise.
    fn reserve(&self, out: &mut String, column: &Column<'_>, figure: Option<Figure>) {
        let base = figure
            .and_then(|f| f.base())
            .filter(|_| column.indicator.kind.is_ratio());
        let other_base = base.filter(|b| Some(*b) != self.base);
        let other_vintage = Some(column.cell.vintage).filter(|v| self.vintage.is_some_and(|own| own != *v));
        if other_base.is_none() && other_vintage.is_none() {
            return;
        }
        out.push_str(" <span class=\"ref\">");
        if let Some(vintage) = other_vintage {
            out.push_str(&vintage.label());
        }
        if let Some(base) = other_base {
            if other_vintage.is_some() {
                out.push_str(", ");
            }
            out.push_str("n\u{A0}=\u{A0}");
            markup::base(out, (self.here.scale.key(), self.here.code, &column.suffix), base);
        }
        out.push_str("</span>");
    }

    /// Class of a table whose references have a long label.
    fn wide(&self) -> &'static str {
        if self.references.iter().any(|(_, label)| is_wide(label)) {
            " wide"
        } else {
            ""
        }
    }

    fn head(&self, out: &mut String, caption: &str, first: &str, with_count: bool) {
        out.push_str("<table class=\"cmp");
        if with_count {
            out.push_str(" six");
        }
        let gaps = self.with_gaps();
        if gaps {
            out.push_str(" gaps");
        }
        out.push_str(self.wide());
        out.push_str("\">\n<caption>");
        out.push_str(caption);
        out.push_str("</caption>\n<colgroup>");
        out.push_str(if with_count {
            "<col class=\"c-l6\"><col class=\"c-n\"><col class=\"c-r\"><col>"
        } else {
            "<col class=\"c-l\"><col class=\"c-r\"><col>"
        });
        for (i, (_, label)) in self.references.iter().enumerate() {
            out.push_str(match i {
                _ if is_wide(label) => "<col class=\"c-w\">",
                0 => "<col class=\"c-c\">",
                _ => "<col class=\"c-m\">",
            });
            if gaps {
                out.push_str("<col class=\"c-g\">");
            }
        }
        out.push_str("</colgroup>\n<thead><tr><th scope=\"col\">");
        out.push_str(first);
        out.push_str("</th>");
        if with_count {
            out.push_str("<th scope=\"col\" class=\"n\"><abbr title=\"Effectif\">Nbre</abbr></th>");
        }
        out.push_str("<th scope=\"col\" class=\"n me\">");
        out.push_str(self.label);
        out.push_str("</th><th scope=\"col\" class=\"g\"><span class=\"vh\">Comparaison</span></th>");
        for (at, label) in &self.references {
            out.push_str("<th scope=\"col\" class=\"n\">");
            out.push_str(label);
            out.push_str("</th>");
            if gaps {
                out.push_str(&format!(
                    "<th scope=\"col\" class=\"n e\"><abbr title=\"Écart avec {}, en points\">Écart</abbr></th>",
                    markup::escaped(&self.noun(at.scale).the())
                ));
            }
        }
        out.push_str("</tr></thead>\n");
    }

    fn row(&self, out: &mut String, line: &Line<'_, '_>, label: &str, with_count: bool, decimals: u8, top: f64) {
        out.push_str("<tr><th scope=\"row\">");
        out.push_str(label);
        out.push_str("</th>");
        let column = &line.row.column;
        if with_count {
            out.push_str("<td class=\"n\">");
            if let Some(count) = &line.row.count {
                count.data(out, &self.here);
            }
            out.push_str("</td>");
        }
        cell(out, column, &self.here, line.figures[0], decimals, " me");
        out.push_str("<td class=\"g\">");
        // Counts of places of unlike size are not set against one another.
        if column.indicator.kind != Kind::Count {
            marks::row(out, column.indicator, &line.figures, self, top);
        }
        out.push_str("</td>");
        for ((at, _), figure) in self.references.iter().zip(&line.figures[1..]) {
            cell(out, column, at, *figure, decimals, "");
            if self.with_gaps() {
                gap_cell(out, column, line.figures[0], *figure, decimals);
            }
        }
        out.push_str("</tr>\n");
    }

    /// Groups of categories: one body each, one scale for the whole table.
    pub(super) fn groups(&self, out: &mut String, caption: &str, pieces: &[&Piece<'a>]) {
        let with_count = pieces
            .iter()
            .any(|p| matches!(p, Piece::Group { rows, .. } if rows.iter().any(|r| r.count.is_some())));
        let columns = 3 + usize::from(with_count) + self.references.len() * (1 + usize::from(self.with_gaps()));
        let groups: Vec<(&str, &str, Vec<Line<'a, '_>>)> = pieces
            .iter()
            .filter_map(|p| match p {
                Piece::Group { label, rows, .. } => Some((
                    label.as_str(),
                    rows.first().map_or("", |r| r.column.indicator.id.as_str()),
                    rows.iter().map(|r| self.line(r)).collect(),
                )),
                _ => None,
            })
            .collect();
        let all = || groups.iter().flat_map(|(_, _, lines)| lines);
        let decimals = decimals(all());
        let top = all()
            .flat_map(|l| l.figures)
            .flatten()
            .filter_map(|f| f.value())
            .fold(0.0, f64::max);
        let is_count = all().all(|l| l.row.column.indicator.kind == Kind::Count);
        self.head(out, caption, if is_count { "Nombre" } else { "En %" }, with_count);
        for (label, id, lines) in &groups {
            out.push_str("<tbody");
            decimal_class(out, decimals);
            out.push_str(">\n<tr class=\"grp\"><th scope=\"rowgroup\" colspan=\"");
            out.push_str(&columns.to_string());
            out.push_str("\">");
            markup::link(out, self.root, &format!("indicateurs/{id}/"), label);
            if let Some(line) = lines.first() {
                self.reserve(out, &line.row.column, line.figures[0]);
            }
            out.push_str("</th></tr>\n");
            for line in lines {
                self.row(out, line, &line.row.column.label, with_count, decimals, top);
            }
            out.push_str("</tbody>\n");
        }
        out.push_str("</table>\n");
    }

    /// Numbers without categories: unit in the row head, one scale per row.
    pub(super) fn numbers(&self, out: &mut String, caption: &str, rows: &[Row<'a>]) {
        let lines: Vec<Line<'a, '_>> = rows.iter().map(|r| self.line(r)).collect();
        let decimals = decimals(&lines);
        self.head(out, caption, "Indicateur", false);
        out.push_str("<tbody");
        decimal_class(out, decimals);
        out.push_str(">\n");
        for line in &lines {
            let column = &line.row.column;
            let mut label = String::with_capacity(96);
            markup::link(
                &mut label,
                self.root,
                &format!("indicateurs/{}/", column.indicator.id),
                &column.label,
            );
            label.push_str(&column.unit());
            self.reserve(&mut label, column, line.figures[0]);
            // Alone on its own scale, a bar would say nothing.
            let alone = if self.references.is_empty() { 0.0 } else { 1.12 };
            let top = line
                .figures
                .iter()
                .flatten()
                .filter_map(Figure::value)
                .fold(0.0, f64::max)
                * alone;
            self.row(out, line, &label, false, decimals, top);
        }
        out.push_str("</tbody>\n</table>\n");
    }

    /// Energy labels: one column each, the territory and its references in rows, columns drawn above.
    pub(super) fn strip(&self, out: &mut String, label: &str, rows: &[Row<'a>]) {
        let lines: Vec<Line<'a, '_>> = rows.iter().map(|r| self.line(r)).collect();
        let Some(first) = lines.first() else { return };
        let decimals = decimals(&lines);
        out.push_str("<table class=\"strip");
        if self.with_gaps() {
            out.push_str(" gaps");
        }
        out.push_str(self.wide());
        out.push_str("\">\n<caption>");
        markup::link(
            out,
            self.root,
            &format!("indicateurs/{}/", first.row.column.indicator.id),
            label,
        );
        out.push_str(", en %");
        self.reserve(out, &first.row.column, first.figures[0]);
        out.push_str("</caption>\n<thead><tr><td></td>");
        for line in &lines {
            out.push_str("<th scope=\"col\">");
            out.push_str(&line.row.column.label);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let draw = marks::strip(&lines.iter().map(|l| l.figures).collect::<Vec<_>>(), label, self.prefix);
        if !draw.is_empty() {
            out.push_str("<tr class=\"draw\"><td></td><td colspan=\"");
            out.push_str(&lines.len().to_string());
            out.push_str("\">");
            out.push_str(&draw);
            out.push_str("</td></tr>\n");
        }
        let sides = std::iter::once((&self.here, self.label)).chain(self.references.iter().map(|(at, l)| (at, *l)));
        for (i, (at, name)) in sides.enumerate() {
            out.push_str(if i == 0 {
                "<tr class=\"me\"><th scope=\"row\">"
            } else {
                "<tr><th scope=\"row\">"
            });
            out.push_str(name);
            out.push_str("</th>");
            for line in &lines {
                cell(out, &line.row.column, at, line.figures[i.min(2)], decimals, "");
            }
            out.push_str("</tr>\n");
        }
        for (i, (at, _)) in self.references.iter().enumerate().filter(|_| self.with_gaps()) {
            let gap = |l: &Line<'_, '_>| compare::gap(l.row.column.indicator, l.figures[0], l.figures[i + 1]);
            if lines.iter().all(|l| gap(l).is_none()) {
                continue;
            }
            out.push_str(&format!(
                "<tr class=\"e\"><th scope=\"row\"><abbr title=\"Écart avec {}, en points\">Écart {}</abbr></th>",
                markup::escaped(&self.noun(at.scale).the()),
                markup::inner(self.references[i].1)
            ));
            for line in &lines {
                gap_cell(out, &line.row.column, line.figures[0], line.figures[i + 1], decimals);
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }
}

/// Tells whether a label is wider than the column of a reference: « Département » is, « Métropole » is not.
fn is_wide(label: &str) -> bool {
    label.chars().count() > 9
}

/// Most decimals of the values of a table.
fn decimals<'a, 'b: 'a, 'c: 'b>(lines: impl IntoIterator<Item = &'a Line<'c, 'b>>) -> u8 {
    lines
        .into_iter()
        .flat_map(|l| l.figures)
        .flatten()
        .filter(|f| f.value().is_some())
        .map(|f| f.decimals())
        .max()
        .unwrap_or(0)
}

pub(super) fn decimal_class(out: &mut String, decimals: u8) {
    match decimals {
        1 => out.push_str(" class=\"d1\""),
        2.. => out.push_str(" class=\"d2\""),
        0 => {}
    }
}

/// Appends the gap in points to a reference; an empty cell where the two are not compared.
fn gap_cell(out: &mut String, column: &Column<'_>, here: Option<Figure>, there: Option<Figure>, most: u8) {
    let gap = compare::gap(column.indicator, here, there).unwrap_or_default();
    let own = gap.split_once(',').map_or(0, |(_, fraction)| fraction.len());
    out.push_str("<td class=\"n e");
    if !gap.is_empty() && own < usize::from(most) {
        out.push_str(if own == 0 { " d0" } else { " d1" });
    }
    out.push_str("\">");
    out.push_str(&gap);
    out.push_str("</td>");
}

/// Appends a cell; it says its decimals when the table has more, so that commas line up.
pub(super) fn cell(out: &mut String, column: &Column<'_>, at: &At<'_>, figure: Option<Figure>, most: u8, class: &str) {
    out.push_str("<td class=\"n");
    out.push_str(class);
    if let Some(figure) = figure {
        if figure.decimals() < most && figure.value().is_some() {
            out.push_str(if figure.decimals() == 0 { " d0" } else { " d1" });
        }
        out.push_str("\">");
        markup::data(out, (at.scale.key(), at.code, &column.suffix), figure, column.indicator);
    } else {
        out.push_str("\">");
    }
    out.push_str("</td>");
}
