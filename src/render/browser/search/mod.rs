//! Search index: static files, of which one query loads a few.
//!
//! Every place is a record. Records are numbered from the widest scale to the narrowest, so that a commune comes before
//! the residences that lie in it. Every word of a place's name, code, address, parents and landlord leads to it.
//!
//! | file | content |
//! |---|---|
//! | `recherche/index.json` | first word of each shard, words too common to be indexed, abbreviations |
//! | `recherche/m-<shard>.json` | words in order, and for each the places: `2 × record + 1` if the word is in its name, as steps |
//! | `recherche/d-<two letters>.json`, `recherche/f-<two letters>.json` | words that start, or end, so: to mend a typo |
//! | `recherche/l-<n>.json` | 200 records: scale, code, name, address, parent |
//!
//! A typo leaves either the two first or the two last letters of a word, so that one vocabulary file finds it.

mod index;
mod words;

pub use words::{ABBREVIATIONS, STOP, words};

pub(super) use index::files;
