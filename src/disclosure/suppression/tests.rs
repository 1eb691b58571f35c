//! Protection against the attack itself, and against the optimum found by trying every pattern.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::round::{Attack, Exposure, classes, sides};
use super::swaps::Swaps;
use super::{Cell, Groups, Role, Rule, Table, greedy, protect, prune};
use crate::disclosure::attack::Range;

/// All that is known too well, found by the attack alone: nothing is safe at sight where the values of atoms are unknown.
fn exposures(table: &Table, hidden: &[bool], rule: &Rule) -> Vec<Exposure> {
    let blind = Table {
        inner: Vec::new(),
        ..table.clone()
    };
    super::round::exposures(&blind, hidden, rule)
}

/// A commune of 2 or 3 IRIS crossed with a district, residences as atoms, those under 11 hidden.
fn random(seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let atoms = rng.random_range(4..7u32);
    let y: Vec<i64> = (0..atoms).map(|_| rng.random_range(3..40)).collect();
    let iris: Vec<u32> = (0..atoms).map(|_| rng.random_range(0..3)).collect();
    let district: Vec<bool> = (0..atoms).map(|_| rng.random_bool(0.4)).collect();
    let mut sets: Vec<Vec<u32>> = vec![
        (0..atoms).collect(),
        (0..atoms).filter(|j| district[*j as usize]).collect(),
    ];
    sets.extend((0..3).map(|i| (0..atoms).filter(|j| iris[*j as usize] == i).collect()));
    sets.extend((0..atoms).map(|j| vec![j]));
    sets.retain(|s| !s.is_empty());
    sets.sort();
    sets.dedup();
    let value = |s: &[u32]| s.iter().map(|j| y[*j as usize]).sum::<i64>();
    let values: Vec<i64> = sets.iter().map(|s| value(s)).collect();
    let cells = (0u32..).zip(&sets).zip(&values).map(|((group, s), v)| Cell {
        terms: s.iter().map(|j| (*j, 1)).collect(),
        role: if *v < 11 { Role::Primary } else { Role::Free },
        loss: u64::try_from(*v).expect("positive"),
        group,
    });
    Table {
        cells: cells.collect(),
        layers: vec![values],
        inner: vec![y],
        ..Table::new(atoms as usize, 0)
    }
}

/// The least loss of a protected pattern, by trying them all.
fn enumerated(table: &Table, rule: &Rule) -> u64 {
    let groups = Groups::new(table);
    let free: Vec<u32> = (0..u32::try_from(table.cells.len()).expect("small"))
        .filter(|g| groups.is_free(*g))
        .collect();
    let mut patterns: Vec<(u64, Vec<u32>)> = (0u32..1 << free.len())
        .map(|mask| {
            let chosen: Vec<u32> = (0..)
                .zip(&free)
                .filter(|(i, _)| mask >> i & 1 == 1)
                .map(|(_, g)| *g)
                .collect();
            (chosen.iter().map(|g| groups.loss(*g)).sum(), chosen)
        })
        .collect();
    patterns.sort();
    let protected = |(_, chosen): &&(u64, Vec<u32>)| exposures(table, &groups.pattern(chosen), rule).is_empty();
    patterns
        .iter()
        .find(protected)
        .map(|(loss, _)| *loss)
        .expect("hiding everything protects")
}

#[test]
fn the_loss_is_the_least_possible() {
    let rule = Rule::default();
    let (mut least, mut quick, mut needed) = (0, 0, 0);
    for seed in 0..25 {
        let table = random(seed);
        let answer = protect(&table, &rule);
        assert!(exposures(&table, &answer.hidden, &rule).is_empty(), "seed {seed}");
        let best = enumerated(&table, &rule);
        assert_eq!(answer.loss, best, "seed {seed}");
        // The way of large tables, on the same ones.
        let groups = Groups::new(&table);
        let mut state = greedy(&table, &groups, &rule, groups.start());
        let secondary = groups.secondary(&state.hidden);
        prune(&table, &groups, &rule, &mut state, secondary);
        assert!(exposures(&table, &state.hidden, &rule).is_empty(), "seed {seed}");
        quick += groups.loss_of(&state.hidden);
        least += best;
        needed += usize::from(best > 0);
    }
    assert!(needed > 10, "the tables must need protection");
    assert!(quick * 10 < least * 13, "greedy {quick} against {least}");
}

