//! Which column holds what, from headers in anyone's words.

use std::collections::BTreeMap;

use crate::accounts::names::{self, Order};
use crate::spreadsheet::{Cell, Row};

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// Address.
    Email,
    /// Last name.
    Last,
    /// First name.
    First,
    /// Both names in one cell, last name first unless something says otherwise.
    LastFirst,
    /// Both names in one cell, first name first unless something says otherwise.
    FirstLast,
    /// Function.
    Function,
    /// Partner.
    Partner,
    /// Date of the letter.
    Letter,
}

/// The header of a sheet.
pub(super) struct Header {
    columns: BTreeMap<Field, usize>,
    titles: BTreeMap<usize, String>,
}

impl Header {
    /// Finds the row that names the columns: among the first 60, the first with an address and a name.
    pub(super) fn find(rows: &[Row]) -> Option<(usize, Self)> {
        rows.iter().take(60).enumerate().find_map(|(index, row)| {
            let header = Self::read(row);
            let has = |fields: &[Field]| fields.iter().any(|f| header.columns.contains_key(f));
            let named = has(&[Field::Last, Field::First, Field::LastFirst, Field::FirstLast]);
            (named && has(&[Field::Email])).then_some((index, header))
        })
    }

    fn read(row: &Row) -> Self {
        let mut columns = BTreeMap::new();
        let mut titles = BTreeMap::new();
        for (column, cell) in &row.cells {
            let Cell::Text(text) = cell else { continue };
            // A row of people is not a header, even when someone is called « Poste ».
            if text.contains('@') {
                return Self {
                    columns: BTreeMap::new(),
                    titles: BTreeMap::new(),
                };
            }
            let key = names::key(text);
            if let Some(field) = field(&key) {
                columns.entry(field).or_insert(*column);
            }
            titles.insert(*column, key);
        }
        Self { columns, titles }
    }

    /// Number of the column of a field; names stand for each other.
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        let whole = || {
            self.columns
                .get(&Field::LastFirst)
                .or(self.columns.get(&Field::FirstLast))
        };
        match field {
            Field::Last | Field::First => self.columns.get(&field).or_else(whole).copied(),
            _ => self.columns.get(&field).copied(),
        }
    }

    pub(super) fn cell<'a>(&self, row: &'a Row, field: Field) -> Option<&'a Cell> {
        row.cells.get(self.columns.get(&field)?)
    }

    pub(super) fn text(&self, row: &Row, field: Field) -> Option<String> {
        let text = names::clean(&self.cell(row, field)?.to_text());
        Some(text).filter(|t| !matches!(t.as_str(), "" | "-" | "/" | "." | "néant" | "Néant"))
    }

    /// Number of cells filled in the columns that have a title.
    pub(super) fn filled(&self, row: &Row) -> usize {
        row.cells.keys().filter(|c| self.titles.contains_key(c)).count()
    }

    /// Tells whether a row is the header again, as on each printed page.
    pub(super) fn is_repeated(&self, row: &Row) -> bool {
        let known = self
            .columns
            .values()
            .filter_map(|c| Some((self.titles.get(c)?, row.cells.get(c)?)));
        known.clone().count() > 1
            && known
                .into_iter()
                .all(|(title, cell)| names::key(&cell.to_text()) == *title)
    }

    /// Gives first and last name.
    pub(super) fn person(&self, row: &Row, local_part: &str) -> Option<(String, String)> {
        if let (Some(first), Some(last)) = (self.text(row, Field::First), self.text(row, Field::Last)) {
            let (first, last) = (names::tidy(&first), names::tidy(&last));
            return (!first.is_empty() && !last.is_empty()).then_some((first, last));
        }
        for (field, order) in [
            (Field::LastFirst, Order::LastFirst),
            (Field::FirstLast, Order::FirstLast),
        ] {
            if let Some(full) = self.text(row, field) {
                return names::split_full(&full, order, local_part);
            }
        }
        // A single « Nom » column often holds both.
        if !self.columns.contains_key(&Field::First) {
            return names::split_full(&self.text(row, Field::Last)?, Order::LastFirst, local_part);
        }
        None
    }
}

/// Recognises a title, already in lower case without accents.
fn field(key: &str) -> Option<Field> {
    let words: Vec<&str> = key.split(' ').collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let mail = has(&[
        "mail",
        "mails",
        "email",
        "emails",
        "courriel",
        "courriels",
        "mel",
        "messagerie",
        "melle",
    ]) || key.contains("e mail")
        || (has(&["adresse"]) && has(&["electronique", "professionnelle", "nominative", "internet"]));
    let last = has(&["nom", "noms", "patronyme", "patronymique"]);
    let first = has(&["prenom", "prenoms"]);
    let of_partner = has(&[
        "organisme",
        "organismes",
        "partenaire",
        "structure",
        "commune",
        "collectivite",
        "bailleur",
        "employeur",
        "organisation",
        "entite",
        "societe",
        "etablissement",
        "mairie",
        "association",
    ]);
    if mail {
        return Some(Field::Email);
    }
    if has(&[
        "telephone",
        "tel",
        "mobile",
        "portable",
        "postale",
        "signature",
        "numero",
        "civilite",
    ]) {
        return None;
    }
    if of_partner {
        return Some(Field::Partner);
    }
    if first && last {
        let at = |list: &[&str]| words.iter().position(|w| list.contains(w));
        return Some(if at(&["prenom", "prenoms"]) < at(&["nom", "noms"]) {
            Field::FirstLast
        } else {
            Field::LastFirst
        });
    }
    if has(&[
        "agent",
        "agents",
        "utilisateur",
        "utilisateurs",
        "identite",
        "personne",
        "beneficiaire",
    ]) && !has(&["fonction"])
    {
        return Some(Field::LastFirst);
    }
    if first {
        return Some(Field::First);
    }
    if last {
        return Some(Field::Last);
    }
    if has(&[
        "fonction",
        "fonctions",
        "poste",
        "qualite",
        "emploi",
        "titre",
        "metier",
        "grade",
    ]) {
        return Some(Field::Function);
    }
    if has(&["courrier", "lettre", "demande", "demandee"]) || (has(&["date"]) && words.len() == 1) {
        return Some(Field::Letter);
    }
    None
}
