//! The fiche of a territory: the same order on screen and paper, blocks from the dictionary, nothing decided here.

mod advice;
mod identity;
mod pieces;
mod section;
mod sheet;

use minijinja::{Value, context};

pub(super) use identity::place_link;
pub(super) use pieces::{piece_height, steps};
pub(super) use section::{Kind, Section};

use advice::{advice, notes};
use identity::{actions, figures, identity, vintages};
use section::{own, pair, shows_figures};
use sheet::{fold, head_height};

use super::column::At;
use super::layout::{Block, Mode};
use super::shell::{About, Crumb, Menu, safe};
use super::table::Sides;
use super::{Renderer, around, goals, keep, lists, markup, series};
use crate::diag::Result;
use crate::model::{Scale, Territory, Tid};
use crate::plan::{self};

/// A fiche and what its page or its packet says of it.
pub(super) struct Fiche {
    pub(super) view: Value,
    pub(super) place: String,
    pub(super) vintage: String,
    /// What it holds, in the order of the page, for the guide.
    pub(super) parts: Vec<Part>,
}

/// A part of a fiche, as the guide explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Identity,
    Sentences,
    Locator,
    Goals,
    /// A block of figures, by title.
    Figures(String),
    /// A block that is not open at the scale, by title.
    Closed(String),
    /// Equipment and quartier, by title.
    Around(String),
}

/// Renders the page of a territory.
pub(super) fn page(r: &Renderer<'_>, tid: Tid) -> Result<String> {
    let territory = r.site.territories.get(tid);
    let folder = plan::folder(r.site, tid);
    let depth = folder.matches('/').count();
    let root = "../".repeat(depth);
    let fiche = view(r, tid, 1, String::new(), "", &root);
    let about = About {
        title: title(r, territory),
        description: description(r, territory, &fiche.place),
        place: fiche.place,
        vintage: fiche.vintage,
        class: match territory.scale {
            Scale::Residence => "p-residence",
            Scale::Metropole => "p-metropole",
            _ => "p-territoire",
        },
        menu: Some(match territory.scale {
            Scale::Metropole => Menu::Home,
            scale => Menu::Scale(scale),
        }),
        crumbs: crumbs(r, tid),
        tool: Some("fiche"),
        ..About::default()
    };
    let html = r.render(
        "fiche.html",
        r.shell.context(depth, about, context! { f => fiche.view }),
    )?;
    if territory.scale == Scale::Residence {
        r.keep_paper(tid, &html);
    }
    Ok(html)
}

/// What a fiche holds, from the titles of its blocks: « IRIS Le Canal · 990190103 : parc, occupation, attributions. »
fn description(r: &Renderer<'_>, territory: &Territory, place: &str) -> String {
    let titles: Vec<String> = r
        .layout(territory.scale)
        .blocks
        .iter()
        .map(|b| markup::inner(&b.title))
        .collect();
    if titles.is_empty() {
        place.to_owned()
    } else {
        format!("{place} : {}.", titles.join(", "))
    }
}

/// Name of a page, different for each territory: names are shared, codes are not.
fn title(r: &Renderer<'_>, territory: &Territory) -> String {
    match territory.scale {
        Scale::Metropole => territory.name.clone(),
        scale => format!("{} — {} {}", territory.name, r.label(scale), territory.code),
    }
}

fn crumbs(r: &Renderer<'_>, tid: Tid) -> Vec<Crumb> {
    let territories = &r.site.territories;
    let territory = territories.get(tid);
    let mut out = Vec::new();
    let mut up = |t: Tid| out.push(Crumb::link(territories.get(t).name.clone(), plan::folder(r.site, t)));
    if territory.scale != Scale::Metropole {
        up(territories.metropole());
    }
    if let Some(commune) = territory.lineage.commune {
        up(commune);
    }
    if let Some(iris) = territory.lineage.iris {
        up(iris);
    }
    out.push(Crumb::here(territory.name.clone()));
    out
}

/// References of a territory: its commune, then the metropole.
pub(super) fn references<'a>(r: &'a Renderer<'_>, tid: Tid) -> Vec<(At<'a>, &'a str)> {
    let site = r.site;
    let territory = site.territories.get(tid);
    let mut out = Vec::new();
    if territory.scale > Scale::Commune
        && let Some(commune) = territory.lineage.commune
    {
        out.push((At::new(site, commune), r.label(Scale::Commune)));
    }
    if territory.scale != Scale::Metropole {
        out.push((At::new(site, site.territories.metropole()), r.label(Scale::Metropole)));
    }
    out
}

