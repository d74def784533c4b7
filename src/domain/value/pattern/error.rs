//! The errors of patterns: they do not compile, or a match takes too long.

/// The reason why a pattern was not compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    Broken,
    TooCostly,
}

/// A match that exceeded its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooCostly;
