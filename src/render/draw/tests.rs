use std::time::{Duration, Instant};

use geo::{BoundingRect as _, Coord, MultiPolygon};

use super::choropleth::{Choropleth, Zone};
use super::locator::Locator;
use super::symbols::{Symbol, Symbols};
use super::{Ground, Overlay, Shade, Texts, Value, choropleth, legend, locator, symbols};
use crate::geometry::frame::Frame;
use crate::geometry::real::{measured, zones};
use crate::geometry::topology::{GENERALISED, Levels, Topology, envelope};

/// A page of samples, written where `ATLAS_SAMPLES` says, to be looked at.
struct Sheet {
    out: String,
}

impl Sheet {
    fn new() -> Self {
        Self {
            out: format!(
                "<!DOCTYPE html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Échantillons</title><link rel=\"stylesheet\" href=\"atlas.css\"><body><main class=\"wrap\">{}",
                legend::PATTERNS
            ),
        }
    }

    fn add(&mut self, name: &str, width: u32, body: &str, elapsed: Duration) {
        use std::fmt::Write as _;
        let packed = {
            use std::io::Write as _;
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gz.write_all(body.as_bytes())
                .and_then(|()| gz.finish())
                .map(|b| b.len())
                .unwrap_or(0)
        };
        measured(&format!(
            "{name} : {elapsed:?}, {} octets, {packed} compressés",
            body.len()
        ));
        let _ = write!(
            self.out,
            "<h3>{name} · {} o · {packed} o gz</h3><div style=\"width:{width}px\">{body}</div>",
            body.len()
        );
    }
}

fn samples() -> Option<std::path::PathBuf> {
    std::env::var_os("ATLAS_SAMPLES").map(Into::into)
}

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

fn numbers(values: &[f64]) -> Vec<Value> {
    values.iter().map(|&n| Value::Number(n)).collect()
}

