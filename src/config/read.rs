//! TOML with French diagnostics: place, nearest known key, all unknown keys in one run.

use std::path::Path;

use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};

use super::{Config, Thresholds};
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};

/// What stands for a required setting that is missing or wrong, so that the rest of the site can still be looked at.
const STAND_INS: [(&str, &str); 7] = [
    ("title", "\"?\""),
    ("publisher", "\"?\""),
    ("source_mention", "\"?\""),
    ("contact", "\"?\""),
    ("edition", "9999-12-31"),
    ("metropole", "{ code = \"?\", name = \"?\" }"),
    ("themes", "[]"),
];

/// Starts of the faults that a parser meets in one line, and that do not change how the next lines are read.
const CONFINED: [&str; 10] = [
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "duplicate key",
    "string values must be quoted",
    "missing value",
    "key with no value",
    "invalid basic string",
    "invalid date-time",
];

impl Config {
    /// Reads and checks `atlas.toml`.
    ///
    /// # Errors
    /// Every unknown key, wrong type, missing key and unsafe setting, with its line.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        match Self::salvage(text, path) {
            (Some(config), found) if found.is_empty() => Ok(config),
            (_, found) => Err(found.sorted()),
        }
    }

    /// Reads `atlas.toml` for what can be read of it, and tells its faults: the rest of a site can then be checked too.
    ///
    /// A required key that is missing has a value of no meaning. None when too little is left.
    pub fn salvage(text: &str, path: &Path) -> (Option<Self>, Diagnostics) {
        let (config, left_out, mut found) = salvage::<Self>(text, path, &STAND_INS);
        let mut config = config.map(|config| Self { left_out, ..config });
        if let Some(config) = &mut config {
            found.absorb(config.check(path));
            // A threshold that is refused is not the one that values are held to.
            let strict = Thresholds::default();
            let own = &mut config.thresholds;
            own.dwellings = own.dwellings.max(strict.dwellings);
            own.allocations = own.allocations.max(strict.allocations);
        }
        (config, found)
    }
}

/// Reads a TOML text into a type that denies unknown fields, with French diagnostics.
///
/// # Errors
/// All unknown, mistyped and missing keys that can be told at once, with line, column and remedy.
pub fn from_toml<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T> {
    match salvage(text, path, &[]) {
        (Some(value), _, found) if found.is_empty() => Ok(value),
        (_, _, found) => Err(found.sorted()),
    }
}

/// Reads a TOML text, wrong lines left out and `stand_ins` put for the keys that are then missing.
fn salvage<T: DeserializeOwned>(
    text: &str,
    path: &Path,
    stand_ins: &[(&str, &str)],
) -> (Option<T>, Vec<String>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut text = text.to_owned();
    let mut head = String::new();
    let mut left_out: Vec<String> = Vec::new();
    // A wrong line is noted, blanked, and the text is read again: the admin gets all of them in one run.
    for _ in 0..200 {
        let error = match toml::from_str::<T>(&format!("{head}{text}")) {
            Ok(value) => return (Some(value), left_out, found),
            Err(error) => error,
        };
        let message = error.message();
        let start = error.span().map_or(0, |span| span.start.saturating_sub(head.len()));
        let (line, column) = place(&text, start);
        let at = |d: Diagnostic| d.at(path).line(line).column(column);
        if let Some(key) = missing_field(message) {
            let told = left_out.iter().any(|k| k == key);
            if !told {
                found.push(at(foreign::toml(message)));
            }
            // The whole text is told for a key of its own; a table inside may lack a key of the same name.
            let own = error.span().is_none_or(|span| span.start == 0);
            match stand_ins.iter().find(|(name, _)| own && *name == key) {
                Some((_, value)) => {
                    head.push_str(&format!("{key} = {value}\n"));
                    left_out.push(key.to_owned());
                }
                None => match blank_table(&mut text, start) {
                    Some(table) => left_out.push(table),
                    None => break,
                },
            }
            continue;
        }
        let confined = if let Some((key, known)) = unknown_field(message) {
            let d = Diagnostic::error(format!("clé inconnue « {key} »"));
            found.push(at(d).suggest(&key, known.iter().map(String::as_str)));
            true
        } else {
            found.push(at(foreign::toml(message)));
            message.contains('«') || CONFINED.iter().any(|words| message.starts_with(words))
        };
        match blank_line(&mut text, start).filter(|_| confined && error.span().is_some()) {
            Some(key) => left_out.push(key),
            None => break,
        }
    }
    (None, left_out, found)
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let end = offset.min(text.len());
    let end = (0..=end).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    (line, before[start..].chars().count() + 1)
}

