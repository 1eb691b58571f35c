//! The main job: a site on disk → a published atlas.
//!
//! ```text
//! load → admit → plan → stage (render, in parallel) → audit → publish
//! ```

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;

use crate::cli::duration;
use crate::diag::{self, Diagnostics, Result};
use crate::model::{Scale, Site};
use crate::plan::{self, Output};
use crate::progress::Progress;
use crate::publish::Stage;
use crate::render::page::{Geography, Theme};
use crate::render::{self, Renderer, browser};
use crate::{disclosure, format, library, load};

/// Which site.
#[derive(Debug, Clone, clap::Args)]
pub struct SiteArgs {
    /// Dossier du site.
    #[arg(long, default_value = ".", value_name = "DOSSIER")]
    pub site: PathBuf,
}

/// Which site, and where to publish it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Dossier du site.
    #[command(flatten)]
    pub site: SiteArgs,
    /// Dossier publié [par défaut : « public » dans le site].
    #[arg(long, value_name = "DOSSIER")]
    pub out: Option<PathBuf>,
}

impl Args {
    /// Folder to publish to.
    pub fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.site.site.join("public"))
    }
}

/// What a build made.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Identifier of the build.
    pub build: String,
    /// Published folder; none for a check.
    pub out: Option<PathBuf>,
    /// Territories by scale.
    pub territories: Vec<(Scale, usize)>,
    /// HTML pages.
    pub pages: usize,
    /// Workbooks.
    pub workbooks: usize,
    /// Other files.
    pub files: usize,
    /// Published figures.
    pub figures: usize,
    /// Hidden figures.
    pub hidden: usize,
    /// Distinct figures read back from the finished files by the audit.
    pub audited: usize,
    /// Leaks told and not refused: only where the figures are invented and the settings say so.
    pub leaks: usize,
    /// Bytes written.
    pub bytes: u64,
    /// Seconds per stage.
    pub stages: Vec<(String, f64)>,
}

impl Report {
    /// Closing summary, in French.
    pub fn summary(&self) -> String {
        let n = |v: usize| format::integer(v as u64);
        let territories: Vec<String> = self
            .territories
            .iter()
            .filter(|(scale, _)| *scale != Scale::Metropole)
            .map(|(scale, count)| format!("{} {}", n(*count), scale.plural()))
            .collect();
        let mut lines = vec![
            format!("Édition {}", self.build),
            format!("  territoires  {}", territories.join(", ")),
            format!("  chiffres     {} publiés, {} masqués", n(self.figures), n(self.hidden)),
        ];
        if let Some(out) = &self.out {
            lines.push(format!(
                "  fichiers     {} pages, {} classeurs, {} autres ; {}",
                n(self.pages),
                n(self.workbooks),
                n(self.files),
                size(self.bytes)
            ));
            lines.push(match self.leaks {
                0 => format!(
                    "  contrôle     {} chiffres relus, aucun chiffre masqué ne se recalcule",
                    n(self.audited)
                ),
                leaks => format!("  contrôle     {} chiffres relus, {} FUITES", n(self.audited), n(leaks)),
            });
            lines.push(format!("  publié dans  {}", out.display()));
        } else {
            lines.push(format!(
                "  à construire {} pages, {} classeurs",
                n(self.pages),
                n(self.workbooks)
            ));
        }
        let stages: Vec<String> = self
            .stages
            .iter()
            .map(|(name, s)| format!("{} {}", name.to_lowercase(), duration(Duration::from_secs_f64(*s))))
            .collect();
        lines.push(format!("  durées       {}", stages.join(" · ")));
        lines.join("\n")
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size to one decimal")]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format::quantity(bytes as f64, 0, "octets"),
        1_000..1_000_000 => format::quantity(bytes as f64 / 1e3, 0, "ko"),
        1_000_000..1_000_000_000 => format::quantity(bytes as f64 / 1e6, 1, "Mo"),
        _ => format::quantity(bytes as f64 / 1e9, 2, "Go"),
    }
}

