//! A connected set of facts after presolve: bounds propagated, integer intervals found, witnesses kept.

use super::arithmetic::{ceil_div, floor_div, join, root};
use super::bounds::{Interval, Side};
use super::search;
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
pub(super) fn reach(terms: &Terms, lower: &[i64], upper: &[Option<i64>]) -> (Option<i128>, Option<i128>) {
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

pub(super) fn value(terms: &Terms, x: &[i64]) -> i128 {
    terms
        .iter()
        .map(|(j, a)| i128::from(*a) * i128::from(x[*j as usize]))
        .sum()
}

impl Core {
    /// Tightens the bounds of the variables until nothing moves, in integers.
    pub(super) fn propagate(&mut self) -> Result<(), Trouble> {
        propagate(&self.rows, None, &mut self.lower, &mut self.upper)
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
        search::solve(self, targets, effort)
    }

    /// Proves in whole numbers a lower bound of `form` from approximate weights of the rows.
    ///
    /// Any weights give a valid bound (weak duality with bounds on variables: Neumaier and Shcherbina, *Safe bounds in
    /// linear and mixed-integer linear programming*, 2004); good weights give a good one. Weights are taken in units of
    /// 2⁻⁴⁰. `None` when a variable without upper bound, or a number out of range, leaves no bound.
    pub(super) fn safe_bound(
        &self,
        form: &Terms,
        weights: &[f64],
        lower: &[i64],
        upper: &[Option<i64>],
    ) -> Option<(i128, i128)> {
        const UNIT: i128 = 1 << 40;
        let mut rest: Vec<i128> = vec![0; lower.len()];
        for (j, c) in form {
            rest[*j as usize] += i128::from(*c) * UNIT;
        }
        let mut bound: i128 = 0;
        for (row, y) in self.rows.iter().zip(weights) {
            if !y.is_finite() || y.abs() > 1e9 {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
            let y = (y * 1_099_511_627_776.0).round() as i128;
            let side = match y.cmp(&0) {
                std::cmp::Ordering::Greater => row.range.lo,
                std::cmp::Ordering::Less => row.range.up,
                std::cmp::Ordering::Equal => continue,
            };
            // A weight on a side without bound is rounding noise: do without this row.
            let Some(side) = side else {
                continue;
            };
            bound = bound.checked_add(y.checked_mul(i128::from(side))?)?;
            for (j, a) in &row.terms {
                let place = &mut rest[*j as usize];
                *place = place.checked_sub(y.checked_mul(i128::from(*a))?)?;
            }
        }
        for (j, r) in rest.into_iter().enumerate() {
            let at = if r >= 0 { lower[j] } else { upper[j]? };
            bound = bound.checked_add(r.checked_mul(i128::from(at))?)?;
        }
        Some((bound, UNIT))
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

/// Tightens bounds by the facts, and by one more row, until nothing moves.
pub(super) fn propagate(
    rows: &[CoreRow],
    more: Option<&CoreRow>,
    lower: &mut [i64],
    upper: &mut [Option<i64>],
) -> Result<(), Trouble> {
    for _ in 0..50 {
        let mut moved = false;
        for row in rows.iter().chain(more) {
            moved |= tighten(row, lower, upper)?;
        }
        if !moved {
            break;
        }
    }
    Ok(())
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
