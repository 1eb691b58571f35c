//! An organic partition of the plane: a warped hexagonal mesh whose cells are grown into districts and communes.
//!
//! Every corner of the mesh touches three cells, so that a border never crosses itself at a point, and each
//! corner is moved once for all: neighbours share their border vertex by vertex, communes and IRIS alike.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Side of a cell, so that corners fall on distinct integers once scaled by 100.
const SIDE: f64 = 1.0;
/// Neighbours of a cell, in the order of its sides.
const STEPS: [(i32, i32); 6] = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)];

type Corner = usize;

/// A mesh of hexagons within a rounded outline.
pub(super) struct Mesh {
    /// Position of each cell in the plane of the mesh, where cells are all alike.
    centres: Vec<(f64, f64)>,
    corners_of: Vec<[Corner; 6]>,
    neighbours: Vec<[Option<usize>; 6]>,
    /// Position of each corner in the plane of the mesh.
    corners: Vec<(f64, f64)>,
    /// Radius of the outline.
    radius: f64,
}

impl Mesh {
    /// Makes a mesh of about `cells` cells.
    pub(super) fn new(cells: usize, rng: &mut ChaCha8Rng) -> Self {
        let radius = (count(cells) * 2.598 / std::f64::consts::PI).sqrt() * SIDE;
        let phases: [f64; 3] = std::array::from_fn(|_| rng.random_range(0.0..std::f64::consts::TAU));
        let inside = |(x, y): (f64, f64)| {
            let angle = y.atan2(x);
            let outline = radius
                * (1.0
                    + 0.09 * (2.0 * angle + phases[0]).sin()
                    + 0.07 * (3.0 * angle + phases[1]).sin()
                    + 0.04 * (7.0 * angle + phases[2]).sin());
            x.hypot(y) <= outline
        };
        #[expect(clippy::cast_possible_truncation, reason = "a radius of a few hundred cells")]
        let reach = (radius * 1.5).ceil() as i32;
        let mut index = BTreeMap::new();
        let mut centres = Vec::new();
        for r in -reach..=reach {
            for q in -reach..=reach {
                let centre = (
                    3f64.sqrt() * SIDE * (f64::from(q) + f64::from(r) / 2.0),
                    1.5 * SIDE * f64::from(r),
                );
                if inside(centre) {
                    index.insert((q, r), centres.len());
                    centres.push(centre);
                }
            }
        }
        let mut neighbours = vec![[None; 6]; centres.len()];
        let mut corners_of = vec![[0; 6]; centres.len()];
        let mut corners = Vec::new();
        let mut known = BTreeMap::new();
        for (&(q, r), &cell) in &index {
            for (side, (dq, dr)) in STEPS.iter().enumerate() {
                neighbours[cell][side] = index.get(&(q + dq, r + dr)).copied();
                let angle = (60.0 * count(side) - 30.0).to_radians();
                let (x, y) = (
                    centres[cell].0 + SIDE * angle.cos(),
                    centres[cell].1 + SIDE * angle.sin(),
                );
                #[expect(clippy::cast_possible_truncation, reason = "a few hundred cells, in hundredths")]
                let key = ((x * 100.0).round() as i64, (y * 100.0).round() as i64);
                corners_of[cell][side] = *known.entry(key).or_insert_with(|| {
                    corners.push((x, y));
                    corners.len() - 1
                });
            }
        }
        Self {
            centres,
            corners_of,
            neighbours,
            corners,
            radius,
        }
    }

    /// Distance of a cell to the middle of the mesh, 0 there and about 1 on the outline.
    pub(super) fn depth(&self, cell: usize) -> f64 {
        let (x, y) = self.centres[cell];
        x.hypot(y) / self.radius
    }

    /// Place of a cell in the plane of the mesh.
    pub(super) fn centre(&self, cell: usize) -> (f64, f64) {
        self.centres[cell]
    }

    /// All cells.
    pub(super) fn cells(&self) -> Vec<usize> {
        (0..self.centres.len()).collect()
    }

    /// Chooses `n` distinct cells far from each other; the first is the nearest to `heart`, if given.
    pub(super) fn seeds(
        &self,
        among: &[usize],
        n: usize,
        heart: Option<(f64, f64)>,
        rng: &mut ChaCha8Rng,
    ) -> Vec<usize> {
        let gap = |a: usize, (x, y): (f64, f64)| (self.centres[a].0 - x).hypot(self.centres[a].1 - y);
        let mut chosen: Vec<usize> = Vec::with_capacity(n);
        if let Some(heart) = heart {
            chosen.extend(
                among
                    .iter()
                    .copied()
                    .min_by(|a, b| gap(*a, heart).total_cmp(&gap(*b, heart))),
            );
        }
        let mut free: BTreeSet<usize> = among.iter().copied().collect();
        for cell in &chosen {
            free.remove(cell);
        }
        while chosen.len() < n && !free.is_empty() {
            let pool: Vec<usize> = free.iter().copied().collect();
            let best = (0..12).map(|_| pool[rng.random_range(0..pool.len())]).max_by(|a, b| {
                let near = |cell: usize| {
                    chosen
                        .iter()
                        .map(|c| gap(*c, self.centres[cell]))
                        .fold(f64::INFINITY, f64::min)
                };
                near(*a).total_cmp(&near(*b)).then(b.cmp(a))
            });
            if let Some(cell) = best {
                free.remove(&cell);
                chosen.push(cell);
            }
        }
        chosen
    }

