//! The subcommand: verdict of a table, or its protection, as one JSON object.

use std::path::PathBuf;

use num_bigint::BigInt;
use serde_json::{Value, json};

use super::read::{Table, read};
use super::words::{self, Names};
use crate::diag::{Result, foreign};
use crate::disclosure::attack::{Effort, Fraction, Interval, Range, Shape, Terms};
use crate::disclosure::suppression;

/// Arguments of `atlas audit-table`.
#[derive(Debug, clap::Args)]
pub struct AuditTable {
    /// Dossier contenant inner.csv, cells.csv et x.csv.
    #[arg(value_name = "DOSSIER")]
    pub folder: PathBuf,
    /// Propose les cases à masquer à partir de la seule colonne « primary ».
    #[arg(long)]
    pub protect: bool,
    /// Largeur sous laquelle un intervalle vaut divulgation.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub min_width: u32,
}

/// Runs the subcommand and returns the JSON object to print.
///
/// # Errors
/// What is wrong in the files of the table.
pub fn run(args: &AuditTable) -> Result<String> {
    let table = read(&args.folder)?;
    let answer = if args.protect {
        protection(&table, args.min_width)
    } else {
        audit(&table, args.min_width)
    };
    serde_json::to_string(&answer).map_err(|e| foreign::json(&e).into())
}

struct Labels<'a> {
    table: &'a Table,
    published: &'a [usize],
}

impl Names for Labels<'_> {
    fn fact(&self, fact: u32) -> String {
        let cell = &self.table.cells[self.published[fact as usize]];
        let value = Fraction::new(cell.value.into(), cell.multiple.into());
        format!("{} ({})", cell.label, self.value(&value))
    }

    fn value(&self, value: &Fraction) -> String {
        let value = value / Fraction::from_integer(BigInt::from(10u32).pow(self.table.scale));
        if value.is_integer() {
            return value.to_integer().to_string();
        }
        value.to_string()
    }
}

/// Gives the verdict on a table: the integer interval of each hidden cell, and the proof.
///
/// Unsafe: the published cells prove an interval narrower than `min_width` (2 by default: a cell known exactly, or one
/// of two neighbouring values). Safe: for every hidden cell, two tables of whole numbers, checked against every published
/// cell, differ by that much. Neither: undecided. The test `up < v + 1` of the method needs the true value: a reader
/// does not have it, so it belongs to the protection and not to this verdict.
pub(super) fn audit(table: &Table, min_width: u32) -> Value {
    let published: Vec<usize> = (0..table.cells.len()).filter(|i| !table.cells[*i].suppressed).collect();
    let hidden: Vec<usize> = (0..table.cells.len()).filter(|i| table.cells[*i].suppressed).collect();
    let terms = |list: &[usize]| -> Vec<Terms> { list.iter().map(|i| table.cells[*i].terms.clone()).collect() };
    let ranges: Vec<Range> = published
        .iter()
        .map(|i| Range::exactly(table.cells[*i].value))
        .collect();
    let shape = Shape::new(
        table.atoms,
        terms(&published),
        &vec![true; published.len()],
        terms(&hidden),
    );
    let effort = Effort::default();
    let answer = shape.solve(&ranges, effort);
    let names = Labels {
        table,
        published: &published,
    };
    let unit = 10i128.pow(table.scale);
    let mut verdict = "safe";
    let mut cells = Vec::with_capacity(hidden.len());
    for (t, (i, interval)) in hidden.iter().zip(&answer.intervals).enumerate() {
        let cell = &table.cells[*i];
        let unit = unit * i128::from(cell.multiple);
        let needed = i128::from(min_width) * unit;
        let pinned = interval.exact() || interval.widest().is_some_and(|w| w < needed);
        let shown = interval.shown().is_none_or(|w| w >= needed);
        match (pinned, shown) {
            (true, _) => verdict = "unsafe",
            (false, false) if verdict == "safe" => verdict = "undecided",
            _ => {}
        }
        let proof = pinned.then(|| shape.prove(t, &ranges, interval, effort));
        let mut object = json!({
            "cell": cell.id,
            "lo": number(interval.lo.proved, unit),
            "up": number(interval.up.proved, unit),
            "exact": interval.exact(),
            "proof": words::proof(&cell.label, &scaled(interval, cell.multiple), proof.as_ref(), &names),
        });
        if !interval.decided() {
            object["undecided"] = json!(true);
        }
        cells.push(object);
    }
    let mut out = json!({ "verdict": verdict, "cells": cells });
    if let Some(facts) = answer.contradictions.first() {
        // What follows from contradictory figures is worth nothing.
        out["verdict"] = json!("undecided");
        let listed: Vec<String> = facts.iter().take(12).map(|f| names.fact(*f)).collect();
        out["contradiction"] = json!(listed.join(", "));
    }
    out
}

/// Proposes the cells to hide, from the primary ones and the true values.
///
/// The loss of a cell is its value, and at least one: least loss is then the least amount withheld, the usual measure of
/// the cell suppression problem.
pub(super) fn protection(table: &Table, min_width: u32) -> Value {
    let unit = 10i64.pow(table.scale);
    let cells = (0u32..).zip(&table.cells).map(|(group, cell)| suppression::Cell {
        terms: cell.terms.clone(),
        role: if cell.primary {
            suppression::Role::Primary
        } else {
            suppression::Role::Free
        },
        loss: (cell.value / cell.multiple).unsigned_abs().max(1),
        group,
    });
    let mut problem = suppression::Table::new(table.atoms, 0);
    problem.cells = cells.collect();
    problem.layers = vec![table.cells.iter().map(|c| c.value).collect()];
    problem.inner.extend(inner(table));
    let rule = suppression::Rule {
        min_width: i64::from(min_width) * unit,
        above: unit,
        structure: true,
        ..suppression::Rule::default()
    };
    let answer = suppression::protect(&problem, &rule);
    let id = |i: usize| table.cells[i].id;
    let suppressed: Vec<u64> = (0..table.cells.len()).filter(|i| answer.hidden[*i]).map(id).collect();
    let secondary: Vec<u64> = answer.secondary.keys().map(|i| id(*i as usize)).collect();
    let mut out = json!({ "suppressed": suppressed, "secondary": secondary });
    if !answer.exposed.is_empty() {
        out["exposed"] = answer.exposed.iter().map(|i| id(*i as usize)).collect();
    }
    out
}

/// The true values of the atoms, when each is a cell by itself.
fn inner(table: &Table) -> Option<Vec<i64>> {
    let mut out: Vec<Option<i64>> = vec![None; table.atoms];
    for cell in &table.cells {
        if let [(atom, 1)] = cell.terms[..] {
            out[atom as usize] = Some(cell.value);
        }
    }
    out.into_iter().collect()
}

/// The interval of a cell in its own unit, when its row was multiplied.
fn scaled(interval: &Interval, multiple: i64) -> Interval {
    let mut out = *interval;
    if multiple != 1 {
        for side in [&mut out.lo, &mut out.up] {
            side.proved = side.proved.map(|v| v / i128::from(multiple));
            side.reached = side.reached.map(|v| v.map(|v| v / i128::from(multiple)));
        }
    }
    out
}

fn number(value: Option<i128>, unit: i128) -> Value {
    match value {
        None => Value::Null,
        Some(v) if v % unit == 0 => i64::try_from(v / unit).map_or(Value::Null, Value::from),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a number to read; the decision was taken in integers"
        )]
        Some(v) => json!(v as f64 / unit as f64),
    }
}
