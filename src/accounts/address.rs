//! Professional, nominative addresses (article 5): how a list writes them, what is accepted, what is refused.

use super::names;
use super::words::free_domains;

mod judge;

pub use judge::{Verdict, judge};

/// A login: an address in lower case, without what spreadsheets add around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

/// Words that may stand before an address without being a part of it.
const LABELS: &[&str] = &[
    "adresse",
    "courriel",
    "e-mail",
    "email",
    "électronique",
    "mail",
    "mailto",
    "mel",
    "messagerie",
    "mél",
    "pro",
    "professionnel",
    "professionnelle",
    "tel",
    "tél",
    "ou",
    "et",
    "puis",
];

impl Address {
    /// Reads the only address of a text: `mailto:`, capitals, `<…>`, a name or a telephone number beside it.
    ///
    /// # Errors
    /// A French sentence: what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut found = Self::all(text)?;
        match (found.pop(), found.is_empty()) {
            (Some(address), true) => Ok(address),
            _ => Err(format!("« {} » : plusieurs adresses, une seule attendue", shown(text))),
        }
    }

    /// Reads the addresses of a cell, each once, in their order.
    ///
    /// Nothing is glued across a space, but around `@` and inside a domain: a word beside an address is a name, a
    /// number or a remark. A word that may be the missing half of the address is refused.
    ///
    /// # Errors
    /// A French sentence: what is wrong with the first that is, or that there is none.
    pub fn all(text: &str) -> Result<Vec<Self>, String> {
        let text = names::clean(text);
        let mut text = text.to_lowercase();
        for around in [" (at) ", " [at] ", "(at)", "[at]"] {
            text = text.replace(around, "@");
        }
        if text.trim_matches(around_an_address).is_empty() {
            return Err("adresse absente".to_owned());
        }
        let words = words(&text);
        let mut found: Vec<Self> = Vec::new();
        for (index, word) in words.iter().enumerate().filter(|(_, w)| w.contains('@')) {
            let address = Self::exact(word)?;
            let before = &words[..index];
            let apart = text.contains(&format!("<{word}"));
            if let Some(half) = missing_half(before, address.local()).filter(|_| !apart) {
                return Err(format!(
                    "« {} » : une espace coupe l’adresse, ou « {half} » n’en fait pas partie",
                    shown(&text)
                ));
            }
            if !found.contains(&address) {
                found.push(address);
            }
        }
        if found.is_empty() {
            return Err(format!(
                "« {} » n’est pas une adresse : il y manque « @ »",
                shown(&text)
            ));
        }
        Ok(found)
    }

    /// Reads a text that is an address and nothing else, as the register and the logs hold it.
    ///
    /// # Errors
    /// A French sentence: what is wrong with it.
    pub fn exact(text: &str) -> Result<Self, String> {
        let text = text.to_lowercase();
        let Some((local, domain)) = text.split_once('@') else {
            return Err(format!(
                "« {} » n’est pas une adresse : il y manque « @ »",
                shown(&text)
            ));
        };
        if domain.contains('@') {
            return Err(format!(
                "« {} » : plusieurs adresses sans espace entre elles, une seule attendue",
                shown(&text)
            ));
        }
        let allowed =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '+' | '\'');
        let edges = |c: char| c == '.';
        if local.is_empty() || local.len() > 64 || !local.chars().all(allowed) || local.contains("..") {
            return Err(match local.chars().find(|c| !allowed(*c)) {
                Some(c) if c.is_alphabetic() && local.chars().all(|c| allowed(c) || c.is_alphabetic()) => format!(
                    "« {} » : « {c} » ne se met pas dans une adresse ; sans accent, ce serait « {}@{domain} », à faire confirmer",
                    shown(&text),
                    unaccented(local)
                ),
                Some(c) => format!("« {} » : « {c} » ne se met pas dans une adresse", shown(&text)),
                None => format!(
                    "« {} » : la partie avant « @ » n’est pas celle d’une adresse",
                    shown(&text)
                ),
            });
        }
        if local.starts_with(edges) || local.ends_with(edges) {
            return Err(format!(
                "« {} » : la partie avant « @ » ne commence ni ne finit par un point",
                shown(&text)
            ));
        }
        let labels: Vec<&str> = domain.split('.').collect();
        let label = |l: &&str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        // An ending is letters only: a telephone number glued to it is not.
        let ending = labels
            .last()
            .is_some_and(|l| l.len() >= 2 && (l.starts_with("xn--") || l.chars().all(|c| c.is_ascii_lowercase())));
        if labels.len() < 2 || !labels.iter().all(label) || !ending || domain.len() > 253 {
            return Err(format!(
                "« {} » : « {} » n’est pas un nom de domaine",
                shown(&text),
                shown(domain)
            ));
        }
        Ok(Self(text))
    }

    /// The address, which is the login.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What comes before `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What comes after `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

