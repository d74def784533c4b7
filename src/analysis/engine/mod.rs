//! The lint engine: what a rule is, which rules run, and how their findings are collected and filtered.

pub(crate) mod analyzer;
pub(crate) mod declared;
pub(crate) mod entity_check;
pub(crate) mod facts;
pub(crate) mod misplaced_fields;
pub(crate) mod one_file;
pub(crate) mod rule;
pub(crate) mod selection;
pub(crate) mod snapshot;
pub(crate) mod suppress;
