use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};

use super::Books;
use crate::model::{Scale, Site};
use crate::render::fixture;

fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes.to_vec())).expect("a workbook");
    let range = book.worksheet_range(name).expect("the sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

fn row<'a>(rows: &'a [Vec<Data>], code: &str, indicator: &str, category: &str, year: f64) -> &'a [Data] {
    rows.iter()
        .find(|r| {
            r[1] == Data::String(code.into())
                && r[3] == Data::String(indicator.into())
                && (r[5] == Data::String(category.into()) || (category.is_empty() && r[5] == Data::Empty))
                && r[7] == Data::Float(year)
        })
        .expect("the row")
}

fn of(site: &Site, scale: Scale, code: &str) -> Vec<u8> {
    let published = fixture::published(site);
    let tid = site.territories.find(scale, code).expect("the territory");
    Books::new(site, &published).territory(tid).expect("a workbook")
}

#[test]
fn a_territory_has_one_row_per_cell() {
    let site = fixture::site();
    let bytes = of(&site, Scale::Commune, "59001");
    let rows = sheet(&bytes, "Données");
    assert!(
        rows[0][0]
            .to_string()
            .starts_with("Source : Portail d’essai & compagnie")
    );
    assert_eq!(rows[1][8], Data::String("Valeur".into()));
    // 4 exported indicators, one of two categories, two vintages; the rent is never exported.
    assert_eq!(rows.len(), 2 + 5 * 2);
    assert!(!format!("{rows:?}").contains("parc.loyer"));
    let zero = row(&rows, "59001", "parc.typologie", "t1", 2024.0);
    assert_eq!(
        (&zero[8], &zero[10], &zero[11]),
        (&Data::Float(0.0), &Data::Float(210.0), &Data::Empty)
    );
    let share = row(&rows, "59001", "parc.vacance", "", 2025.0);
    assert_eq!(share[8], Data::Float(4.5));
    let word = row(&rows, "59001", "occupation.urh", "", 2025.0);
    assert_eq!(word[8], Data::String("à surveiller".into()));
}

#[test]
fn a_text_stays_a_text() {
    let site = fixture::site();
    let bytes = of(&site, Scale::Commune, "59001");
    assert_eq!(sheet(&bytes, "Données")[2][2], Data::String(fixture::HOSTILE.into()));
    assert!(sheet(&bytes, "Notice")[3][1].to_string().contains(fixture::HOSTILE));
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    assert!(book.worksheet_formula("Données").expect("the sheet").is_empty());
}

#[test]
fn every_sheet_tells_its_source() {
    let site = fixture::site();
    let bytes = of(&site, Scale::Residence, "R1");
    for name in ["Notice", "Données", "Dictionnaire", "Sources"] {
        let text = format!("{:?}", sheet(&bytes, name));
        assert!(
            text.contains("Source : Portail d’essai & compagnie — Données fictives"),
            "{name}"
        );
    }
    let notice = format!("{:?}", sheet(&bytes, "Notice"));
    for words in [
        "0123abc",
        "15 octobre 2026",
        "secret statistique",
        "Répertoire d’essai : 2025",
    ] {
        assert!(notice.contains(words), "{words}");
    }
}

#[test]
fn a_theme_leaves_out_the_hidden_and_obeys_the_dictionary() {
    let site = fixture::site();
    let published = fixture::published(&site);
    let books = Books::new(&site, &published);
    let rows = sheet(&books.theme("parc", Scale::Residence).expect("a workbook"), "Données");
    // Three residences of four, two indicators of which one split, two vintages.
    assert_eq!(rows.len(), 2 + 3 * 3 * 2);
    let text = format!("{rows:?}");
    assert!(!text.contains("Petit Clos") && !text.contains("parc.vacance") && !text.contains("occupation"));
}

#[test]
fn a_hidden_cell_has_its_state_and_nothing_else() {
    let site = fixture::site();
    let rows = sheet(&of(&site, Scale::Residence, "R4"), "Données");
    for row in &rows[2..] {
        assert_eq!((&row[8], &row[10]), (&Data::Empty, &Data::Empty));
        let sign = row[11].to_string();
        assert!(sign == "s" || sign == "nd", "{sign}");
    }
}

#[test]
fn same_input_same_bytes() {
    let site = fixture::site();
    assert_eq!(of(&site, Scale::Iris, "590010101"), of(&site, Scale::Iris, "590010101"));
    let published = fixture::published(&site);
    let books = Books::new(&site, &published);
    let dictionary = books.dictionary().expect("a workbook");
    assert_eq!(dictionary, books.dictionary().expect("a workbook"));
    assert_eq!(sheet(&dictionary, "Dictionnaire").len(), 2 + 5);
}

/// Writes the fixture's workbooks for another library to read: `ATLAS_WORKBOOKS=folder cargo test`.
#[test]
fn for_other_readers() {
    let Some(folder) = std::env::var_os("ATLAS_WORKBOOKS") else {
        return;
    };
    let site = fixture::site();
    let folder = std::path::PathBuf::from(folder);
    crate::fs::write(&folder.join("commune.xlsx"), &of(&site, Scale::Commune, "59001")).expect("written");
    let published = fixture::published(&site);
    let theme = Books::new(&site, &published)
        .theme("parc", Scale::Iris)
        .expect("a workbook");
    crate::fs::write(&folder.join("theme.xlsx"), &theme).expect("written");
}
