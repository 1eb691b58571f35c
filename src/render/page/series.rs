//! Evolution over the vintages: small multiples, and the same values in a table.

use super::Renderer;
use super::column::{At, Column};
use super::fiche::Section;
use super::layout::{Layout, Mode};
use super::table::Sides;
use super::{marks, markup};
use crate::format;
use crate::model::{Kind, Site, Vintage};

/// Charts of a block.
const MOST: usize = 6;

/// Section of the evolution, block by block; none under three vintages.
pub(super) fn section(layout: &Layout<'_>, sides: &Sides<'_>, r: &Renderer<'_>) -> Option<Section> {
    // On paper, what the settings choose; where they choose nothing, all of it.
    let chosen = layout.blocks.iter().any(|b| b.followed && !b.series.is_empty());
    let blocks: Vec<(&str, bool, Vec<&Vec<Column<'_>>>)> = layout
        .blocks
        .iter()
        .filter(|b| b.mode == Mode::Own && !b.series.is_empty())
        .map(|b| {
            (
                b.title.as_str(),
                b.followed || !chosen,
                b.series.iter().take(MOST).collect(),
            )
        })
        .collect();
    let all = || blocks.iter().flat_map(|(_, _, series)| series);
    let mut vintages: Vec<Vintage> = all().flat_map(|s| s.iter().map(|c| c.cell.vintage)).collect();
    vintages.sort_by_key(|v| v.last());
    let (first, last) = (vintages.first()?, vintages.last()?);
    // A narrow territory is set beside the metropole only: its commune is on the marks above.
    let reference = sides.references.last();
    let mut html = String::new();
    let mut drawn = false;
    let mut rank = 0;
    for (title, printed, list) in &blocks {
        html.push_str(if *printed {
            "<div>\n"
        } else {
            "<div class=\"only-screen\">\n"
        });
        let mut charts = String::from("<div class=\"multiples\">\n");
        let mut some = false;
        for series in list {
            // A count is followed by itself: that of a larger place would flatten it.
            let beside = reference.filter(|_| series.first().is_some_and(|c| c.indicator.kind != Kind::Count));
            some |= marks::lines(&mut charts, series, sides, beside, rank, r.site);
            rank += 1;
        }
        charts.push_str("</div>\n");
        if some {
            html.push_str(&charts);
        }
        drawn |= some;
        table(&mut html, &markup::escaped(title), list, sides, reference);
        html.push_str("</div>\n");
    }
    if drawn {
        html.push_str("<p class=\"note\">Chaque graphique a sa propre échelle, qui ne part pas de zéro. Un millésime manquant interrompt la ligne ; une rupture de méthode est ombrée, et les valeurs de part et d’autre ne se comparent pas.</p>\n");
    }
    // On paper, only what is printed is cited.
    let mut sources: Vec<(&str, bool)> = Vec::new();
    for (_, printed, list) in &blocks {
        for column in list.iter().filter_map(|s| s.first()) {
            let source = r.site.source(&column.indicator.source);
            let name = source.map_or("", |s| super::layout::short_name(&s.dataset));
            match sources.iter_mut().find(|(known, _)| *known == name) {
                Some((_, on_paper)) => *on_paper |= printed,
                None => sources.push((name, *printed)),
            }
        }
    }
    sources.sort_by_key(|(_, printed)| !printed);
    let sources: Vec<String> = sources
        .iter()
        .enumerate()
        .map(|(i, (name, printed))| {
            let comma = if i == 0 { "" } else { ", " };
            let name = markup::escaped(name);
            if *printed {
                format!("{comma}{name}")
            } else {
                format!("<span class=\"only-screen\">{comma}{name}</span>")
            }
        })
        .collect();
    Some(Section {
        id: "evolution".to_owned(),
        title: "Évolution".to_owned(),
        about: format!("{}, {} à {}", sources.concat(), first.label(), last.label()),
        lecture: if drawn {
            marks::line_key(sides, reference)
        } else {
            String::new()
        },
        html,
        ..Section::default()
    })
}

/// A table of the territory, then one of its reference: a row says nothing of the place of another.
fn table(
    out: &mut String,
    title: &str,
    all: &[&Vec<Column<'_>>],
    sides: &Sides<'_>,
    reference: Option<&(At<'_>, &str)>,
) {
    let mut vintages: Vec<Vintage> = all.iter().flat_map(|s| s.iter().map(|c| c.cell.vintage)).collect();
    vintages.sort_unstable();
    vintages.dedup();
    let places = std::iter::once((&sides.here, sides.label)).chain(reference.map(|(at, label)| (at, *label)));
    // Few vintages leave room for both side by side.
    let short = reference.is_some() && vintages.len() <= 5;
    if short {
        out.push_str("<div class=\"cols\">\n");
    }
    for (i, (at, label)) in places.enumerate() {
        let caption = format!("{title}, {}\u{A0}: valeurs par millésime", markup::inner(label));
        out.push_str(&format!(
            "<section class=\"scroll{}\" aria-label=\"{caption}\" tabindex=\"0\">\n<table class=\"series\">\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">Indicateur</th>",
            // On paper the reference is a line of the chart, and its values are on its own fiche.
            if i == 0 { "" } else { " only-screen" }
        ));
        for vintage in &vintages {
            out.push_str(&format!("<th scope=\"col\" class=\"n\">{}</th>", vintage.label()));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for series in all {
            let Some(first) = series.first() else { continue };
            out.push_str(if i == 0 {
                "<tr class=\"me\"><th scope=\"row\">"
            } else {
                "<tr><th scope=\"row\">"
            });
            markup::link(
                out,
                sides.root,
                &format!("indicateurs/{}/", first.indicator.id),
                &first.label,
            );
            out.push_str(&first.unit());
            out.push_str("</th>");
            for vintage in &vintages {
                match series.iter().find(|c| c.cell.vintage == *vintage) {
                    Some(column) => super::table::cell(out, column, at, column.get(at.scale, at.rank), 0, ""),
                    None => out.push_str("<td class=\"n\">–</td>"),
                }
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</section>\n");
    }
    if short {
        out.push_str("</div>\n");
    }
}

/// Change of a count between its first and last published vintages, in percent; none when either is hidden.
///
/// None either when the method changed in between: the two are not comparable. The first count stands beside: it is what
/// the percentage rests on.
pub(super) fn change(series: &[Column<'_>], at: &At<'_>, site: &Site) -> Option<String> {
    let (first, last) = (series.first()?, series.last()?);
    let (before, after) = (
        first.get(at.scale, at.rank)?.value()?,
        last.get(at.scale, at.rank)?.value()?,
    );
    let years = first.cell.vintage.last() + 1..=last.cell.vintage.last();
    let broken = site
        .source(&first.indicator.source)
        .is_some_and(|s| s.breaks_of(&first.indicator.id).any(|(year, _)| years.contains(&year)));
    if broken || before <= 0.0 || first.cell.vintage == last.cell.vintage {
        return None;
    }
    // One dwelling of less than a hundred weighs more than a decimal.
    let decimals = u8::from(before >= 100.0);
    let change = (after - before) / before * 100.0;
    let mut out = format!(
        "{}\u{A0}% depuis {} (",
        markup::signed(format::round(change, decimals), decimals),
        first.cell.vintage.label()
    );
    first.data(&mut out, at);
    out.push(')');
    Some(out)
}
