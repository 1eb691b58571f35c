//! Words that name a desk, a place or a role rather than a person, and domains open to anyone.

use std::collections::HashSet;
use std::sync::LazyLock;

mod given;
mod places;

pub(super) use given::is_given;
pub(super) use places::is_place;

/// Tells whether a word, in lower case without accents, is one of shared mailboxes.
pub(super) fn is_generic(word: &str) -> bool {
    /// Singular and plural, one a line.
    static GENERIC: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("words/generic.txt").lines().collect());
    GENERIC.contains(word)
}

/// Small words that link generic ones: « pole.de.l.habitat ».
pub(super) const LINKS: &[&str] = &[
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ne", "pas",
];

/// Words an address may add to a person's name.
pub(super) const NEUTRAL: &[&str] = &[
    "ext",
    "externe",
    "exterieur",
    "partner",
    "pro",
    "consultant",
    "interim",
    "apprenti",
];

/// Domains where anyone opens a mailbox. A name without a dot stands for all its endings (`yahoo` for `yahoo.fr`).
pub(super) fn free_domains() -> impl Iterator<Item = &'static str> {
    include_str!("words/free-domains.txt").lines()
}
