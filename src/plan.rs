//! Every output path of the atlas and what fills it; collisions stop here.
//!
//! - Enters: the site and its published figures.
//! - Leaves: a [`Plan`]: sorted paths, each with its [`Output`].
//! - Stays out: bytes.

mod packets;

pub use packets::{MOST, Volume, volumes};

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::disclosure::Published;
use crate::format;
use crate::model::{Audience, Iid, Scale, Site, Territory, Tid, Vintage};

/// Content security policy of every page: no inline script or style, nothing from elsewhere.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                       worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Residences listed on the fiche of their territory; the others are on their own page.
pub const ON_FICHE: usize = 20;

/// What fills a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Output {
    /// Home page.
    Home,
    /// Fiche of a territory.
    Fiche(Tid),
    /// Full list of the residences of a commune, or of an IRIS or QPV whose fiche cannot hold them.
    Residences(Tid),
    /// List of the territories of a scale.
    List(Scale),
    /// Page of a theme, by its identifier.
    Theme(String),
    /// List of indicators.
    Indicators,
    /// Page of an indicator.
    Indicator(Iid),
    /// Dictionary.
    Dictionary,
    /// Sources, with their cadence.
    Sources,
    /// Reading guide of the fiche, with an annotated example.
    Guide,
    /// Interactive map and its static stand-in.
    Map,
    /// Search page.
    Search,
    /// Comparison of territories.
    Compare,
    /// Ranking of territories.
    Rank,
    /// Ready-made packets, and the basket.
    Packets,
    /// Volume of the printable packet of a commune, from 1.
    Packet(Tid, usize),
    /// Page heads of that printed volume.
    PacketMargins(Tid, usize),
    /// Packets of a landlord, by its slug: its part of the volumes of each commune.
    LandlordPackets(String),
    /// Page of `content/`, by position.
    Content(usize),
    /// Page of an unknown address.
    NotFound,
    /// Workbook of a territory.
    TerritoryBook(Tid),
    /// Workbook of a theme at a scale.
    ThemeBook(String, Scale),
    /// Workbook of the dictionary.
    DictionaryBook,
    /// File for the browser: map data, search index; by its path under `donnees/`.
    Browser(String),
    /// Static file of the theme, by its name.
    Asset(String),
    /// `robots.txt`.
    Robots,
}

impl Output {
    /// What it is, in French.
    fn words(&self) -> &'static str {
        match self {
            Self::Home => "l’accueil",
            Self::Fiche(_) => "une fiche",
            Self::List(_) | Self::Residences(_) => "une liste de territoires",
            Self::Theme(_) => "un thème",
            Self::Indicators => "la liste des indicateurs",
            Self::Indicator(_) => "un indicateur",
            Self::Dictionary => "le dictionnaire",
            Self::Sources => "les sources",
            Self::Guide => "le guide de lecture",
            Self::Map => "la carte",
            Self::Search => "la recherche",
            Self::Compare => "la comparaison",
            Self::Rank => "le classement",
            Self::Packets | Self::Packet(..) | Self::PacketMargins(..) | Self::LandlordPackets(_) => {
                "un dossier de séance"
            }
            Self::Content(_) => "une page de content/",
            Self::NotFound => "la page d’erreur",
            Self::TerritoryBook(_) | Self::ThemeBook(..) | Self::DictionaryBook => "un classeur",
            Self::Browser(_) => "un fichier de données",
            Self::Asset(_) => "un fichier du thème",
            Self::Robots => "robots.txt",
        }
    }
}

/// All outputs by path, relative to the root of the published site, sorted.
#[derive(Debug, Default)]
pub struct Plan {
    outputs: BTreeMap<String, Output>,
    paths: std::collections::HashMap<Output, String>,
}

