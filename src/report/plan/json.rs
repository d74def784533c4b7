//! Renders `portolan.plan/1`, the plan for programs. These types and those of `domain::plan` in them define the format:
//! within a version, a field may be added, but never renamed or removed. Values are complete and as they were compared:
//! nothing is abbreviated.

mod delivery;
pub(super) mod render;

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::domain::entity::fields::TextField;
use crate::domain::entity::foreign_owner::OwnerKind;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::forecast::ForecastOutcome;
use crate::domain::plan::change::{ActionKind, Cause, Origin, OwnerStatus, PathChange, RelationEffect, RenamedBy};
use crate::domain::plan::digest::{ApprovalDigest, Digest};
use crate::domain::plan::drift::ChangedBy;
use crate::domain::plan::hazard::Consent;
use crate::domain::plan::policy::PolicyVerdict;
use crate::domain::plan::revision::{BaseRevision, Revision};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::plan::{Counts, Cycle, Wave};
use crate::domain::value::Value;
use crate::report::impact::json::JsonImpact;

pub const FORMAT: &str = "portolan.plan/1";

/// What `portolan diff --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.plan/1")]
struct Document<'a> {
    /// Always `portolan.plan/1`.
    format: &'static str,
    /// Why the push of this plan was refused, as a sentence; null if it was not, or if this is not a push.
    refused: Option<Cow<'a, str>>,
    /// What to do about the refusal; null: the push was not refused.
    help: Option<Cow<'a, str>>,
    /// The digest for `--approve`; null where no hazard needs approval.
    approval: Option<ApprovalDigest>,
    platform: &'a str,
    catalog: &'a str,
    /// The selected target of the config.
    target: Option<&'a str>,
    scope: &'a str,
    /// The commit that is checked out.
    revision: Option<&'a Revision>,
    base: Option<&'a BaseRevision>,
    /// Whether changes that were already pending are omitted.
    only_branch: bool,
    counts: &'a Counts,
    hazards: Vec<JsonHazard<'a>>,
    /// Changes that cannot be made.
    obstacles: Vec<JsonObstacle<'a>>,
    /// Sorted by blueprint and identifier.
    changes: Vec<JsonChange<'a>>,
    /// Waves run one after the other; the steps of a wave may run concurrently.
    waves: &'a [Wave],
    /// Circles of relations that are written in two steps.
    cycles: &'a [Cycle],
    /// Declared foreign entities that are already as declared.
    foreign_unchanged: &'a [EntityKey],
    /// The owners of foreign entities, as far as the catalog reveals them.
    owners: Vec<JsonForeign<'a>>,
    /// The ways out of drift; null: no entity has drifted, or `--fail-on` did not ask for `missing`, `extra`, `changed` or
    /// `drift`.
    drift: Option<JsonDrift<'a>>,
    /// What a cluster does with the manifests; null where a push writes the catalog.
    delivery: Option<JsonDelivery<'a>>,
    /// What the blueprints that this branch changed do to the entities; null: it changed none, or there is no base.
    impact: Option<JsonImpact>,
    /// Changes that the catalog would reject; null without `--verify`.
    complaints: Option<Vec<JsonComplaint<'a>>>,
    /// Notes on the whole run.
    notes: Vec<Cow<'a, str>>,
    /// The id of the plan: it covers all changes and hazards. It approves nothing; `approval` does.
    digest: Digest,
}

/// Drift, and what to do about it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Drift")]
struct JsonDrift<'a> {
    /// The number of drifted entities; each of their changes is marked.
    entities: usize,
    /// The command that takes the catalog's values into the manifests; null: there is none to take.
    pull: Option<Cow<'a, str>>,
    /// The command that writes the manifests' values to the catalog; null where exporters do.
    push: Option<Cow<'a, str>>,
}

/// Lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub(in crate::report) struct JsonPlace<'a> {
    /// Relative to the repository, always with `/`.
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Change")]
struct JsonChange<'a> {
    blueprint: &'a str,
    identifier: &'a str,
    action: ActionKind,
    /// The old identifier, if the action is `rename`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<&'a str>,
    /// Why it counts as a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_by: Option<RenamedBy>,
    standing: OwnerStatus,
    /// Whether it has drifted: another writer than this scope wrote it last, and not Git alone changed what differs; or it is
    /// missing, although this scope wrote to the catalog after its manifest was committed. All other changes are pending work.
    drifted: bool,
    /// Who owns it, where the standing is `foreign` and the catalog reveals it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<JsonOwner<'a>>,
    /// `merge`: the catalog keeps what the manifest does not set; `replace`: the manifest is the whole entity.
    mode: WriteMode,
    origin: Origin,
    /// The entity in its manifest; null for a deletion.
    place: Option<JsonPlace<'a>>,
    /// Where the base declared the deleted entity, in the file of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    place_at_base: Option<JsonPlace<'a>>,
    fields: Vec<JsonField<'a>>,
    /// Who last wrote the entity in the catalog, and when.
    record: Option<&'a Record>,
    /// The entities that point to a deleted or renamed one.
    dependents: Vec<JsonDependent<'a>>,
}

/// The owner of an entity that another scope, integration, tool or person owns.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Owner")]
struct JsonOwner<'a> {
    kind: OwnerKind,
    /// Null: the catalog reveals the kind only.
    name: Option<Cow<'a, str>>,
}

/// A foreign entity and its owner.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForeignEntity")]
struct JsonForeign<'a> {
    blueprint: &'a str,
    identifier: &'a str,
    owner: JsonOwner<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Field")]
struct JsonField<'a> {
    kind: JsonFieldKind,
    /// The name of the property or relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// Null if unset. Several teams and targets are a sorted list.
    before: &'a Value,
    after: &'a Value,
    /// The differences of two objects.
    paths: &'a [PathChange],
    cause: Cause,
    origin: Origin,
    /// Which side changed it since Git and the catalog had the same value, by Git's history; absent where this scope wrote the
    /// entity last, or this branch changed the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<ChangedBy>,
    /// The position of the value in the manifest.
    place: Option<JsonPlace<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FieldKind")]
enum JsonFieldKind {
    Team,
    Property,
    Relation,
    #[serde(untagged)]
    Text(TextField),
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Dependent")]
struct JsonDependent<'a> {
    blueprint: &'a str,
    identifier: &'a str,
    relation: &'a str,
    /// Whether the relation is required.
    required: bool,
    after: RelationEffect,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Hazard")]
struct JsonHazard<'a> {
    kind: JsonHazardKind,
    consent: Consent,
    digest: Digest,
    /// A sentence.
    message: String,
    /// The affected blueprint; null for all or none.
    blueprint: Option<&'a Arc<str>>,
    /// The affected entities.
    entities: Vec<&'a EntityKey>,
    dependents: Vec<JsonDependent<'a>>,
    /// What prevents deletes, or was not read.
    reasons: Vec<Cow<'a, str>>,
    /// The policy, where the kind is `policy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<JsonPolicy<'a>>,
}

/// A policy of the config that applies to the plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Policy")]
struct JsonPolicy<'a> {
    name: &'a str,
    /// The message of the config, if it has one.
    message: Option<Cow<'a, str>>,
    verdict: PolicyVerdict,
    /// Whether it is in force as the config at the merge base has it, which this branch changes.
    of_base: bool,
    /// The changes that it applies to.
    changes: Vec<JsonPolicyChange<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PolicyChange")]
struct JsonPolicyChange<'a> {
    blueprint: &'a str,
    identifier: &'a str,
    action: ActionKind,
    /// The old identifier, if the action is `rename`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<&'a str>,
    /// The field that the policy looks at, as in `changes`; null: it looks at none.
    field: Option<JsonPolicyField<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyField")]
struct JsonPolicyField<'a> {
    kind: JsonFieldKind,
    /// The name of the property or relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// Null if unset.
    before: &'a Value,
    after: &'a Value,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "HazardKind")]
