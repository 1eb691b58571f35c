//! Lists of accounts: those that partners send, compared and applied, and that of the register.

use std::path::Path;

use chrono::NaiveDate;

use super::gestures::as_json;
use crate::accounts::address::Address;
use crate::accounts::import::{self, one_line};
use crate::accounts::register::{Account, Register};
use crate::accounts::table;
use crate::cli::Answer;
use crate::diag::{Result, Severity};

/// Tells what a list changes and, to `apply` it, changes the register in memory.
pub(super) fn import_list(
    register: &mut Register,
    list: &Path,
    options: &import::Options,
    apply: bool,
    today: NaiveDate,
    json: bool,
) -> Result<Answer> {
    let changes = import::compare(list, options, register, today)?;
    let refused = changes
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count();
    let mut text = format!(
        "{}Additions : {} · modifications : {} · fermetures : {} · inchangés : {} · refus : {refused}\n",
        if apply {
            ""
        } else {
            "Essai à blanc : rien n’est enregistré (ajouter --apply).\n"
        },
        changes.added.len(),
        changes.changed.len(),
        changes.departures.len(),
        changes.same.len()
    );
    for account in &changes.added {
        text.push_str(&format!(
            "  + {} — {}{} ({})\n",
            account.address,
            account.person(),
            match account.function.as_str() {
                "" => String::new(),
                function => format!(", {function}"),
            },
            account.partner
        ));
    }
    for (account, what) in &changes.changed {
        text.push_str(&format!("  ~ {} — {what}\n", account.address));
    }
    for (address, what) in &changes.departures {
        text.push_str(&format!("  - {address} — à fermer : {what}\n"));
    }
    if !changes.absent.is_empty() {
        text.push_str("Comptes actifs absents de la liste (départs à confirmer, puis atlas accounts disable) :\n");
        for address in &changes.absent {
            text.push_str(&format!("  ? {address}\n"));
        }
    }
    if apply {
        let name = list.file_name().unwrap_or_default().to_string_lossy();
        import::apply(&changes, register, today, &format!("liste « {} »", one_line(&name)));
        if !changes.added.is_empty() {
            text.push_str("Lettres et mots de passe des nouveaux comptes : atlas accounts welcome --new\n");
        }
    }
    if json {
        text = as_json(&serde_json::json!({
            "applied": apply,
            "added": changes.added.iter().map(|a| a.address.as_str()).collect::<Vec<_>>(),
            "changed": changes.changed.iter().map(|(a, what)| [a.address.as_str(), what]).collect::<Vec<_>>(),
            "departures": changes.departures.iter().map(|(a, what)| [a.as_str(), what]).collect::<Vec<_>>(),
            "same": changes.same.iter().map(Address::as_str).collect::<Vec<_>>(),
            "absent": changes.absent.iter().map(Address::as_str).collect::<Vec<_>>(),
            "findings": &changes.findings,
        }))?;
    }
    Ok(Answer {
        text,
        warnings: changes.findings,
    })
}

/// Shows the accounts of the register, or those of a partner.
pub(super) fn list(
    register: &Register,
    partner: Option<&str>,
    csv: bool,
    json: bool,
    today: NaiveDate,
) -> Result<String> {
    let accounts = register
        .accounts
        .values()
        .filter(|a| partner.is_none_or(|p| p == a.partner));
    let day = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let row = |a: &Account| {
        let obstacles = register.obstacles(a, today);
        let state = if obstacles.is_empty() {
            "ouvert".to_owned()
        } else {
            format!("fermé : {}", obstacles.join(" ; "))
        };
        [
            a.address.to_string(),
            a.last_name.clone(),
            a.first_name.clone(),
            a.function.clone(),
            a.partner.clone(),
            day(a.last_use),
            state,
        ]
    };
    const TITLES: [&str; 7] = [
        "identifiant",
        "nom",
        "prenom",
        "fonction",
        "partenaire",
        "dernier_usage",
        "etat",
    ];
    if json {
        let rows: Vec<serde_json::Map<String, serde_json::Value>> = accounts
            .map(row)
            .map(|fields| {
                TITLES
                    .iter()
                    .map(|t| (*t).to_owned())
                    .zip(fields.map(Into::into))
                    .collect()
            })
            .collect();
        return as_json(&rows);
    }
    if csv {
        let rows = accounts.map(row).map(Vec::from);
        return Ok(String::from_utf8_lossy(&table::write(&TITLES, rows)).into_owned());
    }
    if accounts.clone().next().is_none() {
        return Ok("Aucun compte.\n".to_owned());
    }
    Ok(accounts
        .map(row)
        .map(|[login, last, first, _, partner, used, state]| {
            let used = if used.is_empty() {
                "jamais vu".to_owned()
            } else {
                format!("vu le {used}")
            };
            format!("{login} — {first} {last}, {partner} — {used} — {state}\n")
        })
        .collect())
}
