//! A finished page: its figures, where its residence belongs, and marks that would say more than they may.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::allowed;
use super::counted::{counted, number_of, number_words, small_count, without};
use super::drawn::{Drawings, Kind, Shape};
use super::facts::{Batch, Finding, Said};
use super::order::{Row, items_leak, order_leak};
use super::parts::{Memory, Reading, SHORT, Sign};
use super::said::{Number, Voice, derived, is_bare, numbered, numbers};
use super::scan::{Piece, Scanner, attributes, decode};

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

/// Attributes that pages may carry; any other `data-*` could carry a figure.
fn known_data(key: &str) -> bool {
    matches!(
        key,
        "data-source"
            | "data-vintage"
            | "data-signs"
            | "data-root"
            | "data-place"
            | "data-confidential"
            | "data-build"
            | "data-tool"
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
fn is_round(value: f64) -> bool {
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

    fn open(&mut self, name: &'a str, attrs: &'a str, closed: bool, batch: &mut Batch, page: &mut Page) {
        let mut cell = None;
        let mut value = None;
        let mut drawn_value = false;
        let mut state = None;
        let mut base = None;
        let (mut class, mut href, mut source) = (None, None, None);
        let (mut count, mut goal, mut zone) = (None, None, None);
        let mut shape = Shape::default();
        if !allowed::element(name) {
            self.refuse(
                page,
                format!("élément « {name} » non prévu : il peut porter un chiffre"),
            );
        }
        let packet = self.voice == Voice::Packet;
        let attrs = if name.starts_with('!') { "" } else { attrs };
        for (key, raw) in attributes(attrs) {
            match key {
                "class" => class = Some(raw),
                "href" => href = Some(raw),
                "src" => source = Some(raw),
                "data-cell" => cell = Some(decode(raw)),
                "value" if name == "data" => value = Some(raw),
                "x" => shape.x = raw,
                "y" => shape.y = raw,
                "fill" => shape.fill = raw,
                "width" => shape.width = raw,
                "height" => shape.height = raw,
                "x1" => shape.x1 = raw,
                "x2" => shape.x2 = raw,
                "y1" => shape.y1 = raw,
                "cx" => shape.cx = raw,
                "cy" => shape.cy = raw,
                "r" => shape.r = raw,
                "d" => shape.d = raw,
                "stroke" => shape.stroke = raw,
                "data-value" => (value, drawn_value) = (Some(raw), true),
                "data-state" => state = Some(raw),
                "data-base" => base = Some(decode(raw)),
                "data-count" => count = Some(raw),
                "data-goal" => goal = Some(raw),
                "data-class" => zone = Some(raw),
                "title" | "aria-label" | "alt" | "placeholder" => {
                    self.check_tooltip(&decode(raw), page);
                }
                // A definition may speak of a threshold in percent.
                "content" if name == "meta" => {
                    if !counted(&decode(raw)).is_some_and(|found| found.ends_with('%')) {
                        self.check_tooltip(&decode(raw), page);
                    }
                }
                "style" => page.findings.push(leak(
                    self.file,
                    "style en ligne : une longueur y peut porter un chiffre".to_owned(),
                    "le mettre dans un fichier du thème",
                )),
                "tabindex" if matches!(raw, "0" | "-1") => {}
                "colspan" | "rowspan" if raw.parse().is_ok_and(|n: u32| n <= 60) && matches!(name, "td" | "th") => {}
                "action" => {}
                _ if allowed::name_of(key) => {
                    if !raw.split(' ').all(|id| allowed::name(id, packet, &self.known.codes)) {
                        self.refuse(page, format!("l’attribut « {key} » porte un nombre : « {raw} »"));
                    }
                }
                _ if allowed::word(key) => {
                    if allowed::has_digit(raw) && name != "meta" {
                        self.refuse(page, format!("l’attribut « {key} » porte un nombre : « {raw} »"));
                    }
                }
                _ if allowed::drawn(key) => {
                    if self.in_svg == 0 && !matches!(name, "svg" | "img") {
                        self.refuse(
                            page,
                            format!("attribut « {key} » hors d’un dessin : il peut porter un chiffre"),
                        );
                    }
                }
                _ if known_data(key) => self.check_tooltip(&decode(raw), page),
                _ => page.findings.push(leak(
                    self.file,
                    format!("attribut « {key} » non prévu : il peut porter un chiffre"),
                    "le retirer du gabarit, ou employer data-cell et data-value",
                )),
            }
        }
        if self.in_svg == 0 && shape.is_any() && !matches!(name, "svg" | "img") {
            self.refuse(
                page,
                "attribut de dessin hors d’un dessin : il peut porter un chiffre".to_owned(),
            );
        }
        if let Some(classes) = class
            && !allowed::class(name, classes, packet)
        {
            self.refuse(page, format!("une classe porte un nombre : « {classes} »"));
        }
        if let (Some(target), "a") = (href, name) {
            self.link = target;
            self.links += 1;
        }
        if let Some(target) = href
            && name == "a"
            && !allowed::link(target, packet, &self.known.codes)
        {
            self.refuse(page, format!("un lien porte un nombre : « {target} »"));
        }
        match name {
            "dl" => self.in_identity = class == Some("id"),
            "a" if self.in_identity => {
                if let Some(href) = href {
                    identity(&decode(href), &mut page.lineage);
                }
            }
            "table" => {
                self.table.clear();
                self.series = class == Some("series");
            }
            "tr" => self.row = Some(Row::default()),
            "th" => self.label = Some(String::new()),
            "td" => {
                self.settle(page);
                self.in_own_cell = class.is_some_and(|c| c.split(' ').any(|c| c == "me"));
                self.in_cell = true;
                if let Some(row) = &mut self.row {
                    row.column += 1;
                }
            }
            "p" | "dd" | "caption" | "h1" | "h2" | "h3" | "h4" | "figcaption" => self.settle(page),
            "ul" | "ol" => {
                let list = match (name, class) {
                    ("ol", _) => List::Ranked,
                    (_, Some("key" | "key stacked-key")) => List::Key,
                    _ => List::Plain,
                };
                self.lists.push((self.items.len(), list));
                self.ranks.push(0);
            }
            "li" => {
                self.settle(page);
                self.item = (self.item.0 + 1, "");
                self.links = 0;
                if let Some(rank) = self.ranks.last_mut() {
                    *rank += 1;
                }
            }
            "samp" => self.in_sample = !closed,
            "svg" => {
                if self.in_svg == 0 {
                    let kind = Kind::of(class.unwrap_or(""));
                    if kind.is_none() {
                        self.refuse(
                            page,
                            "dessin d’une sorte que l’atlas n’a pas : il peut porter un chiffre".to_owned(),
                        );
                    }
                    self.drawings.open(kind.unwrap_or_default());
                } else {
                    self.shape(name, "", &shape, None, page);
                }
                self.in_svg += usize::from(!closed);
            }
            "g" if self.in_svg > 0 => self.drawings.group(&shape),
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
        let number: Option<f64> = value.and_then(|v| v.parse().ok());
        if self.in_svg > 0 && matches!(name, "rect" | "circle" | "line" | "path" | "use") {
            self.shape(name, href.unwrap_or(""), &shape, number, page);
            if let Some(row) = &mut self.row {
                row.drawn = true;
            }
            // The pattern of its state, or the sign of it.
            if let Some(state) = state
                && !matches!(shape.fill, "" | "#fff" | "none")
                && shape.fill.strip_prefix("url(#h-").and_then(|f| f.strip_suffix(')')) != Some(state)
            {
                self.refuse(page, "une zone qui a un état a la couleur d’une classe".to_owned());
            }
        }
        if (drawn_value || zone.is_some()) && (cell.is_none() || self.in_svg == 0) {
            self.refuse(page, "un dessin porte un nombre sans dire de quel chiffre".to_owned());
        }
        if let Some(cell) = cell {
            self.fact(name, attrs, cell, (value, state, zone), batch, page);
        } else if let Some(base) = base {
            if let Some(number) = number {
                batch.push_base(&base, number);
                self.block.push(number);
            }
        } else if state == Some("s") && value.is_some_and(|v| !v.is_empty()) {
            page.findings.push(leak(
                self.file,
                "un chiffre secret porte une valeur".to_owned(),
                "vider « value »",
            ));
        } else if let Some(goal) = goal {
            if let Some(number) = number {
                page.goals.push((goal.to_owned(), number));
                self.block.push(number);
                if let Some(row) = &mut self.row {
                    row.goals.push(number);
                }
            }
        } else if let Some(scale) = count {
            self.count(scale, number, page);
        } else if let Some(number) = number {
            self.refuse(
                page,
                format!("un élément « {name} » porte {number} sans dire de quel chiffre"),
            );
        }
    }

    /// A number of places is at most that of its scale.
    fn count(&mut self, scale: &str, number: Option<f64>, page: &mut Page) {
        let places = if scale == "mot" {
            self.known.counts.values().max()
        } else {
            self.known.counts.get(scale)
        };
        #[expect(clippy::cast_precision_loss, reason = "thousands of places")]
        let most = places.map(|n| *n as f64);
        if let Some(number) = number
            && most.is_none_or(|most| number > most)
        {
            self.refuse(page, format!("un nombre de lieux ({scale}) dépasse celui du site"));
        }
    }

    fn shape(&mut self, name: &str, href: &str, shape: &Shape<'a>, value: Option<f64>, page: &mut Page) {
        if let Some(wrong) = self.drawings.shape(name, href, shape, value, self.row.as_mut()) {
            page.findings.push(unlike_figure(self.file, wrong));
        }
    }

    /// A block of text ends: the numbers of its words come from its figures, or are told.
    fn settle(&mut self, page: &mut Page) {
        if !self.claims.is_empty() {
            let mut figures = std::mem::take(&mut self.block);
            if let Some(row) = &self.row {
                figures.extend(
                    row.cells
                        .iter()
                        .filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None }),
                );
                figures.extend(&row.goals);
            }
            for (number, text) in self.claims.drain(..) {
                if !derived(&number, &figures) {
                    page.said.push(text);
                }
            }
        }
        self.block.clear();
    }

    fn fact(
        &mut self,
        name: &str,
        attrs: &str,
        cell: Cow<'a, str>,
        (value, state, zone): (Option<&str>, Option<&str>, Option<&str>),
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
                // A zone that a table says to be hidden may have no class.
                batch.push(&cell, Said::Word);
                self.mark = Some((cell, zone.and_then(|z| z.parse().ok()).unwrap_or(0)));
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
        if let (Said::Number(number), 0) = (said, self.in_svg) {
            self.block.push(number);
        }
        if let Some(row) = &mut self.row {
            row.own_hidden |= self.in_own_cell && said.is_secret();
            if self.in_own_cell && row.own.is_none() {
                row.own = Some(row.cells.len());
            }
            let column = row.column;
            row.cells.push((cell.clone(), said, column));
        } else if !self.lists.is_empty() && self.in_svg == 0 {
            self.items.push((self.item.0, self.item.1, cell.clone(), said));
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
                if self.in_svg == 0
                    && let Some(wrong) = self.drawings.close()
                {
                    page.findings.push(unlike_figure(self.file, wrong));
                }
            }
            "g" if self.in_svg > 0 => self.drawings.group(&Shape::default()),
            "samp" => self.in_sample = false,
            "p" | "dd" | "caption" | "li" | "h1" | "h2" | "h3" | "h4" | "figcaption" => self.settle(page),
            "ul" | "ol" => {
                self.ranks.pop();
                if let Some((start, _)) = self.lists.pop() {
                    if let Some(label) = items_leak(&self.items[start..]) {
                        page.findings.push(leak(
                            self.file,
                            format!("liste rangée par valeur : la place de « {label} », secrète, dit entre quels chiffres elle tombe"),
                            "mettre les lignes secrètes à part, par ordre alphabétique ou de code",
                        ));
                    }
                    self.items.truncate(start);
                }
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
            "td" => {
                self.settle(page);
                (self.in_own_cell, self.in_cell) = (false, false);
            }
            "th" => {
                if let (Some(row), Some(label)) = (&mut self.row, self.label.take())
                    && row.label.is_empty()
                {
                    row.label = label;
                }
            }
            "title" | "desc" => {
                if let Some(text) = self.tooltip.take()
                    && let Some(found) = counted(&without(&text, &self.known.labels))
                {
                    match (self.mark.take(), number_of(&found)) {
                        (Some((cell, class)), Some(number)) => {
                            self.drawings.class(class, number);
                            batch.push(&cell, Said::Number(number));
                        }
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
                if let Some(wrong) = self.drawings.table(&table, self.series) {
                    page.findings.push(unlike_figure(self.file, &wrong));
                }
                self.strays(&table, page);
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
        // The ends of lines between tags.
        if self.in_script || text.trim_ascii().is_empty() {
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
        if self.item.1.is_empty() && !self.lists.is_empty() {
            self.item.1 = text.trim();
        }
        if self.in_data == 0 {
            self.words(text, page);
        }
    }

    /// Words outside any figure: their numbers are public, or explained by the figures beside, or told.
    fn words(&mut self, text: &str, page: &mut Page) {
        if !allowed::has_digit(text) {
            // « trois logements » is not shorter.
            if text.len() >= 13 && number_words(&decode(text)) {
                page.said.push(decode(text).trim().to_owned());
            }
            return;
        }
        let text = decode(text);
        let text = text.trim();
        if self.in_sample && matches!(text, "0" | "12") {
            return;
        }
        if is_bare(text) {
            self.bare(text, page);
            return;
        }
        if self.voice == Voice::Written
            && let Some(found) = small_count(text)
        {
            page.findings.push(leak(
                self.file,
                format!("nombre en toutes lettres hors d’un chiffre publié : « {found} »"),
                "écrire ce nombre dans un élément <data>, par la porte des chiffres publiés",
            ));
            return;
        }
        if self.in_svg > 0 {
            // Names and vintages; the bar of a scale and the ring of a walk are round.
            let metres = text.strip_suffix("m").map(|t| t.trim_end_matches('k').trim());
            let round = metres.is_some_and(|t| {
                let digits = t.replace('\u{202F}', "");
                digits.trim_end_matches('0').len() == 1 || matches!(t, "0,1" | "0,2" | "0,5")
            });
            if !round && numbered(text) {
                page.said.push(text.to_owned());
            }
            return;
        }
        if !numbered(&without(text, &self.known.labels)) {
            return;
        }
        let told: Vec<Number> = numbers(text).filter(|n| !n.is_plain(text)).collect();
        if told.is_empty() || number_words(text) {
            page.said.push(text.to_owned());
            return;
        }
        self.claims.extend(told.into_iter().map(|n| (n, text.to_owned())));
    }

    /// A number alone: a year, a code, the rank of an item or of a row, the gap of two figures of the row, or a leak.
    fn bare(&mut self, text: &str, page: &mut Page) {
        let mut all = numbers(text);
        let Some(first) = all.next() else { return };
        let year = |n: &Number| n.decimals == 0 && (1900.0..=2100.0).contains(&n.value);
        if year(&first) && all.all(|n| year(&n)) || self.known.codes.contains(text) || self.known.names.contains(text) {
            return;
        }
        if self.in_svg > 0 {
            let key = self.drawings.kind == Kind::Map && self.known.ends.contains(text);
            if !key && !self.drawings.label(first.value) {
                self.refuse(page, format!("un dessin porte le nombre « {text} »"));
            }
            return;
        }
        if self.voice == Voice::Written {
            return;
        }
        if let (true, Some(row)) = (self.in_cell, &mut self.row) {
            row.strays.push((first, row.column));
            return;
        }
        let list = self.lists.last().map(|l| l.1);
        // Sizes of the circles of a key: 1, 2 or 5 and zeros.
        if list == Some(List::Key) && numbers(text).all(|n| is_round(n.value)) {
            return;
        }
        // The next parts of a packet, and where else a place is.
        let part = self.link.trim_end_matches('/').rsplit('/').next();
        let link = u32::try_from(self.links).is_ok_and(|n| f64::from(n) == first.value);
        if list.is_some() && (part == Some(text) || link && self.voice == Voice::Packet) {
            return;
        }
        if list == Some(List::Ranked) && self.ranks.last().is_some_and(|r| f64::from(*r) == first.value) {
            return;
        }
        if self.block.is_empty() && self.row.is_none() && self.label.is_none() {
            self.refuse(page, format!("nombre hors d’un chiffre publié : « {text} »"));
            return;
        }
        self.claims.push((first, text.to_owned()));
    }

    /// Numbers of a table outside its figures: ranks of its rows, and gaps between the figures of a row or of two rows.
    fn strays(&self, table: &[Row<'_>], page: &mut Page) {
        let mut rank = (0, 0.0);
        for row in table {
            for (number, column) in &row.strays {
                if *column == 1 && number.decimals == 0 {
                    rank.0 += 1;
                    if number.value == f64::from(rank.0) || number.value == rank.1 {
                        rank.1 = number.value;
                        continue;
                    }
                }
                let figures: Vec<f64> = if row.cells.is_empty() {
                    let same = table.iter().flat_map(|r| &r.cells).filter(|c| c.2 == *column);
                    same.filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None })
                        .collect()
                } else {
                    let own = row
                        .cells
                        .iter()
                        .filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None });
                    own.chain(row.goals.iter().copied()).collect()
                };
                if !derived(number, &figures) {
                    page.findings.push(leak(
                        self.file,
                        format!(
                            "nombre hors d’un chiffre publié, dans la ligne « {} » d’un tableau",
                            row.label.trim()
                        ),
                        "écrire ce nombre dans un élément <data>, par la porte des chiffres publiés",
                    ));
                }
            }
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
        let words = || (self.voice != Voice::Written && number_words(text)).then(|| text.to_owned());
        if let Some(found) = counted(&without(text, &self.known.labels)).or_else(words) {
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
