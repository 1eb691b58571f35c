//! Exact integer arithmetic of the solver: checked, so that a number out of range is told and never wrong.

use super::{Fraction, Terms, Trouble};

/// Greatest common divisor of two absolute values.
pub(super) fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    // Only gcd(i64::MIN, …) could exceed i64; values are kept far below.
    i64::try_from(a).unwrap_or(i64::MAX)
}

/// Returns `a·x − b·y`, or overflow.
pub(super) fn cross(a: i64, x: i64, b: i64, y: i64) -> Result<i64, Trouble> {
    let wide = i128::from(a) * i128::from(x) - i128::from(b) * i128::from(y);
    i64::try_from(wide).map_err(|_| Trouble::Overflow)
}

/// Quotient rounded down.
pub(super) fn floor_div(a: i128, b: i128) -> i128 {
    a.div_euclid(b)
        - if b < 0 && a.rem_euclid(b) != 0 {
            // div_euclid rounds up for a negative divisor.
            1
        } else {
            0
        }
}

/// Quotient rounded up.
pub(super) fn ceil_div(a: i128, b: i128) -> i128 {
    -floor_div(-a, b)
}

/// Adds `k` times a weight: whole ones, which nearly all are, have no divisor to look for.
pub(super) fn add(place: &mut Fraction, weight: &Fraction, k: i64) {
    if place.is_integer() && weight.is_integer() {
        *place = Fraction::from_integer(place.numer() + weight.numer() * k);
    } else {
        *place += weight * Fraction::from_integer(k.into());
    }
}

/// Sorts by atom, adds up doubles, drops zeros.
pub(super) fn tidy(mut terms: Terms) -> Terms {
    if terms.windows(2).all(|w| w[0].0 < w[1].0) {
        terms.retain(|t| t.1 != 0);
        return terms;
    }
    terms.sort_unstable_by_key(|t| t.0);
    let mut out: Terms = Vec::with_capacity(terms.len());
    for (atom, coef) in terms {
        match out.last_mut() {
            Some(last) if last.0 == atom => last.1 += coef,
            _ => out.push((atom, coef)),
        }
    }
    out.retain(|t| t.1 != 0);
    out
}

/// Smallest root finder of a union-find forest, with path halving.
pub(in crate::disclosure) fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

/// Joins two trees; the smaller index stays the root, so that numbering is stable.
pub(in crate::disclosure) fn join(parent: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parent, a), root(parent, b));
    if a < b {
        parent[b as usize] = a;
    } else {
        parent[a as usize] = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_towards_the_right_side() {
        assert_eq!((floor_div(7, 2), floor_div(-7, 2)), (3, -4));
        assert_eq!((floor_div(7, -2), floor_div(-7, -2)), (-4, 3));
        assert_eq!((ceil_div(7, 2), ceil_div(-7, 2), ceil_div(8, -2)), (4, -3, -4));
    }
}
