//! The private report of `prepare` held against the finished bytes: no hidden value may stand anywhere.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;

use super::facts::{Fact, Finding, Said};
use crate::diag::{Diagnostic, Result};
use crate::fs;

#[derive(Deserialize)]
struct Private {
    hidden: Vec<Hidden>,
}

#[derive(Deserialize)]
struct Hidden {
    vintage: String,
    scale: String,
    code: String,
    indicator: String,
    #[serde(default)]
    category: String,
    value: f64,
    base: Option<f64>,
}

impl Hidden {
    fn name(&self) -> String {
        let category = if self.category.is_empty() {
            String::new()
        } else {
            format!("{}:", self.category)
        };
        format!(
            "{}:{}:{}:{category}{}",
            self.scale, self.code, self.indicator, self.vintage
        )
    }
}

/// Digits that a hidden value must have to be searched as such: shorter ones stand everywhere by chance.
const RARE: usize = 4;

/// Searches the hidden values and their bases in all files of a site.
///
/// First, figure by figure: a hidden cell must have no value in any channel. Then, byte by byte, workbooks unzipped:
/// the hidden values of four digits or more that no published figure shares must appear nowhere.
///
/// # Errors
/// An unreadable report.
pub(super) fn search(
    dir: &Path,
    paths: &[PathBuf],
    files: &[String],
    report: &Path,
    facts: &[Vec<Fact<'_>>],
) -> Result<Vec<Finding>> {
    let text = fs::read_text(report)?.text;
    let private: Private = serde_json::from_str(&text).map_err(|e| {
        Diagnostic::error("ce fichier n’est pas le rapport privé de « atlas prepare »")
            .at(report)
            .line(e.line())
            .hint("donner son rapport.json")
    })?;
    if report
        .canonicalize()
        .ok()
        .zip(dir.canonicalize().ok())
        .is_some_and(|(r, d)| r.starts_with(d))
    {
        return Err(Diagnostic::error("le rapport privé est dans le dossier publié")
            .at(report)
            .hint("l’en sortir aussitôt")
            .into());
    }
    let said: HashMap<&str, (Said, u32)> = facts.iter().flatten().map(|(n, s, f)| (*n, (*s, *f))).collect();
    let mut findings = Vec::new();
    for hidden in &private.hidden {
        let name = hidden.name();
        for key in [name.clone(), format!("base:{name}")] {
            if let Some((Said::Number(_) | Said::Word, file)) = said.get(key.as_str()) {
                findings.push(Finding {
                    error: true,
                    kind: "rapport",
                    message: format!("« {key} » est masqué dans le rapport privé et publié dans le site"),
                    files: vec![files[*file as usize].clone()],
                    remedy: "préparer de nouveau les données, puis reconstruire".to_owned(),
                });
            }
        }
    }
    let published: BTreeSet<String> = facts
        .iter()
        .flatten()
        .filter_map(|(_, s, _)| {
            if let Said::Number(v) = s {
                Some(digits(*v))
            } else {
                None
            }
        })
        .collect();
    let mut rare: BTreeMap<String, String> = BTreeMap::new();
    for hidden in &private.hidden {
        for value in [Some(hidden.value), hidden.base].into_iter().flatten() {
            let text = digits(value);
            let significant = text.bytes().filter(u8::is_ascii_digit).count();
            // A year or a code looks like a number of four digits.
            let year = (1900.0..=2100.0).contains(&value) && value.fract() == 0.0;
            if significant >= RARE && !year && !published.contains(&text) {
                rare.entry(text).or_insert_with(|| hidden.name());
            }
        }
    }
    if rare.is_empty() {
        return Ok(findings);
    }
    let found: Vec<Result<Vec<Finding>>> = paths
        .par_iter()
        .zip(files)
        // Outlines are coordinates; the lists of the search are ranks of places.
        .filter(|(_, file)| {
            ![
                "actifs/",
                "donnees/contours/",
                "donnees/recherche/m-",
                "donnees/recherche/t-",
            ]
            .iter()
            .any(|start| file.starts_with(start))
        })
        .map(|(path, file)| {
            let bytes = fs::read(path)?;
            let mut out = Vec::new();
            let mut look = |text: &str, place: &str| {
                let comma = !place.ends_with(".json");
                let words = if place.ends_with(".html") || place.ends_with(".xml") || place.ends_with(".svg") {
                    readable(text)
                } else {
                    Cow::Borrowed(text)
                };
                for token in numbers(&words, comma) {
                    if let Some(cell) = rare.get(&token) {
                        out.push(Finding {
                            error: true,
                            kind: "rapport",
                            message: format!("la valeur masquée de « {cell} » se lit dans {place}"),
                            files: vec![file.clone()],
                            remedy: "chercher d’où vient ce nombre : aucun chiffre publié ne le porte".to_owned(),
                        });
                    }
                }
            };
            if file.ends_with(".xlsx") {
                if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(&bytes)) {
                    for i in 0..archive.len() {
                        let Ok(part) = archive.by_index(i) else { continue };
                        let name = part.name().to_owned();
                        let mut content = Vec::new();
                        if part.take(256 << 20).read_to_end(&mut content).is_ok() {
                            look(&String::from_utf8_lossy(&content), &name);
                        }
                    }
                }
            } else {
                look(&String::from_utf8_lossy(&bytes), file);
            }
            look(file, "le nom du fichier");
            out.dedup();
            Ok(out)
        })
        .collect();
    findings.extend(crate::diag::collect(found)?.into_iter().flatten());
    Ok(findings)
}

