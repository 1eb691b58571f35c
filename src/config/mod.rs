//! `atlas.toml` → [`Config`]: read once, checked once, then read-only.
//!
//! - Enters: the text of the file and its path.
//! - Leaves: a [`Config`] with every default filled in.
//! - Stays out: anything found elsewhere on the disk.

mod noun;
mod read;

use std::path::Path;

use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::Scale;

pub use noun::{Article, Noun, of_name};
pub use read::from_toml;

/// Settings of a site. Unknown keys are errors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Title of the atlas.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Mandatory mention on every document (article 6).
    pub source_mention: String,
    /// Address of the administrator's role, never of a person.
    pub contact: String,
    /// Date of the edition: the only « now » of a build.
    #[serde(deserialize_with = "read::date")]
    pub edition: NaiveDate,
    /// Whether statistics are invented; then every page says so.
    #[serde(default)]
    pub fictitious: bool,
    /// Where the site is mounted; links are relative, so that it only matters to proxies.
    #[serde(default = "slash")]
    pub base_path: String,
    /// Name of the theme.
    #[serde(default = "default_theme")]
    pub theme: String,
    /// Reference territory.
    pub metropole: Metropole,
    /// Confidentiality thresholds.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Retention of vintages.
    #[serde(default)]
    pub retention: Retention,
    /// Small bases.
    #[serde(default)]
    pub small_base: SmallBase,
    /// Coverage of declarative sources.
    #[serde(default)]
    pub coverage: Coverage,
    /// Numbers of the disclosure audit.
    #[serde(default)]
    pub disclosure: Disclosure,
    /// Whether the landlord of a residence is shown.
    #[serde(default)]
    pub landlords: Landlords,
    /// Whether the pages for the admin are published.
    #[serde(default)]
    pub administration: Administration,
    /// Interactive map.
    #[serde(default)]
    pub map: Map,
    /// Names of the scales and zooms at which each appears.
    #[serde(default)]
    pub scales: Vec<ScaleConfig>,
    /// Themes, in the order of the fiche.
    pub themes: Vec<Theme>,
    /// Families of equipment.
    #[serde(default)]
    pub equipment: Vec<Family>,
    /// Regulated goals.
    #[serde(default)]
    pub goals: Vec<Goal>,
    /// Blocks of the fiche; by default one block per theme, indicators in the order of the dictionary.
    #[serde(default)]
    pub fiche: Vec<FicheBlock>,
    /// Tables and keys that were wrong and were left out, when the settings serve to check the rest of a site only.
    #[serde(skip)]
    left_out: Vec<String>,
}

/// The reference territory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metropole {
    /// Code, such as the EPCI's.
    pub code: String,
    /// Name as displayed.
    pub name: String,
    /// Kind of territory as displayed: « Métropole », « Département »…
    #[serde(default = "metropole_label")]
    pub label: String,
    /// Article of the label in sentences: « la », « le » or « l' »; guessed from the label when left out.
    #[serde(default)]
    pub article: Option<Article>,
}

/// Confidentiality thresholds (articles 3 and 4).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Dwellings below which nothing is shown.
    pub dwellings: u32,
    /// Allocations of the window below which nothing is shown.
    pub allocations: u32,
    /// Years of the window of allocations.
    pub window_years: u16,
    /// Whether allocations open at residence scale.
    pub residence_allocations: bool,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            dwellings: 11,
            allocations: 11,
            window_years: 3,
            residence_allocations: false,
        }
    }
}

/// How long vintages are kept (article 3).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Years.
    pub years: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { years: 12 }
    }
}

/// Shares on a small base have no decimal and print their base.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmallBase {
    /// Bases below this one are small.
    pub below: u32,
}

impl Default for SmallBase {
    fn default() -> Self {
        Self { below: 100 }
    }
}

/// Coverage of declarative sources.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Coverage {
    /// Response rate, in percent, below which a figure says « couverture insuffisante ».
    pub minimum: f64,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { minimum: 50.0 }
    }
}

/// Numbers of the disclosure audit, printed on the method page.
#[derive(Debug, Clone, Copy, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disclosure {
    /// Width of the reader's interval below which a hidden cell is an error.
    pub min_width: u32,
    /// Width below which it is a warning.
    pub warn_width: u32,
    /// Dwellings under which a virtual zone must not be determined.
    pub virtual_zone: u32,
    /// Share of one landlord in a territory, in percent, from which the report of `prepare` counts it; 0 for never.
    pub dominance: u32,
    /// Percent within which the total of a mean (rents, surfaces) must not be known, in a place under `virtual_zone`.
    pub p_percent: u32,
    /// Whether a leak found in the finished files stops the publication. For invented figures only may it be false.
    pub blocking: bool,
}

impl Default for Disclosure {
    fn default() -> Self {
        Self {
            min_width: 2,
            warn_width: 5,
            virtual_zone: 11,
            dominance: 85,
            p_percent: 10,
            blocking: true,
        }
    }
}

