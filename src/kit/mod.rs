//! Proxy kits: the configuration files that put the published site behind a login.
//!
//! - Enters: the folder of the site, the file of hashes, the address to listen on.
//! - Leaves: files for nginx, Caddy, Authelia or Netlify, laid out as on the server: `kit/etc/nginx/…` goes to
//!   `/etc/nginx/…`.
//! - Stays out: the accounts themselves, and any secret.
//!
//! Everything is closed by default; [`public`] is the only list of what opens without a password, [`headers`] the
//! only list of what every answer carries.

mod authelia;
mod caddy;
pub mod command;
pub mod headers;
mod netlify;
mod nginx;
pub mod public;
mod settings;

/// A file of a kit: its path under the kit's folder and its text.
type File = (&'static str, String);

/// Replaces `@name@` by its value in the text of a file.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = text.to_owned();
    for (name, value) in values {
        out = out.replace(&format!("@{name}@"), value);
    }
    out
}

#[cfg(test)]
mod tests;
