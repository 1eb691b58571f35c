//! Atlas.
fn main() {}
