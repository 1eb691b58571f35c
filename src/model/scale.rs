use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A scale of the atlas, from the widest to the narrowest. QPV cross IRIS and communes: they are never nested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// The reference territory, one in a site.
    Metropole,
    /// Municipality.
    Commune,
    /// Statistical district of INSEE.
    Iris,
    /// Priority district of the « politique de la ville ».
    Qpv,
    /// Building or group of buildings of one landlord.
    Residence,
}

impl Scale {
    /// All scales, from the widest to the narrowest.
    pub const ALL: [Self; 5] = [Self::Metropole, Self::Commune, Self::Iris, Self::Qpv, Self::Residence];

    /// Name in data files, `data-cell` and configuration.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Metropole => "metropole",
            Self::Commune => "commune",
            Self::Iris => "iris",
            Self::Qpv => "qpv",
            Self::Residence => "residence",
        }
    }

    /// First segment of the addresses of its pages.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Metropole => "metropole",
            Self::Commune => "communes",
            Self::Iris => "iris",
            Self::Qpv => "qpv",
            Self::Residence => "residences",
        }
    }

    /// Default French name, when the configuration gives none.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Metropole => "Métropole",
            Self::Commune => "Commune",
            Self::Iris => "IRIS",
            Self::Qpv => "QPV",
            Self::Residence => "Résidence",
        }
    }

    /// Default French plural.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Metropole => "Métropole",
            Self::Commune => "Communes",
            Self::Iris => "IRIS",
            Self::Qpv => "QPV",
            Self::Residence => "Résidences",
        }
    }

    /// Rank from 0 (metropole) to 4 (residence), for arrays by scale.
    pub const fn rank(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Scale {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.key() == text).ok_or(())
    }
}
