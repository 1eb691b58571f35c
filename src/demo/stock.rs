//! The stock of the demonstration: residences and their dwellings, as they were built.

use geo::Coord;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::place::Places;
use super::{names, stream};

/// A dwelling, with what does not change in its life.
pub(super) struct Dwelling {
    /// Main rooms, 1 to 7.
    pub(super) rooms: u8,
    /// Living area, in m².
    pub(super) surface: u32,
    /// Code of the loan that paid for it, as RPLS writes it.
    pub(super) loan: u8,
    /// Energy label, 0 for A to 6 for G.
    pub(super) label: u8,
    /// First vintage that knows its label.
    pub(super) labelled: u16,
    /// Rent in 2025, in €/m² a month.
    pub(super) rent: f64,
    /// Last vintage before its demolition, if any.
    pub(super) until: Option<u16>,
}

/// A residence of one landlord.
pub(super) struct Residence {
    /// Code, as `R-00412`.
    pub(super) id: String,
    /// Name, common to several residences now and then.
    pub(super) name: String,
    /// Numbers of the way: first and last.
    pub(super) numbers: (u32, u32),
    /// Way, as `rue des Tanneurs`.
    pub(super) street: String,
    /// Position of its landlord in the list of organisations.
    pub(super) landlord: usize,
    /// Place, in degrees.
    pub(super) at: Coord,
    /// Position of its commune, IRIS and priority district, if any.
    pub(super) commune: usize,
    /// Position of its IRIS.
    pub(super) iris: usize,
    /// Position of its priority district.
    pub(super) qpv: Option<usize>,
    /// Flats, else houses.
    pub(super) collective: bool,
    /// Year of completion.
    pub(super) built: u16,
    /// Charges in 2025, in €/m² a month.
    pub(super) charges: f64,
    /// Who lives there, around 0: elders who stay above, the young who move on below.
    pub(super) profile: f64,
    /// Chance that a household answers the survey; none when the landlord gave nothing for the commune.
    pub(super) answers: Option<f64>,
    /// Dwellings, in the order of their numbers.
    pub(super) dwellings: Vec<Dwelling>,
}

impl Residence {
    /// Address without the commune: `12 à 26, rue des Tanneurs`.
    pub(super) fn address(&self) -> String {
        let (first, last) = self.numbers;
        if first == last {
            format!("{first}, {}", self.street)
        } else {
            format!("{first} à {last}, {}", self.street)
        }
    }
}

/// Builds `n` residences, ordered by IRIS.
pub(super) fn build(places: &Places, n: usize, seed: u64) -> Vec<Residence> {
    let rng = &mut stream(seed, 3);
    let iris_weights: Vec<f64> = places
        .iris
        .iter()
        .map(|a| {
            if rng.random_bool(0.05) {
                0.0
            } else {
                (1.2 - a.depth).max(0.22) * normal(0.0, 0.6, rng).exp()
            }
        })
        .collect();
    let qpv_weights: Vec<f64> = places.qpv.iter().map(|_| rng.random_range(0.5..1.6)).collect();
    let mut sites: Vec<(Coord, usize, Option<usize>)> = Vec::with_capacity(n);
    for attempt in 0..n * 20 {
        if sites.len() == n {
            break;
        }
        let at = if !qpv_weights.is_empty() && attempt % 100 < 15 {
            places.point_in_qpv(weighted(&qpv_weights, rng), rng)
        } else {
            places.point_in_iris(weighted(&iris_weights, rng), rng)
        };
        if let Some(at) = at
            && let Some(iris) = places.iris_at(at)
        {
            sites.push((at, iris, places.qpv_at(at)));
        }
    }
    sites.sort_by(|a, b| (a.1, a.2).cmp(&(b.1, b.2)).then(a.0.x.total_cmp(&b.0.x)));
    let mut named = std::collections::BTreeSet::new();
    // A small commune whose landlords gave nothing to the survey, while those of another gave something.
    let elsewhere = |commune: usize| sites.iter().any(|(_, iris, _)| places.iris[*iris].commune != commune);
    let silent = places
        .communes
        .iter()
        .enumerate()
        .filter(|(i, c)| c.depth > 0.45 && elsewhere(*i))
        .map(|(i, _)| i)
        .next();
    sites
        .into_iter()
        .enumerate()
        .map(|(rank, (at, iris, qpv))| {
            let commune = places.iris[iris].commune;
            let mut own = stream(seed, 10_000 + rank as u64);
            let mut residence = residence(at, places.iris[iris].depth, qpv.is_some(), &mut own);
            residence.id = format!("R-{:05}", rank + 1);
            (residence.commune, residence.iris, residence.qpv) = (commune, iris, qpv);
            // Two residences of a commune seldom bear one name.
            for _ in 0..12 {
                if named.insert((commune, residence.name.clone())) {
                    break;
                }
                residence.name = names::residence(residence.collective, &mut own);
            }
            if Some(commune) == silent {
                residence.answers = None;
            }
            residence
        })
        .collect()
}

