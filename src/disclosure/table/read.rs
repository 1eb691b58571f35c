//! Reads a table in the layout of published test cases.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;

use super::decimal::Decimal;
use crate::diag::lines::Lines;
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::disclosure::attack::Terms;
use crate::fs;

/// One cell of a table.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Number of the cell in the file.
    pub id: u64,
    /// Its place in the table: the words of the descriptive columns.
    pub label: String,
    /// True value × `10^scale` × the multiple of its row.
    pub value: i64,
    /// Atoms and whole coefficients.
    pub terms: Terms,
    /// Multiple applied to the row so that its coefficients be whole.
    pub multiple: i64,
    /// Hidden by the first rule.
    pub primary: bool,
    /// Not published.
    pub suppressed: bool,
}

/// A table and the hiding pattern of its publication.
#[derive(Debug, Clone)]
pub struct Table {
    /// Number of atoms.
    pub atoms: usize,
    /// Values are whole multiples of `10^-scale`.
    pub scale: u32,
    /// Cells, in the order of the file.
    pub cells: Vec<Cell>,
}

/// A small file read whole, with its headers.
struct Sheet {
    columns: BTreeMap<String, usize>,
    rows: Vec<(usize, StringRecord)>,
}

fn sheet(path: &Path, needed: &[&str]) -> Result<Sheet> {
    let text = fs::read_text(path)?.text;
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let wrong = |line: usize, message: String| Diagnostic::error(message).at(path).line(line);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return Err(foreign::csv(&error).at(path).into()),
    };
    let columns: BTreeMap<String, usize> = headers
        .iter()
        .enumerate()
        .map(|(i, h)| (h.trim().to_owned(), i))
        .collect();
    let mut found = Diagnostics::new();
    for name in needed {
        if !columns.contains_key(*name) {
            let known = columns.keys().map(String::as_str);
            found.push(wrong(1, format!("colonne « {name} » absente")).suggest(name, known));
        }
    }
    let mut lines = Lines::new(&text);
    let mut rows = Vec::new();
    for record in reader.into_records() {
        match record {
            Ok(record) => {
                rows.push((lines.of(record.position()), record));
            }
            Err(error) => found.push(lines.fault(&error).at(path)),
        }
    }
    if found.is_empty() {
        Ok(Sheet { columns, rows })
    } else {
        Err(found)
    }
}

impl Sheet {
    fn get<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        self.columns.get(column).and_then(|i| row.get(*i)).unwrap_or("").trim()
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "TRUE" | "true" | "T" => Some(true),
        "0" | "FALSE" | "false" | "F" | "" | "NA" => Some(false),
        _ => None,
    }
}

