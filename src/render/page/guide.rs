//! The reading guide: the fiche of a real residence of the site, its parts numbered and explained.

use minijinja::{Value, context};

use super::fiche::Part;
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, fiche, lists};
use crate::diag::Result;
use crate::format;
use crate::model::Scale;

/// Renders the guide; without residences, only the words.
pub(super) fn page(r: &Renderer<'_>) -> Result<String> {
    let site = r.site;
    let root = "../";
    // A large residence has the most figures to explain.
    let example = lists::largest(r, site.territories.of(Scale::Residence).collect(), 1)
        .first()
        .copied();
    let (fiche, notes) = match example {
        Some(tid) => {
            let fiche = fiche::view(r, tid, 2, String::new(), "exemple-", root);
            let html = r.render("partials/fiche.html", context! { root, f => fiche.view })?;
            (html, notes(r, &fiche.parts))
        }
        None => (String::new(), Vec::new()),
    };
    let lead = "Une fiche de l’atlas, partie par partie. Les numéros de la liste sont ceux que porte l’exemple.";
    let about = About {
        title: "Guide de lecture".to_owned(),
        description: lead.to_owned(),
        place: "Guide de lecture de la fiche".to_owned(),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-guide",
        menu: Some(Menu::Content),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Guide de lecture")],
        ..About::default()
    };
    let own = context! {
        title => "Guide de lecture",
        lead,
        notes,
        fiche => safe(fiche),
    };
    r.render("guide.html", r.shell.context(1, about, own))
}

/// One note per part, in the order of the fiche; what was explained once is not explained again.
fn notes(r: &Renderer<'_>, parts: &[Part]) -> Vec<Value> {
    let mut blocks = 0;
    parts
        .iter()
        .map(|part| {
            let (title, text) = match part {
                Part::Identity => (
                    "Identité".to_owned(),
                    "Les territoires qui contiennent la résidence mènent chacun à leur fiche. Les millésimes réunissent des années différentes : les sources ne paraissent pas au même rythme. « Diffusion » dit si les chiffres sont publiés.",
                ),
                Part::Sentences => (
                    "À retenir".to_owned(),
                    "Trois phrases au plus, écrites d’après les chiffres publiés quand l’écart avec les références sort de l’ordinaire. L’effectif (n) suit chaque pourcentage. Sous 30 logements ou ménages, sur un chiffre caché ou non comparable, l’atlas se tait.",
                ),
                Part::Locator => (
                    "Plan de situation".to_owned(),
                    "La cible est la résidence ; les cercles, les autres, selon leur nombre de logements ; le losange hachuré, une résidence sans chiffre publié, toujours de la même taille. Le tireté est celui du quartier prioritaire, le pointillé un rayon de 500 mètres.",
                ),
                Part::Goals => (
                    "Objectif d’équilibre".to_owned(),
                    "Ce que la loi et la convention demandent à cet endroit. Les résultats se lisent sur la fiche du quartier et de la commune, jamais à la résidence.",
                ),
                Part::Figures(title) => {
                    blocks += 1;
                    let text = match blocks {
                        1 => "Le titre donne l’effectif, les sources et leurs millésimes. Dans chaque ligne : la résidence en gras, puis ses références. La barre est la résidence, le trait {commune}, le triangle {metropole}. « n = » rappelle la base quand elle diffère de celle du titre. Un nom souligné mène à sa définition.",
                        2 => "Même lecture. Un signe à la place d’un chiffre dit pourquoi il manque : s secret, nd non disponible, so sans objet, no échelle non ouverte, cp couverture insuffisante. Un zéro est un vrai zéro.",
                        _ => "Même lecture.",
                    };
                    (title.clone(), text)
                }
                Part::Closed(title) => (
                    title.clone(),
                    "Ce thème ne se lit pas à la résidence. Les liens mènent aux fiches du quartier et de la commune, où il se lit.",
                ),
                Part::Around(title) => (
                    title.clone(),
                    "Ce qui entoure la résidence est public : l’équipement le plus proche de chaque famille, à vol d’oiseau, avec le repère de 500 mètres, puis les chiffres du quartier, qui ne décrivent pas la résidence. Cette partie figure aussi quand les chiffres de la résidence sont protégés.",
                ),
            };
            let text = text
                .replace("{commune}", &r.noun(Scale::Commune).the())
                .replace("{metropole}", &r.noun(Scale::Metropole).the());
            context! { title, text }
        })
        .collect()
}
