//! Where a row of a list is, as findings say it: sheet and column of a workbook, line and column of a text.

use std::path::Path;

use super::columns::{Field, Header};
use crate::diag::Diagnostic;
use crate::spreadsheet::column_letters;

/// A row being read: where it is, and what it holds.
pub(super) struct Place<'a> {
    pub(super) list: &'a Path,
    pub(super) sheet: Option<&'a str>,
    pub(super) row: usize,
}

impl Place<'_> {
    pub(super) fn words(&self) -> String {
        match self.sheet {
            Some(sheet) => format!("feuille « {sheet} », ligne {}", self.row),
            None => format!("ligne {}", self.row),
        }
    }

    fn finding(&self, kind: fn(String) -> Diagnostic, header: &Header, field: Field, message: &str) -> Diagnostic {
        let column = header.column(field);
        let at = match (self.sheet, column) {
            (Some(sheet), Some(c)) => format!("feuille « {sheet} », colonne {} : ", column_letters(c)),
            (Some(sheet), None) => format!("feuille « {sheet} » : "),
            (None, Some(c)) => format!("colonne {c} : "),
            (None, None) => String::new(),
        };
        let found = kind(format!("{at}{message}")).at(self.list).line(self.row);
        match column {
            Some(c) => found.column(c),
            None => found,
        }
    }

    pub(super) fn refusal(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::error, header, field, message)
    }

    pub(super) fn note(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::warning, header, field, message)
    }
}
