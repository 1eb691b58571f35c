//! What surrounds the sheets of a workbook: its container, its index, its styles, its heads and feet.
//!
//! - Enters: the bytes of a workbook, and its parts as texts.
//! - Leaves: whatever the atlas does not write there, where a number could stand unseen.
//! - Stays out: the cells, read in [`super::book`].

use std::io::Cursor;

use zip::ZipArchive;

use super::counted::{counted, number_words};
use super::said::is_bare;
use super::scan::{Piece, Scanner, attributes, decode};

/// What is wrong with the container: bytes, comments or fields that no part explains.
pub(super) fn container(bytes: &[u8], archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<&'static str> {
    /// Length of the end of a container without comment.
    const END: usize = 22;
    let last = bytes.len().checked_sub(END).and_then(|at| bytes.get(at..));
    let ends = last.is_some_and(|end| end.starts_with(b"PK\x05\x06") && end[20..] == [0, 0]);
    if !archive.comment().is_empty() || !ends {
        return Some("des octets suivent le classeur, ou un commentaire");
    }
    let mut places = Vec::with_capacity(archive.len());
    let mut centre = u64::MAX;
    for i in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(i) else {
            return Some("une partie du classeur est illisible");
        };
        if !part.comment().is_empty() || part.extra_data().is_some_and(|extra| !extra.is_empty()) {
            return Some("une partie du classeur porte un commentaire ou un champ");
        }
        centre = centre.min(part.central_header_start());
        places.push((
            part.header_start(),
            part.data_start().saturating_add(part.compressed_size()),
        ));
    }
    places.sort_unstable();
    places.push((centre, 0));
    // A part may be followed by its size, never by anything else.
    let joined = places
        .windows(2)
        .all(|w| matches!(w[1].0.checked_sub(w[0].1), Some(0 | 12 | 16 | 20 | 24)));
    let starts = places.first().is_some_and(|p| p.0 == 0);
    (!joined || !starts).then_some("des octets du classeur ne sont d’aucune partie")
}

/// Whether a part is named by the index of the workbook.
pub(super) fn is_named(name: &str, index: &str) -> bool {
    name == "[Content_Types].xml" || name.ends_with(".rels") || index.contains(&format!("PartName=\"/{name}\""))
}

/// What is wrong with a small part, read by its name.
pub(super) fn part(name: &str, text: &str) -> Vec<String> {
    if name.ends_with(".rels") {
        return relations(text);
    }
    match name {
        "xl/styles.xml" => formats(text),
        "docProps/app.xml" => application(text),
        _ if name.starts_with("xl/tables/") => table(text),
        _ => Vec::new(),
    }
}

fn opened(text: &str) -> impl Iterator<Item = (&str, &str)> {
    Scanner::new(text).filter_map(|piece| match piece {
        Piece::Open { name, attributes, .. } => Some((name, attributes)),
        _ => None,
    })
}

/// A workbook points to its own parts only.
fn relations(text: &str) -> Vec<String> {
    const KNOWN: [&str; 8] = [
        "worksheet",
        "theme",
        "styles",
        "sharedStrings",
        "table",
        "officeDocument",
        "core-properties",
        "extended-properties",
    ];
    let mut found = Vec::new();
    for (key, value) in opened(text)
        .filter(|(name, _)| *name == "Relationship")
        .flat_map(|(_, own)| attributes(own))
    {
        let kind = value.rsplit('/').next().unwrap_or("");
        if key == "TargetMode" || key == "Type" && !KNOWN.contains(&kind) {
            found.push(format!("lien « {kind} » inattendu dans le classeur"));
        }
    }
    found
}

/// A format of numbers has no text, nor any digit but zeros.
fn formats(text: &str) -> Vec<String> {
    let codes = opened(text)
        .filter(|(name, _)| *name == "numFmt")
        .flat_map(|(_, own)| attributes(own));
    codes
        .filter(|(key, code)| {
            *key == "formatCode" && !code.chars().all(|c| matches!(c, '#' | ',' | '0' | '.' | '%' | ' '))
        })
        .map(|(_, code)| {
            format!(
                "un format de nombre écrit autre chose que le nombre : « {} »",
                decode(code)
            )
        })
        .collect()
}

