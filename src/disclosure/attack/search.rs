//! The search for the integer intervals of one core: linear programmes, then branch and bound.

use super::arithmetic::{ceil_div, floor_div};
use super::bounds::{Interval, Side};
use super::core::{Core, CoreAnswer, CoreRow, Found, propagate, reach, value};
use super::dense::{Dense, End};
use super::simplex::{Best, Simplex};
use super::{Effort, Range, Terms, Trouble};

/// A core with fewer targets has as much effort as one with so many.
const FEW: usize = 25;

/// Finds the integer interval of each target of a core.
pub(super) fn solve(core: &Core, targets: &[Terms], effort: Effort) -> Result<CoreAnswer, Trouble> {
    let mut search = Search {
        core,
        table: None,
        answer: CoreAnswer::default(),
        effort,
        left: effort.shared.saturating_mul(targets.len().max(FEW)),
    };
    for terms in targets {
        let (lo, up) = reach(terms, &core.lower, &core.upper);
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
    if effort.fast && core.upper.iter().all(Option::is_some) {
        search.hints(targets);
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

/// The search for the integer intervals of one core.
struct Search<'a> {
    core: &'a Core,
    /// Exact table, made when hints were not enough.
    table: Option<Simplex>,
    answer: CoreAnswer,
    effort: Effort,
    /// Nodes that all trees together may still take.
    left: usize,
}

/// The nearest whole point.
fn rounded(x: &[f64]) -> Option<Vec<i64>> {
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    let whole = |v: &f64| (v.abs() < 9e15).then(|| v.round() as i64);
    x.iter().map(whole).collect()
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

    /// Settles what it can with the fast simplex; everything it keeps is proved in whole numbers.
    fn hints(&mut self, targets: &[Terms]) {
        let Ok(mut table) = Dense::new(self.core) else {
            return;
        };
        let mut failures = 0;
        for t in 0..targets.len() {
            for which in [0, 1] {
                if self.at(t, which).decided() || failures > 3 {
                    continue;
                }
                let sign = if which == 0 { 1 } else { -1 };
                let form: Terms = targets[t].iter().map(|(j, c)| (*j, c * sign)).collect();
                let end = table.minimise(&form);
                if !matches!(end, End::Best(_)) {
                    failures += 1;
                    match Dense::new(self.core) {
                        Ok(fresh) => table = fresh,
                        Err(_) => return,
                    }
                    continue;
                }
                let weights = table.weights(None);
                if let Some((n, d)) = self
                    .core
                    .safe_bound(&form, &weights, &self.core.lower, &self.core.upper)
                {
                    self.prove(t, which, ceil_div(n, d) * i128::from(sign));
                }
                if let Some(x) = rounded(&table.point()) {
                    self.learn(targets, x);
                }
                if !self.at(t, which).decided() {
                    self.dive(targets, t, which, &form, &table);
                }
            }
        }
    }

    /// Nodes of one tree: more of them where each costs little.
    fn nodes(&self) -> usize {
        /// Entries of the table that all the nodes of a small tree may read.
        const WORK: usize = 5_000_000;
        let entries = (self.core.lower.len() * self.core.rows.len()).max(1);
        self.effort.nodes.max(WORK / entries)
    }

    /// Takes a node of a tree that may still take `nodes`; none is left when it answers no.
    fn spend(&mut self, nodes: &mut usize) -> bool {
        let some = *nodes > 0 && self.left > 0;
        if some {
            *nodes -= 1;
            self.left -= 1;
        }
        some
    }

    fn at(&self, t: usize, which: usize) -> Side {
        let interval = &self.answer.found[t].interval;
        if which == 0 { interval.lo } else { interval.up }
    }

    /// Branch and bound with the fast simplex. Every branch cut is cut by a bound proved in whole numbers, so that a
    /// tree seen to its end proves the best witness.
    fn dive(&mut self, targets: &[Terms], t: usize, which: usize, form: &Terms, root: &Dense) {
        let sign: i128 = if which == 0 { 1 } else { -1 };
        let mut nodes = self.nodes();
        let mut stack = vec![(root.clone(), self.core.lower.clone(), self.core.upper.clone())];
        while let Some((table, lower, upper)) = stack.pop() {
            if self.at(t, which).decided() || !self.spend(&mut nodes) {
                return;
            }
            let known = self.at(t, which).reached.flatten().map(|v| v * sign);
            let bound = self
                .core
                .safe_bound(form, &table.weights(None), &lower, &upper)
                .map(|(n, d)| ceil_div(n, d));
            if known.is_some_and(|known| bound.is_some_and(|bound| bound >= known)) {
                continue;
            }
            let x = table.point();
            let distance = |v: f64| (v - v.round()).abs();
            let span = |j: usize| upper[j].map_or(i64::MAX, |u| u - lower[j]);
            // Settle the variable with the fewest values left: its choice says most to the others.
            let open = x.iter().enumerate().filter(|(_, v)| distance(**v) > 1e-6);
            let choice = open.min_by(|a, b| {
                span(a.0)
                    .cmp(&span(b.0))
                    .then(distance(*b.1).total_cmp(&distance(*a.1)))
            });
            let Some((j, v)) = choice else {
                if let Some(x) = rounded(&x) {
                    self.learn(targets, x);
                }
                let improved = self.at(t, which).reached.flatten().map(|v| v * sign);
                let settled = improved.is_some_and(|known| bound.is_some_and(|bound| bound >= known));
                if settled {
                    continue;
                }
                // Numbers too uncertain to conclude: the exact search takes over.
                return;
            };
            #[expect(clippy::cast_possible_truncation, reason = "within the bounds of the variable")]
            let below = v.floor() as i64;
            let Some(top) = upper[j] else {
                return;
            };
            let mut children = [(lower[j], below), (below + 1, top)];
            if v - v.floor() > 0.5 {
                children.reverse();
            }
            // The nearer side is seen first: it is pushed last.
            for (low, high) in children.into_iter().rev() {
                if low > high {
                    continue;
                }
                let (mut lower, mut upper) = (lower.clone(), upper.clone());
                (lower[j], upper[j]) = (low, Some(high));
                let best = self.at(t, which).reached.flatten().map(|v| v * sign);
                let cut = best.and_then(|best| i64::try_from(best - 1).ok()).map(|up| CoreRow {
                    terms: form.clone(),
                    range: Range { lo: None, up: Some(up) },
                });
                match propagate(&self.core.rows, cut.as_ref(), &mut lower, &mut upper) {
                    Ok(()) => {}
                    Err(Trouble::Infeasible) => continue,
                    Err(_) => return,
                }
                let mut child = table.clone();
                match child.narrow(&lower, &upper) {
                    End::Best(_) => stack.push((child, lower, upper)),
                    End::Impossible(row) => {
                        let weights = child.weights(Some(row));
                        let opposite: Vec<f64> = weights.iter().map(|y| -y).collect();
                        let nothing = Terms::new();
                        let closed = [weights, opposite].iter().any(|y| {
                            self.core
                                .safe_bound(&nothing, y, &lower, &upper)
                                .is_some_and(|(n, _)| n > 0)
                        });
                        if !closed {
                            return;
                        }
                    }
                    _ => return,
                }
            }
        }
        if let Some(Some(v)) = self.at(t, which).reached {
            self.prove(t, which, v);
        }
    }

    /// The exact table, made at its first use.
    fn exact(&mut self) -> Result<&mut Simplex, Trouble> {
        if self.table.is_none() {
            self.table = Some(Simplex::new(self.core, false, self.effort.pivots)?);
        }
        self.table.as_mut().ok_or(Trouble::Limit)
    }

    fn vertex(&mut self, targets: &[Terms]) {
        if let Some(x) = self.table.as_ref().and_then(|table| whole(&table.vertex())) {
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
        let best = match self.exact().and_then(|table| table.minimise(&form)) {
            Ok((best, _)) => best,
            Err(Trouble::Infeasible) => return Err(Trouble::Infeasible),
            Err(_) => {
                // The table may be half way through an exchange: start afresh; this side stays undecided.
                self.table = None;
                return Ok(());
            }
        };
        self.vertex(targets);
        match best {
            Best::Endless => {
                let ray = self.table.as_mut().and_then(Simplex::ray);
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
                if !self.at(t, which).decided() {
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
        let mut nodes = self.nodes();
        let mut stack = vec![(self.core.lower.clone(), self.core.upper.clone())];
        let floor = {
            let interval = &self.answer.found[t].interval;
            let side = if which == 0 { interval.lo } else { interval.up };
            side.proved.map(|p| p * sign)
        };
        while let Some((lower, upper)) = stack.pop() {
            if !self.spend(&mut nodes) {
                return Ok(());
            }
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
        let mut nodes = self.nodes();
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
