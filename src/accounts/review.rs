//! The yearly review (articles 5 to 9): who is dormant, whose convention lacks something or ends, which addresses
//! and exceptions deserve a look.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::address::{Verdict, judge};
use super::dates::{a_year_before, french, months_after};
use super::partner::{Annex, Kind, Partner};
use super::register::{Account, Register, State};

/// Days that may lack at the end of the logs: today's, and those of a week-end.
const TAIL_DAYS: i64 = 3;

/// Days a new account is given before it is said never used.
const FIRST_DAYS: i64 = 31;

/// Months before an end from which it is announced.
const WARNING_MONTHS: u32 = 3;

/// What a finding is about, from the most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Active accounts kept out by their partner's papers.
    ClosedByPartner,
    /// Convention, deliberation or annex missing.
    MissingPapers,
    /// Third party past its mission.
    MissionOver,
    /// Convention that ended, or will within three months.
    ConventionEnds,
    /// Not used for a year, the logs are complete.
    Dormant,
    /// Perhaps not used for a year, or since it was made: the logs lack a period.
    UnknownUse,
    /// Never used since it was made, more than a month and less than a year ago; the logs are complete.
    NeverUsed,
    /// Has no password yet.
    NoPassword,
    /// Password older than a year.
    ToRenew,
    /// Address neither nominative nor professional, or doubtful.
    Address,
    /// Exception over, or over within three months.
    ExceptionEnds,
}

impl Topic {
    /// Title of the section of the report.
    pub fn title(self) -> &'static str {
        match self {
            Self::ClosedByPartner => "Comptes fermés par la situation de leur partenaire",
            Self::MissingPapers => "Conventions incomplètes",
            Self::MissionOver => "Missions de tiers terminées",
            Self::ConventionEnds => "Conventions terminées ou près de l’être",
            Self::Dormant => "Comptes non utilisés depuis un an",
            Self::UnknownUse => "Usage inconnu : il manque des journaux",
            Self::NeverUsed => "Comptes jamais utilisés",
            Self::NoPassword => "Comptes sans mot de passe",
            Self::ToRenew => "Mots de passe de plus d’un an",
            Self::Address => "Adresses partagées, personnelles ou douteuses",
            Self::ExceptionEnds => "Exceptions terminées ou près de l’être",
        }
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// Code of the partner.
    pub partner: String,
    /// Login, or code of the partner.
    pub object: String,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub remedy: String,
}

/// Whether an account was used within a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It was, or is younger.
    Recent,
    /// It was not, since that day; every log of the year was read.
    Dormant(NaiveDate),
    /// No log says so, but some lack.
    Unknown(Vec<(NaiveDate, NaiveDate)>),
}

/// Tells whether an account was used within the year before that day.
pub fn usage(register: &Register, account: &Account, today: NaiveDate) -> Use {
    let year_ago = a_year_before(today);
    let reference = account.last_use.max(Some(account.created.max(account.since)));
    let reference = reference.unwrap_or(account.created);
    if reference > year_ago {
        return Use::Recent;
    }
    let gaps = register.coverage.gaps(year_ago, today, TAIL_DAYS);
    if gaps.is_empty() {
        Use::Dormant(reference)
    } else {
        Use::Unknown(gaps)
    }
}

/// Reviews the whole register on a day, sorted by topic then partner.
pub fn review(register: &Register, today: NaiveDate) -> Vec<Finding> {
    let mut findings = Vec::new();
    for partner in register.partners.values() {
        review_partner(register, partner, today, &mut findings);
    }
    for account in register.accounts.values().filter(|a| a.state == State::Active) {
        review_account(register, account, today, &mut findings);
    }
    findings.sort();
    findings
}

