//! Partners and the dates that open and close their access (articles 5, 8 and 9).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use clap::ValueEnum;

use super::dates::{french, months_after};

/// Kind of partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// Commune.
    Commune,
    /// Bailleur social.
    Bailleur,
    /// Union régionale pour l'habitat.
    UnionHabitat,
    /// Action Logement.
    ActionLogement,
    /// Département.
    Departement,
    /// Services de l'État.
    Etat,
    /// Agence d'urbanisme.
    AgenceUrbanisme,
    /// Métropole, qui administre l'atlas.
    Metropole,
    /// Tiers sous contrat : bureau d'étude, opérateur de relogement, association.
    Tiers,
}

impl Kind {
    /// Every kind, in the order of the convention.
    pub const ALL: [Self; 9] = [
        Self::Commune,
        Self::Bailleur,
        Self::UnionHabitat,
        Self::ActionLogement,
        Self::Departement,
        Self::Etat,
        Self::AgenceUrbanisme,
        Self::Metropole,
        Self::Tiers,
    ];

    /// Word kept in the register and typed on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Bailleur => "bailleur",
            Self::UnionHabitat => "union-habitat",
            Self::ActionLogement => "action-logement",
            Self::Departement => "departement",
            Self::Etat => "etat",
            Self::AgenceUrbanisme => "agence-urbanisme",
            Self::Metropole => "metropole",
            Self::Tiers => "tiers",
        }
    }
}

/// A document annexed to the convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Annex {
    /// Délibération qui approuve la convention.
    Deliberation,
    /// Liste des utilisateurs.
    Utilisateurs,
}

impl Annex {
    /// Every annex the convention asks for.
    pub const ALL: [Self; 2] = [Self::Deliberation, Self::Utilisateurs];

    /// Word kept in the register and typed on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deliberation => "deliberation",
            Self::Utilisateurs => "utilisateurs",
        }
    }
}

/// Months of notice before a termination takes effect (article 9).
pub const NOTICE_MONTHS: u32 = 3;

/// A signatory of the convention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Short word that names it on the command line: `lille`, `bailleur-1`.
    pub code: String,
    /// Name as written on the convention.
    pub name: String,
    /// Kind of partner.
    pub kind: Kind,
    /// Day the convention was signed.
    pub convention: Option<NaiveDate>,
    /// Day of the deliberation that approves it.
    pub deliberation: Option<NaiveDate>,
    /// Documents annexed.
    pub annexes: BTreeSet<Annex>,
    /// Last day of the convention.
    pub valid_until: Option<NaiveDate>,
    /// Last day of the mission of a third party.
    pub mission_until: Option<NaiveDate>,
    /// Day the termination was notified; it takes effect three months later.
    pub notice: Option<NaiveDate>,
}

impl Partner {
    /// Gives the last day of access and what sets it, the earliest of the dates that end it.
    pub fn last_day(&self) -> Option<(NaiveDate, &'static str)> {
        [
            (self.valid_until, "fin de la convention"),
            (self.mission_until, "fin de la mission"),
            (self.notice.map(|d| months_after(d, NOTICE_MONTHS)), "résiliation"),
        ]
        .into_iter()
        .filter_map(|(date, why)| Some((date?, why)))
        .min()
    }

    /// Says what forbids an active account on that day; empty when nothing does.
    pub fn obstacles(&self, today: NaiveDate) -> Vec<String> {
        let mut found = Vec::new();
        match self.convention {
            None => found.push("convention non signée".to_owned()),
            Some(day) if day > today => found.push(format!("convention signée seulement le {}", french(day))),
            Some(_) => {}
        }
        match self.deliberation {
            None => found.push("délibération absente".to_owned()),
            Some(day) if day > today => found.push(format!("délibération seulement du {}", french(day))),
            Some(_) if !self.annexes.contains(&Annex::Deliberation) => {
                found.push("délibération non annexée à la convention".to_owned());
            }
            Some(_) => {}
        }
        if self.kind == Kind::Tiers && self.mission_until.is_none() {
            found.push("tiers sans date de fin de mission".to_owned());
        }
        if let Some((day, why)) = self.last_day()
            && day < today
        {
            found.push(format!("{why} le {}", french(day)));
        }
        found
    }
}
