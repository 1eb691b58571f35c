//! Public context: census, equipment, fragility, framing of priority districts, grid.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use geo::{BoundingRect as _, Coord};
use rand::Rng as _;

use super::life::Calendar;
use super::mesh::count;
use super::place::Places;
use super::stock::{Residence, normal, weighted, whole};
use super::{METROPOLE, names, stream};

const HEADER: &str = "scale;code;indicator;category;value;state;base\n";

/// Equipment per 10,000 inhabitants, and how strongly it keeps to the middle.
const FAMILIES: [(&str, f64, f64); 8] = [
    ("creche", 1.9, 0.6),
    ("ecole", 5.2, 0.2),
    ("college", 1.1, 0.3),
    ("medecin", 7.5, 0.8),
    ("pharmacie", 3.1, 0.8),
    ("alimentation", 9.0, 0.9),
    ("bus", 22.0, 0.3),
    ("metro", 1.3, 2.5),
];

/// What a district, priority district, commune or the metropolis is like.
struct People {
    scale: &'static str,
    code: String,
    /// Main dwellings in the last vintage, social housing included.
    homes: f64,
    inhabitants: f64,
    /// Monthly income, then poverty, single parents, unemployment in percent.
    components: [f64; 4],
    /// The producer hides it: too few inhabitants.
    hidden: bool,
}

/// Everything that is not a record.
pub(super) struct Context {
    people: Vec<People>,
}

impl Context {
    /// Draws the people of each district and sums them up.
    pub(super) fn new(places: &Places, residences: &[Residence], seed: u64) -> Self {
        let rng = &mut stream(seed, 4);
        let mut social = vec![0.0; places.iris.len()];
        let mut priority = vec![0.0; places.iris.len()];
        let mut in_qpv = vec![0.0; places.qpv.len()];
        for r in residences {
            let size = count(r.dwellings.len());
            social[r.iris] += size;
            if let Some(qpv) = r.qpv {
                priority[r.iris] += size;
                in_qpv[qpv] += size;
            }
        }
        let mut people = Vec::new();
        let mut sums = vec![[0.0f64; 6]; places.communes.len() + 1];
        for (i, area) in places.iris.iter().enumerate() {
            let own = if rng.random_bool(0.02) {
                40.0
            } else {
                normal(930.0, 190.0, rng).clamp(350.0, 1600.0)
            };
            let homes = own.max(social[i] / rng.random_range(0.62..0.9)).round();
            let share = social[i] / homes;
            let hardship =
                (0.55 * share + 0.5 * priority[i] / homes + 0.1 + 0.2 * (1.0 - area.depth) + normal(0.0, 0.09, rng))
                    .clamp(0.0, 1.25);
            let inhabitants = (homes * rng.random_range(1.95..2.45)).round();
            let components = components(hardship, rng);
            for sum in [area.commune, places.communes.len()] {
                sums[sum][0] += homes;
                sums[sum][1] += inhabitants;
                for (k, component) in components.iter().enumerate() {
                    sums[sum][2 + k] += component * inhabitants;
                }
            }
            people.push(People {
                scale: "iris",
                code: area.code.clone(),
                homes,
                inhabitants,
                components,
                hidden: homes < 100.0,
            });
        }
        for (i, area) in places.qpv.iter().enumerate() {
            let homes = (in_qpv[i] / rng.random_range(0.68..0.93)).max(380.0).round();
            people.push(People {
                scale: "qpv",
                code: area.code.clone(),
                homes,
                inhabitants: (homes * rng.random_range(2.2..2.7)).round(),
                components: components(rng.random_range(0.85..1.2), rng),
                hidden: false,
            });
        }
        let codes = places.communes.iter().map(|a| ("commune", a.code.clone()));
        for ((scale, code), sum) in codes.chain([("metropole", METROPOLE.to_owned())]).zip(sums) {
            people.push(People {
                scale,
                code,
                homes: sum[0],
                inhabitants: sum[1],
                components: std::array::from_fn(|k| if sum[1] > 0.0 { sum[2 + k] / sum[1] } else { 0.0 }),
                hidden: sum[0] < 100.0,
            });
        }
        Self { people }
    }

