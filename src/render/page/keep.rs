//! « À retenir »: what stands out against the references, said in words, under guard.
//!
//! A sentence is refused where a term is hidden or missing, where the base is small, where the two are not of the same
//! vintage, and where the gap is ordinary. Only published values enter: nothing of a hidden one is told.

use super::column::{At, Column};
use super::layout::{Layout, Mode, Piece, Row};
use super::markup;
use super::table::Sides;
use crate::disclosure::Figure;
use crate::format;
use crate::model::{Base, Iid, Kind};

/// Bases below this one carry no sentence: one household would turn it round.
const SMALLEST_BASE: u32 = 30;
/// Gap, in standard deviations of the territories of the scale, from which a figure stands out.
const STANDS_OUT: f64 = 0.8;
/// Gap in points under which two shares are said to be alike.
const POINTS: f64 = 3.0;
/// Gap in parts of the reference under which two means are said to be alike.
const PART: f64 = 0.04;
/// Sentences on a fiche.
const MOST: usize = 3;

struct Finding<'a, 'b> {
    column: &'b Column<'a>,
    group: Option<&'b str>,
    score: f64,
    figure: Figure,
    reference: Figure,
}

/// Writes the sentences as list items; empty when nothing stands out or nothing may be said.
pub(super) fn sentences(layout: &Layout<'_>, sides: &Sides<'_>) -> String {
    let Some((reference, _)) = sides.references.first() else {
        return String::new();
    };
    let mut best: Vec<(Iid, Finding<'_, '_>)> = Vec::new();
    for block in layout.blocks.iter().filter(|b| b.mode == Mode::Own) {
        for piece in &block.pieces {
            let (group, rows): (Option<&str>, &[Row<'_>]) = match piece {
                Piece::Group { label, rows, .. } | Piece::Strip { label, rows, .. } => (Some(label), rows),
                Piece::Rows { rows } => (None, rows),
                _ => continue,
            };
            // A response rate speaks of the inquiry, not of the place.
            for row in rows.iter().filter(|r| !layout.is_coverage(r.column.iid)) {
                let Some(finding) = weigh(row, group, &sides.here, reference) else {
                    continue;
                };
                let iid = row.column.iid;
                match best.iter_mut().find(|(i, _)| *i == iid) {
                    Some((_, kept)) if kept.score < finding.score => *kept = finding,
                    Some(_) => {}
                    None => best.push((iid, finding)),
                }
            }
        }
    }
    // The strongest first; the order of the dictionary settles ties.
    best.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then(a.0.cmp(&b.0)));
    let mut out = String::new();
    for (_, finding) in best.iter().take(MOST) {
        write(&mut out, finding, sides, reference);
    }
    out
}

fn weigh<'a, 'b>(
    row: &'b Row<'a>,
    group: Option<&'b str>,
    here: &At<'_>,
    reference: &At<'_>,
) -> Option<Finding<'a, 'b>> {
    let column = &row.column;
    let indicator = column.indicator;
    if !matches!(indicator.kind, Kind::Share | Kind::Rate | Kind::Mean | Kind::Index) {
        return None;
    }
    let figure = column.get(here.scale, here.rank)?;
    let other = column.get(reference.scale, reference.rank)?;
    let needs_base = matches!(indicator.base, Base::Logements | Base::Attributions);
    let score = stands_out(
        indicator.kind.is_ratio(),
        figure.value()?,
        other.value()?,
        figure
            .base()
            .filter(|_| needs_base)
            .or((!needs_base).then_some(u32::MAX)),
        row.spread?,
    )?;
    Some(Finding {
        column,
        group,
        score,
        figure,
        reference: other,
    })
}

/// Says by how many standard deviations a value stands out; none when a sentence is refused.
fn stands_out(is_ratio: bool, value: f64, against: f64, base: Option<u32>, spread: f64) -> Option<f64> {
    if base.is_none_or(|b| b < SMALLEST_BASE) {
        return None;
    }
    let gap = (value - against).abs();
    let ordinary = if is_ratio {
        gap < POINTS
    } else {
        gap < against.abs() * PART
    };
    let score = gap / spread;
    (!ordinary && score >= STANDS_OUT).then_some(score)
}

fn write(out: &mut String, finding: &Finding<'_, '_>, sides: &Sides<'_>, reference: &At<'_>) {
    let column = finding.column;
    let unit = match column.indicator.unit.as_str() {
        "" if column.indicator.kind.is_ratio() => "%".to_owned(),
        unit => markup::escaped(unit),
    };
    let unit = if unit.is_empty() { unit } else { format!("\u{A0}{unit}") };
    out.push_str("<li>");
    if let Some(group) = finding.group {
        out.push_str(group);
        out.push_str(", ");
        out.push_str(&markup::inner(&column.label));
    } else {
        out.push_str(&column.label);
    }
    out.push_str("\u{A0}: <b>");
    column.data(out, &sides.here);
    out.push_str(&unit);
    out.push_str("</b>");
    if column.indicator.kind.is_ratio()
        && let Some(base) = finding.figure.base()
    {
        out.push_str(" (n\u{A0}=\u{A0}");
        markup::base(out, (sides.here.scale.key(), sides.here.code, &column.suffix), base);
        out.push(')');
    }
    out.push_str(", contre ");
    column.data(out, reference);
    out.push_str(&unit);
    out.push_str(" dans la ");
    out.push_str(
        &sides
            .references
            .first()
            .map(|(_, l)| markup::inner(l))
            .unwrap_or_default(),
    );
    let decimals = finding.figure.decimals().min(finding.reference.decimals());
    if let (Some(value), Some(against)) = (finding.figure.value(), finding.reference.value()) {
        let gap = format::round(value - against, decimals);
        if column.indicator.kind.is_ratio() && gap != 0.0 {
            out.push_str("\u{A0}: ");
            out.push_str(&format::number(gap.abs(), decimals));
            out.push_str(if gap.abs() < 2.0 { " point " } else { " points " });
            out.push_str(if gap > 0.0 { "de plus" } else { "de moins" });
        }
    }
    out.push_str(".</li>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_or_unknown_base_carries_no_sentence() {
        assert_eq!(stands_out(true, 60.0, 20.0, Some(29), 5.0), None);
        assert_eq!(stands_out(true, 60.0, 20.0, None, 5.0), None);
        assert_eq!(stands_out(true, 60.0, 20.0, Some(30), 5.0), Some(8.0));
    }

    #[test]
    fn an_ordinary_gap_carries_no_sentence() {
        // Two points between shares, three per cent between rents, or less than the territories usually differ.
        assert_eq!(stands_out(true, 22.0, 20.0, Some(500), 0.5), None);
        assert_eq!(stands_out(false, 6.18, 6.0, Some(500), 0.01), None);
        assert_eq!(stands_out(true, 25.0, 20.0, Some(500), 10.0), None);
    }
}
