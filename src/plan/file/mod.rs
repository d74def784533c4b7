//! Plan files: a saved plan and everything that it depends on. A plan file is only compared: a push makes the plan
//! again from the manifests and refuses if it differs from the file. Content counts: comments, file names and commits
//! may differ, manifests and stored values may not.

mod codec;
mod difference;
mod drift;
mod error;
pub(in crate::plan) mod fingerprint;
mod positions;
mod validate;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKey;
use crate::domain::finding::FileId;
use crate::domain::plan::Plan;
use crate::domain::plan::digest::Digest;
use crate::domain::plan::request::WriteRequests;

use super::{Destination, PlanBasis, digest, masking, of_entity};

pub use codec::schema;
pub use difference::{Difference, differences};
pub use drift::{CatalogState, Drift, DriftKind, Mismatch, destination_mismatches, drift, mismatches};
pub use error::PlanFileError;

use fingerprint::Manifests;

/// Increased with every change of the format. Plan files are short-lived, so no version reads another one's.
pub const FORMAT: &str = "portolan.plan-file/3";

/// The content of a plan file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanFile {
    pub provenance: Provenance,
    /// The id of the key for tags of masked values; null: nothing is masked.
    pub mask_key: Option<String>,
    pub options: Options,
    pub preconditions: Preconditions,
    /// The paths of manifests, which positions in the plan refer to by index.
    pub files: Vec<String>,
    pub plan: Plan,
    /// The digest of the request for each step of each wave of the plan, with credentials masked.
    pub requests: Vec<Vec<Digest>>,
}

/// The run that made a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
    #[serde(rename = "dirty")]
    pub is_dirty: bool,
    /// The commit of the merge base.
    pub base: Option<String>,
}

/// The options of the plan, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Null: the config decides.
    pub prune: Option<bool>,
    pub adopt: bool,
    /// Null: everything is planned.
    pub only: Option<ChosenPart>,
}

/// The part of a plan that `--only` selects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenPart {
    pub blueprints: Vec<String>,
    /// Paths of manifests.
    pub files: Vec<String>,
}

/// What the plan was made from, and what must still be so when it is applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preconditions {
    /// The digests of the manifests, by blueprint.
    pub manifests: BTreeMap<Arc<str>, Digest>,
    /// The digests of the catalog's blueprints that the plan touches.
    pub blueprints: BTreeMap<Arc<str>, Digest>,
    /// The entities that the plan touches, by key.
    pub entities: Vec<Precondition>,
}

/// The state of an entity that a plan changes or depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Precondition {
    pub key: EntityKey,
    /// The digest in the catalog; null: it does not exist.
    pub stored: Option<Digest>,
    /// The digest of its manifests; null: it has none.
    pub manifest: Option<Digest>,
}

impl Provenance {
    pub(super) fn destination(&self) -> Destination<'_> {
        let Self { scope, platform, catalog, target, .. } = self;
        Destination { platform, catalog, target: target.as_deref(), scope }
    }
}

impl PlanFile {
    /// Creates a plan file from a plan and its input. `path` returns the path of a file in this run.
    pub fn new<'p>(
        provenance: Provenance,
        options: Options,
        plan: Plan,
        requests: WriteRequests,
        basis: PlanBasis<'_>,
        path: impl Fn(FileId) -> &'p str,
    ) -> Self {
        let mask = basis.mask.watched();
        let mut plan = masking::masked(plan, &mask);
        let requests = masking::masked_requests(requests, &mask);
        let manifests = Manifests::of(basis.desired, &mask);
        let keys = touched_keys(&plan);
        let precondition = |key: &EntityKey| Precondition {
            stored: basis.actual.get(&key.blueprint, &key.identifier).map(|it| of_entity(it, &mask)),
            manifest: manifests.of_key(key),
            key: key.clone(),
        };
        let names: BTreeSet<&str> = keys.iter().map(|key| key.blueprint.as_ref()).collect();
        let blueprints = basis.blueprints.iter().filter(|it| names.contains(it.identifier.as_str()));
        let blueprints =
            blueprints.map(|it| (Arc::from(it.identifier.as_str()), fingerprint::of_blueprint(it, &mask))).collect();
        let entities = keys.iter().map(precondition).collect();
        let requests = requests.waves.iter().map(|wave| wave.iter().map(digest::of_request).collect()).collect();
        Self {
            provenance,
            mask_key: mask.has_masked().then(|| mask.key_id()),
            options,
            preconditions: Preconditions { manifests: manifests.by_blueprint(), blueprints, entities },
            files: positions::renumber(&mut plan, path),
            plan,
            requests,
        }
    }

    /// The identifiers to read again before the plan is applied, by blueprint.
    pub fn to_read(&self) -> BTreeMap<Arc<str>, Vec<Box<str>>> {
        let mut found: BTreeMap<Arc<str>, Vec<Box<str>>> = BTreeMap::new();
        for Precondition { key, stored: _, manifest: _ } in &self.preconditions.entities {
            found.entry(Arc::clone(&key.blueprint)).or_default().push(key.identifier.clone());
        }
        found
    }

    /// The text of the file; the same content gives the same bytes.
    pub fn write(&self) -> String {
        codec::write(self)
    }

    /// `path` is the name of the file in errors. `tool` is the version that must have made it.
    pub fn read(path: &str, text: &str, tool: &str) -> Result<Self, PlanFileError> {
        codec::read(path, text, tool)
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
