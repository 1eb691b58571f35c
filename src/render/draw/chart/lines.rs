//! A line over the vintages: one small chart per indicator, several side by side.

use std::fmt::Write as _;

use plotters::prelude::{Circle, LineSeries};
use plotters::style::TRANSPARENT;

use super::lettered_sign;
use super::sheet::{Across, Area, FINE};
use crate::format;
use crate::render::draw::svg::{ACCENT, INK, INK_2, INK_3, LINE, WASH, escape, open, short};
use crate::render::draw::{Texts, Value, label};

/// A break of comparability.
#[derive(Debug, Clone, Copy)]
pub struct Break<'a> {
    /// Rank of the first vintage of the new method, from 1.
    pub at: usize,
    /// What changed, in a few words: `nouvelle méthode du DPE`.
    pub words: &'a str,
}

/// What a chart over vintages is made of.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Name of the indicator, written above.
    pub heading: &'a str,
    /// Unit, written after the name; may be empty.
    pub unit: &'a str,
    /// Decimals of each value of the territory, then of the reference: a share of a small base has none.
    pub decimals: [&'a [u8]; 2],
    /// Vintages, in order, as they are written: `2014`, `2013–2015`.
    pub vintages: &'a [&'a str],
    /// Values of the territory, one per vintage.
    pub territory: &'a [Value],
    /// Values of the reference, one per vintage, or none.
    pub reference: &'a [Value],
    /// Breaks of comparability, in order.
    pub breaks: &'a [Break<'a>],
}

/// Lowest place of the plot, where the axis is.
const AXIS: f64 = 110.0;

