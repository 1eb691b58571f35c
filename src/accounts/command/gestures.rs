//! Which gesture does what to the register, then to the files of the proxy.

use chrono::{Duration, NaiveDate};

use super::{AccountsArgs, Gesture, PartnerGesture, add, lists, opening, partners, proxy, renewal, update};
use crate::accounts::dates::french;
use crate::accounts::import::{self, one_line};
use crate::accounts::register::{Form, Register};
use crate::accounts::{export, review, usage};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Result};

/// Runs a gesture on the register, saves it, and writes the proxy's files again.
///
/// # Errors
/// What forbids the gesture; the register is then unchanged.
pub fn run(args: &AccountsArgs, json: bool) -> Result<Answer> {
    let today = args.today.unwrap_or_else(|| chrono::Local::now().date_naive());
    let folder = args.register.as_ref().ok_or_else(|| {
        Diagnostic::error("dossier du registre non précisé")
            .hint("donner --register DOSSIER, un dossier privé hors du site")
    })?;
    let mut register = Register::open(folder)?;
    if changes_access(&args.gesture) {
        // A command killed between the register and the proxy's files left them behind. What cannot be written now is
        // told when the gesture itself writes it.
        export::write_all(&register, today).unwrap_or_default();
    }
    let before = register.history.len();
    let mut answer = Answer::default();
    match &args.gesture {
        Gesture::Partner(gesture) => answer.text = partners::run(&mut register, gesture, today)?,
        Gesture::Import {
            list,
            partner,
            letter_of,
            apply,
        } => {
            let options = import::Options {
                partner: partner.clone(),
                letter: *letter_of,
            };
            answer = lists::import_list(&mut register, list, &options, *apply, today, json)?;
        }
        Gesture::Add(add) => return add::run(&mut register, add, today),
        Gesture::Update(changes) => answer = update::run(&mut register, changes, today)?,
        Gesture::Disable { logins, reason } => answer = opening::disable(&mut register, logins, reason, today)?,
        Gesture::Enable { logins, reason } => answer = opening::enable(&mut register, logins, reason, today)?,
        Gesture::Remove { logins, reason } => answer = opening::remove(&mut register, logins, reason, today)?,
        Gesture::List { partner, csv } => {
            if let Some(code) = partner {
                register.partner(code)?;
            }
            answer.text = lists::list(&register, partner.as_deref(), *csv, json, today)?;
        }
        Gesture::Renew {
            partner,
            apply,
            letters,
            ..
        } => return renewal::renew(&mut register, partner.as_deref(), *apply, letters, today),
        Gesture::Review { html, disable_dormant } => {
            if *disable_dormant {
                answer.warnings = opening::disable_unused(&mut register, today);
            }
            let findings = review::review(&register, today);
            answer.text = match (json, html) {
                (true, _) => as_json(&findings)?,
                (false, true) => review::html(&register, &findings, today),
                (false, false) => review::text(&register, &findings, today),
            };
        }
        Gesture::Use { logs, silence_days } => {
            let silence = Duration::days(i64::from(*silence_days).max(1));
            answer = read_logs(&mut register, logs, silence)?;
            register.save()?;
        }
        Gesture::Welcome { logins, new, letters } => {
            return renewal::welcome(&mut register, logins, *new, letters, today);
        }
        Gesture::Export {
            htpasswd,
            caddy,
            authelia,
            forget,
        } => {
            let asked = [
                (htpasswd, Form::Htpasswd),
                (caddy, Form::Caddy),
                (authelia, Form::Authelia),
            ];
            answer = proxy::export(&mut register, asked, forget, today)?;
        }
        Gesture::History { forget_before } => {
            if let Some(day) = forget_before {
                register.history.retain(|e| e.date >= *day);
                register.save()?;
            }
            for event in &register.history {
                let line = [
                    french(event.date),
                    event.action.clone(),
                    event.object.clone(),
                    event.reason.clone(),
                ];
                answer.text.push_str(&format!("{}\n", line.join(" · ")));
            }
            return Ok(answer);
        }
    }
    if register.history.len() != before {
        keep(&register, today)?;
    }
    Ok(answer)
}

/// Tells whether a gesture may open or close an account, rather than only read the register.
fn changes_access(gesture: &Gesture) -> bool {
    match gesture {
        Gesture::Import { apply, .. } | Gesture::Renew { apply, .. } => *apply,
        Gesture::Review { disable_dormant, .. } => *disable_dormant,
        Gesture::Partner(PartnerGesture::List)
        | Gesture::List { .. }
        | Gesture::History { .. }
        | Gesture::Use { .. }
        | Gesture::Export { .. } => false,
        Gesture::Partner(_)
        | Gesture::Add(_)
        | Gesture::Update(_)
        | Gesture::Disable { .. }
        | Gesture::Enable { .. }
        | Gesture::Remove { .. }
        | Gesture::Welcome { .. } => true,
    }
}

/// Saves the register, then brings the proxy's files up to date.
pub(super) fn keep(register: &Register, today: NaiveDate) -> Result<()> {
    register.save()?;
    export::write_all(register, today)
}

pub(super) fn needed(reason: &str) -> Result<String> {
    let reason = one_line(reason);
    if reason.is_empty() {
        return Err(Diagnostic::error("motif vide")
            .hint("donner --reason \"départ de la personne, courrier du 12/03/2026\"")
            .into());
    }
    Ok(reason)
}

pub(super) fn as_json<T: serde::Serialize>(value: &T) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|e| crate::diag::foreign::json(&e))?;
    Ok(format!("{text}\n"))
}

fn read_logs(register: &mut Register, logs: &[std::path::PathBuf], silence: Duration) -> Result<Answer> {
    let reading = usage::read(logs, silence, &mut register.coverage)?;
    let (mut updated, mut strangers) = (0, 0);
    for (address, day) in &reading.last {
        match register.accounts.get_mut(address) {
            Some(account) if account.last_use < Some(*day) => {
                account.last_use = Some(*day);
                updated += 1;
            }
            Some(_) => {}
            None => strangers += 1,
        }
    }
    let mut text = format!(
        "Lignes lues : {} · illisibles : {} · comptes mis à jour : {updated} · identifiants hors du registre : {strangers}\n",
        reading.lines, reading.torn
    );
    for (from, to) in register.coverage.periods() {
        text.push_str(&format!(
            "  période connue : du {} au {}\n",
            french(from.date_naive()),
            french(to.date_naive())
        ));
    }
    Ok(Answer {
        text,
        warnings: reading.notes,
    })
}
