//! Data for the browser: what the interactive map, the search, comparison and ranking read. Pages are complete without.
//!
//! - Enters: the site and its published figures.
//! - Leaves: JSON files by their path under `donnees/`, the same for the same input.
//! - Stays out: what the dictionary does not let be seen; figures of the grid, which has classes only; the disk.
//!
//! | file | content |
//! |---|---|
//! | `atlas.json` | titles, scales, indicators with their classes, sources, layers: all that a first view needs to know |
//! | `lieux/<scale>-<block>.json` | codes, names, points, parents of the territories of a scale |
//! | `contours/<scale>-<block>.json` | TopoJSON, in the order of `lieux`, borders shared |
//! | `contours/vue.json` | the files of a first view that bear no figure, by name: communes and QPV |
//! | `valeurs/<scale>/<indicator>-<block>.json` | figures, in the order of `lieux`: `values[vintage][category][place]` |
//! | `equipements/<family>.json` | public equipment |
//! | `carreaux/<indicator>-<vintage>.json` | squares and their class |
//! | `recherche/…` | search index, see [`search`] |
//!
//! A figure is a number, or the sign of its state (`"s"`, `"nd"`…) as a text; a word is its position among the
//! categories of `atlas.json`. `bases` follows the same order: a number, or `""` where the base is not published;
//! `"="` for a whole category stands for « the same as the first category ».
//! A scale is cut in blocks of neighbours when it has too many territories for one file.

mod blocks;
mod json;
mod layers;
mod manifest;
mod places;
pub mod search;
mod shapes;
mod values;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::disclosure::Published;
use crate::model::Site;

use blocks::Blocks;

/// Makes all files for the browser, by path under `donnees/`.
pub fn files(site: &Site, published: &Published) -> BTreeMap<String, Vec<u8>> {
    let blocks = Blocks::new(site);
    let mut jobs: Vec<Job> = vec![Job::Manifest, Job::Search];
    for block in blocks.iter() {
        jobs.push(Job::Places(block));
        jobs.extend(values::indicators(site, published, block.scale).map(|iid| Job::Values(block, iid)));
    }
    jobs.extend(crate::model::Scale::ALL.map(Job::Shapes));
    jobs.extend((0..site.config.equipment.len()).map(Job::Equipment));
    jobs.extend((0..site.grids.len()).map(Job::Grid));
    let mut files: BTreeMap<String, Vec<u8>> = jobs
        .into_par_iter()
        .flat_map_iter(|job| match job {
            Job::Manifest => vec![("atlas.json".to_owned(), manifest::write(site, published, &blocks))],
            Job::Search => search::files(site),
            Job::Places(block) => vec![(block.places_path(), places::write(site, block))],
            Job::Values(block, iid) => vec![(
                values::path(site, block, iid),
                values::write(site, published, block, iid),
            )],
            Job::Shapes(scale) => shapes::files(site, &blocks, scale),
            Job::Equipment(family) => layers::equipment(site, family).into_iter().collect(),
            Job::Grid(grid) => vec![layers::grid(site, grid)],
        })
        .map(|(path, text)| (path, text.into_bytes()))
        .collect();
    let view = view(&files, &blocks);
    files.insert("contours/vue.json".to_owned(), view);
    files
}

/// Path under `donnees/` of the figures of the first view of the map; none where the communes do not fit in one block.
pub fn first_figures(site: &Site, published: &Published) -> Option<String> {
    let iid = manifest::first(site, published)?;
    blocks::fits(site, crate::model::Scale::Commune)
        .then(|| values::first_path(site, crate::model::Scale::Commune, iid))
}

/// Joins what a first view reads beside its figures, so that it asks for one file; nothing of a scale in several blocks.
fn view(files: &BTreeMap<String, Vec<u8>>, blocks: &Blocks) -> Vec<u8> {
    use crate::model::Scale;
    let mut out = b"{".to_vec();
    for (folder, scale) in [
        ("lieux", Scale::Commune),
        ("contours", Scale::Commune),
        ("contours", Scale::Qpv),
    ] {
        let [block] = blocks.of(scale) else { continue };
        let path = format!("{folder}/{}.json", block.name());
        let Some(bytes) = files.get(&path) else { continue };
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend(format!("\"{path}\":").into_bytes());
        out.extend(bytes);
    }
    out.push(b'}');
    out
}

enum Job<'a> {
    Manifest,
    Search,
    Places(&'a blocks::Block),
    Values(&'a blocks::Block, crate::model::Iid),
    Shapes(crate::model::Scale),
    Equipment(usize),
    Grid(usize),
}

#[cfg(test)]
mod tests;
