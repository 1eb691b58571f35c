//! « À retenir »: what stands out against the references, said in words, under guard.
//!
//! A sentence is refused where a term is hidden or missing, where the base is small, where the two are not of the same
//! vintage, and where the gap is ordinary or could be chance. A share of 0 or 100 % of a small base speaks of every
//! dwelling of it: its table has it, no sentence puts it forward. Only published values enter: nothing of a hidden one
//! is told.

use super::column::{At, Column};
use super::layout::{Layout, Mode, Piece, Row};
use super::table::Sides;
use super::{compare, markup};
use crate::disclosure::Figure;
use crate::model::{Iid, Indicator, Vintage};

/// Gap, in standard deviations of the territories of the scale, from which a figure stands out.
const STANDS_OUT: f64 = 0.8;
/// Gap in points under which two shares are said to be alike.
const POINTS: f64 = 3.0;
/// Gap in parts of the reference under which two means are said to be alike.
const PART: f64 = 0.04;
/// Gap, in standard errors of a draw of as many dwellings from the reference, under which chance explains it.
const CHANCE: f64 = 2.0;
/// Sentences on a fiche.
const MOST: usize = 3;

struct Finding<'a, 'b> {
    column: &'b Column<'a>,
    group: Option<&'b str>,
    score: f64,
    figure: Figure,
}

/// Writes the sentences as list items; empty when nothing stands out or nothing may be said. A base under `small` is small.
pub(super) fn sentences(layout: &Layout<'_>, sides: &Sides<'_>, small: u32) -> String {
    let mut found: Vec<Finding<'_, '_>> = Vec::new();
    for block in layout.blocks.iter().filter(|b| b.mode == Mode::Own) {
        for piece in &block.pieces {
            let (group, rows): (Option<&str>, &[Row<'_>]) = match piece {
                Piece::Group { label, rows, .. } | Piece::Strip { label, rows, .. } => (Some(label), rows),
                Piece::Rows { rows } => (None, rows),
                _ => continue,
            };
            // A response rate speaks of the inquiry, not of the place.
            for row in rows.iter().filter(|r| !layout.is_coverage(r.column.iid)) {
                let Some(finding) = weigh(row, group, sides, small) else {
                    continue;
                };
                found.push(finding);
            }
        }
    }
    // The strongest first; the order of the dictionary settles ties.
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.column.iid.cmp(&b.column.iid)));
    let mut best: Vec<Finding<'_, '_>> = Vec::new();
    for finding in found {
        let own = finding.column;
        if best.len() < MOST
            && !best
                .iter()
                .any(|b| b.column.iid == own.iid || alike(b.column.indicator, own.indicator))
        {
            best.push(finding);
        }
    }
    let mut out = String::new();
    for finding in &best {
        write(&mut out, finding, sides);
    }
    out
}

/// Weighs a figure against the nearest reference that it may be compared with.
fn weigh<'a, 'b>(row: &'b Row<'a>, group: Option<&'b str>, sides: &Sides<'_>, small: u32) -> Option<Finding<'a, 'b>> {
    let column = &row.column;
    let x = column.indicator;
    let figure = column.get(sides.here.scale, sides.here.rank)?;
    let against = sides
        .references
        .iter()
        .filter_map(|(at, _)| column.get(at.scale, at.rank))
        .find(|f| compare::comparable(x, Some(figure), Some(*f)))?;
    let (value, reference) = (figure.value()?, against.value()?);
    let score = stands_out(x.kind.is_ratio(), value, reference, row.spread?)?;
    if x.kind.is_ratio()
        && let Some(base) = figure.base()
        && (of_everyone(value, base, small) || could_be_chance(value, reference, base))
    {
        return None;
    }
    Some(Finding {
        column,
        group,
        score,
        figure,
    })
}

/// Says by how many standard deviations a value stands out; none when a sentence is refused.
fn stands_out(is_ratio: bool, value: f64, against: f64, spread: f64) -> Option<f64> {
    let gap = (value - against).abs();
    let ordinary = if is_ratio {
        gap < POINTS
    } else {
        gap < against.abs() * PART
    };
    let score = gap / spread;
    (!ordinary && score >= STANDS_OUT).then_some(score)
}

/// Tells whether a share speaks of every dwelling of a small base: none of them, or all.
fn of_everyone(share: f64, base: u32, small: u32) -> bool {
    base < small && (share <= 0.0 || share >= 100.0)
}

