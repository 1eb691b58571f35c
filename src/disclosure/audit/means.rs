//! What means give away: the mean of a place times its count is a sum, and sums are subtracted from one another.
//!
//! - Enters: for each published mean, its total as an interval, and the count it rests on.
//! - Leaves: the small hidden places whose total a reader knows within so many percent (the p % rule).
//! - Stays out: counts, solved exactly in [`super::deduce`]. Here bounds are propagated from place to place: what is found
//!   is known indeed; what is not found is not proved unknown.

use std::borrow::Cow;

use rayon::prelude::*;

use super::facts::Finding;
use super::sums::{Atoms, COUNT, Known, Site, Sum, Zone, Zones, words};

/// Rounds of propagation: bounds travel from a place to its neighbours, and a few steps away.
const ROUNDS: usize = 8;

/// Numbers of the rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Percent within which a total must not be known.
    pub(super) percent: i128,
    /// Counts from which a place is not small.
    pub(super) small: i128,
}

/// Looks for the totals known too well; `atoms` are those of the groups of residences, and of the residences.
pub(super) fn tell<'a>(
    site: &Site<'_>,
    atoms: impl Fn(bool) -> &'a Atoms + Sync,
    rule: Rule,
    files: &[String],
) -> Vec<Finding> {
    site.totals
        .par_iter()
        .flat_map_iter(|(sum, own)| {
            let fine = own.iter().any(|z| site.zones[z.0 as usize].0 == "residence");
            let counts = site.sums.get(sum).map_or(&[][..], Vec::as_slice);
            one(site, sum, own, counts, atoms(fine), rule, files)
        })
        .collect()
}

fn one(
    site: &Site<'_>,
    sum: &Sum<'_>,
    own: &Zones,
    counts: &[(u32, Known)],
    atoms: &Atoms,
    rule: Rule,
    files: &[String],
) -> Vec<Finding> {
    if !own.iter().any(|z| matches!(z.1, Known::Hidden(_))) {
        return Vec::new();
    }
    // A mean weighted otherwise than by its count does not add up: its totals contradict one another.
    let (Some(totals), Some(counts)) = (
        System::new(own, &site.zones, atoms),
        System::new(counts, &site.zones, atoms),
    ) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (rank, known) in own {
        let (Known::Hidden(file), Some(members)) = (known, &atoms.members[*rank as usize]) else {
            continue;
        };
        let (lo, up) = totals.of(members);
        let small = counts.of(members).0 < rule.small;
        let near = up.is_some_and(|up| lo > 0 && (up - lo) * 100 < rule.percent * lo);
        if small && near {
            findings.push(Finding {
                error: true,
                kind: "recalcul",
                message: format!(
                    "{} ({}) : le total de {}, moyenne fois effectif, se sait à moins de {} % près en ôtant les territoires publiés les uns des autres",
                    sum.name.trim_start_matches(COUNT),
                    sum.vintage,
                    words(site.zones[*rank as usize]),
                    rule.percent
                ),
                files: vec![files[*file as usize].clone()],
                remedy: "masquer cette moyenne dans un territoire de plus autour".to_owned(),
            });
        }
    }
    findings
}

/// Places whose total lies within bounds, and what that says of each atom.
struct System<'a> {
    rows: Vec<Row<'a>>,
    lo: Vec<i128>,
    up: Vec<Option<i128>>,
}

struct Row<'a> {
    members: Cow<'a, [u32]>,
    scale: &'a str,
    lo: i128,
    up: i128,
}

impl Row<'_> {
    fn holds(&self, members: &[u32]) -> bool {
        members.len() < self.members.len() && members.iter().all(|a| self.members.binary_search(a).is_ok())
    }
}