fn review_partner(register: &Register, partner: &Partner, today: NaiveDate, findings: &mut Vec<Finding>) {
    let mut add = |topic, detail: String, remedy: String| {
        findings.push(Finding {
            topic,
            partner: partner.code.clone(),
            object: partner.code.clone(),
            detail,
            remedy,
        });
    };
    let update = |option: &str| format!("atlas accounts partner update {} {option} --reason …", partner.code);
    if partner.convention.is_none() {
        add(
            Topic::MissingPapers,
            "convention non signée".into(),
            update("--convention DATE"),
        );
    }
    if partner.deliberation.is_none() {
        add(
            Topic::MissingPapers,
            "délibération absente".into(),
            update("--deliberation DATE"),
        );
    }
    for annex in Annex::ALL.into_iter().filter(|a| !partner.annexes.contains(a)) {
        let what = match annex {
            Annex::Deliberation => "délibération non annexée",
            Annex::Utilisateurs => "liste des utilisateurs non annexée",
        };
        add(
            Topic::MissingPapers,
            what.into(),
            update(&format!("--annex {}", annex.word())),
        );
    }
    if partner.kind == Kind::Tiers && partner.mission_until.is_none() {
        add(
            Topic::MissingPapers,
            "tiers sans date de fin de mission".into(),
            update("--mission-until DATE"),
        );
    }
    if partner.valid_until.is_none() {
        add(
            Topic::MissingPapers,
            "convention sans date de fin".into(),
            update("--valid-until DATE"),
        );
    }
    if let Some((day, why)) = partner.last_day()
        && day <= months_after(today, WARNING_MONTHS)
    {
        let topic = if why == "fin de la mission" && day < today {
            Topic::MissionOver
        } else {
            Topic::ConventionEnds
        };
        let open = register
            .accounts
            .values()
            .filter(|a| a.partner == partner.code && a.state == State::Active)
            .count();
        let detail = format!("{why} le {} ; comptes actifs : {open}", french(day));
        add(topic, detail, update("--valid-until DATE, ou atlas accounts disable"));
    }
}

/// Says which logs lack, and what to do.
fn unknown(gaps: &[(NaiveDate, NaiveDate)]) -> (String, String) {
    let gaps: Vec<String> = gaps
        .iter()
        .map(|(from, to)| format!("du {} au {}", french(*from), french(*to)))
        .collect();
    (
        format!("journaux non lus {}", gaps.join(", ")),
        "retrouver ces journaux (atlas accounts use), sinon demander à la personne".to_owned(),
    )
}

fn review_account(register: &Register, account: &Account, today: NaiveDate, findings: &mut Vec<Finding>) {
    let login = account.address.as_str();
    let mut add = |topic, detail: String, remedy: String| {
        findings.push(Finding {
            topic,
            partner: account.partner.clone(),
            object: login.to_owned(),
            detail,
            remedy,
        });
    };
    if let Some(partner) = register.partners.get(&account.partner) {
        let obstacles = partner.obstacles(today);
        if !obstacles.is_empty() {
            let remedy = format!("compléter le partenaire, ou atlas accounts disable {login} --reason …");
            add(Topic::ClosedByPartner, obstacles.join(" ; "), remedy);
        }
    }
    let disable = || format!("atlas accounts disable {login} --reason …");
    match usage(register, account, today) {
        Use::Dormant(since) => {
            let what = if account.last_use.is_some() {
                "dernier usage"
            } else {
                "jamais utilisé, ouvert"
            };
            add(Topic::Dormant, format!("{what} le {}", french(since)), disable());
        }
        Use::Unknown(gaps) => {
            let (detail, remedy) = unknown(&gaps);
            add(Topic::UnknownUse, detail, remedy);
        }
        Use::Recent if account.last_use.is_none() && (today - account.created).num_days() > FIRST_DAYS => {
            let gaps = register.coverage.gaps(account.created, today, TAIL_DAYS);
            if gaps.is_empty() {
                add(
                    Topic::NeverUsed,
                    format!("créé le {}", french(account.created)),
                    "relancer la personne".to_owned(),
                );
            } else {
                let (detail, remedy) = unknown(&gaps);
                add(Topic::UnknownUse, detail, remedy);
            }
        }
        Use::Recent => {}
    }
    match register.hashes.get(&account.address) {
        None => add(
            Topic::NoPassword,
            "aucun mot de passe remis".into(),
            format!("atlas accounts welcome {login}"),
        ),
        Some(hash) if hash.set <= a_year_before(today) => add(
            Topic::ToRenew,
            format!("mot de passe du {}", french(hash.set)),
            format!("atlas accounts renew --partner {} --apply", account.partner),
        ),
        Some(_) => {}
    }
    match &account.exception {
        Some(exception) => {
            if exception.until <= months_after(today, WARNING_MONTHS) {
                let detail = format!("« {} », jusqu’au {}", exception.reason, french(exception.until));
                add(Topic::ExceptionEnds, detail, disable());
            }
        }
        None => match judge(&account.address, &account.first_name, &account.last_name) {
            Verdict::Nominative => {}
            Verdict::Doubtful(why) | Verdict::Refused(why) => add(Topic::Address, why, disable()),
        },
    }
}

