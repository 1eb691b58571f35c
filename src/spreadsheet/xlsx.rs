//! Office Open XML workbooks, streamed cell by cell.

mod marks;

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};
use chrono::NaiveDate;

use super::{Builder, Cell, Limits, Sheet};

pub(super) fn read(bytes: Vec<u8>, limits: Limits) -> Result<Vec<Sheet>, String> {
    let mut marks = marks::read(&bytes, limits);
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|_| "ce n’est pas un classeur .xlsx".to_owned())?;
    let mut builder = Builder::new(limits);
    let mut sheets = Vec::new();
    let known: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    for (name, hidden) in known {
        let mut rows = BTreeMap::new();
        // A chart sheet has no cells.
        let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else {
            continue;
        };
        loop {
            let next = cells.next_cell().map_err(|_| format!("feuille « {name} » abîmée"))?;
            let Some(cell) = next else { break };
            let (row, column) = cell.get_position();
            if let Some(value) = value(cell.get_value()) {
                builder
                    .put(&mut rows, row as usize + 1, column as usize + 1, value)
                    .map_err(|why| format!("feuille « {name} » : {why}"))?;
            }
        }
        drop(cells);
        fill_merged(&mut workbook, &name, &mut builder, &mut rows)?;
        let marks = marks.remove(&name).unwrap_or_default();
        sheets.push(Builder::sheet(Some(name), hidden, rows, marks));
    }
    Ok(sheets)
}

/// Repeats the value of a merged cell on each filled row it covers, in its first column.
fn fill_merged(
    workbook: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    builder: &mut Builder,
    rows: &mut BTreeMap<usize, BTreeMap<usize, Cell>>,
) -> Result<(), String> {
    let merged = workbook.merge_cells_by_sheet_name(name).unwrap_or_default();
    for area in merged {
        let (first, column) = (area.start.0 as usize + 1, area.start.1 as usize + 1);
        let last = area.end.0 as usize + 1;
        let Some(value) = rows.get(&first).and_then(|r| r.get(&column)).cloned() else {
            continue;
        };
        if last <= first {
            continue;
        }
        let covered: Vec<usize> = rows.range(first + 1..=last).map(|(row, _)| *row).collect();
        for row in covered {
            builder.put(rows, row, column, value.clone())?;
        }
    }
    Ok(())
}

fn value(data: &DataRef<'_>) -> Option<Cell> {
    Some(match data {
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            match NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day)) {
                Some(date) => Cell::Date(date),
                None => Cell::Number(date.as_f64()),
            }
        }
        DataRef::DateTimeIso(text) => match text.get(..10).and_then(|d| d.parse().ok()) {
            Some(date) => Cell::Date(date),
            None => Cell::Text(text.clone()),
        },
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(_) | DataRef::Empty => return None,
    })
}
