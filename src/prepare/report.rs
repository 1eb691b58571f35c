//! The private report: what was read, left out, placed oddly, hidden, and why. It lives outside of the site.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::direct::Copied;
use super::figures::Key;
use super::ground::{Ground, Located};
use super::protect::{AllHidden, Closed, Hidden, Why};
use super::records::Told;
use super::scan::Cleaned;
use super::write::{category, texts};
use crate::diag::{Diagnostics, Result};
use crate::format::{self, integer, plural};
use crate::fs;
use crate::model::Dictionary;

/// What `prepare` did, for the summary on the terminal.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// Files written into the site.
    pub written: Vec<PathBuf>,
    /// Folder of the private report.
    pub folder: PathBuf,
    /// Rows read, all files together.
    pub rows: u64,
    /// Residences placed.
    pub residences: usize,
    /// Cells written, hidden ones included.
    pub cells: usize,
    /// Cells hidden because of a threshold.
    pub primary: usize,
    /// Cells hidden to protect others.
    pub secondary: usize,
    /// Findings that do not stop: odd places, lost zeros, rows without category.
    #[serde(skip)]
    pub warnings: Diagnostics,
}

impl Report {
    /// Writes the closing summary of the terminal.
    pub fn summary(&self) -> String {
        let count = |n: usize| integer(n as u64);
        format!(
            "{} lignes lues, {} résidences, {} cellules écrites dans {} fichiers\n{} masquées par un seuil, {} pour les protéger\nrapport privé : {}",
            integer(self.rows),
            count(self.residences),
            count(self.cells),
            self.written.len(),
            count(self.primary),
            count(self.secondary),
            self.folder.display()
        )
    }
}

/// Everything the report tells.
pub(super) struct Facts<'a> {
    pub(super) ground: &'a Ground,
    pub(super) dictionary: &'a Dictionary,
    pub(super) cleaned: &'a [Cleaned],
    pub(super) told: &'a [Told],
    pub(super) copied: &'a [Copied],
    pub(super) hidden: &'a AllHidden,
    pub(super) closed: &'a Closed,
    pub(super) protection: &'a [String],
}

/// Writes `rapport.json` and `rapport.txt`.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn write(folder: &Path, report: &Report, facts: &Facts<'_>) -> Result<()> {
    fs::write_atomic_parts(&folder.join("rapport.json"), json(report, facts), 0o600)?;
    fs::write_atomic(&folder.join("rapport.txt"), self::text(report, facts).as_bytes(), 0o600)
}

/// The whole report as JSON, in parts; hidden cells, which may be many, come last, one a line.
fn json(report: &Report, facts: &Facts<'_>) -> impl Iterator<Item = String> {
    let closed: Vec<Value> = facts
        .closed
        .iter()
        .map(|((indicator, scale), cells)| json!({"indicator": indicator, "scale": scale.key(), "cells": cells}))
        .collect();
    let head = json!({
        "note": "Rapport privé : il contient les valeurs masquées. Ne pas le placer dans un site ni le diffuser.",
        "summary": report,
        "files": facts.cleaned,
        "located": facts.ground.located,
        "unlocated": facts.ground.located.unlocated(),
        "records": facts.told,
        "copied": facts.copied,
        "closed": closed,
        "protection": facts.protection,
    });
    let mut start = serde_json::to_string_pretty(&head).unwrap_or_default();
    start.truncate(start.trim_end().trim_end_matches('}').trim_end().len());
    start.push_str(",\n  \"hidden\": [");
    let territories = &facts.ground.territories;
    let text = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut is_first = true;
    let hidden = facts.hidden.iter().flat_map(move |((source, vintage), cells)| {
        let row = move |(key, cell): &(&Key, &Hidden), out: &mut String| {
            let territory = territories.get(key.tid);
            let indicator = facts.dictionary.get(key.indicator);
            let _ = write!(
                out,
                ",\n    {{\"source\": {}, \"vintage\": \"{vintage}\", \"scale\": \"{}\", \"code\": {}, \"indicator\": {}, \"category\": {}, \"value\": {}, \"base\": {}, \"why\": {}}}",
                text(source),
                territory.scale,
                text(territory.code.as_str()),
                text(&indicator.id),
                text(category(indicator, key)),
                format::machine(cell.value, 3),
                cell.base.map_or_else(|| "null".to_owned(), |b| format::machine(b, 3)),
                serde_json::to_string(&cell.why).unwrap_or_default(),
            );
        };
        let rows: Vec<(&Key, &Hidden)> = cells.iter().collect();
        texts(rows, row)
    });
    let hidden = hidden.map(move |mut text| {
        if std::mem::take(&mut is_first) {
            // Nothing comes before the first row.
            text.remove(0);
        }
        text
    });
    std::iter::once(start)
        .chain(hidden)
        .chain(std::iter::once("\n  ]\n}\n".to_owned()))
}

