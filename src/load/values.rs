//! `data/values/<source>/<vintage>.csv|.parquet` → raw columns, read by polars.
//!
//! The files and the law they are checked against enter; rows that are right leave, and all that is wrong with the
//! others. What may be published of them is not decided here.

mod frame;
mod row;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rayon::prelude::*;

pub(crate) use frame::{damaged, unreadable};

use frame::frame;
use row::Memory;

use super::territories::Doubt;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{Cell, Dictionary, Entry, Place, Source, Territories, Tid, Values, Vintage};
use crate::{format, fs};

const COLUMNS: [&str; 7] = ["scale", "code", "indicator", "category", "value", "state", "base"];
const ALIASES: [(&str, &str); 6] = [
    ("echelle", "scale"),
    ("indicateur", "indicator"),
    ("categorie", "category"),
    ("valeur", "value"),
    ("etat", "state"),
    ("modalite", "category"),
];
/// A file with more faults than this is wrong as a whole; the rest is counted.
const MOST_FAULTS: usize = 40;

/// What values are checked against.
pub(super) struct Law<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) sources: &'a [Source],
    /// Indicators whose own row is wrong: told already, their values are not looked at.
    pub(super) faulty: &'a [String],
    /// Territories that could not be read: told already.
    pub(super) doubt: &'a Doubt,
    /// Year of the edition.
    pub(super) edition: u16,
}

/// Reads all values of a site: the rows that are right, and in `found` all that is wrong with the others.
///
/// That is, for all files: unknown columns, scales, codes, indicators, categories and states; bad numbers; double rows;
/// hidden rows that carry a value or a base.
pub(super) fn values(folder: &Path, law: &Law<'_>, territories: &Territories, found: &mut Diagnostics) -> Values {
    let Law {
        dictionary,
        sources,
        faulty,
        doubt,
        edition,
    } = *law;
    let mut files: Vec<(PathBuf, Vintage)> = Vec::new();
    let walked = folder.exists().then(|| found.absorb(fs::walk(folder))).flatten();
    for path in walked.unwrap_or_default() {
        match name(&path, folder, sources) {
            Ok(vintage) if vintage.last() > edition => found.push(
                Diagnostic::error(format!(
                    "millésime {vintage} postérieur à l’édition, qui est de {edition}"
                ))
                .at(&path)
                .hint("corriger le nom du fichier, ou « edition » dans atlas.toml"),
            ),
            Ok(vintage) => files.push((path, vintage)),
            Err(d) => found.push(d),
        }
    }
    let read: Vec<(Vec<Row>, Diagnostics)> = files
        .par_iter()
        .enumerate()
        .map(|(i, (path, vintage))| {
            let reader = Reader {
                path,
                vintage: *vintage,
                file: u16::try_from(i).unwrap_or(u16::MAX),
                dictionary,
                faulty,
                doubt,
                territories,
            };
            let mut found = Diagnostics::new();
            (reader.read(&mut found), found)
        })
        .collect();
    let mut values = Values::default();
    values.files = files.iter().map(|f| f.0.clone()).collect();
    for (rows, faults) in read {
        found.extend(faults);
        let mut doubles = 0;
        for row in rows {
            let Some(earlier) = values.put(territories, row.tid, row.cell, row.entry, row.place) else {
                continue;
            };
            doubles += 1;
            if doubles <= MOST_FAULTS {
                let territory = territories.get(row.tid);
                let first = values.files[usize::from(earlier.file)].display();
                found.push(
                    Diagnostic::error(format!(
                        "ligne en double : {} {}, « {} », déjà donnée en {first}:{}",
                        territory.scale.label(),
                        territory.code,
                        dictionary.get(row.cell.indicator).id,
                        earlier.line
                    ))
                    .at(&values.files[usize::from(row.place.file)])
                    .line(row.place.line as usize)
                    .hint("n’en garder qu’une"),
                );
            }
        }
    }
    values
}

/// Checks `<source>/<vintage>.<extension>`.
fn name(path: &Path, folder: &Path, sources: &[Source]) -> std::result::Result<Vintage, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::error(message).at(path).hint(
            "rangement attendu : data/values/<source>/<millésime>.csv ou .parquet, comme data/values/rpls/2025.csv",
        )
    };
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let file = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    if file.starts_with("~$") {
        return Err(Diagnostic::error("marque d’un fichier ouvert dans un tableur").at(path).hint(
            "fermer le fichier dans le tableur, puis retirer celui-ci s’il reste : les chiffres en cours de saisie ne sont pas lus",
        ));
    }
    if matches!(extension, "xlsx" | "xlsm" | "xls" | "ods") {
        return Err(Diagnostic::error(format!("classeur « .{extension} » inattendu dans data/values"))
            .at(path)
            .hint("l’enregistrer depuis le tableur au format « CSV UTF-8 », sous le même nom ; ou le passer par « atlas prepare »"));
    }
    if !matches!(extension, "csv" | "parquet") {
        return Err(wrong(format!("fichier « .{extension} » inattendu dans data/values")));
    }
    let parent = relative.parent().and_then(|p| p.to_str()).unwrap_or("");
    if !sources.iter().any(|s| s.id == parent) {
        return Err(wrong(format!("source « {parent} » absente de data/sources.csv"))
            .suggest(parent, sources.iter().map(|s| s.id.as_str())));
    }
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("");
    stem.parse().map_err(|()| {
        wrong(format!(
            "millésime « {stem} » : année ou fenêtre attendue, comme 2025 ou 2023-2025"
        ))
    })
}

