//! Markdown of `content/` → HTML: tables that scroll, links relative to the page, raw HTML as text.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::format;

/// Extensions of Markdown that `content/` may use.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_FOOTNOTES);

/// Lists the anchors that [`html()`] gives to the titles of a text.
pub(super) fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = Anchors::default();
    let mut title: Option<String> = None;
    for event in Parser::new_ext(text, OPTIONS) {
        match event {
            Event::Start(Tag::Heading { .. }) => title = Some(String::new()),
            Event::Text(t) | Event::Code(t) => {
                if let Some(title) = &mut title {
                    title.push_str(&t);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                anchors.give(&title.take().unwrap_or_default());
            }
            _ => {}
        }
    }
    anchors.given
}

/// Anchors already given on a page, and how many times each title was met.
#[derive(Default)]
struct Anchors {
    given: BTreeSet<String>,
    met: BTreeMap<String, usize>,
}

impl Anchors {
    /// Makes the anchor of a title, different from those already given: `seuils`, `seuils-2`, `seuils-3`.
    fn give(&mut self, title: &str) -> String {
        let mut plain = format::slug(title);
        if plain.is_empty() {
            plain.push_str("titre");
        }
        let met = self.met.entry(plain.clone()).or_default();
        loop {
            *met += 1;
            let anchor = if *met == 1 {
                plain.clone()
            } else {
                format!("{plain}-{met}")
            };
            if self.given.insert(anchor.clone()) {
                return anchor;
            }
        }
    }
}

/// Turns Markdown into HTML for a page whose way to the root of the site is `root`.
///
/// Titles start at level 2 and get an anchor; `/dictionnaire/` becomes relative; tables scroll inside a labelled region
/// and their column heads have a scope; spaces and apostrophes become those of French typography outside code; raw HTML is
/// shown as text, so that content never carries a script.
pub fn html(text: &str, root: &str) -> String {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut anchors = Anchors::default();
    let mut heading: Option<usize> = None;
    let mut tables = 0u32;
    let mut in_code = false;
    let mut last_heading = String::new();
    for event in Parser::new_ext(text, OPTIONS) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(events.len());
                events.push(Event::Start(Tag::Heading {
                    level: level.max(HeadingLevel::H2),
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(start) = heading.take() {
                    let title: String = events[start..]
                        .iter()
                        .filter_map(|e| match e {
                            Event::Text(t) | Event::Code(t) => Some(t.as_ref()),
                            _ => None,
                        })
                        .collect();
                    last_heading.clone_from(&title);
                    let anchor = anchors.give(&title);
                    if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                        *id = Some(anchor.into());
                    }
                }
                events.push(Event::End(TagEnd::Heading(level.max(HeadingLevel::H2))));
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => events.push(Event::Start(Tag::Link {
                link_type,
                dest_url: relative(dest_url, root),
                title,
                id,
            })),
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => events.push(Event::Start(Tag::Image {
                link_type,
                dest_url: relative(dest_url, root),
                title,
                id,
            })),
            Event::Start(Tag::Table(alignments)) => {
                tables += 1;
                let mut label = String::new();
                let name = if last_heading.is_empty() {
                    "Tableau".to_owned()
                } else {
                    format!("Tableau : {last_heading}")
                };
                super::page::escape(&mut label, &name);
                if tables > 1 {
                    label.push_str(&format!(" ({tables})"));
                }
                events.push(Event::Html(
                    format!("<section class=\"scroll\" aria-label=\"{label}\" tabindex=\"0\">\n").into(),
                ));
                events.push(Event::Start(Tag::Table(alignments)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</section>\n".into()));
            }
            Event::Html(raw) | Event::InlineHtml(raw) => events.push(Event::Text(raw)),
            Event::Text(words) if !in_code => events.push(Event::Text(format::typographic(&words).into())),
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                events.push(Event::Start(Tag::CodeBlock(kind)));
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                events.push(Event::End(TagEnd::CodeBlock));
            }
            other => events.push(other),
        }
    }
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events.into_iter());
    // The library knows neither scopes nor the columns of words.
    out.replace("<th style=\"text-align: right\">", "<th scope=\"col\" class=\"n\">")
        .replace("<th style=\"text-align: left\">", "<th scope=\"col\">")
        .replace("<th style=\"text-align: center\">", "<th scope=\"col\">")
        .replace("<th>", "<th scope=\"col\">")
        .replace("<td style=\"text-align: right\">", "<td class=\"n\">")
        .replace("<td style=\"text-align: left\">", "<td>")
        .replace("<td style=\"text-align: center\">", "<td>")
}

fn relative<'a>(url: CowStr<'a>, root: &str) -> CowStr<'a> {
    match url.strip_prefix('/') {
        Some("") if root.is_empty() => "./".into(),
        Some(path) if !path.starts_with('/') => format!("{root}{path}").into(),
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_html_is_text() {
        let out = html("[d](/dictionnaire/) <script>x</script>", "../../");
        assert!(out.contains("href=\"../../dictionnaire/\""), "{out}");
        assert!(!out.contains("<script"), "{out}");
    }

    #[test]
    fn typography_is_french_outside_code() {
        let out = html("L'atlas : « oui » ? `a : b`", "");
        assert!(out.contains("L’atlas\u{a0}: «\u{a0}oui\u{a0}»\u{202f}?"), "{out}");
        assert!(out.contains("<code>a : b</code>"), "{out}");
    }

    #[test]
    fn titles_keep_the_anchors_that_links_expect() {
        let text = "## L'arrondi : règle\n\n## L'arrondi : règle\n";
        let out = html(text, "");
        for anchor in anchors(text) {
            assert!(out.contains(&format!("id=\"{anchor}\"")), "{anchor} not in {out}");
        }
        let many = "# Seuils\n\n".repeat(20_000) + "# Seuils 2\n";
        let anchors = anchors(&many);
        assert_eq!(anchors.len(), 20_001);
        assert!(anchors.contains("seuils-2") && anchors.contains("seuils-20000"));
    }

    #[test]
    fn tables_scroll_and_have_scopes() {
        let out = html("## Signes\n\n| a | n |\n|---|--:|\n| x | 1 |\n", "");
        assert!(out.contains("aria-label=\"Tableau : Signes\""), "{out}");
        assert!(out.contains("<th scope=\"col\" class=\"n\">n</th>"), "{out}");
        assert!(!out.contains("style="), "{out}");
        assert!(out.contains("<h2 id=\"signes\">"), "{out}");
    }
}
