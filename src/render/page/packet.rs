//! Commission packets: printable volumes with a contents page, the fiches of residences and each quartier once.
//!
//! A landlord reads the same volumes: a link to its name in one of them leaves its own fiches only, without a script.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};

use super::paper::{self, Paper};
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, fiche, markup};
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, Site, Tid};
use crate::plan::{self, Output, Volume};

/// Renders the list of the ready-made packets; with a script, the packet of the reader's own choice.
pub(super) fn index(r: &Renderer<'_>) -> Result<String> {
    let site = r.site;
    let mut sections = Vec::new();
    let mut communes: Vec<Tid> = site
        .territories
        .of(Scale::Commune)
        .filter(|t| r.plan.address(&Output::Packet(*t, 1)).is_some())
        .collect();
    communes.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
    let mut html = String::from("<ul class=\"index names\">\n");
    for tid in communes {
        html.push_str("<li><span>");
        let name = markup::escaped(&site.territories.get(tid).name);
        markup::link(&mut html, "../", r.address(&Output::Packet(tid, 1)), &name);
        for number in 2.. {
            let Some(address) = r.plan.address(&Output::Packet(tid, number)) else {
                break;
            };
            html.push_str(if number == 2 { " · vol. " } else { ", " });
            markup::link(&mut html, "../", address, &number.to_string());
        }
        html.push_str("</span> ");
        markup::count(
            &mut html,
            "residence",
            site.territories.inside(tid, Scale::Residence).len(),
        );
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
    sections.push(
        context! { id => "communes", title => "Par commune", about => "nombre de résidences ; volumes", html => safe(html) },
    );
    if site.config.landlords.shown {
        let mut html = String::from("<ul class=\"index names\">\n");
        for (slug, (name, list)) in plan::landlords(site) {
            html.push_str("<li>");
            let address = r.address(&Output::LandlordPackets(slug));
            markup::link(&mut html, "../", address, &markup::escaped(&name));
            html.push(' ');
            markup::count(&mut html, "residence", list.len());
            html.push_str("</li>\n");
        }
        html.push_str("</ul>\n");
        sections.push(context! { id => "bailleurs", title => "Par bailleur", about => site.config.landlords.legal_basis.as_str(), html => safe(html) });
    }
    let lead = format!(
        "Un dossier réunit, dans un seul document à imprimer, un sommaire, les fiches des résidences et, une fois chacune, celles de leurs quartiers. Au-delà de {} fiches, il est en plusieurs volumes, quartier par quartier.",
        plan::MOST
    );
    let about = About {
        title: "Dossiers de commission".to_owned(),
        description: lead.clone(),
        place: "Dossiers de commission".to_owned(),
        vintage: edition(site),
        class: "p-liste",
        menu: Some(Menu::Content),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Dossiers de commission")],
        tool: Some("seances"),
        ..About::default()
    };
    let own = context! { title => "Dossiers de commission", lead, sections, tool => "seances", most => plan::MOST };
    r.render("seances.html", r.shell.context(1, about, own))
}

fn edition(site: &Site) -> String {
    format!("Édition du {}", format::date(site.config.edition))
}

/// Identifier, in a volume, of what leaves the fiches of one landlord only.
fn part(slug: &str) -> String {
    format!("b-{slug}")
}

/// Renders the packets of a landlord: its residences by commune, each with the volumes where they are.
pub(super) fn landlord(r: &Renderer<'_>, slug: &str) -> Result<String> {
    let site = r.site;
    let root = "../../../";
    let (name, list) = plan::landlords(site).remove(slug).unwrap_or_default();
    let total = list.len() as u64;
    let own: BTreeSet<Tid> = list.into_iter().collect();
    let mut communes: Vec<Tid> = own
        .iter()
        .filter_map(|t| site.territories.get(*t).lineage.commune)
        .collect();
    communes.sort_by_key(|t| (format::fold(&site.territories.get(*t).name), *t));
    communes.dedup();
    let mut sections = Vec::new();
    for commune in communes {
        let territory = site.territories.get(commune);
        let mut html = String::new();
        for (i, volume) in plan::volumes(site, commune).iter().enumerate() {
            let mine: Vec<Tid> = volume.residences.iter().copied().filter(|t| own.contains(t)).collect();
            let Some(address) = r
                .plan
                .address(&Output::Packet(commune, i + 1))
                .filter(|_| !mine.is_empty())
            else {
                continue;
            };
            html.push_str("<p>");
            let label = if i == 0 {
                "Dossier à imprimer".to_owned()
            } else {
                format!("Dossier à imprimer, volume {}", i + 1)
            };
            markup::link(&mut html, root, &format!("{address}#{}", part(slug)), &label);
            html.push_str(" (");
            markup::count(&mut html, "residence", mine.len());
            html.push_str(&format!(
                "\u{A0}{})</p>\n<ul class=\"index\">\n",
                format::plural(mine.len() as u64, "résidence", "résidences")
            ));
            for tid in mine {
                let residence = site.territories.get(tid);
                html.push_str("<li>");
                markup::link(
                    &mut html,
                    root,
                    &plan::folder(site, tid),
                    &markup::escaped(&residence.name),
                );
                html.push_str(" <span class=\"code\">");
                markup::esc(&mut html, residence.code.as_str());
                html.push_str("</span></li>\n");
            }
            html.push_str("</ul>\n");
        }
        sections.push(context! {
            id => format!("c-{}", territory.code), title => territory.name.as_str(), about => territory.code.as_str(), html => safe(html),
        });
    }
    let lead = format!(
        "{} {}, commune par commune. Chaque dossier est celui de la commune, réduit aux résidences de ce bailleur et à leurs quartiers.",
        format::integer(total),
        format::plural(total, "résidence", "résidences")
    );
    let about = About {
        title: format!("Dossiers de commission : {name}"),
        description: lead.clone(),
        place: format!("Dossiers de commission · {name}"),
        vintage: edition(site),
        class: "p-liste",
        menu: Some(Menu::Content),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link("Dossiers de commission", "seances/"),
            Crumb::here(name.as_str()),
        ],
        ..About::default()
    };
    let own = context! { title => name, lead, actions => Vec::<Value>::new(), sections };
    r.render("liste.html", r.shell.context(3, about, own))
}

