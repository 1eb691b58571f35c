//! The bounds against an independent solver: going through every table of whole numbers.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Effort, Proof, Range, Shape, Terms};

/// Every vector of `0..=most` that satisfies the facts, seen one by one.
fn enumerate(atoms: usize, most: i64, facts: &[Terms], ranges: &[Range], mut seen: impl FnMut(&[i64])) {
    let mut x = vec![0i64; atoms];
    // Positions of the last atom of each fact: a fact is checked as soon as it is complete.
    let last: Vec<usize> = facts
        .iter()
        .map(|f| f.iter().map(|t| t.0 as usize).max().unwrap_or(0))
        .collect();
    let holds = |x: &[i64], k: usize| {
        facts
            .iter()
            .zip(ranges)
            .zip(&last)
            .filter(|(_, l)| **l == k)
            .all(|((f, r), _)| {
                let v: i64 = f.iter().map(|(j, c)| c * x[*j as usize]).sum();
                r.lo.is_none_or(|lo| v >= lo) && r.up.is_none_or(|up| v <= up)
            })
    };
    let mut k = 0usize;
    x[0] = -1;
    loop {
        x[k] += 1;
        if x[k] > most {
            if k == 0 {
                return;
            }
            k -= 1;
            continue;
        }
        if !holds(&x, k) {
            continue;
        }
        if k + 1 == atoms {
            seen(&x);
        } else {
            k += 1;
            x[k] = -1;
        }
    }
}

struct Case {
    atoms: usize,
    facts: Vec<Terms>,
    ranges: Vec<Range>,
    targets: Vec<Terms>,
    most: i64,
}

fn sum(atoms: impl IntoIterator<Item = usize>) -> Terms {
    atoms
        .into_iter()
        .map(|j| (u32::try_from(j).expect("small"), 1))
        .collect()
}

fn dot(terms: &Terms, x: &[i64]) -> i64 {
    terms.iter().map(|(j, c)| c * x[*j as usize]).sum()
}

/// A random table: two crossed partitions, a hierarchy over one of them, overlapping zones, rounded shares.
fn random(seed: u64) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let atoms = rng.random_range(2..8usize);
    let y: Vec<i64> = (0..atoms)
        .map(|_| rng.random_range(0..5) * rng.random_range(0..2))
        .collect();
    let total: i64 = y.iter().sum();
    let sparse = rng.random_range(7..14);
    let (rows, columns) = (rng.random_range(1..4usize), rng.random_range(1..4usize));
    let row: Vec<usize> = (0..atoms).map(|_| rng.random_range(0..rows)).collect();
    let column: Vec<usize> = (0..atoms).map(|_| rng.random_range(0..columns)).collect();
    let mut cells: Vec<Terms> = vec![sum(0..atoms)];
    cells.extend((0..rows).map(|r| sum((0..atoms).filter(|j| row[*j] == r))));
    cells.extend((0..rows).map(|r| sum((0..atoms).filter(|j| row[*j] <= r))));
    cells.extend((0..columns).map(|c| sum((0..atoms).filter(|j| column[*j] == c))));
    cells.extend(
        (0..3)
            .map(|_| (0..atoms).filter(|_| rng.random_bool(0.5)).collect::<Vec<_>>())
            .map(sum),
    );
    cells.extend((0..atoms).map(|j| sum([j])));
    let mut case = Case {
        atoms,
        facts: vec![sum(0..atoms)],
        ranges: vec![Range::exactly(total)],
        targets: Vec::new(),
        most: total,
    };
    for cell in cells {
        let v = dot(&cell, &y);
        match rng.random_range(0..sparse) {
            0..=2 => {
                case.facts.push(cell);
                case.ranges.push(Range::exactly(v));
            }
            3 | 4 => {
                // A rounded count.
                let (down, up) = (rng.random_range(0..3), rng.random_range(0..3));
                case.facts.push(cell);
                case.ranges.push(Range {
                    lo: Some(v - down),
                    up: Some(v + up),
                });
            }
            5 if !cell.is_empty() => {
                // A share of `cell` in the whole or in another cell, rounded to a whole percentage, whose
                // denominator may be hidden: (p − ½)·den ≤ 100·num ≤ (p + ½)·den, twice that in whole numbers.
                let other = sum((0..atoms).filter(|j| *j % 2 == 0 || cell.iter().any(|t| t.0 as usize == *j)));
                let den = dot(&other, &y);
                if den > 0 {
                    let p = (200 * v + den) / (2 * den);
                    let mut low: Terms = cell.iter().map(|(j, _)| (*j, 200)).collect();
                    let mut high = low.clone();
                    low.extend(other.iter().map(|(j, _)| (*j, -(2 * p - 1))));
                    high.extend(other.iter().map(|(j, _)| (*j, -(2 * p + 1))));
                    case.facts.push(low);
                    case.ranges.push(Range { lo: Some(0), up: None });
                    case.facts.push(high);
                    case.ranges.push(Range { lo: None, up: Some(0) });
                }
            }
            _ => case.targets.push(cell),
        }
    }
    // Sums with other coefficients: a mean times n, a difference.
    let form: Terms = (0u32..).take(atoms).map(|j| (j, rng.random_range(-2..4))).collect();
    case.targets.push(form.clone());
    if rng.random_bool(0.3) {
        case.ranges.push(Range::exactly(dot(&form, &y)));
        case.facts.push(form);
    }
    case
}

