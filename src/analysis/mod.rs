//! Lint rules over entities: pure functions from trees and facts to findings. Files are processed one at a time and
//! then freed; rules about several files use facts that are kept.

mod blueprint_words;
mod delivery_words;
pub mod engine;
mod failed_objects;
mod near_names;
mod object_names;
mod plain_secrets;
mod refusal_words;
mod rules;
mod unicode;

pub use crate::analysis::engine::analyzer::{
    AnalysisResult, Analyzer, Evidence, FileResults, FileRun, RunState, concerns_delivery,
};
pub use crate::analysis::engine::declared::{DeclaredEntities, DeclaredEntity};
pub use crate::analysis::engine::facts::index::Index;
pub use crate::analysis::engine::facts::saved::{FileFacts, LoadedFacts, SavedFacts};
pub(crate) use crate::analysis::engine::facts::{EntityRef, TargetRef};
pub use crate::analysis::engine::one_file::{chooses_its_place, findings_of_one_file, is_of_one_file};
pub(crate) use crate::analysis::engine::rule::yaml_scalar;
pub use crate::analysis::engine::rule::{DocumentContext, Options, Rule};
pub use crate::analysis::engine::selection::{PathLevels, Selection};
pub use crate::analysis::engine::snapshot::{IndexedBlueprint, ProblemKind, Pulled, Snapshot, SnapshotProblem};
pub use crate::analysis::engine::suppress::Directives;
pub use blueprint_words::{describe_fault, describe_reference};
pub use rules::{ALL as RULES, by_name};
