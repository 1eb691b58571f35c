//! `netlify.toml`: headers and a secret by reference.

use super::headers::{ALWAYS, CACHE_ASSETS, CACHE_PAGES};
use super::public::ASSETS;
use super::{File, fill};

pub(super) fn files() -> Vec<File> {
    let headers: Vec<String> = ALWAYS.iter().map(|(n, v)| format!("    {n} = \"{v}\"")).collect();
    let values = [
        ("headers", headers.join("\n")),
        ("cache_pages", CACHE_PAGES.to_owned()),
        ("cache_assets", CACHE_ASSETS.to_owned()),
        ("assets", ASSETS.to_owned()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
    vec![("netlify.toml", fill(include_str!("files/netlify.toml"), &values))]
}
