//! The content of a plan file: the plan, the run that made it, its options, and what it depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;
use crate::domain::plan::digest::Digest;
use crate::plan::input::Destination;

/// Increased with every change of the format. Plan files are short-lived, so no version reads another one's.
pub const FORMAT: &str = "portolan.plan-file/5";

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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// Null: the config decides.
    pub prune: Option<bool>,
    pub adopt: bool,
    /// The scopes whose entities the plan takes over.
    pub adopt_from: Vec<String>,
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
    pub(in crate::plan) fn destination(&self) -> Destination<'_> {
        let Self { scope, platform, catalog, target, .. } = self;
        Destination { platform, catalog, target: target.as_deref(), scope }
    }
}

/// All entities whose state the plan depends on, by key.
pub(super) fn touched_keys(plan: &Plan) -> Vec<EntityKey> {
    let mut keys: BTreeSet<EntityKey> = BTreeSet::new();
    for change in &plan.changes {
        keys.insert(change.key.clone());
        keys.extend(change.removed());
        keys.extend(change.dependents.iter().map(|dependent| dependent.key.clone()));
    }
    keys.into_iter().collect()
}
