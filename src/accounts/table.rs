//! Small text tables of the register: one line per thing, `;` between fields, dates as `2026-03-12`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

/// One line of a table, read by the name of its columns.
pub(super) struct Record {
    path: PathBuf,
    pub(super) line: usize,
    values: BTreeMap<&'static str, String>,
}

impl Record {
    /// Gives a field; empty when it is.
    pub(super) fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }

    /// Gives a field, or nothing when it is empty.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        Some(self.get(column).to_owned()).filter(|v| !v.is_empty())
    }

    /// Gives a date, or nothing when the field is empty.
    pub(super) fn date(&self, column: &str) -> Result<Option<NaiveDate>> {
        let value = self.get(column);
        if value.is_empty() {
            return Ok(None);
        }
        match value.parse() {
            Ok(date) => Ok(Some(date)),
            Err(_) => Err(self.wrong(column, value, "une date comme 2026-03-12 attendue").into()),
        }
    }

    /// Gives a date that must be there.
    pub(super) fn needed_date(&self, column: &str) -> Result<NaiveDate> {
        self.date(column)?
            .ok_or_else(|| self.wrong(column, "", "une date comme 2026-03-12 attendue").into())
    }

    /// Says that a field is wrong.
    pub(super) fn wrong(&self, column: &str, value: &str, expected: &str) -> Diagnostic {
        Diagnostic::error(format!("colonne « {column} », « {value} » : {expected}"))
            .at(&self.path)
            .line(self.line)
    }
}

/// Reads a table; an absent file is an empty table.
pub(super) fn read(path: &Path, columns: &[&'static str]) -> Result<Vec<Record>> {
    if !fs::exists(path) {
        return Ok(Vec::new());
    }
    let text = fs::read_text(path)?.text;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|_| Diagnostic::error("en-tête illisible").at(path).line(1))?
        .clone();
    let mut found = Diagnostics::new();
    let place = |column: &&'static str| headers.iter().position(|h| h == *column);
    for column in columns.iter().filter(|c| place(c).is_none()) {
        found.push(
            Diagnostic::error(format!("colonne « {column} » absente"))
                .at(path)
                .line(1),
        );
    }
    for header in headers.iter().filter(|h| !columns.contains(h)) {
        let unknown = Diagnostic::error(format!("colonne « {header} » inconnue"))
            .at(path)
            .line(1);
        found.push(unknown.suggest(header, columns.iter().copied()));
    }
    if found.has_error() {
        return Err(found);
    }
    let mut lines = Lines::new(&text);
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| lines.fault(&e).at(path))?;
        let line = lines.of(row.position());
        if row.len() != headers.len() {
            let message = format!("{} champs, {} attendus", row.len(), headers.len());
            found.push(Diagnostic::error(message).at(path).line(line));
            continue;
        }
        let values = columns
            .iter()
            .filter_map(|c| Some((*c, row.get(place(c)?)?.trim().to_owned())))
            .collect();
        records.push(Record {
            path: path.to_path_buf(),
            line,
            values,
        });
    }
    if found.has_error() { Err(found) } else { Ok(records) }
}

/// Writes a table: header, then one line per row.
pub(super) fn write(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = line(columns.iter().copied());
    for row in rows {
        out.push_str(&line(row.iter().map(String::as_str)));
    }
    out.into_bytes()
}

/// Writes one line; quotes where a field needs them.
pub(super) fn line<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = fields
        .into_iter()
        .map(|f| {
            if f.contains([';', '"', '\n', '\r']) {
                format!("\"{}\"", f.replace('"', "\"\""))
            } else {
                f.to_owned()
            }
        })
        .collect();
    format!("{}\n", quoted.join(";"))
}

/// Writes a date, or nothing.
pub(super) fn date(date: Option<NaiveDate>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}