impl Plan {
    /// Outputs by path, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Output)> {
        self.outputs.iter().map(|(path, output)| (path.as_str(), output))
    }

    /// Number of outputs.
    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    /// Tells whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Path of an output, relative to the root: `communes/59350/index.html`.
    pub fn path(&self, output: &Output) -> Option<&str> {
        self.paths.get(output).map(String::as_str)
    }

    /// Address of an output, relative to the root, without `index.html`: `communes/59350/`.
    pub fn address(&self, output: &Output) -> Option<&str> {
        self.path(output).map(|p| p.strip_suffix("index.html").unwrap_or(p))
    }

    /// Tells whether a path is planned.
    pub fn contains(&self, path: &str) -> bool {
        self.outputs.contains_key(path)
    }

    /// Plans an output.
    ///
    /// # Errors
    /// Two outputs at one path.
    pub fn add(&mut self, path: String, output: Output) -> Result<()> {
        if let Some(other) = self.outputs.get(&path) {
            return Err(Diagnostic::error(format!(
                "deux pages à la même adresse « {path} » : {} et {}",
                other.words(),
                output.words()
            ))
            .hint("renommer le fichier de content/ ou l’identifiant en cause")
            .into());
        }
        self.paths.insert(output.clone(), path.clone());
        self.outputs.insert(path, output);
        Ok(())
    }
}

/// Way from a page to the root, for relative links: `../../` for `communes/59350/index.html`, empty for the home page.
pub fn to_root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// Lists every output of a site.
///
/// # Errors
/// All path collisions at once.
pub fn outputs(site: &Site, published: &Published) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut found = Diagnostics::new();
    let mut add = |path: String, output: Output| {
        found.absorb(plan.add(path, output));
    };
    add("index.html".into(), Output::Home);
    for (path, output) in [
        ("indicateurs", Output::Indicators),
        ("dictionnaire", Output::Dictionary),
        ("sources", Output::Sources),
        ("guide", Output::Guide),
        ("carte", Output::Map),
        ("recherche", Output::Search),
        ("comparer", Output::Compare),
        ("classement", Output::Rank),
        ("seances", Output::Packets),
    ] {
        add(format!("{path}/index.html"), output);
    }
    add("404.html".into(), Output::NotFound);
    add("robots.txt".into(), Output::Robots);
    // A scale without any territory has no list, and no page leads to one.
    let inhabited = |s: &Scale| *s != Scale::Metropole && site.territories.of(*s).next().is_some();
    for scale in Scale::ALL.into_iter().filter(inhabited) {
        add(format!("{}/index.html", scale.segment()), Output::List(scale));
    }
    let last = Scale::ALL.map(|scale| last_exported(site, published, scale));
    for (tid, territory) in site.territories.iter() {
        let folder = folder(site, tid);
        add(format!("{folder}index.html"), Output::Fiche(tid));
        if territory.scale == Scale::Commune && !site.territories.inside(tid, Scale::Residence).is_empty() {
            for (path, output) in packet(site, tid) {
                add(path, output);
            }
            add(format!("{folder}residences/index.html"), Output::Residences(tid));
        }
        if matches!(territory.scale, Scale::Iris | Scale::Qpv)
            && site.territories.inside(tid, Scale::Residence).len() > ON_FICHE
        {
            add(format!("{folder}residences/index.html"), Output::Residences(tid));
        }
        if let Some(last) = last[territory.scale.rank()][site.territories.rank(tid)] {
            let name = book_name(territory, last);
            add(format!("{folder}{name}"), Output::TerritoryBook(tid));
        }
    }
    if site.config.landlords.shown {
        for slug in landlords(site).into_keys() {
            add(
                format!("seances/bailleurs/{slug}/index.html"),
                Output::LandlordPackets(slug),
            );
        }
    }
    for theme in &site.config.themes {
        add(
            format!("themes/{}/index.html", theme.id),
            Output::Theme(theme.id.clone()),
        );
        for scale in Scale::ALL {
            if let Some(name) = theme_book_name(site, published, &theme.id, scale) {
                add(
                    format!("themes/{}/{name}", theme.id),
                    Output::ThemeBook(theme.id.clone(), scale),
                );
            }
        }
    }
    for (iid, indicator) in site
        .dictionary
        .iter()
        .filter(|(_, x)| !x.view.is_empty() || x.thematic_only)
    {
        add(
            format!("indicateurs/{}/index.html", indicator.id),
            Output::Indicator(iid),
        );
    }
    add(
        format!(
            "dictionnaire/atlas_dictionnaire_{}.xlsx",
            site.config.edition.format("%Y-%m")
        ),
        Output::DictionaryBook,
    );
    for (i, content) in site.contents.iter().enumerate() {
        let hidden = content.audience == Audience::Administration && !site.config.administration.published;
        if !hidden && !content.slug.is_empty() && content.section() != "preconisations" {
            let path = format!("{}/index.html", content.slug);
            if let Err(collision) = plan.add(path, Output::Content(i)) {
                found.extend(
                    collision
                        .into_iter()
                        .map(|d| d.at(site.root.join(&content.file)))
                        .collect(),
                );
            }
        }
    }
    if found.is_empty() {
        Ok(plan)
    } else {
        Err(found.sorted())
    }
}

