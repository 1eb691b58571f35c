//! OpenDocument spreadsheets: one pass over `content.xml`, repeats bounded before they are laid out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Builder, Cell, Limits, Marks, Sheet, attribute};

pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<Vec<Sheet>, String> {
    let broken = || "contenu abîmé".to_owned();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut xml = String::new();
    archive
        .by_name("content.xml")
        .map_err(|_| broken())?
        .take(limits.inflated)
        .read_to_string(&mut xml)
        .map_err(|_| broken())?;

    let mut reader = Reader::from_str(&xml);
    let mut scan = Scan::new(limits);
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(tag) => scan.open(&tag, false)?,
            Event::Empty(tag) => scan.open(&tag, true)?,
            Event::End(tag) => scan.close(tag.local_name().as_ref())?,
            Event::Text(text) => scan.text(&text.xml10_content()),
            Event::CData(text) => scan.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    scan.text(c.encode_utf8(&mut [0; 4]));
                } else if let Some(known) = quick_xml::escape::resolve_predefined_entity(&reference) {
                    scan.text(known);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(scan.sheets)
}

/// What is known of the cell being read.
struct Open {
    repeat: usize,
    rows_spanned: usize,
    value: Option<Cell>,
    text: String,
    paragraphs: usize,
}

/// A value that covers the same column on the rows below.
struct Span {
    last_row: usize,
    value: Cell,
}

struct Scan {
    builder: Builder,
    sheets: Vec<Sheet>,
    rows: BTreeMap<usize, BTreeMap<usize, Cell>>,
    name: String,
    hidden: bool,
    /// Style being read, and those whose tables are not displayed.
    style: String,
    hidden_styles: BTreeSet<String>,
    /// Styles whose text is struck through.
    struck_styles: BTreeSet<String>,
    marks: Marks,
    row: usize,
    row_repeat: usize,
    column: usize,
    line: Vec<(usize, usize, Cell)>,
    spans: BTreeMap<usize, Span>,
    cell: Option<Open>,
    /// Depth inside notes, whose text is not the cell's.
    notes: usize,
}

