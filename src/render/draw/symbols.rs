//! Map of a count: a circle at each public place, its area in proportion to the published count.
//!
//! A hidden count is a diamond of fixed size. Circles are drawn from the largest published count down, then the
//! diamonds in the order of their codes, so that neither size nor order says anything of a hidden count.

use std::fmt::Write as _;

use geo::Coord;

use super::legend::diamond;
use super::map::{self, Ground};
use super::svg::{ACCENT, INK_2, escape, num, short, spot};
use super::{Texts, Value};
use crate::format::machine;
use crate::geometry::frame::Frame;

/// A place that carries a count.
#[derive(Debug, Clone, Copy)]
pub struct Symbol<'a> {
    /// Code, for the order of hidden ones.
    pub code: &'a str,
    /// Name, for the tooltip.
    pub name: &'a str,
    /// Public location, in degrees.
    pub at: Coord,
    /// `scale:code:indicator[:category]:vintage`.
    pub cell: &'a str,
    /// Published count, or state.
    pub value: Value,
    /// The figure as it is written in the table: `64 logements`, `secret`.
    pub figure: &'a str,
    /// Page of the place, relative.
    pub href: Option<&'a str>,
}

/// What a map of counts is made of.
#[derive(Debug, Clone, Copy)]
pub struct Symbols<'a> {
    /// Words.
    pub texts: Texts<'a>,
    /// Zones of the ground, limits and QPV.
    pub ground: &'a Ground,
    /// Places.
    pub symbols: &'a [Symbol<'a>],
    /// Radius of a count of one, in drawing units (see [`per_unit`]).
    pub per_unit: f64,
}

/// Gives the radius of a count of one such that the largest published count has the radius `largest`.
///
/// Only published counts are looked at.
pub fn per_unit<'a>(values: impl IntoIterator<Item = &'a Value>, largest: f64) -> f64 {
    let max = values.into_iter().filter_map(|v| v.number()).fold(1.0, f64::max);
    largest / max.sqrt()
}

/// Draws a map of counts.
pub fn draw(map: &Symbols) -> String {
    let ground = map.ground;
    let mut out = String::with_capacity(map.symbols.len() * 200 + 4096);
    ground.open(&mut out, &map.texts, map.symbols.iter().any(|s| s.href.is_some()));
    ground.bare(&mut out);
    draw_symbols(&mut out, &ground.frame, map.symbols, map.per_unit, None);
    map::strip(&mut out, &ground.frame);
    out.push_str("</svg>");
    out
}

/// Draws symbols that fall in the frame, published ones first; returns the circles drawn as (x, y, radius).
pub(super) fn draw_symbols(
    out: &mut String,
    frame: &Frame,
    symbols: &[Symbol],
    per_unit: f64,
    max_radius: Option<f64>,
) -> Vec<(f64, f64, f64)> {
    let mut shown: Vec<(&Symbol, f64)> = Vec::new();
    let mut hidden: Vec<&Symbol> = Vec::new();
    for symbol in symbols.iter().filter(|s| frame.shows(s.at, -16.0)) {
        match symbol.value.number() {
            Some(n) => shown.push((symbol, n.max(0.0))),
            None => hidden.push(symbol),
        }
    }
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.code.cmp(b.0.code)));
    hidden.sort_by(|a, b| a.code.cmp(b.code));
    let mut discs = Vec::new();
    if !shown.is_empty() {
        let _ = write!(
            out,
            r##"<g class="res" fill="#fff" fill-opacity=".75" stroke="{ACCENT}" stroke-width="1.4">"##
        );
        for (symbol, n) in shown {
            let r = (per_unit * n.sqrt()).clamp(1.2, max_radius.unwrap_or(f64::INFINITY));
            let (x, y) = frame.project(symbol.at);
            discs.push((x, y, r));
            map::link(out, symbol.href);
            out.push_str(r#"<circle cx=""#);
            num(out, x);
            out.push_str(r#"" cy=""#);
            num(out, y);
            out.push_str(r#"" r=""#);
            num(out, r);
            let _ = write!(
                out,
                r#"" data-cell="{}" data-value="{}"><title>{} : {}</title></circle>"#,
                escape(symbol.cell),
                machine(n, 3),
                escape(symbol.name),
                escape(symbol.figure)
            );
            map::unlink(out, symbol.href);
        }
        out.push_str("</g>");
    }
    if !hidden.is_empty() {
        out.push_str(r#"<g class="res-s">"#);
        for symbol in hidden {
            let (x, y) = frame.project(symbol.at);
            let (tx, ty) = (short(x), short(y));
            discs.push((x, y, 6.0));
            let state = match symbol.value {
                Value::State(state) => state,
                Value::Number(_) => "nd",
            };
            map::link(out, symbol.href);
            let _ = write!(
                out,
                r#"<use href="{}" x="{tx}" y="{ty}" data-cell="{}" data-state="{state}"><title>{} : {}</title></use>"#,
                diamond(state),
                escape(symbol.cell),
                escape(symbol.name),
                escape(symbol.figure)
            );
            map::unlink(out, symbol.href);
        }
        out.push_str("</g>");
    }
    discs
}

/// Draws the sign of the residence itself: a target, or the diamond in a ring when its figures are hidden.
pub(super) fn draw_here(out: &mut String, frame: &Frame, here: &Symbol) -> f64 {
    let (x, y) = spot(frame, here.at);
    let (cell, name, figure) = (escape(here.cell), escape(here.name), escape(here.figure));
    match here.value {
        Value::Number(n) => {
            let _ = write!(
                out,
                r##"<circle class="here" cx="{x}" cy="{y}" r="13.5" fill="#fff" fill-opacity=".8" stroke="{ACCENT}" stroke-width="2"/><circle cx="{x}" cy="{y}" r="8" fill="{ACCENT}" data-cell="{cell}" data-value="{}"><title>{name} : {figure}</title></circle>"##,
                machine(n, 3)
            );
        }
        Value::State(state) => {
            let _ = write!(
                out,
                r##"<circle class="here" cx="{x}" cy="{y}" r="13.5" fill="#fff" fill-opacity=".8" stroke="{INK_2}" stroke-width="2"/><use href="{}" transform="translate({x} {y})scale(1.36)" data-cell="{cell}" data-state="{state}"><title>{name} : {figure}</title></use>"##,
                diamond(state)
            );
        }
    }
    13.5
}
