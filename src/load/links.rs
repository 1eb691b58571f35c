//! Links between files of `content/`: written as editors write them, read as addresses of the site.

use std::path::{Component, Path};

use pulldown_cmark::{Event, Options, Parser, Tag};

/// Rewrites each link to a Markdown file as the address of its page: in `content/formation/lire.md`, `secret.md#seuils` becomes
/// `/formation/secret/#seuils`, and `../_index.md` becomes `/`.
///
/// `file` is relative to `content/`. Lines keep their numbers; a path that leaves `content/` is left as it is, and told
/// later as a dead link.
pub(super) fn absolute(body: &str, file: &Path) -> String {
    let mut changes: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for (event, range) in Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else {
            continue;
        };
        let Some(address) = address(&dest_url, file) else {
            continue;
        };
        // The destination is the last place of the link where it can stand.
        if let Some(at) = body[range.clone()].rfind(dest_url.as_ref()) {
            let start = range.start + at;
            changes.push((start..start + dest_url.len(), address));
        }
    }
    let mut out = body.to_owned();
    for (range, address) in changes.into_iter().rev() {
        out.replace_range(range, &address);
    }
    out
}

fn address(url: &str, file: &Path) -> Option<String> {
    let (path, anchor) = url.split_once('#').map_or((url, None), |(p, a)| (p, Some(a)));
    let stem = path.strip_suffix(".md")?;
    if stem.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    if !stem.starts_with('/') {
        parts.extend(
            file.parent()?
                .components()
                .filter_map(|c| if let Component::Normal(p) = c { p.to_str() } else { None }),
        );
    }
    for part in stem.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    if parts.last() == Some(&"_index") {
        parts.pop();
    }
    let mut out = String::from("/");
    for part in parts {
        out.push_str(part);
        out.push('/');
    }
    if let Some(anchor) = anchor {
        out.push('#');
        out.push_str(anchor);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_addresses() {
        let at = |url| address(url, Path::new("formation/lire.md"));
        assert_eq!(at("secret.md#seuils").as_deref(), Some("/formation/secret/#seuils"));
        assert_eq!(at("../methode.md").as_deref(), Some("/methode/"));
        assert_eq!(at("_index.md").as_deref(), Some("/formation/"));
        assert_eq!(at("/conditions/"), None);
        assert_eq!(at("../../ailleurs.md"), None);
    }

    #[test]
    fn only_the_destination_is_rewritten() {
        let body = "Voir [secret.md](secret.md) et `secret.md`.\n\n[b](/methode/)\n";
        assert_eq!(
            absolute(body, Path::new("formation/lire.md")),
            "Voir [secret.md](/formation/secret/) et `secret.md`.\n\n[b](/methode/)\n"
        );
    }
}