/// Reads `inner.csv`, `cells.csv` and `x.csv` of a folder.
///
/// `inner.csv` is read for the number of atoms only; `suppressed` may be missing (then nothing is hidden but the
/// primary cells).
///
/// # Errors
/// Every row that cannot be read, with its line.
pub fn read(folder: &Path) -> Result<Table> {
    let (inner_path, cells_path, x_path) = (folder.join("inner.csv"), folder.join("cells.csv"), folder.join("x.csv"));
    let mut found = Diagnostics::new();
    let inner = found.absorb(sheet(&inner_path, &["inner"]));
    let cells = found.absorb(sheet(&cells_path, &["cell", "value", "primary"]));
    let x = found.absorb(sheet(&x_path, &["inner", "cell", "coef"]));
    let (Some(inner), Some(cells), Some(x)) = (inner, cells, x) else {
        return Err(found.sorted());
    };
    let mut atoms: BTreeMap<&str, u32> = BTreeMap::new();
    for (line, row) in &inner.rows {
        let next = u32::try_from(atoms.len()).unwrap_or(u32::MAX);
        let name = inner.get(row, "inner");
        if atoms.insert(name, next).is_some() {
            found.push(
                Diagnostic::error(format!("atome « {name} » en double"))
                    .at(&inner_path)
                    .line(*line),
            );
        }
    }
    let mut table = Table {
        atoms: atoms.len(),
        scale: 0,
        cells: Vec::new(),
    };
    let described = ["cell", "value", "primary", "suppressed", "lo", "up"];
    let mut labels: Vec<(usize, &String)> = cells
        .columns
        .iter()
        .filter(|(n, _)| !described.contains(&n.as_str()))
        .map(|(n, i)| (*i, n))
        .collect();
    labels.sort_unstable();
    let has_pattern = cells.columns.contains_key("suppressed");
    let mut values = Vec::new();
    let mut place: BTreeMap<u64, usize> = BTreeMap::new();
    for (line, row) in &cells.rows {
        let wrong = |column: &str, expected: &str| {
            let text = cells.get(row, column);
            Diagnostic::error(format!("colonne « {column} » : « {text} » ; {expected} attendu"))
                .at(&cells_path)
                .line(*line)
        };
        let id = cells.get(row, "cell").parse::<u64>().ok();
        let value = Decimal::parse(cells.get(row, "value"));
        let primary = flag(cells.get(row, "primary"));
        let suppressed = if has_pattern {
            flag(cells.get(row, "suppressed"))
        } else {
            primary
        };
        let (Some(id), Some(value), Some(primary), Some(suppressed)) = (id, value, primary, suppressed) else {
            let (column, expected) = match (id, value, primary) {
                (None, _, _) => ("cell", "un numéro"),
                (_, None, _) => ("value", "un nombre"),
                (_, _, None) => ("primary", "0 ou 1"),
                _ => ("suppressed", "0 ou 1"),
            };
            found.push(wrong(column, expected));
            continue;
        };
        let words: Vec<&str> = labels.iter().filter_map(|(i, _)| row.get(*i)).map(str::trim).collect();
        if place.insert(id, table.cells.len()).is_some() {
            found.push(wrong("cell", "un numéro sans double"));
        }
        table.scale = table.scale.max(value.scale);
        values.push(value);
        table.cells.push(Cell {
            id,
            label: words.join(" / "),
            value: 0,
            terms: Terms::new(),
            multiple: 1,
            primary,
            suppressed,
        });
    }
    let mut coefficients: Vec<Vec<(u32, Decimal)>> = vec![Vec::new(); table.cells.len()];
    for (line, row) in &x.rows {
        let atom = atoms.get(x.get(row, "inner"));
        let cell = x.get(row, "cell").parse::<u64>().ok().and_then(|id| place.get(&id));
        let coef = Decimal::parse(x.get(row, "coef"));
        match (atom, cell, coef) {
            (Some(atom), Some(cell), Some(coef)) => coefficients[*cell].push((*atom, coef)),
            _ => {
                let what = if atom.is_none() {
                    "atome inconnu de inner.csv"
                } else if cell.is_none() {
                    "cellule inconnue de cells.csv"
                } else {
                    "coefficient illisible"
                };
                found.push(Diagnostic::error(what).at(&x_path).line(*line));
            }
        }
    }
    if !found.is_empty() {
        return Err(found.sorted());
    }
    for ((cell, row), value) in table.cells.iter_mut().zip(coefficients).zip(values) {
        let scale = row.iter().map(|(_, c)| c.scale).max().unwrap_or(0);
        let multiple = 10i64.checked_pow(scale);
        let value = value.at(table.scale).zip(multiple).and_then(|(v, m)| v.checked_mul(m));
        let terms: Option<Terms> = row.into_iter().map(|(atom, c)| Some((atom, c.at(scale)?))).collect();
        match (value, terms, multiple) {
            (Some(value), Some(terms), Some(multiple)) => {
                (cell.value, cell.terms, cell.multiple) = (value, terms, multiple)
            }
            _ => found.push(Diagnostic::error(format!("cellule {} : nombre trop grand", cell.id)).at(&cells_path)),
        }
    }
    if found.is_empty() { Ok(table) } else { Err(found) }
}
