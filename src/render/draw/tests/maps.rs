use std::time::Instant;

use geo::{BoundingRect as _, Coord, MultiPolygon};

use super::{Sheet, samples};
use crate::geometry::frame::Frame;
use crate::geometry::real::zones;
use crate::geometry::topology::{GENERALISED, Levels, Topology, envelope};
use crate::render::draw::choropleth::{Choropleth, Zone};
use crate::render::draw::locator::Locator;
use crate::render::draw::symbols::{Symbol, Symbols};
use crate::render::draw::{Ground, Overlay, Shade, Texts, Value, choropleth, locator, symbols};

fn shade(i: usize) -> Shade {
    match i * 7919 % 23 {
        0 => Shade::State("s"),
        1 => Shade::State("nd"),
        2 => Shade::State("so"),
        n => Shade::Class(u8::try_from(n * n * 5 / 485 + 1).unwrap_or(5).min(5)),
    }
}

fn text(properties: &serde_json::Map<String, serde_json::Value>, key: &str) -> String {
    properties
        .get(key)
        .and_then(|v| v.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn map_texts(id: &'static str) -> Texts<'static> {
    Texts {
        id,
        title: "Part des logements sociaux",
        desc: "Valeurs dans le tableau.",
    }
}

/// Draws real places for the eye; asserts what the eye cannot.
#[test]
fn real_maps() {
    let (Some(communes), Some(iris), Some(rennes), Some(qpv)) = (
        zones("mel/communes_mel_ign2018.geojson"),
        zones("mel/iris_mel_2020_z9.geojson"),
        zones("rennes/iris_35_2020_z9.geojson"),
        zones("rennes/qpv_rennes_2015.geojson"),
    ) else {
        return;
    };
    let mut sheet = Sheet::new();
    let commune_shapes: Vec<MultiPolygon> = communes.iter().map(|c| c.1.clone()).collect();
    let commune_topology = Topology::new(&commune_shapes, GENERALISED);
    let commune_levels = Levels::new(&commune_topology, 2.0, 18);
    let frame = Frame::fit(envelope(&commune_shapes).expect("95 communes"), 640.0, 560.0, 6.0);

    let start = Instant::now();
    let level = commune_levels.at(frame.scale);
    let outline = level.outline(0..communes.len());
    let names: Vec<String> = communes.iter().map(|c| text(&c.0, "nom")).collect();
    let cells: Vec<String> = communes
        .iter()
        .map(|c| format!("commune:{}:parc.part:2025", text(&c.0, "code")))
        .collect();
    let hrefs: Vec<String> = communes
        .iter()
        .map(|c| format!("../communes/{}/", text(&c.0, "code")))
        .collect();
    let drawn: Vec<Zone> = (0..communes.len())
        .map(|i| Zone {
            name: &names[i],
            cell: &cells[i],
            shade: shade(i),
            figure: "22,4 %",
            href: Some(&hrefs[i]),
            key: None,
        })
        .collect();
    let drawing = choropleth::draw(&Choropleth {
        texts: map_texts("c1"),
        ground: &Ground::new(frame, level.zones(), false).outline(&frame, &outline),
        zones: &drawn,
        classes: 5,
    });
    sheet.add("Communes de la métropole", 660, &drawing.svg, start.elapsed());
    assert_eq!(drawing.counts.iter().map(|c| c.1).sum::<usize>(), 95);
    assert_eq!(outline.len(), 1, "one outline, without slivers");

    let iris_shapes: Vec<MultiPolygon> = iris.iter().map(|c| c.1.clone()).collect();
    let iris_topology = Topology::new(&iris_shapes, GENERALISED);
    let iris_levels = Levels::new(&iris_topology, 2.0, 18);
    let start = Instant::now();
    let level = iris_levels.at(frame.scale);
    let iris_cells: Vec<String> = iris
        .iter()
        .map(|c| format!("iris:{}:parc.part:2025", text(&c.0, "code_iris")))
        .collect();
    let iris_hrefs: Vec<String> = iris
        .iter()
        .map(|c| format!("../iris/{}/", text(&c.0, "code_iris")))
        .collect();
    let iris_names: Vec<String> = iris.iter().map(|c| text(&c.0, "nom_iris")).collect();
    let drawn: Vec<Zone> = (0..iris.len())
        .map(|i| Zone {
            name: &iris_names[i],
            cell: &iris_cells[i],
            shade: shade(i),
            figure: "22,4 %",
            href: Some(&iris_hrefs[i]),
            key: None,
        })
        .collect();
    let drawing = choropleth::draw(&Choropleth {
        texts: map_texts("c2"),
        ground: &Ground::new(frame, level.zones(), false).outline(&frame, &outline),
        zones: &drawn,
        classes: 5,
    });
    sheet.add("IRIS de la métropole", 660, &drawing.svg, start.elapsed());

    // One commune, its IRIS and their keys.
    let lille: Vec<usize> = (0..iris.len())
        .filter(|&i| text(&iris[i].0, "insee_com") == "59350")
        .collect();
    let start = Instant::now();
    let bounds = envelope(lille.iter().map(|&i| &iris_shapes[i])).expect("Lille has IRIS");
    let frame = Frame::fit(bounds, 640.0, 520.0, 6.0);
    let level = iris_levels.at(frame.scale);
    let keys: Vec<String> = lille
        .iter()
        .map(|&i| text(&iris[i].0, "code_iris")[5..].to_owned())
        .collect();
    let drawn: Vec<Zone> = lille
        .iter()
        .zip(&keys)
        .map(|(&i, key)| Zone {
            name: &iris_names[i],
            cell: &iris_cells[i],
            shade: shade(i),
            figure: "22,4 %",
            href: Some(&iris_hrefs[i]),
            key: Some(key),
        })
        .collect();
    let drawing = choropleth::draw(&Choropleth {
        texts: map_texts("c3"),
        ground: &Ground::new(frame, lille.iter().map(|&i| level.zone(i)), true)
            .outline(&frame, &level.outline(lille.iter().copied())),
        zones: &drawn,
        classes: 5,
    });
    sheet.add("IRIS de Lille", 660, &drawing.svg, start.elapsed());

    // Rennes has QPV polygons.
    let rennes_shapes: Vec<MultiPolygon> = rennes.iter().map(|c| c.1.clone()).collect();
    let topology = Topology::new(&rennes_shapes, GENERALISED);
    let levels = Levels::new(&topology, 2.0, 18);
    let city: Vec<usize> = (0..rennes.len())
        .filter(|&i| text(&rennes[i].0, "insee_com") == "35238")
        .collect();
    let bounds = envelope(city.iter().map(|&i| &rennes_shapes[i])).expect("Rennes has IRIS");
    let frame = Frame::fit(bounds, 640.0, 520.0, 6.0);
    let level = levels.at(frame.scale);
    let qpv_names: Vec<String> = qpv.iter().map(|q| format!("QPV {}", text(&q.0, "NOM_QP"))).collect();
    let qpv_shapes: Vec<MultiPolygon> = qpv.iter().map(|q| q.1.clone()).collect();
    let qpv_topology = Topology::new(&qpv_shapes, 0.0);
    let qpv_level = qpv_topology.level(frame.scale);
    let overlays: Vec<Overlay> = (0..qpv.len())
        .map(|i| Overlay {
            name: &qpv_names[i],
            shape: qpv_level.zone(i),
            href: None,
        })
        .collect();
    let start = Instant::now();
    let names: Vec<String> = city.iter().map(|&i| text(&rennes[i].0, "nom_iris")).collect();
    let keys: Vec<String> = city
        .iter()
        .map(|&i| text(&rennes[i].0, "code_iris")[5..].to_owned())
        .collect();
    let drawn: Vec<Zone> = (0..city.len())
        .map(|k| Zone {
            name: &names[k],
            cell: "iris:x:parc.part:2025",
            shade: shade(k),
            figure: "22,4 %",
            href: None,
            key: Some(&keys[k]),
        })
        .collect();
    let drawing = choropleth::draw(&Choropleth {
        texts: map_texts("c4"),
        ground: &Ground::new(frame, city.iter().map(|&i| level.zone(i)), true)
            .outline(&frame, &level.outline(city.iter().copied()))
            .overlays(&overlays),
        zones: &drawn,
        classes: 5,
    });
    sheet.add("IRIS et QPV de Rennes", 660, &drawing.svg, start.elapsed());

    // A fictitious stock on the ground of Rennes.
    let ids: Vec<String> = (0..60).map(|i| format!("R-{i:05}")).collect();
    let cells: Vec<String> = ids
        .iter()
        .map(|id| format!("residence:{id}:parc.logements:2025"))
        .collect();
    let residence_names: Vec<String> = (0..60).map(|i| format!("Résidence {i}")).collect();
    let places: Vec<Symbol> = (0..60u32)
        .zip(ids.iter().zip(&cells).zip(&residence_names))
        .map(|(i, ((id, cell), name))| Symbol {
            code: id,
            name,
            at: Coord {
                x: -1.69 + f64::from(i * 7919 % 100) / 1400.0,
                y: 48.09 + f64::from(i * 104_729 % 100) / 2100.0,
            },
            cell,
            value: if i % 6 == 0 {
                Value::State("s")
            } else {
                Value::Number(f64::from(i * i % 300 + 11))
            },
            figure: "64 logements",
            href: None,
        })
        .collect();
    let start = Instant::now();
    let svg = symbols::draw(&Symbols {
        texts: map_texts("c5"),
        ground: &Ground::new(frame, city.iter().map(|&i| level.zone(i)), false)
            .outline(&frame, &level.outline(city.iter().copied()))
            .overlays(&overlays),
        symbols: &places,
        per_unit: symbols::per_unit(places.iter().map(|p| &p.value), 16.0),
    });
    sheet.add("Résidences", 660, &svg, start.elapsed());

    // The locator map of a residence in a QPV.
    let at = qpv_shapes[0].bounding_rect().expect("a QPV").center();
    let frame = locator::around(at, 500.0, 360.0, 300.0);
    let level = levels.at(frame.scale);
    let qpv_level = qpv_topology.level(frame.scale);
    let overlays: Vec<Overlay> = (0..qpv.len())
        .map(|i| Overlay {
            name: &qpv_names[i],
            shape: qpv_level.zone(i),
            href: None,
        })
        .collect();
    let held = crate::geometry::locate::Locator::new(&rennes_shapes).holding(at)[0];
    let around: Vec<(&str, &MultiPolygon)> = topology.neighbours()[held]
        .iter()
        .map(|&i| ("voisin", level.zone(i)))
        .collect();
    let near: Vec<Symbol> = places
        .iter()
        .enumerate()
        .map(|(i, s)| Symbol {
            at: Coord {
                x: at.x + (s.at.x + 1.66) / 4.0 + if i % 2 == 0 { 0.002 } else { -0.002 },
                y: at.y + (s.at.y - 48.113) / 4.0,
            },
            ..*s
        })
        .take(14)
        .collect();
    for (id, value) in [("c6", Value::Number(64.0)), ("c7", Value::State("s"))] {
        let start = Instant::now();
        let svg = locator::draw(&Locator {
            texts: map_texts(id),
            frame,
            territory: Some(("Maurepas Nord", level.zone(held))),
            filled: false,
            neighbours: &around,
            limits: &[],
            overlays: &overlays,
            residences: &near,
            per_unit: 1.1,
            here: Some(Symbol {
                code: "R-1",
                name: "Les Tanneurs",
                at,
                cell: "residence:R-1:parc.logements:2025",
                value,
                figure: "64 logements",
                href: None,
            }),
            ring: Some(500.0),
        });
        sheet.add("Plan de situation", 420, &svg, start.elapsed());
        assert!(svg.len() < 12_000, "{}", svg.len());
    }

    // A commune seen from afar.
    let frame = Frame::fixed(envelope(&commune_shapes).expect("95 communes"), 300.0, 240.0, 6.0);
    let level = commune_levels.at(frame.scale);
    let others: Vec<(&str, &MultiPolygon)> = (0..communes.len()).map(|i| ("commune", level.zone(i))).collect();
    let start = Instant::now();
    let svg = locator::draw(&Locator {
        texts: map_texts("c8"),
        frame,
        territory: Some(("Lille", level.zone(40))),
        filled: true,
        neighbours: &others,
        limits: &level.outline(0..communes.len()),
        overlays: &[],
        residences: &[],
        per_unit: 1.0,
        here: None,
        ring: None,
    });
    sheet.add("Commune dans la métropole", 320, &svg, start.elapsed());
    if let Some(folder) = samples() {
        crate::fs::write(&folder.join("maps.html"), sheet.out.as_bytes()).expect("a folder for samples");
    }
}
