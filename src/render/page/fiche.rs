//! The fiche of a territory: the same order on screen and paper, blocks from the dictionary, nothing decided here.

use minijinja::{Value, context};

use super::column::{At, Column};
use super::layout::{Block, Mode, Piece};
use super::shell::{About, Crumb, Menu, safe};
use super::table::Sides;
use super::{Renderer, around, goals, keep, lists, marks, markup, packet, series};
use crate::diag::Result;
use crate::format;
use crate::model::{Scale, Site, Territory, Tid};
use crate::plan::{self, Output};

/// A fiche and what its page or its packet says of it.
pub(super) struct Fiche {
    pub(super) view: Value,
    pub(super) place: String,
    pub(super) vintage: String,
    /// What it holds, in the order of the page, for the guide.
    pub(super) parts: Vec<Part>,
}

/// A part of a fiche, as the guide explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Identity,
    Sentences,
    Locator,
    Goals,
    /// A block of figures, by title.
    Figures(String),
    /// A block that is not open at the scale, by title.
    Closed(String),
    /// Equipment and quartier, by title.
    Around(String),
}

/// Renders the page of a territory.
pub(super) fn page(r: &Renderer<'_>, tid: Tid) -> Result<String> {
    let territory = r.site.territories.get(tid);
    let folder = plan::folder(r.site, tid);
    let depth = folder.matches('/').count();
    let root = "../".repeat(depth);
    let fiche = view(r, tid, 1, String::new(), "", &root);
    let about = About {
        title: title(r, territory),
        description: description(r, territory, &fiche.place),
        place: fiche.place,
        vintage: fiche.vintage,
        class: match territory.scale {
            Scale::Residence => "p-residence",
            Scale::Metropole => "p-metropole",
            _ => "p-territoire",
        },
        menu: Some(match territory.scale {
            Scale::Metropole => Menu::Home,
            scale => Menu::Scale(scale),
        }),
        crumbs: crumbs(r, tid),
        tool: Some("fiche"),
        ..About::default()
    };
    let html = r.render(
        "fiche.html",
        r.shell.context(depth, about, context! { f => fiche.view }),
    )?;
    if territory.scale == Scale::Residence {
        r.keep_paper(tid, &html);
    }
    Ok(html)
}

/// What a fiche holds, from the titles of its blocks: « IRIS Le Canal · 990190103 : parc, occupation, attributions. »
fn description(r: &Renderer<'_>, territory: &Territory, place: &str) -> String {
    let titles: Vec<String> = r
        .layout(territory.scale)
        .blocks
        .iter()
        .map(|b| markup::inner(&b.title))
        .collect();
    if titles.is_empty() {
        place.to_owned()
    } else {
        format!("{place} : {}.", titles.join(", "))
    }
}

/// Name of a page, different for each territory: names are shared, codes are not.
fn title(r: &Renderer<'_>, territory: &Territory) -> String {
    match territory.scale {
        Scale::Metropole => territory.name.clone(),
        scale => format!("{} — {} {}", territory.name, r.label(scale), territory.code),
    }
}

fn crumbs(r: &Renderer<'_>, tid: Tid) -> Vec<Crumb> {
    let territories = &r.site.territories;
    let territory = territories.get(tid);
    let mut out = Vec::new();
    let mut up = |t: Tid| out.push(Crumb::link(territories.get(t).name.clone(), plan::folder(r.site, t)));
    if territory.scale != Scale::Metropole {
        up(territories.metropole());
    }
    if let Some(commune) = territory.lineage.commune {
        up(commune);
    }
    if let Some(iris) = territory.lineage.iris {
        up(iris);
    }
    out.push(Crumb::here(territory.name.clone()));
    out
}

/// References of a territory: its commune, then the metropole.
pub(super) fn references<'a>(r: &'a Renderer<'_>, tid: Tid) -> Vec<(At<'a>, &'a str)> {
    let site = r.site;
    let territory = site.territories.get(tid);
    let mut out = Vec::new();
    if territory.scale > Scale::Commune
        && let Some(commune) = territory.lineage.commune
    {
        out.push((At::new(site, commune), r.label(Scale::Commune)));
    }
    if territory.scale != Scale::Metropole {
        out.push((At::new(site, site.territories.metropole()), r.label(Scale::Metropole)));
    }
    out
}

