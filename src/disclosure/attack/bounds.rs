//! Intervals: what is proved, and what an integer witness reaches.

/// One side of an interval. For a lower side, `proved ≤ truth ≤ reached`; for an upper side, the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// No admissible integer solution goes beyond; `None`: no bound is proved.
    pub proved: Option<i128>,
    /// Value of an integer solution that was checked against the facts; `Some(None)`: solutions go as far as one
    /// likes; `None`: no witness was found.
    pub reached: Option<Option<i128>>,
}

impl Side {
    /// A side whose proof and witness agree.
    pub(super) const fn exactly(value: i128) -> Self {
        Self {
            proved: Some(value),
            reached: Some(Some(value)),
        }
    }

    /// A side without any bound, shown by an endless family of solutions.
    pub(super) const fn endless() -> Self {
        Self {
            proved: None,
            reached: Some(None),
        }
    }

    /// A side on which nothing is known.
    pub(super) const fn unknown() -> Self {
        Self {
            proved: None,
            reached: None,
        }
    }

    /// Tells whether the bound is settled: the witness reaches what is proved.
    pub fn decided(&self) -> bool {
        self.reached == Some(self.proved)
    }

    /// Adds the sides of two independent sums.
    #[must_use]
    pub(super) fn plus(self, other: Side) -> Side {
        Side {
            proved: self.proved.zip(other.proved).map(|(a, b)| a + b),
            reached: self
                .reached
                .zip(other.reached)
                .map(|(a, b)| a.zip(b).map(|(a, b)| a + b)),
        }
    }
}

/// What a reader can deduce of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Lower side.
    pub lo: Side,
    /// Upper side.
    pub up: Side,
}

impl Interval {
    /// A known value.
    pub(super) const fn exactly(value: i128) -> Self {
        Self {
            lo: Side::exactly(value),
            up: Side::exactly(value),
        }
    }

    /// Nothing known.
    pub(super) const fn unknown() -> Self {
        Self {
            lo: Side::unknown(),
            up: Side::unknown(),
        }
    }

    /// Tells whether both sides are settled.
    pub fn decided(&self) -> bool {
        self.lo.decided() && self.up.decided()
    }

    /// Tells whether the target is known exactly.
    pub fn exact(&self) -> bool {
        self.lo.proved.is_some() && self.lo.proved == self.up.proved
    }

    /// Width proved at most: the reader knows the target at least this well; `None` when unbounded.
    pub fn widest(&self) -> Option<i128> {
        self.lo.proved.zip(self.up.proved).map(|(lo, up)| up - lo)
    }

    /// Width that two checked witnesses show; `None` when they show more than any number, `Some(None)` never.
    ///
    /// A side without a witness gives width 0: nothing is shown.
    pub fn shown(&self) -> Option<i128> {
        match (self.lo.reached, self.up.reached) {
            (Some(Some(lo)), Some(Some(up))) => Some(up - lo),
            (Some(_), Some(_)) => None,
            _ => Some(0),
        }
    }

    /// Adds the intervals of two independent sums.
    #[must_use]
    pub(super) fn plus(self, other: Interval) -> Interval {
        Interval {
            lo: self.lo.plus(other.lo),
            up: self.up.plus(other.up),
        }
    }
}
