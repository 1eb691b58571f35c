//! The tags of a page: what their attributes say, and what has to be settled when they close.

use std::borrow::Cow;

use super::super::allowed;
use super::super::counted::{counted, number_of, without};
use super::super::drawn::{Kind, Shape};
use super::super::facts::{Batch, Said};
use super::super::order::{Row, items_leak, order_leak};
use super::super::parts::Sign;
use super::super::said::{Voice, derived};
use super::super::scan::{attributes, decode};
use super::{List, Page, State, leak, unlike, unlike_figure};

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

/// Codes of a residence's commune, IRIS and QPV from the links of its identity.
pub(super) fn identity(href: &str, lineage: &mut [String; 3]) {
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

impl<'a> State<'a> {
    pub(super) fn open(&mut self, name: &'a str, attrs: &'a str, closed: bool, batch: &mut Batch, page: &mut Page) {
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
    pub(super) fn count(&mut self, scale: &str, number: Option<f64>, page: &mut Page) {
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

    pub(super) fn shape(&mut self, name: &str, href: &str, shape: &Shape<'a>, value: Option<f64>, page: &mut Page) {
        if let Some(wrong) = self.drawings.shape(name, href, shape, value, self.row.as_mut()) {
            page.findings.push(unlike_figure(self.file, wrong));
        }
    }

    /// A block of text ends: the numbers of its words come from its figures, or are told.
    pub(super) fn settle(&mut self, page: &mut Page) {
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

    pub(super) fn fact(
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
    pub(super) fn hidden_shape(&mut self, name: &str, attrs: &str, cell: &str, page: &mut Page) {
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
    pub(super) fn compare(&mut self, sign: Option<Sign>, page: &mut Page) {
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

    pub(super) fn close(&mut self, name: &str, batch: &mut Batch, page: &mut Page) {
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
}
