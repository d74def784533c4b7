//! The commands. Each has its `Args` and its `run` in a file of its own and returns an exit code; what several commands
//! share is in folders by subject.

pub mod all;
pub(crate) mod args;
pub(crate) mod catalog;
pub(crate) mod ci_run;
pub mod cluster;
pub mod comment;
pub mod completions;
pub mod config;
pub mod context;
pub(crate) mod delivery;
pub mod diff;
mod examples;
#[cfg(test)]
mod exit_codes;
pub mod explain;
mod forge;
pub mod graph;
pub(crate) mod impact;
pub mod import;
pub mod init;
pub mod lint;
pub mod list;
pub mod lsp;
pub mod man;
pub(crate) mod mapping;
pub mod new;
pub(crate) mod output;
pub(crate) mod plan;
pub mod pull;
pub mod push;
pub(crate) mod query;
pub mod rename;
pub mod restore;
pub(crate) mod resync;
pub mod schema;
pub mod serve;
pub mod show;
pub mod verb;
pub mod version;
pub(crate) mod workspace;

use crate::analysis::RULES;
use crate::settings::RuleName;

/// All rules by name and code, as the config and `--rule` may name them.
pub fn rule_names() -> Vec<RuleName> {
    RULES.iter().map(|rule| RuleName { name: rule.info.name, code: rule.info.code }).collect()
}
