//! Records and points added up: row by row into atoms, then atoms into the territories of each scale.
//!
//! An atom is a residence, or what is known of the place of a row that has none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use foldhash::HashMap;

use super::compile::{Compiled, Numbers, Program};
use super::expr::Fault;
use super::figures::{All, Key, Said};
use super::ground::Ground;
use super::recipe::{Block, Recipe, Windows};
use super::scan::{Bound, Cleaned, Scan, files};
use super::sorter::Sorted;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::format::plural;
use crate::model::{Dictionary, Lineage, Scale, State, Tid, Vintage};

/// Where an atom is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Spot {
    pub(super) residence: Option<Tid>,
    pub(super) commune: Option<Tid>,
    pub(super) iris: Option<Tid>,
    pub(super) qpv: Option<Tid>,
}

impl Spot {
    fn of(residence: Option<Tid>, lineage: Lineage) -> Self {
        Self {
            residence,
            commune: lineage.commune,
            iris: lineage.iris,
            qpv: lineage.qpv,
        }
    }

    /// Territory of the atom at a scale.
    pub(super) fn at(&self, scale: Scale, metropole: Tid) -> Option<Tid> {
        match scale {
            Scale::Metropole => Some(metropole),
            Scale::Commune => self.commune,
            Scale::Iris => self.iris,
            Scale::Qpv => self.qpv,
            Scale::Residence => self.residence,
        }
    }
}

/// What the records of a block did not say plainly.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct Told {
    /// Source of the block.
    pub(super) source: String,
    /// Table of the block.
    pub(super) table: String,
    /// Rows outside of the territories of the site, left out, and the total of their base.
    pub(super) outside: (u64, f64),
    /// Rows that name a residence the site does not have; counted in their commune when they give one.
    pub(super) unknown_residence: u64,
    /// Rows in no IRIS, counted in their commune, and the total of their base.
    pub(super) without_iris: (u64, f64),
    /// Rows without a year.
    pub(super) without_year: u64,
    /// Indicator → text → rows sorted nowhere.
    pub(super) nowhere: BTreeMap<String, BTreeMap<String, u64>>,
    /// Indicator → rows without value.
    pub(super) unknown: BTreeMap<String, u64>,
}

/// Sums of one block, kept for the protection.
pub(super) struct Sums {
    pub(super) spots: Vec<Spot>,
    /// Year → atom → slots.
    pub(super) years: BTreeMap<u16, BTreeMap<u32, Vec<f64>>>,
}

/// A row computed.
struct Computed {
    spot: Option<Spot>,
    unknown_residence: bool,
    year: Option<u16>,
    base: f64,
    adds: Vec<(u32, f64)>,
    nowhere: Vec<(usize, String)>,
    unknown: Vec<usize>,
}

/// Runs a block of records and puts its figures.
///
/// # Errors
/// Everything wrong in the block or in its files.
pub(super) fn run(
    recipe: &Recipe,
    recipe_path: &Path,
    from: &Path,
    block: &Block,
    dictionary: &Dictionary,
    ground: &Ground,
    all: &mut All,
) -> Result<(Program, Sums, Told, Vec<Cleaned>, Diagnostics)> {
    let program = Program::new(recipe, recipe_path, block, dictionary)?;
    let mut sums = Sums {
        spots: Vec::new(),
        years: BTreeMap::new(),
    };
    let mut ranks: HashMap<Spot, u32> = HashMap::default();
    let mut told = Told {
        source: block.source.clone(),
        table: block.table.clone(),
        ..Told::default()
    };
    let mut cleaned = Vec::new();
    let mut warnings = Diagnostics::new();
    for (vintage, path) in files(&program.table, &block.table, from, recipe_path)? {
        if vintage.is_none() && program.year.is_none() {
            return Err(
                Diagnostic::error(format!("millésime inconnu (table « {} »)", block.table))
                    .at(recipe_path)
                    .hint("ajouter vintage = \"2025\" à la table, ou year = \"…\" au bloc")
                    .into(),
            );
        }
        let scan = Scan::open(&program.table, &path, vintage, &program.asked, recipe_path)?;
        let (report, found) = scan.run(
            |row| compute(&program, row, ground, vintage),
            |row| {
                let Some(row) = row else { return };
                fold(&program, row, &mut sums, &mut ranks, &mut told);
            },
        )?;
        cleaned.push(report);
        warnings.extend(found);
    }
    write(&program, block, &sums, dictionary, ground, recipe_path, all)?;
    // A territory without IRIS has nothing to mend there.
    if !block.scales.contains(&Scale::Iris) {
        told.without_iris = (0, 0.0);
    }
    tell(&told, &mut warnings);
    Ok((program, sums, told, cleaned, warnings))
}

