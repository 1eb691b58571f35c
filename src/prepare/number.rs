//! Numbers, dates and codes as French files write them.

/// Reads a number: decimal comma or point, thousands as space, no-break space or thin space, `%` and `€` glued,
/// scientific notation. None when the text is not a number.
pub(super) fn number(text: &str) -> Option<f64> {
    // Most cells are plain digits: no copy for them.
    if let Ok(value) = text.parse::<f64>() {
        return (value.is_finite() && !text.bytes().all(|b| b.is_ascii_alphabetic())).then_some(value);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}' | '%' | '€' | '\u{80}' => {}
            '−' => plain.push('-'),
            c => plain.push(c),
        }
    }
    if !plain
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b','))
    {
        return None;
    }
    // The last of comma and point is the decimal mark, the other one separates thousands.
    let plain = match (plain.rfind(','), plain.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => plain.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => plain.replace(',', ""),
        (Some(_), None) if plain.matches(',').count() == 1 => plain.replace(',', "."),
        _ => plain,
    };
    plain.parse().ok().filter(|v: &f64| v.is_finite())
}

/// Reads a date as `(year, month)`: `2021`, `03/2021`, `15/03/2021`, `2021-03`, `2021-03-15`, `15-03-2021`.
///
/// A year alone is given month 1.
pub(super) fn date(text: &str) -> Option<(u16, u8)> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let year = |t: &str| (t.len() == 4).then(|| t.parse::<u16>().ok()).flatten();
    let month = |t: &str| t.parse::<u8>().ok().filter(|m| (1..=12).contains(m));
    match parts[..] {
        [y] => year(y).map(|y| (y, 1)),
        [y, m] if y.len() == 4 => Some((year(y)?, month(m)?)),
        [m, y] => Some((year(y)?, month(m)?)),
        [y, m, _] if y.len() == 4 => Some((year(y)?, month(m)?)),
        [_, m, y] => Some((year(y)?, month(m)?)),
        _ => None,
    }
}

/// Puts back the zeros that a spreadsheet took from the front of a code; none when there is nothing to put back.
///
/// Only digits are touched: `2A004` and `QP059001` are left alone. A decimal tail (`1001.0`) is dropped.
pub(super) fn restored(code: &str, width: usize) -> Option<String> {
    let digits = code.strip_suffix(".0").unwrap_or(code);
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (whole && (digits.len() < width || digits.len() != code.len())).then(|| format!("{digits:0>width$}"))
}

/// Tidies an address written by parts: a number turned into a time by a spreadsheet (`12:00:00`), a kind of way
/// repeated at the head of its name (`RUE`, `RUE DES LILAS`), doubled spaces.
pub(super) fn address(number: &str, repetition: &str, kind: &str, name: &str) -> String {
    let number = number.split(':').next().unwrap_or(number).trim();
    let number = number.strip_suffix(".0").unwrap_or(number).trim_start_matches('0');
    let head = name.split_whitespace().next().unwrap_or("");
    let kind = if head.eq_ignore_ascii_case(kind.trim()) {
        ""
    } else {
        kind
    };
    let words: Vec<&str> = [number, repetition, kind, name]
        .into_iter()
        .flat_map(str::split_whitespace)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_they_come() {
        for (text, value) in [
            ("12", 12.0),
            ("35,28%", 35.28),
            ("1\u{A0}234,5", 1234.5),
            ("1\u{202F}234", 1234.0),
            ("0,00 \u{80}", 0.0),
            ("1.234,5 €", 1234.5),
            ("1,234.5", 1234.5),
            ("1,5E+3", 1500.0),
            ("−3", -3.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["s", "NA", "", "nan", "inf", "12 rue", "infinity"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn dates_as_they_come() {
        for (text, want) in [
            ("03/2021", Some((2021, 3))),
            ("15/03/2021", Some((2021, 3))),
            ("2021-03-15", Some((2021, 3))),
            ("2021", Some((2021, 1))),
            ("13/2021", None),
            ("NC", None),
        ] {
            assert_eq!(date(text), want, "{text}");
        }
    }

    #[test]
    fn zeros_come_back() {
        assert_eq!(restored("1001", 5).as_deref(), Some("01001"));
        assert_eq!(restored("1001.0", 5).as_deref(), Some("01001"));
        assert_eq!(restored("95018", 5), None);
        assert_eq!(restored("2A04", 5), None);
    }

    #[test]
    fn addresses_are_tidied() {
        assert_eq!(address("12:00:00", "", "RUE", "RUE DES  LILAS"), "12 RUE DES LILAS");
        assert_eq!(address("0003", "B", "AV", "DES LILAS"), "3 B AV DES LILAS");
    }
}
