//! Small sources, one trap each: two communes of the Ain side by side, four IRIS, one QPV across them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{folder, prepared, rows};
use crate::fs::TemporaryDir;

const SETTINGS: &str = r#"
title = "Atlas"
publisher = "Métropole"
source_mention = "Source : Atlas"
contact = "atlas@exemple.fr"
edition = 2026-10-15
[metropole]
code = "990000001"
name = "Métropole"
[[themes]]
id = "parc"
label = "Parc"
[[equipment]]
id = "pharmacie"
label = "Pharmacie"
source = "bpe"
"#;

const DICTIONARY: &str = "id;theme;label;definition;unit;kind;numerator;denominator;base;coverage;categories;source;view_scales;export_scales;decimals;direction;classes;thematic_only;note
parc.logements;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.financement;parc;L;D;;count;;;logements;;plai=PLAI|plus=PLUS|autre=Autre;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.proposes;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacants;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacants3;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.emmenagements;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.offre_continue;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacance;parc;L;D;%;rate;parc.vacants;parc.proposes;logements;;;rpls;metropole commune iris qpv residence;commune;1;;;non;
parc.loyer;parc;L;D;€/m²;mean;;;logements;;;rpls;metropole commune iris qpv residence;commune;2;;;non;
attr.total;parc;L;D;;count;;;attributions;;;sne;metropole commune iris qpv;commune;0;;;non;
attr.q1;parc;L;D;;count;;;attributions;;;sne;metropole commune iris qpv;commune;0;;;non;
rev.median;parc;L;D;€;mean;;;source;;;filo;commune iris;commune;0;;;non;
rev.carreaux;parc;L;D;;class;;;source;;1=a|2=b;filo;;;0;;;oui;
urh.classe;parc;L;D;;text;;;source;;ok=Bien|non=Moins bien;filo;commune;commune;0;;;non;
";

const SOURCES: &str = "id;producer;dataset;licence;cadence_years;last_vintage;next_vintage;note;breaks
rpls;P;D;;1;2025;;;
sne;P;D;;1;2025;;;
filo;P;D;;1;2021;;;
bpe;P;D;;1;2024;;;
";

/// A folder with a site without data and a folder of sources.
struct Place {
    folder: TemporaryDir,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let work = folder.path();
        let put = |path: &str, text: &str| crate::fs::write(&work.join(path), text.as_bytes()).expect("writable");
        put("site/atlas.toml", SETTINGS);
        put("site/data/dictionary.csv", DICTIONARY);
        put("site/data/sources.csv", SOURCES);
        put(
            "from/communes.geojson",
            &squares(&[("1001", 4.0, 46.0, 0.2), ("1002", 4.2, 46.0, 0.2)]),
        );
        put(
            "from/iris.geojson",
            &squares(&[
                ("010010101", 4.0, 46.0, 0.1),
                ("010010102", 4.1, 46.0, 0.1),
                ("010020101", 4.2, 46.0, 0.1),
                ("010020102", 4.3, 46.0, 0.1),
                ("690010101", 5.0, 46.0, 0.1),
            ]),
        );
        put("from/qpv.geojson", &squares(&[("QN00101M", 4.15, 46.0, 0.1)]));
        Self { folder }
    }

    fn work(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        crate::fs::write(&self.work().join("from").join(name), bytes.as_ref()).expect("writable");
    }

    fn run(&self, recipe: &str) -> std::result::Result<crate::prepare::Report, String> {
        let path = self.work().join("prepare.toml");
        let text = format!("{ZONES}\n{recipe}");
        crate::fs::write(&path, text.as_bytes()).expect("writable");
        prepared(
            &path,
            &self.work().join("from"),
            &self.work().join("site"),
            &self.work().join("rapport"),
        )
        .map_err(|e| e.to_string())
    }

    fn values(&self, file: &str) -> std::collections::BTreeMap<String, String> {
        rows(&self.work().join("site/data/values").join(file))
    }
}

const ZONES: &str = r#"
[[territories]]
scale = "commune"
file = "communes.geojson"
code = "CODE"
name = "nom"
[[territories]]
scale = "iris"
file = "iris.geojson"
code = "code"
name = "nom"
[[territories]]
scale = "qpv"
file = "qpv.geojson"
code = "code"
name = "nom"
"#;

