//! A fast simplex in floating point, for hints only: whatever it says is proved again in whole numbers.
//!
//! Dense table, bounded variables, primal steps for a new form and dual steps after a bound moved (branch and bound).
//! A bound is proved by [`Core::safe_bound`] from the weights of the rows, a point by [`Core::admits`]; what cannot be
//! proved is left to the exact simplex.

use super::core::Core;
use super::{Terms, Trouble};

const ZERO: f64 = 1e-9;
const FEASIBLE: f64 = 1e-7;
const DEAD: u32 = u32::MAX;

/// How a run of the fast simplex ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    /// At an optimum.
    Best(f64),
    /// No bound was met.
    Endless,
    /// The row that cannot be satisfied.
    Impossible(usize),
    /// Too many steps, or numbers too uncertain.
    Lost,
}

/// The table: `m` rows and the goal, each `k` variable columns, `m` artificial columns, the right-hand side.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    m: usize,
    k: usize,
    w: usize,
    a: Vec<f64>,
    basis: Vec<u32>,
    outside: Vec<u32>,
    lower: Vec<f64>,
    width: Vec<f64>,
    flipped: Vec<bool>,
    negated: Vec<bool>,
    structural: usize,
    /// Columns of the pivot row at hand that hold something.
    full: Vec<usize>,
}

impl Dense {
    /// Finds a first feasible table.
    #[expect(clippy::cast_precision_loss, reason = "hints only")]
    pub(super) fn new(core: &Core) -> Result<Self, Trouble> {
        let structural = core.lower.len();
        let m = core.rows.len();
        let mut lower: Vec<f64> = core.lower.iter().map(|l| *l as f64).collect();
        let mut width: Vec<f64> = core
            .lower
            .iter()
            .zip(&core.upper)
            .map(|(l, u)| u.map_or(f64::INFINITY, |u| (u - l) as f64))
            .collect();
        let mut slacks: Vec<Option<(usize, f64)>> = Vec::with_capacity(m);
        let mut sides = Vec::with_capacity(m);
        for row in &core.rows {
            let (b, slack) = match (row.range.lo, row.range.up) {
                (Some(lo), Some(up)) if lo == up => (lo as f64, None),
                (Some(lo), Some(up)) => (lo as f64, Some((-1.0, (up - lo) as f64))),
                (Some(lo), None) => (lo as f64, Some((-1.0, f64::INFINITY))),
                (None, Some(up)) => (up as f64, Some((1.0, f64::INFINITY))),
                (None, None) => return Err(Trouble::Limit),
            };
            slacks.push(slack.map(|(sign, most)| {
                lower.push(0.0);
                width.push(most);
                (width.len() - 1, sign)
            }));
            sides.push(b);
        }
        let k = width.len();
        let w = k + m + 1;
        let mut a = vec![0.0; (m + 1) * w];
        let mut negated = Vec::with_capacity(m);
        for (i, (row, slack)) in core.rows.iter().zip(&slacks).enumerate() {
            let line = &mut a[i * w..(i + 1) * w];
            let mut b = sides[i];
            for (j, c) in &row.terms {
                line[*j as usize] = *c as f64;
                b -= *c as f64 * lower[*j as usize];
            }
            if let Some((column, sign)) = slack {
                line[*column] = *sign;
            }
            negated.push(b < 0.0);
            if b < 0.0 {
                line.iter_mut().for_each(|v| *v = -*v);
                b = -b;
            }
            line[k + i] = 1.0;
            line[w - 1] = b;
        }
        let count = u32::try_from(k + m).map_err(|_| Trouble::Limit)?;
        width.resize(k + m, f64::INFINITY);
        lower.resize(k + m, 0.0);
        let mut table = Self {
            m,
            k,
            w,
            a,
            basis: (count - u32::try_from(m).map_err(|_| Trouble::Limit)?..count).collect(),
            outside: (0..).take(k).collect(),
            flipped: vec![false; k + m],
            lower,
            width,
            negated,
            structural,
            full: Vec::new(),
        };
        table.first()?;
        Ok(table)
    }

    fn first(&mut self) -> Result<(), Trouble> {
        for i in 0..self.m {
            for c in (0..self.k).chain([self.w - 1]) {
                self.a[self.m * self.w + c] += self.a[i * self.w + c];
            }
        }
        match self.primal() {
            End::Best(z) if z < 1e-6 => {}
            _ => return Err(Trouble::Limit),
        }
        let artificial = u32::try_from(self.k).map_err(|_| Trouble::Limit)?;
        for i in 0..self.m {
            if self.basis[i] < artificial {
                continue;
            }
            let size = |j: &usize| self.a[i * self.w + j].abs();
            let open = (0..self.k).filter(|j| self.outside[*j] != DEAD && size(j) > 1e-7);
            match open.max_by(|x, y| size(x).total_cmp(&size(y))) {
                Some(j) => self.exchange(i, j),
                // A redundant row: its artificial variable stays, at zero.
                None => self.width[self.basis[i] as usize] = 0.0,
            }
        }
        Ok(())
    }

