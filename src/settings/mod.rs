//! Resolves flag over environment over target over file over default, once, into one immutable [`Settings`]; each value
//! has its origin. Credentials are not settings: they stay in the environment.

mod branches;
mod catalog;
mod configs;
mod discover;
mod duration;
mod env;
mod error;
mod file;
mod layer;
mod level;
mod resolve;
mod schema;
mod unused;
mod value;

#[cfg(test)]
mod tests;

pub use crate::domain::secret::Secret;
pub use branches::BranchPattern;
pub use catalog::Catalog;
pub use configs::{AllError, ConfigBelow, all_configs, refuse_shared_scope};
pub use discover::NAMES as CONFIG_NAMES;
pub use discover::{is_config_name, is_in_git, repository_of};
pub use env::{Environment, VARIABLES, Variable};
pub use error::{FaultyConfig, SettingsError};
pub use level::{Level, RuleName};
pub use resolve::{Request, Settings, resolve};
pub use schema::schema;
pub use value::{Delivery, Origin, Prune, Sourced};
