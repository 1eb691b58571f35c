//! What is read without a password: the one list, shared by the kits, the plan of the pages and the log reader.

/// Pages open to everyone, by their address without slashes.
pub const PAGES: [&str; 4] = ["accessibilite", "connexion", "mentions-legales", "protection-donnees"];

/// Files open to everyone, relative to the root of the site.
pub const FILES: [&str; 1] = ["robots.txt"];

/// Folder of the assets of the theme, relative to the root of the site; their names carry a hash of their content.
pub const ASSETS: &str = "actifs";

/// Stems of the style sheets every page asks for, the public ones too: `actifs/atlas.<hash>.css`.
pub const STYLES: [&str; 2] = ["atlas", "outils"];

/// Regular expression of the style sheets, for the proxies.
pub(super) fn style_pattern() -> String {
    format!("^/{ASSETS}/({})\\.[0-9a-f]{{8}}\\.css$", STYLES.join("|"))
}

/// Tells whether a request path, as found in a log, is read without a password.
///
/// In doubt the answer is yes: a request to a public path proves nothing about the password.
pub fn is_public(request: &str) -> bool {
    let path = request.split(['?', '#']).next().unwrap_or_default();
    let path = path.trim_matches('/').to_ascii_lowercase();
    let page = path.strip_suffix("/index.html").unwrap_or(&path);
    let style = path.strip_prefix(&format!("{ASSETS}/")).is_some_and(|name| {
        let parts: Vec<&str> = name.split('.').collect();
        matches!(parts.as_slice(), [stem, hash, "css"] if STYLES.contains(stem) && hash.chars().all(|c| c.is_ascii_hexdigit()))
    });
    // An encoded path may be one of the above.
    PAGES.contains(&page) || FILES.contains(&path.as_str()) || style || path.contains('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_public() {
        for path in [
            "/accessibilite/",
            "/connexion",
            "/connexion/index.html?a=b",
            "/robots.txt",
            "/actifs/atlas.0a1b2c.css",
            "/connexio%6e/",
        ] {
            assert!(is_public(path), "{path}");
        }
        for path in [
            "/",
            "/communes/59350/",
            "/robots.txt.bak",
            "/actifs/carte.0a1b2c.js",
            "/actifs/atlas.xyz.css",
            "/aide/connexion/",
        ] {
            assert!(!is_public(path), "{path}");
        }
    }
}