fn compute(
    program: &Program,
    row: &Bound<'_>,
    ground: &Ground,
    vintage: Option<Vintage>,
) -> std::result::Result<Option<Computed>, Fault> {
    if let Some(keep) = program.keep
        && !row.value(keep)?.truth()
    {
        return Ok(None);
    }
    let (spot, unknown_residence) = spot(program, row, ground)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a year")]
    let year = match program.year {
        Some(rank) => {
            let text = row.text(rank)?;
            super::number::date(&text)
                .map(|(y, _)| y)
                .or_else(|| super::number::number(&text).map(|n| n as u16))
        }
        None => vintage.map(Vintage::last),
    };
    let base = row.number(program.base)?.unwrap_or(0.0);
    let mut computed = Computed {
        spot,
        unknown_residence,
        year,
        base,
        adds: Vec::new(),
        nowhere: Vec::new(),
        unknown: Vec::new(),
    };
    if spot.is_none() || year.is_none() {
        return Ok(Some(computed));
    }
    computed.adds.push((0, base));
    for (rank, measure) in program.measures.iter().enumerate() {
        add(rank, measure, row, &mut computed)?;
    }
    Ok(Some(computed))
}

#[expect(clippy::cast_possible_truncation, reason = "slots are a few hundreds")]
fn add(rank: usize, measure: &Compiled, row: &Bound<'_>, out: &mut Computed) -> std::result::Result<(), Fault> {
    if let Some(base) = measure.own_base
        && let Some(base) = row.number(base)?
    {
        out.adds.push((measure.base as u32, base));
    }
    if let Some(keep) = measure.keep
        && !row.value(keep)?.truth()
    {
        return Ok(());
    }
    let mut put = |cell: usize, top: f64, bottom: Option<f64>| {
        out.adds.push(((measure.top + cell) as u32, top));
        if let (Some(slot), Some(bottom)) = (measure.bottom, bottom) {
            out.adds.push(((slot + cell) as u32, bottom));
        }
    };
    let (top, bottom, sorter) = match &measure.numbers {
        Numbers::Wide(columns) => {
            for (category, column) in columns {
                if let Some(number) = row.number(*column)? {
                    put(usize::from(*category), number, None);
                }
            }
            return Ok(());
        }
        Numbers::Share { when, of, weight } => {
            if let Some(of) = of
                && !row.value(*of)?.truth()
            {
                return Ok(());
            }
            let weight = weight.map_or(Ok(Some(1.0)), |w| row.number(w))?.unwrap_or(0.0);
            let top = if row.value(*when)?.truth() { weight } else { 0.0 };
            put(0, top, Some(weight));
            return Ok(());
        }
        Numbers::Sum { top, sorter } => (row.number(*top)?, None, sorter),
        Numbers::Mean { top, weight, sorter } => {
            let weight = weight.map_or(Ok(Some(1.0)), |w| row.number(w))?;
            let top = row.number(*top)?;
            (top.zip(weight).map(|(t, w)| t * w), top.and(weight), sorter)
        }
        Numbers::Ratio { top, bottom, sorter } => {
            let (top, bottom) = (row.number(*top)?, row.number(*bottom)?);
            (
                top.and_then(|t| bottom.map(|_| t)),
                bottom.and_then(|b| top.map(|_| b)),
                sorter,
            )
        }
    };
    let Some(top) = top else {
        out.unknown.push(rank);
        return Ok(());
    };
    let cell = match sorter {
        None => 0,
        Some((text, sorter)) => {
            let text = row.text(*text)?;
            match sorter.sort(&text) {
                Sorted::In(category) => usize::from(category),
                Sorted::Nowhere => {
                    out.nowhere.push((rank, text));
                    return Ok(());
                }
                Sorted::Unknown => {
                    out.unknown.push(rank);
                    return Ok(());
                }
            }
        }
    };
    put(cell, top, bottom);
    Ok(())
}

