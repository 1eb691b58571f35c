//! A connected set of facts after presolve: bounds propagated, integer intervals found, witnesses kept.

use super::arithmetic::{ceil_div, floor_div, join, root};
use super::bounds::{Interval, Side};
use super::simplex::{Best, Simplex};
use super::{Effort, Range, Terms, Trouble};

/// One fact over the variables of a core.
#[derive(Debug, Clone)]
pub(super) struct CoreRow {
    pub(super) terms: Terms,
    pub(super) range: Range,
}

/// Variables with bounds, and the facts that link them.
#[derive(Debug, Clone)]
pub(super) struct Core {
    pub(super) lower: Vec<i64>,
    pub(super) upper: Vec<Option<i64>>,
    pub(super) rows: Vec<CoreRow>,
}

/// What a target of a core can be, and where the witnesses are.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) interval: Interval,
    /// Positions in the pool of the witnesses of the lower and upper sides.
    pub(super) witness: [Option<usize>; 2],
    /// Directions without end, for unbounded sides.
    pub(super) ray: [Option<Vec<i64>>; 2],
}

/// All that a core answers.
#[derive(Debug, Clone, Default)]
pub(super) struct CoreAnswer {
    pub(super) found: Vec<Found>,
    pub(super) pool: Vec<Vec<i64>>,
}

/// Smallest and largest value of a form within bounds; `None` is unbounded.
fn reach(terms: &Terms, lower: &[i64], upper: &[Option<i64>]) -> (Option<i128>, Option<i128>) {
    let (mut lo, mut up) = (Some(0i128), Some(0i128));
    for (j, a) in terms {
        let a = i128::from(*a);
        let low = a * i128::from(lower[*j as usize]);
        let high = upper[*j as usize].map(|u| a * i128::from(u));
        let (small, large) = if a > 0 { (Some(low), high) } else { (high, Some(low)) };
        lo = lo.zip(small).map(|(x, y)| x + y);
        up = up.zip(large).map(|(x, y)| x + y);
    }
    (lo, up)
}

fn value(terms: &Terms, x: &[i64]) -> i128 {
    terms
        .iter()
        .map(|(j, a)| i128::from(*a) * i128::from(x[*j as usize]))
        .sum()
}

impl Core {
    /// Tightens the bounds of the variables until nothing moves, in integers.
    pub(super) fn propagate(&mut self) -> Result<(), Trouble> {
        for _ in 0..50 {
            let mut moved = false;
            for row in &self.rows {
                moved |= tighten(row, &mut self.lower, &mut self.upper)?;
            }
            if !moved {
                break;
            }
        }
        Ok(())
    }

    /// Tells whether `x` satisfies every fact and bound.
    pub(super) fn admits(&self, x: &[i64]) -> bool {
        let inside = |(x, (l, u)): (&i64, (&i64, &Option<i64>))| x >= l && u.is_none_or(|u| *x <= u);
        x.len() == self.lower.len()
            && x.iter().zip(self.lower.iter().zip(&self.upper)).all(inside)
            && self.rows.iter().all(|row| {
                let v = value(&row.terms, x);
                row.range.lo.is_none_or(|lo| v >= i128::from(lo)) && row.range.up.is_none_or(|up| v <= i128::from(up))
            })
    }

