//! The mold of the workbooks of a scale: cast once, poured for each territory.
//!
//! rust_xlsxwriter makes a whole workbook with every row of « Données » but no place and no figure. Its sheets are then
//! cut where those belong, and its other parts are copied as they are, already compressed.

use std::io::{Cursor, Write};

use rust_xlsxwriter::XlsxError;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::diag::{Diagnostic, Diagnostics, Result, foreign};
use crate::disclosure::{Figure, Published};
use crate::format;
use crate::model::{Cell, Iid, Indicator, Scale, Site, Tid, Vintage};

use super::dictionary::vintages;
use super::rows;
use super::sheets::{self, Look, Notice, SUBJECT_ROW};

/// Columns of « Données ». Code, place, value, base and state are poured; the others are cast.
const COLUMNS: [(&str, f64); 12] = [
    ("Échelle", 11.0),
    ("Code", 12.0),
    ("Lieu", 28.0),
    ("Indicateur", 26.0),
    ("Libellé", 38.0),
    ("Catégorie", 14.0),
    ("Intitulé de la catégorie", 26.0),
    ("Millésime", 11.0),
    ("Valeur", 12.0),
    ("Unité", 10.0),
    ("n", 9.0),
    ("État", 7.0),
];

const MEANINGS: [(&str, &str); 12] = [
    ("Échelle", "metropole, commune, iris, qpv ou residence"),
    ("Code", "code du territoire, en texte"),
    ("Lieu", "nom du territoire"),
    ("Indicateur", "identifiant dans le dictionnaire"),
    ("Libellé", "nom de l’indicateur"),
    ("Catégorie", "modalité, pour un indicateur réparti ; vide sinon"),
    ("Intitulé de la catégorie", "nom de la modalité"),
    ("Millésime", "année, ou fenêtre d’années cumulées (2023-2025)"),
    (
        "Valeur",
        "nombre, arrondi comme sur la page ; mot pour un classement ; vide s’il y a un état",
    ),
    ("Unité", "unité de la valeur"),
    (
        "n",
        "logements ou attributions sur lesquels porte le chiffre, quand ils sont publiés",
    ),
    ("État", "vide pour un chiffre publié ; sinon l’un des signes ci-dessus"),
];

const DATA: &str = "xl/worksheets/sheet2.xml";
const NOTICE: &str = "xl/worksheets/sheet1.xml";
const TABLE: &str = "xl/tables/table1.xml";

/// A piece of a row: what is cast, and where the rest is poured.
enum Piece {
    Cast(String),
    Row,
    Code,
    Name,
    /// Style of the cell, as its attribute.
    Value(String),
    Base(String),
    State(String),
}

/// A workbook without place nor figure.
pub(super) struct Mold {
    archive: Vec<u8>,
    notice: String,
    subject_style: String,
    head: String,
    rows: Vec<Vec<Piece>>,
    tail: String,
    table: String,
    cells: Vec<Cell>,
}

/// What a mold is cast for.
pub(super) struct Cast<'a> {
    /// Scale of the territories.
    pub(super) scale: Scale,
    /// Title of the workbook.
    pub(super) title: String,
    /// What a row is, and which vintages are kept.
    pub(super) contents: String,
    /// Rows of each territory.
    pub(super) cells: Vec<Cell>,
    pub(super) site: &'a Site,
    pub(super) published: &'a Published,
}

