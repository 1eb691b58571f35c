//! The theme: built-in files, each of which a site may replace, and the template engine made of them.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Deserialize;

use crate::diag::{Diagnostic, Diagnostics, Result};
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
    "static/carte.js",
    "static/champ.js",
    "static/classement.js",
    "static/commun.js",
    "static/comparer.js",
    "static/contours.js",
    "static/donnees.js",
    "static/dossier.js",
    "static/entete.js",
    "static/fond.js",
    "static/graphique.js",
    "static/image.js",
    "static/legende.js",
    "static/moteur.js",
    "static/panier.js",
    "static/recherche.js",
    "static/seances.js",
    "static/signes.js",
    "static/tableaux.js",
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
    /// Start of the hash of all scripts together.
    scripts: String,
}

/// Tells whether a static file goes with the scripts: a module, or a file of the map library that one of them names.
fn is_script(name: &str) -> bool {
    name.ends_with(".js") || name.starts_with("maplibre-gl")
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
                    Err(_) => found.push(Diagnostic::error("gabarit illisible : UTF-8 attendu").at(path)),
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
                    scripts: String::new(),
                };
                theme.scripts = theme.version();
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

    /// Adds the library of the interactive map to the static files.
    pub fn add_library(&mut self, files: BTreeMap<String, Vec<u8>>) {
        self.assets.extend(files);
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
        let mut found = Diagnostics::new();
        for (name, text) in &self.templates {
            if let Err(error) = env.add_template_owned(name.clone(), text.clone()) {
                found.push(template_error(&error));
            }
        }
        if found.is_empty() { Ok(env) } else { Err(found.sorted()) }
    }
}

/// Says which template failed, where and why.
pub(super) fn template_error(error: &minijinja::Error) -> Diagnostic {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        why = format!("{why} : {inner}");
        cause = inner.source();
    }
    let mut diagnostic = Diagnostic::error(format!("gabarit : {why}"))
        .hint("comparer avec le même fichier du thème fourni (themes/atlas/templates)");
    if let Some(name) = error.name() {
        diagnostic = diagnostic.at(format!("themes/templates/{name}"));
    }
    if let Some(line) = error.line() {
        diagnostic = diagnostic.line(line);
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_theme_is_whole() {
        let theme = Theme::load(Path::new("/nulle/part"), "atlas").expect("built-in theme");
        let env = theme.environment().expect("templates parse");
        assert!(env.get_template("fiche.html").is_ok());
        for name in theme
            .settings
            .styles
            .iter()
            .chain(&theme.settings.scripts)
            .chain(theme.settings.page_scripts.values().flatten())
        {
            assert!(theme.asset_path(name).is_some(), "{name}");
        }
        assert_eq!(theme.settings.classes.len(), 5);
    }

    #[test]
    fn an_unknown_theme_is_refused() {
        assert!(Theme::load(Path::new("/nulle/part"), "autre").is_err());
    }
}
