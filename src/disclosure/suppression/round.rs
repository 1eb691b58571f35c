//! One attack on a pattern: the hidden cells known too well, each with the published figures that give it away.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Table};
use crate::disclosure::attack::{Deduced, Interval, Merged, Range, Support, Terms};

/// Times that a total and its parts tell one another what they know.
const ROUNDS: usize = 3;

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
///
/// A value of which other tables say something may be all that they leave: only the width counts.
fn wrong(interval: &Interval, value: i64, spoken: bool, rule: &Rule) -> Option<Sides> {
    let value = i128::from(value);
    if !spoken && interval.up.proved.is_some_and(|up| up < value + i128::from(rule.above)) {
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
    } || spoken;
    (!shown || !high).then_some(Sides::Unknown)
}

/// Finds a category that a published total and the other categories narrow too much, each known within its interval.
///
/// Left alone, as the audit leaves them: a place where there is nothing, and one that is all of one category while its
/// places say that the others are none.
fn narrowed(parts: &[Interval], total: i64, rule: &Rule) -> Option<usize> {
    let (total, least) = (i128::from(total), i128::from(rule.min_width));
    if total < least {
        return None;
    }
    let others = |i: usize, of: fn(&Interval) -> Option<i128>| -> Option<i128> {
        let rest = parts.iter().enumerate().filter(|(j, _)| *j != i);
        rest.map(|(_, interval)| of(interval)).sum()
    };
    (0..parts.len()).find(|i| {
        let low = others(*i, |p| Some(p.lo.proved.unwrap_or(0))).unwrap_or(0);
        let high = others(*i, |p| p.up.proved);
        let own = parts[*i];
        let up = own.up.proved.map_or(total - low, |up| up.min(total - low));
        let lo = own.lo.proved.unwrap_or(0).max(high.map_or(0, |high| total - high));
        up - lo < least && high != Some(0) && up > 0
    })
}

/// Which proof a clause rests on.
enum Sides {
    Upper,
    Both,
    Unknown,
    /// Those of all the categories of a published total.
    Parts,
}

/// Tells which hidden zeros a published zero says itself.
fn excused(table: &Table, hidden: &[bool], rule: &Rule, values: &[i64]) -> Vec<bool> {
    let mut out = vec![false; table.cells.len()];
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
        *out = *hidden && *value == 0 && cell.terms.iter().all(|(atom, _)| zero[*atom as usize]);
    }
    out
}

/// A pattern attacked on all layers.
pub(super) struct Attack<'a> {
    rule: &'a Rule,
    published: Vec<u32>,
    /// Hidden cells of which other tables say something: facts after the published ones.
    spoken: Vec<u32>,
    targets: Vec<u32>,
    shape: Option<Merged>,
    /// By layer: what is published, and what it tells.
    layers: Vec<(Vec<Range>, Deduced)>,
    /// Number of the first layers that add up to a total.
    parts: usize,
    found: Vec<Found>,
}

/// A target known too well on a layer; a target exposed on several layers is told once, for the first of them.
struct Found {
    target: usize,
    layer: usize,
    sides: Sides,
}

impl<'a> Attack<'a> {
    /// Attacks all the hidden cells.
    pub(super) fn new(table: &Table, hidden: &[bool], rule: &'a Rule) -> Self {
        let (published, targets) = sides(hidden);
        let excused: Vec<Vec<bool>> = table
            .layers
            .iter()
            .map(|values| excused(table, hidden, rule, values))
            .collect();
        Self::with(table, rule, published, targets, |layer, cell| {
            excused[layer][cell as usize]
        })
    }

    /// Attacks these hidden cells only; a zero that is not to be looked at may be told all the same.
    pub(super) fn on(table: &Table, hidden: &[bool], rule: &'a Rule, targets: &[u32]) -> Self {
        Self::with(table, rule, sides(hidden).0, targets.to_vec(), |_, _| false)
    }

