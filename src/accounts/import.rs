//! The list of users annexed to a convention → what it changes in the register.
//!
//! Lists come as people type them: a title above the header, merged cells, several sheets, blank lines, names in
//! capitals, columns in any order. Nothing is left out in silence: each row is an addition, a change, an account
//! already there, a note or a refusal with its remedy.

mod bodies;
mod columns;
mod departures;
mod remarks;
mod titles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;

use self::columns::{Field, Header, is_of_a_person};
use self::remarks::{Asked, EXAMPLES, is_a_footer, is_an_example};
use super::address::{Address, Verdict, judge};
use super::register::{Account, Register, State};
use super::words::is_given;
use super::{dates, names};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::spreadsheet::{self, Cell, Limits, Row, Sheet, column_letters};

/// What the admin says about a whole list.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Code of the partner that sent it, when no column says so.
    pub partner: Option<String>,
    /// Date of the letter that asks for the accounts, when no column says so.
    pub letter: Option<NaiveDate>,
}

/// What a list changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Accounts to make.
    pub added: Vec<Account>,
    /// Accounts to rewrite, with what changes, in words.
    pub changed: Vec<(Account, String)>,
    /// Accounts of the list already there as they are.
    pub same: Vec<Address>,
    /// Accounts to close, each with what the list says of the departure.
    pub departures: Vec<(Address, String)>,
    /// Active accounts of the partners of the list that it does not name.
    pub absent: Vec<Address>,
    /// Rows refused, and what the admin should look at.
    pub findings: Diagnostics,
}

/// Reads a list and compares it with the register, which is not changed.
///
/// # Errors
/// A file that cannot be read, or in which no sheet has a header.
pub fn compare(list: &Path, options: &Options, register: &Register, today: NaiveDate) -> Result<Changes> {
    if let Some(code) = &options.partner {
        register.partner(code)?;
    }
    let sheets = spreadsheet::open(list, Limits::LIST)?;
    let mut import = Import {
        list,
        options,
        register,
        today,
        changes: Changes::default(),
        seen: BTreeMap::new(),
        people: BTreeMap::new(),
        known: register
            .accounts
            .values()
            .map(|a| ((a.partner.clone(), names::key(&a.person())), a.address.clone()))
            .collect(),
    };
    let headed: Vec<(&Sheet, Option<(usize, Header)>)> = sheets.iter().map(|s| (s, Header::find(&s.rows))).collect();
    let mut headers = 0;
    let only = headed.iter().filter(|(s, h)| h.is_some() && !s.hidden).count() == 1;
    for (sheet, header) in headed {
        headers += usize::from(header.is_some());
        if !import.leave_aside(sheet, header.is_some(), only) {
            import.sheet(sheet, header);
        }
    }
    if headers == 0 {
        import.changes.findings.push(
            Diagnostic::error("aucune feuille n’a de ligne d’en-tête reconnue")
                .at(list)
                .hint("nommer les colonnes, par exemple : Nom ; Prénom ; Adresse électronique ; Fonction ; Organisme"),
        );
        return Err(import.changes.findings);
    }
    import.finish();
    Ok(import.changes)
}

/// Puts the additions and changes of a list into the register.
pub fn apply(changes: &Changes, register: &mut Register, today: NaiveDate, reason: &str) {
    for account in &changes.added {
        register.record(today, "création", account.address.as_str(), reason);
        register.accounts.insert(account.address.clone(), account.clone());
    }
    for (account, what) in &changes.changed {
        register.record(
            today,
            "modification",
            account.address.as_str(),
            &format!("{reason} : {what}"),
        );
        register.accounts.insert(account.address.clone(), account.clone());
    }
    for (address, what) in &changes.departures {
        let reason = format!("{what}, {reason}");
        if let Some(account) = register.accounts.get_mut(address) {
            account.state = State::Disabled(reason.clone());
            account.since = today;
            register.record(today, "désactivation", address.as_str(), &reason);
        }
    }
}

struct Import<'a> {
    list: &'a Path,
    options: &'a Options,
    register: &'a Register,
    today: NaiveDate,
    changes: Changes,
    /// Where each address was first found, and whose it is.
    seen: BTreeMap<Address, (String, String)>,
    /// Address of each person of a partner, in the list.
    people: BTreeMap<(String, String), Address>,
    /// Address of each person of a partner, in the register.
    known: BTreeMap<(String, String), Address>,
}

/// A row being read: where it is, and what it holds.
struct Place<'a> {
    list: &'a Path,
    sheet: Option<&'a str>,
    row: usize,
}

