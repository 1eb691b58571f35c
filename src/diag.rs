//! Diagnostics: what is wrong, where, and how to mend it.
//!
//! Their reader has a spreadsheet open, not a debugger. An error is a value: the rooms gather as many as
//! they can before giving up, so that ten bad rows take one run. A message never prints a confidential value.

pub mod foreign;
pub mod lines;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The build stops: publishing would be a mistake.
    #[serde(rename = "erreur")]
    Error,
    /// The build goes on; the admin should look.
    #[serde(rename = "avertissement")]
    Warning,
}

/// One finding: place, message and remedy, in French.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// File concerned, as the reader would type it.
    pub path: Option<PathBuf>,
    /// Line in the file, from 1 (the header of a table is line 1).
    pub line: Option<u32>,
    /// Column in the line, from 1: the field of a table, the character of a text.
    pub column: Option<u32>,
    /// Error or warning.
    pub severity: Severity,
    /// What was found, then what was expected.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Makes an error without a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            path: None,
            line: None,
            column: None,
            severity: Severity::Error,
            message: message.into(),
            hint: None,
        }
    }

    /// Makes a warning without a place.
    pub fn warning(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(message)
        }
    }

    /// Says which file.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.path = Some(path.as_ref().to_path_buf());
        self
    }

    /// Says which line, from 1.
    #[must_use]
    pub fn line(mut self, line: usize) -> Self {
        self.line = u32::try_from(line).ok();
        self
    }

    /// Says which column, from 1.
    #[must_use]
    pub fn column(mut self, column: usize) -> Self {
        self.column = u32::try_from(column).ok();
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds, as a remedy, the known name nearest to `found`, or the list of known names when it is short, or some of them
    /// when there is no other remedy yet.
    #[must_use]
    pub fn suggest<'a>(self, found: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(found, known.iter().copied()) {
            Some(name) => self.hint(format!("vouliez-vous dire « {name} » ?")),
            None if known.len() <= 12 && !known.is_empty() => self.hint(format!("noms connus : {}", known.join(", "))),
            None if self.hint.is_some() => self,
            None if known.is_empty() => self.hint("rien de tel n’est encore décrit dans ce site"),
            None => {
                let mut first = known.clone();
                first.sort_unstable();
                first.truncate(8);
                self.hint(format!(
                    "{} noms connus, parmi lesquels {}",
                    known.len(),
                    first.join(", ")
                ))
            }
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}:", path.display())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
                if let Some(column) = self.column {
                    write!(f, "{column}:")?;
                }
            }
            f.write_str(" ")?;
        }
        let word = match self.severity {
            Severity::Error => "erreur",
            Severity::Warning => "avertissement",
        };
        write!(f, "{word} : {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  aide : {hint}")?;
        }
        Ok(())
    }
}

/// All that a step found wrong; never empty when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

/// The result of any step of the atlas.
pub type Result<T> = std::result::Result<T, Diagnostics>;

impl Diagnostics {
    /// Starts an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all findings of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Keeps the value of a step, or its findings.
    pub fn absorb<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(found) => {
                self.extend(found);
                None
            }
        }
    }

    /// Tells whether one of the findings stops the build.
    pub fn has_error(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Tells whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of findings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads the findings in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Orders by file, line, column and message, and drops doubles.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.0.sort();
        self.0.dedup();
        self
    }

    /// Gives `value` and the warnings, or all findings when one of them is an error.
    ///
    /// # Errors
    /// When one of the findings is an error.
    pub fn split<T>(self, value: T) -> Result<(T, Diagnostics)> {
        if self.has_error() {
            Err(self.sorted())
        } else {
            Ok((value, self.sorted()))
        }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Gathers the values of many steps, or the findings of all that failed.
///
/// # Errors
/// The findings of every step that failed, not of the first only.
pub fn collect<T>(results: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut found = Diagnostics::new();
    let values: Vec<T> = results.into_iter().filter_map(|r| found.absorb(r)).collect();
    if found.is_empty() {
        Ok(values)
    } else {
        Err(found.sorted())
    }
}

/// Finds the known name nearest to `found`, if one is near enough to be a slip of the keyboard.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&found, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_what_and_how() {
        let d = Diagnostic::error("code commune « 1001 » : 5 caractères attendus")
            .at("data/values/rpls/2024.csv")
            .line(1042)
            .column(2)
            .hint("importer la colonne en texte");
        assert_eq!(
            d.to_string(),
            "data/values/rpls/2024.csv:1042:2: erreur : code commune « 1001 » : 5 caractères attendus\n  aide : importer la colonne en texte"
        );
    }

    #[test]
    fn gathers_all_failures() {
        let all = collect([
            Ok(1),
            Err(Diagnostic::error("b").into()),
            Err(Diagnostic::error("a").into()),
        ]);
        let found = all.expect_err("two steps failed");
        assert_eq!(found.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn proposes_the_nearest_name() {
        assert_eq!(
            nearest("parc.vacnce", ["parc.vacance", "parc.loyer"]),
            Some("parc.vacance")
        );
        assert_eq!(nearest("xyz", ["parc.vacance"]), None);
    }
}
