//! The theme: built-in files, each of which a site may replace, and the template engine made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Deserialize;

use super::bundle;
use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::{config, fs};

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/themes/atlas/", $path)).as_slice())),*]
    };
}

const BUILT_IN: &[(&str, &[u8])] = built_in![
    "theme.toml",
    "static/atlas.css",
    "static/outils.css",
    "static/camera.js",
    "static/carte.js",
    "static/champ.js",
    "static/classement.js",
    "static/commun.js",
    "static/comparer.js",
    "static/contours.js",
    "static/dessin.js",
    "static/dessus.js",
    "static/donnees.js",
    "static/dossier.js",
    "static/entete.js",
    "static/feuille.js",
    "static/fond.js",
    "static/graphique.js",
    "static/image.js",
    "static/legende.js",
    "static/moteur.js",
    "static/panier.js",
    "static/recherche.js",
    "static/reglages.js",
    "static/seances.js",
    "static/signes.js",
    "static/tableaux.js",
    "static/volet.js",
    "static/vue.js",
    "templates/base.html",
    "templates/accueil.html",
    "templates/contenu.html",
    "templates/dictionnaire.html",
    "templates/dossier.html",
    "templates/fiche.html",
    "templates/guide.html",
    "templates/indicateur.html",
    "templates/liste.html",
    "templates/outil.html",
    "templates/seances.html",
    "templates/sources.html",
    "templates/partials/fiche.html",
    "templates/partials/footer.html",
    "templates/partials/header.html",
    "templates/partials/sources.html",
];

/// Settings of a theme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name as displayed in messages.
    pub name: String,
    /// Style sheets of every page, in order.
    pub styles: Vec<String>,
    /// Scripts (ES modules) of every page, in order; each page is complete without them.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// Scripts added to one kind of page: `carte`, `recherche`, `comparer`, `classement`, `seances`, `fiche`.
    #[serde(default)]
    pub page_scripts: BTreeMap<String, Vec<String>>,
    /// Style sheets added to one kind of page.
    #[serde(default)]
    pub page_styles: BTreeMap<String, Vec<String>>,
    /// Files that one kind of page will ask for, told at once: static files, or data (`donnees/…`).
    #[serde(default)]
    pub page_preloads: BTreeMap<String, Vec<String>>,
    /// Colours of the classes, from the lightest to the darkest.
    pub classes: Vec<String>,
}

/// A theme read once: settings, templates, static files.
#[derive(Debug)]
pub struct Theme {
    /// Settings.
    pub settings: Settings,
    templates: BTreeMap<String, String>,
    assets: BTreeMap<String, Vec<u8>>,
    /// The folder that a site may lay over the theme.
    folder: PathBuf,
    /// Start of the hash of all scripts together.
    scripts: String,
}

/// Tells whether a static file goes with the scripts: a module, or a file of the map library that one of them names.
fn is_script(name: &str) -> bool {
    name.ends_with(".js") || (name.starts_with("maplibre-gl") && !name.ends_with(".css"))
}

impl Theme {
    /// Reads the built-in theme and lays the files of `<site>/themes/<name>/` over it, one by one.
    ///
    /// # Errors
    /// Unreadable files, unknown settings, a template that is not UTF-8.
    pub fn load(root: &Path, name: &str) -> Result<Self> {
        let mut files: BTreeMap<String, Vec<u8>> = BUILT_IN
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
            .collect();
        let folder = root.join("themes").join(name);
        if folder.is_dir() {
            for path in fs::walk(&folder)? {
                let key = path
                    .strip_prefix(&folder)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert(key, fs::read(&path)?);
            }
        } else if name != "atlas" {
            return Err(Diagnostic::error(format!("thème « {name} » introuvable"))
                .at(&folder)
                .hint("créer ce dossier, ou mettre theme = \"atlas\" dans atlas.toml")
                .into());
        }
        let mut found = Diagnostics::new();
        let mut templates = BTreeMap::new();
        let mut assets = BTreeMap::new();
        let mut settings = None;
        for (key, bytes) in files {
            let path = folder.join(&key);
            if key == "theme.toml" {
                settings = found.absorb(config::from_toml::<Settings>(&fs::decode(bytes).text, &path));
            } else if let Some(name) = key.strip_prefix("templates/") {
                match String::from_utf8(bytes) {
                    Ok(text) => {
                        templates.insert(name.to_owned(), text);
                    }
                    Err(_) => found.push(
                        Diagnostic::error("gabarit illisible : UTF-8 attendu")
                            .at(path)
                            .hint("enregistrer le fichier en UTF-8"),
                    ),
                }
            } else if let Some(name) = key.strip_prefix("static/") {
                assets.insert(name.to_owned(), bytes);
            }
        }
        match settings {
            Some(settings) if found.is_empty() => {
                let mut theme = Self {
                    settings,
                    templates,
                    assets,
                    folder,
                    scripts: String::new(),
                };
                theme.bundle()?;
                Ok(theme)
            }
            _ => Err(found.sorted()),
        }
    }

