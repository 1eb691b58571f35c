//! What each gesture does to the register, then to the files of the proxy.

use chrono::{Duration, NaiveDate};

use super::secrets;
use super::{AccountsArgs, AddArgs, Gesture, PartnerGesture, partners, update};
use crate::accounts::address::{Address, Verdict, judge};
use crate::accounts::dates::french;
use crate::accounts::import::{self, one_line};
use crate::accounts::register::{Account, Exception, Form, Register, State};
use crate::accounts::review::{self, Use};
use crate::accounts::{export, letters, names, table, usage};
use crate::cli::Answer;
use crate::diag::{Diagnostic, Diagnostics, Result, Severity};
use crate::fs;

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
            answer = import_list(&mut register, list, &options, *apply, today, json)?;
        }
        Gesture::Add(add) => return add_account(register, add, today),
        Gesture::Update(changes) => answer = update::run(&mut register, changes, today)?,
        Gesture::Disable { logins, reason } => {
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
        }
        Gesture::Enable { logins, reason } => {
            for login in logins {
                if register.account(login)?.state == State::Active {
                    answer.text.push_str(&format!("{login} n’était pas désactivé.\n"));
                    continue;
                }
                enable(&mut register, login, &needed(reason)?, today)?;
                answer.text.push_str(&format!("{login} : rouvert.\n"));
            }
        }
        Gesture::Remove { logins, reason } => {
            for login in logins {
                let address = register.account(login)?.address.clone();
                register.accounts.remove(&address);
                register.hashes.remove(&address);
                register.record(today, "retrait", address.as_str(), &needed(reason)?);
                answer.text.push_str(&format!("{address} : retiré.\n"));
            }
        }
        Gesture::List { partner, csv } => {
            if let Some(code) = partner {
                register.partner(code)?;
            }
            answer.text = list(&register, partner.as_deref(), *csv, json, today)?;
        }
        Gesture::Renew {
            partner,
            apply,
            letters,
            ..
        } => {
            let codes: Vec<String> = match partner {
                Some(code) => vec![register.partner(code)?.code.clone()],
                None => register.partners.keys().cloned().collect(),
            };
            if !apply {
                let lists = codes.iter().filter_map(|c| register.partners.get(c));
                answer.text = lists
                    .map(|p| letters::confirmation(&register, p, today))
                    .collect::<Vec<_>>()
                    .join("\u{c}\n");
                return Ok(answer);
            }
            let site = secrets::site(&mut register, letters)?;
            let mut logins = Vec::new();
            let renewed = register.accounts.values().filter(|a| codes.contains(&a.partner));
            for account in renewed.filter(|a| a.state == State::Active) {
                match obstacles(&register, account, today) {
                    obstacles if obstacles.is_empty() => logins.push(account.address.clone()),
                    obstacles => answer.warnings.push(left_out(&account.address, &obstacles)),
                }
            }
            for login in &logins {
                if let Some(account) = register.accounts.get_mut(login) {
                    account.renewed = Some(today);
                }
            }
            let accesses = secrets::renew(&mut register, &logins, today, "renouvellement annuel")?;
            keep(&register, today)?;
            answer.text = secrets::show(&accesses, letters, &site, today)?;
            return Ok(answer);
        }
        Gesture::Review { html, disable_dormant } => {
            if *disable_dormant {
                answer.warnings = disable_unused(&mut register, today);
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
            let site = secrets::site(&mut register, letters)?;
            let mut chosen = Vec::new();
            for login in logins {
                chosen.push(register.account(login)?.address.clone());
            }
            if *new {
                let without = register.accounts.values().filter(|a| a.state == State::Active);
                for account in without.filter(|a| !register.hashes.contains_key(&a.address)) {
                    // One partner out of order does not keep the others waiting.
                    match obstacles(&register, account, today) {
                        obstacles if obstacles.is_empty() => chosen.push(account.address.clone()),
                        obstacles => answer.warnings.push(left_out(&account.address, &obstacles)),
                    }
                }
            }
            for address in &chosen {
                open(&register, address, today)?;
            }
            let accesses = secrets::renew(&mut register, &chosen, today, "remise par lettre")?;
            keep(&register, today)?;
            answer.text = secrets::show(&accesses, letters, &site, today)?;
            return Ok(answer);
        }
        Gesture::Export {
            htpasswd,
            caddy,
            authelia,
            forget,
        } => {
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
            let asked = [
                (htpasswd, Form::Htpasswd),
                (caddy, Form::Caddy),
                (authelia, Form::Authelia),
            ];
            for (path, form) in asked {
                let Some(path) = path else { continue };
                let path = fs::absolute(path)?;
                // A path mistyped is not kept: every later command would fail on it.
                if !register.outputs.contains_key(&path) {
                    fs::replace(&path, export::render(&register, form, today).as_bytes())?;
                }
                register.outputs.insert(path, form);
            }
            if register.outputs.is_empty() && forget.is_empty() {
                return Err(Diagnostic::error("aucun fichier à écrire")
                    .hint("donner --htpasswd FICHIER, --caddy FICHIER ou --authelia FICHIER")
                    .into());
            }
            keep(&register, today)?;
            answer = exported(&register, today);
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
fn keep(register: &Register, today: NaiveDate) -> Result<()> {
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

/// Says why an account may not be open, but for a missing password.
fn obstacles(register: &Register, account: &Account, today: NaiveDate) -> Vec<String> {
    let mut obstacles = register.obstacles(account, today);
    obstacles.retain(|o| o != "pas encore de mot de passe");
    obstacles
}

fn left_out(address: &Address, obstacles: &[String]) -> Diagnostic {
    Diagnostic::warning(format!("« {address} » laissé dehors : {}", obstacles.join(" ; ")))
}

/// Checks that an account may be open: state and papers; a missing password is no obstacle here.
fn open(register: &Register, address: &Address, today: NaiveDate) -> Result<()> {
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

fn enable(register: &mut Register, login: &str, reason: &str, today: NaiveDate) -> Result<()> {
    let account = register.account(login)?;
    account.state = State::Active;
    account.since = today;
    let address = account.address.clone();
    open(register, &address, today)?;
    register.record(today, "réouverture", address.as_str(), reason);
    Ok(())
}

fn import_list(
    register: &mut Register,
    list: &std::path::Path,
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

fn add_account(mut register: Register, add: &AddArgs, today: NaiveDate) -> Result<Answer> {
    let site = match add.no_password {
        true => String::new(),
        false => secrets::site(&mut register, &add.letters)?,
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
        keep(&register, today)?;
        answer.text = format!("{address} : créé, sans mot de passe (atlas accounts welcome {address}).\n");
        return Ok(answer);
    }
    let accesses = secrets::renew(&mut register, &[address], today, "remise par lettre")?;
    keep(&register, today)?;
    answer.text = secrets::show(&accesses, &add.letters, &site, today)?;
    Ok(answer)
}

fn list(register: &Register, partner: Option<&str>, csv: bool, json: bool, today: NaiveDate) -> Result<String> {
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

fn as_json<T: serde::Serialize>(value: &T) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|e| crate::diag::foreign::json(&e))?;
    Ok(format!("{text}\n"))
}

fn disable_unused(register: &mut Register, today: NaiveDate) -> Diagnostics {
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