/// Properties that every workbook has; their texts count nothing.
fn application(text: &str) -> Vec<String> {
    const KNOWN: [&str; 17] = [
        "Properties",
        "Application",
        "DocSecurity",
        "ScaleCrop",
        "HeadingPairs",
        "vector",
        "variant",
        "lpstr",
        "i4",
        "TitlesOfParts",
        "Company",
        "LinksUpToDate",
        "SharedDoc",
        "HyperlinksChanged",
        "AppVersion",
        "TotalTime",
        "Template",
    ];
    let mut found = Vec::new();
    let mut last = "";
    for piece in Scanner::new(text) {
        match piece {
            Piece::Open { name, .. } if !name.starts_with('?') => {
                last = name.rsplit(':').next().unwrap_or(name);
                if !KNOWN.contains(&last) {
                    found.push(format!("propriété « {last} » non prévue dans le classeur"));
                }
            }
            Piece::Text(words) if !matches!(last, "i4" | "AppVersion" | "DocSecurity" | "TotalTime") => {
                found.extend(
                    a_number(&decode(words)).map(|n| format!("nombre dans une propriété du classeur : « {n} »")),
                );
            }
            Piece::Comment(_) => found.push("commentaire dans une propriété du classeur".to_owned()),
            _ => {}
        }
    }
    found
}

/// Heads of columns are words.
fn table(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, own) in opened(text) {
        for (key, value) in attributes(own) {
            let odd = matches!(
                key,
                "totalsRowLabel" | "comment" | "totalsRowFunction" | "dataCellStyle"
            );
            if odd || name == "tableColumn" && key == "name" && a_number(&decode(value)).is_some() {
                found.push(format!("« {key} » d’une table du classeur porte un nombre"));
            }
        }
    }
    found
}

/// A number of something, or a number alone, in a text.
pub(super) fn a_number(text: &str) -> Option<String> {
    let text = text.trim();
    let alone = || (is_bare(text) && text.bytes().any(|b| b.is_ascii_digit())).then(|| text.to_owned());
    let words = || number_words(text).then(|| text.to_owned());
    counted(text).or_else(alone).or_else(words)
}

/// Elements of a sheet that the atlas writes around its rows.
pub(super) fn is_sheet(name: &str) -> bool {
    matches!(
        name,
        "worksheet"
            | "sheetPr"
            | "pageSetUpPr"
            | "outlinePr"
            | "tabColor"
            | "dimension"
            | "sheetViews"
            | "sheetView"
            | "pane"
            | "selection"
            | "sheetFormatPr"
            | "cols"
            | "col"
            | "sheetData"
            | "row"
            | "c"
            | "v"
            | "f"
            | "is"
            | "t"
            | "autoFilter"
            | "mergeCells"
            | "mergeCell"
            | "pageMargins"
            | "pageSetup"
            | "headerFooter"
            | "oddHeader"
            | "oddFooter"
            | "evenHeader"
            | "evenFooter"
            | "firstHeader"
            | "firstFooter"
            | "tableParts"
            | "tablePart"
            | "printOptions"
    ) || name.starts_with('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_the_sheets_says_no_number() {
        let rels =
            |kind: &str| format!("<Relationships><Relationship Type=\"x/{kind}\" Target=\"y\"/></Relationships>");
        assert!(part("xl/_rels/workbook.xml.rels", &rels("worksheet")).is_empty());
        assert_eq!(part("xl/_rels/workbook.xml.rels", &rels("hyperlink")).len(), 1);
        let format = |code: &str| format!("<numFmt numFmtId=\"164\" formatCode=\"{code}\"/>");
        assert!(part("xl/styles.xml", &format("#,##0.00")).is_empty());
        assert_eq!(part("xl/styles.xml", &format("&quot;7&quot;")).len(), 1);
        let app = |own: &str| format!("<Properties><Application>Microsoft Excel</Application>{own}</Properties>");
        assert!(part("docProps/app.xml", &app("<Company>Rive</Company><vt:i4>4</vt:i4>")).is_empty());
        assert_eq!(
            part("docProps/app.xml", &app("<Company>7 logements</Company>")).len(),
            1
        );
        assert_eq!(part("docProps/app.xml", &app("<Manager>x</Manager>")).len(), 1);
        assert_eq!(
            part(
                "xl/tables/table1.xml",
                "<table><tableColumn id=\"1\" name=\"7\"/></table>"
            )
            .len(),
            1
        );
        assert!(!is_named(
            "xl/worksheets/sheet9.xml",
            "<Override PartName=\"/xl/worksheets/sheet1.xml\"/>"
        ));
        assert!(is_sheet("oddFooter") && !is_sheet("dataValidation") && !is_sheet("hyperlink"));
    }
}
