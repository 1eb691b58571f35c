//! The recipe: TOML → [`Recipe`]. Its language is documented in `content/administration/preparer-les-donnees.md`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::config::from_toml;
use crate::diag::Result;
use crate::model::Scale;

/// One name or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    /// One.
    One(String),
    /// Several, in order of preference.
    Many(Vec<String>),
}

impl Names {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// A number, a boolean or a text where the recipe expects an expression.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Formula {
    /// Expression.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Number.
    Float(f64),
}

impl Formula {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
        }
    }
}

/// A whole recipe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipe {
    /// Source files, by name.
    #[serde(default)]
    pub(super) tables: BTreeMap<String, Table>,
    /// Polygons of the scales.
    #[serde(default)]
    pub(super) territories: Vec<Polygons>,
    /// Residences, made from points or records.
    #[serde(default)]
    pub(super) residences: Vec<Residences>,
    /// Values written into `data/values/`.
    #[serde(default)]
    pub(super) values: Vec<Block>,
    /// Equipment written into `data/equipment/`.
    #[serde(default)]
    pub(super) equipment: Vec<Equipment>,
    /// Grids written into `data/grid/`.
    #[serde(default)]
    pub(super) grid: Vec<Grid>,
    /// Composite index and its classes.
    #[serde(default)]
    pub(super) index: Vec<Index>,
    /// Protection after the thresholds.
    #[serde(default)]
    pub(super) protection: Protection,
    /// Old code of a commune → present code: communes merged, associated, arrondissements.
    #[serde(default)]
    pub(super) communes: BTreeMap<String, String>,
}

/// How the secondary suppression runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Protection {
    /// Hides the cells from which a hidden one could be recomputed.
    pub(super) secondary: bool,
}

impl Default for Protection {
    fn default() -> Self {
        Self { secondary: true }
    }
}

/// How a table is read and cleaned; a layout has the same shape and gives the defaults.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    /// Known layout whose names, markers, columns, categories and measures are taken as defaults.
    pub(super) layout: Option<String>,
    /// File in the folder of sources.
    pub(super) file: Option<String>,
    /// Vintage of `file`.
    pub(super) vintage: Option<String>,
    /// Vintage → file.
    pub(super) files: BTreeMap<String, String>,
    /// `csv`, `parquet`, `geojson` or `xlsx`; found from the extension when absent.
    pub(super) format: Option<Format>,
    /// Sheet of a workbook; the first one when absent.
    pub(super) sheet: Option<String>,
    /// Line of the last header row, from 1.
    pub(super) header: Option<usize>,
    /// Number of header rows, joined by spaces.
    pub(super) header_rows: Option<usize>,
    /// Field separator of a CSV file; found from the header when absent.
    pub(super) separator: Option<String>,
    /// EPSG code of the coordinates; 4326 (WGS84) when absent. May be the name of a column.
    pub(super) epsg: Option<Formula>,
    /// Names of the recipe → names found in files.
    pub(super) columns: BTreeMap<String, Names>,
    /// Texts that mean « no value » in any column.
    pub(super) empty: Vec<String>,
    /// Texts that mean « no value » in one column.
    pub(super) sentinels: BTreeMap<String, Vec<String>>,
    /// Widths of numeric codes: zeros lost by a spreadsheet are put back and reported.
    pub(super) codes: BTreeMap<String, usize>,
    /// Columns computed from others.
    pub(super) derive: BTreeMap<String, Formula>,
    /// Rows kept.
    #[serde(rename = "where")]
    pub(super) keep: Option<String>,
    /// Ways to sort rows into categories.
    pub(super) categories: BTreeMap<String, Categories>,
    /// Measures that blocks may name.
    pub(super) measures: BTreeMap<String, Measure>,
    /// Commune of a row, when blocks and residences do not say otherwise.
    pub(super) commune: Option<String>,
}

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Separated values in any encoding.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// GeoJSON; properties are columns, nested objects give `object.key`, points give `lon` and `lat`.
    Geojson,
    /// Workbook (xlsx, xls, xlsb, ods).
    Xlsx,
}

