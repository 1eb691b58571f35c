//! The map that situates a territory among its neighbours.

use geo::{Coord, MultiPolygon};

use super::symbols::Places;
use super::{Layer, Maps};
use crate::format;
use crate::geometry::frame::Frame;
use crate::geometry::topology::{Level, envelope};
use crate::model::{Scale, Site, Tid};
use crate::render::draw::{self, Overlay, Texts, legend};
use crate::render::page::Renderer;

/// Radius of a residence of one dwelling on a locator map, in drawing units.
const PER_UNIT: f64 = 1.1;
/// Residences on a locator map beyond which only those of the commune are drawn, without links.
const CROWD: usize = 150;
/// Radius of the ring around a residence, in metres.
const RING: f64 = 500.0;

impl<'a> Maps<'a> {
    /// Locator map of a residence, an IRIS, a QPV or a commune, with its key.
    pub(in crate::render::page) fn locator(&self, r: &Renderer<'_>, tid: Tid, root: &str, prefix: &str) -> String {
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
}
