//! A block: facts connected through unknown atoms, with the targets, or parts of targets, that lie in it.

use super::bounds::{Interval, Side};
use super::core::{Core, CoreRow, Found};
use super::{Effort, Range, Terms, Trouble};

/// One reduced fact of a block.
#[derive(Debug, Clone)]
pub(super) struct BlockRow {
    /// Fact it comes from; its value is that of the fact minus those of the facts it contains.
    pub(super) fact: u32,
    pub(super) terms: Terms,
}

/// Facts connected through unknown atoms.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Atoms behind each variable: atoms seen by the same facts and targets are one variable, their sum.
    pub(super) members: Vec<Vec<u32>>,
    pub(super) rows: Vec<BlockRow>,
    pub(super) targets: Vec<Terms>,
}

impl Block {
    /// The block as a core without presolve: its facts and non-negativity only.
    pub(super) fn plain(&self, ranges: &[Range]) -> Core {
        Core {
            lower: vec![0; self.members.len()],
            upper: vec![None; self.members.len()],
            rows: self
                .rows
                .iter()
                .zip(ranges)
                .map(|(row, range)| CoreRow {
                    terms: row.terms.clone(),
                    range: *range,
                })
                .collect(),
        }
    }

    /// Finds the integer interval of each target, `ranges` giving the value of each row.
    ///
    /// # Errors
    /// [`Trouble::Infeasible`] when the facts contradict each other. Limits never fail: they leave sides undecided.
    pub(super) fn solve(&self, ranges: &[Range], effort: Effort) -> Result<Vec<Interval>, Trouble> {
        let plain = self.plain(ranges);
        let mut core = plain.clone();
        match core.propagate() {
            Ok(()) => {}
            Err(Trouble::Infeasible) => return Err(Trouble::Infeasible),
            Err(_) => return Ok(vec![Interval::unknown(); self.targets.len()]),
        }
        let parts = core.split();
        let mut base: Vec<i64> = core.lower.clone();
        let mut place: Vec<(u32, u32)> = vec![(u32::MAX, 0); base.len()];
        for (p, (members, _)) in (0u32..).zip(&parts) {
            for (local, j) in (0u32..).zip(members) {
                place[*j as usize] = (p, local);
            }
        }
        // Cut each target into a fixed part and one part per core.
        let mut fixed: Vec<i128> = vec![0; self.targets.len()];
        let mut wanted: Vec<Vec<Terms>> = vec![Vec::new(); parts.len()];
        let mut owner: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
        for (t, terms) in self.targets.iter().enumerate() {
            for (j, c) in terms {
                let (p, local) = place[*j as usize];
                let Some(list) = wanted.get_mut(p as usize) else {
                    fixed[t] += i128::from(*c) * i128::from(base[*j as usize]);
                    continue;
                };
                let owners = &mut owner[p as usize];
                if owners.last() != Some(&t) {
                    owners.push(t);
                    list.push(Terms::new());
                }
                if let Some(part) = list.last_mut() {
                    part.push((local, *c));
                }
            }
        }
        let mut answers = Vec::with_capacity(parts.len());
        for ((members, part), wanted) in parts.iter().zip(&wanted) {
            match part.solve(wanted, effort) {
                Ok(answer) => {
                    if let Some(x) = answer.pool.first() {
                        for (j, v) in members.iter().zip(x) {
                            base[*j as usize] = *v;
                        }
                    }
                    answers.push(Some(answer));
                }
                Err(Trouble::Infeasible) => return Err(Trouble::Infeasible),
                Err(_) => answers.push(None),
            }
        }
        // Witnesses are checked against the facts as they came, without the presolve and the solver.
        let solved = answers.iter().all(|a| a.as_ref().is_some_and(|a| !a.pool.is_empty())) && plain.admits(&base);
        let mut intervals: Vec<Interval> = fixed.into_iter().map(Interval::exactly).collect();
        for (((members, part), answer), (wanted, owner)) in parts.iter().zip(&answers).zip(wanted.iter().zip(&owner)) {
            let mut checked: Vec<Option<bool>> = answer.as_ref().map_or(Vec::new(), |a| vec![None; a.pool.len()]);
            for (k, (t, terms)) in owner.iter().zip(wanted).enumerate() {
                let mut interval = match answer {
                    Some(answer) => {
                        let mut found = answer.found[k].clone();
                        for side in [0, 1] {
                            recheck(
                                &plain,
                                &mut base,
                                members,
                                &answer.pool,
                                &mut checked,
                                terms,
                                &mut found,
                                side,
                            );
                        }
                        found.interval
                    }
                    None => outer(part, terms),
                };
                if !solved {
                    interval.lo.reached = None;
                    interval.up.reached = None;
                }
                intervals[*t] = intervals[*t].plus(interval);
            }
        }
        Ok(intervals)
    }
}

/// What bounds alone prove.
fn outer(part: &Core, terms: &Terms) -> Interval {
    let (mut lo, mut up) = (Side::exactly(0), Side::exactly(0));
    for (j, c) in terms {
        let c = i128::from(*c);
        let side = |bound: Option<i64>| Side {
            proved: bound.map(|b| c * i128::from(b)),
            reached: None,
        };
        let (l, u) = (side(Some(part.lower[*j as usize])), side(part.upper[*j as usize]));
        let (small, large) = if c > 0 { (l, u) } else { (u, l) };
        lo = lo.plus(small);
        up = up.plus(large);
    }
    Interval { lo, up }
}

/// Keeps a witness only if the facts of the block, as they came, accept it and it has the value claimed.
#[allow(clippy::too_many_arguments)]
fn recheck(
    plain: &Core,
    base: &mut [i64],
    members: &[u32],
    pool: &[Vec<i64>],
    checked: &mut [Option<bool>],
    terms: &Terms,
    found: &mut Found,
    which: usize,
) {
    let side = if which == 0 {
        &mut found.interval.lo
    } else {
        &mut found.interval.up
    };
    let Some(claimed) = side.reached else {
        return;
    };
    let Some(at) = found.witness[which] else {
        side.reached = None;
        return;
    };
    let mut accepted = |x: &[i64]| {
        let kept: Vec<i64> = members.iter().map(|j| base[*j as usize]).collect();
        for (j, v) in members.iter().zip(x) {
            base[*j as usize] = *v;
        }
        let ok = plain.admits(base);
        for (j, v) in members.iter().zip(kept) {
            base[*j as usize] = v;
        }
        ok
    };
    let good = match checked[at] {
        Some(good) => good,
        None => accepted(&pool[at]),
    };
    checked[at] = Some(good);
    let value = |x: &[i64]| {
        terms
            .iter()
            .map(|(j, c)| i128::from(*c) * i128::from(x[*j as usize]))
            .sum::<i128>()
    };
    let holds = match (claimed, &found.ray[which]) {
        (Some(v), _) => good && value(&pool[at]) == v,
        (None, Some(ray)) => {
            let far: Option<Vec<i64>> = pool[at]
                .iter()
                .zip(ray)
                .map(|(x, r)| r.checked_mul(1_000).and_then(|r| x.checked_add(r)))
                .collect();
            let falls = value(ray);
            good && if which == 0 { falls < 0 } else { falls > 0 } && far.is_some_and(|far| accepted(&far))
        }
        (None, None) => false,
    };
    if !holds {
        side.reached = None;
    }
}