/// Whether the landlord of a residence is shown, and why it may be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Landlords {
    /// Shown on fiches and in search.
    pub shown: bool,
    /// Legal basis, printed beside; required when shown.
    pub legal_basis: String,
}

/// Pages for the admin.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Administration {
    /// Published behind the login with the others.
    pub published: bool,
}

/// Interactive map.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// Whether the pages get the interactive map, installed from npm by the build.
    pub interactive: bool,
    /// Local basemap, drawn in grey under the figures: a PMTiles archive, by its path in the folder of the site.
    pub basemap: Option<String>,
    /// Mention of the basemap's producer; required with it.
    pub basemap_attribution: String,
}

impl Default for Map {
    fn default() -> Self {
        Self {
            interactive: true,
            basemap: None,
            basemap_attribution: String::new(),
        }
    }
}

/// Name of a scale and zoom at which it appears.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleConfig {
    /// Which scale.
    pub id: Scale,
    /// Singular.
    pub label: Option<String>,
    /// Plural.
    pub plural: Option<String>,
    /// Zoom of the interactive map from which it is drawn.
    pub zoom: Option<f64>,
}

/// A theme of the dictionary.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Name in the dictionary.
    pub id: String,
    /// Name as displayed.
    pub label: String,
    /// What is read there, in a line.
    #[serde(default)]
    pub summary: String,
}

/// A family of equipment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Name in `data/equipment/`.
    pub id: String,
    /// Name as displayed.
    pub label: String,
    /// Source of the points.
    pub source: String,
    /// Whether the residence fiche gives the nearest one.
    #[serde(default = "yes")]
    pub essential: bool,
}

/// Whether a goal is a floor or a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sense {
    /// At least.
    Min,
    /// At most.
    Max,
}

/// A regulated goal, shown as a gauge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Identifier.
    pub id: String,
    /// Name as displayed.
    pub label: String,
    /// Share compared.
    pub indicator: String,
    /// Its category, if any.
    #[serde(default)]
    pub category: Option<String>,
    /// Target, in the unit of the indicator.
    pub target: f64,
    /// Floor or ceiling.
    #[serde(default = "floor")]
    pub sense: Sense,
    /// Scales where it applies; never the residence.
    pub scales: Vec<Scale>,
    /// What the goal asks for, in a sentence.
    #[serde(default)]
    pub sentence: String,
    /// Text that sets it.
    #[serde(default)]
    pub reference: String,
}

/// A block of the fiche.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FicheBlock {
    /// Identifier, used as the anchor.
    pub id: String,
    /// Title.
    pub title: String,
    /// Theme it belongs to.
    pub theme: String,
    /// Scales where it appears; all when empty.
    #[serde(default)]
    pub scales: Vec<Scale>,
    /// Indicators, in order; those of the theme when empty.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// Indicators drawn over the vintages.
    #[serde(default)]
    pub series: Vec<String>,
}

fn slash() -> String {
    "/".to_owned()
}

fn default_theme() -> String {
    "atlas".to_owned()
}

fn metropole_label() -> String {
    Scale::Metropole.label().to_owned()
}

const fn yes() -> bool {
    true
}

const fn floor() -> Sense {
    Sense::Min
}

