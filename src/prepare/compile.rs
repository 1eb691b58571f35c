//! A block of records compiled: which formulas are computed on a row, and into which slots they add up.

use std::path::Path;

use super::layout;
use super::recipe::{Block, Formula, Measure, MeasureRef, Recipe, Table};
use super::residences::{KeyRanks, unknown_table};
use super::scan::Asked;
use super::sorter::Sorter;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::model::{Dictionary, Iid, Indicator};

/// How the numbers of a measure are found on a row.
#[derive(Debug)]
pub(super) enum Numbers {
    /// One sum, sorted into categories or not.
    Sum {
        top: usize,
        sorter: Option<(usize, Sorter)>,
    },
    /// One sum per category.
    Wide(Vec<(u16, usize)>),
    /// A weighted mean: weight × value over weight.
    Mean {
        top: usize,
        weight: Option<usize>,
        sorter: Option<(usize, Sorter)>,
    },
    /// A ratio of two sums, on rows where both are known.
    Ratio {
        top: usize,
        bottom: usize,
        sorter: Option<(usize, Sorter)>,
    },
    /// A share: weight where both conditions hold over weight where the second one holds.
    Share {
        when: usize,
        of: Option<usize>,
        weight: Option<usize>,
    },
}

/// A measure with its place in the slots.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) iid: Iid,
    /// Name for messages.
    pub(super) id: String,
    pub(super) numbers: Numbers,
    pub(super) keep: Option<usize>,
    /// First slot of the numerators, one per cell.
    pub(super) top: usize,
    /// First slot of the denominators, when there are some.
    pub(super) bottom: Option<usize>,
    /// Cells of the indicator.
    pub(super) cells: Vec<Option<u16>>,
    /// Slot of the base.
    pub(super) base: usize,
    /// Formula of the base, when it is not that of the block.
    pub(super) own_base: Option<usize>,
    pub(super) times: f64,
}

impl Compiled {
    /// Slots of its numerators, one per cell.
    pub(super) const fn slots(&self) -> std::ops::Range<usize> {
        self.top..self.top + self.cells.len()
    }

    /// The slot of its only numerator, when it has no categories.
    pub(super) fn slot(&self) -> Option<usize> {
        (self.cells.len() == 1).then_some(self.top)
    }
}

/// Where the formulas that place a row stand.
#[derive(Debug, Default)]
pub(super) struct PlaceRanks {
    pub(super) key: Option<KeyRanks>,
    pub(super) residence: Option<usize>,
    pub(super) commune: Option<usize>,
    pub(super) iris: Option<usize>,
    pub(super) qpv: Option<usize>,
    pub(super) point: Option<(usize, usize)>,
    pub(super) epsg: Option<usize>,
}

/// A whole block.
pub(super) struct Program {
    pub(super) table: Table,
    pub(super) asked: Asked,
    pub(super) keep: Option<usize>,
    pub(super) year: Option<usize>,
    pub(super) base: usize,
    pub(super) place: PlaceRanks,
    pub(super) measures: Vec<Compiled>,
    /// Number of slots; the first one is the base of the block.
    pub(super) slots: usize,
}

/// Finds the measures of a block with their indicators.
///
/// # Errors
/// Indicators that the dictionary does not have, measures that neither the table nor its layout has.
pub(super) fn measures<'a>(
    block: &Block,
    table: &Table,
    dictionary: &'a Dictionary,
    recipe_path: &Path,
) -> Result<Vec<(Iid, &'a Indicator, Measure)>> {
    let mut found = Diagnostics::new();
    let mut out = Vec::new();
    for (id, reference) in &block.measures {
        let Some(iid) = dictionary.find(id) else {
            found.push(
                Diagnostic::error(format!(
                    "indicateur « {id} » absent du dictionnaire : il ne serait pas publié"
                ))
                .at(recipe_path)
                .suggest(id, dictionary.iter().map(|(_, x)| x.id.as_str())),
            );
            continue;
        };
        let measure = match reference {
            MeasureRef::Inline(measure) => measure.as_ref().clone(),
            MeasureRef::Named(name) => match table.measures.get(name) {
                Some(measure) => measure.clone(),
                None => {
                    found.push(
                        Diagnostic::error(format!("mesure « {name} » inconnue ({id})"))
                            .at(recipe_path)
                            .suggest(name, table.measures.keys().map(String::as_str)),
                    );
                    continue;
                }
            },
        };
        out.push((iid, dictionary.get(iid), measure));
    }
    if found.is_empty() { Ok(out) } else { Err(found.sorted()) }
}