fn spot(program: &Program, row: &Bound<'_>, ground: &Ground) -> std::result::Result<(Option<Spot>, bool), Fault> {
    let place = &program.place;
    let territories = &ground.territories;
    let id = match (&place.key, place.residence) {
        (Some(key), _) => key.id(row)?,
        (None, Some(rank)) => Some(row.text(rank)?).filter(|t| !t.is_empty()),
        (None, None) => None,
    };
    let residence = id.as_ref().and_then(|id| territories.find(Scale::Residence, id));
    if let Some(tid) = residence {
        return Ok((Some(Spot::of(Some(tid), territories.get(tid).lineage)), false));
    }
    let unknown = id.is_some();
    let find = |rank: Option<usize>, scale: Scale| -> std::result::Result<Option<Tid>, Fault> {
        let Some(rank) = rank else { return Ok(None) };
        Ok(ground.find(scale, &row.text(rank)?).0)
    };
    let mut lineage = Lineage {
        commune: find(place.commune, Scale::Commune)?,
        iris: find(place.iris, Scale::Iris)?,
        qpv: find(place.qpv, Scale::Qpv)?,
    };
    if let Some((x, y)) = place.point
        && let (Some(x), Some(y)) = (row.number(x)?, row.number(y)?)
    {
        let epsg = place.epsg.map_or(Ok(None), |r| row.number(r))?;
        if let Some(point) = ground.systems.to_degrees(epsg, x, y) {
            let found = ground.at(point, lineage.commune);
            lineage = Lineage {
                commune: lineage.commune.or(found.commune),
                iris: lineage.iris.or(found.iris),
                qpv: lineage.qpv.or(found.qpv),
            };
        }
    }
    if lineage.commune.is_none() {
        lineage.commune = lineage.iris.and_then(|i| territories.get(i).lineage.commune);
    }
    let placed = lineage.commune.is_some() || lineage.qpv.is_some();
    Ok((placed.then(|| Spot::of(None, lineage)), unknown))
}

fn fold(program: &Program, row: Computed, sums: &mut Sums, ranks: &mut HashMap<Spot, u32>, told: &mut Told) {
    let Some(spot) = row.spot else {
        told.outside.0 += 1;
        told.outside.1 += row.base;
        return;
    };
    told.unknown_residence += u64::from(row.unknown_residence);
    let Some(year) = row.year else {
        told.without_year += 1;
        return;
    };
    if spot.iris.is_none() {
        told.without_iris.0 += 1;
        told.without_iris.1 += row.base;
    }
    for rank in row.unknown {
        *told.unknown.entry(program.measures[rank].id.clone()).or_default() += 1;
    }
    for (rank, text) in row.nowhere {
        let texts = told.nowhere.entry(program.measures[rank].id.clone()).or_default();
        // A hundred different texts tell enough.
        let text = if texts.len() < 100 || texts.contains_key(&text) {
            text
        } else {
            "…".to_owned()
        };
        *texts.entry(text).or_default() += 1;
    }
    let atom = *ranks.entry(spot).or_insert_with(|| {
        sums.spots.push(spot);
        u32::try_from(sums.spots.len() - 1).unwrap_or(u32::MAX)
    });
    let slots = sums
        .years
        .entry(year)
        .or_default()
        .entry(atom)
        .or_insert_with(|| vec![0.0; program.slots]);
    for (slot, number) in row.adds {
        slots[slot as usize] += number;
    }
}

/// Vintages to write, each with its years.
pub(super) fn vintages(block: &Block, years: &BTreeSet<u16>, recipe_path: &Path) -> Result<Vec<(Vintage, Vec<u16>)>> {
    let mut out = Vec::new();
    if !block.vintages.is_empty() {
        for text in &block.vintages {
            let vintage: Vintage = text.parse().map_err(|()| {
                Diagnostic::error(format!("millésime « {text} »"))
                    .at(recipe_path)
                    .hint("écrire « 2025 » ou « 2023-2025 »")
            })?;
            out.push((vintage, (vintage.first()..=vintage.last()).collect()));
        }
        return Ok(out);
    }
    let span = block.window.unwrap_or(1).max(1);
    if span == 1 {
        return Ok(years.iter().map(|y| (Vintage::Year(*y), vec![*y])).collect());
    }
    let (Some(&first), Some(&last)) = (years.first(), years.last()) else {
        return Ok(out);
    };
    let mut to = last;
    // Only whole windows: a window that starts before the first year known would pass for a low one.
    while to + 1 >= first + span {
        let from = to + 1 - span;
        out.push((Vintage::Window { from, to }, (from..=to).collect()));
        match block.windows {
            Windows::Latest => break,
            Windows::Disjoint => to -= span,
            Windows::Rolling => to -= 1,
        }
    }
    if out.is_empty() {
        return Err(Diagnostic::error(format!(
            "de {first} à {last} : moins de {span} années, aucune fenêtre entière"
        ))
        .at(recipe_path)
        .hint("fournir les années manquantes")
        .into());
    }
    out.reverse();
    Ok(out)
}

