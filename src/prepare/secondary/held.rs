//! Hidden counts that others hold from above: where all the hidden places of a published total are held, what is left for each
//! of them is known by their sum.

use crate::disclosure::attack::Terms;
use crate::model::{Scale, Tid};

/// What is known of a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Published,
    /// Whether other counts hold it from above.
    Hidden(bool),
}

/// Atoms of hidden counts under `most` that other counts hold from above, and of those that hold one: the hidden places of a
/// published total, all of which other counts hold from above, are known by their sum.
pub(super) fn near_small(
    territories: &[(usize, Scale, Vec<(Tid, Terms)>)],
    values: &[i64],
    most: i64,
    held: impl Fn(usize, Tid) -> Option<Held>,
) -> Vec<bool> {
    let cells = || {
        let all = territories.iter();
        all.flat_map(|(rank, scale, cells)| cells.iter().map(|(tid, terms)| (*scale, terms, held(*rank, *tid))))
    };
    let own = |terms: &Terms| terms.iter().map(|(atom, _)| *atom as usize).collect::<Vec<usize>>();
    // Of each atom, its IRIS then its residence: what is known of it, and whether it is hidden and small.
    let mut inner = [vec![(None, false); values.len()], vec![(None, false); values.len()]];
    let mut near = vec![false; values.len()];
    for (scale, terms, held) in cells() {
        let own = own(terms);
        let small = held == Some(Held::Hidden(true)) && own.iter().map(|atom| values[*atom]).sum::<i64>() < most;
        for atom in own {
            near[atom] |= small;
            match scale {
                Scale::Iris => inner[0][atom] = (held, small),
                Scale::Residence => inner[1][atom] = (held, small),
                _ => {}
            }
        }
    }
    for (scale, terms, _) in cells().filter(|(_, _, held)| *held == Some(Held::Published)) {
        let inner = match scale {
            Scale::Metropole | Scale::Commune => &inner[0],
            Scale::Iris | Scale::Qpv => &inner[1],
            Scale::Residence => continue,
        };
        let own = own(terms);
        let is_held = |atom: &usize| matches!(inner[*atom].0, Some(Held::Published | Held::Hidden(true)));
        if own.iter().all(is_held) && own.iter().any(|atom| inner[*atom].1) {
            let hidden = |atom: &usize| inner[*atom].0 == Some(Held::Hidden(true));
            own.into_iter().filter(hidden).for_each(|atom| near[atom] = true);
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_small_count_is_looked_at_with_it() {
        // Residences 0 to 3 of 9, 20, 9 and 20 dwellings let, in IRIS 10 (0, 1) and 11 (2, 3) of commune 20.
        let one =
            |tid: u32, atoms: &[u32]| -> (Tid, Terms) { (Tid(tid), atoms.iter().map(|atom| (*atom, 1)).collect()) };
        let territories = [
            (0, Scale::Commune, vec![one(20, &[0, 1, 2, 3])]),
            (0, Scale::Iris, vec![one(10, &[0, 1]), one(11, &[2, 3])]),
            (0, Scale::Residence, (0..4).map(|rank| one(rank, &[rank])).collect()),
        ];
        let near = |held: &[bool]| {
            near_small(&territories, &[9, 20, 9, 20], 11, |_, tid| match tid.0 {
                rank @ 0..4 => Some(Held::Hidden(held[rank as usize])),
                _ => Some(Held::Published),
            })
        };
        // Residence 3 may have any number of dwellings: it says nothing of residence 2.
        assert_eq!(near(&[true, true, true, false]), [true, true, true, false]);
        // All of them are held: the IRIS and the commune say what is left.
        assert_eq!(near(&[true; 4]), [true; 4]);
        // A small one of which nothing is known keeps the other safe, and itself.
        assert_eq!(near(&[false, true, false, true]), [false; 4]);
    }
}
