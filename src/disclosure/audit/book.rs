//! A finished workbook: its figures, and numbers that stand where none may.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::facts::{Batch, Finding, Said};
use super::scan::{Piece, Scanner, attribute, decode};

/// One row of the dictionary as the site publishes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    pub(super) kind: String,
    pub(super) numerator: String,
    pub(super) denominator: String,
    pub(super) base: String,
    pub(super) decimals: u8,
}

/// Parts of a workbook that the atlas writes.
const PARTS: [&str; 11] = [
    "[Content_Types].xml",
    "_rels/",
    "xl/_rels/",
    "xl/theme/",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/worksheets/",
    "xl/sharedStrings.xml",
    "docProps/core.xml",
    "docProps/app.xml",
    "xl/tables/",
];

/// Reads a workbook; `scales` gives the key of a scale's label, `dictionary` is filled from the sheet of that name.
pub(super) fn read(
    bytes: &[u8],
    file: &str,
    scales: &BTreeMap<String, String>,
    batch: &mut Batch<'static>,
    dictionary: &mut BTreeMap<String, Described>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut leak = |message: String, remedy: &str| {
        findings.push(Finding {
            error: true,
            kind: "fuite",
            message,
            files: vec![file.to_owned()],
            remedy: remedy.to_owned(),
        });
    };
    let Some(parts) = unzip(bytes) else {
        leak("classeur illisible".to_owned(), "reconstruire l’atlas");
        return findings;
    };
    for name in parts.keys().filter(|n| !PARTS.iter().any(|p| n.starts_with(p))) {
        leak(
            format!("partie « {name} » inattendue dans le classeur"),
            "reconstruire l’atlas",
        );
    }
    let empty = String::new();
    for message in properties(&parts) {
        leak(
            message,
            "un classeur de l’atlas ne dit de lui-même que son titre et sa source",
        );
    }
    let shared = shared(parts.get("xl/sharedStrings.xml").unwrap_or(&empty));
    for (rank, (sheet, hidden)) in sheets(parts.get("xl/workbook.xml").unwrap_or(&empty))
        .into_iter()
        .enumerate()
    {
        if hidden {
            leak(
                format!("feuille cachée « {sheet} »"),
                "aucune feuille n’est cachée dans un classeur de l’atlas",
            );
        }
        let Some(text) = parts.get(&format!("xl/worksheets/sheet{}.xml", rank + 1)) else {
            continue;
        };
        if text.contains("<f>") || text.contains("<f ") {
            leak(
                format!("formule dans la feuille « {sheet} »"),
                "un classeur de l’atlas ne porte que des valeurs",
            );
        }
        if text.contains(" hidden=\"1\"") {
            leak(
                format!("ligne ou colonne cachée dans « {sheet} »"),
                "rien n’est caché dans un classeur de l’atlas",
            );
        }
        match sheet.as_str() {
            "Données" => figures(text, &shared, scales, batch, &mut leak),
            "Dictionnaire" => {
                for row in rows(text, &shared) {
                    let text = |c: usize| row.get(&c).map(Value::text).unwrap_or_default();
                    if row.values().filter(|v| matches!(v, Value::Number(_))).count() > 1 {
                        leak(
                            "nombre inattendu dans la feuille « Dictionnaire »".to_owned(),
                            "reconstruire l’atlas",
                        );
                    }
                    let Some(Value::Number(decimals)) = row.get(&15) else {
                        continue;
                    };
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 3")]
                    let decimals = *decimals as u8;
                    dictionary.entry(text(1)).or_insert_with(|| Described {
                        kind: text(6),
                        numerator: text(7),
                        denominator: text(8),
                        base: text(9),
                        decimals,
                    });
                }
            }
            "Sources" | "Notice" => {
                for row in rows(text, &shared) {
                    let numbers = row
                        .values()
                        .filter_map(|v| if let Value::Number(n) = v { Some(*n) } else { None });
                    let cadence = sheet == "Sources";
                    if numbers
                        .filter(|n| !(cadence && (*n <= 20.0 || (1900.0..2200.0).contains(n))))
                        .count()
                        > 0
                    {
                        leak(
                            format!("nombre inattendu dans la feuille « {sheet} »"),
                            "reconstruire l’atlas",
                        );
                    }
                }
            }
            other => leak(format!("feuille « {other} » inattendue"), "reconstruire l’atlas"),
        }
    }
    findings
}

fn figures(
    text: &str,
    shared: &[String],
    scales: &BTreeMap<String, String>,
    batch: &mut Batch<'static>,
    leak: &mut impl FnMut(String, &str),
) {
    for row in rows(text, shared).into_iter().skip(2) {
        let text = |c: usize| row.get(&c).map(Value::text).unwrap_or_default();
        let stray = row
            .iter()
            .any(|(c, v)| matches!(v, Value::Number(_)) && !matches!(c, 8 | 9 | 11) || *c > 12);
        if stray {
            leak(
                format!("nombre hors des colonnes prévues, ligne de « {} »", text(2)),
                "les chiffres sont dans « Valeur » et « n » seulement",
            );
        }
        let scale = text(1);
        let scale = scales
            .get(&scale)
            .cloned()
            .unwrap_or_else(|| crate::format::fold(&scale));
        let category = text(6);
        let mut name = format!("{scale}:{}:{}", text(2), text(4));
        if !category.is_empty() {
            name = format!("{name}:{category}");
        }
        name = format!("{name}:{}", text(8));
        let state = text(12);
        let said = match (row.get(&9), state.is_empty()) {
            (Some(Value::Number(n)), true) => Said::Number(*n),
            (Some(_), true) => Said::Word,
            (None, false) => Said::state(&state),
            (Some(_), false) => {
                leak(
                    format!("« {name} » porte un état et une valeur"),
                    "une ligne qui a un état n’a pas de valeur",
                );
                Said::state(&state)
            }
            (None, true) => continue,
        };
        if let Some(Value::Number(base)) = row.get(&11) {
            if said.is_secret() {
                leak(
                    format!("« {name} » est secret et porte un effectif"),
                    "l’effectif d’un chiffre secret est masqué",
                );
            } else {
                batch
                    .facts
                    .push((Cow::Owned(format!("base:{name}")), Said::Number(*base)));
            }
        }
        batch.facts.push((Cow::Owned(name), said));
    }
}

