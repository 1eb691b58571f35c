//! `atlas changes`: what a build would change in the published atlas, before it is made.
//!
//! - Enters: the data for the browser of the published atlas, as served, and that of the site, made in memory.
//! - Leaves: places, vintages and figures that come, go or change, counted; the largest gaps, to look at again.
//! - Stays out: what is exported and never shown; hidden values, which neither side has.

mod compare;
mod read;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::build::Args;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::Scale;
use crate::progress::Progress;
use crate::render::browser;
use crate::{disclosure, format, fs, load};

/// Gaps shown of each kind.
const SHOWN: usize = 12;

/// What changes from one edition to the next.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct Changes {
    /// The published edition.
    pub from: Edition,
    /// The edition to come.
    pub to: Edition,
    /// Scales whose territories come or go.
    pub places: Vec<Places>,
    /// Indicators shown from now on.
    pub indicators_added: Vec<String>,
    /// Indicators no longer shown.
    pub indicators_removed: Vec<String>,
    /// Figures that come, go or change, by source, vintage and scale.
    pub series: Vec<Series>,
    /// Largest corrections of a vintage already published.
    pub corrections: Vec<Gap>,
    /// Largest gaps between a new vintage and the one before, for the reference territory and the communes.
    pub steps: Vec<Gap>,
    /// Names of the scales, one and several, as the site calls them.
    #[serde(skip)]
    names: BTreeMap<Scale, (String, String)>,
}

/// An edition, by its date in words and its identifier.
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
pub struct Edition {
    /// Date, in words.
    pub edition: String,
    /// Identifier of the build.
    pub build: String,
}

/// Territories that come or go at a scale.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Places {
    /// Scale.
    pub scale: Scale,
    /// Codes of the new ones.
    pub added: Vec<String>,
    /// Codes of those whose address disappears.
    pub removed: Vec<String>,
}

/// Figures of one source, vintage and scale.
#[derive(Debug, Clone, Copy, Default, Serialize, PartialEq, Eq)]
pub struct Counts {
    /// Figures that the published atlas has not.
    pub added: usize,
    /// Figures that the published atlas alone has.
    pub removed: usize,
    /// Other values or words.
    pub corrected: usize,
    /// Published figures that become secret.
    pub hidden: usize,
    /// Secret figures that become published.
    pub revealed: usize,
    /// Other changes of state.
    pub restated: usize,
}

/// [`Counts`] of one source, vintage and scale.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Series {
    /// Identifier of the source.
    pub source: String,
    /// Vintage, as `2025` or `2023-2025`.
    pub vintage: String,
    /// Scale.
    pub scale: Scale,
    /// Whether the published atlas has nothing of this vintage at this scale.
    pub is_new: bool,
    /// Its figures.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A published figure before and after.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Gap {
    /// Scale.
    pub scale: Scale,
    /// Code of the territory.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Identifier of the indicator.
    pub indicator: String,
    /// Key of the category, or empty.
    pub category: String,
    /// Unit of the values.
    pub unit: String,
    /// Vintage of the first value.
    pub vintage_before: String,
    /// Vintage of the second value.
    pub vintage_after: String,
    /// Published, or earlier, value.
    pub before: f64,
    /// Coming, or later, value.
    pub after: f64,
    #[serde(skip)]
    decimals: u8,
}

impl Gap {
    /// Size of the gap against the larger of the two values: 0 for none, 1 where one of them is 0.
    fn weight(&self) -> f64 {
        let most = self.before.abs().max(self.after.abs());
        if most == 0.0 {
            0.0
        } else {
            (self.after - self.before).abs() / most
        }
    }

    fn line(&self, scale: &str) -> String {
        let category = if self.category.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.category)
        };
        let of = if self.vintage_before == self.vintage_after {
            self.vintage_after.clone()
        } else {
            format!("{} → {}", self.vintage_before, self.vintage_after)
        };
        format!(
            "    {} {} : {}{category}, {of} : {} → {}",
            scale,
            self.name,
            self.indicator,
            format::quantity(self.before, self.decimals, ""),
            format::quantity(self.after, self.decimals, &self.unit),
        )
    }
}

