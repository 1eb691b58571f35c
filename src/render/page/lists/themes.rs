//! Indicators of a theme: their list, the page of the theme with its maps and the figures of the communes.

use minijinja::{Value, context};

use super::figures::{name_cell, padded};
use super::list_page;
use crate::diag::Result;
use crate::format;
use crate::model::{Kind, Scale, ScaleSet, Tid};
use crate::plan::Output;
use crate::render::page::column::{At, Column};
use crate::render::page::shell::{About, Crumb, Menu, safe};
use crate::render::page::{Renderer, markup, reference};

/// Renders the list of all indicators, by theme.
pub(in crate::render::page) fn indicators(r: &Renderer<'_>) -> Result<String> {
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
pub(in crate::render::page) fn theme(r: &Renderer<'_>, id: &str) -> Result<String> {
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
