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

/// Reads `2026-03-12`, `12/03/2026`, `12.03.26`, `12 mars 2026`, `1er mars 2026` or a spreadsheet's serial number.
pub fn parse(text: &str) -> Option<NaiveDate> {
    let text = names::clean(text).to_lowercase();
    let text = text
        .split(['t', ' '])
        .next()
        .filter(|d| d.len() == 10 && d.contains('-'))
        .unwrap_or(&text);
    if let Ok(date) = text.parse::<NaiveDate>() {
        return plausible(date);
    }
    if let Ok(number) = text.replace(',', ".").parse::<f64>()
        && !text.contains('/')
        && text.matches('.').count() <= 1
        && number > 20_000.0
    {
        return serial_date(number).and_then(plausible);
    }
    let key = names::key(text);
    let words: Vec<&str> = key.split(' ').filter(|w| *w != "le" && *w != "du").collect();
    let [day, month, year] = words.as_slice() else {
        return None;
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
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in ["31/02/2026", "bientôt", "", "12", "01/03/1789", "1/3"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
