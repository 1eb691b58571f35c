//! Whole pages of a small site made in memory.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Geography, Renderer, Theme};
use crate::model::Scale;
use crate::plan::{self, Output};
use crate::render::fixture;

/// Renders all pages of the small site, by path.
fn pages() -> Vec<(String, String)> {
    let site = fixture::site();
    let published = fixture::published(&site);
    let plan = plan::outputs(&site, &published).expect("no collision");
    let mut theme = Theme::load(Path::new("/nulle/part"), "atlas").expect("built-in theme");
    theme.add_library(None);
    let geography = Geography::new(&site);
    let renderer = Renderer::new(&site, &published, &plan, &theme, &geography).expect("templates");
    plan.iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, output)| {
            let bytes = renderer.page(output).expect("renders").expect("is a page");
            (path.to_owned(), String::from_utf8(bytes).expect("UTF-8"))
        })
        .collect()
}

fn page<'a>(pages: &'a [(String, String)], path: &str) -> &'a str {
    &pages.iter().find(|(p, _)| p == path).expect("planned").1
}

#[test]
fn every_page_has_one_title_its_own_and_no_inline_style_or_script() {
    let pages = pages();
    let mut titles = BTreeSet::new();
    for (path, html) in &pages {
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        let title = html.split("<title>").nth(1).and_then(|t| t.split('<').next());
        assert!(titles.insert(title.expect("a title").to_owned()), "{path}: {title:?}");
        assert!(!html.contains(" style=") && !html.contains("<style"), "{path}");
        assert!(!html.contains("<script>") && !html.contains("javascript:"), "{path}");
        assert!(html.contains("Données fictives — démonstration"), "{path}");
        assert!(html.contains("Source : Portail d’essai &amp; compagnie"), "{path}");
        assert!(html.contains("0123abc"), "{path}");
    }
}

#[test]
fn names_are_escaped_everywhere() {
    for (path, html) in pages() {
        assert!(!html.contains("<b>Saint-Œuf</b>"), "{path}");
    }
}

#[test]
fn identifiers_are_unique_in_each_page() {
    for (path, html) in pages() {
        let mut seen = BTreeSet::new();
        for id in html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(seen.insert(id.to_owned()), "{path}: {id}");
        }
    }
}

#[test]
fn a_hidden_residence_has_words_and_no_figure_of_its_own() {
    let pages = pages();
    let html = page(&pages, "residences/R4/index.html");
    assert!(html.contains("Une résidence présente, des chiffres protégés"));
    assert!(html.contains("data-state=\"s\" data-cell=\"residence:R4:parc.logements:2025\""));
    for element in html.split("<data value=\"").skip(1) {
        let element = element.split('>').next().unwrap_or_default();
        assert!(!element.contains(":R4:") || element.starts_with('"'), "{element}");
    }
    assert!(!html.contains("class=\"goal\"") && !html.contains("data-base=\"residence:R4"));
}

#[test]
fn hidden_residences_are_not_ranked() {
    let pages = pages();
    let html = page(&pages, "communes/59002/index.html");
    let (ranked, apart) = html.split_once("class=\"apart\"").expect("a list apart");
    let figures = |code: &str| {
        let cell = format!("data-cell=\"residence:{code}:");
        let tags = ranked.split("<data ").skip(1).filter_map(|rest| rest.split('>').next());
        tags.filter(|tag| tag.contains(&cell)).count()
    };
    // The map shows both, the ranking only the one that has a figure.
    assert!(
        figures("R3") > 0 && figures("R4") == 0,
        "{} {}",
        figures("R3"),
        figures("R4")
    );
    assert!(apart.contains("residences/R4/"));
}

#[test]
fn a_scale_that_is_not_exported_is_still_shown() {
    let pages = pages();
    let html = page(&pages, "residences/R1/index.html");
    assert!(html.contains("data-cell=\"residence:R1:parc.loyer:2025\">6"));
}

#[test]
fn the_same_site_gives_the_same_bytes() {
    assert!(pages() == pages());
}

#[test]
fn links_lead_to_planned_pages() {
    let site = fixture::site();
    let published = fixture::published(&site);
    let plan = plan::outputs(&site, &published).expect("no collision");
    for (path, html) in pages().iter().filter(|(p, _)| p != "404.html") {
        let depth: Vec<&str> = path
            .split('/')
            .rev()
            .skip(1)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        for href in html
            .split("<a href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            if href.starts_with("mailto:") || href.starts_with('#') {
                continue;
            }
            let mut folder = depth.clone();
            for part in href.split('#').next().unwrap_or("").split('/') {
                match part {
                    ".." => {
                        folder.pop();
                    }
                    "" | "." => {}
                    part => folder.push(part),
                }
            }
            let target = folder.join("/");
            let index = if target.is_empty() {
                "index.html".to_owned()
            } else {
                format!("{target}/index.html")
            };
            assert!(plan.contains(&target) || plan.contains(&index), "{path}: {href}");
        }
    }
    assert!(plan.address(&Output::List(Scale::Iris)).is_some());
}
