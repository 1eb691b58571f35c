//! Preview on the loopback: builds, serves, rebuilds on change.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::build;
use crate::diag::{Diagnostic, Result};
use crate::fs;
use crate::progress::Progress;

/// What to preview, and where.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    build: build::Args,
    /// Port d’écoute, sur cette machine seulement (127.0.0.1).
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    port: u16,
}

/// Serves until interrupted. A failed rebuild is told and leaves the last good atlas in place.
///
/// # Errors
/// A first build that fails, or a port already in use.
pub fn run(args: &Args, progress: &mut Progress) -> Result<String> {
    let root = args.build.out();
    let (report, warnings) = build::build(&args.build, progress)?;
    tell(&warnings.to_string());
    tell(&report.summary());
    let server = tiny_http::Server::http(("127.0.0.1", args.port)).map_err(|_| {
        Diagnostic::error(format!("le port {} est déjà pris", args.port)).hint("en choisir un autre avec --port")
    })?;
    tell(&format!(
        "Prévisualisation : http://127.0.0.1:{}/ — Ctrl+C pour arrêter",
        args.port
    ));
    let mut seen = newest(&args.build.site.site, &root);
    loop {
        match server.recv_timeout(Duration::from_millis(500)) {
            Ok(Some(request)) => answer(request, &root),
            Ok(None) => {
                let now = newest(&args.build.site.site, &root);
                if now > seen {
                    seen = now;
                    match build::build(&args.build, &mut Progress::silent()) {
                        Ok((report, _)) => tell(&format!("reconstruit : édition {}", report.build)),
                        Err(found) => tell(&found.to_string()),
                    }
                }
            }
            Err(error) => return Err(fs::io_error(Path::new("127.0.0.1"), "écoute", &error).into()),
        }
    }
}

#[expect(clippy::print_stderr, reason = "a server tells what it does while it runs")]
fn tell(text: &str) {
    if !text.is_empty() {
        eprintln!("{text}");
    }
}

/// Last change among the files that a build reads.
fn newest(site: &Path, out: &Path) -> Option<SystemTime> {
    ["atlas.toml", "content", "data", "themes"]
        .iter()
        .flat_map(|name| {
            let path = site.join(name);
            if path.is_dir() {
                fs::walk(&path).unwrap_or_default()
            } else {
                vec![path]
            }
        })
        .filter(|path| !path.starts_with(out))
        .filter_map(|path| fs::modified(&path))
        .max()
}

fn answer(request: tiny_http::Request, root: &Path) {
    let response = match resolve(root, request.url()) {
        Some(path) => fs::read(&path).ok().map(|bytes| (200, kind(&path), bytes)),
        None => None,
    };
    let range = request
        .headers()
        .iter()
        .find(|h| h.field.equiv("Range"))
        .map(|h| h.value.as_str().to_owned());
    let (status, kind, bytes) = response
        .or_else(|| {
            fs::read(&root.join("404.html"))
                .ok()
                .map(|bytes| (404, "text/html; charset=utf-8", bytes))
        })
        .unwrap_or((404, "text/plain; charset=utf-8", "page inconnue".into()));
    // Parts of a file: the tiles of a basemap are read so.
    let total = bytes.len();
    let part = range.filter(|_| status == 200).and_then(|r| part(&r, total));
    let mut response = match part {
        Some((first, last)) => {
            let mut response = tiny_http::Response::from_data(&bytes[first..=last]).with_status_code(206);
            let value = format!("bytes {first}-{last}/{total}");
            if let Ok(header) = tiny_http::Header::from_bytes("Content-Range", value) {
                response.add_header(header);
            }
            response
        }
        None => tiny_http::Response::from_data(bytes).with_status_code(status),
    };
    for (name, value) in [
        ("Content-Type", kind),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", crate::plan::CSP),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        if let Ok(header) = tiny_http::Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // The reader may have gone; nothing to do about it.
    let _ = request.respond(response);
}

/// First and last byte that a `Range` header asks for, of a file of `total` bytes; none for any other form of it.
fn part(range: &str, total: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let first: usize = first.parse().ok()?;
    let last = last.parse().unwrap_or(usize::MAX).min(total.checked_sub(1)?);
    (first <= last).then_some((first, last))
}

/// Path of an address inside `root`; none when it leaves it or does not exist.
fn resolve(root: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    if path.split('/').any(|part| part == ".." || part.starts_with('.')) || path.contains(['%', '\\']) {
        return None;
    }
    let mut file = root.join(path);
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "geojson") => "application/json; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_is_inside_it() {
        assert_eq!(part("bytes=0-126", 1000), Some((0, 126)));
        assert_eq!(part("bytes=990-2000", 1000), Some((990, 999)));
        assert_eq!(part("bytes=5-", 10), Some((5, 9)));
        for range in ["bytes=10-20", "bytes=-5", "bytes=3-1", "items=0-1", "bytes=a-b"] {
            assert_eq!(part(range, 10), None, "{range}");
        }
        assert_eq!(part("bytes=0-0", 0), None);
    }

    #[test]
    fn an_address_never_leaves_the_folder() {
        for url in ["/../Cargo.toml", "/..%2fCargo.toml", "/.atlas-release", "/src\\..\\x"] {
            assert_eq!(resolve(Path::new("."), url), None, "{url}");
        }
        assert!(resolve(Path::new("."), "/Cargo.toml?x=1").is_some());
    }
}