/// Makes the fiche of a territory; `level` is that of its name, `prefix` opens its identifiers.
pub(super) fn view(r: &Renderer<'_>, tid: Tid, level: u8, class: String, prefix: &str, root: &str) -> Fiche {
    let site = r.site;
    let territory = site.territories.get(tid);
    let scale = territory.scale;
    let at = At::new(site, tid);
    let layout = r.layout(scale);
    let label = r.label(scale);
    let mut sides = Sides {
        here: at,
        label,
        references: references(r, tid),
        root,
        base: None,
        vintage: None,
        prefix,
        nouns: &r.nouns,
    };
    let hidden = scale == Scale::Residence && !shows_figures(layout.blocks.iter(), &at);
    // A quartier in a packet goes with the fiches of its residences, and says what they leave to it: no list of them, no
    // map, no series, none of the blocks that they have of their own.
    let in_packet = !prefix.is_empty();
    let told = |block: &Block<'_>| {
        let of_residence = &r.layout(Scale::Residence).blocks;
        of_residence.iter().any(|b| b.id == block.id && b.mode == Mode::Own)
    };
    let mut sections: Vec<Section> = Vec::new();
    if scale != Scale::Residence && !in_packet {
        sections.extend(r.maps.section(r, tid, root, prefix));
        sections.extend(series::section(layout, &sides, r));
    }
    if hidden {
        // Advice and goals are words: they are for a residence without figures too.
        let mut section = around::protected(r, layout, &sides, territory);
        if let Some(advice) = advice(r, tid, root, level) {
            section.html.push_str(&advice.html);
            section.height += advice.height;
        }
        sections.push(section);
    } else {
        let mut advice = advice(r, tid, root, level);
        for block in &layout.blocks {
            match block.mode {
                Mode::Own if around::is_equipment(block) || in_packet && told(block) => {}
                Mode::Own => {
                    let goals = goals::gauges(r, block, &sides);
                    sections.push(own(block, &mut sides, advice.take(), goals, level));
                }
                Mode::Closed => sections.push(around::closed(r, block, territory, root)),
                Mode::Quartier(_) => {}
            }
        }
    }
    if scale == Scale::Residence {
        sections.extend(around::section(r, layout, &mut sides, territory, level));
    } else if !in_packet {
        lists::children(r, tid, root, &mut sections);
    }
    if scale != Scale::Residence {
        let kept = |id: &str| layout.blocks.iter().any(|b| b.id == id && !told(b));
        for section in &mut sections {
            section.screen = !kept(&section.id);
        }
    }
    pair(&mut sections);
    let in_qpv = territory.lineage.qpv.is_some() || scale != Scale::Residence;
    let vintage = vintages(layout.blocks.iter(), hidden, in_qpv, usize::MAX);
    let keep_list = if hidden {
        String::new()
    } else {
        keep::sentences(layout, &sides)
    };
    let (keep_title, keep) = if hidden {
        (
            "Une résidence présente, des chiffres protégés",
            around::protected_words(layout, &at, site.config.thresholds.dwellings),
        )
    } else if keep_list.is_empty() {
        ("", String::new())
    } else {
        ("À retenir", format!("<ul>\n{keep_list}</ul>"))
    };
    let goals = goals::for_residence(r, territory);
    let kind = if scale == Scale::Metropole {
        "Territoire de référence"
    } else {
        label
    };
    let dense = if scale == Scale::Residence {
        fold(
            &mut sections,
            head_height(site, territory, &vintage, &keep, goals.len()),
        )
    } else {
        ""
    };
    let locator = r.maps.locator(r, tid, root, prefix);
    let mut parts = vec![Part::Identity];
    parts.extend((!keep.is_empty()).then_some(Part::Sentences));
    parts.extend((!locator.is_empty()).then_some(Part::Locator));
    parts.extend((!goals.is_empty()).then_some(Part::Goals));
    parts.extend(sections.iter().map(|s| match s.kind {
        Kind::Figures => Part::Figures(s.title.clone()),
        Kind::Closed => Part::Closed(s.title.clone()),
        Kind::Around => Part::Around(s.title.clone()),
    }));
    let head = head(r, tid);
    let view = context! {
        prefix,
        level,
        class => format!("{}{}{class}", scale.key(), dense),
        solo => locator.is_empty(),
        kind,
        code => territory.code.as_str(),
        name => territory.name.as_str(),
        address => territory.address.as_deref(),
        identity => identity(r, tid, &vintage, hidden, root),
        actions => if in_packet { Vec::new() } else { actions(r, tid) },
        keep_title,
        keep => safe(keep),
        locator => safe(locator.clone()),
        figures => safe(if scale == Scale::Residence { String::new() } else { figures(layout, &sides, site) }),
        goals_title => "Objectif d’équilibre",
        goals,
        sections => sections.into_iter().map(Section::into_value).collect::<Vec<_>>(),
        notes => safe(notes(scale, hidden, site.config.small_base.below)),
    };
    Fiche {
        view,
        place: head.0,
        vintage: head.1,
        parts,
    }
}

