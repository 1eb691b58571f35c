//! Atlas: a static, login-fronted atlas of social housing, built from suppressed aggregates.

pub mod config;
pub mod diag;
pub mod disclosure;
pub mod format;
pub mod fs;
pub mod geometry;
pub mod load;
pub mod model;
pub mod plan;
pub mod render;
pub mod spreadsheet;
