//! Lint rules over entities: pure functions from trees and facts to findings. Files are processed one at a time and
//! then freed; rules about several files use facts that are kept.

mod analyzer;
mod blueprint_words;
mod credentials;
mod facts;
mod judge;
mod layout;
mod near_names;
mod plain;
mod rule;
mod rules;
mod selection;
mod snapshot;
mod suppress;
mod survey;
mod tree_json;
mod unicode;

pub use analyzer::{Analyzer, Conclusion, FileRun, Gathered, RunState};
pub use blueprint_words::{describe_fault, describe_reference};
pub use rule::{DocumentContext, Options, Rule};
pub use rules::{ALL as RULES, by_name};
pub use selection::Selection;
pub use snapshot::{ProblemKind, Pulled, Shape, Snapshot, SnapshotProblem};
pub use suppress::Directives;
