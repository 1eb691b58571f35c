//! Records as producers send them: dwellings with the columns of RPLS, households, allocations, charges, words.
//!
//! They go to a folder outside of the site, one file per source and vintage, row after row as they come.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::life::{Allocation, Calendar, DwellingYear, HouseholdYear, Sink, rent_index};
use super::names;
use super::place::Places;
use super::stock::{Dwelling, Residence, weighted};
use super::stream;
use crate::diag::{Diagnostics, Result};
use crate::fs;

const STOCK: &str = "DEPCOM;LIBCOM;NUMVOIE;TYPVOIE;NOMVOIE;QPV;TYPECONST;NBPIECE;SURFHAB;CONSTRUCT;LOCAT;FINAN;CONV;DPEDATE;DPEENERGIE;PLG_QP24;PLG_IRIS2024_CODE;X;Y;EPSG;RS;MODE;BAIL;LOYERPRINC;DATE_DEP_DERLOCAT;RESIDENCE";
const HOUSEHOLDS: &str = "RESIDENCE;COMMUNE;REPONSE;COMPOSITION;ENFANTS;AGE;RESSOURCES;ACTIVITE;APL;ANCIENNETE";
const ALLOCATIONS: &str = "DATE;RESIDENCE;COMMUNE;TYPOLOGIE;QUARTILE;PRIORITAIRE;MUTATION;HORS_QPV";
const CHARGES: &str = "RESIDENCE;LOGEMENTS;SURFACE;LOYER;CHARGES";
const WORDS: &str = "RESIDENCE;LOGEMENTS;QUALIFICATION";
const COMPOSITIONS: [&str; 5] = ["seul", "couple", "couple_enfants", "monoparentale", "autre"];
const ACTIVITIES: [&str; 4] = ["stable", "precaire", "retraite", "autre"];

/// A file being written.
struct Table {
    path: PathBuf,
    to: Box<dyn Write>,
}

/// Dwellings, areas, rents and charges of a residence on 1 January.
#[derive(Default)]
struct Bill {
    dwellings: u32,
    area: f64,
    rent: f64,
    charges: f64,
}

/// Writes records as they come.
pub(super) struct Records<'a> {
    places: &'a Places,
    folder: &'a Path,
    tables: BTreeMap<String, Table>,
    /// Of the residence being told, by vintage.
    bills: BTreeMap<u16, Bill>,
    /// Dwellings by vintage, all residences.
    dwellings: BTreeMap<u16, u32>,
    rows: u64,
    failed: Diagnostics,
}

impl<'a> Records<'a> {
    /// Starts in a folder.
    pub(super) fn new(folder: &'a Path, places: &'a Places) -> Self {
        Self {
            places,
            folder,
            tables: BTreeMap::new(),
            bills: BTreeMap::new(),
            dwellings: BTreeMap::new(),
            rows: 0,
            failed: Diagnostics::new(),
        }
    }

    /// Writes what is told once per residence and vintage.
    pub(super) fn close(&mut self, residence: &Residence, rank: u64, calendar: &Calendar, seed: u64) {
        let bills = std::mem::take(&mut self.bills);
        for (vintage, bill) in &bills {
            if calendar.has_charges(*vintage) {
                let Bill {
                    dwellings,
                    area,
                    rent,
                    charges,
                } = bill;
                let id = &residence.id;
                self.row(
                    &format!("charges_{vintage}.csv"),
                    CHARGES,
                    format_args!("{id};{dwellings};{area:.0};{rent:.2};{charges:.2}"),
                );
            }
        }
        let concerted = calendar.last - 1;
        if let Some(bill) = bills.get(&concerted) {
            let rng = &mut stream(seed, (2 << 32) + rank);
            let weights = if residence.qpv.is_some() {
                [5.0, 35.0, 38.0, 22.0]
            } else {
                [24.0, 56.0, 15.0, 5.0]
            };
            let word = ["ouverte", "equilibree", "vigilance", "soutenir"][weighted(&weights, rng)];
            self.row(
                &format!("qualification_{concerted}.csv"),
                WORDS,
                format_args!("{};{};{word}", residence.id, bill.dwellings),
            );
        }
    }

    /// Ends the files; gives the number of rows and the dwellings of each vintage.
    ///
    /// # Errors
    /// Files that could not be written.
    pub(super) fn finish(mut self) -> Result<(u64, BTreeMap<u16, u32>)> {
        for table in self.tables.values_mut() {
            if let Err(error) = table.to.flush() {
                self.failed.push(fs::io_error(&table.path, "écriture", &error));
            }
        }
        if self.failed.is_empty() {
            Ok((self.rows, self.dwellings))
        } else {
            Err(self.failed)
        }
    }

