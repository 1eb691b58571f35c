//! Raw values → published figures: the dictionary's law, the thresholds, the derived figures, rounding.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::published::{Figure, Published};
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::{Base, Cell, Computed, Entry, Iid, Indicator, Kind, Operand, Scale, Site, State, Tid, Vintage};

/// Makes the published figures of a site, and nothing else can.
///
/// Applies, in this order: view and export scales, closed residence scale of allocations (article 4), thresholds of
/// dwellings and of allocations over the window (article 3), retention, derivation of shares and means from their
/// numerator and denominator, coverage of declarative sources, rounding (no decimal for a share on a small base).
///
/// # Errors
/// Every value of `data/` that breaks a rule, with its file, line and article; nothing is silently hidden, because a
/// value that should not be there is also in the admin's folder.
pub fn admit(site: &Site) -> Result<(Published, Diagnostics)> {
    let oldest = site
        .config
        .edition_month()
        .0
        .saturating_sub(site.config.retention.years);
    let operands: BTreeSet<Iid> = site
        .dictionary
        .iter()
        .flat_map(|(_, x)| [&x.numerator, &x.denominator])
        .flatten()
        .flat_map(|o| o.0.iter().map(|t| t.indicator))
        .collect();
    let jobs = jobs(site);
    let results: Vec<(Cell, Scale, Result<Option<Box<[Figure]>>>)> = jobs
        .into_par_iter()
        .map(|(cell, scale)| {
            let law = Law {
                site,
                indicator: site.dictionary.get(cell.indicator),
                is_operand: operands.contains(&cell.indicator),
            };
            (cell, scale, law.column(cell, scale))
        })
        .collect();

    let mut found = Diagnostics::new();
    let mut published = Published {
        view: site
            .dictionary
            .iter()
            .map(|(_, x)| if x.thematic_only { Default::default() } else { x.view })
            .collect(),
        export: site
            .dictionary
            .iter()
            .map(|(_, x)| if x.thematic_only { Default::default() } else { x.export })
            .collect(),
        ..Published::default()
    };
    let mut pruned = BTreeSet::new();
    for (cell, scale, column) in results {
        let Some(Some(column)) = found.absorb(column) else {
            continue;
        };
        if cell.vintage.last() < oldest {
            pruned.insert((site.dictionary.get(cell.indicator).source.clone(), cell.vintage));
            continue;
        }
        published.columns.entry(cell).or_default()[scale.rank()] = Some(column);
        let vintages = published.vintages.entry((cell.indicator, scale)).or_default();
        if !vintages.contains(&cell.vintage) {
            vintages.push(cell.vintage);
        }
    }
    for vintages in published.vintages.values_mut() {
        vintages.sort_unstable();
    }
    let mut found = gathered(found);
    for (source, vintage) in pruned {
        found.push(
            Diagnostic::warning(format!(
                "millésime {vintage} au-delà des {} ans de conservation (article 3) : non publié",
                site.config.retention.years
            ))
            .at(format!("data/values/{source}/{vintage}.csv"))
            .hint("retirer ce fichier du dossier data/values"),
        );
    }
    found.split(published)
}

/// Tells a fault that many rows of a file share once, at its first row.
fn gathered(found: Diagnostics) -> Diagnostics {
    let mut groups: BTreeMap<_, (Diagnostic, usize)> = BTreeMap::new();
    for d in found.sorted() {
        groups.entry((d.path.clone(), d.message.clone())).or_insert((d, 0)).1 += 1;
    }
    groups
        .into_values()
        .map(|(mut d, count)| {
            if count > 1 {
                let others = count as u64 - 1;
                let lines = crate::format::plural(others, "autre ligne", "autres lignes");
                d.message = format!(
                    "{} (et {} {lines} de ce fichier)",
                    d.message,
                    crate::format::integer(others)
                );
            }
            d
        })
        .collect()
}

