//! Small tables read row by row, with the line of each row and the column of each field.

use std::path::{Path, PathBuf};

use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

/// A table of texts.
#[derive(Debug)]
pub struct Table {
    /// File it comes from.
    pub path: PathBuf,
    header: Vec<String>,
    rows: Vec<Row>,
    /// Whether a field has a column in the file: not in a GeoJSON.
    columns: bool,
    /// Whether rows could not be read, and are not among the rows.
    pub torn: bool,
}

/// A row and its line in the file, from 1.
#[derive(Debug)]
pub struct Row {
    /// Line in the file.
    pub line: usize,
    fields: Vec<String>,
}

/// Chooses `;`, `,` or tab: the one most seen in the header line.
pub fn separator(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or("");
    [b';', b',', b'\t']
        .into_iter()
        .max_by_key(|s| (line.bytes().filter(|b| b == s).count(), *s == b';'))
        .unwrap_or(b';')
}

impl Table {
    /// Reads a table whose header must be made of `known` columns, all of `required` among them.
    ///
    /// Any order and case of columns; UTF-8, latin-1 or cp1252; `;`, `,` or tab. `aliases` gives other spellings.
    ///
    /// # Errors
    /// Unknown, missing or repeated columns; rows with too many fields.
    pub fn read(path: &Path, known: &[&str], required: &[&str], aliases: &[(&str, &str)]) -> Result<Self> {
        let mut found = Diagnostics::new();
        match Self::salvage(path, known, required, aliases, &mut found) {
            Some(table) if found.is_empty() => Ok(table),
            _ => Err(found.sorted()),
        }
    }

    /// Reads a table for what can be read of it, so that its rows are checked too; its faults go to `found`.
    ///
    /// An unknown column is left out, and so is a row with too many fields. None when a required column is missing or
    /// stands twice, or when the file is no table.
    pub fn salvage(
        path: &Path,
        known: &[&str],
        required: &[&str],
        aliases: &[(&str, &str)],
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let text = found.absorb(fs::read_text(path))?.text;
        if text.starts_with("PK\u{3}\u{4}") {
            found.push(
                Diagnostic::error("ce fichier est un classeur, non une table en texte")
                    .at(path)
                    .hint(
                    "l’ouvrir dans le tableur et l’enregistrer au format « CSV UTF-8 » ; changer son nom ne suffit pas",
                ),
            );
            return None;
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut lines = Lines::new(&text);
        let mut header = Vec::new();
        let mut rows = Vec::new();
        let (mut whole, mut torn) = (true, false);
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(e) => {
                    found.push(lines.fault(&e).at(path));
                    return None;
                }
            };
            let line = lines.of(record.position());
            if header.is_empty() {
                header = record.iter().map(|h| canonical(h, aliases)).collect::<Vec<_>>();
                whole = check_header(&header, known, required, path, line, found);
                continue;
            }
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() > header.len() {
                found.push(
                    Diagnostic::error(format!("{} champs trouvés, {} attendus", record.len(), header.len()))
                        .at(path)
                        .line(line)
                        .column(header.len() + 1)
                        .hint("mettre entre guillemets un texte qui contient le séparateur"),
                );
                torn = true;
                continue;
            }
            rows.push(Row {
                line,
                fields: record.iter().map(str::to_owned).collect(),
            });
        }
        if header.is_empty() {
            found.push(
                Diagnostic::error("fichier vide")
                    .at(path)
                    .line(1)
                    .hint(format!("première ligne attendue : {}", known.join(";"))),
            );
        }
        (whole && !header.is_empty()).then(|| Self {
            path: path.to_path_buf(),
            header,
            rows,
            columns: true,
            torn,
        })
    }

    /// Makes a table of rows read otherwise, each with its line.
    pub fn of(path: &Path, header: &[&str], rows: Vec<(usize, Vec<String>)>) -> Self {
        Self {
            path: path.to_path_buf(),
            header: header.iter().map(|h| (*h).to_owned()).collect(),
            rows: rows.into_iter().map(|(line, fields)| Row { line, fields }).collect(),
            columns: false,
            torn: false,
        }
    }

    /// Rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Fields<'_>> {
        self.rows.iter().map(|row| Fields { table: self, row })
    }
}

