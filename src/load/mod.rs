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

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use crate::config::Config;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::model::{Entry, Iid, Kind, Scale, Site, Source, Values, Vintage};

/// Reads and checks a site.
///
/// # Errors
/// All that is wrong in settings, dictionary, sources, territories, values, equipment, grids and content, in one run
/// wherever the reading can go on.
pub fn site(root: &Path) -> Result<(Site, Diagnostics)> {
    match salvage(root)? {
        (Some(site), found) => found.split(site),
        (None, found) => Err(found.sorted()),
    }
}

/// Reads a site for what can be read of it, and tells its faults, so that more of it can be checked in the same run.
///
/// With a fault that is an error, what is read serves to check, never to build.
///
/// # Errors
/// A folder that is no site; a file that the disk refuses.
pub fn salvage(root: &Path) -> Result<(Option<Site>, Diagnostics)> {
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
    let data = root.join("data");
    // What is wrong in one file does not hide what is wrong in the next: each is read for what can be read of it.
    let (config, mut found) = Config::salvage(&fs::read_text(&settings)?.text, &settings);
    let sources = dictionary::sources(&data.join("sources.csv"), &mut found);
    let Some(config) = config else {
        found.push(
            Diagnostic::warning("le reste du site n’est pas contrôlé tant que ces réglages ne se lisent pas")
                .at(&settings)
                .hint("corriger d’abord ce fichier, puis relancer"),
        );
        return Ok((None, found));
    };
    let (territories, doubt) = territories::territories(&data.join("territories"), &config, &mut found);
    let (dictionary, faulty) = sources.as_ref().map_or((None, Vec::new()), |sources| {
        dictionary::dictionary(&data.join("dictionary.csv"), &config, sources, &mut found)
    });
    let equipment = found.absorb(equipment::equipment(&data.join("equipment"), &config));
    let equipment = equipment.unwrap_or_default();
    let contents = found.absorb(content::contents(root, &territories, &doubt));
    found.absorb(basemap::basemap(root, &config));
    let (Some(dictionary), Some(sources)) = (dictionary, sources) else {
        return Ok((None, found));
    };
    let law = values::Law {
        dictionary: &dictionary,
        sources: &sources,
        faulty: &faulty,
        doubt: &doubt,
        edition: config.edition_month().0,
    };
    let values = values::values(&data.join("values"), &law, &territories, &mut found);
    let grids = found.absorb(grid::grids(&data.join("grid"), &dictionary, &faulty));
    forgotten(&data, &values, &sources, &mut found);
    fractions(&data, &values, &dictionary, &mut found);
    names_in_config(&settings, &config, &dictionary, &faulty, &mut found);
    // The formulas of a dictionary that lacks rows name other rows than they should.
    if !faulty.is_empty() {
        return Ok((None, found));
    }
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
        grids: grids.unwrap_or_default(),
        contents: contents.unwrap_or_default(),
        build_id,
    };
    Ok((Some(site), found))
}

/// Reads the settings, sources and dictionary of a site, before it has any data: what `prepare` obeys.
///
/// # Errors
/// All that is wrong in them.
pub fn law(root: &Path) -> Result<(Config, Vec<crate::model::Source>, crate::model::Dictionary)> {
    let settings = root.join("atlas.toml");
    let data = root.join("data");
    let (config, mut found) = Config::salvage(&fs::read_text(&settings)?.text, &settings);
    let sources = dictionary::sources(&data.join("sources.csv"), &mut found);
    let dictionary = config
        .as_ref()
        .zip(sources.as_ref())
        .and_then(|(c, s)| dictionary::dictionary(&data.join("dictionary.csv"), c, s, &mut found).0);
    match (config, sources, dictionary) {
        (Some(config), Some(sources), Some(dictionary)) if found.is_empty() => Ok((config, sources, dictionary)),
        _ => Err(found.sorted()),
    }
}

/// Checks the indicators that the settings name.
///
/// The `faulty` ones are told with the dictionary.
fn names_in_config(
    path: &Path,
    config: &Config,
    dictionary: &crate::model::Dictionary,
    faulty: &[String],
    found: &mut Diagnostics,
) {
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
        if dictionary.find(id).is_none() && !faulty.contains(id) {
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

/// Tells the sources whose newest file is newer than `sources.csv` says: the page of the sources would be wrong.
fn forgotten(data: &Path, values: &Values, sources: &[Source], found: &mut Diagnostics) {
    for source in sources {
        let own = values
            .files
            .iter()
            .filter(|f| f.parent().is_some_and(|p| p.ends_with(&source.id)));
        let newest: Option<Vintage> = own
            .filter_map(|f| f.file_stem()?.to_str()?.parse().ok())
            .max_by_key(|v: &Vintage| v.last());
        if let (Some(newest), Some(said)) = (newest, source.last_vintage)
            && newest.last() > said.last()
        {
            found.push(
                Diagnostic::warning(format!(
                    "source « {} » : dernier millésime {said} annoncé, mais data/values a {newest}",
                    source.id
                ))
                .at(data.join("sources.csv"))
                .hint("mettre à jour « last_vintage » et « next_vintage » : la page des sources les donne au public"),
            );
        }
    }
}

/// Tells the shares that look like fractions of 1: five values or more in a vintage, all of them from 0 to 1.
fn fractions(data: &Path, values: &Values, dictionary: &crate::model::Dictionary, found: &mut Diagnostics) {
    let mut seen: BTreeMap<(Iid, Vintage), (usize, f64, bool)> = BTreeMap::new();
    for cell in values
        .cells()
        .filter(|c| dictionary.get(c.indicator).kind == Kind::Share)
    {
        let (count, most, broken) = seen.entry((cell.indicator, cell.vintage)).or_insert((0, 0.0, false));
        for entry in Scale::ALL.iter().filter_map(|s| values.column(cell, *s)).flatten() {
            if let Entry::Value { value, .. } = entry {
                *count += 1;
                *most = most.max(*value);
                *broken |= value.fract() != 0.0;
            }
        }
    }
    for ((iid, vintage), (count, most, broken)) in seen {
        if count >= 5 && most <= 1.0 && broken {
            let indicator = dictionary.get(iid);
            found.push(
                Diagnostic::warning(format!(
                    "« {} » : les {count} valeurs de {vintage} vont de 0 à 1, pour une part en pourcentage",
                    indicator.id
                ))
                .at(data.join("values").join(&indicator.source))
                .hint("si ce sont des fractions, les multiplier par 100 : une part s’écrit de 0 à 100"),
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
