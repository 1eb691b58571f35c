//! Figures of an indicator over a block of territories, all vintages and categories.

use crate::disclosure::{Figure, Published};
use crate::format;
use crate::model::{Cell, Iid, Scale, Site};

use super::blocks::Block;
use super::json::{key, list, text, texts};

/// Indicators that the dictionary opens to pages and maps at a scale, and that have figures there.
pub(super) fn indicators<'a>(
    site: &'a Site,
    published: &'a Published,
    scale: Scale,
) -> impl Iterator<Item = Iid> + use<'a> {
    site.dictionary
        .iter()
        .map(|(iid, _)| iid)
        .filter(move |iid| published.is_open(*iid, scale) && !published.vintages(*iid, scale).is_empty())
}

/// Path of the figures of a block.
pub(super) fn path(site: &Site, block: &Block, iid: Iid) -> String {
    ranked(site, block.scale, iid, block.rank)
}

/// Path of the values of an indicator in the first block of a scale.
pub(super) fn first_path(site: &Site, scale: Scale, iid: Iid) -> String {
    ranked(site, scale, iid, 0)
}

fn ranked(site: &Site, scale: Scale, iid: Iid, rank: usize) -> String {
    format!("valeurs/{}/{}-{rank}.json", scale.key(), site.dictionary.get(iid).id)
}

/// Writes `valeurs/<scale>/<indicator>-<block>.json`.
pub(super) fn write(site: &Site, published: &Published, block: &Block, iid: Iid) -> String {
    let indicator = site.dictionary.get(iid);
    let vintages = published.vintages(iid, block.scale);
    let categories: Vec<Option<u16>> = indicator.cells().collect();
    let column = |vintage, category| -> Vec<Figure> {
        let cell = Cell {
            indicator: iid,
            category,
            vintage,
        };
        block
            .tids
            .iter()
            .map(|t| published.figure(&site.territories, *t, &cell))
            .collect()
    };
    let all: Vec<Vec<Vec<Figure>>> = vintages
        .iter()
        .map(|v| categories.iter().map(|c| column(*v, *c)).collect())
        .collect();

    let mut out = String::with_capacity(block.tids.len() * vintages.len() * categories.len() * 8 + 256);
    out.push('{');
    for (name, value) in [
        ("scale", block.scale.key()),
        ("indicator", &indicator.id),
        ("places", &block.places_path()),
    ] {
        key(&mut out, name);
        text(&mut out, value);
    }
    let names: Vec<String> = vintages.iter().map(ToString::to_string).collect();
    texts(&mut out, "vintages", names.iter().map(String::as_str));
    texts(
        &mut out,
        "categories",
        categories
            .iter()
            .map(|c| c.map_or("", |c| indicator.categories[usize::from(c)].key.as_str())),
    );
    key(&mut out, "values");
    list(&mut out, &all, |out, by_category| {
        list(out, by_category, |out, figures| list(out, figures, figure));
    });
    if all.iter().flatten().flatten().any(|f| f.base().is_some()) {
        key(&mut out, "bases");
        list(&mut out, &all, |out, by_category| {
            let first = by_category.first();
            list(out, by_category.iter().enumerate(), |out, (i, figures)| {
                let same = |f: &Vec<Figure>| f.iter().map(Figure::base).eq(figures.iter().map(Figure::base));
                if i > 0 && first.is_some_and(same) {
                    out.push_str("\"=\"");
                } else {
                    list(out, figures, base);
                }
            });
        });
    }
    out.push('}');
    out
}

fn figure(out: &mut String, figure: &Figure) {
    match (figure.state(), figure.value(), figure.word()) {
        (Some(state), _, _) => text(out, state.sign()),
        (None, Some(value), _) => out.push_str(&format::machine(value, figure.decimals())),
        (None, None, Some(word)) => out.push_str(&word.to_string()),
        (None, None, None) => text(out, crate::model::State::NotAvailable.sign()),
    }
}

fn base(out: &mut String, figure: &Figure) {
    match figure.base() {
        Some(base) => out.push_str(&base.to_string()),
        None => out.push_str("\"\""),
    }
}
