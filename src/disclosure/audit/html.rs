//! A finished page: its figures, where its residence belongs, and marks that would say more than they may.

use std::borrow::Cow;

use super::counted::{counted, number_of, small_count, without};
use super::facts::{Batch, Finding, Said};
use super::order::{Row, order_leak};
use super::parts::{Memory, Reading, SHORT, Sign};
use super::scan::{Piece, Scanner, attributes, decode};

/// Attributes that pages may carry; any other `data-*` could carry a figure.
fn known_data(key: &str) -> bool {
    matches!(
        key,
        "data-cell"
            | "data-state"
            | "data-base"
            | "data-goal"
            | "data-count"
            | "data-source"
            | "data-vintage"
            | "data-signs"
            | "data-root"
            | "data-place"
            | "data-confidential"
            | "data-build"
            | "data-tool"
            | "data-value"
            | "data-class"
            | "data-name"
            | "data-indicator"
            | "data-scale"
            | "data-codes"
    )
}

/// What a page says beside its figures.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Codes of commune, IRIS and QPV linked in the identity of a residence's fiche; empty when it has none.
    pub(super) lineage: [String; 3],
    pub(super) findings: Vec<Finding>,
}

/// Reads a page.
///
/// `labels` are the names of categories that look like a figure (« 20 % et moins »): repeating one says nothing.
pub(super) fn read<'a>(
    text: &'a str,
    file: &'a str,
    labels: &'a [String],
    (memory, reading): (&Memory, Reading),
    batch: &mut Batch,
) -> Page {
    let mut page = Page::default();
    let mut state = State {
        file,
        labels,
        ..State::default()
    };
    let mut scanner = Scanner::new(text);
    loop {
        if let Some(part) = scanner.element(&memory.elements) {
            state.part(part, (memory, reading), batch, &mut page);
        } else if let Some(piece) = scanner.next() {
            state.piece(piece, batch, &mut page);
        } else {
            return page;
        }
    }
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

#[derive(Default)]
struct State<'a> {
    file: &'a str,
    labels: &'a [String],
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
    mark: Option<Cow<'a, str>>,
}

