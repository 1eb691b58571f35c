//! Residences on a map: proportional symbols, dots, and their keys.

use geo::Coord;

use super::{Maps, written};
use crate::format;
use crate::model::{Scale, Tid};
use crate::plan;
use crate::render::draw::{self, Texts, legend};
use crate::render::page::column::{At, Column};
use crate::render::page::{Renderer, markup};

impl Maps<'_> {
    /// Proportional symbols and legend of a count at a scale, for the metropole.
    pub(in crate::render::page) fn symbols(
        &self,
        r: &Renderer<'_>,
        column: &Column<'_>,
        scale: Scale,
        root: &str,
        prefix: &str,
    ) -> Option<(String, String)> {
        let site = r.site;
        let ground = self.ground(scale)?;
        let list: Vec<(Tid, Coord)> = site
            .territories
            .of(scale)
            .filter_map(|t| Some((t, site.territories.get(t).point?.0)))
            .collect();
        if list.is_empty() {
            return None;
        }
        let place = Places::new(r, column, list.iter().copied(), root);
        let symbols = place.symbols(r);
        let per_unit = draw::symbols::per_unit(symbols.iter().map(|s| &s.value), 30.0);
        let title = format!(
            "{} par {}, {}, {}",
            self.what(column),
            site.config.scale_label(scale),
            site.config.metropole.name,
            column.cell.vintage.label()
        );
        let id = format!("{prefix}m");
        let svg = draw::symbols::draw(&draw::symbols::Symbols {
            texts: Texts {
                id: &id,
                title: &title,
                desc: "Cercles dont la surface suit le nombre ; les mêmes valeurs sont dans le tableau.",
            },
            ground,
            symbols: &symbols,
            per_unit,
        });
        Some((svg, circles_legend(self, column, &symbols, per_unit, scale)))
    }

    /// Dots of the residences, with a figure of an indicator or without, and their key, for the metropole.
    pub(in crate::render::page) fn presence(
        &self,
        r: &Renderer<'_>,
        column: &Column<'_>,
        root: &str,
    ) -> Option<(String, String)> {
        let site = r.site;
        let ground = self.ground(Scale::Commune)?;
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        for tid in site.territories.of(Scale::Residence) {
            let Some(point) = site.territories.get(tid).point else {
                continue;
            };
            let at = At::new(site, tid);
            match column.get(at.scale, at.rank).and_then(|f| f.value()) {
                Some(_) => shown.push(point.0),
                None => hidden.push(point.0),
            }
        }
        if shown.is_empty() && hidden.is_empty() {
            return None;
        }
        let title = format!(
            "{} par {}, {}, {}",
            self.what(column),
            site.config.scale_label(Scale::Residence),
            site.config.metropole.name,
            column.cell.vintage.label()
        );
        let svg = draw::dots::draw(&draw::dots::Dots {
            texts: Texts {
                id: "residences-m",
                title: &title,
                desc: "Un point par résidence dont le chiffre est publié, un losange par résidence sans chiffre publié.",
            },
            ground,
            shown: &shown,
            hidden: &hidden,
        });
        let mut key = String::from("<p class=\"sub\">");
        markup::esc(&mut key, &self.what(column));
        key.push_str("</p>\n<ul class=\"key stacked-key\">\n");
        for (sign, words, list) in [
            (draw::dots::KEY_DOT, "chiffre publié", &shown),
            (draw::dots::KEY_NONE, "sans chiffre publié", &hidden),
        ] {
            if !list.is_empty() {
                key.push_str(&format!("<li>{sign} {words}\u{A0}: "));
                markup::count(&mut key, Scale::Residence.key(), list.len());
                key.push_str("</li>\n");
            }
        }
        key.push_str("</ul>\n<p class=\"note\">Tous les points sont de même taille\u{A0}: les chiffres se lisent sur ");
        markup::link(&mut key, root, "carte/", "la carte");
        key.push_str(", sur la page de l’indicateur et sur la fiche de chaque ");
        markup::link(&mut key, root, "residences/", &markup::inner(r.label(Scale::Residence)));
        key.push_str(".</p>\n");
        Some((svg, key))
    }
}

/// Names of the symbols of a map, which the symbols borrow.
pub(super) struct Places {
    rows: Vec<(Tid, Coord, String, draw::Value, String, String)>,
}

impl Places {
    pub(super) fn new(
        r: &Renderer<'_>,
        column: &Column<'_>,
        list: impl Iterator<Item = (Tid, Coord)>,
        root: &str,
    ) -> Self {
        let site = r.site;
        let rows = list
            .map(|(tid, coord)| {
                let at = At::new(site, tid);
                let figure = column.get(at.scale, at.rank);
                (
                    tid,
                    coord,
                    format!("{}:{}{}", at.scale.key(), at.code, column.suffix),
                    crate::render::page::marks::value(figure),
                    written(figure, column),
                    format!("{root}{}", plan::folder(site, tid)),
                )
            })
            .collect();
        Self { rows }
    }

    pub(super) fn symbols<'s>(&'s self, r: &Renderer<'s>) -> Vec<draw::symbols::Symbol<'s>> {
        self.rows
            .iter()
            .map(|(tid, at, cell, value, figure, href)| {
                let territory = r.site.territories.get(*tid);
                draw::symbols::Symbol {
                    code: territory.code.as_str(),
                    name: &territory.name,
                    at: *at,
                    cell,
                    value: *value,
                    figure,
                    href: Some(href),
                }
            })
            .collect()
    }
}

fn circles_legend(
    maps: &Maps<'_>,
    column: &Column<'_>,
    symbols: &[draw::symbols::Symbol<'_>],
    per_unit: f64,
    scale: Scale,
) -> String {
    let max = symbols.iter().filter_map(|s| s.value.number()).fold(1.0, f64::max);
    let counts = legend::round_counts(max);
    let mut out = String::from("<p class=\"sub\">");
    markup::esc(&mut out, &maps.what(column));
    out.push_str(&column.unit());
    out.push_str("</p>\n<ul class=\"key stacked-key\">\n<li>");
    out.push_str(&legend::circles(&counts, per_unit));
    out.push(' ');
    let words: Vec<String> = counts.iter().rev().map(|n| format::number(*n, 0)).collect();
    out.push_str(&words.join(", "));
    out.push_str("</li>\n");
    let hidden = symbols.iter().filter(|s| s.value.number().is_none()).count();
    if hidden > 0 {
        out.push_str("<li>");
        out.push_str(legend::KEY_HIDDEN);
        out.push_str(" sans chiffre publié\u{A0}: ");
        markup::count(&mut out, scale.key(), hidden);
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n<p class=\"note\">La surface du cercle suit le nombre. Un losange a toujours la même taille\u{A0}: il ne dit rien du chiffre.</p>\n");
    out
}
