//! `netlify.toml` and the function that asks for the password before each file; the secret is named, never written.

use super::headers::{ALWAYS, CACHE_ASSETS, CACHE_PAGES};
use super::public::{ASSETS, FILES, PAGES, style_pattern};
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
    vec![
        ("netlify.toml", fill(include_str!("files/netlify.toml"), &values)),
        ("netlify/edge-functions/acces.js", access()),
    ]
}

/// The function: what is open and what every answer carries come from the lists the other kits are made of.
fn access() -> String {
    let pages = PAGES
        .iter()
        .flat_map(|p| [format!("/{p}"), format!("/{p}/"), format!("/{p}/index.html")]);
    let public: Vec<String> = pages
        .chain(FILES.iter().map(|f| format!("/{f}")))
        .map(|path| format!("  \"{path}\",\n"))
        .collect();
    let headers: Vec<String> = ALWAYS.iter().map(|(n, v)| format!("  \"{n}\": \"{v}\",\n")).collect();
    fill(
        include_str!("files/netlify-acces.js"),
        &[
            ("public", &format!("[\n{}]", public.concat())),
            ("style", &style_pattern().replace('/', "\\/")),
            ("headers", &format!("{{\n{}}}", headers.concat())),
            ("assets", ASSETS),
            ("cache_pages", CACHE_PAGES),
            ("cache_assets", CACHE_ASSETS),
        ],
    )
}
