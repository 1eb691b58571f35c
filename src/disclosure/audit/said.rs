//! Numbers in the words of a page: what is a year, an address or a sentence that all pages share, and what is not.
//!
//! - Enters: the texts of generated pages that hold a number outside any published figure.
//! - Leaves: those that are said of one place only, and are neither its name nor its address.
//! - Stays out: pages written by hand (method, training), where a number is an example.

use std::collections::HashSet;
use std::hash::BuildHasher as _;

use foldhash::HashMap;
use foldhash::fast::FixedState;

use super::counted::{number_words, without};
use super::facts::Finding;
use super::html::{Known, is_round};
use crate::format::MONTHS;

/// Pages that must say a sentence before it is one of the template, whatever the place.
const SHARED: usize = 3;

/// A text with a number, and where it was met.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    fiches: usize,
    packets: usize,
    written: bool,
    /// Lowest rank of the files that say it.
    file: u32,
}

/// Texts with numbers, by hash.
#[derive(Debug, Default)]
pub(super) struct Said(HashMap<u64, Text>);

/// What sort of page says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Voice {
    /// A page of a place, or of an indicator.
    #[default]
    Generated,
    /// A packet, which repeats the fiches.
    Packet,
    /// A page written by hand, or of words only.
    Written,
}

impl Voice {
    /// Reads the sort of a page from its path.
    pub(super) fn of(file: &str) -> Self {
        match file.split('/').next().unwrap_or("") {
            "seances" => Self::Packet,
            "residences" | "iris" | "communes" | "qpv" | "metropole" | "indicateurs" | "classement" | "comparer"
            | "carte" | "recherche" | "themes" => Self::Generated,
            _ => Self::Written,
        }
    }
}

impl Said {
    /// Adds the texts of one page.
    pub(super) fn add(&mut self, texts: &mut Vec<String>, voice: Voice, file: u32) {
        texts.sort_unstable();
        texts.dedup();
        for text in texts.drain(..) {
            let key = FixedState::default().hash_one(&text);
            let known = self.0.entry(key).or_insert(Text {
                text,
                fiches: 0,
                packets: 0,
                written: false,
                file,
            });
            known.file = known.file.min(file);
            match voice {
                Voice::Generated => known.fiches += 1,
                Voice::Packet => known.packets += 1,
                Voice::Written => known.written = true,
            }
        }
    }

    /// Adds what another thread met.
    pub(super) fn join(&mut self, other: Self) {
        #[expect(clippy::iter_over_hash_type, reason = "sums and least ranks, in any order")]
        for (key, text) in other.0 {
            match self.0.entry(key) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(text);
                }
                std::collections::hash_map::Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.fiches += text.fiches;
                    known.packets += text.packets;
                    known.written |= text.written;
                    known.file = known.file.min(text.file);
                }
            }
        }
    }

    /// The texts that nothing explains; `goals` are the numbers of goals, in per cent.
    pub(super) fn tell(&self, files: &[String], site: &Known, goals: &[f64]) -> Vec<Finding> {
        let mut names: Vec<String> = site
            .names
            .iter()
            .filter(|n| n.chars().count() > 3)
            .map(|n| n.to_lowercase())
            .collect();
        names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        let written = self.0.values().filter(|t| t.written).map(|t| t.text.as_str());
        let mut thresholds: Vec<f64> = written
            .flat_map(|text| numbers(text).filter(|n| is_threshold(text, n)).map(|n| n.value))
            .collect();
        thresholds.extend(site.small_base);
        let public = Public {
            codes: &site.codes,
            thresholds: &thresholds,
            goals,
        };
        let explained = |t: &Text| {
            t.written
                || t.fiches >= SHARED
                || t.fiches == 0 && t.packets >= SHARED
                || is_known(&t.text, &site.names)
                || t.text
                    .trim_end_matches(" (%)")
                    .split(", ")
                    .all(|l| site.classes.contains(l))
                || is_key(&t.text)
                || !figured(&without(&t.text, &site.labels), &public)
                || !figured(&nameless(&t.text, &names), &public)
        };
        let mut found: Vec<&Text> = self.0.values().filter(|t| !explained(t)).collect();
        found.sort_by(|a, b| (a.file, &a.text).cmp(&(b.file, &b.text)));
        found
            .into_iter()
            .map(|t| Finding {
                error: true,
                kind: "fuite",
                message: format!("nombre dans un texte qui n’est dit que d’un lieu : « {} »", t.text),
                files: vec![files[t.file as usize].clone()],
                remedy: "si ce texte vient du dictionnaire ou des réglages, l’y écrire sans nombre ; s’il vient d’un gabarit du thème, écrire le nombre dans un élément <data>".to_owned(),
            })
            .collect()
    }
}