    /// Attacks these hidden cells with these published ones; `excused` tells which are not looked at, by layer.
    pub(super) fn with(
        table: &Table,
        rule: &'a Rule,
        published: Vec<u32>,
        targets: Vec<u32>,
        excused: impl Fn(usize, u32) -> bool,
    ) -> Self {
        let mut attack = Self {
            rule,
            published,
            spoken: Vec::new(),
            targets,
            shape: None,
            layers: Vec::new(),
            parts: table.parts,
            found: Vec::new(),
        };
        if attack.targets.is_empty() {
            return attack;
        }
        let rows =
            |list: &[u32]| -> Vec<Terms> { list.iter().map(|i| table.cells[*i as usize].terms.clone()).collect() };
        let count = u32::try_from(table.cells.len()).unwrap_or(u32::MAX);
        let layers = table.layers.len();
        let mut said: Vec<BTreeMap<u32, Range>> = (0..layers)
            .map(|layer| {
                let hidden = (0..count).filter(|i| attack.published.binary_search(i).is_err());
                hidden.filter_map(|i| Some((i, table.said(layer, i)?))).collect()
            })
            .collect();
        // Known of their total and of the other parts alone, which `narrowed` judges.
        let mut direct: BTreeSet<(usize, u32)> = BTreeSet::new();
        let mut shape;
        let mut rounds = 0;
        loop {
            let spoken: BTreeSet<u32> = said.iter().flat_map(|own| own.keys().copied()).collect();
            attack.spoken = spoken.into_iter().collect();
            let mut exact = vec![true; attack.published.len()];
            exact.resize(attack.published.len() + attack.spoken.len(), false);
            let facts = [rows(&attack.published), rows(&attack.spoken)].concat();
            shape = Merged::new(table.atoms, &facts, &exact, &rows(&attack.targets));
            attack.layers.clear();
            for (values, said) in table.layers.iter().zip(&said) {
                let mut facts = ranges(&attack.published, values);
                let free = Range { lo: Some(0), up: None };
                facts.extend(attack.spoken.iter().map(|i| said.get(i).copied().unwrap_or(free)));
                let deduced = shape.solve(&facts, rule.effort);
                attack.layers.push((facts, deduced));
            }
            let more = attack.parted(table);
            rounds += 1;
            if more.is_empty() || rounds > ROUNDS {
                break;
            }
            for (layer, cell, range) in more {
                if rounds == 1 && range.up.zip(range.lo).is_some_and(|(up, lo)| up - lo < rule.min_width) {
                    direct.insert((layer, cell));
                }
                said[layer].insert(cell, range);
            }
        }
        let mut told = vec![false; attack.targets.len()];
        for (layer, values) in table.layers.iter().enumerate() {
            let deduced = &attack.layers[layer].1;
            for (target, (cell, interval)) in attack.targets.iter().zip(&deduced.intervals).enumerate() {
                if told[target] || excused(layer, *cell) || direct.contains(&(layer, *cell)) {
                    continue;
                }
                let spoken = said[layer].contains_key(cell);
                if let Some(sides) = wrong(interval, values[*cell as usize], spoken, rule) {
                    told[target] = true;
                    attack.found.push(Found { target, layer, sides });
                }
            }
        }
        for (target, cell) in attack.targets.iter().enumerate().filter(|(t, _)| !told[*t]) {
            let intervals = attack.layers[..table.parts.min(attack.layers.len())].iter();
            let intervals: Vec<Interval> = intervals.map(|(_, deduced)| deduced.intervals[target]).collect();
            if let Some(total) = table.total(*cell)
                && let Some(layer) = narrowed(&intervals, total, rule)
            {
                let sides = Sides::Parts;
                attack.found.push(Found { target, layer, sides });
            }
        }
        attack.found.sort_by_key(|f| f.target);
        attack.shape = Some(shape);
        attack
    }

    /// What a published total and its other parts say of a part beyond what its own sums do, by layer and cell.
    fn parted(&self, table: &Table) -> Vec<(usize, u32, Range)> {
        let mut out = Vec::new();
        let parts = &self.layers[..table.parts.min(self.layers.len())];
        for (target, cell) in self.targets.iter().enumerate() {
            let Some(total) = table.total(*cell).map(i128::from) else {
                continue;
            };
            let own = |layer: usize| parts[layer].1.intervals[target];
            let least = |i: usize| own(i).lo.proved.unwrap_or(0).max(0);
            for layer in 0..parts.len() {
                let others = || (0..parts.len()).filter(|i| *i != layer);
                let most: Option<i128> = others().map(|i| own(i).up.proved).sum();
                let lo = most.map_or(0, |most| total - most).max(least(layer));
                let up = total - others().map(least).sum::<i128>();
                let known = own(layer).up.proved;
                if lo > least(layer) || known.is_none_or(|known| up < known) {
                    let up = known.map_or(up, |known| up.min(known));
                    let narrow = |v: i128| i64::try_from(v).ok();
                    let (lo, up) = (narrow(lo), narrow(up));
                    out.push((layer, *cell, Range { lo, up }));
                }
            }
        }
        out
    }

    /// Place of each atom; see [`Merged::places`].
    pub(super) fn places(&self) -> Vec<Option<u32>> {
        self.shape.as_ref().map_or_else(Vec::new, Merged::places)
    }

    /// Number of cells known too well.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Cells known too well.
    pub(super) fn cells(&self) -> impl Iterator<Item = u32> {
        self.found.iter().map(|f| self.targets[f.target])
    }

    /// Blocks of unknowns that a cell known too well depends on, by its rank.
    pub(super) fn blocks(&self, rank: usize) -> impl Iterator<Item = u32> {
        let parts = self
            .shape
            .as_ref()
            .map(|shape| shape.blocks_of(self.found[rank].target));
        parts.into_iter().flatten()
    }

    /// A cell known too well, by its rank, with the published figures that give it away.
    pub(super) fn exposure(&self, rank: usize) -> Exposure {
        let found = &self.found[rank];
        let support: Support = match &self.shape {
            None => Support::new(),
            Some(shape) => {
                let both = !matches!(found.sides, Sides::Upper);
                let layers = match found.sides {
                    Sides::Parts => &self.layers[..self.parts],
                    _ => &self.layers[found.layer..=found.layer],
                };
                let all = layers
                    .iter()
                    .flat_map(|(facts, deduced)| shape.support(found.target, facts, deduced, both, self.rule.effort));
                let mut all: Support = all.collect();
                all.sort_unstable();
                all.dedup();
                all
            }
        };
        Exposure {
            cell: self.targets[found.target],
            // What other tables say cannot be hidden here.
            support: support
                .into_iter()
                .filter_map(|fact| self.published.get(fact as usize).copied())
                .collect(),
        }
    }
}

/// All the cells known too well, each with its proof, the shortest first.
pub(super) fn exposures(table: &Table, hidden: &[bool], rule: &Rule) -> Vec<Exposure> {
    let attack = Attack::new(table, hidden, rule);
    let mut found: Vec<Exposure> = (0..attack.len()).map(|rank| attack.exposure(rank)).collect();
    found.sort_by_key(|e| (e.support.len(), e.cell));
    found
}
