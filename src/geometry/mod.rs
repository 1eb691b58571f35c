//! Geometry: polygons and points in longitude and latitude, and what the atlas asks of them.
//!
//! Enters: polygons and points, as read, in WGS84 degrees (or in a projected system for [`crs`]).
//! Leaves: polygons that still touch once simplified ([`topology`]), the zones that hold a point ([`locate`]),
//! neighbours and distances ([`topology`], [`nearby`]), drawing coordinates ([`frame`]).
//! Stays out: files, codes, figures, colours. Everything here is pure and gives the same result on every machine.

pub mod crs;
pub mod frame;
pub mod locate;
pub mod measure;
pub mod nearby;
#[cfg(test)]
pub(crate) mod real;
pub mod topology;
