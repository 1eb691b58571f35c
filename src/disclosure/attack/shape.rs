//! What depends only on which figures are published: reduced facts, merged atoms, connected blocks.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use rayon::prelude::*;

use super::arithmetic::{add, ceil_div, floor_div, join, root, tidy};
use super::block::{Block, BlockRow};
use super::bounds::Interval;
use super::{Effort, Range, Terms, Trouble};

/// Nothing stands here.
const NONE: u32 = u32::MAX;

/// A row after the facts it contains were taken away.
#[derive(Debug, Clone, Default)]
pub(super) struct Reduced {
    pub(super) terms: Terms,
    /// Facts taken away, each with its multiple; they are reduced too.
    pub(super) taken: Vec<(u32, i64)>,
}

/// A set of facts and targets, whatever their values: done once for all the tables published in the same way.
#[derive(Debug, Clone)]
pub struct Shape {
    pub(super) facts: Vec<Reduced>,
    pub(super) targets: Vec<Reduced>,
    /// Facts in the order in which their reduced values can be worked out.
    order: Vec<u32>,
    /// Place of each fact in that order.
    place: Vec<u32>,
    /// Facts that say nothing new: their reduced value must be zero.
    empty: Vec<u32>,
    /// Facts on one atom that nothing else needs.
    known: Vec<u32>,
    pub(super) blocks: Vec<Block>,
    /// For each target, its parts: `(block, position in the block)`.
    pub(super) parts: Vec<Vec<(u32, u32)>>,
}

/// What a reader can deduce of each target.
#[derive(Debug, Clone)]
pub struct Answer {
    /// One interval per target.
    pub intervals: Vec<Interval>,
    /// Facts, by position, of a block whose facts contradict each other; empty when all is well.
    pub contradictions: Vec<Vec<u32>>,
}

impl Shape {
    /// Reduces facts by one another, merges atoms that nothing tells apart, cuts into blocks.
    ///
    /// `exact[i]` says that fact `i` is an equality (its value is published); the others are intervals. A fact wholly
    /// contained in another is subtracted from it: published parts leave a total, which is how most tables fall apart.
    pub fn new(atoms: usize, facts: Vec<Terms>, exact: &[bool], targets: Vec<Terms>) -> Self {
        let facts: Vec<Terms> = facts.into_iter().map(tidy).collect();
        let targets: Vec<Terms> = targets.into_iter().map(tidy).collect();
        let mut order: Vec<u32> = (0..).take(facts.len()).collect();
        order.sort_by_key(|i| (!exact[*i as usize], facts[*i as usize].len(), *i));
        let mut reducer = Reducer::new(atoms, facts.len());
        let mut reduced: Vec<Reduced> = vec![Reduced::default(); facts.len()];
        let mut facts = facts;
        for i in &order {
            let terms = std::mem::take(&mut facts[*i as usize]);
            let row = reducer.reduce(terms);
            if exact[*i as usize] && !row.terms.is_empty() {
                reducer.add(*i, row.terms.clone());
            }
            reduced[*i as usize] = row;
        }
        let targets: Vec<Reduced> = targets.into_iter().map(|terms| reducer.reduce(terms)).collect();
        let mut place = vec![0; order.len()];
        for (p, i) in (0u32..).zip(&order) {
            place[*i as usize] = p;
        }
        let mut shape = Self {
            facts: reduced,
            targets,
            order,
            place,
            empty: Vec::new(),
            known: Vec::new(),
            blocks: Vec::new(),
            parts: Vec::new(),
        };
        shape.cut(atoms);
        shape
    }

