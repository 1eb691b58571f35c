//! Which column holds what, from headers in anyone's words and from what the cells below hold.

use std::collections::BTreeMap;

use super::titles::{self, Guess};
use crate::accounts::address::Address;
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
    /// What is asked: an account to make, to keep or to close.
    Action,
    /// Day the person leaves.
    Leaving,
}

/// The header of a sheet.
pub(super) struct Header {
    columns: BTreeMap<Field, usize>,
    titles: BTreeMap<usize, String>,
    /// The column of addresses was found by what it holds, its title says nothing.
    pub(super) addresses_by_content: bool,
}

/// Rows among which the header is looked for.
const HEADER_ROWS: usize = 60;

impl Header {
    /// Finds the row, or the two rows, that name the columns: the best among those above the first person, else among
    /// the first 60. Gives the index of the last of them.
    pub(super) fn find(rows: &[Row]) -> Option<(usize, Self)> {
        let addresses = addresses_by_column(rows);
        // A better one below people is that of another table.
        let above = rows.iter().position(is_of_a_person).unwrap_or(rows.len());
        Self::best(&rows[..above], &addresses).or_else(|| Self::best(rows, &addresses))
    }

    fn best(rows: &[Row], addresses: &BTreeMap<usize, usize>) -> Option<(usize, Self)> {
        let mut best: Option<(u32, usize, Self)> = None;
        for (index, row) in rows.iter().take(HEADER_ROWS).enumerate() {
            let Some(titles) = titles_of(row) else { continue };
            let alone = Self::read(titles.clone(), addresses);
            let alone_score = alone.score();
            let below = rows.get(index + 1).and_then(titles_of);
            // A text alone on its row is the title of the list, not that of columns.
            let several = titles.values().filter(|t| !t.is_empty()).count() > 1;
            let pair = below
                .filter(|_| several)
                .map(|below| Self::read(under(&titles, &below), addresses));
            let candidates = [
                Some((alone_score, index, alone)),
                // Two rows must say plainly more than the first alone: a person is no title.
                pair.map(|p| (p.score(), index + 1, p))
                    .filter(|(score, ..)| *score >= alone_score + 30),
            ];
            for candidate in candidates.into_iter().flatten() {
                if candidate.0 > best.as_ref().map_or(0, |(score, ..)| *score) {
                    best = Some(candidate);
                }
            }
        }
        best.map(|(_, index, header)| (index, header))
    }

    /// Reads a row below a header as another one, when it plainly is: the columns of a second table. Its rows are
    /// those below it.
    pub(super) fn again(rows: &[Row]) -> Option<Self> {
        let (row, below) = rows.split_first()?;
        // « Li Mail <l.mail@…> » is a person.
        if row.cells.values().any(holds_an_address) {
            return None;
        }
        let titles = titles_of(row)?;
        let plain = |field: Field| {
            titles
                .values()
                .filter_map(|t| titles::guess(t))
                .any(|g| g.field == field && g.rank > titles::VAGUE)
        };
        let named = plain(Field::Last) || plain(Field::LastFirst) || plain(Field::FirstLast);
        if !named || !plain(Field::Email) {
            return None;
        }
        let near = &below[..below.len().min(HEADER_ROWS)];
        let header = Self::read(titles, &addresses_by_column(near));
        (header.score() >= 110 && !header.addresses_by_content).then_some(header)
    }

    fn read(titles: BTreeMap<usize, String>, addresses: &BTreeMap<usize, usize>) -> Self {
        let mut chosen: BTreeMap<Field, (u32, usize)> = BTreeMap::new();
        let holds = |column: &usize| addresses.get(column).copied().unwrap_or(0);
        let most = titles.keys().map(holds).max().unwrap_or(0);
        for (column, title) in &titles {
            let Some(Guess { field, rank }) = titles::guess(title) else {
                continue;
            };
            // A column of addresses holds some, when any column does; no other column does.
            let held = holds(column);
            if (field == Field::Email && held == 0 && most > 0)
                || (field != Field::Email && held * 2 > most && held > 0)
            {
                continue;
            }
            if chosen.get(&field).is_none_or(|(r, _)| rank > *r) {
                chosen.insert(field, (rank, *column));
            }
        }
        let mut columns: BTreeMap<Field, usize> = chosen.iter().map(|(f, (_, c))| (*f, *c)).collect();
        let unsure = chosen.get(&Field::Email).is_none_or(|(rank, _)| *rank <= titles::VAGUE);
        let fullest = addresses
            .iter()
            .max_by_key(|(column, n)| (**n, std::cmp::Reverse(**column)));
        let mut addresses_by_content = false;
        if unsure && let Some((column, _)) = fullest {
            addresses_by_content = columns.insert(Field::Email, *column) != Some(*column);
        }
        Self {
            columns,
            titles,
            addresses_by_content,
        }
    }

