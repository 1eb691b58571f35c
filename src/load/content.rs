//! `content/**/*.md`: TOML front matter between `+++`, then Markdown.

use std::path::Path;

use serde::Deserialize;

use super::territories::Doubt;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::model::{Audience, Content, Scale, Territories};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    order: i32,
    audience: Option<Audience>,
    #[serde(default)]
    territories: Vec<String>,
}

/// Reads all pages of `content/`, sorted by address.
///
/// # Errors
/// Missing or wrong front matter; unknown territories; no home page; no training page, no conditions of use
/// (article 6).
pub(super) fn contents(root: &Path, territories: &Territories, doubt: &Doubt) -> Result<Vec<Content>> {
    let folder = root.join("content");
    let mut found = Diagnostics::new();
    let mut all: Vec<Content> = Vec::new();
    for path in if folder.exists() {
        fs::walk(&folder)?
    } else {
        Vec::new()
    } {
        if path.extension().is_some_and(|e| e == "md") {
            all.extend(found.absorb(content(root, &folder, &path, territories, doubt)));
        }
    }
    all.sort_by(|a, b| a.slug.cmp(&b.slug));
    let has = |f: &dyn Fn(&Content) -> bool| all.iter().any(f);
    if !has(&|c| c.slug.is_empty()) {
        found.push(
            Diagnostic::error("page d’accueil absente")
                .at(folder.join("_index.md"))
                .hint("créer ce fichier, avec un titre entre +++"),
        );
    }
    if !has(&|c| c.section() == "formation" && !c.is_section && !c.body.trim().is_empty()) {
        found.push(
            Diagnostic::error("le bloc « Se former » de l’accueil serait vide : la convention le promet (article 6)")
                .at(folder.join("formation"))
                .hint("y déposer au moins une page Markdown qui ne soit pas vide"),
        );
    }
    // A page that is there and cannot be read has already been told.
    let unread = |name: &str, slug: &str| folder.join(name).exists() && !has(&|c| c.slug == slug);
    if !unread("conditions.md", "conditions") && !has(&|c| c.slug == "conditions" && !c.body.trim().is_empty()) {
        found.push(
            Diagnostic::error("conditions d’utilisation absentes ou vides : la convention les demande (article 6)")
                .at(folder.join("conditions.md"))
                .hint("écrire cette page : confidentialité, secret professionnel, usages permis, pas d’usage commercial, pas de transmission brute"),
        );
    }
    if found.is_empty() { Ok(all) } else { Err(found.sorted()) }
}

fn content(root: &Path, folder: &Path, path: &Path, territories: &Territories, doubt: &Doubt) -> Result<Content> {
    let shown = path;
    let text = fs::read_text(path)?.text.replace("\r\n", "\n");
    let missing = || {
        Diagnostic::error("en-tête absent")
            .at(shown)
            .line(1)
            .hint("commencer par trois lignes : +++, title = \"…\", +++")
    };
    let rest = text.strip_prefix("+++\n").ok_or_else(missing)?;
    let end = rest.find("\n+++").ok_or_else(missing)?;
    // One empty line in front keeps the line numbers of the file.
    let front: FrontMatter = crate::config::from_toml(&format!("\n{}", &rest[..end]), shown)?;
    let after = &rest[end + 4..];
    let body = after.strip_prefix('\n').unwrap_or(after);
    let mut found = Diagnostics::new();
    let relative = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    let mut parts: Vec<String> = relative.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let is_section = parts.last().is_some_and(|p| p == "_index");
    if is_section {
        parts.pop();
    }
    for part in &parts {
        if crate::format::slug(part) != *part {
            found.push(
                Diagnostic::error(format!("nom « {part} » impropre à une adresse"))
                    .at(shown)
                    .hint(format!(
                        "renommer en « {} » : minuscules sans accent et tirets",
                        crate::format::slug(part)
                    )),
            );
        }
    }
    let mut tids = Vec::new();
    for name in &front.territories {
        let named = name
            .split_once(':')
            .and_then(|(scale, code)| Some((scale.parse::<Scale>().ok()?, code)));
        match named.and_then(|(scale, code)| territories.find(scale, code)) {
            Some(tid) => tids.push(tid),
            None if named.is_some_and(|(scale, code)| doubt.covers(scale, code)) => {}
            None => found.push(
                Diagnostic::error(format!("territoire « {name} » inconnu"))
                    .at(shown)
                    .line(2)
                    .hint("écrire « iris:593500101 », avec un code de data/territories"),
            ),
        }
    }
    if front.title.trim().is_empty() {
        found.push(
            Diagnostic::error("titre vide")
                .at(shown)
                .line(2)
                .hint("renseigner « title »"),
        );
    }
    let slug = parts.join("/");
    if front.audience == Some(Audience::Public) && !crate::kit::public::PAGES.contains(&slug.as_str()) {
        found.push(
            Diagnostic::error(format!("page « {slug} » dite publique, mais les serveurs la ferment"))
                .at(shown)
                .hint(format!(
                    "seules s’ouvrent sans mot de passe : {} ; ôter « audience », ou reprendre l’une d’elles",
                    crate::kit::public::PAGES.join(", ")
                )),
        );
    }
    if !found.is_empty() {
        return Err(found.sorted());
    }
    let audience = front.audience.unwrap_or(match parts.first().map(String::as_str) {
        Some("administration") => Audience::Administration,
        _ => Audience::Partenaires,
    });
    Ok(Content {
        file: path.strip_prefix(root).unwrap_or(path).to_path_buf(),
        slug,
        is_section,
        title: front.title,
        description: front.description,
        order: front.order,
        audience,
        territories: tids,
        body: super::links::absolute(body, path.strip_prefix(folder).unwrap_or(path)),
        body_line: rest[..end].matches('\n').count() + 4,
    })
}