impl Mold {
    /// Casts a mold.
    ///
    /// # Errors
    /// A text longer than a cell of Excel can hold (32,767 characters).
    pub(super) fn cast(cast: Cast) -> Result<Self> {
        let bytes = workbook(&cast).map_err(|e| sheets::failed(&e))?;
        let mut archive = ZipArchive::new(Cursor::new(&bytes[..])).map_err(|e| broken(&e))?;
        let mut text = |name: &str| -> Result<String> {
            let file = archive.by_name(name).map_err(|e| broken(&e))?;
            std::io::read_to_string(file).map_err(|e| broken(&ZipError::Io(e)))
        };
        let data = text(DATA)?;
        let (notice, table) = (text(NOTICE)?, text(TABLE)?);
        let cut = || {
            let (head, rest) = data.split_once("<row r=\"3\"")?;
            let (body, tail) = rest.split_once("</sheetData>")?;
            let rows = format!("<row r=\"3\"{body}");
            let rows: Option<Vec<Vec<Piece>>> = rows.split_inclusive("</row>").map(pieces).collect();
            let (_, subject, _) = cell(&notice, &format!("B{}", SUBJECT_ROW + 1))?;
            Some((
                head.to_owned(),
                rows?,
                format!("</sheetData>{tail}"),
                subject.to_owned(),
            ))
        };
        let (head, rows, tail, subject_style) = cut().ok_or_else(unexpected)?;
        if rows.len() != cast.cells.len() {
            return Err(unexpected());
        }
        Ok(Self {
            archive: bytes,
            notice,
            subject_style,
            head,
            rows,
            tail,
            table,
            cells: cast.cells,
        })
    }

    /// Pours the figures of some territories of the scale, which `subject` names.
    pub(super) fn pour(&self, site: &Site, published: &Published, subject: &str, tids: &[Tid]) -> Result<Vec<u8>> {
        self.write(site, published, subject, tids).map_err(|e| broken(&e))
    }

    fn write(
        &self,
        site: &Site,
        published: &Published,
        subject: &str,
        tids: &[Tid],
    ) -> std::result::Result<Vec<u8>, ZipError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(3))
            .last_modified_time(DateTime::default());
        let mut source = ZipArchive::new(Cursor::new(&self.archive[..]))?;
        let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(self.archive.len() * 2)));
        let last = tids.len() * self.rows.len() + 2;
        let width = self.rows.len() + 2;
        for i in 0..source.len() {
            let file = source.by_index_raw(i)?;
            match file.name() {
                NOTICE => {
                    drop(file);
                    out.start_file(NOTICE, options)?;
                    out.write_all(self.subject(subject).as_bytes())?;
                }
                TABLE => {
                    drop(file);
                    out.start_file(TABLE, options)?;
                    let table = self.table.replace(&format!("A2:L{width}\""), &format!("A2:L{last}\""));
                    out.write_all(table.as_bytes())?;
                }
                DATA => {
                    drop(file);
                    out.start_file(DATA, options)?;
                    let head = self.head.replace(&format!("A1:L{width}\""), &format!("A1:L{last}\""));
                    out.write_all(head.as_bytes())?;
                    let mut text = String::with_capacity(1 << 16);
                    let mut row = 3;
                    for &tid in tids {
                        let place = Poured::new(site, tid);
                        for (pieces, cell) in self.rows.iter().zip(&self.cells) {
                            let indicator = site.dictionary.get(cell.indicator);
                            let figure = published.export(&site.territories, tid, cell);
                            place.pour(&mut text, pieces, row, indicator, figure);
                            row += 1;
                        }
                        if text.len() > 1 << 15 {
                            out.write_all(text.as_bytes())?;
                            text.clear();
                        }
                    }
                    out.write_all(text.as_bytes())?;
                    out.write_all(self.tail.as_bytes())?;
                }
                _ => out.raw_copy_file(file)?,
            }
        }
        Ok(out.finish()?.into_inner())
    }

    fn subject(&self, subject: &str) -> String {
        let reference = format!("B{}", SUBJECT_ROW + 1);
        let Some((before, _, after)) = cell(&self.notice, &reference) else {
            return self.notice.clone();
        };
        let mut out = before.to_owned();
        out.push_str("<c r=\"");
        out.push_str(&reference);
        inline(&mut out, &self.subject_style, subject);
        out.push_str(after);
        out
    }
}