    /// Cuts into connected cores over the variables that are still free; facts that bounds imply are dropped.
    ///
    /// Each part comes with the positions of its variables here.
    pub(super) fn split(&self) -> Vec<(Vec<u32>, Core)> {
        let n = self.lower.len();
        let fixed = |j: u32| self.upper[j as usize] == Some(self.lower[j as usize]);
        let mut parent: Vec<u32> = (0..).take(n).collect();
        let mut kept: Vec<CoreRow> = Vec::new();
        for row in &self.rows {
            let mut shift: i128 = 0;
            let mut terms = Terms::with_capacity(row.terms.len());
            for (j, a) in &row.terms {
                if fixed(*j) {
                    shift += i128::from(*a) * i128::from(self.lower[*j as usize]);
                } else {
                    terms.push((*j, *a));
                }
            }
            let (lo, up) = reach(&terms, &self.lower, &self.upper);
            let moved = |b: Option<i64>| b.map(|b| i128::from(b) - shift);
            let (need_lo, need_up) = (moved(row.range.lo), moved(row.range.up));
            let implied_lo = need_lo.is_none_or(|need| lo.is_some_and(|lo| lo >= need));
            let implied_up = need_up.is_none_or(|need| up.is_some_and(|up| up <= need));
            if implied_lo && implied_up {
                continue;
            }
            // A bound that left 64 bits cannot be needed: values and coefficients were 64 bits and the rest is implied.
            let narrow = |b: Option<i128>| b.and_then(|b| i64::try_from(b).ok());
            let equality = row.range.lo == row.range.up;
            let range = Range {
                lo: if implied_lo && !equality { None } else { narrow(need_lo) },
                up: if implied_up && !equality { None } else { narrow(need_up) },
            };
            for pair in terms.windows(2) {
                join(&mut parent, pair[0].0, pair[1].0);
            }
            kept.push(CoreRow { terms, range });
        }
        let mut part_of: Vec<u32> = vec![u32::MAX; n];
        let mut local: Vec<u32> = vec![0; n];
        let mut parts: Vec<(Vec<u32>, Core)> = Vec::new();
        for j in (0u32..).take(n) {
            if fixed(j) {
                continue;
            }
            let r = root(&mut parent, j) as usize;
            if part_of[r] == u32::MAX {
                part_of[r] = u32::try_from(parts.len()).unwrap_or(u32::MAX);
                let empty = Core {
                    lower: Vec::new(),
                    upper: Vec::new(),
                    rows: Vec::new(),
                };
                parts.push((Vec::new(), empty));
            }
            let (members, core) = &mut parts[part_of[r] as usize];
            local[j as usize] = u32::try_from(members.len()).unwrap_or(u32::MAX);
            members.push(j);
            core.lower.push(self.lower[j as usize]);
            core.upper.push(self.upper[j as usize]);
        }
        for mut row in kept {
            // A kept row has a free variable: otherwise its bounds would imply it, or propagation would have failed.
            let Some((first, _)) = row.terms.first().copied() else {
                continue;
            };
            let part = part_of[root(&mut parent, first) as usize] as usize;
            for t in &mut row.terms {
                t.0 = local[t.0 as usize];
            }
            parts[part].1.rows.push(row);
        }
        parts
    }

    /// Finds the integer interval of each target.
    pub(super) fn solve(&self, targets: &[Terms], effort: Effort) -> Result<CoreAnswer, Trouble> {
        if let Some(answer) = self.closed(targets)? {
            return Ok(answer);
        }
        let mut search = Search {
            core: self,
            table: Simplex::new(self, false, effort.pivots)?,
            answer: CoreAnswer::default(),
            effort,
        };
        for terms in targets {
            let (lo, up) = reach(terms, &self.lower, &self.upper);
            let side = |proved| Side { proved, reached: None };
            search.answer.found.push(Found {
                interval: Interval {
                    lo: side(lo),
                    up: side(up),
                },
                witness: [None, None],
                ray: [None, None],
            });
        }
        if search.answer.pool.is_empty() {
            search.vertex(targets);
        }
        for t in 0..targets.len() {
            search.side(targets, t, 0)?;
            search.side(targets, t, 1)?;
        }
        if search.answer.pool.is_empty() {
            // No target, or none that gave a point: the facts still have to be possible.
            if let Some(x) = search.any()? {
                search.learn(targets, x);
            }
        }
        Ok(search.answer)
    }

