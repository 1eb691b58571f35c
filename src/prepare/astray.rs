//! Points that fall far from the territory, and the mistake that would explain them: longitude and latitude swapped,
//! metres read as degrees, another system of coordinates.

use std::collections::BTreeMap;

use geo::{BoundingRect as _, Coord};

use super::ground::{Systems, Zone};
use crate::geometry::crs::{Crs, KNOWN};
use crate::model::Scale;

/// A point this far around the territory, in degrees, is not astray; about 3 km.
const MARGIN: f64 = 0.03;
/// Points kept to look for a cause.
const KEPT: usize = 4096;

/// The box that holds all the communes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    low: Coord<f64>,
    high: Coord<f64>,
}

impl Frame {
    /// Frames the communes; none without any.
    pub(super) fn new(zones: &BTreeMap<Scale, Vec<Zone>>) -> Option<Self> {
        let boxes = zones
            .get(&Scale::Commune)?
            .iter()
            .filter_map(|z| z.shape.bounding_rect());
        boxes
            .map(|r| Self {
                low: r.min(),
                high: r.max(),
            })
            .reduce(|a, b| Self {
                low: Coord {
                    x: a.low.x.min(b.low.x),
                    y: a.low.y.min(b.low.y),
                },
                high: Coord {
                    x: a.high.x.max(b.high.x),
                    y: a.high.y.max(b.high.y),
                },
            })
    }

    /// Tells whether a point is in the box or near it.
    pub(super) fn near(&self, point: Coord<f64>) -> bool {
        (self.low.x - MARGIN..=self.high.x + MARGIN).contains(&point.x)
            && (self.low.y - MARGIN..=self.high.y + MARGIN).contains(&point.y)
    }
}

/// Points of a file, near the territory or not.
#[derive(Debug, Default)]
pub(super) struct Astray {
    /// Points near the territory.
    pub(super) near: u64,
    /// The others, those outside of their system included.
    pub(super) far: u64,
    /// Some of the others, spread over the file: as written, with the system they were read in.
    kept: Vec<(f64, f64, u32)>,
}

impl Astray {
    /// Notes a point as written, and where it was put.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an EPSG code")]
    pub(super) fn note(&mut self, written: (f64, f64), epsg: Option<f64>, put: Option<Coord<f64>>, frame: &Frame) {
        if put.is_some_and(|p| frame.near(p)) {
            self.near += 1;
            return;
        }
        // One in `stride`, a power of two that doubles each time the list is full.
        let stride = (self.far / KEPT as u64 + 1).next_power_of_two();
        if self.kept.len() < 2 * KEPT && self.far.is_multiple_of(stride) {
            self.kept.push((written.0, written.1, epsg.unwrap_or(4326.0) as u32));
        }
        self.far += 1;
    }

