//! Partners and accounts: who may read the atlas, since when, until when, and the files of the reverse proxy.
//!
//! - Enters: a private folder of plain text files (the register), lists of users as partners send them, access
//!   logs of the proxy.
//! - Leaves: the register brought up to date with its history, files of hashes for nginx, Caddy and Authelia,
//!   letters and reports on the standard output.
//! - Stays out: the published site. A password is shown once and never written; only its hash is kept.

pub mod address;
pub mod command;
pub mod dates;
pub mod export;
pub mod import;
pub mod letters;
pub mod names;
pub mod partner;
pub mod password;
pub mod register;
pub mod review;
mod table;
pub mod usage;
mod words;

#[cfg(test)]
mod tests;
