//! What a row of a list asks, and the rows that are nobody: examples, feet of a list.

use chrono::{Datelike as _, NaiveDate};

use crate::accounts::{dates, names};
use crate::spreadsheet::{Cell, Row};

/// Words of the names of sheets that show how to fill a list.
pub(super) const EXAMPLES: &[&str] = &[
    "exemple",
    "exemples",
    "modele",
    "notice",
    "consignes",
    "aide",
    "brouillon",
];

/// First words of the lines below a list.
const FOOTERS: &[&str] = &[
    "fait a",
    "fait le",
    "le maire",
    "signature",
    "cachet",
    "date et signature",
    "nom et qualite",
    "visa",
    "total",
    "nota",
    "rappel",
    "lu et approuve",
    "pour la commune",
    "pour le",
    "bon pour",
];

/// What a row asks.
pub(super) enum Asked {
    Account,
    Departure(String),
    Unclear(String),
}

/// Tells whether a text asks to make or keep an account, and whether it asks to close one. Under a title such as
/// « Actif », « non » closes it.
pub(super) fn asked(text: &str, title: &str) -> (bool, bool) {
    const OPEN: &[&str] = &[
        "creation",
        "creer",
        "ajout",
        "ajouter",
        "nouveau",
        "nouvelle",
        "maintien",
        "maintenir",
        "renouvellement",
        "conserver",
    ];
    const CLOSE: &[&str] = &[
        "suppression",
        "supprimer",
        "supprime",
        "supprimee",
        "retrait",
        "retirer",
        "retire",
        "retiree",
        "desactivation",
        "desactiver",
        "desactive",
        "desactivee",
        "depart",
        "parti",
        "partie",
        "sortie",
        "sorti",
        "sortant",
        "fermeture",
        "fermer",
        "ferme",
        "cloture",
        "cloturer",
        "resilie",
        "resiliation",
        "inactif",
        "inactive",
        "revoque",
        "revocation",
        "retraite",
        "demission",
        "mute",
        "mutee",
        "quitte",
        "demissionnaire",
        "decede",
        "decedee",
        "radiation",
        "radie",
        "suspendu",
        "suspendue",
        "suspendre",
        "suspension",
    ];
    let key = names::key(text);
    let has = |list: &[&str]| key.split(' ').any(|w| list.contains(&w));
    let inactive =
        title.split(' ').any(|w| w == "actif" || w == "active") && matches!(key.as_str(), "non" | "n" | "0" | "faux");
    let none = key.starts_with("pas de ") || key.starts_with("sans ") || key.starts_with("aucun");
    (
        has(OPEN),
        ((has(CLOSE) || key.contains("fin de contrat")) && !none) || inactive,
    )
}

/// Tells whether a remark that speaks of a departure is about the person of the row, and about a day that has come.
pub(super) fn closes_at_once(text: &str, today: NaiveDate) -> bool {
    let key = names::key(text);
    let words: Vec<&str> = key.split(' ').collect();
    let of_another = words.iter().any(|w| {
        w.starts_with("remplac") || w.starts_with("succed") || matches!(*w, "suite" | "successeur" | "successeure")
    });
    let in_part = key.contains("en partie");
    let later = text
        .split([' ', ',', ';', '(', ')'])
        .any(|w| dates::parse(w.trim_end_matches('.')).is_some_and(|day| day > today))
        || words
            .iter()
            .any(|w| w.len() == 4 && w.parse().is_ok_and(|year: i32| year > today.year()))
        || words
            .iter()
            .any(|w| matches!(*w, "prevu" | "prevue" | "prochain" | "prochaine" | "futur"));
    !of_another && !in_part && !later
}

/// « Fait à Lille | signature »: not a person.
pub(super) fn is_a_footer(row: &Row) -> bool {
    row.cells.values().take(8).any(|cell| {
        let Cell::Text(text) = cell else { return false };
        let key = names::key(&text.chars().take(40).collect::<String>());
        FOOTERS.iter().any(|f| key == *f || key.starts_with(&format!("{f} ")))
    })
}

/// « Exemple : DUPONT ».
pub(super) fn is_an_example(row: &Row) -> bool {
    row.cells.values().next().is_some_and(|cell| {
        let Cell::Text(text) = cell else { return false };
        let key = names::key(&text.chars().take(20).collect::<String>());
        key == "ex" || key.split(' ').next() == Some("exemple")
    })
}