enum JsonHazardKind {
    Policy,
    ManyDeletes,
    DeleteWithDependents,
    RenameWithDependents,
    Foreign,
    ChangedSincePush,
    Unseen,
    UnseenDependents,
    StillNeeded,
    PruneBlocked,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Obstacle")]
struct JsonObstacle<'a> {
    kind: JsonObstacleKind,
    /// A sentence.
    message: String,
    entities: Vec<&'a EntityKey>,
    places: Vec<JsonPlace<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ObstacleKind")]
enum JsonObstacleKind {
    Duplicate,
    RequiredCycle,
    /// A relation points to an entity that no manifest declares and the catalog does not have.
    MissingTarget,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Complaint")]
struct JsonComplaint<'a> {
    /// The index of the change in `changes`, from 0.
    change: usize,
    place: Option<JsonPlace<'a>>,
    status: u16,
    /// The catalog's error code.
    code: &'a str,
    message: Cow<'a, str>,
}

/// Who writes the catalog with `delivery: cluster`, and what does not arrive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Delivery")]
struct JsonDelivery<'a> {
    /// Whether changes and deletes are those of the exporters. False: no state key is known, and they are those of a push.
    by_exporters: bool,
    clusters: Vec<JsonCluster<'a>>,
    /// Manifests that no deliverer applies to a cluster.
    not_delivered: Vec<JsonNotArriving<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Deliverer")]
struct JsonDeliverer {
    /// `Kustomization flux-system/catalog`
    title: String,
    path: String,
    /// From 1.
    line: usize,
    /// How many manifests, and other objects that the mapping takes, it brings to the cluster.
    objects: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cluster")]
struct JsonCluster<'a> {
    name: &'a str,
    /// `flux`, `argocd` or `kubectl`; null: not known.
    deliverer: Option<&'static str>,
    /// The Kustomizations and Applications of this repository that bring manifests to the cluster.
    deliverers: Vec<JsonDeliverer>,
    /// Null: what the exporter owns is not known.
    state_key: Option<&'a str>,
    /// The file of the mapping; null: the one that `cluster mapping` writes, if any.
    mapping: Option<&'a str>,
    /// How the next resync ends; null: the manifests are judged as they are.
    outcome: Option<ForecastOutcome>,
    /// What deletes entities although nobody removed their manifests.
    dangers: Vec<JsonDanger<'a>>,
    not_arriving: Vec<JsonNotArriving<'a>>,
    /// Entities that no manifest declares and that are not deleted.
    kept: Vec<JsonKept<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Danger")]
struct JsonDanger<'a> {
    kind: &'static str,
    /// A clause.
    message: Cow<'a, str>,
    path: Option<&'a str>,
    line: Option<usize>,
}

/// An object, manifest or entity that does not arrive in the catalog.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NotArriving")]
struct JsonNotArriving<'a> {
    /// `undelivered`, `unmapped`, or what `cluster forecast` names: `refused`, `missing-target` …
    kind: &'static str,
    /// `Entity shop/cart` or `service/cart`; null: the whole file.
    name: Option<Cow<'a, str>>,
    path: Option<&'a str>,
    line: Option<usize>,
    /// A clause.
    reason: Cow<'a, str>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KeptEntity")]
struct JsonKept<'a> {
    blueprint: &'a str,
    identifier: &'a str,
    /// A clause.
    reason: Cow<'a, str>,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    extensible(schemars::schema_for!(Document<'_>))
}

/// A schema without the ban on unknown keys of types that are also in plan files: later versions may add keys.
pub(in crate::report) fn extensible(mut schema: Schema) -> serde_json::Value {
    let allow_more_keys = |schema: &mut Schema| {
        for key in ["additionalProperties", "unevaluatedProperties"] {
            if schema.get(key) == Some(&false.into()) {
                schema.ensure_object().shift_remove(key);
            }
        }
    };
    schemars::transform::transform_subschemas(
        &mut schemars::transform::RecursiveTransform(allow_more_keys),
        &mut schema,
    );
    schema.into()
}