#[test]
fn bounds_are_those_of_enumeration() {
    let (mut exact, mut equations, mut bounds, mut exhausted) = (0, 0, 0, 0);
    for seed in 0..400 {
        let case = random(seed);
        let equality: Vec<bool> = case.ranges.iter().map(|r| r.lo.is_some() && r.lo == r.up).collect();
        let shape = Shape::new(case.atoms, case.facts.clone(), &equality, case.targets.clone());
        // Half of the cases with the exact simplex alone, half with hints from floating point.
        let effort = Effort {
            fast: seed % 2 == 0,
            ..Effort::default()
        };
        let answer = shape.solve(&case.ranges, effort);
        assert!(answer.contradictions.is_empty(), "seed {seed}");
        let mut truth: Vec<Option<(i64, i64)>> = vec![None; case.targets.len()];
        enumerate(case.atoms, case.most, &case.facts, &case.ranges, |x| {
            for (target, place) in case.targets.iter().zip(&mut truth) {
                let v = dot(target, x);
                *place = Some(place.map_or((v, v), |(lo, up)| (lo.min(v), up.max(v))));
            }
        });
        for (t, (interval, truth)) in answer.intervals.iter().zip(&truth).enumerate() {
            let (lo, up) = truth.expect("the table itself is admissible");
            assert!(
                interval.decided(),
                "seed {seed} target {t}: {interval:?} against {truth:?}"
            );
            let found = (interval.lo.proved, interval.up.proved);
            assert_eq!(found, (Some(lo.into()), Some(up.into())), "seed {seed} target {t}");
            let proof = shape.prove(t, &case.ranges, interval, effort);
            exact += usize::from(interval.exact());
            match &proof {
                Proof::Equation(one) => {
                    equations += 1;
                    assert!(interval.exact());
                    assert!(one.holds(1, &case.targets[t], &case.facts, &case.ranges), "seed {seed}");
                    assert!(
                        one.holds(-1, &case.targets[t], &case.facts, &case.ranges),
                        "seed {seed}"
                    );
                }
                Proof::Bounds { lo, up } => {
                    bounds += 1;
                    assert!(lo.holds(1, &case.targets[t], &case.facts, &case.ranges), "seed {seed}");
                    assert!(up.holds(-1, &case.targets[t], &case.facts, &case.ranges), "seed {seed}");
                }
                Proof::Exhaustion(_) => exhausted += 1,
            }
        }
    }
    // The generator must reach every kind of answer, otherwise this test says little.
    let counts = (exact, equations, bounds, exhausted);
    assert!(
        exact > 150 && equations > 100 && bounds > 100 && exhausted > 0,
        "{counts:?}"
    );
}

#[test]
fn contradictions_are_told() {
    // 0 + 1 = 3, 1 + 2 = 1, 0 + 2 = 1: 0 = 1.5.
    let facts = vec![sum([0, 1]), sum([1, 2]), sum([0, 2])];
    let shape = Shape::new(3, facts, &[true; 3], vec![sum([0])]);
    let ranges = [3, 1, 1].map(Range::exactly);
    let answer = shape.solve(&ranges, Effort::default());
    assert_eq!(answer.contradictions, [vec![0, 1, 2]]);
    assert!(!answer.intervals[0].decided());
    // A part larger than the whole.
    let shape = Shape::new(2, vec![sum([0, 1]), sum([0])], &[true; 2], vec![sum([1])]);
    let answer = shape.solve(&[Range::exactly(3), Range::exactly(5)], Effort::default());
    assert_eq!(answer.contradictions.len(), 1);
}

#[test]
fn an_unbounded_side_is_shown() {
    // 0 − 1 = 2 and 2 in no fact.
    let shape = Shape::new(
        3,
        vec![vec![(0, 1), (1, -1)]],
        &[true],
        vec![sum([0]), sum([2]), sum([0, 2])],
    );
    let answer = shape.solve(&[Range::exactly(2)], Effort::default());
    for (interval, lo) in answer.intervals.iter().zip([2, 0, 2]) {
        assert!(interval.decided(), "{interval:?}");
        assert_eq!((interval.lo.proved, interval.up.proved), (Some(lo), None));
        assert_eq!(interval.shown(), None);
    }
}

#[test]
fn an_iris_minus_its_district_part_is_a_virtual_zone() {
    // IRIS = {0, 1, 2, 3}, QPV = {0, 1, 4}: parts {0, 1} | {2, 3} | {4}. Commune = {0..5} and IRIS 2 = {4, 5}.
    let facts = vec![sum([0, 1, 2, 3]), sum([0, 1, 4]), sum([4, 5]), sum([4])];
    let shape = Shape::new(6, facts, &[true; 4], Vec::new());
    let (unions, wide) = shape.unions(&[true; 4]);
    assert_eq!(wide, 0);
    let sets: Vec<&[u32]> = unions.iter().map(|u| u.atoms.as_slice()).collect();
    assert_eq!(sets, [&[0u32, 1] as &[u32], &[2, 3]]);
    assert_eq!(unions[1].weights.len(), 3);
}
