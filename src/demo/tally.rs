//! Provisional aggregator: sums the records and hides small figures until `prepare` takes them over.
//!
//! Sums are exact at each scale. The protection is a coarse one: a residence under the threshold takes with it the
//! smallest neighbours of its IRIS (or of its part in a priority district) until no remainder is alone or small.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::life::{Allocation, Calendar, DwellingYear, HouseholdYear, Sink, rent_index};
use super::place::Places;
use super::stock::{Dwelling, Residence};

/// A counted cell: indicator, category, and position of the cell that gives its base.
type Slot = (&'static str, &'static str, usize);

const STOCK: [Slot; 32] = [
    ("parc.logements", "", 0),
    ("parc.typologie", "t1", 0),
    ("parc.typologie", "t2", 0),
    ("parc.typologie", "t3", 0),
    ("parc.typologie", "t4", 0),
    ("parc.typologie", "t5", 0),
    ("parc.type", "collectif", 0),
    ("parc.type", "individuel", 0),
    ("parc.periode", "avant_1949", 0),
    ("parc.periode", "1949_1974", 0),
    ("parc.periode", "1975_1989", 0),
    ("parc.periode", "1990_2004", 0),
    ("parc.periode", "depuis_2005", 0),
    ("parc.financement", "plai", 0),
    ("parc.financement", "plus", 0),
    ("parc.financement", "pls", 0),
    ("parc.financement", "pli", 0),
    ("parc.financement", "hlm", 0),
    ("parc.dpe_renseignes", "", 0),
    ("parc.dpe", "a", 18),
    ("parc.dpe", "b", 18),
    ("parc.dpe", "c", 18),
    ("parc.dpe", "d", 18),
    ("parc.dpe", "e", 18),
    ("parc.dpe", "f", 18),
    ("parc.dpe", "g", 18),
    ("parc.proposes", "", 0),
    ("parc.vacants", "", 26),
    ("parc.vacants3", "", 26),
    ("parc.offre_continue", "", 0),
    ("parc.emmenagements", "", 29),
    ("parc.logements_qpv", "", 0),
];
const HOUSEHOLDS: [Slot; 24] = [
    ("occ.menages", "", 0),
    ("occ.repondants", "", 0),
    ("occ.composition", "seul", 1),
    ("occ.composition", "couple", 1),
    ("occ.composition", "couple_enfants", 1),
    ("occ.composition", "monoparentale", 1),
    ("occ.composition", "autre", 1),
    ("occ.enfants3", "", 1),
    ("occ.age", "moins_30", 1),
    ("occ.age", "30_64", 1),
    ("occ.age", "65_plus", 1),
    ("occ.anciennete", "moins_2", 1),
    ("occ.anciennete", "2_9", 1),
    ("occ.anciennete", "10_plus", 1),
    ("occ.ressources", "0_20", 1),
    ("occ.ressources", "20_40", 1),
    ("occ.ressources", "40_60", 1),
    ("occ.ressources", "60_100", 1),
    ("occ.ressources", "100_plus", 1),
    ("occ.activite", "stable", 1),
    ("occ.activite", "precaire", 1),
    ("occ.activite", "retraite", 1),
    ("occ.activite", "autre", 1),
    ("occ.aides", "", 1),
];
const ALLOCATIONS: [Slot; 12] = [
    ("attr.total", "", 0),
    ("attr.hors_qpv_n", "", 1),
    ("attr.en_qpv_n", "", 2),
    ("attr.q1_hors_qpv_n", "", 1),
    ("attr.prioritaires_n", "", 0),
    ("attr.q234_qpv_n", "", 2),
    ("attr.mutations_n", "", 0),
    ("attr.typologie", "t1", 0),
    ("attr.typologie", "t2", 0),
    ("attr.typologie", "t3", 0),
    ("attr.typologie", "t4", 0),
    ("attr.typologie", "t5", 0),
];
/// Cells kept at residence scale for older vintages: those that draw a series.
const SERIES: [usize; 7] = [0, 26, 27, 28, 29, 30, 31];

#[derive(Clone, Default)]
struct Sums {
    stock: [u32; STOCK.len()],
    households: [u32; HOUSEHOLDS.len()],
    /// Let dwellings, their area and rent; area of all, charges of all.
    lets: u32,
    let_area: f64,
    rent: f64,
    area: f64,
    charges: f64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        for (a, b) in self.stock.iter_mut().zip(other.stock) {
            *a += b;
        }
        for (a, b) in self.households.iter_mut().zip(other.households) {
            *a += b;
        }
        self.lets += other.lets;
        self.let_area += other.let_area;
        self.rent += other.rent;
        self.area += other.area;
        self.charges += other.charges;
    }
}

