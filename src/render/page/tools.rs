//! Shells of the map, search, comparison and ranking: complete without scripts, enriched with them.

use minijinja::{Value, context};

use super::column::{At, Column};
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, lists, markup, table};
use crate::diag::Result;
use crate::format;
use crate::model::Scale;
use crate::plan;

struct Tool {
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    menu: Menu,
}

fn render(r: &Renderer<'_>, tool: &Tool, sections: Vec<Value>) -> Result<String> {
    let about = About {
        title: tool.title.to_owned(),
        description: tool.lead.to_owned(),
        place: tool.title.to_owned(),
        vintage: format!("Édition du {}", format::date(r.site.config.edition)),
        class: "p-outil",
        menu: Some(tool.menu),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here(tool.title)],
        tool: Some(tool.id),
        ..About::default()
    };
    let own = context! { title => tool.title, lead => tool.lead, tool => tool.id, sections };
    r.render("outil.html", r.shell.context(1, about, own))
}

/// Renders the map page: without scripts, the choropleth of the communes and the way to every other map.
pub(super) fn map(r: &Renderer<'_>) -> Result<String> {
    let mut sections = Vec::new();
    if let Some(row) = r
        .layout(Scale::Commune)
        .own_rows()
        .find(|row| row.column.indicator.kind.is_ratio())
    {
        let column = &row.column;
        if let Some((svg, legend)) = r.maps.choropleth(r, column, Scale::Commune, None, "../", "carte-") {
            sections.push(context! {
                id => "communes",
                title => column.indicator.label.as_str(),
                about => format!("par commune, {}", column.cell.vintage.label()),
                map => safe(svg),
                legend => safe(legend),
                html => "",
            });
        }
    }
    let mut html = String::from("<ul class=\"index\">\n");
    for theme in &r.site.config.themes {
        for (iid, x) in r.site.dictionary.of_theme(&theme.id) {
            if let Some(address) = r.plan.address(&plan::Output::Indicator(iid)) {
                html.push_str("<li>");
                markup::link(&mut html, "../", address, &markup::escaped(&x.label));
                html.push_str("</li>\n");
            }
        }
    }
    html.push_str("</ul>\n");
    sections.push(context! {
        id => "cartes",
        title => "Une carte par indicateur",
        about => "chacune avec sa légende et son tableau",
        html => safe(html),
    });
    render(
        r,
        &Tool {
            id: "carte",
            title: "Carte",
            lead: "Un clic sur un territoire donne son chiffre et mène à sa fiche.",
            menu: Menu::Map,
        },
        sections,
    )
}

/// Renders the search page: without scripts, the ways to every fiche.
pub(super) fn search(r: &Renderer<'_>) -> Result<String> {
    let mut sections = Vec::new();
    for scale in [Scale::Commune, Scale::Qpv] {
        if r.site.territories.count(scale) == 0 {
            continue;
        }
        sections.push(context! {
            id => scale.segment(),
            title => r.site.config.scale_plural(scale),
            html => safe(lists::names(r, r.site.territories.of(scale).collect(), "../")),
        });
    }
    let mut html = String::from("<p>Les IRIS et les résidences sont rangés par commune\u{A0}: ");
    let mut links = Vec::new();
    for scale in [Scale::Iris, Scale::Residence] {
        if r.site.territories.count(scale) > 0 {
            let mut link = String::new();
            markup::link(&mut link, "../", &format!("{}/", scale.segment()), r.label(scale));
            links.push(link);
        }
    }
    html.push_str(&links.join(", "));
    html.push_str(".</p>\n");
    sections.push(context! { id => "autres", title => "IRIS et résidences", html => safe(html) });
    render(
        r,
        &Tool {
            id: "recherche",
            title: "Recherche",
            lead: "Une commune, un quartier, une résidence, une adresse ou un code.",
            menu: Menu::Content,
        },
        sections,
    )
}

