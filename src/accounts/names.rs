//! Names of people as lists write them: capitals, titles, particles, both names in one cell.

use unicode_normalization::UnicodeNormalization as _;

use super::words::is_given;

const TITLES: &[&str] = &[
    "m",
    "mr",
    "mme",
    "mlle",
    "mlles",
    "melle",
    "mle",
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

/// Tells whether a word is a title: « Mme », « M. », « Melle ».
pub fn is_title(word: &str) -> bool {
    TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// Writes `ä ö ü` as `ae oe ue`, as addresses often do; the rest is left as it is.
pub fn with_umlauts(name: &str) -> String {
    let mut out = String::new();
    for c in name.nfc() {
        match c {
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            'å' | 'Å' => out.push_str("aa"),
            c => out.push(c),
        }
    }
    out
}

/// Words after which a name is another of the same person: « MARTIN née DURAND ».
const BORN: &[&str] = &["née", "nee", "né", "épouse", "ép", "ep", "veuve"];

/// Gives the other names a cell tells of, in parentheses or after « née »: « MARTIN (née DURAND) » gives « DURAND ».
pub fn other_names(name: &str) -> Vec<String> {
    let cleaned = clean(name);
    let words: Vec<&str> = cleaned.split([' ', '(', ')', '/']).filter(|w| !w.is_empty()).collect();
    let Some(at) = words.iter().position(|w| is_born(w)) else {
        let inside = cleaned.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        return inside
            .map(|(name, _)| tidy(name))
            .into_iter()
            .filter(|n| is_name(n))
            .collect();
    };
    vec![tidy(&words[at + 1..].join(" "))]
        .into_iter()
        .filter(|n| is_name(n))
        .collect()
}

fn is_born(word: &str) -> bool {
    BORN.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\''))
}

/// Takes out of a cell what is not the name: marks of notes, parentheses, what follows « née »; joins two names
/// written with a slash.
fn without_marks(name: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in clean(name).chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | '†' | '°' | '#' => {}
            c => out.push(c),
        }
    }
    let mut words: Vec<&str> = out.split_whitespace().collect();
    // Alone, the word is a name: there are people called Veuve.
    if words.len() > 1 {
        words.truncate(words.iter().position(|w| is_born(w)).unwrap_or(words.len()));
    }
    let out = words.join(" ");
    let out = out.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let slashed: Vec<&str> = out.split('/').map(str::trim).filter(|p| !p.is_empty()).collect();
    if slashed.len() == 2 && slashed.iter().all(|p| is_name(p) && !is_title(p)) {
        return slashed.join("-");
    }
    out.to_owned()
}

/// Cleans a name: no title, no mark, and capitals only where a name has them when all or none of its letters were
/// capitals.
pub fn tidy(name: &str) -> String {
    let cleaned = without_marks(name);
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
        Some((first, rest)) if is_title(first) => without_title(rest),
        _ => name,
    }
}

/// Most words a cell with both names may hold.
const MOST_WORDS: usize = 8;

/// Splits a cell that holds both names into first name and last name.
///
/// A comma settles it (« DUPONT, Marie »), then capitals (« Marie DUPONT »), then the address and the given names
/// everybody knows, then `order`.
pub fn split_full(full: &str, order: Order, local_part: &str) -> Option<(String, String)> {
    if let Some(split) = split_by_slash(full) {
        return split;
    }
    let cleaned = without_marks(full);
    if let Some(split) = split_by_signs(&cleaned) {
        return split;
    }
    let words: Vec<&str> = without_title(&cleaned).split(' ').collect();
    if words.len() < 2 || words.len() > MOST_WORDS {
        return None;
    }
    let (first, last) = usual_cut(&words, order);
    let keys: Vec<String> = words.iter().map(|w| key(w)).collect();
    let local = Local::new(local_part);
    let best = cuts(&words, &keys)
        .into_iter()
        .map(|cut| {
            let usual = cut.first == first && cut.last == last;
            (2 * cut.weight(&local) + u8::from(usual), cut)
        })
        // The first of the best.
        .rev()
        .max_by_key(|(weight, _)| *weight)?;
    both(&best.1.first.join(" "), &best.1.last.join(" "))
}

/// Tells whether a column of first names holds the last name, and the other way round: « MARTIN » as first name and
/// « Paul » as last one.
///
/// Two signs are asked for, among capitals, the given names everybody knows and the address.
pub fn are_inverted(first: &str, last: &str, local_part: &str) -> bool {
    let (first, last) = (without_marks(first), without_marks(last));
    let (first_key, last_key) = (key(&first), key(&last));
    if first_key.is_empty() || last_key.is_empty() {
        return false;
    }
    // « PASCAL » as last name and « Laurenția » as first one: each is where it says.
    if is_capital(&last) && !is_capital(&first) {
        return false;
    }
    let given = |key: &str| key.split(' ').all(is_given);
    let capitals = is_capital(&first) && !is_capital(&last) && last.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let known = given(&last_key) && !first_key.split(' ').any(is_given);
    let (one, other) = ([first_key], [last_key]);
    let cut = |first_key, last_key| Cut {
        first: &[],
        last: &[],
        first_key,
        last_key,
    };
    let local = Local::new(local_part);
    let by_address = cut(&other, &one).pattern(&local) > cut(&one, &other).pattern(&local);
    u8::from(capitals) + u8::from(known) + u8::from(by_address) >= 2
}