/// Place and vintages at the head of the printed sides of a fiche.
pub(super) fn head(r: &Renderer<'_>, tid: Tid) -> (String, String) {
    let territory = r.site.territories.get(tid);
    let layout = r.layout(territory.scale);
    let hidden = territory.scale == Scale::Residence && !shows_figures(layout.blocks.iter(), &At::new(r.site, tid));
    let in_qpv = territory.lineage.qpv.is_some() || territory.scale != Scale::Residence;
    (place(r, territory), vintages(layout.blocks.iter(), hidden, in_qpv, 1))
}

/// Place and code at the head of printed sides.
pub(super) fn place(r: &Renderer<'_>, territory: &Territory) -> String {
    let label = r.label(territory.scale);
    let mut out = match territory.scale {
        Scale::Metropole => format!("{} · {}", territory.name, territory.code),
        _ if territory.name.starts_with(label) => format!("{} · {}", territory.name, territory.code),
        _ => format!("{label} {} · {}", territory.name, territory.code),
    };
    if territory.scale > Scale::Commune
        && let Some(commune) = territory.lineage.commune
    {
        out.push_str(" · ");
        out.push_str(&r.site.territories.get(commune).name);
    }
    out
}

/// A section of a fiche.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    /// Sources, vintages, base: HTML.
    pub(super) about: String,
    /// Key of the marks: HTML.
    pub(super) lecture: String,
    pub(super) html: String,
    pub(super) class: &'static str,
    /// Whether packets leave it out.
    pub(super) screen: bool,
    /// Height on paper, in rows of a table.
    pub(super) height: f64,
    pub(super) kind: Kind,
}

/// What a section holds, for the guide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Figures,
    Closed,
    Around,
}

impl Section {
    fn into_value(self) -> Value {
        context! {
            id => self.id,
            title => self.title,
            about => safe(self.about),
            lecture => safe(self.lecture),
            html => safe(self.html),
            class => match (self.class, self.screen) {
                (class, false) => class.to_owned(),
                ("", true) => "hors-dossier".to_owned(),
                (class, true) => format!("{class} hors-dossier"),
            },
        }
    }
}

/// Whether the territory has at least one figure of its own, equipment apart.
fn shows_figures<'b, 'a: 'b>(blocks: impl Iterator<Item = &'b Block<'a>>, at: &At<'_>) -> bool {
    let shown = |c: &Column<'_>| c.get(at.scale, at.rank).is_some_and(|f| f.state().is_none());
    blocks.filter(|b| b.mode == Mode::Own).any(|block| {
        block.headline.as_ref().is_some_and(shown)
            || block.pieces.iter().any(|piece| match piece {
                Piece::Group { rows, .. } | Piece::Strip { rows, .. } | Piece::Rows { rows } => rows
                    .iter()
                    .any(|r| shown(&r.column) && r.column.indicator.base != crate::model::Base::Public),
                Piece::Steps { column } | Piece::Word { column } => shown(column),
                Piece::Equipment { .. } => false,
            })
    })
}

/// Pieces of a block in two columns of like height, in order.
fn own(block: &Block<'_>, sides: &mut Sides<'_>, advice: Option<Advice>, goals: String, level: u8) -> Section {
    let at = sides.here;
    let headline = block
        .headline
        .as_ref()
        .and_then(|c| Some((c, c.get(at.scale, at.rank)?)));
    sides.vintage = block.vintage;
    sides.base = base_of(block, &at);
    let mut about = String::new();
    if let Some((column, _)) = headline {
        about.push_str("<b class=\"big\">");
        column.data(&mut about, &at);
        about.push_str("</b> ");
        let unit = &column.indicator.unit;
        about.push_str(&if unit.is_empty() {
            markup::inner(&column.label)
        } else {
            markup::escaped(unit)
        });
        about.push_str(" · ");
    }
    about.push_str(&block.sources);
    let says_base = headline.and_then(|(_, f)| f.value()).map(|v| format::number(v, 0))
        == sides.base.map(|b| format::integer(u64::from(b)));
    if let (false, Some(base)) = (says_base, sides.base)
        && let Some(column) = based(block, &at, base)
    {
        about.push_str(" · <b>n\u{A0}=\u{A0}");
        markup::base(&mut about, (at.scale.key(), at.code, &column.suffix), base);
        about.push_str("</b>");
    }
    for coverage in &block.coverage {
        about.push_str(" · ");
        about.push_str(&markup::inner(&coverage.label));
        about.push(' ');
        coverage.data(&mut about, &at);
        about.push_str("\u{A0}%");
    }
    let extra = advice.as_ref().map_or(0.0, |a| a.height);
    let (left, right) = balance(&block.pieces, extra);
    let mut part = 0;
    // One small table alone leaves the other half to the next section.
    let half = right.is_empty() && goals.is_empty() && advice.is_none() || left.is_empty() && goals.is_empty();
    let mut html = goals;
    if half {
        pieces(&mut html, block, &block.pieces, sides, &mut part, level);
        html.push_str(advice.as_ref().map_or("", |a| &a.html));
    } else {
        html.push_str("<div class=\"cols\">\n<div>\n");
        pieces(&mut html, block, left, sides, &mut part, level);
        html.push_str("</div>\n<div>\n");
        pieces(&mut html, block, right, sides, &mut part, level);
        html.push_str(advice.as_ref().map_or("", |a| &a.html));
        html.push_str("</div>\n</div>\n");
    }
    // The sheet of a residence has no room for them: they are one link away.
    if at.scale != Scale::Residence && !block.notes.is_empty() {
        html.push_str("<ul class=\"note caveats\">\n");
        for (labels, note) in &block.notes {
            html.push_str(&format!("<li><b>{}</b>\u{A0}: ", labels.join(", ")));
            html.push_str(note);
            html.push_str("</li>\n");
        }
        html.push_str("</ul>\n");
    }
    let height = column_height(left).max(column_height(right) + extra) + 3.2;
    Section {
        id: block.id.clone(),
        title: block.title.clone(),
        about,
        lecture: marks::key(sides),
        html,
        class: if half { "half" } else { "" },
        screen: false,
        height,
        kind: Kind::Figures,
    }
}