/// Writing of a number without thousands, point as decimal mark.
fn digits(value: f64) -> String {
    crate::format::machine(value, 3)
}

/// What a page or a sheet says: its texts and its attributes, but those that place and size what is drawn or laid out.
fn readable(text: &str) -> Cow<'_, str> {
    const PLACED: [&str; 44] = [
        "d",
        "points",
        "transform",
        "patternTransform",
        "viewBox",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "dx",
        "dy",
        "width",
        "height",
        "stroke-width",
        "stroke-dasharray",
        "font-size",
        "s",
        "spans",
        "ref",
        "sqref",
        "ht",
        "min",
        "max",
        "count",
        "uniqueCount",
        "rupBuild",
        "calcId",
        "xWindow",
        "yWindow",
        "windowWidth",
        "windowHeight",
        "lastEdited",
        "lowestEdited",
        "colspan",
        "rowspan",
        "tabindex",
        "size",
    ];
    let mut out = String::with_capacity(text.len() / 2);
    let mut rest = text;
    while let Some(i) = rest.find('<') {
        out.push_str(&rest[..i]);
        out.push(' ');
        rest = &rest[i..];
        let end = rest.find('>').map_or(rest.len(), |i| i + 1);
        let mut tag = &rest[..end];
        rest = &rest[end..];
        while let Some((before, after)) = tag.split_once("=\"") {
            let Some((value, next)) = after.split_once('"') else {
                break;
            };
            let key = before.rsplit([' ', '\n']).next().unwrap_or("");
            if !PLACED.contains(&key) {
                out.push_str(value);
                out.push(' ');
            }
            tag = next;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Numbers of a text, French thousands and decimals undone. Numbers glued to letters or hyphens are codes; those of
/// paths and coordinates are drawn marks.
///
/// `comma` tells whether a comma is a decimal mark: between the numbers of a data file it is not.
fn numbers(text: &str, comma: bool) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    let mut before = ' ';
    let mut glued = false;
    for c in text.chars().chain(std::iter::once(' ')) {
        let inside = !current.is_empty();
        if c.is_ascii_digit() {
            if !inside {
                glued = before.is_alphanumeric() || matches!(before, '-' | '_' | '.' | '#');
            }
            current.push(c);
        } else if inside && (c == '.' || comma && c == ',') && !current.contains('.') {
            current.push('.');
        } else if inside && c == '\u{202F}' {
        } else {
            if inside {
                let token = current.trim_end_matches('.');
                if !glued && !c.is_alphabetic() && token.len() >= RARE {
                    let token = if token.contains('.') {
                        token.trim_end_matches('0').trim_end_matches('.')
                    } else {
                        token
                    };
                    out.push(token.to_owned());
                }
                current.clear();
            }
            before = c;
            continue;
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_not_read_as_a_figure() {
        let page = "<path d=\"m375 7919.5\"/><data value=\"7920\">7\u{202F}920</data><row r=\"13658\"><v>44</v></row>";
        assert_eq!(numbers(&readable(page), true), ["7920", "7920"]);
    }

    #[test]
    fn numbers_are_found_as_written() {
        assert_eq!(numbers("[6,114,7919]", false), ["7919"]);
        assert_eq!(
            numbers("il y a 7\u{202F}919 lots, 1234,50 € ; code R-7920 x7921 \"7922\"", true),
            ["7919", "1234.5", "7922"]
        );
    }
}
