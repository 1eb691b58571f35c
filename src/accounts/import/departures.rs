//! Which rows ask for the end of an account, and which only speak of one.

use super::Import;
use super::columns::{Field, Header};
use super::place::Place;
use super::remarks::{Asked, asked, closes_at_once, is_a_usual_state, is_later, is_to_be_read};
use crate::accounts::address::Address;
use crate::accounts::register::State;
use crate::accounts::{dates, names};
use crate::diag::Diagnostics;
use crate::spreadsheet::Row;

const LEAVES: &str = "si c’est cette personne qui part : atlas accounts disable … --reason \"départ\"";

impl Import<'_> {
    /// Says what a row asks: an account, or the end of one.
    pub(super) fn leaving(&mut self, place: &Place<'_>, header: &Header, row: &Row) -> Asked {
        let is_struck = |field| header.column(field).is_some_and(|c| row.struck.contains(&c));
        let names = [Field::Email, Field::Last, Field::LastFirst, Field::FirstLast];
        if names.into_iter().any(is_struck) {
            return Asked::Departure("ligne barrée dans le classeur".to_owned());
        }
        if let Some(text) = header.text(row, Field::Action) {
            let shown: String = text.chars().take(40).collect();
            match asked(&text, header.title(Field::Action)) {
                (true, true) => return Asked::Unclear(shown),
                (false, true) if is_later(&text, self.today) => self.tell_later(place, header, Field::Action, &shown),
                (false, true) => return Asked::Departure(format!("« {shown} »")),
                (true, false) => {}
                (false, false) if is_a_usual_state(&text) => {}
                // Neither an account to make nor one to close: told, and the account stays.
                (false, false) => {
                    let note = place.note(header, Field::Action, &format!("à lire : « {shown} »"));
                    self.changes.findings.push(note.hint(LEAVES));
                }
            }
        }
        let (Some(cell), Some(text)) = (header.cell(row, Field::Leaving), header.text(row, Field::Leaving)) else {
            return self.remarked(place, header, row);
        };
        match dates::from_cell(cell) {
            Some(day) if day <= self.today => Asked::Departure(format!("départ le {}", dates::french(day))),
            Some(day) => {
                let message = format!("départ prévu le {}", dates::french(day));
                let note = place.note(header, Field::Leaving, &message);
                self.changes
                    .findings
                    .push(note.hint("ce jour-là : atlas accounts disable … --reason \"départ\""));
                Asked::Account
            }
            None if matches!(
                names::key(&text).as_str(),
                "non" | "n" | "0" | "sans objet" | "so" | "neant"
            ) =>
            {
                Asked::Account
            }
            None if is_later(&text, self.today) => {
                let shown: String = text.chars().take(40).collect();
                self.tell_later(place, header, Field::Leaving, &shown);
                Asked::Account
            }
            None if matches!(names::key(&text).as_str(), "oui" | "o" | "x" | "1") || asked(&text, "").1 => {
                Asked::Departure("départ signalé".to_owned())
            }
            None => {
                let message = format!("« {} » n’est pas une date de départ", names::clean(&text));
                let note = place.note(header, Field::Leaving, &message);
                self.changes
                    .findings
                    .push(note.hint("écrire 12/03/2026, ou laisser la case vide"));
                Asked::Account
            }
        }
    }

    /// A departure to come, in words: the account stays open until then.
    fn tell_later(&mut self, place: &Place<'_>, header: &Header, field: Field, shown: &str) {
        let note = place.note(header, field, &format!("départ à venir : « {shown} »"));
        self.changes
            .findings
            .push(note.hint("ce jour-là : atlas accounts disable … --reason \"départ\""));
    }

    /// Reads the remarks of a row: « à supprimer », « a quitté la commune » ask for the end of an account; the
    /// departure of someone else, or a later one, is told and closes nothing.
    fn remarked(&mut self, place: &Place<'_>, header: &Header, row: &Row) -> Asked {
        for text in header.remarks(row) {
            let departure = asked(&text, "").1;
            if !departure && !is_to_be_read(&text) {
                continue;
            }
            let shown: String = text.chars().take(40).collect();
            if departure && closes_at_once(&text, self.today) {
                return Asked::Departure(format!("« {shown} »"));
            }
            let note = place.note(header, Field::Email, &format!("remarque à lire : « {shown} »"));
            self.changes.findings.push(note.hint(LEAVES));
        }
        Asked::Account
    }

    /// Closes the account of a person who leaves; never makes one.
    pub(super) fn depart(&mut self, place: &Place<'_>, header: &Header, row: &Row, partner: Option<&str>, what: &str) {
        let addresses = Address::all(&header.text(row, Field::Email).unwrap_or_default()).unwrap_or_default();
        let person = header.person(row, addresses.first().map_or("", Address::local));
        let mut found = Diagnostics::new();
        let code = self.partner(place, header, partner, &mut found);
        let key = person
            .as_ref()
            .map(|(first, last)| names::key(&format!("{first} {last}")));
        let by_address = addresses.iter().find_map(|a| self.register.accounts.get(a));
        let by_person = || {
            let key = (code.clone()?, key.clone()?);
            self.register.accounts.get(self.known.get(&key)?)
        };
        let Some(account) = by_address.or_else(by_person) else {
            let who = person.map_or_else(
                || "cette personne".to_owned(),
                |(first, last)| format!("{first} {last}"),
            );
            let message = format!("{what} : {who} n’a pas de compte, rien à fermer");
            self.changes.findings.push(place.note(header, Field::Email, &message));
            return;
        };
        let address = account.address.clone();
        let other_partner = code.as_ref().is_some_and(|code| *code != account.partner);
        let other_person = key.as_ref().is_some_and(|key| *key != names::key(&account.person()));
        if other_partner || other_person {
            let message = format!(
                "{what} : le compte « {address} » est celui de {} ({})",
                account.person(),
                account.partner
            );
            let hint = format!("si c’est bien ce compte : atlas accounts disable {address} --reason …");
            self.changes
                .findings
                .push(place.refusal(header, Field::Email, &message).hint(hint));
            return;
        }
        self.seen.insert(address.clone(), (place.words(), account.person()));
        if account.state == State::Active {
            let message = format!("{what} : le compte « {address} » est à fermer");
            self.changes.findings.push(place.note(header, Field::Email, &message));
            self.changes
                .departures
                .push((address, format!("{what} ({})", place.words())));
        } else {
            self.changes.same.push(address);
        }
    }
}
