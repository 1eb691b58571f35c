//! `atlas audit-table`: one published table against its reader, or its protection.
//!
//! - Enters: a folder with `inner.csv` (atoms), `cells.csv` (cells: value, primary, suppressed) and `x.csv` (sparse
//!   matrix `inner,cell,coef`).
//! - Leaves: one JSON object, the verdict and the interval of each hidden cell, or the cells to hide.
//! - Stays out: the atlas itself. The true value of a hidden cell is never used to attack it.

mod command;
mod decimal;
mod read;
mod words;

#[cfg(test)]
mod tests;

pub use command::{AuditTable, run};
pub use read::{Table, read};