    /// Merges atoms of one signature and cuts into connected blocks.
    fn cut(&mut self, atoms: usize) {
        let mut uses = vec![0u32; atoms];
        for row in self.facts.iter().chain(&self.targets) {
            for (atom, _) in &row.terms {
                uses[*atom as usize] += 1;
            }
        }
        let mut active: Vec<u32> = Vec::new();
        for i in (0u32..).take(self.facts.len()) {
            match self.facts[i as usize].terms.as_slice() {
                [] => self.empty.push(i),
                [(atom, _)] if uses[*atom as usize] == 1 => self.known.push(i),
                _ => active.push(i),
            }
        }
        // Signature of each atom: where it stands and with which coefficient.
        let mut signature: HashMap<u32, Vec<(u32, i64)>> = HashMap::new();
        let facts = u32::try_from(self.facts.len()).unwrap_or(NONE);
        for i in &active {
            for (atom, c) in &self.facts[*i as usize].terms {
                signature.entry(*atom).or_default().push((*i, *c));
            }
        }
        for (t, target) in (0u32..).zip(&self.targets) {
            for (atom, c) in &target.terms {
                signature.entry(*atom).or_default().push((facts.saturating_add(t), *c));
            }
        }
        let mut classes: BTreeMap<&[(u32, i64)], Vec<u32>> = BTreeMap::new();
        #[expect(clippy::iter_over_hash_type, reason = "classes and their members are sorted below")]
        for (atom, signature) in &signature {
            classes.entry(signature.as_slice()).or_default().push(*atom);
        }
        let mut members: Vec<Vec<u32>> = classes.into_values().collect();
        for list in &mut members {
            list.sort_unstable();
        }
        members.sort_unstable();
        let mut variable = vec![NONE; atoms];
        for (v, list) in (0u32..).zip(&members) {
            if let Some(first) = list.first() {
                variable[*first as usize] = v;
            }
        }
        // Only the first atom of a class stands for it.
        let lift = |terms: &Terms| -> Terms {
            let kept = terms.iter().filter(|(atom, _)| variable[*atom as usize] != NONE);
            kept.map(|(atom, c)| (variable[*atom as usize], *c)).collect()
        };
        let mut parent: Vec<u32> = (0..).take(members.len()).collect();
        let rows: Vec<(u32, Terms)> = active
            .iter()
            .map(|i| (*i, lift(&self.facts[*i as usize].terms)))
            .collect();
        for (_, terms) in &rows {
            for pair in terms.windows(2) {
                join(&mut parent, pair[0].0, pair[1].0);
            }
        }
        let mut block_of = vec![NONE; members.len()];
        let mut local = vec![0u32; members.len()];
        for (v, list) in (0u32..).zip(members) {
            let r = root(&mut parent, v) as usize;
            if block_of[r] == NONE {
                block_of[r] = u32::try_from(self.blocks.len()).unwrap_or(NONE);
                self.blocks.push(Block::default());
            }
            let block = &mut self.blocks[block_of[r] as usize];
            local[v as usize] = u32::try_from(block.members.len()).unwrap_or(NONE);
            block.members.push(list);
        }
        for (fact, mut terms) in rows {
            let Some((first, _)) = terms.first() else {
                continue;
            };
            let b = block_of[root(&mut parent, *first) as usize] as usize;
            for t in &mut terms {
                t.0 = local[t.0 as usize];
            }
            self.blocks[b].rows.push(BlockRow { fact, terms });
        }
        for target in &self.targets {
            let mut by_block: BTreeMap<u32, Terms> = BTreeMap::new();
            for (v, c) in lift(&target.terms) {
                let b = block_of[root(&mut parent, v) as usize];
                by_block.entry(b).or_default().push((local[v as usize], c));
            }
            let mut parts = Vec::with_capacity(by_block.len());
            for (b, terms) in by_block {
                let block = &mut self.blocks[b as usize];
                parts.push((b, u32::try_from(block.targets.len()).unwrap_or(NONE)));
                block.targets.push(terms);
            }
            self.parts.push(parts);
        }
    }