/// Sets small sections that follow one another in two columns, each in the one that is shorter so far.
fn pair(sections: &mut [Section]) {
    for run in sections.chunk_by_mut(|a, b| (a.class == "half") == (b.class == "half")) {
        match run {
            [one] if one.class == "half" => one.class = "half left alone",
            [first, ..] if first.class == "half" => {
                let (mut left, mut right) = (0.0, 0.0);
                for section in run {
                    let (class, column) = if left <= right {
                        ("half left", &mut left)
                    } else {
                        ("half right", &mut right)
                    };
                    section.class = class;
                    *column += section.height;
                }
            }
            _ => {}
        }
    }
}

/// First share of a block that rests on a base.
fn based<'b, 'a>(block: &'b Block<'a>, at: &At<'_>, base: u32) -> Option<&'b Column<'a>> {
    block
        .pieces
        .iter()
        .flat_map(|p| match p {
            Piece::Group { rows, .. } | Piece::Strip { rows, .. } | Piece::Rows { rows } => rows.as_slice(),
            _ => &[],
        })
        .map(|r| &r.column)
        .filter(|c| c.indicator.kind.is_ratio())
        .find(|c| c.get(at.scale, at.rank).and_then(|f| f.base()) == Some(base))
}

/// Base that most shares of a block rest on.
fn base_of(block: &Block<'_>, at: &At<'_>) -> Option<u32> {
    let mut seen: Vec<(u32, usize)> = Vec::new();
    for piece in &block.pieces {
        let (Piece::Group { rows, .. } | Piece::Strip { rows, .. } | Piece::Rows { rows }) = piece else {
            continue;
        };
        for row in rows.iter().filter(|r| r.column.indicator.kind.is_ratio()) {
            let Some(base) = row.column.get(at.scale, at.rank).and_then(|f| f.base()) else {
                continue;
            };
            match seen.iter_mut().find(|(b, _)| *b == base) {
                Some((_, n)) => *n += 1,
                None => seen.push((base, 1)),
            }
        }
    }
    seen.into_iter().max_by_key(|(b, n)| (*n, *b)).map(|(b, _)| b)
}

pub(super) fn piece_height(piece: &Piece<'_>) -> f64 {
    match piece {
        Piece::Group { rows, stacked, .. } => rows.len() as f64 + 1.25 + if *stacked { 5.0 } else { 0.0 },
        Piece::Strip { .. } => 10.0,
        Piece::Rows { rows } => {
            // A long name takes a second line in half a page.
            let long = rows.iter().filter(|r| r.column.label.chars().count() > 24).count();
            rows.len() as f64 + 2.3 + long as f64 * 0.8
        }
        Piece::Steps { .. } => 4.0,
        Piece::Word { .. } => 3.2,
        Piece::Equipment { families, .. } => families.len() as f64 * 1.25 + 3.4,
    }
}

