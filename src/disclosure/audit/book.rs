//! A finished workbook: its figures, and numbers that stand where none may.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::counted::counted;
use super::envelope;
use super::facts::{Batch, Finding, Said};
use super::said::numbered;
use super::scan::{Piece, Scanner, attribute, attributes, decode};
use super::{Reader, Room};

/// One row of the dictionary as the site publishes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    pub(super) kind: String,
    pub(super) numerator: String,
    pub(super) denominator: String,
    pub(super) base: String,
    /// Labels of its categories.
    pub(super) categories: Vec<String>,
    pub(super) source: String,
    pub(super) decimals: u8,
}

/// Labels of categories with a number, those of indicators that have no figure yet included.
pub(super) fn number_labels(dictionary: &BTreeMap<String, Described>) -> impl Iterator<Item = String> {
    let labels = dictionary.values().flat_map(|d| &d.categories);
    labels.filter(|label| numbered(label)).cloned()
}

/// Parts of a workbook that the atlas writes.
const PARTS: [&str; 11] = [
    "[Content_Types].xml",
    "_rels/",
    "xl/_rels/",
    "xl/theme/",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/worksheets/",
    "xl/sharedStrings.xml",
    "docProps/core.xml",
    "docProps/app.xml",
    "xl/tables/",
];

/// Most bytes that one part of a workbook may inflate to.
const MOST: u64 = 1 << 30;
/// Bytes inflated before the rows they hold are read.
const PIECE: usize = 256 << 10;
/// Facts that wait before they join the others.
const WAITING: usize = 1 << 16;

/// Something that stands where it may not, and its remedy.
type Leak = (String, &'static str);

/// What a sheet without figures says, whichever workbook it stands in.
#[derive(Debug, Default)]
struct Fixed {
    leaks: Vec<Leak>,
    dictionary: Vec<(String, Described)>,
}

/// Sheets and texts that many workbooks share, byte for byte: they are read once.
#[derive(Debug, Default)]
pub(super) struct Memory {
    texts: Mutex<HashMap<blake3::Hash, Arc<Vec<String>>>>,
    sheets: Mutex<HashMap<blake3::Hash, Arc<Fixed>>>,
}

impl Memory {
    /// What was read under `key`, else what `read` gives, which is kept.
    fn recall<T>(
        all: &Mutex<HashMap<blake3::Hash, Arc<T>>>,
        key: blake3::Hash,
        read: impl FnOnce() -> Option<T>,
    ) -> Option<Arc<T>> {
        let lock = || all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Some(Arc::clone(known));
        }
        let fresh = Arc::new(read()?);
        lock().insert(key, Arc::clone(&fresh));
        Some(fresh)
    }
}

/// The parts of a workbook, still compressed.
struct Parts<'b> {
    bytes: &'b [u8],
    archive: zip::ZipArchive<Cursor<&'b [u8]>>,
}

impl<'b> Parts<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        Some(Self { bytes, archive })
    }

    /// Name of each part.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.archive.file_names()
    }

    /// Bytes of a part as they stand in the file.
    fn raw(&mut self, name: &str) -> &'b [u8] {
        let place = self.archive.index_for_name(name).and_then(|i| {
            let part = self.archive.by_index_raw(i).ok()?;
            Some((part.data_start(), part.compressed_size()))
        });
        let Some((start, size)) = place else { return &[] };
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        self.bytes.get(start..end).unwrap_or(&[])
    }

    /// A part as a text; empty when it is not there, none when it is damaged.
    fn text(&mut self, name: &str) -> Option<String> {
        let Some(i) = self.archive.index_for_name(name) else {
            return Some(String::new());
        };
        let mut text = Vec::new();
        let part = self.archive.by_index(i).ok()?;
        part.take(MOST).read_to_end(&mut text).ok()?;
        Some(String::from_utf8(text).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
    }
}

/// Reads a workbook: its figures go to the facts of the site as those of the file of that `rank`, its dictionary to
/// `dictionary`.
pub(super) fn read(
    bytes: &[u8],
    (file, rank): (&str, u32),
    site: &Reader,
    (dictionary, texts): (&mut BTreeMap<String, Described>, &mut Vec<String>),
    room: &mut Room,
) -> Vec<Finding> {
    let mut leaks: Vec<Leak> = Vec::new();
    let read = parts(bytes, rank, site, (dictionary, texts), &mut leaks, room);
    room.sheet.clear();
    if read.is_none() {
        leaks.push(("classeur illisible".to_owned(), "reconstruire l’atlas"));
    }
    leaks
        .into_iter()
        .map(|(message, remedy)| Finding {
            error: true,
            kind: "fuite",
            message,
            files: vec![file.to_owned()],
            remedy: remedy.to_owned(),
        })
        .collect()
}

