//! Resolves flag over environment over target over file over default, once, into one immutable [`Settings`]; each value
//! has its origin. Credentials are not settings: they stay in the environment.

mod branches;
mod catalog;
mod clusters;
mod configs;
mod configs_below;
mod discover;
mod duration;
mod env;
mod error;
mod file;
mod git_host;
mod ignored;
mod layer;
mod level;
mod policies;
mod resolve;
mod rule_levels;
mod schema;
mod unused;
mod value;

#[cfg(test)]
mod tests;

pub use crate::domain::secret::Secret;
pub use branches::BranchPattern;
pub use catalog::Catalog;
pub use clusters::ClusterSettings;
pub use configs::{ConfigBelow, all_configs, refuse_shared_scope};
pub use configs_below::{NAMES as CONFIG_NAMES, is_config_name};
pub use discover::{is_in_git, repository_of};
pub use env::{Environment, VARIABLES, Variable};
pub use error::{AllError, FaultyConfig, SettingsError};
pub use level::{Level, RuleName};
pub use policies::shown as shown_policy;
pub use resolve::{Request, Settings, resolve};
pub use rule_levels::{PathLevel, RuleLevels};
pub use schema::schema;
pub use value::{Delivery, Origin, Prune, Sourced};
