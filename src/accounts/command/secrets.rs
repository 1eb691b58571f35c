//! Showing passwords once: on a terminal, a printer's pipe or a page served once, never in a file.

use std::time::Duration;

use chrono::NaiveDate;

use super::LettersArgs;
use crate::accounts::address::Address;
use crate::accounts::letters::{self, Access};
use crate::accounts::password::{COST, Password};
use crate::accounts::register::{Hash, Register};
use crate::diag::{Diagnostic, Result};
use crate::fs;

/// How long the page waits for its browser.
const PATIENCE: Duration = Duration::from_secs(600);

/// Gives the address of the site for the letters, the one given, then kept, or the one kept.
///
/// # Errors
/// No address, or passwords shown where they would stay.
pub(super) fn site(register: &mut Register, letters: &LettersArgs) -> Result<String> {
    check(letters)?;
    if letters.site.is_some() {
        register.site.clone_from(&letters.site);
    }
    register.site.clone().ok_or_else(|| {
        Diagnostic::error("adresse du site inconnue : la lettre ne pourrait pas la donner")
            .hint("ajouter --site https://… ; elle est ensuite retenue dans le registre")
            .into()
    })
}

/// Refuses to show passwords where they would stay.
fn check(letters: &LettersArgs) -> Result<()> {
    // The unit tests read the letters in memory: where their own output goes says nothing.
    let stays = !cfg!(test) && fs::stdout_is_file();
    if !letters.browser && stays {
        return Err(Diagnostic::error("les lettres portent des mots de passe : elles ne s’écrivent pas dans un fichier")
            .hint("les afficher au terminal, les envoyer à une imprimante (… | lp), ou ajouter --browser pour les imprimer depuis le navigateur")
            .into());
    }
    Ok(())
}

/// Gives new passwords to accounts, in memory; the register keeps their hashes.
pub(super) fn renew(register: &mut Register, logins: &[Address], today: NaiveDate, why: &str) -> Result<Vec<Access>> {
    let mut accesses = Vec::new();
    for login in logins {
        let Some(account) = register.accounts.get(login).cloned() else {
            continue;
        };
        let password = Password::generate()?;
        let hash = Hash {
            algorithm: format!("bcrypt, coût {COST}"),
            set: today,
            hash: password.hash()?,
        };
        register.hashes.insert(login.clone(), hash);
        register.record(today, "mot de passe", login.as_str(), why);
        let partner = register
            .partners
            .get(&account.partner)
            .map(|p| p.name.clone())
            .unwrap_or_default();
        accesses.push(Access {
            account,
            partner,
            password,
        });
    }
    Ok(accesses)
}

/// Shows the letters, once: gives them as text, or serves them to a browser of this machine.
pub(super) fn show(accesses: &[Access], letters: &LettersArgs, site: &str, today: NaiveDate) -> Result<String> {
    if accesses.is_empty() {
        return Ok("Aucun mot de passe à remettre.\n".to_owned());
    }
    if !letters.browser {
        return Ok(letters::text(accesses, site, today));
    }
    let page = letters::html(accesses, site, today);
    let failed = |_| Diagnostic::error("la page des lettres n’a pas pu être servie").hint("recommencer sans --browser");
    let server = tiny_http::Server::http("127.0.0.1:0").map_err(failed)?;
    // A path nobody else on this machine can guess.
    let secret = Password::generate()?;
    let path = format!("/{}", secret.reveal());
    crate::accounts::command::announce(&format!(
        "Lettres à imprimer, affichées une seule fois : http://{}{path}",
        server.server_addr()
    ));
    let deadline = std::time::Instant::now() + PATIENCE;
    while let Some(left) = deadline.checked_duration_since(std::time::Instant::now()) {
        let Ok(Some(request)) = server.recv_timeout(left) else {
            break;
        };
        if request.url() != path || *request.method() != tiny_http::Method::Get {
            // A stranger's request: the answer may fail without harm.
            let _ = request.respond(tiny_http::Response::empty(404));
            continue;
        }
        let mut response = tiny_http::Response::from_string(page);
        for header in [
            "Content-Type: text/html; charset=utf-8",
            "Cache-Control: no-store",
            "Referrer-Policy: no-referrer",
        ] {
            if let Ok(header) = header.parse() {
                response.add_header::<tiny_http::Header>(header);
            }
        }
        request.respond(response).map_err(|_| {
            Diagnostic::error("la page des lettres a été interrompue")
                .hint("atlas accounts welcome … en donnera de nouvelles")
        })?;
        return Ok(format!("Lettres affichées : {}.\n", accesses.len()));
    }
    Err(
        Diagnostic::error("aucun navigateur n’a demandé les lettres : ces mots de passe sont perdus")
            .hint("atlas accounts welcome … en donnera de nouveaux")
            .into(),
    )
}