/// None when the workbook, or one of its parts, is damaged.
fn parts(
    bytes: &[u8],
    rank: u32,
    site: &Reader,
    (dictionary, texts): (&mut BTreeMap<String, Described>, &mut Vec<String>),
    leaks: &mut Vec<Leak>,
    room: &mut Room,
) -> Option<()> {
    let mut parts = Parts::open(bytes)?;
    for name in parts.names().filter(|n| !PARTS.iter().any(|p| n.starts_with(p))) {
        let message = format!("partie « {name} » inattendue dans le classeur");
        leaks.push((message, "reconstruire l’atlas"));
    }
    if let Some(wrong) = envelope::container(bytes, &mut parts.archive) {
        leaks.push((wrong.to_owned(), "reconstruire l’atlas"));
    }
    let names: Vec<String> = parts.names().map(str::to_owned).collect();
    let index = parts.text("[Content_Types].xml")?;
    for name in &names {
        if !envelope::is_named(name, &index) {
            leaks.push((
                format!("partie « {name} » que l’index du classeur ne nomme pas"),
                "reconstruire l’atlas",
            ));
        }
        if name == "xl/styles.xml"
            || name == "docProps/app.xml"
            || name.ends_with(".rels")
            || name.starts_with("xl/tables/")
        {
            let mut hasher = blake3::Hasher::new();
            let key = hasher.update(name.as_bytes()).update(parts.raw(name)).finalize();
            let known = Memory::recall(&site.memory.sheets, key, || {
                let found = envelope::part(name, &parts.text(name)?);
                let leaks = found
                    .into_iter()
                    .map(|m| (m, "un classeur de l’atlas n’a que ses feuilles"));
                Some(Fixed {
                    leaks: leaks.collect(),
                    dictionary: Vec::new(),
                })
            })?;
            leaks.extend(known.leaks.iter().cloned());
        }
    }
    let sheets_of = names
        .iter()
        .filter(|n| n.starts_with("xl/worksheets/") && n.ends_with(".xml"))
        .count();
    let (book, core) = (parts.text("xl/workbook.xml")?, parts.text("docProps/core.xml")?);
    for message in properties(&book, &core) {
        leaks.push((
            message,
            "un classeur de l’atlas ne dit de lui-même que son titre et sa source",
        ));
    }
    let key = blake3::hash(parts.raw("xl/sharedStrings.xml"));
    let shared = Memory::recall(&site.memory.texts, key, || {
        Some(shared(&parts.text("xl/sharedStrings.xml")?))
    })?;
    texts.extend(shared.iter().filter(|text| counted(text).is_some()).cloned());
    if sheets_of != sheets(&book).len() {
        leaks.push((
            "une feuille que le classeur ne montre pas".to_owned(),
            "reconstruire l’atlas",
        ));
    }
    for (sheet, (name, hidden)) in (1..).zip(sheets(&book)) {
        if hidden {
            leaks.push((
                format!("feuille cachée « {name} »"),
                "aucune feuille n’est cachée dans un classeur de l’atlas",
            ));
        }
        let part = format!("xl/worksheets/sheet{sheet}.xml");
        if name == "Données" {
            stream(&mut parts, &part, &shared, (site, rank), leaks, room)?;
            continue;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(name.as_bytes()).update(key.as_bytes());
        let known = hasher.update(parts.raw(&part)).finalize();
        let fixed = Memory::recall(&site.memory.sheets, known, || {
            Some(fixed(&name, &parts.text(&part)?, &shared))
        })?;
        leaks.extend(fixed.leaks.iter().cloned());
        for (id, described) in &fixed.dictionary {
            if !dictionary.contains_key(id) {
                dictionary.insert(id.clone(), described.clone());
            }
        }
    }
    Some(())
}

/// A sheet without figures.
fn fixed(sheet: &str, text: &str, shared: &[String]) -> Fixed {
    let mut out = Fixed::default();
    let mut marks = Marks::default();
    rows(text, shared, &mut marks, |row| match sheet {
        "Dictionnaire" => {
            let text = |c: usize| row.get(c).map(Value::text).unwrap_or_default();
            if row.numbers().count() > 1 {
                let message = "nombre inattendu dans la feuille « Dictionnaire »".to_owned();
                out.leaks.push((message, "reconstruire l’atlas"));
            }
            let Some(Value::Number(decimals)) = row.get(15) else {
                return;
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 3")]
            let decimals = *decimals as u8;
            let described = Described {
                kind: text(6),
                numerator: text(7),
                denominator: text(8),
                base: text(9),
                categories: text(11)
                    .split(" ; ")
                    .filter_map(|c| Some(c.split_once(" = ")?.1.to_owned()))
                    .collect(),
                source: text(12),
                decimals,
            };
            out.dictionary.push((text(1), described));
        }
        "Sources" | "Notice" => {
            let cadence = sheet == "Sources";
            let stray = |n: f64| !(cadence && (n <= 20.0 || (1900.0..2200.0).contains(&n)));
            if row.numbers().any(stray) {
                out.leaks.push((
                    format!("nombre inattendu dans la feuille « {sheet} »"),
                    "reconstruire l’atlas",
                ));
            }
        }
        _ => {}
    });
    if !matches!(sheet, "Dictionnaire" | "Sources" | "Notice") {
        out.leaks
            .push((format!("feuille « {sheet} » inattendue"), "reconstruire l’atlas"));
    }
    marks.tell(sheet, &mut out.leaks);
    out
}

/// Reads the sheet of figures as it is inflated, so that a large one never stands whole in memory.
fn stream(
    parts: &mut Parts<'_>,
    part: &str,
    shared: &[String],
    (site, rank): (&Reader, u32),
    leaks: &mut Vec<Leak>,
    room: &mut Room,
) -> Option<()> {
    const END: &[u8] = b"</row>";
    let Some(index) = parts.archive.index_for_name(part) else {
        return Some(());
    };
    let mut source = parts.archive.by_index(index).ok()?.take(MOST);
    let mut figures = Figures {
        scales: &site.scales,
        scale: (String::new(), String::new()),
        year: (f64::NAN, String::new()),
        name: String::new(),
        row: 0,
        batch: &mut room.batch,
        leaks,
    };
    let mut marks = Marks::default();
    let buffer = &mut room.sheet;
    loop {
        let read = source.by_ref().take(PIECE as u64).read_to_end(buffer).ok()?;
        let cut = match memchr::memmem::rfind(buffer, END) {
            _ if read == 0 => buffer.len(),
            Some(at) => at + END.len(),
            None => continue,
        };
        let text = match simdutf8::basic::from_utf8(&buffer[..cut]) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&buffer[..cut]),
        };
        rows(&text, shared, &mut marks, |row| {
            figures.row(row);
            if figures.batch.len() >= WAITING {
                site.facts.add(figures.batch, rank);
            }
        });
        drop(text);
        buffer.drain(..cut);
        if read == 0 {
            break;
        }
    }
    site.facts.add(figures.batch, rank);
    marks.tell("Données", leaks);
    Some(())
}

