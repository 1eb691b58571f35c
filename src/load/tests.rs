//! The minimal site, changed in one place, then loaded.

use std::path::{Path, PathBuf};

use super::site;
use crate::diag::{Diagnostics, Result};
use crate::fs::{self, TemporaryDir};
use crate::model::{Scale, Site};

/// A copy of `site-tests/minimal`, where files are replaced or taken away.
struct Copy(TemporaryDir);

impl Copy {
    fn new() -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("site-tests/minimal");
        let copy = Self(fs::temporary_dir("atlas-load").expect("a temporary folder"));
        for path in fs::walk(&from).expect("the minimal site") {
            let name = path.strip_prefix(&from).expect("inside");
            if name.starts_with("expected") {
                continue; // what the site must produce
            }
            fs::write(&copy.path(name), &fs::read(&path).expect("a file")).expect("a copy");
        }
        copy
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_text(&self.path(name)).expect("a file").text
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(&self.path(name), text.as_bytes()).expect("written");
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} has no « {from} »");
        self.write(name, &text.replacen(from, to, 1));
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("removed");
    }

    fn load(&self) -> Result<(Site, Diagnostics)> {
        site(self.0.path())
    }
}

#[test]
fn a_residence_without_coordinates_is_kept_and_told() {
    let copy = Copy::new();
    let file = "data/territories/residences.csv";
    copy.replace(file, "3.005;50.012;;;", ";;99001;;");
    let (site, warnings) = copy.load().expect("a site");
    let tid = site.territories.find(Scale::Residence, "R-001").expect("kept");
    let territory = site.territories.get(tid);
    assert!(territory.point.is_none());
    assert_eq!(
        territory.lineage.commune,
        site.territories.find(Scale::Commune, "99001")
    );
    let text = warnings.to_string();
    assert!(text.contains("1 résidence sans coordonnées : R-001"), "{text}");

    copy.replace(file, ";;99001;;", ";;;;");
    let text = copy.load().expect_err("nowhere at all").to_string();
    assert!(text.contains("sans coordonnées ni commune"), "{text}");
    copy.replace(file, "Habitat d'Essai;;;;", "Habitat d'Essai;3.005;;99001;");
    let text = copy.load().expect_err("half a point").to_string();
    assert!(text.contains("case vide : degrés attendus"), "{text}");
}

#[test]
fn a_qpv_has_its_communes_on_a_site_without_iris() {
    let copy = Copy::new();
    copy.remove("data/territories/iris.geojson");
    for file in fs::walk(&copy.path("data/values")).expect("values") {
        let text = fs::read_text(&file).expect("values").text;
        let kept: Vec<&str> = text.lines().filter(|l| !l.starts_with("iris;")).collect();
        fs::write(&file, kept.join("\n").as_bytes()).expect("written");
    }
    copy.remove("content/preconisations/les-pres.md");
    let (site, _) = copy.load().expect("a site without IRIS");
    assert_eq!(site.territories.count(Scale::Iris), 0);
    for qpv in site.territories.of(Scale::Qpv) {
        let communes = site.territories.communes_of_qpv(qpv);
        assert!(!communes.is_empty());
        assert!(site.territories.get(qpv).lineage.commune.is_some());
        assert!(
            communes
                .iter()
                .all(|c| site.territories.inside(*c, Scale::Qpv).contains(&qpv))
        );
    }
}

#[test]
fn a_file_of_territories_that_nothing_reads_is_told() {
    let copy = Copy::new();
    copy.write("data/territories/residence.csv", "id;name\n");
    let (_, warnings) = copy.load().expect("a site");
    let text = warnings.to_string();
    assert!(
        text.contains("« residence.csv » non lu") && text.contains("« residences.csv »"),
        "{text}"
    );
}

#[test]
fn residences_described_twice_or_with_an_unknown_property_are_refused() {
    let copy = Copy::new();
    let file = "data/territories/residences.geojson";
    let point = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"R-001","name":"Les Lilas","locataire":"x"},"geometry":{"type":"Point","coordinates":[3.005,50.012]}},
{"type":"Feature","properties":{"id":"R-002","name":"Les Saules"},"geometry":{"type":"LineString","coordinates":[[3,50],[4,50]]}}
]}"#;
    copy.write(file, point);
    let text = copy.load().expect_err("two files").to_string();
    assert!(text.contains("décrites deux fois"), "{text}");
    copy.remove("data/territories/residences.csv");
    let text = copy.load().expect_err("unknown property, line").to_string();
    assert!(
        text.contains("residences.geojson:2: erreur : propriété « locataire » non décrite"),
        "{text}"
    );
    assert!(
        text.contains("residences.geojson:3: erreur : entité n° 2 : un point est attendu"),
        "{text}"
    );
}
