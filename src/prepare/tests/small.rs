//! Small sources, one trap each: counts, thresholds, windows, earlier editions, faults of a recipe.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::place::{Place, RPLS, ZONES, dwellings};
use super::prepared;

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
