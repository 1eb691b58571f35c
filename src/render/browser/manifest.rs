//! `atlas.json`: what a first view needs to know.

use serde_json::{Map, Value, json};

use crate::disclosure::Published;
use crate::model::{Base, Classes, Iid, Indicator, Kind, Scale, Site, State};
use crate::plan;
use crate::render::classes::class_breaks;

use super::blocks::{Blocks, bounds};
use super::{layers, values};

/// Writes `atlas.json`.
pub(super) fn write(site: &Site, published: &Published, blocks: &Blocks) -> String {
    let config = &site.config;
    let everything: Vec<_> = site.territories.iter().map(|(tid, _)| tid).collect();
    let states: Map<String, Value> = State::ALL
        .iter()
        .map(|s| (s.sign().to_owned(), json!(s.word())))
        .collect();
    let scales: Vec<Value> = Scale::ALL
        .into_iter()
        .filter(|s| site.territories.count(*s) > 0)
        .map(|scale| {
            json!({
                "id": scale.key(),
                "label": config.scale_label(scale),
                "plural": config.scale_plural(scale),
                "segment": scale.segment(),
                "count": site.territories.count(scale),
                "zoom": config.scales.iter().find(|s| s.id == scale).and_then(|s| s.zoom),
                "blocks": blocks.of(scale).iter().map(|b| json!({
                    "bounds": b.bounds.map(short),
                    "count": b.tids.len(),
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let indicators: Vec<Value> = site
        .dictionary
        .iter()
        .filter_map(|(iid, _)| indicator(site, published, iid))
        .collect();
    let sources: Map<String, Value> = site
        .sources
        .iter()
        .map(|s| {
            let about = json!({ "producer": s.producer, "dataset": s.dataset, "note": s.note });
            (s.id.clone(), about)
        })
        .collect();
    let equipment: Vec<Value> = config
        .equipment
        .iter()
        .enumerate()
        .map(|(i, family)| {
            let count = site
                .equipment
                .points
                .iter()
                .filter(|p| usize::from(p.family) == i)
                .count();
            json!({ "id": family.id, "label": family.label, "source": family.source, "count": count })
        })
        .filter(|f| f["count"] != 0)
        .collect();
    let grids: Vec<Value> = (0..site.grids.len()).map(|i| grid(site, i)).collect();
    json!({
        "title": config.title,
        "publisher": config.publisher,
        "source": config.source_mention,
        "fictitious": config.fictitious,
        "edition": crate::format::date(config.edition),
        "build": site.build_id,
        "small_base": config.small_base.below,
        "bounds": bounds(site, &everything).map(short),
        "landlords": config.landlords.shown,
        "states": states,
        "scales": scales,
        "themes": config.themes.iter().map(|t| json!({ "id": t.id, "label": t.label })).collect::<Vec<_>>(),
        "first": first(site, published).map(|iid| &site.dictionary.get(iid).id),
        "indicators": indicators,
        "sources": sources,
        "equipment": equipment,
        "equipment_vintage": site.equipment.vintage.map(|v| v.label()),
        "grids": grids,
        "basemap": config.map.basemap.as_ref().map(|_| json!({
            "file": crate::load::basemap::SERVED,
            "attribution": config.map.basemap_attribution,
        })),
    })
    .to_string()
}

/// Indicator of the first view: the first share or rate that the communes have.
pub(super) fn first(site: &Site, published: &Published) -> Option<Iid> {
    let all = || values::indicators(site, published, Scale::Commune);
    all()
        .find(|iid| site.dictionary.get(*iid).kind.is_ratio())
        .or_else(|| all().next())
}

/// Describes an indicator; none when no page may show it.
fn indicator(site: &Site, published: &Published, iid: Iid) -> Option<Value> {
    let x = site.dictionary.get(iid);
    let mut scales = Map::new();
    let mut books = Map::new();
    for scale in Scale::ALL {
        if values::indicators(site, published, scale).any(|i| i == iid) {
            let vintages: Vec<String> = published.vintages(iid, scale).iter().map(ToString::to_string).collect();
            scales.insert(scale.key().to_owned(), json!(vintages));
        }
        if published.is_exported(iid, scale)
            && let Some(name) = plan::theme_book_name(site, published, &x.theme, scale)
        {
            books.insert(scale.key().to_owned(), json!(format!("themes/{}/{name}", x.theme)));
        }
    }
    if scales.is_empty() {
        return None;
    }
    // Categories whose words are classes have no breaks of their own; others have theirs, unless the dictionary writes them.
    let breaks = class_breaks(published, iid, None, x);
    let own = x.is_split() && x.kind != Kind::Count && !matches!(x.classes, Some(Classes::Breaks(_)));
    // Breaks of comparability that concern this indicator, as its pages say them.
    let source = site.sources.iter().find(|s| s.id == x.source);
    let ruptures: Map<String, Value> = source
        .into_iter()
        .flat_map(|s| s.breaks_of(&x.id))
        .map(|(year, why)| (year.to_string(), json!(why)))
        .collect();
    let labels = if x.kind == Kind::Class {
        x.categories.iter().take(5).map(|c| c.label.clone()).collect()
    } else {
        breaks.labels(x.decimals)
    };
    Some(json!({
        "id": x.id,
        "theme": x.theme,
        "label": x.label,
        "definition": x.definition,
        "note": x.note,
        "unit": x.unit,
        "kind": x.kind,
        "base": x.base,
        "of": counted(site, x),
        "decimals": x.decimals,
        "source": x.source,
        "categories": (0u16..).zip(&x.categories).map(|(rank, c)| {
            let mut category = json!({ "key": c.key, "label": c.label });
            if own {
                let breaks = class_breaks(published, iid, Some(rank), x);
                category["labels"] = json!(breaks.labels(x.decimals));
                category["breaks"] = json!(breaks.inner());
            }
            category
        }).collect::<Vec<_>>(),
        "breaks": breaks.inner(),
        "labels": labels,
        "ruptures": ruptures,
        "scales": scales,
        "books": books,
    }))
}

/// Says what the base of an indicator counts: « logements (résidences principales) », « attributions ».
fn counted(site: &Site, x: &Indicator) -> String {
    let of = x.denominator.as_ref().and_then(|d| match d.0.as_slice() {
        [term] => Some(site.dictionary.get(term.indicator)),
        _ => None,
    });
    let Some(of) = of.filter(|of| !of.unit.is_empty()) else {
        return match x.base {
            Base::Attributions => "attributions".to_owned(),
            _ => "logements".to_owned(),
        };
    };
    // An initial stays as it is written: « DPE renseignés ».
    let mut letters = of.label.chars();
    let label = match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => format!("{}{}", first.to_lowercase(), letters.as_str()),
        _ => of.label.clone(),
    };
    if label.starts_with(&of.unit) {
        label
    } else {
        format!("{} ({label})", of.unit)
    }
}

fn grid(site: &Site, rank: usize) -> Value {
    let grid = &site.grids[rank];
    let x = site.dictionary.get(grid.indicator);
    json!({
        "id": x.id,
        "label": x.label,
        "definition": x.definition,
        "note": x.note,
        "source": x.source,
        "vintage": grid.vintage.label(),
        "file": layers::grid_path(site, rank),
        "classes": x.categories.iter().map(|c| c.label.clone()).collect::<Vec<_>>(),
    })
}

fn short(degrees: f64) -> f64 {
    crate::format::round(degrees, 5)
}
