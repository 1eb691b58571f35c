//! Parts of pages that packets repeat: what was read once is not read again.

use std::hash::BuildHasher as _;
use std::sync::{PoisonError, RwLock};

use foldhash::HashMap;
use foldhash::fast::FixedState;
use memchr::memmem::Finder;

use super::scan::Element;

/// Tables and drawings met in a first page, byte for byte: in a packet, which repeats the fiches, they say the same again.
///
/// A figure carries its whole name wherever it is printed, so that such a part says the same in any page. Its plain links
/// are left aside, which a packet does not have. Known by 128 bits of hash, each with the sign of its secret places, which
/// a page compares between its parts.
#[derive(Debug)]
pub(super) struct Memory {
    /// Elements that are remembered.
    pub(super) elements: [Element; 2],
    parts: RwLock<HashMap<u128, Option<Sign>>>,
    /// Head and foot of a link without other attributes.
    link: [Finder<'static>; 2],
}

/// A part shorter than this is read again as quickly as it is looked for.
pub(super) const SHORT: usize = 256;

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            elements: [Element::new("table", "</table>"), Element::new("svg", "</svg>")],
            parts: RwLock::default(),
            link: [Finder::new("<a href=\""), Finder::new("</a>")],
        }
    }

    pub(super) fn key(&self, part: &str) -> u128 {
        // Identifiers of a packet begin with the rank of the fiche.
        let named = rank(part).map(|rank| part.replace(rank, ""));
        let bytes = named.as_deref().unwrap_or(part).as_bytes();
        let mut plain = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while let Some((start, label, end, after)) = self.link(bytes, at) {
            plain.extend_from_slice(&bytes[at..start]);
            plain.extend_from_slice(&bytes[label..end]);
            at = after;
        }
        plain.extend_from_slice(&bytes[at..]);
        let half = |seed| u128::from(FixedState::with_seed(seed).hash_one(&plain));
        half(1) << 64 | half(2)
    }

    /// The next `<a href="…">label</a>` from `at` on: where it starts, where its label starts and ends, and what comes after.
    fn link(&self, bytes: &[u8], at: usize) -> Option<(usize, usize, usize, usize)> {
        let [open, close] = &self.link;
        let start = at + open.find(&bytes[at..])?;
        let target = start + open.needle().len();
        let quote = target + memchr::memchr(b'"', &bytes[target..])?;
        if bytes.get(quote + 1) != Some(&b'>') {
            return None;
        }
        let label = quote + 2;
        let end = label + close.find(&bytes[label..])?;
        Some((start, label, end, end + close.needle().len()))
    }

    /// Secret sign of a part that was met; none when it was not.
    pub(super) fn recall(&self, key: u128) -> Option<Option<Sign>> {
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        parts.get(&key).cloned()
    }

    pub(super) fn keep(&self, key: u128, sign: Option<Sign>) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        parts.insert(key, sign);
    }
}

/// Head of the identifiers of a chart in a packet: `f12-`, `f12-p-`.
fn rank(part: &str) -> Option<&str> {
    let head = part.strip_prefix("<svg class=\"chart ")?;
    let (_, names) = head.split_once("aria-labelledby=\"")?;
    let digits = names.strip_prefix('f')?.bytes().take_while(u8::is_ascii_digit).count();
    let after = names.get(1 + digits..)?.strip_prefix('-')?;
    let length = 2 + digits + if after.starts_with("p-") { 2 } else { 0 };
    (digits > 0).then(|| &names[..length])
}

/// Sign of a hidden place: its form, and the figure it stands for.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) form: String,
    pub(super) cell: String,
}

/// How a page stands to those read before it.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// Its parts are read, and remembered.
    First,
    /// The parts it repeats are not read again.
    Again,
}
