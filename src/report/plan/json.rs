//! Renders `portolan.plan/1`, the plan for programs. These types define the format: within a version, a field may be
//! added, but never renamed or removed. Values are complete and as they were compared: nothing is abbreviated.

mod made;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::escape;
use crate::report::plan::Resolved;

pub const FORMAT: &str = "portolan.plan/1";

/// What `portolan diff --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.plan/1")]
struct Document {
    /// Always `portolan.plan/1`.
    format: &'static str,
    /// Why the push of this plan was refused, as a sentence; null if it was not, or if this is not a push.
    refused: Option<String>,
    /// What to do about the refusal; null: the push was not refused.
    help: Option<String>,
    /// The digest for `--approve`; null where no hazard needs approval.
    approval: Option<String>,
    platform: String,
    catalog: String,
    /// The selected target of the config.
    target: Option<String>,
    scope: String,
    /// The commit that is checked out.
    revision: Option<JsonRevision>,
    base: Option<JsonBase>,
    /// Whether changes that were already pending are omitted.
    only_branch: bool,
    counts: JsonCounts,
    hazards: Vec<JsonHazard>,
    /// Changes that cannot be made.
    obstacles: Vec<JsonObstacle>,
    /// Sorted by blueprint and identifier.
    changes: Vec<JsonChange>,
    /// Waves run one after the other; the steps of a wave may run concurrently.
    waves: Vec<JsonWave>,
    /// Circles of relations that are written in two steps.
    cycles: Vec<JsonCycle>,
    /// Declared foreign entities that are already as declared.
    foreign_unchanged: Vec<JsonKey>,
    /// The owners of foreign entities, as far as the catalog reveals them.
    owners: Vec<JsonForeign>,
    /// Changes that the catalog would reject; null without `--verify`.
    complaints: Option<Vec<JsonComplaint>>,
    /// Notes on the whole run.
    notes: Vec<String>,
    /// The id of the plan: it covers all changes and hazards. It approves nothing; `approval` does.
    digest: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Revision")]
pub(in crate::report) struct JsonRevision {
    /// Null before the first commit.
    commit: Option<String>,
    branch: Option<String>,
    /// Whether manifests, config or snapshot differ from the commit.
    dirty: bool,
}

/// The commit that the branch is compared with.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Base")]
struct JsonBase {
    name: String,
    commit: String,
    /// The variable of the CI system that named it.
    found_in: Option<&'static str>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Counts")]
pub(in crate::report) struct JsonCounts {
    total: JsonTally,
    by_blueprint: BTreeMap<String, JsonTally>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Tally")]
struct JsonTally {
    create: usize,
    update: usize,
    rename: usize,
    adopt: usize,
    delete: usize,
    /// Declared entities that are already as declared.
    unchanged: usize,
    /// Entities that are no longer declared and not deleted.
    kept: usize,
    /// Changes to foreign entities.
    foreign: usize,
    /// Changes that this branch did not cause.
    pending: usize,
    /// Pending changes that are not listed.
    left_out: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Entity")]
pub(in crate::report) struct JsonKey {
    blueprint: String,
    identifier: String,
}

/// Lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub(in crate::report) struct JsonPlace {
    /// Relative to the repository, always with `/`.
    path: String,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Change")]
struct JsonChange {
    blueprint: String,
    identifier: String,
    action: JsonAction,
    /// The old identifier, if the action is `rename`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    /// Why it counts as a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_by: Option<JsonRenamedBy>,
    standing: JsonStanding,
    /// Who owns it, where the standing is `foreign` and the catalog reveals it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<JsonOwner>,
    /// `merge`: the catalog keeps what the manifest does not set; `replace`: the manifest is the whole entity.
    mode: &'static str,
    origin: JsonOrigin,
    /// The entity in its manifest; null for a deletion.
    place: Option<JsonPlace>,
    /// Where the base declared the deleted entity, in the file of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    place_at_base: Option<JsonPlace>,
    fields: Vec<JsonField>,
    /// Who last wrote the entity in the catalog, and when.
    record: Option<JsonRecord>,
    /// The entities that point to a deleted or renamed one.
    dependents: Vec<JsonDependent>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Action")]
pub(in crate::report) enum JsonAction {
    Create,
    Update,
    /// Created under the new identifier; the old one is deleted.
    Rename,
    /// Written unchanged, to become owned by this scope.
    Adopt,
    Delete,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "RenamedBy")]
enum JsonRenamedBy {
    /// The manifest has the annotation.
    Annotation,
    /// Git moved its file.
    Move,
    /// It is in the same file at the same position as the old entity at the base.
    Place,
    /// One entity was removed and one added, with nearly the same content.
    Content,
}

/// The ownership of the entity before the change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Standing")]
enum JsonStanding {
    New,
    Ours,
    Foreign,
}

/// The owner of an entity that another scope, integration, tool or person owns.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Owner")]
struct JsonOwner {
    kind: JsonOwnerKind,
    /// Null: the catalog reveals the kind only.
    name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "OwnerKind")]
enum JsonOwnerKind {
    Scope,
    Integration,
    /// Port's Kubernetes exporter.
    Exporter,
    Tool,
    Person,
}

/// A foreign entity and its owner.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForeignEntity")]
struct JsonForeign {
    blueprint: String,
    identifier: String,
    owner: JsonOwner,
}

/// The cause of the change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Origin")]
enum JsonOrigin {
    ThisBranch,
    AlreadyPending,
    /// There is no base to compare with.
    Unknown,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Field")]
struct JsonField {
    kind: JsonFieldKind,
    /// The name of the property or relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Null if unset. Several teams and targets are a sorted list.
    before: serde_json::Value,
    after: serde_json::Value,
    /// The differences of two objects.
    paths: Vec<JsonPath>,
    cause: JsonCause,
    origin: JsonOrigin,
    /// The position of the value in the manifest.
    place: Option<JsonPlace>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FieldKind")]
enum JsonFieldKind {
    Title,
    Icon,
    Team,
    Property,
    Relation,
}

/// A difference inside an object. A missing side does not have the key.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Path")]
struct JsonPath {
    path: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<serde_json::Value>,
}

/// Why a field gets its value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Cause")]
enum JsonCause {
    /// The manifest sets it.
    Named,
    /// The manifest at the base set it, and this one does not.
    Dropped,
    /// The manifest is the whole entity and does not set it.
    LeftOut,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Record")]
struct JsonRecord {
    created_at: Option<String>,
    created_by: Option<String>,
    updated_at: Option<String>,
    updated_by: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Dependent")]
struct JsonDependent {
    blueprint: String,
    identifier: String,
    relation: String,
    /// Whether the relation is required.
    required: bool,
    after: JsonAfterwards,
}

/// What the plan does to the relation of the dependent entity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Afterwards")]
enum JsonAfterwards {
    /// It still points to the deleted entity.
    Left,
    /// It still points there, and its manifest does not set the relation.
    Unnamed,
    /// The plan updates it first.
    Relinked,
    /// Its manifest points there, so the target is kept.
    Asked,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Hazard")]
struct JsonHazard {
    kind: JsonHazardKind,
    consent: JsonConsent,
    digest: String,
    /// A sentence.
    message: String,
    /// The affected blueprint; null for all or none.
    blueprint: Option<String>,
    /// The affected entities.
    entities: Vec<JsonKey>,
    dependents: Vec<JsonDependent>,
    /// What prevents deletes, or was not read.
    reasons: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "HazardKind")]
enum JsonHazardKind {
    ManyDeletes,
    DeleteWithDependents,
    RenameWithDependents,
    Foreign,
    Unseen,
    UnseenDependents,
    StillNeeded,
    PruneBlocked,
}

/// The approval that a hazard needs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Consent")]
enum JsonConsent {
    /// `--approve` with the approval digest.
    Approval,
    /// `--adopt`.
    Adoption,
    Nothing,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Obstacle")]
struct JsonObstacle {
    kind: JsonObstacleKind,
    /// A sentence.
    message: String,
    entities: Vec<JsonKey>,
    places: Vec<JsonPlace>,
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
#[schemars(rename = "Wave")]
struct JsonWave {
    deed: JsonDeed,
    steps: Vec<JsonStep>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Deed")]
pub(in crate::report) enum JsonDeed {
    Write,
    /// Sets the relations that a write omitted.
    Relink,
    Delete,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Step")]
struct JsonStep {
    /// The index of the change in `changes`, from 0.
    change: usize,
    /// The relations that a write omits, or that a relink sets.
    relations: Vec<String>,
    /// The changes whose earlier steps must have succeeded.
    needs: Vec<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cycle")]
struct JsonCycle {
    members: Vec<JsonKey>,
    /// One path around the circle.
    path: Vec<JsonKey>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Complaint")]
struct JsonComplaint {
    /// The index of the change in `changes`, from 0.
    change: usize,
    place: Option<JsonPlace>,
    status: u16,
    /// The catalog's error code.
    code: String,
    message: String,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

pub(super) fn render(resolved: &Resolved<'_>) -> String {
    let mut text = escape::json(&made::document(resolved));
    text.push('\n');
    text
}
