//! What a title says of its column, and how plainly.

use super::columns::Field;

/// What a title says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) field: Field,
    /// How plainly: of two columns, the plainer is taken.
    pub(super) rank: u32,
}

/// Rank of a title that names addresses of any kind: what the column holds decides.
pub(super) const VAGUE: u32 = 1;

const LAST: &[&str] = &["nom", "noms", "patronyme", "patronymique", "surname", "lastname"];
const FIRST: &[&str] = &["prenom", "prenoms", "firstname"];
const OTHERS: &[&str] = &[
    "accueil",
    "chef",
    "directeur",
    "direction",
    "generique",
    "hierarchique",
    "n1",
    "organisme",
    "perso",
    "personnel",
    "personnelle",
    "pole",
    "referent",
    "responsable",
    "secretariat",
    "service",
    "signataire",
    "structure",
    "superieur",
];
const BODIES: &[&str] = &[
    "organisme",
    "organismes",
    "partenaire",
    "partenaires",
    "structure",
    "commune",
    "communes",
    "collectivite",
    "bailleur",
    "employeur",
    "organisation",
    "entite",
    "societe",
    "etablissement",
    "mairie",
    "association",
];
const PEOPLE: &[&str] = &[
    "agent",
    "agents",
    "utilisateur",
    "utilisateurs",
    "identite",
    "personne",
    "personnes",
    "beneficiaire",
    "beneficiaires",
    "titulaire",
    "collaborateur",
    "collaborateurs",
];

/// Recognises a title, in lower case without accents.
pub(super) fn guess(key: &str) -> Option<Guess> {
    let words: Vec<&str> = key.split(' ').collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let found = |field, rank| Some(Guess { field, rank });
    // As mail programs and the tools of human resources export them.
    match key {
        "" => return None,
        "last name" | "family name" => return found(Field::Last, 6),
        "first name" | "given name" => return found(Field::First, 6),
        "name" | "full name" | "display name" => return found(Field::FirstLast, 3),
        "job title" => return found(Field::Function, 6),
        "company" | "organization" => return found(Field::Partner, 5),
        _ => {}
    }
    if let Some(rank) = email(key, &words) {
        return found(Field::Email, rank);
    }
    if has(&[
        "telephone",
        "tel",
        "mobile",
        "portable",
        "postale",
        "postal",
        "signature",
        "numero",
        "matricule",
    ]) {
        return None;
    }
    if let Some(field) = leaving(&words) {
        return found(field, 6);
    }
    let (first, last) = (has(FIRST), has(LAST));
    if has(&["naissance"]) && !last {
        return None;
    }
    let of_another = has(OTHERS);
    if first && last {
        let at = |list: &[&str]| words.iter().position(|w| list.contains(w));
        let field = if at(FIRST) < at(LAST) {
            Field::FirstLast
        } else {
            Field::LastFirst
        };
        return found(field, if of_another { 2 } else { 6 });
    }
    if first {
        return found(Field::First, if of_another { 2 } else { 6 });
    }
    if has(&["adresse"]) {
        return None;
    }
    if last && has(BODIES) {
        return found(Field::Partner, 6);
    }
    if last {
        return match () {
            () if key == "nom d utilisateur" => None,
            () if has(&["service", "services", "pole", "direction", "fichier", "residence"]) && !has(PEOPLE) => None,
            () if of_another => found(Field::Last, 2),
            () if has(&["naissance", "fille"]) => found(Field::Last, 3),
            () if has(&["usage", "usuel", "marital", "epouse"]) => found(Field::Last, 8),
            () if has(&["famille"]) => found(Field::Last, 7),
            () => found(Field::Last, 6),
        };
    }
    if has(BODIES) && !has(&["residence", "fonction"]) {
        return found(Field::Partner, if words.len() == 1 { 6 } else { 5 });
    }
    if has(&["fonction", "fonctions"]) {
        return found(Field::Function, 6);
    }
    if has(&["poste", "qualite", "emploi", "metier", "grade"]) {
        return found(Field::Function, 4);
    }
    if matches!(
        key,
        "service" | "direction" | "service direction" | "direction service" | "role"
    ) {
        return found(Field::Function, 1);
    }
    // Alone only: « membre de la commission » is no name.
    const ALONE: &[&str] = &[
        "interlocuteur",
        "interlocuteurs",
        "intervenant",
        "intervenants",
        "membre",
        "membres",
        "personnel",
        "personnel concerne",
        "referent",
        "referente",
        "referents",
        "salarie",
        "salaries",
    ];
    if has(PEOPLE) || ALONE.contains(&key) {
        return found(Field::LastFirst, 3);
    }
    if has(&["courrier", "lettre", "demande", "demandee"]) || (has(&["date"]) && words.len() == 1) {
        return found(Field::Letter, if has(&["date", "courrier", "lettre"]) { 6 } else { 4 });
    }
    None
}

/// Tells whether a column under this title holds remarks, in anyone's words.
pub(super) fn is_of_remarks(key: &str) -> bool {
    const REMARKS: &[&str] = &[
        "observation",
        "observations",
        "remarque",
        "remarques",
        "commentaire",
        "commentaires",
        "note",
        "notes",
        "precision",
        "precisions",
        "divers",
        "obs",
    ];
    key.split(' ').any(|w| REMARKS.contains(&w))
}

