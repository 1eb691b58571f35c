//! The files of the proxy: which are kept up to date, and what they hold.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::gestures::keep;
use crate::accounts::export;
use crate::accounts::register::{Form, Register, State};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Result};
use crate::fs;

/// Writes the files asked for and keeps them up to date from now on; those to `forget` are left as they are.
pub(super) fn export(
    register: &mut Register,
    asked: [(&Option<PathBuf>, Form); 3],
    forget: &[PathBuf],
    today: NaiveDate,
) -> Result<Answer> {
    for path in forget {
        let path = fs::absolute(path)?;
        if register.outputs.remove(&path).is_none() {
            let known = register.outputs.keys().map(|p| p.display().to_string());
            return Err(
                Diagnostic::error(format!("{} n’est pas tenu à jour par ce registre", path.display()))
                    .hint(format!(
                        "fichiers tenus à jour : {}",
                        known.collect::<Vec<_>>().join(", ")
                    ))
                    .into(),
            );
        }
        register.record(
            today,
            "fichier du serveur oublié",
            &path.display().to_string(),
            "export --forget",
        );
    }
    for (path, form) in asked {
        let Some(path) = path else { continue };
        let path = fs::absolute(path)?;
        // A path mistyped is not kept: every later command would fail on it.
        if !register.outputs.contains_key(&path) {
            fs::replace(&path, export::render(register, form, today).as_bytes())?;
        }
        register.outputs.insert(path, form);
    }
    if register.outputs.is_empty() && forget.is_empty() {
        return Err(Diagnostic::error("aucun fichier à écrire")
            .hint("donner --htpasswd FICHIER, --caddy FICHIER ou --authelia FICHIER")
            .into());
    }
    keep(register, today)?;
    Ok(exported(register, today))
}

fn exported(register: &Register, today: NaiveDate) -> Answer {
    let mut answer = Answer::default();
    let open = export::open_accounts(register, today).len();
    for path in register.outputs.keys() {
        answer
            .text
            .push_str(&format!("{} : comptes ouverts, {open}\n", path.display()));
    }
    for account in register.accounts.values().filter(|a| a.state == State::Active) {
        let obstacles = register.obstacles(account, today);
        if !obstacles.is_empty() {
            answer.warnings.push(Diagnostic::warning(format!(
                "« {} » laissé dehors : {}",
                account.address,
                obstacles.join(" ; ")
            )));
        }
    }
    answer
}
