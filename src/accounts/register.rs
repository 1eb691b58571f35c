//! The register: a private folder of text tables, changed under a lock, with the history of every change.
//!
//! | file | one line per |
//! |---|---|
//! | `partenaires.csv` | signatory of the convention |
//! | `comptes.csv` | person; the address is the login |
//! | `empreintes.csv` | hash of a password, with its algorithm and cost |
//! | `journaux.csv` | period whose access logs were read |
//! | `sorties.csv` | file of the proxy to write again at each change |
//! | `reglages.csv` | setting the letters need: the address of the site |
//! | `historique.csv` | change: date, action, object, reason |
//!
//! The history is written first and the hashes last: whatever is cut short, no access is open without a trace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::address::Address;
use super::partner::{Annex, Kind, Partner};
use super::table::{self, Record};
use super::usage::Coverage;
use crate::diag::{Diagnostic, Diagnostics, Result, collect};
use crate::fs;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Professional address, and login.
    pub address: Address,
    /// Last name.
    pub last_name: String,
    /// First name.
    pub first_name: String,
    /// Function in its organisation.
    pub function: String,
    /// Code of the partner.
    pub partner: String,
    /// Date of the letter that asked for it.
    pub requested: Option<NaiveDate>,
    /// Day it was made.
    pub created: NaiveDate,
    /// Day of the last yearly renewal.
    pub renewed: Option<NaiveDate>,
    /// Day of the last authenticated request found in the logs.
    pub last_use: Option<NaiveDate>,
    /// Open or closed.
    pub state: State,
    /// Since when; a year without use is counted from this day too.
    pub since: NaiveDate,
    /// Why its address is accepted although it is not nominative and professional.
    pub exception: Option<Exception>,
}

impl Account {
    /// First and last name.
    pub fn person(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Open, as long as its partner is.
    Active,
    /// Closed, for a reason of one line.
    Disabled(String),
}

/// An address accepted by exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Reason, one line.
    pub reason: String,
    /// Last day.
    pub until: NaiveDate,
}

/// The hash of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hash {
    /// `bcrypt coût 8`.
    pub algorithm: String,
    /// Day the password was made.
    pub set: NaiveDate,
    /// The hash itself.
    pub hash: String,
}

/// A form of the proxy's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// One `login:hash` line per account, for nginx and Apache.
    Htpasswd,
    /// One `login hash` line per account, to import in a Caddyfile.
    Caddy,
    /// `users_database.yml` of Authelia.
    Authelia,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Htpasswd, Self::Caddy, Self::Authelia];

    /// Word kept in the register.
    pub fn word(self) -> &'static str {
        match self {
            Self::Htpasswd => "htpasswd",
            Self::Caddy => "caddy",
            Self::Authelia => "authelia",
        }
    }
}

/// One change of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Day it was made.
    pub date: NaiveDate,
    /// What was done.
    pub action: String,
    /// Login or partner.
    pub object: String,
    /// Why.
    pub reason: String,
}

/// The register in memory; what is changed is kept by [`Register::save`].
#[derive(Debug)]
pub struct Register {
    folder: PathBuf,
    /// Partners by code.
    pub partners: BTreeMap<String, Partner>,
    /// Accounts by login.
    pub accounts: BTreeMap<Address, Account>,
    /// Hashes by login.
    pub hashes: BTreeMap<Address, Hash>,
    /// Periods whose logs were read.
    pub coverage: Coverage,
    /// Files of the proxy to write again at each change.
    pub outputs: BTreeMap<PathBuf, Form>,
    /// Address of the site, printed on the letters.
    pub site: Option<String>,
    /// Every change, oldest first.
    pub history: Vec<Event>,
    /// Held as long as the register is open.
    _lock: fs::Lock,
}

const PARTNERS: &[&str] = &[
    "code",
    "nom",
    "genre",
    "convention_signee_le",
    "deliberation_du",
    "annexes",
    "valable_jusqu_au",
    "mission_jusqu_au",
    "resiliation_notifiee_le",
];
const ACCOUNTS: &[&str] = &[
    "courriel",
    "nom",
    "prenom",
    "fonction",
    "partenaire",
    "demande_par_courrier_du",
    "cree_le",
    "renouvele_le",
    "dernier_usage",
    "etat",
    "etat_depuis",
    "motif",
    "exception_motif",
    "exception_jusqu_au",
];
const HASHES: &[&str] = &["courriel", "algorithme", "pose_le", "empreinte"];
const COVERAGE: &[&str] = &["debut", "fin"];
const OUTPUTS: &[&str] = &["forme", "fichier"];
const SETTINGS: &[&str] = &["reglage", "valeur"];
const HISTORY: &[&str] = &["date", "action", "objet", "motif"];