/// Writes the review as a text to print.
pub fn text(register: &Register, findings: &[Finding], today: NaiveDate) -> String {
    let mut out = format!("REVUE DES ACCÈS AU {}\n\n", french(today));
    let active = register.accounts.values().filter(|a| a.state == State::Active).count();
    let open = super::export::open_accounts(register, today).len();
    out.push_str(&format!(
        "Partenaires : {} · comptes : {} · actifs : {active} · ouverts à ce jour : {open}\n",
        register.partners.len(),
        register.accounts.len()
    ));
    match register.coverage.periods().last() {
        Some((_, to)) => out.push_str(&format!("Journaux lus jusqu’au {}\n", french(to.date_naive()))),
        None => out.push_str("Aucun journal lu : l’usage des comptes est inconnu (atlas accounts use)\n"),
    }
    if findings.is_empty() {
        out.push_str("\nRien à signaler.\n");
    }
    for (topic, group) in by_topic(findings) {
        out.push_str(&format!("\n{} ({})\n", topic.title(), group.len()));
        for finding in group {
            out.push_str(&format!(
                "  {} — {}\n      → {}\n",
                finding.object, finding.detail, finding.remedy
            ));
        }
    }
    out
}

/// Writes the review as a page to print.
pub fn html(register: &Register, findings: &[Finding], today: NaiveDate) -> String {
    let day = french(today);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<meta charset=\"utf-8\">\n<title>Revue des accès au {day}</title>\n\
         <style>body{{font:10pt sans-serif;margin:2em}}table{{border-collapse:collapse;width:100%}}\
         th,td{{border-bottom:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}}\
         thead{{display:table-header-group}}tr{{break-inside:avoid}}h2{{break-after:avoid;font-size:12pt}}\
         td:last-child{{width:6em}}</style>\n<h1>Revue des accès au {day}</h1>\n\
         <p>Partenaires : {} · comptes : {} · ouverts à ce jour : {}</p>\n",
        register.partners.len(),
        register.accounts.len(),
        super::export::open_accounts(register, today).len()
    );
    if findings.is_empty() {
        out.push_str("<p>Rien à signaler.</p>\n");
    }
    for (topic, group) in by_topic(findings) {
        out.push_str(&format!(
            "<h2>{} ({})</h2>\n<table><thead><tr><th scope=\"col\">Partenaire</th><th scope=\"col\">Objet</th>\
             <th scope=\"col\">Constat</th><th scope=\"col\">Suite donnée</th></tr></thead><tbody>\n",
            topic.title(),
            group.len()
        ));
        for finding in group {
            let name = register.partners.get(&finding.partner).map_or("", |p| p.name.as_str());
            out.push_str(&format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td></td></tr>\n",
                escape(name),
                escape(&finding.object),
                escape(&finding.detail)
            ));
        }
        out.push_str("</tbody></table>\n");
    }
    out
}

/// Escapes a text for HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn by_topic(findings: &[Finding]) -> BTreeMap<Topic, Vec<&Finding>> {
    let mut groups: BTreeMap<Topic, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry(finding.topic).or_default().push(finding);
    }
    groups
}
