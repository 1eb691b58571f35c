//! Workbooks: published figures as Excel files, one row per cell.
//!
//! - Enters: the site, its published figures, what the workbook is about.
//! - Leaves: the bytes of an `.xlsx`, the same for the same input, and the names of the files.
//! - Stays out: what the dictionary does not let be exported; the disk; any decision to hide.
//!
//! Sheets: « Notice », « Données » (named table `donnees`), « Dictionnaire » and « Sources ». All the workbooks of a
//! scale share everything but the place and the figures: a [`mold`] is cast once with rust_xlsxwriter, then poured
//! for each territory, so that 7,000 workbooks do not compress 7,000 times the same dictionary.

mod books;
mod dictionary;
mod mold;
mod rows;
mod sheets;

pub use books::Books;

#[cfg(test)]
mod tests;