    /// How much a header says; 0 without an address or a name.
    fn score(&self) -> u32 {
        let has = |field: Field| self.columns.contains_key(&field);
        let names = match (
            has(Field::First) && has(Field::Last),
            has(Field::LastFirst) || has(Field::FirstLast),
        ) {
            (true, _) => 100,
            (false, true) => 60,
            (false, false) if has(Field::Last) => 40,
            (false, false) if has(Field::First) => 20,
            (false, false) => return 0,
        };
        if !has(Field::Email) {
            return 0;
        }
        let others = [
            Field::Function,
            Field::Partner,
            Field::Letter,
            Field::Action,
            Field::Leaving,
        ];
        names
            + if self.addresses_by_content { 10 } else { 50 }
            + 5 * u32::try_from(others.iter().filter(|f| has(**f)).count()).unwrap_or(0)
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

    /// Title of the column of a field, in lower case without accents.
    pub(super) fn title(&self, field: Field) -> &str {
        self.column(field)
            .and_then(|c| self.titles.get(&c))
            .map_or("", String::as_str)
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

    /// The texts of a row that stand in no column the import reads, but in one of remarks or without a title.
    pub(super) fn remarks(&self, row: &Row) -> Vec<String> {
        row.cells
            .iter()
            .filter(|(column, _)| {
                let title = self.titles.get(column).map_or("", String::as_str);
                !self.columns.values().any(|c| c == *column) && (title.is_empty() || titles::is_of_remarks(title))
            })
            .filter_map(|(_, cell)| match cell {
                Cell::Text(text) => Some(names::clean(text)).filter(|t| !t.is_empty()),
                _ => None,
            })
            .collect()
    }

    /// Tells whether the last name stands in the column of first names, and the first name in that of last names.
    pub(super) fn is_inverted(&self, row: &Row, local_part: &str) -> bool {
        self.text(row, Field::First)
            .zip(self.text(row, Field::Last))
            .is_some_and(|(first, last)| names::are_inverted(&first, &last, local_part))
    }

    /// Gives first and last name.
    pub(super) fn person(&self, row: &Row, local_part: &str) -> Option<(String, String)> {
        let (first, last) = (self.text(row, Field::First), self.text(row, Field::Last));
        if let (Some(first), Some(last)) = (&first, &last) {
            let (first, last) = if names::are_inverted(first, last, local_part) {
                (last, first)
            } else {
                (first, last)
            };
            let (first, last) = (names::tidy(first), names::tidy(last));
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
            return names::split_full(&last?, Order::LastFirst, local_part);
        }
        // One of two columns is blank: the other may hold both, when something shows where to cut.
        match (first, last) {
            (None, Some(full)) | (Some(full), None) => names::split_sure(&full, local_part),
            _ => None,
        }
    }
}

/// Counts the addresses each column holds.
fn addresses_by_column(rows: &[Row]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for row in rows {
        for (column, cell) in &row.cells {
            if holds_an_address(cell) {
                *found.entry(*column).or_insert(0) += 1;
            }
        }
    }
    found
}

fn holds_an_address(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if text.contains('@') && text.len() < 500 && Address::all(text).is_ok())
}

/// Tells whether a row holds an address among its cells, rather than titles.
pub(super) fn is_of_a_person(row: &Row) -> bool {
    titles_of(row).is_none()
}

/// The titles a row may be made of, in lower case without accents; none when it names a person.
fn titles_of(row: &Row) -> Option<BTreeMap<usize, String>> {
    let mut titles = BTreeMap::new();
    for (column, cell) in &row.cells {
        let Cell::Text(text) = cell else { continue };
        if text.len() > 300 {
            continue;
        }
        let title = if text.contains('@') {
            // « Courriel (prenom.nom@commune.fr) » is a title; an address alone makes a row of a person.
            let words = text.split_whitespace().filter(|w| !w.contains('@'));
            let key = names::key(&words.collect::<Vec<_>>().join(" "));
            let is_title = titles::guess(&key).is_some_and(|g| g.field == Field::Email);
            match (is_title, holds_an_address(cell)) {
                (true, _) => key,
                (false, true) => return None,
                (false, false) => "@".to_owned(),
            }
        } else {
            names::key(text)
        };
        titles.insert(*column, title);
    }
    Some(titles)
}

/// Reads two rows as one header: the lower title, under the upper one when alone it says nothing. An upper title
/// covers the empty cells to its right.
fn under(upper: &BTreeMap<usize, String>, lower: &BTreeMap<usize, String>) -> BTreeMap<usize, String> {
    let mut titles = upper.clone();
    for (column, low) in lower {
        let high = upper.range(..=column).next_back().map_or("", |(_, t)| t.as_str());
        let own = upper.get(column);
        let title = match (titles::guess(low), own) {
            (Some(_), _) => low.clone(),
            (None, _) if titles::guess(&format!("{high} {low}")).is_some() => format!("{high} {low}"),
            (None, Some(own)) => own.clone(),
            (None, None) => low.clone(),
        };
        titles.insert(*column, title);
    }
    titles
}
