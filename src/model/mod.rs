//! The nouns of the atlas: no input, no output, no library but the standard one and `serde`.
//!
//! - Enters: nothing; every other room imports this one.
//! - Leaves: territories, vintages, the dictionary, raw values as read from `data/`, content pages.
//! - Stays out: files, polars, templates, and *published* figures, which only [`crate::disclosure`] makes.

mod code;
mod content;
mod dictionary;
mod equipment;
mod scale;
mod site;
mod source;
mod state;
mod territory;
mod values;
mod vintage;

pub use code::Code;
pub use content::{Audience, Content};
pub use dictionary::{
    Base, Category, Classes, Computed, Dictionary, Direction, Iid, Indicator, Kind, Operand, ScaleSet, Term,
};
pub use equipment::{Around, Equipment, EquipmentPoint, Grid, Square, Surroundings};
pub use scale::Scale;
pub use site::Site;
pub use source::Source;
pub use state::State;
pub use territory::{Lineage, Territories, Territory, Tid};
pub use values::{Cell, Entry, Place, Values};
pub use vintage::Vintage;