fn around_an_address(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '"' | '\'' | '<' | '>' | '(' | ')' | '[' | ']' | '*' | ' '
    )
}

/// A text short enough for a message.
fn shown(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(79).collect::<String>())
}

fn unaccented(text: &str) -> String {
    text.split(['.', '-', '_', '+', '\''])
        .zip(
            text.match_indices(['.', '-', '_', '+', '\''])
                .map(|(_, sep)| sep)
                .chain([""]),
        )
        .map(|(word, separator)| format!("{}{separator}", names::key(word).replace(' ', "")))
        .collect()
}

/// Cuts a cell into words; spaces around `@` and in the middle of a domain do not cut.
fn words(text: &str) -> Vec<String> {
    let spaced = text.replace([',', ';', '"', '<', '>', '(', ')', '[', ']', '|'], " ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split(' ').filter(|w| !w.is_empty()) {
        let open = |last: &String| {
            last.ends_with('@')
                || (last.contains('@') && word.starts_with('.') && word.len() > 2)
                // « ville-lille. fr »: the domain has no ending yet.
                || (last.ends_with('.')
                    && last.split_once('@').is_some_and(|(_, domain)| domain.matches('.').count() == 1)
                    && word.len() <= 4)
        };
        match words.last_mut() {
            Some(last) if open(last) || word == "@" || (word.starts_with('@') && !last.contains('@')) => {
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words.iter().flat_map(|w| pieces(w)).collect()
}

/// Takes an address out of what is glued to it: `mailto:…?subject=…`, `mail:…`, `0320123456/…`.
fn pieces(word: &str) -> Vec<String> {
    let mut word = word;
    while let Some((label, rest)) = word.split_once(':') {
        if rest.contains('@') && !LABELS.contains(&label) {
            break;
        }
        word = rest;
    }
    if let Some((address, query)) = word.split_once('?')
        && query.contains('=')
    {
        word = address;
    }
    let word = word.trim_matches(around_an_address);
    let parts: Vec<&str> = word.split('/').collect();
    let number = |p: &&str| p.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-')) && p.len() > 5;
    if parts.len() > 1 && parts.iter().all(|p| p.contains('@') || number(p)) {
        return parts
            .iter()
            .map(|p| p.trim_matches(around_an_address).to_owned())
            .collect();
    }
    vec![word.to_owned()]
}

/// Gives the word that may be the first half of an address cut by a space: « marie dupont@ », « marie. dupont@ ».
///
/// A word of the name the address carries, a title, a label or a number is none.
fn missing_half<'a>(before: &'a [String], local: &str) -> Option<&'a str> {
    let last = before.last()?;
    let plain = |w: &str| names::key(w).replace(' ', "");
    if local.contains(['.', '_', '-'])
        || last.contains('@')
        || LABELS.contains(&last.as_str())
        || names::is_title(last)
        || !last
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '_' | '\''))
        || last.chars().all(|c| !c.is_alphabetic())
    {
        return None;
    }
    let carried = before
        .iter()
        .map(|w| plain(w))
        .any(|w| w.len() > 2 && local.contains(w.as_str()));
    (!carried).then_some(last)
}

/// Tells whether anyone may open a mailbox at this domain.
pub fn is_free_domain(domain: &str) -> bool {
    free_domains().any(|free| {
        if free.contains('.') {
            domain == free || domain.ends_with(&format!(".{free}"))
        } else {
            // `yahoo.fr`, `yahoo.co.uk`, not `yahoo.mairie.example`.
            domain
                .strip_prefix(free)
                .is_some_and(|rest| rest.starts_with('.') && rest.split('.').skip(1).all(|label| label.len() <= 3))
        }
    })
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
