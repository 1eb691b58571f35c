//! Disclosure control: the only maker of published figures.
//!
//! - Enters: a checked [`Site`](crate::model::Site), or the bytes of a finished one for the audit.
//! - Leaves: [`Published`] figures, each with its state; proofs and refusals.
//! - Stays out: templates and files formats; a template formats, it never decides what to hide.

mod admit;
pub mod attack;
pub mod audit;
pub mod protect;
mod published;
pub mod suppression;
pub mod table;

pub use admit::admit;
pub use published::{Figure, Published, cell_name};
