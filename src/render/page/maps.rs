//! Maps of the pages: which shapes at which level of detail, with which words and legend.
//!
//! Topologies are made once; a map is drawn from shapes whose details are not larger than what its frame can show.

use std::sync::OnceLock;

use geo::{Coord, MultiPolygon};
use minijinja::{Value, context};

use super::column::{At, Column};
use super::fiche::Section;
use super::shell::safe;
use super::{Renderer, markup};
use crate::disclosure::Figure;
use crate::format;
use crate::geometry::frame::Frame;
use crate::geometry::nearby::PointIndex;
use crate::geometry::topology::{GENERALISED, Level, Levels, Topology, envelope};
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
/// Radius of a residence of one dwelling on a locator map, in drawing units.
const PER_UNIT: f64 = 1.1;
/// Residences on a locator map beyond which only those of the commune are drawn, without links.
const CROWD: usize = 150;
/// Radius of the ring around a residence, in metres.
const RING: f64 = 500.0;

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
    breaks: Vec<OnceLock<ClassBreaks>>,
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
            breaks: (0..site.dictionary.len()).map(|_| OnceLock::new()).collect(),
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

    fn breaks(&self, r: &Renderer<'_>, iid: Iid) -> &ClassBreaks {
        self.breaks[iid.index()].get_or_init(|| class_breaks(r.published, iid, r.site.dictionary.get(iid)))
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
        let breaks = self.breaks(r, column.iid);
        let classes = u8::try_from(breaks.count().min(5)).unwrap_or(5);
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
                    code.get(code.len().saturating_sub(2)..).unwrap_or(code).to_owned(),
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
            legend.push_str(" Les numéros sont les deux derniers chiffres du code.");
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
            self.breaks(r, column.iid).labels(x.decimals)
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

    /// Proportional symbols and legend of a count at a scale, for the metropole.
    pub(super) fn symbols(
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
    pub(super) fn presence(&self, r: &Renderer<'_>, column: &Column<'_>, root: &str) -> Option<(String, String)> {
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

    /// Locator map of a residence, an IRIS, a QPV or a commune, with its key.
    pub(super) fn locator(&self, r: &Renderer<'_>, tid: Tid, root: &str, prefix: &str) -> String {
        let site = r.site;
        let territory = site.territories.get(tid);
        let column = r
            .layout(Scale::Residence)
            .blocks
            .iter()
            .find_map(|b| b.headline.as_ref());
        let (frame, zone, ring) = match territory.scale {
            Scale::Residence => {
                let Some(point) = territory.point else {
                    return "<p class=\"note\">Résidence non localisée : ni carte, ni équipements.</p>".to_owned();
                };
                let frame = draw::locator::around(point.0, RING, 360.0, 300.0);
                (frame, territory.lineage.iris, Some(RING))
            }
            Scale::Commune | Scale::Iris | Scale::Qpv => {
                let Some(bounds) = territory.shape.as_ref().and_then(|s| envelope([s])) else {
                    return String::new();
                };
                (Frame::fixed(bounds, 360.0, 300.0, 34.0), Some(tid), None)
            }
            _ => return String::new(),
        };
        // A commune among the communes, the others among the IRIS.
        let around = if territory.scale == Scale::Commune {
            Scale::Commune
        } else {
            Scale::Iris
        };
        let zones = self.layer(around).map(|l| (l, l.levels.at(frame.scale)));
        let shown = zone.and_then(|z| {
            let t = site.territories.get(z);
            let layer = self.layer(t.scale)?;
            Some((
                t.name.as_str(),
                layer.levels.at(frame.scale).zone(site.territories.rank(z)),
            ))
        });
        let neighbours = zones
            .as_ref()
            .map(|(layer, level)| self.around(site, around, layer, level, zone, &frame))
            .unwrap_or_default();
        let overlays: Vec<Overlay<'_>> = self
            .overlays(&frame)
            .into_iter()
            .enumerate()
            .filter(|(i, o)| {
                // The QPV of the fiche is drawn as its territory.
                zone != Some(site.territories.at(Scale::Qpv, *i)) && envelope([o.shape]).is_some_and(|e| frame.meets(e))
            })
            .map(|(_, o)| o)
            .collect();
        let mut near = self.near(site, &frame, tid);
        let crowded = near.len() > CROWD;
        if crowded {
            near.retain(|(t, _)| {
                Some(tid) == site.territories.get(*t).lineage.commune || territory.scale != Scale::Commune
            });
        }
        let per_unit = if crowded || territory.scale == Scale::Commune {
            PER_UNIT / 2.0
        } else {
            PER_UNIT
        };
        let places = column.map(|c| Places::new(r, c, near.iter().copied(), root));
        let mut symbols = places.as_ref().map(|p| p.symbols(r)).unwrap_or_default();
        if crowded {
            // Hundreds of targets that no finger can part: the list has the links.
            for symbol in &mut symbols {
                symbol.href = None;
            }
        }
        let own = column
            .zip(territory.point)
            .filter(|_| territory.scale == Scale::Residence);
        let own = own.map(|(c, p)| Places::new(r, c, std::iter::once((tid, p.0)), root));
        let here = own
            .as_ref()
            .and_then(|p| p.symbols(r).into_iter().next())
            .map(|s| draw::symbols::Symbol { href: None, ..s });
        let own_sign = match &here {
            Some(here) if here.value.number().is_none() => legend::KEY_RESIDENCE_HIDDEN,
            _ => legend::KEY_RESIDENCE,
        };
        let id = format!("{prefix}plan");
        let title = format!("Plan de situation : {}", territory.name);
        let count = match symbols.len() {
            0 => "Aucune".to_owned(),
            n => format::integer(n as u64),
        };
        let desc = format!(
            "{count} {} alentour. Les fiches voisines se retrouvent dans les listes.",
            format::plural(symbols.len() as u64, "autre résidence", "autres résidences")
        );
        let mut out = draw::locator::draw(&draw::locator::Locator {
            texts: Texts {
                id: &id,
                title: &title,
                desc: &desc,
            },
            frame,
            territory: shown,
            filled: false,
            neighbours: &neighbours,
            limits: &[],
            overlays: &overlays,
            residences: &symbols,
            per_unit,
            here,
            ring,
        });
        out.push_str("\n<figcaption><ul class=\"key\">\n");
        let mut key = |sign: &str, words: &str| out.push_str(&format!("<li>{sign} {words}</li>\n"));
        let hidden = symbols.iter().any(|s| s.value.number().is_none());
        if territory.scale == Scale::Residence {
            key(own_sign, "cette résidence");
        }
        if symbols.iter().any(|s| s.value.number().is_some()) {
            key(
                &legend::circles(&[200.0, 100.0, 20.0], per_unit),
                if territory.scale == Scale::Residence {
                    "autres\u{A0}: 20, 100, 200 logements"
                } else {
                    "résidences\u{A0}: 20, 100, 200 logements"
                },
            );
        }
        if hidden {
            key(legend::KEY_HIDDEN, "sans chiffre publié");
        }
        if shown.is_some() {
            key(
                legend::KEY_TERRITORY,
                match territory.scale {
                    Scale::Residence => r.label(Scale::Iris),
                    scale => r.label(scale),
                },
            );
        }
        if !overlays.is_empty() {
            key(
                legend::KEY_QPV,
                if territory.scale == Scale::Qpv {
                    "autres QPV"
                } else {
                    "QPV"
                },
            );
        }
        if ring.is_some() {
            key(legend::KEY_RING, "500\u{A0}m à vol d’oiseau");
        }
        out.push_str("</ul></figcaption>");
        out
    }

    /// Zones of a scale around another: its neighbours, or those that the window shows.
    fn around<'s>(
        &self,
        site: &'s Site,
        scale: Scale,
        layer: &Layer<'a>,
        level: &'s Level<'_>,
        zone: Option<Tid>,
        frame: &Frame,
    ) -> Vec<(&'s str, &'s MultiPolygon)> {
        let own = zone.filter(|z| site.territories.get(*z).scale == scale);
        let ranks: Vec<usize> = match own {
            Some(tid) => layer.neighbours[site.territories.rank(tid)].clone(),
            None => (0..layer.count)
                .filter(|i| envelope([level.zone(*i)]).is_some_and(|e| frame.meets(e)))
                .collect(),
        };
        ranks
            .into_iter()
            .map(|i| {
                let name = site.territories.get(site.territories.at(scale, i)).name.as_str();
                (name, level.zone(i))
            })
            .collect()
    }

    /// Residences that a window shows, that of the fiche left out.
    fn near(&self, site: &Site, frame: &Frame, but: Tid) -> Vec<(Tid, Coord)> {
        let envelope = frame.envelope();
        let centre = envelope.center();
        let reach = frame.scale * frame.width.hypot(frame.height) / 2.0;
        self.places
            .within(centre, reach)
            .into_iter()
            .map(|i| self.placed[i])
            .filter(|t| *t != but)
            .filter_map(|t| Some((t, site.territories.get(t).point?.0)))
            .filter(|(_, at)| frame.shows(*at, 2.0))
            .collect()
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

/// Names of the symbols of a map, which the symbols borrow.
struct Places {
    rows: Vec<(Tid, Coord, String, draw::Value, String, String)>,
}

impl Places {
    fn new(r: &Renderer<'_>, column: &Column<'_>, list: impl Iterator<Item = (Tid, Coord)>, root: &str) -> Self {
        let site = r.site;
        let rows = list
            .map(|(tid, coord)| {
                let at = At::new(site, tid);
                let figure = column.get(at.scale, at.rank);
                (
                    tid,
                    coord,
                    format!("{}:{}{}", at.scale.key(), at.code, column.suffix),
                    super::marks::value(figure),
                    written(figure, column),
                    format!("{root}{}", plan::folder(site, tid)),
                )
            })
            .collect();
        Self { rows }
    }

    fn symbols<'s>(&'s self, r: &Renderer<'s>) -> Vec<draw::symbols::Symbol<'s>> {
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
