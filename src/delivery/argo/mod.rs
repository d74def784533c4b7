//! What Argo CD makes of a repository: what an Application delivers of its folders, and which Applications an
//! ApplicationSet makes.

mod delivery;
mod directory;
mod failure;
mod fields;
mod json_file;
mod kustomization;
pub mod objects;
mod overrides;
pub mod pattern;
pub mod sets;
mod settings;
mod source_build;

pub use delivery::{Checkout, Delivered, Delivery, ReplaceReason, Replaced, build, deliver};
pub use failure::{ArgoFailure, ArgoFailureKind};
pub use settings::Settings;
pub use source_build::{ArgoUnknown, ArgoUnknownKind, BuiltObject, SkipReason, Skipped, SourceBuild, SourceType};

#[cfg(test)]
mod tests;
