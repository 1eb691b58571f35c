use super::*;
use crate::render::draw::Texts;

fn texts(id: &str) -> Texts<'_> {
    Texts {
        id,
        title: "Titre",
        desc: "Valeurs dans le tableau.",
    }
}

fn numbers(values: &[f64]) -> Vec<Value> {
    values.iter().map(|&n| Value::Number(n)).collect()
}

fn count(svg: &str, what: &str) -> usize {
    svg.matches(what).count()
}

fn line(territory: &[Value], reference: &[Value], breaks: &[Break]) -> String {
    lines(&Lines {
        texts: texts("l"),
        heading: "Vacance",
        unit: "%",
        decimals: [&[1; 5], &[1; 5]],
        vintages: &["2020", "2021", "2022", "2023", "2024"][..territory.len()],
        territory,
        reference,
        breaks,
    })
}

#[test]
fn a_stack_shares_the_whole() {
    let svg = stack(&Stack {
        texts: texts("s"),
        categories: &["T1", "T2", "T3"],
        shares: true,
        rows: &[
            StackRow {
                name: "Résidence",
                values: &numbers(&[25.0, 50.0, 25.0]),
                cells: &["a:t1", "a:t2", "a:t3"],
            },
            StackRow {
                name: "Commune",
                values: &numbers(&[0.0, 50.0, 50.0]),
                cells: &[],
            },
        ],
    });
    assert!(svg.starts_with(r#"<svg class="chart stack" role="img" aria-labelledby="s-t s-d" width="100%" height="70"><title id="s-t">Titre</title>"#));
    assert!(
        svg.contains(
            r##"<rect x="25%" y="14" width="50%" height="24" fill="#77a8bd" data-cell="a:t2" data-value="50"/>"##
        ),
        "{svg}"
    );
    assert_eq!(count(&svg, "<rect"), 5, "zero draws no segment");
    assert!(!svg.contains("style="));
}

#[test]
fn a_stack_with_a_hidden_part_is_not_drawn() {
    let values = [Value::Number(25.0), Value::State("s"), Value::Number(71.7)];
    let svg = stack(&Stack {
        texts: texts("s"),
        categories: &["T1", "T2", "T3"],
        shares: true,
        rows: &[StackRow {
            name: "Résidence",
            values: &values,
            cells: &["a:t1", "a:t2", "a:t3"],
        }],
    });
    assert_eq!(count(&svg, "<rect"), 1);
    assert!(svg.contains("url(#h-s)") && svg.contains("secret"));
    assert!(
        !svg.contains("25") && !svg.contains("71.7"),
        "neither the parts shown nor their remainder: {svg}"
    );
}

#[test]
fn columns_are_as_high_as_their_values() {
    let column = |value, reference| Column {
        name: "A",
        value,
        reference,
        cell: Some("r:1:parc.dpe:a:2025"),
    };
    let svg = columns(&Columns {
        texts: texts("c"),
        columns: &[
            column(Value::Number(50.0), Some(Value::Number(25.0))),
            column(Value::Number(0.0), None),
            column(Value::State("s"), Some(Value::State("s"))),
        ],
        named: false,
    });
    assert_eq!(count(&svg, "<rect"), 1, "zero and hidden draw no column");
    assert!(
        svg.contains(r#"y="3" width="26%" height="73" data-cell="r:1:parc.dpe:a:2025" data-value="50"/>"#),
        "{svg}"
    );
    assert!(svg.contains(r#"data-cell="r:1:parc.dpe:a:2025" data-state="s">"#));
    // One tick, drawn twice for its casing, at half the height.
    assert_eq!(count(&svg, r#"y1="39.5" y2="39.5""#), 2, "{svg}");
}

#[test]
fn a_missing_vintage_breaks_the_line_and_shows_its_sign() {
    let mut values = numbers(&[4.0, 3.5, 3.0, 2.5, 2.0]);
    values[2] = Value::State("nd");
    let svg = line(&values, &[], &[]);
    assert_eq!(count(&svg, r#"<path d="M8 "#), 1 + 1, "the axis and the first run");
    assert_eq!(count(&svg, "url(#h-nd)"), 1);
    assert!(svg.contains(">4,0<") && svg.contains(">2,0<"));
    let whole = line(&numbers(&[4.0, 3.5, 3.0, 2.5, 2.0]), &[], &[]);
    assert_eq!(count(&whole, "url(#"), 0);
}

#[test]
fn a_break_of_method_is_shaded_worded_and_cuts_the_line() {
    let values = numbers(&[4.0, 3.5, 3.0, 2.5, 2.0]);
    let svg = line(
        &values,
        &values,
        &[Break {
            at: 3,
            words: "nouvelle méthode",
        }],
    );
    assert!(svg.contains("nouvelle méthode") && svg.contains("#f4f6f7"));
    assert_eq!(count(&svg, r##"stroke="#0b5876""##), 1);
    let territory = svg
        .split(r##"stroke="#0b5876""##)
        .nth(1)
        .and_then(|s| s.split("</g>").next())
        .unwrap_or_default();
    assert_eq!(count(territory, "<path"), 2, "two runs");
    // What has no object before the break is said once, by the shading.
    let mut since = values.clone();
    since[..3].fill(Value::State("so"));
    assert_eq!(
        count(
            &line(
                &since,
                &[],
                &[Break {
                    at: 3,
                    words: "depuis 2023"
                }]
            ),
            "url(#h-so)"
        ),
        0
    );
}

#[test]
fn hidden_values_leave_no_trace_in_the_scale() {
    let mut values = numbers(&[4.0, 3.5, 3.0, 2.5, 2.0]);
    values[1] = Value::State("s");
    let mut other = values.clone();
    other[1] = Value::State("s");
    assert_eq!(line(&values, &[], &[]), line(&other, &[], &[]));
    let all = line(&[Value::State("s"); 5], &numbers(&[1.0, 1.0, 1.0, 1.0, 1.0]), &[]);
    assert_eq!(count(&all, "url(#h-s)"), 5);
    assert!(all.contains(">1,0<") && !all.contains("NaN"));
}

#[test]
fn bars_write_their_figures() {
    let bar = |name, value, figure| Bar {
        name,
        value,
        figure,
        reference: None,
        cell: None,
    };
    let svg = bars(&Bars {
        texts: texts("b"),
        bars: &[
            bar("PLAI", Value::Number(50.0), "50"),
            bar("PLUS", Value::Number(100.0), "100"),
            bar("PLS", Value::State("s"), "s"),
        ],
    });
    assert!(
        svg.contains(r#"width="42%" height="9""#) && svg.contains(r#"width="84%""#),
        "{svg}"
    );
    assert_eq!(count(&svg, "<rect"), 2);
    assert!(svg.contains(">secret<"));
}

#[test]
fn the_ramp_goes_from_the_lightest_to_the_darkest() {
    let five = ramp(5);
    assert_eq!(five.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(), CLASSES);
    assert_eq!(
        five.iter().map(|f| f.1).collect::<Vec<_>>(),
        [false, false, false, true, true]
    );
    assert_eq!((ramp(8)[0].0.as_str(), ramp(8)[7].0.as_str()), (CLASSES[0], CLASSES[4]));
    assert_eq!(ramp(1).len(), 1);
}