    /// Closed form: no fact, or one sum with unit coefficients.
    fn closed(&self, targets: &[Terms]) -> Result<Option<CoreAnswer>, Trouble> {
        let (total, slack) = match self.rows.as_slice() {
            [] => (0, None),
            [row] if row.terms.iter().all(|t| t.1 == 1) => match (row.range.lo, row.range.up) {
                (Some(lo), Some(up)) => (up, Some(up - lo)),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let in_row: Vec<bool> = match self.rows.first() {
            None => vec![false; self.lower.len()],
            Some(row) => {
                let mut flags = vec![false; self.lower.len()];
                for (j, _) in &row.terms {
                    flags[*j as usize] = true;
                }
                flags
            }
        };
        let mut answer = CoreAnswer::default();
        for terms in targets {
            let mut found = Found {
                interval: Interval::unknown(),
                witness: [None, None],
                ray: [None, None],
            };
            for (side, sign) in [(0usize, 1i64), (1, -1)] {
                let (bound, x, ray) = self.fill(terms, sign, &in_row, total, slack)?;
                found.witness[side] = Some(answer.pool.len());
                answer.pool.push(x);
                found.ray[side] = ray;
                let place = if side == 0 {
                    &mut found.interval.lo
                } else {
                    &mut found.interval.up
                };
                *place = bound;
            }
            answer.found.push(found);
        }
        if targets.is_empty() {
            let (_, x, _) = self.fill(&Terms::new(), 1, &in_row, total, slack)?;
            answer.pool.push(x);
        }
        Ok(Some(answer))
    }

    /// Minimises `sign · form` under one unit sum: the cheapest variables take what has to be shared out.
    #[allow(clippy::type_complexity)]
    fn fill(
        &self,
        form: &Terms,
        sign: i64,
        in_row: &[bool],
        total: i64,
        slack: Option<i64>,
    ) -> Result<(Side, Vec<i64>, Option<Vec<i64>>), Trouble> {
        let mut cost = vec![0i64; self.lower.len()];
        for (j, c) in form {
            cost[*j as usize] = c * sign;
        }
        let mut x = self.lower.clone();
        let mut ray = None;
        for j in 0..x.len() {
            if !in_row[j] && cost[j] < 0 {
                match self.upper[j] {
                    Some(u) => x[j] = u,
                    None => {
                        let mut direction = vec![0; x.len()];
                        direction[j] = 1;
                        ray = Some(direction);
                    }
                }
            }
        }
        if !self.rows.is_empty() {
            let mut order: Vec<usize> = (0..x.len()).filter(|j| in_row[*j]).collect();
            order.sort_by_key(|j| (cost[*j], *j));
            let used: i128 = order.iter().map(|j| i128::from(self.lower[*j])).sum();
            let mut left = i128::from(total) - used;
            let mut spare = i128::from(slack.unwrap_or(0));
            if left < 0 {
                return Err(Trouble::Infeasible);
            }
            for j in order {
                if cost[j] >= 0 {
                    // The slack of an interval costs nothing: it takes its part before what costs.
                    let part = spare.min(left);
                    left -= part;
                    spare -= part;
                }
                let room = self.upper[j].map_or(left, |u| i128::from(u) - i128::from(self.lower[j]));
                let part = room.min(left);
                x[j] += i64::try_from(part).map_err(|_| Trouble::Overflow)?;
                left -= part;
            }
            if left > spare {
                return Err(Trouble::Infeasible);
            }
        }
        let side = if ray.is_some() {
            Side::endless()
        } else {
            Side::exactly(value(form, &x))
        };
        Ok((side, x, ray))
    }
}

/// Tightens the bounds of the variables of one fact.
fn tighten(row: &CoreRow, lower: &mut [i64], upper: &mut [Option<i64>]) -> Result<bool, Trouble> {
    // Finite part of the activity and number of unbounded terms, on each side.
    let (mut min, mut min_free, mut max, mut max_free) = (0i128, 0u32, 0i128, 0u32);
    for (j, a) in &row.terms {
        let a = i128::from(*a);
        let low = a * i128::from(lower[*j as usize]);
        let high = upper[*j as usize].map(|u| a * i128::from(u));
        let (small, large) = if a > 0 { (Some(low), high) } else { (high, Some(low)) };
        small.map_or_else(|| min_free += 1, |v| min += v);
        large.map_or_else(|| max_free += 1, |v| max += v);
    }
    if row.range.up.is_some_and(|up| min_free == 0 && min > i128::from(up))
        || row.range.lo.is_some_and(|lo| max_free == 0 && max < i128::from(lo))
    {
        return Err(Trouble::Infeasible);
    }
    let mut moved = false;
    for (j, a) in &row.terms {
        let (j, a) = (*j as usize, i128::from(*a));
        let low = a * i128::from(lower[j]);
        let high = upper[j].map(|u| a * i128::from(u));
        let (small, large) = if a > 0 { (Some(low), high) } else { (high, Some(low)) };
        // The others at their least leave at most `room` to this term; at their most, at least `need`.
        let room = row.range.up.and_then(|up| match (small, min_free) {
            (Some(s), 0) => Some(i128::from(up) - (min - s)),
            (None, 1) => Some(i128::from(up) - min),
            _ => None,
        });
        let need = row.range.lo.and_then(|lo| match (large, max_free) {
            (Some(l), 0) => Some(i128::from(lo) - (max - l)),
            (None, 1) => Some(i128::from(lo) - max),
            _ => None,
        });
        let (new_up, new_lo) = if a > 0 {
            (room.map(|r| floor_div(r, a)), need.map(|n| ceil_div(n, a)))
        } else {
            (need.map(|n| floor_div(n, a)), room.map(|r| ceil_div(r, a)))
        };
        let mut changed = false;
        if let Some(u) = new_up
            && upper[j].is_none_or(|old| u < i128::from(old))
        {
            if u < i128::from(lower[j]) {
                return Err(Trouble::Infeasible);
            }
            upper[j] = Some(i64::try_from(u).map_err(|_| Trouble::Overflow)?);
            changed = true;
        }
        if let Some(l) = new_lo
            && l > i128::from(lower[j])
        {
            if upper[j].is_some_and(|u| l > i128::from(u)) {
                return Err(Trouble::Infeasible);
            }
            lower[j] = i64::try_from(l).map_err(|_| Trouble::Overflow)?;
            changed = true;
        }
        if changed {
            // Keep the activities true for the terms that follow.
            let low = a * i128::from(lower[j]);
            let high = upper[j].map(|u| a * i128::from(u));
            let (new_small, new_large) = if a > 0 { (Some(low), high) } else { (high, Some(low)) };
            min += new_small.unwrap_or(0) - small.unwrap_or(0);
            max += new_large.unwrap_or(0) - large.unwrap_or(0);
            min_free -= u32::from(small.is_none() && new_small.is_some());
            max_free -= u32::from(large.is_none() && new_large.is_some());
            moved = true;
        }
    }
    Ok(moved)
}

/// The search for the integer intervals of one core.
struct Search<'a> {
    core: &'a Core,
    table: Simplex,
    answer: CoreAnswer,
    effort: Effort,
}

/// Returns the point when all its coordinates are whole.
fn whole(vertex: &[(i128, i128)]) -> Option<Vec<i64>> {
    let whole = |(n, d): &(i128, i128)| (n % d == 0).then(|| i64::try_from(n / d).ok()).flatten();
    vertex.iter().map(whole).collect()
}

impl Search<'_> {
    /// Takes a witness: every target learns from it.
    fn learn(&mut self, targets: &[Terms], x: Vec<i64>) {
        if !self.core.admits(&x) {
            return;
        }
        let at = self.answer.pool.len();
        let mut used = at == 0;
        for (terms, found) in targets.iter().zip(&mut self.answer.found) {
            let v = value(terms, &x);
            let better = |side: &Side, less: bool| match side.reached {
                None => true,
                Some(None) => false,
                Some(Some(old)) => (v < old) == less && v != old,
            };
            if better(&found.interval.lo, true) {
                found.interval.lo.reached = Some(Some(v));
                found.witness[0] = Some(at);
                used = true;
            }
            if better(&found.interval.up, false) {
                found.interval.up.reached = Some(Some(v));
                found.witness[1] = Some(at);
                used = true;
            }
        }
        if used {
            self.answer.pool.push(x);
        }
    }

