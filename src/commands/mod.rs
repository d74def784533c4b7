//! The commands. Each has its `Args` and its `run` in a file of its own and returns an exit code; what several commands
//! share is in `steps`.

pub mod all;
mod approval_flag;
mod approvals;
pub mod comment;
pub mod completions;
pub mod config;
pub mod context;
pub mod diff;
#[rustfmt::skip]
mod examples;
pub mod explain;
mod forge;
pub mod init;
pub mod lint;
pub mod man;
pub mod new;
mod offered;
pub mod output;
pub mod planning;
pub mod pull;
pub mod push;
pub mod reports;
pub mod schema;
pub mod serve;
pub(crate) mod steps;
pub mod terminal;

use crate::analysis::RULES;
use crate::settings::RuleName;

/// All rules by name and code, as the config and `--rule` may name them.
pub fn rule_names() -> Vec<RuleName> {
    RULES.iter().map(|rule| RuleName { name: rule.info.name, code: rule.info.code }).collect()
}