#[test]
fn large_tables_are_pruned_cluster_by_cluster() {
    for seed in 0..25 {
        let table = random(seed);
        let small = Rule::default();
        let large = Rule { small: 0, ..small };
        let answer = protect(&table, &large);
        assert!(exposures(&table, &answer.hidden, &small).is_empty(), "seed {seed}");
    }
}

/// A table in three ways with all its margins: everything is linked with everything.
fn crossed(seed: u64, sides: [u32; 3]) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let [a, b, c] = sides;
    let y: Vec<i64> = (0..a * b * c)
        .map(|_| rng.random_range(1..9) * rng.random_range(0..9))
        .collect();
    let mut table = Table::new(y.len(), 1);
    let spans = |side: u32| std::iter::once(0..side).chain((0..side).map(|i| i..i + 1));
    for i in spans(a) {
        for j in spans(b) {
            for k in spans(c) {
                let place = |(i, j, k): (u32, u32, u32)| (i * b + j) * c + k;
                let (j, k) = (&j, &k);
                let atoms: Vec<u32> = i
                    .clone()
                    .flat_map(|i| j.clone().flat_map(move |j| k.clone().map(move |k| place((i, j, k)))))
                    .collect();
                let value: i64 = atoms.iter().map(|j| y[*j as usize]).sum();
                let group = u32::try_from(table.cells.len()).expect("small");
                table.cells.push(Cell {
                    terms: atoms.into_iter().map(|j| (j, 1)).collect(),
                    role: if (1..4).contains(&value) {
                        Role::Primary
                    } else {
                        Role::Free
                    },
                    loss: value.unsigned_abs().max(1),
                    group,
                });
                table.layers[0].push(value);
            }
        }
    }
    table.inner = vec![y];
    table
}

#[test]
fn a_table_linked_as_a_whole_loses_less_from_what_its_sums_ask_for() {
    let (mut with, mut without) = (0, 0);
    for seed in 0..6 {
        let table = crossed(seed, [4, 4, 3]);
        for structure in [true, false] {
            let rule = Rule {
                small: 0,
                structure,
                ..Rule::default()
            };
            let answer = protect(&table, &rule);
            assert!(exposures(&table, &answer.hidden, &rule).is_empty(), "seed {seed}");
            *if structure { &mut with } else { &mut without } += answer.loss;
        }
    }
    assert!(with < without, "{with} against {without}");
}

#[test]
fn what_is_published_already_stays() {
    // Whole = 20, a = 4 (primary), b = 16 fixed: only the whole can protect a.
    let cell = |terms: &[u32], role, group| Cell {
        terms: terms.iter().map(|j| (*j, 1)).collect(),
        role,
        loss: 1,
        group,
    };
    let mut table = Table {
        atoms: 2,
        cells: vec![
            cell(&[0, 1], Role::Free, 0),
            cell(&[0], Role::Primary, 1),
            cell(&[1], Role::Fixed, 2),
        ],
        layers: vec![vec![20, 4, 16]],
        inner: vec![vec![4, 16]],
        ..Table::default()
    };
    let answer = protect(&table, &Rule::default());
    assert_eq!(answer.hidden, [true, true, false]);
    assert_eq!(answer.secondary.into_iter().collect::<Vec<_>>(), [(0, 1)]);
    table.cells[0].role = Role::Fixed;
    assert_eq!(protect(&table, &Rule::default()).exposed, [1]);
}

#[test]
fn a_group_is_hidden_whole() {
    // Two indicators of two residences: the second is under the threshold for one indicator only.
    let cell = |atom: u32, role, group| Cell {
        terms: vec![(atom, 1)],
        role,
        loss: 1,
        group,
    };
    let total = |a: u32, group| Cell {
        terms: vec![(a, 1), (a + 1, 1)],
        role: Role::Fixed,
        loss: 1,
        group,
    };
    let table = Table {
        atoms: 4,
        cells: vec![
            cell(0, Role::Free, 0),
            cell(1, Role::Primary, 1),
            total(0, 2),
            cell(2, Role::Free, 0),
            cell(3, Role::Free, 1),
            total(2, 3),
        ],
        layers: vec![vec![30, 5, 35, 12, 13, 25]],
        inner: vec![vec![30, 5, 12, 13]],
        ..Table::default()
    };
    let answer = protect(&table, &Rule::default());
    assert_eq!(answer.hidden, [true, true, false, true, true, false]);
}

