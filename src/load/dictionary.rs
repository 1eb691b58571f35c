//! `data/dictionary.csv` and `data/sources.csv`: the law and its sources.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::table::{Fields, Table, number, yes_no};
use crate::config::Config;
use crate::diag::{Diagnostics, Result};
use crate::model::{
    Base, Category, Classes, Computed, Dictionary, Direction, Iid, Indicator, Kind, Operand, Scale, ScaleSet, Source,
    Term, Vintage,
};

const DICTIONARY: [&str; 19] = [
    "id",
    "theme",
    "label",
    "definition",
    "unit",
    "kind",
    "numerator",
    "denominator",
    "base",
    "coverage",
    "categories",
    "source",
    "view_scales",
    "export_scales",
    "decimals",
    "direction",
    "classes",
    "thematic_only",
    "note",
];
const SOURCES: [&str; 9] = [
    "id",
    "producer",
    "dataset",
    "licence",
    "cadence_years",
    "last_vintage",
    "next_vintage",
    "note",
    "breaks",
];

/// Reads `data/sources.csv`; every wrong row goes to `found` with its place, and is kept for what can be read of it.
///
/// None when the table itself cannot be read.
pub(super) fn sources(path: &Path, found: &mut Diagnostics) -> Option<Vec<Source>> {
    let table = Table::salvage(path, &SOURCES, &["id", "producer", "dataset"], &[], found)?;
    let mut all: Vec<Source> = Vec::new();
    for row in table.rows() {
        let source = source(&row, found);
        if all.iter().any(|s| s.id == source.id) {
            found.push(
                row.error("id", format!("source « {} » décrite deux fois", source.id))
                    .hint("n’en garder qu’une"),
            );
        }
        all.push(source);
    }
    Some(all)
}

fn source(row: &Fields<'_>, found: &mut Diagnostics) -> Source {
    let id = found.absorb(row.required("id")).unwrap_or_default().to_owned();
    if !id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    {
        found.push(
            row.error("id", format!("identifiant de source « {id} »"))
                .hint("minuscules sans accent, chiffres, « - » et « _ » : c’est aussi le nom de son dossier"),
        );
    }
    let optional = |column: &str, parse: &dyn Fn(&str) -> bool, expected: &str, found: &mut Diagnostics| {
        let text = row.get(column);
        if !text.is_empty() && !parse(text) {
            found.push(
                row.error(column, format!("« {text} » : {expected}"))
                    .hint("corriger ou vider cette case"),
            );
        }
    };
    optional(
        "cadence_years",
        &|t| t.parse::<u8>().is_ok(),
        "nombre d’années attendu",
        found,
    );
    optional(
        "last_vintage",
        &|t| t.parse::<Vintage>().is_ok(),
        "millésime attendu, comme 2025 ou 2023-2025",
        found,
    );
    optional(
        "next_vintage",
        &|t| month(t).is_some(),
        "mois attendu, comme 2026-12",
        found,
    );
    let (mut breaks, mut break_scopes) = (BTreeMap::new(), BTreeMap::new());
    for part in row.get("breaks").split('|').map(str::trim).filter(|p| !p.is_empty()) {
        match broken(part) {
            Some((year, scopes, why)) => {
                if !scopes.is_empty() {
                    break_scopes.insert(year, scopes);
                }
                breaks.insert(year, why.to_owned());
            }
            None => found.push(row.error("breaks", format!("rupture « {part} »")).hint(
                "écrire « 2021=nouvelle méthode », ou « 2021[parc.dpe]=nouvelle méthode » si elle ne touche que des indicateurs, séparées par « | »",
            )),
        }
    }
    Source {
        id,
        producer: row.get("producer").to_owned(),
        dataset: row.get("dataset").to_owned(),
        licence: row.get("licence").to_owned(),
        cadence_years: row.get("cadence_years").parse().ok(),
        last_vintage: row.get("last_vintage").parse().ok(),
        next_vintage: month(row.get("next_vintage")),
        note: row.get("note").to_owned(),
        breaks,
        break_scopes,
    }
}

