//! What an archive asks of a printed PDF beyond what the browser writes: PDF/A-2, level B.
//!
//! The browser embeds the fonts and tags the structure. This adds, as an incremental update, what is missing: metadata in
//! XMP, the colour space that the colours are meant in (sRGB), and the identifier of the file. The bytes of the browser stay
//! as they are, before the update.
//!
//! Source: ISO 32000-1, 7.5.6 (incremental updates) and 14.11.5 (output intents); ISO 19005-2, 6.2.3 and 6.6.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::profile;

/// Makes a PDF archivable under a title, in French; none when it is not of the form that Chromium writes, or is already.
pub(super) fn archivable(pdf: &[u8], title: &str) -> Option<Vec<u8>> {
    let start = number(&pdf[rfind(pdf, b"startxref")? + 9..])?;
    let offsets = cross_references(pdf.get(start..)?)?;
    let trailer = &pdf[start + find(&pdf[start..], b"trailer")?..];
    let size = number(value(trailer, b"/Size")?)?;
    let (root, info) = (number(value(trailer, b"/Root")?)?, number(value(trailer, b"/Info")?)?);
    let catalog = dictionary(pdf.get(*offsets.get(&root)?..)?)?;
    if find(catalog, b"/Metadata").is_some() || find(catalog, b"/OutputIntents").is_some() {
        return None;
    }
    let old = dictionary(pdf.get(*offsets.get(&info)?..)?)?;
    let producer = literal(old, b"/Producer")?;
    let date = literal(old, b"/CreationDate")?;
    let iso = iso_date(&date)?;

    let (metadata, intent, icc) = (size, size + 1, size + 2);
    let creator = concat!("Atlas ", env!("CARGO_PKG_VERSION"));
    let mut catalog = catalog.to_vec();
    catalog.extend(format!("\n/Metadata {metadata} 0 R\n/OutputIntents [{intent} 0 R]").bytes());
    let xmp = xmp(title, creator, &producer, &iso);
    let srgb = profile::srgb();
    let objects = BTreeMap::from([
        (root, [b"<<".as_slice(), &catalog, b">>"].concat()),
        (
            info,
            format!(
                "<</Title <{}>\n/Creator ({creator})\n/Producer ({producer})\n/CreationDate ({date})\n/ModDate ({date})>>",
                utf16(title)
            )
            .into_bytes(),
        ),
        (metadata, stream("/Type /Metadata /Subtype /XML", xmp.as_bytes())),
        (
            intent,
            format!(
                "<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) /DestOutputProfile {icc} 0 R>>"
            )
            .into_bytes(),
        ),
        (icc, stream("/N 3", &srgb)),
    ]);

    let mut out = pdf.to_vec();
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    let mut table = String::from("xref\n");
    for (id, body) in &objects {
        let _ = write!(table, "{id} 1\n{:010} 00000 n \n", out.len());
        out.extend(format!("{id} 0 obj\n").bytes());
        out.extend(body);
        out.extend(b"\nendobj\n");
    }
    let hash = blake3::hash(&out).to_hex();
    let id = &hash[..32];
    let end = out.len();
    out.extend(
        format!(
            "{table}trailer\n<</Size {}\n/Root {root} 0 R\n/Info {info} 0 R\n/Prev {start}\n/ID [<{id}> <{id}>]>>\nstartxref\n{end}\n%%EOF\n",
            icc + 1
        )
        .bytes(),
    );
    Some(out)
}

fn stream(keys: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<<{keys} /Length {}>>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// Offsets of the objects of a cross-reference table, by number; none for another form of it.
fn cross_references(table: &[u8]) -> Option<BTreeMap<usize, usize>> {
    let text = table.get(..find(table, b"trailer")?)?;
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
    if words.next()? != "xref" {
        return None;
    }
    let mut offsets = BTreeMap::new();
    while let Some(first) = words.next() {
        let (first, count): (usize, usize) = (first.parse().ok()?, words.next()?.parse().ok()?);
        for id in first..first.checked_add(count)? {
            let (offset, _generation, kind) = (words.next()?, words.next()?, words.next()?);
            if kind == "n" {
                offsets.insert(id, offset.parse().ok()?);
            }
        }
    }
    Some(offsets)
}

/// Inside of the dictionary of an object that is nothing else.
fn dictionary(object: &[u8]) -> Option<&[u8]> {
    let body = object.get(..find(object, b"endobj")?)?.trim_ascii_end();
    let body = body.strip_suffix(b">>")?;
    body.get(find(body, b"<<")? + 2..)
}

/// What follows a key.
fn value<'a>(dictionary: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    dictionary.get(find(dictionary, key)? + key.len()..)
}