/// Sorts rows into the categories of an indicator.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Categories {
    /// Expression sorted.
    pub(super) of: String,
    /// Category → texts.
    pub(super) map: BTreeMap<String, Names>,
    /// Category → range, both ends included: `..1948`, `1949..1974`, `5..`.
    pub(super) bands: BTreeMap<String, String>,
    /// Category of the other texts; without it they are reported.
    pub(super) other: Option<String>,
    /// Category of rows without value; without it they are counted nowhere.
    pub(super) empty: Option<String>,
}

/// What is computed for an indicator.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Measure {
    /// Sum of an expression; `1` counts the rows.
    pub(super) sum: Option<Formula>,
    /// Category → expression summed.
    pub(super) columns: BTreeMap<String, Formula>,
    /// Mean of an expression, weighted by `weight`.
    pub(super) mean: Option<Formula>,
    /// Weight of the mean; 1 when absent.
    pub(super) weight: Option<Formula>,
    /// Denominator of the sum: the ratio of two sums.
    pub(super) per: Option<Formula>,
    /// Factor of a ratio: 100 for a percentage.
    pub(super) times: Option<f64>,
    /// Condition whose share is computed, in percent, weighted by `weight`.
    pub(super) share: Option<String>,
    /// Condition that bounds the denominator of the share.
    pub(super) of: Option<String>,
    /// Rows that count.
    #[serde(rename = "where")]
    pub(super) keep: Option<String>,
    /// Name of a category sorter of the table.
    pub(super) category: Option<String>,
    /// Base of the threshold for this measure; that of the block when absent.
    pub(super) base: Option<Formula>,
    /// Column copied as it is, one row per territory; `{aaaa}` and `{aa}` stand for the vintage.
    pub(super) column: Option<String>,
    /// Word of a class, copied through `map`.
    pub(super) word: Option<String>,
    /// Word → texts.
    pub(super) map: BTreeMap<String, Names>,
    /// Factor of a copied column.
    pub(super) factor: Option<f64>,
}

/// A measure named or written on the spot.
#[derive(Debug, Clone)]
pub(super) enum MeasureRef {
    /// Name of a measure of the table or of its layout.
    Named(String),
    /// Definition.
    Inline(Box<Measure>),
}