#[test]
fn a_zero_is_excused_by_a_published_zero_never_by_a_difference() {
    let cell = |atoms: &[u32], role, group| Cell {
        terms: atoms.iter().map(|j| (*j, 1)).collect(),
        role,
        loss: 1 + u64::from(group),
        group,
    };
    // A commune of three residences, the last two under the threshold.
    let mut table = Table::new(3, 1);
    table.cells = vec![
        cell(&[0, 1, 2], Role::Free, 3),
        cell(&[0], Role::Free, 0),
        cell(&[1], Role::Primary, 1),
        cell(&[2], Role::Primary, 2),
    ];
    // Both ways: the optimum of small tables, the clusters of large ones.
    for small in [0, 160] {
        let rule = Rule {
            zeros: false,
            small,
            ..Rule::default()
        };
        table.layers = vec![vec![0, 0, 0, 0]];
        assert!(protect(&table, &rule).secondary.is_empty(), "the total says it");
        table.layers = vec![vec![5, 5, 0, 0]];
        let answer = protect(&table, &rule);
        // Hiding the residence of 5 would leave « at most 5 »: the total is hidden.
        assert_eq!(
            answer.secondary.keys().copied().collect::<Vec<_>>(),
            [0],
            "small {small}"
        );
        let strict = Rule { zeros: true, ..rule };
        table.layers = vec![vec![0, 0, 0, 0]];
        assert!(!protect(&table, &strict).secondary.is_empty() || !protect(&table, &strict).exposed.is_empty());
    }
}

#[test]
fn what_other_tables_say_is_known_too() {
    let cell = |atoms: &[u32], role, group| Cell {
        terms: atoms.iter().map(|j| (*j, 1)).collect(),
        role,
        loss: 1,
        group,
    };
    let mut table = Table::new(3, 1);
    table.cells = vec![
        cell(&[0, 1], Role::Free, 0),
        cell(&[0], Role::Primary, 1),
        cell(&[1], Role::Primary, 2),
        cell(&[2], Role::Free, 3),
    ];
    table.layers = vec![vec![20, 9, 11, 30]];
    table.inner = vec![vec![9, 11, 30]];
    // Two residences that only their sum tells: safe, unless the dwellings of each are published, which leave one way.
    let upto = |up| {
        Some(Range {
            lo: Some(0),
            up: Some(up),
        })
    };
    for small in [0, 160] {
        let rule = Rule {
            small,
            together: true,
            ..Rule::default()
        };
        table.outside = Vec::new();
        assert_eq!(protect(&table, &rule).hidden, [false, true, true, false]);
        table.outside = vec![vec![None, upto(9), upto(11), None]];
        let answer = protect(&table, &rule);
        assert_eq!(answer.hidden, [true, true, true, false], "small {small}");
        assert!(answer.exposed.is_empty());
        table.outside = vec![vec![None, upto(30), upto(30), None]];
        assert_eq!(protect(&table, &rule).hidden, [false, true, true, false]);
    }
}

