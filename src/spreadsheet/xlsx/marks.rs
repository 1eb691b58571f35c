//! What the cells of a workbook do not say and its author sees: hidden rows, struck-through cells.
//!
//! Read beside the cells, from the parts of the archive; what is missing or damaged there marks nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::{Limits, Marks, attribute};

type Archive<'b> = zip::ZipArchive<Cursor<&'b [u8]>>;

/// Marks of each sheet, by its name.
pub(super) fn read(bytes: &[u8], limits: Limits) -> BTreeMap<String, Marks> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return BTreeMap::new();
    };
    let mut ids = Vec::new();
    each_tag(&mut archive, "xl/workbook.xml", limits, |tag| {
        if tag.local_name().as_ref() == "sheet" {
            ids.extend(attribute(tag, "name").zip(attribute(tag, "id")));
        }
    });
    let mut targets = BTreeMap::new();
    each_tag(&mut archive, "xl/_rels/workbook.xml.rels", limits, |tag| {
        targets.extend(attribute(tag, "Id").zip(attribute(tag, "Target")));
    });
    let struck = struck_styles(&mut archive, limits);
    let marks = |(name, id): (String, String)| {
        let target = targets.get(&id)?;
        let path = target
            .strip_prefix('/')
            .map_or_else(|| format!("xl/{target}"), str::to_owned);
        Some((name, sheet(&mut archive, &path, &struck, limits)))
    };
    ids.into_iter().filter_map(marks).collect()
}

/// Ranks of the cell styles whose font is struck through.
fn struck_styles(archive: &mut Archive<'_>, limits: Limits) -> BTreeSet<usize> {
    let (mut part, mut fonts, mut styles) = (String::new(), Vec::new(), Vec::new());
    each_tag(archive, "xl/styles.xml", limits, |tag| {
        match tag.local_name().as_ref() {
            name @ ("fonts" | "fills" | "borders" | "cellStyleXfs" | "cellXfs" | "cellStyles" | "dxfs") => {
                name.clone_into(&mut part);
            }
            "font" if part == "fonts" => fonts.push(false),
            "strike" if part == "fonts" => {
                if let Some(last) = fonts.last_mut() {
                    *last = is_true(attribute(tag, "val").as_deref().unwrap_or("1"));
                }
            }
            "xf" if part == "cellXfs" => styles.push(attribute(tag, "fontId").and_then(|f| f.parse::<usize>().ok())),
            _ => {}
        }
    });
    let is_struck = |font: &Option<usize>| font.and_then(|f| fonts.get(f).copied()).unwrap_or(false);
    (0..styles.len()).filter(|i| is_struck(&styles[*i])).collect()
}

fn sheet(archive: &mut Archive<'_>, path: &str, struck: &BTreeSet<usize>, limits: Limits) -> Marks {
    let mut marks = Marks::default();
    let (mut row, mut column) = (0_usize, 0_usize);
    each_tag(archive, path, limits, |tag| match tag.local_name().as_ref() {
        "row" => {
            row = attribute(tag, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
            column = 0;
            if attribute(tag, "hidden").is_some_and(|h| is_true(&h)) {
                marks.hidden.insert(row);
            }
        }
        "c" => {
            column = attribute(tag, "r").map_or(column + 1, |r| super::super::column_number(&r));
            let style = attribute(tag, "s").and_then(|s| s.parse().ok());
            if style.is_some_and(|s| struck.contains(&s)) {
                marks.struck.entry(row).or_default().insert(column);
            }
        }
        _ => {}
    });
    marks
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true" | "on")
}

/// Gives each tag of a part, in order, until its end or where it is damaged.
fn each_tag(archive: &mut Archive<'_>, part: &str, limits: Limits, mut each: impl FnMut(&BytesStart<'_>)) {
    let Ok(entry) = archive.by_name(part) else { return };
    let mut reader = Reader::from_reader(BufReader::new(entry.take(limits.inflated)));
    let mut buffer = Vec::new();
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match event {
            Event::Start(tag) | Event::Empty(tag) => each(&tag),
            Event::Eof => return,
            _ => {}
        }
        buffer.clear();
    }
}
