//! Names of people as lists write them: capitals, titles, particles, both names in one cell.

use unicode_normalization::UnicodeNormalization as _;

const TITLES: &[&str] = &[
    "m",
    "mr",
    "mme",
    "mlle",
    "mlles",
    "mmes",
    "monsieur",
    "madame",
    "mademoiselle",
    "dr",
    "docteur",
    "me",
    "maitre",
];

const PARTICLES: &[&str] = &[
    "al", "ait", "aït", "ben", "bou", "d", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "dos", "du",
    "el", "la", "le", "les", "mac", "mc", "o", "san", "st", "saint", "sainte", "ste", "ten", "ter", "van", "vande",
    "vanden", "vander", "von", "y", "zu",
];

/// Which of the two names comes first in a single cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// « DUPONT Marie ».
    LastFirst,
    /// « Marie Dupont ».
    FirstLast,
}

/// Cleans a text of a cell: compatibility forms, odd spaces and invisible characters, one space between words.
pub fn clean(text: &str) -> String {
    let visible: String = text
        .nfkc()
        .filter(
            |c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\u{202a}'..='\u{202e}'),
        )
        .map(|c| match c {
            '’' | '‘' | 'ʼ' | '`' | '´' => '\'',
            '‐' | '‑' | '–' | '—' => '-',
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives a key for comparisons: lower case, without accents, words separated by one space.
pub fn key(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).to_lowercase().nfd() {
        match c {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            'ı' => out.push('i'),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cleans a name: no title, and capitals only where a name has them when all or none of its letters were capitals.
pub fn tidy(name: &str) -> String {
    let cleaned = clean(name);
    let cleaned = without_title(cleaned.trim_matches(|c: char| matches!(c, ',' | ';' | '.' | '-' | ' ')));
    let upper = cleaned.chars().any(char::is_uppercase);
    let lower = cleaned.chars().any(char::is_lowercase);
    if upper && lower {
        return cleaned.to_owned();
    }
    let mut out = String::new();
    let mut start = true;
    for c in cleaned.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphanumeric();
    }
    out
}

fn without_title(name: &str) -> &str {
    match name.split_once(' ') {
        Some((first, rest)) if TITLES.contains(&first.trim_end_matches('.').to_lowercase().as_str()) => {
            without_title(rest)
        }
        _ => name,
    }
}

/// Splits a cell that holds both names into first name and last name.
///
/// A comma settles it (« DUPONT, Marie »), then capitals (« Marie DUPONT »), then the address, then `order`.
pub fn split_full(full: &str, order: Order, local_part: &str) -> Option<(String, String)> {
    let cleaned = clean(full);
    if let Some((last, first)) = cleaned.split_once(',') {
        return both(first, last);
    }
    let words: Vec<&str> = without_title(&cleaned).split(' ').collect();
    if words.len() < 2 {
        return None;
    }
    let capital = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count() > 1 && !w.chars().any(char::is_lowercase);
    let (caps, others): (Vec<&str>, Vec<&str>) = words.iter().partition(|w| capital(w));
    let contiguous = |capital_first: bool| {
        let ordered: Vec<bool> = words.iter().map(capital).collect();
        ordered
            .windows(2)
            .all(|w| if capital_first { w[0] >= w[1] } else { w[0] <= w[1] })
    };
    if !caps.is_empty() && !others.is_empty() && (contiguous(true) || contiguous(false)) {
        // « DE SMET Marie » or « Marie de SMET »: a particle in lower case goes with the capitals it precedes.
        let particles = others
            .iter()
            .rev()
            .take_while(|w| PARTICLES.contains(&key(w).as_str()))
            .count();
        if contiguous(false) && particles < others.len() {
            let cut = others.len() - particles;
            return both(&words[..cut].join(" "), &words[cut..].join(" "));
        }
        return both(&others.join(" "), &caps.join(" "));
    }
    if words.len() == 2 {
        let order = order_from_address(words[0], words[1], local_part).unwrap_or(order);
        return match order {
            Order::LastFirst => both(words[1], words[0]),
            Order::FirstLast => both(words[0], words[1]),
        };
    }
    match order {
        Order::LastFirst => {
            let particles = words
                .iter()
                .take_while(|w| PARTICLES.contains(&key(w).as_str()))
                .count();
            let cut = (particles + 1).min(words.len() - 1);
            both(&words[cut..].join(" "), &words[..cut].join(" "))
        }
        Order::FirstLast => {
            let cut = words[1..]
                .iter()
                .position(|w| PARTICLES.contains(&key(w).as_str()))
                .map_or(words.len() - 1, |i| i + 1);
            both(&words[..cut].join(" "), &words[cut..].join(" "))
        }
    }
}

fn both(first: &str, last: &str) -> Option<(String, String)> {
    let (first, last) = (tidy(first), tidy(last));
    (!first.is_empty() && !last.is_empty()).then_some((first, last))
}

/// « marie.dupont » or « m.dupont » says that the word it abridges is the first name.
fn order_from_address(one: &str, two: &str, local_part: &str) -> Option<Order> {
    let (one, two) = (key(one).replace(' ', ""), key(two).replace(' ', ""));
    let (head, tail) = local_part.split_once(['.', '_'])?;
    let tail = tail.replace('-', "");
    let begins = |name: &str| name.starts_with(&head.replace('-', ""));
    match (tail == two && begins(&one), tail == one && begins(&two)) {
        (true, false) => Some(Order::FirstLast),
        (false, true) => Some(Order::LastFirst),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidies_capitals_titles_and_spaces() {
        assert_eq!(tidy("  LE\u{a0}GOFF "), "Le Goff");
        assert_eq!(tidy("Mme JEAN-PIERRE"), "Jean-Pierre");
        assert_eq!(tidy("d’hondt"), "D'Hondt");
        assert_eq!(tidy("MacDonald"), "MacDonald");
        assert_eq!(key("Œuvrard-Ÿ  É"), "oeuvrard y e");
    }

    #[test]
    fn splits_both_names() {
        let split = |full, order| split_full(full, order, "").expect("two names");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(split("DUPONT Marie", Order::FirstLast), pair("Marie", "Dupont"));
        assert_eq!(split("Marie DUPONT", Order::LastFirst), pair("Marie", "Dupont"));
        assert_eq!(
            split("M. Jean-Paul LE GOFF", Order::LastFirst),
            pair("Jean-Paul", "Le Goff")
        );
        assert_eq!(split("DE SMET, Anne", Order::FirstLast), pair("Anne", "De Smet"));
        assert_eq!(split("Marie de SMET", Order::LastFirst), pair("Marie", "de SMET"));
        assert_eq!(
            split("Van Den Broucke Anne Lise", Order::LastFirst),
            pair("Anne Lise", "Van Den Broucke")
        );
        assert_eq!(
            split("Anne Lise van Eyck", Order::FirstLast),
            pair("Anne Lise", "van Eyck")
        );
        assert_eq!(split("Dupont Marie", Order::LastFirst), pair("Marie", "Dupont"));
        assert_eq!(
            split_full("Dupont Marie", Order::FirstLast, "m.dupont"),
            Some(pair("Marie", "Dupont"))
        );
        assert_eq!(split_full("Accueil", Order::FirstLast, ""), None);
    }
}
