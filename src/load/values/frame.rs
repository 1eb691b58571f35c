//! A file of values → its columns as text, and the lines its rows stand on; read by polars, CSV or Parquet.

use std::path::Path;

use polars::prelude::*;

use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::fs;
use crate::load::table;

/// The table and, where they are not one per row in a row, the lines of its rows.
pub(super) fn frame(path: &Path) -> Result<(DataFrame, Option<Vec<usize>>)> {
    let failed = |e: &PolarsError| unreadable(e).at(path);
    let bytes = fs::read(path)?;
    if path.extension().is_some_and(|e| e == "parquet") {
        let read = foreign::contained(|| ParquetReader::new(std::io::Cursor::new(bytes)).finish());
        let frame = read.ok_or_else(|| damaged().at(path))?.map_err(|e| failed(&e))?;
        return Ok((frame, None));
    }
    let text = fs::decode(bytes).text;
    let separator = table::separator(&text);
    let options = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .with_has_header(true)
        .map_parse_options(|p| p.with_separator(separator).with_missing_is_null(false));
    let read = CsvReader::new(std::io::Cursor::new(text.as_bytes()))
        .with_options(options)
        .finish();
    match read {
        Ok(frame) => {
            let lines = lines_of_rows(&text, frame.height());
            Ok((frame, lines))
        }
        Err(e) => {
            let uneven = uneven(path, &text, separator);
            Err(if uneven.is_empty() { failed(&e).into() } else { uneven })
        }
    }
}

/// Rows that have not as many cells as the header, told with their line: the table's own reader does not say which.
fn uneven(path: &Path, text: &str, separator: u8) -> Diagnostics {
    const MOST: usize = 20;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.as_bytes());
    reader
        .byte_records()
        .filter_map(|record| record.err())
        .take(MOST)
        .map(|e| foreign::csv(&e).at(path))
        .collect()
}

/// A Parquet file on which its reader breaks.
pub(crate) fn damaged() -> Diagnostic {
    Diagnostic::error("fichier Parquet abîmé").hint("copier de nouveau le fichier d’origine, ou l’exporter de nouveau")
}

/// A fault of a table of columns, CSV or Parquet, in French.
pub(crate) fn unreadable(error: &PolarsError) -> Diagnostic {
    let (why, hint) = match error {
        PolarsError::NoData(_) => (
            "elle est vide".to_owned(),
            "y mettre au moins la ligne des noms de colonnes",
        ),
        PolarsError::Duplicate(_) => (
            "deux colonnes portent le même nom".to_owned(),
            "renommer ou retirer l’une d’elles",
        ),
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) => (
            "une colonne attendue manque".to_owned(),
            "vérifier les noms de colonnes de la première ligne",
        ),
        PolarsError::ShapeMismatch(_) => (
            "toutes ses lignes n’ont pas le même nombre de cellules".to_owned(),
            "vérifier le séparateur et les guillemets",
        ),
        PolarsError::IO { error, .. } => foreign::io(error),
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => return unreadable(error),
        _ => (
            "son contenu n’a pas la forme attendue".to_owned(),
            "vérifier le séparateur, les guillemets et le nombre de colonnes ; pour un fichier Parquet, l’exporter de nouveau",
        ),
    };
    Diagnostic::error(format!("table illisible : {why}")).hint(hint)
}

/// Line of each of `height` rows under the header; none when row `i` is on line `i + 2`.
///
/// Line breaks inside quotes and empty lines make the rank of a row another number than its line. The table's reader
/// keeps an empty line as a row of nothing, which [`crate::diag::lines`] never meets: the rows are counted here.
fn lines_of_rows(text: &str, height: usize) -> Option<Vec<usize>> {
    let text = text.trim_end_matches(['\r', '\n']);
    if memchr::memchr_iter(b'\n', text.as_bytes()).count() == height {
        return None;
    }
    let mut starts: Vec<(usize, bool)> = Vec::new();
    let (mut line, mut quoted, mut start, mut empty) = (1, false, 1, true);
    for byte in text.bytes() {
        match byte {
            b'\n' if !quoted => {
                starts.push((start, empty));
                line += 1;
                (start, empty) = (line, true);
                continue;
            }
            b'\n' => line += 1,
            b'"' => quoted = !quoted,
            _ => {}
        }
        empty &= byte == b'\r';
    }
    starts.push((start, empty));
    let header = starts.iter().position(|(_, empty)| !empty)?;
    let mut rows = starts.split_off(header + 1);
    // Empty lines are rows of nothing, or no rows.
    if rows.len() != height {
        rows.retain(|(_, empty)| !empty);
    }
    (rows.len() == height).then(|| rows.into_iter().map(|(line, _)| line).collect())
}
