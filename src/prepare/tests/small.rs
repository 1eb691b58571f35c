//! Small sources, one trap each.
