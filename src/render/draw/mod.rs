//! Drawing: published figures and shapes to SVG strings, for the page.
//!
//! Enters: simple records made by the page renderer (shapes at a level of detail, places, published values or their
//! state, words). Leaves: `<svg>` elements with their role, title and description, that inherit the page's fonts and
//! need no style attribute and no script. Stays out: what to hide (a hidden figure comes as a state, never as a
//! number), the table that gives the same values, the disk.
//!
//! [`choropleth`] rates by zone · [`symbols`] counts by place · [`locator`] where a territory is ·
//! [`chart`] stacked bars, bars, energy labels, lines over vintages · [`marks`] small marks inside table rows · [`legend`] swatches and patterns shared by all.

pub mod chart;
pub mod choropleth;
pub mod dots;
mod label;
pub mod legend;
pub mod locator;
mod map;
pub mod marks;
mod svg;
pub mod symbols;

pub use map::{Ground, Overlay};

#[cfg(test)]
mod tests;

/// How a zone is shown: the class of its rate, from 1, or the state of a figure that has no value to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shade {
    /// Class of the value, from 1 to 5.
    Class(u8),
    /// State: `s` secret, `nd` not available, `so` not applicable, `no` not open at this scale, `cp` partial coverage.
    State(&'static str),
}

/// A published number, or the state of a figure that has none: nothing in between reaches a drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// The rounded, published value.
    Number(f64),
    /// State, as in [`Shade::State`].
    State(&'static str),
}

impl Value {
    /// Gives the number, if there is one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(n) if n.is_finite() => Some(n),
            _ => None,
        }
    }
}

/// The words that go with a drawing.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    /// Identifier, unique in the page; `-t` and `-d` are added for title and description.
    pub id: &'a str,
    /// What the drawing is.
    pub title: &'a str,
    /// What it shows, in words, and where the same values are written.
    pub desc: &'a str,
}
