//! The home page: enter by name, scale, map or theme; learn; see what is current.

use minijinja::{Value, context};

use super::column::At;
use super::shell::{About, Menu, safe};
use super::{Renderer, contents, markup, reference};
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, ScaleSet};
use crate::plan::{self, Output};
use crate::render::markdown;

const ICONS: [(Scale, &str); 4] = [
    (
        Scale::Commune,
        "<svg class=\"k\" width=\"40\" height=\"32\" aria-hidden=\"true\"><path d=\"M4 10L14 3L30 6L36 16L28 29L10 27Z\" fill=\"#bdd7e1\" stroke=\"#16191d\" stroke-width=\"1.4\"/></svg>",
    ),
    (
        Scale::Iris,
        "<svg class=\"k\" width=\"40\" height=\"32\" aria-hidden=\"true\"><path d=\"M4 10L14 3L30 6L36 16L28 29L10 27Z\" fill=\"#fff\" stroke=\"#16191d\" stroke-width=\"1.4\"/><path d=\"M14 3L18 15L10 27M18 15L36 16\" fill=\"none\" stroke=\"#16191d\"/><path d=\"M14 3L30 6L36 16L18 15Z\" fill=\"#77a8bd\" stroke=\"#16191d\"/></svg>",
    ),
    (
        Scale::Qpv,
        "<svg class=\"k\" width=\"40\" height=\"32\" aria-hidden=\"true\"><path d=\"M8 8L22 4L34 12L30 26L12 27Z\" fill=\"url(#h-quartier)\" stroke=\"#16191d\" stroke-width=\"1.5\" stroke-dasharray=\"5 2.5\"/></svg>",
    ),
    (
        Scale::Residence,
        "<svg class=\"k\" width=\"40\" height=\"32\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"20\" r=\"8.5\" fill=\"#fff\" stroke=\"#0b5876\" stroke-width=\"1.6\"/><circle cx=\"28\" cy=\"10\" r=\"5\" fill=\"#0b5876\"/><path d=\"M30 20L35 25L30 30L25 25Z\" fill=\"url(#h-s)\" stroke=\"#16191d\" stroke-width=\"1.2\"/></svg>",
    ),
];

/// Renders the home page.
pub(super) fn page(r: &Renderer<'_>) -> Result<String> {
    let site = r.site;
    let config = &site.config;
    let notes = |scale: Scale| match scale {
        Scale::Commune => "séries, attributions, carte et liste de leurs résidences",
        Scale::Iris => "le quartier statistique de l’Insee, environ 2\u{202F}000\u{A0}habitants",
        Scale::Qpv => "quartiers prioritaires ; ils chevauchent IRIS et communes",
        _ => "une fiche d’une feuille A4 recto verso pour chacune",
    };
    let scales: Vec<Value> = ICONS
        .into_iter()
        .filter(|(scale, _)| site.territories.count(*scale) > 0)
        .map(|(scale, icon)| {
            let count = site.territories.count(scale);
            context! {
                icon => safe(icon),
                href => format!("{}/", scale.segment()),
                count,
                count_text => format::integer(count as u64),
                key => scale.key(),
                label => config.scale_plural(scale),
                note => notes(scale),
            }
        })
        .collect();
    let themes: Vec<Value> = config
        .themes
        .iter()
        .map(|theme| {
            let set: ScaleSet = Scale::ALL
                .into_iter()
                .filter(|s| site.dictionary.of_theme(&theme.id).any(|(iid, _)| r.published.is_open(iid, *s)))
                .collect();
            let count = site
                .dictionary
                .of_theme(&theme.id)
                .filter(|(iid, _)| r.plan.address(&Output::Indicator(*iid)).is_some())
                .count();
            context! { id => theme.id.as_str(), label => theme.label.as_str(), summary => theme.summary.as_str(), count, scales => reference::scale_names(r, set) }
        })
        .collect();
    let opening = site.contents.iter().find(|c| c.slug.is_empty());
    let about = About {
        title: "Accueil".to_owned(),
        description: opening.map_or_else(String::new, |c| c.description.clone()),
        place: format!("{} · accueil", config.title),
        vintage: format!("Édition du {}", format::date(config.edition)),
        class: "p-accueil",
        menu: Some(Menu::Home),
        tool: Some("accueil"),
        ..About::default()
    };
    let own = context! {
        title => format!("{} — {}", config.title, config.metropole.name),
        lead => safe(lead(r)),
        examples => examples(r),
        scales,
        themes,
        map => map(r),
        body => safe(opening.map_or_else(String::new, |c| markdown::html(&c.body, ""))),
        training => training(r),
        sources => reference::calendar(r, "")?,
        packets => r.plan.address(&Output::Packets).is_some(),
    };
    r.render("accueil.html", r.shell.context(0, about, own))
}

