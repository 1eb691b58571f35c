//! Maps of the pages: which shapes at which level of detail, with which words and legend.
//!
//! Topologies are made once; a map is drawn from shapes whose details are not larger than what its frame can show.

mod locator;
mod symbols;

use std::sync::OnceLock;

use geo::MultiPolygon;
use minijinja::{Value, context};

use super::column::{At, Column};
use super::fiche::Section;
use super::shell::safe;
use super::{Renderer, markup};
use crate::disclosure::Figure;
use crate::geometry::frame::Frame;
use crate::geometry::nearby::PointIndex;
use crate::geometry::topology::{GENERALISED, Levels, Topology, envelope};
use crate::model::{Iid, Scale, Site, State, Tid};
use crate::plan;
use crate::render::classes::{ClassBreaks, class_breaks};
use crate::render::draw::{self, Ground, Overlay, Shade, Texts, legend};

/// Scales drawn as zones.
const ZONED: [Scale; 3] = [Scale::Commune, Scale::Iris, Scale::Qpv];
/// Finest detail, in metres, and number of levels, each √2 coarser.
const FINEST: f64 = 2.0;
const LEVELS: usize = 18;
/// Zones of a map beyond which a coarser line draws each of them as well.
const MANY: usize = 80;

/// Zones of a site cut into shared borders; owns what the maps of a [`Renderer`] borrow.
#[derive(Debug)]
pub struct Geography {
    layers: [Topology; 3],
}

impl Geography {
    /// Cuts the communes, IRIS and QPV of a site.
    pub fn new(site: &Site) -> Self {
        Self {
            layers: ZONED.map(|scale| {
                let shapes: Vec<MultiPolygon> = site
                    .territories
                    .of(scale)
                    .map(|t| {
                        site.territories
                            .get(t)
                            .shape
                            .clone()
                            .unwrap_or(MultiPolygon(Vec::new()))
                    })
                    .collect();
                Topology::new(&shapes, if scale == Scale::Qpv { 0.0 } else { GENERALISED })
            }),
        }
    }
}

struct Layer<'a> {
    levels: Levels<'a>,
    neighbours: Vec<Vec<usize>>,
    count: usize,
}

/// Shapes at every level of detail, grounds of the maps of the metropole, places of the residences.
pub(super) struct Maps<'a> {
    layers: [Layer<'a>; 3],
    qpv_names: Vec<String>,
    grounds: [OnceLock<Option<Ground>>; 3],
    places: PointIndex,
    /// Residence of each place.
    placed: Vec<Tid>,
    /// Of each indicator, of each of its categories.
    breaks: Vec<Vec<OnceLock<ClassBreaks>>>,
}

impl<'a> Maps<'a> {
    pub(super) fn new(site: &'a Site, geography: &'a Geography) -> Self {
        let mut placed = Vec::new();
        let mut points = Vec::new();
        for tid in site.territories.of(Scale::Residence) {
            if let Some(point) = site.territories.get(tid).point {
                placed.push(tid);
                points.push(point.0);
            }
        }
        let mut layers = geography.layers.iter().map(|topology| Layer {
            levels: Levels::new(topology, FINEST, LEVELS),
            neighbours: topology.neighbours(),
            count: topology.len(),
        });
        Self {
            layers: std::array::from_fn(|_| layers.next().expect("three scales are zoned")),
            qpv_names: site
                .territories
                .of(Scale::Qpv)
                .map(|t| format!("QPV {}", site.territories.get(t).name))
                .collect(),
            grounds: Default::default(),
            places: PointIndex::new(points),
            placed,
            breaks: site
                .dictionary
                .iter()
                .map(|(_, x)| (0..x.categories.len().max(1)).map(|_| OnceLock::new()).collect())
                .collect(),
        }
    }

