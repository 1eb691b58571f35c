use std::collections::BTreeMap;

use super::Vintage;

/// A source of the dictionary, with its cadence.
#[derive(Debug, Clone)]
pub struct Source {
    /// Identifier, also the name of its folder in `data/values/`.
    pub id: String,
    /// Who produces it.
    pub producer: String,
    /// Name of the data set.
    pub dataset: String,
    /// Licence or legal basis.
    pub licence: String,
    /// Years between two vintages.
    pub cadence_years: Option<u8>,
    /// Last vintage delivered.
    pub last_vintage: Option<Vintage>,
    /// Month when the next vintage is due: year, month 1–12.
    pub next_vintage: Option<(u16, u8)>,
    /// Note of caution.
    pub note: String,
    /// Breaks of comparability: first year of the new method → reason.
    pub breaks: BTreeMap<u16, String>,
    /// Beginnings of the indicators that a break concerns; a year that is not there concerns them all.
    pub break_scopes: BTreeMap<u16, Vec<String>>,
}

impl Source {
    /// Indicators that a break concerns, by the beginnings of their names; none when it concerns them all.
    pub fn scope_of(&self, year: u16) -> Option<String> {
        self.break_scopes
            .get(&year)
            .filter(|s| !s.is_empty())
            .map(|s| s.join(", "))
    }

    /// Tells whether the next vintage was due before `year`-`month`.
    pub fn is_overdue(&self, year: u16, month: u8) -> bool {
        self.next_vintage.is_some_and(|next| next < (year, month))
    }

    /// Breaks that concern an indicator: first year of the new method and reason, in order.
    pub fn breaks_of<'a>(&'a self, indicator: &'a str) -> impl Iterator<Item = (u16, &'a str)> + 'a {
        self.breaks.iter().filter_map(move |(year, why)| {
            let scopes = self.break_scopes.get(year);
            scopes
                .is_none_or(|s| s.iter().any(|start| indicator.starts_with(start.as_str())))
                .then_some((*year, why.as_str()))
        })
    }

    /// Reason why two years are not comparable, if a break stands between them.
    pub fn break_between(&self, from: u16, to: u16) -> Option<(u16, &str)> {
        let (low, high) = (from.min(to), from.max(to));
        self.breaks
            .range(low + 1..=high)
            .next()
            .map(|(year, why)| (*year, why.as_str()))
    }
}
