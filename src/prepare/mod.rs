//! `atlas prepare`: records and source files → protected aggregates in `data/`.
//!
//! - Enters: a recipe, a folder of source files, the settings and dictionary of a site.
//! - Leaves: territories and values in the site's `data/`, and a private report outside of it.
//! - Stays out: records, which never reach the site; this room alone ever sees one.
//!
//! ```text
//! recipe → tables (read, scan: columns by name, markers, zeros) → residences, placed (ground)
//!        → records added up (compile, records) or tables copied (direct) → thresholds (protect) → files (write)
//! ```

mod astray;
mod compile;
mod condition;
mod direct;
mod expr;
mod figures;
mod ground;
mod index;
mod layout;
mod number;
mod points;
mod protect;
mod read;
mod recipe;
mod records;
mod report;
mod residences;
mod scan;
mod secondary;
mod sorter;
mod squares;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;
use crate::load;
use crate::model::Scale;
use figures::All;
use ground::{Building, Ground, Zone};
use recipe::{Polygons, Recipe};

pub use report::Report;

/// What `prepare` is asked for.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Recette : le fichier TOML qui dit quoi lire et quoi en tirer.
    #[arg(long, value_name = "FICHIER")]
    pub recipe: PathBuf,
    /// Dossier des fichiers sources ; ils n’en sortent pas.
    #[arg(long, value_name = "DOSSIER")]
    pub from: PathBuf,
    /// Dossier du site ; seul son sous-dossier data/ est écrit.
    #[arg(long, value_name = "DOSSIER", default_value = ".")]
    pub site: PathBuf,
    /// Dossier du rapport privé, hors du site ; à côté des sources par défaut.
    #[arg(long, value_name = "DOSSIER")]
    pub report: Option<PathBuf>,
}

