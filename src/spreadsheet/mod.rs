//! Spreadsheets as people make them, read as sparse sheets of cells.
//!
//! Enters: the bytes of an xlsx, an ods or a text table (`;`, `,`, tab or `|`). Leaves: [`Sheet`]s with the row
//! and column numbers their author sees. Stays out: what the cells mean.
//!
//! The file may be hostile: its size, its inflated size (declared, then real), its rows and its cells are
//! bounded before anything is laid out in memory, cells are streamed, and a panic of the reader is contained.

mod ods;
mod text;
mod xlsx;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};
use std::path::Path;

use chrono::NaiveDate;

use crate::diag::{Diagnostic, Result};
use crate::fs;

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text, as typed.
    Text(String),
    /// A number; a date typed without a date format is one too, see [`serial_date`].
    Number(f64),
    /// A date, without its time of day.
    Date(NaiveDate),
    /// A true or false.
    Bool(bool),
}

impl Cell {
    /// Gives the cell as a reader would type it: no trailing `.0`, dates as `2026-01-31`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Bool(true) => "oui".to_owned(),
            Self::Bool(false) => "non".to_owned(),
        }
    }
}

/// One row: its number from 1, and its filled cells by column number from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number of the row in the sheet, or of the line in a text file, from 1.
    pub number: usize,
    /// Filled cells by column, from 1.
    pub cells: BTreeMap<usize, Cell>,
    /// Its author does not see it: hidden, or left out by a filter.
    pub hidden: bool,
    /// Columns of its cells that are struck through.
    pub struck: BTreeSet<usize>,
}

/// What the author of a sheet sees of its rows beside what their cells hold; rows and columns from 1.
#[derive(Debug, Default)]
struct Marks {
    hidden: BTreeSet<usize>,
    struck: BTreeMap<usize, BTreeSet<usize>>,
}

/// One sheet, in the order of its rows; empty rows are absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Name of the sheet; none for a text file.
    pub name: Option<String>,
    /// Its author does not see it.
    pub hidden: bool,
    /// Rows with at least one filled cell.
    pub rows: Vec<Row>,
}

/// Longest text of a cell, as in the usual spreadsheets.
const LONGEST_TEXT: usize = 32_767;

/// What a file may ask for at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Size of the file, in bytes.
    pub file: u64,
    /// Size of the file once inflated, in bytes.
    pub inflated: u64,
    /// Filled cells, all sheets together.
    pub cells: usize,
    /// Highest row number.
    pub rows: usize,
    /// Highest column number.
    pub columns: usize,
}

impl Limits {
    /// Enough for a list of people, typed by hand.
    pub const LIST: Self = Self {
        file: 20 << 20,
        inflated: 32 << 20,
        cells: 400_000,
        rows: 1_048_576,
        columns: 16_384,
    };
}

/// Reads all the sheets of a file, whatever its extension says.
///
/// # Errors
/// A file that cannot be read, is of another kind, is encrypted, or passes `limits`.
pub fn open(path: &Path, limits: Limits) -> Result<Vec<Sheet>> {
    let size = fs::size(path)?;
    if size > limits.file {
        return Err(too_big(
            path,
            &format!("{} Mo", size >> 20),
            &format!("{} Mo", limits.file >> 20),
        )
        .into());
    }
    read(path, fs::read(path)?, limits)
}

/// Reads all the sheets of a file already in memory; `path` serves the messages.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path, bytes: Vec<u8>, limits: Limits) -> Result<Vec<Sheet>> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(
            Diagnostic::error("classeur à l’ancien format .xls, ou protégé par un mot de passe")
                .at(path)
                .hint("l’ouvrir dans un tableur et l’enregistrer au format .xlsx, sans mot de passe")
                .into(),
        );
    }
    if !bytes.starts_with(b"PK") {
        return text::read(path, bytes, limits);
    }
    let opendocument = check_archive(path, &bytes, limits)?;
    let parsed = std::panic::catch_unwind(move || {
        if opendocument {
            ods::read(&bytes, limits)
        } else {
            xlsx::read(bytes, limits)
        }
    });
    match parsed {
        Ok(Ok(sheets)) => Ok(sheets),
        Ok(Err(why)) => Err(unreadable(path, &why).into()),
        Err(_) => Err(unreadable(path, "sa structure est incohérente").into()),
    }
}

