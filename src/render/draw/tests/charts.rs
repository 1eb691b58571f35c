use std::time::Instant;

use super::{Sheet, samples};
use crate::render::draw::{Texts, Value};

fn numbers(values: &[f64]) -> Vec<Value> {
    values.iter().map(|&n| Value::Number(n)).collect()
}

/// Draws charts for the eye; what is certain is asserted in the charts' own tests.
#[test]
fn sample_charts() {
    use crate::render::draw::chart::{
        Bar, Bars, Break, Column, Columns, Lines, Stack, StackRow, bars, columns, lines, stack, stack_key,
    };
    use crate::render::draw::marks::{Goal, Reference, Row, distance, gauge, row};
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