impl Program {
    /// Compiles a block whose rows are records or points.
    ///
    /// # Errors
    /// Everything wrong in the block, at once.
    pub(super) fn new(recipe: &Recipe, recipe_path: &Path, block: &Block, dictionary: &Dictionary) -> Result<Self> {
        let Some(table) = recipe.tables.get(&block.table) else {
            return Err(unknown_table(&block.table, recipe, recipe_path).into());
        };
        let table = layout::complete(table, recipe_path, &block.table)?;
        let mut asked = Asked::default();
        let mut found = Diagnostics::new();
        let mut builder = Builder {
            asked: &mut asked,
            recipe_path,
            table: &table,
            slots: 1,
            found: &mut found,
        };
        let keep = builder.optional("where", block.keep.as_ref());
        let year = builder.formula("year", block.year.as_ref());
        let base = builder
            .formula("base", Some(block.base.as_ref().unwrap_or(&Formula::Integer(1))))
            .unwrap_or(0);
        let point = builder
            .optional("lon", block.lon.as_ref())
            .zip(builder.optional("lat", block.lat.as_ref()));
        let mut place = PlaceRanks {
            key: None,
            residence: builder.optional("residence", block.residence.as_ref()),
            commune: builder.optional("commune", block.commune.as_ref().or(table.commune.as_ref())),
            iris: builder.optional("iris", block.iris.as_ref()),
            qpv: builder.optional("qpv", block.qpv.as_ref()),
            epsg: point.and_then(|_| builder.formula("epsg", table.epsg.as_ref())),
            point,
        };
        let mut compiled = Vec::new();
        match measures(block, &table, dictionary, recipe_path) {
            Ok(list) => {
                for (iid, indicator, measure) in list {
                    compiled.extend(builder.measure(iid, indicator, &measure));
                }
            }
            Err(more) => builder.found.extend(more),
        }
        let slots = builder.slots;
        // A block on the table of the residences finds the residence of a row by the same key.
        if place.residence.is_none()
            && let Some(own) = recipe.residences.iter().find(|r| r.table == block.table)
        {
            place.key = found.absorb(KeyRanks::ask(&mut asked, recipe_path, own, &table));
        }
        let program = Self {
            table,
            asked,
            keep,
            year,
            base,
            place,
            measures: compiled,
            slots,
        };
        if found.is_empty() {
            Ok(program)
        } else {
            Err(found.sorted())
        }
    }
}

struct Builder<'a> {
    asked: &'a mut Asked,
    recipe_path: &'a Path,
    table: &'a Table,
    slots: usize,
    found: &'a mut Diagnostics,
}