/// A text without the names of places that it repeats, in any case.
fn nameless(text: &str, names: &[String]) -> String {
    let mut text = text.to_lowercase();
    for name in names {
        if text.contains(name.as_str()) {
            text = text.replace(name.as_str(), " ");
        }
    }
    text
}

/// Whether a text is a name or an address, or one followed by its commune.
fn is_known(text: &str, names: &HashSet<String>) -> bool {
    let known = |t: &str| names.contains(t.trim());
    known(text) || text.rsplit_once(", ").is_some_and(|(address, _)| known(address))
}

/// Whether a text holds a number that could be a figure: neither a year, nor a part of a name or of a code, nor a count
/// of places or of pages, nor a rank, a date or a length.
pub(super) fn numbered(text: &str) -> bool {
    number_words(text) || numbers(text).any(|n| !n.is_plain(text))
}

/// Numbers that words may say: codes of places, thresholds of the convention, goals.
struct Public<'a> {
    codes: &'a HashSet<String>,
    thresholds: &'a [f64],
    goals: &'a [f64],
}

/// As [`numbered`], but for public numbers: « moins de 11 logements », « au moins 25 % des attributions ».
fn figured(text: &str, public: &Public<'_>) -> bool {
    let said = |n: &Number| {
        public.codes.contains(&text[n.start..n.end])
            || is_threshold(text, n) && public.thresholds.contains(&n.value)
            || text[n.end..].trim_start().starts_with('%') && public.goals.contains(&n.value)
    };
    number_words(text) || numbers(text).any(|n| !n.is_plain(text) && !said(&n))
}

/// Whether a text gives the sizes of the circles of a key: round numbers, each larger than the one before.
fn is_key(text: &str) -> bool {
    let sizes: Vec<f64> = numbers(text).map(|n| n.value).collect();
    sizes.len() > 1 && sizes.iter().all(|v| is_round(*v)) && sizes.windows(2).all(|w| w[0] < w[1])
}

/// Whether a text says « moins de » before a number.
fn is_threshold(text: &str, number: &Number) -> bool {
    text[..number.start].trim_end().ends_with("moins de")
}

/// A number in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub(super) value: f64,
    pub(super) decimals: usize,
    start: usize,
    end: usize,
}

/// Words after a number that make it public: places, pages, dates, lengths, ages.
const PUBLIC: &[&str] = &[
    "résidence",
    "résidences",
    "quartier",
    "quartiers",
    "commune",
    "communes",
    "iris",
    "qpv",
    "territoire",
    "territoires",
    "fiche",
    "fiches",
    "autre",
    "autres",
    "indicateur",
    "indicateurs",
    "millésime",
    "millésimes",
    "équipement",
    "équipements",
    "ans",
    "an",
    "mois",
    "m",
    "km",
    "mètres",
    "er",
    "er janvier",
    "plus",
    "publiée",
    "publiées",
    "publié",
    "publiés",
    "des",
    "enfants",
    "bailleurs",
    "bailleur",
];

impl Number {
    pub(super) fn is_plain(&self, text: &str) -> bool {
        let year = self.decimals == 0 && (1900.0..=2100.0).contains(&self.value);
        let before = text[..self.start].chars().next_back();
        let after = text[self.end..].chars().next();
        // Part of a name, a code, an article or an interval of years.
        let glued = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | '#'))
            || after.is_some_and(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '/' | '+'));
        if year || glued {
            return true;
        }
        let rest = text[self.end..].trim_start();
        let next = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        if PUBLIC.iter().chain(&MONTHS).any(|word| word.eq_ignore_ascii_case(next)) {
            return true;
        }
        let mut words = text[..self.start].split_whitespace().rev();
        let mut last = words.next().unwrap_or("");
        // The second number of « quartiles 2 à 4 ».
        if matches!(last, "à" | "et") {
            last = words.nth(1).unwrap_or("");
        }
        // « 2 sur 5 » says a class, « rangs 21 à 23 » the lines of a list.
        let rank = self.decimals == 0 && self.value <= 9.0;
        let ranked = rank && (next == "sur" || last == "sur")
            || matches!(
                last,
                "rangs"
                    | "rang"
                    | "volume"
                    | "partie"
                    | "×"
                    | "article"
                    | "articles"
                    | "Fiche"
                    | "quartile"
                    | "quartiles"
            )
            || last.ends_with("édition")
            || last.eq_ignore_ascii_case("sous") && rest.starts_with('%')
            || last == "sur" && text.contains(", volume ")
            || text.starts_with("rangs ");
        if ranked {
            return true;
        }
        // « 30 à 64 ans » is an age, as its second number says.
        if let Some(second) = ["à ", "et "].iter().find_map(|w| rest.strip_prefix(w))
            && second.starts_with(|c: char| c.is_ascii_digit())
        {
            return numbers(second).next().is_none_or(|n| n.is_plain(second));
        }
        false
    }
}