/// Renders the comparison page: without scripts, all communes side by side.
pub(super) fn compare(r: &Renderer<'_>) -> Result<String> {
    let mut html = String::new();
    let territories: Vec<_> = r.site.territories.of(Scale::Commune).collect();
    lists::key_table(
        r,
        &mut html,
        &territories,
        Scale::Commune,
        "Communes côte à côte",
        "../",
    );
    render(
        r,
        &Tool {
            id: "comparer",
            title: "Comparer",
            lead: "Mettre de deux à quatre territoires côte à côte, à la même échelle ou non.",
            menu: Menu::Compare,
        },
        vec![context! { id => "communes", title => r.site.config.scale_plural(Scale::Commune), html => safe(html) }],
    )
}

/// Renders the ranking page: without scripts, the communes ranked on the first indicators.
pub(super) fn rank(r: &Renderer<'_>) -> Result<String> {
    let layout = r.layout(Scale::Commune);
    let columns: Vec<&Column<'_>> = layout
        .blocks
        .iter()
        .find_map(|b| b.headline.as_ref())
        .into_iter()
        .chain(layout.key_rows(5).into_iter().map(|row| &row.column))
        .collect();
    let sections = columns
        .iter()
        .map(|column| {
            let mut html = String::new();
            ranking(r, &mut html, column);
            context! {
                id => format::slug(&column.indicator.id),
                title => column.indicator.label.as_str(),
                about => format!("par commune, {}", column.cell.vintage.label()),
                html => safe(html),
            }
        })
        .collect();
    render(
        r,
        &Tool {
            id: "classement",
            title: "Classement",
            lead: "Classer les territoires, ou voir ce qui a le plus changé. Un rang n’est pas un jugement\u{A0}; un chiffre masqué n’est pas classé.",
            menu: Menu::Rank,
        },
        sections,
    )
}

/// Table of the communes by descending value; those without value apart, in alphabetical order.
fn ranking(r: &Renderer<'_>, out: &mut String, column: &Column<'_>) {
    let site = r.site;
    let mut shown = Vec::new();
    let mut hidden = Vec::new();
    for tid in site.territories.of(Scale::Commune) {
        let at = At::new(site, tid);
        match column.get(at.scale, at.rank) {
            Some(figure) if figure.value().is_some() => shown.push((at, figure)),
            Some(figure) => hidden.push((at, figure)),
            None => {}
        }
    }
    shown.sort_by(|a, b| {
        b.1.value()
            .unwrap_or(0.0)
            .total_cmp(&a.1.value().unwrap_or(0.0))
            .then(a.0.tid.cmp(&b.0.tid))
    });
    hidden.sort_by_key(|(at, _)| format::fold(&site.territories.get(at.tid).name));
    let decimals = shown.iter().map(|(_, f)| f.decimals()).max().unwrap_or(0);
    out.push_str(&format!(
        "<section class=\"scroll\" aria-label=\"Classement : {0}\" tabindex=\"0\">\n<table class=\"rank",
        column.label
    ));
    match decimals {
        1 => out.push_str(" d1"),
        2.. => out.push_str(" d2"),
        0 => {}
    }
    out.push_str(&format!(
        "\">\n<caption>{}{}, {}</caption>\n<thead><tr><th scope=\"col\" class=\"n\">Rang</th><th scope=\"col\">{}</th><th scope=\"col\" class=\"n me\">Valeur</th></tr></thead>\n<tbody>\n",
        column.label,
        column.unit(),
        column.cell.vintage.label(),
        r.label(Scale::Commune)
    ));
    let mut rank = 0;
    let mut before = None;
    for (i, (at, figure)) in shown.iter().enumerate() {
        if figure.value() != before {
            rank = i + 1;
            before = figure.value();
        }
        out.push_str(&format!("<tr><td class=\"n\">{rank}</td><th scope=\"row\">"));
        let territory = site.territories.get(at.tid);
        markup::link(
            out,
            "../",
            &plan::folder(site, at.tid),
            &markup::escaped(&territory.name),
        );
        out.push_str("</th>");
        table::cell(out, column, at, Some(*figure), decimals, " me");
        out.push_str("</tr>\n");
    }
    for (at, figure) in &hidden {
        out.push_str("<tr><td class=\"n\">–</td><th scope=\"row\">");
        let territory = site.territories.get(at.tid);
        markup::link(
            out,
            "../",
            &plan::folder(site, at.tid),
            &markup::escaped(&territory.name),
        );
        out.push_str("</th>");
        table::cell(out, column, at, Some(*figure), decimals, " me");
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}
