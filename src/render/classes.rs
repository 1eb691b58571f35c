//! Classes of a choropleth: at most five, fixed over the vintages and over the scales of an indicator.

use crate::disclosure::Published;
use crate::format;
use crate::model::{Classes, Iid, Indicator, Kind, Scale};

/// Inner breaks of the classes of an indicator, ascending; class `i` holds values in `[breaks[i-1], breaks[i])`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassBreaks {
    inner: Vec<f64>,
    /// Greatest value that is, where it is known: a class that starts there holds nothing else.
    most: Option<f64>,
}

impl ClassBreaks {
    /// Breaks of figures of a kind, without those that would leave a class no value that may be: « moins de 0 ».
    fn of(kind: Kind, mut inner: Vec<f64>) -> Self {
        let (low, high) = kind.bounds();
        inner.retain(|b| *b > low && *b <= high);
        Self {
            inner,
            most: high.is_finite().then_some(high),
        }
    }

    /// The same once all the figures of a kind are seen: the rate of a part, a coverage, stops at 100 as a share does, where
    /// none says otherwise.
    fn closed(mut self, kind: Kind, all: impl FnOnce() -> Vec<f64>) -> Self {
        if kind == Kind::Rate && self.inner.last() == Some(&100.0) && all().iter().all(|v| *v <= 100.0) {
            self.most = Some(100.0);
        }
        self
    }

    /// Number of classes, at least one.
    pub fn count(&self) -> usize {
        self.inner.len() + 1
    }

    /// Inner breaks.
    pub fn inner(&self) -> &[f64] {
        &self.inner
    }

    /// Class of a value, from 0.
    pub fn class(&self, value: f64) -> u8 {
        u8::try_from(self.inner.partition_point(|b| *b <= value)).unwrap_or(u8::MAX)
    }

    /// Words of each class: « moins de 10 », « 10 à 20 », « 45 et plus »; « 100 », where nothing is above.
    pub fn labels(&self, decimals: u8) -> Vec<String> {
        let n = |v: f64| format::number(v, decimals_of(v, decimals));
        let Some((first, last)) = self.inner.first().zip(self.inner.last()) else {
            return vec!["toutes les valeurs".to_owned()];
        };
        let mut out = vec![format!("moins de {}", n(*first))];
        out.extend(self.inner.windows(2).map(|w| format!("{} à {}", n(w[0]), n(w[1]))));
        out.push(match self.most {
            Some(most) if *last >= most => n(*last),
            _ => format!("{} et plus", n(*last)),
        });
        out
    }
}

fn decimals_of(value: f64, decimals: u8) -> u8 {
    if value.fract() == 0.0 { 0 } else { decimals }
}

/// Finds the breaks of an indicator: those of the dictionary, or quantiles (natural breaks) of its published figures.
///
/// All vintages and all open scales but the residence enter together, so that a colour means the same on every map; the
/// residences do where the indicator is open there only.
/// Each category has its own, unless the dictionary writes them: what is common for one is rare for another. Without a
/// method in the dictionary: five quantiles. Ties are merged, so that there may be fewer classes.
/// Only published figures enter: a hidden one moves no break.
///
/// Source: natural breaks minimise the squared deviations within classes (Fisher, « On grouping for maximum
/// homogeneity », 1958).
pub fn class_breaks(published: &Published, iid: Iid, category: Option<u16>, indicator: &Indicator) -> ClassBreaks {
    if indicator.kind == Kind::Class {
        let inner = (1..indicator.categories.len().min(5)).map(|i| i as f64).collect();
        return ClassBreaks::of(Kind::Class, inner);
    }
    let (count, natural) = match &indicator.classes {
        Some(Classes::Breaks(breaks)) => return ClassBreaks::of(indicator.kind, breaks.clone()),
        Some(Classes::Quantiles(n)) => (*n, false),
        Some(Classes::Jenks(n)) => (*n, true),
        None => (5, false),
    };
    let values_at = |scales: &[Scale]| -> Vec<f64> {
        let cells = published
            .cells()
            .filter(|c| c.indicator == iid && c.category == category);
        cells
            .flat_map(|cell| scales.iter().filter_map(move |scale| published.column(*scale, cell)))
            .flatten()
            .filter_map(crate::disclosure::Figure::value)
            .collect()
    };
    let mut values = values_at(&[Scale::Commune, Scale::Iris, Scale::Qpv]);
    if values.is_empty() {
        values = values_at(&[Scale::Residence]);
    }
    values.sort_by(f64::total_cmp);
    let count = usize::from(count.clamp(2, 5));
    let raw = if natural {
        natural_breaks(&values, count)
    } else {
        quantiles(&values, count)
    };
    let mut breaks: Vec<f64> = raw.into_iter().map(|b| neat(b, &values)).collect();
    breaks.dedup();
    breaks.retain(|b| values.first().is_some_and(|low| b > low) && values.last().is_some_and(|high| b <= high));
    ClassBreaks::of(indicator.kind, breaks).closed(indicator.kind, || values_at(&Scale::ALL))
}

