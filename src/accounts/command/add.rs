//! Making an account by hand, and its first password.

use chrono::NaiveDate;

use super::gestures::{keep, needed};
use super::{AddArgs, secrets};
use crate::accounts::address::{Address, Verdict, judge};
use crate::accounts::dates::french;
use crate::accounts::import::one_line;
use crate::accounts::names;
use crate::accounts::register::{Account, Exception, Register, State};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Result};

/// Makes an account, saves it and shows its letter.
pub(super) fn run(register: &mut Register, add: &AddArgs, today: NaiveDate) -> Result<Answer> {
    let site = match add.no_password {
        true => String::new(),
        false => secrets::site(register, &add.letters)?,
    };
    let address = Address::parse(&add.address).map_err(Diagnostic::error)?;
    let (first_name, last_name) = (names::tidy(&add.first_name), names::tidy(&add.last_name));
    if first_name.is_empty() || last_name.is_empty() {
        return Err(Diagnostic::error("un compte est personnel : donner le prénom et le nom").into());
    }
    if register.accounts.contains_key(&address) {
        return Err(Diagnostic::error(format!("« {address} » a déjà un compte"))
            .hint(format!(
                "atlas accounts welcome {address} donne un nouveau mot de passe"
            ))
            .into());
    }
    let partner = register.partner(&add.partner)?;
    let obstacles = partner.obstacles(today);
    if !obstacles.is_empty() {
        return Err(
            Diagnostic::error(format!("partenaire « {} » : {}", partner.code, obstacles.join(" ; ")))
                .hint(format!(
                    "compléter d’abord : atlas accounts partner update {} …",
                    partner.code
                ))
                .into(),
        );
    }
    let person = names::key(&format!("{first_name} {last_name}"));
    let twin = register
        .accounts
        .values()
        .find(|a| a.partner == add.partner && names::key(&a.person()) == person);
    if let Some(twin) = twin
        && !add.homonym
    {
        return Err(Diagnostic::error(format!(
            "{} a déjà le compte « {} » : un seul compte par personne",
            twin.person(),
            twin.address
        ))
        .hint("retirer l’ancien (atlas accounts remove), ou ajouter --homonym si c’est une autre personne")
        .into());
    }
    let mut answer = Answer::default();
    let exception = match (&add.exception, add.exception_until) {
        (Some(reason), Some(until)) if until >= today => Some(Exception {
            reason: needed(reason)?,
            until,
        }),
        (Some(_), Some(until)) => {
            return Err(Diagnostic::error(format!("l’exception finit le {}, avant aujourd’hui", french(until))).into());
        }
        _ => None,
    };
    match judge(&address, &first_name, &last_name) {
        Verdict::Refused(why) if exception.is_none() => {
            return Err(Diagnostic::error(why)
                .hint("demander l’adresse nominative, ou enregistrer une exception : --exception MOTIF --exception-until DATE")
                .into());
        }
        Verdict::Doubtful(why) => answer.warnings.push(Diagnostic::warning(why)),
        _ => {}
    }
    let account = Account {
        address: address.clone(),
        last_name,
        first_name,
        function: one_line(&add.function),
        partner: add.partner.clone(),
        requested: add.letter_of,
        created: today,
        renewed: None,
        last_use: None,
        state: State::Active,
        since: today,
        exception,
    };
    let mut reason = match add.letter_of {
        Some(day) => format!("courrier du {}", french(day)),
        None => "demande sans date de courrier".to_owned(),
    };
    if let Some(exception) = &account.exception {
        reason.push_str(&format!(
            ", exception jusqu’au {} : {}",
            french(exception.until),
            exception.reason
        ));
    }
    register.record(today, "création", address.as_str(), &reason);
    register.accounts.insert(address.clone(), account);
    if add.no_password {
        keep(register, today)?;
        answer.text = format!("{address} : créé, sans mot de passe (atlas accounts welcome {address}).\n");
        return Ok(answer);
    }
    let accesses = secrets::renew(register, &[address], today, "remise par lettre")?;
    keep(register, today)?;
    answer.text = secrets::show(&accesses, &add.letters, &site, today)?;
    Ok(answer)
}