impl Scan {
    fn new(limits: Limits) -> Self {
        Self {
            builder: Builder::new(limits),
            sheets: Vec::new(),
            rows: BTreeMap::new(),
            name: String::new(),
            hidden: false,
            style: String::new(),
            hidden_styles: BTreeSet::new(),
            struck_styles: BTreeSet::new(),
            marks: Marks::default(),
            row: 0,
            row_repeat: 1,
            column: 0,
            line: Vec::new(),
            spans: BTreeMap::new(),
            cell: None,
            notes: 0,
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<(), String> {
        let name = tag.local_name();
        match name.as_ref() {
            "annotation" if !empty => self.notes += 1,
            "style" => self.style = attribute(tag, "name").unwrap_or_default(),
            "table-properties" if attribute(tag, "display").as_deref() == Some("false") => {
                self.hidden_styles.insert(self.style.clone());
            }
            "text-properties" => {
                let line =
                    attribute(tag, "text-line-through-style").or_else(|| attribute(tag, "text-line-through-type"));
                if line.is_some_and(|line| line != "none") {
                    self.struck_styles.insert(self.style.clone());
                }
            }
            "table" => {
                self.marks = Marks::default();
                self.hidden = attribute(tag, "style-name").is_some_and(|s| self.hidden_styles.contains(&s));
                self.name = attribute(tag, "name").unwrap_or_default();
                self.row = 0;
                self.rows.clear();
                self.spans.clear();
            }
            "table-row" => {
                self.row += 1;
                self.row_repeat = repeat(tag, "number-rows-repeated");
                self.column = 0;
                self.line.clear();
                if attribute(tag, "visibility").is_some_and(|v| v != "visible") {
                    self.marks.hidden.insert(self.row);
                }
                if empty {
                    self.end_row()?;
                }
            }
            "table-cell" | "covered-table-cell" => {
                self.strike(tag);
                self.cell = Some(Open {
                    repeat: repeat(tag, "number-columns-repeated"),
                    rows_spanned: repeat(tag, "number-rows-spanned"),
                    value: typed_value(tag),
                    text: String::new(),
                    paragraphs: 0,
                });
                if empty {
                    self.end_cell();
                }
            }
            "p" if self.notes == 0 => {
                if let Some(cell) = &mut self.cell {
                    if cell.paragraphs > 0 {
                        cell.text.push('\n');
                    }
                    cell.paragraphs += 1;
                }
            }
            "span" => self.strike(tag),
            "s" => {
                let spaces = " ".repeat(repeat(tag, "c").min(100));
                self.text(&spaces);
            }
            "tab" => self.text("\t"),
            "line-break" => self.text("\n"),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        match name {
            "annotation" => self.notes = self.notes.saturating_sub(1),
            "table-cell" | "covered-table-cell" => self.end_cell(),
            "table-row" => self.end_row()?,
            "table" => {
                let rows = std::mem::take(&mut self.rows);
                let marks = std::mem::take(&mut self.marks);
                self.sheets
                    .push(Builder::sheet(Some(self.name.clone()), self.hidden, rows, marks));
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes a cell whose style, or that of its text, is struck through.
    fn strike(&mut self, tag: &BytesStart<'_>) {
        let style = attribute(tag, "style-name");
        if self.notes == 0 && style.is_some_and(|s| self.struck_styles.contains(&s)) {
            // A cell that opens comes after those met; the text of one is inside it.
            let column = self.column + 1;
            self.marks.struck.entry(self.row).or_default().insert(column);
        }
    }

    fn text(&mut self, text: &str) {
        if self.notes == 0
            && let Some(cell) = &mut self.cell
            && cell.paragraphs > 0
        {
            cell.text.push_str(text);
        }
    }

    fn end_cell(&mut self) {
        let Some(open) = self.cell.take() else { return };
        let first = self.column + 1;
        self.column = self.column.saturating_add(open.repeat);
        let value = open
            .value
            .or_else(|| (!open.text.trim().is_empty()).then_some(Cell::Text(open.text)));
        if let Some(value) = value {
            if open.rows_spanned > 1 {
                let last_row = self.row.saturating_add(open.rows_spanned - 1);
                let value = value.clone();
                self.spans.insert(first, Span { last_row, value });
            }
            self.line.push((first, open.repeat, value));
        }
    }

    fn end_row(&mut self) -> Result<(), String> {
        let line = std::mem::take(&mut self.line);
        // A span that ended weighs on no row below, however many there are.
        let row = self.row;
        self.spans.retain(|_, span| span.last_row >= row);
        let place = |name: &str, why: String| format!("feuille « {name} » : {why}");
        if !line.is_empty() {
            for row in 0..self.row_repeat {
                for (first, repeat, value) in &line {
                    for column in 0..*repeat {
                        self.builder
                            .put(&mut self.rows, self.row + row, first + column, value.clone())
                            .map_err(|why| place(&self.name, why))?;
                    }
                }
                for (column, span) in &self.spans {
                    let filled = self.rows.get(&(self.row + row)).is_some_and(|r| r.contains_key(column));
                    if span.last_row >= self.row + row && !filled {
                        self.builder
                            .put(&mut self.rows, self.row + row, *column, span.value.clone())
                            .map_err(|why| place(&self.name, why))?;
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeat - 1);
        self.row_repeat = 1;
        Ok(())
    }
}

fn repeat(tag: &BytesStart<'_>, name: &str) -> usize {
    attribute(tag, name)
        .and_then(|n| n.parse().ok())
        .filter(|n| *n > 0)
        .unwrap_or(1)
}

/// Reads the value an attribute carries; a text is read from the paragraphs.
fn typed_value(tag: &BytesStart<'_>) -> Option<Cell> {
    match attribute(tag, "value-type")?.as_str() {
        "date" => attribute(tag, "date-value")?.get(..10)?.parse().ok().map(Cell::Date),
        "float" | "percentage" | "currency" => attribute(tag, "value")?.parse().ok().map(Cell::Number),
        "boolean" => Some(Cell::Bool(attribute(tag, "boolean-value")? == "true")),
        _ => None,
    }
}
