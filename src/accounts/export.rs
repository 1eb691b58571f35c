//! The files of the proxy: who gets in, and nothing else. An account that should be closed is not in them.

use chrono::NaiveDate;

use super::register::{Account, Form, Register};
use crate::diag::Result;
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

/// Writes again every file the register knows of.
///
/// # Errors
/// The first file that could not be written; the proxy still reads the old one.
pub fn write_all(register: &Register, today: NaiveDate) -> Result<()> {
    for (path, form) in &register.outputs {
        fs::replace(path, render(register, *form, today).as_bytes())?;
    }
    Ok(())
}

/// A YAML text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
