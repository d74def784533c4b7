//! CODEOWNERS files of GitHub, GitLab and Bitbucket: their rules, and the teams and components that follow from them.

mod components;
mod dialect;
mod parse;
mod pattern;
mod rule_index;

pub use components::{ComponentSearch, OwnedComponents, RULE, find_components};
pub use dialect::{Dialect, dialect_of_path};
pub use parse::{Codeowners, parse_codeowners};