    /// Blocks of unknown atoms that a target depends on.
    pub(super) fn blocks_of(&self, target: usize) -> impl Iterator<Item = u32> + '_ {
        self.parts[target].iter().map(|(block, _)| *block)
    }

    /// Place of each atom: its block, or the one fact that knows it; atoms that no row takes have none.
    pub(super) fn places(&self) -> HashMap<u32, u32> {
        let known = self.known.iter().map(|i| &self.facts[*i as usize].terms);
        let known = known.map(|terms| terms.iter().map(|(atom, _)| *atom).collect());
        let blocks = self.blocks.iter().map(|b| b.members.concat());
        let lists: Vec<Vec<u32>> = blocks.chain(known).collect();
        (0u32..)
            .zip(lists)
            .flat_map(|(place, atoms)| atoms.into_iter().map(move |atom| (atom, place)))
            .collect()
    }

    /// Number of facts.
    pub fn facts(&self) -> usize {
        self.facts.len()
    }

    /// Number of blocks and size of the largest: `(blocks, atoms, facts)`.
    pub fn size(&self) -> (usize, usize, usize) {
        let atoms = self.blocks.iter().map(|b| b.members.len()).max().unwrap_or(0);
        let facts = self.blocks.iter().map(|b| b.rows.len()).max().unwrap_or(0);
        (self.blocks.len(), atoms, facts)
    }

    /// Works out the reduced range of each fact from the published ones.
    ///
    /// # Errors
    /// [`Trouble::Overflow`] when a sum leaves 64 bits.
    pub(super) fn ranges(&self, given: &[Range]) -> Result<Vec<Range>, Trouble> {
        let mut ranges: Vec<Range> = given.to_vec();
        for i in &self.order {
            let i = *i as usize;
            let shift = self.shift(&self.facts[i], &ranges)?;
            let moved = |b: Option<i64>| b.map(|b| b.checked_sub(shift).ok_or(Trouble::Overflow)).transpose();
            ranges[i] = Range {
                lo: moved(ranges[i].lo)?,
                up: moved(ranges[i].up)?,
            };
        }
        Ok(ranges)
    }

    /// Whether some value of the one atom of a fact gives it a value in its range, or nothing does when it has none.
    fn holds(&self, fact: u32, range: Range) -> bool {
        let c = self.facts[fact as usize]
            .terms
            .first()
            .map_or(0, |(_, c)| i128::from(*c));
        let (lo, up) = (range.lo.map(i128::from), range.up.map(i128::from));
        let (least, most) = match c.cmp(&0) {
            Ordering::Equal => return lo.is_none_or(|lo| lo <= 0) && up.is_none_or(|up| up >= 0),
            Ordering::Greater => (lo.map(|lo| ceil_div(lo, c)), up.map(|up| floor_div(up, c))),
            Ordering::Less => (up.map(|up| ceil_div(up, c)), lo.map(|lo| floor_div(lo, c))),
        };
        most.is_none_or(|most| most >= least.unwrap_or(0).max(0))
    }

    fn shift(&self, row: &Reduced, ranges: &[Range]) -> Result<i64, Trouble> {
        let mut shift: i128 = 0;
        for (fact, k) in &row.taken {
            // Only equalities are taken away: they have both bounds, and the same.
            shift += i128::from(*k) * i128::from(ranges[*fact as usize].lo.unwrap_or(0));
        }
        i64::try_from(shift).map_err(|_| Trouble::Overflow)
    }

    /// Finds the integer interval of each target when the facts have these values.
    ///
    /// Blocks are solved in parallel. A contradiction leaves the targets of its block unknown and is told.
    pub fn solve(&self, given: &[Range], effort: Effort) -> Answer {
        self.answer(given, effort, true)
    }

    /// The same where facts are known to be true together: those that bear on no target are left aside.
    pub(super) fn solve_targets(&self, given: &[Range], effort: Effort) -> Answer {
        self.answer(given, effort, false)
    }

    fn answer(&self, given: &[Range], effort: Effort, all: bool) -> Answer {
        let Ok(ranges) = self.ranges(given) else {
            return Answer {
                intervals: vec![Interval::unknown(); self.targets.len()],
                contradictions: Vec::new(),
            };
        };
        let mut contradictions: Vec<Vec<u32>> = Vec::new();
        if all {
            let wrong = |i: &&u32| !self.holds(**i, ranges[**i as usize]);
            contradictions.extend(self.empty.iter().chain(&self.known).filter(wrong).map(|i| vec![*i]));
        }
        let solve = |block: &Block| {
            if !all && block.targets.is_empty() {
                return Ok(Vec::new());
            }
            let ranges: Vec<Range> = block.rows.iter().map(|row| ranges[row.fact as usize]).collect();
            block.solve(&ranges, effort)
        };
        let answers: Vec<_> = self.blocks.par_iter().with_min_len(16).map(solve).collect();
        for (block, answer) in self.blocks.iter().zip(&answers) {
            if answer.is_err() {
                contradictions.push(block.rows.iter().map(|row| row.fact).collect());
            }
        }
        let mut intervals = Vec::with_capacity(self.targets.len());
        for (target, parts) in self.targets.iter().zip(&self.parts) {
            let mut interval = match self.shift(target, &ranges) {
                Ok(shift) => Interval::exactly(i128::from(shift)),
                Err(_) => Interval::unknown(),
            };
            for (b, position) in parts {
                interval = match &answers[*b as usize] {
                    Ok(answer) => interval.plus(answer[*position as usize]),
                    Err(_) => Interval::unknown(),
                };
            }
            intervals.push(interval);
        }
        Answer {
            intervals,
            contradictions,
        }
    }

    /// Bounds of the targets of the blocks that something more is said of: `said` gives ranges of some targets, which are
    /// carried from one to the next through the facts of their block. Gives, by target, least and most.
    ///
    /// A target that lies in several blocks says nothing here, and is not given.
    pub fn narrow(&self, given: &[Range], said: &[(usize, Range)]) -> Vec<(usize, i128, Option<i128>)> {
        let Ok(ranges) = self.ranges(given) else {
            return Vec::new();
        };
        let alone = |t: usize| match self.parts[t][..] {
            [part] => Some(part),
            _ => None,
        };
        let mut more: BTreeMap<u32, Vec<super::core::CoreRow>> = BTreeMap::new();
        for (t, range) in said {
            let Some((b, position)) = alone(*t) else { continue };
            let Ok(shift) = self.shift(&self.targets[*t], &ranges) else {
                continue;
            };
            let moved = |side: Option<i64>| side.and_then(|v| v.checked_sub(shift));
            more.entry(b).or_default().push(super::core::CoreRow {
                terms: self.blocks[b as usize].targets[position as usize].clone(),
                range: Range {
                    lo: moved(range.lo),
                    up: moved(range.up),
                },
            });
        }
        let mut cores: BTreeMap<u32, super::core::Core> = BTreeMap::new();
        for (b, rows) in more {
            let block = &self.blocks[b as usize];
            let own: Vec<Range> = block.rows.iter().map(|row| ranges[row.fact as usize]).collect();
            let mut core = block.plain(&own);
            core.rows.extend(rows);
            if core.propagate().is_ok() {
                cores.insert(b, core);
            }
        }
        let mut out = Vec::new();
        for t in 0..self.targets.len() {
            let Some((b, position)) = alone(t) else { continue };
            if let (Some(core), Ok(shift)) = (cores.get(&b), self.shift(&self.targets[t], &ranges)) {
                let terms = &self.blocks[b as usize].targets[position as usize];
                let (lo, up) = super::core::reach(terms, &core.lower, &core.upper);
                let shift = i128::from(shift);
                out.push((t, lo.map_or(0, |lo| lo + shift), up.map(|up| up + shift)));
            }
        }
        out
    }

    /// Unfolds a combination of reduced facts into one of the facts as published.
    pub(super) fn unfold(&self, reduced: Vec<(u32, super::proof::Fraction)>) -> BTreeMap<u32, super::proof::Fraction> {
        use num_traits::Zero as _;
        // Latest first: what a fact took away was reduced before it.
        let mut todo: BTreeMap<std::cmp::Reverse<u32>, super::proof::Fraction> = BTreeMap::new();
        for (fact, weight) in reduced {
            let place = todo.entry(std::cmp::Reverse(self.place[fact as usize])).or_default();
            add(place, &weight, 1);
        }
        let mut out = BTreeMap::new();
        while let Some((std::cmp::Reverse(p), weight)) = todo.pop_first() {
            if weight.is_zero() {
                continue;
            }
            let fact = self.order[p as usize];
            for (child, k) in &self.facts[fact as usize].taken {
                let place = todo.entry(std::cmp::Reverse(self.place[*child as usize])).or_default();
                add(place, &weight, -k);
            }
            out.insert(fact, weight);
        }
        out
    }
}

