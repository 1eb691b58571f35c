//! Proxy kits: the configuration files that put the published site behind a login.
//!
//! - Enters: the folder of the site, the file of hashes, the address to listen on.
//! - Leaves: files for nginx, Caddy, Authelia or Netlify, written in a folder.
//! - Stays out: the accounts themselves, and any secret.
//!
//! Everything is closed by default; [`public`] is the only list of what opens without a password.

pub mod public;
