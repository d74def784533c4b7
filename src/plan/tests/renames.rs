//! renames