/// One accepted row.
struct Row {
    tid: Tid,
    cell: Cell,
    entry: Entry,
    place: Place,
}

struct Reader<'a> {
    path: &'a Path,
    vintage: Vintage,
    file: u16,
    dictionary: &'a Dictionary,
    faulty: &'a [String],
    doubt: &'a Doubt,
    territories: &'a Territories,
}

impl Reader<'_> {
    fn read(&self, found: &mut Diagnostics) -> Vec<Row> {
        let Some((frame, lines)) = found.absorb(frame(self.path)) else {
            return Vec::new();
        };
        let mut at: HashMap<&str, usize> = HashMap::new();
        for (i, raw) in frame.get_column_names().iter().enumerate() {
            let folded = crate::format::fold(raw.trim());
            let name = ALIASES
                .iter()
                .find(|(a, _)| *a == folded)
                .map_or(folded.as_str(), |(_, to)| to);
            match COLUMNS.iter().find(|c| **c == name) {
                Some(column) => {
                    at.insert(column, i);
                }
                None => found.push(
                    Diagnostic::error(format!("colonne « {name} » non décrite : une donnée individuelle ou nominative n’entre pas dans data/values"))
                        .at(self.path)
                        .line(1)
                        .column(i + 1)
                        .hint(format!("colonnes attendues : {}", COLUMNS.join(";"))),
                ),
            }
        }
        let mut whole = true;
        for column in ["scale", "code", "indicator", "value"]
            .into_iter()
            .filter(|c| !at.contains_key(c))
        {
            whole = false;
            found.push(
                Diagnostic::error(format!("colonne « {column} » absente"))
                    .at(self.path)
                    .line(1)
                    .hint(format!("colonnes attendues : {}", COLUMNS.join(";"))),
            );
        }
        if !whole {
            return Vec::new();
        }
        let line = |i: usize| lines.as_ref().and_then(|l| l.get(i).copied()).unwrap_or(i + 2);
        let columns: Vec<Option<StringChunked>> = COLUMNS
            .iter()
            .map(|c| {
                let series = frame.columns()[*at.get(c)?]
                    .as_materialized_series()
                    .cast(&DataType::String)
                    .ok()?;
                series.str().ok().map(|s| s.rechunk().into_owned())
            })
            .collect();
        let get = |column: usize, row: usize| columns[column].as_ref().and_then(|c| c.get(row)).unwrap_or("").trim();
        let mut memory = Memory::default();
        // A code or an indicator unknown on every row is one mistake: told once, its other rows counted.
        let mut repeated: HashMap<String, (Diagnostic, usize)> = HashMap::new();
        let mut rows = Vec::with_capacity(frame.height());
        for i in 0..frame.height() {
            let row = [0, 1, 2, 3, 4, 5, 6].map(|c| get(c, i));
            let skipped = !self.faulty.is_empty() && self.faulty.iter().any(|id| id == row[2]);
            if skipped || row.iter().all(|f| f.is_empty()) {
                continue;
            }
            match self.row(&row, &mut memory) {
                Ok((tid, cell, entry)) => {
                    let line = u32::try_from(line(i)).unwrap_or(u32::MAX);
                    rows.push(Row {
                        tid,
                        cell,
                        entry,
                        place: Place { file: self.file, line },
                    });
                }
                Err((1, _)) if row[0].parse().is_ok_and(|scale| self.doubt.covers(scale, row[1])) => {}
                Err((column @ (1 | 2), d)) => {
                    let position = at.get(COLUMNS[column]).map_or(1, |c| c + 1);
                    let first = || (d.clone().at(self.path).line(line(i)).column(position), 0);
                    repeated.entry(d.message.clone()).or_insert_with(first).1 += 1;
                }
                Err((column, d)) => {
                    if found.len() < MOST_FAULTS {
                        let position = at.get(COLUMNS[column]).map_or(1, |c| c + 1);
                        found.push(d.at(self.path).line(line(i)).column(position));
                    } else if found.len() == MOST_FAULTS {
                        found.push(
                            Diagnostic::error("d’autres lignes de ce fichier sont fautives")
                                .at(self.path)
                                .line(line(i))
                                .hint("corriger les premières puis relancer"),
                        );
                    }
                }
            }
        }
        let mut names: Vec<(Diagnostic, usize)> = repeated.into_values().collect();
        names.sort();
        let untold = names.len().saturating_sub(MOST_FAULTS);
        for (mut d, count) in names.into_iter().take(MOST_FAULTS) {
            if count > 1 {
                let others = format::plural((count - 1) as u64, "autre ligne", "autres lignes");
                d.message = format!("{} (et {} {others})", d.message, count - 1);
            }
            found.push(d);
        }
        if untold > 0 {
            found.push(
                Diagnostic::error(format!("{untold} autres codes ou indicateurs inconnus"))
                    .at(self.path)
                    .hint("le fichier est sans doute d’un autre territoire ou d’un autre dictionnaire"),
            );
        }
        rows
    }
}