/// Text of a literal string that needs no escape; none for another.
fn literal(dictionary: &[u8], key: &[u8]) -> Option<String> {
    let rest = value(dictionary, key)?.trim_ascii_start().strip_prefix(b"(")?;
    let text = rest.get(..find(rest, b")")?)?;
    (text.is_ascii() && !text.iter().any(|b| b"(\\".contains(b) || b.is_ascii_control()))
        .then(|| String::from_utf8_lossy(text).into_owned())
}

/// Number that opens the bytes, blanks apart.
fn number(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.trim_ascii_start();
    let end = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, what)
}

/// `D:20261127045519+00'00'` as `2026-11-27T04:55:19+00:00`.
fn iso_date(date: &str) -> Option<String> {
    let digits = date.strip_prefix("D:")?;
    if !digits.is_ascii() || digits.len() < 14 || !digits[..14].bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let zone: String = digits[14..].replace('\'', ":").trim_end_matches(':').to_owned();
    let zone = if zone.is_empty() { "Z".to_owned() } else { zone };
    Some(format!(
        "{}-{}-{}T{}:{}:{}{zone}",
        &digits[..4],
        &digits[4..6],
        &digits[6..8],
        &digits[8..10],
        &digits[10..12],
        &digits[12..14]
    ))
}

/// Text in UTF-16 with its mark, in hexadecimal.
fn utf16(text: &str) -> String {
    text.encode_utf16().fold("FEFF".to_owned(), |mut out, unit| {
        let _ = write!(out, "{unit:04X}");
        out
    })
}

fn xmp(title: &str, creator: &str, producer: &str, date: &str) -> String {
    let text = |s: &str| s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        r#"<?xpacket begin="{mark}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>fr</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#,
        mark = '\u{FEFF}',
        title = text(title),
        creator = text(creator),
        producer = text(producer),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the form that the browser writes: catalogue, information, table.
    fn printed(catalog: &str) -> Vec<u8> {
        let mut out = String::from("%PDF-1.4\n");
        let info = out.len();
        out.push_str("1 0 obj\n<</Title (x)\n/Creator (y \\(z\\))\n/Producer (Skia/PDF m156)\n/CreationDate (D:20261127045519+00'00')>>\nendobj\n");
        let root = out.len();
        out.push_str(&format!("2 0 obj\n<<{catalog}>>\nendobj\n"));
        let start = out.len();
        out.push_str(&format!(
            "xref\n0 3\n0000000000 65535 f \n{info:010} 00000 n \n{root:010} 00000 n \ntrailer\n<</Size 3\n/Root 2 0 R\n/Info 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
        ));
        out.into_bytes()
    }

    #[test]
    fn the_update_keeps_the_file_and_adds_what_an_archive_asks() {
        let before = printed("/Type /Catalog\n/Lang (fr)");
        let after = archivable(&before, "L’Été & Cie").expect("of the form known");
        assert!(after.starts_with(&before));
        // Each object of the update is where its table says, and the table where the last line says.
        let start = number(&after[rfind(&after, b"startxref").expect("an end") + 9..]).expect("a table");
        let offsets = cross_references(&after[start..]).expect("a table");
        assert_eq!(offsets.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        for (id, offset) in offsets {
            assert!(after[offset..].starts_with(format!("{id} 0 obj\n<<").as_bytes()));
        }
        let added = String::from_utf8_lossy(&after[before.len()..]).into_owned();
        assert!(added.contains("<</Type /Catalog\n/Lang (fr)\n/Metadata 3 0 R\n/OutputIntents [4 0 R]>>"));
        assert!(added.contains("L’Été &amp; Cie") && added.contains("<FEFF004C201900C9"));
        assert!(added.contains("<xmp:CreateDate>2026-11-27T04:55:19+00:00<"));
        assert!(added.contains("/Producer (Skia/PDF m156)") && added.contains("/Prev "));
    }

    #[test]
    fn a_file_that_is_archivable_or_of_another_form_is_left() {
        assert_eq!(archivable(&printed("/Type /Catalog /Metadata 9 0 R"), "x"), None);
        assert_eq!(archivable(b"%PDF-1.7\nstartxref\n4\n%%EOF", "x"), None);
        assert_eq!(archivable(b"", "x"), None);
    }
}