    fn vertex(&mut self, targets: &[Terms]) {
        if let Some(x) = whole(&self.table.vertex()) {
            self.learn(targets, x);
        }
    }

    /// Settles one side (0: lower, 1: upper) of a target.
    fn side(&mut self, targets: &[Terms], t: usize, which: usize) -> Result<(), Trouble> {
        let at = |found: &Found| {
            if which == 0 {
                found.interval.lo
            } else {
                found.interval.up
            }
        };
        if at(&self.answer.found[t]).decided() && at(&self.answer.found[t]).proved.is_some() {
            return Ok(());
        }
        let sign = if which == 0 { 1 } else { -1 };
        let form: Terms = targets[t].iter().map(|(j, c)| (*j, c * sign)).collect();
        let best = match self.table.minimise(&form) {
            Ok((best, _)) => best,
            Err(Trouble::Infeasible) => return Err(Trouble::Infeasible),
            Err(_) => {
                // The table may be half way through an exchange: start afresh; this side stays undecided.
                self.table = Simplex::new(self.core, false, self.effort.pivots)?;
                return Ok(());
            }
        };
        self.vertex(targets);
        match best {
            Best::Endless => {
                let ray = self.table.ray();
                if self.answer.pool.is_empty()
                    && let Some(x) = self.any()?
                {
                    self.learn(targets, x);
                }
                let found = &mut self.answer.found[t];
                let side = if which == 0 {
                    &mut found.interval.lo
                } else {
                    &mut found.interval.up
                };
                side.proved = None;
                if side.reached.is_some() {
                    side.reached = Some(None);
                    found.ray[which] = ray;
                }
            }
            Best::At(n, d) => {
                let bound = ceil_div(n, d);
                self.prove(t, which, bound * i128::from(sign));
                if !at(&self.answer.found[t]).decided() {
                    self.branch(targets, t, which, &form)?;
                }
            }
        }
        Ok(())
    }