    fn exchange(&mut self, i: usize, j: usize) {
        let w = self.w;
        let inverse = 1.0 / self.a[i * w + j];
        let (before, rest) = self.a.split_at_mut(i * w);
        let (line, after) = rest.split_at_mut(w);
        // Tables of sums are mostly zeros: only the columns of the pivot row that hold something move.
        let mut full = std::mem::take(&mut self.full);
        full.clear();
        for (c, v) in line.iter_mut().enumerate() {
            if *v != 0.0 {
                *v *= inverse;
                if c != j {
                    full.push(c);
                }
            }
        }
        line[j] = inverse;
        for other in before.chunks_exact_mut(w).chain(after.chunks_exact_mut(w)) {
            let f = other[j];
            if f != 0.0 {
                for c in &full {
                    other[*c] -= f * line[*c];
                }
                other[j] = -f * inverse;
            }
        }
        self.full = full;
        let leaving = self.basis[i];
        self.basis[i] = self.outside[j];
        if (leaving as usize) < self.k {
            self.outside[j] = leaving;
        } else {
            // An artificial variable never comes back; its column among the last ones goes on.
            self.outside[j] = DEAD;
            for r in 0..=self.m {
                self.a[r * w + j] = 0.0;
            }
        }
    }

    fn flip_outside(&mut self, j: usize) {
        let variable = self.outside[j] as usize;
        let u = self.width[variable];
        for r in 0..=self.m {
            let at = r * self.w;
            self.a[at + self.w - 1] -= self.a[at + j] * u;
            self.a[at + j] = -self.a[at + j];
        }
        self.flipped[variable] ^= true;
    }

    fn flip_inside(&mut self, i: usize) {
        let variable = self.basis[i] as usize;
        let u = self.width[variable];
        let last = self.w - 1;
        let line = &mut self.a[i * self.w..(i + 1) * self.w];
        line.iter_mut().for_each(|v| *v = -*v);
        line[last] += u;
        self.flipped[variable] ^= true;
    }

    fn rhs(&self, i: usize) -> f64 {
        self.a[i * self.w + self.w - 1]
    }

    /// Primal steps to the optimum of the goal row.
    fn primal(&mut self) -> End {
        let goal = self.m * self.w;
        let mut stalled = 0;
        for _ in 0..20 * (self.m + self.k) + 200 {
            let bland = stalled > 40;
            let open = (0..self.k).filter(|j| {
                let v = self.outside[*j];
                v != DEAD && self.a[goal + j] > ZERO * 10.0 && self.width[v as usize] > 0.0
            });
            let entering = if bland {
                open.min_by_key(|j| self.outside[*j])
            } else {
                open.max_by(|x, y| self.a[goal + x].total_cmp(&self.a[goal + y]))
            };
            let Some(j) = entering else {
                return End::Best(self.rhs(self.m));
            };
            let mut step = self.width[self.outside[j] as usize];
            let mut leaving: Option<(usize, bool, f64)> = None;
            for i in 0..self.m {
                let a = self.a[i * self.w + j];
                let u = self.width[self.basis[i] as usize];
                let (t, top) = if a > ZERO {
                    (self.rhs(i).max(0.0) / a, false)
                } else if a < -ZERO && u.is_finite() {
                    ((u - self.rhs(i)).max(0.0) / -a, true)
                } else {
                    continue;
                };
                let tie = (t - step).abs() <= 1e-12 && leaving.is_some_and(|(_, _, size)| a.abs() > size);
                if t < step - 1e-12 || tie || (leaving.is_none() && t <= step) {
                    step = t.min(step);
                    leaving = Some((i, top, a.abs()));
                }
            }
            if step.is_infinite() {
                return End::Endless;
            }
            stalled = if step <= 1e-12 { stalled + 1 } else { 0 };
            match leaving {
                None => self.flip_outside(j),
                Some((i, top, _)) => {
                    if top {
                        self.flip_inside(i);
                    }
                    self.exchange(i, j);
                }
            }
        }
        End::Lost
    }

