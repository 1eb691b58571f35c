use std::collections::{BTreeMap, HashMap};

use super::{Code, Scale};

/// Index of a territory in [`Territories`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid(pub u32);

impl Tid {
    /// Position in the list of all territories.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a territory belongs. An IRIS has one commune; a QPV may cross several, see [`Territories::crosswalk`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Commune of an IRIS or of a residence; main commune of a QPV.
    pub commune: Option<Tid>,
    /// IRIS of a residence.
    pub iris: Option<Tid>,
    /// QPV of a residence.
    pub qpv: Option<Tid>,
}

/// A territory of any scale.
#[derive(Debug, Clone)]
pub struct Territory {
    /// Its scale.
    pub scale: Scale,
    /// Its code, unique at its scale.
    pub code: Code,
    /// Its name as displayed.
    pub name: String,
    /// Where it belongs.
    pub lineage: Lineage,
    /// Year of its boundaries.
    pub geography: Option<u16>,
    /// Outline in WGS84 degrees (longitude, latitude); none for a residence.
    pub shape: Option<geo::MultiPolygon<f64>>,
    /// Place of a residence in WGS84 degrees, or a point inside the outline.
    pub point: Option<geo::Point<f64>>,
    /// Postal address of a residence.
    pub address: Option<String>,
    /// Landlord of a residence.
    pub landlord: Option<String>,
}

/// All territories, by scale from the widest to the narrowest, then by code.
#[derive(Debug, Default)]
pub struct Territories {
    all: Vec<Territory>,
    by_code: [HashMap<Code, Tid>; 5],
    ranges: [std::ops::Range<u32>; 5],
    /// QPV, IRIS and commune that overlap: an explicit crosswalk, never assumed nested. Sorted, without doubles.
    crosswalk: Vec<(Tid, Tid, Tid)>,
    /// QPV and communes that overlap, those of the crosswalk and those of QPV that meet no IRIS. Sorted, without doubles.
    qpv_communes: Vec<(Tid, Tid)>,
    children: BTreeMap<Tid, Vec<Tid>>,
}

impl Territories {
    /// Orders the territories and indexes them; `lineage` is filled afterwards with [`Self::set_lineage`].
    pub fn new(mut all: Vec<Territory>) -> Self {
        all.sort_by(|a, b| (a.scale, &a.code).cmp(&(b.scale, &b.code)));
        let mut by_code: [HashMap<Code, Tid>; 5] = Default::default();
        let mut ranges: [std::ops::Range<u32>; 5] = Default::default();
        for scale in Scale::ALL {
            let start = all.partition_point(|t| t.scale < scale);
            let end = all.partition_point(|t| t.scale <= scale);
            ranges[scale.rank()] = index(start)..index(end);
        }
        for (i, territory) in all.iter().enumerate() {
            by_code[territory.scale.rank()].insert(territory.code.clone(), Tid(index(i)));
        }
        Self {
            all,
            by_code,
            ranges,
            crosswalk: Vec::new(),
            qpv_communes: Vec::new(),
            children: BTreeMap::new(),
        }
    }

    /// Says where a territory belongs; call [`Self::link`] once all are said.
    pub fn set_lineage(&mut self, tid: Tid, lineage: Lineage) {
        self.all[tid.index()].lineage = lineage;
    }

