//! The data for the browser, read back.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;
use serde::Deserialize;

use super::Edition;
use crate::diag::{Result, foreign};
use crate::model::{Scale, State, Vintage};

/// One side: what `donnees/` says.
#[derive(Debug, Default)]
pub(super) struct Atlas {
    pub(super) edition: Edition,
    /// Names of the scales, one and several.
    pub(super) scales: BTreeMap<Scale, (String, String)>,
    pub(super) indicators: BTreeMap<String, About>,
    pub(super) places: BTreeMap<Scale, BTreeMap<String, String>>,
    pub(super) tables: BTreeMap<(String, Scale), Table>,
}

/// Figures of an indicator at a scale: by vintage, category and code.
pub(super) type Table = BTreeMap<Vintage, BTreeMap<String, Column>>;
pub(super) type Column = HashMap<Arc<str>, Cell>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Value(f64),
    Word(String),
    State(Option<State>),
}

impl Cell {
    pub(super) fn is_secret(&self) -> bool {
        *self == Self::State(Some(State::Secret))
    }

    pub(super) fn is_figure(&self) -> bool {
        !matches!(self, Self::State(_))
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct About {
    pub(super) id: String,
    pub(super) unit: String,
    kind: String,
    pub(super) decimals: u8,
    pub(super) source: String,
    categories: Vec<Category>,
}

#[derive(Debug, Clone, Deserialize)]
struct Category {
    key: String,
}

#[derive(Deserialize)]
struct ScaleName {
    id: Scale,
    label: String,
    plural: String,
}

#[derive(Deserialize)]
struct Manifest {
    edition: String,
    build: String,
    scales: Vec<ScaleName>,
    indicators: Vec<About>,
}

#[derive(Deserialize)]
struct PlacesFile {
    scale: Scale,
    codes: Vec<String>,
    names: Vec<String>,
}

#[derive(Deserialize)]
struct ValuesFile {
    scale: Scale,
    indicator: String,
    places: String,
    vintages: Vec<String>,
    categories: Vec<String>,
    values: Vec<Vec<Vec<Raw>>>,
}

/// A number, or the sign of a state (none when it is not a known one).
#[derive(Clone, Copy)]
enum Raw {
    Number(f64),
    Sign(Option<State>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        #[expect(clippy::cast_precision_loss, reason = "counts of dwellings are far under 2^53")]
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Raw;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("un nombre ou le signe d’un état")
            }

            fn visit_f64<E>(self, value: f64) -> std::result::Result<Raw, E> {
                Ok(Raw::Number(value))
            }

            fn visit_u64<E>(self, value: u64) -> std::result::Result<Raw, E> {
                Ok(Raw::Number(value as f64))
            }

            fn visit_i64<E>(self, value: i64) -> std::result::Result<Raw, E> {
                Ok(Raw::Number(value as f64))
            }

            fn visit_str<E>(self, sign: &str) -> std::result::Result<Raw, E> {
                Ok(Raw::Sign(State::ALL.into_iter().find(|s| s.sign() == sign)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Reads the files of `donnees/` that say places and figures.
pub(super) fn atlas(files: &BTreeMap<String, Vec<u8>>) -> Result<Atlas> {
    fn parsed<T: serde::de::DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T> {
        serde_json::from_slice(bytes).map_err(|e| foreign::json(&e).at(format!("donnees/{path}")).into())
    }
    let none = Vec::new();
    let manifest: Manifest = parsed("atlas.json", files.get("atlas.json").unwrap_or(&none))?;
    let mut atlas = Atlas {
        edition: Edition {
            edition: manifest.edition,
            build: manifest.build,
        },
        scales: manifest
            .scales
            .into_iter()
            .map(|s| (s.id, (s.label, s.plural)))
            .collect(),
        indicators: manifest.indicators.into_iter().map(|x| (x.id.clone(), x)).collect(),
        ..Atlas::default()
    };
    let mut codes: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("lieux/")) {
        let file: PlacesFile = parsed(path, bytes)?;
        let names = atlas.places.entry(file.scale).or_default();
        names.extend(file.codes.iter().cloned().zip(file.names));
        codes.insert(path, file.codes.into_iter().map(Arc::from).collect());
    }
    let read: Vec<Result<((String, Scale), Table)>> = files
        .par_iter()
        .filter(|(path, _)| path.starts_with("valeurs/"))
        .map(|(path, bytes)| {
            let file: ValuesFile = parsed(path, bytes)?;
            let codes = codes.get(file.places.as_str()).map_or(&[][..], Vec::as_slice);
            let about = atlas.indicators.get(&file.indicator);
            Ok(((file.indicator.clone(), file.scale), table(&file, codes, about)))
        })
        .collect();
    for (key, table) in crate::diag::collect(read)? {
        let whole = atlas.tables.entry(key).or_default();
        for (vintage, cells) in table {
            let all = whole.entry(vintage).or_default();
            for (category, column) in cells {
                all.entry(category).or_default().extend(column);
            }
        }
    }
    Ok(atlas)
}

fn table(file: &ValuesFile, codes: &[Arc<str>], about: Option<&About>) -> Table {
    let is_word = about.is_some_and(|a| matches!(a.kind.as_str(), "class" | "text"));
    let cell = |raw: &Raw| match raw {
        Raw::Number(position) if is_word => {
            let known = about.and_then(|a| a.categories.iter().enumerate().find(|(i, _)| *i as f64 == *position));
            Cell::Word(known.map_or_else(|| position.to_string(), |(_, c)| c.key.clone()))
        }
        Raw::Number(value) => Cell::Value(*value),
        Raw::Sign(sign) => Cell::State(*sign),
    };
    let mut out = Table::new();
    for (vintage, columns) in file.vintages.iter().zip(&file.values) {
        let Ok(vintage) = vintage.parse::<Vintage>() else {
            continue;
        };
        let cells = out.entry(vintage).or_default();
        for (category, column) in file.categories.iter().zip(columns) {
            let own: Column = codes.iter().cloned().zip(column.iter().map(cell)).collect();
            cells.insert(category.clone(), own);
        }
    }
    out
}
