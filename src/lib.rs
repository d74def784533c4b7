//! portolan keeps a software catalog in step with Git. The floor plan, from the ground up; imports go down only
//! (`tests/layers.rs`). `docs/architecture.md` tells the way of the data.

/// 0: what may be shown of a text. Pure.
pub mod text;

/// 1: the nouns. Pure.
pub mod domain;

/// For tests alone: how many generated cases, and from which seed.
#[cfg(test)]
pub(crate) mod generated_cases;

/// 2: rules over entities. Pure.
pub mod analysis;
/// 2: the embedded catalog, its server, and the way to the platform's. HTTP and async are here and in `forge`.
#[expect(
    clippy::disallowed_methods,
    reason = "the room that owns the network, the embedded catalog's file and the clock"
)]
pub mod catalog;
/// 2: pull-request comments on GitHub and GitLab, over HTTP. Async inside.
pub mod forge;
/// 2: text to spanned tree to entities.
pub mod manifest;
/// 2: both sides to changes, waves and hazards. Pure.
pub mod plan;
/// 2: findings to text, in every format.
pub mod report;
/// 2: what a repository is begun with: its wiring, manifests to be finished, schemas for editors. Pure.
pub mod scaffold;
/// 2: files, what Git knows of them, and their bytes.
pub mod sources;
/// 2: what people see while it runs; the only place that prints.
#[expect(clippy::disallowed_methods, reason = "the room that owns the terminal, and the clock of its progress bar")]
pub mod ui;

/// 3: flags, environment and file become one immutable value.
pub mod settings;

/// 4: which room failed.
pub mod error;
/// 4: the one list of exit codes.
pub mod exit;

/// 5: the verbs; the only floor that joins rooms.
pub mod commands;

/// 6: the verbs' names and the flags of everyone.
pub mod cli;
