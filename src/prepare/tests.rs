//! The room from end to end, on small sources written here and on real ones read in place.

mod doise;
mod forms;
mod place;
mod small;

use std::path::Path;

use super::{Args, Report, run};
use crate::diag::Result;
use crate::fs::{TemporaryDir, temporary_dir};

/// A folder of its own, removed with what it holds when the test ends.
fn folder(name: &str) -> TemporaryDir {
    temporary_dir(&format!("atlas-prepare-{name}")).expect("temporary folder")
}

fn copy(from: &Path, to: &Path) {
    for file in crate::fs::walk(from).expect("site of the test") {
        let target = to.join(file.strip_prefix(from).expect("walked from it"));
        crate::fs::write(&target, &crate::fs::read(&file).expect("readable")).expect("writable");
    }
}

fn prepared(recipe: &Path, from: &Path, site: &Path, report: &Path) -> Result<Report> {
    run(&Args {
        recipe: recipe.to_path_buf(),
        from: from.to_path_buf(),
        site: site.to_path_buf(),
        report: Some(report.to_path_buf()),
    })
}

/// Rows of a file of values as `scale;code;indicator;category` → `value;state;base`.
fn rows(path: &Path) -> std::collections::BTreeMap<String, String> {
    rows_of(&crate::fs::read_text(path).expect("file of values").text)
}

/// [`rows`] of a text.
fn rows_of(text: &str) -> std::collections::BTreeMap<String, String> {
    text.lines()
        .skip(1)
        .map(|line| {
            let cut = line.match_indices(';').nth(3).expect("seven fields").0;
            (line[..cut].to_owned(), line[cut + 1..].to_owned())
        })
        .collect()
}
