//! Separated values in any encoding, streamed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use super::{BATCH, Row, join_header, no_header};
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::fs;
use crate::prepare::recipe::Table;

pub(super) struct Reader {
    reader: csv::Reader<BufReader<std::fs::File>>,
    width: usize,
    kept: Option<Vec<usize>>,
    record: csv::ByteRecord,
    ended: bool,
    other_encoding: bool,
    told: usize,
    /// Whether lines end in CR LF, as a spreadsheet under Windows writes them.
    crlf: bool,
}

pub(super) fn open(path: &Path, table: &Table) -> Result<(Vec<String>, Reader)> {
    let mut file = BufReader::with_capacity(1 << 20, fs::open(path)?);
    let failed = |e: std::io::Error| fs::io_error(path, "lecture", &e);
    let start = file.fill_buf().map_err(failed)?;
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        return Err(Diagnostic::error("fichier en UTF-16")
            .at(path)
            .hint("l’enregistrer au format « CSV UTF-8 » dans le tableur")
            .into());
    }
    let mark = if start.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let separator = match table.separator.as_deref() {
        Some("tab" | "\t") => b'\t',
        Some(text) if text.len() == 1 => text.as_bytes()[0],
        Some(text) => {
            return Err(
                Diagnostic::error(format!("séparateur « {text} » : un seul caractère attendu, ou \"tab\""))
                    .at(path)
                    .into(),
            );
        }
        None => separator(&start[mark..], table.header.unwrap_or(1)),
    };
    let crlf = start
        .iter()
        .position(|b| *b == b'\n')
        .is_some_and(|n| start[..n].ends_with(b"\r"));
    file.consume(mark);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(file);
    let last = table.header.unwrap_or(1).max(1);
    let count = table.header_rows.unwrap_or(1).max(1);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut record = csv::ByteRecord::new();
    // Records are counted, not lines: a header may hold newlines between quotes.
    for at in 1..=last {
        if !reader.read_byte_record(&mut record).map_err(|e| unreadable(path, &e))? {
            return Err(no_header(path, last).into());
        }
        if at + count > last {
            rows.push(decode(&record, None).0.iter().map(|c| c.trim().to_owned()).collect());
        }
    }
    let header = join_header(&rows);
    let reader = Reader {
        reader,
        width: header.len(),
        kept: None,
        record,
        ended: false,
        other_encoding: false,
        told: 0,
        crlf,
    };
    Ok((header, reader))
}

/// Finds the separator that the header line uses most, outside of quotes.
fn separator(start: &[u8], line: usize) -> u8 {
    let mut quoted = false;
    let mut at = 1;
    let mut counts = [(b';', 0u32), (b',', 0), (b'\t', 0), (b'|', 0)];
    for &byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                if at == line {
                    break;
                }
                at += 1;
            }
            byte if !quoted && at == line => {
                if let Some(entry) = counts.iter_mut().find(|(s, _)| *s == byte) {
                    entry.1 += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals wins: `;` is the most usual in France.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b';', |(s, _)| *s)
}

/// Text of a record, its cells trimmed; true when it was not UTF-8.
fn decode(record: &csv::ByteRecord, kept: Option<&[usize]>) -> (csv::StringRecord, bool) {
    let mut out = csv::StringRecord::with_capacity(record.as_slice().len(), kept.map_or(record.len(), <[usize]>::len));
    let mut other = false;
    let mut push = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => out.push_field(text.trim()),
        Err(_) => {
            other = true;
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            out.push_field(text.trim());
        }
    };
    match kept {
        Some(columns) => columns.iter().for_each(|c| push(record.get(*c).unwrap_or(b""))),
        None => record.iter().for_each(push),
    }
    (out, other)
}

impl Reader {
    pub(super) fn keep(&mut self, columns: &[usize]) {
        self.kept = Some(columns.to_vec());
    }

    /// Line on which the record just read starts, from 1.
    ///
    /// The library's own position of a record precedes what is left of the line before (the LF of a CR LF) and the empty
    /// lines in between; its position after the record is exact: the lines inside the record are taken from it.
    fn line(&self) -> u64 {
        let inside = memchr::memchr_iter(b'\n', self.record.as_slice()).count();
        let ended = self.reader.position().line() - u64::from(!self.crlf);
        let start = self.record.position().map_or(0, csv::Position::line);
        ended.saturating_sub(inside as u64).max(start)
    }

    pub(super) fn next(&mut self, path: &Path, found: &mut Diagnostics) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        while !self.ended && rows.len() < BATCH {
            if !self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|e| unreadable(path, &e))?
            {
                self.ended = true;
                break;
            }
            if self.record.iter().all(|f| f.iter().all(u8::is_ascii_whitespace)) {
                continue;
            }
            let line = self.line();
            let number = u32::try_from(line).unwrap_or(u32::MAX);
            let length = self.record.len();
            let surplus = self.record.iter().skip(self.width).any(|f| !f.is_empty());
            if (length < self.width || surplus) && self.told < 20 {
                self.told += 1;
                found.push(
                    Diagnostic::warning(format!("{length} champs, {} attendus", self.width))
                        .at(path)
                        .line(line.try_into().unwrap_or(usize::MAX))
                        .hint("un guillemet ou un séparateur manque sans doute sur cette ligne ou juste avant"),
                );
            }
            let (cells, other) = decode(&self.record, self.kept.as_deref());
            if other && !self.other_encoding {
                self.other_encoding = true;
                found.push(
                    Diagnostic::warning("fichier lu en windows-1252 (latin-1) là où il n’est pas en UTF-8").at(path),
                );
            }
            rows.push(Row { number, cells });
        }
        Ok(rows)
    }
}

fn unreadable(path: &Path, error: &csv::Error) -> Diagnostic {
    foreign::csv(error).at(path)
}