/// Tells whether a text is in capitals, two letters at least.
fn is_capital(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() > 1 && !text.chars().any(char::is_lowercase)
}

/// « DUPONT/Marie » in a cell of both names: the capitals say which is the last name.
fn split_by_slash(full: &str) -> Option<Option<(String, String)>> {
    let cleaned = clean(full);
    let (left, right) = cleaned.split_once('/')?;
    let (left, right) = (without_title(left.trim()), without_title(right.trim()));
    if !is_name(left) || !is_name(right) {
        return None;
    }
    match (is_capital(left), is_capital(right)) {
        (true, false) if !right.split(' ').any(is_capital) => Some(both(right, left)),
        (false, true) if !left.split(' ').any(is_capital) => Some(both(left, right)),
        _ => None,
    }
}

/// Splits a cell that may hold both names or one, when a comma, capitals or the address show where.
pub fn split_sure(full: &str, local_part: &str) -> Option<(String, String)> {
    let cleaned = without_marks(full);
    if let Some(split) = split_by_signs(&cleaned) {
        return split;
    }
    let words: Vec<&str> = without_title(&cleaned).split(' ').collect();
    if words.len() < 2 || words.len() > MOST_WORDS {
        return None;
    }
    let keys: Vec<String> = words.iter().map(|w| key(w)).collect();
    let local = Local::new(local_part);
    let shown = cuts(&words, &keys).into_iter().filter(|cut| cut.pattern(&local) > 0);
    let best = shown.max_by_key(|cut| cut.weight(&local))?;
    both(&best.first.join(" "), &best.last.join(" "))
}

/// A comma or capitals settle where to cut.
fn split_by_signs(cleaned: &str) -> Option<Option<(String, String)>> {
    if let Some((last, first)) = cleaned.split_once(',') {
        return Some(both(first, last));
    }
    let words: Vec<&str> = without_title(cleaned).split(' ').collect();
    if words.len() < 2 {
        return None;
    }
    let capital = |w: &&str| is_capital(w);
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
            return Some(both(&words[..cut].join(" "), &words[cut..].join(" ")));
        }
        return Some(both(&others.join(" "), &caps.join(" ")));
    }
    None
}

/// First and last name where nothing but the order and the particles says where to cut.
fn usual_cut<'a, 'w>(words: &'w [&'a str], order: Order) -> (&'w [&'a str], &'w [&'a str]) {
    match order {
        Order::LastFirst => {
            let particles = words
                .iter()
                .take_while(|w| PARTICLES.contains(&key(w).as_str()))
                .count();
            let cut = (particles + 1).min(words.len() - 1);
            (&words[cut..], &words[..cut])
        }
        Order::FirstLast => {
            let cut = words[1..]
                .iter()
                .position(|w| PARTICLES.contains(&key(w).as_str()))
                .map_or(words.len() - 1, |i| i + 1);
            words.split_at(cut)
        }
    }
}

fn both(first: &str, last: &str) -> Option<(String, String)> {
    let (first, last) = (tidy(first), tidy(last));
    (!first.is_empty() && !last.is_empty()).then_some((first, last))
}

/// A way to cut words in first and last name, with the keys of both.
struct Cut<'a> {
    first: &'a [&'a str],
    last: &'a [&'a str],
    first_key: &'a [String],
    last_key: &'a [String],
}

/// Every way to cut words in first and last name.
fn cuts<'a>(words: &'a [&'a str], keys: &'a [String]) -> Vec<Cut<'a>> {
    (1..words.len())
        .flat_map(|at| {
            let ((head, tail), (head_key, tail_key)) = (words.split_at(at), keys.split_at(at));
            let cut = |first, last, first_key, last_key| Cut {
                first,
                last,
                first_key,
                last_key,
            };
            [cut(head, tail, head_key, tail_key), cut(tail, head, tail_key, head_key)]
        })
        .collect()
}

