//! What the other counts of a source say of one that is hidden: a part is no more than the whole that is published, and a
//! whole no less than a part.
//!
//! The counts are those of indicators, those that shares only divide by and those that means rest on: these are printed
//! beside the figure. A reader knows that a count is a part of another because a share of the dictionary divides it by that
//! one, or because it is never more wherever both are published, in ten places at least.

use std::collections::BTreeMap;

use super::frame::ByIndicator;
use crate::disclosure::attack::Range;
use crate::model::{Base, Dictionary, Iid, Indicator, Kind, Operand, Tid};
use crate::prepare::figures::Said;

/// Places where a count must be less than another to be taken for a part of it.
pub(super) const ENOUGH: usize = 10;

/// What is published of a count: places in order, and the count of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown(Vec<(Tid, i64)>);

impl Shown {
    /// Adds a place, after all the others; one that is there already is left as it is.
    pub(super) fn push(&mut self, tid: Tid, count: i64) {
        if self.0.last().is_none_or(|last| last.0 < tid) {
            self.0.push((tid, count));
        }
    }

    pub(super) fn get(&self, tid: Tid) -> Option<i64> {
        let at = self.0.binary_search_by_key(&tid, |known| known.0).ok()?;
        Some(self.0[at].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Tid, i64)> {
        self.0.iter().copied()
    }
}

/// The counts without categories that a file publishes: each by itself, as what a share divides, or as what a mean is the mean
/// of.
pub(super) struct Counts<'a> {
    dictionary: &'a Dictionary,
    all: BTreeMap<Iid, Shown>,
}

/// What the other counts say of one.
#[derive(Default)]
pub(super) struct Outside<'c> {
    wholes: Vec<&'c Shown>,
    parts: Vec<&'c Shown>,
}

impl<'a> Counts<'a> {
    pub(super) fn new(figures: &ByIndicator, dictionary: &'a Dictionary) -> Self {
        let mut all: BTreeMap<Iid, Shown> = BTreeMap::new();
        for (iid, _) in dictionary.iter().filter(|(iid, _)| is_seen(dictionary, *iid)) {
            let mut shown = Shown::default();
            let is_mean = dictionary.get(iid).kind == Kind::Mean;
            for (tid, category, said) in figures.of(iid) {
                match (category, said) {
                    // What a mean is the mean of is printed beside it.
                    (None, Said::Number { base: Some(base), .. }) if is_mean => shown.push(*tid, count(*base)),
                    (None, Said::Number { value, .. }) if !is_mean => shown.push(*tid, count(*value)),
                    _ => {}
                }
            }
            all.insert(iid, shown);
        }
        Self { dictionary, all }
    }

    /// What the others say of a figure of an indicator, of which `shown` is published.
    pub(super) fn outside(&self, iid: Iid, shown: &Shown) -> Outside<'_> {
        if !is_seen(self.dictionary, iid) {
            return Outside::default();
        }
        let others = || self.all.iter().filter(|(other, _)| **other != iid);
        let is_part = |part: (Iid, &Shown), whole: (Iid, &Shown)| {
            let same = self.dictionary.get(part.0).base == self.dictionary.get(whole.0).base;
            self.divides(whole.0) && (self.written(part.0, whole.0) || same && never_more(part.1, whole.1))
        };
        let wholes = others().filter(|(other, all)| is_part((iid, shown), (**other, all)));
        let parts = others().filter(|(other, all)| is_part((**other, all), (iid, shown)));
        Outside {
            wholes: wholes.map(|(_, all)| all).collect(),
            parts: parts.map(|(_, all)| all).collect(),
        }
    }

    /// Tells whether a share of the dictionary divides by this count alone.
    fn divides(&self, whole: Iid) -> bool {
        self.dictionary
            .iter()
            .any(|(_, share)| is(share.denominator.as_ref(), whole))
    }

    /// Tells whether a share of the dictionary divides one count, or its categories, by the other.
    fn written(&self, part: Iid, whole: Iid) -> bool {
        let mut all = self.dictionary.iter();
        all.any(|(_, share)| is(share.numerator.as_ref(), part) && is(share.denominator.as_ref(), whole))
    }
}

impl Outside<'_> {
    /// What they say of a place; none when it is nothing.
    pub(super) fn at(&self, tid: Tid) -> Option<Range> {
        let up = self.wholes.iter().filter_map(|all| all.get(tid)).min();
        let lo = self.parts.iter().filter_map(|all| all.get(tid)).max();
        (up.is_some() || lo.is_some()).then_some(Range { lo: lo.or(Some(0)), up })
    }
}

/// Tells whether readers see a count: by itself, as what a share divides or divides by, as what a mean is the mean of.
fn is_seen(dictionary: &Dictionary, iid: Iid) -> bool {
    let own = dictionary.get(iid);
    let says = |share: &Indicator| {
        let mut terms = share.numerator.iter().chain(&share.denominator).flat_map(|o| &o.0);
        is_open(share) && terms.any(|term| term.indicator == iid)
    };
    match own.kind {
        Kind::Count => is_open(own) || dictionary.iter().any(|(_, share)| says(share)),
        Kind::Mean => is_open(own) && matches!(own.base, Base::Logements | Base::Attributions),
        _ => false,
    }
}

/// Tells whether pages or workbooks show an indicator.
fn is_open(indicator: &Indicator) -> bool {
    !indicator.view.is_empty() || !indicator.export.is_empty()
}

/// Tells whether a count is seen only where a share divides by it: where it is hidden, so is the share, and no figure of its
/// own is; under the threshold it must not be known.
pub(super) fn only_divides(dictionary: &Dictionary, iid: Iid) -> bool {
    let own = dictionary.get(iid);
    let divides = |share: &Indicator| {
        let mut terms = share.numerator.iter().flat_map(|o| &o.0);
        is_open(share) && terms.any(|term| term.indicator == iid)
    };
    own.kind == Kind::Count && !is_open(own) && !dictionary.iter().any(|(_, share)| divides(share))
}

fn is(operand: Option<&Operand>, iid: Iid) -> bool {
    operand.is_some_and(|o| matches!(o.0[..], [term] if term.indicator == iid && term.category.is_none()))
}

/// Tells whether a count is never more than another where both are published, and less in enough places.
fn never_more(part: &Shown, whole: &Shown) -> bool {
    let both = || part.iter().filter_map(|(tid, v)| Some((v, whole.get(tid)?)));
    both().all(|(part, whole)| part <= whole)
        && both()
            .filter(|(part, whole)| 0 < *part && part < whole)
            .take(ENOUGH)
            .count()
            == ENOUGH
}

/// A count as it is published.
#[expect(clippy::cast_possible_truncation, reason = "counts stay far below 2^53")]
pub(super) fn count(value: f64) -> i64 {
    value.round() as i64
}