fn text(report: &Report, facts: &Facts<'_>) -> String {
    let mut lines = vec![
        "RAPPORT DE PRÉPARATION — privé : il contient ce que le site masque".to_owned(),
        String::new(),
        format!(
            "{} lignes lues, {} résidences, {} cellules écrites.",
            integer(report.rows),
            report.residences,
            report.cells
        ),
        format!(
            "{} cellules masquées par un seuil, {} pour protéger les premières.",
            report.primary, report.secondary
        ),
        String::new(),
        "Fichiers lus".to_owned(),
    ];
    for file in facts.cleaned {
        lines.push(format!(
            "- {} : {} lignes, {} écartées par condition",
            file.file.display(),
            file.rows,
            file.left_out
        ));
        for (column, count) in &file.sentinels {
            lines.push(format!("    {column} : {count} marqueurs « pas de valeur »"));
        }
        for (column, count) in &file.zeros {
            lines.push(format!("    {column} : {count} zéros initiaux remis"));
        }
    }
    lines.push(String::new());
    lines.extend(places(&facts.ground.located));
    lines.push(String::new());
    lines.push("Pertes dues au secret, par source et millésime".to_owned());
    for ((source, vintage), cells) in facts.hidden {
        let secondary = cells
            .values()
            .filter(|c| matches!(c.why, Why::Secondary { .. }))
            .count();
        lines.push(format!(
            "- {source} {vintage} : {} par un seuil, {secondary} secondaires",
            cells.len() - secondary
        ));
        let mut by_scale: BTreeMap<&str, usize> = BTreeMap::new();
        for key in cells.keys() {
            *by_scale
                .entry(facts.ground.territories.get(key.tid).scale.key())
                .or_default() += 1;
        }
        for (scale, count) in by_scale {
            lines.push(format!("    {scale} : {count}"));
        }
    }
    lines.extend(facts.protection.iter().cloned());
    lines.push(String::new());
    lines.push("Avertissements".to_owned());
    lines.extend(report.warnings.iter().map(ToString::to_string));
    lines.push(String::new());
    lines.join("\n")
}