    /// The mistake that brings most of the far points back near the territory, and its remedy; none when no single one
    /// explains at least `part` of them (0–1).
    pub(super) fn cause(&self, systems: &Systems, frame: &Frame, part: f64) -> Option<(String, String)> {
        let metres = |&(x, y, _): &(f64, f64, u32)| x.abs() > 180.0 || y.abs() > 180.0;
        let explained = |epsg: Option<u32>, swapped: bool| {
            let back = |&&(x, y, own): &&(f64, f64, u32)| {
                let (x, y) = if swapped { (y, x) } else { (x, y) };
                let code = epsg.unwrap_or(own);
                systems
                    .to_degrees(Some(f64::from(code)), x, y)
                    .is_some_and(|p| frame.near(p))
            };
            self.kept.iter().filter(back).count()
        };
        // The plainest mistake first: it wins among equals.
        let mut tried = vec![(None, true)];
        tried.extend(
            systems
                .codes()
                .filter(|code| !matches!(code, 4171 | 4559)) // the same as 4326 and 5490
                .flat_map(|code| [(Some(code), false), (Some(code), true)]),
        );
        let mut best: Option<((Option<u32>, bool), usize)> = None;
        for guess in tried {
            let count = explained(guess.0, guess.1);
            if best.is_none_or(|(_, most)| count > most) {
                best = Some((guess, count));
            }
        }
        let ((epsg, swapped), count) = best?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand points")]
        let enough = count > 0 && count as f64 >= part * self.kept.len() as f64;
        if !enough {
            return None;
        }
        let was = self.kept.first().map_or(4326, |p| p.2);
        let in_metres = self.kept.iter().filter(|p| metres(p)).count() * 2 > self.kept.len();
        let swap = "échanger « lon » et « lat » (ou « x » et « y ») dans la recette";
        Some(match epsg {
            None => (
                if in_metres {
                    "les deux coordonnées semblent inversées".to_owned()
                } else {
                    "longitude et latitude semblent inversées".to_owned()
                },
                swap.to_owned(),
            ),
            Some(code) => {
                let what = if in_metres && Crs::is_degrees(was) {
                    format!(
                        "ce sont des mètres (EPSG:{code}, {}), lus comme des degrés",
                        named(code)
                    )
                } else if Crs::is_degrees(code) {
                    format!("ce sont des degrés, lus comme des mètres (EPSG:{was})")
                } else {
                    format!("elles semblent en EPSG:{code} ({}), non en EPSG:{was}", named(code))
                };
                let both = if swapped { format!(", et {swap}") } else { String::new() };
                let also = if swapped { ", et inversées" } else { "" };
                (
                    format!("{what}{also}"),
                    format!("écrire epsg = {code} dans la table de la recette{both}"),
                )
            }
        })
    }
}

/// What a system covers.
fn named(code: u32) -> String {
    match code {
        3942..=3950 => format!("conique conforme, zone {}", code - 3941),
        _ => KNOWN
            .iter()
            .find(|(known, _)| *known == code)
            .map_or_else(|| "projeté".to_owned(), |(_, name)| (*name).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame {
            low: Coord { x: 2.9, y: 50.5 },
            high: Coord { x: 3.2, y: 50.8 },
        }
    }

    fn cause(points: &[(f64, f64)], epsg: Option<f64>) -> Option<(String, String)> {
        let systems = Systems::new();
        let mut astray = Astray::default();
        for &(x, y) in points {
            astray.note((x, y), epsg, systems.to_degrees(epsg, x, y), &frame());
        }
        assert_eq!((astray.near, astray.far), (0, points.len() as u64), "no point is near");
        astray.cause(&systems, &frame(), 0.5)
    }

    #[test]
    fn each_mistake_is_named_with_its_remedy() {
        let told = |points: &[(f64, f64)], epsg: Option<f64>| cause(points, epsg).expect("a cause");
        let (what, hint) = told(&[(50.6, 3.0), (50.7, 3.1)], None);
        assert!(what.contains("longitude et latitude semblent inversées"), "{what}");
        assert!(hint.contains("échanger"), "{hint}");
        // Lille in Lambert-93 and in the conic of zone 9.
        let lambert = [(704_000.0, 7_059_000.0)];
        let (what, hint) = told(&lambert, None);
        assert!(what.contains("mètres (EPSG:2154"), "{what}");
        assert!(hint.contains("epsg = 2154") && !hint.contains("échanger"), "{hint}");
        let (what, _) = told(&[(7_059_000.0, 704_000.0)], Some(2154.0));
        assert!(what.contains("deux coordonnées semblent inversées"), "{what}");
        let (what, hint) = told(&[(1_704_000.0, 9_270_000.0)], Some(2154.0));
        assert!(
            what.contains("semblent en EPSG:3950") && hint.contains("3950"),
            "{what} {hint}"
        );
        let (what, hint) = told(&[(3.05, 50.63)], Some(2154.0));
        assert!(
            what.contains("degrés, lus comme des mètres") && hint.contains("epsg = 4326"),
            "{what} {hint}"
        );
        let (what, hint) = told(&[(7_059_000.0, 704_000.0)], None);
        assert!(
            what.contains("et inversées") && hint.contains("échanger"),
            "{what} {hint}"
        );
    }

    #[test]
    fn points_truly_elsewhere_have_no_cause() {
        assert_eq!(cause(&[(5.37, 43.3), (-1.55, 47.2)], None), None);
    }
}