/// Reads a site, its published figures and its theme.
///
/// # Errors
/// All that is wrong in any of them, in one run.
fn read(root: &Path, progress: &mut Progress) -> Result<(Site, disclosure::Published, Theme, Diagnostics)> {
    let (site, mut found) = progress.stage("Lecture", || load::salvage(root))?;
    let Some(site) = site else {
        return Err(found.sorted());
    };
    // An edition that could not be read makes any vintage too old.
    let datable = !site.config.unsure_of("edition");
    let admitted = progress.stage("Admission", || datable.then(|| disclosure::admit(&site)));
    let published = admitted
        .and_then(|admitted| found.absorb(admitted))
        .map(|(published, more)| {
            found.extend(more);
            published
        });
    let theme = found.absorb(Theme::load(&site.root, &site.config.theme));
    match (published, theme) {
        (Some(published), Some(theme)) if !found.has_error() => {
            found.extend(overdue(&site));
            Ok((site, published, theme, found))
        }
        _ => Err(found.sorted()),
    }
}

/// Checks a site without writing anything.
///
/// # Errors
/// Everything that would stop its build, in one run.
pub fn check(args: &SiteArgs, progress: &mut Progress) -> Result<(Report, Diagnostics)> {
    let (site, published, mut theme, warnings) = read(&args.site, progress)?;
    theme.add_library(None);
    let plan = progress.stage("Plan", || plan_all(&site, &published, &theme))?;
    let geography = progress.stage("Cartes", || Geography::new(&site));
    let rendered = progress.stage("Gabarits", || {
        let browser = browser::files(&site, &published);
        let renderer = Renderer::new(&site, &published, &plan, &theme, &geography, browser)?;
        let pages = specimens(&site, &plan)
            .into_iter()
            .map(|o| renderer.render(o).map(drop));
        diag::collect(pages).map(drop)
    });
    let basemap = load::basemap::basemap(&site.root, &site.config).map(drop);
    diag::collect([rendered, basemap])?;
    let mut report = start(&site, &published);
    for (path, output) in plan.iter() {
        count(&mut report, path, output);
    }
    report.stages = seconds(progress);
    Ok((report, warnings.sorted()))
}

/// Builds and publishes a site.
///
/// # Errors
/// Everything found wrong; the published folder is then left as it was.
pub fn build(args: &Args, progress: &mut Progress) -> Result<(Report, Diagnostics)> {
    let stage = Stage::open(&args.out())?;
    let (mut site, published, mut theme, mut warnings) = read(&args.site.site, progress)?;
    let basemap = load::basemap::whole(&mut site)?;
    if site.config.map.interactive {
        let (library, missing) = progress.stage("Bibliothèque de carte", || {
            library::files(site.config.map.basemap.is_some())
        });
        theme.add_library(library);
        warnings.extend(missing);
    } else {
        theme.add_library(None);
    }
    let mut plan = progress.stage("Plan", || plan_all(&site, &published, &theme))?;
    let mut browser = progress.stage("Carte et recherche", || browser::files(&site, &published));
    if let Some(bytes) = basemap {
        browser.insert(load::basemap::SERVED.to_owned(), bytes);
    }
    for path in browser.keys() {
        plan.add(format!("donnees/{path}"), Output::Browser(path.clone()))?;
    }
    let mut report = start(&site, &published);

    let geography = progress.stage("Cartes", || Geography::new(&site));
    let renderer = Renderer::new(&site, &published, &plan, &theme, &geography, browser)?;
    let mut outputs: Vec<(&str, &Output)> = plan.iter().collect();
    // The packets of a commune after the pages of its residences: they take their fiches, made a moment before.
    outputs.sort_by_key(|(_, output)| match output {
        Output::Fiche(tid) if site.territories.get(*tid).scale == Scale::Residence => {
            (site.territories.get(*tid).lineage.commune, false)
        }
        Output::Packet(commune, _) => (Some(*commune), true),
        _ => (None, false),
    });
    let bytes = AtomicU64::new(0);
    let length = outputs.len() as u64;
    let written = progress.counted("Rendu", length, |bar| {
        outputs
            .par_iter()
            .map(|(path, output)| {
                let content = renderer.render(output)?;
                stage.write(path, &content)?;
                bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
                bar.inc(1);
                Ok(())
            })
            .collect::<Vec<_>>()
    });
    diag::collect(written)?;
    drop(renderer); // with the fiches kept for the packets, before the audit needs room
    for (path, output) in plan.iter() {
        count(&mut report, path, output);
    }
    let audit = progress.stage("Contrôle", || {
        disclosure::audit::audit(stage.folder(), site.config.disclosure, None, &[])
    })?;
    if !audit.safe && site.config.disclosure.blocking {
        return Err(audit.diagnostics());
    }
    report.leaks = audit.findings.iter().filter(|f| f.error).count();
    if report.leaks > 0 {
        warnings.push(
            diag::Diagnostic::warning(format!(
                "le contrôle trouve {} fuites dans les fichiers finis ; publié tout de même, les chiffres étant fictifs",
                format::integer(report.leaks as u64)
            ))
            .at(args.site.site.join("atlas.toml"))
            .hint("« atlas audit » les donne toutes ; « disclosure.blocking = true » les refuse"),
        );
    }
    report.audited = audit.figures;
    progress.stage("Publication", || stage.publish(&site.build_id))?;
    report.out = Some(args.out());
    report.bytes = bytes.into_inner();
    report.stages = seconds(progress);
    Ok((report, warnings.sorted()))
}