/// Folder of a territory's page, with a slash at the end: `communes/59350/`, `metropole/`.
pub fn folder(site: &Site, tid: Tid) -> String {
    let territory = site.territories.get(tid);
    match territory.scale {
        Scale::Metropole => "metropole/".to_owned(),
        scale => format!("{}/{}/", scale.segment(), territory.code),
    }
}

/// Landlords by slug, with their residences in order of code.
pub fn landlords(site: &Site) -> BTreeMap<String, (String, Vec<Tid>)> {
    let mut all: BTreeMap<String, (String, Vec<Tid>)> = BTreeMap::new();
    for tid in site.territories.of(Scale::Residence) {
        if let Some(name) = &site.territories.get(tid).landlord {
            all.entry(format::slug(name))
                .or_insert_with(|| (name.clone(), Vec::new()))
                .1
                .push(tid);
        }
    }
    all
}

/// Paths of the volumes of a commune and of their page heads: the first in its folder, the next ones inside it.
fn packet(site: &Site, commune: Tid) -> Vec<(String, Output)> {
    let folder = format!("seances/communes/{}/", site.territories.get(commune).code);
    let mut out = Vec::new();
    for number in 1..=volumes(site, commune).len() {
        let own = if number == 1 {
            folder.clone()
        } else {
            format!("{folder}{number}/")
        };
        out.push((format!("{own}index.html"), Output::Packet(commune, number)));
        out.push((format!("{own}marges.css"), Output::PacketMargins(commune, number)));
    }
    out
}

/// Last vintage of the exported figures of each territory of a scale; none for a territory without an own figure.
///
/// Equipment is not a residence's own figure: alone, it makes no workbook.
fn last_exported(site: &Site, published: &Published, scale: Scale) -> Vec<Option<Vintage>> {
    let mut last = vec![None; site.territories.count(scale)];
    for cell in published
        .cells()
        .filter(|c| site.dictionary.get(c.indicator).computed.is_none())
    {
        let Some(column) = published.exported_column(scale, cell) else {
            continue;
        };
        for (last, figure) in last.iter_mut().zip(column) {
            if figure.state().is_none() {
                *last = (*last).max(Some(cell.vintage));
            }
        }
    }
    last
}

/// File name of a territory's workbook, with place and last vintage.
fn book_name(territory: &Territory, last: Vintage) -> String {
    let name: String = format::slug(&territory.name).chars().take(40).collect();
    let name = if name.is_empty() {
        String::new()
    } else {
        format!("_{}", name.trim_end_matches('-'))
    };
    format!("atlas_{}_{}{name}_{last}.xlsx", territory.scale, territory.code)
}

/// File name of the workbook of a theme at a scale; none when the dictionary exports nothing there.
pub fn theme_book_name(site: &Site, published: &Published, theme: &str, scale: Scale) -> Option<String> {
    let last = site
        .dictionary
        .of_theme(theme)
        .filter(|(iid, _)| published.is_exported(*iid, scale))
        .filter_map(|(iid, _)| published.latest(iid, scale))
        .max()?;
    Some(format!("atlas_{theme}_{}_{last}.xlsx", scale.segment()))
}
