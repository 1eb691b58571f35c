//! `atlas new`: a small site to start from, that builds as it is.

use std::path::Path;

use crate::diag::{Diagnostic, Result};
use crate::fs;

const FILES: [(&str, &str); 13] = [
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
    ("content/conditions.md", include_str!("starter/conditions.md")),
    ("content/methode.md", include_str!("starter/methode.md")),
    (
        "content/mentions-legales.md",
        include_str!("starter/mentions-legales.md"),
    ),
    ("content/accessibilite.md", include_str!("starter/accessibilite.md")),
    ("content/connexion.md", include_str!("starter/connexion.md")),
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
        "Site créé dans {0}\n  vérifier    atlas check --site {0}\n  construire  atlas build --site {0}\n  regarder    atlas serve --site {0}\n  compléter   les passages « À COMPLÉTER » de content/",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starting_site_is_valid_and_has_the_pages_of_the_convention() {
        let folder = fs::temporary_dir("atlas-starter").expect("a temporary folder");
        create(folder.path()).expect("a site");
        let (site, warnings) = crate::load::site(folder.path()).expect("a valid site");
        assert_eq!(warnings.to_string(), "");
        for slug in [
            "conditions",
            "methode",
            "mentions-legales",
            "accessibilite",
            "connexion",
        ] {
            assert!(site.contents.iter().any(|c| c.slug == slug), "{slug}");
        }
    }
}
