//! New passwords: the first one of an account, and those of the yearly renewal.

use chrono::NaiveDate;

use super::gestures::keep;
use super::opening::{left_out, obstacles, open};
use super::{LettersArgs, secrets};
use crate::accounts::letters;
use crate::accounts::register::{Register, State};
use crate::cli::Answer;
use crate::diag::Result;

/// Writes the lists that partners confirm or, to `apply` what they confirmed, changes every password.
pub(super) fn renew(
    register: &mut Register,
    partner: Option<&str>,
    apply: bool,
    shown: &LettersArgs,
    today: NaiveDate,
) -> Result<Answer> {
    let mut answer = Answer::default();
    let codes: Vec<String> = match partner {
        Some(code) => vec![register.partner(code)?.code.clone()],
        None => register.partners.keys().cloned().collect(),
    };
    if !apply {
        let lists = codes.iter().filter_map(|c| register.partners.get(c));
        answer.text = lists
            .map(|p| letters::confirmation(register, p, today))
            .collect::<Vec<_>>()
            .join("\u{c}\n");
        return Ok(answer);
    }
    let site = secrets::site(register, shown)?;
    let mut logins = Vec::new();
    let renewed = register.accounts.values().filter(|a| codes.contains(&a.partner));
    for account in renewed.filter(|a| a.state == State::Active) {
        match obstacles(register, account, today) {
            obstacles if obstacles.is_empty() => logins.push(account.address.clone()),
            obstacles => answer.warnings.push(left_out(&account.address, &obstacles)),
        }
    }
    for login in &logins {
        if let Some(account) = register.accounts.get_mut(login) {
            account.renewed = Some(today);
        }
    }
    let accesses = secrets::renew(register, &logins, today, "renouvellement annuel")?;
    keep(register, today)?;
    answer.text = secrets::show(&accesses, shown, &site, today)?;
    Ok(answer)
}

/// Gives a first or a new password to accounts: those named and, with `new`, those that never had one.
pub(super) fn welcome(
    register: &mut Register,
    logins: &[String],
    new: bool,
    shown: &LettersArgs,
    today: NaiveDate,
) -> Result<Answer> {
    let mut answer = Answer::default();
    let site = secrets::site(register, shown)?;
    let mut chosen = Vec::new();
    for login in logins {
        chosen.push(register.account(login)?.address.clone());
    }
    if new {
        let without = register.accounts.values().filter(|a| a.state == State::Active);
        for account in without.filter(|a| !register.hashes.contains_key(&a.address)) {
            // One partner out of order does not keep the others waiting.
            match obstacles(register, account, today) {
                obstacles if obstacles.is_empty() => chosen.push(account.address.clone()),
                obstacles => answer.warnings.push(left_out(&account.address, &obstacles)),
            }
        }
    }
    for address in &chosen {
        open(register, address, today)?;
    }
    let accesses = secrets::renew(register, &chosen, today, "remise par lettre")?;
    keep(register, today)?;
    answer.text = secrets::show(&accesses, shown, &site, today)?;
    Ok(answer)
}
