//! Source files, whatever their format, as a header and batches of rows of text.
//!
//! - Enters: a path and how the recipe describes the file.
//! - Leaves: rows with the number their author sees; only the columns asked for.
//! - Stays out: what columns mean.
//!
//! CSV is streamed, not loaded: memory stays the same for a thousand rows or five million, line numbers stay exact
//! under newlines between quotes, and a badly encoded line spoils no other. Parquet goes through polars by slices.

mod geojson;
mod parquet;
mod separated;
mod workbook;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::recipe::{Format, Names, Table};
use crate::diag::{Diagnostic, Diagnostics, Result};

/// Rows read at a time.
pub(super) const BATCH: usize = 16_384;

/// One row: its number as its author sees it, and its cells.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Line, row of a sheet, or rank of a feature, from 1.
    pub(super) number: u32,
    /// Cells as text, in the order of [`Source::header`] or of the columns kept.
    pub(super) cells: csv::StringRecord,
}

/// An opened file.
pub(super) struct Source {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Names of its columns.
    pub(super) header: Vec<String>,
    /// Rows, by batches.
    rows: Rows,
    /// Findings that do not stop the reading: lines too short, encodings.
    pub(super) found: Diagnostics,
}

enum Rows {
    Separated(Box<separated::Reader>),
    Parquet(Box<parquet::Reader>),
    Memory(std::vec::IntoIter<Row>),
}

impl Source {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// A file that cannot be read, of an unknown format, or without the header announced.
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self> {
        let (header, rows) = match format(path, table)? {
            Format::Csv => {
                let (header, reader) = separated::open(path, table)?;
                (header, Rows::Separated(Box::new(reader)))
            }
            Format::Parquet => {
                let (header, reader) = parquet::open(path)?;
                (header, Rows::Parquet(Box::new(reader)))
            }
            Format::Geojson => {
                let (header, rows) = geojson::read(path)?;
                (header, Rows::Memory(rows.into_iter()))
            }
            Format::Xlsx => {
                let (header, rows) = workbook::read(path, table)?;
                (header, Rows::Memory(rows.into_iter()))
            }
        };
        Ok(Self {
            path: path.to_path_buf(),
            header,
            rows,
            found: Diagnostics::new(),
        })
    }

    /// Finds a column by its name, whatever its case, accents, spaces and newlines; `#12` is the twelfth column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        if let Some(rank) = name.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()) {
            return (1..=self.header.len()).contains(&rank).then(|| rank - 1);
        }
        let wanted = fold(name);
        self.header.iter().position(|h| fold(h) == wanted)
    }

    /// Finds a column under the names that the recipe or a layout gives it.
    pub(super) fn named(&self, name: &str, aliases: &BTreeMap<String, Names>) -> Option<usize> {
        let given = aliases
            .iter()
            .find(|(k, _)| fold(k) == fold(name))
            .map(|(_, names)| names);
        given
            .and_then(|names| names.iter().find_map(|n| self.column(n)))
            .or_else(|| self.column(name))
    }

    /// Keeps only these columns from now on; cells then come in this order.
    pub(super) fn keep(&mut self, columns: &[usize]) {
        match &mut self.rows {
            Rows::Separated(reader) => reader.keep(columns),
            Rows::Parquet(reader) => reader.keep(columns),
            Rows::Memory(rows) => {
                let kept = std::mem::take(rows)
                    .map(|row| Row {
                        number: row.number,
                        cells: columns.iter().map(|c| row.cells.get(*c).unwrap_or("")).collect(),
                    })
                    .collect::<Vec<_>>();
                *rows = kept.into_iter();
            }
        }
    }

    /// Reads the next rows; none at the end.
    ///
    /// # Errors
    /// A file that stops being readable.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Row>>> {
        let rows = match &mut self.rows {
            Rows::Separated(reader) => reader.next(&self.path, &mut self.found)?,
            Rows::Parquet(reader) => reader.next(&self.path)?,
            Rows::Memory(rows) => rows.take(BATCH).collect(),
        };
        Ok((!rows.is_empty()).then_some(rows))
    }
}

fn format(path: &Path, table: &Table) -> Result<Format> {
    if let Some(format) = table.format {
        return Ok(format);
    }
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "csv" | "txt" | "tsv" => Ok(Format::Csv),
        "parquet" => Ok(Format::Parquet),
        "geojson" | "json" => Ok(Format::Geojson),
        "xlsx" | "xlsm" | "ods" | "xls" | "xlsb" => Ok(Format::Xlsx),
        _ => Err(Diagnostic::error("format inconnu d’après l’extension")
            .at(path)
            .hint("ajouter format = \"csv\", \"parquet\", \"geojson\" ou \"xlsx\" à la table")
            .into()),
    }
}

/// Folds a column name: lower case, no accents, one `_` for what is neither letter nor digit.
pub(super) fn fold(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in crate::format::fold(name).chars() {
        if c.is_alphanumeric() || c == '.' {
            out.push(c);
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// Joins several header rows into one: a group title spreads to its right, then titles of a column are joined.
pub(super) fn join_header(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut header = vec![String::new(); width];
    for (i, row) in rows.iter().enumerate() {
        let mut group = "";
        for (column, title) in header.iter_mut().enumerate() {
            let cell = row.get(column).map_or("", |c| c.trim());
            if !cell.is_empty() {
                group = cell;
            }
            let text = if i + 1 < rows.len() { group } else { cell };
            if !text.is_empty() {
                if !title.is_empty() {
                    title.push(' ');
                }
                title.push_str(text);
            }
        }
    }
    header
}

/// Says that the header announced is not there.
pub(super) fn no_header(path: &Path, line: usize) -> Diagnostic {
    Diagnostic::error(format!("aucune ligne d’en-tête à la ligne {line}"))
        .at(path)
        .line(line)
        .hint("indiquer header = N, le numéro de la dernière ligne d’en-tête")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_folded() {
        assert_eq!(fold("Nombre_lls_ Inventaire_au"), fold("nombre lls inventaire AU"));
        assert_eq!(
            fold("Résidences principales\nAvant 1919"),
            "residences_principales_avant_1919"
        );
    }

    #[test]
    fn header_rows_are_joined() {
        let rows = [
            vec!["".to_owned(), "Parc".to_owned(), String::new()],
            vec!["DEP".to_owned(), "Total".to_owned(), "Vacants".to_owned()],
        ];
        assert_eq!(join_header(&rows), ["DEP", "Parc Total", "Parc Vacants"]);
    }
}
