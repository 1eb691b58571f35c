//! Numbers of something in a text: « 7 logements », « 12,5 % ».

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

const COUNTED: [&str; 12] = [
    "logement",
    "logements",
    "ménage",
    "ménages",
    "attribution",
    "attributions",
    "%",
    "vacants",
    "vacant",
    "€",
    "m²",
    "locataires",
];

/// A text without the labels of categories that it repeats.
pub(super) fn without<'t>(text: &'t str, labels: &[String]) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return text;
    }
    for label in labels {
        if text.contains(label.as_str()) {
            text = Cow::Owned(text.replace(label.as_str(), " "));
        }
    }
    text
}

/// Finds « 7 logements », « 12,5 % », « 12% » in a text: the number and the thing it counts.
pub(super) fn counted(text: &str) -> Option<String> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    // Thousands are one number.
    let text = if text.contains('\u{202F}') {
        Cow::Owned(text.replace('\u{202F}', ""))
    } else {
        Cow::Borrowed(text)
    };
    let mut words = text.split(char::is_whitespace).filter(|w| !w.is_empty()).peekable();
    while let Some(word) = words.next() {
        let word = word.trim_start_matches(['(', ':', '«']);
        let digits = word.bytes().take_while(|b| b.is_ascii_digit() || *b == b',').count();
        let (number, glued) = word.split_at(digits);
        let thing = if glued.is_empty() {
            words.peek().copied().unwrap_or("")
        } else {
            glued
        };
        let thing = thing.trim_end_matches(['.', ',', ')', ';', ':', '»']);
        if digits > 0 && COUNTED.contains(&thing) {
            return Some(format!("{number} {thing}"));
        }
    }
    None
}

/// Number of a `counted` text.
pub(super) fn number_of(found: &str) -> Option<f64> {
    found.split_once(' ')?.0.replace(',', ".").parse().ok()
}

/// As [`counted`], for 1 to 10 dwellings, households or allocations only: the convention itself speaks of 11.
pub(super) fn small_count(text: &str) -> Option<String> {
    let found = counted(text)?;
    let (number, thing) = found.split_once(' ')?;
    let counted = thing.starts_with("logement") || thing.starts_with("ménage") || thing.starts_with("attribution");
    let small = number.parse::<u32>().is_ok_and(|n| (1..=10).contains(&n));
    (counted && small).then_some(found)
}

/// Numbers in words, under the threshold and around it.
const IN_WORDS: [&str; 12] = [
    "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
];

/// Things that are counted in words.
static THINGS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["logements", "ménages", "attributions"].map(Finder::new));

/// Whether a text counts dwellings, households or allocations in words: « trois logements ».
pub(super) fn number_words(text: &str) -> bool {
    let bytes = text.as_bytes();
    THINGS.iter().any(|thing| {
        let mut from = 0;
        while let Some(at) = thing.find(&bytes[from..]).map(|i| from + i) {
            let before = text[..at].trim_end();
            let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
            if IN_WORDS.iter().any(|w| w.eq_ignore_ascii_case(word)) {
                return true;
            }
            from = at + thing.needle().len();
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit_are_found_apart_or_glued() {
        for (text, found) in [
            ("soit 7 logements.", Some("7 logements")),
            ("soit 12,5\u{A0}% (2025)", Some("12,5 %")),
            ("soit 12%", Some("12 %")),
            ("(1\u{202F}234\u{202F}€)", Some("1234 €")),
            ("en 2025, 3 ans", None),
            ("R-12% inconnu", None),
        ] {
            assert_eq!(counted(text).as_deref(), found, "{text}");
        }
    }
}
