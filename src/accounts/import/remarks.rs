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
        "mutation",
        "suppr",
        "enlever",
        "oter",
        "clore",
        "licencie",
        "licenciee",
        "licenciement",
        "demissionne",
    ];
    /// Said in several words.
    const GONE: &[&str] = &[
        "fin contrat",
        "contrat termine",
        "cdd termine",
        "stage termine",
        "mission terminee",
        "non reconduit",
        "non reconduite",
        "non renouvele",
        "non renouvelee",
        "ne pas reconduire",
        "ne pas renouveler",
        "ne plus renouveler",
        "plus d acces",
        "fin de contrat",
        "fin de cdd",
        "fin de mission",
        "fin de fonction",
        "fin de fonctions",
        "fin de stage",
        "plus en poste",
        "plus en fonction",
        "plus en fonctions",
        "plus dans le service",
        "plus dans la collectivite",
        "ne travaille plus",
        "n est plus en",
        "n est plus dans",
        "n est plus au",
        "n est plus a",
        "n est plus la",
        "n est plus chez",
        "ancien agent",
        "ancienne agente",
        "ancien salarie",
        "ancienne salariee",
        "ancien utilisateur",
        "ancienne utilisatrice",
    ];
    let key = names::key(text);
    let has = |list: &[&str]| key.split(' ').any(|w| list.contains(&w));
    let inactive =
        title.split(' ').any(|w| w == "actif" || w == "active") && matches!(key.as_str(), "non" | "n" | "0" | "faux");
    let none = key.starts_with("pas de ") || key.starts_with("sans ") || key.starts_with("aucun");
    (
        has(OPEN),
        ((has(CLOSE) || GONE.iter().any(|words| holds(&key, words))) && !none) || inactive,
    )
}

/// Tells whether a text may speak of a departure, or of a person who changes, without saying that the account ends.
pub(super) fn is_to_be_read(text: &str) -> bool {
    const WATCHED: &[&str] = &[
        "ancien",
        "ancienne",
        "absent",
        "absente",
        "absence",
        "change",
        "changement",
        "conge",
        "detache",
        "detachee",
        "detachement",
        "disponibilite",
        "maladie",
        "mobilite",
        "obsolete",
        "perime",
        "plus",
        "quitter",
        "remplace",
        "remplacee",
        "temporaire",
    ];
    text.contains('†') || names::key(text).split(' ').any(|w| WATCHED.contains(&w))
}

/// Tells whether a state says that the account is to stay as it is: « actif », « en poste », « sans changement ».
pub(super) fn is_a_usual_state(text: &str) -> bool {
    const USUAL: &[&str] = &[
        "actif",
        "active",
        "activite",
        "poste",
        "present",
        "presente",
        "oui",
        "o",
        "ok",
        "x",
        "inchange",
        "inchangee",
        "changement",
        "identique",
        "titulaire",
        "contractuel",
        "contractuelle",
        "cdi",
        "cdd",
        "stagiaire",
        "alternant",
        "alternante",
        "valide",
        "validee",
        "jour",
        "ouvert",
        "existant",
        "existante",
        "deja",
    ];
    let key = names::key(text);
    let inverted = key.split(' ').any(|w| matches!(w, "non" | "pas" | "plus" | "jamais"));
    !inverted && key.split(' ').any(|w| USUAL.contains(&w))
}

/// Tells whether words stand in a text, whole.
fn holds(key: &str, words: &str) -> bool {
    format!(" {key} ").contains(&format!(" {words} "))
}

/// Tells whether a text holds a day, or a month, after today: « 31/12/2026 », « 1er mars 2026 », « juin 2026 ».
fn speaks_of_later(text: &str, today: NaiveDate) -> bool {
    let words: Vec<&str> = text
        .split([' ', ',', ';', '(', ')'])
        .filter(|w| !w.is_empty())
        .collect();
    let is_number = |w: &str| w.chars().all(|c| c.is_ascii_digit());
    // « 59350 » is a postal code, not the serial number of a day.
    let dated = |words: &[&str]| match words {
        [one] if is_number(one) => None,
        words => dates::parse(words.join(" ").trim_end_matches('.')),
    };
    (1..=3).any(|length| words.windows(length).filter_map(dated).any(|day| day > today))
        // A month is over on its last day.
        || words.windows(2).any(|pair| {
            let first = dated(&["1", pair[0], pair[1]]).filter(|_| pair[0].chars().all(char::is_alphabetic));
            first.is_some_and(|day| dates::months_after(day, 1) > today)
        })
        // « départ le 15 mars »: of this year, unless it is told as over.
        || (!is_told_as_over(text)
            && words.windows(2).enumerate().any(|(at, pair)| {
                let year = today.year().to_string();
                let without_year = !words.get(at + 2).is_some_and(|w| w.len() == 4 && is_number(w));
                without_year
                    && pair[0].starts_with(|c: char| c.is_ascii_digit())
                    && dated(&[pair[0], pair[1], &year]).is_some_and(|day| day > today)
            }))
}

/// Tells whether a departure is told in the past: « a quitté », « parti ».
fn is_told_as_over(text: &str) -> bool {
    let key = names::key(text);
    key.split(' ')
        .any(|w| matches!(w, "parti" | "partie" | "quitte" | "depuis" | "decede" | "decedee"))
}

/// Tells whether a remark that speaks of a departure is about the person of the row, and about a day that has come.
pub(super) fn closes_at_once(text: &str, today: NaiveDate) -> bool {
    let key = names::key(text);
    let words: Vec<&str> = key.split(' ').collect();
    let of_another = words.iter().any(|w| {
        w.starts_with("remplac") || w.starts_with("succed") || matches!(*w, "suite" | "successeur" | "successeure")
    });
    let in_part = key.contains("en partie");
    // « arrivée par mutation », « demande de mutation en cours ».
    let arriving =
        words.iter().any(|w| w.starts_with("arriv")) || holds(&key, "en cours") || holds(&key, "demande de mutation");
    !of_another && !in_part && !arriving && !is_later(text, today)
}

/// Tells whether a departure is said for a day, a month or a year that has not come.
pub(super) fn is_later(text: &str, today: NaiveDate) -> bool {
    let key = names::key(text);
    let mut words = key.split(' ');
    speaks_of_later(text, today)
        || words.any(|w| {
            matches!(w, "prevu" | "prevue" | "prochain" | "prochaine" | "futur")
                || w.len() == 4 && w.parse().is_ok_and(|year: i32| year > today.year())
        })
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
        matches!(key.split(' ').next(), Some("exemple" | "ex"))
    })
}
