//! Blocks of neighbours: the files of a scale too large for one.

use geo::BoundingRect as _;

use crate::model::{Scale, Site, Tid};

/// Territories served together, in the order of their codes.
pub(super) struct Block {
    pub(super) scale: Scale,
    pub(super) rank: usize,
    pub(super) tids: Vec<Tid>,
    /// West, south, east, north, in degrees.
    pub(super) bounds: [f64; 4],
}

impl Block {
    /// Name of the block in paths: `iris-0`.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.scale.key(), self.rank)
    }

    /// Path of the places of the block.
    pub(super) fn places_path(&self) -> String {
        format!("lieux/{}.json", self.name())
    }
}

/// All the blocks of a site.
pub(super) struct Blocks {
    all: [Vec<Block>; 5],
}

/// Territories that one file may hold; a commune is never cut in two.
const fn room(scale: Scale) -> usize {
    match scale {
        Scale::Residence => 2_000,
        _ => 1_500,
    }
}

/// Whether a scale that has territories is in one block.
pub(super) fn fits(site: &Site, scale: Scale) -> bool {
    (1..=room(scale)).contains(&site.territories.count(scale))
}

impl Blocks {
    /// Cuts each scale: in one block when it fits, else along a curve that keeps neighbouring communes together.
    pub(super) fn new(site: &Site) -> Self {
        Self {
            all: Scale::ALL.map(|scale| cut(site, scale)),
        }
    }

    /// Blocks of a scale.
    pub(super) fn of(&self, scale: Scale) -> &[Block] {
        &self.all[scale.rank()]
    }

    /// All blocks, by scale.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.all.iter().flatten()
    }
}

fn cut(site: &Site, scale: Scale) -> Vec<Block> {
    let territories = &site.territories;
    let mut tids: Vec<Tid> = territories.of(scale).collect();
    let mut groups: Vec<Vec<Tid>> = Vec::new();
    if tids.len() <= room(scale) {
        groups.push(tids);
    } else {
        let curve = |tid: Tid| {
            let territory = territories.get(tid);
            let home = territory.lineage.commune.unwrap_or(tid);
            let point = territories.get(home).point.or(territory.point);
            (point.map_or(0, |p| morton(p.x(), p.y())), home)
        };
        tids.sort_by_cached_key(|t| (curve(*t), *t));
        let mut last = None;
        for tid in tids {
            let home = curve(tid);
            let full = groups.last().is_none_or(|g| g.len() >= room(scale));
            // The commune scale has no home above it: any place is a good place to cut.
            if full && (last != Some(home) || groups.is_empty()) {
                groups.push(Vec::new());
            }
            last = Some(home);
            if let Some(group) = groups.last_mut() {
                group.push(tid);
            }
        }
    }
    groups
        .into_iter()
        .filter(|g| !g.is_empty())
        .enumerate()
        .map(|(rank, mut tids)| {
            tids.sort_unstable();
            Block {
                scale,
                rank,
                bounds: bounds(site, &tids),
                tids,
            }
        })
        .collect()
}

/// Envelope of territories: west, south, east, north; the whole world when nothing is located.
pub(super) fn bounds(site: &Site, tids: &[Tid]) -> [f64; 4] {
    let mut out = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for &tid in tids {
        let territory = site.territories.get(tid);
        let mut add = |x: f64, y: f64| {
            out = [out[0].min(x), out[1].min(y), out[2].max(x), out[3].max(y)];
        };
        if let Some(rect) = territory.shape.as_ref().and_then(|s| s.bounding_rect()) {
            add(rect.min().x, rect.min().y);
            add(rect.max().x, rect.max().y);
        } else if let Some(point) = territory.point {
            add(point.x(), point.y());
        }
    }
    if out[0] <= out[2] {
        out
    } else {
        [-180.0, -85.0, 180.0, 85.0]
    }
}

/// Rank along the Morton curve: interleaved bits of the coordinates.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to sixteen bits"
)]
fn morton(lon: f64, lat: f64) -> u32 {
    let x = ((lon + 180.0) / 360.0 * 65_535.0).clamp(0.0, 65_535.0) as u32;
    let y = ((lat + 90.0) / 180.0 * 65_535.0).clamp(0.0, 65_535.0) as u32;
    (0..16).fold(0, |out, bit| {
        out | ((x >> bit) & 1) << (2 * bit) | ((y >> bit) & 1) << (2 * bit + 1)
    })
}
