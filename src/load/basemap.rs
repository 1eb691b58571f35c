//! The local basemap: one PMTiles archive, read and checked before it is served beside the data of the map.

use std::path::{Component, Path, PathBuf};

use crate::config::Config;
use crate::diag::{Diagnostic, Result};
use crate::fs;
use crate::model::Site;

/// Path of the archive under `donnees/`.
pub const SERVED: &str = "fond.pmtiles";

/// Bytes of the header of an archive.
const HEADER: usize = 127;

/// Checks the archive that the settings name and gives its place; none when they name none.
///
/// Its header alone is read: an archive may weigh gigabytes.
///
/// # Errors
/// A path that leaves the site, an absent file, one that is not a PMTiles archive of version 3 that browsers can read.
pub fn basemap(root: &Path, config: &Config) -> Result<Option<PathBuf>> {
    let Some(name) = &config.map.basemap else {
        return Ok(None);
    };
    let settings = root.join("atlas.toml");
    let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    if !inside {
        return Err(Diagnostic::error(format!("« map.basemap » sort du site : « {name} »"))
            .at(settings)
            .hint("donner un chemin relatif au dossier du site, par exemple \"data/fond/metropole.pmtiles\"")
            .into());
    }
    let path = root.join(name);
    if !path.is_file() {
        return Err(
            Diagnostic::error(format!("« map.basemap » : fichier « {name} » absent"))
                .at(settings)
                .hint("y déposer l’archive PMTiles, ou retirer cette clé : la carte n’a besoin d’aucun fond")
                .into(),
        );
    }
    match fault(&fs::read_start(&path, HEADER)?) {
        None => Ok(Some(path)),
        Some((message, hint)) => Err(Diagnostic::error(message).at(path).hint(hint).into()),
    }
}

/// Reads the whole archive that the settings name, and makes it part of the identifier of the build.
///
/// # Errors
/// As [`basemap`], or a file that cannot be read to its end.
pub fn whole(site: &mut Site) -> Result<Option<Vec<u8>>> {
    let Some(path) = basemap(&site.root, &site.config)? else {
        return Ok(None);
    };
    let bytes = fs::read(&path)?;
    site.build_id = super::joined(&site.build_id, &blake3::hash(&bytes));
    Ok(Some(bytes))
}

/// What is wrong with an archive, and what mends it.
///
/// Source: the PMTiles specification, version 3, « Header »: offsets 97 and 98 are the compressions of the directories
/// and of the tiles, 99 the type of the tiles.
fn fault(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if bytes.len() < HEADER || !bytes.starts_with(b"PMTiles") {
        return Some((
            "ce fichier n’est pas une archive PMTiles",
            "convertir le fond avec « pmtiles convert », ou en extraire un avec « pmtiles extract »",
        ));
    }
    if bytes[7] != 3 {
        return Some((
            "archive PMTiles d’une autre version : la 3 est attendue",
            "la convertir avec « pmtiles convert »",
        ));
    }
    if bytes[97..99].iter().any(|c| !matches!(c, 1 | 2)) {
        return Some((
            "archive PMTiles compressée autrement qu’en gzip : les navigateurs ne la liraient pas",
            "la refaire avec la compression gzip, ou sans compression",
        ));
    }
    if !(1..=5).contains(&bytes[99]) {
        return Some((
            "archive PMTiles dont le type de tuiles n’est pas connu",
            "attendu : tuiles vectorielles (mvt) ou images (png, jpeg, webp, avif)",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_told_from_another_file() {
        let mut bytes = vec![0; HEADER];
        bytes[..8].copy_from_slice(b"PMTiles\x03");
        bytes[97..100].copy_from_slice(&[2, 2, 1]);
        assert_eq!(fault(&bytes), None);
        let changed = |at: usize, value: u8| {
            let mut other = bytes.clone();
            other[at] = value;
            fault(&other).map(|f| f.0).unwrap_or_default()
        };
        assert!(changed(0, b'X').contains("n’est pas une archive"));
        assert!(changed(7, 2).contains("autre version"));
        assert!(changed(98, 3).contains("gzip"));
        assert!(changed(99, 0).contains("type de tuiles"));
        assert!(fault(&bytes[..100]).is_some());
    }
}
