//! An exact simplex on sparse integer rows, with bounds on variables.
//!
//! Each row keeps its own denominator and is divided by its greatest common divisor, so that the tables of this room,
//! nearly all totally unimodular, stay with entries −1, 0 and 1. No rounding: what it answers is a theorem, unless a
//! number leaves 64 bits, which is told ([`Trouble::Overflow`]).
//!
//! Variables at their upper bound are replaced by their complement (`x = u − x'`), Dantzig's rule chooses, and Bland's
//! takes over in a degenerate stall, so that it ends (Chvátal, *Linear Programming*, chapters 3 and 8).

use super::arithmetic::{cross, gcd};
use super::core::Core;
use super::{Terms, Trouble};

/// `d · x_basic + Σ terms = b`, `d > 0`; all other variables are at zero.
#[derive(Debug, Clone)]
struct Row {
    basic: u32,
    d: i64,
    b: i64,
    terms: Terms,
}

impl Row {
    fn get(&self, column: u32) -> i64 {
        match self.terms.binary_search_by_key(&column, |t| t.0) {
            Ok(at) => self.terms[at].1,
            Err(_) => 0,
        }
    }

    fn reduce(&mut self) {
        if self.d == 1 {
            return;
        }
        let mut g = gcd(self.d, self.b);
        for (_, a) in &self.terms {
            if g == 1 {
                return;
            }
            g = gcd(g, *a);
        }
        if g > 1 {
            self.d /= g;
            self.b /= g;
            for t in &mut self.terms {
                t.1 /= g;
            }
        }
    }

    /// Removes the basic variable of `pivot` from this row.
    fn eliminate(&mut self, pivot: &Row) -> Result<(), Trouble> {
        let a = self.get(pivot.basic);
        if a == 0 {
            return Ok(());
        }
        let g = gcd(a, pivot.d);
        let (m, f) = (pivot.d / g, a / g);
        let mut out: Terms = Vec::with_capacity(self.terms.len() + pivot.terms.len());
        let (mut i, mut k) = (0, 0);
        loop {
            let left = self.terms.get(i).map_or(u32::MAX, |t| t.0);
            let right = pivot.terms.get(k).map_or(u32::MAX, |t| t.0);
            let column = left.min(right);
            if column == u32::MAX {
                break;
            }
            let x = if left == column {
                i += 1;
                self.terms[i - 1].1
            } else {
                0
            };
            let y = if right == column {
                k += 1;
                pivot.terms[k - 1].1
            } else {
                0
            };
            if column != pivot.basic {
                let value = cross(m, x, f, y)?;
                if value != 0 {
                    out.push((column, value));
                }
            }
        }
        self.terms = out;
        self.b = cross(m, self.b, f, pivot.b)?;
        self.d = cross(m, self.d, 0, 0)?;
        self.reduce();
        Ok(())
    }

    /// Replaces a non-basic variable by its complement to `u`.
    fn complement(&mut self, column: u32, u: i64) -> Result<(), Trouble> {
        if let Ok(at) = self.terms.binary_search_by_key(&column, |t| t.0) {
            let a = self.terms[at].1;
            self.b = cross(1, self.b, a, u)?;
            self.terms[at].1 = -a;
        }
        Ok(())
    }
}

/// The best value of a linear form: a fraction, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Best {
    /// `numerator / denominator`, denominator positive.
    At(i128, i128),
    /// As small as one likes.
    Endless,
}

/// A feasible table, ready to minimise one form after another.
#[derive(Debug, Clone)]
pub(super) struct Simplex {
    rows: Vec<Row>,
    /// Width of each variable (`None`: unbounded), after its lower bound was shifted to zero.
    width: Vec<Option<i64>>,
    lower: Vec<i64>,
    flipped: Vec<bool>,
    structural: usize,
    /// First artificial column: they follow the slacks and never enter.
    artificial: u32,
    track: bool,
    /// Pivots allowed for each minimisation, and those left of the current one.
    allowed: usize,
    pivots: usize,
    /// Rows negated at the start, so that their right-hand side be positive.
    negated: Vec<bool>,
    /// Direction in which the last form fell without end.
    ray: Option<Vec<i64>>,
}