/// Subtracts from a row the equalities it contains.
struct Reducer {
    /// Reduced equalities seen so far, by atom.
    seen: Vec<Vec<u32>>,
    /// Reduced equalities, by fact; empty for others.
    rows: Vec<Terms>,
    /// How many atoms of each fact the row at hand holds; zero between rows.
    shared: Vec<u32>,
    /// Coefficients of the row at hand.
    scratch: Vec<i64>,
}

impl Reducer {
    fn new(atoms: usize, facts: usize) -> Self {
        Self {
            seen: vec![Vec::new(); atoms],
            rows: vec![Terms::new(); facts],
            shared: vec![0; facts],
            scratch: vec![0; atoms],
        }
    }

    fn add(&mut self, fact: u32, terms: Terms) {
        for (atom, _) in &terms {
            self.seen[*atom as usize].push(fact);
        }
        self.rows[fact as usize] = terms;
    }

    fn reduce(&mut self, terms: Terms) -> Reduced {
        let mut met: Vec<u32> = Vec::new();
        for (atom, c) in &terms {
            self.scratch[*atom as usize] = *c;
            for fact in &self.seen[*atom as usize] {
                let shared = &mut self.shared[*fact as usize];
                if *shared == 0 {
                    met.push(*fact);
                }
                *shared += 1;
            }
        }
        let mut children: Vec<(u32, &Terms)> = Vec::new();
        for fact in met {
            let shared = std::mem::take(&mut self.shared[fact as usize]);
            let row = &self.rows[fact as usize];
            if row.len() == shared as usize {
                children.push((fact, row));
            }
        }
        children.sort_by_key(|(fact, row)| (std::cmp::Reverse(row.len()), *fact));
        let mut taken = Vec::new();
        for (fact, row) in children {
            let Some((first, c)) = row.first() else {
                continue;
            };
            let have = self.scratch[*first as usize];
            let k = have / c;
            let whole = k != 0 && row.iter().all(|(atom, c)| self.scratch[*atom as usize] == k * c);
            if whole {
                for (atom, _) in row {
                    self.scratch[*atom as usize] = 0;
                }
                taken.push((fact, k));
            }
        }
        let mut left = Terms::new();
        for (atom, _) in &terms {
            let c = std::mem::take(&mut self.scratch[*atom as usize]);
            if c != 0 {
                left.push((*atom, c));
            }
        }
        Reduced { terms: left, taken }
    }
}
