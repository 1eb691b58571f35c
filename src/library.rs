//! The library of the interactive map: installed by `npm ci` the first time a build needs it, served from our origin.
//!
//! - Enters: `package.json` and `package-lock.json` of the theme, built into the program.
//! - Leaves: the files to serve beside the theme's scripts, or a warning that says what is missing and what still works.
//! - Stays out: bundling; any request to another origin by the published site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

const PACKAGE: &str = include_str!("../themes/atlas/package.json");
const LOCK: &str = include_str!("../themes/atlas/package-lock.json");

/// Files taken from the packages, and the names they are served under; `.mjs` is unknown to some servers.
const FILES: [(&str, &str); 6] = [
    ("maplibre-gl/dist/maplibre-gl.mjs", "maplibre-gl.js"),
    ("maplibre-gl/dist/maplibre-gl-worker.mjs", "maplibre-gl-worker.js"),
    ("maplibre-gl/dist/maplibre-gl.css", "maplibre-gl.css"),
    ("maplibre-gl/LICENSE.txt", "maplibre-gl.LICENSE.txt"),
    (PMTILES, "pmtiles.js"),
    ("fflate/LICENSE", "fflate.LICENSE.txt"),
];

/// Reader of the local basemap, one script with all it needs (fflate included).
const PMTILES: &str = "pmtiles/dist/pmtiles.js";

/// Files that only an atlas with a basemap serves.
const BASEMAP: [&str; 2] = ["pmtiles.js", "fflate.LICENSE.txt"];

/// How long an installation may take; the packages weigh some megabytes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Gives the files of the library by name, installing them first if need be; none, with a warning, when that fails.
///
/// With `basemap`, those that read one are among them.
pub fn files(basemap: bool) -> (Option<BTreeMap<String, Vec<u8>>>, Diagnostics) {
    let folder = cache();
    let found = match read(&folder) {
        Some(files) => files,
        None => install(&folder).and_then(|()| {
            read(&folder).unwrap_or_else(|| Err(missing("les fichiers installés sont incomplets").into()))
        }),
    };
    match found {
        Ok(mut files) => {
            files.retain(|name, _| basemap || !BASEMAP.contains(&name.as_str()));
            (Some(files), Diagnostics::new())
        }
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
            .map(|(path, name)| {
                let mut bytes = without_map(fs::read(path)?);
                if path.ends_with(PMTILES) {
                    // Written for a page, it is asked for by a module.
                    bytes.extend_from_slice(b"\nexport const { PMTiles, Protocol } = pmtiles;\n");
                }
                Ok(((*name).to_owned(), bytes))
            })
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
    let mut command = Command::new("npm");
    command
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        // A network that drops packets would otherwise keep npm for a quarter of an hour.
        .args([
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            "--fetch-timeout=20000",
        ])
        .current_dir(&side);
    let done = run(&mut command, &side.join("messages"), PATIENCE);
    if done.is_ok() {
        // Another build may have been faster: its folder is as good.
        let _ = fs::remove_dir(folder);
        let _ = fs::rename(&side, folder);
    }
    // What is left, if anything, is only a cache.
    let _ = fs::remove_dir(&side);
    done
}

/// Runs npm for as long as `patience`; what it says goes to the file `messages`.
fn run(command: &mut Command, messages: &Path, patience: Duration) -> Result<()> {
    let output = fs::create(messages)?;
    let began = Instant::now();
    let Ok(mut child) = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
    else {
        return Err(missing("Node (« npm ») n’est pas installé sur cette machine").into());
    };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < patience => std::thread::sleep(Duration::from_millis(50)),
            _ => {
                // It may have ended meanwhile.
                let _ = child.kill();
                let _ = child.wait();
                let why = format!("« npm ci » ne répondait pas après {} s (réseau ?)", patience.as_secs());
                return Err(missing(&why).into());
            }
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = fs::read(messages).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let why = said
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty())
        .unwrap_or("sans message");
    Err(missing(&format!("« npm ci » a échoué ({why})")).into())
}

fn missing(why: &str) -> Diagnostic {
    Diagnostic::warning(format!("carte interactive absente : {why}")).hint(
        "l’atlas est complet sans elle (cartes, tableaux, recherche) ; pour l’avoir, installer Node 20 ou plus récent, \
         ou copier ici le dossier ~/.cache/atlas d’un poste qui l’a, puis construire à nouveau",
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
    fn an_npm_that_hangs_or_fails_or_is_absent_is_told_and_left() {
        let messages = std::env::temp_dir().join(format!("atlas-library-{}", std::process::id()));
        let told = |program: &str, script: &str| {
            let began = Instant::now();
            let mut command = Command::new(program);
            command.args(["-c", script]);
            let said = run(&mut command, &messages, Duration::from_secs(1)).map_err(|e| e.to_string());
            assert!(began.elapsed() < Duration::from_secs(10), "{script}");
            said
        };
        let error = told("sh", "exec sleep 60").expect_err("hangs");
        assert!(
            error.contains("ne répondait pas après 1 s") && error.contains("~/.cache/atlas"),
            "{error}"
        );
        let error = told("sh", "echo; echo 'npm error code ENOTFOUND' >&2; exit 1").expect_err("fails");
        assert!(error.contains("a échoué (npm error code ENOTFOUND)"), "{error}");
        let error = told("/absent/npm", "").expect_err("absent");
        assert!(error.contains("n’est pas installé"), "{error}");
        told("sh", "true").expect("runs");
        let _ = std::fs::remove_file(&messages);
    }

    #[test]
    fn the_source_map_is_not_named() {
        assert_eq!(without_map(b"a();\n//# sourceMappingURL=a.map".to_vec()), b"a();\n");
        assert_eq!(without_map(b"a();\n".to_vec()), b"a();\n");
    }
}
