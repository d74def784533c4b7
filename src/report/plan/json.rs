//! `portolan.plan/1`: the plan for programs. These types are the format: a field may be added within a version, never
//! renamed or removed. Values are as they were compared, and whole: nothing is folded here.

mod made;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::escape;
use crate::report::plan::Sited;

pub const FORMAT: &str = "portolan.plan/1";

/// What `portolan diff --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.plan/1")]
struct Document {
    /// Always `portolan.plan/1`.
    format: &'static str,
    /// Why the push of this plan was refused, as a sentence; null: it was not, or this is not a push.
    refused: Option<String>,
    /// What to do about the refusal; null: the push was not refused.
    help: Option<String>,
    /// The digest for `--approve`; null where no hazard needs approval.
    approval: Option<String>,
    platform: String,
    catalog: String,
    /// The target of the config that was chosen.
    target: Option<String>,
    scope: String,
    /// What is checked out.
    revision: Option<JsonRevision>,
    base: Option<JsonBase>,
    /// What was pending before this branch is left out.
    only_branch: bool,
    counts: JsonCounts,
    hazards: Vec<JsonHazard>,
    /// What cannot be done.
    obstacles: Vec<JsonObstacle>,
    /// By blueprint and identifier.
    changes: Vec<JsonChange>,
    /// What is done one after the other; what is in a wave may be done at once.
    waves: Vec<JsonWave>,
    /// Circles of relations that are broken in two steps.
    cycles: Vec<JsonCycle>,
    /// Declared, foreign, and already as declared.
    foreign_unchanged: Vec<JsonKey>,
    /// The owners of foreign entities, as far as the catalog reveals them.
    owners: Vec<JsonForeign>,
    /// What the catalog would refuse; null where it was not asked.
    complaints: Option<Vec<JsonComplaint>>,
    /// What was said once about the whole run.
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
    /// Manifests, the config or the snapshot are not as the commit has them.
    dirty: bool,
}

/// The commit that the branch is compared with.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Base")]
struct JsonBase {
    name: String,
    commit: String,
    /// The variable of the pipeline that named it.
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
    /// Declared, and already as declared.
    unchanged: usize,
    /// No longer declared, and not deleted.
    kept: usize,
    /// Of the changes: foreign entities.
    foreign: usize,
    /// Of the changes: with nothing of this branch in them.
    pending: usize,
    /// Changes that were pending and are not among these.
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
    /// The identifier that it had, where the action is `rename`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    /// What tells that it is a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_by: Option<JsonRenamedBy>,
    standing: JsonStanding,
    /// Who owns it, where the standing is `foreign` and the catalog reveals it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<JsonOwner>,
    /// `merge`: what the manifest does not name is left alone; `replace`: the manifest is the whole entity.
    mode: &'static str,
    origin: JsonOrigin,
    /// The entity in its manifest; a deletion has none.
    place: Option<JsonPlace>,
    /// Where the base declared what is deleted, in the file as it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    place_at_base: Option<JsonPlace>,
    fields: Vec<JsonField>,
    /// Who wrote what is in the catalog, and when.
    record: Option<JsonRecord>,
    /// Who relates to what goes away.
    dependents: Vec<JsonDependent>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Action")]
pub(in crate::report) enum JsonAction {
    Create,
    Update,
    /// Created under the new identifier, and the old one deleted.
    Rename,
    /// Written as it is, to become ours.
    Adopt,
    Delete,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "RenamedBy")]
enum JsonRenamedBy {
    /// The manifest says so.
    Annotation,
    /// Git moved its file.
    Move,
    /// It stands in its file where the other one stood at the base.
    Place,
    /// One entity went, one came, and they are as good as alike.
    Content,
}

/// Whose the entity is, before the change.
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

/// Whose doing it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Origin")]
enum JsonOrigin {
    ThisBranch,
    AlreadyPending,
    /// There is no base to tell it by.
    Unknown,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Field")]
struct JsonField {
    kind: JsonFieldKind,
    /// Of a property or a relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Null: unset. Many teams and targets are a sorted list.
    before: serde_json::Value,
    after: serde_json::Value,
    /// Where two objects differ.
    paths: Vec<JsonPath>,
    cause: JsonCause,
    origin: JsonOrigin,
    /// Its value in the manifest.
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

/// A difference inside an object. A side that is left out has no such key.
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
    /// The manifest names it.
    Named,
    /// The base's manifest set it, and this one does not name it.
    Dropped,
    /// The manifest is the whole entity, and does not name it.
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
    /// The relation cannot be empty.
    required: bool,
    after: JsonAfterwards,
}

/// What becomes of a dependent's relation by the same plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Afterwards")]
enum JsonAfterwards {
    /// It still points to what is gone.
    Left,
    /// So it does, and is declared: its manifest does not name the relation.
    Unnamed,
    /// The plan takes it away first.
    Relinked,
    /// Its manifest points there, so that it stays.
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
    /// The blueprint it is about; null: all of them, or none.
    blueprint: Option<String>,
    /// The entities it is about.
    entities: Vec<JsonKey>,
    dependents: Vec<JsonDependent>,
    /// What stands in the way of deleting, or was not read.
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

/// What a hazard asks for.
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
    /// A relation would point to an entity that no manifest declares and the catalog does not have.
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
    /// Sets the relations that a write had to leave out.
    Relink,
    Delete,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Step")]
struct JsonStep {
    /// The place of the change in `changes`, from 0.
    change: usize,
    /// The relations that a write leaves out, or that a relink sets.
    relations: Vec<String>,
    /// The changes all of whose earlier steps must have succeeded.
    needs: Vec<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cycle")]
struct JsonCycle {
    members: Vec<JsonKey>,
    /// One way round.
    path: Vec<JsonKey>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Complaint")]
struct JsonComplaint {
    /// The place of the change in `changes`, from 0.
    change: usize,
    place: Option<JsonPlace>,
    status: u16,
    /// The catalog's word for it.
    code: String,
    message: String,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

pub(super) fn render(sited: &Sited<'_>) -> String {
    let mut text = escape::json(&made::document(sited));
    text.push('\n');
    text
}
