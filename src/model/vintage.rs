use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Year of the figures, or window of cumulated years.
///
/// Ordered by last year, then by first year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vintage {
    /// One year.
    Year(u16),
    /// Cumulated years, both ends included.
    Window {
        /// First year.
        from: u16,
        /// Last year.
        to: u16,
    },
}

impl Vintage {
    /// Last year covered.
    pub const fn last(self) -> u16 {
        match self {
            Self::Year(year) | Self::Window { to: year, .. } => year,
        }
    }

    /// First year covered.
    pub const fn first(self) -> u16 {
        match self {
            Self::Year(year) | Self::Window { from: year, .. } => year,
        }
    }

    /// Number of years covered.
    pub const fn span(self) -> u16 {
        self.last() - self.first() + 1
    }

    /// French writing: `2025`, `2023–2025`.
    pub fn label(self) -> String {
        match self {
            Self::Year(year) => year.to_string(),
            Self::Window { from, to } => format!("{from}–{to}"),
        }
    }
}

impl PartialOrd for Vintage {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Vintage {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.last(), self.first()).cmp(&(other.last(), other.first()))
    }
}

impl fmt::Display for Vintage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::Window { from, to } => write!(f, "{from}-{to}"),
        }
    }
}

impl FromStr for Vintage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let year = |t: &str| match t.len() {
            4 => t.parse::<u16>().ok().filter(|y| (1900..=2200).contains(y)).ok_or(()),
            _ => Err(()),
        };
        match text.split_once(['-', '–']) {
            None => year(text).map(Self::Year),
            Some((from, to)) => {
                let (from, to) = (year(from)?, year(to)?);
                if from < to {
                    Ok(Self::Window { from, to })
                } else {
                    Err(())
                }
            }
        }
    }
}

impl Serialize for Vintage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_years_and_windows() {
        assert_eq!("2025".parse(), Ok(Vintage::Year(2025)));
        assert_eq!("2023-2025".parse(), Ok(Vintage::Window { from: 2023, to: 2025 }));
        assert!("2025-2023".parse::<Vintage>().is_err());
        assert!("25".parse::<Vintage>().is_err());
        assert_eq!(Vintage::Window { from: 2023, to: 2025 }.span(), 3);
    }
}