fn column_height(pieces: &[Piece<'_>]) -> f64 {
    let heads = pieces
        .windows(2)
        .filter(|w| matches!(w[1], Piece::Group { .. }) && !matches!(w[0], Piece::Group { .. }))
        .count()
        + usize::from(matches!(pieces.first(), Some(Piece::Group { .. })));
    pieces.iter().map(piece_height).sum::<f64>() + heads as f64 * 2.0
}

/// Cuts a list of pieces where the taller of the two columns is shortest; `extra` ends the second one.
fn balance<'b, 'a>(pieces: &'b [Piece<'a>], extra: f64) -> (&'b [Piece<'a>], &'b [Piece<'a>]) {
    let cut = (0..=pieces.len())
        .min_by(|a, b| {
            let tallest = |cut: usize| column_height(&pieces[..cut]).max(column_height(&pieces[cut..]) + extra);
            tallest(*a).total_cmp(&tallest(*b)).then(b.cmp(a))
        })
        .unwrap_or(0);
    pieces.split_at(cut)
}

/// Appends pieces in order; neighbouring groups share a table.
pub(super) fn pieces(
    out: &mut String,
    block: &Block<'_>,
    list: &[Piece<'_>],
    sides: &Sides<'_>,
    part: &mut usize,
    level: u8,
) {
    let title = markup::escaped(&block.title);
    let mut i = 0;
    while i < list.len() {
        match &list[i] {
            Piece::Group { .. } => {
                let end = list[i..]
                    .iter()
                    .position(|p| !matches!(p, Piece::Group { .. }))
                    .map_or(list.len(), |n| i + n);
                for piece in &list[i..end] {
                    if let Piece::Group {
                        rows,
                        label,
                        stacked: true,
                        ..
                    } = piece
                    {
                        marks::stack(out, rows, label, sides);
                    }
                }
                *part += 1;
                let caption = if *part == 1 {
                    format!("{title} : répartition")
                } else {
                    format!("{title} : répartition (suite)")
                };
                sides.groups(out, &caption, &list[i..end].iter().collect::<Vec<_>>());
                i = end;
                continue;
            }
            Piece::Strip { label, rows, .. } => sides.strip(out, label, rows),
            Piece::Rows { rows } => sides.numbers(out, &format!("{title} : niveaux et taux"), rows),
            Piece::Steps { column } => steps(out, column, sides, level, None),
            Piece::Word { column } => word(out, column, sides),
            Piece::Equipment { .. } => {}
        }
        i += 1;
    }
}

/// A class among its ordered words.
pub(super) fn steps(out: &mut String, column: &Column<'_>, sides: &Sides<'_>, level: u8, of: Option<(&At<'_>, &str)>) {
    let at = of.map_or(&sides.here, |(at, _)| at);
    let Some(figure) = column.get(at.scale, at.rank) else {
        return;
    };
    let h = level + 2;
    out.push_str(&format!("<h{h} class=\"sub\">"));
    if let Some((_, name)) = of {
        out.push_str(name);
        out.push_str("\u{A0}: ");
    }
    markup::link(
        out,
        sides.root,
        &format!("indicateurs/{}/", column.indicator.id),
        &if of.is_some() {
            markup::inner(&column.label)
        } else {
            column.label.clone()
        },
    );
    if let Some(word) = figure.word() {
        out.push_str(&format!(" {} sur {}, « ", word + 1, column.indicator.categories.len()));
        column.data(out, at);
        out.push_str(" »");
    } else {
        out.push(' ');
        column.data(out, at);
        if let Some(state) = figure.state() {
            out.push(' ');
            out.push_str(state.word());
        }
    }
    out.push_str(&format!("</h{h}>\n<ol class=\"steps\">"));
    for (i, category) in column.indicator.categories.iter().enumerate() {
        out.push_str(if figure.word().is_some_and(|w| usize::from(w) == i) {
            "<li class=\"on\" aria-current=\"true\"><b>"
        } else {
            "<li><b>"
        });
        out.push_str(&(i + 1).to_string());
        out.push_str("</b> ");
        markup::esc(out, &category.label);
        out.push_str("</li>");
    }
    out.push_str("</ol>\n");
}

fn word(out: &mut String, column: &Column<'_>, sides: &Sides<'_>) {
    out.push_str("<dl class=\"word\">\n<dt>");
    markup::link(
        out,
        sides.root,
        &format!("indicateurs/{}/", column.indicator.id),
        &column.label,
    );
    out.push_str("</dt>\n<dd><strong>");
    column.data(out, &sides.here);
    out.push_str("</strong>");
    if let Some(state) = column.get(sides.here.scale, sides.here.rank).and_then(|f| f.state()) {
        out.push(' ');
        out.push_str(state.word());
    }
    out.push_str(" <span class=\"ref\">");
    out.push_str(&column.cell.vintage.label());
    if !column.indicator.note.is_empty() {
        out.push_str(" ; ");
        markup::esc(out, &markup::inner(&column.indicator.note));
    }
    out.push_str("</span></dd>\n</dl>\n");
}

/// What a side of an A4 sheet holds between its margins, in millimetres.
const SIDE: f64 = 258.0;
/// Height of a row of a table on paper, in millimetres, from the roomiest setting to the tightest.
const ROW: [f64; 3] = [4.4, 4.05, 3.7];

/// Sends to the back of the sheet the first section that the front cannot hold, and tightens the rows where needed.
///
/// `top` is the height of the head of the fiche in millimetres. Heights are estimates, checked on printed fiches.
fn fold(sections: &mut [Section], top: f64) -> &'static str {
    // Notes and source at the end of the last side.
    const END: f64 = 26.0;
    let mut choice = 2;
    let mut turn = sections.len();
    for (density, row) in ROW.iter().enumerate() {
        let mut used = top;
        turn = sections.len();
        for (i, section) in sections.iter().enumerate() {
            used += section.height * row;
            if i > 0 && used > SIDE {
                turn = i;
                break;
            }
        }
        let front = top + sections[..turn].iter().map(|s| s.height * row).sum::<f64>();
        let back = END + sections[turn..].iter().map(|s| s.height * row).sum::<f64>();
        if front <= SIDE && back <= SIDE {
            choice = density;
            break;
        }
    }
    if let Some(section) = sections.get_mut(turn) {
        section.class = "verso";
    }
    ["", " dense", " dense-2"][choice]
}

/// Number of lines that a text takes, `width` characters at most on each; words are cut at spaces and hyphens.
fn lines(text: &str, width: usize) -> f64 {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_inclusive([' ', '-']) {
        let long = word.chars().count();
        let seen = word.trim_end().chars().count();
        if used > 0 && used + seen > width {
            lines += 1;
            used = 0;
        }
        used += long;
        lines += used.saturating_sub(1) / width;
        used = if used > width { used % width } else { used };
    }
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX))
}