/// One output of each kind, and of each scale for the fiches: what shows whether the templates hold.
fn specimens<'a>(site: &Site, plan: &'a plan::Plan) -> Vec<&'a Output> {
    let mut seen = std::collections::HashSet::new();
    plan.iter()
        .map(|(_, output)| output)
        .filter(|output| {
            let scale = match output {
                Output::Fiche(tid) | Output::TerritoryBook(tid) => Some(site.territories.get(*tid).scale),
                _ => None,
            };
            seen.insert((std::mem::discriminant(*output), scale))
        })
        .collect()
}

/// Plans the outputs of the site and the static files of its theme, and checks that content links to them.
fn plan_all(site: &Site, published: &disclosure::Published, theme: &Theme) -> Result<plan::Plan> {
    let mut plan = plan::outputs(site, published)?;
    for (name, _) in theme.assets() {
        if let Some(path) = theme.asset_path(name) {
            plan.add(path, Output::Asset(name.to_owned()))?;
        }
    }
    render::links::check(site, &plan)?;
    Ok(plan)
}

fn start(site: &Site, published: &disclosure::Published) -> Report {
    let (figures, hidden) = published.tally();
    Report {
        build: site.build_id.clone(),
        territories: Scale::ALL.map(|s| (s, site.territories.count(s))).to_vec(),
        figures,
        hidden,
        ..Report::default()
    }
}

fn count(report: &mut Report, path: &str, output: &Output) {
    match output {
        Output::TerritoryBook(_) | Output::ThemeBook(..) | Output::DictionaryBook => report.workbooks += 1,
        _ if path.ends_with(".html") => report.pages += 1,
        _ => report.files += 1,
    }
}

fn seconds(progress: &Progress) -> Vec<(String, f64)> {
    progress
        .stages()
        .iter()
        .map(|(name, time)| (name.clone(), time.as_secs_f64()))
        .collect()
}

/// Reports the sources whose next vintage was due before the edition.
fn overdue(site: &Site) -> Diagnostics {
    let (year, month) = site.config.edition_month();
    site.sources
        .iter()
        .filter(|s| s.is_overdue(year, month))
        .map(|s| {
            diag::Diagnostic::warning(format!(
                "source « {} » en retard : son prochain millésime était attendu",
                s.id
            ))
            .at("data/sources.csv")
            .hint("obtenir ce millésime, ou corriger « next_vintage »")
        })
        .collect()
}
