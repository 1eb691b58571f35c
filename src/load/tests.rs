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

#[test]
fn a_faulty_source_and_a_faulty_indicator_do_not_hide_a_faulty_value() {
    let copy = Copy::new();
    // Two lines and Windows line ends more: the lines told are those an editor shows.
    let file = "data/sources.csv";
    let text = copy.text(file).replacen(";2;2024", ";deux;2024", 1);
    copy.write(file, &text.replace('\n', "\r\n").replacen("\r\n", "\r\n\r\n", 1));
    copy.replace("data/dictionary.csv", "parc.vacants;parc;", "parc.vacants;parcc;");
    copy.replace("data/values/rpls/2025.csv", "petit;73", "petit;01/03/2025");
    let text = copy.load().expect_err("three faults").to_string();
    for told in [
        "sources.csv:4:5: erreur : « deux »",
        "dictionary.csv:5:2: erreur : thème « parcc »",
        "2025.csv:3:5: erreur : valeur illisible : une date",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("« parc.vacants » absent"), "{text}");
}

#[test]
fn an_unknown_code_is_told_once_with_the_count_of_its_rows() {
    let copy = Copy::new();
    let file = "data/values/rpls/2025.csv";
    let rows = copy.text(file).matches("commune;99002;").count();
    copy.write(file, &copy.text(file).replace("commune;99002;", "commune;99003;"));
    let text = copy.load().expect_err("unknown").to_string();
    assert_eq!(text.matches("« 99003 »").count(), 1, "{text}");
    assert!(
        text.contains(&format!("(et {} autres lignes)", rows - 1)) && text.contains("commune fusionnée"),
        "{text}"
    );
}

#[test]
fn a_vintage_forgotten_and_fractions_for_percentages_are_told() {
    let copy = Copy::new();
    let text = copy.text("data/sources.csv").replacen(";1;2025;", ";1;2024;", 1);
    copy.write("data/sources.csv", &text);
    let file = "data/values/ops/2024.csv";
    let rows: Vec<String> = copy
        .text(file)
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
            if let Ok(percent) = cells[4].parse::<f64>() {
                cells[4] = (percent / 100.0).to_string();
            }
            cells.join(";")
        })
        .collect();
    let (_, before) = Copy::new().load().expect("a site");
    assert!(!before.to_string().contains("vont de 0 à 1"), "{before}");
    copy.write(file, &rows.join("\n"));
    let (_, warnings) = copy.load().expect("a site");
    let text = warnings.to_string();
    assert!(
        text.contains("source « rpls » : dernier millésime 2024 annoncé, mais data/values a 2025"),
        "{text}"
    );
    assert!(text.contains("vont de 0 à 1, pour une part en pourcentage"), "{text}");
}

#[test]
fn what_a_spreadsheet_leaves_behind_is_named() {
    let copy = Copy::new();
    copy.write("data/values/rpls/~$2025.csv", "x");
    copy.write("data/values/rpls/2023.xlsx", "PK");
    copy.replace("data/values/rpls/2025.csv", "petit;73", "petit;#N/A");
    let text = copy.load().expect_err("refused").to_string();
    for told in ["ouvert dans un tableur", "classeur « .xlsx »", "erreur de formule"] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let copy = Copy::new();
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(copy.text("data/dictionary.csv").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(&copy.path("data/dictionary.csv"), &utf16).expect("written");
    copy.load().expect("« Unicode text » of a spreadsheet is read");
    copy.write("data/sources.csv", "PK\u{3}\u{4}");
    let text = copy.load().expect_err("a workbook renamed").to_string();
    assert!(text.contains("est un classeur"), "{text}");
}

#[test]
fn faults_of_every_file_are_told_in_one_run() {
    let copy = Copy::new();
    copy.replace("atlas.toml", "title = ", "titre = ");
    copy.replace("data/sources.csv", "rpls;", "RPLS;");
    copy.replace("data/territories/residences.csv", "3.005;50.012", "trois;50.012");
    copy.replace("data/territories/residences.csv", "id;name", "telephone;name");
    let text = copy.load().expect_err("three files at fault").to_string();
    for fault in [
        "clé inconnue « titre »",
        "identifiant de source « RPLS »",
        "« telephone » non décrite",
        "« id » absente",
    ] {
        assert!(text.contains(fault), "{fault} in {text}");
    }
    // The residences could not be read: that none of their codes is known is no other fault.
    assert!(!text.contains("inconnu à l’échelle residence"), "{text}");

    let copy = Copy::new();
    copy.replace("data/territories/residences.csv", "3.005;50.012", "trois;50.012");
    copy.replace("data/values/rpls/2025.csv", ";241;;241", ";241x;;241");
    copy.write(
        "data/values/ops/2024.csv",
        "scale;code;indicator;category;value;state;base\nresidence;R-001;occ.reponse;\"a\nb\";1;;20\n\nresidence;R-0099;occ.reponse;;1;;20\n",
    );
    let text = copy.load().expect_err("three other files").to_string();
    for fault in [
        "residences.csv:2:5: erreur : « trois »",
        "2025.csv:2:5: erreur : valeur illisible",
        "ops/2024.csv:5:2: erreur : code « R-0099 » inconnu",
    ] {
        assert!(text.contains(fault), "{fault} in {text}");
    }
    assert!(!text.contains("R-001 »"), "{text}");
}
