//! The files of the proxy: who gets in, and nothing else. An account that should be closed is not in them.

use std::path::Path;

use chrono::NaiveDate;

use super::register::{Account, Form, Register};
use crate::diag::{Diagnostics, Result};
use crate::fs;

/// Gives the accounts open on that day, by login, each with its hash.
pub fn open_accounts(register: &Register, today: NaiveDate) -> Vec<(&Account, &str)> {
    register
        .accounts
        .values()
        .filter(|account| register.obstacles(account, today).is_empty())
        .filter_map(|account| Some((account, register.hashes.get(&account.address)?.hash.as_str())))
        .collect()
}

/// Writes the open accounts in a form of proxy.
pub fn render(register: &Register, form: Form, today: NaiveDate) -> String {
    let accounts = open_accounts(register, today);
    let mut out = String::from(
        "# Écrit par « atlas accounts » : ne pas modifier à la main.\n\
         # Empreintes bcrypt, coût 8 : des mots de passe de 100 bits aléatoires n’appellent pas un coût plus lent.\n",
    );
    match form {
        Form::Htpasswd => {
            for (account, hash) in accounts {
                out.push_str(&format!("{}:{hash}\n", account.address));
            }
        }
        Form::Caddy => {
            // Caddy takes seconds to refuse a login it does not know: closed accounts stay, with a hash no password
            // gives. The first line stands for an empty list, which Caddy refuses to read.
            let closed = format!("$2y$08${}", ".".repeat(53));
            out.push_str(&format!("personne {closed}\n"));
            for account in register.accounts.values() {
                let open = accounts.iter().find(|(a, _)| a.address == account.address);
                let hash = open.map_or(closed.as_str(), |(_, hash)| hash);
                out.push_str(&format!("{} {hash}\n", account.address));
            }
        }
        Form::Authelia => {
            out.push_str("users:\n");
            if register.accounts.is_empty() {
                out.truncate(out.len() - 1);
                out.push_str(" {}\n");
            }
            // A closed account stays, disabled: Authelia then closes its open sessions too.
            for account in register.accounts.values() {
                let Some(hash) = register.hashes.get(&account.address) else {
                    continue;
                };
                let closed = !register.obstacles(account, today).is_empty();
                out.push_str(&format!(
                    "  {login}:\n    disabled: {closed}\n    displayname: {name}\n    email: {login}\n    password: {hash}\n    groups:\n      - {group}\n",
                    login = quoted(account.address.as_str()),
                    name = quoted(&account.person()),
                    hash = quoted(&hash.hash),
                    group = quoted(&account.partner),
                ));
            }
        }
    }
    out
}

/// Writes again every file the register knows of, those that say already what they must excepted.
///
/// # Errors
/// Every file that could not be written; the others are, and the proxy still reads the old one of those.
pub fn write_all(register: &Register, today: NaiveDate) -> Result<()> {
    let mut found = Diagnostics::new();
    for (path, form) in &register.outputs {
        found.absorb(write(register, path, *form, today));
    }
    if found.has_error() { Err(found) } else { Ok(()) }
}

/// Writes one file of a proxy, unless it says already what it must.
///
/// # Errors
/// The file could not be written, with how to do without it.
pub fn write(register: &Register, path: &Path, form: Form, today: NaiveDate) -> Result<()> {
    let text = render(register, form, today);
    let private = fs::mode(path).is_ok_and(|mode| mode.is_some_and(|mode| mode & 0o007 == 0));
    if private && fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(());
    }
    fs::replace(path, text.as_bytes()).map_err(|errors| {
        let hint = format!(
            "le registre est à jour, ce fichier non : le rendre accessible puis « atlas accounts export » ; s’il ne sert plus, « atlas accounts export --forget {} »",
            path.display()
        );
        errors.into_iter().map(|e| e.hint(hint.clone())).collect()
    })
}

/// A YAML text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
