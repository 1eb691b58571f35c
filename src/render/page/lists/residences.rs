//! Residences of a place: ranked by their dwellings, those whose figure is hidden apart; the page of their full list.
//!
//! An order only depends on published figures: a hidden one leaves no trace in it.

use minijinja::{Value, context};

use super::figures::{key_columns, name_cell, padded, sources_of};
use super::list_page;
use crate::config::of_name;
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, Tid};
use crate::plan::{self, ON_FICHE};
use crate::render::page::column::{At, Column};
use crate::render::page::shell::{About, Crumb, Menu, safe};
use crate::render::page::{Renderer, markup, packet, table};

/// Figures of a residence in a ranking.
pub(super) const RANKED: usize = 4;

/// Residences ranked by dwellings; those whose figure is hidden apart, in alphabetical order.
///
/// With the address of a full list, only the first ones are written here.
pub(super) fn ranked(r: &Renderer<'_>, out: &mut String, list: &[Tid], root: &str, full: Option<&str>) {
    let site = r.site;
    let layout = r.layout(Scale::Residence);
    let columns = key_columns(layout, RANKED);
    let Some((first, others)) = columns.split_first() else {
        alphabetical(r, out, list, root, None, full);
        return;
    };
    let mut shown: Vec<(At<'_>, f64)> = Vec::new();
    let mut hidden: Vec<Tid> = Vec::new();
    for tid in list {
        let at = At::new(site, *tid);
        match first.get(at.scale, at.rank).and_then(|f| f.value()) {
            Some(value) => shown.push((at, value)),
            None => hidden.push(*tid),
        }
    }
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.code.cmp(b.0.code)));
    let total = shown.len();
    // A column that says the same in every row is left out.
    let iris = |t: &Tid| site.territories.get(*t).lineage.iris;
    let several = list.iter().any(|t| iris(t) != list.first().and_then(iris));
    let cut = full.is_some() && total > ON_FICHE;
    if total > 0 {
        let caption = format!(
            "{} {} selon l’indicateur «\u{A0}{}\u{A0}»{}",
            format::integer(total as u64),
            format::plural(total as u64, "résidence classée", "résidences classées"),
            first.label,
            if cut { " (extrait)" } else { "" }
        );
        out.push_str(&format!(
            "<section class=\"scroll\" aria-label=\"Résidences classées\" tabindex=\"0\">\n<table class=\"rank\">\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\" class=\"n\">Rang</th><th scope=\"col\">{}</th><th scope=\"col\">Adresse</th>{}<th scope=\"col\" class=\"n me\">{}</th>",
            r.label(Scale::Residence),
            if several { format!("<th scope=\"col\">{}</th>", r.label(Scale::Iris)) } else { String::new() },
            first.label
        ));
        for column in others {
            out.push_str(&format!(
                "<th scope=\"col\" class=\"n\">{}{}</th>",
                column.label,
                column.unit()
            ));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let decimals: Vec<u8> = others
            .iter()
            .map(|c| {
                shown
                    .iter()
                    .filter_map(|(at, _)| c.get(at.scale, at.rank))
                    .filter(|f| f.value().is_some())
                    .map(|f| f.decimals())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut rank = 0;
        let mut before = f64::NAN;
        for (i, (at, value)) in shown.iter().enumerate().take(if cut { ON_FICHE } else { total }) {
            if *value != before {
                rank = i + 1;
                before = *value;
            }
            let territory = site.territories.get(at.tid);
            out.push_str(&format!("<tr><td class=\"n\">{rank}</td>"));
            name_cell(r, out, at.tid, root);
            out.push_str("<td class=\"txt\">");
            markup::esc(out, territory.address.as_deref().unwrap_or(""));
            out.push_str("</td>");
            if several {
                out.push_str("<td class=\"txt\">");
                if let Some(iris) = territory.lineage.iris {
                    markup::esc(out, &site.territories.get(iris).name);
                }
                out.push_str("</td>");
            }
            table::cell(out, first, at, first.get(at.scale, at.rank), 0, " me");
            for (column, most) in others.iter().zip(&decimals) {
                padded(out, column, at, *most);
            }
            out.push_str("</tr>\n");
        }
        if cut {
            out.push_str(&format!(
                "<tr class=\"gap\"><td class=\"n\">…</td><td colspan=\"{}\">rangs {} à {total}\u{A0}: ",
                3 + usize::from(several) + others.len(),
                ON_FICHE + 1
            ));
            markup::link(out, root, full.unwrap_or(""), "liste complète");
            out.push_str(", et classeur</td></tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</section>\n");
    }
    alphabetical(r, out, &hidden, root, Some(first), full);
}

/// Residences without published count, in alphabetical order: their order tells nothing.
fn alphabetical(
    r: &Renderer<'_>,
    out: &mut String,
    list: &[Tid],
    root: &str,
    column: Option<&Column<'_>>,
    full: Option<&str>,
) {
    if list.is_empty() {
        return;
    }
    let mut list = list.to_vec();
    list.sort_by_key(|t| {
        let territory = r.site.territories.get(*t);
        (format::fold(&territory.name), territory.code.clone())
    });
    out.push_str("<div class=\"apart\">\n<p class=\"sub\">Hors classement, par ordre alphabétique</p>\n<p class=\"note\">Leurs chiffres ne sont pas publiés ; leur fiche et leur point sur la carte existent.</p>\n<ul>");
    let most = if full.is_some() { ON_FICHE } else { list.len() };
    for tid in list.iter().take(most) {
        let territory = r.site.territories.get(*tid);
        out.push_str("<li>");
        markup::link(
            out,
            root,
            &plan::folder(r.site, *tid),
            &markup::escaped(&territory.name),
        );
        out.push_str(" <span class=\"code\">");
        markup::esc(out, territory.code.as_str());
        out.push_str("</span>");
        if let Some(column) = column {
            out.push(' ');
            column.data(out, &At::new(r.site, *tid));
        }
        out.push_str("</li>");
    }
    if most < list.len() {
        out.push_str("<li>");
        markup::link(out, root, full.unwrap_or(""), "et les autres");
        out.push_str("</li>");
    }
    out.push_str("</ul>\n</div>\n");
}

/// The `most` residences with the most published dwellings, then those without published count in alphabetical order.
///
/// The order of the first ones only depends on published counts, so that it tells nothing of a hidden one.
pub(in crate::render::page) fn largest(r: &Renderer<'_>, list: Vec<Tid>, most: usize) -> Vec<Tid> {
    let columns = key_columns(r.layout(Scale::Residence), 1);
    let count = |tid: Tid| {
        let figure = columns.first()?.get(Scale::Residence, r.site.territories.rank(tid))?;
        figure.value()
    };
    let mut keyed: Vec<(Option<f64>, String, Tid)> = list
        .into_iter()
        .map(|t| (count(t), format::fold(&r.site.territories.get(t).name), t))
        .collect();
    keyed.sort_by(|a, b| match (a.0, b.0) {
        (Some(x), Some(y)) => y.total_cmp(&x).then_with(|| a.2.cmp(&b.2)),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.1.cmp(&b.1).then_with(|| a.2.cmp(&b.2)),
    });
    keyed.into_iter().take(most).map(|(_, _, t)| t).collect()
}

/// Renders the full list of the residences of a commune, an IRIS or a QPV.
pub(in crate::render::page) fn residences(r: &Renderer<'_>, tid: Tid) -> Result<String> {
    let site = r.site;
    let territory = site.territories.get(tid);
    let list = site.territories.inside(tid, Scale::Residence);
    let root = "../../../";
    let mut html = String::new();
    ranked(r, &mut html, &list, root, None);
    let of = match territory.scale {
        Scale::Commune => of_name(&territory.name),
        scale => format!("{} {}", r.noun(scale).of(), territory.name),
    };
    let title = format!("Résidences {of}");
    let lead = format!(
        "{} {}, de la plus grande à la plus petite ; celles dont les chiffres ne sont pas publiés suivent, par ordre alphabétique.",
        format::integer(list.len() as u64),
        format::plural(list.len() as u64, "résidence", "résidences")
    );
    let about = About {
        title: format!("{title} ({})", territory.code),
        description: lead.clone(),
        place: format!("{title} · {}", territory.code),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-liste",
        menu: Some(Menu::Scale(Scale::Residence)),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link(territory.name.clone(), plan::folder(site, tid)),
            Crumb::here("Résidences"),
        ],
        ..About::default()
    };
    let mut actions = Vec::new();
    actions.extend(packet::actions(r, tid));
    let sections = vec![context! {
        id => "residences", title => "Classement", about => safe(sources_of(r, Scale::Residence, RANKED)), html => safe(html),
    }];
    list_page(r, about, 3, &title, Value::from(lead), actions, sections)
}
