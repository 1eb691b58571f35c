//! The life of the stock, year by year: who leaves, how long a dwelling stays empty, who comes in.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::stock::{Dwelling, Residence, weighted};
use super::stream;

/// Situation of a dwelling on 1 January of a vintage, as RPLS tells it.
pub(super) struct DwellingYear {
    /// Vintage.
    pub(super) vintage: u16,
    /// 1 let, 2 offered and vacant, 3 empty for works.
    pub(super) mode: u8,
    /// Year and month of the last departure, when vacant.
    pub(super) left: Option<(u16, u8)>,
    /// Year and month of the lease, when let.
    pub(super) lease: Option<(u16, u8)>,
    /// Rent in €/m² a month; none when not let.
    pub(super) rent: Option<f64>,
    /// Energy label, when known.
    pub(super) label: Option<u8>,
}

/// A household of the survey on occupation.
pub(super) struct HouseholdYear {
    /// Vintage of the survey.
    pub(super) vintage: u16,
    /// Whether it answered; the rest means something only if it did.
    pub(super) answered: bool,
    /// 0 alone, 1 couple, 2 couple with children, 3 single parent, 4 other.
    pub(super) composition: u8,
    /// Children at home.
    pub(super) children: u8,
    /// Age of the tenant.
    pub(super) age: u16,
    /// Resources, in percent of the PLUS ceiling.
    pub(super) resources: u32,
    /// 0 stable job, 1 insecure or none, 2 retired, 3 other.
    pub(super) activity: u8,
    /// Receives housing benefit.
    pub(super) benefit: bool,
    /// Years in the dwelling.
    pub(super) stay: u16,
}

/// A dwelling allocated, with a lease signed.
pub(super) struct Allocation {
    /// Year of the lease.
    pub(super) year: u16,
    /// Month of the lease.
    pub(super) month: u8,
    /// Quartile of resources among applicants, 1 to 4.
    pub(super) quartile: u8,
    /// Recognised as a priority.
    pub(super) priority: bool,
    /// Was already a tenant of social housing.
    pub(super) transfer: bool,
}

/// Takes the records as they come.
pub(super) trait Sink {
    /// A dwelling on 1 January.
    fn dwelling(&mut self, residence: &Residence, dwelling: &Dwelling, year: &DwellingYear);
    /// A household of a survey.
    fn household(&mut self, residence: &Residence, household: &HouseholdYear);
    /// An allocation.
    fn allocation(&mut self, residence: &Residence, dwelling: &Dwelling, allocation: &Allocation);
}

/// Vintages to write, and those of the survey.
pub(super) struct Calendar {
    /// First vintage of the stock.
    pub(super) first: u16,
    /// Last vintage of the stock, and last year of allocations.
    pub(super) last: u16,
}

impl Calendar {
    /// Tells whether a survey on occupation took place: every other year, the last one in an even year.
    pub(super) const fn has_survey(&self, vintage: u16) -> bool {
        vintage >= self.first && vintage.is_multiple_of(2) && vintage >= 2018
    }

    /// Tells whether the observatory of charges worked: every other year.
    pub(super) const fn has_charges(&self, vintage: u16) -> bool {
        vintage >= self.first && vintage % 2 == self.last % 2
    }
}

struct Tenant {
    since: u16,
    month: u8,
    age: u16,
    composition: u8,
    children: u8,
    resources: u32,
    stable: bool,
}

enum Status {
    Let(Tenant),
    Vacant { left: (u16, u8), months: u32 },
    Works,
}

/// Tells the life of a residence to a sink.
pub(super) fn live(residence: &Residence, rank: u64, calendar: &Calendar, seed: u64, sink: &mut impl Sink) {
    let rng = &mut stream(seed, (1 << 32) + rank);
    let enters = residence.built + 1;
    // Two years before the first vintage, so that its vacancy and mobility have a past.
    let start = calendar.first - 2;
    for dwelling in &residence.dwellings {
        let mut status = if enters > start {
            Status::Works
        } else {
            settled(residence, dwelling, start, rng)
        };
        for year in start..=calendar.last {
            if dwelling.until.is_some_and(|until| year > until) {
                break;
            }
            if year >= enters.max(calendar.first) {
                tell(residence, dwelling, year, &status, rng, calendar, sink);
            }
            if dwelling.until.is_some_and(|until| year + 1 >= until) {
                status = Status::Works;
            } else if year + 1 >= enters {
                let (next, allocation) = pass(residence, dwelling, status, year, rng);
                if let Some(allocation) = allocation.filter(|_| year >= calendar.first) {
                    sink.allocation(residence, dwelling, &allocation);
                }
                status = next;
            }
        }
    }
}

