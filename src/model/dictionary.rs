use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Scale;

/// Index of an indicator in the [`Dictionary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iid(pub u16);

impl Iid {
    /// Position in the dictionary.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a figure measures, hence how it is written, drawn and combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Number of things: drawn as proportional symbols, never in classes.
    Count,
    /// Part of a whole, in percent.
    Share,
    /// Ratio of two different things, in percent unless the unit says otherwise.
    Rate,
    /// Mean over the base.
    Mean,
    /// Composite number without a unit.
    Index,
    /// Metres, as the crow flies.
    Distance,
    /// One of a few ordered words.
    Class,
    /// One of a few words.
    Text,
}

impl Kind {
    /// Tells whether the figure is a word of the list of categories.
    pub const fn is_word(self) -> bool {
        matches!(self, Self::Class | Self::Text)
    }

    /// Tells whether the figure is a percentage by nature.
    pub const fn is_ratio(self) -> bool {
        matches!(self, Self::Share | Self::Rate)
    }

    /// Least and greatest value that the figure may take, infinite where it has none.
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Share => (0.0, 100.0),
            Self::Count | Self::Distance => (0.0, f64::INFINITY),
            Self::Rate | Self::Mean | Self::Index | Self::Class | Self::Text => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// French word of the dictionary.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "effectif",
            Self::Share => "part",
            Self::Rate => "taux",
            Self::Mean => "moyenne",
            Self::Index => "indice",
            Self::Distance => "distance",
            Self::Class => "classe",
            Self::Text => "mot",
        }
    }
}

/// What the confidentiality threshold of an indicator counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// Dwellings: hidden under 11.
    Logements,
    /// Allocations of the window: hidden under 11.
    Attributions,
    /// The producer's own secrecy, states as delivered.
    Source,
    /// Public context, without threshold.
    Public,
}

/// Reading of the figure; it orders words, never colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Neither high nor low is better.
    #[default]
    Neutral,
    /// High is the aim.
    Up,
    /// Low is the aim.
    Down,
}

impl Direction {
    /// How the figure reads, in words; empty when neither way is aimed at.
    pub fn words(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Up => "une valeur haute est recherchée",
            Self::Down => "une valeur basse est recherchée",
        }
    }
}

/// One category of an indicator, or one word of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Name in data files and `data-cell`.
    pub key: String,
    /// Name as displayed.
    pub label: String,
}

/// How the classes of a choropleth are found; fixed over the vintages.
#[derive(Debug, Clone, PartialEq)]
pub enum Classes {
    /// Inner breaks, ascending, at most four.
    Breaks(Vec<f64>),
    /// Classes of equal size over the published figures of all vintages.
    Quantiles(u8),
    /// Natural breaks over the published figures of all vintages.
    Jenks(u8),
}

/// A set of scales.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScaleSet(u8);

impl ScaleSet {
    /// Adds a scale.
    pub fn insert(&mut self, scale: Scale) {
        self.0 |= 1 << scale.rank();
    }

    /// Tells whether a scale is in.
    pub const fn contains(self, scale: Scale) -> bool {
        self.0 & (1 << scale.rank()) != 0
    }

    /// Tells whether no scale is in.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Scales, from the widest to the narrowest.
    pub fn iter(self) -> impl Iterator<Item = Scale> {
        Scale::ALL.into_iter().filter(move |s| self.contains(*s))
    }
}

impl FromIterator<Scale> for ScaleSet {
    fn from_iter<I: IntoIterator<Item = Scale>>(iter: I) -> Self {
        let mut set = Self::default();
        for scale in iter {
            set.insert(scale);
        }
        set
    }
}

/// One term of a numerator or denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    /// Indicator summed.
    pub indicator: Iid,
    /// Its category, by position; none for the indicator itself.
    pub category: Option<u16>,
}

/// A figure computed from public equipment points: written `@plus-proche`, `@500m` or `@nombre` as numerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Computed {
    /// Metres to the nearest point of the family, as the crow flies; residences only.
    Nearest,
    /// Points of the family within 500 m, as the crow flies; residences only.
    Within500,
    /// Points of the family inside the territory; not for residences.
    Inside,
}