/// The place of a territory, escaped once.
struct Poured {
    code: String,
    name: String,
}

impl Poured {
    fn new(site: &Site, tid: Tid) -> Self {
        let territory = site.territories.get(tid);
        Self {
            code: escape(territory.code.as_str()),
            name: escape(&territory.name),
        }
    }

    fn pour(&self, out: &mut String, pieces: &[Piece], row: usize, indicator: &Indicator, figure: Option<Figure>) {
        for piece in pieces {
            match piece {
                Piece::Cast(text) => out.push_str(text),
                Piece::Row => push(out, row),
                Piece::Code => out.push_str(&self.code),
                Piece::Name => out.push_str(&self.name),
                Piece::Value(style) => match figure.map(|f| (f.value(), f.decimals(), f.word())) {
                    Some((Some(value), decimals, _)) => number(out, style, &format::machine(value, decimals)),
                    Some((None, _, Some(word))) => {
                        let label = indicator
                            .categories
                            .get(usize::from(word))
                            .map_or("", |c| c.label.as_str());
                        inline(out, style, label);
                    }
                    _ => blank(out, style),
                },
                Piece::Base(style) => match figure.and_then(|f| f.base()) {
                    Some(base) => number(out, style, &base.to_string()),
                    None => blank(out, style),
                },
                Piece::State(style) => match figure.map(|f| f.state()) {
                    Some(Some(state)) => inline(out, style, state.sign()),
                    Some(None) => blank(out, style),
                    // A cell that may not be exported is not among the rows; were it, it would say nothing.
                    None => inline(out, style, crate::model::State::NotOpen.sign()),
                },
            }
        }
    }
}

fn push(out: &mut String, number: usize) {
    use std::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

/// Ends a cell opened as `<c r="I3`: a number.
fn number(out: &mut String, style: &str, value: &str) {
    out.push('"');
    out.push_str(style);
    out.push_str("><v>");
    out.push_str(value);
    out.push_str("</v></c>");
}

/// Ends an opened cell: nothing in it.
fn blank(out: &mut String, style: &str) {
    out.push('"');
    out.push_str(style);
    out.push_str("/>");
}

/// Ends an opened cell: a text, which stays one whatever its first character.
fn inline(out: &mut String, style: &str, text: &str) {
    out.push('"');
    out.push_str(style);
    out.push_str(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    out.push_str(&escape(text));
    out.push_str("</t></is></c>");
}

/// Escapes a text for XML; characters that XML forbids are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | ' '.. if !matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.push(c);
            }
            _ => {}
        }
    }
    out
}

/// Cuts a sheet around an empty cell: what is before it, its style as an attribute, what is after it.
fn cell<'a>(xml: &'a str, reference: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = xml.split_once(&format!("<c r=\"{reference}\""))?;
    let (style, after) = rest.split_once("/>")?;
    Some((before, style, after))
}