/// Sums the records of a residence at a time.
pub(super) struct Tally {
    /// By residence and vintage.
    years: Vec<BTreeMap<u16, Sums>>,
    /// By residence and year of the lease.
    allocations: Vec<BTreeMap<u16, [u32; ALLOCATIONS.len()]>>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            years: Vec::new(),
            allocations: Vec::new(),
        }
    }

    /// Dwellings of a vintage.
    pub(super) fn dwellings(&self, vintage: u16) -> u32 {
        self.years
            .iter()
            .filter_map(|y| y.get(&vintage))
            .map(|s| s.stock[0])
            .sum()
    }

    /// Starts the next residence.
    pub(super) fn next(&mut self) {
        self.years.push(BTreeMap::new());
        self.allocations.push(BTreeMap::new());
    }
}

impl Sink for Tally {
    fn dwelling(&mut self, residence: &Residence, dwelling: &Dwelling, year: &DwellingYear) {
        let Some(sums) = self.years.last_mut().map(|y| y.entry(year.vintage).or_default()) else {
            return;
        };
        let mut count = |slot: usize, yes: bool| sums.stock[slot] += u32::from(yes);
        count(0, true);
        count(usize::from(dwelling.rooms.min(5)), true);
        count(if residence.collective { 6 } else { 7 }, true);
        count(
            match residence.built {
                ..1949 => 8,
                1949..1975 => 9,
                1975..1990 => 10,
                1990..2005 => 11,
                _ => 12,
            },
            true,
        );
        count(
            match dwelling.loan {
                10 => 13,
                12 | 13 => 14,
                14 => 15,
                16 => 16,
                _ => 17,
            },
            true,
        );
        if let Some(label) = year.label {
            count(18, true);
            count(19 + usize::from(label), true);
        }
        count(26, year.mode != 3);
        count(27, year.mode == 2);
        count(
            28,
            year.left.is_some_and(|(y, month)| y + 1 < year.vintage || month < 10),
        );
        count(29, year.offered_twice);
        count(30, year.moved);
        count(31, residence.qpv.is_some());
        let area = f64::from(dwelling.surface);
        sums.area += area;
        sums.charges += area * residence.charges * rent_index(year.vintage);
        if let Some(rent) = year.rent {
            sums.lets += 1;
            sums.let_area += area;
            sums.rent += area * rent;
        }
    }

    fn household(&mut self, _: &Residence, household: &HouseholdYear) {
        let Some(sums) = self.years.last_mut().map(|y| y.entry(household.vintage).or_default()) else {
            return;
        };
        let mut count = |slot: usize| sums.households[slot] += 1;
        count(0);
        if !household.answered {
            return;
        }
        count(1);
        count(2 + usize::from(household.composition));
        if household.children >= 3 {
            count(7);
        }
        count(match household.age {
            ..30 => 8,
            30..65 => 9,
            _ => 10,
        });
        count(match household.stay {
            ..2 => 11,
            2..10 => 12,
            _ => 13,
        });
        count(match household.resources {
            ..=20 => 14,
            21..=40 => 15,
            41..=60 => 16,
            61..=100 => 17,
            _ => 18,
        });
        count(19 + usize::from(household.activity));
        if household.benefit {
            count(23);
        }
    }

    fn allocation(&mut self, residence: &Residence, dwelling: &Dwelling, allocation: &Allocation) {
        let Some(sums) = self
            .allocations
            .last_mut()
            .map(|y| y.entry(allocation.year).or_default())
        else {
            return;
        };
        let priority_district = residence.qpv.is_some();
        let mut count = |slot: usize, yes: bool| sums[slot] += u32::from(yes);
        count(0, true);
        count(1, !priority_district);
        count(2, priority_district);
        count(3, !priority_district && allocation.quartile == 1);
        count(4, allocation.priority);
        count(5, priority_district && allocation.quartile > 1);
        count(6, allocation.transfer);
        count(6 + usize::from(dwelling.rooms.min(5)), true);
    }
}

/// A territory to sum over: scale, code, and the residences it holds.
struct Zone<'a> {
    scale: &'static str,
    code: &'a str,
    own: Vec<usize>,
}

