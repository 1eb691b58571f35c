//! Conditions on the properties of a polygon.

use std::path::Path;

use serde_json::{Map, Value};

use super::expr::Expr;
use super::read::fold;
use crate::diag::{Diagnostic, Result};

/// A condition of the recipe on properties; none keeps everything.
pub(super) struct Condition(Option<Expr>);

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// A formula that cannot be read.
    pub(super) fn parse(text: Option<&str>, path: &Path) -> Result<Self> {
        let read = |text: &str| {
            Expr::parse(text).map_err(|why| Diagnostic::error(format!("condition « {text} » : {why}")).at(path))
        };
        Ok(Self(text.map(read).transpose()?))
    }

    /// Whether it holds; a fault does not.
    pub(super) fn holds(&self, properties: &Map<String, Value>) -> bool {
        let Some(expr) = &self.0 else { return true };
        let mut names = Vec::new();
        expr.names(&mut names);
        let record: csv::StringRecord = names
            .iter()
            .map(|name| property(properties, name).unwrap_or_default())
            .collect();
        let bound = expr.clone().with_columns(&names);
        bound.eval(&record).is_ok_and(|v| v.truth())
    }
}

/// Text of a property, found whatever its case.
pub(super) fn property(properties: &Map<String, Value>, name: &str) -> Option<String> {
    let value = properties.get(name).or_else(|| {
        let wanted = fold(name);
        properties.iter().find(|(k, _)| fold(k) == wanted).map(|(_, v)| v)
    })?;
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()),
        other => Some(other.to_string()),
    }
}
