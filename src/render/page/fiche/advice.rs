//! Advice of the monitoring group, and the note at the foot.

use super::super::{Renderer, markup};
use crate::model::{Scale, Tid};

/// Advice in its box, with its height on paper in rows.
pub(super) struct Advice {
    pub(super) html: String,
    pub(super) height: f64,
}

/// Advice of the monitoring group for the residence, its QPV, its IRIS or its commune; the narrowest first.
pub(super) fn advice(r: &Renderer<'_>, tid: Tid, root: &str, level: u8) -> Option<Advice> {
    let lineage = r.site.territories.get(tid).lineage;
    let content = [Some(tid), lineage.qpv, lineage.iris, lineage.commune]
        .into_iter()
        .flatten()
        .find_map(|t| {
            r.site
                .contents
                .iter()
                .find(|c| c.section() == "preconisations" && !c.is_section && c.territories.contains(&t))
        })?;
    let h = level + 2;
    let html = format!(
        "<aside class=\"advice\" aria-label=\"Préconisation\">\n<h{h} class=\"sub\">{}</h{h}>\n<p class=\"ref\">{}</p>\n{}</aside>\n",
        markup::escaped(&content.title),
        markup::escaped(&content.description),
        crate::render::markdown::html(&content.body, root)
    );
    // About 62 characters to the line of a half page; a blank line opens a paragraph.
    let lines: usize = content.body.lines().map(|l| l.chars().count().div_ceil(62)).sum();
    Some(Advice {
        html,
        height: lines as f64 * 0.95 + 4.6,
    })
}

/// How to read the fiche; in a packet, what a quartier leaves to its own page.
pub(super) fn notes(scale: Scale, hidden: bool, small: u32, in_packet: bool) -> String {
    let own = match (scale, hidden) {
        (Scale::Residence, false) => &format!(
            "Une part qui porte sur moins de {small} logements ou ménages est sans décimale et se lit avec son effectif (n). "
        ),
        (Scale::Residence, true) => "",
        _ => {
            "Les chiffres masqués ne se retrouvent pas par différence : un territoire peut être secret pour en protéger un autre. "
        }
    };
    let near = if scale == Scale::Residence {
        " Distances à vol d’oiseau."
    } else {
        ""
    };
    let left = if in_packet && scale != Scale::Residence {
        " Dans un dossier, la fiche d’un quartier ne redit pas les thèmes que ses résidences ont déjà, ni ses séries, ses cartes et ses listes : sa page les a."
    } else {
        ""
    };
    format!(
        "{own}Un chiffre décrit un ensemble de logements, jamais un ménage ; il ne dit rien d’un candidat.{near}{left}"
    )
}