/// Writes the protected aggregates: path under `data/values`, then content.
pub(super) fn write(
    tally: &Tally,
    places: &Places,
    residences: &[Residence],
    calendar: &Calendar,
) -> BTreeMap<String, String> {
    let select = |keep: &dyn Fn(&Residence) -> bool| -> Vec<usize> {
        residences
            .iter()
            .enumerate()
            .filter(|(_, r)| keep(r))
            .map(|(i, _)| i)
            .collect()
    };
    let mut zones = vec![Zone {
        scale: "metropole",
        code: super::METROPOLE,
        own: (0..residences.len()).collect(),
    }];
    for (i, area) in places.communes.iter().enumerate() {
        zones.push(Zone {
            scale: "commune",
            code: &area.code,
            own: select(&|r| r.commune == i),
        });
    }
    for (i, area) in places.iris.iter().enumerate() {
        zones.push(Zone {
            scale: "iris",
            code: &area.code,
            own: select(&|r| r.iris == i),
        });
    }
    for (i, area) in places.qpv.iter().enumerate() {
        zones.push(Zone {
            scale: "qpv",
            code: &area.code,
            own: select(&|r| r.qpv == Some(i)),
        });
    }
    let mut files = BTreeMap::new();
    for vintage in calendar.first..=calendar.last {
        let hidden = hide(tally, residences, vintage);
        stock(tally, &zones, residences, vintage, calendar, &hidden, &mut files);
    }
    for to in (calendar.first..=calendar.last).rev().step_by(3) {
        if to < calendar.first + 2 {
            break;
        }
        let mut text = HEADER.to_owned();
        for zone in &zones {
            let mut sums = [0u32; ALLOCATIONS.len()];
            for i in &zone.own {
                for (_, year) in tally.allocations[*i].range(to - 2..=to) {
                    for (a, b) in sums.iter_mut().zip(year) {
                        *a += b;
                    }
                }
            }
            let alone = (1..11).contains(&sums[1]) || (1..11).contains(&sums[2]);
            for (k, (indicator, category, base)) in ALLOCATIONS.iter().enumerate() {
                let closed = (zone.scale == "qpv" && matches!(k, 1 | 3)) || (zone.scale == "iris" && k == 5);
                let secret = small(sums[*base]) || small(sums[0]) || (alone && matches!(k, 1 | 2 | 3 | 5));
                if !closed {
                    row(&mut text, zone, indicator, category, sums[k], sums[*base], secret);
                }
            }
        }
        files.insert(format!("sne/{}-{to}.csv", to - 2), text);
    }
    files
}

const HEADER: &str = "scale;code;indicator;category;value;state;base\n";

const fn small(count: u32) -> bool {
    count > 0 && count < 11
}

fn row(text: &mut String, zone: &Zone<'_>, indicator: &str, category: &str, value: u32, base: u32, secret: bool) {
    let (scale, code) = (zone.scale, zone.code);
    // Writing to a text cannot fail.
    let _ = if secret {
        writeln!(text, "{scale};{code};{indicator};{category};;s;")
    } else {
        writeln!(text, "{scale};{code};{indicator};{category};{value};;{base}")
    };
}

fn mean(text: &mut String, zone: &Zone<'_>, indicator: &str, total: f64, over: f64, base: u32, secret: bool) {
    let (scale, code) = (zone.scale, zone.code);
    let _ = if secret || small(base) {
        writeln!(text, "{scale};{code};{indicator};;;s;")
    } else if over > 0.0 {
        writeln!(text, "{scale};{code};{indicator};;{:.2};;{base}", total / over)
    } else {
        writeln!(text, "{scale};{code};{indicator};;;so;")
    };
}

