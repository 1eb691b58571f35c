//! Accounts of a list against those of the list read before and of the register: new, changed, the same, absent.

use std::collections::BTreeSet;

use super::Import;
use super::columns::{Field, Header};
use super::place::Place;
use crate::accounts::address::Address;
use crate::accounts::register::{Account, State};
use crate::accounts::{dates, names};

impl Import<'_> {
    /// Compares an account with those of the list and of the register.
    pub(super) fn settle(&mut self, place: &Place<'_>, header: &Header, account: Account) {
        let address = account.address.clone();
        if let Some((first, holder)) = self.seen.get(&address) {
            let finding = if names::key(holder) == names::key(&account.person()) {
                let message = format!("« {address} » déjà vu ({first}), ligne laissée de côté");
                place.note(header, Field::Email, &message)
            } else {
                let message = format!("« {address} » est déjà l’adresse de {holder} ({first})");
                place
                    .refusal(header, Field::Email, &message)
                    .hint("une adresse par personne : demander celle de l’une et de l’autre")
            };
            self.changes.findings.push(finding);
            return;
        }
        let person = (account.partner.clone(), names::key(&account.person()));
        let twin = self.people.get(&person).or_else(|| self.known.get(&person)).cloned();
        let twin = twin.filter(|twin| *twin != address);
        self.seen.insert(address.clone(), (place.words(), account.person()));
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
        let differs = |old: &str, new: &str| names::key(old) != names::key(new);
        if differs(&known.first_name, &account.first_name) && differs(&known.last_name, &account.last_name) {
            let message = format!(
                "« {address} » est le compte de {}, pas de {}",
                known.person(),
                account.person()
            );
            let hint =
                format!("si la personne a changé : atlas accounts remove {address} --reason … puis importer à nouveau");
            self.changes
                .findings
                .push(place.refusal(header, Field::Last, &message).hint(hint));
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

    pub(super) fn finish(&mut self) {
        let mut partners: BTreeSet<&str> = self.changes.added.iter().map(|a| a.partner.as_str()).collect();
        partners.extend(self.changes.changed.iter().map(|(a, _)| a.partner.as_str()));
        let known = |a: &Address| self.register.accounts.get(a).map(|a| a.partner.as_str());
        partners.extend(self.changes.same.iter().filter_map(known));
        partners.extend(self.options.partner.as_deref());
        let absent = self.register.accounts.values().filter(|a| {
            a.state == State::Active && partners.contains(a.partner.as_str()) && !self.seen.contains_key(&a.address)
        });
        self.changes.absent = absent.map(|a| a.address.clone()).collect();
    }
}