/// How plainly a title says that its column holds the addresses of people.
fn email(key: &str, words: &[&str]) -> Option<u32> {
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let plain = has(&[
        "mail",
        "mails",
        "email",
        "emails",
        "courriel",
        "courriels",
        "mel",
        "messagerie",
    ]) || key.contains("e mail")
        || (has(&["adresse", "adresses"]) && has(&["electronique", "electroniques", "nominative", "internet"]));
    if plain {
        let own = has(&[
            "professionnel",
            "professionnelle",
            "nominatif",
            "nominative",
            "agent",
            "utilisateur",
            "individuel",
            "individuelle",
        ]);
        let other = has(OTHERS) || has(BODIES) || has(&["secondaire", "autre", "contact"]);
        return Some(match (own, other) {
            (true, false) => 8,
            (false, false) => 6,
            (true, true) => 5,
            (false, true) => 3,
        });
    }
    if has(&["postale", "postal", "rue", "ville", "telephone", "tel"]) {
        return None;
    }
    if has(&["adresse"]) && has(&["professionnelle"]) {
        return Some(2);
    }
    (key == "@"
        || matches!(
            words,
            ["adresse" | "adresses" | "contact" | "contacts" | "login" | "identifiant"]
        ))
    .then_some(VAGUE)
}

/// Recognises the columns that say who leaves, and what is asked.
fn leaving(words: &[&str]) -> Option<Field> {
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let dated = has(&["date", "le", "jour"]);
    if has(&[
        "depart",
        "sortie",
        "sorti",
        "suppression",
        "supprimer",
        "desactivation",
        "desactiver",
        "cessation",
        "fermeture",
    ]) && !has(&["creation", "ajout", "maintien"])
        && (dated || words.len() <= 2)
    {
        return Some(Field::Leaving);
    }
    if dated && has(&["fin"]) && !has(&["convention", "mission", "exception", "marche"]) {
        return Some(Field::Leaving);
    }
    let asked = has(&["type", "nature", "objet"]) && has(&["demande", "mouvement", "operation"]);
    let choice = has(&["creation", "ajout"]) && has(&["suppression", "retrait", "desactivation", "modification"]);
    (asked
        || choice
        || has(&[
            "action",
            "actions",
            "mouvement",
            "statut",
            "etat",
            "actif",
            "active",
            "situation",
        ]) && !dated
        || matches!(words, ["operation"]))
    .then_some(Field::Action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_anyones_words() {
        for (title, field) in [
            ("nom de l agent", Some(Field::Last)),
            ("prenom de l agent", Some(Field::First)),
            ("nom de l utilisateur", Some(Field::Last)),
            ("nom du beneficiaire", Some(Field::Last)),
            ("nom et prenom de l agent", Some(Field::LastFirst)),
            ("prenom nom", Some(Field::FirstLast)),
            ("utilisateur", Some(Field::LastFirst)),
            ("identite", Some(Field::LastFirst)),
            ("fonction de l agent", Some(Field::Function)),
            ("telephone de l agent", None),
            ("nom du service", None),
            ("service", Some(Field::Function)),
            ("salarie", Some(Field::LastFirst)),
            ("membre de la commission", None),
            ("titre", None),
            ("civilite", None),
            ("nom de la commune", Some(Field::Partner)),
            ("nom de l organisme", Some(Field::Partner)),
            ("adresse postale professionnelle", None),
            ("adresse de la structure", None),
            ("adresse professionnelle", Some(Field::Email)),
            ("adresse", Some(Field::Email)),
            ("contact", Some(Field::Email)),
            ("login", Some(Field::Email)),
            ("last name", Some(Field::Last)),
            ("first name", Some(Field::First)),
            ("email address", Some(Field::Email)),
            ("job title", Some(Field::Function)),
            ("courriel pro", Some(Field::Email)),
            ("fonction service", Some(Field::Function)),
            ("tel mail", Some(Field::Email)),
            ("date de naissance", None),
            ("date de depart", Some(Field::Leaving)),
            ("date de sortie", Some(Field::Leaving)),
            ("depart", Some(Field::Leaving)),
            ("action", Some(Field::Action)),
            ("creation suppression", Some(Field::Action)),
            ("type de demande", Some(Field::Action)),
            ("statut", Some(Field::Action)),
            ("date de la demande", Some(Field::Letter)),
            ("courrier du", Some(Field::Letter)),
            ("date", Some(Field::Letter)),
        ] {
            assert_eq!(guess(title).map(|g| g.field), field, "{title}");
        }
    }

    #[test]
    fn the_plainer_title_wins() {
        for (plain, other) in [
            ("courriel", "adresse professionnelle"),
            ("courriel", "mail de la structure"),
            ("adresse mail professionnelle", "mail"),
            ("mail de l agent", "mail du service"),
            ("nom d usage", "nom de naissance"),
            ("nom", "nom de naissance"),
            ("nom", "nom du responsable"),
            ("prenom", "prenom du responsable"),
        ] {
            let (one, two) = (guess(plain).expect(plain), guess(other).expect(other));
            assert!(one.field == two.field && one.rank > two.rank, "{plain} / {other}");
        }
    }
}
