//! What surrounds a residence and is public: equipment, its quartier; and what is said where figures are not.

use super::column::{At, Column};
use super::fiche::{self, Section};
use super::layout::{Block, Layout, Mode, Piece};
use super::table::{self, Sides};
use super::{Renderer, marks, markup};
use crate::config::of_name;
use crate::model::{Scale, Territory, Tid};
use crate::plan;

/// Whether a block of its own only holds equipment, which goes with the surroundings.
pub(super) fn is_equipment(block: &Block<'_>) -> bool {
    block.pieces.iter().any(|p| matches!(p, Piece::Equipment { .. }))
}

/// First figure of a block: its sign stands for the others where all are hidden.
pub(super) fn emblem<'b, 'a>(block: &'b Block<'a>) -> Option<&'b Column<'a>> {
    if block.mode != Mode::Own || is_equipment(block) {
        return None;
    }
    block.headline.as_ref().or_else(|| {
        block.pieces.iter().find_map(|p| match p {
            Piece::Group { rows, .. } | Piece::Strip { rows, .. } | Piece::Rows { rows } => {
                rows.first().map(|r| &r.column)
            }
            Piece::Steps { column } | Piece::Word { column } => Some(column),
            Piece::Equipment { .. } => None,
        })
    })
}

/// Equipment of a residence on the left, its quartier on the right.
pub(super) fn section(
    r: &Renderer<'_>,
    layout: &Layout<'_>,
    sides: &mut Sides<'_>,
    territory: &Territory,
    level: u8,
) -> Option<Section> {
    let equipment = layout.blocks.iter().find(|b| b.mode == Mode::Own && is_equipment(b));
    let quartiers: Vec<(&Block<'_>, Tid)> = layout
        .blocks
        .iter()
        .filter_map(|b| match b.mode {
            Mode::Quartier(Scale::Iris) => Some((b, territory.lineage.iris?)),
            Mode::Quartier(Scale::Qpv) => Some((b, territory.lineage.qpv?)),
            _ => None,
        })
        .collect();
    if equipment.is_none() && quartiers.is_empty() {
        return None;
    }
    let mut left = String::new();
    let mut heights = [0.0, 0.0];
    if let Some(piece) = equipment.and_then(|b| b.pieces.iter().find(|p| matches!(p, Piece::Equipment { .. }))) {
        nearest(r, &mut left, piece, sides);
        heights[0] += fiche::piece_height(piece);
    }
    let mut right = String::new();
    for (block, tid) in &quartiers {
        let full = heights[1] == 0.0;
        heights[1] += quartier(r, &mut right, block, *tid, sides, level, full);
    }
    let about = equipment
        .map(|b| b.sources.as_str())
        .into_iter()
        .chain(quartiers.iter().map(|(b, _)| b.sources.as_str()))
        .fold(Vec::new(), |mut seen: Vec<&str>, s| {
            if !s.is_empty() && !seen.contains(&s) {
                seen.push(s);
            }
            seen
        })
        .join(" · ");
    let html = match (left.is_empty(), right.is_empty()) {
        (false, false) => format!("<div class=\"cols env\">\n{left}<div>\n{right}</div>\n</div>\n"),
        (false, true) => left,
        (true, _) => format!("<div>\n{right}</div>\n"),
    };
    let block = equipment.or(quartiers.first().map(|(b, _)| *b));
    Some(Section {
        id: block.map_or_else(|| "environnement".to_owned(), |b| b.id.clone()),
        title: block.map_or_else(|| "Environnement".to_owned(), |b| b.title.clone()),
        about,
        html,
        height: heights[0].max(heights[1]) + 3.2,
        kind: fiche::Kind::Around,
        ..Section::default()
    })
}

/// Nearest equipment of each family and number within 500 m, as the crow flies.
fn nearest(r: &Renderer<'_>, out: &mut String, piece: &Piece<'_>, sides: &Sides<'_>) {
    let Piece::Equipment {
        nearest,
        within,
        families,
    } = piece
    else {
        return;
    };
    out.push_str(&format!(
        concat!(
            "<section class=\"scroll\" aria-label=\"Équipements de proximité\" tabindex=\"0\">\n<table class=\"eq\">\n",
            "<caption>Équipement le plus proche{}, à vol d’oiseau</caption>\n",
            "<colgroup><col class=\"c-f\"><col class=\"c-e\"><col class=\"c-d\"><col>"
        ),
        if within.is_empty() {
            ""
        } else {
            " et nombre à moins de 500 m"
        }
    ));
    out.push_str(if within.is_empty() { "" } else { "<col class=\"c-d\">" });
    out.push_str(concat!(
        "</colgroup>\n<thead><tr><th scope=\"col\">Famille</th><th scope=\"col\">Le plus proche</th>",
        "<th scope=\"col\" class=\"n\">Mètres</th><th scope=\"col\" class=\"g\"><span class=\"vh\">Repère de 500 m</span></th>"
    ));
    if !within.is_empty() {
        out.push_str("<th scope=\"col\" class=\"n\">&lt;\u{A0}500\u{A0}m</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let at = &sides.here;
    for (i, column) in nearest.iter().enumerate() {
        let around = families.get(i).and_then(|f| r.site.surroundings.of(at.tid, *f));
        out.push_str("<tr><th scope=\"row\">");
        out.push_str(&column.label);
        out.push_str("</th><td class=\"txt\">");
        if let Some(point) = around.and_then(|a| r.site.equipment.points.get(a.nearest? as usize)) {
            markup::esc(out, &point.name);
        }
        out.push_str("</td>");
        let figure = column.get(at.scale, at.rank);
        table::cell(out, column, at, figure, 0, "");
        out.push_str("<td class=\"g\">");
        marks::distance(out, figure);
        out.push_str("</td>");
        match within.get(i) {
            Some(count) => table::cell(out, count, at, count.get(at.scale, at.rank), 0, ""),
            None if within.is_empty() => {}
            None => out.push_str("<td class=\"n\"></td>"),
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

/// Figures of the IRIS or QPV of a residence, beside those of its commune; gives their height in rows.
fn quartier(
    r: &Renderer<'_>,
    out: &mut String,
    block: &Block<'_>,
    tid: Tid,
    sides: &mut Sides<'_>,
    level: u8,
    full: bool,
) -> f64 {
    let site = r.site;
    let territory = site.territories.get(tid);
    let at = At::new(site, tid);
    let name = markup::escaped(&territory.name);
    let label = r.label(territory.scale);
    let mut height = 0.0;
    for piece in &block.pieces {
        if let Piece::Steps { column } = piece {
            fiche::steps(out, column, sides, level, Some((&at, &format!("{label} {name}"))));
            height += 4.0;
        }
    }
    let rows: Vec<&Column<'_>> = block
        .headline
        .iter()
        .chain(block.pieces.iter().flat_map(|p| match p {
            Piece::Rows { rows } => rows.iter().map(|r| &r.column).collect::<Vec<_>>(),
            _ => Vec::new(),
        }))
        .take(if full { 6 } else { 4 })
        .collect();
    if !rows.is_empty() {
        let references = fiche::references(r, tid);
        out.push_str("<table class=\"near\">\n<caption>");
        markup::link(out, sides.root, &plan::folder(site, tid), &format!("{label} {name}"));
        out.push_str("\u{A0}: ");
        out.push_str(&markup::inner(&markup::escaped(&block.title)));
        if let Some(vintage) = block.vintage {
            out.push_str(", ");
            out.push_str(&vintage.label());
        }
        out.push_str("</caption>\n<thead><tr><th scope=\"col\">Indicateur</th><th scope=\"col\" class=\"n me\">");
        out.push_str(label);
        out.push_str("</th>");
        for (_, reference) in &references {
            out.push_str("<th scope=\"col\" class=\"n\">");
            out.push_str(reference);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for column in &rows {
            out.push_str("<tr><th scope=\"row\">");
            markup::link(
                out,
                sides.root,
                &format!("indicateurs/{}/", column.indicator.id),
                &column.label,
            );
            out.push_str(&column.unit());
            out.push_str("</th>");
            table::cell(out, column, &at, column.get(at.scale, at.rank), 0, " me");
            for (reference, _) in &references {
                table::cell(
                    out,
                    column,
                    reference,
                    column.get(reference.scale, reference.rank),
                    0,
                    "",
                );
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
        height += rows.len() as f64 + 2.4;
    }
    if full {
        for (_, note) in &block.notes {
            out.push_str("<p class=\"note\">");
            out.push_str(note);
            out.push_str("</p>\n");
            height += (note.len() as f64 / 95.0).ceil() * 0.85;
        }
    }
    height
}

/// A block that the convention does not open at the residence: a sentence, and where to read it.
pub(super) fn closed(r: &Renderer<'_>, block: &Block<'_>, territory: &Territory, root: &str) -> Section {
    let mut html = String::from("<p class=\"sentence\"><data value=\"\" data-state=\"no\">");
    markup::sign(&mut html, crate::model::State::NotOpen);
    html.push_str("</data> Échelle non ouverte\u{A0}: ce thème ne se lit pas à la résidence. Voir ");
    let lineage = territory.lineage;
    let places: Vec<String> = [
        (Scale::Iris, lineage.iris, "le quartier"),
        (Scale::Qpv, lineage.qpv, "le QPV"),
        (Scale::Commune, lineage.commune, "la commune"),
    ]
    .into_iter()
    .filter(|(scale, ..)| block.open_at.contains(scale))
    .filter_map(|(_, tid, words)| {
        let tid = tid?;
        let mut link = String::new();
        let name = &r.site.territories.get(tid).name;
        // « le quartier Les Aubiers », but « la commune des Aubiers ».
        let name = match r.site.territories.get(tid).scale {
            Scale::Commune => markup::escaped(&of_name(name)),
            _ => markup::escaped(name),
        };
        let name = format!("{words} {name}");
        markup::link(
            &mut link,
            root,
            &format!("{}#{}", plan::folder(r.site, tid), block.id),
            &name,
        );
        Some(link)
    })
    .collect();
    html.push_str(&if places.is_empty() {
        markup::escaped(&r.noun(Scale::Metropole).the())
    } else {
        places.join(", ")
    });
    html.push_str(".</p>\n");
    Section {
        id: block.id.clone(),
        title: block.title.clone(),
        about: block.sources.clone(),
        html,
        height: 4.0,
        kind: fiche::Kind::Closed,
        ..Section::default()
    }
}

/// Words of a residence without figures.
pub(super) fn protected_words(layout: &Layout<'_>, at: &At<'_>, threshold: u32) -> String {
    let secret = layout
        .blocks
        .iter()
        .filter_map(emblem)
        .any(|c| c.get(at.scale, at.rank).and_then(|f| f.state()) == Some(crate::model::State::Secret));
    let why = if secret {
        format!(
            "Ses chiffres sont couverts par le secret statistique, parce que la convention ne permet pas de décrire moins de {threshold} logements, ou parce qu’ils permettraient de retrouver ceux d’une voisine."
        )
    } else {
        "Aucun chiffre n’est disponible pour elle dans les sources de cette édition.".to_owned()
    };
    format!(
        "<p>Cette résidence figure dans l’atlas comme toutes les autres : elle a son adresse, sa place sur la carte et sa fiche. {why}</p>\n<p>Ce qui est public — équipements, quartier — se lit ci-dessous, à l’identique des autres fiches.</p>"
    )
}

/// What a residence without figures does not show, block by block, and where to read near figures.
pub(super) fn protected(r: &Renderer<'_>, layout: &Layout<'_>, sides: &Sides<'_>, territory: &Territory) -> Section {
    let mut html = String::from(concat!(
        "<div class=\"cols\">\n<section class=\"scroll\" aria-label=\"Thèmes non diffusés\" tabindex=\"0\">\n<table class=\"words\">\n",
        "<caption>Thèmes couverts par le secret ou non ouverts</caption>\n",
        "<thead><tr><th scope=\"col\">Thème</th><th scope=\"col\">Signe</th>",
        "<th scope=\"col\">Ce que la fiche contient d’ordinaire</th></tr></thead>\n<tbody>\n"
    ));
    let mut rows = 0.0;
    for block in &layout.blocks {
        let sign = match block.mode {
            Mode::Own => {
                let Some(column) = emblem(block) else { continue };
                let mut sign = String::new();
                column.data(&mut sign, &sides.here);
                sign
            }
            Mode::Closed => {
                let mut sign = String::from("<data value=\"\" data-state=\"no\">");
                markup::sign(&mut sign, crate::model::State::NotOpen);
                sign.push_str("</data>");
                sign
            }
            Mode::Quartier(_) => continue,
        };
        html.push_str("<tr><th scope=\"row\">");
        markup::esc(&mut html, &block.title);
        html.push_str("<span class=\"ref\">");
        html.push_str(&block.sources);
        html.push_str("</span></th><td>");
        html.push_str(&sign);
        html.push_str("</td><td class=\"txt\">");
        if block.mode == Mode::Closed {
            html.push_str("Échelle non ouverte, pour toutes les résidences");
        } else {
            markup::esc(&mut html, block.summary);
        }
        html.push_str("</td></tr>\n");
        rows += 2.0;
    }
    html.push_str("</tbody>\n</table>\n</section>\n<div>\n<p class=\"sub\">Où lire des chiffres proches</p>\n<ul class=\"ways\">\n");
    let lineage = territory.lineage;
    for (tid, words) in [
        (lineage.iris, "le quartier statistique, toutes résidences réunies"),
        (lineage.qpv, "le quartier prioritaire, cadrage et attributions"),
        (lineage.commune, "la commune, séries sur les millésimes conservés"),
    ] {
        let Some(tid) = tid else { continue };
        let near = r.site.territories.get(tid);
        html.push_str("<li>");
        let name = format!("{} {}", r.label(near.scale), markup::escaped(&near.name));
        markup::link(&mut html, sides.root, &plan::folder(r.site, tid), &name);
        html.push_str("<span class=\"ref\">");
        html.push_str(words);
        html.push_str("</span></li>\n");
    }
    html.push_str("</ul>\n<p class=\"note\">Le signe <b>s</b> est le même pour tout chiffre masqué, quelle qu’en soit la raison : il ne dit rien de la taille de la résidence.</p>\n</div>\n</div>\n");
    Section {
        id: "protege".to_owned(),
        title: "Ce qui n’est pas diffusé".to_owned(),
        about: "convention, articles 3 et 4".to_owned(),
        html,
        height: rows + 6.0,
        ..Section::default()
    }
}
