//! Parquet by slices, through polars: only the columns asked for, every cell as text.

use std::fs::File;
use std::path::Path;

use polars::error::PolarsError;
use polars::prelude::{DataType, ParquetReader, SerReader as _};

use super::{BATCH, Row};
use crate::diag::{Diagnostic, Result, foreign};
use crate::fs;

pub(super) struct Reader {
    names: Vec<String>,
    kept: Vec<usize>,
    total: usize,
    at: usize,
}

pub(super) fn open(path: &Path) -> Result<(Vec<String>, Reader)> {
    let file = fs::open(path)?;
    let (names, total) = contained(path, || {
        let mut reader = ParquetReader::new(file);
        let schema = reader.schema()?;
        let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        Ok((names, reader.num_rows()?))
    })?;
    let kept = (0..names.len()).collect();
    Ok((
        names.clone(),
        Reader {
            names,
            kept,
            total,
            at: 0,
        },
    ))
}

fn unreadable(path: &Path, error: &PolarsError) -> Diagnostic {
    crate::load::unreadable(error).at(path)
}

/// Reads with polars, which a damaged file may break.
fn contained<T>(path: &Path, read: impl FnOnce() -> std::result::Result<T, PolarsError>) -> Result<T> {
    let read = foreign::contained(read).ok_or_else(|| crate::load::damaged().at(path))?;
    Ok(read.map_err(|e| unreadable(path, &e))?)
}

impl Reader {
    pub(super) fn keep(&mut self, columns: &[usize]) {
        self.kept = columns.to_vec();
    }

    pub(super) fn next(&mut self, path: &Path) -> Result<Vec<Row>> {
        if self.at >= self.total {
            return Ok(Vec::new());
        }
        // A slice decodes whole row groups: large slices keep that cost low.
        let length = (BATCH * 8).min(self.total - self.at);
        let wanted: Vec<String> = self.kept.iter().filter_map(|c| self.names.get(*c).cloned()).collect();
        let file: File = fs::open(path)?;
        let frame = contained(path, || {
            ParquetReader::new(file)
                .with_columns(Some(wanted.clone()))
                .with_slice(Some((self.at, length)))
                .finish()
        })?;
        let mut columns = Vec::with_capacity(wanted.len());
        for name in &wanted {
            let column = frame.column(name).map_err(|e| unreadable(path, &e))?;
            let text = column.cast(&DataType::String).map_err(|e| unreadable(path, &e))?;
            columns.push(text.str().map_err(|e| unreadable(path, &e))?.rechunk().into_owned());
        }
        let rows = (0..frame.height())
            .map(|i| Row {
                number: u32::try_from(self.at + i + 1).unwrap_or(u32::MAX),
                cells: columns.iter().map(|c| c.get(i).unwrap_or("").trim()).collect(),
            })
            .collect();
        self.at += length;
        Ok(rows)
    }
}
