//! `atlas new`: a small site to start from, that builds as it is.

use std::path::Path;

use crate::diag::{Diagnostic, Result};
use crate::fs;

const FILES: [(&str, &str); 8] = [
    ("atlas.toml", include_str!("starter/atlas.toml")),
    ("data/dictionary.csv", include_str!("starter/dictionary.csv")),
    ("data/sources.csv", include_str!("starter/sources.csv")),
    (
        "data/territories/communes.geojson",
        include_str!("starter/communes.geojson"),
    ),
    ("data/values/exemple/2025.csv", include_str!("starter/2025.csv")),
    ("content/_index.md", include_str!("starter/index.md")),
    (
        "content/formation/lire-l-atlas.md",
        include_str!("starter/formation.md"),
    ),
    ("LISEZ-MOI.txt", include_str!("starter/lisez-moi.txt")),
];

/// Writes the starting site; gives what to do next.
///
/// # Errors
/// A folder that already holds something.
pub fn create(folder: &Path) -> Result<String> {
    if folder.exists() && !fs::is_empty_dir(folder)? {
        return Err(Diagnostic::error("ce dossier n’est pas vide : rien n’y a été écrit")
            .at(folder)
            .hint("choisir un dossier absent ou vide")
            .into());
    }
    for (path, text) in FILES {
        fs::write(&folder.join(path), text.as_bytes())?;
    }
    Ok(format!(
        "Site créé dans {0}\n  vérifier    atlas check --site {0}\n  construire  atlas build --site {0}\n  regarder    atlas serve --site {0}",
        folder.display()
    ))
}
