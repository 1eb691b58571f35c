//! Lists: territories of a scale, residences of a place, indicators of a theme.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::column::{At, Column};
use super::fiche::{self, Section};
use super::layout::Layout;
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, markup, reference, table};
use crate::config::of_name;
use crate::diag::Result;
use crate::format;
use crate::model::{Kind, Scale, ScaleSet, Tid};
use crate::plan::{self, ON_FICHE, Output};

/// Figures of a territory in a list.
const KEYS: usize = 7;
/// Figures of a residence in a ranking.
const RANKED: usize = 4;

/// Figures that stand for a scale in a list: the first count, then the first numbers.
fn key_columns<'b, 'a>(layout: &'b Layout<'a>, most: usize) -> Vec<&'b Column<'a>> {
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

fn name_cell(r: &Renderer<'_>, out: &mut String, tid: Tid, root: &str) {
    let territory = r.site.territories.get(tid);
    out.push_str("<th scope=\"row\">");
    markup::link(out, root, &plan::folder(r.site, tid), &markup::escaped(&territory.name));
    out.push_str(" <span class=\"code\">");
    markup::esc(out, territory.code.as_str());
    out.push_str("</span></th>");
}

/// Table of the key figures of territories of one scale, in the order given.
pub(super) fn key_table(r: &Renderer<'_>, out: &mut String, list: &[Tid], scale: Scale, caption: &str, root: &str) {
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
pub(super) fn has_qpv(r: &Renderer<'_>) -> bool {
    r.site.territories.of(Scale::Qpv).next().is_some()
}

/// A cell padded by itself, where each column of a table has its own number of decimals.
fn padded(out: &mut String, column: &Column<'_>, at: &At<'_>, most: u8) {
    let figure = column.get(at.scale, at.rank);
    let class = match (most, figure.filter(|f| f.value().is_some()).map(|f| f.decimals())) {
        (1, Some(0)) => " p15",
        (2.., Some(0)) => " p25",
        (2.., Some(1)) => " p10",
        _ => "",
    };
    table::cell(out, column, at, figure, 0, class);
}

/// Territories inside a commune, an IRIS, a QPV or the metropole, as sections of its fiche.
pub(super) fn children(r: &Renderer<'_>, tid: Tid, root: &str, sections: &mut Vec<Section>) {
    let scale = r.site.territories.get(tid).scale;
    let name = &r.site.territories.get(tid).name;
    for inner in [Scale::Commune, Scale::Iris, Scale::Qpv] {
        if inner <= scale || (scale == Scale::Metropole && inner == Scale::Iris) || scale == Scale::Iris {
            continue;
        }
        let list = if scale == Scale::Qpv && inner == Scale::Iris {
            r.site.territories.iris_of_qpv(tid)
        } else {
            r.site.territories.inside(tid, inner)
        };
        if list.is_empty() {
            continue;
        }
        let mut html = String::new();
        let plural = r.site.config.scale_plural(inner);
        key_table(r, &mut html, &list, inner, &format!("{plural} : {name}"), root);
        if inner == Scale::Qpv && scale == Scale::Commune {
            html.push_str("<p class=\"note\">Un QPV peut dépasser les limites de la commune\u{A0}: ses chiffres portent sur le quartier entier.</p>\n");
        }
        sections.push(Section {
            id: inner.segment().to_owned(),
            title: format!("Les {}", if inner == Scale::Commune { "communes" } else { plural }),
            about: sources_of(r, inner, KEYS),
            html,
            ..Section::default()
        });
    }
    if scale != Scale::Metropole {
        let list = r.site.territories.inside(tid, Scale::Residence);
        if !list.is_empty() {
            let mut html = String::new();
            let full = r
                .plan
                .address(&Output::Residences(tid))
                .filter(|_| list.len() > ON_FICHE);
            ranked(r, &mut html, &list, root, full);
            sections.push(Section {
                id: "residences".to_owned(),
                title: "Les résidences".to_owned(),
                about: sources_of(r, Scale::Residence, RANKED),
                html,
                ..Section::default()
            });
        }
    }
}

/// Sources of the key figures of a scale, block by block.
fn sources_of(r: &Renderer<'_>, scale: Scale, most: usize) -> String {
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

/// Residences ranked by dwellings; those whose figure is hidden apart, in alphabetical order.
///
/// With the address of a full list, only the first ones are written here.
fn ranked(r: &Renderer<'_>, out: &mut String, list: &[Tid], root: &str, full: Option<&str>) {
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

/// Links to territories in alphabetical order.
pub(super) fn names(r: &Renderer<'_>, mut list: Vec<Tid>, root: &str) -> String {
    list.sort_by_key(|t| {
        let territory = r.site.territories.get(*t);
        (format::fold(&territory.name), territory.code.clone())
    });
    let mut out = String::from("<ul class=\"index names\">\n");
    for tid in list {
        out.push_str("<li>");
        out.push_str(&fiche::place_link(r, tid, root));
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
    out
}

fn list_page(
    r: &Renderer<'_>,
    about: About,
    depth: usize,
    title: &str,
    lead: Value,
    actions: Vec<Value>,
    sections: Vec<Value>,
) -> Result<String> {
    r.render(
        "liste.html",
        r.shell
            .context(depth, about, context! { title, lead, actions, sections }),
    )
}

/// Renders the list of the territories of a scale.
pub(super) fn scale(r: &Renderer<'_>, scale: Scale) -> Result<String> {
    let site = r.site;
    let plural = site.config.scale_plural(scale);
    let all: Vec<Tid> = site.territories.of(scale).collect();
    let mut sections = Vec::new();
    match scale {
        Scale::Residence => {
            // Thousands of residences: a page per commune, and those of no commune here.
            let mut html = String::from("<ul class=\"index names\">\n");
            let mut communes: Vec<(Tid, usize)> = site
                .territories
                .of(Scale::Commune)
                .map(|c| (c, site.territories.inside(c, Scale::Residence).len()))
                .filter(|(_, n)| *n > 0)
                .collect();
            communes.sort_by_key(|(c, _)| format::fold(&site.territories.get(*c).name));
            for (commune, count) in communes {
                let address = match r.plan.address(&Output::Residences(commune)) {
                    Some(address) => address.to_owned(),
                    None => format!("{}#residences", plan::folder(site, commune)),
                };
                html.push_str("<li>");
                let name = markup::escaped(&site.territories.get(commune).name);
                markup::link(&mut html, "../", &address, &name);
                html.push(' ');
                markup::count(&mut html, "residence", count);
                html.push_str("</li>\n");
            }
            html.push_str("</ul>\n");
            sections.push(context! { id => "communes", title => "Par commune", html => safe(html) });
            let stray: Vec<Tid> = all
                .iter()
                .copied()
                .filter(|t| site.territories.get(*t).lineage.commune.is_none())
                .collect();
            if !stray.is_empty() {
                sections.push(context! {
                    id => "sans-commune", title => "Hors des communes de l’atlas", html => safe(names(r, stray, "../")),
                });
            }
        }
        Scale::Iris => {
            let mut by_commune: BTreeMap<(String, Option<Tid>), Vec<Tid>> = BTreeMap::new();
            for tid in all.iter().copied() {
                let commune = site.territories.get(tid).lineage.commune;
                let name = commune.map_or_else(
                    || "Hors des communes de l’atlas".to_owned(),
                    |c| site.territories.get(c).name.clone(),
                );
                by_commune.entry((format::fold(&name), commune)).or_default().push(tid);
            }
            for ((_, commune), list) in by_commune {
                let (id, title) = commune.map_or_else(
                    || ("autres".to_owned(), "Hors des communes de l’atlas".to_owned()),
                    |c| {
                        let t = site.territories.get(c);
                        (format!("c{}", t.code), t.name.clone())
                    },
                );
                sections.push(context! { id, title, html => safe(names(r, list, "../")) });
            }
        }
        _ => {
            let mut html = String::new();
            let mut list = all.clone();
            list.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
            key_table(
                r,
                &mut html,
                &list,
                scale,
                &format!("{plural}, par ordre alphabétique"),
                "../",
            );
            sections.push(context! {
                id => "tableau", title => format!("Les {}", if scale == Scale::Commune { "communes" } else { plural }),
                about => safe(sources_of(r, scale, KEYS)), html => safe(html),
            });
        }
    }
    let lead = format!(
        "{} {} dans l’édition {}.",
        format::integer(all.len() as u64),
        match scale {
            Scale::Commune => format::plural(all.len() as u64, "commune", "communes"),
            Scale::Residence => format::plural(all.len() as u64, "résidence", "résidences"),
            _ => plural,
        },
        site.config.edition_name()
    );
    let about = About {
        title: plural.to_owned(),
        description: lead.clone(),
        place: format!("{} · {plural}", site.config.metropole.name),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-liste",
        menu: Some(Menu::Scale(scale)),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here(plural)],
        ..About::default()
    };
    let books: Vec<Value> = site
        .config
        .themes
        .iter()
        .filter_map(|theme| {
            let address = r.plan.address(&Output::ThemeBook(theme.id.clone(), scale))?;
            Some(context! { href => address, label => format!("Classeur : {}", theme.label), note => ".xlsx" })
        })
        .collect();
    list_page(r, about, 1, plural, Value::from(lead), books, sections)
}

/// Renders the full list of the residences of a commune, an IRIS or a QPV.
pub(super) fn residences(r: &Renderer<'_>, tid: Tid) -> Result<String> {
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
    actions.extend(super::packet::actions(r, tid));
    let sections = vec![context! {
        id => "residences", title => "Classement", about => safe(sources_of(r, Scale::Residence, RANKED)), html => safe(html),
    }];
    list_page(r, about, 3, &title, Value::from(lead), actions, sections)
}

fn indicator_rows(r: &Renderer<'_>, theme: &str, root: &str, label: &str) -> String {
    let mut out = format!(
        "<section class=\"scroll\" aria-label=\"Indicateurs : {label}\" tabindex=\"0\">\n<table class=\"dict\">\n<caption class=\"vh\">Indicateurs : {label}</caption>\n<thead><tr><th scope=\"col\">Indicateur</th><th scope=\"col\">Ce qu’il mesure</th><th scope=\"col\">Unité</th><th scope=\"col\">Se lit à</th></tr></thead>\n<tbody>\n"
    );
    for (iid, x) in r.site.dictionary.of_theme(theme) {
        let Some(address) = r.plan.address(&Output::Indicator(iid)) else {
            continue;
        };
        out.push_str("<tr><th scope=\"row\">");
        markup::link(&mut out, root, address, &markup::escaped(&x.label));
        out.push_str("</th><td>");
        markup::esc(&mut out, &x.definition);
        out.push_str("</td><td class=\"short\">");
        markup::esc(&mut out, &reference::unit(x));
        out.push_str("</td><td>");
        let view: ScaleSet = x.view;
        markup::esc(
            &mut out,
            &if x.thematic_only {
                "carte seulement, en classes".to_owned()
            } else {
                reference::scale_names(r, view)
            },
        );
        out.push_str("</td></tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
    out
}

/// Renders the list of all indicators, by theme.
pub(super) fn indicators(r: &Renderer<'_>) -> Result<String> {
    let sections = r
        .site
        .config
        .themes
        .iter()
        .map(|theme| {
            context! {
                id => theme.id.as_str(),
                title => theme.label.as_str(),
                about => theme.summary.as_str(),
                html => safe(indicator_rows(r, &theme.id, "../", &markup::escaped(&theme.label))),
            }
        })
        .collect();
    let lead = "Chaque indicateur a sa définition, ses cartes, ses tableaux et ses millésimes.";
    let about = About {
        title: "Indicateurs".to_owned(),
        description: lead.to_owned(),
        place: "Indicateurs".to_owned(),
        vintage: format!("Édition du {}", format::date(r.site.config.edition)),
        class: "p-liste",
        menu: Some(Menu::Indicators),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Indicateurs")],
        ..About::default()
    };
    list_page(r, about, 1, "Indicateurs", Value::from(lead), Vec::new(), sections)
}

/// Renders the page of a theme: its indicators, the metropole's figures, its workbooks.
pub(super) fn theme(r: &Renderer<'_>, id: &str) -> Result<String> {
    let site = r.site;
    let (label, summary) = site
        .config
        .theme(id)
        .map_or((id, ""), |t| (t.label.as_str(), t.summary.as_str()));
    let root = "../../";
    let mut sections = vec![context! {
        id => "indicateurs",
        title => "Indicateurs",
        html => safe(indicator_rows(r, id, root, &markup::escaped(label))),
    }];
    let mut html = String::new();
    overview(r, &mut html, id, root, label);
    if !html.is_empty() {
        let name = &site.config.metropole.name;
        sections.push(context! { id => "reference", title => format!("{name} et ses communes"), html => safe(html) });
    }
    for scale in [Scale::Commune, Scale::Iris, Scale::Qpv, Scale::Residence] {
        let Some(column) = mapped(r, id, scale) else { continue };
        let prefix = format!("{}-", scale.segment());
        let drawing = match column.indicator.kind {
            _ if scale == Scale::Residence => r.maps.presence(r, &column, root),
            Kind::Count | Kind::Distance => r.maps.symbols(r, &column, scale, root, &prefix),
            _ => r.maps.choropleth(r, &column, scale, None, root, &prefix),
        };
        let Some((svg, legend)) = drawing else { continue };
        let html = format!(
            "<div class=\"choro\">\n<figure role=\"presentation\">\n{svg}\n</figure>\n<div>\n{legend}</div>\n</div>\n"
        );
        let about = format!(
            "{}, {} · chaque indicateur a les siennes sur sa page",
            column.label,
            column.cell.vintage.label()
        );
        sections.push(context! {
            id => format!("carte-{}", scale.segment()),
            title => format!("Carte\u{A0}: {}", site.config.scale_plural(scale)),
            about => safe(about),
            html => safe(html),
        });
    }
    let actions: Vec<Value> = Scale::ALL
        .into_iter()
        .filter_map(|scale| {
            let address = r.plan.address(&Output::ThemeBook(id.to_owned(), scale))?;
            Some(context! { href => address, label => format!("Classeur : {}", site.config.scale_plural(scale)), note => ".xlsx" })
        })
        .collect();
    let about = About {
        title: format!("Thème {label}"),
        description: summary.to_owned(),
        place: format!("Thème {label}"),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-liste",
        menu: Some(Menu::Indicators),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link("Indicateurs", "indicateurs/"),
            Crumb::here(label),
        ],
        ..About::default()
    };
    list_page(r, about, 2, label, Value::from(summary), actions, sections)
}

/// Last figures that the map of a theme shows at a scale: the first share or rate, else the first class, else the first
/// count or distance; the first category of an indicator that is split, when no other will do.
fn mapped<'a>(r: &Renderer<'a>, theme: &'a str, scale: Scale) -> Option<Column<'a>> {
    let (site, published) = (r.site, r.published);
    site.dictionary
        .of_theme(theme)
        .filter(|(iid, x)| x.kind != Kind::Text && !x.thematic_only && published.is_open(*iid, scale))
        .filter_map(|(iid, x)| Some((iid, x, published.latest(iid, scale)?)))
        .min_by_key(|(_, x, _)| {
            let rank = match x.kind {
                _ if x.kind.is_ratio() => 0,
                Kind::Class => 1,
                _ => 2,
            };
            (x.is_split(), rank)
        })
        .and_then(|(iid, x, vintage)| Some(Column::new(site, published, iid, x.cells().next()?, vintage)))
}

/// Figures of a theme for the metropole and each commune.
fn overview(r: &Renderer<'_>, out: &mut String, theme: &str, root: &str, label: &str) {
    let site = r.site;
    let columns: Vec<Column<'_>> = site
        .dictionary
        .of_theme(theme)
        .filter(|(iid, x)| !x.is_split() && x.kind != Kind::Text && r.published.is_open(*iid, Scale::Commune))
        .filter_map(|(iid, _)| {
            let vintage = r.published.latest(iid, Scale::Commune)?;
            Some(Column::new(site, r.published, iid, None, vintage))
        })
        .take(8)
        .collect();
    if columns.is_empty() {
        return;
    }
    let mut list: Vec<Tid> = site.territories.of(Scale::Commune).collect();
    list.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
    list.insert(0, site.territories.metropole());
    out.push_str("<section class=\"scroll\" aria-label=\"Valeurs par commune\" tabindex=\"0\">\n<table class=\"many\">\n<caption>");
    markup::esc(out, label);
    out.push_str(" : la référence, puis les communes</caption>\n<thead><tr><th scope=\"col\">Territoire</th>");
    for column in &columns {
        out.push_str("<th scope=\"col\" class=\"n\">");
        out.push_str(&column.label);
        out.push_str(&column.unit());
        out.push_str(&format!(
            " <span class=\"ref\">{}</span></th>",
            column.cell.vintage.label()
        ));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (i, tid) in list.iter().enumerate() {
        let at = At::new(site, *tid);
        out.push_str(if i == 0 { "<tr class=\"total\">" } else { "<tr>" });
        name_cell(r, out, *tid, root);
        for column in &columns {
            padded(out, column, &at, column.indicator.decimals);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

/// The `most` residences with the most published dwellings, then those without published count in alphabetical order.
///
/// The order of the first ones only depends on published counts, so that it tells nothing of a hidden one.
pub(super) fn largest(r: &Renderer<'_>, list: Vec<Tid>, most: usize) -> Vec<Tid> {
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
