//! `data/values/<source>/<vintage>.csv|.parquet` → raw columns, read by polars.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rayon::prelude::*;

use super::table::number;
use super::territories::Doubt;
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::model::{
    Cell, Code, Dictionary, Entry, Iid, Kind, Place, Scale, Source, State, Territories, Tid, Values, Vintage,
};
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

/// The last names met: long tables repeat them, a look-up is rare.
#[derive(Default)]
struct Memory<'t> {
    scale: Option<(&'t str, Scale)>,
    indicator: Option<(&'t str, Iid)>,
    codes: HashMap<(Scale, &'t str), Tid>,
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

impl Reader<'_> {
    /// The table and, where they are not one per row in a row, the lines of its rows.
    fn frame(&self) -> Result<(DataFrame, Option<Vec<usize>>)> {
        let failed = |e: &PolarsError| unreadable(e).at(self.path);
        let bytes = fs::read(self.path)?;
        if self.path.extension().is_some_and(|e| e == "parquet") {
            let read = foreign::contained(|| ParquetReader::new(std::io::Cursor::new(bytes)).finish());
            let frame = read.ok_or_else(|| damaged().at(self.path))?.map_err(|e| failed(&e))?;
            return Ok((frame, None));
        }
        let text = fs::decode(bytes).text;
        let separator = super::table::separator(&text);
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
                let uneven = self.uneven(&text, separator);
                Err(if uneven.is_empty() { failed(&e).into() } else { uneven })
            }
        }
    }

    /// Rows that have not as many cells as the header, told with their line: the table's own reader does not say which.
    fn uneven(&self, text: &str, separator: u8) -> Diagnostics {
        const MOST: usize = 20;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .from_reader(text.as_bytes());
        reader
            .byte_records()
            .filter_map(|record| record.err())
            .take(MOST)
            .map(|e| foreign::csv(&e).at(self.path))
            .collect()
    }

    fn read(&self, found: &mut Diagnostics) -> Vec<Row> {
        let Some((frame, lines)) = found.absorb(self.frame()) else {
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

    /// Types one row; an error names the column by its position in [`COLUMNS`].
    fn row<'t>(
        &self,
        row: &[&'t str; 7],
        memory: &mut Memory<'t>,
    ) -> std::result::Result<(Tid, Cell, Entry), (usize, Diagnostic)> {
        let [scale_text, code, id, category, value, state, base] = *row;
        let scale = match memory.scale {
            Some((text, scale)) if text == scale_text => scale,
            _ => {
                let scale = scale_text.parse::<Scale>().map_err(|()| {
                    (
                        0,
                        Diagnostic::error(format!("échelle « {scale_text} » inconnue"))
                            .suggest(scale_text, Scale::ALL.map(Scale::key)),
                    )
                })?;
                memory.scale = Some((scale_text, scale));
                scale
            }
        };
        let tid = match memory.codes.get(&(scale, code)) {
            Some(tid) => *tid,
            None => {
                let tid = self
                    .territories
                    .find(scale, code)
                    .ok_or_else(|| (1, unknown_code(scale, code)))?;
                memory.codes.insert((scale, code), tid);
                tid
            }
        };
        let iid = match memory.indicator {
            Some((text, iid)) if text == id => iid,
            _ => {
                let iid = self.dictionary.find(id).ok_or_else(|| {
                    let d = Diagnostic::error(format!(
                        "indicateur « {id} » absent du dictionnaire : ce qui n’est pas décrit n’est pas publié"
                    ));
                    (
                        2,
                        d.hint("le décrire dans data/dictionary.csv")
                            .suggest(id, self.dictionary.iter().map(|(_, x)| x.id.as_str())),
                    )
                })?;
                memory.indicator = Some((id, iid));
                iid
            }
        };
        let indicator = self.dictionary.get(iid);
        let category = match (indicator.is_split(), category) {
            (false, "") => None,
            (true, "") => {
                return Err((
                    3,
                    Diagnostic::error(format!("« {id} » se donne par catégorie"))
                        .suggest("", indicator.categories.iter().map(|c| c.key.as_str())),
                ));
            }
            (false, other) => {
                return Err((
                    3,
                    Diagnostic::error(format!("« {id} » n’a pas de catégorie : « {other} » trouvé"))
                        .hint("vider cette case"),
                ));
            }
            (true, key) => Some(indicator.category(key).ok_or_else(|| {
                (
                    3,
                    Diagnostic::error(format!("« {id} » n’a pas de catégorie « {key} »"))
                        .suggest(key, indicator.categories.iter().map(|c| c.key.as_str())),
                )
            })?),
        };
        let cell = Cell {
            indicator: iid,
            category,
            vintage: self.vintage,
        };
        if !state.is_empty() {
            let known = state.parse::<State>().ok().filter(|s| *s != State::NotOpen);
            let state = known.ok_or_else(|| {
                (
                    5,
                    Diagnostic::error(format!("état « {state} » inconnu"))
                        .hint("états possibles : s, nd, so, cp, ou rien pour un chiffre publié"),
                )
            })?;
            if !value.is_empty() {
                return Err((
                    4,
                    Diagnostic::error("une ligne qui porte un état ne porte pas de valeur")
                        .hint("vider la valeur : même masquée, elle serait dans le dossier"),
                ));
            }
            if !base.is_empty() && state == State::Secret {
                return Err((
                    6,
                    Diagnostic::error(
                        "une ligne secrète ne porte pas de base : l’effectif aussi est masqué (article 3)",
                    )
                    .hint("vider la base"),
                ));
            }
            return Ok((tid, cell, Entry::State(state)));
        }
        if value.is_empty() {
            return Err((
                4,
                Diagnostic::error("ni valeur ni état").hint("écrire un nombre, ou l’un des états s, nd, so, cp"),
            ));
        }
        let base = match base {
            "" => None,
            text => Some(
                number(text)
                    .filter(|b| *b >= 0.0 && b.fract() == 0.0 && *b <= f64::from(u32::MAX - 1))
                    .map(|b| {
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "checked on the line above"
                        )]
                        let base = b as u32;
                        base
                    })
                    .ok_or_else(|| {
                        (
                            6,
                            Diagnostic::error("base illisible : nombre entier attendu")
                                .hint("nombre de logements ou d’attributions"),
                        )
                    })?,
            ),
        };
        let value = if indicator.kind.is_word() {
            let position = indicator.category(value).ok_or_else(|| {
                (
                    4,
                    Diagnostic::error(format!("mot « {value} » inconnu pour « {id} »"))
                        .suggest(value, indicator.categories.iter().map(|c| c.key.as_str())),
                )
            })?;
            f64::from(position)
        } else {
            let read = number(value).ok_or_else(|| {
                let d = if value.parse::<State>().is_ok() {
                    Diagnostic::error(format!("état « {value} » trouvé dans la colonne des valeurs"))
                        .hint("le mettre dans la colonne « state »")
                } else {
                    unreadable_number(value)
                };
                (4, d)
            })?;
            let low = match indicator.kind {
                Kind::Count | Kind::Share | Kind::Distance => 0.0,
                Kind::Rate | Kind::Mean | Kind::Index | Kind::Class | Kind::Text => f64::NEG_INFINITY,
            };
            let high = if indicator.kind == Kind::Share {
                100.0
            } else {
                f64::INFINITY
            };
            if read < low || read > high {
                return Err((
                    4,
                    Diagnostic::error(format!("valeur impossible pour « {id} » ({})", indicator.kind.label()))
                        .hint("une part va de 0 à 100, un effectif n’est pas négatif"),
                ));
            }
            read
        };
        Ok((tid, cell, Entry::Value { value, base }))
    }
}