/// Prepares the data of a site.
///
/// # Errors
/// Everything wrong in the recipe, the sources or the dictionary; nothing is then written into the site.
pub fn run(args: &Args) -> Result<Report> {
    let recipe = Recipe::parse(&fs::read_text(&args.recipe)?.text, &args.recipe)?;
    let folder = report_folder(args)?;
    // Known now rather than after hours of work: a report that cannot be written would lose what was hidden and why.
    fs::create_private_dir(&folder).map_err(|found| -> Diagnostics {
        let hint = "choisir un dossier où l’on peut écrire, avec --report DOSSIER";
        found.into_iter().map(|d| d.hint(hint)).collect()
    })?;
    let (config, sources, dictionary) = load::law(&args.site)?;
    let data = args.site.join("data");
    let mut warnings = Diagnostics::new();

    check(&recipe, &args.recipe, &sources)?;
    let zones = zones(&recipe, &args.from, &data)?;
    let (buildings, mut cleaned, found) = if recipe.residences.is_empty() {
        (
            known_residences(&data.join("territories"))?,
            Vec::new(),
            Diagnostics::new(),
        )
    } else {
        let points = data.join("territories/residences.geojson");
        if points.exists() {
            return Err(
                Diagnostic::error("la recette décrit les résidences, et ce fichier aussi")
                    .at(points)
                    .hint("retirer ce fichier : « prepare » écrit « residences.csv » ; ou retirer [[residences]] de la recette")
                    .into(),
            );
        }
        residences::read(&recipe, &args.recipe, &args.from, astray::Frame::new(&zones))?
    };
    warnings.extend(found);
    let ground = Ground::new(&config.metropole, zones, buildings, &recipe.communes)?;
    warnings.extend(report::place_warnings(&ground.located));

    let mut all = All::default();
    let (mut told, mut copied, mut counted) = (Vec::new(), Vec::new(), Vec::new());
    let mut failed = Diagnostics::new();
    for block in &recipe.values {
        if block.scale.is_some() {
            let ran = direct::run(&recipe, &args.recipe, &args.from, block, &dictionary, &ground, &mut all);
            if let Some((report, files, found)) = failed.absorb(ran) {
                copied.push(report);
                cleaned.extend(files);
                warnings.extend(found);
            }
        } else {
            let ran = records::run(&recipe, &args.recipe, &args.from, block, &dictionary, &ground, &mut all);
            if let Some((program, sums, report, files, found)) = failed.absorb(ran) {
                counted.push(secondary::Ran::new(block, program, sums));
                told.push(report);
                cleaned.extend(files);
                warnings.extend(found);
            }
        }
    }
    let points = failed.absorb(points::read(&recipe, &args.recipe, &args.from, &config, &ground));
    let squares = failed.absorb(squares::read(&recipe, &args.recipe, &args.from, &dictionary, &ground));
    let (Some((points, more, found)), Some((squares, others, told_squares)), true) =
        (points, squares, failed.is_empty())
    else {
        return Err(failed.sorted());
    };
    cleaned.extend(more);
    cleaned.extend(others);
    warnings.extend(found);
    warnings.extend(told_squares);
    let (mut hidden, closed) = protect::primary(&mut all, &dictionary, &config, &ground.territories)?;
    let mut remarks = vec!["secret secondaire désactivé par la recette".to_owned()];
    if recipe.protection.secondary {
        let context = secondary::Context {
            dictionary: &dictionary,
            config: &config,
            ground: &ground,
            recipe_path: &args.recipe,
            values: &data.join("values"),
        };
        remarks = secondary::run(&counted, &context, &mut all, &mut hidden)?;
    }
    warnings.extend(index::run(&recipe, &args.recipe, &dictionary, &ground, &mut all)?);
    // The same file may serve several blocks: it is told once.
    let mut seen = std::collections::BTreeSet::new();
    cleaned.retain(|c| seen.insert(c.file.clone()));

    remarks.extend(write::taken_back(
        &data.join("values"),
        &all,
        &dictionary,
        &ground.territories,
    )?);

    let mut written = Vec::new();
    for scale in [Scale::Commune, Scale::Iris, Scale::Qpv] {
        if recipe.territories.iter().any(|t| t.scale == scale) {
            let path = data.join("territories").join(write::name(scale));
            write::zones(&path, ground.zones.get(&scale).map_or(&[], Vec::as_slice))?;
            written.push(path);
        }
    }
    if !recipe.residences.is_empty() {
        let path = data.join("territories/residences.csv");
        write::residences(&path, &ground)?;
        written.push(path);
    }
    written.extend(write::equipment(&data.join("equipment"), &points)?);
    written.extend(write::grids(&data.join("grid"), &squares)?);
    written.extend(write::values(
        &data.join("values"),
        &all,
        &dictionary,
        &ground.territories,
    )?);
    let report = Report {
        written,
        folder: folder.clone(),
        rows: cleaned.iter().map(|c| c.rows).sum(),
        residences: ground.located.residences,
        cells: all.0.values().map(BTreeMap::len).sum(),
        primary: count(&hidden, false),
        secondary: count(&hidden, true),
        warnings: warnings.sorted(),
    };
    let facts = report::Facts {
        ground: &ground,
        dictionary: &dictionary,
        cleaned: &cleaned,
        told: &told,
        copied: &copied,
        hidden: &hidden,
        closed: &closed,
        protection: &remarks,
    };
    report::write(&folder, &report, &facts)?;
    Ok(report)
}

fn count(hidden: &protect::AllHidden, secondary: bool) -> usize {
    let is = |cell: &&protect::Hidden| matches!(cell.why, protect::Why::Secondary { .. }) == secondary;
    hidden.values().flat_map(BTreeMap::values).filter(is).count()
}

/// Chooses the folder of the report: it holds hidden values, so never in the site.
fn report_folder(args: &Args) -> Result<PathBuf> {
    let folder = match &args.report {
        Some(folder) => folder.clone(),
        None => {
            let from = args.from.canonicalize().unwrap_or_else(|_| args.from.clone());
            let name = from
                .file_name()
                .map_or_else(|| "sources".into(), |n| n.to_string_lossy().into_owned());
            from.with_file_name(format!("{name}-rapport"))
        }
    };
    let whole = fs::real(&folder)?;
    let published = whole.ancestors().any(crate::publish::is_release);
    if published || whole.starts_with(fs::real(&args.site)?) {
        let place = if published {
            "dans un atlas publié"
        } else {
            "dans le site"
        };
        return Err(Diagnostic::error(format!(
            "le rapport contient les valeurs masquées : il ne peut pas être {place}"
        ))
        .at(&folder)
        .hint("donner un dossier hors du site avec --report DOSSIER")
        .into());
    }
    Ok(folder)
}

