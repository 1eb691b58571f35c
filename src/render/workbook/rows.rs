//! Which cells a workbook carries, and which territories.

use std::collections::BTreeSet;

use crate::disclosure::Published;
use crate::model::{Cell, Iid, Scale, Site, Tid, Vintage};

/// Rows above which a theme's workbook keeps only its most recent vintages.
pub(super) const COMFORT: usize = 60_000;

/// Rows that a sheet of Excel can hold, less the mention and the heads.
pub(super) const LIMIT: usize = 1_048_576 - 2;

/// Lists the exported cells of a scale, by indicator, category and vintage; of one theme or of all.
///
/// `last` keeps the most recent vintages of each indicator; 0 keeps them all.
pub(super) fn cells(site: &Site, published: &Published, scale: Scale, theme: Option<&str>, last: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (iid, indicator) in site.dictionary.iter() {
        if !published.is_exported(iid, scale) || theme.is_some_and(|t| t != indicator.theme) {
            continue;
        }
        let vintages = published.vintages(iid, scale);
        let skipped = if last == 0 {
            0
        } else {
            vintages.len().saturating_sub(last)
        };
        for category in indicator.cells() {
            cells.extend(vintages[skipped..].iter().map(|&vintage| Cell {
                indicator: iid,
                category,
                vintage,
            }));
        }
    }
    cells
}

/// Tells whether at least one of the cells of a territory has a value or a word.
pub(super) fn has_data(site: &Site, published: &Published, tid: Tid, cells: &[Cell]) -> bool {
    cells.iter().any(|cell| {
        published
            .export(&site.territories, tid, cell)
            .is_some_and(|f| f.state().is_none())
    })
}

/// Indicators of a list of cells, in the order of the dictionary.
pub(super) fn indicators(cells: &[Cell]) -> Vec<Iid> {
    cells
        .iter()
        .map(|c| c.indicator)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Vintages of each source in a list of cells, ascending, in the order of the sources.
pub(super) fn vintages_by_source(site: &Site, cells: &[Cell]) -> Vec<(String, Vec<Vintage>)> {
    site.sources
        .iter()
        .filter_map(|source| {
            let vintages: BTreeSet<Vintage> = cells
                .iter()
                .filter(|c| site.dictionary.get(c.indicator).source == source.id)
                .map(|c| c.vintage)
                .collect();
            (!vintages.is_empty()).then(|| (source.dataset.clone(), vintages.into_iter().collect()))
        })
        .collect()
}
