//! Letters and lists to print: the access of a person, the accounts a partner confirms each year.

use chrono::NaiveDate;

use super::dates::french;
use super::partner::Partner;
use super::password::Password;
use super::register::{Account, Register, State};
use super::review::escape;

/// A password just made, for the letter that shows it once.
pub struct Access {
    /// The account.
    pub account: Account,
    /// Name of its partner.
    pub partner: String,
    /// The password, in clear.
    pub password: Password,
}

const CONDITIONS: &[&str] = &[
    "Le compte est personnel : ni l’identifiant ni le mot de passe ne se prêtent.",
    "Les données servent aux seules finalités de la convention ; tout usage commercial est exclu.",
    "Elles sont confidentielles et couvertes par le secret professionnel ; elles ne sont pas transmises telles quelles à un tiers.",
    "Tout document qui en est tiré porte la mention de sa source, imprimée au pied de chaque page de l’atlas.",
    "Un départ ou un changement de fonction se signale le jour même à l’administrateur.",
    "Un compte qui ne sert pas pendant un an est désactivé ; les mots de passe sont renouvelés chaque année.",
];

/// What the person is told of what is kept about them (GDPR, article 13); the page of the site says it in full.
const PERSONAL_DATA: &[&str] = &[
    "Sont gardés votre nom, votre fonction, votre adresse, votre organisme et la date de votre dernier usage, le temps de la convention et un an.",
    "Le journal du serveur note les pages demandées, pour la sécurité du service : douze mois au plus.",
    "Vous pouvez demander à les voir, à les faire corriger ou effacer : auprès de l’administrateur de l’atlas.",
];

/// Writes one letter per account, as text, one page each.
pub fn text(accesses: &[Access], site: &str, today: NaiveDate) -> String {
    let letters: Vec<String> = accesses.iter().map(|a| letter(a, site, today)).collect();
    // A form feed starts a new sheet on a printer.
    letters.join("\u{c}\n")
}

fn letter(access: &Access, site: &str, today: NaiveDate) -> String {
    let account = &access.account;
    let mut out = format!(
        "ACCÈS À L’ATLAS DES LOGEMENTS LOCATIFS SOCIAUX\nLettre personnelle du {}\n\n{}\n",
        french(today),
        account.person()
    );
    if !account.function.is_empty() {
        out.push_str(&format!("{}\n", account.function));
    }
    out.push_str(&format!(
        "{}\n\nAdresse      : {site}\nIdentifiant  : {}\nMot de passe : {}\n\n",
        access.partner,
        account.address,
        access.password.reveal()
    ));
    out.push_str(
        "Le mot de passe compte 20 caractères, à saisir en majuscules, sans espace ni tiret.\n\
         Il ne contient ni I, ni L, ni O, ni U : ce qui y ressemble est un chiffre (1 ou 0) ou un V.\n\
         Il n’est conservé nulle part : cette lettre ne peut pas être imprimée une seconde fois.\n\n\
         Conditions d’utilisation\n",
    );
    for condition in CONDITIONS {
        out.push_str(&format!("  - {condition}\n"));
    }
    out.push_str("\nVos données\n");
    for line in PERSONAL_DATA {
        out.push_str(&format!("  - {line}\n"));
    }
    let site = site.trim_end_matches('/');
    out.push_str(&format!(
        "\nTexte complet       : {site}/conditions/\nDictionnaire        : {site}/dictionnaire/ (page, classeur et version à imprimer)\nAide à la connexion : {site}/connexion/ (sans mot de passe)\nVos données         : {site}/protection-donnees/ (sans mot de passe)\n"
    ));
    out
}

/// Writes the letters as one page for a browser, one sheet each.
pub fn html(accesses: &[Access], site: &str, today: NaiveDate) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"fr\">\n<meta charset=\"utf-8\">\n<title>Lettres d’accès</title>\n\
         <style>body{font:11pt sans-serif;margin:0}section{break-after:page;padding:2cm}\
         pre{font:inherit;white-space:pre-wrap}code{font:bold 15pt monospace;letter-spacing:.08em}</style>\n",
    );
    for access in accesses {
        let text = escape(&letter(access, site, today));
        let password = access.password.reveal();
        let text = text.replace(password, &format!("<code>{password}</code>"));
        out.push_str(&format!("<section><pre>{text}</pre></section>\n"));
    }
    out
}

/// Writes the list a partner confirms each year: its accounts, a box to tick, a place to sign.
pub fn confirmation(register: &Register, partner: &Partner, today: NaiveDate) -> String {
    let mut out = format!(
        "LISTE DES COMPTES À CONFIRMER\n{} — au {}\n\n\
         Merci de cocher les personnes qui gardent l’accès, de barrer les autres, de compléter, de signer et de renvoyer.\n\n",
        partner.name,
        french(today)
    );
    let accounts = register.accounts.values().filter(|a| a.partner == partner.code);
    for account in accounts {
        let used = match account.last_use {
            Some(day) => format!("dernier usage le {}", french(day)),
            None => "aucun usage connu".to_owned(),
        };
        let state = match &account.state {
            State::Active => String::new(),
            State::Disabled(reason) => format!(" — DÉSACTIVÉ ({reason})"),
        };
        out.push_str(&format!(
            "[ ] {} {}, {}\n    {}\n    {used}{state}\n",
            account.last_name.to_uppercase(),
            account.first_name,
            if account.function.is_empty() {
                "fonction à préciser"
            } else {
                &account.function
            },
            account.address
        ));
    }
    out.push_str("\nFait le ____________   Nom, qualité et signature : ______________________________\n");
    out
}