/// Checks what the recipe names against the site.
fn check(recipe: &Recipe, path: &Path, sources: &[crate::model::Source]) -> Result<()> {
    let mut found = Diagnostics::new();
    for block in &recipe.values {
        if !sources.iter().any(|s| s.id == block.source) {
            found.push(
                Diagnostic::error(format!("source « {} » absente de data/sources.csv", block.source))
                    .at(path)
                    .suggest(&block.source, sources.iter().map(|s| s.id.as_str())),
            );
        }
        if block.scales.is_empty() {
            found.push(
                Diagnostic::error(format!("bloc « {} » sans échelle", block.source))
                    .at(path)
                    .hint("écrire scales = [\"metropole\", \"commune\", …]"),
            );
        }
    }
    for polygons in recipe
        .territories
        .iter()
        .filter(|t| matches!(t.scale, Scale::Metropole | Scale::Residence))
    {
        found.push(
            Diagnostic::error(format!("[[territories]] : échelle « {} » inattendue", polygons.scale))
                .at(path)
                .hint("commune, iris ou qpv ; les résidences se décrivent dans [[residences]]"),
        );
    }
    if found.is_empty() { Ok(()) } else { Err(found.sorted()) }
}

/// Polygons of the recipe, or those the site already has.
fn zones(recipe: &Recipe, from: &Path, data: &Path) -> Result<BTreeMap<Scale, Vec<Zone>>> {
    let mut zones: BTreeMap<Scale, Vec<Zone>> = BTreeMap::new();
    let mut found = Diagnostics::new();
    for polygons in &recipe.territories {
        let read = found.absorb(ground::polygons(&from.join(&polygons.file), polygons));
        zones
            .entry(polygons.scale)
            .or_default()
            .extend(read.unwrap_or_default());
    }
    for scale in [Scale::Commune, Scale::Iris, Scale::Qpv] {
        let path = data.join("territories").join(write::name(scale));
        if zones.contains_key(&scale) || !path.exists() {
            continue;
        }
        let own = Polygons {
            scale,
            file: String::new(),
            code: "code".to_owned(),
            name: "name".to_owned(),
            commune: Some("commune".to_owned()),
            geography: None,
            epsg: None,
            only: Vec::new(),
            keep: None,
        };
        zones.insert(scale, found.absorb(ground::polygons(&path, &own)).unwrap_or_default());
    }
    if !found.is_empty() {
        return Err(found.sorted());
    }
    // IRIS of other communes, as in the file of a whole département, are not of this site.
    let communes: std::collections::BTreeSet<String> = zones
        .get(&Scale::Commune)
        .into_iter()
        .flatten()
        .map(|z| z.code.clone())
        .collect();
    if let Some(iris) = zones.get_mut(&Scale::Iris) {
        iris.retain(|z| z.commune.as_ref().is_some_and(|c| communes.contains(c)));
    }
    Ok(zones)
}

/// Residences that the site already has.
fn known_residences(folder: &Path) -> Result<Vec<Building>> {
    let Some(path) = load::residences::file(folder)? else {
        return Ok(Vec::new());
    };
    let table = load::residences::read(&path)?;
    let building = |row: load::table::Fields<'_>| {
        let text = |column: &str| row.get(column).to_owned();
        let point = load::table::number(row.get("lon")).zip(load::table::number(row.get("lat")));
        Building {
            id: text("id"),
            name: text("name"),
            address: text("address"),
            landlord: text("landlord"),
            point: point.map(|(x, y)| geo::Coord { x, y }),
            commune: text("commune"),
            iris: text("iris"),
            qpv: text("qpv"),
        }
    };
    Ok(table.rows().map(building).collect())
}
