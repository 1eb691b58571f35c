//! A site on disk → the model, with everything wrong told at once.
//!
//! - Enters: the folder of a site.
//! - Leaves: a [`Site`], typed and checked, and warnings.
//! - Stays out: records (only [`crate::prepare`](crate) sees them), templates, anything published.

pub mod basemap;
mod content;
mod dictionary;
mod equipment;
mod grid;
mod links;
mod outlines;
pub mod residences;
pub mod table;
mod territories;
mod values;

pub(crate) use values::{damaged, unreadable};

#[cfg(test)]
mod tests;

use std::path::Path;

use rayon::prelude::*;

use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::model::{Site, Territories};

/// Reads and checks a site.
///
/// # Errors
/// All that is wrong in settings, dictionary, sources, territories, values, equipment, grids and content, in one run
/// wherever the reading can go on.
pub fn site(root: &Path) -> Result<(Site, Diagnostics)> {
    // « . » adds nothing to a path that the admin reads.
    let root = if root == Path::new(".") { Path::new("") } else { root };
    let settings = root.join("atlas.toml");
    if !settings.exists() {
        return Err(
            Diagnostic::error("ce dossier n’est pas un site : « atlas.toml » absent")
                .at(root)
                .hint("se placer dans un site, ou en créer un avec « atlas new DOSSIER »")
                .into(),
        );
    }
    let config = Config::parse(&fs::read_text(&settings)?.text, &settings)?;
    let data = root.join("data");
    let mut found = Diagnostics::new();
    let territories = found.absorb(territories::territories(&data.join("territories"), &config));
    let (territories, warnings) = territories.map_or((None, Diagnostics::new()), |(t, w)| (Some(t), w));
    found.extend(warnings);
    let sources = found.absorb(dictionary::sources(&data.join("sources.csv")));
    let dictionary = sources
        .as_ref()
        .and_then(|sources| found.absorb(dictionary::dictionary(&data.join("dictionary.csv"), &config, sources)));
    let equipment = found.absorb(equipment::equipment(&data.join("equipment"), &config));
    let none = Territories::default();
    let contents = found.absorb(
        content::contents(root, territories.as_ref().unwrap_or(&none)).or_else(|d| {
            // Without territories every code would be unknown; tell only what is wrong elsewhere.
            if territories.is_some() { Err(d) } else { Ok(Vec::new()) }
        }),
    );
    let values = match (&dictionary, &sources, &territories) {
        (Some(dictionary), Some(sources), Some(territories)) => found.absorb(values::values(
            &data.join("values"),
            dictionary,
            sources,
            territories,
            config.edition_month().0,
        )),
        _ => None,
    };
    let grids = dictionary
        .as_ref()
        .and_then(|d| found.absorb(grid::grids(&data.join("grid"), d)));
    found.absorb(basemap::basemap(root, &config));
    if let Some(dictionary) = &dictionary {
        names_in_config(&settings, &config, dictionary, &mut found);
    }
    let (
        Some(dictionary),
        Some(sources),
        Some(territories),
        Some(values),
        Some(equipment),
        Some(grids),
        Some(contents),
        false,
    ) = (
        dictionary,
        sources,
        territories,
        values,
        equipment,
        grids,
        contents,
        found.has_error(),
    )
    else {
        return Err(found.sorted());
    };
    let surroundings = equipment::surroundings(&equipment, config.equipment.len(), &territories);
    let build_id = build_id(root, config.map.basemap.as_deref())?;
    let site = Site {
        root: root.to_path_buf(),
        config,
        dictionary,
        sources,
        territories,
        values,
        equipment,
        surroundings,
        grids,
        contents,
        build_id,
    };
    found.split(site)
}

/// Reads the settings, sources and dictionary of a site, before it has any data: what `prepare` obeys.
///
/// # Errors
/// All that is wrong in them.
pub fn law(root: &Path) -> Result<(Config, Vec<crate::model::Source>, crate::model::Dictionary)> {
    let settings = root.join("atlas.toml");
    let config = Config::parse(&fs::read_text(&settings)?.text, &settings)?;
    let data = root.join("data");
    let sources = dictionary::sources(&data.join("sources.csv"))?;
    let dictionary = dictionary::dictionary(&data.join("dictionary.csv"), &config, &sources)?;
    Ok((config, sources, dictionary))
}

/// Checks the indicators that the settings name.
fn names_in_config(path: &Path, config: &Config, dictionary: &crate::model::Dictionary, found: &mut Diagnostics) {
    let known = || dictionary.iter().map(|(_, x)| x.id.as_str());
    let named = config
        .goals
        .iter()
        .map(|g| (format!("objectif « {} »", g.id), &g.indicator))
        .chain(config.fiche.iter().flat_map(|b| {
            b.indicators
                .iter()
                .chain(&b.series)
                .map(|i| (format!("bloc « {} »", b.id), i))
        }));
    for (what, id) in named {
        if dictionary.find(id).is_none() {
            found.push(
                Diagnostic::error(format!("{what} : indicateur « {id} » absent du dictionnaire"))
                    .at(path)
                    .hint("corriger atlas.toml")
                    .suggest(id, known()),
            );
        }
    }
    // A series is one number per vintage: categories and words have none.
    for (block, id) in config.fiche.iter().flat_map(|b| b.series.iter().map(move |id| (b, id))) {
        let Some(x) = dictionary.find(id).map(|iid| dictionary.get(iid)) else {
            continue;
        };
        if x.is_split() || x.kind.is_word() || x.thematic_only {
            found.push(
                Diagnostic::error(format!("bloc « {} » : « {id} » ne se suit pas en courbe", block.id))
                    .at(path)
                    .hint("« series » demande des indicateurs chiffrés et sans catégories"),
            );
        }
    }
    for goal in &config.goals {
        let Some(iid) = dictionary.find(&goal.indicator) else {
            continue;
        };
        let indicator = dictionary.get(iid);
        if let Some(category) = &goal.category
            && indicator.category(category).is_none()
        {
            found.push(
                Diagnostic::error(format!(
                    "objectif « {} » : « {} » n’a pas de catégorie « {category} »",
                    goal.id, goal.indicator
                ))
                .at(path)
                .suggest(category, indicator.categories.iter().map(|c| c.key.as_str())),
            );
        }
    }
}

/// Hashes everything that a build reads: settings, content, themes, data, and the program's version.
///
/// The basemap, which may weigh gigabytes, is left to [`basemap::whole`].
fn build_id(root: &Path, basemap: Option<&str>) -> Result<String> {
    let basemap = basemap.map(|name| root.join(name));
    let mut files = vec![root.join("atlas.toml")];
    for folder in ["content", "data", "themes"] {
        let folder = root.join(folder);
        if folder.exists() {
            files.extend(
                fs::walk(&folder)?
                    .into_iter()
                    .filter(|p| !p.iter().any(|part| part == "node_modules") && Some(p) != basemap.as_ref()),
            );
        }
    }
    let hashes: Vec<Result<(String, blake3::Hash)>> = files
        .par_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
            Ok((name, blake3::hash(&fs::read(path)?)))
        })
        .collect();
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    for (name, hash) in crate::diag::collect(hashes)? {
        hasher.update(name.as_bytes());
        hasher.update(hash.as_bytes());
    }
    Ok(hasher.finalize().to_hex()[..7].to_owned())
}

/// Joins the identifier of a build with the hash of one more thing that it reads.
fn joined(id: &str, hash: &blake3::Hash) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(id.as_bytes());
    hasher.update(hash.as_bytes());
    hasher.finalize().to_hex()[..7].to_owned()
}