/// Makes the fiche of a territory; `level` is that of its name, `prefix` opens its identifiers.
pub(super) fn view(r: &Renderer<'_>, tid: Tid, level: u8, class: String, prefix: &str, root: &str) -> Fiche {
    let site = r.site;
    let territory = site.territories.get(tid);
    let scale = territory.scale;
    let at = At::new(site, tid);
    let layout = r.layout(scale);
    let label = r.label(scale);
    let mut sides = Sides {
        here: at,
        label,
        references: references(r, tid),
        root,
        base: None,
        vintage: None,
        prefix,
        nouns: &r.nouns,
    };
    let hidden = scale == Scale::Residence && !shows_figures(layout.blocks.iter(), &at);
    // A quartier in a packet goes with the fiches of its residences, and says what they leave to it: no list of them, no
    // map, no series, none of the blocks that they have of their own.
    let in_packet = !prefix.is_empty();
    let told = |block: &Block<'_>| {
        let of_residence = &r.layout(Scale::Residence).blocks;
        of_residence.iter().any(|b| b.id == block.id && b.mode == Mode::Own)
    };
    let mut sections: Vec<Section> = Vec::new();
    if scale != Scale::Residence && !in_packet {
        sections.extend(r.maps.section(r, tid, root, prefix));
        sections.extend(series::section(layout, &sides, r));
    }
    if hidden {
        // Advice and goals are words: they are for a residence without figures too.
        let mut section = around::protected(r, layout, &sides, territory);
        if let Some(advice) = advice(r, tid, root, level) {
            section.html.push_str(&advice.html);
            section.height += advice.height;
        }
        sections.push(section);
    } else {
        let mut advice = advice(r, tid, root, level);
        for block in &layout.blocks {
            match block.mode {
                Mode::Own if around::is_equipment(block) || in_packet && scale != Scale::Residence && told(block) => {}
                Mode::Own => {
                    let goals = goals::gauges(r, block, &sides);
                    sections.push(own(block, &mut sides, advice.take(), goals, level));
                }
                Mode::Closed => sections.push(around::closed(r, block, territory, root)),
                Mode::Quartier(_) => {}
            }
        }
    }
    if scale == Scale::Residence {
        sections.extend(around::section(r, layout, &mut sides, territory, level));
    } else if !in_packet {
        lists::children(r, tid, root, &mut sections);
    }
    if scale != Scale::Residence {
        let kept = |id: &str| layout.blocks.iter().any(|b| b.id == id && !told(b));
        for section in &mut sections {
            section.screen = !kept(&section.id);
        }
    }
    pair(&mut sections);
    let in_qpv = territory.lineage.qpv.is_some() || scale != Scale::Residence;
    let vintage = vintages(layout.blocks.iter(), hidden, in_qpv, usize::MAX);
    let keep_list = if hidden {
        String::new()
    } else {
        keep::sentences(layout, &sides, site.config.small_base.below)
    };
    let (keep_title, keep) = if hidden {
        (
            "Une résidence présente, des chiffres protégés",
            around::protected_words(layout, &at, site.config.thresholds.dwellings),
        )
    } else if keep_list.is_empty() {
        ("", String::new())
    } else {
        ("À retenir", format!("<ul>\n{keep_list}</ul>"))
    };
    let goals = goals::for_residence(r, territory);
    let kind = if scale == Scale::Metropole {
        "Territoire de référence"
    } else {
        label
    };
    let dense = if scale == Scale::Residence {
        fold(
            &mut sections,
            head_height(site, territory, &vintage, &keep, goals.len()),
        )
    } else {
        ""
    };
    let locator = r.maps.locator(r, tid, root, prefix);
    let mut parts = vec![Part::Identity];
    parts.extend((!keep.is_empty()).then_some(Part::Sentences));
    parts.extend((!locator.is_empty()).then_some(Part::Locator));
    parts.extend((!goals.is_empty()).then_some(Part::Goals));
    parts.extend(sections.iter().map(|s| match s.kind {
        Kind::Figures => Part::Figures(s.title.clone()),
        Kind::Closed => Part::Closed(s.title.clone()),
        Kind::Around => Part::Around(s.title.clone()),
    }));
    let head = head(r, tid);
    let view = context! {
        prefix,
        level,
        class => format!("{}{}{class}", scale.key(), dense),
        solo => locator.is_empty(),
        kind,
        code => territory.code.as_str(),
        name => territory.name.as_str(),
        address => territory.address.as_deref(),
        identity => identity(r, tid, &vintage, hidden, root),
        actions => if in_packet { Vec::new() } else { actions(r, tid) },
        keep_title,
        keep => safe(keep),
        locator => safe(locator.clone()),
        figures => safe(if scale == Scale::Residence { String::new() } else { figures(layout, &sides, site) }),
        goals_title => "Objectif d’équilibre",
        goals,
        sections => sections.into_iter().map(Section::into_value).collect::<Vec<_>>(),
        notes => safe(notes(scale, hidden, site.config.small_base.below, in_packet)),
    };
    Fiche {
        view,
        place: head.0,
        vintage: head.1,
        parts,
    }
}

/// Place and vintages at the head of the printed sides of a fiche.
pub(super) fn head(r: &Renderer<'_>, tid: Tid) -> (String, String) {
    let territory = r.site.territories.get(tid);
    let layout = r.layout(territory.scale);
    let hidden = territory.scale == Scale::Residence && !shows_figures(layout.blocks.iter(), &At::new(r.site, tid));
    let in_qpv = territory.lineage.qpv.is_some() || territory.scale != Scale::Residence;
    (place(r, territory), vintages(layout.blocks.iter(), hidden, in_qpv, 1))
}

/// Place and code at the head of printed sides.
pub(super) fn place(r: &Renderer<'_>, territory: &Territory) -> String {
    let label = r.label(territory.scale);
    let mut out = match territory.scale {
        Scale::Metropole => format!("{} · {}", territory.name, territory.code),
        _ if territory.name.starts_with(label) => format!("{} · {}", territory.name, territory.code),
        _ => format!("{label} {} · {}", territory.name, territory.code),
    };
    if territory.scale > Scale::Commune
        && let Some(commune) = territory.lineage.commune
    {
        out.push_str(" · ");
        out.push_str(&r.site.territories.get(commune).name);
    }
    out
}
