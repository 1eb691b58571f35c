//! Evolution over the vintages: small multiples, and the same values in a table.

use super::Renderer;
use super::column::{At, Column};
use super::fiche::Section;
use super::layout::{Layout, Mode};
use super::table::Sides;
use super::{marks, markup};
use crate::format;
use crate::model::{Kind, Site, Vintage};

/// Charts drawn on a fiche.
const MOST: usize = 6;

/// Section of the evolution; none under three vintages.
pub(super) fn section(layout: &Layout<'_>, sides: &Sides<'_>, r: &Renderer<'_>) -> Option<Section> {
    let all: Vec<&Vec<Column<'_>>> = layout
        .blocks
        .iter()
        .filter(|b| b.mode == Mode::Own)
        .flat_map(|b| &b.series)
        .take(MOST)
        .collect();
    let mut vintages: Vec<Vintage> = all.iter().flat_map(|s| s.iter().map(|c| c.cell.vintage)).collect();
    vintages.sort_unstable();
    vintages.dedup();
    let (first, last) = (vintages.first()?, vintages.last()?);
    let mut html = String::new();
    // A narrow territory is set beside the metropole only: its commune is on the marks above.
    let reference = sides.references.last();
    let mut drawn = false;
    let mut charts = String::from("<div class=\"multiples\">\n");
    for (i, series) in all.iter().enumerate() {
        // A count is followed by itself: that of a larger place would flatten it.
        let beside = reference.filter(|_| series.first().is_some_and(|c| c.indicator.kind != Kind::Count));
        drawn |= marks::lines(&mut charts, series, sides, beside, i, r.site);
    }
    charts.push_str("</div>\n");
    if drawn {
        html.push_str(&charts);
        html.push_str("<p class=\"note\">Chaque graphique a sa propre échelle, qui ne part pas de zéro. Un millésime manquant interrompt la ligne ; une rupture de méthode est ombrée, et les valeurs de part et d’autre ne se comparent pas.</p>\n");
    }
    table(&mut html, &all, &vintages, sides, reference);
    let sources: Vec<&str> = all
        .iter()
        .filter_map(|s| s.first())
        .map(|c| {
            r.site
                .source(&c.indicator.source)
                .map_or("", |s| super::layout::short_name(&s.dataset))
        })
        .fold(Vec::new(), |mut seen, s| {
            if !seen.contains(&s) {
                seen.push(s);
            }
            seen
        });
    Some(Section {
        id: "evolution".to_owned(),
        title: "Évolution".to_owned(),
        about: format!(
            "{}, {} à {}",
            markup::escaped(&sources.join(", ")),
            first.label(),
            last.label()
        ),
        lecture: if drawn {
            marks::line_key(sides, reference)
        } else {
            String::new()
        },
        html,
        ..Section::default()
    })
}

fn table(
    out: &mut String,
    all: &[&Vec<Column<'_>>],
    vintages: &[Vintage],
    sides: &Sides<'_>,
    reference: Option<&(At<'_>, &str)>,
) {
    out.push_str(
        "<section class=\"scroll\" aria-label=\"Séries\" tabindex=\"0\">\n<table class=\"series\">\n<caption>Valeurs par millésime</caption>\n<thead><tr><th scope=\"col\">Indicateur</th><th scope=\"col\">Territoire</th>",
    );
    for vintage in vintages {
        out.push_str(&format!("<th scope=\"col\" class=\"n\">{}</th>", vintage.label()));
    }
    out.push_str("</tr></thead>\n");
    for series in all {
        let Some(first) = series.first() else { continue };
        let mut places: Vec<(&At<'_>, &str)> = vec![(&sides.here, sides.label)];
        places.extend(reference.map(|(at, label)| (at, *label)));
        out.push_str("<tbody>\n");
        for (i, (at, label)) in places.iter().enumerate() {
            out.push_str(if i == 0 { "<tr class=\"me\">" } else { "<tr>" });
            if i == 0 {
                out.push_str(&format!("<th scope=\"rowgroup\" rowspan=\"{}\">", places.len()));
                markup::link(
                    out,
                    sides.root,
                    &format!("indicateurs/{}/", first.indicator.id),
                    &first.label,
                );
                out.push_str(&first.unit());
                out.push_str("</th>");
            }
            out.push_str("<th scope=\"row\">");
            out.push_str(label);
            out.push_str("</th>");
            for vintage in vintages {
                match series.iter().find(|c| c.cell.vintage == *vintage) {
                    Some(column) => super::table::cell(out, column, at, column.get(at.scale, at.rank), 0, ""),
                    None => out.push_str("<td class=\"n\">–</td>"),
                }
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n");
    }
    out.push_str("</table>\n</section>\n");
}

/// Change of a count between its first and last published vintages, in percent; none when either is hidden.
///
/// None either when the method changed in between: the two are not comparable.
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
    let change = (after - before) / before * 100.0;
    Some(format!(
        "{}\u{A0}% depuis {}",
        markup::signed(format::round(change, 1), 1),
        first.cell.vintage.label()
    ))
}
