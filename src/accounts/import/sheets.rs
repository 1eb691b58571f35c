//! The sheets of a list, row by row: those left aside, the bodies named above their people, the rows that are nobody.

use super::Import;
use super::bodies;
use super::columns::{Field, Header, is_of_a_person};
use super::place::Place;
use super::remarks::{Asked, EXAMPLES, is_a_footer, is_an_example};
use crate::accounts::names;
use crate::diag::{Diagnostic, Diagnostics};
use crate::spreadsheet::{Cell, Row, Sheet};

impl Import<'_> {
    /// Tells the sheets that are not read: hidden ones, and examples beside a real list.
    pub(super) fn leave_aside(&mut self, sheet: &Sheet, headed: bool, only: bool) -> bool {
        let Some(name) = &sheet.name else { return false };
        let key = names::key(name);
        let example = key.split(' ').any(|w| EXAMPLES.contains(&w));
        if !headed || !(sheet.hidden || example) {
            return false;
        }
        let tell = |message: String, hint: &str| Diagnostic::warning(message).at(self.list).hint(hint);
        let note = if sheet.hidden {
            tell(
                format!(
                    "feuille masquée « {name} » : {} lignes laissées de côté",
                    sheet.rows.len()
                ),
                "si ses personnes doivent avoir un compte, l’afficher dans le tableur et importer à nouveau",
            )
        } else if only {
            tell(
                format!(
                    "feuille « {name} » : son nom est celui d’un exemple, mais c’est la seule liste ; elle est lue"
                ),
                "vérifier que ses personnes existent",
            )
        } else {
            tell(
                format!(
                    "feuille d’exemple « {name} » : {} lignes laissées de côté",
                    sheet.rows.len()
                ),
                "si c’est une vraie liste, renommer la feuille et importer à nouveau",
            )
        };
        self.changes.findings.push(note);
        sheet.hidden || !only
    }

    /// Reads a sheet.
    pub(super) fn sheet(&mut self, sheet: &Sheet, header: Option<(usize, Header)>) {
        let Some((start, mut header)) = header else {
            let people = sheet
                .rows
                .iter()
                .find(|r| r.cells.values().any(|c| c.to_text().contains('@')));
            if let (Some(row), Some(name)) = (people, &sheet.name) {
                self.changes.findings.push(
                    Diagnostic::error(format!(
                        "feuille « {name} » : des adresses, mais pas de ligne d’en-tête reconnue"
                    ))
                    .at(self.list)
                    .line(row.number)
                    .hint("nommer les colonnes : Nom ; Prénom ; Adresse électronique ; Fonction ; Organisme"),
                );
            }
            return;
        };
        if header.addresses_by_content {
            let place = self.place(sheet, &sheet.rows[start]);
            let message = "le titre ne le dit pas, mais cette colonne porte le plus d’adresses : elle est lue ainsi";
            self.changes.findings.push(
                place
                    .note(&header, Field::Email, message)
                    .hint("titrer la colonne « Courriel »"),
            );
        }
        for row in sheet.rows[..start]
            .iter()
            .filter(|r| r.cells.len() > 1 && is_of_a_person(r))
        {
            let text = row.cells.values().map(Cell::to_text).find(|t| !t.trim().is_empty());
            let text: String = names::clean(&text.unwrap_or_default()).chars().take(60).collect();
            let note = self.place(sheet, row).note(
                &header,
                Field::Email,
                &format!("« {text} » : au-dessus des titres de colonnes, ligne non lue"),
            );
            self.changes
                .findings
                .push(note.hint("mettre les titres des colonnes au-dessus de toutes les personnes"));
        }
        let mut above: Option<String> = None;
        for (index, row) in sheet.rows.iter().enumerate().skip(start + 1) {
            if header.is_repeated(row) {
                continue;
            }
            // A second table, its columns in another order.
            if let Some(other) = Header::again(&sheet.rows[index..]) {
                header = other;
                continue;
            }
            let place = self.place(sheet, row);
            if let Some(named) = header.text(row, Field::Partner) {
                above = Some(named);
            }
            if let Some(section) = self.section(&header, row) {
                above = Some(section);
                continue;
            }
            self.row(&place, &header, row, above.as_deref());
        }
    }

    fn place<'a>(&self, sheet: &'a Sheet, row: &Row) -> Place<'a>
    where
        Self: 'a,
    {
        Place {
            list: self.list,
            sheet: sheet.name.as_deref(),
            row: row.number,
        }
    }

    /// A row with a single text that names a body: « Ville de Lille » above its people.
    fn section(&self, header: &Header, row: &Row) -> Option<String> {
        let mut texts = row.cells.iter().filter(|(_, c)| !c.to_text().trim().is_empty());
        let (Some((column, cell)), None) = (texts.next(), texts.next()) else {
            return None;
        };
        if header.column(Field::Partner) == Some(*column) || header.column(Field::Email) == Some(*column) {
            return None;
        }
        let text = names::clean(&cell.to_text());
        let name = bodies::without_label(&text);
        let known = bodies::find(self.register.partners.values(), name).is_some();
        (known || bodies::is_commune(name) || name != text).then(|| name.to_owned())
    }

    fn row(&mut self, place: &Place<'_>, header: &Header, row: &Row, partner: Option<&str>) {
        let filled = header.filled(row);
        let email = header.text(row, Field::Email);
        let footer = !email.as_ref().is_some_and(|e| e.contains('@')) && is_a_footer(row);
        let aside = if footer || (email.is_none() && filled <= 1) {
            Some("ligne sans adresse ni personne, laissée de côté")
        } else if is_an_example(row) {
            Some("ligne d’exemple, laissée de côté")
        } else {
            None
        };
        if let Some(why) = aside {
            if let Some(text) = row.cells.values().map(Cell::to_text).find(|t| !t.trim().is_empty()) {
                let text: String = names::clean(&text).chars().take(60).collect();
                let message = format!("« {text} » : {why}");
                self.changes.findings.push(place.note(header, Field::Email, &message));
            }
            return;
        }
        if row.hidden {
            let who = [Field::Email, Field::Last, Field::LastFirst, Field::FirstLast]
                .into_iter()
                .find_map(|field| header.text(row, field));
            let message = format!(
                "« {} » : ligne masquée dans le classeur, laissée de côté",
                who.unwrap_or_default()
            );
            let note = place.note(header, Field::Email, &message);
            self.changes.findings.push(
                note.hint(
                    "si la personne doit avoir un compte, afficher la ligne (ôter le filtre) et importer à nouveau",
                ),
            );
            return;
        }
        match self.leaving(place, header, row) {
            Asked::Account => {}
            Asked::Departure(what) => return self.depart(place, header, row, partner, &what),
            Asked::Unclear(text) => {
                let message = format!("« {text} » : création et suppression à la fois");
                let refusal = place.refusal(header, Field::Action, &message);
                self.changes
                    .findings
                    .push(refusal.hint("ne garder que ce qui est demandé"));
                return;
            }
        }
        let mut found = Diagnostics::new();
        let account = self.account(place, header, row, partner, &mut found);
        let refused = found.has_error();
        self.changes.findings.extend(found);
        if let Some(account) = account.filter(|_| !refused) {
            self.settle(place, header, account);
        }
    }
}
