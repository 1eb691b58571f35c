//! Key figures of a scale: the columns that stand for it in a list, their table, their sources.

use crate::model::{Scale, Tid};
use crate::plan;
use crate::render::page::column::{At, Column};
use crate::render::page::layout::Layout;
use crate::render::page::{Renderer, markup, table};

/// Figures of a territory in a list.
pub(super) const KEYS: usize = 7;

/// Figures that stand for a scale in a list: the first count, then the first numbers.
pub(super) fn key_columns<'b, 'a>(layout: &'b Layout<'a>, most: usize) -> Vec<&'b Column<'a>> {
    layout
        .blocks
        .iter()
        .find_map(|b| b.headline.as_ref())
        .into_iter()
        .chain(
            layout
                .key_rows(most.saturating_sub(1))
                .into_iter()
                .map(|row| &row.column),
        )
        .take(most)
        .collect()
}

pub(super) fn name_cell(r: &Renderer<'_>, out: &mut String, tid: Tid, root: &str) {
    let territory = r.site.territories.get(tid);
    out.push_str("<th scope=\"row\">");
    markup::link(out, root, &plan::folder(r.site, tid), &markup::escaped(&territory.name));
    out.push_str(" <span class=\"code\">");
    markup::esc(out, territory.code.as_str());
    out.push_str("</span></th>");
}

/// Table of the key figures of territories of one scale, in the order given.
pub(in crate::render::page) fn key_table(
    r: &Renderer<'_>,
    out: &mut String,
    list: &[Tid],
    scale: Scale,
    caption: &str,
    root: &str,
) {
    let layout = r.layout(scale);
    let columns = key_columns(layout, KEYS);
    let class = layout.class();
    let decimals: Vec<u8> = columns
        .iter()
        .map(|c| {
            list.iter()
                .filter_map(|t| c.get(scale, r.site.territories.rank(*t)))
                .filter(|f| f.value().is_some())
                .map(|f| f.decimals())
                .max()
                .unwrap_or(0)
        })
        .collect();
    out.push_str("<section class=\"scroll\" aria-label=\"");
    markup::esc(out, caption);
    out.push_str("\" tabindex=\"0\">\n<table class=\"many\">\n<caption>");
    markup::esc(out, caption);
    out.push_str("</caption>\n<thead><tr><th scope=\"col\">");
    out.push_str(r.label(scale));
    out.push_str("</th>");
    for column in &columns {
        out.push_str("<th scope=\"col\" class=\"n\">");
        out.push_str(&column.label);
        out.push_str(&column.unit());
        out.push_str("</th>");
    }
    if let Some(column) = class {
        out.push_str("<th scope=\"col\">");
        out.push_str(&column.label);
        out.push_str("</th>");
    }
    let qpv = scale == Scale::Iris && has_qpv(r);
    if qpv {
        out.push_str("<th scope=\"col\">QPV</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for tid in list {
        let at = At::new(r.site, *tid);
        out.push_str("<tr>");
        name_cell(r, out, *tid, root);
        for (column, most) in columns.iter().zip(&decimals) {
            padded(out, column, &at, *most);
        }
        if let Some(column) = class {
            out.push_str("<td class=\"txt\">");
            column.data(out, &at);
            out.push_str("</td>");
        }
        if qpv {
            let crossed = !r.site.territories.inside(*tid, Scale::Qpv).is_empty();
            out.push_str(if crossed {
                "<td class=\"txt\">oui, en partie</td>"
            } else {
                "<td class=\"txt\">non</td>"
            });
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

/// Whether the atlas knows priority quarters: without their layer, nothing is said to be out of them.
pub(in crate::render::page) fn has_qpv(r: &Renderer<'_>) -> bool {
    r.site.territories.of(Scale::Qpv).next().is_some()
}

/// A cell padded by itself, where each column of a table has its own number of decimals.
pub(super) fn padded(out: &mut String, column: &Column<'_>, at: &At<'_>, most: u8) {
    let figure = column.get(at.scale, at.rank);
    let class = match (most, figure.filter(|f| f.value().is_some()).map(|f| f.decimals())) {
        (1, Some(0)) => " p15",
        (2.., Some(0)) => " p25",
        (2.., Some(1)) => " p10",
        _ => "",
    };
    table::cell(out, column, at, figure, 0, class);
}

/// Sources of the key figures of a scale, block by block.
pub(super) fn sources_of(r: &Renderer<'_>, scale: Scale, most: usize) -> String {
    let layout = r.layout(scale);
    let columns = key_columns(layout, most);
    let mut out: Vec<&str> = Vec::new();
    for block in &layout.blocks {
        let held = columns.iter().any(|c| block.indicators.contains(&c.iid));
        if held && !block.sources.is_empty() && !out.contains(&block.sources.as_str()) {
            out.push(&block.sources);
        }
    }
    out.join(" · ")
}
