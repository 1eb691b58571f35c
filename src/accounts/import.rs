//! The list of users annexed to a convention → what it changes in the register.
//!
//! Lists come as people type them: a title above the header, merged cells, several sheets, blank lines, names in
//! capitals, columns in any order. Nothing is left out in silence: each row is an addition, a change, an account
//! already there, a note or a refusal with its remedy.

mod columns;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use self::columns::{Field, Header};
use super::address::{Address, Verdict, judge};
use super::register::{Account, Register, State};
use super::{dates, names};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::spreadsheet::{self, Cell, Limits, Row, Sheet, column_letters};

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
    };
    let mut headers = 0;
    for sheet in &sheets {
        headers += usize::from(import.sheet(sheet));
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
}

struct Import<'a> {
    list: &'a Path,
    options: &'a Options,
    register: &'a Register,
    today: NaiveDate,
    changes: Changes,
    /// Where each address was first found.
    seen: BTreeMap<Address, String>,
    /// Address of each person of a partner.
    people: BTreeMap<(String, String), Address>,
}

/// A row being read: where it is, and what it holds.
struct Place<'a> {
    list: &'a Path,
    sheet: Option<&'a str>,
    row: usize,
}

impl Place<'_> {
    fn words(&self) -> String {
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

    fn refusal(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::error, header, field, message)
    }

    fn note(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::warning, header, field, message)
    }
}