impl<'de> Deserialize<'de> for MeasureRef {
    // Written by hand so that an unknown key of a definition keeps its name and place.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = MeasureRef;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("le nom d’une mesure ou sa définition { … }")
            }
            fn visit_str<E>(self, name: &str) -> std::result::Result<MeasureRef, E> {
                Ok(MeasureRef::Named(name.to_owned()))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> std::result::Result<MeasureRef, A::Error> {
                let measure = Measure::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(MeasureRef::Inline(Box::new(measure)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Polygons of one scale.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Polygons {
    /// Which scale: commune, iris or qpv.
    pub(super) scale: Scale,
    /// GeoJSON file in the folder of sources.
    pub(super) file: String,
    /// Property that holds the code.
    pub(super) code: String,
    /// Property that holds the name.
    pub(super) name: String,
    /// Property that holds the commune of an IRIS; its first five characters when absent.
    pub(super) commune: Option<String>,
    /// Year of the boundaries.
    pub(super) geography: Option<u16>,
    /// EPSG code of the coordinates.
    pub(super) epsg: Option<u32>,
    /// Codes kept: a list; all when absent.
    #[serde(default)]
    pub(super) only: Vec<String>,
    /// Condition on the properties.
    #[serde(rename = "where")]
    pub(super) keep: Option<String>,
}

/// How residences are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Residences {
    /// Table read.
    pub(super) table: String,
    /// Columns or expressions that make one residence: rows alike are the same residence.
    pub(super) key: Names,
    /// Identifier; a short stable mark of the key when absent.
    pub(super) id: Option<String>,
    /// Name.
    pub(super) name: String,
    /// Postal address.
    pub(super) address: Option<String>,
    /// Landlord.
    pub(super) landlord: Option<String>,
    /// Longitude or easting.
    pub(super) lon: Option<String>,
    /// Latitude or northing.
    pub(super) lat: Option<String>,
    /// Commune as declared.
    pub(super) commune: Option<String>,
    /// IRIS as declared; located when absent.
    pub(super) iris: Option<String>,
    /// QPV as declared; located when absent.
    pub(super) qpv: Option<String>,
}

/// Values of one source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    /// Identifier of the source, as in `data/sources.csv`.
    pub(super) source: String,
    /// Table read.
    pub(super) table: String,
    /// Scales written.
    pub(super) scales: Vec<Scale>,
    /// Scale of the rows when there is one row per territory; absent when rows are records or points.
    pub(super) scale: Option<Scale>,
    /// Code of the territory of a row, with `scale`.
    pub(super) code: Option<String>,
    /// Year of a row, an expression; that of the file when absent.
    pub(super) year: Option<Formula>,
    /// Vintages written; all when absent.
    #[serde(default)]
    pub(super) vintages: Vec<String>,
    /// Number of cumulated years.
    pub(super) window: Option<u16>,
    /// Which windows: `latest`, `disjoint`, `rolling`.
    #[serde(default)]
    pub(super) windows: Windows,
    /// Base of the threshold, an expression summed over the rows.
    pub(super) base: Option<Formula>,
    /// Residence of a row, by its identifier.
    pub(super) residence: Option<String>,
    /// Commune of a row.
    pub(super) commune: Option<String>,
    /// IRIS of a row.
    pub(super) iris: Option<String>,
    /// QPV of a row.
    pub(super) qpv: Option<String>,
    /// Longitude of a row, to locate it.
    pub(super) lon: Option<String>,
    /// Latitude of a row, to locate it.
    pub(super) lat: Option<String>,
    /// Communes of which the source says nothing: their figures are `nd`, not zero.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// Rows kept.
    #[serde(rename = "where")]
    pub(super) keep: Option<String>,
    /// Indicator of the dictionary → measure.
    pub(super) measures: BTreeMap<String, MeasureRef>,
    /// Texts of the source → states.
    #[serde(default)]
    pub(super) markers: BTreeMap<String, String>,
    /// Whether the reference territory is the sum of the rows, with one row per territory.
    #[serde(default)]
    pub(super) total: bool,
}

/// Windows of cumulated years.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Windows {
    /// The last one only.
    Latest,
    /// Windows that share no year, counted back from the last year.
    #[default]
    Disjoint,
    /// One window per year; it narrows what a reader can deduce of each year.
    Rolling,
}

/// Equipment points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Equipment {
    /// Table read.
    pub(super) table: String,
    /// Vintage of the file written; that of the table when absent.
    pub(super) vintage: Option<String>,
    /// Expression sorted into families.
    pub(super) of: String,
    /// Family of `atlas.toml` → codes.
    pub(super) families: BTreeMap<String, Names>,
    /// Name of the equipment.
    pub(super) name: Option<String>,
    /// Longitude or easting.
    pub(super) lon: String,
    /// Latitude or northing.
    pub(super) lat: String,
}

/// Squares in classes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grid {
    /// Thematic-only indicator.
    pub(super) indicator: String,
    /// Table read.
    pub(super) table: String,
    /// Vintage of the file written; that of the table when absent.
    pub(super) vintage: Option<String>,
    /// INSEE identifier of the square (`CRS3035RES200mN…E…`), an expression.
    pub(super) square: String,
    /// Value sorted into classes; never written.
    pub(super) value: Formula,
    /// Households under which a square gets no class.
    pub(super) households: Option<Formula>,
    /// Inner breaks of the classes, ascending.
    pub(super) breaks: Vec<f64>,
}