/// Lists the columns to fill: those with raw values, those to derive, those computed from equipment.
fn jobs(site: &Site) -> BTreeSet<(Cell, Scale)> {
    let mut jobs = BTreeSet::new();
    for cell in site.values.cells() {
        jobs.extend(
            Scale::ALL
                .into_iter()
                .filter(|s| site.values.column(cell, *s).is_some())
                .map(|s| (*cell, s)),
        );
    }
    let mut derived = BTreeSet::new();
    for (iid, indicator) in site.dictionary.iter() {
        if let Some(computed) = indicator.computed
            && let Some(vintage) = site.equipment.vintage
        {
            for category in indicator.cells() {
                derived.extend(
                    computed
                        .scales()
                        .iter()
                        .filter(|s| indicator.view.contains(**s) || indicator.export.contains(**s))
                        .map(|s| {
                            (
                                Cell {
                                    indicator: iid,
                                    category,
                                    vintage,
                                },
                                *s,
                            )
                        }),
                );
            }
        }
        let (Some(numerator), Some(denominator)) = (&indicator.numerator, &indicator.denominator) else {
            continue;
        };
        for scale in Scale::ALL {
            if !(indicator.view.contains(scale) || indicator.export.contains(scale)) {
                continue;
            }
            for vintage in vintages_of(&jobs, numerator, scale).intersection(&vintages_of(&jobs, denominator, scale)) {
                for category in indicator.cells() {
                    derived.insert((
                        Cell {
                            indicator: iid,
                            category,
                            vintage: *vintage,
                        },
                        scale,
                    ));
                }
            }
        }
    }
    jobs.extend(derived);
    jobs
}

fn vintages_of(jobs: &BTreeSet<(Cell, Scale)>, operand: &Operand, scale: Scale) -> BTreeSet<Vintage> {
    let mut out: Option<BTreeSet<Vintage>> = None;
    for term in &operand.0 {
        let low = Cell {
            indicator: term.indicator,
            category: None,
            vintage: Vintage::Year(0),
        };
        let set: BTreeSet<Vintage> = jobs
            .range((low, Scale::Metropole)..)
            .take_while(|(c, _)| c.indicator == term.indicator)
            .filter(|(c, s)| *s == scale && (term.category.is_none() || c.category == term.category))
            .map(|(c, _)| c.vintage)
            .collect();
        out = Some(match out {
            None => set,
            Some(before) => before.intersection(&set).copied().collect(),
        });
    }
    out.unwrap_or_default()
}

/// A raw number before rounding, or why there is none.
#[derive(Debug, Clone, Copy)]
enum Raw {
    Value { value: f64, base: Option<u32> },
    State(State),
}

/// What the law says of one indicator.
struct Law<'a> {
    site: &'a Site,
    indicator: &'a Indicator,
    is_operand: bool,
}

