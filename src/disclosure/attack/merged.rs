//! Atoms that no fact tells apart, made one: many hidden residences of one place are one unknown, not as many.

use foldhash::{HashMap, HashMapExt as _};

use super::bounds::{Interval, Side};
use super::shape::Shape;
use super::{Effort, Proof, Range, Support, Terms};

/// A [`Shape`] over merged atoms.
///
/// What a class of atoms holds may be shared among them in any way. A target that takes some atoms of a class can thus
/// be as low as what it takes whole classes of, and as high as all the classes it touches.
#[derive(Debug, Clone)]
pub struct Merged {
    shape: Shape,
    /// Class of each atom.
    class: Vec<u32>,
    /// For each target, the row of the classes it takes whole; none when it takes no class whole.
    lower: Vec<Option<u32>>,
    /// For each target, the row of all the classes it touches.
    upper: Vec<u32>,
}

/// Intervals of the targets, and those of the rows they come from.
#[derive(Debug, Clone)]
pub struct Deduced {
    /// One interval per target.
    pub intervals: Vec<Interval>,
    rows: Vec<Interval>,
}

impl Merged {
    /// Merges atoms and reduces the facts; see [`Shape::new`].
    pub fn new(atoms: usize, facts: &[&Terms], exact: &[bool], targets: &[&Terms]) -> Self {
        Self::over(&Classes::new(atoms, facts), facts, exact, targets)
    }

    /// The same where the classes of the facts are known.
    pub fn over(classes: &Classes, facts: &[&Terms], exact: &[bool], targets: &[&Terms]) -> Self {
        // A target with other coefficients than one tells its atoms apart, as a fact does.
        let apart = targets.iter().filter(|terms| terms.iter().any(|(_, c)| *c != 1));
        let apart: Vec<&Terms> = apart.copied().collect();
        let finer;
        let Classes { of: class, sizes } = if apart.is_empty() {
            classes
        } else {
            let rows: Vec<&Terms> = facts.iter().copied().chain(apart).collect();
            finer = Classes::new(classes.of.len(), &rows);
            &finer
        };
        // Coefficient and number of atoms of each class in a row.
        let gather = |terms: &Terms| -> Vec<(u32, i64, u32)> {
            let mut all: Vec<(u32, i64)> = terms.iter().map(|(atom, c)| (class[*atom as usize], *c)).collect();
            all.sort_unstable_by_key(|(v, _)| *v);
            let own = all.chunk_by(|a, b| a.0 == b.0);
            own.map(|own| (own[0].0, own[0].1, u32::try_from(own.len()).unwrap_or(u32::MAX)))
                .collect()
        };
        let lift = |terms: &Terms| -> Terms { gather(terms).into_iter().map(|(v, c, _)| (v, c)).collect() };
        let mut inner: Vec<Terms> = Vec::new();
        let mut known: HashMap<Terms, u32> = HashMap::new();
        let mut row = |terms: Terms| -> u32 {
            let next = u32::try_from(inner.len()).unwrap_or(u32::MAX);
            let rank = *known.entry(terms.clone()).or_insert(next);
            if rank == next {
                inner.push(terms);
            }
            rank
        };
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for target in targets {
            let parts = gather(target);
            let whole: Terms = parts
                .iter()
                .filter(|(v, _, n)| sizes[*v as usize] == *n)
                .map(|(v, c, _)| (*v, *c))
                .collect();
            upper.push(row(parts.iter().map(|(v, c, _)| (*v, *c)).collect()));
            lower.push((!whole.is_empty()).then(|| row(whole)));
        }
        let facts = facts.iter().map(|terms| lift(terms)).collect();
        Self {
            shape: Shape::new(sizes.len(), facts, exact, inner),
            class: class.clone(),
            lower,
            upper,
        }
    }

    /// Finds the integer interval of each target, the facts being known to be true together; see [`Shape::solve`].
    pub fn solve(&self, given: &[Range], effort: Effort) -> Deduced {
        let rows = self.shape.solve_targets(given, effort).intervals;
        let interval = |(lower, upper): (&Option<u32>, &u32)| Interval {
            lo: lower.map_or(Side::exactly(0), |row| rows[row as usize].lo),
            up: rows[*upper as usize].up,
        };
        Deduced {
            intervals: self.lower.iter().zip(&self.upper).map(interval).collect(),
            rows,
        }
    }

    /// Facts that bound a target from above, and from below too when `both`.
    pub fn support(&self, target: usize, given: &[Range], deduced: &Deduced, both: bool, effort: Effort) -> Support {
        let prove = |row: u32| {
            self.shape
                .prove(row as usize, given, &deduced.rows[row as usize], effort)
        };
        let upper = prove(self.upper[target]);
        let mut out: Support = match &upper {
            Proof::Bounds { up, .. } if !both || self.lower[target].is_none() => up.weights.keys().copied().collect(),
            _ => upper.support(),
        };
        if let (true, Some(row)) = (both, self.lower[target])
            && row != self.upper[target]
        {
            out.extend(prove(row).support());
            out.sort_unstable();
            out.dedup();
        }
        out
    }

    /// Place of each atom: what is published of one place says nothing of another; `None` for an atom that no row takes.
    ///
    /// A published row, less the published rows it contains, lies in one place.
    pub fn places(&self) -> Vec<Option<u32>> {
        let places = self.shape.places();
        let of = |class: &u32| places.get(class).copied();
        self.class.iter().map(of).collect()
    }

    /// Blocks of unknowns that a target depends on.
    pub fn blocks_of(&self, target: usize) -> impl Iterator<Item = u32> + '_ {
        self.shape.blocks_of(self.upper[target] as usize)
    }
}

/// Classes of atoms: those that stand in the same rows, with the same coefficients.
#[derive(Debug, Clone)]
pub struct Classes {
    /// Class of each atom.
    pub of: Vec<u32>,
    /// Number of atoms of each class.
    pub sizes: Vec<u32>,
}

impl Classes {
    /// Classes of so many atoms, by their first atoms.
    pub fn new(atoms: usize, rows: &[&Terms]) -> Self {
        // The rows of each atom, one atom after the other.
        let mut start = vec![0usize; atoms + 1];
        for (atom, _) in rows.iter().copied().flatten() {
            start[*atom as usize + 1] += 1;
        }
        for atom in 0..atoms {
            start[atom + 1] += start[atom];
        }
        let mut signatures = vec![(0u32, 0i64); start[atoms]];
        let mut next = start.clone();
        for (row, terms) in (0u32..).zip(rows) {
            for (atom, c) in *terms {
                let place = &mut next[*atom as usize];
                signatures[*place] = (row, *c);
                *place += 1;
            }
        }
        let mut known: HashMap<&[(u32, i64)], u32> = HashMap::new();
        let mut sizes: Vec<u32> = Vec::new();
        let class = start.windows(2).map(|ends| {
            let next = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
            let class = *known.entry(&signatures[ends[0]..ends[1]]).or_insert(next);
            if class == next {
                sizes.push(0);
            }
            sizes[class as usize] += 1;
            class
        });
        let of = class.collect();
        Self { of, sizes }
    }
}
