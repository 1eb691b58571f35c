//! A packet of chosen residences, made from their finished pages, as the page of the packets composes it in a browser.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Result};
use crate::format;
use crate::fs;
use crate::plan::MOST;
use crate::render::page::paper::{Paper, anchor, css_string};

/// A page read from the atlas.
struct Read {
    /// Address of its folder, from the root of the atlas, with its slash.
    address: String,
    html: String,
}

/// Codes of the residences that the arguments ask for: addresses of fiches, codes, or the address of a choice
/// (`…/seances/#A,B`); none when they name one page only.
pub(super) fn asked(pages: &[String]) -> Option<Vec<String>> {
    let hash = |page: &String| page.split_once('#').map(|(_, codes)| codes.to_owned());
    if pages.len() < 2 && pages.iter().find_map(hash).is_none() {
        return None;
    }
    let mut out: Vec<String> = Vec::new();
    for page in pages {
        let codes = hash(page).unwrap_or_else(|| page.trim_matches('/').trim_start_matches("residences/").to_owned());
        for code in codes.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            if !out.iter().any(|c| c == code) {
                out.push(code.to_owned());
            }
        }
    }
    Some(out)
}

/// Composes the packet: a contents page, the fiches of the residences, then each of their quartiers once. Gives the page
/// that it is made on and its text.
///
/// # Errors
/// A residence that is not in the atlas, none at all, or more than a packet holds.
pub(super) fn compose(public: &Path, codes: &[String]) -> Result<(PathBuf, String)> {
    if codes.is_empty() || codes.len() > MOST {
        return Err(Diagnostic::error(format!("{} résidences demandées", codes.len()))
            .hint(format!(
                "en donner de 1 à {MOST} : « atlas pdf residences/A residences/B », ou l’adresse d’un dossier au choix"
            ))
            .into());
    }
    let read = |address: String| -> Result<(PathBuf, Read)> {
        let page = super::find(public, &address)?;
        let html = fs::read_text(&page)?.text;
        Ok((page, Read { address, html }))
    };
    let mut residences = Vec::new();
    let mut quartiers: BTreeSet<String> = BTreeSet::new();
    let mut first = None;
    for code in codes {
        let (page, residence) = read(format!("residences/{code}/"))?;
        quartiers.extend(linked(&residence.html));
        first.get_or_insert(page);
        residences.push(residence);
    }
    let around = quartiers
        .into_iter()
        .map(|address| read(address).map(|(_, quartier)| quartier))
        .collect::<Result<Vec<_>>>()?;
    let page = first.unwrap_or_default();
    let html = packet(&residences, &around);
    Ok((page, html))
}

/// Addresses of the quartiers that the identity of a residence links to.
fn linked(html: &str) -> Vec<String> {
    let identity = between(html, "<dl class=\"id\">", "</dl>");
    identity
        .split(" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|href| href.trim_start_matches("../").to_owned())
        .filter(|address| address.starts_with("iris/") || address.starts_with("qpv/"))
        .collect()
}

/// Text between two marks; empty when either is missing.
fn between<'h>(html: &'h str, from: &str, to: &str) -> &'h str {
    html.split_once(from)
        .and_then(|(_, rest)| rest.split_once(to))
        .map_or("", |(inside, _)| inside)
}

/// Value of an attribute of the root element, as it is escaped.
fn told<'h>(html: &'h str, name: &str) -> &'h str {
    between(between(html, "<html", ">"), &format!(" {name}=\""), "\"")
}

