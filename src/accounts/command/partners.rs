//! Gestures on partners.

use chrono::NaiveDate;

use super::gestures::needed;
use super::{Paper, PapersArgs, PartnerGesture};
use crate::accounts::dates::french;
use crate::accounts::import::one_line;
use crate::accounts::partner::{Kind, NOTICE_MONTHS, Partner};
use crate::accounts::register::Register;
use crate::diag::{Diagnostic, Result};

pub(super) fn run(register: &mut Register, gesture: &PartnerGesture, today: NaiveDate) -> Result<String> {
    match gesture {
        PartnerGesture::Add {
            code,
            name,
            kind,
            papers,
        } => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if code.is_empty() || !code.chars().all(plain) {
                return Err(
                    Diagnostic::error(format!("code « {code} » : minuscules sans accent, chiffres et tirets"))
                        .hint("par exemple : lille, bailleur-1")
                        .into(),
                );
            }
            if register.partners.contains_key(code) {
                return Err(Diagnostic::error(format!("le partenaire « {code} » est déjà inscrit"))
                    .hint(format!("atlas accounts partner update {code} …"))
                    .into());
            }
            let mut partner = Partner {
                code: code.clone(),
                name: one_line(name),
                kind: *kind,
                convention: None,
                deliberation: None,
                annexes: std::collections::BTreeSet::new(),
                valid_until: None,
                mission_until: None,
                notice: None,
            };
            set(&mut partner, papers)?;
            let reason = Some(what(papers)).filter(|papers| !papers.is_empty());
            let reason = reason.unwrap_or_else(|| "sans convention ni délibération".to_owned());
            register.record(today, "inscription du partenaire", code, &reason);
            let message = state(&partner, today);
            register.partners.insert(code.clone(), partner);
            Ok(message)
        }
        PartnerGesture::Update {
            code,
            name,
            kind,
            papers,
            clear,
            reason,
        } => {
            let mut partner = register.partner(code)?.clone();
            let mut changes = vec![needed(reason)?];
            if let Some(name) = name {
                changes.push(format!("nom « {} » → « {} »", partner.name, one_line(name)));
                partner.name = one_line(name);
            }
            if let Some(kind) = kind {
                changes.push(format!("genre {} → {}", partner.kind.word(), kind.word()));
                partner.kind = *kind;
            }
            changes.extend(clear.iter().filter_map(|paper| take_back(&mut partner, *paper)));
            set(&mut partner, papers)?;
            let papers = what(papers);
            if !papers.is_empty() {
                changes.push(papers);
            }
            register.record(today, "modification du partenaire", code, &changes.join(", "));
            let message = state(&partner, today);
            register.partners.insert(code.clone(), partner);
            Ok(message)
        }
        PartnerGesture::Remove { code, reason } => {
            register.partner(code)?;
            let accounts = register.accounts.values().filter(|a| a.partner == *code).count();
            if accounts > 0 {
                return Err(
                    Diagnostic::error(format!("le partenaire « {code} » a encore des comptes ({accounts})"))
                        .hint("les retirer d’abord : atlas accounts remove …")
                        .into(),
                );
            }
            let reason = needed(reason)?;
            register.partners.remove(code);
            register.record(today, "retrait du partenaire", code, &reason);
            Ok(format!("Partenaire « {code} » retiré.\n"))
        }
        PartnerGesture::List => Ok(register.partners.values().map(|p| state(p, today)).collect()),
    }
}

fn set(partner: &mut Partner, papers: &PapersArgs) -> Result<()> {
    partner.convention = papers.convention.or(partner.convention);
    partner.deliberation = papers.deliberation.or(partner.deliberation);
    partner.annexes.extend(papers.annex.iter().copied());
    partner.valid_until = papers.valid_until.or(partner.valid_until);
    partner.mission_until = papers.mission_until.or(partner.mission_until);
    partner.notice = papers.notice.or(partner.notice);
    if let (Some(signed), Some(end)) = (partner.convention, partner.valid_until)
        && end < signed
    {
        return Err(Diagnostic::error(format!(
            "convention signée le {}, terminée le {} : la fin précède la signature",
            french(signed),
            french(end)
        ))
        .into());
    }
    if partner.kind == Kind::Tiers && partner.mission_until.is_none() {
        return Err(Diagnostic::error("un tiers a une date de fin de mission")
            .hint("donner --mission-until DATE")
            .into());
    }
    Ok(())
}

/// Takes a paper back from a partner; says what it was, or nothing when there was none.
fn take_back(partner: &mut Partner, paper: Paper) -> Option<String> {
    let (label, date) = match paper {
        Paper::Annexes => {
            let annexes = std::mem::take(&mut partner.annexes);
            let words: Vec<&str> = annexes.iter().map(|a| a.word()).collect();
            return (!words.is_empty()).then(|| format!("annexes retirées ({})", words.join(", ")));
        }
        Paper::Convention => ("signature de la convention", partner.convention.take()),
        Paper::Deliberation => ("délibération", partner.deliberation.take()),
        Paper::ValidUntil => ("fin de la convention", partner.valid_until.take()),
        Paper::MissionUntil => ("fin de la mission", partner.mission_until.take()),
        Paper::Notice => ("résiliation", partner.notice.take()),
    };
    date.map(|day| format!("{label} effacée ({})", french(day)))
}

fn what(papers: &PapersArgs) -> String {
    let mut parts: Vec<String> = [
        ("convention du", papers.convention),
        ("délibération du", papers.deliberation),
        ("valable jusqu’au", papers.valid_until),
        ("mission jusqu’au", papers.mission_until),
        ("résiliation notifiée le", papers.notice),
    ]
    .into_iter()
    .filter_map(|(label, date)| Some(format!("{label} {}", french(date?))))
    .collect();
    parts.extend(papers.annex.iter().map(|a| format!("annexe {}", a.word())));
    parts.join(", ")
}

fn state(partner: &Partner, today: NaiveDate) -> String {
    let obstacles = partner.obstacles(today);
    let mut line = format!("{} — {} ({})", partner.code, partner.name, partner.kind.word());
    if obstacles.is_empty() {
        line.push_str(" : peut avoir des comptes actifs");
    } else {
        line.push_str(&format!(" : aucun compte actif possible, {}", obstacles.join(" ; ")));
    }
    if let Some((day, why)) = partner.last_day() {
        let notice = if why == "résiliation" {
            format!(" ({NOTICE_MONTHS} mois après sa notification)")
        } else {
            String::new()
        };
        line.push_str(&format!(" ; {why} le {}{notice}", french(day)));
    }
    line.push('\n');
    line
}
