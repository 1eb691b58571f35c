use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a figure has no value. Zero is a value, not a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum State {
    /// Hidden, by the threshold or to protect another figure: one mark for both, since the mark itself informs.
    #[serde(rename = "s")]
    Secret,
    /// The source does not give it.
    #[serde(rename = "nd")]
    NotAvailable,
    /// It has no meaning here.
    #[serde(rename = "so")]
    NotApplicable,
    /// The dictionary does not open this scale.
    #[serde(rename = "no")]
    NotOpen,
    /// Declarative source below its coverage rate.
    #[serde(rename = "cp")]
    Partial,
}

impl State {
    /// All states, in the order of the legend.
    pub const ALL: [Self; 5] = [
        Self::Secret,
        Self::NotAvailable,
        Self::NotApplicable,
        Self::NotOpen,
        Self::Partial,
    ];

    /// Sign on page, map, chart, workbook and print.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Secret => "s",
            Self::NotAvailable => "nd",
            Self::NotApplicable => "so",
            Self::NotOpen => "no",
            Self::Partial => "cp",
        }
    }

    /// Word that goes with the sign.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret statistique",
            Self::NotAvailable => "non disponible",
            Self::NotApplicable => "sans objet",
            Self::NotOpen => "échelle non ouverte",
            Self::Partial => "couverture insuffisante",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.sign() == text).ok_or(())
    }
}