/// Supports of `content/formation/`, after the annotated example.
fn training(r: &Renderer<'_>) -> Vec<Value> {
    let mut list: Vec<Value> = r
        .plan
        .address(&Output::Guide)
        .map(|href| context! { href, title => "Lire une fiche, exemple annoté", description => "La fiche d’une résidence, partie par partie." })
        .into_iter()
        .collect();
    list.extend(contents::children(r, "formation"));
    list
}

/// First figures of the metropole, in a sentence, then the scales of the site.
fn lead(r: &Renderer<'_>) -> String {
    let site = r.site;
    let at = At::new(site, site.territories.metropole());
    let layout = r.layout(Scale::Metropole);
    let finest = Scale::ALL.into_iter().rfind(|s| site.territories.count(*s) > 0);
    let scales = match finest {
        Some(scale) if scale != Scale::Metropole => format!(
            "{} à {}",
            markup::escaped(&site.config.noun(Scale::Metropole).of()),
            markup::escaped(&site.config.noun(scale).the())
        ),
        _ => "à plusieurs échelles".to_owned(),
    };
    let audience = "pour les partenaires de la politique d’attribution.";
    let mut out = String::new();
    let Some(column) = layout.blocks.iter().find_map(|b| b.headline.as_ref()) else {
        return format!("Le parc social et son environnement, {scales}, {audience}");
    };
    column.data(&mut out, &at);
    out.push(' ');
    out.push_str(&markup::inner(&column.label));
    if let Some(row) = layout.own_rows().find(|row| row.column.indicator.kind.is_ratio()) {
        out.push_str(" (");
        out.push_str(&markup::inner(&row.column.label));
        out.push_str("\u{A0}: ");
        row.column.data(&mut out, &at);
        out.push_str("\u{A0}%)");
    }
    out.push_str(&format!(", décrits {scales}, {audience}"));
    out
}

/// A commune, the code of an IRIS, a residence and its street, taken from the site itself.
fn examples(r: &Renderer<'_>) -> String {
    let territories = &r.site.territories;
    let middle = |scale: Scale| {
        let count = territories.count(scale);
        (count > 0).then(|| territories.get(territories.at(scale, count / 2)))
    };
    let mut out: Vec<String> = Vec::new();
    out.extend(middle(Scale::Commune).map(|t| t.name.clone()));
    out.extend(middle(Scale::Iris).map(|t| t.code.to_string()));
    out.extend(middle(Scale::Residence).map(|t| t.name.clone()));
    out.join(", ")
}

/// Choropleth of the communes and their list.
fn map(r: &Renderer<'_>) -> Option<Value> {
    let site = r.site;
    let communes: Vec<_> = site.territories.of(Scale::Commune).collect();
    if communes.is_empty() {
        return None;
    }
    let row = r
        .layout(Scale::Commune)
        .own_rows()
        .find(|row| row.column.indicator.kind.is_ratio())?;
    let column = &row.column;
    let mut list: Vec<_> = communes.clone();
    list.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
    let mut html = String::new();
    for tid in list {
        let territory = site.territories.get(tid);
        html.push_str("<li>");
        markup::link(
            &mut html,
            "",
            &plan::folder(site, tid),
            &markup::escaped(&territory.name),
        );
        html.push(' ');
        column.data(&mut html, &At::new(site, tid));
        html.push_str("</li>\n");
    }
    let drawing = r.maps.choropleth(r, column, Scale::Commune, None, "", "carte-");
    Some(context! {
        about => format!("{} · {}", column.indicator.label, column.cell.vintage.label()),
        svg => safe(drawing.as_ref().map_or("", |d| d.0.as_str())),
        legend => safe(drawing.as_ref().map_or("", |d| d.1.as_str())),
        list_title => format!("Les {} communes, en {}", format::integer(communes.len() as u64), reference::unit(column.indicator)),
        list => safe(html),
    })
}
