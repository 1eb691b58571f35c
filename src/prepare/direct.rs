//! Tables with one row per territory, copied: markers become states, wide columns become vintages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::expr::{Expr, Fault, Value};
use super::figures::{All, Key, Said};
use super::ground::Ground;
use super::layout;
use super::number;
use super::recipe::{Block, Formula, Measure, Recipe};
use super::residences::unknown_table;
use super::scan::{Asked, Cleaned, Scan, files};
use super::sorter::{Sorted, Sorter, words};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::format::plural;
use crate::model::{Dictionary, Iid, Indicator, Scale, State, Tid, Vintage};

/// Markers of French producers, unless the block says otherwise.
const MARKERS: [(&str, State); 9] = [
    ("s", State::Secret),
    ("c", State::Secret),
    ("nd", State::NotAvailable),
    ("ns", State::NotAvailable),
    ("n.d.", State::NotAvailable),
    ("na", State::NotAvailable),
    ("so", State::NotApplicable),
    ("-", State::NotAvailable),
    ("", State::NotAvailable),
];

/// What a copied table did not say plainly.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct Copied {
    /// Source of the block.
    pub(super) source: String,
    /// Table of the block.
    pub(super) table: String,
    /// Codes of rows that the site does not have.
    pub(super) unknown: BTreeSet<String>,
    /// Rows without code.
    pub(super) without_code: u64,
    /// Codes whose lost zero was put back.
    pub(super) zeros: u64,
    /// Territories of the site without row.
    pub(super) missing: BTreeSet<String>,
    /// State → cells that came with it.
    pub(super) states: BTreeMap<String, u64>,
    /// Texts of the category column that are no category of the dictionary.
    pub(super) nowhere: BTreeMap<String, u64>,
}

struct Column {
    iid: Iid,
    vintage: Vintage,
    category: Option<u16>,
    value: usize,
    sorter: Option<(usize, Sorter)>,
    words: Option<HashMap<String, u16>>,
    factor: f64,
}

