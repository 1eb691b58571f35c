use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;
use crate::{disclosure, load};

fn args(site: &Path, records: Option<&Path>, seed: u64) -> Args {
    Args {
        site: site.to_path_buf(),
        communes: 4,
        iris: 12,
        qpv: 2,
        residences: 48,
        vintages: 3,
        seed,
        communes_from: None,
        iris_from: None,
        records: records.map(Path::to_path_buf),
    }
}

fn told<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|found| panic!("{found}"))
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = told(fs::walk(folder)).into_iter();
    files
        .map(|path| {
            let name = path.strip_prefix(folder).map(Path::to_path_buf).unwrap_or_default();
            (name, told(fs::read(&path)))
        })
        .collect()
}

/// Values of an indicator without category: (scale, code) → value, when shown.
fn shown(site: &Path, file: &str, indicator: &str) -> BTreeMap<(String, String), Option<u32>> {
    let text = told(fs::read_text(&site.join("data/values").join(file))).text;
    text.lines()
        .map(|line| line.split(';').collect::<Vec<_>>())
        .filter(|row| row[2] == indicator && row[3].is_empty())
        .map(|row| ((row[0].to_owned(), row[1].to_owned()), row[4].parse().ok()))
        .collect()
}

#[test]
fn the_site_is_whole_and_says_what_the_records_say() {
    let (site, records) = (
        told(fs::temporary_dir("atlas-test")),
        told(fs::temporary_dir("atlas-test")),
    );
    let report = told(run(&args(site.path(), Some(records.path()), 3)));
    assert_eq!(report.territories, [4, 12, 2, 48]);
    let (read, _) = told(load::site(site.path()));
    told(disclosure::admit(&read));

    for year in 2023..=2025 {
        let rows = told(fs::read_text(&records.path().join(format!("rpls_{year}.csv")))).text;
        let count = u32::try_from(rows.lines().count() - 1).expect("a few hundred dwellings");
        let values = shown(site.path(), &format!("rpls/{year}.csv"), "parc.logements");
        let at = |scale: &'static str| values.iter().filter(move |((s, _), _)| s == scale);
        assert_eq!(
            at("metropole").map(|(_, v)| *v).collect::<Vec<_>>(),
            [Some(count)],
            "{year}"
        );
        // Where nothing is hidden, a commune is the sum of its districts.
        let mut compared = 0;
        for ((_, code), total) in at("commune") {
            let parts: Option<u32> = at("iris")
                .filter(|((_, c), _)| c.starts_with(code))
                .map(|(_, v)| *v)
                .sum();
            if let (Some(total), Some(parts)) = (total, parts) {
                assert_eq!(*total, parts, "{code} {year}");
                compared += 1;
            }
        }
        assert!(compared > 0, "no commune to compare in {year}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folders: Vec<_> = (0..3).map(|_| told(fs::temporary_dir("atlas-test"))).collect();
    for (folder, seed) in folders.iter().zip([5, 5, 6]) {
        told(run(&args(folder.path(), None, seed)));
    }
    let all: Vec<_> = folders.iter().map(|f| bytes(f.path())).collect();
    assert!(all[0] == all[1], "the same seed gave two sites");
    assert!(all[0] != all[2], "two seeds gave one site");
}

#[test]
fn districts_share_their_borders_corner_by_corner() {
    let size = Size {
        communes: 5,
        iris: 24,
        qpv: 3,
    };
    let places = place::Places::invent(&size, 11);
    let edges = |areas: &[place::Area]| -> BTreeSet<[u64; 4]> {
        let mut seen = BTreeSet::new();
        for area in areas {
            assert_eq!(area.shape.0.len(), 1, "{} is in several pieces", area.code);
            for polygon in &area.shape {
                for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                    for line in ring.lines() {
                        let edge = [line.start.x, line.start.y, line.end.x, line.end.y].map(f64::to_bits);
                        assert!(seen.insert(edge), "{} overlaps a neighbour", area.code);
                    }
                }
            }
        }
        // An edge met the other way round is a border between two; the others are the outline of the whole.
        let inner = seen.iter().filter(|e| seen.contains(&[e[2], e[3], e[0], e[1]])).count();
        assert!(inner > seen.len() / 2);
        seen.iter()
            .filter(|e| !seen.contains(&[e[2], e[3], e[0], e[1]]))
            .copied()
            .collect()
    };
    assert_eq!(
        edges(&places.communes),
        edges(&places.iris),
        "communes and districts have two outlines"
    );
    let crossed = places.qpv.iter().filter(|q| {
        let held: BTreeSet<usize> = q.shape.0[0]
            .exterior()
            .coords()
            .filter_map(|c| places.iris_at(*c))
            .collect();
        held.len() > 1
    });
    assert_eq!(crossed.count(), 3, "priority districts lie across districts");
}

#[test]
fn residences_stand_on_both_sides_of_the_threshold() {
    let size = Size {
        communes: 5,
        iris: 24,
        qpv: 3,
    };
    let residences = stock::build(&place::Places::invent(&size, 2), 300, 2);
    let count = |wanted: usize| residences.iter().filter(|r| r.dwellings.len() == wanted).count();
    assert!(count(10) > 0 && count(11) > 0);
    let small = residences.iter().filter(|r| r.dwellings.len() < 11).count();
    assert!((60..180).contains(&small), "{small} small residences of 300");
    assert!(residences.iter().any(|r| r.dwellings.len() > 100));
}

#[test]
fn a_true_site_is_not_replaced() {
    let site = told(fs::temporary_dir("atlas-test"));
    told(fs::write(
        &site.path().join("atlas.toml"),
        b"title = \"Atlas\"\nfictitious = false\n",
    ));
    let found = run(&args(site.path(), None, 1)).expect_err("a true site");
    assert!(found.to_string().contains("n’est pas fictif"), "{found}");
    assert_eq!(told(fs::walk(site.path())).len(), 1);
}

#[test]
fn sizes_that_cannot_be_are_told_together() {
    let mut args = args(Path::new("/nulle/part"), Some(Path::new("/nulle/part/x")), 1);
    (args.communes, args.vintages, args.residences) = (30, 13, 0);
    let found = run(&args).expect_err("five mistakes");
    assert_eq!(found.len(), 4, "{found}");
}

#[test]
fn every_page_of_the_repository_is_given() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in told(fs::walk(&root.join("content"))) {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let advice = name.starts_with("content/preconisations/");
        // The front matter only: a page may show one as an example.
        let text = told(fs::read_text(&path)).text;
        let front = text.split("\n+++").next().unwrap_or_default();
        let local = advice || front.contains("\nterritories = ");
        assert_eq!(
            site::has_page(&name),
            !local,
            "{name}: CONTENT in src/demo/site.rs lists the pages"
        );
    }
}
