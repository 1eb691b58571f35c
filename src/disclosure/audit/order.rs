//! The order of a table's rows, which may say between which figures a hidden one falls.

use std::borrow::Cow;

use super::drawn::Marks;
use super::facts::Said;
use super::said::Number;

/// One row of a table, as far as the audit needs it.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub(super) label: String,
    /// Words of its other cells: the commune of an IRIS, an address.
    pub(super) words: String,
    /// Name of each figure, what it says, and its column.
    pub(super) cells: Vec<(Cow<'a, str>, Said, u16)>,
    /// Rank of the figure of the place itself among its cells.
    pub(super) own: Option<usize>,
    /// Column of the open cell, from 1.
    pub(super) column: u16,
    /// Goals that the row speaks of.
    pub(super) goals: Vec<f64>,
    /// Marks drawn in the row.
    pub(super) marks: Marks,
    /// Numbers outside its figures, and their columns.
    pub(super) strays: Vec<(Number, u16)>,
    pub(super) own_hidden: bool,
    pub(super) drawn: bool,
}

/// Finds a hidden row whose place among sorted values says an interval; gives its label.
///
/// A table in the order of labels or of codes says nothing. A column counts when its published numbers, three of them
/// different at least, are sorted and a hidden row stands between two of them.
pub(super) fn order_leak(table: &[Row<'_>]) -> Option<String> {
    // The reference stands first, whatever the order of the others.
    let whole = |r: &&Row<'_>| r.cells.first().is_some_and(|c| c.0.starts_with("metropole:"));
    let rows: Vec<&Row<'_>> = table.iter().filter(|r| !r.cells.is_empty() && !whole(r)).collect();
    if rows.len() < 4 {
        return None;
    }
    let places: Vec<&str> = rows.iter().map(|r| place(&r.cells[0].0)).collect();
    // One place on every row: a fiche, whose rows are indicators.
    if places.windows(2).all(|w| w[0] == w[1]) || places.windows(2).all(|w| w[0] <= w[1]) {
        return None;
    }
    // A table without heads of rows: its first words.
    let named = rows.iter().any(|r| !r.label.trim().is_empty());
    let label = |r: &Row<'_>| crate::format::fold(if named { r.label.trim() } else { r.words.trim() });
    let labels: Vec<String> = rows.iter().map(|r| label(r)).collect();
    let told = labels.iter().any(|l| !l.is_empty());
    if told && labels.windows(2).all(|w| w[0] <= w[1]) {
        return None;
    }
    // By the words of the row, then by its label: IRIS by commune and name.
    let by_words = |w: &[(String, &String)]| w.windows(2).all(|w| w[0] <= w[1]);
    let words = rows.iter().map(|r| crate::format::fold(r.words.trim())).zip(&labels);
    if told && by_words(&words.collect::<Vec<_>>()) {
        return None;
    }
    let columns = rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    // A column published on every row explains the order: the place of a row says nothing of its other figures.
    let explains = |column: &usize| {
        let values: Option<Vec<f64>> = rows
            .iter()
            .map(|r| match r.cells.get(*column)?.1 {
                Said::Number(v) => Some(v),
                _ => None,
            })
            .collect();
        values.is_some_and(|v| v.windows(2).all(|w| w[0] >= w[1]) && v.first() != v.last())
    };
    if (0..columns).any(|column| explains(&column)) {
        return None;
    }
    for column in 0..columns {
        let said: Vec<Option<Said>> = rows.iter().map(|r| r.cells.get(column).map(|c| c.1)).collect();
        let numbers: Vec<(usize, f64)> = said
            .iter()
            .enumerate()
            .filter_map(|(i, s)| match s {
                Some(Said::Number(v)) => Some((i, *v)),
                _ => None,
            })
            .collect();
        let sorted = numbers.windows(2).all(|w| w[0].1 <= w[1].1) || numbers.windows(2).all(|w| w[0].1 >= w[1].1);
        let mut distinct: Vec<u64> = numbers.iter().map(|n| n.1.to_bits()).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
            continue;
        };
        if distinct.len() < 3 || !sorted {
            continue;
        }
        let between = said
            .iter()
            .enumerate()
            .find(|(i, s)| *i > first.0 && *i < last.0 && s.is_some_and(Said::is_secret));
        if let Some((i, _)) = between {
            let row = rows[i];
            let label = if named { &row.label } else { &row.words };
            return Some(label.trim().to_owned());
        }
    }
    None
}

/// As [`order_leak`], of the items of a list: the rank of each, its first words, and its figures.
pub(super) fn items_leak(items: &[(u32, &str, Cow<'_, str>, Said)]) -> Option<String> {
    if items.len() < 4 {
        return None;
    }
    let rows: Vec<Row<'_>> = items
        .chunk_by(|a, b| a.0 == b.0)
        .map(|item| Row {
            label: super::scan::decode(item[0].1).into_owned(),
            cells: item.iter().map(|i| (i.2.clone(), i.3, 0)).collect(),
            ..Row::default()
        })
        .collect();
    order_leak(&rows)
}

/// `scale:code` of a figure's name.
fn place(cell: &str) -> &str {
    let mut colons = cell.match_indices(':');
    match (colons.next(), colons.next()) {
        (Some(_), Some((end, _))) => &cell[..end],
        _ => cell,
    }
}
