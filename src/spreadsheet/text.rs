//! Text tables: encoding and separator are found, not asked.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Builder, Cell, Limits, Sheet};
use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Result};
use crate::fs;

const SEPARATORS: [u8; 4] = [b';', b',', b'\t', b'|'];

pub(super) fn read(path: &Path, bytes: Vec<u8>, limits: Limits) -> Result<Vec<Sheet>> {
    let text = decode(bytes);
    if text.contains('\0') {
        return Err(
            Diagnostic::error("ce fichier n’est ni un tableau en texte, ni un classeur .xlsx ou .ods")
                .at(path)
                .hint("l’enregistrer au format .xlsx ou .csv depuis le tableur")
                .into(),
        );
    }
    // Some spreadsheets announce the separator on a first line of its own.
    let announced = text
        .strip_prefix("sep=")
        .and_then(|rest| rest.bytes().next())
        .filter(|b| SEPARATORS.contains(b));
    let separator = announced.unwrap_or_else(|| guess_separator(&text));
    // Before anything is laid out: the reader keeps the place of each field of a line.
    for (index, line) in text.lines().enumerate() {
        if line.bytes().filter(|b| *b == separator).count() > limits.columns {
            return Err(Diagnostic::error(format!("plus de {} colonnes", limits.columns))
                .at(path)
                .line(index + 1)
                .into());
        }
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut lines = Lines::new(&text);
    let mut builder = Builder::new(limits);
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|e| lines.fault(&e).at(path))?;
        let line = lines.of(record.position());
        if line == 1 && announced.is_some() {
            continue;
        }
        for (column, value) in record.iter().enumerate() {
            builder
                .put(&mut rows, line, column + 1, Cell::Text(value.to_owned()))
                .map_err(|why| Diagnostic::error(why).at(path).line(line))?;
        }
    }
    Ok(vec![Builder::sheet(None, false, rows, super::Marks::default())])
}

/// Decodes UTF-16 with its mark (the "Unicode text" of spreadsheets), else as [`fs::decode`].
fn decode(bytes: Vec<u8>) -> String {
    match encoding_rs::Encoding::for_bom(&bytes) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => encoding.decode(&bytes).0.into_owned(),
        _ => fs::decode(bytes).text,
    }
}

/// Takes the separator found on most lines, outside quotes; `;` when nothing decides.
fn guess_separator(text: &str) -> u8 {
    let mut score = [0usize; SEPARATORS.len()];
    for line in text.lines().take(50) {
        let mut quoted = false;
        let mut count = [0usize; SEPARATORS.len()];
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            } else if !quoted && let Some(i) = SEPARATORS.iter().position(|s| *s == byte) {
                count[i] += 1;
            }
        }
        for (total, n) in score.iter_mut().zip(count) {
            // A line that has the separator weighs more than one line that has it often.
            *total += if n > 0 { 10 + n.min(20) } else { 0 };
        }
    }
    let best = (0..SEPARATORS.len()).rev().max_by_key(|i| score[*i]).unwrap_or(0);
    SEPARATORS[best]
}