impl Import<'_> {
    /// Reads a sheet; tells whether it has a header.
    fn sheet(&mut self, sheet: &Sheet) -> bool {
        let Some((start, header)) = Header::find(&sheet.rows) else {
            let people = sheet
                .rows
                .iter()
                .find(|r| r.cells.values().any(|c| c.to_text().contains('@')));
            if let (Some(row), Some(name)) = (people, &sheet.name) {
                self.changes.findings.push(
                    Diagnostic::error(format!(
                        "feuille « {name} » : des adresses, mais pas de ligne d’en-tête reconnue"
                    ))
                    .at(self.list)
                    .line(row.number)
                    .hint("nommer les colonnes : Nom ; Prénom ; Adresse électronique ; Fonction ; Organisme"),
                );
            }
            return false;
        };
        let mut above: Option<String> = None;
        for row in &sheet.rows[start + 1..] {
            if header.is_repeated(row) {
                continue;
            }
            let place = Place {
                list: self.list,
                sheet: sheet.name.as_deref(),
                row: row.number,
            };
            if let Some(named) = header.text(row, Field::Partner) {
                above = Some(named);
            }
            self.row(&place, &header, row, above.as_deref());
        }
        true
    }

    fn row(&mut self, place: &Place<'_>, header: &Header, row: &Row, partner: Option<&str>) {
        let filled = header.filled(row);
        if header.text(row, Field::Email).is_none() && filled <= 1 {
            if let Some(text) = row.cells.values().map(Cell::to_text).find(|t| !t.trim().is_empty()) {
                let text: String = names::clean(&text).chars().take(60).collect();
                let message = format!("« {text} » : ligne sans adresse ni personne, laissée de côté");
                self.changes.findings.push(place.note(header, Field::Email, &message));
            }
            return;
        }
        let mut found = Diagnostics::new();
        let account = self.account(place, header, row, partner, &mut found);
        let refused = found.has_error();
        self.changes.findings.extend(found);
        if let Some(account) = account.filter(|_| !refused) {
            self.settle(place, header, account);
        }
    }

    /// Reads one row as an account.
    fn account(
        &self,
        place: &Place<'_>,
        header: &Header,
        row: &Row,
        partner: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<Account> {
        let address = match Address::parse(&header.text(row, Field::Email).unwrap_or_default()) {
            Ok(address) => Some(address),
            Err(why) => {
                let hint = "donner l’adresse professionnelle nominative, par exemple prenom.nom@organisme.fr";
                found.push(place.refusal(header, Field::Email, &why).hint(hint));
                None
            }
        };
        let local = address.as_ref().map_or("", Address::local);
        let person = header.person(row, local);
        if person.is_none() {
            found.push(
                place
                    .refusal(header, Field::Last, "nom ou prénom absent")
                    .hint("un compte est personnel : donner le nom et le prénom"),
            );
        }
        let partner = self.partner(place, header, partner, found);
        let requested = match header.cell(row, Field::Letter) {
            None => self.options.letter,
            Some(cell) => {
                let date = dates::from_cell(cell);
                if date.is_none() {
                    let message = format!("« {} » n’est pas une date", names::clean(&cell.to_text()));
                    found.push(place.note(header, Field::Letter, &message).hint("écrire 12/03/2026"));
                }
                date.or(self.options.letter)
            }
        };
        let (address, (first_name, last_name), partner) = (address?, person?, partner?);
        for (name, field) in [(&first_name, Field::First), (&last_name, Field::Last)] {
            if let Some(c) = name
                .chars()
                .find(|c| !(c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.')))
            {
                found.push(
                    place
                        .refusal(
                            header,
                            field,
                            &format!("« {name} » : « {c} » ne se met pas dans un nom"),
                        )
                        .hint("n’écrire que le nom de la personne"),
                );
            }
        }
        let known = self.register.accounts.get(&address);
        let excepted = known.is_some_and(|a| a.exception.as_ref().is_some_and(|e| e.until >= self.today));
        match judge(&address, &first_name, &last_name) {
            Verdict::Nominative => {}
            _ if excepted => {}
            Verdict::Doubtful(why) => found.push(place.note(header, Field::Email, &why)),
            Verdict::Refused(why) => {
                let hint = "demander l’adresse nominative, ou enregistrer une exception : atlas accounts add … --exception MOTIF --exception-until DATE";
                found.push(place.refusal(header, Field::Email, &why).hint(hint));
            }
        }
        Some(Account {
            address,
            last_name,
            first_name,
            function: one_line(&header.text(row, Field::Function).unwrap_or_default()),
            partner,
            requested,
            created: self.today,
            renewed: None,
            last_use: None,
            state: State::Active,
            since: self.today,
            exception: known.and_then(|a| a.exception.clone()),
        })
    }

    /// Finds the partner a row names, or the one given for the whole list, and checks that it may have accounts.
    fn partner(
        &self,
        place: &Place<'_>,
        header: &Header,
        named: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<String> {
        let by_name = named.and_then(|named| {
            let key = names::key(named);
            let same = |p: &&super::partner::Partner| names::key(&p.name) == key || names::key(&p.code) == key;
            self.register.partners.values().find(same)
        });
        let given = self
            .options
            .partner
            .as_ref()
            .and_then(|code| self.register.partners.get(code));
        let partner = match (by_name, given, named) {
            (Some(one), Some(other), Some(named)) if one.code != other.code => {
                let message = format!("« {named} » n’est pas le partenaire « {} » de la liste", other.code);
                found.push(
                    place
                        .refusal(header, Field::Partner, &message)
                        .hint("importer une liste par partenaire"),
                );
                return None;
            }
            (Some(partner), ..) | (None, Some(partner), _) => partner,
            (None, None, Some(named)) => {
                let known = self.register.partners.values().map(|p| p.name.as_str());
                let message = format!("« {named} » : partenaire inconnu du registre");
                let refusal = place.refusal(header, Field::Partner, &message);
                found.push(match crate::diag::nearest(named, known) {
                    Some(name) => refusal.hint(format!("vouliez-vous dire « {name} » ?")),
                    None => {
                        refusal.hint("l’enregistrer d’abord (atlas accounts partner add), ou donner --partner CODE")
                    }
                });
                return None;
            }
            (None, None, None) => {
                let refusal = place.refusal(header, Field::Partner, "partenaire absent");
                found.push(refusal.hint("donner --partner CODE, ou une colonne Organisme"));
                return None;
            }
        };
        let obstacles = partner.obstacles(self.today);
        if !obstacles.is_empty() {
            let message = format!("partenaire « {} » : {}", partner.code, obstacles.join(" ; "));
            let hint = format!("compléter d’abord : atlas accounts partner update {} …", partner.code);
            found.push(place.refusal(header, Field::Partner, &message).hint(hint));
            return None;
        }
        Some(partner.code.clone())
    }

    /// Compares an account with those of the list and of the register.
    fn settle(&mut self, place: &Place<'_>, header: &Header, account: Account) {
        let address = account.address.clone();
        if let Some(first) = self.seen.get(&address) {
            let message = format!("« {address} » déjà vu ({first}), ligne laissée de côté");
            self.changes.findings.push(place.note(header, Field::Email, &message));
            return;
        }
        let person = (account.partner.clone(), names::key(&account.person()));
        let twin = self.people.get(&person).cloned().or_else(|| {
            let same = |a: &&Account| {
                a.address != address && a.partner == account.partner && names::key(&a.person()) == person.1
            };
            self.register.accounts.values().find(same).map(|a| a.address.clone())
        });
        self.seen.insert(address.clone(), place.words());
        let known = self.register.accounts.get(&address);
        if let (Some(twin), None) = (&twin, known) {
            let message = format!(
                "{} a déjà le compte « {twin} » : un seul compte par personne",
                account.person()
            );
            let hint = format!(
                "si l’adresse a changé : atlas accounts remove {twin} --reason … ; si ce sont deux homonymes : atlas accounts add {address} … --homonym"
            );
            self.changes
                .findings
                .push(place.refusal(header, Field::Email, &message).hint(hint));
            return;
        }
        self.people.insert(person, address.clone());
        let Some(known) = known else {
            self.changes.added.push(account);
            return;
        };
        if known.partner != account.partner {
            let message = format!("« {address} » appartient au partenaire « {} »", known.partner);
            let hint = format!("atlas accounts remove {address} --reason … puis importer à nouveau");
            self.changes
                .findings
                .push(place.refusal(header, Field::Partner, &message).hint(hint));
            return;
        }
        if let State::Disabled(reason) = &known.state {
            let message = format!("« {address} » reste désactivé ({reason})");
            let hint = format!("pour le rouvrir : atlas accounts enable {address} --reason …");
            self.changes
                .findings
                .push(place.note(header, Field::Email, &message).hint(hint));
        }
        let mut merged = known.clone();
        let mut what = Vec::new();
        let mut change = |label: &str, old: &mut String, new: &str| {
            if !new.is_empty() && old != new {
                what.push(format!("{label} « {old} » → « {new} »"));
                new.clone_into(old);
            }
        };
        change("nom", &mut merged.last_name, &account.last_name);
        change("prénom", &mut merged.first_name, &account.first_name);
        change("fonction", &mut merged.function, &account.function);
        if account.requested.is_some() && account.requested > merged.requested {
            merged.requested = account.requested;
            what.push(format!(
                "courrier du {}",
                account.requested.map(dates::french).unwrap_or_default()
            ));
        }
        if what.is_empty() {
            self.changes.same.push(address);
        } else {
            self.changes.changed.push((merged, what.join(", ")));
        }
    }

    fn finish(&mut self) {
        let mut partners: Vec<&str> = self.changes.added.iter().map(|a| a.partner.as_str()).collect();
        partners.extend(self.changes.changed.iter().map(|(a, _)| a.partner.as_str()));
        let known = |a: &Address| self.register.accounts.get(a).map(|a| a.partner.as_str());
        partners.extend(self.changes.same.iter().filter_map(known));
        partners.extend(self.options.partner.as_deref());
        let absent = self.register.accounts.values().filter(|a| {
            a.state == State::Active && partners.contains(&a.partner.as_str()) && !self.seen.contains_key(&a.address)
        });
        self.changes.absent = absent.map(|a| a.address.clone()).collect();
    }
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
