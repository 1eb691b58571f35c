//! Workbooks: one sheet, one or several header rows.

use std::path::Path;

use super::{Row, fold, join_header, no_header};
use crate::diag::{Diagnostic, Result};
use crate::prepare::recipe::Table;
use crate::spreadsheet::{self, Limits};

/// A national result workbook weighs 31 MB; inflated it stays under these bounds.
const LIMITS: Limits = Limits {
    file: 128 << 20,
    inflated: 1 << 30,
    cells: 12_000_000,
    rows: 1_048_576,
    columns: 16_384,
};

pub(super) fn read(path: &Path, table: &Table) -> Result<(Vec<String>, Vec<Row>)> {
    let sheets = spreadsheet::open(path, LIMITS)?;
    let sheet = match &table.sheet {
        None => sheets.into_iter().find(|s| !s.rows.is_empty()),
        Some(name) => {
            let names: Vec<String> = sheets.iter().filter_map(|s| s.name.clone()).collect();
            let wanted = fold(name);
            let found = sheets
                .into_iter()
                .find(|s| s.name.as_deref().is_some_and(|n| fold(n) == wanted));
            if found.is_none() {
                return Err(Diagnostic::error(format!("feuille « {name} » introuvable"))
                    .at(path)
                    .suggest(name, names.iter().map(String::as_str))
                    .into());
            }
            found
        }
    };
    let Some(sheet) = sheet else {
        return Err(Diagnostic::error("classeur vide").at(path).into());
    };
    let last = table
        .header
        .unwrap_or_else(|| sheet.rows.first().map_or(1, |r| r.number));
    let first = last.saturating_sub(table.header_rows.unwrap_or(1).max(1)) + 1;
    let width = sheet
        .rows
        .iter()
        .filter_map(|r| r.cells.keys().next_back())
        .max()
        .copied()
        .unwrap_or(0);
    let line = |row: &spreadsheet::Row| -> Vec<String> {
        let text = |c| {
            row.cells
                .get(&c)
                .map_or_else(String::new, |c| c.to_text().trim().to_owned())
        };
        (1..=width).map(text).collect()
    };
    let titles: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .filter(|r| (first..=last).contains(&r.number))
        .map(line)
        .collect();
    if titles.is_empty() {
        return Err(no_header(path, last).into());
    }
    let rows = sheet
        .rows
        .iter()
        .filter(|r| r.number > last)
        .map(|r| Row {
            number: u32::try_from(r.number).unwrap_or(u32::MAX),
            cells: line(r).iter().map(String::as_str).collect(),
        })
        .collect();
    Ok((join_header(&titles), rows))
}
