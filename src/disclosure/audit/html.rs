//! A finished page: its figures, where its residence belongs, and marks that would say more than they may.

mod tags;
mod texts;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::drawn::Drawings;
use super::facts::{Batch, Finding, Said};
use super::order::Row;
use super::parts::{Memory, Reading, SHORT, Sign};
use super::said::{Number, Voice};
use super::scan::{Piece, Scanner};

/// What is known of a site before its pages are read.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Names of categories that look like a figure (« 20 % et moins »): repeating one says nothing.
    pub(super) labels: Vec<String>,
    /// Names of the classes of maps: « 1,5 à 2,5 ».
    pub(super) classes: HashSet<String>,
    /// Codes of places, and their last signs, which maps print.
    pub(super) codes: HashSet<String>,
    pub(super) ends: HashSet<String>,
    /// Base under which a share has no decimals.
    pub(super) small_base: Option<f64>,
    /// Names and addresses of places.
    pub(super) names: HashSet<String>,
    /// Number of places of each scale.
    pub(super) counts: BTreeMap<String, usize>,
}

/// What a page says beside its figures.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Codes of commune, IRIS and QPV linked in the identity of a residence's fiche; empty when it has none.
    pub(super) lineage: [String; 3],
    pub(super) findings: Vec<Finding>,
    /// Texts with a number that no figure explains.
    pub(super) said: Vec<String>,
    /// Goals: the name of each, and its number.
    pub(super) goals: Vec<(String, f64)>,
}

/// Reads a page.
pub(super) fn read<'a>(
    text: &'a str,
    file: &'a str,
    known: &'a Known,
    (memory, reading): (&Memory, Reading),
    batch: &mut Batch,
) -> Page {
    let mut page = Page::default();
    let mut state = State {
        file,
        voice: Voice::of(file),
        ..State::new(known)
    };
    let mut scanner = Scanner::new(text);
    loop {
        if let Some(part) = scanner.element(&memory.elements) {
            state.part(part, (memory, reading), batch, &mut page);
        } else if let Some(piece) = scanner.next() {
            state.piece(piece, batch, &mut page);
        } else {
            state.settle(&mut page);
            if let Some(wrong) = state.drawings.end() {
                page.findings.push(unlike_figure(file, wrong));
            }
            return page;
        }
    }
}

fn unlike_figure(file: &str, wrong: &str) -> Finding {
    leak(
        file,
        format!("dessin : {wrong}"),
        "une longueur, une place ou une taille vient du chiffre publié à côté : reconstruire l’atlas",
    )
}

/// Sorts of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Plain,
    Ranked,
    Key,
}

/// Whether a number is 1, 2 or 5 and zeros.
pub(super) fn is_round(value: f64) -> bool {
    let digits = value.to_string();
    matches!(
        digits.trim_end_matches('0').trim_start_matches(['0', '.']),
        "1" | "2" | "5"
    )
}

/// Says how the text of a figure differs from what it carries.
fn unlike(value: Option<f64>, hidden: bool, text: &str) -> Option<String> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let text = text.trim();
    if hidden {
        return Some(format!("un chiffre qui a un état montre « {text} »"));
    }
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            ',' => '.',
            '−' => '-',
            other => other,
        })
        .collect();
    // « 2 moyenne », « 1949–1974 » : words with digits are not figures.
    let (value, shown) = (value?, plain.strip_prefix('+').unwrap_or(&plain).parse::<f64>().ok()?);
    ((value - shown).abs() > 1e-9).then(|| format!("un chiffre porte {value} et montre « {text} »"))
}

fn leak(file: &str, message: String, remedy: &str) -> Finding {
    Finding {
        error: true,
        kind: "fuite",
        message,
        files: vec![file.to_owned()],
        remedy: remedy.to_owned(),
    }
}