/// Height of the head of a residence's fiche on paper, in millimetres.
fn head_height(site: &Site, territory: &Territory, vintage: &str, keep: &str, goals: usize) -> f64 {
    let name = lines(&territory.name, 28) * 7.6;
    // The identity is set two by two: each row has the height of its longer text.
    let place = |tid: Option<Tid>| {
        tid.map_or(1.0, |t| {
            let place = site.territories.get(t);
            lines(&format!("{} {}", place.name, place.code), 22)
        })
    };
    let lineage = territory.lineage;
    let landlord = territory.landlord.as_ref().filter(|_| site.config.landlords.shown);
    let landlord = landlord.map_or(0.0, |l| lines(l, 22) + lines(&site.config.landlords.legal_basis, 26));
    let identity = place(lineage.commune).max(place(lineage.iris))
        + (place(lineage.qpv) + 1.0).max(landlord)
        + lines(vintage, 22).max(2.0);
    let identity = (identity * 3.3 + 2.0).max(34.0);
    let address = territory.address.as_deref().map_or(0.0, |a| lines(a, 62) * 5.2);
    // Words of the sentences, tags left out.
    let mut words = String::new();
    let mut inside = false;
    let mut sentences = 0.0;
    for c in keep.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            '\n' => {
                sentences += lines(&words, 72) * 4.1 + 1.6;
                words.clear();
            }
            c if !inside => words.push(c),
            _ => {}
        }
    }
    let left = 5.0 + name + address + identity + 7.0 + sentences;
    let right = 80.0;
    let goals = if goals == 0 { 0.0 } else { 12.0 + goals as f64 * 5.2 };
    left.max(right) + goals + 6.0
}

/// Vintages of the blocks, themes of the same vintage together: « Parc 2025 · Occupation, Environnement 2024 ».
fn vintages<'b, 'a: 'b>(
    blocks: impl Iterator<Item = &'b Block<'a>>,
    hidden: bool,
    in_qpv: bool,
    most: usize,
) -> String {
    let mut seen: Vec<(String, Vec<&str>)> = Vec::new();
    for block in blocks
        .filter(|b| !hidden || b.mode != Mode::Closed)
        .filter(|b| in_qpv || b.mode != Mode::Quartier(Scale::Qpv))
    {
        let Some(vintage) = block.vintage else { continue };
        let vintage = vintage.label();
        match seen.iter_mut().find(|(v, _)| *v == vintage) {
            Some((_, titles)) => titles.push(&block.title),
            None => seen.push((vintage, vec![&block.title])),
        }
    }
    let parts: Vec<String> = seen
        .into_iter()
        .map(|(vintage, titles)| {
            let names: Vec<String> = titles
                .iter()
                .enumerate()
                .map(|(i, t)| if i == 0 { (*t).to_owned() } else { markup::inner(t) })
                .collect();
            if names.len() > most {
                format!("{} et autres {vintage}", names[0])
            } else {
                format!("{} {vintage}", names.join(", "))
            }
        })
        .collect();
    parts.join(" · ")
}

