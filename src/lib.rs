//! Atlas: a static, login-fronted atlas of social housing, built from suppressed aggregates.
//!
//! ```text
//! records ──prepare──▶ data/ ──load──▶ Site ──disclosure──▶ Published ──plan──▶ Plan
//!                                                               │                 │
//!                                                               └────render───────┴──▶ bytes ──audit, publish──▶ site
//! ```
//!
//! The rooms follow the data; each opens with what enters, what leaves and what stays out. [`model`] imports no other
//! room but the settings. Only [`disclosure`] makes a published figure; only [`fs`] touches the disk; only the reading
//! rooms see polars, only [`render`] sees the template, drawing and workbook libraries.

pub mod accounts;
pub mod build;
pub mod changes;
pub mod cli;
pub mod config;
pub mod demo;
pub mod diag;
pub mod disclosure;
pub mod format;
pub mod fs;
pub mod geometry;
pub mod kit;
pub mod library;
pub mod load;
pub mod model;
pub mod pdf;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod publish;
pub mod render;
pub mod serve;
pub mod spreadsheet;
pub mod starter;
