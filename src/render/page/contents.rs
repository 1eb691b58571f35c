//! Pages written by people in `content/`, and the page of an unknown address.

use minijinja::{Value, context};

use super::Renderer;
use super::shell::{About, Crumb, Menu, safe};
use crate::diag::Result;
use crate::disclosure::audit;
use crate::format::{integer, quantity, typographic};
use crate::model::{Audience, Content};
use crate::plan::{Output, to_root};
use crate::render::markdown;

/// Renders a page of `content/`.
pub(super) fn page(r: &Renderer<'_>, position: usize) -> Result<String> {
    let content = &r.site.contents[position];
    let path = r.plan.path(&Output::Content(position)).unwrap_or("");
    let root = to_root(path);
    let mut crumbs = vec![Crumb::link("Accueil", "")];
    if let Some((section, _)) = content.slug.split_once('/')
        && let Some((i, parent)) = r
            .site
            .contents
            .iter()
            .enumerate()
            .find(|(_, c)| c.is_section && c.slug == section)
    {
        crumbs.push(Crumb::link(parent.title.clone(), r.address(&Output::Content(i))));
    }
    crumbs.push(Crumb::here(content.title.clone()));
    let children = if content.is_section {
        children(r, &content.slug)
    } else {
        Vec::new()
    };
    let about = About {
        title: content.title.clone(),
        description: content.description.clone(),
        place: content.title.clone(),
        vintage: format!("Édition du {}", crate::format::date(r.site.config.edition)),
        class: "p-texte",
        menu: Some(Menu::Content),
        crumbs,
        public: content.audience == Audience::Public,
        ..About::default()
    };
    let own = context! {
        title => content.title.as_str(),
        description => content.description.as_str(),
        body => safe(markdown::html(&content.body, &root)),
        proof => (content.slug == "methode").then(|| proof(r)),
        children,
    };
    r.render("contenu.html", r.shell.context(path.matches('/').count(), about, own))
}

/// What the check of this edition applies, and what it does not prove: the page says what the program does.
fn proof(r: &Renderer<'_>) -> Value {
    let numbers = r.site.config.disclosure;
    let rows = [
        (
            "Largeur de l’intervalle où un lecteur peut enfermer un effectif caché, sous laquelle rien n’est publié",
            integer(u64::from(numbers.min_width)),
        ),
        (
            "Largeur sous laquelle l’administrateur est averti",
            integer(u64::from(numbers.warn_width)),
        ),
        (
            "Effectif sous lequel une zone que nul n’imprime ne doit pas se déduire",
            integer(u64::from(numbers.virtual_zone)),
        ),
        (
            "Précision à laquelle le total d’une moyenne ne doit pas se savoir, dans un lieu sous cet effectif",
            quantity(f64::from(numbers.p_percent), 0, "%"),
        ),
        (
            "Part d’un bailleur dans un territoire, à partir de laquelle l’administrateur est averti",
            quantity(f64::from(numbers.dominance), 0, "%"),
        ),
    ];
    let rows = rows.map(|(rule, number)| context! { rule, number }).to_vec();
    context! { rows, limits => audit::LIMITS.map(typographic).to_vec() }
}

/// Pages of a section that are published, in order.
pub(super) fn children(r: &Renderer<'_>, section: &str) -> Vec<Value> {
    let mut list: Vec<(usize, &Content)> = r
        .site
        .contents
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.is_section && c.slug.split_once('/').is_some_and(|(s, _)| s == section))
        .collect();
    list.sort_by_key(|(i, c)| (c.order, *i));
    list.into_iter()
        .filter_map(|(i, c)| {
            let href = r.plan.address(&Output::Content(i))?;
            Some(context! { href, title => c.title.as_str(), description => c.description.as_str() })
        })
        .collect()
}

/// Renders the page of an unknown address; its links are absolute, because it is served at any depth.
pub(super) fn not_found(r: &Renderer<'_>) -> Result<String> {
    let about = About {
        title: "Page introuvable".to_owned(),
        place: "Page introuvable".to_owned(),
        class: "p-texte",
        menu: Some(Menu::Content),
        public: true,
        ..About::default()
    };
    let own = context! {
        title => "Page introuvable",
        description => "L’adresse demandée n’existe pas, ou n’existe plus dans cette édition.",
        body => safe(markdown::html(
            "Une résidence change d’adresse quand son identifiant change dans le répertoire. Retrouver une fiche : [recherche](/recherche/), [communes](/communes/), [résidences](/residences/).",
            &r.site.config.base_path,
        )),
        proof => Value::UNDEFINED,
        children => Vec::<Value>::new(),
    };
    r.render("contenu.html", r.shell.context(super::shell::ABSOLUTE, about, own))
}