/// Runs a block whose rows are territories and puts its figures.
///
/// # Errors
/// Everything wrong in the block or in its files: unknown markers, territories given twice.
pub(super) fn run(
    recipe: &Recipe,
    recipe_path: &Path,
    from: &Path,
    block: &Block,
    dictionary: &Dictionary,
    ground: &Ground,
    all: &mut All,
) -> Result<(Copied, Vec<Cleaned>, Diagnostics)> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    let scale = block.scale.unwrap_or(Scale::Metropole);
    let Some(table) = recipe.tables.get(&block.table) else {
        return Err(unknown_table(&block.table, recipe, recipe_path).into());
    };
    let table = layout::complete(table, recipe_path, &block.table)?;
    if block.code.is_none() && scale != Scale::Metropole {
        return Err(at(format!("bloc « {} » : « code » manque", block.source))
            .hint("nommer la colonne qui porte le code du territoire")
            .into());
    }
    let markers = markers(block, recipe_path)?;
    let measures = super::compile::measures(block, &table, dictionary, recipe_path)?;
    let mut copied = Copied {
        source: block.source.clone(),
        table: block.table.clone(),
        ..Copied::default()
    };
    let (mut cleaned, mut warnings) = (Vec::new(), Diagnostics::new());
    let mut seen = BTreeSet::new();
    for (vintage, path) in files(&table, &block.table, from, recipe_path)? {
        let mut asked = Asked::default();
        let code = block
            .code
            .as_ref()
            .map(|t| asked.add(recipe_path, "code", t))
            .transpose()?;
        let keep = block
            .keep
            .as_ref()
            .map(|t| asked.add(recipe_path, "where", t))
            .transpose()?;
        let base = block
            .base
            .as_ref()
            .map(|t| asked.add(recipe_path, "base", &t.text()))
            .transpose()?;
        let year = block
            .year
            .as_ref()
            .map(|t| asked.add(recipe_path, "year", &t.text()))
            .transpose()?;
        let columns = columns(block, &table, &measures, vintage, recipe_path, &mut asked)?;
        let scan = Scan::open(&table, &path, vintage, &asked, recipe_path)?;
        let mut found = Diagnostics::new();
        let (report, more) = scan.run(
            |row| {
                if let Some(keep) = keep
                    && !row.value(keep)?.truth()
                {
                    return Ok(None);
                }
                let code = code.map_or(Ok(String::new()), |c| row.text(c))?;
                let base = base.map_or(Ok(None), |b| row.number(b))?;
                let year = year.map_or(Ok(None), |y| row.number(y))?;
                let mut cells = Vec::with_capacity(columns.len());
                for column in &columns {
                    let category = column.sorter.as_ref().map(|(c, _)| row.text(*c)).transpose()?;
                    let cell = match row.value(column.value) {
                        // A formula gives a number; a column gives its text, markers included.
                        Ok(Value::Number(number)) => Ok(number),
                        Ok(other) => Err(other.text().trim().to_owned()),
                        // A formula on a marker is that marker.
                        Err(Fault(text)) if markers.contains_key(&text.trim().to_lowercase()) => {
                            Err(text.trim().to_owned())
                        }
                        Err(fault) => return Err(fault),
                    };
                    cells.push((category, cell));
                }
                Ok(Some((row.number, code, base, year, cells)))
            },
            |row| {
                let Some((line, code, base, year, cells)) = row else { return };
                let (tid, restored) = territory(scale, &code, ground);
                copied.zeros += u64::from(restored);
                let Some(tid) = tid else {
                    if code.is_empty() {
                        copied.without_code += 1;
                    } else {
                        copied.unknown.insert(code);
                    }
                    return;
                };
                seen.insert(tid);
                for (column, (category, cell)) in columns.iter().zip(cells) {
                    let indicator = dictionary.get(column.iid);
                    let category = match (&column.sorter, category) {
                        (Some((_, sorter)), Some(text)) => match sorter.sort(&text) {
                            Sorted::In(category) => Some(category),
                            Sorted::Nowhere | Sorted::Unknown => {
                                *copied.nowhere.entry(text).or_default() += 1;
                                continue;
                            }
                        },
                        _ => column.category,
                    };
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a year")]
                    let vintage = year.map_or(column.vintage, |y| Vintage::Year(y as u16));
                    if !block.vintages.is_empty() && !block.vintages.contains(&vintage.to_string()) {
                        continue;
                    }
                    let said = match read(cell, column, &markers, base) {
                        Ok(said) => said,
                        Err(text) => {
                            found.push(
                                Diagnostic::error(format!("« {} » : « {text} » n’est ni un nombre ni un état", indicator.id))
                                    .at(&path)
                                    .line(line as usize)
                                    .hint("si ce texte est un marqueur de la source, l’ajouter à « markers » du bloc"),
                            );
                            continue;
                        }
                    };
                    if let Said::State(state) = said {
                        *copied.states.entry(state.sign().to_owned()).or_default() += 1;
                    }
                    if !block.scales.contains(&scale) {
                        continue;
                    }
                    let key = Key { tid, indicator: column.iid, category };
                    if !all.put(&block.source, vintage, key, said) {
                        found.push(
                            Diagnostic::error(format!("« {} » : deux lignes pour {scale} {code} en {vintage}", indicator.id))
                                .at(&path)
                                .line(line as usize)
                                .hint("une ligne par territoire ; ajouter « where » ou « category » si la table en porte plusieurs"),
                        );
                    }
                }
            },
        )?;
        cleaned.push(report);
        warnings.extend(more);
        if !found.is_empty() {
            return Err(found.sorted());
        }
    }
    for tid in ground.territories.of(scale).filter(|t| !seen.contains(t)) {
        copied.missing.insert(ground.territories.get(tid).code.to_string());
    }
    if block.total {
        total(block, &measures, scale, ground, all);
    }
    tell(&copied, &mut warnings);
    Ok((copied, cleaned, warnings))
}