impl<'a> System<'a> {
    /// None when the totals contradict one another.
    fn new(own: &[(u32, Known)], zones: &[Zone<'a>], atoms: &'a Atoms) -> Option<Self> {
        let mut system = Self {
            rows: Vec::new(),
            lo: vec![0; atoms.names.len()],
            up: vec![None; atoms.names.len()],
        };
        for (rank, known) in own {
            if let (Known::Within(lo, up, _), Some(members)) = (known, &atoms.members[*rank as usize]) {
                system.rows.push(Row {
                    members: Cow::Borrowed(members),
                    scale: zones[*rank as usize].0,
                    lo: i128::from(*lo),
                    up: i128::from(*up),
                });
            }
        }
        let rest = [("metropole", "commune"), ("commune", "iris")].map(|(wide, part)| system.rest(wide, part));
        system.rows.extend(rest.into_iter().flatten());
        for _ in 0..ROUNDS {
            if !system.round()? {
                break;
            }
        }
        Some(system)
    }

    /// What is left of the places of a scale when those of another, published, are taken away.
    fn rest(&self, wide: &str, part: &str) -> Vec<Row<'a>> {
        let (outer, parts): (Vec<&Row<'a>>, Vec<&Row<'a>>) = self
            .rows
            .iter()
            .filter(|r| r.scale == wide || r.scale == part)
            .partition(|r| r.scale == wide);
        let left = |outer: &Row<'a>| {
            let inner: Vec<&&Row<'a>> = parts.iter().filter(|r| outer.holds(&r.members)).collect();
            let mut taken: Vec<u32> = inner.iter().flat_map(|r| r.members.iter().copied()).collect();
            taken.sort_unstable();
            let members: Vec<u32> = outer
                .members
                .iter()
                .copied()
                .filter(|a| taken.binary_search(a).is_err())
                .collect();
            (!inner.is_empty() && !members.is_empty()).then(|| Row {
                members: Cow::Owned(members),
                scale: "",
                lo: outer.lo - inner.iter().map(|r| r.up).sum::<i128>(),
                up: outer.up - inner.iter().map(|r| r.lo).sum::<i128>(),
            })
        };
        outer.into_iter().filter_map(left).collect()
    }

    /// Tightens the bounds of atoms once by each place; tells whether something changed. None on a contradiction.
    fn round(&mut self) -> Option<bool> {
        let mut changed = false;
        for row in &self.rows {
            let (least, most) = sums(&self.lo, &self.up, &row.members);
            if least > row.up || most.is_some_and(|most| most < row.lo) {
                return None;
            }
            for atom in row.members.iter().map(|a| *a as usize) {
                let up = row.up - (least - self.lo[atom]);
                if self.up[atom].is_none_or(|known| up < known) {
                    self.up[atom] = Some(up);
                    changed = true;
                }
            }
            let (_, most) = sums(&self.lo, &self.up, &row.members);
            for atom in row.members.iter().map(|a| *a as usize) {
                let others = most.zip(self.up[atom]).map(|(most, own)| most - own);
                if let Some(lo) = others.map(|others| row.lo - others)
                    && lo > self.lo[atom]
                {
                    self.lo[atom] = lo;
                    changed = true;
                }
                if self.up[atom].is_some_and(|up| up < self.lo[atom]) {
                    return None;
                }
            }
        }
        Some(changed)
    }

    /// Bounds of a place: those of its atoms, or of a wider place less what lies around.
    fn of(&self, members: &[u32]) -> (i128, Option<i128>) {
        let (mut lo, mut up) = sums(&self.lo, &self.up, members);
        // One atom alone has been bounded by the places that hold it already.
        let several = members.len() > 1;
        for row in self
            .rows
            .iter()
            .filter(|r| several && (r.holds(members) || *r.members == *members))
        {
            let around: Vec<u32> = row
                .members
                .iter()
                .copied()
                .filter(|a| members.binary_search(a).is_err())
                .collect();
            let (least, most) = sums(&self.lo, &self.up, &around);
            lo = lo.max(most.map_or(0, |most| row.lo - most));
            let most = row.up - least;
            up = Some(up.map_or(most, |up| up.min(most)));
        }
        (lo, up)
    }
}

/// Sums of the bounds of atoms; no upper one when an atom has none.
fn sums(lo: &[i128], up: &[Option<i128>], members: &[u32]) -> (i128, Option<i128>) {
    let atoms = || members.iter().map(|a| *a as usize);
    (atoms().map(|a| lo[a]).sum(), atoms().map(|a| up[a]).sum())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const PLACES: [(&str, &str); 6] = [
        ("commune", "1"),
        ("iris", "11"),
        ("iris", "12"),
        ("residence", "A"),
        ("residence", "B"),
        ("residence", "C"),
    ];

    /// A commune of two IRIS, with three residences; `None` is hidden.
    fn found(means: [Option<(i64, i64)>; 6], counts: [Option<i64>; 6]) -> usize {
        let sum = || Sum {
            name: format!("{COUNT}parc.surface"),
            vintage: "2025",
        };
        let known = |said: Option<(i64, i64)>| said.map_or(Known::Hidden(0), |(lo, up)| Known::Within(lo, up, 0));
        let totals: Zones = (0..).zip(means.map(known)).collect();
        let counts: Zones = (0..).zip(counts.map(|n| known(n.map(|n| (n, n))))).collect();
        let site = Site {
            divisors: std::collections::BTreeSet::new(),
            betrayed: Vec::new(),
            zones: PLACES.to_vec(),
            sums: BTreeMap::from([(sum(), counts)]),
            totals: BTreeMap::from([(sum(), totals)]),
        };
        let atoms = Atoms {
            names: ["A", "B", "C"].map(str::to_owned).to_vec(),
            members: [&[0, 1, 2][..], &[0, 1], &[2], &[0], &[1], &[2]]
                .map(|m: &[u32]| Some(m.to_vec()))
                .to_vec(),
        };
        let rule = Rule { percent: 10, small: 11 };
        tell(&site, |_| &atoms, rule, &["x".to_owned()]).len()
    }

    #[test]
    fn a_total_left_alone_is_found_and_one_among_two_is_not() {
        let n = [Some(60), Some(39), Some(21), None, Some(30), Some(21)];
        let alone = [
            Some((6000, 6010)),
            Some((3890, 3910)),
            Some((2095, 2105)),
            None,
            Some((2990, 3010)),
            Some((2095, 2105)),
        ];
        assert_eq!(found(alone, n), 1);
        // Too loose to tell it within a tenth.
        let mut loose = alone;
        loose[4] = Some((2900, 3100));
        assert_eq!(found(loose, n), 0);
        // Eleven dwellings or more: hidden for others, small for nobody.
        let mut large = n;
        large[1] = Some(41);
        large[0] = Some(62);
        assert_eq!(found(alone, large), 0);
        // Two hidden, whatever each holds.
        let mut two = alone;
        two[4] = None;
        assert_eq!(found(two, n), 0);
        // Totals that do not add up are not totals.
        let mut odd = alone;
        odd[0] = Some((9000, 9010));
        assert_eq!(found(odd, n), 0);
    }

    #[test]
    fn a_small_second_place_leaves_the_first_known() {
        let means = [Some((1000, 1000)), None, None, None, None, None];
        assert_eq!(found(means, [Some(10), None, None, None, None, None]), 0);
        // A is known within what B may be; the other IRIS, and C alone in it, is what the commune leaves to them.
        let means = [Some((1000, 1000)), Some((980, 980)), None, None, Some((40, 44)), None];
        assert_eq!(found(means, [Some(12), Some(11), None, None, Some(3), None]), 3);
    }
}