/// Four communes of six residences in three IRIS each, crossed by two districts; totals of communes stay published.
fn wide(seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let atoms = 24u32;
    let y: Vec<i64> = (0..atoms).map(|_| rng.random_range(1..30)).collect();
    let iris: Vec<u32> = (0..atoms).map(|j| j / 6 * 3 + rng.random_range(0..3)).collect();
    let district: Vec<u32> = (0..atoms).map(|_| rng.random_range(0..5)).collect();
    let part = |of: &dyn Fn(u32) -> bool| (0..atoms).filter(|j| of(*j)).collect::<Vec<u32>>();
    let fixed: Vec<Vec<u32>> = (0..4).map(|c| part(&|j| j / 6 == c)).collect();
    let mut sets: Vec<Vec<u32>> = (0..12).map(|i| part(&|j| iris[j as usize] == i)).collect();
    sets.extend((0..2).map(|d| part(&|j| district[j as usize] == d)));
    sets.extend((0..atoms).map(|j| vec![j]));
    sets.retain(|s| !s.is_empty() && !fixed.contains(s));
    sets.sort();
    sets.dedup();
    let value = |s: &Vec<u32>| s.iter().map(|j| y[*j as usize]).sum::<i64>();
    let roles = fixed.iter().map(|s| (s, Role::Fixed)).chain(
        sets.iter()
            .map(|s| (s, if value(s) < 11 { Role::Primary } else { Role::Free })),
    );
    let cells = (0u32..).zip(roles).map(|(group, (s, role))| Cell {
        terms: s.iter().map(|j| (*j, 1)).collect(),
        role,
        loss: u64::try_from(value(s)).expect("positive"),
        group,
    });
    Table {
        cells: cells.collect(),
        layers: vec![fixed.iter().chain(&sets).map(value).collect()],
        inner: vec![y],
        ..Table::new(atoms as usize, 0)
    }
}

#[test]
fn trials_near_a_cell_find_what_attacks_on_the_whole_find() {
    let rule = Rule::default();
    let mut given_back = 0;
    for seed in 100..130 {
        let table = wide(seed);
        let blind = Table {
            inner: Vec::new(),
            ..table.clone()
        };
        let groups = Groups::new(&table);
        // Everything is hidden, then given back one by one.
        let all: Vec<u32> = (0..u32::try_from(table.cells.len()).expect("small"))
            .filter(|g| groups.is_free(*g))
            .collect();
        let patterns = [&table, &blind].map(|table| {
            let mut state = super::State {
                hidden: groups.pattern(&all),
                ..super::State::default()
            };
            prune(table, &groups, &rule, &mut state, all.clone());
            state.hidden
        });
        assert_eq!(patterns[0], patterns[1], "seed {seed}");
        given_back += all.len() - groups.secondary(&patterns[0]).len();
    }
    assert!(given_back > 100, "{given_back}");
}

/// Two categories, their total published in most places, under rules from lax to strict, and a pattern that hides at random.
fn layered(seed: u64) -> (Table, Rule, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut table = wide(seed);
    let second: Vec<i64> = (0..table.atoms).map(|_| rng.random_range(0..4)).collect();
    let sum = |cell: &Cell| cell.terms.iter().map(|(atom, _)| second[*atom as usize]).sum();
    table.layers.push(table.cells.iter().map(sum).collect());
    table.inner.push(second);
    table.parts = 2;
    let total = |(a, b): (&i64, &i64)| rng.random_bool(0.7).then_some(a + b);
    table.totals = table.layers[0].iter().zip(&table.layers[1]).map(total).collect();
    let rule = Rule {
        min_width: rng.random_range(1..6),
        above: rng.random_range(1..3),
        ..Rule::default()
    };
    let hide = |cell: &Cell| cell.role != Role::Fixed && (cell.role == Role::Primary || rng.random_bool(0.4));
    let hidden = table.cells.iter().map(hide).collect();
    (table, rule, hidden)
}

#[test]
fn what_is_settled_stays_safe_while_more_is_hidden() {
    let (mut settled, mut exposed) = (0, 0);
    for seed in 0..120 {
        let (table, rule, hidden) = layered(seed);
        let rule = Rule {
            zeros: seed % 3 == 0,
            ..rule
        };
        let attack = Attack::new(&table, &hidden, &rule);
        let mut rng = ChaCha8Rng::seed_from_u64(seed + 1_000);
        let more = hidden.iter().zip(&table.cells);
        let more: Vec<bool> = more
            .map(|(hidden, cell)| *hidden || (cell.role != Role::Fixed && rng.random_bool(0.5)))
            .collect();
        let known = exposures(&table, &more, &rule);
        for cell in known.iter().map(|e| e.cell) {
            assert!(!attack.settled().contains(&cell), "seed {seed}, cell {cell}");
        }
        settled += attack.settled().len();
        exposed += known.len();
    }
    assert!(settled > 300 && exposed > 300, "{settled} {exposed}");
}

