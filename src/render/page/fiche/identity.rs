//! Who and when: vintages, identity, links and key figures at the head of a fiche.

use minijinja::{Value, context};

use super::super::column::At;
use super::super::layout::{Block, Mode};
use super::super::shell::safe;
use super::super::table::Sides;
use super::super::{Renderer, around, lists, markup, packet, series};
use crate::format;
use crate::model::{Scale, Site, State, Territory, Tid};
use crate::plan::{self, Output};

/// Vintages of the blocks, themes of the same vintage together: « Parc 2025 · Occupation, Environnement 2024 ».
pub(super) fn vintages<'b, 'a: 'b>(
    blocks: impl Iterator<Item = &'b Block<'a>>,
    hidden: bool,
    in_qpv: bool,
    most: usize,
) -> String {
    let mut seen: Vec<(String, Vec<&str>)> = Vec::new();
    for block in blocks
        .filter(|b| !hidden || b.mode != Mode::Closed)
        .filter(|b| in_qpv || b.mode != Mode::Quartier(Scale::Qpv))
    {
        let Some(vintage) = block.vintage else { continue };
        let vintage = vintage.label();
        match seen.iter_mut().find(|(v, _)| *v == vintage) {
            Some((_, titles)) => titles.push(&block.title),
            None => seen.push((vintage, vec![&block.title])),
        }
    }
    let parts: Vec<String> = seen
        .into_iter()
        .map(|(vintage, titles)| {
            let names: Vec<String> = titles
                .iter()
                .enumerate()
                .map(|(i, t)| if i == 0 { (*t).to_owned() } else { markup::inner(t) })
                .collect();
            if names.len() > most {
                format!("{} et autres {vintage}", names[0])
            } else {
                format!("{} {vintage}", names.join(", "))
            }
        })
        .collect();
    parts.join(" · ")
}

/// Link to the fiche of a territory, and its code.
pub(in crate::render::page) fn place_link(r: &Renderer<'_>, tid: Tid, root: &str) -> String {
    let territory = r.site.territories.get(tid);
    let mut out = String::new();
    markup::link(
        &mut out,
        root,
        &plan::folder(r.site, tid),
        &markup::escaped(&territory.name),
    );
    out.push_str(" <span class=\"code\">");
    markup::esc(&mut out, territory.code.as_str());
    out.push_str("</span>");
    out
}

pub(super) fn identity(r: &Renderer<'_>, tid: Tid, vintage: &str, hidden: bool, root: &str) -> Vec<Value> {
    let site = r.site;
    let territory = site.territories.get(tid);
    let mut out = Vec::new();
    let mut item = |label: &str, html: String| out.push(context! { label, html => safe(html) });
    let geography = |t: &Territory| {
        t.geography
            .map_or(String::new(), |y| format!(" <span class=\"ref\">géographie {y}</span>"))
    };
    let label = |scale: Scale| r.label(scale);
    if territory.scale == Scale::Residence || territory.scale == Scale::Iris {
        if let Some(commune) = territory.lineage.commune {
            item(label(Scale::Commune), place_link(r, commune, root));
        }
    } else if territory.scale == Scale::Qpv {
        let communes = site.territories.communes_of_qpv(tid);
        let list: Vec<String> = communes.iter().map(|t| place_link(r, *t, root)).collect();
        item(
            if list.len() > 1 {
                "Communes"
            } else {
                label(Scale::Commune)
            },
            if list.is_empty() {
                "non localisé".to_owned()
            } else {
                list.join(", ")
            },
        );
        let iris: Vec<String> = site
            .territories
            .iris_of_qpv(tid)
            .iter()
            .map(|t| place_link(r, *t, root))
            .collect();
        if !iris.is_empty() {
            item("IRIS traversés", iris.join(", "));
        }
        if let Some(year) = territory.geography {
            item("Géographie", year.to_string());
        }
    }
    if territory.scale == Scale::Residence {
        if let Some(iris) = territory.lineage.iris {
            item(label(Scale::Iris), place_link(r, iris, root));
        }
        if let Some(qpv) = territory.lineage.qpv {
            item(
                label(Scale::Qpv),
                place_link(r, qpv, root) + &geography(site.territories.get(qpv)),
            );
        } else if lists::has_qpv(r) {
            item(label(Scale::Qpv), "hors QPV".to_owned());
        }
        if let Some(landlord) = territory.landlord.as_ref().filter(|_| site.config.landlords.shown) {
            item(
                "Bailleur",
                format!(
                    "{} <span class=\"ref\">{}</span>",
                    markup::escaped(landlord),
                    markup::escaped(&site.config.landlords.legal_basis)
                ),
            );
        }
    } else {
        if territory.scale == Scale::Commune || territory.scale == Scale::Metropole {
            item(
                "Code",
                format!(
                    "{}{}",
                    territory.code,
                    territory
                        .geography
                        .map_or(String::new(), |y| format!(", géographie {y}"))
                ),
            );
        }
        let mut parts = Vec::new();
        for (scale, one, many) in [
            (Scale::Commune, "commune", "communes"),
            (Scale::Iris, "IRIS", "IRIS"),
            (Scale::Qpv, "QPV", "QPV"),
            (Scale::Residence, "résidence", "résidences"),
        ] {
            if scale <= territory.scale {
                continue;
            }
            let count = site.territories.inside(tid, scale).len();
            if count > 0 {
                let mut text = String::new();
                markup::count(&mut text, scale.key(), count);
                parts.push(format!("{text} {}", format::plural(count as u64, one, many)));
            }
        }
        if !parts.is_empty() {
            item("Territoire", parts.join(", "));
        }
        let at = At::new(site, tid);
        let class = r.layout(territory.scale).class();
        if let Some((column, word)) = class.and_then(|c| Some((c, c.get(at.scale, at.rank)?.word()?))) {
            let mut html = String::new();
            column.data(&mut html, &at);
            html.push_str(&format!(" ({} sur {})", word + 1, column.indicator.categories.len()));
            item(&column.indicator.label, html);
        }
    }
    if !vintage.is_empty() {
        item("Millésimes", markup::escaped(vintage));
    }
    if territory.scale == Scale::Residence {
        // What says that the residence is hidden is the state of its count alone: words that told the threshold reached would
        // tell it of those hidden to protect others.
        let at = At::new(site, tid);
        let column = r.layout(territory.scale).blocks.iter().find_map(around::emblem);
        let state = column.and_then(|c| Some((c, c.get(at.scale, at.rank)?.state()?)));
        item(
            "Diffusion",
            match state {
                Some((column, state)) => {
                    let mut sign = String::new();
                    column.data(&mut sign, &at);
                    sign.push(' ');
                    sign.push_str(state.word());
                    sign
                }
                None if hidden => State::NotAvailable.word().to_owned(),
                None => format!(
                    "chiffres publiés : {} logements et plus",
                    site.config.thresholds.dwellings
                ),
            },
        );
    }
    out
}

