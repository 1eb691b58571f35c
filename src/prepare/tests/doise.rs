//! Val-d'Oise, a real département, read in place; said to be skipped when its files are absent.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::{copy, folder, prepared, rows_of};
use crate::prepare::Report;

/// The département once prepared: its folder is not kept.
struct Doise {
    /// Files of the site and of the report, by path.
    files: BTreeMap<String, String>,
    /// Folder of the sources.
    real: PathBuf,
    report: Report,
}

impl Doise {
    fn text(&self, path: &str) -> &str {
        self.files.get(path).unwrap_or_else(|| panic!("{path} was not written"))
    }

    fn values(&self, path: &str) -> BTreeMap<String, String> {
        rows_of(self.text(&format!("site/data/values/{path}")))
    }
}

/// Prepared once for all the tests of this file.
fn doise() -> Option<&'static Doise> {
    static DONE: OnceLock<Option<Doise>> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let real = crate::geometry::real::folder()?.join("val-doise");
        let folder = folder("val-doise");
        let work = folder.path();
        let (site, report) = (work.join("site"), work.join("rapport"));
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("site-tests/val-doise");
        copy(&own, &site);
        let done = prepared(&own.join("prepare.toml"), &real, &site, &report).unwrap_or_else(|e| panic!("{e}"));
        let written = crate::fs::walk(work).expect("written");
        let files = written.into_iter().map(|path| {
            let name = path
                .strip_prefix(work)
                .expect("walked from it")
                .to_string_lossy()
                .into_owned();
            (name, crate::fs::read_text(&path).expect("a text").text)
        });
        Some(Doise {
            files: files.collect(),
            real,
            report: done,
        })
    });
    if done.is_none() {
        crate::geometry::real::measured("ignoré : le dossier des données réelles est absent");
    }
    done.as_ref()
}

#[test]
fn val_doise_becomes_a_site() {
    let Some(done) = doise() else { return };
    let (real, report) = (&done.real, &done.report);
    assert_eq!(report.residences, 13_776);
    let values = done.values("rpls/2025.csv");
    assert_eq!(values["metropole;95;parc.logements;"], "132028;;132028");

    // Sums recomputed apart, from the source itself.
    let text = std::fs::read_to_string(real.join("rpls_points.geojson")).expect("source");
    let json: serde_json::Value = serde_json::from_str(&text).expect("source");
    let mut communes: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut shown, mut large) = (0, 0);
    for feature in json["features"].as_array().expect("features") {
        let (n, commune) = (feature["properties"]["n"].as_u64(), feature["properties"]["c"].as_str());
        let (n, commune) = (n.expect("dwellings"), commune.expect("commune"));
        *communes.entry(commune).or_default() += n;
        if n >= 11 {
            shown += 1;
            large += n;
        }
    }
    assert_eq!((shown, large), (3_470, 93_273));
    let mut hidden = 0;
    for (commune, n) in &communes {
        let row = &values[&format!("commune;{commune};parc.logements;")];
        if *n >= 11 && row != ";s;" {
            assert_eq!(row, &format!("{n};;{n}"), "{commune}");
        } else {
            assert_eq!(row, ";s;", "{commune}");
            hidden += 1;
        }
    }
    assert!(
        hidden < communes.len() / 2,
        "{hidden} communes hidden of {}",
        communes.len()
    );
    assert_eq!(
        values
            .keys()
            .filter(|k| k.starts_with("commune;") && k.ends_with(";parc.logements;"))
            .count(),
        184
    );
    assert_eq!(
        values
            .keys()
            .filter(|k| k.starts_with("iris;") && k.ends_with(";parc.logements;"))
            .count(),
        562
    );
    let of_residences = |state: &str| {
        values
            .iter()
            .filter(|(k, v)| {
                k.starts_with("residence;") && k.ends_with(";parc.logements;") && (*v == ";s;") == (state == "s")
            })
            .count()
    };
    assert_eq!(of_residences("s") + of_residences(""), 13_776);
    assert!(of_residences("") <= 3_470);
    // A building of 10 or fewer shows nothing, whatever the indicator.
    for (key, row) in &values {
        let base = row.rsplit(';').next().expect("base");
        assert!(
            base.is_empty() || base == "0" || base.parse::<u32>().expect("whole base") >= 11,
            "{key}"
        );
    }
}

#[test]
fn odd_places_of_val_doise_are_all_reported() {
    let Some(done) = doise() else { return };
    let json: serde_json::Value = serde_json::from_str(done.text("rapport/rapport.json")).expect("report");
    let count = |name: &str| json["located"][name].as_array().expect("list").len();
    assert_eq!(
        (
            count("other_commune"),
            count("no_commune"),
            count("no_iris"),
            count("several_iris")
        ),
        (120, 10, 48, 31)
    );
    let said = done.report.warnings.to_string();
    assert!(
        said.contains("120 résidences dont le point tombe dans une autre commune"),
        "{said}"
    );
    assert!(
        said.contains(
            "55 résidences dont le point n’est pas localisé, 58 défauts : 10 dans aucune commune, 48 dans aucun IRIS, dont 3 dans ni commune ni IRIS"
        ),
        "{said}"
    );
    assert!(
        said.contains("31 résidences dont le point tombe dans plusieurs IRIS"),
        "{said}"
    );
}

#[test]
fn markers_of_lovac_stay_markers_and_sru_percentages_are_numbers() {
    let Some(done) = doise() else { return };
    let real = &done.real;
    let mut secret = 0;
    for year in 2020..=2026 {
        let values = done.values(&format!("lovac/{year}.csv"));
        secret += values
            .iter()
            .filter(|(k, v)| k.starts_with("commune;") && *v == ";s;")
            .count();
    }
    let text = std::fs::read_to_string(real.join("lovac_95.csv")).expect("source");
    assert_eq!(secret, text.matches("\"s\"").count());
    assert_eq!(secret, 1_155);
    let sru = done.values("sru/2024.csv");
    assert_eq!(sru["commune;95018;sru.taux;"], "35.28;;");
    assert_eq!(sru["commune;95018;sru.logements;"], "15102;;");
    assert_eq!(sru["commune;95018;sru.situation;"], "conforme;;");
}

#[test]
fn nothing_hidden_in_val_doise_is_a_combination_of_what_is_published() {
    let Some(done) = doise() else { return };
    let values = done.values("rpls/2025.csv");
    let shown = |scale: &str, code: &str| {
        values
            .get(&format!("{scale};{code};parc.logements;"))
            .is_some_and(|r| r != ";s;")
    };
    let text = done.text("site/data/territories/residences.csv");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let mut hidden: Vec<u32> = Vec::new();
    let mut zones: BTreeMap<(&str, String), Vec<(u32, i64)>> = BTreeMap::new();
    for (atom, row) in (0u32..).zip(reader.records()) {
        let row = row.expect("record");
        // A published residence is known: it leaves every sum.
        if shown("residence", &row[0]) {
            continue;
        }
        hidden.push(atom);
        for (scale, code) in [("metropole", "95"), ("commune", &row[6]), ("iris", &row[7])] {
            if shown(scale, code) {
                zones.entry((scale, code.to_owned())).or_default().push((atom, 1));
            }
        }
    }
    let span = crate::disclosure::attack::Linear::new((0u32..).zip(zones.values()));
    assert!(
        hidden.len() > 10_306,
        "some residences of 11 and more protect smaller ones"
    );
    for atom in hidden {
        assert!(!span.determines(&vec![(atom, 1)]), "residence {atom}");
    }
}
