//! Correcting an account; every change is one line of the history.

use chrono::NaiveDate;

use super::UpdateArgs;
use super::gestures::needed;
use crate::accounts::address::{Address, Verdict, judge};
use crate::accounts::dates::french;
use crate::accounts::import::one_line;
use crate::accounts::names;
use crate::accounts::register::{Exception, Register};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Result};

/// Changes an account in memory and records it.
pub(super) fn run(register: &mut Register, update: &UpdateArgs, today: NaiveDate) -> Result<Answer> {
    let old = register.account(&update.login)?.clone();
    let mut new = old.clone();
    let mut what = Vec::new();
    if let Some(text) = &update.address {
        let address = Address::parse(text).map_err(Diagnostic::error)?;
        if address != old.address {
            if register.accounts.contains_key(&address) {
                return Err(Diagnostic::error(format!("« {address} » a déjà un compte"))
                    .hint(format!(
                        "si c’est la même personne : atlas accounts remove {} --reason …",
                        old.address
                    ))
                    .into());
            }
            what.push(format!("adresse « {} » → « {address} »", old.address));
            new.address = address;
            // An exception is about an address.
            new.exception = None;
        }
    }
    for (label, given, field) in [
        (
            "prénom",
            update.first_name.as_deref().map(names::tidy),
            &mut new.first_name,
        ),
        ("nom", update.last_name.as_deref().map(names::tidy), &mut new.last_name),
        ("fonction", update.function.as_deref().map(one_line), &mut new.function),
    ] {
        let Some(given) = given else { continue };
        if given.is_empty() && label != "fonction" {
            return Err(Diagnostic::error(format!("{label} vide"))
                .hint("un compte est personnel : il garde un prénom et un nom")
                .into());
        }
        if given != *field {
            what.push(format!("{label} « {field} » → « {given} »"));
            *field = given;
        }
    }
    if let Some(day) = update.letter_of
        && new.requested != Some(day)
    {
        what.push(format!("courrier du {}", french(day)));
        new.requested = Some(day);
    }
    if update.no_exception && new.exception.take().is_some() {
        what.push("fin de l’exception d’adresse".to_owned());
    }
    if let Some(until) = update.exception_until {
        let reason = match (&update.exception, &new.exception) {
            (Some(reason), _) => needed(reason)?,
            (None, Some(exception)) => exception.reason.clone(),
            (None, None) => {
                return Err(
                    Diagnostic::error(format!("« {} » n’a pas d’exception à prolonger", new.address))
                        .hint("donner son motif : --exception MOTIF")
                        .into(),
                );
            }
        };
        if until < today {
            return Err(
                Diagnostic::error(format!("l’exception finit le {}, avant aujourd’hui", french(until)))
                    .hint("pour y mettre fin : --no-exception, ou atlas accounts disable")
                    .into(),
            );
        }
        what.push(format!("exception jusqu’au {} : {reason}", french(until)));
        new.exception = Some(Exception { reason, until });
    }
    let mut answer = Answer::default();
    if what.is_empty() {
        answer.text = format!("{} : rien à changer.\n", old.address);
        return Ok(answer);
    }
    let renamed = (&new.address, &new.first_name, &new.last_name) != (&old.address, &old.first_name, &old.last_name);
    if (renamed || new.exception != old.exception) && new.exception.as_ref().is_none_or(|e| e.until < today) {
        match judge(&new.address, &new.first_name, &new.last_name) {
            Verdict::Nominative => {}
            Verdict::Doubtful(why) => answer.warnings.push(Diagnostic::warning(why)),
            Verdict::Refused(why) => {
                return Err(Diagnostic::error(why)
                    .hint("demander l’adresse nominative, ou enregistrer une exception : --exception MOTIF --exception-until DATE")
                    .into());
            }
        }
    }
    let reason = format!("{} : {}", needed(&update.reason)?, what.join(", "));
    register.record(today, "modification", new.address.as_str(), &reason);
    if new.address != old.address {
        register.record(
            today,
            "changement d’adresse",
            old.address.as_str(),
            &format!("devient {}", new.address),
        );
        register.accounts.remove(&old.address);
        if let Some(hash) = register.hashes.remove(&old.address) {
            register.hashes.insert(new.address.clone(), hash);
        }
        answer.text = format!("{} devient {} ; même mot de passe.\n", old.address, new.address);
    }
    answer
        .text
        .push_str(&format!("{} : {}.\n", new.address, what.join(", ")));
    register.accounts.insert(new.address.clone(), new);
    Ok(answer)
}