    fn row(&mut self, name: &str, header: &str, row: std::fmt::Arguments<'_>) {
        // The first failure is told; the others would repeat it.
        if !self.failed.is_empty() {
            return;
        }
        if !self.tables.contains_key(name) {
            let path = self.folder.join(name);
            let Some(mut to) = self.failed.absorb(fs::writer(&path)) else {
                return;
            };
            if let Err(error) = writeln!(to, "{header}") {
                self.failed.push(fs::io_error(&path, "écriture", &error));
            }
            self.tables.insert(name.to_owned(), Table { path, to });
        }
        if let Some(table) = self.tables.get_mut(name)
            && let Err(error) = writeln!(table.to, "{row}")
        {
            self.failed.push(fs::io_error(&table.path, "écriture", &error));
        }
        self.rows += 1;
    }
}

/// A date as RPLS writes it, or nothing.
fn month(date: Option<(u16, u8)>) -> String {
    date.map_or_else(String::new, |(year, month)| format!("{month:02}/{year}"))
}

impl Sink for Records<'_> {
    fn dwelling(&mut self, r: &Residence, dwelling: &Dwelling, year: &DwellingYear) {
        let area = f64::from(dwelling.surface);
        let bill = self.bills.entry(year.vintage).or_default();
        bill.dwellings += 1;
        bill.area += area;
        bill.rent += area * dwelling.rent * rent_index(year.vintage);
        bill.charges += area * r.charges * rent_index(year.vintage);
        *self.dwellings.entry(year.vintage).or_default() += 1;

        let (kind, name) = r.street.split_once(' ').unwrap_or(("", &r.street));
        let commune = &self.places.communes[r.commune];
        let (priority, qpv) = r.qpv.map_or((2, ""), |q| (1, self.places.qpv[q].code.as_str()));
        // 9999 and 01/1900 stand for « unknown » in the real file: they do here too.
        let rent = year
            .rent
            .map_or_else(|| "9999".to_owned(), |rent| format!("{:.2}", rent * area));
        let (label_date, label) = match year.label {
            Some(label) => (
                format!("{:02}/{}", 1 + dwelling.surface % 12, dwelling.labelled - 1),
                char::from(b'A' + label).to_string(),
            ),
            None => ("01/1900".to_owned(), "NC".to_owned()),
        };
        let row = format!(
            "{};{};{};{kind};{name};{priority};{};{};{};{};{:02}/{};{};1;{label_date};{label};{qpv};{};{};{};4326;{};{};{};{rent};{};{}",
            commune.code,
            commune.name,
            r.numbers.0,
            if r.collective { "C" } else { "I" },
            dwelling.rooms,
            dwelling.surface,
            r.built,
            1 + r.numbers.1 % 12,
            r.built,
            dwelling.loan,
            self.places.iris[r.iris].code,
            r.at.x,
            r.at.y,
            names::landlords()[r.landlord],
            year.mode,
            month(year.lease),
            month(year.left),
            r.id,
        );
        self.row(&format!("rpls_{}.csv", year.vintage), STOCK, format_args!("{row}"));
    }

    fn household(&mut self, r: &Residence, household: &HouseholdYear) {
        let commune = &self.places.communes[r.commune].code;
        let yes = |b: bool| if b { "oui" } else { "non" };
        let row = if household.answered {
            format!(
                "{};{commune};oui;{};{};{};{};{};{};{}",
                r.id,
                COMPOSITIONS[usize::from(household.composition)],
                household.children,
                household.age,
                household.resources,
                ACTIVITIES[usize::from(household.activity)],
                yes(household.benefit),
                household.stay
            )
        } else {
            format!("{};{commune};non;;;;;;;", r.id)
        };
        self.row(
            &format!("occupation_{}.csv", household.vintage),
            HOUSEHOLDS,
            format_args!("{row}"),
        );
    }

    fn allocation(&mut self, r: &Residence, dwelling: &Dwelling, allocation: &Allocation) {
        let yes = |b: bool| if b { "oui" } else { "non" };
        let row = format!(
            "{:02}/{};{};{};T{};{};{};{};{}",
            allocation.month,
            allocation.year,
            r.id,
            self.places.communes[r.commune].code,
            dwelling.rooms,
            allocation.quartile,
            yes(allocation.priority),
            yes(allocation.transfer),
            yes(r.qpv.is_none()),
        );
        self.row("attributions.csv", ALLOCATIONS, format_args!("{row}"));
    }
}