fn write(
    program: &Program,
    block: &Block,
    sums: &Sums,
    dictionary: &Dictionary,
    ground: &Ground,
    recipe_path: &Path,
    all: &mut All,
) -> Result<()> {
    let years: BTreeSet<u16> = sums.years.keys().copied().collect();
    let territories = &ground.territories;
    let metropole = territories.metropole();
    for (vintage, years) in vintages(block, &years, recipe_path)? {
        for &scale in &block.scales {
            let mut totals: Vec<Option<Vec<f64>>> = vec![None; territories.count(scale)];
            for atoms in years.iter().filter_map(|y| sums.years.get(y)) {
                for (atom, slots) in atoms {
                    let Some(tid) = sums.spots[*atom as usize].at(scale, metropole) else {
                        continue;
                    };
                    let total = totals[territories.rank(tid)].get_or_insert_with(|| vec![0.0; program.slots]);
                    for (sum, number) in total.iter_mut().zip(slots) {
                        *sum += number;
                    }
                }
            }
            let empty = vec![0.0; program.slots];
            for (rank, total) in totals.iter().enumerate() {
                // A residence without record does not exist in this vintage; a territory without record is a true zero.
                if total.is_none() && scale == Scale::Residence {
                    continue;
                }
                let tid = territories.at(scale, rank);
                let silent = total.is_none() && is_silent(block, territories, tid);
                let slots = total.as_ref().unwrap_or(&empty);
                for measure in &program.measures {
                    let indicator = dictionary.get(measure.iid);
                    let closed = indicator.base == crate::model::Base::Attributions && scale == Scale::Residence;
                    if closed {
                        continue;
                    }
                    for (cell, category) in measure.cells.iter().enumerate() {
                        let said = if silent {
                            Said::State(State::NotAvailable)
                        } else {
                            said(measure, cell, slots)
                        };
                        let key = Key {
                            tid,
                            indicator: measure.iid,
                            category: *category,
                        };
                        if !all.put(&block.source, vintage, key, said) {
                            return Err(Diagnostic::error(format!(
                                "« {} » écrit deux fois pour {scale} en {vintage}",
                                measure.id
                            ))
                            .at(recipe_path)
                            .hint("un indicateur ne se mesure qu’une fois par échelle et par millésime")
                            .into());
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// Tells whether a territory lies in a commune of which the source says nothing.
fn is_silent(block: &Block, territories: &crate::model::Territories, tid: Tid) -> bool {
    let territory = territories.get(tid);
    let commune = match territory.scale {
        Scale::Commune => Some(tid),
        _ => territory.lineage.commune,
    };
    commune.is_some_and(|c| {
        block
            .without
            .iter()
            .any(|code| code == territories.get(c).code.as_str())
    })
}

fn said(measure: &Compiled, cell: usize, slots: &[f64]) -> Said {
    let base = Some(slots[measure.base]);
    let top = slots[measure.top + cell];
    match measure.bottom {
        None => Said::Number { value: top, base },
        Some(bottom) if slots[bottom + cell] == 0.0 => Said::State(State::NotApplicable),
        Some(bottom) => Said::Number {
            value: top / slots[bottom + cell] * measure.times,
            base,
        },
    }
}

fn tell(told: &Told, warnings: &mut Diagnostics) {
    let block = format!("{} (table « {} »)", told.source, told.table);
    let mut warn = |message: String, hint: &str| warnings.push(Diagnostic::warning(message).hint(hint));
    if told.outside.0 > 0 {
        warn(
            format!(
                "{block} : {} {} hors du territoire, base {}",
                told.outside.0,
                plural(told.outside.0, "ligne", "lignes"),
                told.outside.1
            ),
            "elles ne sont comptées nulle part ; vérifier le code commune si ce nombre surprend",
        );
    }
    if told.unknown_residence > 0 {
        warn(
            format!(
                "{block} : {} {} une résidence inconnue",
                told.unknown_residence,
                plural(told.unknown_residence, "ligne nomme", "lignes nomment")
            ),
            "comptées dans leur commune quand la ligne la donne ; compléter les résidences",
        );
    }
    if told.without_iris.0 > 0 {
        warn(
            format!(
                "{block} : {} {} dans aucun IRIS, base {}",
                told.without_iris.0,
                plural(told.without_iris.0, "ligne", "lignes"),
                told.without_iris.1
            ),
            "comptées dans leur commune, dans aucun IRIS",
        );
    }
    if told.without_year > 0 {
        warn(
            format!(
                "{block} : {} {} sans année",
                told.without_year,
                plural(told.without_year, "ligne", "lignes")
            ),
            "vérifier « year »",
        );
    }
    for (id, texts) in &told.nowhere {
        let total: u64 = texts.values().sum();
        let some: Vec<&str> = texts.keys().take(8).map(String::as_str).collect();
        warn(
            format!(
                "« {id} » : {total} {} sans catégorie ({})",
                plural(total, "ligne", "lignes"),
                some.join(", ")
            ),
            "les ajouter aux catégories de la table, ou donner une catégorie « other »",
        );
    }
}