#[test]
fn a_zero_left_alone_is_looked_at_again() {
    // Two residences without anything, alone in their IRIS; the rest of the commune is published.
    let sets = [vec![0], vec![1], vec![0, 1], vec![2], vec![0, 1, 2]];
    let y = [0, 0, 5];
    let cell = |(group, set): (u32, &Vec<u32>)| Cell {
        terms: set.iter().map(|j| (*j, 1)).collect(),
        role: Role::Free,
        loss: 1,
        group,
    };
    let table = Table {
        cells: (0u32..).zip(&sets).map(cell).collect(),
        layers: vec![
            sets.iter()
                .map(|s| s.iter().map(|j: &u32| y[*j as usize]).sum())
                .collect(),
        ],
        ..Table::new(3, 0)
    };
    let rule = Rule {
        zeros: false,
        ..Rule::default()
    };
    let said = Attack::new(&table, &[true, true, false, false, false], &rule);
    let count = (said.len(), said.settled().len());
    assert_eq!(count, (0, 0), "the zero of the IRIS says them");
    let again = Attack::new(&table, &[true, true, true, false, false], &rule);
    assert!(again.cells().any(|cell| cell == 0), "the commune does");
}

#[test]
fn what_is_safe_at_sight_withstands_the_attack() {
    let (mut safe, mut exposed, mut other) = (0, 0, 0);
    for seed in 0..80 {
        let (table, rule, hidden) = layered(seed);
        let mut swaps = Swaps::new(&table, &classes(&table, &sides(&hidden).0), &rule).expect("values are known");
        // Published, then taken back: as before.
        let mark = swaps.mark();
        let free = (0u32..).zip(&hidden).filter(|(_, hidden)| **hidden);
        let before: Vec<bool> = free.clone().map(|(i, _)| swaps.is_safe(i)).collect();
        free.clone().step_by(3).for_each(|(i, _)| swaps.publish(i));
        let between: Vec<bool> = free.clone().map(|(i, _)| swaps.is_safe(i)).collect();
        other += usize::from(before != between);
        swaps.undo(&mark);
        let after: Vec<bool> = free.clone().map(|(i, _)| swaps.is_safe(i)).collect();
        assert_eq!(before, after, "seed {seed}");
        for (i, _) in free {
            let known = Attack::on(&table, &hidden, &rule, &[i]).len() > 0;
            assert!(!(known && swaps.is_safe(i)), "seed {seed}, cell {i}");
            safe += usize::from(swaps.is_safe(i));
            exposed += usize::from(known);
        }
    }
    assert!(safe > 300 && exposed > 300 && other > 40, "{safe} {exposed} {other}");
}

#[test]
fn a_published_total_and_the_lowest_categories_are_kept_apart() {
    // A place of two residences, the second of one dwelling: the first says all of the place but its rest, and the total
    // of the place says that the rest is one.
    let inner = vec![vec![5, 1, 9, 3], vec![7, 0, 6, 4]];
    let sets = [vec![0], vec![0, 1], vec![2], vec![3], vec![0, 1, 2, 3]];
    let roles = [Role::Free, Role::Primary, Role::Primary, Role::Primary, Role::Free];
    let table = |totals: Vec<Option<i64>>| Table {
        cells: (0u32..)
            .zip(sets.iter().zip(roles))
            .map(|(group, (set, role))| Cell {
                terms: set.iter().map(|j| (*j, 1)).collect(),
                role,
                loss: 1 + set.len() as u64,
                group,
            })
            .collect(),
        layers: inner
            .iter()
            .map(|y| sets.iter().map(|s| s.iter().map(|j| y[*j as usize]).sum()).collect())
            .collect(),
        inner: inner.clone(),
        parts: 2,
        totals,
        ..Table::new(4, 0)
    };
    let rule = Rule {
        zeros: false,
        ..Rule::default()
    };
    let unknown = protect(&table(Vec::new()), &rule);
    assert!(unknown.secondary.is_empty(), "{:?}", unknown.secondary);
    let known = table(vec![Some(12), Some(13), None, None, Some(35)]);
    let found = protect(&known, &rule);
    assert_eq!(
        found.secondary.keys().collect::<Vec<_>>(),
        [&0],
        "the residence is hidden"
    );
    assert!(exposures(&known, &found.hidden, &rule).is_empty());
}