pub(super) fn actions(r: &Renderer<'_>, tid: Tid) -> Vec<Value> {
    let mut out = Vec::new();
    let mut action = |output: Output, label: &str, note: &str| {
        if let Some(address) = r.plan.address(&output) {
            out.push(context! { href => address, label, note });
        }
    };
    action(Output::TerritoryBook(tid), "Classeur", ".xlsx");
    action(Output::Residences(tid), "Toutes ses résidences", "");
    out.extend(packet::actions(r, tid));
    out
}

/// First numbers of the fiche, large.
pub(super) fn figures(layout: &super::super::layout::Layout<'_>, sides: &Sides<'_>, site: &Site) -> String {
    let mut out = String::from("<dl class=\"figs\">\n");
    let mut count = 0;
    if let Some((block, column)) = layout.blocks.iter().find_map(|b| Some((b, b.headline.as_ref()?))) {
        out.push_str("<div><dt>");
        out.push_str(&column.label);
        out.push_str("</dt><dd><b>");
        column.data(&mut out, &sides.here);
        out.push_str("</b>");
        if let Some(change) = block
            .series
            .iter()
            .find(|s| s.first().is_some_and(|c| c.iid == column.iid))
            .and_then(|s| series::change(s, &sides.here, site))
        {
            out.push_str(&format!("<small>{change}</small>"));
        }
        out.push_str("</dd></div>\n");
        count += 1;
    }
    for row in layout.key_rows(5) {
        let column = &row.column;
        out.push_str("<div><dt>");
        out.push_str(&column.label);
        out.push_str("</dt><dd><b>");
        column.data(&mut out, &sides.here);
        out.push_str("</b>");
        if column
            .get(sides.here.scale, sides.here.rank)
            .is_some_and(|f| f.state().is_none())
        {
            let unit = match column.indicator.unit.as_str() {
                "" if column.indicator.kind.is_ratio() => "%".to_owned(),
                unit => markup::escaped(unit),
            };
            out.push_str(&format!("<span>\u{A0}{unit}</span>"));
        }
        if let Some((at, label)) = sides.references.first() {
            out.push_str("<small>");
            out.push_str(&markup::inner(label));
            out.push(' ');
            column.data(&mut out, at);
            out.push_str("</small>");
        }
        out.push_str("</dd></div>\n");
        count += 1;
    }
    out.push_str("</dl>");
    if count == 0 { String::new() } else { out }
}
