//! One row of a list → the account of one person, with its partner, or all that forbids it.

use super::bodies;
use super::columns::{Field, Header};
use super::place::Place;
use super::{Import, one_line};
use crate::accounts::address::{Address, Verdict, judge};
use crate::accounts::register::{Account, State};
use crate::accounts::words::is_given;
use crate::accounts::{dates, names};
use crate::diag::Diagnostics;
use crate::spreadsheet::Row;

impl Import<'_> {
    /// Reads one row as an account.
    pub(super) fn account(
        &self,
        place: &Place<'_>,
        header: &Header,
        row: &Row,
        partner: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<Account> {
        let addresses = match Address::all(&header.text(row, Field::Email).unwrap_or_default()) {
            Ok(addresses) => addresses,
            Err(why) => {
                let hint = "donner l’adresse professionnelle nominative, par exemple prenom.nom@organisme.fr";
                found.push(place.refusal(header, Field::Email, &why).hint(hint));
                Vec::new()
            }
        };
        let local = addresses.first().map_or("", Address::local);
        let person = header.person(row, local);
        if let Some((first, last)) = person.as_ref().filter(|_| header.is_inverted(row, local)) {
            let message = format!("nom et prénom inversés dans la liste : prénom « {first} », nom « {last} »");
            found.push(place.note(header, Field::Last, &message));
        }
        if person.is_none() {
            found.push(
                place
                    .refusal(header, Field::Last, "nom ou prénom absent")
                    .hint("un compte est personnel : donner le nom et le prénom"),
            );
        }
        // A name written « MARTIN (née DURAND) » may give its address either way.
        let others: Vec<String> = [Field::Last, Field::LastFirst, Field::FirstLast]
            .iter()
            .filter_map(|f| header.text(row, *f))
            .flat_map(|text| names::other_names(&text))
            .collect();
        let verdict = |address: &Address| match &person {
            Some((first, last)) => std::iter::once(last)
                .chain(&others)
                .map(|last| judge(address, first, last))
                .min_by_key(Verdict::rank),
            None => None,
        };
        let address = match addresses.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => {
                // The only one that is not refused, when it plainly is hers.
                let possible: Vec<&Address> = several
                    .iter()
                    .filter(|a| !matches!(verdict(a), Some(Verdict::Refused(_)) | None))
                    .collect();
                let nominative = possible
                    .as_slice()
                    .first()
                    .filter(|a| possible.len() == 1 && verdict(a) == Some(Verdict::Nominative));
                let written: Vec<String> = several.iter().map(|a| format!("« {a} »")).collect();
                if let Some(one) = nominative {
                    let message = format!("plusieurs adresses dans la cellule, « {one} » retenue");
                    found.push(place.note(header, Field::Email, &message));
                    Some((**one).clone())
                } else {
                    let message = format!("plusieurs adresses dans la cellule : {}", written.join(", "));
                    found.push(
                        place
                            .refusal(header, Field::Email, &message)
                            .hint("n’en garder qu’une, professionnelle et nominative"),
                    );
                    None
                }
            }
        };
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
        let judged = address.as_ref().and_then(&verdict);
        let (address, (first_name, last_name), partner) = (address?, person?, partner?);
        if let Some(why) = no_one_person(&first_name, &last_name) {
            found.push(
                place
                    .refusal(header, Field::Last, &why)
                    .hint("un compte par personne : donner le nom et le prénom de chacune"),
            );
        }
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
        match judged.unwrap_or_else(|| judge(&address, &first_name, &last_name)) {
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
    pub(super) fn partner(
        &self,
        place: &Place<'_>,
        header: &Header,
        named: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<String> {
        let by_name = named.and_then(|named| bodies::find(self.register.partners.values(), named));
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
            (None, Some(given), Some(named)) if !bodies::is_part_of(named, given) => {
                let message = format!(
                    "« {named} » n’est ni le partenaire « {} » de la liste, ni un autre du registre",
                    given.code
                );
                let hint = format!(
                    "si c’est un autre organisme, l’inscrire (atlas accounts partner add) ; sinon écrire « {} »",
                    given.name
                );
                found.push(place.refusal(header, Field::Partner, &message).hint(hint));
                return None;
            }
            (None, Some(given), Some(named)) => {
                if !bodies::is_a_service(named) {
                    let message = format!("« {named} » lu comme le partenaire « {} »", given.code);
                    found.push(place.note(header, Field::Partner, &message));
                }
                given
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
}

/// Says why two names are not those of one person: « COLLET et FLEURY », « Mme VASSEUR | VASSEUR ».
fn no_one_person(first_name: &str, last_name: &str) -> Option<String> {
    // Between two words: there are people called Ou.
    let several = |name: &str| {
        let key = names::key(name);
        let words: Vec<&str> = key.split(' ').collect();
        words.len() > 1 && words.contains(&"et") || words.windows(3).any(|w| w[1] == "ou")
    };
    if several(first_name) || several(last_name) {
        return Some(format!(
            "« {first_name} {last_name} » : plusieurs personnes, une seule attendue"
        ));
    }
    let first = names::key(first_name);
    (first == names::key(last_name) && !first.split(' ').all(is_given))
        .then(|| format!("« {last_name} » à la fois comme nom et comme prénom : prénom absent"))
}
