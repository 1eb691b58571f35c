//! The territories of the demonstration: invented on a mesh, or taken from real boundaries.

use geo::{BoundingRect as _, Coord, LineString, MultiPolygon, Polygon, Rect};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::mesh::{Mesh, count};
use super::{Size, names, stream};
use crate::geometry::locate::Locator;
use crate::geometry::measure::{Plane, haversine};

/// Middle of the invented metropolis: at sea, so that nobody takes it for a real place.
const MIDDLE: Coord = Coord { x: -5.2, y: 46.4 };
/// Cells of the mesh in a district, on average.
const CELLS: usize = 34;

/// A commune, a district or a priority district.
pub(super) struct Area {
    /// Code, of the form INSEE or the ANCT gives.
    pub(super) code: String,
    /// Name.
    pub(super) name: String,
    /// Position of the commune it belongs to; its own for a commune, the main one for a priority district.
    pub(super) commune: usize,
    /// Boundary in degrees.
    pub(super) shape: MultiPolygon<f64>,
    /// Distance to the middle of the metropolis: 0 there, about 1 on its outline.
    pub(super) depth: f64,
}

impl Area {
    fn envelope(&self) -> Rect {
        self.shape.bounding_rect().unwrap_or_else(|| Rect::new(MIDDLE, MIDDLE))
    }
}

/// All territories, each list in the order of its codes.
pub(super) struct Places {
    /// Communes.
    pub(super) communes: Vec<Area>,
    /// Districts, nested in communes.
    pub(super) iris: Vec<Area>,
    /// Priority districts, across both.
    pub(super) qpv: Vec<Area>,
    /// Degrees to metres.
    pub(super) plane: Plane,
    find_iris: Locator,
    find_qpv: Locator,
}