fn quantiles(sorted: &[f64], count: usize) -> Vec<f64> {
    if sorted.is_empty() {
        return Vec::new();
    }
    (1..count)
        .map(|i| sorted[(sorted.len() * i / count).min(sorted.len() - 1)])
        .collect()
}

/// Rounds a break to two significant digits of the spread, so that a legend reads well.
fn neat(value: f64, sorted: &[f64]) -> f64 {
    let spread = sorted.last().zip(sorted.first()).map_or(0.0, |(b, a)| b - a);
    if spread <= 0.0 {
        return value;
    }
    let step = 10f64.powf((spread / 50.0).log10().floor());
    let neat = (value / step).round() * step;
    // Undo the binary dust of the multiplication.
    (neat * 1e6).round() / 1e6
}

/// Fisher's exact dynamic programme on at most 512 evenly sampled values.
fn natural_breaks(sorted: &[f64], count: usize) -> Vec<f64> {
    if sorted.len() <= count {
        return quantiles(sorted, count);
    }
    let n = sorted.len().min(512);
    let x: Vec<f64> = (0..n)
        .map(|i| sorted[i * (sorted.len() - 1) / (n - 1).max(1)])
        .collect();
    let mut sum = vec![0.0; n + 1];
    let mut square = vec![0.0; n + 1];
    for (i, v) in x.iter().enumerate() {
        sum[i + 1] = sum[i] + v;
        square[i + 1] = square[i] + v * v;
    }
    let cost = |a: usize, b: usize| {
        let m = (b - a) as f64;
        square[b] - square[a] - (sum[b] - sum[a]).powi(2) / m
    };
    let mut best = vec![vec![f64::INFINITY; n + 1]; count + 1];
    let mut cut = vec![vec![0usize; n + 1]; count + 1];
    best[0][0] = 0.0;
    for k in 1..=count {
        for end in k..=n {
            for start in (k - 1)..end {
                let total = best[k - 1][start] + cost(start, end);
                if total < best[k][end] {
                    best[k][end] = total;
                    cut[k][end] = start;
                }
            }
        }
    }
    let mut breaks = Vec::new();
    let mut end = n;
    for k in (2..=count).rev() {
        end = cut[k][end];
        breaks.push(x[end]);
    }
    breaks.reverse();
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_a_break_belongs_above() {
        let breaks = ClassBreaks::of(Kind::Share, vec![10.0, 20.0]);
        assert_eq!([9.9, 10.0, 19.9, 20.0].map(|v| breaks.class(v)), [0, 1, 1, 2]);
        assert_eq!(breaks.labels(1), ["moins de 10", "10 à 20", "20 et plus"]);
    }

    #[test]
    fn a_class_that_starts_at_the_bound_says_it_alone() {
        let share = ClassBreaks::of(Kind::Share, vec![0.0, 90.0, 100.0, 120.0]);
        assert_eq!(share.labels(1), ["moins de 90", "90 à 100", "100"]);
        assert_eq!([0.0, 90.0, 99.9, 100.0].map(|v| share.class(v)), [0, 1, 1, 2]);
        // A rate may be above 100, a change under 0.
        let rate = ClassBreaks::of(Kind::Rate, vec![0.0, 100.0]);
        assert_eq!(rate.labels(1), ["moins de 0", "0 à 100", "100 et plus"]);
        let seen = |all: &[f64]| rate.clone().closed(Kind::Rate, || all.to_vec()).labels(1);
        assert_eq!(seen(&[12.0, 100.0]), ["moins de 0", "0 à 100", "100"]);
        assert_eq!(seen(&[12.0, 100.1]), rate.labels(1));
        assert_eq!(rate.clone().closed(Kind::Mean, || vec![12.0]), rate);
        assert_eq!(
            ClassBreaks::of(Kind::Share, vec![0.0]).labels(1),
            ["toutes les valeurs"]
        );
    }

    #[test]
    fn natural_breaks_find_the_gaps() {
        let values = [1.0, 2.0, 3.0, 50.0, 51.0, 52.0, 100.0, 101.0];
        assert_eq!(natural_breaks(&values, 3), [50.0, 100.0]);
    }
}
