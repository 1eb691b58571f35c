//! The room from end to end on small and on real sources.
