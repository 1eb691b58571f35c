//! Commission packets: which residences, and which of their quartiers, go in which volume.

use std::collections::{BTreeMap, BTreeSet};

use crate::format;
use crate::model::{Scale, Site, Tid};

/// Fiches of a volume, quartiers included: what a session reads and a browser prints in a few seconds.
pub const MOST: usize = 60;

/// Fiches of one printed document, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Volume {
    /// Residences, quartier by quartier, then by name: the order says nothing of their size.
    pub residences: Vec<Tid>,
    /// IRIS, then QPV of those residences, once each.
    pub quartiers: Vec<Tid>,
}

impl Volume {
    /// Landlords of the residences, by slug, with their names.
    pub fn landlords(&self, site: &Site) -> BTreeMap<String, String> {
        let shown = site.config.landlords.shown;
        self.residences
            .iter()
            .filter_map(|t| site.territories.get(*t).landlord.as_ref().filter(|_| shown))
            .map(|name| (format::slug(name), name.clone()))
            .collect()
    }
}

/// Cuts the residences of a commune in volumes: every residence is in one of them.
///
/// A quartier is cut only when it does not hold in a volume by itself.
pub fn volumes(site: &Site, commune: Tid) -> Vec<Volume> {
    cut(site, site.territories.inside(commune, Scale::Residence))
}

fn cut(site: &Site, list: Vec<Tid>) -> Vec<Volume> {
    let name = |tid: Option<Tid>| tid.map(|t| format::fold(&site.territories.get(t).name));
    let lineage = |tid: Tid| site.territories.get(tid).lineage;
    // Residences that are in no quartier close the list.
    let mut keyed: Vec<_> = list
        .into_iter()
        .map(|t| {
            let up = lineage(t);
            let quartier = (up.iris.is_none(), name(up.iris), up.iris);
            ((quartier, name(Some(t))), t)
        })
        .collect();
    keyed.sort();
    let sorted: Vec<Tid> = keyed.into_iter().map(|(_, t)| t).collect();

    let mut out: Vec<Volume> = Vec::new();
    let mut now = Volume::default();
    let mut known: BTreeSet<Tid> = BTreeSet::new();
    let size = |residences: &[Tid], known: &BTreeSet<Tid>| {
        let more: BTreeSet<Tid> = residences.iter().flat_map(|t| quartiers(site, *t)).collect();
        residences.len() + more.difference(known).count()
    };
    let mut close = |now: &mut Volume, known: &mut BTreeSet<Tid>| {
        now.quartiers = std::mem::take(known).into_iter().collect();
        out.push(std::mem::take(now));
    };
    for group in sorted.chunk_by(|a, b| lineage(*a).iris == lineage(*b).iris) {
        let filled = now.residences.len() + known.len();
        if filled > 0 && filled + size(group, &known) > MOST && size(group, &BTreeSet::new()) <= MOST {
            close(&mut now, &mut known);
        }
        for tid in group {
            if !now.residences.is_empty() && now.residences.len() + known.len() + size(&[*tid], &known) > MOST {
                close(&mut now, &mut known);
            }
            now.residences.push(*tid);
            known.extend(quartiers(site, *tid));
        }
    }
    if !now.residences.is_empty() {
        close(&mut now, &mut known);
    }
    out
}

/// Quartiers that a residence is in.
fn quartiers(site: &Site, tid: Tid) -> impl Iterator<Item = Tid> {
    let lineage = site.territories.get(tid).lineage;
    [lineage.iris, lineage.qpv].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn every_residence_is_in_one_volume_with_its_quartiers() {
        let site = fixture::site();
        let commune = site.territories.of(Scale::Commune).next().expect("a commune");
        let all = site.territories.inside(commune, Scale::Residence);
        // The same residences many times over, to need several volumes.
        let many: Vec<Tid> = all.iter().copied().cycle().take(150).collect();
        let volumes = cut(&site, many.clone());
        assert!(volumes.len() > 2, "{}", volumes.len());
        let mut found: Vec<Tid> = volumes.iter().flat_map(|v| v.residences.clone()).collect();
        let mut given = many;
        found.sort();
        given.sort();
        assert_eq!(found, given);
        for volume in &volumes {
            assert!(volume.residences.len() + volume.quartiers.len() <= MOST);
            for tid in &volume.residences {
                assert!(quartiers(&site, *tid).all(|q| volume.quartiers.contains(&q)));
            }
        }
        assert_eq!(volumes_count(&site, all.len()), 1);
    }

    fn volumes_count(site: &Site, residences: usize) -> usize {
        let commune = site.territories.of(Scale::Commune).next().expect("a commune");
        let volumes = volumes(site, commune);
        assert_eq!(volumes.iter().map(|v| v.residences.len()).sum::<usize>(), residences);
        volumes.len()
    }
}