impl Cut<'_> {
    /// How much the address and the usual given names speak for this cut.
    fn weight(&self, local: &Local) -> u8 {
        let given = |keys: &[String]| keys.iter().flat_map(|k| k.split(' ')).all(is_given);
        let begins = self
            .first_key
            .first()
            .and_then(|k| k.split(' ').next())
            .is_some_and(is_given);
        self.pattern(local)
            + match (given(self.first_key), begins, given(self.last_key)) {
                (true, _, false) => 4,
                (false, true, false) => 3,
                (true, _, true) => 1,
                _ => 0,
            }
    }

    /// How well an address is made of both names: « marie.dupont » or « m.dupont » says which is which.
    fn pattern(&self, local: &Local) -> u8 {
        let glued = |keys: &[String]| keys.concat().replace(' ', "");
        let (first, last) = (glued(self.first_key), glued(self.last_key));
        let words = self.first_key.iter().flat_map(|k| k.split(' '));
        let initials: String = words.filter_map(|w| w.chars().next()).collect();
        let initial: String = first.chars().take(1).collect();
        match local {
            Local::Whole(local) => match () {
                () if *local == format!("{initial}{last}") || *local == format!("{initials}{last}") => 3,
                () if *local == format!("{first}{last}") => 2,
                () => 0,
            },
            Local::Halves(head, tail) => match () {
                () if *head == first && *tail == last => 4,
                () if (*head == initial || *head == initials) && *tail == last => 4,
                () if *head == last && *tail == first => 3,
                () if *head == last && *tail == initial => 3,
                () => 0,
            },
        }
    }
}

/// What comes before `@`, in its two halves when it has them.
enum Local {
    Whole(String),
    Halves(String, String),
}

impl Local {
    fn new(local_part: &str) -> Self {
        let glued = |text: &str| key(text).replace(' ', "");
        let local = local_part.trim_end_matches(|c: char| c.is_ascii_digit());
        match local.split_once(['.', '_']) {
            Some((head, tail)) => Self::Halves(glued(head), glued(tail)),
            None => Self::Whole(glued(local)),
        }
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
        // Three words: the address says where the first name ends, whatever the order of the column.
        for (full, local, expected) in [
            ("Petit Moulin Lisa", "lisa.petitmoulin", pair("Lisa", "Petit Moulin")),
            ("Duchêne Anne Lise", "al.duchene", pair("Anne Lise", "Duchêne")),
            ("Martin Thomas", "t.martin", pair("Thomas", "Martin")),
            ("Martin Thomas", "m.thomas", pair("Martin", "Thomas")),
            ("Dupont Marie", "dupont.marie", pair("Marie", "Dupont")),
            ("Dupont Marie", "dupont.m", pair("Marie", "Dupont")),
        ] {
            assert_eq!(
                split_full(full, Order::LastFirst, local),
                Some(expected),
                "{full} {local}"
            );
        }
        for (full, expected) in [
            ("BEN YOUSSEF/Karim", pair("Karim", "Ben Youssef")),
            ("Karim / BEN YOUSSEF", pair("Karim", "Ben Youssef")),
            ("LEROY/MARTIN Anne", pair("Anne", "Leroy-Martin")),
        ] {
            assert_eq!(split_full(full, Order::LastFirst, ""), Some(expected), "{full}");
        }
        assert_eq!(split_full(&"Mot ".repeat(9_000), Order::LastFirst, "a.b"), None);
    }

    #[test]
    fn two_signs_tell_inverted_names() {
        for (first, last, local, inverted) in [
            ("MARTIN", "Paul", "paul.martin", true),
            ("DUBOIS", "Paul", "contact", true),
            ("Dubois", "Paul", "p.dubois", true),
            ("Paul", "MARTIN", "martin.paul", false),
            ("Martin", "Paul", "martin.paul", false),
            ("Dubois", "Paul", "dubois", false),
            ("KEVIN", "Le Goff", "kevin.legoff", false),
            ("PAUL", "MARTIN", "paul.martin", false),
            ("Laurenția", "PASCAL", "laurentia.p", false),
            ("Umoja", "GERMAIN", "germain.umoja", false),
        ] {
            assert_eq!(are_inverted(first, last, local), inverted, "{first} {last} {local}");
        }
    }

    #[test]
    fn one_cell_is_cut_only_where_something_shows() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(split_sure("DUPONT Marie", ""), pair("Marie", "Dupont"));
        assert_eq!(split_sure("Dupont Marie", "marie.dupont"), pair("Marie", "Dupont"));
        assert_eq!(split_sure("LE GOFF", "j.legoff"), None);
        assert_eq!(split_sure("Petit Moulin", "a.petitmoulin"), None);
    }

    #[test]
    fn a_name_comes_without_its_marks() {
        for (text, name) in [
            ("MARTIN (née DURAND)", "Martin"),
            ("MARTIN née DURAND", "Martin"),
            ("VEUVE", "Veuve"),
            ("Martin ép. Durand", "Martin"),
            ("LEROY/MARTIN", "Leroy-Martin"),
            ("DUPONT*", "Dupont"),
            ("DUPONT (1)", "Dupont"),
            ("Melle Petit", "Petit"),
        ] {
            assert_eq!(tidy(text), name, "{text}");
        }
        assert_eq!(other_names("MARTIN (née DURAND)"), ["Durand"]);
        assert_eq!(other_names("MARTIN née DURAND"), ["Durand"]);
        assert!(other_names("Martin").is_empty());
    }
}
