//! One attack on a pattern: the hidden cells known too well, each with the published figures that give it away.

use super::{Rule, Table};
use crate::disclosure::attack::{Interval, Proof, Range, Shape, Support, Terms};

/// A hidden cell known too well.
#[derive(Debug, Clone)]
pub(super) struct Exposure {
    pub(super) cell: u32,
    /// Published cells: while none of them is hidden, the cell stays known too well.
    pub(super) support: Vec<u32>,
}

/// Published and hidden cells of a pattern.
pub(super) fn sides(hidden: &[bool]) -> (Vec<u32>, Vec<u32>) {
    let count = u32::try_from(hidden.len()).unwrap_or(u32::MAX);
    (0..count).partition(|i| !hidden[*i as usize])
}

/// Published values as ranges.
pub(super) fn ranges(published: &[u32], values: &[i64]) -> Vec<Range> {
    published.iter().map(|i| Range::exactly(values[*i as usize])).collect()
}

/// Tells what is wrong with the interval of a hidden value, as the side of the proof that matters.
fn wrong(interval: &Interval, value: i64, rule: &Rule) -> Option<Sides> {
    let value = i128::from(value);
    if interval.up.proved.is_some_and(|up| up < value + i128::from(rule.above)) {
        return Some(Sides::Upper);
    }
    if interval.widest().is_some_and(|w| w < i128::from(rule.min_width)) {
        return Some(Sides::Both);
    }
    // What is not shown by witnesses is not protected.
    let shown = interval.shown().is_none_or(|w| w >= i128::from(rule.min_width));
    let high = match interval.up.reached {
        Some(Some(up)) => up >= value + i128::from(rule.above),
        Some(None) => true,
        None => false,
    };
    (!shown || !high).then_some(Sides::Unknown)
}

/// Which proof a clause rests on.
enum Sides {
    Upper,
    Both,
    Unknown,
}

/// Tells, by layer and cell, which hidden zeros a published zero says itself.
pub(super) fn excused(table: &Table, hidden: &[bool], rule: &Rule) -> Vec<Vec<bool>> {
    let none = || vec![false; table.cells.len()];
    let layer = |(rank, values): (usize, &Vec<i64>)| -> Vec<bool> {
        let mut out = table.excused.get(rank).cloned().unwrap_or_else(none);
        if rule.zeros {
            return out;
        }
        let mut zero = vec![false; table.atoms];
        let cells = || table.cells.iter().zip(values).zip(hidden);
        for ((cell, _), _) in cells().filter(|((_, value), hidden)| **value == 0 && !**hidden) {
            for (atom, coefficient) in &cell.terms {
                zero[*atom as usize] |= *coefficient > 0;
            }
        }
        for (out, ((cell, value), hidden)) in out.iter_mut().zip(cells()) {
            *out |= *hidden && *value == 0 && cell.terms.iter().all(|(atom, _)| zero[*atom as usize]);
        }
        out
    };
    table.layers.iter().enumerate().map(layer).collect()
}

/// Attacks a pattern on all layers. A cell exposed on several layers is told once, with its first proof.
pub(super) fn exposures(table: &Table, hidden: &[bool], rule: &Rule) -> Vec<Exposure> {
    let (published, targets) = sides(hidden);
    if targets.is_empty() {
        return Vec::new();
    }
    let rows = |list: &[u32]| -> Vec<Terms> { list.iter().map(|i| table.cells[*i as usize].terms.clone()).collect() };
    let shape = Shape::new(
        table.atoms,
        rows(&published),
        &vec![true; published.len()],
        rows(&targets),
    );
    let mut found: Vec<Exposure> = Vec::new();
    let mut told = vec![false; targets.len()];
    let excused = excused(table, hidden, rule);
    for (layer, values) in table.layers.iter().enumerate() {
        let facts = ranges(&published, values);
        let answer = shape.solve(&facts, rule.effort);
        for (t, (cell, interval)) in targets.iter().zip(&answer.intervals).enumerate() {
            if told[t] {
                continue;
            }
            if excused[layer][*cell as usize] {
                continue;
            }
            let Some(sides) = wrong(interval, values[*cell as usize], rule) else {
                continue;
            };
            told[t] = true;
            let proof = shape.prove(t, &facts, interval, rule.effort);
            let support: Support = match (&proof, sides) {
                (Proof::Bounds { up, .. }, Sides::Upper) => up.weights.keys().copied().collect(),
                _ => proof.support(),
            };
            found.push(Exposure {
                cell: *cell,
                support: support.into_iter().map(|fact| published[fact as usize]).collect(),
            });
        }
    }
    found.sort_by_key(|e| (e.support.len(), e.cell));
    found
}