/// Address of the volume that holds the fiche of a quartier, or of the first one of a commune.
pub(super) fn address<'p>(r: &'p Renderer<'_>, tid: Tid) -> Option<&'p str> {
    let territory = r.site.territories.get(tid);
    let (commune, number) = match territory.scale {
        Scale::Commune => (tid, 1),
        Scale::Iris | Scale::Qpv => {
            let commune = territory.lineage.commune?;
            let volumes = plan::volumes(r.site, commune);
            (commune, volumes.iter().position(|v| v.quartiers.contains(&tid))? + 1)
        }
        _ => return None,
    };
    r.plan.address(&Output::Packet(commune, number))
}

/// Writes what the printed sides of a volume have of their own.
///
/// Each fiche has its name, its code and its vintages at the head of its sides. The target of a landlord leaves its
/// fiches only. A style sheet beside the packet: margin boxes only read their text there or on the root element, and a
/// hundred names would push the encoding of the page too far.
pub(super) fn margins(r: &Renderer<'_>, commune: Tid, number: usize) -> String {
    let site = r.site;
    let volume = plan::volumes(site, commune)
        .into_iter()
        .nth(number - 1)
        .unwrap_or_default();
    let mut out = String::new();
    for (i, tid) in volume.residences.iter().chain(&volume.quartiers).enumerate() {
        let head = fiche::head(r, *tid);
        out.push_str(&format!(
            ".{0} {{ page: {0}; }}\n@page {0} {{ @top-left {{ content: {1}; }} @top-right {{ content: {2}; }} }}\n",
            paper::anchor(i + 1),
            css_string(&head.0),
            css_string(&head.1)
        ));
    }
    for (i, slug) in volume.landlords(site).keys().enumerate() {
        let (target, class) = (part(slug), landlord_class(i));
        out.push_str(&format!(
            "#{target}:target ~ :is(.fiche, .all):not(.{class}), #{target}:target ~ section .contents :is(tbody, tbody tr:not(.grp)):not(.{class}) {{ display: none; }}\n"
        ));
    }
    out
}