/// Reads a break: `2021=reason`, or `2021[parc.dpe parc.loyer]=reason` for some indicators, named by their beginnings.
fn broken(text: &str) -> Option<(u16, Vec<String>, &str)> {
    let (head, why) = text.split_once('=')?;
    let (year, scopes) = match head.split_once('[') {
        Some((year, scopes)) => (year, scopes.trim_end().strip_suffix(']')?),
        None => (head, ""),
    };
    let scopes = scopes.split_whitespace().map(str::to_owned).collect();
    Some((year.trim().parse().ok()?, scopes, why.trim()))
}

fn month(text: &str) -> Option<(u16, u8)> {
    let (year, month) = text.split_once('-').unwrap_or((text, "12"));
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((1900..=2200).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
}

/// Reads `data/dictionary.csv` against the sources and the settings; every wrong row goes to `found` with its place.
///
/// Gives the indicators that are right, none when there are none, and the names of those that are not: with such names
/// the dictionary serves to check values, not to build.
pub(super) fn dictionary(
    path: &Path,
    config: &Config,
    sources: &[Source],
    found: &mut Diagnostics,
) -> (Option<Dictionary>, Vec<String>) {
    let required = [
        "id",
        "theme",
        "label",
        "definition",
        "kind",
        "base",
        "source",
        "view_scales",
        "export_scales",
    ];
    let Some(table) = Table::salvage(path, &DICTIONARY, &required, &[], found) else {
        return (None, Vec::new());
    };
    let mut faulty = Vec::new();
    // Operands may name a later row: know every name first.
    let mut names: HashMap<&str, (Iid, Vec<Category>)> = HashMap::new();
    for (i, row) in table.rows().enumerate() {
        let id = row.get("id");
        let iid = Iid(u16::try_from(i).unwrap_or(u16::MAX));
        if names.insert(id, (iid, categories(row.get("categories")))).is_some() {
            found.push(
                row.error("id", format!("indicateur « {id} » décrit deux fois"))
                    .hint("n’en garder qu’un"),
            );
            faulty.push(id.to_owned());
        }
    }
    let mut all = Vec::new();
    for row in table.rows() {
        match found.absorb(indicator(&row, config, sources, &names)) {
            Some(indicator) => all.push(indicator),
            None => faulty.push(row.get("id").to_owned()),
        }
    }
    if all.is_empty() && faulty.is_empty() {
        found.push(
            crate::diag::Diagnostic::error("dictionnaire vide : rien ne serait publié")
                .at(path)
                .hint("y décrire au moins un indicateur"),
        );
    }
    ((!all.is_empty()).then(|| Dictionary::new(all)), faulty)
}

fn categories(text: &str) -> Vec<Category> {
    text.split('|')
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(|part| {
            let (key, label) = part.split_once('=').unwrap_or((part, part));
            Category {
                key: key.trim().to_owned(),
                label: label.trim().to_owned(),
            }
        })
        .collect()
}

fn kind(text: &str) -> Option<Kind> {
    Some(match text {
        "count" => Kind::Count,
        "share" => Kind::Share,
        "rate" => Kind::Rate,
        "mean" => Kind::Mean,
        "index" => Kind::Index,
        "distance" => Kind::Distance,
        "class" => Kind::Class,
        "text" => Kind::Text,
        _ => return None,
    })
}

fn base(text: &str) -> Option<Base> {
    Some(match text {
        "logements" => Base::Logements,
        "attributions" => Base::Attributions,
        "source" => Base::Source,
        "public" => Base::Public,
        _ => return None,
    })
}

fn classes(text: &str) -> Option<Classes> {
    if let Some(n) = text.strip_prefix("quantiles:") {
        return n
            .trim()
            .parse()
            .ok()
            .filter(|n| (2..=5).contains(n))
            .map(Classes::Quantiles);
    }
    if let Some(n) = text.strip_prefix("jenks:") {
        return n
            .trim()
            .parse()
            .ok()
            .filter(|n| (2..=5).contains(n))
            .map(Classes::Jenks);
    }
    let breaks: Vec<f64> = text.split('|').map(|b| number(b.trim())).collect::<Option<_>>()?;
    (breaks.len() <= 4 && breaks.windows(2).all(|w| w[0] < w[1])).then_some(Classes::Breaks(breaks))
}

fn indicator(
    row: &Fields<'_>,
    config: &Config,
    sources: &[Source],
    names: &HashMap<&str, (Iid, Vec<Category>)>,
) -> Result<Indicator> {
    let mut found = Diagnostics::new();
    let text =
        |column: &str, found: &mut Diagnostics| found.absorb(row.required(column)).unwrap_or_default().to_owned();
    let id = text("id", &mut found);
    let theme = text("theme", &mut found);
    let label = text("label", &mut found);
    let definition = text("definition", &mut found);
    let source = text("source", &mut found);
    if !id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
        || id.starts_with(['.', '-'])
        || id.contains("..")
    {
        found.push(
            row.error("id", format!("identifiant « {id} »")).hint(
                "minuscules sans accent, chiffres, « . », « _ » et « - » : il sert d’adresse, comme parc.vacance",
            ),
        );
    }
    if !theme.is_empty() && config.theme(&theme).is_none() && !config.unsure_of("themes") {
        found.push(
            row.error("theme", format!("thème « {theme} » absent d’atlas.toml"))
                .suggest(&theme, config.themes.iter().map(|t| t.id.as_str())),
        );
    }
    if !source.is_empty() && !sources.iter().any(|s| s.id == source) {
        found.push(
            row.error("source", format!("source « {source} » absente de data/sources.csv"))
                .suggest(&source, sources.iter().map(|s| s.id.as_str())),
        );
    }
    let word = |column: &str, known: &[&str], found: &mut Diagnostics| {
        let text = row.get(column);
        if !known.contains(&text) {
            found.push(
                row.error(column, format!("« {text} » inconnu"))
                    .suggest(text, known.iter().copied()),
            );
        }
        text.to_owned()
    };
    let kind_text = word(
        "kind",
        &["count", "share", "rate", "mean", "index", "distance", "class", "text"],
        &mut found,
    );
    let base_text = word("base", &["logements", "attributions", "source", "public"], &mut found);
    let direction = match row.get("direction") {
        "" | "neutral" => Direction::Neutral,
        "up" => Direction::Up,
        "down" => Direction::Down,
        other => {
            found.push(
                row.error("direction", format!("« {other} » inconnu"))
                    .suggest(other, ["neutral", "up", "down"]),
            );
            Direction::Neutral
        }
    };
    let categories = categories(row.get("categories"));
    for (i, category) in categories.iter().enumerate() {
        let key = &category.key;
        if key.is_empty()
            || !key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        {
            found.push(
                row.error("categories", format!("catégorie « {key} »"))
                    .hint("lettres sans accent, chiffres, « - », « _ » : écrire « t1=T1|t2=T2 »"),
            );
        }
        if categories[..i].iter().any(|c| c.key == *key) {
            found.push(
                row.error("categories", format!("catégorie « {key} » écrite deux fois"))
                    .hint("n’en garder qu’une"),
            );
        }
    }
    let computed = match row.get("numerator") {
        "@plus-proche" => Some(Computed::Nearest),
        "@500m" => Some(Computed::Within500),
        "@nombre" => Some(Computed::Inside),
        _ => None,
    };
    let mut operand = |column: &str| -> Option<Operand> {
        if computed.is_some() || row.get(column).is_empty() {
            return None;
        }
        found.absorb(self::operand(row, column, names))
    };
    let (numerator, denominator) = (operand("numerator"), operand("denominator"));
    let coverage = match row.get("coverage") {
        "" => None,
        name => match names.get(name) {
            Some((iid, _)) => Some(*iid),
            None => {
                found.push(
                    row.error(
                        "coverage",
                        format!("indicateur de couverture « {name} » absent du dictionnaire"),
                    )
                    .suggest(name, names.keys().copied()),
                );
                None
            }
        },
    };
    let view = scales(row, "view_scales", &mut found);
    let export = scales(row, "export_scales", &mut found);
    let decimals = match row.get("decimals") {
        "" => 0,
        text => text.parse().ok().filter(|d| *d <= 3).unwrap_or_else(|| {
            found.push(
                row.error("decimals", format!("« {text} » décimales : de 0 à 3 attendues"))
                    .hint("corriger cette case"),
            );
            0
        }),
    };
    let classes = match row.get("classes") {
        "" => None,
        text => {
            let read = self::classes(text);
            if read.is_none() {
                found.push(
                    row.error("classes", format!("classes « {text} »"))
                        .hint("au plus quatre bornes croissantes « 10|20|30|45 », ou « quantiles:5 », ou « jenks:5 »"),
                );
            }
            read
        }
    };
    let thematic_only = yes_no(row.get("thematic_only")).unwrap_or_else(|| {
        found.push(
            row.error("thematic_only", "« oui » ou « non » attendu")
                .hint("corriger cette case"),
        );
        false
    });
    if base_text == "attributions"
        && (view.contains(Scale::Residence) || export.contains(Scale::Residence))
        && !config.thresholds.residence_allocations
    {
        found.push(
            row.error("view_scales", format!("« {id} » ouvre la résidence aux attributions, fermée par l’article 4"))
                .hint("retirer « residence », ou ouvrir « thresholds.residence_allocations » dans atlas.toml si la convention le permet"),
        );
    }
    let (Some(kind), Some(base)) = (kind(&kind_text), base(&base_text)) else {
        return Err(found);
    };
    if kind.is_word() && categories.is_empty() {
        found.push(
            row.error("categories", format!("« {id} » est un mot sans liste de mots"))
                .hint("écrire « 1=très faible|2=faible|… »"),
        );
    }
    if !found.is_empty() {
        return Err(found);
    }
    Ok(Indicator {
        id,
        theme,
        label,
        definition,
        unit: row.get("unit").to_owned(),
        kind,
        numerator,
        denominator,
        computed,
        base,
        coverage,
        categories,
        source,
        view,
        export,
        decimals,
        direction,
        classes,
        thematic_only,
        note: row.get("note").to_owned(),
    })
}

fn scales(row: &Fields<'_>, column: &str, found: &mut Diagnostics) -> ScaleSet {
    row.get(column)
        .split([' ', ',', '|'])
        .filter(|s| !s.is_empty())
        .filter_map(|name| {
            let scale = name.parse::<Scale>().ok();
            if scale.is_none() {
                found.push(
                    row.error(column, format!("échelle « {name} » inconnue"))
                        .suggest(name, Scale::ALL.map(Scale::key)),
                );
            }
            scale
        })
        .collect()
}

fn operand(row: &Fields<'_>, column: &str, names: &HashMap<&str, (Iid, Vec<Category>)>) -> Result<Operand> {
    let mut found = Diagnostics::new();
    let mut terms = Vec::new();
    for part in row.get(column).split('+').map(str::trim) {
        let (id, category) = part.split_once(':').map_or((part, None), |(id, c)| (id, Some(c)));
        let Some((iid, categories)) = names.get(id) else {
            let mut known: Vec<&str> = names.keys().copied().collect();
            known.sort_unstable();
            found.push(
                row.error(column, format!("indicateur « {id} » absent du dictionnaire"))
                    .suggest(id, known),
            );
            continue;
        };
        let category = match category {
            None => None,
            Some(key) => match categories.iter().position(|c| c.key == key) {
                Some(i) => Some(u16::try_from(i).unwrap_or(u16::MAX)),
                None => {
                    found.push(
                        row.error(column, format!("« {id} » n’a pas de catégorie « {key} »"))
                            .suggest(key, categories.iter().map(|c| c.key.as_str())),
                    );
                    continue;
                }
            },
        };
        terms.push(Term {
            indicator: *iid,
            category,
        });
    }
    if found.is_empty() {
        Ok(Operand(terms))
    } else {
        Err(found)
    }
}