/// What happens to a dwelling during a year: departure, time empty, newcomer.
fn pass(
    residence: &Residence,
    dwelling: &Dwelling,
    before: Status,
    year: u16,
    rng: &mut ChaCha8Rng,
) -> (Status, Option<Allocation>) {
    let status = match before {
        _ if year == residence.built => Status::Vacant {
            left: (year, rng.random_range(1..=12)),
            months: 0,
        },
        Status::Let(tenant) if rng.random_bool(departure(residence, dwelling, &tenant, year)) => Status::Vacant {
            left: (year, rng.random_range(1..=12)),
            months: empty_months(residence, rng),
        },
        Status::Let(_) if rng.random_bool(0.0004) => Status::Works,
        Status::Works if rng.random_bool(0.5) => Status::Vacant {
            left: (year, 1),
            months: 2,
        },
        same => same,
    };
    let Status::Vacant { left, months } = status else {
        return (status, None);
    };
    let due = u32::from(left.1) + months;
    let month = if left.0 == year {
        due
    } else {
        due.saturating_sub(12).max(1)
    };
    if month > 12 {
        // Still empty at the end of the year; at the end of a second one, works.
        return (if left.0 < year { Status::Works } else { status }, None);
    }
    let month = u8::try_from(month).unwrap_or(12);
    let (tenant, allocation) = newcomer(residence, dwelling, year, month, rng);
    (Status::Let(tenant), Some(allocation))
}

fn tell(
    residence: &Residence,
    dwelling: &Dwelling,
    vintage: u16,
    status: &Status,
    rng: &mut ChaCha8Rng,
    calendar: &Calendar,
    sink: &mut impl Sink,
) {
    let (mode, left, lease) = match status {
        Status::Let(tenant) => (1, None, Some((tenant.since, tenant.month))),
        Status::Vacant { left, .. } => (2, Some(*left), None),
        Status::Works => (3, None, None),
    };
    sink.dwelling(
        residence,
        dwelling,
        &DwellingYear {
            vintage,
            mode,
            left,
            lease,
            rent: (mode == 1).then(|| dwelling.rent * rent_index(vintage)),
            label: (vintage >= dwelling.labelled).then_some(dwelling.label),
        },
    );
    if let Status::Let(tenant) = status
        && let Some(chance) = residence.answers
        && calendar.has_survey(vintage)
    {
        let stay = vintage.saturating_sub(tenant.since);
        let age = tenant.age + stay;
        let retired = age >= 63;
        let grown = age >= 60;
        let composition = match tenant.composition {
            2 if grown => 1,
            3 if grown => 0,
            other => other,
        };
        let resources = if retired {
            tenant.resources.min(78)
        } else {
            tenant.resources
        };
        sink.household(
            residence,
            &HouseholdYear {
                vintage,
                answered: rng.random_bool(chance),
                composition,
                children: if grown { 0 } else { tenant.children },
                age,
                resources,
                activity: if retired {
                    2
                } else if tenant.stable {
                    0
                } else if rng.random_bool(0.62) {
                    1
                } else {
                    3
                },
                benefit: rng.random_bool(match resources {
                    0..40 => 0.88,
                    40..60 => 0.55,
                    60..80 => 0.16,
                    _ => 0.02,
                }),
                stay,
            },
        );
    }
}

/// Rents of a year, against those of 2025.
pub(super) fn rent_index(year: u16) -> f64 {
    const INDEX: [f64; 12] = [
        0.867, 0.872, 0.875, 0.878, 0.881, 0.891, 0.900, 0.908, 0.918, 0.948, 0.975, 1.0,
    ];
    INDEX[usize::from(year.clamp(2014, 2025) - 2014)]
}

/// Chance that a tenant leaves during the year.
fn departure(residence: &Residence, dwelling: &Dwelling, tenant: &Tenant, year: u16) -> f64 {
    let base = 0.152 - 0.0031 * f64::from(year.clamp(2013, 2025) - 2013);
    let rooms = [1.5, 1.2, 1.0, 0.85, 0.75][usize::from(dwelling.rooms.min(5) - 1)];
    let stay = year.saturating_sub(tenant.since);
    let age = match tenant.age + stay {
        ..30 => 1.4,
        30..65 => 1.0,
        65..80 => 0.5,
        _ => 1.3,
    };
    let habit = match stay {
        0..3 => 1.1,
        3..10 => 0.95,
        _ => 0.62,
    };
    let place = if residence.qpv.is_some() { 0.85 } else { 1.0 } * (-0.18 * residence.profile).exp();
    (base * rooms * age * habit * place).min(0.6)
}