    /// Dual steps back to a feasible table, the goal staying optimal.
    fn dual(&mut self) -> End {
        let goal = self.m * self.w;
        for _ in 0..4 * self.m + 100 {
            let mut worst: Option<(usize, f64, bool)> = None;
            for i in 0..self.m {
                let (b, u) = (self.rhs(i), self.width[self.basis[i] as usize]);
                let (gap, top) = if b < -FEASIBLE { (-b, false) } else { (b - u, true) };
                if gap > FEASIBLE && worst.is_none_or(|(_, g, _)| gap > g) {
                    worst = Some((i, gap, top));
                }
            }
            let Some((i, _, top)) = worst else {
                return End::Best(self.rhs(self.m));
            };
            if top {
                self.flip_inside(i);
            }
            let mut entering: Option<(usize, f64, f64)> = None;
            for j in 0..self.k {
                let v = self.outside[j];
                let a = self.a[i * self.w + j];
                if v == DEAD || a >= -ZERO || self.width[v as usize] <= 0.0 {
                    continue;
                }
                let ratio = self.a[goal + j].min(0.0) / a;
                let better = entering.is_none_or(|(_, r, size)| ratio < r - 1e-12 || (ratio <= r + 1e-12 && -a > size));
                if better {
                    entering = Some((j, ratio, -a));
                }
            }
            match entering {
                Some((j, ..)) => self.exchange(i, j),
                None => return End::Impossible(i),
            }
        }
        End::Lost
    }

    /// Minimises a form over the structural variables.
    #[expect(clippy::cast_precision_loss, reason = "hints only")]
    pub(super) fn minimise(&mut self, form: &Terms) -> End {
        let goal = self.m * self.w;
        self.a[goal..].iter_mut().for_each(|v| *v = 0.0);
        let mut cost = vec![0.0; self.structural];
        let mut constant = 0.0;
        for (j, c) in form {
            let (j, c) = (*j as usize, *c as f64);
            constant += c * self.lower[j];
            cost[j] = if self.flipped[j] {
                constant += c * self.width[j];
                -c
            } else {
                c
            };
        }
        for j in 0..self.k {
            if let Some(c) = cost.get(self.outside[j] as usize) {
                self.a[goal + j] = -c;
            }
        }
        let last = self.w - 1;
        self.a[goal + last] = constant;
        for i in 0..self.m {
            let c = cost.get(self.basis[i] as usize).copied().unwrap_or(0.0);
            if c != 0.0 {
                // z = … + c·x_basic = … + c·(b − Σ a·x).
                for v in 0..self.w {
                    self.a[goal + v] += c * self.a[i * self.w + v];
                }
            }
        }
        self.primal()
    }

    /// Narrows variables to `[lower, upper]` and repairs.
    pub(super) fn narrow(&mut self, lower: &[i64], upper: &[Option<i64>]) -> End {
        for (v, (l, u)) in (0u32..).zip(lower.iter().zip(upper)) {
            if let Some(u) = u {
                self.shrink(v, *l, *u);
            }
        }
        self.dual()
    }

    #[expect(clippy::cast_precision_loss, reason = "hints only")]
    fn shrink(&mut self, variable: u32, lower: i64, upper: i64) {
        let v = variable as usize;
        let (new_lower, new_width) = (lower as f64, (upper - lower) as f64);
        if new_lower == self.lower[v] && new_width == self.width[v] {
            return;
        }
        // Moving what the zero of the variable stands for: its lower bound, or its upper one when it is flipped.
        let shift = if self.flipped[v] {
            (self.lower[v] + self.width[v]) - (new_lower + new_width)
        } else {
            new_lower - self.lower[v]
        };
        self.lower[v] = new_lower;
        self.width[v] = new_width;
        if shift != 0.0 {
            if let Some(i) = self.basis.iter().position(|b| *b == variable) {
                self.a[i * self.w + self.w - 1] -= shift;
            } else if let Some(j) = self.outside.iter().position(|o| *o == variable) {
                for r in 0..=self.m {
                    let at = r * self.w;
                    self.a[at + self.w - 1] -= self.a[at + j] * shift;
                }
            }
        }
    }

    /// The current point.
    pub(super) fn point(&self) -> Vec<f64> {
        let mut x = vec![0.0; self.structural];
        for (i, v) in self.basis.iter().enumerate() {
            if let Some(place) = x.get_mut(*v as usize) {
                *place = self.rhs(i);
            }
        }
        for (j, place) in x.iter_mut().enumerate() {
            if self.flipped[j] {
                *place = self.width[j] - *place;
            }
            *place += self.lower[j];
        }
        x
    }

    /// Weights of the rows of the core in the goal, or in a row that cannot be satisfied.
    pub(super) fn weights(&self, row: Option<usize>) -> Vec<f64> {
        let at = row.unwrap_or(self.m) * self.w + self.k;
        let tracked = &self.a[at..at + self.m];
        tracked
            .iter()
            .zip(&self.negated)
            .map(|(y, negated)| if *negated { -y } else { *y })
            .collect()
    }
}
