//! French typography of numbers, units and dates: `1 234,5 %` with U+202F between thousands and U+00A0 before a unit.

/// Thin no-break space between thousands.
pub const THIN: char = '\u{202F}';
/// No-break space before a unit or a high punctuation mark.
pub const NBSP: char = '\u{A0}';

/// Writes a number with `decimals` decimals, a comma and thin spaces: `-1 234,50`.
///
/// Rounds half away from zero on the decimal representation, as [`round`] does, so that page and workbook agree.
pub fn number(value: f64, decimals: u8) -> String {
    let text = format!("{:.*}", usize::from(decimals), round(value, decimals).abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::with_capacity(text.len() + 8);
    if round(value, decimals) < 0.0 {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    out
}

/// Writes a whole number with thin spaces.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn integer(value: u64) -> String {
    number(value as f64, 0)
}

/// Writes a number and its unit: a no-break space before it, none for an empty unit.
pub fn quantity(value: f64, decimals: u8, unit: &str) -> String {
    let mut out = number(value, decimals);
    if !unit.is_empty() {
        out.push(NBSP);
        out.push_str(unit);
    }
    out
}

/// Rounds to `decimals` decimals, half away from zero, and never gives `-0`.
pub fn round(value: f64, decimals: u8) -> f64 {
    let factor = 10f64.powi(i32::from(decimals));
    // A relative nudge far below any published precision undoes the binary error of values such as 1.005.
    let rounded = (value * factor * (1.0 + f64::EPSILON * 4.0)).round() / factor;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Writes a number for machines: point, no thousands, no trailing zeros.
pub fn machine(value: f64, decimals: u8) -> String {
    let text = format!("{:.*}", usize::from(decimals), round(value, decimals));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Names of the months, from January.
pub const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// Writes a date in words: `1er janvier 2025`, `12 mars 2026`.
pub fn date(date: chrono::NaiveDate) -> String {
    use chrono::Datelike as _;
    let day = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    format!("{day} {} {}", MONTHS[date.month0() as usize], date.year())
}

/// Chooses the singular or the plural: French keeps the singular under 2.
pub fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count < 2 { one } else { many }
}

/// Makes a name fit for a path: lower case, without accents, hyphens between words.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// Gives a French text its non-breaking spaces (before `:` `;` `!` `?` `%` `€`, inside « ») and its curved apostrophe.
pub fn typographic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let written = match (c, next) {
            (' ', Some(':' | '»' | '%' | '€')) => '\u{a0}',
            (' ', Some(';' | '!' | '?')) => '\u{202f}',
            (' ', _) if before == '«' => '\u{a0}',
            ('\'', Some(n)) if before.is_alphabetic() && n.is_alphanumeric() => '’',
            _ => c,
        };
        out.push(written);
        before = c;
    }
    out
}

/// Folds a text for search and comparison: lower case, no accents, `œ` as `oe`.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let mut out = String::with_capacity(text.len());
    for c in text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
    {
        match c {
            'œ' | 'Œ' => out.push_str("oe"),
            'æ' | 'Æ' => out.push_str("ae"),
            '’' => out.push('\''),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_french() {
        assert_eq!(number(1_234_567.891, 1), "1\u{202F}234\u{202F}567,9");
        assert_eq!(number(-0.04, 1), "0,0");
        assert_eq!(number(-12.5, 0), "−13");
        assert_eq!(quantity(28.4, 1, "%"), "28,4\u{A0}%");
        assert_eq!(number(999.0, 0), "999");
    }

    #[test]
    fn rounding_is_decimal() {
        assert_eq!(round(1.005, 2), 1.01);
        assert_eq!(machine(28.40, 1), "28.4");
        assert_eq!(machine(120.0, 0), "120");
    }

    #[test]
    fn text_is_folded() {
        assert_eq!(slug("Saint-Aubin-sur-Rive (L’Œuf)"), "saint-aubin-sur-rive-l-oeuf");
        assert_eq!(fold("ÉCOLE"), "ecole");
    }
}