fn residence(at: Coord, depth: f64, priority: bool, rng: &mut ChaCha8Rng) -> Residence {
    let built = completion(priority, depth, rng);
    let collective = rng.random_bool(if priority {
        0.96
    } else {
        (0.92 - 0.5 * depth).clamp(0.25, 0.9)
    });
    let size = size(priority, collective, rng);
    let landlord = weighted(
        &[9.0, 7.0, 3.0, 6.0, 5.0, 2.0, 3.0, 1.5, 2.0, 1.0, 4.0, 2.0, 2.0, 2.5],
        rng,
    );
    let tilt = normal(if priority { 0.12 } else { 0.0 }, 0.28, rng);
    let renewed = built < 1995 && rng.random_bool(0.28);
    let label = normal(
        match built {
            ..1949 => 3.5,
            1949..1975 => 3.4,
            1975..1990 => 3.2,
            1990..2005 => 2.8,
            2005..2013 => 1.9,
            _ => 0.8,
        } - if renewed { 1.1 } else { 0.0 },
        0.85,
        rng,
    );
    let labelled = 2022 + [0u16, 1, 2, 3, 9][weighted(&[60.0, 17.0, 11.0, 6.0, 6.0], rng)];
    let level = normal(1.0, 0.05, rng);
    // Some priority stock loses a block to urban renewal.
    let demolition =
        (priority && built < 1980 && size > 60 && rng.random_bool(0.18)).then(|| rng.random_range(2015..2024));
    let standing = demolition.map_or(size, |_| size - size / rng.random_range(3..6));
    let dwellings = (0..size)
        .map(|k| {
            let rooms = rooms(collective, tilt, rng);
            let loan = loan(built, rng);
            let surface =
                [30.0, 47.0, 63.0, 77.0, 91.0, 104.0, 118.0][usize::from(rooms - 1)] * rng.random_range(0.93..1.08);
            Dwelling {
                rooms,
                surface: whole(surface * if collective { 1.0 } else { 1.08 }),
                loan,
                label: letter(normal(label, 0.45, rng)),
                labelled: labelled + u16::from(rng.random_bool(0.1)),
                rent: rent(built, loan, rooms) * level * rng.random_range(0.98..1.02),
                until: demolition.filter(|_| k >= standing),
            }
        })
        .collect();
    let first = rng.random_range(1..120);
    Residence {
        id: String::new(),
        name: names::residence(collective, rng),
        numbers: (first, first + if size > 8 { 2 * rng.random_range(0..8) } else { 0 }),
        street: names::street(rng),
        landlord,
        at,
        commune: 0,
        iris: 0,
        qpv: None,
        collective,
        built,
        charges: if collective {
            normal(2.1, 0.25, rng).clamp(1.2, 3.2)
        } else {
            normal(0.9, 0.15, rng).clamp(0.4, 1.5)
        },
        profile: normal(0.0, 1.0, rng).clamp(-2.2, 2.2),
        // A landlord in ten answers badly.
        answers: Some(if rng.random_bool(0.05) {
            rng.random_range(0.2..0.5)
        } else {
            rng.random_range(0.78..0.99)
        }),
        dwellings,
    }
}

