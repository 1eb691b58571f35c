//! The dictionary, law of the build, and the sources with their calendar.

use minijinja::{Value, context};

use super::layout::short_name;
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, markup};
use crate::diag::Result;
use crate::format;
use crate::model::{Indicator, Operand, Scale, ScaleSet, Source};
use crate::plan::Output;

/// Names of a set of scales: « toutes », or a list.
pub(super) fn scale_names(r: &Renderer<'_>, set: ScaleSet) -> String {
    let names: Vec<&str> = set.iter().map(|s| r.site.config.scale_label(s)).collect();
    match names.len() {
        0 => "aucune".to_owned(),
        5 => "toutes les échelles".to_owned(),
        _ => names.join(", "),
    }
}

/// How a figure is calculated, in the words of the dictionary.
pub(super) fn formula(r: &Renderer<'_>, x: &Indicator) -> String {
    let name = |operand: &Operand| -> String {
        let terms: Vec<String> = operand
            .0
            .iter()
            .map(|t| {
                let x = r.site.dictionary.get(t.indicator);
                match t.category {
                    Some(c) => format!("{} ({})", x.label, x.categories[usize::from(c)].label),
                    None => x.label.clone(),
                }
            })
            .collect();
        terms.join(" + ")
    };
    match (&x.numerator, &x.denominator) {
        (Some(n), Some(d)) => {
            let percent = if x.kind.is_ratio() { ", × 100" } else { "" };
            format!("{} ÷ {}{percent}", name(n), name(d))
        }
        _ => String::new(),
    }
}

/// Renders the dictionary.
pub(super) fn dictionary(r: &Renderer<'_>) -> Result<String> {
    let site = r.site;
    let themes: Vec<Value> = site
        .config
        .themes
        .iter()
        .map(|theme| {
            let indicators: Vec<Value> = site
                .dictionary
                .of_theme(&theme.id)
                .filter(|(_, x)| !x.view.is_empty() || !x.export.is_empty() || x.thematic_only)
                .map(|(iid, x)| {
                    let vintages: Vec<_> = Scale::ALL.into_iter().filter_map(|s| r.published.latest(iid, s)).collect();
                    let categories: Vec<&str> = x.categories.iter().map(|c| c.label.as_str()).collect();
                    let open = r.plan.address(&Output::Indicator(iid)).unwrap_or("dictionnaire/");
                    context! {
                        anchor => x.id.as_str(),
                        href => open,
                        id => x.id.as_str(),
                        label => x.label.as_str(),
                        definition => x.definition.as_str(),
                        categories => categories.join(", "),
                        formula => formula(r, x),
                        reading => x.direction.words(),
                        note => x.note.as_str(),
                        unit => unit(x),
                        source => site.source(&x.source).map_or(x.source.as_str(), |s| short_name(&s.dataset)),
                        vintage => vintages.into_iter().max().map(|v| v.label()).unwrap_or_default(),
                        view => if x.thematic_only { "carte seulement, en classes".to_owned() } else { scale_names(r, x.view) },
                        export => if x.thematic_only { "aucune".to_owned() } else { scale_names(r, x.export) },
                    }
                })
                .collect();
            context! { id => theme.id.as_str(), label => theme.label.as_str(), summary => theme.summary.as_str(), indicators }
        })
        .collect();
    let about = About {
        title: "Dictionnaire des données".to_owned(),
        description: "Définition, source et échelles de chaque indicateur.".to_owned(),
        place: "Dictionnaire des données".to_owned(),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-dictionnaire",
        menu: Some(Menu::Dictionary),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Dictionnaire")],
        ..About::default()
    };
    let own = context! { themes, workbook => r.plan.address(&Output::DictionaryBook).unwrap_or("") };
    r.render("dictionnaire.html", r.shell.context(1, about, own))
}

/// Unit of an indicator, in words when it has none.
pub(super) fn unit(x: &Indicator) -> String {
    match x.unit.as_str() {
        "" if x.kind.is_ratio() => "%".to_owned(),
        "" => x.kind.label().to_owned(),
        unit => unit.to_owned(),
    }
}

fn cadence(source: &Source) -> String {
    match source.cadence_years {
        None => "non fixée".to_owned(),
        Some(1) => "annuelle".to_owned(),
        Some(n) => format!("tous les {n} ans"),
    }
}

fn source_value(r: &Renderer<'_>, source: &Source) -> Value {
    let (year, month) = r.site.config.edition_month();
    let indicators: Vec<Value> = r
        .site
        .dictionary
        .iter()
        .filter(|(_, x)| x.source == source.id)
        .filter_map(|(iid, x)| {
            let href = r.plan.address(&Output::Indicator(iid))?;
            Some(context! { href, label => x.label.as_str() })
        })
        .collect();
    let breaks: Vec<Value> = source
        .breaks
        .iter()
        .map(|(year, why)| context! { year, why => why.as_str(), scope => source.scope_of(*year) })
        .collect();
    context! {
        id => source.id.as_str(),
        dataset => source.dataset.as_str(),
        producer => source.producer.as_str(),
        licence => source.licence.as_str(),
        cadence => cadence(source),
        last => source.last_vintage.map_or_else(|| "—".to_owned(), |v| v.label()),
        next => source.next_vintage.map_or_else(
            || "non annoncée".to_owned(),
            |(y, m)| format!("{} {y}", format::MONTHS[usize::from(m.clamp(1, 12)) - 1]),
        ),
        overdue => source.is_overdue(year, month),
        note => source.note.as_str(),
        breaks,
        indicators,
    }
}

/// Table of the sources, for the home page and that of the sources.
pub(super) fn calendar(r: &Renderer<'_>, root: &str) -> Result<Value> {
    let sources: Vec<Value> = r.site.sources.iter().map(|s| source_value(r, s)).collect();
    Ok(safe(r.render("partials/sources.html", context! { root, sources })?))
}

/// Renders the sources.
pub(super) fn sources(r: &Renderer<'_>) -> Result<String> {
    let about = About {
        title: "Sources".to_owned(),
        description: "Producteur, licence, cadence et précautions de chaque source.".to_owned(),
        place: "Sources".to_owned(),
        vintage: format!("Édition du {}", format::date(r.site.config.edition)),
        class: "p-sources",
        menu: Some(Menu::Dictionary),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Sources")],
        ..About::default()
    };
    let sources: Vec<Value> = r.site.sources.iter().map(|s| source_value(r, s)).collect();
    let own = context! { sources, calendar => calendar(r, "../")? };
    r.render("sources.html", r.shell.context(1, about, own))
}

/// Source and vintages of an indicator, as HTML.
pub(super) fn source_link(r: &Renderer<'_>, x: &Indicator, root: &str) -> String {
    match r.site.source(&x.source) {
        Some(source) => {
            let mut out = String::new();
            markup::link(
                &mut out,
                root,
                &format!("sources/#{}", markup::escaped(&source.id)),
                &markup::escaped(&source.dataset),
            );
            out.push_str(", ");
            markup::esc(&mut out, &source.producer);
            out
        }
        None => markup::escaped(&x.source),
    }
}
