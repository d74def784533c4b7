//! portolan keeps a software catalog in step with Git. The floor plan, from the ground up; imports go down only
//! (`tests/floors.rs`). `docs/architecture.md` tells the way of the data.

/// 1: the nouns. Pure.
pub mod domain;

/// 2: rules over entities. Pure.
pub mod analysis;
/// 2: text to spanned tree to entities.
pub mod manifest;
/// 2: findings to text, in every format.
pub mod report;
/// 2: files, what Git knows of them, and their bytes.
pub mod sources;
/// 2: what people see while it runs; the only place that prints.
pub mod ui;

/// 5: the verbs; the only floor that joins rooms.
pub mod commands;
