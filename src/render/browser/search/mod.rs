//! Search index: static files, of which one query loads a few.
//!
//! Every place is a record. Records are numbered from the widest scale to the narrowest, so that a commune comes before
//! the residences that lie in it; residences of a commune follow each other. Every word of a place's name, code, address,
//! parents and landlord leads to it, and every number inside a range of its address (« 92 à 100 »).
//!
//! | file | content |
//! |---|---|
//! | `recherche/index.json` | first word of each shard, abbreviations, words too common to rule a place out, scales |
//! | `recherche/m-<shard>.json` | words in order, and for each the places: `2 × record + 1` if the word is in its name, as steps; `-n` for a run of n more records |
//! | `recherche/t-<start>.json` | best places of the words that start so, when more shards hold them than one query reads |
//! | `recherche/d-<two letters>.json`, `recherche/f-<two letters>.json` | words that start, or end, so: to mend a typo |
//! | `recherche/l-<n>.json` | records, some 250 to a file: scale, code, name, address, parent, landlord |
//!
//! One query on 480,000 places costs under 200 kB (`site-tests/browser/search.mjs`).
//!
//! A typo leaves either the two first or the two last letters of a word, so that one vocabulary file finds it.

mod index;
mod words;

pub use words::{ABBREVIATIONS, STOP, words};

pub(super) use index::files;
