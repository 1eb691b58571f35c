//! One attack on a pattern: the hidden cells known too well, each with the published figures that give it away.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::swaps::Swaps;
use super::{Rule, Table};
use crate::disclosure::attack::{Classes, Deduced, Interval, Merged, Range, Shape, Support, Terms};

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

fn rows<'a>(table: &'a Table, cells: &[u32]) -> Vec<&'a Terms> {
    cells.iter().map(|i| &table.cells[*i as usize].terms).collect()
}

/// Classes of the atoms that published cells do not tell apart.
pub(super) fn classes(table: &Table, published: &[u32]) -> Classes {
    Classes::new(table.atoms, &rows(table, published))
}

/// Place of each atom; see [`Merged::places`].
pub(super) fn places(table: &Table, classes: &Classes, (published, targets): (&[u32], &[u32])) -> Vec<Option<u32>> {
    let exact = vec![true; published.len()];
    Merged::over(classes, &rows(table, published), &exact, &rows(table, targets)).places()
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

/// What a published total says of its categories.
enum Narrowed {
    /// Nothing that narrows one of them too much.
    No,
    /// Something too narrow is left alone, as the audit leaves it.
    LeftAlone,
    /// This one is narrowed too much.
    Part(usize),
}

/// Finds a category that a published total and the other categories narrow too much, each known within its interval.
///
/// Left alone, as the audit leaves them: a place where there is nothing, and one that is all of one category while its
/// places say that the others are none.
fn narrowed(parts: &[Interval], total: i64, rule: &Rule) -> Narrowed {
    let (total, least) = (i128::from(total), i128::from(rule.min_width));
    if total < least {
        return Narrowed::No;
    }
    let others = |i: usize, of: fn(&Interval) -> Option<i128>| -> Option<i128> {
        let rest = parts.iter().enumerate().filter(|(j, _)| *j != i);
        rest.map(|(_, interval)| of(interval)).sum()
    };
    let mut found = Narrowed::No;
    for (i, own) in parts.iter().enumerate() {
        let low = others(i, |p| Some(p.lo.proved.unwrap_or(0))).unwrap_or(0);
        let high = others(i, |p| p.up.proved);
        let up = own.up.proved.map_or(total - low, |up| up.min(total - low));
        let lo = own.lo.proved.unwrap_or(0).max(high.map_or(0, |high| total - high));
        if up - lo >= least {
            continue;
        }
        if high != Some(0) && up > 0 {
            return Narrowed::Part(i);
        }
        found = Narrowed::LeftAlone;
    }
    found
}

/// Which proof a clause rests on.
enum Sides {
    Upper,
    Both,
    Unknown,
    /// Those of all the categories of a published total.
    Parts,
    /// What other tables say, or totals of other places, carried from one hidden cell to the next.
    Together,
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
    table: &'a Table,
    rule: &'a Rule,
    published: Vec<u32>,
    targets: Vec<u32>,
    shape: Option<Merged>,
    /// By layer: what is published, and what it tells.
    layers: Vec<(Vec<Range>, Deduced)>,
    /// Number of the first layers that add up to a total.
    parts: usize,
    found: Vec<Found>,
    /// What is said of hidden cells: at first, then with all that follows from it.
    said: Vec<Told>,
    /// Cells that are not known too well, and will not be when more is hidden.
    settled: Vec<u32>,
}

/// By layer, what other tables, totals and parts say of hidden cells.
struct Told {
    /// By rank among the targets.
    ranges: Vec<BTreeMap<usize, Range>>,
    /// The facts with what is said, solved when one of their proofs is asked for.
    solved: Vec<OnceCell<(Merged, Vec<Range>, Deduced)>>,
}

/// Figures that bound a target, and whether they do so too well.
struct Proof {
    support: Support,
    narrow: bool,
}

impl Told {
    fn new(ranges: Vec<BTreeMap<usize, Range>>) -> Self {
        let solved = ranges.iter().map(|_| OnceCell::new()).collect();
        Self { ranges, solved }
    }
}

/// A target known too well on a layer; a target exposed on several layers is told once, for the first of them.
struct Found {
    target: usize,
    layer: usize,
    sides: Sides,
}

impl<'a> Attack<'a> {
    /// Attacks all the hidden cells, but those that are safe at sight.
    pub(super) fn new(table: &'a Table, hidden: &[bool], rule: &'a Rule) -> Self {
        Self::but(table, hidden, rule, &[])
    }

    /// Attacks all the hidden cells, but those that are safe at sight and those that an attack on more published cells has
    /// [settled](Self::settled).
    pub(super) fn but(table: &'a Table, hidden: &[bool], rule: &'a Rule, settled: &[bool]) -> Self {
        let (published, mut targets) = sides(hidden);
        targets.retain(|cell| !settled.get(*cell as usize).is_some_and(|settled| *settled));
        let mut safe = Vec::new();
        let classes = (!targets.is_empty()).then(|| classes(table, &published));
        if let Some(swaps) = classes.as_ref().and_then(|classes| Swaps::new(table, classes, rule)) {
            (safe, targets) = targets.into_iter().partition(|cell| swaps.is_safe(*cell));
        }
        let layers = table.layers.iter().filter(|_| !targets.is_empty());
        let excused: Vec<Vec<bool>> = layers.map(|values| excused(table, hidden, rule, values)).collect();
        let mut attack = Self::with(table, rule, classes, (published, targets), |layer, cell| {
            excused[layer][cell as usize]
        });
        attack.settled.append(&mut safe);
        attack
    }

    /// Attacks these hidden cells only; a zero that is not to be looked at may be told all the same.
    pub(super) fn on(table: &'a Table, hidden: &[bool], rule: &'a Rule, targets: &[u32]) -> Self {
        Self::with(table, rule, None, (sides(hidden).0, targets.to_vec()), |_, _| false)
    }

    /// Attacks hidden cells with the published ones before them; `excused` tells which are not looked at, by layer.
    pub(super) fn with(
        table: &'a Table,
        rule: &'a Rule,
        known: Option<Classes>,
        (published, targets): (Vec<u32>, Vec<u32>),
        excused: impl Fn(usize, u32) -> bool,
    ) -> Self {
        let mut attack = Self {
            table,
            rule,
            published,
            targets,
            shape: None,
            layers: Vec::new(),
            parts: table.parts,
            found: Vec::new(),
            said: Vec::new(),
            settled: Vec::new(),
        };
        if attack.targets.is_empty() {
            return attack;
        }
        let exact = vec![true; attack.published.len()];
        let (facts, targets) = (attack.rows(&attack.published), attack.rows(&attack.targets));
        let classes = known.unwrap_or_else(|| Classes::new(table.atoms, &facts));
        let shape = Merged::over(&classes, &facts, &exact, &targets);
        let mut told = vec![false; attack.targets.len()];
        let mut left_alone = told.clone();
        for (layer, values) in table.layers.iter().enumerate() {
            if told.iter().all(|told| *told) {
                break;
            }
            let facts = ranges(&attack.published, values);
            let deduced = shape.solve(&facts, rule.effort);
            for (target, (cell, interval)) in attack.targets.iter().zip(&deduced.intervals).enumerate() {
                if told[target] {
                    continue;
                }
                if excused(layer, *cell) {
                    left_alone[target] = true;
                    continue;
                }
                if let Some(sides) = wrong(interval, values[*cell as usize], rule) {
                    told[target] = true;
                    attack.found.push(Found { target, layer, sides });
                }
            }
            attack.layers.push((facts, deduced));
        }
        for (target, cell) in attack.targets.iter().enumerate().filter(|(t, _)| !told[*t]) {
            let own = (!left_alone[target]).then_some(*cell);
            let Some(total) = table.total(*cell) else {
                attack.settled.extend(own);
                continue;
            };
            let intervals = attack.layers[..table.parts.min(attack.layers.len())].iter();
            let intervals: Vec<Interval> = intervals.map(|(_, deduced)| deduced.intervals[target]).collect();
            match narrowed(&intervals, total, rule) {
                Narrowed::No => attack.settled.extend(own),
                Narrowed::LeftAlone => {}
                Narrowed::Part(layer) => {
                    let sides = Sides::Parts;
                    attack.found.push(Found { target, layer, sides });
                }
            }
        }
        if rule.together && attack.layers.len() == table.layers.len() {
            attack.together(excused);
        }
        attack.found.sort_by_key(|f| f.target);
        attack.shape = Some(shape);
        attack
    }

    fn rows(&self, cells: &[u32]) -> Vec<&'a Terms> {
        rows(self.table, cells)
    }

    /// Looks for what is known too well with what other tables, totals and parts say of hidden cells.
    fn together(&mut self, excused: impl Fn(usize, u32) -> bool) {
        let mut told: BTreeSet<usize> = self.found.iter().map(|f| f.target).collect();
        let mut known: Vec<Vec<Bound>> = Vec::new();
        for (_, deduced) in &self.layers {
            let bound = |i: &Interval| (i.lo.proved.unwrap_or(0).max(0), i.up.proved);
            known.push(deduced.intervals.iter().map(bound).collect());
        }
        let mut said: Vec<BTreeMap<usize, Range>> = vec![BTreeMap::new(); self.table.layers.len()];
        let mut fresh: Vec<(usize, usize, Bound)> = Vec::new();
        for (target, cell) in self.targets.iter().enumerate() {
            for (layer, known) in known.iter().enumerate() {
                if let Some(range) = self.table.said(layer, *cell) {
                    let bound = (range.lo.unwrap_or(0).into(), range.up.map(i128::from));
                    fresh.extend(narrower(known[target], bound).map(|bound| (layer, target, bound)));
                }
            }
        }
        // Known of their own total and parts alone, which `narrowed` judges.
        let mut direct: BTreeSet<(usize, usize)> = BTreeSet::new();
        let shape = OnceCell::new();
        for round in 0..ROUNDS {
            let parted = parted(self.table, &self.targets, &known);
            if round == 0 {
                let narrow = parted.iter().filter(|(.., bound)| is_narrow(*bound, self.rule));
                direct.extend(narrow.map(|(layer, target, _)| (*layer, *target)));
            }
            fresh.extend(parted);
            if fresh.is_empty() {
                break;
            }
            let mut touched: BTreeSet<usize> = BTreeSet::new();
            for (layer, target, bound) in fresh.drain(..) {
                let own = &mut known[layer][target];
                if let Some(bound) = narrower(*own, bound) {
                    *own = bound;
                    let narrow = |v: i128| i64::try_from(v).ok();
                    let range = Range {
                        lo: narrow(bound.0),
                        up: bound.1.and_then(narrow),
                    };
                    said[layer].insert(target, range);
                    touched.insert(layer);
                }
            }
            if round == 0 {
                self.said.push(Told::new(said.clone()));
            }
            let shape = shape.get_or_init(|| {
                let exact = vec![true; self.published.len()];
                let (facts, targets) = (self.rows(&self.published), self.rows(&self.targets));
                let owned = |rows: Vec<&Terms>| rows.into_iter().cloned().collect();
                Shape::new(self.table.atoms, owned(facts), &exact, owned(targets))
            });
            for layer in touched {
                let own: Vec<(usize, Range)> = said[layer].iter().map(|(target, range)| (*target, *range)).collect();
                for (target, lo, up) in shape.narrow(&self.layers[layer].0, &own) {
                    let known = &mut known[layer][target];
                    if let Some(bound) = narrower(*known, (lo, up)) {
                        *known = bound;
                    }
                }
            }
        }
        // All of a published total in one category, the others being zeros: as the audit leaves it.
        let full = |target: usize| {
            let total = self.table.total(self.targets[target]).map(i128::from);
            let mut parts = known[..self.parts.min(known.len())].iter();
            total.is_some() && parts.any(|part| part[target].1 == total && Some(part[target].0) == total)
        };
        let full: Vec<bool> = (0..self.targets.len()).map(full).collect();
        for (layer, known) in known.iter().enumerate() {
            for (target, bound) in known.iter().enumerate().filter(|(target, _)| !full[*target]) {
                let cell = self.targets[target];
                if is_narrow(*bound, self.rule)
                    && !direct.contains(&(layer, target))
                    && !excused(layer, cell)
                    && told.insert(target)
                {
                    let sides = Sides::Together;
                    self.found.push(Found { target, layer, sides });
                }
            }
        }
        self.found.sort_by_key(|f| f.target);
        self.said.push(Told::new(said));
    }

    /// Published figures that give a target away with what is said of the others.
    fn together_support(&self, target: usize, layer: usize) -> Support {
        // What is said at first proves most of them; what follows from it may say all of the target, and name no figure.
        let mut last = Support::new();
        for told in &self.said {
            let proof = self.support_with(told, target, layer);
            if proof.narrow && !proof.support.is_empty() {
                return proof.support;
            }
            last = proof.support;
        }
        last
    }

    fn support_with(&self, told: &Told, target: usize, layer: usize) -> Proof {
        let (shape, facts, deduced) = told.solved[layer].get_or_init(|| {
            let said = &told.ranges[layer];
            let spoken: Vec<u32> = said.keys().map(|target| self.targets[*target]).collect();
            let mut exact = vec![true; self.published.len()];
            exact.resize(self.published.len() + spoken.len(), false);
            let rows = [self.rows(&self.published), self.rows(&spoken)].concat();
            let shape = Merged::new(self.table.atoms, &rows, &exact, &self.rows(&self.targets));
            let mut facts = self.layers[layer].0.clone();
            facts.extend(said.values().copied());
            let deduced = shape.solve(&facts, self.rule.effort);
            (shape, facts, deduced)
        });
        let narrow = |width: i128| width < i128::from(self.rule.min_width);
        let narrow = deduced.intervals[target].widest().is_some_and(narrow);
        // What is said of a hidden cell cannot be hidden here.
        let mut support = shape.support(target, facts, deduced, true, self.rule.effort);
        support.retain(|fact| (*fact as usize) < self.published.len());
        Proof { support, narrow }
    }

    /// Cells that are not known too well, and will not be when more is hidden: a reader then knows less.
    ///
    /// Those left alone for what is published are not among them.
    pub(super) fn settled(&self) -> &[u32] {
        if self.rule.together { &[] } else { &self.settled }
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
                if matches!(found.sides, Sides::Together) {
                    let support = self.together_support(found.target, found.layer);
                    return self.exposed(found, support);
                }
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
        self.exposed(found, support)
    }

    fn exposed(&self, found: &Found, support: Support) -> Exposure {
        Exposure {
            cell: self.targets[found.target],
            support: support.into_iter().map(|fact| self.published[fact as usize]).collect(),
        }
    }
}