/// What a text that is not a number probably is; the text itself may be confidential and is not told.
fn unreadable_number(text: &str) -> Diagnostic {
    let folded = crate::format::fold(text);
    if text.starts_with('#') {
        return Diagnostic::error("valeur illisible : erreur de formule d’un tableur")
            .hint("corriger la formule, puis recopier les valeurs ; sans chiffre, vider la case et écrire l’état nd");
    }
    let months = [
        "janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec",
    ];
    let dated = months
        .iter()
        .any(|m| folded.starts_with(m) || folded.contains(&format!("-{m}")))
        || (text.matches(['/', '-']).count() == 2
            && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-')));
    if dated {
        return Diagnostic::error("valeur illisible : une date, là où un nombre est attendu").hint(
            "un tableur a sans doute pris le nombre pour une date : reprendre la valeur d’origine, colonne au format nombre",
        );
    }
    if [
        "secret",
        "confidentiel",
        "ns",
        "n.s.",
        "nc",
        "n.c.",
        "na",
        "n/a",
        "-",
        "x",
        "...",
    ]
    .contains(&folded.as_str())
    {
        return Diagnostic::error("valeur illisible : une absence de chiffre se dit par un état").hint(
            "vider cette case et écrire l’état dans « state » : s (secret), nd (non disponible), so (sans objet)",
        );
    }
    Diagnostic::error("valeur illisible : nombre attendu").hint("chiffres, virgule ou point ; ni texte ni unité")
}

fn unknown_code(scale: Scale, code: &str) -> Diagnostic {
    match Code::parse(scale, code) {
        Err((message, Some(hint))) => Diagnostic::error(message).hint(hint),
        Err((message, None)) => Diagnostic::error(message).hint("corriger ce code ; importer la colonne en texte"),
        Ok(_) => Diagnostic::error(format!(
            "code « {code} » inconnu à l’échelle {scale} : absent de data/territories"
        ))
        .hint(match scale {
            Scale::Commune => "commune fusionnée ou d’une autre année ? regrouper ces lignes sous son code actuel ; sinon ajouter ce territoire, ou retirer ces lignes",
            Scale::Iris => "IRIS d’un autre découpage ? le ramener à celui de data/territories/iris.geojson ; sinon ajouter ce territoire, ou retirer ces lignes",
            Scale::Metropole | Scale::Qpv | Scale::Residence => "ajouter ce territoire, ou retirer ces lignes",
        }),
    }
}
