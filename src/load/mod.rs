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
use crate::model::{Entry, Iid, Kind, Scale, Site, Source, Territories, Values, Vintage};

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
    // A faulty row of the sources or of the dictionary does not hide what is wrong in the values.
    let sources = dictionary::sources(&data.join("sources.csv"), &mut found);
    let (dictionary, faulty) = sources.as_ref().map_or((None, Vec::new()), |sources| {
        dictionary::dictionary(&data.join("dictionary.csv"), &config, sources, &mut found)
    });
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
            &values::Law {
                dictionary,
                sources,
                faulty: &faulty,
                edition: config.edition_month().0,
            },
            territories,
        )),
        _ => None,
    };
    // What the settings and the grids name is told once the dictionary itself is right.
    let whole = dictionary.as_ref().filter(|_| faulty.is_empty());
    let grids = whole.and_then(|d| found.absorb(grid::grids(&data.join("grid"), d)));
    found.absorb(basemap::basemap(root, &config));
    if let (Some(values), Some(sources)) = (&values, &sources) {
        forgotten(&data, values, sources, &mut found);
    }
    if let (Some(values), Some(dictionary)) = (&values, &dictionary) {
        fractions(&data, values, dictionary, &mut found);
    }
    if let Some(dictionary) = whole {
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
    let mut found = Diagnostics::new();
    let sources = dictionary::sources(&data.join("sources.csv"), &mut found);
    let dictionary = sources
        .as_ref()
        .and_then(|s| dictionary::dictionary(&data.join("dictionary.csv"), &config, s, &mut found).0);
    match (sources, dictionary) {
        (Some(sources), Some(dictionary)) if found.is_empty() => Ok((config, sources, dictionary)),
        _ => Err(found.sorted()),
    }
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