/// Gives the date of a serial number of a spreadsheet (days since 30 December 1899), from 1930 to 2099.
pub fn serial_date(number: f64) -> Option<NaiveDate> {
    if !(10_959.0..73_051.0).contains(&number) {
        return None;
    }
    // The range above fits an i64.
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::Duration::days(number.floor() as i64))
}

/// Gives the column number, from 1, of a reference such as `AB12`.
fn column_number(reference: &str) -> usize {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase);
    letters.fold(0, |n: usize, b| {
        n.saturating_mul(26).saturating_add(usize::from(b - b'A') + 1)
    })
}

/// An attribute of a tag, whatever its namespace.
fn attribute(tag: &quick_xml::events::BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .flatten()
        .find(|a| a.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

/// Gives the letters a spreadsheet shows for a column number from 1.
pub fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(char::from(b'A' + (column % 26) as u8));
        column /= 26;
    }
    letters.iter().rev().collect()
}

fn unreadable(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(format!("classeur illisible : {why}"))
        .at(path)
        .hint("l’ouvrir dans un tableur et l’enregistrer à nouveau au format .xlsx")
}

fn too_big(path: &Path, found: &str, allowed: &str) -> Diagnostic {
    Diagnostic::error(format!("fichier trop grand : {found}, {allowed} au plus"))
        .at(path)
        .hint("n’y laisser que la liste : une feuille, sans image ni ligne vide mise en forme")
}

/// Checks declared then real sizes of a zip, and tells whether it is an OpenDocument.
fn check_archive(path: &Path, bytes: &[u8], limits: Limits) -> Result<bool> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable(path, "archive incomplète"))?;
    let allowed = format!("{} Mo", limits.inflated >> 20);
    if archive.len() > 4096 {
        return Err(too_big(path, &format!("{} éléments", archive.len()), "4 096").into());
    }
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|_| unreadable(path, "un de ses éléments est chiffré ou d’un format inconnu"))?;
        if entry.size() > limits.inflated {
            return Err(too_big(
                path,
                &format!("{} Mo une fois décompressé", entry.size() >> 20),
                &allowed,
            )
            .into());
        }
        let left = limits.inflated - total;
        // The declared size may lie: count what really comes out, and stop one byte past the limit.
        let real = std::io::copy(&mut entry.by_ref().take(left + 1), &mut std::io::sink())
            .map_err(|_| unreadable(path, "un de ses éléments est abîmé"))?;
        total += real;
        if total > limits.inflated {
            return Err(too_big(path, "décompressé, il dépasse la limite", &allowed).into());
        }
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    match (has("content.xml"), has("xl/workbook.xml") || has("[Content_Types].xml")) {
        (_, true) => Ok(false),
        (true, false) => Ok(true),
        (false, false) => Err(unreadable(path, "ce n’est ni un .xlsx ni un .ods").into()),
    }
}

/// Gathers cells into rows and holds the limits.
struct Builder {
    limits: Limits,
    left: usize,
}

impl Builder {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            left: limits.cells,
        }
    }

    /// Adds a cell; blank texts are left out.
    fn put(
        &mut self,
        rows: &mut BTreeMap<usize, BTreeMap<usize, Cell>>,
        row: usize,
        column: usize,
        cell: Cell,
    ) -> std::result::Result<(), String> {
        if matches!(&cell, Cell::Text(text) if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}'))
        {
            return Ok(());
        }
        if row > self.limits.rows || column > self.limits.columns {
            return Err(format!("cellule hors de la feuille (ligne {row}, colonne {column})"));
        }
        if let Cell::Text(text) = &cell
            && text.len() > LONGEST_TEXT
            && text.chars().count() > LONGEST_TEXT
        {
            return Err(format!("texte de plus de {LONGEST_TEXT} caractères dans une cellule"));
        }
        if self.left == 0 {
            return Err(format!("plus de {} cellules remplies", self.limits.cells));
        }
        self.left -= 1;
        rows.entry(row).or_default().insert(column, cell);
        Ok(())
    }

    fn sheet(
        name: Option<String>,
        hidden: bool,
        rows: BTreeMap<usize, BTreeMap<usize, Cell>>,
        mut marks: Marks,
    ) -> Sheet {
        let row = |(number, cells)| Row {
            number,
            cells,
            hidden: marks.hidden.contains(&number),
            struck: marks.struck.remove(&number).unwrap_or_default(),
        };
        let rows = rows.into_iter().map(row).collect();
        Sheet { name, hidden, rows }
    }
}

#[cfg(test)]
mod tests;