/// Properties and names that the atlas does not write: they are seen in a menu, not in a sheet.
fn properties(parts: &BTreeMap<String, String>) -> Vec<String> {
    let empty = String::new();
    let mut found = Vec::new();
    let names = Scanner::new(parts.get("xl/workbook.xml").unwrap_or(&empty));
    for piece in names {
        if let Piece::Open {
            name: "definedName",
            attributes,
            ..
        } = piece
            && !attribute(attributes, "name").is_some_and(|n| n.starts_with("_xlnm."))
        {
            found.push("nom défini dans le classeur : il peut porter un chiffre".to_owned());
        }
    }
    let known = [
        "title",
        "creator",
        "description",
        "lastModifiedBy",
        "created",
        "modified",
        "coreProperties",
    ];
    for piece in Scanner::new(parts.get("docProps/core.xml").unwrap_or(&empty)) {
        match piece {
            Piece::Open { name, .. } if !name.starts_with('?') => {
                let own = name.rsplit(':').next().unwrap_or(name);
                if !known.contains(&own) {
                    found.push(format!("propriété « {own} » non prévue dans le classeur"));
                }
            }
            Piece::Text(text) => {
                if let Some(number) = super::html::counted(&decode(text)) {
                    found.push(format!("nombre dans une propriété du classeur : « {number} »"));
                }
            }
            _ => {}
        }
    }
    found
}

/// Parts of a workbook as texts; none when it is not one, or when it would inflate beyond 256 MB.
fn unzip(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = BTreeMap::new();
    for i in 0..archive.len() {
        let part = archive.by_index(i).ok()?;
        let name = part.name().to_owned();
        let mut text = Vec::new();
        part.take(256 << 20).read_to_end(&mut text).ok()?;
        parts.insert(name, String::from_utf8_lossy(&text).into_owned());
    }
    Some(parts)
}

fn shared(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut inside = false;
    for piece in Scanner::new(text) {
        match piece {
            Piece::Open { name: "si", .. } => all.push(String::new()),
            Piece::Open {
                name: "t",
                closed: false,
                ..
            } => inside = true,
            Piece::Close("t") => inside = false,
            Piece::Text(text) if inside => {
                if let Some(last) = all.last_mut() {
                    last.push_str(&decode(text));
                }
            }
            _ => {}
        }
    }
    all
}

/// Names of the sheets in order, and whether each is hidden.
fn sheets(text: &str) -> Vec<(String, bool)> {
    Scanner::new(text)
        .filter_map(|piece| match piece {
            Piece::Open {
                name: "sheet",
                attributes,
                ..
            } => {
                let name = attribute(attributes, "name")
                    .map(|n| decode(n).into_owned())
                    .unwrap_or_default();
                Some((name, attribute(attributes, "state").is_some_and(|s| s != "visible")))
            }
            _ => None,
        })
        .collect()
}

/// A filled cell.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Number(n) => n.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Rows of a sheet: filled cells by column, from 1.
fn rows(text: &str, shared: &[String]) -> Vec<BTreeMap<usize, Value>> {
    let mut all = Vec::new();
    let mut row = BTreeMap::new();
    let mut column = 0;
    let mut kind = "";
    let mut content = String::new();
    let mut inside = false;
    for piece in Scanner::new(text) {
        match piece {
            Piece::Open { name: "row", .. } => row = BTreeMap::new(),
            Piece::Close("row") => all.push(std::mem::take(&mut row)),
            Piece::Open {
                name: "c", attributes, ..
            } => {
                column = attribute(attributes, "r").map_or(column + 1, letters);
                kind = attribute(attributes, "t").unwrap_or("n");
                content.clear();
            }
            Piece::Open {
                name: "v" | "t",
                closed: false,
                ..
            } => inside = true,
            Piece::Close("v" | "t") => inside = false,
            Piece::Text(text) if inside => content.push_str(&decode(text)),
            Piece::Close("c") => {
                let value = match kind {
                    "s" => content
                        .parse::<usize>()
                        .ok()
                        .and_then(|i| shared.get(i))
                        .map(|t| Value::Text(t.clone())),
                    "n" => content.parse().ok().map(Value::Number),
                    _ => Some(Value::Text(content.clone())),
                };
                if let Some(value) = value.filter(|v| *v != Value::Text(String::new())) {
                    row.insert(column, value);
                }
            }
            _ => {}
        }
    }
    all
}

/// Column of `AB12`, from 1.
fn letters(reference: &str) -> usize {
    reference
        .bytes()
        .take_while(u8::is_ascii_uppercase)
        .fold(0, |n, b| n * 26 + usize::from(b - b'A') + 1)
}