    fn layer(&self, scale: Scale) -> Option<&Layer<'a>> {
        ZONED.iter().position(|s| *s == scale).map(|i| &self.layers[i])
    }

    /// QPV that have a part in a commune, by rank.
    fn quarters_of(&self, site: &Site, commune: Tid) -> Vec<usize> {
        site.territories
            .of(Scale::Qpv)
            .filter(|qpv| site.territories.communes_of_qpv(*qpv).contains(&commune))
            .map(|qpv| site.territories.rank(qpv))
            .collect()
    }

    fn overlays<'s>(&'s self, frame: &Frame) -> Vec<Overlay<'s>> {
        let Some(layer) = self.layer(Scale::Qpv) else {
            return Vec::new();
        };
        let level = layer.levels.at(frame.scale);
        (0..layer.count)
            .map(|i| Overlay {
                name: &self.qpv_names[i],
                shape: level.zone(i),
                href: None,
            })
            .collect()
    }

    /// Ground of the maps of the whole metropole at a scale, drawn once.
    fn ground(&self, scale: Scale) -> Option<&Ground> {
        let position = ZONED.iter().position(|s| *s == scale)?;
        self.grounds[position]
            .get_or_init(|| {
                let layer = &self.layers[position];
                let base = self.layer(Scale::Commune).filter(|l| l.count > 0).unwrap_or(layer);
                let finest = base.levels.at(FINEST);
                let bounds = envelope(finest.zones()).or_else(|| envelope(layer.levels.at(FINEST).zones()))?;
                let fine = Frame::fit(bounds, 640.0, 560.0, 6.0);
                // Where zones are many, each is small, and limits of communes only situate: a coarser line draws them as
                // well, and the page stays light.
                let coarse = fine.with_grain(1.0);
                let rough = base.levels.at(2.0 * fine.scale);
                let (frame, level) = if layer.count > MANY {
                    (coarse, layer.levels.at(2.0 * fine.scale))
                } else {
                    (fine, layer.levels.at(fine.scale))
                };
                let zones = 0..layer.count;
                let around = rough.outline(0..base.count);
                let limits = rough.borders(0..base.count);
                let ground = Ground::new(frame, level.zones(), false);
                Some(match scale {
                    Scale::Qpv => ground.situated(&coarse, level.zones(), &limits, &around),
                    Scale::Commune => {
                        let outline = level.outline(zones.clone());
                        ground
                            .outline(&frame, &outline)
                            .borders(&level.borders(zones), &outline)
                    }
                    _ => ground
                        .outline(&coarse, &around)
                        .limits(&coarse, &limits)
                        .borders(&level.borders(zones), &around),
                })
            })
            .as_ref()
    }

    fn breaks(&self, r: &Renderer<'_>, column: &Column<'_>) -> &ClassBreaks {
        let category = column.cell.category;
        let make = || class_breaks(r.published, column.iid, category, column.indicator);
        self.breaks[column.iid.index()][usize::from(category.unwrap_or(0))].get_or_init(make)
    }

    /// Choropleth and legend of a figure at a scale, for the metropole or within a commune.
    pub(super) fn choropleth(
        &self,
        r: &Renderer<'_>,
        column: &Column<'_>,
        scale: Scale,
        within: Option<Tid>,
        root: &str,
        prefix: &str,
    ) -> Option<(String, String)> {
        let site = r.site;
        let layer = self.layer(scale)?;
        let list: Vec<Tid> = match within {
            None => site.territories.of(scale).collect(),
            Some(tid) => site.territories.inside(tid, scale),
        };
        if list.is_empty() || list.iter().all(|t| site.territories.get(*t).shape.is_none()) {
            return None;
        }
        let local;
        let quarters = within.map(|tid| self.quarters_of(site, tid)).unwrap_or_default();
        let ground = match within {
            None => self.ground(scale)?,
            Some(_) => {
                let ranks: Vec<usize> = list.iter().map(|t| site.territories.rank(*t)).collect();
                let finest = layer.levels.at(FINEST);
                let bounds = envelope(ranks.iter().map(|i| finest.zone(*i)))?;
                let frame = Frame::fit(bounds, 484.0, 400.0, 6.0);
                let level = layer.levels.at(frame.scale);
                let overlays: Vec<Overlay<'_>> = self
                    .overlays(&frame)
                    .into_iter()
                    .enumerate()
                    .filter_map(|(i, o)| quarters.contains(&i).then_some(o))
                    .collect();
                local = Ground::new(frame, ranks.iter().map(|i| level.zone(*i)), true)
                    .outline(&frame, &level.outline(ranks.iter().copied()))
                    .overlays(&overlays);
                &local
            }
        };
        let breaks = self.breaks(r, column);
        let classes = u8::try_from(breaks.count().min(5)).unwrap_or(5);
        let codes: Vec<&str> = list.iter().map(|t| site.territories.get(*t).code.as_str()).collect();
        let digits = telling(&codes);
        let rows: Vec<(String, Shade, String, String, String)> = list
            .iter()
            .map(|tid| {
                let at = At::new(site, *tid);
                let figure = column.get(at.scale, at.rank);
                let code = site.territories.get(*tid).code.as_str();
                (
                    format!("{}:{code}{}", at.scale.key(), column.suffix),
                    shade(figure, breaks),
                    written(figure, column),
                    format!("{root}{}", plan::folder(site, *tid)),
                    tail(code, digits).to_owned(),
                )
            })
            .collect();
        let zones: Vec<draw::choropleth::Zone<'_>> = list
            .iter()
            .zip(&rows)
            .map(|(tid, (cell, shade, figure, href, key))| draw::choropleth::Zone {
                name: &site.territories.get(*tid).name,
                cell,
                shade: *shade,
                figure,
                href: Some(href),
                key: within.is_some().then_some(key.as_str()),
            })
            .collect();
        let place = within.map_or(site.config.metropole.name.as_str(), |t| {
            site.territories.get(t).name.as_str()
        });
        let what = self.what(column);
        let title = format!(
            "{what} par {}, {place}, {}",
            site.config.scale_label(scale),
            column.cell.vintage.label()
        );
        let id = format!("{prefix}m");
        let drawing = draw::choropleth::draw(&draw::choropleth::Choropleth {
            texts: Texts {
                id: &id,
                title: &title,
                desc: "Carte en classes ; les mêmes valeurs sont dans le tableau.",
            },
            ground,
            zones: &zones,
            classes,
        });
        let mut legend = self.legend(r, column, &drawing.counts, classes, scale);
        if within.is_some() {
            legend.push_str("<ul class=\"key stacked-key\">\n");
            if !quarters.is_empty() {
                legend.push_str(&format!("<li>{} QPV</li>\n", legend::KEY_QPV_LINE));
            }
            legend.push_str(&format!("<li>{} limite de la commune</li>\n</ul>\n", legend::KEY_LIMIT));
        }
        legend.push_str("<p class=\"note\">Bornes fixes, les mêmes pour tous les millésimes et toutes les échelles.");
        if within.is_some() {
            let words = ["deux", "trois", "quatre"]
                .get(digits.saturating_sub(2))
                .unwrap_or(&"quatre");
            legend.push_str(&format!(" Les numéros sont les {words} derniers chiffres du code."));
        }
        if ground.discs() > 0 {
            legend.push_str(" Les zones trop petites pour être lues sont des disques, tous de la même taille.");
        }
        legend.push_str("</p>\n");
        Some((drawing.svg, legend))
    }

    /// Name of what a map shows, category included.
    fn what(&self, column: &Column<'_>) -> String {
        match column.cell.category {
            Some(c) => format!(
                "{} : {}",
                column.indicator.label,
                column.indicator.categories[usize::from(c)].label
            ),
            None => column.indicator.label.clone(),
        }
    }

    fn legend(
        &self,
        r: &Renderer<'_>,
        column: &Column<'_>,
        counts: &[(Shade, usize)],
        classes: u8,
        scale: Scale,
    ) -> String {
        let x = column.indicator;
        let labels: Vec<String> = if x.kind.is_word() {
            x.categories.iter().map(|c| c.label.clone()).collect()
        } else {
            self.breaks(r, column).labels(x.decimals)
        };
        let mut out = String::from("<table class=\"legend\">\n<caption>");
        markup::esc(&mut out, &self.what(column));
        out.push_str(&column.unit());
        out.push_str("</caption>\n<thead><tr><th scope=\"col\">Classe</th><th scope=\"col\" class=\"n\">");
        markup::esc(&mut out, r.site.config.scale_plural(scale));
        out.push_str("</th></tr></thead>\n<tbody>\n");
        for (shade, count) in counts {
            out.push_str("<tr><th scope=\"row\"><span>");
            out.push_str(&legend::swatch(*shade, classes));
            out.push(' ');
            match shade {
                Shade::Class(class) => {
                    if let Some(label) = labels.get(usize::from(*class) - 1) {
                        markup::esc(&mut out, label);
                    }
                }
                Shade::State(state) => {
                    out.push_str(legend::state_word(state));
                    out.push_str(&format!(" ({state})"));
                }
            }
            out.push_str("</span></th><td class=\"n\">");
            markup::count(&mut out, scale.key(), *count);
            out.push_str("</td></tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
        out
    }

    /// Map section of a fiche: IRIS of a commune, communes of the metropole.
    pub(super) fn section(&self, r: &Renderer<'_>, tid: Tid, root: &str, prefix: &str) -> Option<Section> {
        let scale = r.site.territories.get(tid).scale;
        let (inner, within) = match scale {
            Scale::Metropole => (Scale::Commune, None),
            Scale::Commune => (Scale::Iris, Some(tid)),
            _ => return None,
        };
        if within.is_some() && r.site.territories.inside(tid, inner).len() < 2 {
            return None;
        }
        let row = r
            .layout(inner)
            .own_rows()
            .find(|row| row.column.indicator.kind.is_ratio())?;
        let column = &row.column;
        let (svg, legend) = self.choropleth(r, column, inner, within, root, &format!("{prefix}carte-"))?;
        Some(Section {
            id: "carte".to_owned(),
            title: column.indicator.label.clone(),
            about: format!(
                "{} {} · par {}",
                r.site
                    .source(&column.indicator.source)
                    .map_or("", |s| super::layout::short_name(&s.dataset)),
                column.cell.vintage.label(),
                markup::inner(r.label(inner))
            ),
            html: format!(
                "<div class=\"choro\">\n<figure role=\"presentation\">\n{svg}\n</figure>\n<div>\n{legend}</div>\n</div>\n"
            ),
            ..Section::default()
        })
    }

    /// Map of a thematic grid, in classes: no figure of a square anywhere.
    pub(super) fn grid(&self, r: &Renderer<'_>, iid: Iid) -> Option<Value> {
        let site = r.site;
        let grid = site
            .grids
            .iter()
            .filter(|g| g.indicator == iid)
            .max_by_key(|g| g.vintage)?;
        let x = site.dictionary.get(iid);
        let shapes: Vec<MultiPolygon> = grid
            .squares
            .iter()
            .map(|s| MultiPolygon(vec![s.shape.clone()]))
            .collect();
        let frame = Frame::fit(envelope(&shapes)?, 640.0, 560.0, 6.0);
        let classes = u8::try_from(x.categories.len().clamp(1, 5)).unwrap_or(5);
        let zones: Vec<(&MultiPolygon, Shade)> = shapes
            .iter()
            .zip(&grid.squares)
            .map(|(shape, square)| (shape, Shade::Class(square.class.clamp(1, classes))))
            .collect();
        let title = format!("{}, {}", x.label, grid.vintage.label());
        let svg = draw::choropleth::thumbnail(
            &Texts {
                id: "carreaux",
                title: &title,
                desc: "Carroyage en classes : usage thématique, aucun chiffre ne porte sur un carreau.",
            },
            &frame,
            &zones,
            classes,
        );
        let mut legend = String::from("<ul class=\"key stacked-key\">\n");
        for (i, category) in x.categories.iter().take(5).enumerate() {
            let class = u8::try_from(i + 1).unwrap_or(1);
            legend.push_str("<li>");
            legend.push_str(&legend::swatch(Shade::Class(class), classes));
            legend.push(' ');
            markup::esc(&mut legend, &category.label);
            legend.push_str("</li>\n");
        }
        legend.push_str("</ul>\n<p class=\"note\">Usage thématique uniquement\u{A0}: un carreau se lit sur la carte, en classes, et ne porte aucun chiffre.</p>\n");
        Some(context! {
            id => "carreaux",
            title => "Carroyage",
            about => grid.vintage.label(),
            map => safe(svg),
            legend => safe(legend),
            html => "",
        })
    }
}

fn shade(figure: Option<Figure>, breaks: &ClassBreaks) -> Shade {
    let Some(figure) = figure else {
        return Shade::State(State::NotAvailable.sign());
    };
    match (figure.state(), figure.word(), figure.value()) {
        (Some(state), ..) => Shade::State(state.sign()),
        (None, Some(word), _) => Shade::Class(u8::try_from(word + 1).unwrap_or(5).min(5)),
        (None, None, Some(value)) => Shade::Class(breaks.class(value).min(4) + 1),
        (None, None, None) => Shade::State(State::NotAvailable.sign()),
    }
}

/// The figure as the table writes it, with its unit, or the word of its state.
fn written(figure: Option<Figure>, column: &Column<'_>) -> String {
    let Some(figure) = figure else {
        return State::NotAvailable.word().to_owned();
    };
    match figure.state() {
        Some(state) => state.word().to_owned(),
        None => {
            let unit = match column.indicator.unit.as_str() {
                "" if column.indicator.kind.is_ratio() => "%",
                unit => unit,
            };
            let text = figure.text(column.indicator);
            if unit.is_empty() {
                text
            } else {
                format!("{text}\u{A0}{unit}")
            }
        }
    }
}

/// The last characters of a code.
fn tail(code: &str, digits: usize) -> &str {
    code.get(code.len().saturating_sub(digits)..).unwrap_or(code)
}

/// How many last digits tell codes apart, from two to four.
fn telling(codes: &[&str]) -> usize {
    let apart = |digits: &usize| {
        let mut keys: Vec<&str> = codes.iter().map(|c| tail(c, *digits)).collect();
        keys.sort_unstable();
        keys.windows(2).all(|w| w[0] != w[1])
    };
    (2..4).find(apart).unwrap_or(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_digits_tell_zones_apart() {
        assert_eq!(telling(&["950180101", "950180102"]), 2);
        assert_eq!(telling(&["950180101", "950180201"]), 3);
        assert_eq!(telling(&["950180101", "950181101"]), 4);
    }
}
