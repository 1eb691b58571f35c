use std::path::PathBuf;

use super::{Content, Dictionary, Equipment, Grid, Source, Surroundings, Territories, Values};
use crate::config::Config;

/// All that a site holds, checked and typed; nothing in it is published yet.
#[derive(Debug)]
pub struct Site {
    /// Folder of the site.
    pub root: PathBuf,
    /// Settings.
    pub config: Config,
    /// The law of the build.
    pub dictionary: Dictionary,
    /// Sources, in the order of the file.
    pub sources: Vec<Source>,
    /// Territories of all scales.
    pub territories: Territories,
    /// Raw values.
    pub values: Values,
    /// Equipment of the last vintage.
    pub equipment: Equipment,
    /// What is around each territory.
    pub surroundings: Surroundings,
    /// Thematic grids.
    pub grids: Vec<Grid>,
    /// Pages of `content/`, sorted by address.
    pub contents: Vec<Content>,
    /// Identifier of the build: 7 hexadecimal digits of the hash of everything read and of the program's version.
    pub build_id: String,
}

impl Site {
    /// Finds a source.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.id == id)
    }
}
