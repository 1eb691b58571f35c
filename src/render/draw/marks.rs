//! Small marks inside table rows: x in per cent, heights in pixels, so that text never changes size.
//!
//! The row holds the same figures; a mark says in words how they compare, never with a hidden term.

use std::fmt::Write as _;

use super::Value;
use super::svg::{ACCENT, INK, INK_3, LINE, WASH, escape, short};

/// A value to compare with.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// Name: `commune`.
    pub name: &'a str,
    /// Name after « au-dessus »: `de la commune`.
    pub of: &'a str,
    /// Published value, or state.
    pub value: Value,
    /// Says that the two may be compared: same method, bases large enough.
    pub comparable: bool,
}

/// The mark of a row: a bar, a tick for the first reference, a triangle for the second.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What the bar stands for: `Résidence`.
    pub subject: &'a str,
    /// Published value, or state.
    pub value: Value,
    /// References, two at most.
    pub references: &'a [Reference<'a>],
    /// Value at the right end: one for all the rows of a table whose unit is one.
    pub max: f64,
}

/// Draws the mark of a row.
pub fn row(mark: &Row) -> String {
    let mut out = String::with_capacity(420);
    // The most repeated drawing of the atlas: its size and its colour are in the style sheet, its axis is shared, its
    // signs are explained once per block.
    let _ = write!(
        out,
        r##"<svg class="m" role="img"><title>{}</title><use href="#m-0"/>"##,
        escape(&row_title(mark))
    );
    if let Some(n) = mark.value.number().filter(|&n| n > 0.0) {
        let _ = write!(out, r#"<rect y="1.5" width="{}%" height="7"/>"#, share(n, mark.max));
    }
    for (reference, sign) in mark.references.iter().zip(["m-1", "m-2"]) {
        if let Some(n) = reference.value.number() {
            let _ = write!(out, r##"<use href="#{sign}" x="{}%"/>"##, share(n, mark.max));
        }
    }
    out.push_str("</svg>");
    out
}

/// Gives the place of a value between 0 and `max`, in per cent.
fn share(value: f64, max: f64) -> String {
    short(if max > 0.0 {
        (value / max * 100.0).clamp(0.0, 100.0)
    } else {
        0.0
    })
}

fn open(out: &mut String, height: u32, class: &str, title: &str, desc: &str) {
    let _ = write!(
        out,
        r#"<svg class="{class}" role="img" width="100%" height="{height}"><title>{}</title><desc>{}</desc>"#,
        escape(title),
        escape(desc)
    );
}

/// Says in words how the value compares, without figures; names no hidden term.
fn row_title(mark: &Row) -> String {
    let Some(value) = mark.value.number() else {
        return format!("{} : pas de chiffre à comparer", mark.subject);
    };
    let mut parts: Vec<(&str, Vec<&str>)> = Vec::new();
    for reference in mark.references.iter().filter(|r| r.comparable) {
        let Some(n) = reference.value.number() else { continue };
        let word = comparison(value, n);
        match parts.last_mut() {
            Some((last, names)) if *last == word => names.push(reference.of),
            _ => parts.push((word, vec![reference.of])),
        }
    }
    if parts.is_empty() {
        return mark.subject.to_owned();
    }
    let words: Vec<String> = parts
        .iter()
        .map(|(word, names)| format!("{word} {}", names.join(" et ")))
        .collect();
    format!("{} {}", mark.subject, words.join(", "))
}

/// Compares two published values: what differs by less than a twentieth is at the same level.
fn comparison(value: f64, reference: f64) -> &'static str {
    if (value - reference).abs() <= 0.05 * reference.abs() {
        "au niveau"
    } else if value > reference {
        "au-dessus"
    } else {
        "au-dessous"
    }
}

/// A goal: a share to reach or not to exceed, in per cent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At least.
    Min(f64),
    /// At most.
    Max(f64),
}

impl Goal {
    /// Gives the value of the goal.
    pub fn value(self) -> f64 {
        match self {
            Self::Min(n) | Self::Max(n) => n,
        }
    }

    /// Says whether a published value meets the goal.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::Min(n) => value >= n,
            Self::Max(n) => value <= n,
        }
    }
}

/// Draws the gauge of a share (0 to 100) against its goal.
pub fn gauge(value: Value, goal: Goal) -> String {
    let title = match value.number() {
        Some(n) if goal.is_met(n) => "Objectif atteint",
        Some(_) => "Objectif non atteint",
        None => "Pas de chiffre à comparer à l’objectif",
    };
    let mut out = String::with_capacity(480);
    open(
        &mut out,
        22,
        "m gauge",
        title,
        "Barre : valeur, de rien à tout ; trait épais : objectif.",
    );
    let _ = write!(
        out,
        r#"<rect y="5" width="100%" height="12" fill="{WASH}" stroke="{LINE}"/>"#
    );
    match value {
        Value::Number(n) if n.is_finite() => {
            if n > 0.0 {
                let _ = write!(
                    out,
                    r#"<rect y="5" width="{}%" height="12" fill="{ACCENT}"/>"#,
                    share(n, 100.0)
                );
            }
        }
        Value::Number(_) => {}
        Value::State(state) => {
            let _ = write!(
                out,
                r#"<rect y="5" width="100%" height="12" fill="{}" fill-opacity=".5" stroke="{LINE}"/>"#,
                super::legend::state_fill(state)
            );
        }
    }
    let at = share(goal.value(), 100.0);
    let _ = write!(
        out,
        r##"<svg x="{at}%" overflow="visible"><path d="M0 0v22" stroke="#fff" stroke-width="5.5"/><path d="M0 0v22" stroke="{INK}" stroke-width="3"/></svg></svg>"##
    );
    out
}

