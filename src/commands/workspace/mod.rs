//! The repository as commands see it: its manifests, blueprints, snapshot, scope and history.

pub(crate) mod allowed_secrets;
pub(crate) mod cache;
pub(crate) mod composites;
pub(crate) mod config_at;
pub(crate) mod documents;
pub(crate) mod entities;
pub(crate) mod excluded;
pub mod git;
pub(crate) mod history;
pub(crate) mod index;
pub(crate) mod layout;
pub(crate) mod locate;
pub(crate) mod manifest_history;
pub(crate) mod open;
pub(crate) mod organizations;
pub(crate) mod placement;
pub(crate) mod read;
pub(crate) mod revision;
pub(crate) mod saved_blueprints;
pub(crate) mod scope;
pub(crate) mod snapshot;
pub(crate) mod texts;
pub(crate) mod unmatched_globs;
