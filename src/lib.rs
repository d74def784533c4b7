//! portolan keeps a software catalog in step with Git. The floor plan, from the ground up; imports go down only
//! (`tests/floors.rs`). `docs/architecture.md` tells the way of the data.

/// 1: the nouns. Pure.
pub mod domain;
/// 2: files, encodings and Git.
#[expect(clippy::disallowed_methods, reason = "the room that owns files, and reads them on several threads")]
pub mod sources;
/// 2: the terminal.
#[expect(clippy::disallowed_methods, reason = "the room that owns the terminal, and the clock of its progress bar")]
pub mod ui;