/// The page of the packet, on the shell of its first fiche.
fn packet(residences: &[Read], around: &[Read]) -> String {
    let shell = &residences[0].html;
    let words = format!(
        "{} {}, {} {}",
        residences.len(),
        format::plural(residences.len() as u64, "résidence", "résidences"),
        around.len(),
        format::plural(around.len() as u64, "quartier", "quartiers")
    );
    // What only a screen shows goes, as in ready-made packets; the neighbour of half a page may be gone.
    let mut style =
        String::from(".hors-dossier { display: none; } .fiche:not(.residence) .half { width: auto; float: none; }\n");
    let mut contents = String::new();
    let mut fiches = String::new();
    let mut number = 0;
    for (title, list) in [("Résidences", residences), ("Leurs quartiers", around)] {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(
            contents,
            "<tbody>\n<tr class=\"grp\"><th scope=\"rowgroup\" colspan=\"3\">{title}</th></tr>"
        );
        for Read { address: folder, html } in list {
            number += 1;
            let name = between(html, "class=\"name\">", "</h1>");
            let code = between(
                between(html, "<p class=\"kind\">", "</p>"),
                "<span class=\"code\">",
                "</span>",
            );
            let address = between(html, "<p class=\"addr\">", "</p>");
            // What a quartier is and where: names are shared.
            let kind = between(html, "<p class=\"kind\">", " <span");
            let place = match told(html, "data-place").rsplit_once(" · ") {
                _ if !address.is_empty() => address.to_owned(),
                Some((start, commune)) if start.contains(" · ") => format!("{kind}, {commune}"),
                _ => kind.to_owned(),
            };
            let id = anchor(number);
            let _ = writeln!(
                contents,
                "<tr><td class=\"n\">{number}</td><th scope=\"row\"><a href=\"#{id}\">{name}</a> <span class=\"code\">{code}</span></th><td class=\"txt\">{place}</td></tr>"
            );
            let head = format!("Fiche {number} · {}", super::text(told(html, "data-place")));
            let _ = writeln!(
                style,
                ".{id} {{ page: {id}; }} @page {id} {{ @top-left {{ content: {}; }} @top-right {{ content: {}; }} }}",
                css_string(&head),
                css_string(&super::text(told(html, "data-vintage")))
            );
            Paper::new(html, folder).write(&mut fiches, number, "", "../../");
            fiches.push('\n');
        }
        contents.push_str("</tbody>\n");
    }
    let main = format!(
        concat!(
            "<main id=\"contenu\" class=\"wrap\">\n<header class=\"title\">\n<p class=\"kind\">Dossier de commission</p>\n<h1>Dossier au choix</h1>\n",
            "<p class=\"lead\">{words}.</p>\n</header>\n<section aria-labelledby=\"t-sommaire\">\n",
            "<header class=\"bar\"><h2 id=\"t-sommaire\">Sommaire</h2></header>\n<table class=\"contents\">\n",
            "<thead><tr><th scope=\"col\" class=\"n\">N°</th><th scope=\"col\">Fiche</th><th scope=\"col\">Adresse</th></tr></thead>\n",
            "{contents}</table>\n<p class=\"note\">Données confidentielles, réservées aux partenaires signataires de la convention. ",
            "Secret professionnel ; pas d’usage commercial ni de transmission à un tiers. Valable jusqu’à la prochaine actualisation.</p>\n",
            "</section>\n{fiches}</main>"
        ),
        words = words,
        contents = contents,
        fiches = fiches
    );
    let title = between(shell, "<title>", "</title>");
    let site = title.rsplit_once(" — ").map_or(title, |(_, site)| site);
    let place = told(shell, "data-place");
    let vintage = told(shell, "data-vintage");
    let (before, rest) = shell.split_once("<main").unwrap_or((shell, ""));
    let after = rest.split_once("</main>").map_or("", |(_, after)| after);
    let before = before
        .replacen(
            &format!("<title>{title}</title>"),
            &format!("<title>Dossier de commission : {words} — {site}</title>"),
            1,
        )
        .replacen(
            &format!(" data-place=\"{place}\""),
            &format!(" data-place=\"Dossier de commission · {words}\""),
            1,
        )
        .replacen(&format!(" data-vintage=\"{vintage}\""), " data-vintage=\"\"", 1)
        .replacen("<body class=\"", "<body class=\"p-dossier ", 1)
        // After the style sheet of the site, whose own page heads it replaces.
        .replacen("</head>", &format!("<style>\n{style}</style>\n</head>"), 1);
    format!("{before}{main}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(pages: &[&str]) -> Option<Vec<String>> {
        asked(&pages.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_choice_is_several_pages_or_its_address() {
        assert_eq!(list(&["residences/R-1"]), None);
        assert_eq!(
            list(&["residences/R-1/", "R-2"]),
            Some(vec!["R-1".into(), "R-2".into()])
        );
        assert_eq!(
            list(&["https://atlas.example/seances/#R-1,R-2,R-1"]),
            Some(vec!["R-1".into(), "R-2".into()])
        );
    }

    #[test]
    fn quartiers_are_those_of_the_identity() {
        let html = "<a href=\"../../iris/9/\">x</a><dl class=\"id\"><dd><a href=\"../../communes/1/\">a</a> <a href=\"../../iris/2/\">b</a> <a href=\"../../qpv/Q3/\">c</a></dd></dl>";
        assert_eq!(linked(html), ["iris/2/", "qpv/Q3/"]);
    }
}
