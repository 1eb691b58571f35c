//! One pass over a table: formulas bound to the columns of each file, rows cleaned, filtered and computed in parallel.
//!
//! The result of a row is folded in the order of the file, so that sums are the same on every machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::expr::{Expr, Fault, Function, Value};
use super::number;
use super::read::{Row, Source, fold};
use super::recipe::Table;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::Vintage;

/// Faults told in full for one file; the others are counted.
const TOLD: usize = 20;

/// What the cleaning of a file changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Cleaned {
    /// File.
    pub(super) file: PathBuf,
    /// Rows read.
    pub(super) rows: u64,
    /// Rows left out by the condition of the table.
    pub(super) left_out: u64,
    /// Column → cells that held a marker of « no value ».
    pub(super) sentinels: BTreeMap<String, u64>,
    /// Column → codes whose lost zero was put back.
    pub(super) zeros: BTreeMap<String, u64>,
}

/// A formula and what it is for, to say so when it cannot be bound.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) what: String,
    pub(super) expr: Expr,
}

/// The formulas of a pass, in the order their owner asked for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(pub(super) Vec<Wanted>);

impl Asked {
    /// Adds a formula; gives its rank in [`Bound`].
    ///
    /// # Errors
    /// A formula that cannot be read.
    pub(super) fn add(&mut self, recipe: &Path, what: &str, text: &str) -> Result<usize> {
        let expr = Expr::parse(text).map_err(|why| {
            let told = Diagnostic::error(format!("formule « {text} » ({what}) : {why}")).at(recipe);
            let told = match written(recipe, text) {
                Some((line, column)) => told.line(line).column(column),
                None => told,
            };
            told.hint(if text.contains(['`', '\'', '"']) {
                "la langue des formules est décrite à la page « Préparer les données »".to_owned()
            } else {
                format!(
                    "si c’est le nom d’une colonne, l’écrire entre accents graves : \"`{}`\"",
                    text.trim()
                )
            })
        })?;
        self.0.push(Wanted {
            what: what.to_owned(),
            expr,
        });
        Ok(self.0.len() - 1)
    }
}

/// Line and column of the first place where a recipe writes a text, from 1; none when it is written with escapes.
fn written(recipe: &Path, text: &str) -> Option<(usize, usize)> {
    let source = crate::fs::read_text(recipe).ok()?.text;
    source.lines().enumerate().find_map(|(i, line)| {
        let at = ['"', '\'']
            .iter()
            .find_map(|quote| line.find(&format!("{quote}{text}{quote}")))?;
        Some((i + 1, line[..at].chars().count() + 2))
    })
}

/// A table opened on one of its files, its formulas bound.
pub(super) struct Scan {
    source: Source,
    exprs: Vec<Expr>,
    keep: Option<Expr>,
    cleaner: Cleaner,
}

struct Cleaner {
    names: Vec<String>,
    empty: Vec<String>,
    sentinels: Vec<Vec<String>>,
    widths: Vec<Option<usize>>,
    sentinel_counts: Vec<AtomicU64>,
    zero_counts: Vec<AtomicU64>,
}

/// The formulas of a row.
pub(super) struct Bound<'a> {
    exprs: &'a [Expr],
    /// Number of the row in its file.
    pub(super) number: u32,
    cells: &'a csv::StringRecord,
}

impl<'a> Bound<'a> {
    /// Value of a formula by its rank in [`Asked`].
    pub(super) fn value(&self, rank: usize) -> std::result::Result<Value<'a>, Fault> {
        self.exprs[rank].eval(self.cells)
    }

    /// Number of a formula.
    pub(super) fn number(&self, rank: usize) -> std::result::Result<Option<f64>, Fault> {
        self.value(rank)?.number()
    }

    /// Text of a formula, empty without value.
    pub(super) fn text(&self, rank: usize) -> std::result::Result<String, Fault> {
        Ok(self.value(rank)?.text().trim().to_owned())
    }
}

