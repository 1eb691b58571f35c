//! Small tables whose answers are known by hand; the published cases are read where they are kept.

use serde_json::Value;

use super::command::audit;
use super::read::{Cell, Table};

/// Rows of cells: label, value, atoms, hidden.
fn table(atoms: usize, cells: &[(&str, i64, &[u32], bool)]) -> Table {
    let cells = (1u64..).zip(cells).map(|(id, (label, value, terms, hidden))| Cell {
        id,
        label: (*label).to_owned(),
        value: *value,
        terms: terms.iter().map(|j| (*j, 1)).collect(),
        multiple: 1,
        primary: *hidden,
        suppressed: *hidden,
    });
    Table {
        atoms,
        scale: 0,
        cells: cells.collect(),
    }
}

fn bounds(answer: &Value, cell: u64) -> (i64, i64) {
    let cells = answer["cells"].as_array().expect("a list");
    let found = cells.iter().find(|c| c["cell"] == cell).expect("a hidden cell");
    (
        found["lo"].as_i64().expect("bounded"),
        found["up"].as_i64().expect("bounded"),
    )
}

#[test]
fn two_tables_safe_alone_leak_together() {
    // Zone {0, 1} = 10, zone {1, 2} = 12, whole {0, 1, 2} = 15: all three parts are exact.
    let leak = table(
        3,
        &[
            ("tout", 15, &[0, 1, 2], false),
            ("nord", 10, &[0, 1], false),
            ("est", 12, &[1, 2], false),
            ("croisement", 7, &[1], true),
        ],
    );
    let answer = audit(&leak, 2);
    assert_eq!(answer["verdict"], "unsafe");
    assert_eq!(bounds(&answer, 4), (7, 7));
    assert_eq!(
        answer["cells"][0]["proof"],
        "croisement = nord (10) + est (12) − tout (15) = 7"
    );
    let alone = table(
        3,
        &[
            ("tout", 15, &[0, 1, 2], false),
            ("nord", 10, &[0, 1], false),
            ("croisement", 7, &[1], true),
        ],
    );
    let answer = audit(&alone, 2);
    assert_eq!(
        (answer["verdict"].as_str(), bounds(&answer, 3)),
        (Some("safe"), (0, 10))
    );
}

#[test]
fn zeros_are_told_by_non_negativity() {
    let answer = audit(
        &table(
            3,
            &[
                ("tout", 5, &[0, 1, 2], false),
                ("a", 5, &[0], false),
                ("b", 0, &[1], true),
                ("c", 0, &[2], true),
            ],
        ),
        2,
    );
    assert_eq!(answer["verdict"], "unsafe");
    assert_eq!((bounds(&answer, 3), bounds(&answer, 4)), ((0, 0), (0, 0)));
    let proof = answer["cells"][0]["proof"].as_str().expect("a text");
    assert_eq!(
        proof,
        "b ≥ 0 = 0 ; b ≤ tout (5) − a (5) = 0 (aucun effectif n’est négatif)"
    );
}

#[test]
fn a_contradiction_is_never_a_pass() {
    let answer = audit(
        &table(
            2,
            &[("tout", 3, &[0, 1], false), ("a", 5, &[0], false), ("b", 0, &[1], true)],
        ),
        2,
    );
    assert_eq!(answer["verdict"], "undecided");
    assert!(answer["contradiction"].is_string());
}

#[test]
fn a_faulty_row_is_told_at_its_line_under_windows_too() {
    let folder = crate::fs::temporary_dir("atlas-table").expect("a folder");
    let put = |name: &str, text: &str| {
        crate::fs::write(&folder.path().join(name), text.as_bytes()).expect("written");
    };
    put("inner.csv", "inner\r\na\r\n");
    put("cells.csv", "cell,value,primary\r\n1,3,0\r\n\r\n2,trois,0\r\n");
    put("x.csv", "inner,cell,coef\r\na,1,1\r\nb,1,1\r\n");
    let told = super::read::read(folder.path()).expect_err("two faults").to_string();
    assert!(told.contains("cells.csv:4:") && told.contains("x.csv:3:"), "{told}");
}