impl Computed {
    /// Scales where it has a meaning.
    pub const fn scales(self) -> &'static [Scale] {
        match self {
            Self::Nearest | Self::Within500 => &[Scale::Residence],
            Self::Inside => &[Scale::Metropole, Scale::Commune, Scale::Iris, Scale::Qpv],
        }
    }
}

/// A sum of [`Term`]s.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operand(pub Vec<Term>);

/// One row of the dictionary: what is not described is not published.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identifier `theme.name`.
    pub id: String,
    /// Theme, one of those of the configuration.
    pub theme: String,
    /// Name as displayed.
    pub label: String,
    /// What it measures, in a sentence.
    pub definition: String,
    /// Unit written after the value; empty for none.
    pub unit: String,
    /// What it measures, as a type.
    pub kind: Kind,
    /// Numerator, when derived.
    pub numerator: Option<Operand>,
    /// Denominator, when derived.
    pub denominator: Option<Operand>,
    /// How it is computed from equipment points, when it is.
    pub computed: Option<Computed>,
    /// What the threshold counts.
    pub base: Base,
    /// Indicator that gives the response rate of a declarative source.
    pub coverage: Option<Iid>,
    /// Categories, or words of a class.
    pub categories: Vec<Category>,
    /// Identifier of the source.
    pub source: String,
    /// Scales where pages and maps show it.
    pub view: ScaleSet,
    /// Scales where workbooks carry it.
    pub export: ScaleSet,
    /// Decimals of the published value.
    pub decimals: u8,
    /// Reading of the figure.
    pub direction: Direction,
    /// Classes of its choropleth.
    pub classes: Option<Classes>,
    /// Map layer only, in classes: no figure anywhere.
    pub thematic_only: bool,
    /// Caveat printed with the figure.
    pub note: String,
}

impl Indicator {
    /// Tells whether values are given category by category. The categories of a word are its possible values.
    pub const fn is_split(&self) -> bool {
        !self.categories.is_empty() && !self.kind.is_word()
    }

    /// Cells of the indicator: one per category, or one without category.
    pub fn cells(&self) -> impl Iterator<Item = Option<u16>> + use<> {
        let split = self.is_split();
        let count = if split {
            u16::try_from(self.categories.len()).unwrap_or(u16::MAX)
        } else {
            1
        };
        (0..count).map(move |i| split.then_some(i))
    }

    /// Position of a category.
    pub fn category(&self, key: &str) -> Option<u16> {
        self.categories
            .iter()
            .position(|c| c.key == key)
            .and_then(|i| u16::try_from(i).ok())
    }

    /// Tells whether a figure may be derived from a numerator and a denominator.
    pub const fn is_derived(&self) -> bool {
        self.numerator.is_some() && self.denominator.is_some()
    }
}

/// The law of the build.
#[derive(Debug, Default)]
pub struct Dictionary {
    all: Vec<Indicator>,
    by_id: HashMap<String, Iid>,
}

impl Dictionary {
    /// Indexes the indicators, in the order of the file.
    pub fn new(all: Vec<Indicator>) -> Self {
        let by_id = all
            .iter()
            .enumerate()
            .map(|(i, x)| {
                (
                    x.id.clone(),
                    Iid(u16::try_from(i).expect("the loader refuses more than 65,535 rows")),
                )
            })
            .collect();
        Self { all, by_id }
    }

    /// The indicator of an index.
    pub fn get(&self, iid: Iid) -> &Indicator {
        &self.all[iid.index()]
    }

    /// Finds an indicator by its identifier.
    pub fn find(&self, id: &str) -> Option<Iid> {
        self.by_id.get(id).copied()
    }

    /// Indicators with their indices, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Iid, &Indicator)> {
        self.all
            .iter()
            .enumerate()
            .map(|(i, x)| (Iid(u16::try_from(i).unwrap_or(u16::MAX)), x))
    }

    /// Indicators of a theme.
    pub fn of_theme<'a>(&'a self, theme: &'a str) -> impl Iterator<Item = (Iid, &'a Indicator)> + 'a {
        self.iter().filter(move |(_, x)| x.theme == theme)
    }

    /// Number of indicators.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Tells whether there is no indicator.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