/// Files of a table: vintage and path, from the oldest to the newest.
pub(super) fn files(table: &Table, name: &str, from: &Path, recipe: &Path) -> Result<Vec<(Option<Vintage>, PathBuf)>> {
    let wrong = |text: &str| {
        Diagnostic::error(format!("millésime « {text} » (table « {name} »)"))
            .at(recipe)
            .hint("écrire une année, comme \"2025\"")
    };
    let mut out = Vec::new();
    if let Some(file) = &table.file {
        let vintage = table
            .vintage
            .as_ref()
            .map(|v| v.parse().map_err(|()| wrong(v)))
            .transpose()?;
        out.push((vintage, from.join(file)));
    }
    for (text, file) in &table.files {
        out.push((Some(text.parse().map_err(|()| wrong(text))?), from.join(file)));
    }
    if out.is_empty() {
        return Err(Diagnostic::error(format!("la table « {name} » n’a pas de fichier"))
            .at(recipe)
            .hint("ajouter file = \"…\", ou files = { \"2025\" = \"…\" }")
            .into());
    }
    out.sort();
    Ok(out)
}

impl Scan {
    /// Opens a file of a table and binds the formulas to its columns.
    ///
    /// # Errors
    /// Every column that the formulas name and the file lacks, with the nearest name.
    pub(super) fn open(
        table: &Table,
        path: &Path,
        vintage: Option<Vintage>,
        asked: &Asked,
        recipe: &Path,
    ) -> Result<Self> {
        let mut source = Source::open(path, table)?;
        let mut binder = Binder {
            source: &source,
            table,
            vintage,
            kept: Vec::new(),
            depth: 0,
        };
        let mut found = Diagnostics::new();
        let mut exprs = Vec::with_capacity(asked.0.len());
        for wanted in &asked.0 {
            match binder.bind(wanted.expr.clone()) {
                Ok(expr) => exprs.push(expr),
                Err(why) => found.push(binder.missing(&wanted.what, why)),
            }
        }
        let mut keep = None;
        if let Some(text) = &table.keep {
            let mut asked = Asked::default();
            asked.add(recipe, "where", text)?;
            match binder.bind(asked.0.remove(0).expr) {
                Ok(expr) => keep = Some(expr),
                Err(why) => found.push(binder.missing("where", why)),
            }
        }
        if !found.is_empty() {
            return Err(found.sorted());
        }
        let kept = binder.kept;
        let cleaner = Cleaner::new(table, &source, &kept);
        source.keep(&kept);
        Ok(Self {
            source,
            exprs,
            keep,
            cleaner,
        })
    }

