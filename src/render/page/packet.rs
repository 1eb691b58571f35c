//! Commission packets: one printable document with a contents page, the fiches of residences and each quartier once.

use std::collections::BTreeSet;

use minijinja::{Value, context};

use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, fiche, lists, markup};
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, Tid};
use crate::plan::{self, Output};

/// Fiches of a packet, quartiers included: what a session reads and a browser prints in a few seconds.
const MOST: usize = 60;

/// Renders the list of the ready-made packets.
pub(super) fn index(r: &Renderer<'_>) -> Result<String> {
    let site = r.site;
    let mut sections = Vec::new();
    let mut communes: Vec<Tid> = site
        .territories
        .of(Scale::Commune)
        .filter(|t| r.plan.address(&Output::Packet(*t)).is_some())
        .collect();
    communes.sort_by_key(|t| format::fold(&site.territories.get(*t).name));
    let mut html = String::from("<ul class=\"index names\">\n");
    for tid in &communes {
        let territory = site.territories.get(*tid);
        html.push_str("<li>");
        markup::link(
            &mut html,
            "../",
            r.address(&Output::Packet(*tid)),
            &markup::escaped(&territory.name),
        );
        html.push(' ');
        markup::count(
            &mut html,
            "residence",
            site.territories.inside(*tid, Scale::Residence).len(),
        );
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
    sections.push(
        context! { id => "communes", title => "Par commune", about => "nombre de résidences", html => safe(html) },
    );
    if site.config.landlords.shown {
        let mut html = String::from("<ul class=\"index names\">\n");
        for (slug, (name, list)) in plan::landlords(site) {
            if let Some(address) = r.plan.address(&Output::LandlordPacket(slug)) {
                html.push_str("<li>");
                markup::link(&mut html, "../", address, &markup::escaped(&name));
                html.push(' ');
                markup::count(&mut html, "residence", list.len());
                html.push_str("</li>\n");
            }
        }
        html.push_str("</ul>\n");
        sections.push(context! { id => "bailleurs", title => "Par bailleur", about => site.config.landlords.legal_basis.as_str(), html => safe(html) });
    }
    let lead = "Un dossier réunit, dans un seul document à imprimer, un sommaire, les fiches des résidences et, une fois chacune, celles de leurs quartiers.";
    let about = About {
        title: "Dossiers de commission".to_owned(),
        description: lead.to_owned(),
        place: "Dossiers de commission".to_owned(),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-liste",
        menu: Some(Menu::Content),
        crumbs: vec![Crumb::link("Accueil", ""), Crumb::here("Dossiers de commission")],
        tool: Some("seances"),
        ..About::default()
    };
    let own = context! { title => "Dossiers de commission", lead, actions => Vec::<Value>::new(), sections };
    r.render("liste.html", r.shell.context(1, about, own))
}

/// Renders the packet of a commune.
pub(super) fn territory(r: &Renderer<'_>, tid: Tid) -> Result<String> {
    let territory = r.site.territories.get(tid);
    let place = format!("{} {}", r.site.config.scale_label(territory.scale), territory.name);
    let title = format!("{} — {}", territory.name, territory.code);
    document(r, &title, &place, &of_territory(r, tid))
}

/// Renders the packet of a landlord.
pub(super) fn landlord(r: &Renderer<'_>, slug: &str) -> Result<String> {
    let (name, packet) = of_landlord(r, slug);
    document(r, &name, &name, &packet)
}

/// Writes the page heads of a packet's printed sides: each fiche has its name, its code and its vintages.
///
/// A style sheet beside the packet: margin boxes only read their text there or on the root element, and a hundred names
/// would push the encoding of the page too far.
pub(super) fn margins(r: &Renderer<'_>, packet: &Packet) -> String {
    let mut out = String::new();
    for (i, tid) in packet.residences.iter().chain(&packet.quartiers).enumerate() {
        let head = fiche::head(r, *tid);
        out.push_str(&format!(
            ".f{0} {{ page: f{0}; }}\n@page f{0} {{ @top-left {{ content: {1}; }} @top-right {{ content: {2}; }} }}\n",
            i + 1,
            css_string(&head.0),
            css_string(&head.1)
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

/// Fiches of a packet, in order.
pub(super) struct Packet {
    residences: Vec<Tid>,
    quartiers: Vec<Tid>,
    total: usize,
}

/// Residences of a commune, largest first, and their quartiers.
pub(super) fn of_territory(r: &Renderer<'_>, tid: Tid) -> Packet {
    gather(r, r.site.territories.inside(tid, Scale::Residence))
}

/// Name and residences of a landlord, largest first, and their quartiers.
pub(super) fn of_landlord(r: &Renderer<'_>, slug: &str) -> (String, Packet) {
    let (name, list) = plan::landlords(r.site).remove(slug).unwrap_or_default();
    (name, gather(r, list))
}

/// Takes residences one by one with their quartiers while the whole holds in a packet.
fn gather(r: &Renderer<'_>, list: Vec<Tid>) -> Packet {
    let total = list.len();
    let mut residences = Vec::new();
    let mut quartiers: BTreeSet<Tid> = BTreeSet::new();
    for tid in lists::largest(r, list, MOST) {
        let lineage = r.site.territories.get(tid).lineage;
        let own = [lineage.iris, lineage.qpv];
        let more = own.iter().flatten().filter(|t| !quartiers.contains(t)).count();
        if residences.len() + quartiers.len() + 1 + more > MOST {
            break;
        }
        residences.push(tid);
        quartiers.extend(own.into_iter().flatten());
    }
    Packet {
        residences,
        quartiers: quartiers.into_iter().collect(),
        total,
    }
}

fn document(r: &Renderer<'_>, title: &str, place: &str, packet: &Packet) -> Result<String> {
    let site = r.site;
    let root = "../../../";
    let mut fiches = String::new();
    let mut groups: Vec<Value> = Vec::new();
    let mut number = 0;
    for (name, tids) in [
        ("Résidences", &packet.residences),
        ("Leurs quartiers", &packet.quartiers),
    ] {
        let mut items = Vec::new();
        for tid in tids.iter().copied() {
            number += 1;
            let territory = site.territories.get(tid);
            let prefix = format!("f{number}-");
            let fiche = fiche::view(r, tid, 2, format!(" f{number}"), &prefix, root);
            fiches.push_str(&r.render("partials/fiche.html", context! { root, f => fiche.view })?);
            let quartier = territory.lineage.iris.or(territory.lineage.commune);
            items.push(context! {
                number,
                anchor => format!("{prefix}fiche"),
                name => territory.name.as_str(),
                code => territory.code.as_str(),
                address => territory.address.as_deref(),
                where => quartier.map(|t| site.territories.get(t).name.clone()),
            });
        }
        if !items.is_empty() {
            groups.push(context! { title => name, items });
        }
    }
    let lead = if packet.residences.len() < packet.total {
        format!(
            "Les {} plus grandes résidences sur {}, et leurs quartiers une fois chacun.",
            packet.residences.len(),
            format::integer(packet.total as u64)
        )
    } else {
        "Toutes les résidences, et leurs quartiers une fois chacun.".to_owned()
    };
    let about = About {
        title: format!("Dossier de commission : {title}"),
        description: lead.clone(),
        place: format!("Dossier de commission · {place}"),
        vintage: format!("Édition du {}", format::date(site.config.edition)),
        class: "p-dossier",
        menu: Some(Menu::Content),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link("Dossiers de commission", "seances/"),
            Crumb::here(place),
        ],
        margins: true,
        ..About::default()
    };
    let own = context! {
        title => place,
        lead,
        about => format!("{} fiches · édition du {}", number, format::date(site.config.edition)),
        groups,
        fiches => safe(fiches),
    };
    r.render("dossier.html", r.shell.context(3, about, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_string() {
        assert_eq!(css_string("Les \"Tanneurs\" \\ }\n"), r#""Les \"Tanneurs\" \\ } ""#);
    }
}