/// Writes a text as a string of a style sheet.
fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Class of the fiches of the nth landlord of a volume.
fn landlord_class(n: usize) -> String {
    format!("b{}", n + 1)
}

/// Renders a volume of the packet of a commune.
pub(super) fn volume(r: &Renderer<'_>, commune: Tid, number: usize) -> Result<String> {
    let site = r.site;
    let volumes = plan::volumes(site, commune);
    let volume = &volumes[number - 1];
    let territory = site.territories.get(commune);
    let place = format!("{} {}", site.config.scale_label(territory.scale), territory.name);
    let depth = if number == 1 { 3 } else { 4 };
    let root = "../".repeat(depth);
    let of = if volumes.len() > 1 {
        format!(", volume {number} sur {}", volumes.len())
    } else {
        String::new()
    };
    let landlords = volume.landlords(site);
    let classes = classes(site, volume, &landlords);
    let class = |tid: &Tid| classes.get(tid).map_or("", String::as_str);
    let mut fiches = String::new();
    let mut groups: Vec<Value> = Vec::new();
    let mut rank = 0;
    for (title, tids) in groups_of(site, volume) {
        let mut items = Vec::new();
        let mut all: BTreeSet<&str> = BTreeSet::new();
        for tid in tids {
            rank += 1;
            r.paper(*tid)?.write(&mut fiches, rank, class(tid), &root);
            all.extend(class(tid).split_whitespace());
            let territory = site.territories.get(*tid);
            items.push(context! {
                number => rank,
                anchor => paper::anchor(rank),
                class => class(tid).trim_start(),
                name => territory.name.as_str(),
                code => territory.code.as_str(),
                address => territory.address.as_deref(),
            });
        }
        groups.push(context! { title, items, class => all.into_iter().collect::<Vec<_>>().join(" ") });
    }
    let (residences, quartiers) = (volume.residences.len() as u64, volume.quartiers.len() as u64);
    let lead = if volumes.len() > 1 {
        let total: usize = volumes.iter().map(|v| v.residences.len()).sum();
        format!(
            "{} des {} résidences de la commune, quartier par quartier, et leurs quartiers une fois chacun.",
            format::integer(residences),
            format::integer(total as u64)
        )
    } else {
        "Toutes les résidences, quartier par quartier, et leurs quartiers une fois chacun.".to_owned()
    };
    let parts: Vec<Value> = landlords
        .iter()
        .map(|(slug, name)| context! { id => part(slug), name, href => r.plan.address(&Output::LandlordPackets(slug.clone())) })
        .collect();
    let about = About {
        title: format!("Dossier de commission : {} — {}{of}", territory.name, territory.code),
        description: lead.clone(),
        place: format!("Dossier de commission · {place} · {}{of}", territory.code),
        vintage: edition(site),
        class: "p-dossier",
        menu: Some(Menu::Content),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link("Dossiers de commission", "seances/"),
            Crumb::here(format!("{place}{of}")),
        ],
        margins: true,
        ..About::default()
    };
    let own = context! {
        title => format!("{place}{of}"),
        lead,
        about => format!(
            "{} {}, {} {} · édition du {}",
            format::integer(residences),
            format::plural(residences, "résidence", "résidences"),
            format::integer(quartiers),
            format::plural(quartiers, "quartier", "quartiers"),
            format::date(site.config.edition)
        ),
        groups,
        parts,
        others => others(r, commune, number, &volumes),
        fiches => safe(fiches),
    };
    r.render("dossier.html", r.shell.context(depth, about, own))
}