impl Register {
    /// Opens a register, alone: waits until no other command holds it. A folder that does not exist is made, private.
    ///
    /// # Errors
    /// A folder others may read, a folder of the published site, and every line that cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        refuse_published(folder)?;
        fs::create_private_dir(folder)?;
        if let Some(mode) = fs::mode(folder)?
            && mode & 0o077 != 0
        {
            return Err(
                Diagnostic::error(format!("dossier du registre lisible par d’autres (mode {mode:o})"))
                    .at(folder)
                    .hint(format!("chmod 700 {}", folder.display()))
                    .into(),
            );
        }
        let lock = fs::Lock::exclusive(&folder.join(".verrou"))?;
        // People and hashes a command killed while it wrote left behind.
        fs::sweep(folder)?;
        let read = |name: &str, columns| table::read(&folder.join(name), columns);
        let mut found = Diagnostics::new();
        let partners = found.absorb(read("partenaires.csv", PARTNERS).and_then(|r| collect(r.iter().map(partner))));
        let accounts = found.absorb(read("comptes.csv", ACCOUNTS).and_then(|r| collect(r.iter().map(account))));
        let hashes = found.absorb(read("empreintes.csv", HASHES).and_then(|r| collect(r.iter().map(hash))));
        let coverage = found.absorb(read("journaux.csv", COVERAGE).and_then(|r| collect(r.iter().map(period))));
        let outputs = found.absorb(read("sorties.csv", OUTPUTS).and_then(|r| collect(r.iter().map(output))));
        let settings = found.absorb(read("reglages.csv", SETTINGS).and_then(|r| collect(r.iter().map(setting))));
        let history = found.absorb(read("historique.csv", HISTORY).and_then(|r| collect(r.iter().map(event))));
        if found.has_error() {
            return Err(found.sorted());
        }
        let register = Self {
            folder: folder.to_path_buf(),
            partners: partners
                .unwrap_or_default()
                .into_iter()
                .map(|p| (p.code.clone(), p))
                .collect(),
            accounts: accounts
                .unwrap_or_default()
                .into_iter()
                .map(|a| (a.address.clone(), a))
                .collect(),
            hashes: hashes.unwrap_or_default().into_iter().collect(),
            coverage: Coverage::from_periods(coverage.unwrap_or_default()),
            outputs: outputs.unwrap_or_default().into_iter().collect(),
            site: settings.unwrap_or_default().pop(),
            history: history.unwrap_or_default(),
            _lock: lock,
        };
        let orphans = register
            .accounts
            .values()
            .filter(|a| !register.partners.contains_key(&a.partner));
        let found: Diagnostics = orphans
            .map(|a| {
                Diagnostic::error(format!(
                    "compte « {} » : partenaire « {} » inconnu",
                    a.address, a.partner
                ))
                .at(folder.join("comptes.csv"))
                .suggest(&a.partner, register.partners.keys().map(String::as_str))
            })
            .collect();
        if found.has_error() { Err(found) } else { Ok(register) }
    }

    /// Adds a line to the history.
    pub fn record(&mut self, date: NaiveDate, action: &str, object: &str, reason: &str) {
        self.history.push(Event {
            date,
            action: action.to_owned(),
            object: object.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Says why an account does not open the atlas on that day; empty when it does.
    pub fn obstacles(&self, account: &Account, today: NaiveDate) -> Vec<String> {
        let mut found = Vec::new();
        if let State::Disabled(reason) = &account.state {
            found.push(format!(
                "désactivé le {} : {reason}",
                super::dates::french(account.since)
            ));
        }
        match self.partners.get(&account.partner) {
            Some(partner) => found.extend(partner.obstacles(today)),
            None => found.push("partenaire inconnu".to_owned()),
        }
        if !self.hashes.contains_key(&account.address) {
            found.push("pas encore de mot de passe".to_owned());
        }
        if let Some(exception) = &account.exception
            && exception.until < today
        {
            let day = super::dates::french(exception.until);
            found.push(format!("exception d’adresse terminée le {day}"));
        }
        found
    }

    /// Finds an account by its login.
    ///
    /// # Errors
    /// An unknown login, with the nearest known one.
    pub fn account(&mut self, login: &str) -> Result<&mut Account> {
        let address = Address::parse(login).map_err(Diagnostic::error)?;
        if !self.accounts.contains_key(&address) {
            return Err(
                Diagnostic::error(format!("aucun compte « {address} » dans le registre"))
                    .hint("« atlas accounts --register DOSSIER list » donne les comptes, « add » en ouvre un")
                    .suggest(address.as_str(), self.accounts.keys().map(Address::as_str))
                    .into(),
            );
        }
        // The key was just found.
        self.accounts
            .get_mut(&address)
            .ok_or_else(|| Diagnostic::error("compte absent").into())
    }

    /// Finds a partner by its code.
    ///
    /// # Errors
    /// An unknown code, with the nearest known one.
    pub fn partner(&self, code: &str) -> Result<&Partner> {
        self.partners.get(code).ok_or_else(|| {
            Diagnostic::error(format!("aucun partenaire « {code} » dans le registre"))
                .hint("l’inscrire d’abord : « atlas accounts --register DOSSIER partner add »")
                .suggest(code, self.partners.keys().map(String::as_str))
                .into()
        })
    }

    /// Writes what changed, each file whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// The file that could not be written.
    pub fn save(&self) -> Result<()> {
        let write = |name: &str, bytes: Vec<u8>| {
            let path = self.folder.join(name);
            if fs::exists(&path) && fs::read(&path)? == bytes {
                return Ok(());
            }
            fs::write_atomic(&path, &bytes, 0o600)
        };
        let event = |e: &Event| vec![e.date.to_string(), e.action.clone(), e.object.clone(), e.reason.clone()];
        write("historique.csv", table::write(HISTORY, self.history.iter().map(event)))?;
        write(
            "partenaires.csv",
            table::write(PARTNERS, self.partners.values().map(partner_row)),
        )?;
        write(
            "comptes.csv",
            table::write(ACCOUNTS, self.accounts.values().map(account_row)),
        )?;
        let period = |(from, to): &(DateTime<Utc>, DateTime<Utc>)| vec![from.to_rfc3339(), to.to_rfc3339()];
        write(
            "journaux.csv",
            table::write(COVERAGE, self.coverage.periods().iter().map(period)),
        )?;
        let output = |(path, form): (&PathBuf, &Form)| vec![form.word().to_owned(), path.display().to_string()];
        write("sorties.csv", table::write(OUTPUTS, self.outputs.iter().map(output)))?;
        let site = self.site.iter().map(|site| vec!["site".to_owned(), site.clone()]);
        write("reglages.csv", table::write(SETTINGS, site))?;
        let hash = |(address, h): (&Address, &Hash)| {
            vec![
                address.to_string(),
                h.algorithm.clone(),
                h.set.to_string(),
                h.hash.clone(),
            ]
        };
        let known = self
            .hashes
            .iter()
            .filter(|(address, _)| self.accounts.contains_key(address));
        write("empreintes.csv", table::write(HASHES, known.map(hash)))
    }
}

/// Refuses a folder inside a published site.
fn refuse_published(folder: &Path) -> Result<()> {
    let absolute = fs::absolute(folder)?;
    match absolute
        .ancestors()
        .find(|a| fs::exists(&a.join("robots.txt")) || fs::exists(&a.join("index.html")))
    {
        Some(site) => Err(
            Diagnostic::error(format!("le registre serait dans un site publié ({})", site.display()))
                .at(folder)
                .hint("choisir un dossier hors du site, par exemple /var/lib/atlas/registre")
                .into(),
        ),
        None => Ok(()),
    }
}

fn partner(r: &Record) -> Result<Partner> {
    let kind = r.get("genre");
    let annex = |word: &str| {
        Annex::ALL.into_iter().find(|a| a.word() == word).ok_or_else(|| {
            r.wrong("annexes", word, "« deliberation » ou « utilisateurs » attendu")
                .into()
        })
    };
    let annexes = r.get("annexes").split([' ', ',']).filter(|w| !w.is_empty());
    Ok(Partner {
        code: r.text("code").ok_or_else(|| r.wrong("code", "", "un code attendu"))?,
        name: r.get("nom").to_owned(),
        kind: Kind::ALL.into_iter().find(|k| k.word() == kind).ok_or_else(|| {
            r.wrong("genre", kind, "genre inconnu")
                .suggest(kind, Kind::ALL.map(Kind::word))
        })?,
        convention: r.date("convention_signee_le")?,
        deliberation: r.date("deliberation_du")?,
        annexes: collect(annexes.map(annex))?.into_iter().collect(),
        valid_until: r.date("valable_jusqu_au")?,
        mission_until: r.date("mission_jusqu_au")?,
        notice: r.date("resiliation_notifiee_le")?,
    })
}

fn partner_row(p: &Partner) -> Vec<String> {
    vec![
        p.code.clone(),
        p.name.clone(),
        p.kind.word().to_owned(),
        table::date(p.convention),
        table::date(p.deliberation),
        p.annexes.iter().map(|a| a.word()).collect::<Vec<_>>().join(" "),
        table::date(p.valid_until),
        table::date(p.mission_until),
        table::date(p.notice),
    ]
}

fn account(r: &Record) -> Result<Account> {
    let address = Address::exact(r.get("courriel")).map_err(|why| r.wrong("courriel", r.get("courriel"), &why))?;
    let state = match r.get("etat") {
        "actif" => State::Active,
        "désactivé" => State::Disabled(r.get("motif").to_owned()),
        other => return Err(r.wrong("etat", other, "« actif » ou « désactivé » attendu").into()),
    };
    let exception = match r.text("exception_motif") {
        Some(reason) => Some(Exception {
            reason,
            until: r.needed_date("exception_jusqu_au")?,
        }),
        None => None,
    };
    Ok(Account {
        address,
        last_name: r.get("nom").to_owned(),
        first_name: r.get("prenom").to_owned(),
        function: r.get("fonction").to_owned(),
        partner: r.get("partenaire").to_owned(),
        requested: r.date("demande_par_courrier_du")?,
        created: r.needed_date("cree_le")?,
        renewed: r.date("renouvele_le")?,
        last_use: r.date("dernier_usage")?,
        state,
        since: r.needed_date("etat_depuis")?,
        exception,
    })
}

fn account_row(a: &Account) -> Vec<String> {
    let (state, reason) = match &a.state {
        State::Active => ("actif", String::new()),
        State::Disabled(reason) => ("désactivé", reason.clone()),
    };
    vec![
        a.address.to_string(),
        a.last_name.clone(),
        a.first_name.clone(),
        a.function.clone(),
        a.partner.clone(),
        table::date(a.requested),
        a.created.to_string(),
        table::date(a.renewed),
        table::date(a.last_use),
        state.to_owned(),
        a.since.to_string(),
        reason,
        a.exception.as_ref().map(|e| e.reason.clone()).unwrap_or_default(),
        table::date(a.exception.as_ref().map(|e| e.until)),
    ]
}

fn hash(r: &Record) -> Result<(Address, Hash)> {
    let address = Address::exact(r.get("courriel")).map_err(|why| r.wrong("courriel", r.get("courriel"), &why))?;
    let hash = r.get("empreinte").to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '.' | '/');
    if !hash.starts_with("$2y$") || hash.len() != 60 || !hash.chars().all(plain) {
        return Err(r
            .wrong("empreinte", "…", "une empreinte bcrypt « $2y$… » attendue")
            .into());
    }
    let hash = Hash {
        algorithm: r.get("algorithme").to_owned(),
        set: r.needed_date("pose_le")?,
        hash,
    };
    Ok((address, hash))
}

fn period(r: &Record) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let read = |column: &str| match DateTime::parse_from_rfc3339(r.get(column)) {
        Ok(date) => Ok(date.with_timezone(&Utc)),
        Err(_) => Err(r.wrong(column, r.get(column), "une date et une heure attendues")),
    };
    Ok((read("debut")?, read("fin")?))
}

fn output(r: &Record) -> Result<(PathBuf, Form)> {
    let word = r.get("forme");
    match Form::ALL.into_iter().find(|f| f.word() == word) {
        Some(form) => Ok((PathBuf::from(r.get("fichier")), form)),
        None => Err(r
            .wrong("forme", word, "forme inconnue")
            .suggest(word, Form::ALL.map(Form::word))
            .into()),
    }
}

fn setting(r: &Record) -> Result<String> {
    match r.get("reglage") {
        "site" => Ok(r.get("valeur").to_owned()),
        other => Err(r.wrong("reglage", other, "« site » attendu").into()),
    }
}

fn event(r: &Record) -> Result<Event> {
    Ok(Event {
        date: r.needed_date("date")?,
        action: r.get("action").to_owned(),
        object: r.get("objet").to_owned(),
        reason: r.get("motif").to_owned(),
    })
}
