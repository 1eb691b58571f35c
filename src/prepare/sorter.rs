//! Rows sorted into the categories of an indicator.

use std::collections::HashMap;

use super::number;
use super::recipe::{Categories, Names};
use crate::model::Indicator;

/// Where a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sorted {
    /// Into a category of the dictionary.
    In(u16),
    /// Into a category that the dictionary does not have, or no category: told in the report.
    Nowhere,
    /// Without value, and the recipe gives no category for it.
    Unknown,
}

/// A compiled way to sort.
#[derive(Debug, Clone)]
pub(super) struct Sorter {
    map: HashMap<String, Sorted>,
    bands: Vec<(f64, f64, Sorted)>,
    other: Sorted,
    empty: Sorted,
}

impl Sorter {
    /// Compiles a sorter of the recipe against the categories of an indicator.
    ///
    /// # Errors
    /// A band that cannot be read, or a sorter that shares no category with the indicator.
    pub(super) fn new(recipe: &Categories, indicator: &Indicator) -> Result<Self, String> {
        let rank = |key: &str| indicator.category(key).map_or(Sorted::Nowhere, Sorted::In);
        let mut map = HashMap::new();
        for (key, texts) in &recipe.map {
            for text in texts.iter() {
                map.insert(text.to_owned(), rank(key));
            }
        }
        let mut bands = Vec::new();
        for (key, text) in &recipe.bands {
            let (low, high) = band(text)
                .ok_or_else(|| format!("bornes « {text} » : écrire « ..1948 », « 1949..1974 » ou « 5.. »"))?;
            bands.push((low, high, rank(key)));
        }
        // Bands may touch (20..40, 40..60): the lower one takes the shared bound.
        bands.sort_by(|a, b| a.0.total_cmp(&b.0));
        let keys = recipe.map.keys().chain(recipe.bands.keys());
        if !keys.clone().any(|k| indicator.category(k).is_some()) {
            let known: Vec<&str> = indicator.categories.iter().map(|c| c.key.as_str()).collect();
            let written: Vec<&str> = keys.map(String::as_str).collect();
            return Err(format!(
                "aucune catégorie commune avec « {} » : {} dans la recette, {} dans le dictionnaire",
                indicator.id,
                written.join(", "),
                known.join(", ")
            ));
        }
        Ok(Self {
            map,
            bands,
            other: recipe.other.as_deref().map_or(Sorted::Nowhere, rank),
            empty: recipe.empty.as_deref().map_or(Sorted::Unknown, rank),
        })
    }

    /// Sorts a text.
    pub(super) fn sort(&self, text: &str) -> Sorted {
        let text = text.trim();
        if text.is_empty() {
            return self.empty;
        }
        if let Some(sorted) = self.map.get(text) {
            return *sorted;
        }
        if let Some(number) = (!self.bands.is_empty()).then(|| number::number(text)).flatten() {
            // A code such as « 10.0 » is the text « 10 ».
            if let Some((.., sorted)) = self
                .bands
                .iter()
                .find(|(low, high, _)| number >= *low && number <= *high)
            {
                return *sorted;
            }
        }
        self.other
    }
}

/// Words of a class, from the texts of a source.
pub(super) fn words(
    map: &std::collections::BTreeMap<String, Names>,
    indicator: &Indicator,
) -> Result<HashMap<String, u16>, String> {
    let mut out = HashMap::new();
    for (i, category) in indicator.categories.iter().enumerate() {
        let rank = u16::try_from(i).unwrap_or(u16::MAX);
        out.insert(category.key.clone(), rank);
        out.insert(category.label.clone(), rank);
    }
    for (key, texts) in map {
        let Some(rank) = indicator.category(key) else {
            return Err(format!("« {} » n’a pas de mot « {key} »", indicator.id));
        };
        for text in texts.iter() {
            out.insert(text.to_owned(), rank);
        }
    }
    Ok(out)
}

fn band(text: &str) -> Option<(f64, f64)> {
    let Some((low, high)) = text.split_once("..") else {
        let value = number::number(text.trim())?;
        return Some((value, value));
    };
    let low = if low.trim().is_empty() {
        f64::NEG_INFINITY
    } else {
        number::number(low.trim())?
    };
    let high = if high.trim().is_empty() {
        f64::INFINITY
    } else {
        number::number(high.trim())?
    };
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_include_both_ends() {
        assert_eq!(band("..1948"), Some((f64::NEG_INFINITY, 1948.0)));
        assert_eq!(band("1949..1974"), Some((1949.0, 1974.0)));
        assert_eq!(band("5.."), Some((5.0, f64::INFINITY)));
        assert_eq!(band("3"), Some((3.0, 3.0)));
        assert_eq!(band("9..1"), None);
        assert_eq!(band("un"), None);
    }
}
