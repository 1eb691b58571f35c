//! TOML with French diagnostics: place, nearest known key, all unknown keys in one run.

use std::path::Path;

use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};

use super::Config;
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};

impl Config {
    /// Reads and checks `atlas.toml`.
    ///
    /// # Errors
    /// Every unknown key, wrong type, missing key and unsafe setting, with its line.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let config: Self = from_toml(text, path)?;
        config.check(path)?;
        Ok(config)
    }
}

/// Reads a TOML text into a type that denies unknown fields, with French diagnostics.
///
/// # Errors
/// All unknown keys at once, or the first fault of another kind, with line, column and remedy.
pub fn from_toml<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T> {
    let mut found = Diagnostics::new();
    let mut text = text.to_owned();
    // An unknown key is noted, blanked, and the text is read again: the admin gets all of them in one run.
    for _ in 0..100 {
        let error = match toml::from_str::<T>(&text) {
            Ok(value) if found.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(error) => error,
        };
        let (line, column) = error.span().map_or((1, 1), |span| place(&text, span.start));
        let at = |d: Diagnostic| d.at(path).line(line).column(column);
        let Some((key, known)) = unknown_field(error.message()) else {
            found.push(at(foreign::toml(error.message())));
            break;
        };
        found.push(
            at(Diagnostic::error(format!("clé inconnue « {key} »"))).suggest(&key, known.iter().map(String::as_str)),
        );
        let Some(span) = error.span() else { break };
        if !blank_line(&mut text, span.start) {
            break;
        }
    }
    Err(found.sorted())
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let end = offset.min(text.len());
    let end = (0..=end).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    (line, before[start..].chars().count() + 1)
}

/// Turns the line of `key = value` into spaces; false when it is not such a line.
fn blank_line(text: &mut String, offset: usize) -> bool {
    let start = text[..offset].rfind('\n').map_or(0, |i| i + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |i| offset + i);
    let line = &text[start..end];
    if line.trim_start().starts_with('[') || !line.contains('=') {
        return false;
    }
    let blank = " ".repeat(line.len());
    text.replace_range(start..end, &blank);
    true
}

/// Splits the library's « unknown field `x`, expected one of `a`, `b` » into `x` and the known names.
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field ")?;
    let mut names = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((names.next()?, names.collect()))
}

/// Reads a TOML date, or the same as a text.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<NaiveDate, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Date(date) => date.to_string(),
        Written::Text(text) => text,
    };
    NaiveDate::parse_from_str(&text, "%Y-%m-%d")
        .map_err(|_| D::Error::custom(format!("date « {text} » : aaaa-mm-jj attendu")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
title = "Atlas"
publisher = "Métropole"
source_mention = "Source : Atlas"
contact = "atlas@exemple.fr"
edition = 2026-10-15
[metropole]
code = "990000001"
name = "Métropole"
[[themes]]
id = "parc"
label = "Parc"
"#;

    #[test]
    fn minimal_settings_have_the_strict_defaults() {
        let config = Config::parse(MINIMAL, Path::new("atlas.toml")).expect("valid settings");
        assert_eq!(config.thresholds.dwellings, 11);
        assert!(!config.thresholds.residence_allocations);
        assert_eq!(config.edition_name(), "2026.10");
    }

    #[test]
    fn all_unknown_keys_are_told_with_the_nearest_name() {
        let text = format!("titel = \"x\"\npubliser = \"y\"\n{MINIMAL}");
        let found = Config::parse(&text, Path::new("atlas.toml")).expect_err("two unknown keys");
        let text = found.to_string();
        assert!(
            text.contains("atlas.toml:1:1: erreur : clé inconnue « titel »\n  aide : vouliez-vous dire « title » ?"),
            "{text}"
        );
        assert!(text.contains("« publisher »"), "{text}");
    }

    #[test]
    fn a_block_of_the_fiche_names_a_known_theme_and_is_alone_of_its_name() {
        let block = |theme: &str| format!("[[fiche]]\nid = \"bloc\"\ntitle = \"Bloc\"\ntheme = \"{theme}\"\n");
        let parse = |blocks: &str| Config::parse(&format!("{MINIMAL}{blocks}"), Path::new("atlas.toml"));
        assert!(parse(&block("parc")).is_ok());
        let found = parse(&block("park")).expect_err("an unknown theme").to_string();
        assert!(
            found.contains("bloc de fiche « bloc » : thème « park » inconnu"),
            "{found}"
        );
        let found = parse(&(block("parc") + &block("parc")))
            .expect_err("two blocks of one name")
            .to_string();
        assert!(found.contains("bloc de fiche « bloc » décrit deux fois"), "{found}");
    }

    #[test]
    fn a_threshold_under_eleven_names_its_article() {
        let text = format!("{MINIMAL}\n[thresholds]\ndwellings = 5\n");
        let found = Config::parse(&text, Path::new("atlas.toml")).expect_err("unsafe threshold");
        assert!(found.to_string().contains("article 3"));
    }

    /// Names that a table accepts, as the parser itself lists them; none when `head` opens no table.
    fn accepted(head: &str) -> Option<Vec<String>> {
        let error = toml::from_str::<Config>(&format!("{head}\nzzz = 1\n")).expect_err("an unknown key");
        let (key, known) = unknown_field(error.message())?;
        (key == "zzz").then_some(known)
    }

    #[test]
    fn every_key_is_on_the_page_of_settings_and_no_other() {
        let mut keys = std::collections::BTreeSet::new();
        for name in accepted("").expect("the settings are a table") {
            let inside = accepted(&format!("[{name}]")).or_else(|| accepted(&format!("[[{name}]]")));
            match inside {
                Some(list) => keys.extend(list.into_iter().map(|key| format!("{name}.{key}"))),
                None => assert!(keys.insert(name)),
            }
        }
        let page = include_str!("../../content/administration/reglages.md");
        let told: Vec<String> = page
            .lines()
            .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
            .collect();
        let unique: std::collections::BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!(unique.len(), told.len(), "a key is described twice");
        assert!(keys.len() > 50, "{keys:?}");
        assert_eq!(keys, unique);
    }
}