    /// Builds the list of children from the lineages, and keeps the crosswalk of QPV × IRIS × commune and, for the QPV
    /// that meet no IRIS, their communes.
    pub fn link(&mut self, mut crosswalk: Vec<(Tid, Tid, Tid)>, mut qpv_communes: Vec<(Tid, Tid)>) {
        let mut children: BTreeMap<Tid, Vec<Tid>> = BTreeMap::new();
        for (i, t) in self.all.iter().enumerate() {
            let child = Tid(index(i));
            let Lineage { commune, iris, qpv } = t.lineage;
            let parents = match t.scale {
                Scale::Iris => [commune, None, None],
                Scale::Residence => {
                    crosswalk.extend(qpv.zip(iris).zip(commune).map(|((q, i), c)| (q, i, c)));
                    [commune, iris, qpv]
                }
                Scale::Metropole | Scale::Commune | Scale::Qpv => [None; 3],
            };
            for parent in parents.into_iter().flatten() {
                children.entry(parent).or_default().push(child);
            }
        }
        crosswalk.sort_unstable();
        crosswalk.dedup();
        qpv_communes.extend(crosswalk.iter().map(|c| (c.0, c.2)));
        qpv_communes.sort_unstable();
        qpv_communes.dedup();
        let mut seen: Vec<(Tid, Tid)> = qpv_communes.iter().map(|&(qpv, commune)| (commune, qpv)).collect();
        seen.extend(crosswalk.iter().map(|c| (c.1, c.0)));
        seen.sort_unstable();
        seen.dedup();
        for (parent, qpv) in seen {
            children.entry(parent).or_default().push(qpv);
        }
        for list in children.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        self.crosswalk = crosswalk;
        self.qpv_communes = qpv_communes;
        self.children = children;
    }

    /// Number of territories.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Tells whether there is no territory at all.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The territory of an index.
    pub fn get(&self, tid: Tid) -> &Territory {
        &self.all[tid.index()]
    }

    /// Finds a territory by its code.
    pub fn find(&self, scale: Scale, code: &str) -> Option<Tid> {
        let code = Code::parse(scale, code).ok()?;
        self.by_code[scale.rank()].get(&code).copied()
    }

    /// Indices of a scale, in the order of codes.
    pub fn of(&self, scale: Scale) -> impl ExactSizeIterator<Item = Tid> + Clone + use<> {
        self.ranges[scale.rank()].clone().map(Tid)
    }

    /// Number of territories of a scale.
    pub fn count(&self, scale: Scale) -> usize {
        self.ranges[scale.rank()].len()
    }

    /// Rank of a territory within its scale, from 0.
    pub fn rank(&self, tid: Tid) -> usize {
        (tid.0 - self.ranges[self.get(tid).scale.rank()].start) as usize
    }

    /// The territory of a rank within a scale, as [`Self::rank`] gives it.
    pub fn at(&self, scale: Scale, rank: usize) -> Tid {
        Tid(self.ranges[scale.rank()].start + index(rank))
    }

    /// The reference territory.
    pub fn metropole(&self) -> Tid {
        Tid(self.ranges[Scale::Metropole.rank()].start)
    }

    /// Territories of `scale` inside `parent`: all of them in the metropole; IRIS, QPV and residences of a commune;
    /// residences of an IRIS; residences of a QPV. QPV that only touch an IRIS or a commune are given too. Sorted.
    pub fn inside(&self, parent: Tid, scale: Scale) -> Vec<Tid> {
        if self.get(parent).scale == Scale::Metropole {
            return self.of(scale).collect();
        }
        let list = self.children.get(&parent).map_or(&[][..], Vec::as_slice);
        list.iter().copied().filter(|t| self.get(*t).scale == scale).collect()
    }

    /// IRIS and communes that a QPV overlaps.
    pub fn crosswalk(&self) -> &[(Tid, Tid, Tid)] {
        &self.crosswalk
    }

    /// IRIS that a QPV overlaps, sorted.
    pub fn iris_of_qpv(&self, qpv: Tid) -> Vec<Tid> {
        let mut list: Vec<Tid> = self.crosswalk.iter().filter(|c| c.0 == qpv).map(|c| c.1).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// Communes that a QPV overlaps, sorted.
    pub fn communes_of_qpv(&self, qpv: Tid) -> Vec<Tid> {
        let of_qpv = self.qpv_communes.iter().filter(|c| c.0 == qpv);
        of_qpv.map(|c| c.1).collect()
    }

    /// Reads all territories with their indices.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Tid, &Territory)> {
        self.all.iter().enumerate().map(|(i, t)| (Tid(index(i)), t))
    }
}

fn index(i: usize) -> u32 {
    u32::try_from(i).expect("the loader refuses more than 2^32 territories")
}
