//! Regulated goals: gauges with their base at the scales where they apply, the words alone at the residence.

use minijinja::{Value, context};

use super::column::Column;
use super::layout::Block;
use super::shell::safe;
use super::table::Sides;
use super::{Renderer, marks, markup};
use crate::config::{Goal, Sense};
use crate::disclosure::Figure;
use crate::format;
use crate::model::{Scale, Territory};

/// Table of the goals whose share is one of the indicators of a block; empty where none applies.
pub(super) fn gauges(r: &Renderer<'_>, block: &Block<'_>, sides: &Sides<'_>) -> String {
    let site = r.site;
    let scale = sides.here.scale;
    let goals: Vec<(&Goal, Column<'_>)> = site
        .config
        .goals
        .iter()
        .filter(|g| g.scales.contains(&scale))
        .filter_map(|goal| {
            let iid = site.dictionary.find(&goal.indicator)?;
            let indicator = site.dictionary.get(iid);
            if !block.indicators.contains(&iid) || !r.published.is_open(iid, scale) {
                return None;
            }
            let category = match &goal.category {
                Some(key) => Some(indicator.category(key)?),
                None => None,
            };
            let vintage = r.published.latest(iid, scale)?;
            Some((goal, Column::new(site, r.published, iid, category, vintage)))
        })
        .collect();
    if goals.is_empty() {
        return String::new();
    }
    let mut windows: Vec<String> = Vec::new();
    for (_, column) in &goals {
        let label = column.cell.vintage.label();
        if !windows.contains(&label) {
            windows.push(label);
        }
    }
    let mut out = format!(
        concat!(
            "<section class=\"scroll\" aria-label=\"Objectifs réglementaires\" tabindex=\"0\">\n<table class=\"goals d1\">\n",
            "<caption>Part au regard des objectifs réglementaires, {}</caption>\n",
            "<thead><tr><th scope=\"col\">Objectif</th><th scope=\"col\" class=\"n\">n</th>",
            "<th scope=\"col\" class=\"n me\">Part (%)</th><th scope=\"col\" class=\"g\">0 – 100\u{A0}%</th>",
            "<th scope=\"col\" class=\"n\">Objectif (%)</th><th scope=\"col\">Résultat</th>"
        ),
        windows.join(", ")
    );
    for (_, label) in &sides.references {
        out.push_str(&format!("<th scope=\"col\" class=\"n\">{label} (%)</th>"));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (goal, column) in &goals {
        row(&mut out, goal, column, sides);
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
    out
}

fn row(out: &mut String, goal: &Goal, column: &Column<'_>, sides: &Sides<'_>) {
    let at = &sides.here;
    let figure = column.get(at.scale, at.rank);
    let value = figure.and_then(|f| f.value());
    out.push_str("<tr><th scope=\"row\">");
    markup::link(
        out,
        sides.root,
        &format!("indicateurs/{}/", column.indicator.id),
        &markup::escaped(&goal.label),
    );
    out.push_str("</th><td class=\"n\">");
    if let Some(base) = figure.and_then(|f| f.base()) {
        markup::base(out, (at.scale.key(), at.code, &column.suffix), base);
    }
    out.push_str("</td>");
    super::table::cell(out, column, at, figure, 1, " me");
    out.push_str("<td class=\"g\">");
    if let Some(value) = value {
        marks::gauge(out, value, goal.target, met(goal, exact(value, figure)));
    }
    out.push_str("</td><td class=\"n\">");
    target(out, goal);
    out.push_str("</td><td class=\"txt\">");
    if let (Some(value), Some(figure)) = (value, figure) {
        let exact = exact(value, Some(figure));
        out.push_str(if met(goal, exact) {
            "<b>atteint</b>"
        } else {
            "<b>non atteint</b>"
        });
        let gap = value - goal.target;
        if gap == 0.0 && (exact - goal.target).abs() > 1e-9 {
            out.push_str(", à l’arrondi près");
        } else {
            out.push_str(", ");
            let decimals = figure.decimals().max(target_decimals(goal));
            out.push_str(&markup::signed(gap, decimals));
            out.push_str("\u{A0}pts");
        }
    } else if let Some(state) = figure.and_then(|f| f.state()) {
        out.push_str(state.word());
    }
    out.push_str("</td>");
    for (reference, _) in &sides.references {
        super::table::cell(
            out,
            column,
            reference,
            column.get(reference.scale, reference.rank),
            1,
            "",
        );
    }
    out.push_str("</tr>\n");
}

fn target_decimals(goal: &Goal) -> u8 {
    u8::from(goal.target.fract() != 0.0)
}

/// The share before it was rounded, in percent, where its base leaves one whole number of cases: 14 of 57, printed 25, is
/// under a goal of 25.
fn exact(value: f64, figure: Option<Figure>) -> f64 {
    let Some((figure, base)) = figure.and_then(|f| Some((f, f.base()?))) else {
        return value;
    };
    let half = 0.5 / 10f64.powi(i32::from(figure.decimals()));
    let one = 100.0 / f64::from(base.max(1));
    let exact = (value / one).round() * one;
    // A case weighs more than what rounding hides, and the nearest count is the one that was rounded.
    if one > 2.0 * half && (exact - value).abs() <= half + 1e-9 {
        exact
    } else {
        value
    }
}

fn met(goal: &Goal, value: f64) -> bool {
    match goal.sense {
        Sense::Min => value >= goal.target,
        Sense::Max => value <= goal.target,
    }
}

fn target(out: &mut String, goal: &Goal) {
    out.push_str("<data value=\"");
    out.push_str(&format::machine(goal.target, 1));
    out.push_str("\" data-goal=\"");
    markup::esc(out, &goal.id);
    out.push_str("\">");
    out.push_str(&format::number(goal.target, target_decimals(goal)));
    out.push_str("</data>");
}

/// Words of the goals that bear on a residence's quartier; its own figures are never set against them.
pub(super) fn for_residence(r: &Renderer<'_>, territory: &Territory) -> Vec<Value> {
    if territory.scale != Scale::Residence {
        return Vec::new();
    }
    let in_qpv = territory.lineage.qpv.is_some();
    let known = super::lists::has_qpv(r);
    let goals: Vec<&Goal> = r
        .site
        .config
        .goals
        .iter()
        .filter(|g| !g.sentence.is_empty())
        .filter(|g| {
            // A goal open at both scales holds everywhere; at one of them, in or out of the QPV only, where they are known.
            match (g.scales.contains(&Scale::Iris), g.scales.contains(&Scale::Qpv)) {
                (true, true) => true,
                (false, false) => false,
                (_, qpv) => known && qpv == in_qpv,
            }
        })
        .collect();
    goals
        .iter()
        .enumerate()
        .map(|(i, g)| {
            // The text that sets several goals is cited once, under the last of them.
            let again = goals.get(i + 1).is_some_and(|next| next.reference == g.reference);
            let reference = if again { "" } else { g.reference.as_str() };
            context! { html => safe(markup::escaped(&g.sentence)), reference }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(sense: Sense) -> Goal {
        Goal {
            id: "g".into(),
            label: "g".into(),
            indicator: "a.b".into(),
            category: None,
            target: 25.0,
            sense,
            scales: vec![Scale::Commune],
            sentence: String::new(),
            reference: String::new(),
        }
    }

    #[test]
    fn the_target_itself_is_met() {
        assert!(met(&goal(Sense::Min), 25.0) && met(&goal(Sense::Max), 25.0));
        assert!(!met(&goal(Sense::Min), 24.9) && !met(&goal(Sense::Max), 25.1));
    }
}