/// The places that are not plain, counted then listed.
fn places(located: &Located) -> Vec<String> {
    let mut lines = vec![
        "Emplacement des résidences".to_owned(),
        format!(
            "- {} sans commune, sans IRIS ou sans les deux d’après leur point, chacune comptée une fois",
            located.unlocated()
        ),
    ];
    let mut list = |title: &str, items: Vec<String>| {
        lines.push(format!("- {} {title}", items.len()));
        lines.extend(items.into_iter().map(|i| format!("    {i}")));
    };
    let several = |pairs: &[(String, Vec<String>)]| {
        pairs
            .iter()
            .map(|(id, codes)| format!("{id} : {}", codes.join(", ")))
            .collect()
    };
    list(
        "dans une autre commune que celle déclarée, qui est gardée",
        located
            .other_commune
            .iter()
            .map(|(id, said, found)| format!("{id} : déclarée {said}, trouvée {found}"))
            .collect(),
    );
    list(
        "dans aucune commune ; la commune déclarée est gardée",
        located.no_commune.clone(),
    );
    list("dans plusieurs communes", several(&located.several_communes));
    list(
        "dans aucun IRIS : comptées dans leur commune, dans aucun IRIS",
        located.no_iris.clone(),
    );
    list(
        "dans plusieurs IRIS : celui de leur commune, sinon le premier code",
        several(&located.several_iris),
    );
    list(
        "dont l’IRIS est dans une autre commune que la leur",
        located
            .iris_elsewhere
            .iter()
            .map(|(id, commune, iris)| format!("{id} : commune {commune}, IRIS {iris}"))
            .collect(),
    );
    list("dans plusieurs QPV : le premier code", several(&located.several_qpv));
    list(
        "de commune inconnue du site, placées par leur point",
        located
            .by_point
            .iter()
            .map(|(id, said, found)| format!("{id} : déclarée {said}, placée en {found}"))
            .collect(),
    );
    list("sans coordonnées", located.without_point.clone());
    list("hors du territoire, laissées de côté", located.outside.clone());
    lines
}

/// Findings on places, for the terminal: counts and the first identifiers; the report lists them all.
pub(super) fn place_warnings(located: &Located) -> Diagnostics {
    use crate::diag::Diagnostic;
    let (unlocated, defects) = (located.unlocated(), located.no_commune.len() + located.no_iris.len());
    let (twice, both) = match defects - unlocated {
        0 => (String::new(), String::new()),
        n => (
            format!(", {defects} défauts"),
            format!(", dont {n} dans ni commune ni IRIS"),
        ),
    };
    let mut found = Diagnostics::new();
    let mut warn = |count: usize, message: String, hint: &str| {
        if count > 0 {
            found.push(
                Diagnostic::warning(format!(
                    "{count} {} {message}",
                    plural(count as u64, "résidence", "résidences")
                ))
                .hint(hint),
            );
        }
    };
    warn(
        located.other_commune.len(),
        "dont le point tombe dans une autre commune que celle déclarée".to_owned(),
        "la commune déclarée est gardée ; liste dans le rapport",
    );
    warn(
        unlocated,
        format!(
            "dont le point n’est pas localisé{twice} : {} dans aucune commune, {} dans aucun IRIS{both}",
            located.no_commune.len(),
            located.no_iris.len()
        ),
        "comptées dans leur commune déclarée, dans aucun IRIS ; liste dans le rapport",
    );
    warn(
        located.several_iris.len(),
        "dont le point tombe dans plusieurs IRIS".to_owned(),
        "l’IRIS de leur commune est gardé, sinon le premier code ; liste dans le rapport",
    );
    warn(
        located.iris_elsewhere.len(),
        format!(
            "dont l’IRIS appartient à une autre commune que la {}",
            plural(located.iris_elsewhere.len() as u64, "sienne", "leur")
        ),
        "l’IRIS du point est gardé ; liste dans le rapport",
    );
    warn(
        located.several_communes.len(),
        "dans plusieurs communes".to_owned(),
        "liste dans le rapport",
    );
    warn(
        located.several_qpv.len(),
        "dans plusieurs QPV".to_owned(),
        "le premier code est gardé ; liste dans le rapport",
    );
    warn(
        located.without_point.len(),
        "sans coordonnées".to_owned(),
        "ni signe sur la carte, ni IRIS, ni QPV",
    );
    warn(
        located.by_point.len(),
        format!(
            "dont la commune déclarée est inconnue du site, {} point",
            plural(located.by_point.len() as u64, "placée par son", "placées par leur")
        ),
        "commune fusionnée, ou point mal placé ; liste dans le rapport",
    );
    warn(
        located.outside.len(),
        format!(
            "hors du territoire, {} de côté",
            plural(located.outside.len() as u64, "laissée", "laissées")
        ),
        "ni commune connue, ni point dans une commune ; liste dans le rapport",
    );
    found
}