impl Law<'_> {
    fn column(&self, cell: Cell, scale: Scale) -> Result<Option<Box<[Figure]>>> {
        let territories = &self.site.territories;
        let indicator = self.indicator;
        let mut found = Diagnostics::new();
        let entries = self.site.values.column(&cell, scale);
        if let Some(entries) = entries {
            for (rank, entry) in entries.iter().enumerate() {
                if let Some(refusal) = self.refuse(cell, scale, *entry) {
                    found.push(self.place(territories.at(scale, rank), &cell, refusal));
                }
            }
            if !found.is_empty() {
                return Err(found);
            }
        }
        if indicator.thematic_only || !(indicator.view.contains(scale) || indicator.export.contains(scale)) {
            return Ok(None);
        }
        let figures = (0..territories.count(scale))
            .map(|rank| {
                let tid = territories.at(scale, rank);
                let raw = match entries.map_or(Entry::Absent, |e| e[rank]) {
                    Entry::Value { value, base } => Raw::Value { value, base },
                    Entry::State(state) => Raw::State(state),
                    Entry::Absent if indicator.computed.is_some() => self.compute(tid, &cell),
                    Entry::Absent if indicator.is_derived() => self.derive(tid, &cell),
                    Entry::Absent => Raw::State(State::NotAvailable),
                };
                self.figure(tid, &cell, raw)
            })
            .collect();
        Ok(Some(figures))
    }

    fn place(&self, tid: Tid, cell: &Cell, refusal: (String, String)) -> Diagnostic {
        let place = self.site.values.place(&self.site.territories, tid, cell);
        let mut diagnostic = Diagnostic::error(refusal.0).hint(refusal.1).line(place.line as usize);
        if let Some(file) = self.site.values.files.get(usize::from(place.file)) {
            diagnostic = diagnostic.at(file);
        }
        diagnostic
    }

    /// Says which rule an entry breaks, if any. The message never prints the value.
    fn refuse(&self, cell: Cell, scale: Scale, entry: Entry) -> Option<(String, String)> {
        let thresholds = &self.site.config.thresholds;
        let indicator = self.indicator;
        let id = &indicator.id;
        let Entry::Value { value, base } = entry else {
            // A hidden row at a closed scale would still say that something is there.
            let closed =
                indicator.base == Base::Attributions && scale == Scale::Residence && !thresholds.residence_allocations;
            return (closed && entry == Entry::State(State::Secret)).then(|| article_4(id));
        };
        if indicator.thematic_only {
            return Some((
                format!("« {id} » est réservé à la carte, en classes (article 3) : un chiffre ne peut pas être publié"),
                "retirer ces lignes de data/values ; le carroyage va dans data/grid, en classes".to_owned(),
            ));
        }
        if indicator.base == Base::Attributions {
            if scale == Scale::Residence && !thresholds.residence_allocations {
                return Some(article_4(id));
            }
            if cell.vintage.span() < thresholds.window_years {
                return Some((
                    format!(
                        "« {id} » porte sur {} : les attributions se publient sur {} années cumulées (article 3)",
                        cell.vintage.label(),
                        thresholds.window_years
                    ),
                    "cumuler les années avec « atlas prepare »".to_owned(),
                ));
            }
        }
        let open = indicator.view.contains(scale) || indicator.export.contains(scale);
        if !self.is_operand && !open {
            return Some((
                format!(
                    "« {id} » n’est ouvert à l’échelle « {scale} » ni en page ni en export (article 3, dictionnaire)"
                ),
                "ouvrir cette échelle dans data/dictionary.csv, ou retirer ces lignes".to_owned(),
            ));
        }
        let (threshold, things) = match indicator.base {
            Base::Logements => (thresholds.dwellings, "logements"),
            Base::Attributions => (thresholds.allocations, "attributions"),
            Base::Source | Base::Public => return None,
        };
        let hint = || "masquer cette ligne (état « s », sans valeur ni base) avec « atlas prepare »".to_owned();
        match base {
            None => Some((
                format!("« {id} » : chiffre sans base ; une base inconnue est masquée (article 3)"),
                format!("renseigner la colonne « base » (nombre de {things}), ou {}", hint()),
            )),
            Some(0) if value == 0.0 => None,
            Some(base) if base < threshold => Some((
                format!("« {id} » : chiffre portant sur moins de {threshold} {things} (article 3)"),
                hint(),
            )),
            Some(_) => None,
        }
    }

    fn figure(&self, tid: Tid, cell: &Cell, raw: Raw) -> Figure {
        let indicator = self.indicator;
        let (value, base) = match raw {
            Raw::State(state) => return Figure::of_state(state),
            Raw::Value { value, base } => (value, base),
        };
        if self.lacks_coverage(tid, cell) {
            return Figure::of_state(State::Partial);
        }
        if indicator.kind.is_word() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the loader put a category's position"
            )]
            return Figure::of_word(value as u16);
        }
        let small = indicator.kind.is_ratio() && base.is_some_and(|b| b < self.site.config.small_base.below);
        Figure::of_value(value, if small { 0 } else { indicator.decimals }, base)
    }

    fn lacks_coverage(&self, tid: Tid, cell: &Cell) -> bool {
        let Some(coverage) = self.indicator.coverage else {
            return false;
        };
        let cell = Cell {
            indicator: coverage,
            category: None,
            vintage: cell.vintage,
        };
        let law = Law {
            site: self.site,
            indicator: self.site.dictionary.get(coverage),
            is_operand: true,
        };
        match law.raw(tid, &cell) {
            Raw::Value { value, .. } => value < self.site.config.coverage.minimum,
            Raw::State(_) => false,
        }
    }

    fn raw(&self, tid: Tid, cell: &Cell) -> Raw {
        match self.site.values.get(&self.site.territories, tid, cell) {
            Entry::Value { value, base } => Raw::Value { value, base },
            Entry::State(state) => Raw::State(state),
            Entry::Absent if self.indicator.is_derived() => self.derive(tid, cell),
            Entry::Absent => Raw::State(State::NotAvailable),
        }
    }

    /// Divides the numerator by the denominator; in percent for a share or a rate.
    ///
    /// The base is the denominator when it counts the things of the threshold, else the numerator's base.
    fn derive(&self, tid: Tid, cell: &Cell) -> Raw {
        let indicator = self.indicator;
        let (Some(numerator), Some(denominator)) = (&indicator.numerator, &indicator.denominator) else {
            return Raw::State(State::NotAvailable);
        };
        let (top, bottom) = match (self.sum(tid, cell, numerator), self.sum(tid, cell, denominator)) {
            (Ok(top), Ok(bottom)) => (top, bottom),
            (Err(State::Secret), _) | (_, Err(State::Secret)) => return Raw::State(State::Secret),
            (Err(state), _) | (_, Err(state)) => return Raw::State(state),
        };
        let counted = denominator.0.iter().all(|t| {
            let x = self.site.dictionary.get(t.indicator);
            x.kind == Kind::Count && x.base == indicator.base
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts are small and not negative"
        )]
        let base = if counted {
            Some(bottom.0.round().max(0.0) as u32)
        } else {
            top.1
        };
        if bottom.0 <= 0.0 {
            return Raw::State(State::NotApplicable);
        }
        let threshold = match indicator.base {
            Base::Logements => self.site.config.thresholds.dwellings,
            Base::Attributions => self.site.config.thresholds.allocations,
            Base::Source | Base::Public => 0,
        };
        if threshold > 0 && base.is_none_or(|b| b < threshold) {
            return Raw::State(State::Secret);
        }
        // A share of main residences rests on them: they are its n, though the threshold counts dwellings.
        let whole = denominator
            .0
            .iter()
            .all(|t| self.site.dictionary.get(t.indicator).kind == Kind::Count);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts are small and not negative"
        )]
        let base = if whole {
            Some(bottom.0.round().max(0.0) as u32)
        } else {
            base
        };
        let factor = if indicator.kind.is_ratio() { 100.0 } else { 1.0 };
        Raw::Value {
            value: top.0 / bottom.0 * factor,
            base,
        }
    }

    /// Adds the terms of an operand; the category of the cell is followed where a term has the same categories.
    fn sum(&self, tid: Tid, cell: &Cell, operand: &Operand) -> std::result::Result<(f64, Option<u32>), State> {
        let mut total = 0.0;
        let mut base: Option<u32> = None;
        for term in &operand.0 {
            let target = self.site.dictionary.get(term.indicator);
            let own = cell
                .category
                .map(|c| self.indicator.categories[usize::from(c)].key.as_str());
            let categories: Vec<Option<u16>> = match (term.category, target.is_split()) {
                (Some(category), _) => vec![Some(category)],
                (None, false) => vec![None],
                (None, true) => match own.and_then(|key| target.category(key)) {
                    Some(category) => vec![Some(category)],
                    None => target.cells().collect(),
                },
            };
            for category in categories {
                let part = Cell {
                    indicator: term.indicator,
                    category,
                    vintage: cell.vintage,
                };
                match (Law {
                    site: self.site,
                    indicator: target,
                    is_operand: true,
                })
                .raw(tid, &part)
                {
                    Raw::Value { value, base: b } => {
                        total += value;
                        base = base.max(b);
                    }
                    Raw::State(state) => return Err(state),
                }
            }
        }
        Ok((total, base))
    }

    /// Distances and counts of equipment, from public points.
    fn compute(&self, tid: Tid, cell: &Cell) -> Raw {
        let Some(computed) = self.indicator.computed else {
            return Raw::State(State::NotAvailable);
        };
        let Some(family) = cell.category.and_then(|c| {
            let key = &self.indicator.categories[usize::from(c)].key;
            self.site.config.equipment.iter().position(|f| f.id == *key)
        }) else {
            return Raw::State(State::NotAvailable);
        };
        let around = self.site.surroundings.of(tid, family);
        let number = |value: Option<f64>| {
            value.map_or(Raw::State(State::NotAvailable), |value| Raw::Value {
                value,
                base: None,
            })
        };
        match computed {
            Computed::Nearest => number(around.and_then(|a| a.nearest_metres)),
            Computed::Within500 => number(around.map(|a| f64::from(a.within_500))),
            Computed::Inside => number(around.map(|a| f64::from(a.inside))),
        }
    }
}

fn article_4(id: &str) -> (String, String) {
    (
        format!("« {id} » : l’échelle résidence n’est pas accessible pour les attributions (article 4)"),
        "retirer ces lignes ; « atlas prepare » ne les écrit pas".to_owned(),
    )
}
