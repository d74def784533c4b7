//! portolan keeps a software catalog in sync with Git. The modules by layer, from the bottom up; imports go down only
//! (`tests/layers.rs`). `docs/architecture.md` describes the data flow.

/// 0: jq expressions over JSON, as the Kubernetes exporter evaluates them. Pure.
pub mod jq;
/// 0: escaping and redaction of texts. Pure.
pub mod text;

/// 1: the domain types. Pure.
pub mod domain;

/// For tests only: the number and seed of generated cases.
#[cfg(test)]
pub(crate) mod generated_cases;

/// 2: rules over entities. Pure.
pub mod analysis;
/// 2: the trait of a catalog, how writes are applied to one, and the HTTP client. Async inside.
#[expect(clippy::disallowed_methods, reason = "the module that owns the network and its clock")]
pub mod catalog;
/// 2: what Flux, Argo CD and kustomize deliver of a repository. Pure.
pub mod delivery;
/// 2: what an editor asks about a text: hover, completion, outline, fixes. Pure.
pub mod editor;
/// 2: the embedded catalog: its store, what it answers, and the server of `serve`. It implements the trait of `catalog`.
#[expect(
    clippy::disallowed_methods,
    reason = "the module that owns the embedded catalog's file, its server and their clock"
)]
pub mod embedded;
/// 2: pull-request comments on GitHub and GitLab, over HTTP. Async inside.
pub mod forge;
/// 2: reads and writes manifests: text to spanned tree to entities.
pub mod manifest;
/// 2: the mapping of the platform's Kubernetes exporter, evaluated offline. Pure.
pub mod mapping;
/// 2: the planner: manifests and catalog to changes, waves and hazards. Pure.
pub mod plan;
/// 2: reports in every output format.
pub mod report;
/// 2: generated files: config, workflows, manifests, schemas for editors. Pure.
pub mod scaffold;
/// 2: files on disk and in Git.
pub mod sources;
/// 2: terminal output and prompts; the only module that prints.
#[expect(clippy::disallowed_methods, reason = "the module that owns the terminal, and the clock of its progress bar")]
pub mod ui;

/// 3: merges flags, environment and config into one immutable value.
pub mod settings;

/// 4: carries the error of any module.
pub mod error;
/// 4: the list of exit codes.
pub mod exit;

/// 5: the commands; the only layer that combines modules.
pub mod commands;

/// 6: the command line: commands and global options.
pub mod cli;
