//! Opening and closing accounts, and what forbids to open one.

use chrono::NaiveDate;

use super::gestures::needed;
use crate::accounts::address::Address;
use crate::accounts::dates::french;
use crate::accounts::register::{Account, Register, State};
use crate::accounts::review::{self, Use};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Diagnostics, Result};

/// Closes accounts.
pub(super) fn disable(register: &mut Register, logins: &[String], reason: &str, today: NaiveDate) -> Result<Answer> {
    let mut answer = Answer::default();
    for login in logins {
        let account = register.account(login)?;
        if matches!(account.state, State::Disabled(_)) {
            answer
                .text
                .push_str(&format!("{} était déjà désactivé.\n", account.address));
            continue;
        }
        let reason = needed(reason)?;
        account.state = State::Disabled(reason.clone());
        account.since = today;
        let address = account.address.clone();
        register.record(today, "désactivation", address.as_str(), &reason);
        answer.text.push_str(&format!("{address} : désactivé.\n"));
    }
    Ok(answer)
}

/// Opens closed accounts again.
pub(super) fn enable(register: &mut Register, logins: &[String], reason: &str, today: NaiveDate) -> Result<Answer> {
    let mut answer = Answer::default();
    for login in logins {
        if register.account(login)?.state == State::Active {
            answer.text.push_str(&format!("{login} n’était pas désactivé.\n"));
            continue;
        }
        reopen(register, login, &needed(reason)?, today)?;
        answer.text.push_str(&format!("{login} : rouvert.\n"));
    }
    Ok(answer)
}

/// Takes accounts out of the register.
pub(super) fn remove(register: &mut Register, logins: &[String], reason: &str, today: NaiveDate) -> Result<Answer> {
    let mut answer = Answer::default();
    for login in logins {
        let address = register.account(login)?.address.clone();
        register.accounts.remove(&address);
        register.hashes.remove(&address);
        register.record(today, "retrait", address.as_str(), &needed(reason)?);
        answer.text.push_str(&format!("{address} : retiré.\n"));
    }
    Ok(answer)
}

/// Closes the accounts that serve no more, and tells them.
pub(super) fn disable_unused(register: &mut Register, today: NaiveDate) -> Diagnostics {
    let mut found = Diagnostics::new();
    let dormant: Vec<(Address, NaiveDate)> = register
        .accounts
        .values()
        .filter(|a| a.state == State::Active)
        .filter_map(|a| match review::usage(register, a, today) {
            Use::Dormant(since) => Some((a.address.clone(), since)),
            Use::Recent | Use::Unknown(_) => None,
        })
        .collect();
    for (address, since) in dormant {
        let reason = format!("non utilisé depuis le {}", french(since));
        if let Some(account) = register.accounts.get_mut(&address) {
            account.state = State::Disabled(reason.clone());
            account.since = today;
        }
        register.record(today, "désactivation", address.as_str(), &reason);
        found.push(Diagnostic::warning(format!("« {address} » désactivé : {reason}")));
    }
    found
}

/// Says why an account may not be open, but for a missing password.
pub(super) fn obstacles(register: &Register, account: &Account, today: NaiveDate) -> Vec<String> {
    let mut obstacles = register.obstacles(account, today);
    obstacles.retain(|o| o != "pas encore de mot de passe");
    obstacles
}

pub(super) fn left_out(address: &Address, obstacles: &[String]) -> Diagnostic {
    Diagnostic::warning(format!("« {address} » laissé dehors : {}", obstacles.join(" ; ")))
}

/// Checks that an account may be open: state and papers; a missing password is no obstacle here.
pub(super) fn open(register: &Register, address: &Address, today: NaiveDate) -> Result<()> {
    let Some(account) = register.accounts.get(address) else {
        return Ok(());
    };
    let obstacles = obstacles(register, account, today);
    if obstacles.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(format!(
        "« {address} » ne peut pas être ouvert : {}",
        obstacles.join(" ; ")
    ))
    .hint("compléter le partenaire (atlas accounts partner update), ou rouvrir le compte (atlas accounts enable)")
    .into())
}

fn reopen(register: &mut Register, login: &str, reason: &str, today: NaiveDate) -> Result<()> {
    let account = register.account(login)?;
    account.state = State::Active;
    account.since = today;
    let address = account.address.clone();
    open(register, &address, today)?;
    register.record(today, "réouverture", address.as_str(), reason);
    Ok(())
}
