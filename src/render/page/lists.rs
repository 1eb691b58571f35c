//! Lists: territories of a scale, residences of a place, indicators of a theme.
//!
//! Published figures and the plan enter; pages and sections of fiches leave. The ranking that readers order themselves
//! is with the tools.

mod figures;
mod residences;
mod themes;

use std::collections::BTreeMap;

use minijinja::{Value, context};

pub(super) use figures::{has_qpv, key_table};
pub(super) use residences::{largest, residences};
pub(super) use themes::{indicators, theme};

use figures::{KEYS, sources_of};
use residences::{RANKED, ranked};

use super::fiche::{self, Section};
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, markup};
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, Tid};
use crate::plan::{self, ON_FICHE, Output};

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