impl Changes {
    /// Tells whether the two editions say the same.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
            && self.indicators_added.is_empty()
            && self.indicators_removed.is_empty()
            && self.series.is_empty()
    }

    /// What a scale is called, for one territory and for several.
    fn name(&self, scale: Scale) -> (&str, &str) {
        self.names
            .get(&scale)
            .map_or((scale.label(), scale.plural()), |(one, several)| (one, several))
    }

    /// What changes, in French.
    pub fn summary(&self) -> String {
        let n = |v: usize| format::integer(v as u64);
        let mut lines = vec![format!(
            "Édition publiée : {} ({}) ; à construire : {} ({})",
            self.from.edition, self.from.build, self.to.edition, self.to.build
        )];
        if self.is_empty() {
            lines.push("  aucun territoire, indicateur ni chiffre ne change".to_owned());
        }
        let list = |codes: &[String]| {
            let more = codes.len().saturating_sub(SHOWN);
            let mut text = codes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            if more > 0 {
                text.push_str(&format!(
                    " et {} {}",
                    n(more),
                    format::plural(more as u64, "autre", "autres")
                ));
            }
            text
        };
        for place in &self.places {
            let label = self.name(place.scale).1;
            for (what, codes) in [
                ("de plus", &place.added),
                ("de moins, adresses qui disparaissent", &place.removed),
            ] {
                if !codes.is_empty() {
                    lines.push(format!("  {label} : {} {what} ({})", n(codes.len()), list(codes)));
                }
            }
        }
        for (what, ids) in [
            ("nouveaux", &self.indicators_added),
            ("retirés", &self.indicators_removed),
        ] {
            if !ids.is_empty() {
                lines.push(format!("  indicateurs {what} : {}", list(ids)));
            }
        }
        for series in &self.series {
            let c = series.counts;
            let parts: Vec<String> = [
                (c.added, "de plus"),
                (c.removed, "de moins"),
                (c.corrected, "d’une autre valeur"),
                (c.hidden, "sous le secret désormais"),
                (c.revealed, "sous le secret jusqu’ici"),
                (c.restated, "d’un autre état"),
            ]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", n(*count)))
            .collect();
            let new = if series.is_new { ", nouveau millésime" } else { "" };
            lines.push(format!(
                "  {} {}{new}, {} : {}",
                series.source,
                series.vintage,
                self.name(series.scale).1,
                parts.join(", ")
            ));
        }
        for (title, gaps) in [
            ("  Plus grands écarts, à millésime égal :", &self.corrections),
            (
                "  Plus grands écarts d’un nouveau millésime au précédent :",
                &self.steps,
            ),
        ] {
            if !gaps.is_empty() {
                lines.push(title.to_owned());
                lines.extend(gaps.iter().map(|g| g.line(self.name(g.scale).0)));
            }
        }
        lines.join("\n")
    }
}

/// Compares a site with its published atlas.
///
/// # Errors
/// What is wrong in the site, as `check` tells it; a folder that is not an atlas.
pub fn run(args: &Args, progress: &mut Progress) -> Result<(Changes, Diagnostics)> {
    let out = args.out();
    let folder = out.join("donnees");
    if !folder.join("atlas.json").is_file() {
        return Err(Diagnostic::error("aucun atlas publié ici : il n’y a rien à comparer")
            .at(&out)
            .hint("donner le dossier publié avec --out, ou construire d’abord")
            .into());
    }
    let (mut site, mut warnings) = progress.stage("Lecture", || load::site(&args.site.site))?;
    load::basemap::whole(&mut site)?;
    let (published, more) = progress.stage("Admission", || disclosure::admit(&site))?;
    warnings.extend(more);
    let made = progress.stage("Données à venir", || browser::files(&site, &published));
    let coming = read::atlas(&made)?;
    let served = progress.stage("Données publiées", || -> Result<_> {
        let mut files = BTreeMap::from([("atlas.json".to_owned(), fs::read(&folder.join("atlas.json"))?)]);
        for part in ["lieux", "valeurs"] {
            for path in fs::walk(&folder.join(part))? {
                let name = path
                    .strip_prefix(&folder)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
        Ok(files)
    })?;
    let live = read::atlas(&served)?;
    Ok((
        progress.stage("Comparaison", || compare::compare(&live, &coming)),
        warnings.sorted(),
    ))
}