/// The numbers of a text, thousands and decimals joined.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = Number> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while !bytes.get(at)?.is_ascii_digit() {
            at += 1;
        }
        let start = at;
        let (mut value, mut decimals, mut point) = (0.0, 0, false);
        loop {
            match bytes.get(at) {
                Some(b) if b.is_ascii_digit() => {
                    value = value * 10.0 + f64::from(b - b'0');
                    decimals += usize::from(point);
                    at += 1;
                }
                // A narrow space between thousands.
                Some(0xE2)
                    if text[at..].starts_with('\u{202F}') && bytes.get(at + 3).is_some_and(u8::is_ascii_digit) =>
                {
                    at += 3;
                }
                Some(b',' | b'.') if !point && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                    point = true;
                    at += 1;
                }
                _ => break,
            }
        }
        Some(Number {
            value: value / 10f64.powi(i32::try_from(decimals).unwrap_or(0)),
            decimals,
            start,
            end: at,
        })
    })
}

/// Whether a text is only a number, with its sign and its unit.
pub(super) fn is_bare(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_ascii_digit()
            || c.is_whitespace()
            || matches!(
                c,
                ',' | '.' | '+' | '−' | '-' | '–' | '%' | '€' | '(' | ')' | '=' | ':' | '≈' | '~' | ';' | '/' | '·'
            )
    })
}

/// Whether a number is the gap between two figures, or the change from one to the other, in per cent.
pub(super) fn derived(number: &Number, figures: &[f64]) -> bool {
    let near = 0.5 * 10f64.powi(-i32::try_from(number.decimals).unwrap_or(3)) + 1e-6;
    let is = |v: f64| (v.abs() - number.value).abs() <= near;
    figures.iter().enumerate().any(|(i, a)| {
        is(*a)
            || figures[..i]
                .iter()
                .any(|b| is(a - b) || *b != 0.0 && is((a / b - 1.0) * 100.0) || *a != 0.0 && is((b / a - 1.0) * 100.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_words_are_told_from_figures() {
        for text in [
            "soit 7 logements",
            "14,3\u{a0}%",
            "trois logements",
            "n = 7",
            "Il en reste 7.",
            "7 sur 59",
        ] {
            assert!(numbered(text), "{text}");
        }
        for text in [
            "Parc 2025 · Attributions 2023–2025",
            "R-00012, T5 et plus",
            "19 résidences",
            "15 octobre 2026",
            "(2 sur 5)",
            "à 500 m",
            "article L. 441-1",
            "rangs 21 à 23",
        ] {
            assert!(!numbered(text), "{text}");
        }
    }

    #[test]
    fn a_gap_and_a_change_are_derived() {
        let one = |text: &str| numbers(text).next().expect("a number");
        assert!(derived(&one("9,2 points"), &[19.2, 10.0]));
        assert!(derived(&one("−12 %"), &[88.0, 100.0]));
        assert!(!derived(&one("7"), &[19.2, 10.0]));
    }

    #[test]
    fn a_sentence_of_three_places_is_of_the_template() {
        let tell = |pages: usize, voice: Voice, goals: &[f64]| {
            let mut said = Said::default();
            for page in 0..pages {
                said.add(
                    &mut vec!["au moins 25 % des attributions".to_owned()],
                    voice,
                    u32::try_from(page).expect("few pages"),
                );
            }
            let files: Vec<String> = (0..9).map(|i| format!("f{i}")).collect();
            said.tell(&files, &Known::default(), goals).len()
        };
        assert_eq!(tell(1, Voice::Generated, &[]), 1);
        assert_eq!(tell(3, Voice::Generated, &[]), 0);
        assert_eq!(tell(1, Voice::Written, &[]), 0);
        assert_eq!(tell(1, Voice::Packet, &[]), 1);
        assert_eq!(tell(1, Voice::Generated, &[25.0]), 0, "a goal of the site");
        assert_eq!(tell(1, Voice::Generated, &[24.0]), 1);
    }

    #[test]
    fn the_sizes_of_a_key_are_round_and_rise() {
        assert!(is_key("résidences : 20, 100, 200 logements"));
        assert!(!is_key("résidences : 20, 70 logements"));
        assert!(!is_key("résidences : 5 logements") && !is_key("100 puis 20"));
    }
}
