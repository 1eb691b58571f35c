//! Known layouts: the same description as a table of a recipe, kept in `layouts/`, taken as defaults.

use std::path::Path;

use super::recipe::Table;
use crate::config::from_toml;
use crate::diag::{Diagnostic, Result};

const LAYOUTS: [(&str, &str); 6] = [
    ("rpls", include_str!("layouts/rpls.toml")),
    ("attributions", include_str!("layouts/attributions.toml")),
    ("occupation", include_str!("layouts/occupation.toml")),
    ("bpe", include_str!("layouts/bpe.toml")),
    ("filosofi", include_str!("layouts/filosofi.toml")),
    ("carreaux", include_str!("layouts/carreaux.toml")),
];

/// Names of the layouts.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LAYOUTS.iter().map(|(name, _)| *name)
}

/// Completes a table with the layout it names.
///
/// What the table says itself wins, key by key.
///
/// # Errors
/// An unknown layout.
pub(super) fn complete(table: &Table, recipe: &Path, name: &str) -> Result<Table> {
    let Some(layout) = &table.layout else {
        return Ok(table.clone());
    };
    let Some((_, text)) = LAYOUTS.iter().find(|(n, _)| n == layout) else {
        return Err(
            Diagnostic::error(format!("format « {layout} » inconnu (table « {name} »)"))
                .at(recipe)
                .suggest(layout, names())
                .into(),
        );
    };
    let mut full: Table = from_toml(text, Path::new(layout))?;
    let own = table.clone();
    full.layout = own.layout;
    full.file = own.file;
    full.vintage = own.vintage;
    full.files = own.files;
    full.format = own.format.or(full.format);
    full.sheet = own.sheet.or(full.sheet);
    full.header = own.header.or(full.header);
    full.header_rows = own.header_rows.or(full.header_rows);
    full.separator = own.separator.or(full.separator);
    full.epsg = own.epsg.or(full.epsg);
    full.commune = own.commune.or(full.commune);
    full.columns.extend(own.columns);
    full.empty.extend(own.empty);
    full.sentinels.extend(own.sentinels);
    full.codes.extend(own.codes);
    full.derive.extend(own.derive);
    full.keep = own.keep.or(full.keep);
    full.categories.extend(own.categories);
    full.measures.extend(own.measures);
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_can_be_read() {
        for name in names() {
            let table = Table {
                layout: Some(name.to_owned()),
                ..Table::default()
            };
            let full = complete(&table, Path::new("prepare.toml"), "t").unwrap_or_else(|e| panic!("{name}: {e}"));
            for (id, measure) in &full.measures {
                if let Some(category) = &measure.category {
                    assert!(full.categories.contains_key(category), "{name} {id} {category}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_layout_gets_the_nearest_name() {
        let table = Table {
            layout: Some("rpl".to_owned()),
            ..Table::default()
        };
        let error = complete(&table, Path::new("prepare.toml"), "t").expect_err("unknown");
        assert!(error.to_string().contains("« rpls »"), "{error}");
    }
}
