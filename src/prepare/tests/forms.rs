//! Forms of files: states in words, workbooks, Parquet, equipment, squares, coordinates.

use super::place::{Place, RPLS, dwellings};

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