    /// Writes the values, by path under `data/values`.
    pub(super) fn values(
        &self,
        calendar: &Calendar,
        residences: &[Residence],
        places: &Places,
        seed: u64,
    ) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for vintage in calendar.first..=calendar.last {
            files.insert(format!("rp/{vintage}.csv"), self.homes(calendar.last - vintage));
        }
        files.insert(format!("fragilite/{}.csv", calendar.last - 1), self.fragility());
        for (step, vintage) in [(0, calendar.last - 1), (1, calendar.last - 4)] {
            if vintage >= calendar.first {
                files.insert(
                    format!("cadrage/{vintage}.csv"),
                    self.framing(step, places, residences, seed),
                );
            }
        }
        files
    }

    /// Main dwellings `ago` years before the last vintage; a commune is the sum of its districts.
    fn homes(&self, ago: u16) -> String {
        let mut text = HEADER.to_owned();
        let before = |homes: f64| (homes * (1.0 - 0.006 * f64::from(ago))).round();
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        let mut rows = Vec::new();
        for p in &self.people {
            match p.scale {
                "iris" => {
                    let homes = before(p.homes);
                    *sums.entry(&p.code[..5]).or_default() += homes;
                    *sums.entry(METROPOLE).or_default() += homes;
                    rows.push((p.scale, &p.code, homes));
                }
                "qpv" => rows.push((p.scale, &p.code, before(p.homes))),
                _ => {}
            }
        }
        for p in &self.people {
            if matches!(p.scale, "commune" | "metropole") {
                rows.push((p.scale, &p.code, sums.get(p.code.as_str()).copied().unwrap_or(0.0)));
            }
        }
        for (scale, code, homes) in rows {
            let _ = writeln!(text, "{scale};{code};parc.residences_principales;;{homes};;");
        }
        text
    }

    /// Components as the producer gives them, then classes of equal size over the mean of four ranks.
    fn fragility(&self) -> String {
        const NAMES: [(&str, usize); 4] = [
            ("fragilite.revenu", 0),
            ("fragilite.pauvrete", 1),
            ("fragilite.monoparentales", 1),
            ("fragilite.chomage", 1),
        ];
        let mut text = HEADER.to_owned();
        for p in &self.people {
            for ((name, decimals), value) in NAMES.iter().zip(p.components) {
                let (scale, code) = (p.scale, &p.code);
                let _ = if p.homes < 1.0 {
                    writeln!(text, "{scale};{code};{name};;;so;")
                } else if p.hidden {
                    writeln!(text, "{scale};{code};{name};;;s;")
                } else {
                    writeln!(text, "{scale};{code};{name};;{value:.decimals$};;")
                };
            }
        }
        let ranked: Vec<&People> = self
            .people
            .iter()
            .filter(|p| matches!(p.scale, "iris" | "qpv"))
            .collect();
        let iris: Vec<&People> = ranked
            .iter()
            .copied()
            .filter(|p| p.scale == "iris" && !p.hidden)
            .collect();
        let rank = |p: &People| -> f64 {
            (0..4)
                .map(|k| {
                    let below = iris.iter().filter(|o| o.components[k] < p.components[k]).count();
                    if k == 0 {
                        count(iris.len() - below)
                    } else {
                        count(below)
                    }
                })
                .sum()
        };
        let mut scores: Vec<f64> = iris.iter().map(|p| rank(p)).collect();
        scores.sort_by(f64::total_cmp);
        for p in ranked {
            let (scale, code) = (p.scale, &p.code);
            let _ = if p.hidden {
                writeln!(text, "{scale};{code};fragilite.classe;;;nd;")
            } else {
                let below = scores.partition_point(|s| *s < rank(p));
                let class = (below * 5 / scores.len().max(1)).min(4) + 1;
                writeln!(text, "{scale};{code};fragilite.classe;;{class};;")
            };
        }
        text
    }

    fn framing(&self, step: u32, places: &Places, residences: &[Residence], seed: u64) -> String {
        let rng = &mut stream(seed, 20 + u64::from(step));
        let mut text = HEADER.to_owned();
        let mut social: BTreeMap<&str, f64> = BTreeMap::new();
        for r in residences.iter().filter(|r| r.built < 2022) {
            let size = count(r.dwellings.len());
            *social.entry(places.communes[r.commune].code.as_str()).or_default() += size;
            *social.entry(METROPOLE).or_default() += size;
            if let Some(qpv) = r.qpv {
                *social.entry(places.qpv[qpv].code.as_str()).or_default() += size;
            }
        }
        for p in self.people.iter().filter(|p| p.scale != "iris") {
            let (scale, code) = (p.scale, &p.code);
            let [_, poverty, single, idle] = p.components;
            let later = if step == 0 { 0.0 } else { 1.3 };
            let hlm = social.get(code.as_str()).copied().unwrap_or(0.0) / p.homes.max(1.0) * 100.0;
            let rows: [(&str, usize, f64); 7] = [
                ("cadrage.population", 0, p.inhabitants * (1.0 - 0.01 * later)),
                ("cadrage.moins25", 1, 24.0 + 0.32 * poverty + normal(0.0, 0.8, rng)),
                ("cadrage.emploi", 1, 74.0 - 1.25 * idle + normal(0.0, 0.8, rng)),
                ("cadrage.pauvrete", 1, (poverty + later).max(1.0)),
                (
                    "cadrage.caf",
                    1,
                    (7.0 + 0.62 * poverty + normal(0.0, 0.8, rng)).max(2.0),
                ),
                (
                    "cadrage.sante",
                    1,
                    (3.0 + 0.5 * poverty + 0.1 * single + normal(0.0, 0.6, rng)).max(2.0),
                ),
                ("cadrage.taux_hlm", 1, hlm.min(99.0)),
            ];
            for (name, decimals, value) in rows {
                let _ = if p.hidden {
                    writeln!(text, "{scale};{code};{name};;;nd;")
                } else {
                    writeln!(text, "{scale};{code};{name};;{value:.decimals$};;")
                };
            }
        }
        text
    }

    /// Points of equipment: `family;name;lon;lat`.
    pub(super) fn equipment(&self, places: &Places, seed: u64) -> String {
        let rng = &mut stream(seed, 5);
        let mut text = "family;name;lon;lat\n".to_owned();
        let everyone: f64 = self
            .people
            .iter()
            .filter(|p| p.scale == "iris")
            .map(|p| p.inhabitants)
            .sum();
        for (family, density, pull) in FAMILIES {
            let weights: Vec<f64> = self
                .people
                .iter()
                .filter(|p| p.scale == "iris")
                .zip(&places.iris)
                .map(|(p, a)| p.inhabitants * (-pull * a.depth * 2.0).exp())
                .collect();
            for _ in 0..whole(everyone / 10_000.0 * density).max(1) {
                let iris = weighted(&weights, rng);
                let Some(at) = places.point_in_iris(iris, rng) else {
                    continue;
                };
                let _ = writeln!(text, "{family};{};{};{}", names::equipment(family, rng), at.x, at.y);
            }
        }
        text
    }

    /// Squares of about 400 m around dwellings, in classes.
    pub(super) fn grid(&self, places: &Places, residences: &[Residence], seed: u64) -> String {
        const SIDE: f64 = 400.0;
        let rng = &mut stream(seed, 6);
        let (dx, dy) = (SIDE / places.plane.x, SIDE / places.plane.y);
        let mut near: BTreeMap<(i64, i64), f64> = BTreeMap::new();
        #[expect(clippy::cast_possible_truncation, reason = "degrees over a step stay small")]
        let square = |c: Coord| ((c.x / dx).floor() as i64, (c.y / dy).floor() as i64);
        for area in &places.iris {
            if let Some(envelope) = area.shape.bounding_rect()
                && envelope.width() < 8.0 * dx
            {
                near.entry(square(envelope.center())).or_default();
            }
        }
        for r in residences {
            let (x, y) = square(r.at);
            for (i, j) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] {
                let weight = if (i, j) == (0, 0) { 1.0 } else { 0.35 };
                *near.entry((x + i, y + j)).or_default() +=
                    weight * count(r.dwellings.len()) * if r.qpv.is_some() { 2.0 } else { 1.0 };
            }
        }
        let mut features = Vec::new();
        for ((x, y), weight) in near {
            #[expect(clippy::cast_precision_loss, reason = "positions of squares are small")]
            let corner = (x as f64 * dx, y as f64 * dy);
            let class = match weight * normal(1.0, 0.35, rng) {
                ..12.0 => 1,
                12.0..30.0 => 2,
                30.0..70.0 => 3,
                70.0..160.0 => 4,
                _ => 5,
            };
            if places
                .iris_at(Coord {
                    x: corner.0 + dx / 2.0,
                    y: corner.1 + dy / 2.0,
                })
                .is_none()
            {
                continue;
            }
            let ring: Vec<String> = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
                .iter()
                .map(|(i, j)| format!("[{:.5},{:.5}]", corner.0 + i * dx, corner.1 + j * dy))
                .collect();
            features.push(format!(
                r#"{{"type":"Feature","properties":{{"class":{class}}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                ring.join(",")
            ));
        }
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n",
            features.join(",\n")
        )
    }
}

/// Income, poverty, single parents and unemployment of a place, from how hard life is there.
fn components(hardship: f64, rng: &mut rand_chacha::ChaCha8Rng) -> [f64; 4] {
    [
        (2_130.0 - 890.0 * hardship + normal(0.0, 70.0, rng))
            .clamp(850.0, 3_000.0)
            .round(),
        (6.5 + 33.0 * hardship + normal(0.0, 2.0, rng)).clamp(2.0, 65.0),
        (8.5 + 15.0 * hardship + normal(0.0, 1.4, rng)).clamp(3.0, 45.0),
        (6.5 + 16.5 * hardship + normal(0.0, 1.2, rng)).clamp(2.0, 45.0),
    ]
}