    fn prove(&mut self, t: usize, which: usize, bound: i128) {
        let interval = &mut self.answer.found[t].interval;
        if which == 0 {
            interval.lo.proved = Some(interval.lo.proved.map_or(bound, |old| old.max(bound)));
        } else {
            interval.up.proved = Some(interval.up.proved.map_or(bound, |old| old.min(bound)));
        }
    }

    /// Branch and bound: the least whole value of `form` (the sign of an upper side is already turned).
    fn branch(&mut self, targets: &[Terms], t: usize, which: usize, form: &Terms) -> Result<(), Trouble> {
        let sign: i128 = if which == 0 { 1 } else { -1 };
        let mut nodes = self.effort.nodes;
        let mut stack = vec![(self.core.lower.clone(), self.core.upper.clone())];
        let floor = {
            let interval = &self.answer.found[t].interval;
            let side = if which == 0 { interval.lo } else { interval.up };
            side.proved.map(|p| p * sign)
        };
        while let Some((lower, upper)) = stack.pop() {
            if nodes == 0 {
                return Ok(());
            }
            nodes -= 1;
            let interval = &self.answer.found[t].interval;
            let side = if which == 0 { interval.lo } else { interval.up };
            let incumbent = side.reached.flatten().map(|v| v * sign);
            if incumbent.is_some() && incumbent == floor {
                return Ok(());
            }
            match self.node(form, lower, upper, incumbent) {
                Ok(Node::Closed) => {}
                Ok(Node::Point(x)) => self.learn(targets, x),
                Ok(Node::Open(first, second)) => stack.extend([second, first]),
                Err(_) => return Ok(()),
            }
        }
        let interval = &self.answer.found[t].interval;
        let side = if which == 0 { interval.lo } else { interval.up };
        match side.reached {
            // The whole tree was seen: the best witness is the bound.
            Some(Some(v)) => self.prove(t, which, v),
            Some(None) => {}
            None => return Err(Trouble::Infeasible),
        }
        Ok(())
    }

    fn node(
        &self,
        form: &Terms,
        lower: Vec<i64>,
        upper: Vec<Option<i64>>,
        incumbent: Option<i128>,
    ) -> Result<Node, Trouble> {
        let mut core = Core {
            lower,
            upper,
            rows: self.core.rows.clone(),
        };
        match core.propagate() {
            Err(Trouble::Infeasible) => return Ok(Node::Closed),
            other => other?,
        }
        let mut table = match Simplex::new(&core, false, self.effort.pivots) {
            Err(Trouble::Infeasible) => return Ok(Node::Closed),
            other => other?,
        };
        let (best, _) = table.minimise(form)?;
        if let Best::At(n, d) = best
            && incumbent.is_some_and(|known| ceil_div(n, d) >= known)
        {
            return Ok(Node::Closed);
        }
        let vertex = table.vertex();
        if let Some(x) = whole(&vertex) {
            return Ok(Node::Point(x));
        }
        let split = vertex.iter().enumerate().find(|(_, (n, d))| n % d != 0);
        let Some((j, (n, d))) = split else {
            return Err(Trouble::Overflow);
        };
        let below = i64::try_from(floor_div(*n, *d)).map_err(|_| Trouble::Overflow)?;
        let (mut up, mut lo) = (core.upper.clone(), core.lower.clone());
        up[j] = Some(below);
        lo[j] = below + 1;
        Ok(Node::Open((core.lower, up), (lo, core.upper)))
    }

    /// Finds any whole point, or shows that there is none.
    fn any(&mut self) -> Result<Option<Vec<i64>>, Trouble> {
        let mut nodes = self.effort.nodes;
        let mut stack = vec![(self.core.lower.clone(), self.core.upper.clone())];
        while let Some((lower, upper)) = stack.pop() {
            if nodes == 0 {
                return Ok(None);
            }
            nodes -= 1;
            match self.node(&Terms::new(), lower, upper, None) {
                Ok(Node::Closed) => {}
                Ok(Node::Point(x)) => return Ok(Some(x)),
                Ok(Node::Open(first, second)) => stack.extend([second, first]),
                Err(_) => return Ok(None),
            }
        }
        Err(Trouble::Infeasible)
    }
}

type Bounds = (Vec<i64>, Vec<Option<i64>>);

/// Outcome of one node of the tree.
enum Node {
    Closed,
    Point(Vec<i64>),
    Open(Bounds, Bounds),
}