fn stock(
    tally: &Tally,
    zones: &[Zone<'_>],
    residences: &[Residence],
    vintage: u16,
    calendar: &Calendar,
    hidden: &[bool],
    files: &mut BTreeMap<String, String>,
) {
    let (mut rpls, mut ops, mut charges) = (HEADER.to_owned(), HEADER.to_owned(), HEADER.to_owned());
    let latest = vintage == calendar.last;
    let with_residences = (calendar.last - vintage).is_multiple_of(5);
    let alone: Vec<Zone<'_>> = residences
        .iter()
        .enumerate()
        .map(|(i, r)| Zone {
            scale: "residence",
            code: &r.id,
            own: vec![i],
        })
        .collect();
    let survey = calendar.has_survey(vintage);
    let last_survey = survey && vintage + 2 > calendar.last;
    for zone in zones.iter().chain(&alone) {
        let narrow = zone.scale == "residence";
        let mut sums = Sums::default();
        for i in &zone.own {
            if let Some(year) = tally.years[*i].get(&vintage) {
                sums.add(year);
            }
        }
        let all = sums.stock[0];
        let secret = small(all) || (narrow && zone.own.first().is_some_and(|i| hidden[*i]));
        let built = all > 0 || !narrow;
        if (!narrow || with_residences) && built {
            let outside = all - sums.stock[31];
            for (k, (indicator, category, base)) in STOCK.iter().enumerate() {
                let series = SERIES.contains(&k);
                let wide = matches!(zone.scale, "metropole" | "commune" | "qpv");
                if (!latest && !series && !wide && !(zone.scale == "iris" && vintage.is_multiple_of(5)))
                    || (k == 31 && !matches!(zone.scale, "metropole" | "commune"))
                {
                    continue;
                }
                if (18..26).contains(&k) && vintage < 2022 {
                    let _ = writeln!(rpls, "{};{};{indicator};{category};;so;", zone.scale, zone.code);
                    continue;
                }
                let cell = sums.stock[k];
                let secret = secret || small(sums.stock[*base]) || (k == 31 && (small(cell) || small(outside)));
                row(&mut rpls, zone, indicator, category, cell, sums.stock[*base], secret);
            }
            mean(&mut rpls, zone, "parc.surface", sums.area, f64::from(all), all, secret);
            mean(
                &mut rpls,
                zone,
                "parc.loyer",
                sums.rent,
                sums.let_area,
                sums.lets,
                secret,
            );
        }
        if vintage % 2 == calendar.last % 2 && built && (!narrow || latest) {
            mean(&mut charges, zone, "parc.charges", sums.charges, sums.area, all, secret);
            let rent = if sums.let_area > 0.0 {
                sums.rent / sums.let_area * sums.area
            } else {
                0.0
            };
            mean(
                &mut charges,
                zone,
                "parc.loyer_charges",
                sums.charges + rent,
                sums.area,
                all,
                secret,
            );
        }
        if survey && built && (!narrow || last_survey) {
            let silent = !zone.own.is_empty() && zone.own.iter().all(|i| residences[*i].answers.is_none());
            let low = sums.households[1] * 2 < sums.households[0];
            for (k, (indicator, category, base)) in HOUSEHOLDS.iter().enumerate() {
                let base = sums.households[*base];
                if zone.scale == "iris" && !last_survey && !matches!(k, 0 | 1 | 8 | 9 | 10) {
                    continue;
                }
                if silent {
                    let _ = writeln!(ops, "{};{};{indicator};{category};;nd;", zone.scale, zone.code);
                } else if low && k > 1 && !secret && !small(base) && base > 0 {
                    let _ = writeln!(ops, "{};{};{indicator};{category};;cp;", zone.scale, zone.code);
                } else {
                    row(
                        &mut ops,
                        zone,
                        indicator,
                        category,
                        sums.households[k],
                        base,
                        secret || small(base),
                    );
                }
            }
        }
    }
    files.insert(format!("rpls/{vintage}.csv"), rpls);
    for (source, text) in [("ops", ops), ("charges", charges)] {
        if text.len() > HEADER.len() {
            files.insert(format!("{source}/{vintage}.csv"), text);
        }
    }
}

/// Chooses the residences to hide in a vintage.
pub(super) fn hide(tally: &Tally, residences: &[Residence], vintage: u16) -> Vec<bool> {
    let size = |i: usize| tally.years[i].get(&vintage).map_or(0, |y| y.stock[0]);
    let mut hidden: Vec<bool> = (0..residences.len()).map(|i| small(size(i))).collect();
    let mut parts: BTreeMap<(usize, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (i, r) in residences.iter().enumerate() {
        if size(i) > 0 {
            parts.entry((r.iris, r.qpv)).or_default().push(i);
        }
    }
    for own in parts.values_mut() {
        own.sort_by_key(|i| (size(*i), *i));
        let mut gone: Vec<usize> = own.iter().copied().filter(|i| hidden[*i]).collect();
        while !gone.is_empty() && (gone.len() < 2 || gone.iter().map(|i| size(*i)).sum::<u32>() < 11) {
            let Some(next) = own.iter().copied().find(|i| !hidden[*i]) else {
                break;
            };
            hidden[next] = true;
            gone.push(next);
        }
    }
    hidden
}