impl Builder<'_> {
    fn optional(&mut self, what: &str, text: Option<&String>) -> Option<usize> {
        let added = self.asked.add(self.recipe_path, what, text?);
        self.found.absorb(added)
    }

    fn formula(&mut self, what: &str, formula: Option<&Formula>) -> Option<usize> {
        self.optional(what, Some(&formula?.text()))
    }

    fn fail(&mut self, message: String, hint: &str) {
        self.found
            .push(Diagnostic::error(message).at(self.recipe_path).hint(hint));
    }

    fn measure(&mut self, iid: Iid, indicator: &Indicator, measure: &Measure) -> Option<Compiled> {
        let id = &indicator.id;
        let ways = [
            measure.sum.is_some(),
            !measure.columns.is_empty(),
            measure.mean.is_some(),
            measure.share.is_some(),
        ];
        if ways.iter().filter(|w| **w).count() != 1 {
            self.fail(
                format!("mesure de « {id} » : une seule façon de calculer attendue"),
                "écrire l’une des clés sum, columns, mean ou share ; « column » et « word » vont avec « scale »",
            );
            return None;
        }
        if indicator.kind.is_word() {
            self.fail(
                format!("« {id} » est un mot : il ne se calcule pas par somme"),
                "utiliser un bloc avec « scale » et « word »",
            );
            return None;
        }
        let sorter = match &measure.category {
            None => None,
            Some(name) => Some(self.sorter(name, indicator)?),
        };
        let sorted = sorter.is_some() || !measure.columns.is_empty();
        if indicator.is_split() != sorted {
            let (what, hint) = if sorted {
                (
                    "n’a pas de catégories au dictionnaire",
                    "retirer « category » ou « columns »",
                )
            } else {
                (
                    "a des catégories au dictionnaire",
                    "ajouter « category = … » ou « columns = { … } »",
                )
            };
            self.fail(format!("« {id} » {what}"), hint);
            return None;
        }
        let keep = self.optional(&format!("{id} : where"), measure.keep.as_ref());
        let weight = self.formula(&format!("{id} : weight"), measure.weight.as_ref());
        let cells: Vec<Option<u16>> = indicator.cells().collect();
        let mut bottom = false;
        let numbers = if let Some(sum) = &measure.sum {
            let top = self.formula(id, Some(sum))?;
            match &measure.per {
                None => Numbers::Sum { top, sorter },
                Some(per) => {
                    bottom = true;
                    Numbers::Ratio {
                        top,
                        bottom: self.formula(id, Some(per))?,
                        sorter,
                    }
                }
            }
        } else if let Some(mean) = &measure.mean {
            bottom = true;
            Numbers::Mean {
                top: self.formula(id, Some(mean))?,
                weight,
                sorter,
            }
        } else if let Some(share) = &measure.share {
            bottom = true;
            let when = self.optional(id, Some(share))?;
            Numbers::Share {
                when,
                of: self.optional(id, measure.of.as_ref()),
                weight,
            }
        } else {
            let mut wide = Vec::new();
            for (key, formula) in &measure.columns {
                let Some(category) = indicator.category(key) else {
                    self.fail(
                        format!("« {id} » n’a pas de catégorie « {key} »"),
                        "écrire les clés de « columns » comme les catégories du dictionnaire",
                    );
                    continue;
                };
                wide.push((category, self.formula(id, Some(formula))?));
            }
            Numbers::Wide(wide)
        };
        let top = self.take(cells.len());
        let bottom = bottom.then(|| self.take(cells.len()));
        let own_base = self.formula(&format!("{id} : base"), measure.base.as_ref());
        let base = if own_base.is_some() { self.take(1) } else { 0 };
        // The base of a share or of a mean is what it divides by.
        let divides = matches!(numbers, Numbers::Share { .. }) || matches!(numbers, Numbers::Mean { weight: None, .. });
        let base = match bottom {
            Some(bottom) if divides && own_base.is_none() && cells.len() == 1 => bottom,
            _ => base,
        };
        let times = measure
            .times
            .unwrap_or(if measure.share.is_some() { 100.0 } else { 1.0 });
        Some(Compiled {
            iid,
            id: id.clone(),
            numbers,
            keep,
            top,
            bottom,
            cells,
            base,
            own_base,
            times,
        })
    }

    fn take(&mut self, count: usize) -> usize {
        self.slots += count;
        self.slots - count
    }

    fn sorter(&mut self, name: &str, indicator: &Indicator) -> Option<(usize, Sorter)> {
        let Some(recipe) = self.table.categories.get(name) else {
            self.found.push(
                Diagnostic::error(format!("« {} » : catégories « {name} » inconnues", indicator.id))
                    .at(self.recipe_path)
                    .suggest(name, self.table.categories.keys().map(String::as_str)),
            );
            return None;
        };
        let sorter = match Sorter::new(recipe, indicator) {
            Ok(sorter) => sorter,
            Err(why) => {
                self.fail(why, "donner aux catégories de la recette les clés du dictionnaire");
                return None;
            }
        };
        Some((self.optional(&format!("categories.{name}"), Some(&recipe.of))?, sorter))
    }
}
