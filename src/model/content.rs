use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Who may read a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everyone, before the login: accessibility declaration, login help, legal notice.
    Public,
    /// All partners, behind the login.
    #[default]
    Partenaires,
    /// The admin; not published unless so configured.
    Administration,
}

/// A page of `content/`.
#[derive(Debug, Clone)]
pub struct Content {
    /// File it comes from, relative to the site.
    pub file: PathBuf,
    /// Address without slashes at the ends: `formation/lire-une-fiche`; empty for the home page.
    pub slug: String,
    /// Whether it opens a section (`_index.md`).
    pub is_section: bool,
    /// Title.
    pub title: String,
    /// One-sentence summary.
    pub description: String,
    /// Rank among its neighbours.
    pub order: i32,
    /// Who may read it.
    pub audience: Audience,
    /// Territories it speaks of, as `(scale, code)` keys; for advice.
    pub territories: Vec<super::Tid>,
    /// Markdown body.
    pub body: String,
    /// Line of the file where the body starts, from 1.
    pub body_line: usize,
}

impl Content {
    /// First segment of the address: the section.
    pub fn section(&self) -> &str {
        self.slug.split('/').next().unwrap_or("")
    }
}