    /// Grows one region from each seed over the cells of `among`, each after its `delay`; a seed is its own from the start.
    ///
    /// A cell is won from a neighbour of the same region: regions are in one piece.
    pub(super) fn grow(
        &self,
        among: &[usize],
        seeds: &[usize],
        delay: &[u64],
        rng: &mut ChaCha8Rng,
    ) -> Vec<Option<usize>> {
        let mut cost = vec![0u64; self.centres.len()];
        let mut open = vec![false; self.centres.len()];
        for &cell in among {
            cost[cell] = rng.random_range(600..1400);
            open[cell] = true;
        }
        let mut owner = vec![None; self.centres.len()];
        for (region, &cell) in seeds.iter().enumerate() {
            owner[cell] = Some(region);
        }
        let mut heap: BinaryHeap<Reverse<(u64, usize, usize)>> = seeds
            .iter()
            .enumerate()
            .map(|(region, &cell)| Reverse((delay.get(region).copied().unwrap_or(0), cell, region)))
            .collect();
        while let Some(Reverse((at, cell, region))) = heap.pop() {
            if !open[cell] || owner[cell].is_some_and(|own| own != region) {
                continue;
            }
            open[cell] = false;
            owner[cell] = Some(region);
            for next in self.neighbours[cell].iter().flatten() {
                if open[*next] {
                    heap.push(Reverse((at + cost[*next], *next, region)));
                }
            }
        }
        owner
    }

    /// Places the corners on the map and smooths the borders between regions, once for all.
    ///
    /// `warp` turns a position of the mesh (with the outline at about 1) into degrees.
    pub(super) fn place(
        &self,
        owner: &[Option<usize>],
        warp: impl Fn(f64, f64) -> (f64, f64),
        rng: &mut ChaCha8Rng,
    ) -> Vec<Coord> {
        let mut at: Vec<(f64, f64)> = self
            .corners
            .iter()
            .map(|(x, y)| {
                let (dx, dy) = (rng.random_range(-0.22..0.22), rng.random_range(-0.22..0.22));
                ((x + dx) / self.radius, (y + dy) / self.radius)
            })
            .collect();
        let mut linked: Vec<BTreeSet<Corner>> = vec![BTreeSet::new(); at.len()];
        for (cell, sides) in self.neighbours.iter().enumerate() {
            for (side, next) in sides.iter().enumerate() {
                if next.and_then(|n| owner[n]) != owner[cell] {
                    let (a, b) = self.side(cell, side);
                    linked[a].insert(b);
                    linked[b].insert(a);
                }
            }
        }
        for _ in 0..2 {
            let before = at.clone();
            for (corner, near) in linked.iter().enumerate() {
                if near.len() == 2 {
                    let (x, y) = near
                        .iter()
                        .fold((0.0, 0.0), |(x, y), n| (x + before[*n].0 / 4.0, y + before[*n].1 / 4.0));
                    at[corner] = (before[corner].0 / 2.0 + x, before[corner].1 / 2.0 + y);
                }
            }
        }
        at.into_iter()
            .map(|(x, y)| {
                let (lon, lat) = warp(x, y);
                Coord {
                    x: crate::format::round(lon, 5),
                    y: crate::format::round(lat, 5),
                }
            })
            .collect()
    }

    /// Corners at both ends of a side, anticlockwise around the cell.
    fn side(&self, cell: usize, side: usize) -> (Corner, Corner) {
        (self.corners_of[cell][side], self.corners_of[cell][(side + 1) % 6])
    }

    /// Draws the union of the cells that `keep` accepts.
    pub(super) fn outline(&self, cells: &[usize], keep: impl Fn(usize) -> bool, placed: &[Coord]) -> MultiPolygon<f64> {
        let mut next: BTreeMap<Corner, Corner> = BTreeMap::new();
        for &cell in cells {
            for (side, near) in self.neighbours[cell].iter().enumerate() {
                if !near.is_some_and(&keep) {
                    let (a, b) = self.side(cell, side);
                    next.insert(a, b);
                }
            }
        }
        let (mut outer, mut holes) = (Vec::new(), Vec::new());
        while let Some((&start, _)) = next.first_key_value() {
            let mut ring = Vec::new();
            let mut corner = start;
            while let Some(to) = next.remove(&corner) {
                ring.push(placed[corner]);
                corner = to;
            }
            ring.push(placed[start]);
            if area(&ring) > 0.0 {
                outer.push(LineString::new(ring));
            } else {
                holes.push(LineString::new(ring));
            }
        }
        // A region is in one piece: its holes belong to its only outer ring.
        let mut holes = Some(holes);
        MultiPolygon::new(
            outer
                .into_iter()
                .map(|ring| Polygon::new(ring, holes.take().unwrap_or_default()))
                .collect(),
        )
    }
}

/// Signed area of a closed ring, positive when anticlockwise.
fn area(ring: &[Coord]) -> f64 {
    ring.windows(2).map(|w| w[0].x * w[1].y - w[1].x * w[0].y).sum()
}

/// A small count as a number to compute with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cells and people stay far below 2^53"
)]
pub(super) const fn count(n: usize) -> f64 {
    n as f64
}
