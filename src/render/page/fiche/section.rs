//! A section of figures: its heading, its two columns and its height on paper.

use minijinja::{Value, context};

use super::super::column::{At, Column};
use super::super::layout::{Block, Mode, Piece};
use super::super::shell::safe;
use super::super::table::Sides;
use super::super::{marks, markup};
use super::advice::Advice;
use super::pieces::{balance, column_height, pieces};
use crate::format;
use crate::model::Scale;

/// A section of a fiche.
#[derive(Debug, Default)]
pub(in crate::render::page) struct Section {
    pub(in crate::render::page) id: String,
    pub(in crate::render::page) title: String,
    /// Sources, vintages, base: HTML.
    pub(in crate::render::page) about: String,
    /// Key of the marks: HTML.
    pub(in crate::render::page) lecture: String,
    pub(in crate::render::page) html: String,
    pub(in crate::render::page) class: &'static str,
    /// Whether packets leave it out.
    pub(in crate::render::page) screen: bool,
    /// Height on paper, in rows of a table.
    pub(in crate::render::page) height: f64,
    pub(in crate::render::page) kind: Kind,
}

/// What a section holds, for the guide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::render::page) enum Kind {
    #[default]
    Figures,
    Closed,
    Around,
}

impl Section {
    pub(super) fn into_value(self) -> Value {
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
pub(super) fn shows_figures<'b, 'a: 'b>(blocks: impl Iterator<Item = &'b Block<'a>>, at: &At<'_>) -> bool {
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
pub(super) fn own(
    block: &Block<'_>,
    sides: &mut Sides<'_>,
    advice: Option<Advice>,
    goals: String,
    level: u8,
) -> Section {
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
        let few = headline.and_then(|(_, f)| f.value()).is_some_and(|v| v.abs() < 2.0);
        about.push_str(&if unit.is_empty() {
            markup::inner(&column.label)
        } else {
            markup::escaped(if few { singular(unit) } else { unit })
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

/// A unit after none or one: « 0 attribution ».
fn singular(unit: &str) -> &str {
    unit.strip_suffix('s')
        .filter(|one| one.len() > 3 && one.bytes().all(|b| b.is_ascii_alphabetic() || !b.is_ascii()))
        .unwrap_or(unit)
}

/// Sets small sections that follow one another in two columns, each in the one that is shorter so far.
pub(super) fn pair(sections: &mut [Section]) {
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
pub(super) fn based<'b, 'a>(block: &'b Block<'a>, at: &At<'_>, base: u32) -> Option<&'b Column<'a>> {
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
pub(super) fn base_of(block: &Block<'_>, at: &At<'_>) -> Option<u32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_singular_after_none_or_one() {
        assert_eq!(singular("attributions"), "attribution");
        assert_eq!(singular("ménages"), "ménage");
        assert_eq!(singular("mois"), "mois");
        assert_eq!(singular("€/m²"), "€/m²");
    }
}