/// Cuts a row `<row r="3" …>…</row>` into pieces; none when the library no longer writes what is expected.
fn pieces(row: &str) -> Option<Vec<Piece>> {
    let (number, mut rest) = row.strip_prefix("<row r=\"")?.split_once('"')?;
    let mut out = vec![Piece::Cast("<row r=\"".to_owned()), Piece::Row];
    let mut text = "\"".to_owned();
    while let Some((before, cell)) = rest.split_once("<c r=\"") {
        text.push_str(before);
        let (reference, after) = cell.split_once('"')?;
        let column = reference.strip_suffix(number)?;
        text.push_str("<c r=\"");
        text.push_str(column);
        out.push(Piece::Cast(std::mem::take(&mut text)));
        out.push(Piece::Row);
        if !matches!(column, "B" | "C" | "I" | "K" | "L") {
            text.push('"');
            rest = after;
            continue;
        }
        let (style, after) = after.split_once("/>")?;
        if style.contains('<') {
            return None;
        }
        let style = style.to_owned();
        match column {
            "B" | "C" => {
                out.push(Piece::Cast(format!(
                    "\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                )));
                out.push(if column == "B" { Piece::Code } else { Piece::Name });
                text.push_str("</t></is></c>");
            }
            "I" => out.push(Piece::Value(style)),
            "K" => out.push(Piece::Base(style)),
            _ => out.push(Piece::State(style)),
        }
        rest = after;
    }
    text.push_str(rest);
    out.push(Piece::Cast(text));
    Some(out)
}

/// Makes the workbook with rust_xlsxwriter: everything but places and figures.
fn workbook(cast: &Cast) -> std::result::Result<Vec<u8>, XlsxError> {
    let (site, look) = (cast.site, Look::new());
    let indicators: Vec<Iid> = rows::indicators(&cast.cells);
    let mut book = sheets::workbook(&site.config, &cast.title)?;
    let vintages_said: Vec<String> = rows::vintages_by_source(site, &cast.cells)
        .into_iter()
        .map(|(source, vintages)| {
            let labels: Vec<String> = vintages.iter().map(|v| v.label()).collect();
            format!("{source} : {}", labels.join(", "))
        })
        .collect();
    sheets::notice(
        book.add_worksheet(),
        site,
        &look,
        &Notice {
            title: &cast.title,
            subject: "",
            vintages: &vintages_said.join(" ; "),
            contents: &cast.contents,
            columns: &MEANINGS,
        },
    )?;
    let sheet = book.add_worksheet();
    let scale = site.config.scale_plural(cast.scale);
    sheets::prepare(sheet, &site.config, "Données", scale, 2)?;
    sheets::heads(sheet, &site.config, &look, &COLUMNS)?;
    for (row, cell) in (2u32..).zip(&cast.cells) {
        let x = site.dictionary.get(cell.indicator);
        let category = cell.category.and_then(|c| x.categories.get(usize::from(c)));
        let decimals = usize::from(x.decimals.min(3));
        sheet.write_string(row, 0, cast.scale.key())?;
        sheet.write_blank(row, 1, &look.plain)?;
        sheet.write_blank(row, 2, &look.plain)?;
        sheet.write_string(row, 3, &x.id)?;
        sheet.write_string(row, 4, &x.label)?;
        if let Some(category) = category {
            sheet.write_string(row, 5, &category.key)?;
            sheet.write_string(row, 6, &category.label)?;
        }
        match cell.vintage {
            Vintage::Year(year) => sheet.write_number(row, 7, f64::from(year))?,
            window @ Vintage::Window { .. } => sheet.write_string(row, 7, window.to_string())?,
        };
        sheet.write_blank(row, 8, &look.numbers[decimals])?;
        if !x.unit.is_empty() {
            sheet.write_string(row, 9, &x.unit)?;
        }
        sheet.write_blank(row, 10, &look.numbers[0])?;
        sheet.write_blank(row, 11, &look.sign)?;
    }
    sheets::table(sheet, &look, "donnees", &COLUMNS, cast.cells.len())?;
    sheets::dictionary(book.add_worksheet(), site, &look, &indicators, |iid| {
        vintages(cast.published, iid)
    })?;
    sheets::sources(book.add_worksheet(), site, &look, &indicators)?;
    book.save_to_buffer()
}

fn broken(error: &ZipError) -> Diagnostics {
    let d = match error {
        ZipError::Io(error) => {
            let (why, hint) = foreign::io(error);
            Diagnostic::error(format!("classeur non écrit : {why}")).hint(hint)
        }
        _ => Diagnostic::error("classeur : archive impossible à écrire")
            .hint("signaler ce défaut avec les données qui le causent"),
    };
    d.into()
}

fn unexpected() -> Diagnostics {
    Diagnostic::error("classeur : la bibliothèque n’écrit plus les feuilles comme attendu")
        .hint("revenir à la version de rust_xlsxwriter du fichier Cargo.lock")
        .into()
}