/// Year of completion.
fn completion(priority: bool, depth: f64, rng: &mut ChaCha8Rng) -> u16 {
    let weights = if priority {
        [2.0, 66.0, 14.0, 6.0, 7.0, 5.0]
    } else if depth < 0.35 {
        [16.0, 26.0, 19.0, 17.0, 12.0, 10.0]
    } else {
        [4.0, 20.0, 22.0, 22.0, 17.0, 15.0]
    };
    let spans = [
        (1890, 1949),
        (1949, 1975),
        (1975, 1990),
        (1990, 2005),
        (2005, 2013),
        (2013, 2025),
    ];
    let (from, to) = spans[weighted(&weights, rng)];
    rng.random_range(from..to)
}

/// Number of dwellings: many small residences, a few very large ones, some on either side of the threshold.
fn size(priority: bool, collective: bool, rng: &mut ChaCha8Rng) -> usize {
    let roll: f64 = rng.random();
    if roll < 0.05 {
        return 10 + usize::from(roll < 0.025);
    }
    let small = if priority {
        0.12
    } else if collective {
        0.36
    } else {
        0.55
    };
    if roll < 0.05 + small {
        return 1 + weighted(&[9.0, 10.0, 9.0, 12.0, 8.0, 12.0, 7.0, 10.0, 6.0], rng);
    }
    let (median, spread, most) = if priority {
        (62.0f64, 0.75, 420.0)
    } else if collective {
        (30.0, 0.7, 260.0)
    } else {
        (18.0, 0.45, 70.0)
    };
    whole((median.ln() + normal(0.0, spread, rng)).exp().clamp(11.0, most)) as usize
}

fn rooms(collective: bool, tilt: f64, rng: &mut ChaCha8Rng) -> u8 {
    let base = if collective {
        [9.0, 20.0, 37.0, 24.0, 7.5, 1.5]
    } else {
        [0.3, 7.0, 34.0, 42.0, 14.0, 2.7]
    };
    let mut weights = base;
    for (step, weight) in [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0].iter().zip(&mut weights) {
        *weight *= (tilt * step).exp();
    }
    u8::try_from(weighted(&weights, rng) + 1).unwrap_or(3)
}

/// Loan, as RPLS codes it: 10 PLAI, 12 PLA, 13 PLUS, 14 PLS, 16 PLI, 51 PLR, 52 HLM-O.
fn loan(built: u16, rng: &mut ChaCha8Rng) -> u8 {
    match built {
        // Old buildings bought and renewed.
        ..1949 => [13, 10, 12, 52][weighted(&[40.0, 25.0, 20.0, 15.0], rng)],
        1949..1977 => [52, 51, 12][weighted(&[82.0, 13.0, 5.0], rng)],
        1977..2000 => [12, 13, 16][weighted(&[93.0, 5.0, 2.0], rng)],
        _ => [13, 10, 14, 16][weighted(&[56.0, 26.0, 13.0, 5.0], rng)],
    }
}

fn rent(built: u16, loan: u8, rooms: u8) -> f64 {
    let age = match built {
        ..1949 => 6.3,
        1949..1975 => 5.8,
        1975..1990 => 6.15,
        1990..2005 => 6.5,
        _ => 6.8,
    };
    let loan = match loan {
        10 => 0.9,
        14 => 1.24,
        16 => 1.5,
        51 => 0.93,
        _ => 1.0,
    };
    age * loan * [1.16, 1.07, 1.0, 0.96, 0.93, 0.91, 0.9][usize::from(rooms.clamp(1, 7) - 1)]
}

fn letter(at: f64) -> u8 {
    [0u8, 1, 2, 3, 4, 5, 6]
        .into_iter()
        .min_by(|a, b| (f64::from(*a) - at).abs().total_cmp(&(f64::from(*b) - at).abs()))
        .unwrap_or(3)
}

/// Rounds a positive number of reasonable size.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and small"
)]
pub(super) fn whole(value: f64) -> u32 {
    value.round().max(0.0) as u32
}

/// Draws from a normal law (Box and Muller, 1958).
pub(super) fn normal(mean: f64, spread: f64, rng: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random_range(f64::EPSILON..1.0), rng.random());
    mean + spread * (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Draws a position with a chance in proportion to its weight.
pub(super) fn weighted(weights: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    for (i, weight) in weights.iter().enumerate() {
        if left < *weight {
            return i;
        }
        left -= weight;
    }
    weights.iter().rposition(|w| *w > 0.0).unwrap_or(0)
}