    /// Static files by name, sorted.
    pub fn assets(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.assets
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Makes one script and one style sheet of those of each kind of page; the settings then name these.
    fn bundle(&mut self) -> Result<()> {
        let common = std::mem::take(&mut self.settings.scripts);
        let mut made = BTreeMap::new();
        let mut used = bundle::reached(&self.assets, &common, &self.folder)?;
        if !common.is_empty() {
            made.insert(
                "pages.js".to_owned(),
                bundle::script(&self.assets, &common, &self.folder)?,
            );
            self.settings.scripts = vec!["pages.js".to_owned()];
        }
        for (kind, own) in &mut self.settings.page_scripts {
            // What every page runs comes first, then the page's own modules: one copy of what they share.
            let all: Vec<String> = common.iter().chain(own.iter()).cloned().collect();
            used.extend(bundle::reached(&self.assets, &all, &self.folder)?);
            let name = format!("page-{kind}.js");
            made.insert(name.clone(), bundle::script(&self.assets, &all, &self.folder)?);
            *own = vec![name];
        }
        self.assets.retain(|name, _| !used.contains(name));
        self.assets.extend(made);
        self.scripts = self.version();
        Ok(())
    }

    /// Joins the style sheets of each kind of page, in order; those that are not there are left out.
    fn join_styles(&mut self) {
        let common = std::mem::take(&mut self.settings.styles);
        let join = |assets: &BTreeMap<String, Vec<u8>>, names: &[String]| -> Vec<u8> {
            let sheets = names.iter().filter_map(|name| assets.get(name));
            sheets.cloned().collect::<Vec<_>>().join(&b'\n')
        };
        let mut made = BTreeMap::from([("atlas.css".to_owned(), join(&self.assets, &common))]);
        let mut used: BTreeSet<String> = common.iter().cloned().collect();
        for (kind, own) in &mut self.settings.page_styles {
            // The page's own sheets come first: the theme has the last word.
            let all: Vec<String> = own.iter().chain(&common).cloned().collect();
            used.extend(all.iter().cloned());
            let name = format!("page-{kind}.css");
            made.insert(name.clone(), join(&self.assets, &all));
            *own = vec![name];
        }
        // The proxies know this name: public pages ask for it without a password.
        self.settings.styles = vec!["atlas.css".to_owned()];
        self.assets.retain(|name, _| !used.contains(name));
        self.assets.extend(made);
    }

    /// Adds the library of the interactive map, if it is there, to the static files, which are then complete.
    pub fn add_library(&mut self, files: Option<BTreeMap<String, Vec<u8>>>) {
        self.assets.extend(files.into_iter().flatten());
        self.join_styles();
        self.scripts = self.version();
    }

    /// Start of the hash of all scripts together.
    fn version(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, bytes) in self.assets.iter().filter(|(name, _)| is_script(name)) {
            hasher.update(name.as_bytes());
            hasher.update(&bytes.len().to_le_bytes());
            hasher.update(bytes);
        }
        hasher.finalize().to_hex().as_str()[..8].to_owned()
    }

    /// Path of a static file in the published site, with the start of its hash: `actifs/atlas.1a2b3c4d.css`.
    ///
    /// Scripts import each other by name: they keep it, in a folder that bears the hash of them all.
    pub fn asset_path(&self, name: &str) -> Option<String> {
        if is_script(name) {
            return self
                .assets
                .contains_key(name)
                .then(|| format!("actifs/scripts.{}/{name}", self.scripts));
        }
        let hash = blake3::hash(self.assets.get(name)?).to_hex();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Some(format!("actifs/{stem}.{}.{extension}", &hash.as_str()[..8]))
    }

    /// Bytes of a static file.
    pub fn asset(&self, name: &str) -> Option<&[u8]> {
        self.assets.get(name).map(Vec::as_slice)
    }

    /// Makes the template engine: HTML escaped, an unknown name is an error.
    ///
    /// # Errors
    /// Every template that does not parse, with its line.
    pub(super) fn environment(&self) -> Result<Environment<'static>> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        // The library also escapes slashes, which weighs on every link.
        env.set_formatter(|out, state, value| match value.as_str() {
            Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
                out.write_str(&super::markup::escaped(text)).map_err(Into::into)
            }
            _ => minijinja::escape_formatter(out, state, value),
        });
        let theme = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let mut found = Diagnostics::new();
        for (name, text) in &self.templates {
            if let Err(error) = env.add_template_owned(name.clone(), text.clone()) {
                found.push(foreign::template(&error, &theme));
            }
        }
        if found.is_empty() { Ok(env) } else { Err(found.sorted()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_theme_is_whole() {
        let mut theme = Theme::load(Path::new("/nulle/part"), "atlas").expect("built-in theme");
        theme.add_library(None);
        let env = theme.environment().expect("templates parse");
        assert!(env.get_template("fiche.html").is_ok());
        for name in theme
            .settings
            .styles
            .iter()
            .chain(&theme.settings.scripts)
            .chain(theme.settings.page_scripts.values().flatten())
            .chain(theme.settings.page_styles.values().flatten())
        {
            assert!(theme.asset_path(name).is_some(), "{name}");
        }
        assert_eq!(theme.settings.classes.len(), 5);
        // Public pages ask for this one without a password: the proxies let it through by its name.
        let public = theme.settings.styles.iter().filter_map(|name| theme.asset_path(name));
        for path in public {
            assert!(crate::kit::public::is_public(&format!("/{path}")), "{path}");
        }
    }

    #[test]
    fn an_unknown_theme_is_refused() {
        assert!(Theme::load(Path::new("/nulle/part"), "autre").is_err());
    }
}