fn empty_months(residence: &Residence, rng: &mut ChaCha8Rng) -> u32 {
    let long = if residence.qpv.is_some() { 0.2 } else { 0.14 };
    if rng.random_bool(long) {
        rng.random_range(4..16)
    } else {
        rng.random_range(1..4)
    }
}

/// A tenant who has been there for some time on 1 January of the first vintage.
fn settled(residence: &Residence, dwelling: &Dwelling, first: u16, rng: &mut ChaCha8Rng) -> Status {
    let roll: f64 = rng.random();
    if roll < 0.008 {
        return Status::Works;
    }
    if roll < 0.042 {
        let left = (first - 1, rng.random_range(4..=12));
        return Status::Vacant {
            left,
            months: empty_months(residence, rng).max(13 - u32::from(left.1)),
        };
    }
    let longest = f64::from(first.saturating_sub(residence.built).clamp(1, 45));
    let stay = (-12.5 * rng.random_range(0.02f64..1.0).ln()).min(longest);
    let since = first - 1 - u16::try_from(super::stock::whole(stay)).unwrap_or(1).min(44);
    Status::Let(newcomer(residence, dwelling, since, rng.random_range(1..=12), rng).0)
}

/// A household that comes in, and its allocation.
fn newcomer(
    residence: &Residence,
    dwelling: &Dwelling,
    year: u16,
    month: u8,
    rng: &mut ChaCha8Rng,
) -> (Tenant, Allocation) {
    let priority_district = residence.qpv.is_some();
    let rooms = dwelling.rooms.min(5);
    let composition = u8::try_from(weighted(
        match rooms {
            1 => &[90.0, 6.0, 0.5, 2.5, 1.0],
            2 => &[66.0, 16.0, 3.0, 13.0, 2.0],
            3 => &[22.0, 18.0, 21.0, 34.0, 5.0],
            4 => &[4.0, 8.0, 46.0, 36.0, 6.0],
            _ => &[1.0, 4.0, 62.0, 26.0, 7.0],
        },
        rng,
    ))
    .unwrap_or(0);
    let children = match (composition, rooms) {
        (2 | 3, ..=3) => 1 + u8::from(rng.random_bool(0.35)),
        (2 | 3, 4) => 2 + u8::from(rng.random_bool(0.4)),
        (2 | 3, _) => 3 + u8::from(rng.random_bool(0.5)),
        _ => 0,
    };
    let age = match rooms {
        1 => [18, 22, 33, 50, 66][weighted(&[24.0, 30.0, 17.0, 16.0, 13.0], rng)],
        2 => [19, 24, 35, 52, 67][weighted(&[16.0, 26.0, 20.0, 19.0, 19.0], rng)],
        _ => [20, 26, 35, 45, 61][weighted(&[10.0, 28.0, 31.0, 21.0, 10.0], rng)],
    } + rng.random_range(0..9);
    // Some residences are where elders settle, some where the young begin.
    let drift = super::stock::whole(6.0 * residence.profile.abs());
    let drift = u16::try_from(drift).unwrap_or(0);
    let age = if residence.profile > 0.0 {
        age + drift
    } else {
        (age - drift.min(age - 18)).max(18)
    };
    let progress = 0.004 * f64::from(year.clamp(2014, 2025) - 2014);
    let first = if priority_district {
        0.27 - progress
    } else {
        0.15 + 1.2 * progress
    };
    let quartile = if rng.random_bool(first) {
        1
    } else {
        rng.random_range(2..=4)
    };
    let resources = match quartile {
        1 => rng.random_range(4..32),
        2 => rng.random_range(18..55),
        3 => rng.random_range(35..85),
        _ => rng.random_range(55..130),
    };
    // Tenants of priority districts earn less than their quartile's middle.
    let resources = if priority_district {
        resources * 4 / 5
    } else {
        resources
    };
    let stable = [0.12, 0.34, 0.66, 0.85][usize::from(quartile - 1)] * if priority_district { 0.8 } else { 1.0 };
    let stable = rng.random_bool(stable);
    let allocation = Allocation {
        year,
        month,
        quartile,
        priority: rng.random_bool(match quartile {
            1 => 0.48,
            _ => 0.2 + progress,
        }),
        transfer: rng.random_bool(if rooms >= 4 { 0.42 } else { 0.28 }),
    };
    let tenant = Tenant {
        since: year,
        month,
        age,
        composition,
        children,
        resources,
        stable,
    };
    (tenant, allocation)
}