/// Draws a distance in metres, from 0 to `max`, with a line at `ring`; nothing but the line when there is none.
pub fn distance(metres: Option<f64>, ring: f64, max: f64) -> String {
    let title = match metres {
        Some(m) if m <= ring => format!("À moins de {}", crate::format::quantity(ring, 0, "m")),
        Some(_) => format!("À plus de {}", crate::format::quantity(ring, 0, "m")),
        None => "Aucun équipement de cette famille".to_owned(),
    };
    let desc = format!(
        "Distance, de 0 à {} ; repère à {}.",
        crate::format::quantity(max, 0, "m"),
        crate::format::quantity(ring, 0, "m")
    );
    let mut out = String::with_capacity(420);
    open(&mut out, 14, "m", &title, &desc);
    let at = share(ring, max);
    let _ = write!(
        out,
        r#"<line x1="{at}%" x2="{at}%" y2="14" stroke="{LINE}" stroke-dasharray="2 2"/>"#
    );
    if let Some(m) = metres {
        let (x, fill) = (share(m, max), if m <= ring { ACCENT } else { "#fff" });
        let _ = write!(
            out,
            r#"<line x2="{x}%" y1="7" y2="7" stroke="{INK_3}" stroke-width="1.4"/>"#
        );
        if m > max {
            // Beyond the end of the scale: an arrow, not a point.
            let _ = write!(
                out,
                r#"<svg x="100%" overflow="visible"><path d="m-6 2.5 6 4.5-6 4.5z" fill="{ACCENT}"/></svg>"#
            );
        } else {
            let _ = write!(
                out,
                r#"<circle cx="{x}%" cy="7" r="3.6" fill="{fill}" stroke="{ACCENT}" stroke-width="1.6"/>"#
            );
        }
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(value: Value, commune: Value, metropole: Value) -> String {
        drawn(value, commune, metropole, false)
    }

    fn drawn(value: Value, commune: Value, metropole: Value, small: bool) -> String {
        row(&Row {
            subject: "Résidence",
            value,
            references: &[
                Reference {
                    name: "commune",
                    of: "de la commune",
                    value: commune,
                    comparable: true,
                },
                Reference {
                    name: "métropole",
                    of: "de la métropole",
                    value: metropole,
                    comparable: !small,
                },
            ],
            max: 50.0,
        })
    }

    #[test]
    fn a_row_says_how_it_compares() {
        let svg = mark(Value::Number(31.0), Value::Number(16.5), Value::Number(18.2));
        assert!(svg.contains("<title>Résidence au-dessus de la commune et de la métropole</title>"));
        assert!(svg.contains(r#"width="62%""#) && svg.contains(r##"<use href="#m-1" x="33%"/>"##));
        let svg = mark(Value::Number(17.0), Value::Number(16.5), Value::Number(38.0));
        assert!(svg.contains("<title>Résidence au niveau de la commune, au-dessous de la métropole</title>"));
    }

    #[test]
    fn a_hidden_term_has_no_mark_and_no_word() {
        let svg = mark(Value::State("s"), Value::Number(16.5), Value::Number(18.2));
        assert!(!svg.contains("<rect") && svg.contains("pas de chiffre à comparer") && svg.contains("#m-2"));
        let svg = mark(Value::Number(31.0), Value::State("s"), Value::Number(18.2));
        assert!(svg.contains("<title>Résidence au-dessus de la métropole</title>") && !svg.contains("#m-1"));
        assert!(mark(Value::Number(3.0), Value::State("s"), Value::State("nd")).contains("<title>Résidence</title>"));
        assert!(
            !mark(Value::Number(0.0), Value::Number(0.0), Value::Number(1.0)).contains("<rect"),
            "zero draws no bar"
        );
    }

    #[test]
    fn a_small_base_has_its_mark_and_no_word() {
        let svg = drawn(Value::Number(31.0), Value::Number(16.5), Value::Number(18.2), true);
        assert!(
            svg.contains("<title>Résidence au-dessus de la commune</title>"),
            "{svg}"
        );
        assert!(svg.contains("#m-2"));
    }

    #[test]
    fn a_gauge_knows_its_goal() {
        assert!(gauge(Value::Number(18.4), Goal::Min(25.0)).contains("<title>Objectif non atteint</title>"));
        assert!(gauge(Value::Number(25.0), Goal::Min(25.0)).contains("<title>Objectif atteint</title>"));
        assert!(gauge(Value::Number(25.0), Goal::Max(20.0)).contains("non atteint"));
        let hidden = gauge(Value::State("s"), Goal::Min(25.0));
        assert!(hidden.contains("url(#h-s)") && !hidden.contains(ACCENT));
    }

    #[test]
    fn a_distance_beyond_the_scale_is_an_arrow() {
        assert!(distance(Some(430.0), 500.0, 1200.0).contains(r#"<circle cx="35.8%""#));
        assert!(!distance(Some(3400.0), 500.0, 1200.0).contains("<circle"));
        assert!(distance(None, 500.0, 1200.0).contains("Aucun équipement"));
    }
}
