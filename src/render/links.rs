//! What `content/` links to: every page, file and anchor must be there.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Parser, Tag};

use super::markdown;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::Site;
use crate::plan::{Output, Plan};

/// Checks the links of all published content against the plan.
///
/// A link is an address of the site (`/methode/`, with an anchor of that page if it comes from `content/` too), an anchor of
/// its own page (`#seuils`), or an address outside (`https:`, `mailto:`). Links to Markdown files were read as addresses
/// when the site was loaded.
///
/// # Errors
/// Every dead link at once, with its file and line and the nearest address.
pub fn check(site: &Site, plan: &Plan) -> Result<()> {
    let anchors: BTreeMap<&str, BTreeSet<String>> = site
        .contents
        .iter()
        .enumerate()
        .filter_map(|(i, content)| {
            let output = if content.slug.is_empty() {
                Output::Home
            } else {
                Output::Content(i)
            };
            Some((plan.path(&output)?, markdown::anchors(&content.body)))
        })
        .collect();
    let mut found = Diagnostics::new();
    for (i, content) in site.contents.iter().enumerate() {
        let own = plan.path(&Output::Content(i));
        let advice = !content.territories.is_empty();
        if own.is_none() && !advice && !content.slug.is_empty() {
            continue; // not published: the admin's pages
        }
        let own_anchors = markdown::anchors(&content.body);
        for (url, offset) in targets(&content.body) {
            let line = content.body_line + content.body[..offset].matches('\n').count();
            let mut dead = |message: String, hint: Option<String>| {
                let d = Diagnostic::error(message).at(&content.file).line(line);
                found.push(match hint {
                    Some(hint) => d.hint(hint),
                    None => d.hint(FORM).suggest(&url, addresses(plan).iter().map(String::as_str)),
                });
            };
            let (path, anchor) = url.split_once('#').map_or((url.as_str(), None), |(p, a)| (p, Some(a)));
            if path.is_empty() {
                if anchor.is_some_and(|a| !own_anchors.contains(a)) {
                    dead(
                        format!("ancre « {url} » absente de cette page"),
                        Some(titles(&own_anchors)),
                    );
                }
            } else if let Some(path) = path.strip_prefix('/') {
                let target = if path.is_empty() || path.ends_with('/') {
                    format!("{path}index.html")
                } else {
                    path.to_owned()
                };
                if !plan.contains(&target) {
                    dead(format!("lien mort « {url} » : rien n’est publié à cette adresse"), None);
                } else if let (Some(anchor), Some(known)) = (anchor, anchors.get(target.as_str()))
                    && !known.contains(anchor)
                    && target != "index.html"
                {
                    dead(
                        format!("ancre « #{anchor} » absente de « /{path} »"),
                        Some(titles(known)),
                    );
                }
            } else if !["http://", "https://", "mailto:", "tel:"]
                .iter()
                .any(|s| path.starts_with(s))
            {
                dead(
                    format!("lien « {url} » : adresse du site attendue"),
                    Some(FORM.to_owned()),
                );
            }
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found.sorted()) }
}

fn targets(body: &str) -> Vec<(String, usize)> {
    Parser::new_ext(body, markdown::OPTIONS)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some((dest_url.into_string(), range.start))
            }
            _ => None,
        })
        .collect()
}

/// How a link inside the site is written.
const FORM: &str =
    "écrire l’adresse d’une page publiée (« /methode/ ») ou le nom d’un fichier de content/ (« methode.md »)";

fn addresses(plan: &Plan) -> Vec<String> {
    plan.iter()
        .filter(|(path, _)| path.matches('/').count() < 3)
        .map(|(path, _)| format!("/{}", path.strip_suffix("index.html").unwrap_or(path)))
        .collect()
}

fn titles(anchors: &BTreeSet<String>) -> String {
    if anchors.is_empty() {
        return "cette page n’a pas d’intertitre".to_owned();
    }
    let all: Vec<String> = anchors.iter().map(|a| format!("#{a}")).collect();
    format!("intertitres de cette page : {}", all.join(", "))
}