/// Draws charts for the eye; what is certain is asserted in the charts' own tests.
#[test]
fn sample_charts() {
    use super::chart::{
        Bar, Bars, Break, Column, Columns, Lines, Stack, StackRow, bars, columns, lines, stack, stack_key,
    };
    use super::marks::{Goal, Reference, Row, distance, gauge, row};
    let mut sheet = Sheet::new();
    let texts = |id: &'static str| Texts {
        id,
        title: "Titre du graphique",
        desc: "Valeurs dans le tableau.",
    };
    let categories = ["T1", "T2", "T3", "T4", "T5+"];
    let own = numbers(&[6.0, 31.0, 38.0, 19.0, 6.0]);
    let commune = numbers(&[7.8, 16.5, 34.9, 29.8, 11.0]);
    let hidden = [
        Value::Number(8.9),
        Value::State("s"),
        Value::State("s"),
        Value::Number(27.0),
        Value::Number(10.3),
    ];
    let rows = |first| {
        [
            StackRow {
                name: "Résidence",
                values: first,
                cells: &[],
            },
            StackRow {
                name: "Commune",
                values: &commune,
                cells: &[],
            },
            StackRow {
                name: "Métropole",
                values: &hidden,
                cells: &[],
            },
        ]
    };
    for (i, first) in [&own[..], &hidden[..]].into_iter().enumerate() {
        let id = ["st1", "st2"][i];
        let start = Instant::now();
        let svg = stack(&Stack {
            texts: texts(id),
            categories: &categories,
            shares: true,
            rows: &rows(first),
        });
        sheet.add("Barres empilées", 560, &svg, start.elapsed());
    }
    let eight = [
        "Avant 1949",
        "1949–1974",
        "1975–1989",
        "1990–2004",
        "2005–2014",
        "Depuis 2015",
        "Inconnue",
        "Autre",
    ];
    let counts = numbers(&[120.0, 400.0, 212.0, 90.0, 33.0, 61.0, 4.0, 2.0]);
    let start = Instant::now();
    let svg = stack(&Stack {
        texts: texts("st3"),
        categories: &eight,
        shares: false,
        rows: &[StackRow {
            name: "Commune",
            values: &counts,
            cells: &[],
        }],
    });
    let svg = format!("{svg}<ul class=\"key\">{}</ul>", stack_key(&eight));
    sheet.add("Barre empilée, huit catégories", 560, &svg, start.elapsed());

    let dpe = ["A", "B", "C", "D", "E", "F", "G"];
    for (i, missing) in [false, true].into_iter().enumerate() {
        let list: Vec<Column> = dpe
            .iter()
            .zip([0.0, 13.0, 20.0, 45.0, 17.0, 5.0, 0.0])
            .zip([1.2, 8.4, 24.7, 38.2, 19.6, 6.3, 1.6])
            .enumerate()
            .map(|(k, ((name, n), c))| Column {
                name,
                value: if missing && k % 3 == 1 {
                    Value::State("s")
                } else {
                    Value::Number(n)
                },
                reference: Some(Value::Number(c)),
                cell: Some("residence:R-1:parc.dpe:a:2025"),
            })
            .collect();
        let start = Instant::now();
        let svg = columns(&Columns {
            texts: texts(["dp1", "dp2"][i]),
            columns: &list,
            named: true,
        });
        sheet.add("Étiquettes énergie", 560, &svg, start.elapsed());
    }
    let list: Vec<Bar> = [
        ("PLAI", 312.0, "312"),
        ("PLUS et assimilés", 2410.0, "2 410"),
        ("PLS", 0.0, "0"),
        ("PLI", 44.0, "44"),
    ]
    .into_iter()
    .map(|(name, n, figure)| Bar {
        name,
        value: Value::Number(n),
        figure,
        reference: Some(Value::Number(n * 0.7 + 90.0)),
        cell: None,
    })
    .chain([Bar {
        name: "Autre",
        value: Value::State("s"),
        figure: "s",
        reference: None,
        cell: None,
    }])
    .collect();
    let start = Instant::now();
    let svg = bars(&Bars {
        texts: texts("ba1"),
        bars: &list,
    });
    sheet.add("Barres", 400, &svg, start.elapsed());

    let years: Vec<String> = (2014..2026).map(|y| y.to_string()).collect();
    let years: Vec<&str> = years.iter().map(String::as_str).collect();
    let stock = numbers(&[
        4212.0, 4230.0, 4288.0, 4301.0, 4377.0, 4402.0, 4460.0, 4512.0, 4533.0, 4590.0, 4618.0, 4655.0,
    ]);
    let share = numbers(&[27.9, 27.8, 27.9, 27.8, 28.0, 28.0, 28.1, 28.2, 28.2, 28.3, 28.3, 28.4]);
    let share_m = numbers(&[22.1, 22.2, 22.4, 22.6, 22.7, 22.9, 23.0, 23.2, 23.3, 23.5, 23.6, 23.7]);
    let mut mobility = numbers(&[11.8, 11.5, 11.6, 11.2, 10.9, 10.4, 0.0, 9.8, 9.9, 9.4, 9.1, 8.9]);
    mobility[6] = Value::State("nd");
    let mobility_m = numbers(&[12.0, 11.9, 11.7, 11.5, 11.3, 11.0, 10.7, 10.4, 10.2, 9.8, 9.6, 9.4]);
    let mut dpe_ac = numbers(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 28.6, 30.8, 32.8, 34.3]);
    let mut dpe_m = numbers(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 33.0, 35.4, 37.6, 39.0]);
    for v in [&mut dpe_ac, &mut dpe_m] {
        v[..8].fill(Value::State("so"));
    }
    let mut secret = share.clone();
    secret[..3].fill(Value::State("s"));
    secret[5] = Value::State("s");
    secret[11] = Value::State("s");
    let dpe_break = [Break {
        at: 8,
        words: "sans objet avant le DPE de 2021",
    }];
    let qpv_break = [Break {
        at: 10,
        words: "géographie 2024",
    }];
    let cases: [(&str, &str, u8, &[Value], &[Value], &[Break]); 7] = [
        ("Logements sociaux", "", 0, &stock, &[], &[]),
        ("Part des résidences principales", "%", 1, &share, &share_m, &[]),
        ("Mobilité", "%", 1, &mobility, &mobility_m, &[]),
        ("Étiquettes A à C", "%", 1, &dpe_ac, &dpe_m, &dpe_break),
        ("Part en QPV", "%", 1, &share, &mobility_m, &qpv_break),
        ("Secrets", "%", 1, &secret, &share_m, &[]),
        (
            "Un seul millésime d’un indicateur au nom plus long que les autres",
            "%",
            1,
            &share[..1],
            &share_m[..1],
            &[],
        ),
    ];
    let start = Instant::now();
    let mut body = String::from("<figure class=\"multiples\">");
    for (i, (heading, unit, decimals, territory, reference, breaks)) in cases.into_iter().enumerate() {
        let id = format!("li{i}");
        body += &lines(&Lines {
            texts: Texts {
                id: &id,
                title: heading,
                desc: "Valeurs dans le tableau.",
            },
            heading,
            unit,
            decimals: [&[decimals; 12], &[decimals; 12]],
            vintages: &years[..territory.len()],
            territory,
            reference,
            breaks,
        });
    }
    body += "</figure>";
    sheet.add("Sept séries", 1000, &body, start.elapsed());

    let mut table = String::from("<table class=\"cmp\"><tbody>");
    let start = Instant::now();
    for (value, c, m) in [
        (6.0, 7.8, 8.9),
        (31.0, 16.5, 18.2),
        (38.0, 34.9, 35.6),
        (0.0, 4.4, 4.9),
        (81.0, 84.6, 86.1),
    ] {
        table += "<tr><th scope=\"row\">Ligne</th><td class=\"g\">";
        table += &row(&Row {
            subject: "Résidence",
            value: if value == 38.0 {
                Value::State("s")
            } else {
                Value::Number(value)
            },
            references: &[
                Reference {
                    name: "commune",
                    of: "de la commune",
                    value: Value::Number(c),
                    comparable: true,
                },
                Reference {
                    name: "métropole",
                    of: "de la métropole",
                    value: Value::Number(m),
                    comparable: true,
                },
            ],
            max: 90.0,
        });
        table += "</td><td class=\"g\">";
        table += &gauge(
            if value == 38.0 {
                Value::State("s")
            } else {
                Value::Number(value)
            },
            Goal::Min(25.0),
        );
        table += "</td><td class=\"g\">";
        table += &distance(Some(value * 20.0), 500.0, 1200.0);
        table += "</td></tr>";
    }
    table += "</tbody></table>";
    sheet.add("Marques de ligne", 700, &table, start.elapsed());
    if let Some(folder) = samples() {
        crate::fs::write(&folder.join("charts.html"), sheet.out.as_bytes()).expect("a folder for samples");
    }
}