fn squares(list: &[(&str, f64, f64, f64)]) -> String {
    let features: Vec<String> = list
        .iter()
        .map(|(code, x, y, side)| {
            let (a, b) = (x + side, y + 0.2);
            format!(
                r#"{{"type":"Feature","properties":{{"code":"{code}","nom":"Lieu {code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},{y}],[{a},{y}],[{a},{b}],[{x},{b}],[{x},{y}]]]}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Dwellings with the columns of the restricted RPLS, in another order and case, commune without its zero.
fn dwellings() -> String {
    let mut out = String::from(
        "numvoie;TYPVOIE;NOMVOIE;depcom;Finan_Code;MODE;LOYERPRINC;SURFHAB;LOCAT;BAIL;DATE_DEP_DERLOCAT;X;Y;LIEUDIT\n",
    );
    // A: 12 dwellings in 010010101; B: 10 in 010010102, in the QPV; C: 30 in 010020101, in the QPV; D: elsewhere.
    for (number, count, commune, x) in [
        (1, 12, "1001", 4.05),
        (2, 10, "1001", 4.16),
        (3, 30, "1002", 4.22),
        (4, 5, "69001", 5.05),
    ] {
        for i in 0..count {
            let (mode, bail, left) = match i {
                0 => ("2", "", "08/2024"),
                1 => ("2", "", "11/2024"),
                2 => ("1", "05/2024", ""),
                3 => ("3", "", ""),
                _ => ("1", "05/2019", ""),
            };
            let rent = if i == 4 { "9999".to_owned() } else { "400,5".to_owned() };
            let finan = ["10", "13", "12", "99"][i % 4];
            let _ = writeln!(
                out,
                "{number}:00:00;RUE;\"RUE DES\nLILAS\";{commune};{finan};{mode};{rent};50;2010;{bail};{left};{x};46,1;NA"
            );
        }
    }
    out
}

const RPLS: &str = r#"
[tables.rpls]
layout = "rpls"
file = "rpls.csv"
vintage = "2025"
[tables.rpls.categories.financement]
of = "FINAN"
other = "autre"
[tables.rpls.categories.financement.map]
plai = ["10", "11"]
plus = ["12", "13"]
[[residences]]
table = "rpls"
key = ["DEPCOM", "adresse"]
name = "adresse"
lon = "X"
lat = "Y"
commune = "DEPCOM"
[[values]]
source = "rpls"
table = "rpls"
scales = ["metropole", "commune", "iris", "qpv", "residence"]
[values.measures]
"parc.logements" = "logements"
"parc.financement" = "financement"
"parc.proposes" = "proposes"
"parc.vacants" = "vacants"
"parc.vacants3" = "vacants3"
"parc.emmenagements" = "emmenagements"
"parc.offre_continue" = "offre_continue"
"parc.loyer" = "loyer"
[protection]
secondary = false
"#;

#[test]
fn dwellings_become_residences_and_sums_under_the_thresholds() {
    let place = Place::new("rpls");
    place.put("rpls.csv", dwellings());
    let report = place.run(RPLS).unwrap_or_else(|e| panic!("{e}"));
    let values = place.values("rpls/2025.csv");
    assert_eq!(report.residences, 3);
    assert_eq!(values["metropole;990000001;parc.logements;"], "52;;52");
    assert_eq!(values["commune;01001;parc.logements;"], "22;;22");
    assert_eq!(values["iris;010010101;parc.logements;"], "12;;12");
    // Ten dwellings: hidden, count, categories and rent alike.
    for cell in [
        "parc.logements;",
        "parc.financement;plai",
        "parc.vacants;",
        "parc.loyer;",
    ] {
        assert_eq!(values[&format!("iris;010010102;{cell}")], ";s;", "{cell}");
    }
    // An IRIS without dwelling is a true zero; one of another département is not of the site.
    assert_eq!(values["iris;010020102;parc.logements;"], "0;;0");
    assert!(!values.contains_key("iris;690010101;parc.logements;"));
    assert_eq!(values["qpv;QN00101M;parc.logements;"], "40;;40");
    // MODE: 2 vacant, 28 − 1 empty offered of 30; the one that left in August is vacant for more than 3 months.
    assert_eq!(values["commune;01002;parc.proposes;"], "29;;30");
    assert_eq!(values["commune;01002;parc.vacants;"], "2;;30");
    assert_eq!(values["commune;01002;parc.vacants3;"], "1;;30");
    assert_eq!(values["commune;01002;parc.emmenagements;"], "1;;30");
    assert_eq!(values["commune;01002;parc.financement;plus"], "15;;30");
    // Rent: 400.5 over 50 m² for the 26 dwellings whose rent is known (let, not 9999); base, those rents.
    assert_eq!(values["commune;01002;parc.loyer;"], "8.01;;26");
    let said = report.warnings.to_string();
    assert!(said.contains("zéro initial remis sur 52 codes"), "{said}");
    assert!(
        said.contains("1 résidence hors du territoire, laissée de côté"),
        "{said}"
    );
    assert!(said.contains("5 lignes hors du territoire, base 5"), "{said}");
    let residences =
        std::fs::read_to_string(place.work().join("site/data/territories/residences.csv")).expect("written");
    assert!(residences.contains(";1 RUE DES LILAS;"), "{residences}");
    // No column of the records reaches the site.
    assert!(
        !residences.contains("LIEUDIT") && !residences.contains("400"),
        "{residences}"
    );
}

#[test]
fn communes_of_another_year_are_translated_or_placed_by_their_point() {
    let place = Place::new("geographies");
    place.put("rpls.csv", dwellings().replace(";1002;", ";1003;"));
    let report = place
        .run(&format!("[communes]\n01003 = \"01002\"\n{RPLS}"))
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(place.values("rpls/2025.csv")["commune;01002;parc.logements;"], "30;;30");
    assert!(!report.warnings.to_string().contains("commune déclarée est inconnue"));
    let report = place.run(RPLS).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(place.values("rpls/2025.csv")["commune;01002;parc.logements;"], "30;;30");
    let said = report.warnings.to_string();
    assert!(
        said.contains("1 résidence dont la commune déclarée est inconnue du site, placée par son point"),
        "{said}"
    );
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let (a, b) = (Place::new("octets-a"), Place::new("octets-b"));
    for place in [&a, &b] {
        place.put("rpls.csv", dwellings());
        place.run(RPLS).unwrap_or_else(|e| panic!("{e}"));
    }
    let read = |p: &Place| -> Vec<(PathBuf, Vec<u8>)> {
        let root = p.work().join("site");
        let files = crate::fs::walk(&root).expect("site");
        files
            .into_iter()
            .map(|f| {
                (
                    f.strip_prefix(&root).expect("inside").to_path_buf(),
                    std::fs::read(&f).expect("file"),
                )
            })
            .collect()
    };
    assert_eq!(read(&a), read(&b));
}

#[test]
fn allocations_come_in_whole_windows_and_never_by_residence() {
    let place = Place::new("sne");
    let mut text = String::from("DATE;COMMUNE;IRIS;QUARTILE;HORS_QPV\n");
    for year in 2018..=2024 {
        for i in 0..6 {
            let _ = writeln!(
                text,
                "{:02}/{year};01001;01001010{};{};oui",
                i + 1,
                1 + i % 2,
                // As many of each quartile in both IRIS: the total of the commune says nothing of either.
                1 + i / 2
            );
        }
    }
    place.put("attributions.csv", text);
    let recipe = r#"
[tables.attributions]
layout = "attributions"
file = "attributions.csv"
[[values]]
source = "sne"
table = "attributions"
scales = ["metropole", "commune", "iris", "residence"]
iris = "IRIS"
year = "year(DATE)"
window = 3
[values.measures]
"attr.total" = "total"
"attr.q1" = "q1_hors_qpv"
"#;
    place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let files: Vec<PathBuf> = crate::fs::walk(&place.work().join("site/data/values")).expect("written");
    let names: Vec<String> = files
        .iter()
        .filter_map(|f| f.file_name())
        .map(|n| n.to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["2019-2021.csv", "2022-2024.csv"]);
    let values = place.values("sne/2022-2024.csv");
    assert_eq!(values["commune;01001;attr.total;"], "18;;18");
    assert_eq!(values["commune;01001;attr.q1;"], "6;;18");
    assert_eq!(
        values["iris;010010101;attr.total;"], ";s;",
        "nine allocations in three years"
    );
    assert!(values.keys().all(|k| !k.starts_with("residence;")));
    let error = place
        .run(&recipe.replace("window = 3", "window = 2"))
        .expect_err("too short");
    assert!(error.contains("3 années cumulées (article 3)"), "{error}");
}

#[test]
fn a_hidden_part_takes_its_smallest_neighbour_with_it() {
    let place = Place::new("secondaire");
    place.put("rpls.csv", dwellings());
    let report = place
        .run(&RPLS.replace("secondary = false", "secondary = true"))
        .unwrap_or_else(|e| panic!("{e}"));
    let values = place.values("rpls/2025.csv");
    // 01001 = 12 + 10: the IRIS of 12 goes with the one of 10; its only residence with it; the QPV (10 + 30) too,
    // or the residence of 30: 40 − 30 = 10.
    assert_eq!(values["commune;01001;parc.logements;"], "22;;22");
    for cell in [
        "iris;010010101;parc.logements;",
        "iris;010010101;parc.financement;plai",
        "iris;010010102;parc.logements;",
    ] {
        assert_eq!(values[cell], ";s;", "{cell}");
    }
    let qpv = &values["qpv;QN00101M;parc.logements;"];
    let commune = &values["commune;01002;parc.logements;"];
    assert!(qpv == ";s;" || commune == ";s;", "{qpv} {commune}");
    assert!(report.secondary > 0);
    let text = std::fs::read_to_string(place.work().join("rapport/rapport.json")).expect("report");
    let json: serde_json::Value = serde_json::from_str(&text).expect("json");
    let cells = json["hidden"].as_array().expect("list");
    assert_eq!(cells.len(), report.primary + report.secondary);
    let of = |code: &str| {
        cells
            .iter()
            .find(|c| c["code"] == code && c["indicator"] == "parc.logements")
            .unwrap_or_else(|| panic!("{code}"))
    };
    assert_eq!(
        (of("010010102")["value"].as_f64(), &of("010010102")["why"]),
        (Some(10.0), &"threshold".into())
    );
    let protects = of("010010101")["why"]["secondary"]["protects"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(protects.contains("iris 010010102 (2025)"), "{protects}");
}

#[test]
fn an_earlier_edition_cannot_be_taken_back() {
    let place = Place::new("editions");
    let mut text = String::from("DATE;COMMUNE;IRIS;QUARTILE;HORS_QPV\n");
    for year in 2021..=2024 {
        // 8 a year in one IRIS, 2 a year in the other: 30 in three years, 24 and 6.
        for i in 0..10 {
            let _ = writeln!(text, "01/{year};01001;01001010{};1;oui", if i < 8 { 1 } else { 2 });
        }
    }
    place.put("attributions.csv", text);
    let recipe = r#"
[tables.attributions]
layout = "attributions"
file = "attributions.csv"
[[values]]
source = "sne"
table = "attributions"
scales = ["metropole", "commune", "iris"]
iris = "IRIS"
year = "year(DATE)"
vintages = ["2022-2024"]
[values.measures]
"attr.total" = "total"
"#;
    let report = place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let values = place.values("sne/2022-2024.csv");
    assert_eq!(
        values["iris;010010101;attr.total;"], ";s;",
        "it would give the other one by subtraction"
    );
    assert_eq!(report.secondary, 1);
    // An edition that published both the commune and the large IRIS of 2021–2023 already told the small one.
    let earlier = "scale;code;indicator;category;value;state;base\ncommune;01001;attr.total;;30;;30\niris;010010101;attr.total;;24;;24\n";
    crate::fs::write(
        &place.work().join("site/data/values/sne/2021-2023.csv"),
        earlier.as_bytes(),
    )
    .expect("writable");
    place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let text = std::fs::read_to_string(place.work().join("rapport/rapport.txt")).expect("report");
    assert!(!text.contains("n’a pas pu être prise en compte"), "{text}");
    place.put(
        "attributions.csv",
        "DATE;COMMUNE;IRIS;QUARTILE;HORS_QPV\n01/2022;01001;010010101;1;oui\n",
    );
    place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let text = std::fs::read_to_string(place.work().join("rapport/rapport.txt")).expect("report");
    assert!(
        text.contains("2021-2023 est déjà publié mais l’année 2021 manque aux sources"),
        "{text}"
    );
}

#[test]
fn a_recipe_tells_all_its_faults_with_their_line_and_the_nearest_name() {
    let place = Place::new("fautes");
    place.put("rpls.csv", dwellings());
    let error = place
        .run(
            &RPLS
                .replace("lon = ", "long = ")
                .replace("table = \"rpls\"\nkey", "tabel = \"rpls\"\nkey"),
        )
        .expect_err("two");
    assert!(
        error.contains("clé inconnue « long »") && error.contains("« lon »"),
        "{error}"
    );
    assert!(error.contains("clé inconnue « tabel »"), "{error}");
    let error = place
        .run(&RPLS.replace("\"parc.vacants\" =", "\"parc.vacant\" ="))
        .expect_err("unknown indicator");
    assert!(
        error.contains("« parc.vacant » absent du dictionnaire") && error.contains("« parc.vacants »"),
        "{error}"
    );
    let error = place
        .run(&RPLS.replace("= \"loyer\"", "= \"loier\""))
        .expect_err("unknown measure");
    assert!(error.contains("mesure « loier » inconnue"), "{error}");
    let error = place
        .run(&RPLS.replace("lon = \"X\"", "lon = \"XLAMBERT\""))
        .expect_err("unknown column");
    assert!(error.contains("colonne « XLAMBERT » introuvable"), "{error}");
    // A column whose name is no single word is told where it is written, and how to write it.
    let error = place
        .run(&RPLS.replace("\"DEPCOM\", \"adresse\"]", "\"Code Commune\", \"adresse\"]"))
        .expect_err("a formula that cannot be read");
    let recipe = format!("{ZONES}\n{RPLS}");
    let line = recipe.lines().position(|l| l.starts_with("key = ")).expect("a key") + 1;
    assert!(
        error.contains(&format!(":{line}:9: erreur : formule « Code Commune »"))
            && error.contains("accents graves : \"`Code Commune`\""),
        "{error}"
    );
    // Each record takes two lines, a name of street being cut in its middle; only rents of let dwellings are read.
    place.put("rpls.csv", dwellings().replacen("400,5", "quatre cents", 3));
    let error = place.run(RPLS).expect_err("a text where a number is expected");
    assert!(
        error.contains("rpls.csv:6: erreur : « quatre cents » n’est pas un nombre"),
        "{error}"
    );
    // The same lines under Windows, and after empty ones.
    place.put(
        "rpls.csv",
        dwellings().replacen("400,5", "quatre cents", 3).replace('\n', "\r\n"),
    );
    let error = place.run(RPLS).expect_err("a text where a number is expected");
    assert!(
        error.contains("rpls.csv:6: erreur : « quatre cents » n’est pas un nombre"),
        "{error}"
    );
    let (header, rest) = dwellings()
        .replacen("400,5", "quatre cents", 3)
        .split_once('\n')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a header");
    for end in ["\n", "\r\n"] {
        place.put("rpls.csv", format!("{header}\n\n\n{rest}").replace('\n', end));
        let error = place.run(RPLS).expect_err("a text where a number is expected");
        assert!(error.contains("rpls.csv:8: erreur : « quatre cents »"), "{error}");
    }
    // A value is refused before anything is written.
    assert!(!place.work().join("site/data/values").exists());
}

const COPIED: &str = r#"
[tables.revenus]
file = "revenus.csv"
vintage = "2021"
[[values]]
source = "filo"
table = "revenus"
scale = "iris"
scales = ["iris"]
code = "IRIS"
[values.measures]
"rev.median" = { column = "Revenu médian 21" }
"#;

#[test]
fn markers_become_states_whatever_the_encoding() {
    let place = Place::new("marqueurs");
    let text = "IRIS,\"Revenu\nm\u{e9}dian 21\"\r\n10010101,\"1\u{a0}234,5\"\r\n010010102,s\r\n010020101,ns\r\n999999999,12\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("latin-1"))
        .collect();
    place.put("revenus.csv", latin);
    let report = place.run(COPIED).unwrap_or_else(|e| panic!("{e}"));
    let values = place.values("filo/2021.csv");
    assert_eq!(values["iris;010010101;rev.median;"], "1234.5;;");
    assert_eq!(values["iris;010010102;rev.median;"], ";s;");
    assert_eq!(values["iris;010020101;rev.median;"], ";nd;");
    let said = report.warnings.to_string();
    assert!(said.contains("windows-1252"), "{said}");
    assert!(said.contains("1 code absent du site (999999999)"), "{said}");
    assert!(said.contains("1 territoire du site sans ligne"), "{said}");
    place.put("revenus.csv", "IRIS;Revenu médian 21\n010010101;secret\n010010101;5\n");
    let error = place.run(COPIED).expect_err("unknown marker");
    assert!(
        error.contains("revenus.csv:2: erreur : « rev.median » : « secret » n’est ni un nombre ni un état"),
        "{error}"
    );
    place.put("revenus.csv", "IRIS;Revenu médian 21\n010010101;4\n010010101;5\n");
    let error = place.run(COPIED).expect_err("twice");
    assert!(error.contains("deux lignes pour iris 010010101 en 2021"), "{error}");
}

#[test]
fn workbooks_with_header_rows_and_parquet_read_alike() {
    let place = Place::new("classeurs");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Résultats").expect("name");
    for (row, column, text) in [
        (0, 0, "Titre"),
        (2, 1, "Revenu"),
        (3, 0, "IRIS"),
        (3, 1, "médian 21"),
        (5, 0, "010010102"),
        (5, 1, "nd"),
        (6, 0, "Source : x"),
    ] {
        sheet.write(row, column, text).expect("cell");
    }
    sheet.write(4, 0, 10_010_101).expect("cell");
    sheet.write(4, 1, 1234.5).expect("cell");
    place.put("revenus.xlsx", book.save_to_buffer().expect("workbook"));
    let recipe = COPIED.replace(
        "revenus.csv\"",
        "revenus.xlsx\"\nsheet = \"resultats\"\nheader = 4\nheader_rows = 2",
    );
    place.run(&recipe).unwrap_or_else(|e| panic!("{e}"));
    let from_book = place.values("filo/2021.csv");
    assert_eq!(from_book["iris;010010101;rev.median;"], "1234.5;;");
    assert_eq!(from_book["iris;010010102;rev.median;"], ";nd;");

    use polars::prelude::*;
    let mut frame =
        df!("IRIS" => [10_010_101i64, 10_010_102], "autre" => [1, 2], "Revenu médian 21" => ["1234.5", "nd"])
            .expect("frame");
    let file = std::fs::File::create(place.work().join("from/revenus.parquet")).expect("file");
    ParquetWriter::new(file).finish(&mut frame).expect("parquet");
    place
        .run(&COPIED.replace("revenus.csv", "revenus.parquet"))
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(place.values("filo/2021.csv"), from_book);
}

#[test]
fn localised_incomes_are_read_by_their_layout_whatever_their_year() {
    let place = Place::new("filosofi");
    place.put(
        "f2020.csv",
        "IRIS;DISP_TP6020;DISP_Q120;DISP_MED20;DISP_Q320;DISP_GI20\n010010101;12,5;15000;21600;28000;0,3\n010010102;ns;ns;ns;ns;ns\n",
    );
    place.put(
        "f2021.csv",
        "iris;DISP_MED21;DISP_TP6021\n010010101;22800;11,9\n010020101;so;so\n",
    );
    place.put(
        "carreaux.csv",
        "IdINSPIRE;Men;Men_pauv;Men_1ind;Men_fmp\nCRS3035RES200mN2572400E3860800;50;20;30;5\nCRS3035RES200mN2572600E3860800;4;3;1;1\n",
    );
    let recipe = r#"
[tables.revenus]
layout = "filosofi"
files = { "2020" = "f2020.csv", "2021" = "f2021.csv" }
[[values]]
source = "filo"
table = "revenus"
scale = "iris"
scales = ["iris"]
code = "CODE"
[values.measures]
"rev.median" = { column = "MEDIANE / 12" }
[tables.carreaux]
layout = "carreaux"
file = "carreaux.csv"
vintage = "2021"
[[grid]]
indicator = "rev.carreaux"
table = "carreaux"
square = "CARREAU"
value = "pauvres"
households = "MENAGES"
breaks = [30]
"#;
    place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let (before, after) = (place.values("filo/2020.csv"), place.values("filo/2021.csv"));
    assert_eq!(before["iris;010010101;rev.median;"], "1800;;");
    assert_eq!(before["iris;010010102;rev.median;"], ";nd;");
    assert_eq!(after["iris;010010101;rev.median;"], "1900;;");
    assert_eq!(after["iris;010020101;rev.median;"], ";so;");
    let path = place.work().join("site/data/grid/rev.carreaux/2021.geojson");
    let grid = std::fs::read_to_string(path).expect("written");
    assert_eq!(grid.matches("\"properties\":{\"class\":2}").count(), 1, "{grid}");
}

#[test]
fn words_equipment_and_squares() {
    let place = Place::new("autres");
    place.put("urh.csv", "commune;classement\n01001;Bien\n01002;moins bien\n");
    // Lambert-93 of a point of the first commune, then one far away.
    place.put("bpe.csv", "TYPEQU;DEPCOM;LAMBERT_X;LAMBERT_Y;NOMRS\nD307;01001;780000;6560000;PHARMACIE A\nD307;69001;100000;6560000;B\nA101;01001;780000;6560000;C\n");
    place.put("carreaux.csv", "idcar_200m,men,men_pauv\nCRS3035RES200mN2572400E3860800,50,20\nCRS3035RES200mN2572600E3860800,4,3\nCRS3035RES200mN0000000E0000000,50,1\n");
    let recipe = r#"
[tables.urh]
file = "urh.csv"
vintage = "2024"
[[values]]
source = "filo"
table = "urh"
scale = "commune"
scales = ["commune"]
code = "commune"
[values.measures]
"urh.classe" = { word = "classement", map = { non = ["moins bien"] } }
[tables.bpe]
layout = "bpe"
file = "bpe.csv"
vintage = "2024"
[[equipment]]
table = "bpe"
of = "TYPEQU"
families = { pharmacie = "D307" }
name = "NOMRS"
lon = "LAMBERT_X"
lat = "LAMBERT_Y"
[tables.carreaux]
file = "carreaux.csv"
vintage = "2021"
[[grid]]
indicator = "rev.carreaux"
table = "carreaux"
square = "Idcar_200M"
value = "100 * men_pauv / men"
households = "men"
breaks = [30]
"#;
    let report = place.run(recipe).unwrap_or_else(|e| panic!("{e}"));
    let values = place.values("filo/2024.csv");
    assert_eq!(values["commune;01001;urh.classe;"], "ok;;");
    assert_eq!(values["commune;01002;urh.classe;"], "non;;");
    let read = |path: &str| std::fs::read_to_string(place.work().join("site/data").join(path)).expect("written");
    let equipment = read("equipment/2024.csv");
    assert!(
        equipment.starts_with("family;name;lon;lat\npharmacie;PHARMACIE A;4."),
        "{equipment}"
    );
    assert_eq!(equipment.lines().count(), 2);
    let said = report.warnings.to_string();
    assert!(said.contains("1 point loin du territoire, laissé de côté"), "{said}");
    assert!(said.contains("1 point d’un type qu’aucune famille ne prend"), "{said}");
    let grid = read("grid/rev.carreaux/2021.geojson");
    assert_eq!(grid.matches("\"class\":2").count(), 1, "{grid}");
    assert_eq!(
        grid.matches("\"properties\":{\"class\":2}").count(),
        1,
        "a class and nothing else"
    );
}

#[test]
fn the_report_stays_outside_of_the_site() {
    let place = Place::new("dehors");
    let path = place.work().join("prepare.toml");
    crate::fs::write(&path, b"").expect("writable");
    let site = place.work().join("site");
    // Through a link too, to a folder that does not exist yet.
    let link = place.work().join("lien");
    std::os::unix::fs::symlink(&site, &link).expect("link");
    let public = place.work().join("public");
    std::fs::create_dir_all(&public).expect("folder");
    crate::fs::write(&public.join(crate::publish::MARKER), b"1").expect("writable");
    let closed = [
        (site.join("rapport"), "dans le site"),
        (link.join("nouveau/rapport"), "dans le site"),
        (public.join("rapport"), "dans un atlas publié"),
        (place.work().join(".public.atlas/rapport"), "dans un atlas publié"),
    ];
    for (folder, place_told) in closed {
        let error = prepared(&path, &place.work().join("from"), &site, &folder).expect_err("refused");
        assert!(
            error.to_string().contains(&format!("il ne peut pas être {place_told}")),
            "{}: {error}",
            folder.display()
        );
        assert!(!folder.exists());
    }
}

#[test]
fn coordinates_swapped_or_in_metres_are_told_with_their_cause() {
    let place = Place::new("inversees");
    place.put("rpls.csv", dwellings().replacen(";X;Y;", ";Y;X;", 1));
    let told = place.run(RPLS).expect_err("swapped");
    assert!(
        told.contains("longitude et latitude semblent inversées") && told.contains("rpls.csv"),
        "{told}"
    );
    assert!(
        !place.work().join("site/data/territories").exists(),
        "nothing is written"
    );
}
