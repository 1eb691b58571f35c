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
    /// The next rows are read, and the results of the last ones folded, while rows are computed.
    ///
    /// # Errors
    /// A file that stops being readable, and the first faults of rows with their place; the others are counted.
    pub(super) fn run<T: Send>(
        self,
        map: impl Fn(&Bound<'_>) -> std::result::Result<T, Fault> + Sync,
        fold: impl FnMut(T) + Send,
    ) -> Result<(Cleaned, Diagnostics)> {
        let Self {
            mut source,
            exprs,
            keep,
            cleaner,
        } = self;
        let path = source.path.clone();
        let compute = |row: &Row| -> std::result::Result<Option<T>, (u32, Fault)> {
            let cleaned = cleaner.clean(row);
            let cells = cleaned.as_ref().unwrap_or(&row.cells);
            let fault = |f| (row.number, f);
            if let Some(keep) = &keep
                && !keep.eval(cells).map_err(fault)?.truth()
            {
                return Ok(None);
            }
            let bound = Bound {
                exprs: &exprs,
                number: row.number,
                cells,
            };
            map(&bound).map(Some).map_err(fault)
        };
        let mut read = 0u64;
        let mut folded = Folded::new(fold);
        let mut results = Vec::new();
        let mut rows = source.next()?;
        while let Some(batch) = rows {
            read += batch.len() as u64;
            let done = std::mem::take(&mut results);
            let work = || batch.par_iter().map(compute).collect();
            let (next, ((), computed)) =
                rayon::join(|| source.next(), || rayon::join(|| folded.take(done, &path), work));
            results = computed;
            rows = next?;
        }
        folded.take(results, &path);
        let left_out = folded.left_out;
        let mut found = folded.found(&path);
        let mut warnings = source.found;
        if !found.is_empty() {
            found.extend(warnings);
            return Err(found.sorted());
        }
        let cleaned = Cleaned {
            file: path,
            rows: read,
            left_out,
            sentinels: counts(&cleaner.names, &cleaner.sentinel_counts),
            zeros: counts(&cleaner.names, &cleaner.zero_counts),
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

/// Results of rows given to their owner, and what was wrong in the others.
struct Folded<F> {
    fold: F,
    left_out: u64,
    faults: usize,
    /// Line of the first fault that is not told in full.
    untold: u32,
    found: Diagnostics,
}

impl<F> Folded<F> {
    fn new(fold: F) -> Self {
        Self {
            fold,
            left_out: 0,
            faults: 0,
            untold: 0,
            found: Diagnostics::new(),
        }
    }

    /// Takes the results of the next rows.
    fn take<T>(&mut self, results: Vec<std::result::Result<Option<T>, (u32, Fault)>>, path: &Path)
    where
        F: FnMut(T),
    {
        for result in results {
            match result {
                Ok(Some(value)) => (self.fold)(value),
                Ok(None) => self.left_out += 1,
                Err((line, Fault(text))) => {
                    self.faults += 1;
                    if self.faults == TOLD + 1 {
                        self.untold = line;
                    }
                    if self.faults <= TOLD {
                        self.found.push(
                            Diagnostic::error(format!("« {text} » n’est pas un nombre"))
                                .at(path)
                                .line(line as usize)
                                .hint("si ce texte veut dire « pas de valeur », l’ajouter à « empty » ou à « sentinels » de la table"),
                        );
                    }
                }
            }
        }
    }

    /// What was wrong.
    fn found(mut self, path: &Path) -> Diagnostics {
        if self.faults > TOLD {
            self.found.push(
                Diagnostic::error(format!(
                    "et {} autres valeurs illisibles, à partir de cette ligne",
                    self.faults - TOLD
                ))
                .at(path)
                .line(self.untold as usize)
                .hint("corriger les premières, puis relancer"),
            );
        }
        self.found
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