fn markers(block: &Block, recipe_path: &Path) -> Result<HashMap<String, State>> {
    let mut markers: HashMap<String, State> = MARKERS.iter().map(|(t, s)| ((*t).to_owned(), *s)).collect();
    for (text, state) in &block.markers {
        let Ok(state) = state.parse() else {
            return Err(Diagnostic::error(format!("état « {state} » inconnu"))
                .at(recipe_path)
                .suggest(state, State::ALL.map(State::sign))
                .into());
        };
        markers.insert(text.to_lowercase(), state);
    }
    Ok(markers)
}

fn read(
    cell: std::result::Result<f64, String>,
    column: &Column,
    markers: &HashMap<String, State>,
    base: Option<f64>,
) -> std::result::Result<Said, String> {
    let value = match cell {
        Ok(number) => number,
        Err(text) => {
            if let Some(words) = &column.words
                && let Some(word) = words.get(&text)
            {
                return Ok(Said::Word { word: *word, base });
            }
            match (number::number(&text), markers.get(&text.to_lowercase())) {
                (Some(number), _) if column.words.is_none() => number,
                (_, Some(state)) => return Ok(Said::State(*state)),
                _ => return Err(text),
            }
        }
    };
    Ok(Said::Number {
        value: value * column.factor,
        base,
    })
}

fn territory(scale: Scale, code: &str, ground: &Ground) -> (Option<Tid>, bool) {
    match scale {
        Scale::Metropole => (Some(ground.territories.metropole()), false),
        _ => ground.find(scale, code),
    }
}

fn columns(
    block: &Block,
    table: &super::recipe::Table,
    measures: &[(Iid, &Indicator, Measure)],
    file: Option<Vintage>,
    recipe_path: &Path,
    asked: &mut Asked,
) -> Result<Vec<Column>> {
    let at = |message: String| Diagnostic::error(message).at(recipe_path);
    let mut columns = Vec::new();
    for (iid, indicator, measure) in measures {
        let id = &indicator.id;
        let text = match (&measure.column, &measure.word, &measure.sum) {
            (Some(text), None, None) | (None, Some(text), None) => Some(text.clone()),
            (None, None, Some(formula)) => Some(formula.text()),
            (None, None, None) if !measure.columns.is_empty() => None,
            _ => {
                return Err(at(format!(
                    "mesure de « {id} » : « column », « columns » ou « word » attendu"
                ))
                .hint("avec « scale », une ligne est un territoire et sa valeur est copiée")
                .into());
            }
        };
        let parts: Vec<(Option<u16>, String)> = match text {
            Some(text) => vec![(None, text)],
            None => {
                let mut parts = Vec::new();
                for (key, formula) in &measure.columns {
                    let Some(category) = indicator.category(key) else {
                        return Err(at(format!("« {id} » n’a pas de catégorie « {key} »"))
                            .suggest(key, indicator.categories.iter().map(|c| c.key.as_str()))
                            .into());
                    };
                    parts.push((Some(category), Formula::text(formula)));
                }
                parts
            }
        };
        let wide = parts.iter().any(|(_, text)| text.contains("{aa"));
        let vintages: Vec<Vintage> = if wide {
            let parse = |v: &String| v.parse().map_err(|()| at(format!("millésime « {v} »")).into());
            block.vintages.iter().map(parse).collect::<Result<_>>()?
        } else {
            vec![file.unwrap_or(Vintage::Year(0))]
        };
        if vintages.is_empty() || (!wide && file.is_none() && block.year.is_none()) {
            return Err(at(format!("« {id} » : millésimes inconnus"))
                .hint("ajouter vintages = [\"2024\", \"2025\"] au bloc, vintage = \"2025\" à la table, ou year = \"…\"")
                .into());
        }
        let sorter = match &measure.category {
            None => None,
            Some(name) => {
                let Some(categories) = table.categories.get(name) else {
                    return Err(at(format!("« {id} » : catégories « {name} » inconnues"))
                        .suggest(name, table.categories.keys().map(String::as_str))
                        .into());
                };
                let sorter = Sorter::new(categories, indicator).map_err(&at)?;
                Some((asked.add(recipe_path, id, &categories.of)?, sorter))
            }
        };
        let sorted = sorter.is_some() || !measure.columns.is_empty();
        if indicator.is_split() != sorted {
            return Err(at(format!(
                "« {id} » : catégories au dictionnaire et dans la recette ne concordent pas"
            ))
            .hint("avec des catégories, écrire « columns = { … } » ou « category = … » ; sans, « column = … »")
            .into());
        }
        for vintage in vintages {
            for (category, text) in &parts {
                let year = vintage.last();
                let text = text
                    .replace("{aaaa}", &year.to_string())
                    .replace("{aa}", &format!("{:02}", year % 100));
                // A name of column that is no formula is taken as it is.
                let text = if measure.column.is_some() && Expr::parse(&text).is_err() {
                    format!("`{text}`")
                } else {
                    text
                };
                columns.push(Column {
                    iid: *iid,
                    vintage,
                    category: *category,
                    value: asked.add(recipe_path, id, &text)?,
                    sorter: sorter.clone(),
                    words: if indicator.kind.is_word() {
                        Some(words(&measure.map, indicator).map_err(&at)?)
                    } else {
                        None
                    },
                    factor: measure.factor.unwrap_or(1.0),
                });
            }
        }
    }
    Ok(columns)
}