/// The rows of « Données », one after the other.
struct Figures<'a> {
    scales: &'a BTreeMap<String, String>,
    /// Label of the last scale met, and its key.
    scale: (String, String),
    /// Last vintage met that is a year, and its text.
    year: (f64, String),
    name: String,
    row: usize,
    batch: &'a mut Batch,
    leaks: &'a mut Vec<Leak>,
}

impl Figures<'_> {
    fn row(&mut self, row: &Row<'_>) {
        // The mention and the heads.
        self.row += 1;
        if self.row <= 2 {
            return;
        }
        let text = |c: usize| row.get(c).map_or(Cow::Borrowed(""), Value::words);
        let stray = row
            .cells()
            .any(|(c, v)| matches!(v, Value::Number(_)) && !matches!(c, 8 | 9 | 11) || c > 12);
        if stray {
            self.leaks.push((
                format!("nombre hors des colonnes prévues, ligne de « {} »", text(2)),
                "les chiffres sont dans « Valeur » et « n » seulement",
            ));
        }
        let label = text(1);
        if self.scale.0 != label {
            let known = self.scales.get(label.as_ref()).cloned();
            let key = known.unwrap_or_else(|| crate::format::fold(&label));
            self.scale = (label.into_owned(), key);
        }
        let name = &mut self.name;
        name.clear();
        name.push_str(&self.scale.1);
        for (column, always) in [(2, true), (4, true), (6, false)] {
            let part = text(column);
            if always || !part.is_empty() {
                name.push(':');
                name.push_str(&part);
            }
        }
        name.push(':');
        match row.get(8) {
            Some(Value::Number(year)) => {
                if self.year.0 != *year {
                    self.year = (*year, year.to_string());
                }
                name.push_str(&self.year.1);
            }
            vintage => name.push_str(&vintage.map_or(Cow::Borrowed(""), Value::words)),
        }
        let state = text(12);
        let said = match (row.get(9), state.is_empty()) {
            (Some(Value::Number(n)), true) => Said::Number(*n),
            (Some(_), true) => Said::Word,
            (None, false) => Said::state(&state),
            (Some(_), false) => {
                self.leaks.push((
                    format!("« {name} » porte un état et une valeur"),
                    "une ligne qui a un état n’a pas de valeur",
                ));
                Said::state(&state)
            }
            (None, true) => return,
        };
        if let Some(Value::Number(base)) = row.get(11) {
            if said.is_secret() {
                self.leaks.push((
                    format!("« {name} » est secret et porte un effectif"),
                    "l’effectif d’un chiffre secret est masqué",
                ));
            } else {
                self.batch.push_base(name, *base);
            }
        }
        self.batch.push(name, said);
    }
}

