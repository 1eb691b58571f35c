//! Dates as people type them.

use chrono::{Datelike as _, Months, NaiveDate};

use super::names;
use crate::spreadsheet::{Cell, serial_date};

const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// Words a date may come with; nothing else may stand beside it.
const AROUND: &[&str] = &[
    "le", "du", "de", "la", "en", "date", "a", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    "courrier", "lettre", "demande", "mail", "courriel", "recu", "recue", "depuis", "depart",
];

/// Reads `2026-03-12`, `2026/03/12`, `12/03/2026`, `12.03.26`, `12 mars 2026`, `lundi 1er mars 2026`, a spreadsheet's
/// serial number; a time of day or « courrier du » beside it is left aside.
pub fn parse(text: &str) -> Option<NaiveDate> {
    let text = names::clean(text).to_lowercase();
    if let Ok(number) = text.replace(',', ".").parse::<f64>()
        && text.matches('.').count() <= 1
        && number > 20_000.0
    {
        return serial_date(number).and_then(plausible);
    }
    let hour = |w: &str| {
        let digits = |c: char| c.is_ascii_digit();
        w.starts_with(digits) && (w.contains(':') || w.strip_suffix('h').is_some_and(|h| h.chars().all(digits)))
            || w.split_once('h')
                .is_some_and(|(h, m)| !h.is_empty() && (h.to_owned() + m).chars().all(digits))
    };
    let dated: Vec<&str> = text
        .split(' ')
        // `2026-03-01t10:00:00`
        .map(|w| w.get(..10).filter(|_| w.get(10..11) == Some("t")).unwrap_or(w))
        .filter(|w| !hour(w))
        .collect();
    let key = names::key(&dated.join(" "));
    let words: Vec<&str> = key.split(' ').filter(|w| !AROUND.contains(w)).collect();
    let [day, month, year] = match words.as_slice() {
        [year, month, day] if year.len() == 4 => [*day, *month, *year],
        [day, month, year] => [*day, *month, *year],
        _ => return None,
    };
    let day: u32 = day.trim_end_matches("er").parse().ok()?;
    let month = match month.parse::<u32>() {
        Ok(number) => number,
        Err(_) if month.len() >= 3 => MONTHS.iter().position(|m| m.starts_with(month))? as u32 + 1,
        Err(_) => return None,
    };
    let year: i32 = match (year.len(), year.parse::<i32>().ok()?) {
        (2, short) => 2000 + short,
        (4, full) => full,
        _ => return None,
    };
    plausible(NaiveDate::from_ymd_opt(year, month, day)?)
}

/// Reads a cell as a date.
pub fn from_cell(cell: &Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Date(date) => plausible(*date),
        Cell::Number(number) => serial_date(*number).and_then(plausible),
        Cell::Text(text) => parse(text),
        Cell::Bool(_) => None,
    }
}

/// Gives a date as French readers write it: `12/03/2026`.
pub fn french(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// Gives the day one year before; 29 February becomes 28.
pub fn a_year_before(date: NaiveDate) -> NaiveDate {
    date.checked_sub_months(Months::new(12)).unwrap_or(date)
}

/// Gives the day some months after; the last day of the month when it has no such day.
pub fn months_after(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months)).unwrap_or(date)
}

fn plausible(date: NaiveDate) -> Option<NaiveDate> {
    (1990..2100).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_as_typed() {
        let expected = NaiveDate::from_ymd_opt(2026, 3, 1);
        for text in [
            "2026-03-01",
            "01/03/2026",
            "1/3/26",
            "01.03.2026",
            "1er mars 2026",
            "le 1 MARS 2026",
            "46082",
            "2026-03-01T10:00:00",
            "2026-03-01 10:00",
            "01-03-2026",
            "1er\u{a0}mars 2026",
            "01/03/2026 00:00",
            "01/03/2026 0:00:00",
            "01/03/2026 à 10h30",
            "2026/03/01",
            "dimanche 1er mars 2026",
            "courrier du 01/03/2026",
            "Lettre du 1er mars 2026",
            "46082,5",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in [
            "31/02/2026",
            "bientôt",
            "",
            "12",
            "01/03/1789",
            "1/3",
            "n° 12 du 1/3/2026",
            "1/3/2026 2/3/2026",
            "2026/13/01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