/// Turns the line of `key = value` into spaces and gives the key; none when it is not such a line.
fn blank_line(text: &mut String, offset: usize) -> Option<String> {
    let offset = offset.min(text.len());
    let start = text[..offset].rfind('\n').map_or(0, |i| i + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |i| offset + i);
    let line = &text[start..end];
    let key = line.split_once('=').map_or(line, |(key, _)| key).trim().to_owned();
    let count = |c: char| line.matches(c).count();
    let whole = count('[') == count(']') && count('{') == count('}') && !line.contains("\"\"\"");
    if !whole || key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return None;
    }
    let blank = " ".repeat(line.len());
    text.replace_range(start..end, &blank);
    Some(key)
}

/// Turns the table that starts at the line of `offset` into spaces and gives its name; none when other tables are in it.
fn blank_table(text: &mut String, offset: usize) -> Option<String> {
    let start = text[..offset.min(text.len())].rfind('\n').map_or(0, |i| i + 1);
    let head = text[start..].lines().next()?.trim();
    let name = head
        .strip_prefix('[')?
        .trim_start_matches('[')
        .split(']')
        .next()?
        .trim()
        .to_owned();
    let end = text[start + 1..].find("\n[").map_or(text.len(), |i| start + 1 + i + 1);
    let next = text[end..].trim_start_matches('[');
    if name.is_empty() || next.starts_with(&format!("{name}.")) {
        return None;
    }
    let blank: String = text[start..end]
        .split('\n')
        .map(|line| " ".repeat(line.len()))
        .collect::<Vec<_>>()
        .join("\n");
    text.replace_range(start..end, &blank);
    Some(name)
}

/// The key of the library's « missing field `x` ».
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
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
    fn wrong_lines_of_every_kind_are_told_in_one_run_and_the_rest_is_kept() {
        let text = MINIMAL
            .replace("title = \"Atlas\"", "title = Atlas\nfictitious = \"oui\"")
            .replace("edition = 2026-10-15\n", "")
            .replace("code = \"990000001\"\n", "")
            + "couleur = 3\n[thresholds]\ndwellings = \"onze\"\n[[goals]]\nid = \"but\"\n[retention]\nyears = 10\n";
        let (config, found) = Config::salvage(&text, Path::new("atlas.toml"));
        let told: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
        let starts = [
            "atlas.toml:2:9: erreur : texte sans guillemets",
            "atlas.toml:3:14: erreur : texte « oui »",
            "atlas.toml:7:1: erreur : clé manquante « code »",
            "atlas.toml:12:1: erreur : clé inconnue « couleur »",
            "atlas.toml:14:13: erreur : texte « onze »",
            "atlas.toml:15:1: erreur : clé manquante « label »",
            "erreur : clé manquante « edition »",
        ];
        for start in starts {
            assert!(told.iter().any(|d| d.contains(start)), "{start} in {told:#?}");
        }
        assert_eq!(told.len(), starts.len(), "{told:#?}");
        let config = config.expect("what is left");
        assert_eq!((config.retention.years, config.thresholds.dwellings), (10, 11));
        assert_eq!(config.metropole.name, "?");
    }

    #[test]
    fn a_key_missing_inside_is_not_one_of_the_whole() {
        let text = format!("{MINIMAL}[[fiche]]\nid = \"bloc\"\ntheme = \"parc\"\n");
        let (config, found) = Config::salvage(&text, Path::new("atlas.toml"));
        assert_eq!(found.len(), 1, "{found}");
        assert!(
            found
                .to_string()
                .contains("atlas.toml:13:1: erreur : clé manquante « title »"),
            "{found}"
        );
        assert_eq!(config.expect("what is left").title, "Atlas");
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