/// Properties and names that the atlas does not write: they are seen in a menu, not in a sheet.
fn properties(book: &str, core: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in Scanner::new(book) {
        if let Piece::Open {
            name: "definedName",
            attributes,
            ..
        } = piece
            && !attribute(attributes, "name").is_some_and(|n| n.starts_with("_xlnm."))
        {
            found.push("nom défini dans le classeur : il peut porter un chiffre".to_owned());
        }
    }
    let known = [
        "title",
        "creator",
        "description",
        "lastModifiedBy",
        "created",
        "modified",
        "coreProperties",
    ];
    for piece in Scanner::new(core) {
        match piece {
            Piece::Open { name, .. } if !name.starts_with('?') => {
                let own = name.rsplit(':').next().unwrap_or(name);
                if !known.contains(&own) {
                    found.push(format!("propriété « {own} » non prévue dans le classeur"));
                }
            }
            Piece::Text(text) => {
                // A date is no figure.
                if let Some(number) = envelope::a_number(&decode(text)).filter(|n| !n.contains('T')) {
                    found.push(format!("nombre dans une propriété du classeur : « {number} »"));
                }
            }
            _ => {}
        }
    }
    found
}

fn shared(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut inside = false;
    for piece in Scanner::new(text) {
        match piece {
            Piece::Open { name: "si", .. } => all.push(String::new()),
            Piece::Open {
                name: "t",
                closed: false,
                ..
            } => inside = true,
            Piece::Close("t") => inside = false,
            Piece::Text(text) if inside => {
                if let Some(last) = all.last_mut() {
                    last.push_str(&decode(text));
                }
            }
            _ => {}
        }
    }
    all
}

/// Names of the sheets in order, and whether each is hidden.
fn sheets(text: &str) -> Vec<(String, bool)> {
    Scanner::new(text)
        .filter_map(|piece| match piece {
            Piece::Open {
                name: "sheet",
                attributes,
                ..
            } => {
                let name = attribute(attributes, "name")
                    .map(|n| decode(n).into_owned())
                    .unwrap_or_default();
                Some((name, attribute(attributes, "state").is_some_and(|s| s != "visible")))
            }
            _ => None,
        })
        .collect()
}

/// A filled cell.
#[derive(Debug, Clone, PartialEq)]
enum Value<'t> {
    Number(f64),
    Text(Cow<'t, str>),
}

impl<'t> Value<'t> {
    /// Reads the content of a cell of a kind; none for what is empty or no number.
    fn read(kind: &str, content: Cow<'t, str>, shared: &'t [String]) -> Option<Self> {
        let value = match kind {
            "s" => Self::Text(Cow::Borrowed(shared.get(content.parse::<usize>().ok()?)?.as_str())),
            "n" => Self::Number(content.parse().ok()?),
            _ => Self::Text(content),
        };
        Some(value).filter(|v| !matches!(v, Self::Text(text) if text.is_empty()))
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    fn text(&self) -> String {
        self.words().into_owned()
    }
}

/// Filled cells of a row, in the order of columns, from 1.
#[derive(Debug, Default)]
struct Row<'t>(Vec<(usize, Value<'t>)>);

impl<'t> Row<'t> {
    fn put(&mut self, column: usize, value: Option<Value<'t>>) {
        self.0.extend(value.map(|v| (column, v)));
    }

    fn get(&self, column: usize) -> Option<&Value<'t>> {
        self.0.iter().find(|c| c.0 == column).map(|c| &c.1)
    }

    fn cells(&self) -> impl Iterator<Item = (usize, &Value<'t>)> {
        self.0.iter().map(|(c, v)| (*c, v))
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.0
            .iter()
            .filter_map(|(_, v)| if let Value::Number(n) = v { Some(*n) } else { None })
    }
}

/// What no sheet of the atlas carries.
#[derive(Debug, Default)]
struct Marks {
    formula: bool,
    hidden: bool,
    /// Elements and words around the rows that the atlas does not write.
    odd: Option<String>,
}