/// Least and most that a value can be.
type Bound = (i128, Option<i128>);

/// What a bound adds to another; none when nothing.
fn narrower(known: Bound, more: Bound) -> Option<Bound> {
    let lo = known.0.max(more.0);
    let up = [known.1, more.1].into_iter().flatten().min();
    ((lo, up) != known).then_some((lo, up))
}

fn is_narrow((lo, up): Bound, rule: &Rule) -> bool {
    up.is_some_and(|up| up - lo < i128::from(rule.min_width))
}

/// What a published total and its other parts say of a part, by layer and target.
fn parted(table: &Table, targets: &[u32], known: &[Vec<Bound>]) -> Vec<(usize, usize, Bound)> {
    let parts = &known[..table.parts.min(known.len())];
    let mut out = Vec::new();
    for (target, cell) in targets.iter().enumerate() {
        let Some(total) = table.total(*cell).map(i128::from) else {
            continue;
        };
        for (layer, own) in parts.iter().enumerate() {
            let others = || {
                parts
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != layer)
                    .map(|(_, p)| p[target])
            };
            let most: Option<i128> = others().map(|(_, up)| up).sum();
            let lo = most.map_or(0, |most| total - most).max(0);
            let up = total - others().map(|(lo, _)| lo).sum::<i128>();
            let bound = narrower(own[target], (lo, Some(up)));
            out.extend(bound.map(|bound| (layer, target, bound)));
        }
    }
    out
}

/// All the cells known too well, each with its proof, the shortest first.
pub(super) fn exposures(table: &Table, hidden: &[bool], rule: &Rule) -> Vec<Exposure> {
    let attack = Attack::new(table, hidden, rule);
    let mut found: Vec<Exposure> = (0..attack.len()).map(|rank| attack.exposure(rank)).collect();
    found.sort_by_key(|e| (e.support.len(), e.cell));
    found
}
