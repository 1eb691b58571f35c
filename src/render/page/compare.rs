//! When two published figures may be set against one another, and the gap between them.
//!
//! A hidden or missing term, a small or unknown base, or a count of places of unlike size carries neither word nor gap.

use super::markup;
use crate::disclosure::Figure;
use crate::format;
use crate::model::{Base, Indicator, Kind};

/// Bases below this one carry no comparison: one household would turn it round.
pub(super) const SMALLEST_BASE: u32 = 30;

/// Tells whether two figures of an indicator, of one vintage, may be compared in words.
pub(super) fn comparable(x: &Indicator, here: Option<Figure>, there: Option<Figure>) -> bool {
    let fits = |figure: Option<Figure>| {
        figure.is_some_and(|f| {
            f.value().is_some() && (!matches!(x.base, Base::Logements | Base::Attributions) || large_enough(f.base()))
        })
    };
    matches!(x.kind, Kind::Share | Kind::Rate | Kind::Mean | Kind::Index) && fits(here) && fits(there)
}

/// Tells whether a base bears a comparison; one that nobody knows does not.
pub(super) fn large_enough(base: Option<u32>) -> bool {
    base.is_some_and(|b| b >= SMALLEST_BASE)
}

/// Gap in points between two shares, from their published values, with its decimals; none where they are not compared.
fn difference(x: &Indicator, here: Option<Figure>, there: Option<Figure>) -> Option<(f64, u8)> {
    if !x.kind.is_ratio() || !comparable(x, here, there) {
        return None;
    }
    let (here, there) = (here?, there?);
    let decimals = here.decimals().min(there.decimals());
    Some((format::round(here.value()? - there.value()?, decimals), decimals))
}

/// Writes the gap in points as a signed number: `+2,1`.
pub(super) fn gap(x: &Indicator, here: Option<Figure>, there: Option<Figure>) -> Option<String> {
    difference(x, here, there).map(|(gap, decimals)| markup::signed(gap, decimals))
}

/// Writes the gap in points in words: « 2,1 points de plus »; none when there is no gap.
pub(super) fn points(x: &Indicator, here: Option<Figure>, there: Option<Figure>) -> Option<String> {
    let (gap, decimals) = difference(x, here, there)?;
    (gap != 0.0).then(|| {
        format!(
            "{}\u{A0}{} {}",
            format::number(gap.abs(), decimals),
            match x.unit.as_str() {
                "" | "%" if gap.abs() < 2.0 => "point",
                "" | "%" => "points",
                // A rate per thousand has no points.
                unit => unit,
            },
            if gap > 0.0 { "de plus" } else { "de moins" }
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_or_unknown_base_bears_no_comparison() {
        assert!(!large_enough(Some(29)) && !large_enough(None) && large_enough(Some(30)));
    }
}
