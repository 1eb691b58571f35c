//! `atlas pdf`: a fiche or a packet of a built atlas, as a tagged PDF.
//!
//! - Enters: the finished page on disk, complete without scripts.
//! - Leaves: the PDF that the installed browser prints: tagged, with language, title, outline and embedded fonts, made
//!   archivable (PDF/A-2, level B).
//! - Stays out: the network: the page and its style sheet are read from the folder.

mod archive;
mod choice;
mod profile;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::diag::{Diagnostic, Result};
use crate::fs;

/// Which page, and where to write it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Page à imprimer, comme « residences/R-00412 » ou « seances/communes/59350 » ; plusieurs résidences, ou l’adresse
    /// d’un dossier au choix (« …/seances/#A,B »), font un dossier avec leurs quartiers.
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<String>,
    /// Fichier PDF à écrire.
    #[arg(long, value_name = "FICHIER")]
    out: PathBuf,
    /// Dossier de l’atlas construit.
    #[arg(long, default_value = "public", value_name = "DOSSIER")]
    public: PathBuf,
    /// Navigateur Chromium à employer [par défaut : celui du système].
    #[arg(long, value_name = "PROGRAMME")]
    navigateur: Option<PathBuf>,
}

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Prints a page; gives a line to show.
///
/// # Errors
/// A page that is not in the atlas, no browser, or a browser that fails.
pub fn run(args: &Args) -> Result<String> {
    let (page, html) = match choice::asked(&args.pages) {
        Some(codes) => choice::compose(&args.public, &codes)?,
        None => {
            let page = find(&args.public, args.pages.first().map_or("", String::as_str))?;
            let html = fs::read_text(&page)?.text;
            (page, html)
        }
    };
    let browser = args.navigateur.clone().or_else(installed).ok_or_else(|| {
        Diagnostic::error("aucun navigateur Chromium sur cette machine")
            .hint("l’installer (« apt-get install chromium »), ou donner son chemin avec --navigateur")
    })?;
    let folder = fs::temporary_dir("atlas-pdf")?;
    let target = folder.path().join("page.pdf");
    let source = folder.path().join("page.html");
    fs::write(&source, alone(&html, &page).as_bytes())?;
    let mut command = Command::new(&browser);
    command
        .args([
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ])
        .args([
            "--disable-component-update",
            "--export-tagged-pdf",
            "--generate-pdf-document-outline",
        ])
        .arg("--no-pdf-header-footer")
        .arg(format!("--user-data-dir={}", folder.path().join("profil").display()))
        .arg(format!("--print-to-pdf={}", target.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // The browser refuses to sandbox itself for root, as on a build machine; the page is ours and has no script.
    if std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0) {
        command.arg("--no-sandbox");
    }
    let status = command
        .arg(address(&source))
        .status()
        .map_err(|e| fs::io_error(&browser, "lancement", &e))?;
    if !status.success() || fs::size(&target).unwrap_or(0) == 0 {
        return Err(Diagnostic::error("le navigateur n’a pas produit de PDF")
            .at(&page)
            .hint("vérifier la place sur le disque, puis essayer un Chromium récent (131 ou plus) avec --navigateur")
            .into());
    }
    let printed = fs::read(&target)?;
    let (bytes, kind) = match archive::archivable(&printed, &title(&html)) {
        Some(bytes) => (bytes, "PDF/A-2b"),
        None => (
            printed,
            "PDF sans les mentions d’archive : ce navigateur écrit une forme inconnue",
        ),
    };
    fs::write(&args.out, &bytes)?;
    Ok(format!(
        "{} ({}, {kind})",
        args.out.display(),
        crate::format::quantity(bytes.len() as f64 / 1e3, 0, "ko")
    ))
}

/// Finds the page of an address, with or without slashes and `index.html`.
fn find(public: &Path, page: &str) -> Result<PathBuf> {
    let clean = page
        .trim_matches('/')
        .trim_end_matches("index.html")
        .trim_end_matches('/');
    let inside = !clean
        .split('/')
        .any(|part| part == ".." || part.starts_with('.') && !part.is_empty());
    let path = if clean.is_empty() {
        public.join("index.html")
    } else {
        public.join(clean).join("index.html")
    };
    if inside && path.is_file() {
        return std::fs::canonicalize(&path).map_err(|e| fs::io_error(&path, "lecture", &e).into());
    }
    let known: Vec<String> = clean
        .rsplit_once('/')
        .and_then(|(parent, _)| fs::list(&public.join(parent)).ok().map(|all| (parent, all)))
        .map(|(parent, all)| {
            all.iter()
                .filter_map(|p| Some(format!("{parent}/{}", p.file_name()?.to_str()?)))
                .collect()
        })
        .unwrap_or_default();
    let d = Diagnostic::error(format!("page « {clean} » absente de l’atlas")).at(public);
    let d = d.hint("construire d’abord l’atlas (« atlas build »), ou donner son dossier avec --public");
    Err(match crate::diag::nearest(clean, known.iter().map(String::as_str)) {
        Some(name) => d.hint(format!("vouliez-vous dire « {name} » ?")).into(),
        None => d.into(),
    })
}

/// Title of a page, as text.
fn title(html: &str) -> String {
    let inside = html
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or("Atlas", |(inside, _)| inside);
    text(inside)
}

/// Text of escaped HTML without tags.
fn text(html: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(html.to_owned(), |text, (name, sign)| text.replace(name, sign))
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .find(|p| p.is_file())
}

/// Makes a page fit to leave its folder: no script, its style sheets and pictures by their full address, and only the
/// links inside it. Another link would carry the folders of this machine in the PDF, and lead nowhere elsewhere.
fn alone(html: &str, page: &Path) -> String {
    let folder = page.parent().unwrap_or(page);
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(i) = rest.find('<') {
        out.push_str(&rest[..i]);
        rest = &rest[i..];
        let end = rest.find('>').map_or(rest.len(), |i| i + 1);
        let tag = &rest[..end];
        rest = &rest[end..];
        let (key, own) = match tag[1..].split([' ', '\n', '>']).next().unwrap_or("") {
            "a" => (" href=\"", false),
            "link" => (" href=\"", true),
            "img" => (" src=\"", true),
            "script" => {
                rest = rest.strip_prefix("</script>").unwrap_or(rest);
                continue;
            }
            _ => {
                out.push_str(tag);
                continue;
            }
        };
        let Some((before, (value, after))) = tag
            .split_once(key)
            .and_then(|(before, after)| Some((before, after.split_once('"')?)))
        else {
            out.push_str(tag);
            continue;
        };
        out.push_str(before);
        if value.starts_with('#') || value.contains(':') && own {
            out.push_str(&tag[before.len()..]);
        } else if own {
            out.push_str(key);
            out.push_str(&address(&folder.join(value)));
            out.push('"');
            out.push_str(after);
        } else {
            out.push_str(after);
        }
    }
    out.push_str(rest);
    out
}

/// `file:` address of a path, escaped.
fn address(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut out = String::from("file://");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(*byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_escaped() {
        assert_eq!(address(Path::new("/a b/é.html")), "file:///a%20b/%C3%A9.html");
    }

    #[test]
    fn a_page_alone_has_no_link_to_this_machine() {
        let page = Path::new("/srv/atlas/iris/1/index.html");
        let html = concat!(
            "<link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"../../actifs/a.css\">",
            "<script type=\"module\" src=\"../../x.js\"></script><a class=\"c\" href=\"../../carte/\">Carte</a>",
            "<a href=\"#parc\">Parc</a>"
        );
        assert_eq!(
            alone(html, page),
            concat!(
                "<link rel=\"icon\" href=\"data:,\">",
                "<link rel=\"stylesheet\" href=\"file:///srv/atlas/iris/1/../../actifs/a.css\">",
                "<a class=\"c\">Carte</a><a href=\"#parc\">Parc</a>"
            )
        );
    }

    #[test]
    fn a_title_is_text() {
        assert_eq!(
            title("<title>L&#x27;Orme &amp; Cie &lt;A&gt;</title>"),
            "L'Orme & Cie <A>"
        );
    }

    #[test]
    fn an_unknown_page_is_refused() {
        assert!(find(Path::new("/nulle/part"), "residences/R-1").is_err());
        assert!(find(Path::new("src"), "../Cargo.toml").is_err());
    }
}