/// Classes of each fiche of a volume: the landlord of a residence, those of the residences of a quartier.
fn classes(site: &Site, volume: &Volume, landlords: &BTreeMap<String, String>) -> BTreeMap<Tid, String> {
    let mut all: BTreeMap<Tid, BTreeSet<usize>> = BTreeMap::new();
    for tid in &volume.residences {
        let territory = site.territories.get(*tid);
        let Some(name) = &territory.landlord else { continue };
        let Some(rank) = landlords.values().position(|n| n == name) else {
            continue;
        };
        for fiche in [Some(*tid), territory.lineage.iris, territory.lineage.qpv]
            .into_iter()
            .flatten()
        {
            all.entry(fiche).or_default().insert(rank);
        }
    }
    all.into_iter()
        .map(|(tid, ranks)| {
            (
                tid,
                ranks.into_iter().map(|n| format!(" {}", landlord_class(n))).collect(),
            )
        })
        .collect()
}

/// Fiches of a volume under the heads of its contents: the residences of each quartier, then the quartiers.
fn groups_of<'v>(site: &Site, volume: &'v Volume) -> Vec<(String, &'v [Tid])> {
    let quartier = |tid: Tid| site.territories.get(tid).lineage.iris;
    let mut out: Vec<(String, &[Tid])> = volume
        .residences
        .chunk_by(|a, b| quartier(*a) == quartier(*b))
        .map(|chunk| {
            let iris = quartier(chunk[0]).map(|t| site.territories.get(t));
            let title = iris.map_or_else(|| "Sans quartier".to_owned(), |t| format!("{} {}", t.name, t.code));
            (title, chunk)
        })
        .collect();
    if !volume.quartiers.is_empty() {
        out.push(("Leurs quartiers".to_owned(), &volume.quartiers));
    }
    out
}

/// Links to the volumes of a commune, with the first and the last quartier of each.
fn others(r: &Renderer<'_>, commune: Tid, number: usize, volumes: &[Volume]) -> Vec<Value> {
    if volumes.len() < 2 {
        return Vec::new();
    }
    let quartier = |tid: Option<&Tid>| {
        let iris = r.site.territories.get(*tid?).lineage.iris?;
        Some(r.site.territories.get(iris).name.as_str())
    };
    volumes
        .iter()
        .enumerate()
        .map(|(i, v)| {
            let ends = match (quartier(v.residences.first()), quartier(v.residences.last())) {
                (Some(a), Some(b)) if a != b => format!("{a} – {b}"),
                (Some(a), _) => a.to_owned(),
                _ => String::new(),
            };
            context! {
                number => i + 1,
                here => i + 1 == number,
                href => r.plan.address(&Output::Packet(commune, i + 1)),
                ends,
            }
        })
        .collect()
}

impl Renderer<'_> {
    /// The fiche of a territory as packets print it: that of its page when a page left one.
    fn paper(&self, tid: Tid) -> Result<Paper> {
        let kept = self.papers[tid.index()].lock().ok().and_then(|mut slot| slot.take());
        if let Some(paper) = kept {
            return Ok(paper);
        }
        // The bytes of a residence are those of its page; a quartier leaves out its series and its lists.
        let prefix = if self.site.territories.get(tid).scale == Scale::Residence {
            ""
        } else {
            "p-"
        };
        let view = fiche::view(self, tid, 1, String::new(), prefix, "");
        let html = self.render("partials/fiche.html", context! { root => "", f => view.view })?;
        Ok(Paper::new(&html, &plan::folder(self.site, tid)))
    }

    /// Keeps the finished page of a residence for its packet: nothing in it differs on paper, and one packet takes it.
    pub(super) fn keep_paper(&self, tid: Tid, page: &str) {
        if let Ok(mut slot) = self.papers[tid.index()].lock() {
            *slot = Some(Paper::new(page, &plan::folder(self.site, tid)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_string() {
        assert_eq!(css_string("Les \"Tanneurs\" \\ }\n"), r#""Les \"Tanneurs\" \\ } ""#);
    }
}