struct State<'a> {
    file: &'a str,
    known: &'a Known,
    voice: Voice,
    in_identity: bool,
    in_own_cell: bool,
    in_svg: usize,
    in_data: usize,
    /// What the open figure says of itself, and what it shows.
    shown: Option<(Option<f64>, bool, String)>,
    in_script: bool,
    tooltip: Option<String>,
    row: Option<Row<'a>>,
    label: Option<String>,
    in_cell: bool,
    table: Vec<Row<'a>>,
    /// The first sign of a hidden place.
    sign: Option<Sign>,
    /// Value of the last drawn figure, and the number of a tooltip that waits for the figure it belongs to.
    last_value: Option<f64>,
    pending: Option<String>,
    /// Figure of a drawn zone that carries its class only: its tooltip may say it, and is then a fact like another.
    mark: Option<(Cow<'a, str>, u32)>,
    drawings: Drawings<'a>,
    /// Whether the open table is one of series.
    series: bool,
    /// Figures of the block of text that is open, and the numbers of its words that they must explain.
    block: Vec<f64>,
    claims: Vec<(Number, String)>,
    /// Items of lists: rank of the item, its label, and its figure; where each open list starts.
    items: Vec<(u32, &'a str, Cow<'a, str>, Said)>,
    lists: Vec<(usize, List)>,
    /// Target of the last link that opened.
    link: &'a str,
    /// Links of the open item.
    links: usize,
    item: (u32, &'a str),
    /// Rank of the item in its list.
    ranks: Vec<u32>,
    in_sample: bool,
}

impl<'a> State<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            file: "",
            known,
            voice: Voice::default(),
            in_identity: false,
            in_own_cell: false,
            in_svg: 0,
            in_data: 0,
            shown: None,
            in_script: false,
            tooltip: None,
            row: None,
            label: None,
            in_cell: false,
            table: Vec::new(),
            sign: None,
            last_value: None,
            pending: None,
            mark: None,
            drawings: Drawings::default(),
            series: false,
            block: Vec::new(),
            claims: Vec::new(),
            items: Vec::new(),
            lists: Vec::new(),
            link: "",
            links: 0,
            item: (0, ""),
            ranks: Vec::new(),
            in_sample: false,
        }
    }

    /// A table or a drawing, unless it was met.
    fn part(&mut self, part: &'a str, (memory, reading): (&Memory, Reading), batch: &mut Batch, page: &mut Page) {
        // What waits for its table reads it again.
        if part.len() < SHORT || self.drawings.waits() {
            self.pieces(part, batch, page);
            return;
        }
        let key = memory.key(part);
        match reading {
            Reading::Again => match memory.recall(key) {
                Some(sign) => self.compare(sign, page),
                None => self.pieces(part, batch, page),
            },
            Reading::First => {
                let before = page.findings.len();
                let sign = self.sign.take();
                self.pieces(part, batch, page);
                // What is wrong is told of each page that repeats it.
                if page.findings.len() == before {
                    memory.keep(key, self.sign.clone());
                }
                let own = std::mem::replace(&mut self.sign, sign);
                self.compare(own, page);
            }
        }
    }

    fn pieces(&mut self, text: &'a str, batch: &mut Batch, page: &mut Page) {
        for piece in Scanner::new(text) {
            self.piece(piece, batch, page);
        }
    }

    fn piece(&mut self, piece: Piece<'a>, batch: &mut Batch, page: &mut Page) {
        match piece {
            Piece::Open {
                name,
                attributes: attrs,
                closed,
            } => self.open(name, attrs, closed, batch, page),
            Piece::Close(name) => self.close(name, batch, page),
            Piece::Text(text) => self.text(text, page),
            Piece::Comment(text) => {
                if text.bytes().any(|b| b.is_ascii_digit()) {
                    page.findings.push(leak(
                        self.file,
                        "un commentaire porte un nombre".to_owned(),
                        "retirer ce commentaire du gabarit",
                    ));
                }
            }
        }
    }

    fn refuse(&self, page: &mut Page, message: String) {
        page.findings.push(leak(
            self.file,
            message,
            "le retirer du gabarit : un nombre n’est servi que par un chiffre publié",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let mut batch = Batch::default();
        let memory = Memory::new();
        let known = Known {
            labels: vec!["20 % et moins".to_owned()],
            counts: BTreeMap::from([("residence".to_owned(), 60)]),
            ..Known::default()
        };
        let page = read(
            text,
            "residences/R-1/index.html",
            &known,
            (&memory, Reading::First),
            &mut batch,
        );
        page.findings.into_iter().map(|f| f.message).chain(page.said).collect()
    }

    #[test]
    fn reads_figures_bases_and_identity() {
        let text = "<dl class=\"id\"><a href=\"../../communes/99001/\">A</a><a href=\"../../qpv/QN09901M/\">Q</a></dl>\
                    <data value=\"12.5\" data-cell=\"commune:99001:parc.v:2025\">12,5</data>\
                    <data value=\"\" data-state=\"s\" data-cell=\"residence:R-1:parc.l:2025\">s</data>\
                    <data value=\"80\" data-base=\"commune:99001:parc.v:2025\">80</data>";
        let mut batch = Batch::default();
        let page = read(
            text,
            "p",
            &Known::default(),
            (&Memory::new(), Reading::First),
            &mut batch,
        );
        assert_eq!(page.lineage, ["99001".to_owned(), String::new(), "QN09901M".to_owned()]);
        let facts: Vec<_> = batch.iter().collect();
        assert_eq!(facts.len(), 3);
        assert_eq!(facts[0].1, Said::Number(12.5));
        assert!(facts[1].1.is_secret());
        assert_eq!(facts[2].0, "base:commune:99001:parc.v:2025");
        assert!(page.findings.is_empty());
    }

    #[test]
    fn a_packet_is_read_where_it_differs_from_the_fiche() {
        let sign = |size: &str| {
            format!("<svg class=\"map\"><use width=\"{size}\" data-cell=\"a:b:c:1\" data-state=\"s\"/></svg>")
        };
        let table = |value: &str, label: &str| {
            let pad = " ".repeat(SHORT);
            format!(
                "<table><caption>{pad}</caption><tr><th>{label}</th><td><data value=\"{value}\" data-cell=\"a:b:d:1\">x</data>{}</td></tr></table>",
                sign("9")
            )
        };
        let memory = Memory::new();
        let packet = |text: &str| {
            let mut batch = Batch::default();
            let page = read(
                text,
                "seances/p",
                &Known::default(),
                (&memory, Reading::Again),
                &mut batch,
            );
            (batch.len(), page.findings.len())
        };
        let fiche = table("5", "<a href=\"../../indicateurs/d/\">Parc</a>");
        read(
            &fiche,
            "f",
            &Known::default(),
            (&memory, Reading::First),
            &mut Batch::default(),
        );
        assert_eq!(packet(&table("5", "Parc")), (0, 0), "the same without its link");
        assert_eq!(packet(&table("6", "Parc")), (2, 0), "another value");
        let other = format!("{}{}", table("5", "Parc"), sign("12"));
        assert_eq!(
            packet(&other),
            (1, 1),
            "a sign of another size than that of the part met again"
        );
    }

    #[test]
    fn planted_marks_are_found() {
        for planted in [
            "<a title=\"Les Tilleuls : 7 logements\">x</a>",
            "<svg class=\"map\"><title>7 logements</title></svg>",
            "<p data-n=\"7\">x</p>",
            "<p>Il reste 7 logements.</p>",
            "<!-- 7 -->",
            "<meta name=\"description\" content=\"Les Tilleuls : 7 logements\">",
            "<i style=\"width:7%\">x</i>",
            "<svg class=\"map\"><title>Ressources : 20 % de plus</title></svg>",
            "<data value=\"7\" data-state=\"s\" data-cell=\"residence:R-1:a:2025\">s</data>",
            "<svg class=\"map\"><circle r=\"5\" data-cell=\"a:b:c:1\" data-state=\"s\"/><circle r=\"7\" data-cell=\"a:d:c:1\" data-state=\"s\"/></svg>",
            "<table><tr><th>a</th><td class=\"n me\"><data value=\"\" data-state=\"s\" data-cell=\"a:b:c:1\">s</data></td>\
             <td><svg class=\"m\"><use href=\"#m-0\"/><rect width=\"100%\" fill=\"#fff\"/></svg></td></tr></table>",
        ] {
            assert_eq!(findings(planted).len(), 1, "{planted}");
        }
        assert!(findings("<svg class=\"map\"><title>Ressources : 20 % et moins, 2024</title></svg>").is_empty());
        assert!(findings("<p>Édition 2025, 19 résidences.</p>").is_empty());
    }

    #[test]
    fn a_number_is_a_figure_a_gap_of_two_or_a_leak() {
        let row = |rest: &str| {
            format!(
                "<table><tr><th>a</th><td class=\"n me\"><data value=\"12.5\" data-cell=\"iris:1:p:2025\">12,5</data></td>\
                 <td class=\"n\"><data value=\"10\" data-cell=\"commune:1:p:2025\">10,0</data></td>{rest}</tr></table>"
            )
        };
        assert!(findings(&row("<td>+2,5</td>")).is_empty());
        assert_eq!(findings(&row("<td>7</td>")).len(), 1);
        for planted in [
            "<p><data value=\"7\">7</data></p>",
            "<p><data value=\"70\" data-count=\"residence\">70</data></p>",
            "<p>7</p>",
            "<p>Il en reste trois logements.</p>",
            "<p aria-valuetext=\"7\">x</p>",
            "<p class=\"w7\">x</p>",
            "<ol start=\"7\"><li>x</li></ol>",
            "<meter></meter>",
            "<svg class=\"map\"><text>7</text></svg>",
        ] {
            assert_eq!(findings(planted).len(), 1, "{planted}: {:?}", findings(planted));
        }
        for plain in [
            "<p><data value=\"7\" data-count=\"residence\">7</data> résidences</p>",
            "<ol><li><b>1</b> faible</li><li><b>2</b> forte</li></ol>",
            "<p>2025</p>",
            "<li><samp>12</samp> valeur</li>",
        ] {
            assert!(findings(plain).is_empty(), "{plain}: {:?}", findings(plain));
        }
    }

    #[test]
    fn a_tooltip_may_say_the_figure_of_its_mark() {
        let svg = |n: &str| {
            format!(
                "<svg class=\"map\"><a><title>Rive : {n}\u{a0}%</title><path data-cell=\"a:b:c:1\" data-value=\"17.7\"/></a></svg>"
            )
        };
        assert!(findings(&svg("17,7")).is_empty());
        assert_eq!(findings(&svg("17,8")).len(), 1);
    }

    #[test]
    fn a_hidden_row_among_sorted_values_is_found() {
        let row = |code: &str, value: &str| {
            let said = if value.is_empty() {
                "value=\"\" data-state=\"s\"".to_owned()
            } else {
                format!("value=\"{value}\"")
            };
            format!("<tr><th>{code}</th><td><data {said} data-cell=\"residence:{code}:parc.l:2025\">x</data></td></tr>")
        };
        let sorted = [row("c", "90"), row("a", "50"), row("z", ""), row("b", "20")].concat();
        assert_eq!(findings(&format!("<table>{sorted}</table>")).len(), 1);
        let apart = [row("c", "90"), row("a", "50"), row("b", "20"), row("z", "")].concat();
        assert!(findings(&format!("<table>{apart}</table>")).is_empty());
        let by_code = [row("a", "20"), row("b", "50"), row("c", ""), row("d", "90")].concat();
        assert!(findings(&format!("<table>{by_code}</table>")).is_empty());
        let by_commune = [row("b", "90"), row("c", ""), row("a", "50"), row("d", "20")];
        let communes = ["abbeville", "abbeville", "lille", "roubaix"];
        let grouped = |communes: [&str; 4]| -> String {
            let rows = by_commune.iter().zip(communes);
            rows.map(|(row, commune)| row.replace("</tr>", &format!("<td>{commune}</td></tr>")))
                .collect()
        };
        assert!(findings(&format!("<table>{}</table>", grouped(communes))).is_empty());
        assert_eq!(
            findings(&format!(
                "<table>{}</table>",
                grouped(["lille", "lille", "abbeville", "lille"])
            ))
            .len(),
            1
        );
        // Ranked by a first column published on every row: the second happens to be in order.
        let explained = |first: [u8; 4]| -> String {
            let rows = ["c", "a", "z", "b"].into_iter().zip(first).zip(["90", "50", "", "20"]);
            let row = |((code, first), value): ((&str, u8), &str)| {
                let own = format!(
                    "<td><data value=\"{first}\" data-cell=\"residence:{code}:parc.n:2025\">x</data></td></tr>"
                );
                row(code, value).replace("<td>", &format!("{}<td>", own.trim_end_matches("</tr>")))
            };
            rows.map(row).collect()
        };
        assert!(findings(&format!("<table>{}</table>", explained([9, 8, 7, 6]))).is_empty());
        assert_eq!(
            findings(&format!("<table>{}</table>", explained([5, 8, 7, 6]))).len(),
            1
        );
    }
}