/// Tells whether a share of `base` dwellings may be so far from that of the reference by chance alone: within
/// [`CHANCE`] standard errors, √(p (100 − p) / n), of the reference's share p.
fn could_be_chance(share: f64, reference: f64, base: u32) -> bool {
    let variance = (reference * (100.0 - reference)).max(0.0) / f64::from(base.max(1));
    (share - reference).abs() < CHANCE * variance.sqrt()
}

/// Writes a sentence: the figure, its base, then each reference that it may be compared with.
fn write(out: &mut String, finding: &Finding<'_, '_>, sides: &Sides<'_>) {
    let column = finding.column;
    let x = column.indicator;
    let unit = match x.unit.as_str() {
        "" if x.kind.is_ratio() => "%".to_owned(),
        unit => markup::escaped(unit),
    };
    let unit = if unit.is_empty() { unit } else { format!("\u{A0}{unit}") };
    out.push_str("<li>");
    if let Some(group) = finding.group {
        out.push_str(group);
        out.push_str(", ");
        out.push_str(&markup::inner(&column.label));
    } else {
        // « dont vacance de plus de trois mois » follows its total in a table; a sentence stands alone.
        let label = column.label.strip_prefix("dont ").unwrap_or(&column.label);
        let mut letters = label.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out.push_str("\u{A0}: <b>");
    column.data(out, &sides.here);
    out.push_str(&unit);
    out.push_str("</b>");
    based(out, column, &sides.here, Some(finding.figure));
    if let vintage @ Vintage::Window { .. } = column.cell.vintage {
        out.push_str(" en ");
        out.push_str(&vintage.label());
    }
    let mut word = ", contre ";
    for (at, _) in &sides.references {
        let figure = column.get(at.scale, at.rank);
        if !compare::comparable(x, Some(finding.figure), figure) {
            continue;
        }
        out.push_str(word);
        word = " et ";
        column.data(out, at);
        out.push_str(&unit);
        out.push(' ');
        out.push_str(&markup::escaped(&sides.noun(at.scale).within()));
        based(out, column, at, figure);
        if let Some(points) = compare::points(x, Some(finding.figure), figure) {
            out.push_str(" (");
            out.push_str(&points);
            out.push(')');
        }
    }
    out.push_str(".</li>\n");
}

/// Writes the base of a share after it.
fn based(out: &mut String, column: &Column<'_>, at: &At<'_>, figure: Option<Figure>) {
    if column.indicator.kind.is_ratio()
        && let Some(base) = figure.and_then(|f| f.base())
    {
        out.push_str(" (n\u{A0}=\u{A0}");
        markup::base(out, (at.scale.key(), at.code, &column.suffix), base);
        out.push(')');
    }
}

/// Tells whether two shares count some of the same cases: « T1 et T2 » and « T2 » say one thing twice.
fn alike(a: &Indicator, b: &Indicator) -> bool {
    let counted = |x: &Indicator| -> Vec<Iid> {
        let terms = x.numerator.iter().flat_map(|o| &o.0);
        terms.map(|t| t.indicator).collect()
    };
    let (a, b) = (counted(a), counted(b));
    a.iter().any(|i| b.contains(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_gap_carries_no_sentence() {
        // Two points between shares, three per cent between rents, or less than the territories usually differ.
        assert_eq!(stands_out(true, 22.0, 20.0, 0.5), None);
        assert_eq!(stands_out(false, 6.18, 6.0, 0.01), None);
        assert_eq!(stands_out(true, 25.0, 20.0, 10.0), None);
        assert_eq!(stands_out(true, 60.0, 20.0, 5.0), Some(8.0));
    }

    #[test]
    fn a_share_of_a_small_base_that_speaks_of_everyone_carries_no_sentence() {
        assert!(of_everyone(0.0, 99, 100) && of_everyone(100.0, 30, 100));
        assert!(!of_everyone(0.0, 100, 100) && !of_everyone(1.0, 99, 100));
    }

    #[test]
    fn a_gap_that_chance_explains_carries_no_sentence() {
        // One dwelling of 30 against 13 %: the standard error is 6.1 points.
        assert!(could_be_chance(3.0, 13.0, 30));
        assert!(!could_be_chance(3.0, 13.0, 60));
        assert!(!could_be_chance(0.1, 0.0, 30));
    }
}