/// A composite index made from published figures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    /// Indicator of the index, kind `index`.
    pub(super) indicator: Option<String>,
    /// Indicator of the class, kind `class`; its words go from the least to the most fragile.
    pub(super) class: Option<String>,
    /// Source it is written under.
    pub(super) source: String,
    /// Vintage written.
    pub(super) vintage: String,
    /// Scales.
    pub(super) scales: Vec<Scale>,
    /// Components.
    pub(super) components: Vec<Component>,
    /// Inner breaks of the index that make the classes; classes of equal size when empty.
    #[serde(default)]
    pub(super) breaks: Vec<f64>,
}

/// One component of an index.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    /// Indicator.
    pub(super) indicator: String,
    /// Its category.
    pub(super) category: Option<String>,
    /// Vintage; the last one written when absent.
    pub(super) vintage: Option<String>,
    /// Weight; negative when a high value is favourable.
    #[serde(default = "one")]
    pub(super) weight: f64,
}

const fn one() -> f64 {
    1.0
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// Every unknown key with its line and the nearest name, or the first fault of another kind.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self> {
        from_toml(text, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that a part of the recipe accepts, as the parser itself lists them.
    fn accepted(text: &str) -> Vec<String> {
        let error = toml::from_str::<Recipe>(text).expect_err("an unknown key");
        let rest = error
            .message()
            .strip_prefix("unknown field `zzz`")
            .expect("zzz is unknown");
        rest.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Words of the sections of the page whose titles start so: a key is one of them where it is written as code.
    fn told(titles: &[&str]) -> std::collections::BTreeSet<String> {
        let page = include_str!("../../content/administration/preparer-les-donnees.md");
        let mut words = std::collections::BTreeSet::new();
        let (mut here, mut block) = (false, false);
        for line in page.lines() {
            if line.starts_with("```") {
                block = !block;
            } else if let Some(title) = line.strip_prefix("## ") {
                here = titles.iter().any(|t| title.starts_with(t));
            } else if here {
                let code: Vec<&str> = if block {
                    vec![line.split('#').next().unwrap_or(line)]
                } else {
                    line.split('`').skip(1).step_by(2).collect()
                };
                for piece in code {
                    words.extend(
                        piece
                            .split(|c: char| !c.is_alphanumeric() && c != '_')
                            .map(str::to_owned),
                    );
                }
            }
        }
        words
    }

    #[test]
    fn every_key_of_a_recipe_is_on_the_page_where_it_belongs() {
        let parts = [
            ("[protection]\nzzz = 1", &["Ce qui est masqué"][..]),
            ("[tables.t]\nzzz = 1", &["Les tables"]),
            ("[tables.t.categories.c]\nzzz = 1", &["Les valeurs"]),
            ("[[territories]]\nzzz = 1", &["Les contours"]),
            ("[[residences]]\nzzz = 1", &["Les résidences"]),
            ("[[values]]\nzzz = 1", &["Les valeurs"]),
            ("[[equipment]]\nzzz = 1", &["Équipements"]),
            ("[[grid]]\nzzz = 1", &["Équipements"]),
            ("[[index]]\nzzz = 1", &["Équipements"]),
            ("[[index]]\ncomponents = [{ zzz = 1 }]", &["Équipements"]),
        ];
        let mut missing = Vec::new();
        for (text, sections) in parts {
            let (keys, words) = (accepted(text), told(sections));
            assert!(!keys.is_empty(), "{text}");
            missing.extend(
                keys.into_iter()
                    .filter(|key| !words.contains(key))
                    .map(|key| (text, key)),
            );
        }
        let inline = toml::from_str::<Measure>("zzz = 1")
            .expect_err("an unknown key")
            .to_string();
        let words = told(&["Les valeurs"]);
        let keys: Vec<&str> = inline.split('`').skip(3).step_by(2).collect();
        assert!(keys.contains(&"factor"), "{inline}");
        missing.extend(
            keys.iter()
                .filter(|key| !words.contains(**key))
                .map(|key| ("measure", (*key).to_owned())),
        );
        let whole = accepted("zzz = 1");
        let everything = told(&[""]);
        missing.extend(
            whole
                .into_iter()
                .filter(|key| !everything.contains(key))
                .map(|key| ("recipe", key)),
        );
        assert!(missing.is_empty(), "{missing:?}");
    }
}