fn canonical(name: &str, aliases: &[(&str, &str)]) -> String {
    let name = crate::format::fold(name.trim());
    aliases
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, to)| (*to).to_owned())
}

/// Tells what is wrong in a header; false when its rows cannot be read with it.
fn check_header(
    header: &[String],
    known: &[&str],
    required: &[&str],
    path: &Path,
    line: usize,
    found: &mut Diagnostics,
) -> bool {
    let mut whole = true;
    for (i, name) in header.iter().enumerate() {
        let at = |d: Diagnostic| d.at(path).line(line).column(i + 1);
        if !known.contains(&name.as_str()) {
            found.push(
                at(Diagnostic::error(format!("colonne « {name} » non décrite")).hint("retirer cette colonne"))
                    .suggest(name, known.iter().copied()),
            );
        } else if header[..i].contains(name) {
            whole = false;
            found.push(at(
                Diagnostic::error(format!("colonne « {name} » présente deux fois")).hint("n’en garder qu’une")
            ));
        }
    }
    for name in required.iter().filter(|n| !header.iter().any(|h| h == *n)) {
        whole = false;
        found.push(
            Diagnostic::error(format!("colonne « {name} » absente"))
                .at(path)
                .line(line)
                .hint(format!("colonnes attendues : {}", known.join(";"))),
        );
    }
    whole
}

/// One row, read by column name.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl<'a> Fields<'a> {
    /// Line in the file, from 1.
    pub fn line(&self) -> usize {
        self.row.line
    }

    /// The field of a column; empty when the column or the field is absent.
    pub fn get(&self, column: &str) -> &'a str {
        self.position(column)
            .and_then(|i| self.row.fields.get(i))
            .map_or("", String::as_str)
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.table.header.iter().position(|h| h == column)
    }

    /// An error about a field of this row.
    pub fn error(&self, column: &str, message: impl Into<String>) -> Diagnostic {
        let d = Diagnostic::error(message).at(&self.table.path).line(self.row.line);
        match self.position(column) {
            Some(i) if self.table.columns => d.column(i + 1),
            _ => d,
        }
    }

    /// A field that must not be empty.
    ///
    /// # Errors
    /// An empty field, with its place.
    pub fn required(&self, column: &str) -> Result<&'a str> {
        match self.get(column) {
            "" => Err(self
                .error(column, format!("« {column} » est vide"))
                .hint("renseigner cette case")
                .into()),
            text => Ok(text),
        }
    }
}

/// Reads a number as French spreadsheets write it: comma or point, spaces between thousands, `%` or `€` at the end.
pub fn number(text: &str) -> Option<f64> {
    if let Ok(value) = text.parse::<f64>() {
        return (value.is_finite() && !text.contains(['n', 'N', 'i', 'I'])).then_some(value);
    }
    let text: String = text
        .trim_end_matches(['%', '€'])
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{A0}' | '\u{202F}'))
        .map(|c| {
            if c == ',' {
                '.'
            } else if c == '−' {
                '-'
            } else {
                c
            }
        })
        .collect();
    if !text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
    {
        return None;
    }
    text.parse::<f64>().ok().filter(|v| v.is_finite())
}

/// Says that a field is not an angle.
pub(super) fn degrees(found: &str, limit: f64) -> String {
    match found {
        "" => "case vide : degrés attendus".to_owned(),
        text => format!("« {text} » : degrés attendus, entre −{limit} et {limit}"),
    }
}

/// Reads `oui` or `non`.
pub fn yes_no(text: &str) -> Option<bool> {
    match crate::format::fold(text).as_str() {
        "oui" | "true" | "1" | "vrai" => Some(true),
        "non" | "false" | "0" | "faux" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_spreadsheets_write_them() {
        assert_eq!(number("1\u{202F}234,5"), Some(1234.5));
        assert_eq!(number("35,28%"), Some(35.28));
        assert_eq!(number("12.5"), Some(12.5));
        assert_eq!(number("1 234"), Some(1234.0));
        for bad in ["", "NaN", "inf", "s", "12a", "1,2,3"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_separator_is_the_one_of_the_header() {
        assert_eq!(separator("a;b;c\n1,5;2,5;3"), b';');
        assert_eq!(separator("a,b\n"), b',');
    }
}