impl Simplex {
    /// Finds a first feasible table.
    ///
    /// With `track`, artificial columns are kept, so that [`Simplex::weights`] can tell the combination of rows that
    /// proves a bound.
    pub(super) fn new(core: &Core, track: bool, pivots: usize) -> Result<Self, Trouble> {
        let structural = core.lower.len();
        let mut lower: Vec<i64> = core.lower.clone();
        let mut width: Vec<Option<i64>> = Vec::with_capacity(structural + core.rows.len());
        for (l, u) in core.lower.iter().zip(&core.upper) {
            width.push(match u {
                Some(u) if u < l => return Err(Trouble::Infeasible),
                Some(u) => Some(cross(1, *u, 1, *l)?),
                None => None,
            });
        }
        // Rows in the form Σ a·x − slack = lo, slack within [0, up − lo]; or Σ a·x + slack = up when lo is absent.
        let mut forms = Vec::with_capacity(core.rows.len());
        for row in &core.rows {
            let mut terms = row.terms.clone();
            let (b, slack) = match (row.range.lo, row.range.up) {
                (Some(lo), Some(up)) if lo == up => (lo, None),
                (Some(lo), Some(up)) if lo > up => return Err(Trouble::Infeasible),
                (Some(lo), Some(up)) => (lo, Some((-1, Some(cross(1, up, 1, lo)?)))),
                (Some(lo), None) => (lo, Some((-1, None))),
                (None, Some(up)) => (up, Some((1, None))),
                (None, None) => (0, Some((1, None))),
            };
            if row.range.lo.is_none() && row.range.up.is_none() {
                terms.clear();
            }
            let mut b = i128::from(b);
            for (column, a) in &terms {
                b -= i128::from(*a) * i128::from(lower[*column as usize]);
            }
            if let Some((sign, w)) = slack {
                let column = u32::try_from(width.len()).map_err(|_| Trouble::Limit)?;
                terms.push((column, sign));
                width.push(w);
                lower.push(0);
            }
            forms.push((terms, i64::try_from(b).map_err(|_| Trouble::Overflow)?));
        }
        let artificial = u32::try_from(width.len()).map_err(|_| Trouble::Limit)?;
        let mut rows = Vec::with_capacity(forms.len());
        let mut negated = Vec::with_capacity(forms.len());
        for (i, (mut terms, mut b)) in forms.into_iter().enumerate() {
            negated.push(b < 0);
            if b < 0 {
                b = -b;
                for t in &mut terms {
                    t.1 = -t.1;
                }
            }
            let basic = artificial + u32::try_from(i).map_err(|_| Trouble::Limit)?;
            rows.push(Row { basic, d: 1, b, terms });
        }
        let columns = width.len() + rows.len();
        width.resize(columns, None);
        lower.resize(columns, 0);
        let mut table = Self {
            rows,
            width,
            lower,
            flipped: vec![false; columns],
            structural,
            artificial,
            track,
            allowed: pivots,
            pivots,
            negated,
            ray: None,
        };
        table.first()?;
        Ok(table)
    }

    /// Phase one: drives the artificial variables to zero.
    fn first(&mut self) -> Result<(), Trouble> {
        // z = Σ artificial = Σ (b − Σ a·x): in row form, z + Σ a·x = Σ b.
        let mut sum: Vec<i128> = vec![0; self.artificial as usize];
        let mut b: i128 = 0;
        for row in &self.rows {
            b += i128::from(row.b);
            for (column, a) in &row.terms {
                sum[*column as usize] += i128::from(*a);
            }
        }
        let mut terms = Terms::new();
        for (column, a) in (0u32..).zip(sum) {
            if a != 0 {
                terms.push((column, i64::try_from(a).map_err(|_| Trouble::Overflow)?));
            }
        }
        let mut goal = Row {
            basic: u32::MAX,
            d: 1,
            b: i64::try_from(b).map_err(|_| Trouble::Overflow)?,
            terms,
        };
        match self.run(&mut goal)? {
            Best::At(0, _) => {}
            _ => return Err(Trouble::Infeasible),
        }
        // An artificial variable still basic is at zero: exchange it, or drop its row, which says nothing more.
        let mut i = 0;
        while i < self.rows.len() {
            if self.rows[i].basic < self.artificial {
                i += 1;
                continue;
            }
            let entering = self.rows[i].terms.iter().map(|t| t.0).find(|c| *c < self.artificial);
            match entering {
                Some(column) => {
                    self.pivot(i, column, None)?;
                    i += 1;
                }
                None => {
                    self.rows.swap_remove(i);
                }
            }
        }
        Ok(())
    }