fn place_link(r: &Renderer<'_>, tid: Tid, root: &str) -> String {
    let territory = r.site.territories.get(tid);
    let mut out = String::new();
    markup::link(
        &mut out,
        root,
        &plan::folder(r.site, tid),
        &markup::escaped(&territory.name),
    );
    out.push_str(" <span class=\"code\">");
    markup::esc(&mut out, territory.code.as_str());
    out.push_str("</span>");
    out
}

fn identity(r: &Renderer<'_>, tid: Tid, vintage: &str, hidden: bool, root: &str) -> Vec<Value> {
    let site = r.site;
    let territory = site.territories.get(tid);
    let mut out = Vec::new();
    let mut item = |label: &str, html: String| out.push(context! { label, html => safe(html) });
    let geography = |t: &Territory| {
        t.geography
            .map_or(String::new(), |y| format!(" <span class=\"ref\">géographie {y}</span>"))
    };
    let label = |scale: Scale| r.label(scale);
    if territory.scale == Scale::Residence || territory.scale == Scale::Iris {
        if let Some(commune) = territory.lineage.commune {
            item(label(Scale::Commune), place_link(r, commune, root));
        }
    } else if territory.scale == Scale::Qpv {
        let communes = site.territories.communes_of_qpv(tid);
        let list: Vec<String> = communes.iter().map(|t| place_link(r, *t, root)).collect();
        item(
            if list.len() > 1 {
                "Communes"
            } else {
                label(Scale::Commune)
            },
            if list.is_empty() {
                "non localisé".to_owned()
            } else {
                list.join(", ")
            },
        );
        let iris: Vec<String> = site
            .territories
            .iris_of_qpv(tid)
            .iter()
            .map(|t| place_link(r, *t, root))
            .collect();
        if !iris.is_empty() {
            item("IRIS traversés", iris.join(", "));
        }
        if let Some(year) = territory.geography {
            item("Géographie", year.to_string());
        }
    }
    if territory.scale == Scale::Residence {
        if let Some(iris) = territory.lineage.iris {
            item(label(Scale::Iris), place_link(r, iris, root));
        }
        item(
            label(Scale::Qpv),
            match territory.lineage.qpv {
                Some(qpv) => place_link(r, qpv, root) + &geography(site.territories.get(qpv)),
                None => "hors QPV".to_owned(),
            },
        );
        if let Some(landlord) = territory.landlord.as_ref().filter(|_| site.config.landlords.shown) {
            item(
                "Bailleur",
                format!(
                    "{} <span class=\"ref\">{}</span>",
                    markup::escaped(landlord),
                    markup::escaped(&site.config.landlords.legal_basis)
                ),
            );
        }
    } else {
        if territory.scale == Scale::Commune || territory.scale == Scale::Metropole {
            item(
                "Code",
                format!(
                    "{}{}",
                    territory.code,
                    territory
                        .geography
                        .map_or(String::new(), |y| format!(", géographie {y}"))
                ),
            );
        }
        let mut parts = Vec::new();
        for (scale, one, many) in [
            (Scale::Commune, "commune", "communes"),
            (Scale::Iris, "IRIS", "IRIS"),
            (Scale::Qpv, "QPV", "QPV"),
            (Scale::Residence, "résidence", "résidences"),
        ] {
            if scale <= territory.scale {
                continue;
            }
            let count = site.territories.inside(tid, scale).len();
            if count > 0 {
                let mut text = String::new();
                markup::count(&mut text, scale.key(), count);
                parts.push(format!("{text} {}", format::plural(count as u64, one, many)));
            }
        }
        if !parts.is_empty() {
            item("Territoire", parts.join(", "));
        }
    }
    if !vintage.is_empty() {
        item("Millésimes", markup::escaped(vintage));
    }
    if territory.scale == Scale::Residence {
        item(
            "Diffusion",
            if hidden {
                let mut sign = String::new();
                let at = At::new(site, tid);
                let column = r.layout(territory.scale).blocks.iter().find_map(around::emblem);
                if let Some(column) = column {
                    column.data(&mut sign, &at);
                    sign.push(' ');
                    let state = column.get(at.scale, at.rank).and_then(|f| f.state());
                    sign.push_str(state.map_or("", |s| s.word()));
                }
                sign
            } else {
                format!(
                    "chiffres publiés : {} logements et plus",
                    site.config.thresholds.dwellings
                )
            },
        );
    }
    out
}

