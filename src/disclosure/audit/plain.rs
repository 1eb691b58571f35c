//! Files of words and of the theme: what says that nobody changed them, and where a number could hide.
//!
//! - Enters: style sheets, scripts, margins of packets, `robots.txt`.
//! - Leaves: what is not as the atlas writes it.
//! - Stays out: what a theme itself holds: its files are those that its own hash names.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::counted::counted;
use super::said::numbers;
use crate::diag::Result;
use crate::fs;

/// What is wrong with a file of the theme, of words or of margins; none for any other file.
pub(super) fn wrong(file: &str, bytes: &[u8], codes: &HashSet<String>) -> Option<String> {
    let text = || String::from_utf8_lossy(bytes);
    if file == "robots.txt" {
        let known = |line: &str| matches!(line.trim(), "" | "User-agent: *" | "Disallow: /" | "Allow: /");
        return (!text().lines().all(known)).then(|| "« robots.txt » dit autre chose que d’interdire".to_owned());
    }
    if let Some(name) = file.strip_prefix("actifs/") {
        return asset(name, bytes);
    }
    if file.starts_with("seances/") && file.ends_with("/marges.css") {
        return margins(&text(), codes).then(|| "les marges d’un dossier portent un nombre".to_owned());
    }
    None
}

/// Scripts bear the start of the hash of them all: what each folder of scripts would be named.
///
/// # Errors
/// An unreadable file.
pub(super) fn scripts(dir: &Path, files: &[String]) -> Result<Vec<(String, String)>> {
    let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix("actifs/scripts.").and_then(|f| f.split_once('/'));
        if let Some((hash, name)) = inside {
            folders.entry(hash).or_default().push((name, file));
        }
    }
    let mut found = Vec::new();
    for (hash, mut all) in folders {
        all.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for (name, file) in &all {
            let bytes = fs::read(&dir.join(file))?;
            hasher.update(name.as_bytes());
            hasher.update(&bytes.len().to_le_bytes());
            hasher.update(&bytes);
        }
        if hash != &hasher.finalize().to_hex().as_str()[..8] {
            found.extend(all.iter().map(|(_, file)| {
                let message = format!("« actifs/scripts.{hash} » n’a pas le contenu que dit son nom");
                ((*file).to_owned(), message)
            }));
        }
    }
    Ok(found)
}

/// A file of the theme bears the start of its hash; scripts stand together, and have none of the forms of data.
fn asset(name: &str, bytes: &[u8]) -> Option<String> {
    const KINDS: [&str; 12] = [
        "css", "js", "mjs", "svg", "png", "jpg", "webp", "ico", "woff2", "woff", "txt", "pbf",
    ];
    let Some((stem, kind)) = name.rsplit_once('.') else {
        return Some(format!("fichier inattendu « actifs/{name} »"));
    };
    if !KINDS.contains(&kind) {
        return Some(format!("fichier inattendu « actifs/{name} »"));
    }
    if name.starts_with("scripts.") {
        return None;
    }
    let hash = stem.rsplit('.').next().unwrap_or("");
    let own = blake3::hash(bytes).to_hex();
    (hash != &own.as_str()[..8]).then(|| format!("« actifs/{name} » n’a pas le contenu que dit son nom"))
}

/// Whether the heads of pages say another number than ranks of fiches, years and codes.
fn margins(text: &str, codes: &HashSet<String>) -> bool {
    text.split('"').skip(1).step_by(2).any(|words| {
        counted(words).is_some()
            || words.split(" · ").any(|part| {
                let part = part.trim();
                part.bytes().all(|b| b.is_ascii_digit())
                    && !part.is_empty()
                    && !codes.contains(part)
                    && !numbers(part).all(|n| n.is_plain(part))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_theme_is_what_its_name_says() {
        let own = blake3::hash(b"a{}").to_hex();
        let name = format!("actifs/atlas.{}.css", &own.as_str()[..8]);
        let codes = HashSet::from(["99001".to_owned()]);
        assert_eq!(wrong(&name, b"a{}", &codes), None);
        assert!(wrong(&name, b"a{}/*7*/", &codes).is_some());
        assert!(wrong("actifs/tilleuls.json", b"[7]", &codes).is_some());
        assert!(wrong("robots.txt", b"User-agent: *\nDisallow: /\n", &codes).is_none());
        assert!(wrong("robots.txt", b"# 7\n", &codes).is_some());
        let margins = |words: &str| {
            wrong(
                "seances/communes/99001/marges.css",
                format!("a{{content:\"{words}\"}}").as_bytes(),
                &codes,
            )
        };
        assert!(margins("Fiche 1 \u{b7} R-00128 \u{b7} 99001").is_none());
        assert!(margins("Fiche 1 \u{b7} 7 logements").is_some() && margins("Les Tilleuls \u{b7} 7").is_some());
    }
}
