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
    let mut html = String::new();
    let mut quartiers: Vec<Tid> = site.territories.of(Scale::Qpv).collect();
    quartiers.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
    for tid in quartiers {
        let addresses = addresses(r, tid);
        let territory = site.territories.get(tid);
        for (i, address) in addresses.iter().enumerate() {
            html.push_str(match i {
                0 => "<li><span>",
                1 => " · suite ",
                _ => ", ",
            });
            let name = if i == 0 {
                markup::escaped(&territory.name)
            } else {
                (i + 1).to_string()
            };
            markup::link(&mut html, "../", address, &name);
        }
        if !addresses.is_empty() {
            html.push_str("</span> ");
            let count = site.territories.inside(tid, Scale::Residence).len();
            markup::count(&mut html, "residence", count);
            html.push_str("</li>\n");
        }
    }
    if !html.is_empty() {
        let html = format!("<ul class=\"index names\">\n{html}</ul>\n");
        let about = "nombre de résidences ; chaque IRIS a le sien, depuis sa fiche";
        let title = format!("Par {}", site.config.scale_label(Scale::Qpv));
        sections.push(context! { id => "qpv", title, about, html => safe(html) });
    }
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
fn of_landlord(slug: &str) -> String {
    format!("b-{slug}")
}

/// Identifier, in a volume, of what leaves one quartier and its residences only.
fn of_quartier(code: &str) -> String {
    format!("q-{code}")
}

/// What a volume may be reduced to: the fiches of a landlord, or of a quartier.
struct Part {
    id: String,
    class: String,
    name: String,
    /// Whose fiches are left, in words.
    words: &'static str,
    landlord: bool,
}

/// Parts of a volume: its landlords, then its quartiers.
fn parts(r: &Renderer<'_>, volume: &Volume) -> Vec<Part> {
    let landlords = volume
        .landlords(r.site)
        .into_iter()
        .enumerate()
        .map(|(i, (slug, name))| Part {
            id: of_landlord(&slug),
            class: landlord_class(i),
            name,
            words: "de ce bailleur et de ses quartiers",
            landlord: true,
        });
    let quartiers = volume.quartiers.iter().enumerate().map(|(i, tid)| {
        let territory = r.site.territories.get(*tid);
        Part {
            id: of_quartier(territory.code.as_str()),
            class: quartier_class(i),
            name: fiche::place(r, territory),
            words: "de ce quartier, de ses résidences et de leurs autres quartiers",
            landlord: false,
        }
    });
    landlords.chain(quartiers).collect()
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
            markup::link(&mut html, root, &format!("{address}#{}", of_landlord(slug)), &label);
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

/// Addresses of the packets of a commune or of a quartier, with the number of each among them.
///
/// A quartier has the part of a volume that holds its residences and itself; a QPV that crosses volumes has several.
pub(super) fn addresses(r: &Renderer<'_>, tid: Tid) -> Vec<String> {
    let site = r.site;
    let territory = site.territories.get(tid);
    match territory.scale {
        Scale::Commune => r
            .plan
            .address(&Output::Packet(tid, 1))
            .map(str::to_owned)
            .into_iter()
            .collect(),
        Scale::Iris | Scale::Qpv => {
            let target = of_quartier(territory.code.as_str());
            let communes: BTreeSet<Tid> = site
                .territories
                .inside(tid, Scale::Residence)
                .into_iter()
                .filter_map(|t| site.territories.get(t).lineage.commune)
                .collect();
            let mut out = Vec::new();
            for commune in communes {
                for (i, volume) in plan::volumes(site, commune).iter().enumerate() {
                    if volume.quartiers.contains(&tid)
                        && let Some(address) = r.plan.address(&Output::Packet(commune, i + 1))
                    {
                        out.push(format!("{address}#{target}"));
                    }
                }
            }
            out
        }
        _ => Vec::new(),
    }
}

/// Links to the packets of a commune or of a quartier, for the head of its pages.
pub(super) fn actions(r: &Renderer<'_>, tid: Tid) -> Vec<Value> {
    let addresses = addresses(r, tid);
    let one = addresses.len() < 2;
    addresses
        .into_iter()
        .enumerate()
        .map(|(i, href)| {
            let label = if one {
                "Dossier de commission".to_owned()
            } else {
                format!("Dossier de commission, partie {}", i + 1)
            };
            context! { href, label, note => "à imprimer" }
        })
        .collect()
}

/// Writes what the printed sides of a volume have of their own.
///
/// Each fiche has its number in the contents, its name, its code and its vintages at the head of its sides. The target of
/// a landlord or of a quartier leaves its fiches only. A style sheet beside the packet: margin boxes only read their text there or on the root element, and a
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
            paper::css_string(&format!("Fiche {} · {}", i + 1, head.0)),
            paper::css_string(&head.1)
        ));
    }
    for Part { id, class, .. } in parts(r, &volume) {
        out.push_str(&format!(
            "#{id}:target ~ .fiche:not(.{class}), #{id}:target ~ section :is(.all, .contents :is(tbody, tbody tr:not(.grp)):not(.{class})) {{ display: none; }}\n"
        ));
    }
    out
}

/// Class of the fiches of the nth landlord of a volume.
fn landlord_class(n: usize) -> String {
    format!("b{}", n + 1)
}

/// Class of the fiches that go with the nth quartier of a volume.
fn quartier_class(n: usize) -> String {
    format!("q{}", n + 1)
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
    let classes = classes(site, volume);
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
                address => territory.address.clone().unwrap_or_else(|| kind_and_commune(r, *tid)),
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
    let all = parts(r, volume);
    let value = |p: &Part| context! { id => p.id.as_str(), name => p.name.as_str(), words => p.words };
    let landlords: Vec<Value> = all.iter().filter(|p| p.landlord).map(value).collect();
    let parts: Vec<Value> = all.iter().map(value).collect();
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
        landlords,
        parts,
        others => others(r, commune, number, &volumes),
        fiches => safe(fiches),
    };
    r.render("dossier.html", r.shell.context(depth, about, own))
}

/// What a quartier is and where: names are shared, « Centre-Bourg » most of all.
fn kind_and_commune(r: &Renderer<'_>, tid: Tid) -> String {
    let territory = r.site.territories.get(tid);
    let label = r.label(territory.scale);
    match territory.lineage.commune {
        Some(commune) => format!("{label}, {}", r.site.territories.get(commune).name),
        None => label.to_owned(),
    }
}

/// Classes of each fiche of a volume: the landlord of a residence, its quartiers; those of the residences of a quartier.
fn classes(site: &Site, volume: &Volume) -> BTreeMap<Tid, String> {
    let landlords = volume.landlords(site);
    let mut all: BTreeMap<Tid, BTreeSet<String>> = BTreeMap::new();
    for tid in &volume.residences {
        let territory = site.territories.get(*tid);
        let quartiers = [territory.lineage.iris, territory.lineage.qpv];
        let landlord = territory
            .landlord
            .as_ref()
            .and_then(|name| landlords.values().position(|n| n == name))
            .map(landlord_class);
        let of_quartiers = quartiers
            .iter()
            .flatten()
            .filter_map(|q| volume.quartiers.iter().position(|t| t == q))
            .map(quartier_class);
        let own: Vec<String> = landlord.into_iter().chain(of_quartiers).collect();
        for fiche in std::iter::once(*tid).chain(quartiers.into_iter().flatten()) {
            all.entry(fiche).or_default().extend(own.iter().cloned());
        }
    }
    all.into_iter()
        .map(|(tid, classes)| (tid, classes.iter().map(|c| format!(" {c}")).collect()))
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