impl Marks {
    fn tell(&self, sheet: &str, leaks: &mut Vec<Leak>) {
        if let Some(odd) = &self.odd {
            leaks.push((
                format!("« {odd} » autour des lignes de la feuille « {sheet} »"),
                "une feuille de l’atlas n’a que ses lignes, son titre et sa source",
            ));
        }
        if self.formula {
            leaks.push((
                format!("formule dans la feuille « {sheet} »"),
                "un classeur de l’atlas ne porte que des valeurs",
            ));
        }
        if self.hidden {
            leaks.push((
                format!("ligne ou colonne cachée dans « {sheet} »"),
                "rien n’est caché dans un classeur de l’atlas",
            ));
        }
    }
}

/// Reads the rows of a sheet, or of a part of one that is cut between two rows.
fn rows<'t>(text: &'t str, shared: &'t [String], marks: &mut Marks, mut each: impl FnMut(&Row<'t>)) {
    let mut row = Row::default();
    let mut column = 0;
    let mut kind = "";
    let mut content = Cow::Borrowed("");
    let mut inside = false;
    let mut scanner = Scanner::new(text);
    loop {
        // A cell as the atlas writes it; any other is read tag by tag.
        if let Some(cell) = scanner.cell() {
            let value = cell.content.and_then(|c| Value::read(cell.kind, decode(c), shared));
            column = letters(cell.reference);
            row.put(column, value);
            continue;
        }
        let Some(piece) = scanner.next() else { return };
        match piece {
            Piece::Open {
                name: "v" | "t",
                closed: false,
                ..
            } => inside = true,
            Piece::Close("v" | "t") => inside = false,
            Piece::Text(text) if inside => {
                if content.is_empty() {
                    content = decode(text);
                } else {
                    content.to_mut().push_str(&decode(text));
                }
            }
            Piece::Open {
                name: "c",
                attributes: own,
                ..
            } => {
                column += 1;
                kind = "n";
                for (key, value) in attributes(own) {
                    match key {
                        "r" => column = letters(value),
                        "t" => kind = value,
                        _ => {}
                    }
                }
                content = Cow::Borrowed("");
            }
            Piece::Close("c") => row.put(column, Value::read(kind, std::mem::take(&mut content), shared)),
            Piece::Open {
                name: name @ ("row" | "col"),
                attributes: own,
                ..
            } => {
                marks.hidden |= attribute(own, "hidden").is_some_and(|h| !matches!(h, "0" | "false"));
                if name == "row" {
                    row.0.clear();
                    column = 0;
                }
            }
            Piece::Close("row") => {
                each(&row);
                row.0.clear();
            }
            Piece::Open { name: "f", .. } => marks.formula = true,
            Piece::Open { name, .. } if !envelope::is_sheet(name) => marks.odd = Some(name.to_owned()),
            Piece::Text(text) if !text.trim_ascii().is_empty() => {
                marks.odd = envelope::a_number(&decode(text)).or(marks.odd.take());
            }
            Piece::Comment(_) => marks.odd = Some("commentaire".to_owned()),
            _ => {}
        }
    }
}

/// Column of `AB12`, from 1.
fn letters(reference: &str) -> usize {
    reference
        .bytes()
        .take_while(u8::is_ascii_uppercase)
        .fold(0, |n, b| n.saturating_mul(26).saturating_add(usize::from(b - b'A') + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<(usize, Value<'static>)>> {
        let shared = ["zéro".to_owned(), "a&b".to_owned()];
        let mut all = Vec::new();
        rows(text, &shared, &mut Marks::default(), |row| {
            let own = |v: &Value<'_>| match v {
                Value::Number(n) => Value::Number(*n),
                Value::Text(text) => Value::Text(Cow::Owned(text.to_string())),
            };
            all.push(row.0.iter().map(|(c, v)| (*c, own(v))).collect());
        });
        all
    }

    #[test]
    fn a_cell_says_the_same_however_its_tags_are_laid_out() {
        let short = concat!(
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\"><v>2.5</v></c><c r=\"C1\" s=\"8\"/>",
            "<c r=\"D1\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> x &lt; y</t></is></c></row>"
        );
        let long = short
            .replace("<v>", "<v ><!-- -->")
            .replace("</v>", "</v > ")
            .replace("<t xml", "<t  xml");
        let expected = vec![vec![
            (1, Value::Text(Cow::Borrowed("a&b"))),
            (2, Value::Number(2.5)),
            (4, Value::Text(Cow::Borrowed(" x < y"))),
        ]];
        assert_eq!(read(short), expected);
        assert_eq!(read(&long), expected);
    }
}
