//! Plan files: a saved plan and everything that it depends on. A plan file is only compared: a push makes the plan
//! again from the manifests and refuses if it differs from the file. Content counts: comments, file names and commits
//! may differ, manifests and stored values may not.

mod check;
mod difference;
mod error;
pub(in crate::plan) mod fingerprint;
mod form;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;
use crate::domain::plan::digest::Digest;
use crate::domain::plan::request::WriteRequests;

use super::{Destination, PlanBasis, masking, of_entity};

pub use check::{CatalogState, Drift, DriftKind, Mismatch, destination_mismatches, drift, mismatches};
pub use difference::{Difference, differences};
pub use error::PlanFileError;

use fingerprint::Manifests;

/// Increased with every change of the format. Plan files are short-lived, so no version reads another one's.
pub const FORMAT: &str = "portolan.plan-file/2";

/// The JSON Schema of a plan file.
pub fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("schema.json")).expect("a test reads it")
}

/// The content of a plan file.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    pub made: Provenance,
    /// The id of the key for tags of masked values; `None`: nothing is masked.
    pub mask_key: Option<String>,
    pub options: Options,
    /// The digests of the manifests, by blueprint.
    pub manifests: BTreeMap<Arc<str>, Digest>,
    /// The digests of the catalog's blueprints that the plan touches.
    pub blueprints: BTreeMap<Arc<str>, Digest>,
    /// The entities that the plan touches, by key.
    pub touched: Vec<Precondition>,
    /// The paths of manifests, which positions in the plan refer to by index.
    pub files: Vec<String>,
    pub plan: Plan,
    pub requests: WriteRequests,
}

/// The run that made a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// The version of portolan.
    pub tool: String,
    pub scope: String,
    pub platform: String,
    /// The catalog's name in messages.
    pub catalog: String,
    /// The selected target of the config.
    pub target: Option<String>,
    /// The checked-out commit, for people; plans do not depend on it.
    pub commit: Option<String>,
    pub is_dirty: bool,
    /// The commit of the merge base.
    pub base: Option<String>,
}

/// The options of the plan, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `None`: the config decides.
    pub prune: Option<bool>,
    pub adopt: bool,
    /// `None`: everything is planned.
    pub only: Option<ChosenPart>,
}

/// The part of a plan that `--only` selects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenPart {
    pub blueprints: Vec<String>,
    /// Paths of manifests.
    pub files: Vec<String>,
}

impl Provenance {
    pub(super) fn destination(&self) -> Destination<'_> {
        let Self { scope, platform, catalog, target, .. } = self;
        Destination { platform, catalog, target: target.as_deref(), scope }
    }
}

/// An entity that a plan changes or depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    pub key: EntityKey,
    /// The digest in the catalog; `None`: it does not exist.
    pub stored: Option<Digest>,
    /// The digest of its manifests; `None`: it has none.
    pub manifest: Option<Digest>,
}

impl PlanFile {
    /// Creates a plan file from a plan and its input. `path` returns the path of a file in this run.
    pub fn bind<'p>(
        made: Provenance,
        options: Options,
        plan: Plan,
        requests: WriteRequests,
        basis: PlanBasis<'_>,
        path: impl Fn(crate::domain::finding::FileId) -> &'p str,
    ) -> Self {
        let mask = basis.mask.watched();
        let mut plan = masking::masked(plan, &mask);
        let requests = masking::masked_acts(requests, &mask);
        let manifests = Manifests::of(basis.desired, &mask);
        let keys = touched_keys(&plan);
        let touch = |key: &EntityKey| Precondition {
            stored: basis.actual.get(&key.blueprint, &key.identifier).map(|it| of_entity(it, &mask)),
            manifest: manifests.of_key(key),
            key: key.clone(),
        };
        let files = check::renumber(&mut plan, path);
        let names: BTreeSet<&str> = keys.iter().map(|key| key.blueprint.as_ref()).collect();
        let blueprints = basis.blueprints.iter().filter(|it| names.contains(it.identifier.as_str()));
        let blueprints =
            blueprints.map(|it| (Arc::from(it.identifier.as_str()), fingerprint::of_blueprint(it, &mask))).collect();
        let touched = keys.iter().map(touch).collect();
        let mask_key = mask.has_masked().then(|| mask.key_id());
        Self {
            made,
            mask_key,
            options,
            manifests: manifests.by_blueprint(),
            blueprints,
            touched,
            files,
            plan,
            requests,
        }
    }

    /// The identifiers to read again before the plan is applied, by blueprint.
    pub fn to_read(&self) -> BTreeMap<Arc<str>, Vec<Box<str>>> {
        let mut found: BTreeMap<Arc<str>, Vec<Box<str>>> = BTreeMap::new();
        for Precondition { key, stored: _, manifest: _ } in &self.touched {
            found.entry(Arc::clone(&key.blueprint)).or_default().push(key.identifier.clone());
        }
        found
    }

    /// The text of the file; the same content gives the same bytes.
    pub fn write(&self) -> String {
        let body = form::file::write(self);
        let checksum = form::file::checksum(&body);
        let whole = form::file::with_checksum(body, checksum);
        let mut text = serde_json::to_string_pretty(&whole).expect("a value is JSON");
        text.push('\n');
        text
    }

    /// Reads a forged file without the final checks of `read`.
    #[cfg(test)]
    fn read_unchecked(text: &str) -> Option<Self> {
        form::file::read_unchecked(text)
    }

    /// `path` is the name of the file in errors. `tool` is the version that must have made it.
    pub fn read(path: &str, text: &str, tool: &str) -> Result<Self, PlanFileError> {
        form::file::read(path, text, tool)
    }
}

/// All entities whose state the plan depends on, by key.
fn touched_keys(plan: &Plan) -> Vec<EntityKey> {
    let mut keys: BTreeSet<EntityKey> = BTreeSet::new();
    for change in &plan.changes {
        keys.insert(change.key.clone());
        keys.extend(change.removed());
        keys.extend(change.dependents.iter().map(|dependent| dependent.key.clone()));
    }
    keys.into_iter().collect()
}