    /// Exchanges the basic variable of a row with a column.
    fn pivot(&mut self, at: usize, column: u32, goal: Option<&mut Row>) -> Result<(), Trouble> {
        if self.pivots == 0 {
            return Err(Trouble::Limit);
        }
        self.pivots -= 1;
        let mut row = std::mem::replace(
            &mut self.rows[at],
            Row {
                basic: u32::MAX,
                d: 1,
                b: 0,
                terms: Terms::new(),
            },
        );
        let a = row.get(column);
        row.terms.retain(|t| t.0 != column);
        if row.basic < self.artificial || self.track {
            let place = row.terms.partition_point(|t| t.0 < row.basic);
            row.terms.insert(place, (row.basic, row.d));
        }
        row.basic = column;
        row.d = a;
        if a < 0 {
            row.d = -a;
            row.b = -row.b;
            for t in &mut row.terms {
                t.1 = -t.1;
            }
        }
        row.reduce();
        for other in &mut self.rows {
            other.eliminate(&row)?;
        }
        if let Some(goal) = goal {
            goal.eliminate(&row)?;
        }
        self.rows[at] = row;
        Ok(())
    }

    /// Replaces the variable `column` by its complement everywhere.
    fn flip(&mut self, column: u32, u: i64, goal: &mut Row) -> Result<(), Trouble> {
        for row in &mut self.rows {
            row.complement(column, u)?;
        }
        goal.complement(column, u)?;
        self.flipped[column as usize] ^= true;
        Ok(())
    }

    /// Minimises the variable of `goal`, whose terms are non-basic only.
    fn run(&mut self, goal: &mut Row) -> Result<Best, Trouble> {
        let mut stalled = 0usize;
        self.pivots = self.allowed;
        loop {
            let bland = stalled > 2 * (self.rows.len() + 8);
            let open = goal.terms.iter().filter(|t| t.0 < self.artificial && t.1 > 0);
            let entering = if bland {
                open.min_by_key(|t| t.0)
            } else {
                open.max_by_key(|t| (t.1, std::cmp::Reverse(t.0)))
            };
            let Some((column, _)) = entering.copied() else {
                return Ok(Best::At(i128::from(goal.b), i128::from(goal.d)));
            };
            // Smallest step n/q at which a variable meets a bound; the entering one may meet its own.
            let mut best: Option<(i128, i128, u32)> = self.width[column as usize].map(|u| (i128::from(u), 1, column));
            let mut leaving: Option<(usize, bool)> = None;
            for (i, row) in self.rows.iter().enumerate() {
                let a = i128::from(row.get(column));
                let (n, q, top) = match (a, self.width[row.basic as usize]) {
                    (0, _) => continue,
                    (1.., _) => (i128::from(row.b), a, false),
                    (_, Some(u)) => (i128::from(u) * i128::from(row.d) - i128::from(row.b), -a, true),
                    (_, None) if row.basic >= self.artificial && row.b == 0 => (0, -a, false),
                    (_, None) => continue,
                };
                let better = match best {
                    None => true,
                    Some((bn, bq, bv)) => match (n * bq).cmp(&(bn * q)) {
                        std::cmp::Ordering::Less => true,
                        std::cmp::Ordering::Equal => row.basic < bv,
                        std::cmp::Ordering::Greater => false,
                    },
                };
                if better {
                    best = Some((n, q, row.basic));
                    leaving = Some((i, top));
                }
            }
            let Some((step, _, _)) = best else {
                self.ray = Some(self.direction(column)?);
                return Ok(Best::Endless);
            };
            stalled = if step == 0 { stalled + 1 } else { 0 };
            match leaving {
                None => {
                    let u = self.width[column as usize].unwrap_or(0);
                    self.flip(column, u, goal)?;
                }
                Some((i, top)) => {
                    if top {
                        let row = &mut self.rows[i];
                        // A basic variable leaves at its upper bound: take its complement first.
                        let u = self.width[row.basic as usize].unwrap_or(0);
                        row.b = cross(row.d, u, 1, row.b)?;
                        for t in &mut row.terms {
                            t.1 = -t.1;
                        }
                        self.flipped[row.basic as usize] ^= true;
                    }
                    self.pivot(i, column, Some(goal))?;
                }
            }
        }
    }