impl Places {
    /// Invents communes and districts, then priority districts across them.
    pub(super) fn invent(size: &Size, seed: u64) -> Self {
        let rng = &mut stream(seed, 1);
        let mesh = Mesh::new(CELLS * size.iris, rng);
        let cells = mesh.cells();
        let seeds = mesh.seeds(&cells, size.communes, Some((0.0, 0.0)), rng);
        let delay: Vec<u64> = (0..seeds.len())
            .map(|i| if i == 0 { 0 } else { rng.random_range(2500..7000) })
            .collect();
        let commune_of = mesh.grow(&cells, &seeds, &delay, rng);
        let members: Vec<Vec<usize>> = (0..seeds.len())
            .map(|c| {
                cells
                    .iter()
                    .copied()
                    .filter(|cell| commune_of[*cell] == Some(c))
                    .collect()
            })
            .collect();
        let shares = share_out(&mesh, &members, size.iris);

        let mut iris_of = vec![None; cells.len()];
        let mut parent = Vec::new();
        for (commune, own) in members.iter().enumerate() {
            let heart = {
                let (x, y) = own.iter().fold((0.0, 0.0), |(x, y), c| {
                    let at = mesh.centre(*c);
                    (x + at.0, y + at.1)
                });
                (x / count(own.len().max(1)), y / count(own.len().max(1)))
            };
            let seeds = mesh.seeds(own, shares[commune], Some(heart), rng);
            let start = parent.len();
            for (cell, region) in mesh.grow(own, &seeds, &[], rng).into_iter().enumerate() {
                if let Some(region) = region {
                    iris_of[cell] = Some(start + region);
                }
            }
            parent.extend(std::iter::repeat_n(commune, seeds.len()));
        }

        let plane = Plane::at(MIDDLE.y);
        let reach = 9_500.0 * (count(size.iris) / 120.0).sqrt();
        let placed = mesh.place(
            &iris_of,
            |x, y| {
                // Districts of a like population are small in the middle and wide at the edge.
                let away = x.hypot(y);
                let metres = reach * (0.45 + 0.55 * away);
                (MIDDLE.x + x * metres / plane.x, MIDDLE.y + y * metres / plane.y)
            },
            rng,
        );
        let depth = |own: &[usize]| own.iter().map(|c| mesh.depth(*c)).sum::<f64>() / count(own.len().max(1));

        // Codes follow the alphabet, as INSEE's do.
        let mut labels = vec![String::new(); members.len()];
        let mut by_size: Vec<usize> = (0..members.len()).collect();
        // The first names go to the central commune, then to those with the most districts.
        by_size.sort_by_key(|c| (*c != 0, std::cmp::Reverse(shares[*c]), *c));
        for (commune, name) in by_size.into_iter().zip(names::communes(members.len())) {
            labels[commune] = name;
        }
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|c| crate::format::fold(&labels[*c]));
        let mut communes = Vec::new();
        let mut iris = Vec::new();
        for (rank, &commune) in order.iter().enumerate() {
            let own = &members[commune];
            let code = format!("99{:03}", rank + 1);
            let districts: Vec<usize> = (0..parent.len()).filter(|i| parent[*i] == commune).collect();
            let titles = names::districts(districts.len(), rng);
            for (k, (&district, title)) in districts.iter().zip(titles).enumerate() {
                let cells: Vec<usize> = own.iter().copied().filter(|c| iris_of[*c] == Some(district)).collect();
                let alone = districts.len() == 1;
                iris.push(Area {
                    code: if alone {
                        format!("{code}0000")
                    } else {
                        format!("{code}{:04}", 101 + k)
                    },
                    name: if alone { labels[commune].clone() } else { title },
                    commune: rank,
                    shape: mesh.outline(&cells, |c| iris_of[c] == Some(district), &placed),
                    depth: depth(&cells),
                });
            }
            communes.push(Area {
                code,
                name: labels[commune].clone(),
                commune: rank,
                shape: mesh.outline(own, |c| commune_of[c] == Some(commune), &placed),
                depth: depth(own),
            });
        }
        Self::with_priority(communes, iris, size.qpv, plane, seed)
    }

    /// Takes communes and districts as given, and invents priority districts across them.
    pub(super) fn given(mut communes: Vec<Area>, mut iris: Vec<Area>, qpv: usize, seed: u64) -> Self {
        let envelope = crate::geometry::topology::envelope(iris.iter().map(|a| &a.shape))
            .unwrap_or_else(|| Rect::new(MIDDLE, MIDDLE));
        let middle = envelope.center();
        let reach = haversine(envelope.min(), envelope.max()) / 2.8;
        for area in communes.iter_mut().chain(&mut iris) {
            area.depth = haversine(area.envelope().center(), middle) / reach.max(1.0);
        }
        Self::with_priority(communes, iris, qpv, Plane::at(middle.y), seed)
    }

    fn with_priority(communes: Vec<Area>, iris: Vec<Area>, n: usize, plane: Plane, seed: u64) -> Self {
        let find_iris = Locator::new(&iris.iter().map(|a| a.shape.clone()).collect::<Vec<_>>());
        let mut places = Self {
            communes,
            iris,
            qpv: Vec::new(),
            plane,
            find_iris,
            find_qpv: Locator::new(&[]),
        };
        places.qpv = places.priority(n, seed);
        places.find_qpv = Locator::new(&places.qpv.iter().map(|a| a.shape.clone()).collect::<Vec<_>>());
        places
    }

    /// Invents rounded districts centred on a border between IRIS; every other one on a border between communes.
    fn priority(&self, n: usize, seed: u64) -> Vec<Area> {
        let rng = &mut stream(seed, 2);
        let mut found: Vec<(Coord, f64, Area)> = Vec::new();
        let mut wider = 1.0;
        for attempt in 0..n * 400 {
            if found.len() == n {
                break;
            }
            if attempt % 100 == 99 {
                // Few borders fit: accept districts that are smaller and nearer to each other.
                wider *= 0.85;
            }
            let area = &self.iris[rng.random_range(0..self.iris.len())];
            let Some(ring) = area.shape.0.first().map(Polygon::exterior) else {
                continue;
            };
            let at = ring.0[rng.random_range(0..ring.0.len())];
            let radius = rng.random_range(260.0..460.0) * wider;
            let near = self
                .find_iris
                .holding(at)
                .first()
                .copied()
                .or_else(|| self.find_iris.nearest(at).map(|f| f.0));
            let Some(near) = near else { continue };
            if !(0.08..0.8).contains(&area.depth)
                || found
                    .iter()
                    .any(|(c, r, _)| haversine(*c, at) < (r + radius) * 1.5 + 150.0)
            {
                continue;
            }
            let shape = blob(at, radius, self.plane, rng);
            let touched: Vec<usize> = shape
                .exterior()
                .coords()
                .flat_map(|c| self.find_iris.holding(*c))
                .collect();
            let across = touched.iter().any(|i| self.iris[*i].commune != self.iris[near].commune);
            if found.len() % 2 == 0 && !across && attempt % 100 < 80 {
                continue;
            }
            found.push((
                at,
                radius,
                Area {
                    code: String::new(),
                    name: String::new(),
                    commune: self.iris[near].commune,
                    shape: MultiPolygon::new(vec![shape]),
                    depth: area.depth,
                },
            ));
        }
        let department = self
            .communes
            .first()
            .map_or("99", |c| c.code.get(..2).unwrap_or("99"))
            .to_owned();
        found
            .into_iter()
            .enumerate()
            .map(|(rank, (.., area))| Area {
                // The letters after M are not used by the 2024 geography: no confusion with a real code.
                code: format!(
                    "QN0{department}{:02}{}",
                    (rank + 1) % 100,
                    char::from(b'Z' - u8::try_from(rank / 100).unwrap_or(0))
                ),
                name: names::priority(rank),
                ..area
            })
            .collect()
    }

    /// The district that holds a point.
    pub(super) fn iris_at(&self, point: Coord) -> Option<usize> {
        self.find_iris.holding(point).first().copied()
    }

    /// The priority district that holds a point.
    pub(super) fn qpv_at(&self, point: Coord) -> Option<usize> {
        self.find_qpv.holding(point).first().copied()
    }

    /// A point of a district, rounded to about a metre.
    pub(super) fn point_in_iris(&self, iris: usize, rng: &mut ChaCha8Rng) -> Option<Coord> {
        point_in(
            &self.iris[iris],
            |p| self.find_iris.holding(p).first() == Some(&iris),
            rng,
        )
    }

    /// A point of a priority district, rounded to about a metre.
    pub(super) fn point_in_qpv(&self, qpv: usize, rng: &mut ChaCha8Rng) -> Option<Coord> {
        point_in(&self.qpv[qpv], |p| self.find_qpv.holding(p).first() == Some(&qpv), rng)
    }
}