fn actions(r: &Renderer<'_>, tid: Tid) -> Vec<Value> {
    let mut out = Vec::new();
    let mut action = |output: Output, label: &str, note: &str| {
        if let Some(address) = r.plan.address(&output) {
            out.push(context! { href => address, label, note });
        }
    };
    action(Output::TerritoryBook(tid), "Classeur", ".xlsx");
    action(Output::Residences(tid), "Toutes ses résidences", "");
    if let Some(address) = packet::address(r, tid) {
        out.push(context! { href => address, label => "Dossier de commission", note => "à imprimer" });
    }
    out
}

/// First numbers of the fiche, large.
fn figures(layout: &super::layout::Layout<'_>, sides: &Sides<'_>, site: &Site) -> String {
    let mut out = String::from("<dl class=\"figs\">\n");
    let mut count = 0;
    if let Some((block, column)) = layout.blocks.iter().find_map(|b| Some((b, b.headline.as_ref()?))) {
        out.push_str("<div><dt>");
        out.push_str(&column.label);
        out.push_str("</dt><dd><b>");
        column.data(&mut out, &sides.here);
        out.push_str("</b>");
        if let Some(change) = block
            .series
            .iter()
            .find(|s| s.first().is_some_and(|c| c.iid == column.iid))
            .and_then(|s| series::change(s, &sides.here, site))
        {
            out.push_str(&format!("<small>{change}</small>"));
        }
        out.push_str("</dd></div>\n");
        count += 1;
    }
    for row in layout.key_rows(5) {
        let column = &row.column;
        out.push_str("<div><dt>");
        out.push_str(&column.label);
        out.push_str("</dt><dd><b>");
        column.data(&mut out, &sides.here);
        out.push_str("</b>");
        if column
            .get(sides.here.scale, sides.here.rank)
            .is_some_and(|f| f.state().is_none())
        {
            let unit = match column.indicator.unit.as_str() {
                "" if column.indicator.kind.is_ratio() => "%".to_owned(),
                unit => markup::escaped(unit),
            };
            out.push_str(&format!("<span>\u{A0}{unit}</span>"));
        }
        if let Some((at, label)) = sides.references.first() {
            out.push_str("<small>");
            out.push_str(&markup::inner(label));
            out.push(' ');
            column.data(&mut out, at);
            out.push_str("</small>");
        }
        out.push_str("</dd></div>\n");
        count += 1;
    }
    out.push_str("</dl>");
    if count == 0 { String::new() } else { out }
}

/// Advice in its box, with its height on paper in rows.
struct Advice {
    html: String,
    height: f64,
}

/// Advice of the monitoring group for the residence, its QPV, its IRIS or its commune; the narrowest first.
fn advice(r: &Renderer<'_>, tid: Tid, root: &str, level: u8) -> Option<Advice> {
    let lineage = r.site.territories.get(tid).lineage;
    let content = [Some(tid), lineage.qpv, lineage.iris, lineage.commune]
        .into_iter()
        .flatten()
        .find_map(|t| {
            r.site
                .contents
                .iter()
                .find(|c| c.section() == "preconisations" && !c.is_section && c.territories.contains(&t))
        })?;
    let h = level + 2;
    let html = format!(
        "<aside class=\"advice\" aria-label=\"Préconisation\">\n<h{h} class=\"sub\">{}</h{h}>\n<p class=\"ref\">{}</p>\n{}</aside>\n",
        markup::escaped(&content.title),
        markup::escaped(&content.description),
        crate::render::markdown::html(&content.body, root)
    );
    // About 62 characters to the line of a half page; a blank line opens a paragraph.
    let lines: usize = content.body.lines().map(|l| l.chars().count().div_ceil(62)).sum();
    Some(Advice {
        html,
        height: lines as f64 * 0.95 + 4.6,
    })
}

fn notes(scale: Scale, hidden: bool, small: u32) -> String {
    let own = match (scale, hidden) {
        (Scale::Residence, false) => &format!(
            "Une part qui porte sur moins de {small} logements ou ménages est sans décimale et se lit avec son effectif (n). "
        ),
        (Scale::Residence, true) => "",
        _ => {
            "Les chiffres masqués ne se retrouvent pas par différence : un territoire peut être secret pour en protéger un autre. "
        }
    };
    let near = if scale == Scale::Residence {
        " Distances à vol d’oiseau."
    } else {
        ""
    };
    format!("{own}Un chiffre décrit un ensemble de logements, jamais un ménage ; il ne dit rien d’un candidat.{near}")
}