    /// Minimises `form · x` and says the combination behind it when rows are tracked.
    pub(super) fn minimise(&mut self, form: &Terms) -> Result<(Best, Goal), Trouble> {
        // z − Σ c·x = 0, with x = lower + x' or lower + width − x'.
        let mut b: i128 = 0;
        let mut terms = Terms::with_capacity(form.len());
        for (column, c) in form {
            let j = *column as usize;
            b += i128::from(*c) * i128::from(self.lower[j]);
            if self.flipped[j] {
                b += i128::from(*c) * i128::from(self.width[j].unwrap_or(0));
                terms.push((*column, *c));
            } else {
                terms.push((*column, -c));
            }
        }
        let mut goal = Row {
            basic: u32::MAX,
            d: 1,
            b: i64::try_from(b).map_err(|_| Trouble::Overflow)?,
            terms,
        };
        for row in &self.rows {
            goal.eliminate(row)?;
        }
        let best = self.run(&mut goal)?;
        Ok((best, Goal(goal)))
    }

    /// The current vertex: one numerator and denominator per variable.
    pub(super) fn vertex(&self) -> Vec<(i128, i128)> {
        let mut x: Vec<(i128, i128)> = vec![(0, 1); self.structural];
        for row in &self.rows {
            if let Some(place) = x.get_mut(row.basic as usize) {
                *place = (i128::from(row.b), i128::from(row.d));
            }
        }
        for (j, place) in x.iter_mut().enumerate() {
            if self.flipped[j] {
                place.0 = i128::from(self.width[j].unwrap_or(0)) * place.1 - place.0;
            }
            place.0 += i128::from(self.lower[j]) * place.1;
        }
        x
    }

    /// Integer direction of the structural variables when `column` grows alone.
    fn direction(&self, column: u32) -> Result<Vec<i64>, Trouble> {
        let moved = self
            .rows
            .iter()
            .map(|row| (row, row.get(column)))
            .filter(|(_, a)| *a != 0);
        let moved: Vec<(&Row, i64)> = moved.collect();
        let mut scale: i64 = 1;
        for (row, a) in &moved {
            let part = row.d / gcd(row.d, *a);
            scale = cross(scale / gcd(scale, part), part, 0, 0)?;
        }
        let mut ray = vec![0; self.structural];
        let mut set = |j: u32, value: i64| {
            if let Some(place) = ray.get_mut(j as usize) {
                *place = if self.flipped[j as usize] { -value } else { value };
            }
        };
        set(column, scale);
        for (row, a) in moved {
            let step = i128::from(-a) * i128::from(scale) / i128::from(row.d);
            set(row.basic, i64::try_from(step).map_err(|_| Trouble::Overflow)?);
        }
        Ok(ray)
    }

    /// Takes the direction in which the last form fell without end.
    pub(super) fn ray(&mut self) -> Option<Vec<i64>> {
        self.ray.take()
    }

    /// Weight of each row in the proof of the last minimum: `(row, numerator, denominator)`.
    pub(super) fn weights(&self, goal: &Goal) -> Vec<(usize, i64, i64)> {
        let row_of = |column: u32| (column - self.artificial) as usize;
        let tracked = goal.0.terms.iter().filter(|t| t.0 >= self.artificial);
        tracked
            .map(|(column, w)| {
                let row = row_of(*column);
                (row, if self.negated[row] { -w } else { *w }, goal.0.d)
            })
            .collect()
    }
}

/// The goal row of a finished minimisation.
#[derive(Debug, Clone)]
pub(super) struct Goal(Row);