/// Draws a line over vintages: unbroken as long as the values are published and comparable.
pub fn lines(chart: &Lines) -> String {
    let mut out = String::with_capacity(2048);
    heading(&mut out, chart);
    let area = area(chart);
    breaks(&mut out, chart, &area);
    axis(&mut out, chart, &area);
    let runs = |values: &[Value]| runs(values, chart.breaks);
    let pens = [
        (
            chart.reference,
            format!(r#" fill="none" stroke="{INK_3}" stroke-width="1.4" stroke-dasharray="4 2.5""#),
            INK_3,
        ),
        (
            chart.territory,
            format!(r#" fill="none" stroke="{ACCENT}" stroke-width="2.4" stroke-linejoin="round""#),
            ACCENT,
        ),
    ];
    for (values, pen, colour) in &pens {
        let runs = runs(values);
        area.layer(&mut out, pen, &[], |plot| {
            for run in &runs {
                let _ = plot.draw_series(LineSeries::new(run.iter().copied(), TRANSPARENT));
            }
        });
        // A value alone between two gaps would draw no line.
        let alone = runs.iter().filter(|r| r.len() == 1).flatten();
        area.layer(&mut out, &format!(r#" fill="{colour}""#), &[], |plot| {
            let _ = plot.draw_series(alone.map(|&p| Circle::new(p, 2 * FINE, TRANSPARENT)));
        });
    }
    for (i, value) in (0u32..).zip(chart.territory) {
        if let Value::State(state) = *value
            && !before_break_and_without_object(chart, i)
        {
            let (x, _) = area.place(f64::from(i), area.y.0);
            lettered_sign(&mut out, state, &short(x), 101.0, "");
        }
    }
    ends(&mut out, chart, &area);
    out.push_str("</svg>");
    out
}

/// Opens the chart and writes the name of its indicator, on as many rows as it takes, above the plot.
fn heading(out: &mut String, chart: &Lines) {
    const LETTERS: usize = 38;
    let unit = if chart.unit.is_empty() {
        String::new()
    } else {
        format!("({})", chart.unit)
    };
    let mut rows = wrap(chart.heading, LETTERS);
    let aside = rows
        .last()
        .is_some_and(|r| r.chars().count() + unit.chars().count() < LETTERS);
    if !aside {
        rows.push(String::new());
    }
    let extra = 15 * rows.len().saturating_sub(1);
    open(
        out,
        &chart.texts,
        "img",
        "chart sm",
        &format!(
            r#" viewBox="0 {} 280 {}""#,
            if extra > 0 { format!("-{extra}") } else { "0".to_owned() },
            128 + extra
        ),
    );
    let _ = write!(out, r#"<text font-size="12.5" font-weight="700" fill="{INK}">"#);
    for (i, row) in (0i32..).zip(&rows) {
        let y = 13 - 15 * (i32::try_from(rows.len()).unwrap_or(1) - 1 - i);
        let _ = write!(out, r#"<tspan x="0" y="{y}">{}</tspan>"#, escape(row));
    }
    if !unit.is_empty() {
        let _ = write!(
            out,
            r#" <tspan font-weight="400" fill="{INK_3}">{}</tspan>"#,
            escape(&unit)
        );
    }
    out.push_str("</text>");
}

/// Cuts a text into rows of at most `letters` letters, between words.
fn wrap(text: &str, letters: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let row = rows.last_mut().expect("there is always a row");
        if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > letters {
            rows.push(word.to_owned());
        } else {
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
    }
    rows
}

fn area(chart: &Lines) -> Area {
    let published = || chart.territory.iter().chain(chart.reference).filter_map(|v| v.number());
    let (low, high) = published().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), n| (l.min(n), h.max(n)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    // A flat line stays flat: one hundredth of its height is not worth a slope.
    let room = (high - low).max(high.abs() * 0.01).max(1e-9) * 0.08;
    let missing = chart.territory.iter().any(|v| v.number().is_none());
    Area {
        across: Across::Units,
        size: (280, 128),
        // Signs of missing values stand on the axis: lines keep above them.
        margins: (32, 52, if missing { 46 } else { 26 }, 8),
        x: (0.0, last(chart).max(1.0)),
        y: (low - room, high + room),
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are a dozen vintages")]
fn last(chart: &Lines) -> f64 {
    chart.vintages.len().saturating_sub(1) as f64
}

/// Cuts values into runs of published and comparable ones, as (rank, value).
fn runs(values: &[Value], breaks: &[Break]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, value) in (0u32..).zip(values) {
        if breaks.iter().any(|b| b.at == i as usize) {
            runs.push(Vec::new());
        }
        match value.number() {
            Some(n) => {
                if let Some(run) = runs.last_mut() {
                    run.push((f64::from(i), n));
                }
            }
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|r| !r.is_empty());
    runs
}

/// Says that a vintage lies before a break and speaks of nothing: the shading says it once for all.
fn before_break_and_without_object(chart: &Lines, vintage: u32) -> bool {
    chart
        .breaks
        .iter()
        .any(|b| (vintage as usize) < b.at && chart.territory.iter().take(b.at).all(|v| *v == Value::State("so")))
}

fn breaks(out: &mut String, chart: &Lines, area: &Area) {
    let mut left = area.place(0.0, 0.0).0;
    for b in chart.breaks.iter().filter(|b| b.at > 0 && b.at < chart.vintages.len()) {
        #[expect(clippy::cast_precision_loss, reason = "there are a dozen vintages")]
        let (x, _) = area.place(b.at as f64 - 0.5, 0.0);
        let _ = write!(
            out,
            r#"<path d="M{} 24h{}v86h-{}z" fill="{WASH}"/><path d="M{} 22v88" stroke="{INK_3}" stroke-dasharray="2 2"/>"#,
            short(left),
            short(x - left),
            short(x - left),
            short(x)
        );
        words(out, chart, area, b, left, x);
        left = x;
    }
}

/// Writes what changed beside its line, on the side with more room, where it crosses least of the lines.
fn words(out: &mut String, chart: &Lines, area: &Area, b: &Break, left: f64, x: f64) {
    const LETTER: f64 = 5.4;
    let right = area.place(last(chart), 0.0).0;
    let before = x - left >= right - x;
    // Short rows read better than one long and one short.
    let room = if before { x - left } else { right - x }.min(116.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few letters")]
    let rows = wrap(b.words, ((room - 8.0) / LETTER).max(1.0) as usize);
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = rows.len() as f64 * 12.0;
    // Points of the lines on that side: the words go to the height that has the fewest.
    let crowd: Vec<f64> = [chart.territory, chart.reference]
        .into_iter()
        .flat_map(|values| (0u32..).zip(values))
        .filter_map(|(i, v)| v.number().map(|n| area.place(f64::from(i), n)))
        .filter(|&(px, _)| if before { px >= left && px <= x } else { px >= x })
        .map(|(_, py)| py)
        .collect();
    let top = [34.0, 58.0, 82.0, 46.0, 70.0]
        .into_iter()
        .filter(|top| top + height <= AXIS)
        .min_by_key(|top| crowd.iter().filter(|&&y| y > top - 14.0 && y < top + height).count())
        .unwrap_or(34.0);
    let (at, anchor) = if before {
        (x - 5.0, r#" text-anchor="end""#)
    } else {
        (x + 5.0, "")
    };
    let _ = write!(out, r#"<text font-size="10.5"{anchor} fill="{INK_3}">"#);
    for (i, row) in (0u32..).zip(&rows) {
        let _ = write!(
            out,
            r#"<tspan x="{}" y="{}">{}</tspan>"#,
            short(at),
            short(top + f64::from(i) * 12.0),
            escape(row)
        );
    }
    out.push_str("</text>");
}

fn axis(out: &mut String, chart: &Lines, area: &Area) {
    let count = u32::try_from(chart.vintages.len()).unwrap_or(0);
    let _ = write!(out, r#"<path d="M8 {AXIS}h220"#);
    for i in 0..count {
        let (x, _) = area.place(f64::from(i), 0.0);
        let tick = if i == 0 || i + 1 == count { "4" } else { "2.5" };
        let _ = write!(out, "M{} {AXIS}v{tick}", short(x));
    }
    let _ = write!(
        out,
        r#"" stroke="{LINE}" fill="none"/><g font-size="11" fill="{INK_3}">"#
    );
    if let Some(first) = chart.vintages.first() {
        let _ = write!(out, r#"<text x="8" y="125">{}</text>"#, escape(first));
    }
    if count > 1
        && let Some(last) = chart.vintages.last()
    {
        let _ = write!(
            out,
            r#"<text x="228" y="125" text-anchor="end">{}</text>"#,
            escape(last)
        );
    }
    out.push_str("</g>");
}

/// Writes the first and the last published values at their points.
fn ends(out: &mut String, chart: &Lines, area: &Area) {
    let points = |values: &[Value]| -> Vec<(usize, f64, f64, f64)> {
        (0u32..)
            .zip(values)
            .filter_map(|(i, v)| {
                let n = v.number()?;
                let (x, y) = area.place(f64::from(i), n);
                Some((i as usize, n, x, y))
            })
            .collect()
    };
    let (own, reference) = (points(chart.territory), points(chart.reference));
    let [of_own, of_reference] = chart.decimals;
    let write = |n: f64, rank: usize, decimals: &[u8]| format::number(n, decimals.get(rank).copied().unwrap_or(0));
    let (Some(&first), Some(&last)) = (own.first(), own.last()) else {
        if let Some(&(rank, n, x, y)) = reference.last() {
            text(
                out,
                x + 6.0,
                y + 4.0,
                "11.5",
                INK_2,
                false,
                &write(n, rank, of_reference),
            );
        }
        return;
    };
    let _ = write!(out, r#"<g fill="{ACCENT}">"#);
    let mut ends = vec![first, last];
    ends.dedup();
    for (_, _, x, y) in ends {
        let _ = write!(out, r#"<circle cx="{}" cy="{}" r="2.6"/>"#, short(x), short(y));
    }
    out.push_str("</g>");
    if first.0 != last.0 {
        let words = write(first.1, first.0, of_own);
        let x = (first.2 - 2.0).max(0.0);
        let y = clear(&[&own, &reference], x, x + label::width(&words, 11.5), first.3);
        text(out, x, y, "11.5", ACCENT, false, &words);
    }
    let mut y = last.3 + 4.0;
    if let Some(&(rank, n, rx, ry)) = reference.last() {
        let mut other = ry + 4.0;
        if rank == last.0 && (y - other).abs() < 13.0 {
            let middle = (y + other) / 2.0;
            // Equal values: the territory stays above.
            let own_above = last.3 <= ry;
            (y, other) = if own_above {
                (middle - 6.5, middle + 6.5)
            } else {
                (middle + 6.5, middle - 6.5)
            };
        }
        text(
            out,
            rx + 6.0,
            other,
            "11.5",
            INK_2,
            false,
            &write(n, rank, of_reference),
        );
    }
    text(out, last.2 + 6.0, y, "12", ACCENT, true, &write(last.1, last.0, of_own));
}

/// Finds the baseline nearest to `at` where a text from `left` to `right` crosses no line.
fn clear(lines: &[&[(usize, f64, f64, f64)]], left: f64, right: f64, at: f64) -> f64 {
    const SAMPLES: u32 = 8;
    let mut crossed = Vec::new();
    for pair in lines.iter().flat_map(|l| l.windows(2)) {
        let ((i, _, x0, y0), (j, _, x1, y1)) = (pair[0], pair[1]);
        if i + 1 != j || x1 < left || x0 > right {
            continue;
        }
        crossed.extend((0..=SAMPLES).filter_map(|k| {
            let x = x0 + (x1 - x0) * f64::from(k) / f64::from(SAMPLES);
            (x >= left && x <= right).then(|| y0 + (y1 - y0) * (x - x0) / (x1 - x0))
        }));
    }
    let top = crossed.iter().copied().fold(at, f64::min);
    let bottom = crossed.iter().copied().fold(at, f64::max);
    let cost = |y: f64| {
        let hits = crossed.iter().filter(|&&c| c > y - 10.0 && c < y + 3.0).count();
        let out = if (26.0..=AXIS - 4.0).contains(&y) { 0.0 } else { 100.0 };
        f64::from(u32::try_from(hits).unwrap_or(u32::MAX)) * 25.0 + out + (y - 4.0 - at).abs()
    };
    [at - 7.0, at + 16.0, top - 6.0, bottom + 14.0]
        .into_iter()
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
        .unwrap_or(at - 7.0)
}

fn text(out: &mut String, x: f64, y: f64, size: &str, fill: &str, bold: bool, words: &str) {
    let weight = if bold { r#" font-weight="700""# } else { "" };
    let _ = write!(
        out,
        r#"<text x="{}" y="{}" font-size="{size}"{weight} fill="{fill}">{}</text>"#,
        short(x),
        short(y),
        escape(words)
    );
}