/// Adds up the territories of a scale into the reference territory, when all of them have a value.
fn total(block: &Block, measures: &[(Iid, &Indicator, Measure)], scale: Scale, ground: &Ground, all: &mut All) {
    let metropole = ground.territories.metropole();
    let count = ground.territories.count(scale);
    for ((source, _), figures) in &mut all.0 {
        if *source != block.source {
            continue;
        }
        for (iid, indicator, _) in measures {
            for category in indicator.cells() {
                let (mut sum, mut base, mut known, mut some) = (0.0, Some(0.0), 0usize, false);
                for tid in ground.territories.of(scale) {
                    match figures.get(&Key {
                        tid,
                        indicator: *iid,
                        category,
                    }) {
                        Some(Said::Number { value, base: b }) => {
                            sum += value;
                            base = base.zip(*b).map(|(a, b)| a + b);
                            known += 1;
                            some = true;
                        }
                        Some(_) => some = true,
                        None => {}
                    }
                }
                if some {
                    let said = if known == count {
                        Said::Number { value: sum, base }
                    } else {
                        Said::State(State::NotAvailable)
                    };
                    figures.insert(
                        Key {
                            tid: metropole,
                            indicator: *iid,
                            category,
                        },
                        said,
                    );
                }
            }
        }
    }
}

fn tell(copied: &Copied, warnings: &mut Diagnostics) {
    let block = format!("{} (table « {} »)", copied.source, copied.table);
    if !copied.unknown.is_empty() {
        let some: Vec<&str> = copied.unknown.iter().take(8).map(String::as_str).collect();
        warnings.push(
            Diagnostic::warning(format!(
                "{block} : {} {} du site ({})",
                copied.unknown.len(),
                plural(copied.unknown.len() as u64, "code absent", "codes absents"),
                some.join(", ")
            ))
            .hint("ces lignes sont laissées de côté : autre territoire, ou géographie d’une autre année"),
        );
    }
    if copied.zeros > 0 {
        warnings.push(
            Diagnostic::warning(format!(
                "{block} : zéro initial remis sur {} {}",
                copied.zeros,
                plural(copied.zeros, "code", "codes")
            ))
            .hint("un tableur l’avait ôté ; importer la colonne en texte"),
        );
    }
    if copied.without_code > 0 {
        warnings.push(Diagnostic::warning(format!(
            "{block} : {} {} sans code",
            copied.without_code,
            plural(copied.without_code, "ligne", "lignes")
        )));
    }
    if !copied.missing.is_empty() {
        warnings.push(
            Diagnostic::warning(format!(
                "{block} : {} {} du site sans ligne",
                copied.missing.len(),
                plural(copied.missing.len() as u64, "territoire", "territoires")
            ))
            .hint("ils s’afficheront « nd » ; absence ne veut pas dire zéro"),
        );
    }
    for (text, count) in &copied.nowhere {
        warnings.push(Diagnostic::warning(format!(
            "{block} : {count} {} « {text} » sans catégorie au dictionnaire",
            plural(*count, "ligne", "lignes")
        )));
    }
}