    /// Computes `map` on every row, in parallel, and gives the results to `fold` in the order of the file.
    ///
    /// # Errors
    /// A file that stops being readable, and the first faults of rows with their place; the others are counted.
    pub(super) fn run<T: Send>(
        mut self,
        map: impl Fn(&Bound<'_>) -> std::result::Result<T, Fault> + Sync,
        mut fold: impl FnMut(T),
    ) -> Result<(Cleaned, Diagnostics)> {
        let path = self.source.path.clone();
        let (mut read, mut left_out) = (0u64, 0u64);
        let (mut faults, mut untold) = (0usize, 0usize);
        let mut found = Diagnostics::new();
        while let Some(rows) = self.source.next()? {
            read += rows.len() as u64;
            let results: Vec<_> = rows
                .par_iter()
                .map(|row| {
                    let cleaned = self.cleaner.clean(row);
                    let cells = cleaned.as_ref().unwrap_or(&row.cells);
                    let keep = match &self.keep {
                        Some(keep) => keep.eval(cells).map_err(|f| (row.number, f))?.truth(),
                        None => true,
                    };
                    if !keep {
                        return Ok(None);
                    }
                    let bound = Bound {
                        exprs: &self.exprs,
                        number: row.number,
                        cells,
                    };
                    map(&bound).map(Some).map_err(|f| (row.number, f))
                })
                .collect();
            for result in results {
                match result {
                    Ok(Some(value)) => fold(value),
                    Ok(None) => left_out += 1,
                    Err((line, Fault(text))) => {
                        faults += 1;
                        if faults == TOLD + 1 {
                            untold = line as usize;
                        }
                        if faults <= TOLD {
                            found.push(
                                Diagnostic::error(format!("« {text} » n’est pas un nombre"))
                                    .at(&path)
                                    .line(line as usize)
                                    .hint("si ce texte veut dire « pas de valeur », l’ajouter à « empty » ou à « sentinels » de la table"),
                            );
                        }
                    }
                }
            }
        }
        if faults > TOLD {
            found.push(
                Diagnostic::error(format!(
                    "et {} autres valeurs illisibles, à partir de cette ligne",
                    faults - TOLD
                ))
                .at(&path)
                .line(untold)
                .hint("corriger les premières, puis relancer"),
            );
        }
        let mut warnings = self.source.found;
        if !found.is_empty() {
            found.extend(warnings);
            return Err(found.sorted());
        }
        let cleaned = Cleaned {
            file: path,
            rows: read,
            left_out,
            sentinels: counts(&self.cleaner.names, &self.cleaner.sentinel_counts),
            zeros: counts(&self.cleaner.names, &self.cleaner.zero_counts),
        };
        for (column, count) in &cleaned.zeros {
            warnings.push(
                Diagnostic::warning(format!("colonne « {column} » : zéro initial remis sur {count} codes"))
                    .at(&cleaned.file)
                    .hint("un tableur l’avait ôté ; importer la colonne en texte"),
            );
        }
        Ok((cleaned, warnings))
    }
}

fn counts(names: &[String], counts: &[AtomicU64]) -> BTreeMap<String, u64> {
    names
        .iter()
        .zip(counts)
        .map(|(name, count)| (name.clone(), count.load(Ordering::Relaxed)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

impl Cleaner {
    fn new(table: &Table, source: &Source, kept: &[usize]) -> Self {
        let of = |wanted: usize, name: &str| source.named(name, &table.columns) == Some(wanted);
        let mut cleaner = Self {
            names: kept.iter().map(|c| source.header[*c].clone()).collect(),
            empty: table.empty.clone(),
            sentinels: Vec::new(),
            widths: Vec::new(),
            sentinel_counts: kept.iter().map(|_| AtomicU64::new(0)).collect(),
            zero_counts: kept.iter().map(|_| AtomicU64::new(0)).collect(),
        };
        for &column in kept {
            let own = table.sentinels.iter().filter(|(name, _)| of(column, name));
            cleaner
                .sentinels
                .push(own.flat_map(|(_, texts)| texts.iter().cloned()).collect());
            cleaner.widths.push(
                table
                    .codes
                    .iter()
                    .find(|(name, _)| of(column, name))
                    .map(|(_, width)| *width),
            );
        }
        cleaner
    }

    /// The cells with markers emptied and zeros put back; none when nothing changes.
    fn clean(&self, row: &Row) -> Option<csv::StringRecord> {
        let marked = |i: usize, cell: &str| {
            !cell.is_empty() && (self.empty.iter().any(|e| e == cell) || self.sentinels[i].iter().any(|s| s == cell))
        };
        let short = |i: usize, cell: &str| self.widths[i].is_some_and(|w| cell.len() != w && !cell.is_empty());
        if !row
            .cells
            .iter()
            .enumerate()
            .any(|(i, cell)| marked(i, cell) || short(i, cell))
        {
            return None;
        }
        let mut out = csv::StringRecord::with_capacity(row.cells.as_slice().len() + 8, row.cells.len());
        for (i, cell) in row.cells.iter().enumerate() {
            if marked(i, cell) {
                self.sentinel_counts[i].fetch_add(1, Ordering::Relaxed);
                out.push_field("");
            } else if let Some(code) = self.widths[i].and_then(|width| number::restored(cell, width)) {
                self.zero_counts[i].fetch_add(1, Ordering::Relaxed);
                out.push_field(&code);
            } else {
                out.push_field(cell);
            }
        }
        Some(out)
    }
}

struct Binder<'a> {
    source: &'a Source,
    table: &'a Table,
    vintage: Option<Vintage>,
    kept: Vec<usize>,
    depth: usize,
}

impl Binder<'_> {
    fn bind(&mut self, expr: Expr) -> std::result::Result<Expr, String> {
        // Inside first(…), address(…) and empty(…), a column that the file lacks has no value.
        if let Expr::Call(function @ (Function::First | Function::Address | Function::Empty), list) = expr {
            let list = list
                .into_iter()
                .map(|e| self.bind(e).unwrap_or(Expr::Text(String::new())))
                .map(none)
                .collect();
            return Ok(Expr::Call(function, list));
        }
        match expr {
            Expr::Call(function, list) => Ok(Expr::Call(
                function,
                list.into_iter()
                    .map(|e| self.bind(e))
                    .collect::<std::result::Result<_, _>>()?,
            )),
            Expr::Name(name) => self.name(&name),
            Expr::Not(e) => Ok(Expr::Not(Box::new(self.bind(*e)?))),
            Expr::Negative(e) => Ok(Expr::Negative(Box::new(self.bind(*e)?))),
            Expr::Both(op, pair) => Ok(Expr::Both(op, Box::new((self.bind(pair.0)?, self.bind(pair.1)?)))),
            Expr::In(e, list) => {
                let list = list
                    .into_iter()
                    .map(|e| self.bind(e))
                    .collect::<std::result::Result<_, _>>()?;
                Ok(Expr::In(Box::new(self.bind(*e)?), list))
            }
            other => Ok(other),
        }
    }

    fn name(&mut self, name: &str) -> std::result::Result<Expr, String> {
        if matches!(name, "@year" | "@annee") {
            let vintage = self.vintage.ok_or_else(|| name.to_owned())?;
            return Ok(Expr::Number(f64::from(vintage.last())));
        }
        if let Some(formula) = self.table.derive.get(name) {
            if self.depth > 16 {
                return Err(name.to_owned());
            }
            let expr = Expr::parse(&formula.text()).map_err(|why| format!("{name} : {why}"))?;
            self.depth += 1;
            let bound = self.bind(expr);
            self.depth -= 1;
            return bound;
        }
        let column = self
            .source
            .named(name, &self.table.columns)
            .ok_or_else(|| name.to_owned())?;
        let rank = self.kept.iter().position(|c| *c == column).unwrap_or_else(|| {
            self.kept.push(column);
            self.kept.len() - 1
        });
        Ok(Expr::Column(rank))
    }

    fn missing(&self, what: &str, name: String) -> Diagnostic {
        if name.starts_with('@') {
            return Diagnostic::error(format!("« {name} » ({what}) demande le millésime du fichier"))
                .at(&self.source.path)
                .hint("ajouter vintage = \"2025\" à la table");
        }
        let folded = fold(&name);
        let near = self
            .source
            .header
            .iter()
            .find(|h| fold(h).contains(&folded) && !folded.is_empty());
        let diagnostic = Diagnostic::error(format!("colonne « {name} » introuvable ({what})")).at(&self.source.path);
        match near {
            Some(near) => diagnostic.hint(format!("vouliez-vous dire « {near} » ?")),
            None => diagnostic.suggest(&name, self.source.header.iter().map(String::as_str)),
        }
    }
}

/// An absent column stands as an empty cell.
fn none(expr: Expr) -> Expr {
    match expr {
        Expr::Text(text) if text.is_empty() => Expr::Column(usize::MAX),
        other => other,
    }
}