impl<'a> State<'a> {
    /// A table or a drawing, unless it was met.
    fn part(&mut self, part: &'a str, (memory, reading): (&Memory, Reading), batch: &mut Batch, page: &mut Page) {
        if part.len() < SHORT {
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

    fn open(&mut self, name: &str, attrs: &'a str, closed: bool, batch: &mut Batch, page: &mut Page) {
        let mut cell = None;
        let mut value = None;
        let mut state = None;
        let mut base = None;
        let (mut class, mut href, mut source) = (None, None, None);
        for (key, raw) in attributes(attrs) {
            match key {
                "class" => class = Some(raw),
                "href" => href = Some(raw),
                "src" => source = Some(raw),
                "data-cell" => cell = Some(decode(raw)),
                "value" if name == "data" => value = Some(raw),
                "data-value" => value = Some(raw),
                "data-state" => state = Some(raw),
                "data-base" => base = Some(decode(raw)),
                "title" | "aria-label" | "alt" | "aria-description" | "placeholder" => {
                    self.check_tooltip(&decode(raw), page);
                }
                // A definition may speak of a threshold in percent.
                "content" if name == "meta" && !counted(&decode(raw)).is_some_and(|found| found.ends_with('%')) => {
                    self.check_tooltip(&decode(raw), page);
                }
                "style" => page.findings.push(leak(
                    self.file,
                    "style en ligne : une longueur y peut porter un chiffre".to_owned(),
                    "le mettre dans un fichier du thème",
                )),
                _ if key.starts_with("data-") && !known_data(key) => {
                    page.findings.push(leak(
                        self.file,
                        format!("attribut « {key} » non prévu : il peut porter un chiffre"),
                        "le retirer du gabarit, ou employer data-cell et data-value",
                    ));
                }
                _ => {}
            }
        }
        match name {
            "dl" => self.in_identity = class == Some("id"),
            "a" if self.in_identity => {
                if let Some(href) = href {
                    identity(&decode(href), &mut page.lineage);
                }
            }
            "table" => self.table.clear(),
            "tr" => self.row = Some(Row::default()),
            "th" => self.label = Some(String::new()),
            "td" => {
                self.in_own_cell = class.is_some_and(|c| c.split(' ').any(|c| c == "me"));
                self.in_cell = true;
            }
            "svg" if !closed => self.in_svg += 1,
            "title" | "desc" if self.in_svg > 0 && !closed => {
                self.refuse_pending(page);
                self.tooltip = Some(String::new());
            }
            "script" | "style" => {
                self.in_script = !closed;
                if source.is_none() {
                    page.findings.push(leak(
                        self.file,
                        format!("« {name} » en ligne dans la page"),
                        "le mettre dans un fichier du thème",
                    ));
                }
            }
            _ => {}
        }
        if name == "data" && !closed {
            self.in_data += 1;
            self.shown = Some((value.and_then(|v| v.parse().ok()), state.is_some(), String::new()));
        }
        if let Some(cell) = cell {
            self.fact(name, attrs, cell, value, state, batch, page);
        } else if let Some(base) = base {
            if let Some(number) = value.and_then(|v| v.parse().ok()) {
                batch.push_base(&base, number);
            }
        } else if state == Some("s") && value.is_some_and(|v| !v.is_empty()) {
            page.findings.push(leak(
                self.file,
                "un chiffre secret porte une valeur".to_owned(),
                "vider « value »",
            ));
        }
        if self.in_svg > 0
            && matches!(
                name,
                "rect" | "circle" | "line" | "path" | "use" | "polyline" | "ellipse"
            )
            && let Some(row) = &mut self.row
        {
            row.drawn = true;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one tag")]
    fn fact(
        &mut self,
        name: &str,
        attrs: &str,
        cell: Cow<'a, str>,
        value: Option<&str>,
        state: Option<&str>,
        batch: &mut Batch,
        page: &mut Page,
    ) {
        let said = match (state, value) {
            (Some(sign), value) => {
                if value.is_some_and(|v| !v.is_empty()) {
                    page.findings.push(leak(
                        self.file,
                        format!("« {cell} » porte un état et une valeur à la fois"),
                        "un chiffre qui a un état n’a pas de valeur",
                    ));
                }
                Said::state(sign)
            }
            (None, Some(value)) => value.parse().map_or(Said::Word, Said::Number),
            // A class alone says an interval that the figure itself says better on the same page.
            (None, None) => {
                self.mark = Some(cell);
                return;
            }
        };
        if self.in_svg > 0 {
            self.last_value = if let Said::Number(v) = said { Some(v) } else { None };
            if self
                .pending
                .as_deref()
                .is_some_and(|found| number_of(found) == self.last_value)
            {
                self.pending = None;
            }
            self.refuse_pending(page);
        }
        if said.is_secret() && self.in_svg > 0 {
            self.hidden_shape(name, attrs, &cell, page);
        }
        if let Some(row) = &mut self.row {
            row.own_hidden |= self.in_own_cell && said.is_secret();
            row.cells.push((cell.clone(), said));
        }
        batch.push(&cell, said);
    }

    /// The sign of a hidden place has one size and one form: another would say something.
    fn hidden_shape(&mut self, name: &str, attrs: &str, cell: &str, page: &mut Page) {
        let mut form = name.to_owned();
        for (key, value) in attributes(attrs) {
            match key {
                "r" | "rx" | "ry" | "width" | "height" | "stroke-width" | "transform"
                    if name != "g" && key != "transform" =>
                {
                    form.push_str(&format!(" {key}={value}"));
                }
                "data-class" | "data-value" => page.findings.push(leak(
                    self.file,
                    format!("« {cell} » est secret et porte « {key} »"),
                    "une zone secrète n’a ni classe ni taille",
                )),
                _ => {}
            }
        }
        // Outlines of zones differ by nature; only signs are compared.
        if !matches!(name, "circle" | "rect" | "use") {
            return;
        }
        let sign = Sign {
            form,
            cell: cell.to_owned(),
        };
        self.compare(Some(sign), page);
    }

    /// All signs of a page have the form of the first.
    fn compare(&mut self, sign: Option<Sign>, page: &mut Page) {
        match (&self.sign, sign) {
            (Some(known), Some(sign)) if known.form != sign.form => page.findings.push(leak(
                self.file,
                format!("le signe secret de « {} » n’a pas la taille des autres", sign.cell),
                "tous les signes secrets ont une taille fixe",
            )),
            (None, sign) => self.sign = sign,
            _ => {}
        }
    }

    fn close(&mut self, name: &str, batch: &mut Batch, page: &mut Page) {
        match name {
            "dl" => self.in_identity = false,
            "svg" => {
                self.in_svg = self.in_svg.saturating_sub(1);
                self.last_value = None;
                self.refuse_pending(page);
            }
            "data" => {
                self.in_data = self.in_data.saturating_sub(1);
                if let Some((value, hidden, text)) = self.shown.take()
                    && let Some(message) = unlike(value, hidden, &text)
                {
                    page.findings.push(leak(
                        self.file,
                        message,
                        "un chiffre montre ce qu’il porte, et un état son signe seul : corriger le gabarit",
                    ));
                }
            }
            "script" | "style" => self.in_script = false,
            "td" => (self.in_own_cell, self.in_cell) = (false, false),
            "th" => {
                if let (Some(row), Some(label)) = (&mut self.row, self.label.take())
                    && row.label.is_empty()
                {
                    row.label = label;
                }
            }
            "title" | "desc" => {
                if let Some(text) = self.tooltip.take()
                    && let Some(found) = counted(&without(&text, self.labels))
                {
                    match (self.mark.take(), number_of(&found)) {
                        (Some(cell), Some(number)) => batch.push(&cell, Said::Number(number)),
                        (_, number) if number == self.last_value => {}
                        _ => self.pending = Some(found),
                    }
                }
            }
            "tr" => {
                if let Some(row) = self.row.take() {
                    if row.own_hidden && row.drawn {
                        page.findings.push(leak(
                            self.file,
                            format!("la ligne « {} » est secrète et porte un dessin", row.label.trim()),
                            "une ligne secrète n’a ni barre ni repère",
                        ));
                    }
                    self.table.push(row);
                }
            }
            "table" => {
                let table = std::mem::take(&mut self.table);
                if let Some(label) = order_leak(&table) {
                    page.findings.push(leak(
                        self.file,
                        format!("table rangée par valeur : la place de « {label} », secrète, dit entre quels chiffres elle tombe"),
                        "mettre les lignes secrètes à part, par ordre alphabétique ou de code",
                    ));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &'a str, page: &mut Page) {
        if self.in_script {
            return;
        }
        if let Some(tooltip) = &mut self.tooltip {
            tooltip.push_str(&decode(text));
            return;
        }
        if let Some((_, _, shown)) = &mut self.shown {
            shown.push_str(&decode(text));
        }
        if let (true, 0, 0, Some(row)) = (self.in_cell, self.in_data, self.in_svg, &mut self.row) {
            row.words.push_str(&decode(text));
        }
        if let Some(label) = &mut self.label {
            label.push_str(&decode(text));
        }
        if self.in_data == 0
            && let Some(found) = small_count(&decode(text))
        {
            page.findings.push(leak(
                self.file,
                format!("nombre en toutes lettres hors d’un chiffre publié : « {found} »"),
                "écrire ce nombre dans un élément <data>, par la porte des chiffres publiés",
            ));
        }
    }

    /// A tooltip says the figure of its own mark, or no figure.
    fn refuse_pending(&mut self, page: &mut Page) {
        if let Some(found) = self.pending.take() {
            page.findings.push(leak(
                self.file,
                format!("nombre dans une infobulle qui n’est pas celui de son dessin : « {found} »"),
                "une infobulle dit le chiffre publié de son dessin, ou compare en mots",
            ));
        }
    }

    /// An attribute describes in words; its only numbers are those of names, codes and years.
    fn check_tooltip(&self, text: &str, page: &mut Page) {
        if let Some(found) = counted(&without(text, self.labels)) {
            page.findings.push(leak(
                self.file,
                format!("nombre dans une infobulle ou un texte de remplacement : « {found} »"),
                "une infobulle compare en mots ; le chiffre est dans la table",
            ));
        }
    }
}

/// Codes of a residence's commune, IRIS and QPV from the links of its identity.
fn identity(href: &str, lineage: &mut [String; 3]) {
    let mut parts = href.trim_end_matches('/').rsplit('/');
    let (Some(code), Some(segment)) = (parts.next(), parts.next()) else {
        return;
    };
    let place = match segment {
        "communes" => 0,
        "iris" => 1,
        "qpv" => 2,
        _ => return,
    };
    if lineage[place].is_empty() {
        lineage[place] = code.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let mut batch = Batch::default();
        let memory = Memory::new();
        let labels = ["20 % et moins".to_owned()];
        read(text, "page.html", &labels, (&memory, Reading::First), &mut batch)
            .findings
            .into_iter()
            .map(|f| f.message)
            .collect()
    }

    #[test]
    fn reads_figures_bases_and_identity() {
        let text = "<dl class=\"id\"><a href=\"../../communes/99001/\">A</a><a href=\"../../qpv/QN09901M/\">Q</a></dl>\
                    <data value=\"12.5\" data-cell=\"commune:99001:parc.v:2025\">12,5</data>\
                    <data value=\"\" data-state=\"s\" data-cell=\"residence:R-1:parc.l:2025\">s</data>\
                    <data value=\"80\" data-base=\"commune:99001:parc.v:2025\">80</data>";
        let mut batch = Batch::default();
        let page = read(text, "p", &[], (&Memory::new(), Reading::First), &mut batch);
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
        let sign = |size: &str| format!("<svg><use width=\"{size}\" data-cell=\"a:b:c:1\" data-state=\"s\"/></svg>");
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
            let page = read(text, "seances/p", &[], (&memory, Reading::Again), &mut batch);
            (batch.len(), page.findings.len())
        };
        let fiche = table("5", "<a href=\"../../indicateurs/d/\">Parc</a>");
        read(&fiche, "f", &[], (&memory, Reading::First), &mut Batch::default());
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
            "<svg><title>7 logements</title></svg>",
            "<p data-n=\"7\">x</p>",
            "<p>Il reste 7 logements.</p>",
            "<!-- 7 -->",
            "<meta name=\"description\" content=\"Les Tilleuls : 7 logements\">",
            "<i style=\"width:7%\">x</i>",
            "<svg><title>Ressources : 20 % de plus</title></svg>",
            "<data value=\"7\" data-state=\"s\" data-cell=\"residence:R-1:a:2025\">s</data>",
            "<svg><circle r=\"5\" data-cell=\"a:b:c:1\" data-state=\"s\"/><circle r=\"7\" data-cell=\"a:d:c:1\" data-state=\"s\"/></svg>",
            "<table><tr><th>a</th><td class=\"n me\"><data value=\"\" data-state=\"s\" data-cell=\"a:b:c:1\">s</data></td>\
             <td><svg><rect width=\"7%\"/></svg></td></tr></table>",
        ] {
            assert_eq!(findings(planted).len(), 1, "{planted}");
        }
        assert!(findings("<svg><title>Ressources : 20 % et moins, 2024</title></svg>").is_empty());
        assert!(findings("<p>Sous 11 logements, rien. Édition 2025.</p>").is_empty());
    }

    #[test]
    fn a_tooltip_may_say_the_figure_of_its_mark() {
        let svg = |n: &str| {
            format!(
                "<svg><a><title>Rive : {n}\u{a0}%</title><path data-cell=\"a:b:c:1\" data-value=\"17.7\"/></a></svg>"
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
