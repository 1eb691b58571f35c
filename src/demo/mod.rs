//! The demonstration: a complete, plausible and clearly fictitious metropolis.
//!
//! - Enters: sizes and a seed, or real boundaries with a seed.
//! - Leaves: a site folder (settings, dictionary, territories, values, equipment, grid), the same bytes for the same seed.
//! - Stays out: real statistics, real organisations, persons.
//!
//! Dwellings, households and allocations are told one by one and written as records outside of the site; `prepare`
//! alone turns them into protected values, with a recipe kept beside them.

mod context;
mod life;
mod mesh;
mod names;
mod place;
mod recipe;
mod records;
mod site;
mod stock;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::{fs, prepare};

/// Code of the fictitious metropolis.
const METROPOLE: &str = "990000001";
/// Last vintage of the stock: 1 January of this year.
const LAST: u16 = 2025;

/// Écrit une métropole fictive complète, de la taille voulue.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Dossier du site à écrire ; un site existant n’est remplacé que s’il est lui-même fictif.
    #[arg(long, value_name = "DOSSIER")]
    pub site: PathBuf,
    /// Nombre de communes.
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub communes: usize,
    /// Nombre d’IRIS, emboîtés dans les communes.
    #[arg(long, default_value_t = 120, value_name = "N")]
    pub iris: usize,
    /// Nombre de quartiers prioritaires, à cheval sur les IRIS et les communes.
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub qpv: usize,
    /// Nombre de résidences.
    #[arg(long, default_value_t = 700, value_name = "N")]
    pub residences: usize,
    /// Nombre de millésimes, jusqu’à 2025.
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub vintages: u16,
    /// Graine du tirage : la même graine donne les mêmes octets.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Contours réels de communes (GeoJSON) à employer au lieu de contours inventés.
    #[arg(long, value_name = "GEOJSON", requires = "iris_from")]
    pub communes_from: Option<PathBuf>,
    /// Contours réels d’IRIS (GeoJSON).
    #[arg(long, value_name = "GEOJSON", requires = "communes_from")]
    pub iris_from: Option<PathBuf>,
    /// Dossier où garder les enregistrements inventés, leur recette et le rapport de « prepare » ; hors du site.
    #[arg(long, value_name = "DOSSIER")]
    pub records: Option<PathBuf>,
}

/// How much to invent.
struct Size {
    communes: usize,
    iris: usize,
    qpv: usize,
}

/// What was written.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Report {
    /// Communes, IRIS, priority districts and residences.
    pub territories: [usize; 4],
    /// Dwellings in the last vintage.
    pub dwellings: u32,
    /// Records told.
    pub records: u64,
    /// Cells hidden by the thresholds, then to protect others.
    pub hidden: [usize; 2],
    /// Files.
    pub files: usize,
    /// Bytes of those that are not values made by `prepare`.
    pub bytes: usize,
}

impl Report {
    /// Says it to a person, with what to do next.
    pub fn summary(&self, site: &std::path::Path) -> String {
        let [communes, iris, qpv, residences] = self.territories.map(|n| crate::format::integer(n as u64));
        let number = crate::format::integer;
        format!(
            "Métropole fictive écrite dans {site} : {communes} communes, {iris} IRIS, {qpv} QPV, {residences} résidences, {} logements\n  enregistrements  {} lignes, {} cellules masquées par les seuils, {} pour en protéger d’autres\n  construire       atlas build --site {site}",
            number(u64::from(self.dwellings)),
            number(self.records),
            number(self.hidden[0] as u64),
            number(self.hidden[1] as u64),
            site = site.display(),
        )
    }
}

/// Writes the site.
///
/// # Errors
/// Sizes that cannot be, a folder that holds a true site, a boundary file that cannot be read, the disk.
pub fn run(args: &Args) -> Result<Report> {
    check(args)?;
    let calendar = life::Calendar {
        first: LAST + 1 - args.vintages,
        last: LAST,
    };
    let places = match (&args.communes_from, &args.iris_from) {
        (Some(communes), Some(iris)) => site::given(communes, iris, args.qpv, args.seed)?,
        _ => place::Places::invent(
            &Size {
                communes: args.communes,
                iris: args.iris,
                qpv: args.qpv,
            },
            args.seed,
        ),
    };
    let residences = stock::build(&places, args.residences, args.seed);
    let context = context::Context::new(&places, &residences, args.seed);
    let files = site::files(&places, &residences, &context, &calendar, args.seed)?;
    let bytes = site::write(&args.site, &files)?;

    let temporary;
    let folder = match &args.records {
        Some(folder) => folder,
        None => {
            temporary = fs::temporary_dir("atlas-demo")?;
            temporary.path()
        }
    };
    let mut records = records::Records::new(folder, &places);
    for (rank, residence) in (0u64..).zip(&residences) {
        life::live(residence, rank, &calendar, args.seed, &mut records);
        records.close(residence, rank, &calendar, args.seed);
    }
    let (rows, dwellings) = records.finish()?;
    let silent = residences
        .iter()
        .find(|r| r.answers.is_none())
        .map(|r| places.communes[r.commune].code.as_str());
    let path = folder.join("prepare.toml");
    fs::write(&path, recipe::text(&calendar, silent).as_bytes())?;
    let prepared = prepare::run(&prepare::Args {
        recipe: path,
        from: folder.to_path_buf(),
        site: args.site.clone(),
        report: Some(folder.join("rapport")),
    })?;
    Ok(Report {
        territories: [
            places.communes.len(),
            places.iris.len(),
            places.qpv.len(),
            residences.len(),
        ],
        dwellings: dwellings.get(&calendar.last).copied().unwrap_or(0),
        records: rows,
        hidden: [prepared.primary, prepared.secondary],
        files: files.len() + prepared.written.len(),
        bytes,
    })
}

fn check(args: &Args) -> Result<()> {
    let mut found = Diagnostics::new();
    let mut refuse = |message: String, hint: &str| found.push(Diagnostic::error(message).hint(hint));
    let given = args.communes_from.is_some();
    if !given && (args.communes == 0 || args.communes > 900) {
        refuse(
            format!("--communes {} : de 1 à 900 attendues", args.communes),
            "les codes fictifs vont de 99001 à 99900",
        );
    }
    if !given && (args.iris < args.communes || args.iris > 20_000) {
        refuse(
            format!("--iris {} : de {} à 20 000 attendus", args.iris, args.communes),
            "chaque commune compte au moins un IRIS",
        );
    }
    if args.qpv > 99 {
        refuse(
            format!("--qpv {} : 99 au plus", args.qpv),
            "les codes fictifs ont deux chiffres",
        );
    }
    if args.residences == 0 || args.residences > 99_999 {
        refuse(
            format!("--residences {} : de 1 à 99 999 attendues", args.residences),
            "les codes fictifs ont cinq chiffres",
        );
    }
    if args.vintages == 0 || args.vintages > 12 {
        refuse(
            format!("--vintages {} : de 1 à 12 attendus", args.vintages),
            "la convention fixe douze ans de conservation (article 3)",
        );
    }
    if let Some(records) = &args.records
        && fs::absolute(records)?.starts_with(fs::absolute(&args.site)?)
    {
        refuse(
            "--records est dans le site : un enregistrement n’y entre jamais".to_owned(),
            "donner un dossier hors du site",
        );
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// An independent stream of the draw: what one part draws never moves another.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}
