//! Published figures → bytes: pages, charts, maps, workbooks, data for the browser, search index.
//!
//! - Enters: the site, its published figures, one [`Output`](crate::plan::Output) of the plan.
//! - Leaves: the bytes of that output.
//! - Stays out: the disk, and any decision of what to hide.

pub mod browser;
pub mod classes;
pub mod draw;
#[cfg(test)]
pub(crate) mod fixture;
pub mod links;
pub mod markdown;
pub mod page;
pub mod workbook;

mod renderer;

pub use renderer::Renderer;
