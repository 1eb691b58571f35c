//! The list of users annexed to a convention → what it changes in the register.
//!
//! Lists come as people type them: a title above the header, merged cells, several sheets, blank lines, names in
//! capitals, columns in any order. Nothing is left out in silence: each row is an addition, a change, an account
//! already there, a note or a refusal with its remedy.

mod bodies;
mod columns;
mod departures;
mod known;
mod person;
mod place;
mod remarks;
mod sheets;
mod titles;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use self::columns::Header;
use super::address::Address;
use super::names;
use super::register::{Account, Register, State};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::spreadsheet::{self, Limits, Sheet};

/// What the admin says about a whole list.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Code of the partner that sent it, when no column says so.
    pub partner: Option<String>,
    /// Date of the letter that asks for the accounts, when no column says so.
    pub letter: Option<NaiveDate>,
}

/// What a list changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Accounts to make.
    pub added: Vec<Account>,
    /// Accounts to rewrite, with what changes, in words.
    pub changed: Vec<(Account, String)>,
    /// Accounts of the list already there as they are.
    pub same: Vec<Address>,
    /// Accounts to close, each with what the list says of the departure.
    pub departures: Vec<(Address, String)>,
    /// Active accounts of the partners of the list that it does not name.
    pub absent: Vec<Address>,
    /// Rows refused, and what the admin should look at.
    pub findings: Diagnostics,
}

/// Reads a list and compares it with the register, which is not changed.
///
/// # Errors
/// A file that cannot be read, or in which no sheet has a header.
pub fn compare(list: &Path, options: &Options, register: &Register, today: NaiveDate) -> Result<Changes> {
    if let Some(code) = &options.partner {
        register.partner(code)?;
    }
    let sheets = spreadsheet::open(list, Limits::LIST)?;
    let mut import = Import {
        list,
        options,
        register,
        today,
        changes: Changes::default(),
        seen: BTreeMap::new(),
        people: BTreeMap::new(),
        known: register
            .accounts
            .values()
            .map(|a| ((a.partner.clone(), names::key(&a.person())), a.address.clone()))
            .collect(),
    };
    let headed: Vec<(&Sheet, Option<(usize, Header)>)> = sheets.iter().map(|s| (s, Header::find(&s.rows))).collect();
    let mut headers = 0;
    let only = headed.iter().filter(|(s, h)| h.is_some() && !s.hidden).count() == 1;
    for (sheet, header) in headed {
        headers += usize::from(header.is_some());
        if !import.leave_aside(sheet, header.is_some(), only) {
            import.sheet(sheet, header);
        }
    }
    if headers == 0 {
        import.changes.findings.push(
            Diagnostic::error("aucune feuille n’a de ligne d’en-tête reconnue")
                .at(list)
                .hint("nommer les colonnes, par exemple : Nom ; Prénom ; Adresse électronique ; Fonction ; Organisme"),
        );
        return Err(import.changes.findings);
    }
    import.finish();
    Ok(import.changes)
}

/// Puts the additions and changes of a list into the register.
pub fn apply(changes: &Changes, register: &mut Register, today: NaiveDate, reason: &str) {
    for account in &changes.added {
        register.record(today, "création", account.address.as_str(), reason);
        register.accounts.insert(account.address.clone(), account.clone());
    }
    for (account, what) in &changes.changed {
        register.record(
            today,
            "modification",
            account.address.as_str(),
            &format!("{reason} : {what}"),
        );
        register.accounts.insert(account.address.clone(), account.clone());
    }
    for (address, what) in &changes.departures {
        let reason = format!("{what}, {reason}");
        if let Some(account) = register.accounts.get_mut(address) {
            account.state = State::Disabled(reason.clone());
            account.since = today;
            register.record(today, "désactivation", address.as_str(), &reason);
        }
    }
}

struct Import<'a> {
    list: &'a Path,
    options: &'a Options,
    register: &'a Register,
    today: NaiveDate,
    changes: Changes,
    /// Where each address was first found, and whose it is.
    seen: BTreeMap<Address, (String, String)>,
    /// Address of each person of a partner, in the list.
    people: BTreeMap<(String, String), Address>,
    /// Address of each person of a partner, in the register.
    known: BTreeMap<(String, String), Address>,
}

/// Makes a text safe to keep on one line of a table that a spreadsheet may open: no control character, no formula.
pub fn one_line(text: &str) -> String {
    names::clean(text)
        .trim_start_matches(['=', '+', '-', '@', '\'', ' '])
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests;
