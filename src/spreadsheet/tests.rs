use std::io::Write as _;

use super::*;

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in entries {
        writer.start_file(*name, options).expect("a new entry");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn workbook(sheet: &str) -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        (
            "_rels/.rels",
            b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            b"<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Agents\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn texts(sheet: &Sheet) -> Vec<(usize, Vec<(usize, String)>)> {
    let row = |r: &Row| (r.number, r.cells.iter().map(|(c, v)| (*c, v.to_text())).collect());
    sheet.rows.iter().map(row).collect()
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let sheet = "<worksheet><dimension ref=\"A1:ZZ1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>un</t></is></c></row><row r=\"1048576\"><c r=\"ZZ1048576\"><v>2</v></c></row></sheetData></worksheet>";
    let sheets = read(Path::new("liste.xlsx"), workbook(sheet), Limits::LIST).expect("two cells");
    assert_eq!(
        texts(&sheets[0]),
        [
            (1, vec![(1, "un".to_owned())]),
            (1_048_576, vec![(702, "2".to_owned())])
        ]
    );
}

#[test]
fn a_merged_cell_is_repeated_on_its_rows() {
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Lille</t></is></c><c r=\"B1\"><v>1</v></c></row><row r=\"2\"><c r=\"B2\"><v>2</v></c></row></sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>";
    let sheets = read(Path::new("liste.xlsx"), workbook(sheet), Limits::LIST).expect("a merged cell");
    assert_eq!(sheets[0].rows[1].cells.get(&1), Some(&Cell::Text("Lille".to_owned())));
}

#[test]
fn a_bomb_is_refused_before_it_inflates() {
    let zeros = vec![b' '; 40 << 20];
    let bomb = zipped(&[("xl/workbook.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    let error = read(Path::new("bombe.xlsx"), bomb, Limits::LIST).expect_err("a bomb");
    assert!(error.to_string().contains("fichier trop grand"), "{error}");
}

#[test]
fn an_opendocument_repeats_within_limits() {
    let content = |cells: &str| {
        format!(
            "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><table:table table:name=\"Agents\">{cells}</table:table></office:document-content>"
        )
    };
    let plain = content(
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"3\"/></table:table-row>\
         <table:table-row><table:table-cell table:number-rows-spanned=\"2\" office:value-type=\"string\"><office:annotation><text:p>note</text:p></office:annotation><text:p>L&apos;a &amp; b</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"date\" office:date-value=\"2026-03-01T00:00:00\"><text:p>01/03/26</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:covered-table-cell/><table:table-cell office:value-type=\"float\" office:value=\"4\"><text:p>4,0</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048572\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>",
    );
    let sheets = read(
        Path::new("l.ods"),
        zipped(&[("content.xml", plain.as_bytes())]),
        Limits::LIST,
    )
    .expect("a list");
    assert_eq!(
        texts(&sheets[0]),
        [
            (3, vec![(1, "L'a & b".to_owned()), (2, "2026-03-01".to_owned())]),
            (4, vec![(1, "L'a & b".to_owned()), (2, "4".to_owned())]),
        ]
    );
    let bomb = content(
        "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"><text:p>x</text:p></table:table-cell></table:table-row>",
    );
    let error = read(
        Path::new("l.ods"),
        zipped(&[("content.xml", bomb.as_bytes())]),
        Limits::LIST,
    )
    .expect_err("a bomb");
    assert!(error.to_string().contains("cellules remplies"), "{error}");
}

#[test]
fn a_hidden_sheet_is_known_as_such() {
    let content = "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:style=\"s\"><office:automatic-styles>\
        <style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties table:display=\"true\"/></style:style>\
        <style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>\
        <table:table table:name=\"a\" table:style-name=\"ta1\"/><table:table table:name=\"b\" table:style-name=\"ta2\"></table:table><table:table table:name=\"c\"></table:table></office:document-content>";
    let sheets = read(
        Path::new("l.ods"),
        zipped(&[("content.xml", content.as_bytes())]),
        Limits::LIST,
    )
    .expect("sheets");
    let hidden: Vec<(Option<&str>, bool)> = sheets.iter().map(|s| (s.name.as_deref(), s.hidden)).collect();
    assert_eq!(hidden, [(Some("b"), true), (Some("c"), false)]);
}

#[test]
fn many_spans_over_many_rows_stay_quick() {
    let spans = "<t:table-cell t:number-rows-spanned=\"2\" o:value-type=\"float\" o:value=\"1\"/>".repeat(16_000);
    let rows = "<t:table-row><t:table-cell o:value-type=\"float\" o:value=\"1\"/></t:table-row>".repeat(300_000);
    let content = format!(
        "<o:d xmlns:o=\"o\" xmlns:t=\"t\"><t:table t:name=\"a\"><t:table-row>{spans}</t:table-row>{rows}</t:table></o:d>"
    );
    let start = std::time::Instant::now();
    read(
        Path::new("l.ods"),
        zipped(&[("content.xml", content.as_bytes())]),
        Limits::LIST,
    )
    .expect("a sheet");
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn finds_encoding_and_separator() {
    let read = |bytes: &[u8]| texts(&read(Path::new("l.csv"), bytes.to_vec(), Limits::LIST).expect("a table")[0]);
    let expected = vec![(1, vec![(1, "Nom".to_owned()), (2, "Prénom".to_owned())])];
    assert_eq!(read(b"Nom;Pr\xE9nom\r\n"), expected);
    assert_eq!(read("\u{feff}Nom,Prénom\n\n,\n".as_bytes()), expected);
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain("Nom\tPrénom\r\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(&utf16), expected);
}

#[test]
fn old_and_broken_workbooks_say_what_to_do() {
    for bytes in [
        &b"\xD0\xCF\x11\xE0\xA1\xB1"[..],
        b"PK\x03\x04truncated",
        b"\x00\x01\x02",
    ] {
        let error = read(Path::new("l.xls"), bytes.to_vec(), Limits::LIST).expect_err("not a table");
        assert!(error.to_string().contains("aide : "), "{error}");
    }
}

#[test]
fn names_columns_as_spreadsheets_do() {
    assert_eq!([1, 26, 27, 702, 703].map(column_letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    assert_eq!(serial_date(45_728.0), NaiveDate::from_ymd_opt(2025, 3, 12));
    assert_eq!(serial_date(59_350.0), NaiveDate::from_ymd_opt(2062, 6, 28));
    assert_eq!(serial_date(3.0), None);
}

#[test]
fn endless_lines_and_cells_are_refused() {
    for text in [
        format!("a;b\n{}", ";".repeat(20_000)),
        format!("a;b\n\"{}", "x;\n".repeat(20_000)),
    ] {
        assert!(read(Path::new("l.csv"), text.into_bytes(), Limits::LIST).is_err());
    }
}

#[test]
fn lines_are_those_an_editor_shows_under_windows_too() {
    let text = b"nom;code\r\n\r\n\"deux\r\nlignes\";1\r\nfin;2\r\n".to_vec();
    let sheets = read(Path::new("l.csv"), text, Limits::LIST).expect("a table");
    let lines: Vec<usize> = sheets[0].rows.iter().map(|r| r.number).collect();
    assert_eq!(lines, [1, 3, 5]);
}