impl Place<'_> {
    fn words(&self) -> String {
        match self.sheet {
            Some(sheet) => format!("feuille « {sheet} », ligne {}", self.row),
            None => format!("ligne {}", self.row),
        }
    }

    fn finding(&self, kind: fn(String) -> Diagnostic, header: &Header, field: Field, message: &str) -> Diagnostic {
        let column = header.column(field);
        let at = match (self.sheet, column) {
            (Some(sheet), Some(c)) => format!("feuille « {sheet} », colonne {} : ", column_letters(c)),
            (Some(sheet), None) => format!("feuille « {sheet} » : "),
            (None, Some(c)) => format!("colonne {c} : "),
            (None, None) => String::new(),
        };
        let found = kind(format!("{at}{message}")).at(self.list).line(self.row);
        match column {
            Some(c) => found.column(c),
            None => found,
        }
    }

    fn refusal(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::error, header, field, message)
    }

    fn note(&self, header: &Header, field: Field, message: &str) -> Diagnostic {
        self.finding(Diagnostic::warning, header, field, message)
    }
}

impl Import<'_> {
    /// Tells the sheets that are not read: hidden ones, and examples beside a real list.
    fn leave_aside(&mut self, sheet: &Sheet, headed: bool, only: bool) -> bool {
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
    fn sheet(&mut self, sheet: &Sheet, header: Option<(usize, Header)>) {
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

    /// Reads one row as an account.
    fn account(
        &self,
        place: &Place<'_>,
        header: &Header,
        row: &Row,
        partner: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<Account> {
        let addresses = match Address::all(&header.text(row, Field::Email).unwrap_or_default()) {
            Ok(addresses) => addresses,
            Err(why) => {
                let hint = "donner l’adresse professionnelle nominative, par exemple prenom.nom@organisme.fr";
                found.push(place.refusal(header, Field::Email, &why).hint(hint));
                Vec::new()
            }
        };
        let local = addresses.first().map_or("", Address::local);
        let person = header.person(row, local);
        if let Some((first, last)) = person.as_ref().filter(|_| header.is_inverted(row, local)) {
            let message = format!("nom et prénom inversés dans la liste : prénom « {first} », nom « {last} »");
            found.push(place.note(header, Field::Last, &message));
        }
        if person.is_none() {
            found.push(
                place
                    .refusal(header, Field::Last, "nom ou prénom absent")
                    .hint("un compte est personnel : donner le nom et le prénom"),
            );
        }
        // A name written « MARTIN (née DURAND) » may give its address either way.
        let others: Vec<String> = [Field::Last, Field::LastFirst, Field::FirstLast]
            .iter()
            .filter_map(|f| header.text(row, *f))
            .flat_map(|text| names::other_names(&text))
            .collect();
        let verdict = |address: &Address| match &person {
            Some((first, last)) => std::iter::once(last)
                .chain(&others)
                .map(|last| judge(address, first, last))
                .min_by_key(Verdict::rank),
            None => None,
        };
        let address = match addresses.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => {
                // The only one that is not refused, when it plainly is hers.
                let possible: Vec<&Address> = several
                    .iter()
                    .filter(|a| !matches!(verdict(a), Some(Verdict::Refused(_)) | None))
                    .collect();
                let nominative = possible
                    .as_slice()
                    .first()
                    .filter(|a| possible.len() == 1 && verdict(a) == Some(Verdict::Nominative));
                let written: Vec<String> = several.iter().map(|a| format!("« {a} »")).collect();
                if let Some(one) = nominative {
                    let message = format!("plusieurs adresses dans la cellule, « {one} » retenue");
                    found.push(place.note(header, Field::Email, &message));
                    Some((**one).clone())
                } else {
                    let message = format!("plusieurs adresses dans la cellule : {}", written.join(", "));
                    found.push(
                        place
                            .refusal(header, Field::Email, &message)
                            .hint("n’en garder qu’une, professionnelle et nominative"),
                    );
                    None
                }
            }
        };
        let partner = self.partner(place, header, partner, found);
        let requested = match header.cell(row, Field::Letter) {
            None => self.options.letter,
            Some(cell) => {
                let date = dates::from_cell(cell);
                if date.is_none() {
                    let message = format!("« {} » n’est pas une date", names::clean(&cell.to_text()));
                    found.push(place.note(header, Field::Letter, &message).hint("écrire 12/03/2026"));
                }
                date.or(self.options.letter)
            }
        };
        let judged = address.as_ref().and_then(&verdict);
        let (address, (first_name, last_name), partner) = (address?, person?, partner?);
        if let Some(why) = no_one_person(&first_name, &last_name) {
            found.push(
                place
                    .refusal(header, Field::Last, &why)
                    .hint("un compte par personne : donner le nom et le prénom de chacune"),
            );
        }
        for (name, field) in [(&first_name, Field::First), (&last_name, Field::Last)] {
            if let Some(c) = name
                .chars()
                .find(|c| !(c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.')))
            {
                found.push(
                    place
                        .refusal(
                            header,
                            field,
                            &format!("« {name} » : « {c} » ne se met pas dans un nom"),
                        )
                        .hint("n’écrire que le nom de la personne"),
                );
            }
        }
        let known = self.register.accounts.get(&address);
        let excepted = known.is_some_and(|a| a.exception.as_ref().is_some_and(|e| e.until >= self.today));
        match judged.unwrap_or_else(|| judge(&address, &first_name, &last_name)) {
            Verdict::Nominative => {}
            _ if excepted => {}
            Verdict::Doubtful(why) => found.push(place.note(header, Field::Email, &why)),
            Verdict::Refused(why) => {
                let hint = "demander l’adresse nominative, ou enregistrer une exception : atlas accounts add … --exception MOTIF --exception-until DATE";
                found.push(place.refusal(header, Field::Email, &why).hint(hint));
            }
        }
        Some(Account {
            address,
            last_name,
            first_name,
            function: one_line(&header.text(row, Field::Function).unwrap_or_default()),
            partner,
            requested,
            created: self.today,
            renewed: None,
            last_use: None,
            state: State::Active,
            since: self.today,
            exception: known.and_then(|a| a.exception.clone()),
        })
    }

    /// Finds the partner a row names, or the one given for the whole list, and checks that it may have accounts.
    fn partner(
        &self,
        place: &Place<'_>,
        header: &Header,
        named: Option<&str>,
        found: &mut Diagnostics,
    ) -> Option<String> {
        let by_name = named.and_then(|named| bodies::find(self.register.partners.values(), named));
        let given = self
            .options
            .partner
            .as_ref()
            .and_then(|code| self.register.partners.get(code));
        let partner = match (by_name, given, named) {
            (Some(one), Some(other), Some(named)) if one.code != other.code => {
                let message = format!("« {named} » n’est pas le partenaire « {} » de la liste", other.code);
                found.push(
                    place
                        .refusal(header, Field::Partner, &message)
                        .hint("importer une liste par partenaire"),
                );
                return None;
            }
            (None, Some(given), Some(named)) if !bodies::is_part_of(named, given) => {
                let message = format!(
                    "« {named} » n’est ni le partenaire « {} » de la liste, ni un autre du registre",
                    given.code
                );
                let hint = format!(
                    "si c’est un autre organisme, l’inscrire (atlas accounts partner add) ; sinon écrire « {} »",
                    given.name
                );
                found.push(place.refusal(header, Field::Partner, &message).hint(hint));
                return None;
            }
            (None, Some(given), Some(named)) => {
                if !bodies::is_a_service(named) {
                    let message = format!("« {named} » lu comme le partenaire « {} »", given.code);
                    found.push(place.note(header, Field::Partner, &message));
                }
                given
            }
            (Some(partner), ..) | (None, Some(partner), _) => partner,
            (None, None, Some(named)) => {
                let known = self.register.partners.values().map(|p| p.name.as_str());
                let message = format!("« {named} » : partenaire inconnu du registre");
                let refusal = place.refusal(header, Field::Partner, &message);
                found.push(match crate::diag::nearest(named, known) {
                    Some(name) => refusal.hint(format!("vouliez-vous dire « {name} » ?")),
                    None => {
                        refusal.hint("l’enregistrer d’abord (atlas accounts partner add), ou donner --partner CODE")
                    }
                });
                return None;
            }
            (None, None, None) => {
                let refusal = place.refusal(header, Field::Partner, "partenaire absent");
                found.push(refusal.hint("donner --partner CODE, ou une colonne Organisme"));
                return None;
            }
        };
        let obstacles = partner.obstacles(self.today);
        if !obstacles.is_empty() {
            let message = format!("partenaire « {} » : {}", partner.code, obstacles.join(" ; "));
            let hint = format!("compléter d’abord : atlas accounts partner update {} …", partner.code);
            found.push(place.refusal(header, Field::Partner, &message).hint(hint));
            return None;
        }
        Some(partner.code.clone())
    }

    /// Compares an account with those of the list and of the register.
    fn settle(&mut self, place: &Place<'_>, header: &Header, account: Account) {
        let address = account.address.clone();
        if let Some((first, holder)) = self.seen.get(&address) {
            let finding = if names::key(holder) == names::key(&account.person()) {
                let message = format!("« {address} » déjà vu ({first}), ligne laissée de côté");
                place.note(header, Field::Email, &message)
            } else {
                let message = format!("« {address} » est déjà l’adresse de {holder} ({first})");
                place
                    .refusal(header, Field::Email, &message)
                    .hint("une adresse par personne : demander celle de l’une et de l’autre")
            };
            self.changes.findings.push(finding);
            return;
        }
        let person = (account.partner.clone(), names::key(&account.person()));
        let twin = self.people.get(&person).or_else(|| self.known.get(&person)).cloned();
        let twin = twin.filter(|twin| *twin != address);
        self.seen.insert(address.clone(), (place.words(), account.person()));
        let known = self.register.accounts.get(&address);
        if let (Some(twin), None) = (&twin, known) {
            let message = format!(
                "{} a déjà le compte « {twin} » : un seul compte par personne",
                account.person()
            );
            let hint = format!(
                "si l’adresse a changé : atlas accounts remove {twin} --reason … ; si ce sont deux homonymes : atlas accounts add {address} … --homonym"
            );
            self.changes
                .findings
                .push(place.refusal(header, Field::Email, &message).hint(hint));
            return;
        }
        self.people.insert(person, address.clone());
        let Some(known) = known else {
            self.changes.added.push(account);
            return;
        };
        if known.partner != account.partner {
            let message = format!("« {address} » appartient au partenaire « {} »", known.partner);
            let hint = format!("atlas accounts remove {address} --reason … puis importer à nouveau");
            self.changes
                .findings
                .push(place.refusal(header, Field::Partner, &message).hint(hint));
            return;
        }
        let differs = |old: &str, new: &str| names::key(old) != names::key(new);
        if differs(&known.first_name, &account.first_name) && differs(&known.last_name, &account.last_name) {
            let message = format!(
                "« {address} » est le compte de {}, pas de {}",
                known.person(),
                account.person()
            );
            let hint =
                format!("si la personne a changé : atlas accounts remove {address} --reason … puis importer à nouveau");
            self.changes
                .findings
                .push(place.refusal(header, Field::Last, &message).hint(hint));
            return;
        }
        if let State::Disabled(reason) = &known.state {
            let message = format!("« {address} » reste désactivé ({reason})");
            let hint = format!("pour le rouvrir : atlas accounts enable {address} --reason …");
            self.changes
                .findings
                .push(place.note(header, Field::Email, &message).hint(hint));
        }
        let mut merged = known.clone();
        let mut what = Vec::new();
        let mut change = |label: &str, old: &mut String, new: &str| {
            if !new.is_empty() && old != new {
                what.push(format!("{label} « {old} » → « {new} »"));
                new.clone_into(old);
            }
        };
        change("nom", &mut merged.last_name, &account.last_name);
        change("prénom", &mut merged.first_name, &account.first_name);
        change("fonction", &mut merged.function, &account.function);
        if account.requested.is_some() && account.requested > merged.requested {
            merged.requested = account.requested;
            what.push(format!(
                "courrier du {}",
                account.requested.map(dates::french).unwrap_or_default()
            ));
        }
        if what.is_empty() {
            self.changes.same.push(address);
        } else {
            self.changes.changed.push((merged, what.join(", ")));
        }
    }

    fn finish(&mut self) {
        let mut partners: BTreeSet<&str> = self.changes.added.iter().map(|a| a.partner.as_str()).collect();
        partners.extend(self.changes.changed.iter().map(|(a, _)| a.partner.as_str()));
        let known = |a: &Address| self.register.accounts.get(a).map(|a| a.partner.as_str());
        partners.extend(self.changes.same.iter().filter_map(known));
        partners.extend(self.options.partner.as_deref());
        let absent = self.register.accounts.values().filter(|a| {
            a.state == State::Active && partners.contains(a.partner.as_str()) && !self.seen.contains_key(&a.address)
        });
        self.changes.absent = absent.map(|a| a.address.clone()).collect();
    }
}

/// Says why two names are not those of one person: « COLLET et FLEURY », « Mme VASSEUR | VASSEUR ».
fn no_one_person(first_name: &str, last_name: &str) -> Option<String> {
    // Between two words: there are people called Ou.
    let several = |name: &str| {
        let key = names::key(name);
        let words: Vec<&str> = key.split(' ').collect();
        words.len() > 1 && words.contains(&"et") || words.windows(3).any(|w| w[1] == "ou")
    };
    if several(first_name) || several(last_name) {
        return Some(format!(
            "« {first_name} {last_name} » : plusieurs personnes, une seule attendue"
        ));
    }
    let first = names::key(first_name);
    (first == names::key(last_name) && !first.split(' ').all(is_given))
        .then(|| format!("« {last_name} » à la fois comme nom et comme prénom : prénom absent"))
}

/// Makes a text safe to keep on one line of a table that a spreadsheet may open: no control character, no formula.
pub fn one_line(text: &str) -> String {
    names::clean(text)
        .trim_start_matches(['=', '+', '-', '@', '\'', ' '])
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests;
