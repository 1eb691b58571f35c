//! The library of the interactive map: installed by `npm ci` the first time a build needs it, served from our origin.
//!
//! - Enters: `package.json` and `package-lock.json` of the theme, built into the program.
//! - Leaves: the files to serve beside the theme's scripts, or a warning that says what is missing and what still works.
//! - Stays out: bundling; any request to another origin by the published site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

const PACKAGE: &str = include_str!("../themes/atlas/package.json");
const LOCK: &str = include_str!("../themes/atlas/package-lock.json");

/// Files taken from the packages, and the names they are served under; `.mjs` is unknown to some servers.
const FILES: [(&str, &str); 4] = [
    ("maplibre-gl/dist/maplibre-gl.mjs", "maplibre-gl.js"),
    ("maplibre-gl/dist/maplibre-gl-worker.mjs", "maplibre-gl-worker.js"),
    ("maplibre-gl/dist/maplibre-gl.css", "maplibre-gl.css"),
    ("maplibre-gl/LICENSE.txt", "maplibre-gl.LICENSE.txt"),
];

/// Gives the files of the library by name, installing them first if need be; none, with a warning, when that fails.
pub fn files() -> (Option<BTreeMap<String, Vec<u8>>>, Diagnostics) {
    let folder = cache();
    let found = match read(&folder) {
        Some(files) => files,
        None => install(&folder).and_then(|()| {
            read(&folder).unwrap_or_else(|| Err(missing("les fichiers installés sont incomplets").into()))
        }),
    };
    match found {
        Ok(files) => (Some(files), Diagnostics::new()),
        Err(found) => (None, found),
    }
}

/// Folder of the packages, named after the lock file so that a new version gets a new one.
fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .filter(|path| path.is_absolute())
        .unwrap_or_else(std::env::temp_dir);
    let hash = blake3::hash(LOCK.as_bytes()).to_hex();
    base.join("atlas").join(format!("npm-{}", &hash.as_str()[..12]))
}

/// Reads the installed files; none unless all are there.
fn read(folder: &Path) -> Option<Result<BTreeMap<String, Vec<u8>>>> {
    let all = FILES.map(|(from, to)| (folder.join("node_modules").join(from), to));
    if !all.iter().all(|(path, _)| path.is_file()) {
        return None;
    }
    Some(
        all.iter()
            .map(|(path, name)| Ok(((*name).to_owned(), without_map(fs::read(path)?))))
            .collect(),
    )
}

/// Drops the last line that names a source map, which is not served.
fn without_map(bytes: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = b"\n//# sourceMappingURL=";
    match bytes.windows(MARK.len()).rposition(|w| w == MARK) {
        Some(at) => bytes[..=at].to_vec(),
        None => bytes,
    }
}

/// Installs the packages beside the cache, then renames: two builds at once do not disturb each other.
fn install(folder: &Path) -> Result<()> {
    let side = folder.with_extension(std::process::id().to_string());
    fs::write(&side.join("package.json"), PACKAGE.as_bytes())?;
    fs::write(&side.join("package-lock.json"), LOCK.as_bytes())?;
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&side)
        .output();
    let done = match output {
        Err(_) => Err(missing("Node (« npm ») n’est pas installé sur cette machine").into()),
        Ok(output) if !output.status.success() => {
            let why = String::from_utf8_lossy(&output.stderr);
            let why = why
                .lines()
                .find(|l| !l.trim().is_empty())
                .unwrap_or("sans message")
                .trim()
                .to_owned();
            Err(missing(&format!("« npm ci » a échoué ({why})")).into())
        }
        Ok(_) => Ok(()),
    };
    if done.is_ok() {
        // Another build may have been faster: its folder is as good.
        let _ = fs::remove_dir(folder);
        let _ = fs::rename(&side, folder);
    }
    // What is left, if anything, is only a cache.
    let _ = fs::remove_dir(&side);
    done
}

fn missing(why: &str) -> Diagnostic {
    Diagnostic::warning(format!("carte interactive absente : {why}")).hint(
        "l’atlas est complet sans elle (cartes, tableaux, recherche) ; pour l’avoir, installer Node 20 ou plus récent, \
         puis construire à nouveau",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_goes_with_the_package() {
        let package: serde_json::Value = serde_json::from_str(PACKAGE).expect("JSON");
        let lock: serde_json::Value = serde_json::from_str(LOCK).expect("JSON");
        assert_eq!(lock["packages"][""]["dependencies"], package["dependencies"]);
        assert!(LOCK.contains("\"integrity\""));
    }

    #[test]
    fn the_source_map_is_not_named() {
        assert_eq!(without_map(b"a();\n//# sourceMappingURL=a.map".to_vec()), b"a();\n");
        assert_eq!(without_map(b"a();\n".to_vec()), b"a();\n");
    }
}