fn point_in(area: &Area, holds: impl Fn(Coord) -> bool, rng: &mut ChaCha8Rng) -> Option<Coord> {
    let envelope = area.envelope();
    (0..400)
        .map(|_| Coord {
            x: crate::format::round(rng.random_range(envelope.min().x..=envelope.max().x), 5),
            y: crate::format::round(rng.random_range(envelope.min().y..=envelope.max().y), 5),
        })
        .find(|p| holds(*p))
}

/// An irregular ring around a point.
fn blob(at: Coord, radius: f64, plane: Plane, rng: &mut ChaCha8Rng) -> Polygon<f64> {
    const SIDES: usize = 15;
    let turn = rng.random_range(0.0..std::f64::consts::TAU);
    let flat = rng.random_range(0.6..1.0);
    let mut ring: Vec<Coord> = (0..SIDES)
        .map(|k| {
            let angle = std::f64::consts::TAU * count(k) / count(SIDES);
            let r = radius * rng.random_range(0.78..1.18);
            let (x, y) = (r * angle.cos(), r * flat * angle.sin());
            let (x, y) = (x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos());
            Coord {
                x: crate::format::round(at.x + x / plane.x, 5),
                y: crate::format::round(at.y + y / plane.y, 5),
            }
        })
        .collect();
    ring.push(ring[0]);
    Polygon::new(LineString::new(ring), Vec::new())
}

/// Shares districts among communes by their cells, with fewer at the edge; at least one each, `total` in all.
fn share_out(mesh: &Mesh, members: &[Vec<usize>], total: usize) -> Vec<usize> {
    let weights: Vec<f64> = members
        .iter()
        .map(|own| own.iter().map(|c| (1.5 - 1.25 * mesh.depth(*c)).max(0.15)).sum())
        .collect();
    let mut shares = vec![1usize; members.len()];
    for _ in members.len()..total {
        let next = (0..members.len())
            .filter(|c| shares[*c] < members[*c].len())
            .max_by(|a, b| {
                let need = |c: usize| weights[c] / (count(shares[c]) + 0.5);
                need(*a).total_cmp(&need(*b)).then(b.cmp(a))
            });
        if let Some(commune) = next {
            shares[commune] += 1;
        }
    }
    shares
}
