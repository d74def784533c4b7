//! The bases that are found.