impl Config {
    /// Checks what a type cannot say.
    ///
    /// # Errors
    /// Every setting that would make a false or unsafe atlas, at once.
    fn check(&self, path: &Path) -> Result<()> {
        let mut found = Diagnostics::new();
        let mut refuse = |message: String, hint: &str| {
            found.push(Diagnostic::error(message).at(path).hint(hint));
        };
        for (key, text) in [
            ("title", &self.title),
            ("publisher", &self.publisher),
            ("source_mention", &self.source_mention),
            ("contact", &self.contact),
        ] {
            if text.trim().is_empty() {
                refuse(
                    format!("« {key} » est vide"),
                    "renseigner cette clé : elle figure sur chaque document",
                );
            }
        }
        if self.thresholds.dwellings < 11 || self.thresholds.allocations < 11 {
            refuse(
                "un seuil inférieur à 11 contrevient à l’article 3 de la convention".to_owned(),
                "laisser « dwellings » et « allocations » à 11 ou davantage",
            );
        }
        if self.thresholds.window_years < 3 {
            refuse(
                "une fenêtre d’attributions de moins de 3 ans contrevient à l’article 3".to_owned(),
                "laisser « window_years » à 3 ou davantage",
            );
        }
        if self.retention.years == 0 || self.retention.years > 12 {
            refuse(
                format!(
                    "« retention.years » vaut {} : de 1 à 12 attendus (article 3)",
                    self.retention.years
                ),
                "laisser 12",
            );
        }
        if self.disclosure.min_width < 2 {
            refuse(
                "« disclosure.min_width » inférieur à 2 laisserait deviner un chiffre masqué".to_owned(),
                "laisser 2 ou davantage",
            );
        }
        if !self.disclosure.blocking && !self.fictitious {
            refuse(
                "« disclosure.blocking » à false avec de vrais chiffres : une fuite serait publiée".to_owned(),
                "retirer cette clé, et préparer de nouveau les données jusqu’à ce que le contrôle passe",
            );
        }
        let left_out = |key: &str| self.left_out.iter().any(|name| name == key);
        if self.landlords.shown && self.landlords.legal_basis.trim().is_empty() && !left_out("legal_basis") {
            refuse(
                "les bailleurs sont affichés sans base légale".to_owned(),
                "renseigner « landlords.legal_basis », ou mettre « landlords.shown » à false",
            );
        }
        let unattributed = self.map.basemap_attribution.trim().is_empty() && !left_out("basemap_attribution");
        if self.map.basemap.is_some() && unattributed {
            refuse(
                "« map.basemap » : fond de carte sans mention de son producteur".to_owned(),
                "renseigner « map.basemap_attribution », par exemple \"© IGN\"",
            );
        }
        if let Err((message, hint)) = crate::model::Code::parse(Scale::Metropole, &self.metropole.code)
            && !left_out("metropole")
        {
            refuse(message, hint.as_deref().unwrap_or("corriger « metropole.code »"));
        }
        if self.themes.is_empty() && !self.unsure_of("themes") {
            refuse(
                "aucun thème".to_owned(),
                "ajouter au moins une table [[themes]] avec id et label",
            );
        }
        for goal in self.goals.iter().filter(|g| g.scales.contains(&Scale::Residence)) {
            refuse(
                format!(
                    "l’objectif « {} » porte sur la résidence : échelle fermée (article 4)",
                    goal.id
                ),
                "retirer « residence » de ses échelles",
            );
        }
        let unknown = |theme: &str| self.theme(theme).is_none() && !self.unsure_of("themes");
        for block in self.fiche.iter().filter(|b| unknown(&b.theme)) {
            refuse(
                format!("bloc de fiche « {} » : thème « {} » inconnu", block.id, block.theme),
                "employer l’id d’une table [[themes]]",
            );
        }
        for (what, ids) in [
            ("thème", self.themes.iter().map(|x| x.id.as_str()).collect::<Vec<_>>()),
            (
                "famille d’équipements",
                self.equipment.iter().map(|x| x.id.as_str()).collect(),
            ),
            ("objectif", self.goals.iter().map(|x| x.id.as_str()).collect()),
            ("bloc de fiche", self.fiche.iter().map(|x| x.id.as_str()).collect()),
        ] {
            let mut seen = std::collections::BTreeSet::new();
            for id in ids {
                if !seen.insert(id) {
                    refuse(format!("{what} « {id} » décrit deux fois"), "n’en garder qu’un");
                }
                if id.is_empty() || crate::format::slug(id) != id.replace('_', "-") {
                    refuse(
                        format!("identifiant de {what} « {id} »"),
                        "minuscules sans accent, chiffres et « - » attendus : il sert d’adresse",
                    );
                }
            }
        }
        if found.is_empty() { Ok(()) } else { Err(found.sorted()) }
    }

    /// Year and month of the edition.
    pub fn edition_month(&self) -> (u16, u8) {
        (
            u16::try_from(self.edition.year()).unwrap_or(0),
            u8::try_from(self.edition.month()).unwrap_or(1),
        )
    }

    /// Short name of the edition: `2026.10`.
    pub fn edition_name(&self) -> String {
        self.edition.format("%Y.%m").to_string()
    }

    /// Singular of a scale.
    pub fn scale_label(&self, scale: Scale) -> &str {
        if scale == Scale::Metropole {
            return &self.metropole.label;
        }
        self.scales
            .iter()
            .find(|s| s.id == scale)
            .and_then(|s| s.label.as_deref())
            .unwrap_or(scale.label())
    }

    /// Plural of a scale.
    pub fn scale_plural(&self, scale: Scale) -> &str {
        if scale == Scale::Metropole {
            return &self.metropole.label;
        }
        self.scales
            .iter()
            .find(|s| s.id == scale)
            .and_then(|s| s.plural.as_deref())
            .unwrap_or(scale.plural())
    }

    /// A scale inside a sentence: « la commune », « du département ».
    pub fn noun(&self, scale: Scale) -> Noun {
        let article = self.metropole.article.filter(|_| scale == Scale::Metropole);
        Noun::new(self.scale_label(scale), article)
    }

    /// Tells whether a table may lack rows, because some of the settings were wrong.
    pub fn unsure_of(&self, table: &str) -> bool {
        self.left_out.iter().any(|name| name == table || name == "id")
    }

    /// Finds a theme.
    pub fn theme(&self, id: &str) -> Option<&Theme> {
        self.themes.iter().find(|t| t.id == id)
    }
}
