//! What a trace shows: a manifest, and for each cluster who delivers it, what the cluster stores, how the mapping takes that,
//! and what arrives in the catalog. It is also the shape of the JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// The traces of a run.
#[derive(Debug)]
pub struct TraceReport<'a> {
    pub manifests: &'a [ManifestTrace],
    /// Complete sentences.
    pub notes: &'a [String],
}

/// A manifest with its way to each cluster.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Manifest")]
pub struct ManifestTrace {
    /// `Entity shop/cart`
    pub object: String,
    pub path: String,
    /// From 1.
    pub line: usize,
    /// The number of the YAML document in its file, from 1.
    pub document: usize,
    pub clusters: Vec<ClusterTrace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Status")]
pub enum TraceStatus {
    /// The cluster gets the object, and the exporter sends an entity of it.
    Arrives,
    /// The cluster gets the object, which is no entity manifest, and no mapping is for its kind.
    ReachesCluster,
    DoesNotArrive,
    /// It may arrive; `unknowns` says what cannot be known offline.
    NotKnown,
}

/// The way to one cluster.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cluster")]
pub struct ClusterTrace {
    /// Its name in the config, or one by which the deliverers know it.
    pub cluster: Option<String>,
    /// How the deliverers reach the cluster.
    pub address: Option<String>,
    pub status: TraceStatus,
    /// Why it does not arrive. Clauses.
    pub reasons: Vec<String>,
    /// What to do about that.
    pub help: Option<String>,
    /// Why no mapping makes an entity of an object that reaches the cluster. A clause.
    pub no_entity: Option<String>,
    /// Who applies the manifest, if it was assumed.
    pub assumption: Option<String>,
    pub deliverers: Vec<DelivererTrace>,
    /// Of a manifest that no deliverer takes: those that come nearest to it.
    pub nearest: Vec<NearestDeliverer>,
    pub arrival: Option<ArrivalTrace>,
    /// Why the API server refuses the object.
    pub refused: Vec<Refused>,
    /// What else does not arrive because of that.
    pub blocks: Vec<String>,
    pub mapping: Option<MappingTrace>,
    /// What cannot be known offline.
    pub unknowns: Vec<String>,
}

/// A Kustomization of Flux or an Application of Argo CD that takes the manifest.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Deliverer")]
pub struct DelivererTrace {
    /// `Kustomization flux-system/catalog`
    pub title: String,
    pub path: String,
    pub line: usize,
    /// What it takes: `./catalog`.
    pub folder: String,
    /// How its source relates to this repository.
    pub source: String,
    /// The ApplicationSet that makes it, and the place of the row that it is made from.
    pub set: Option<String>,
    /// The kustomization files on the way.
    pub kustomizations: Vec<String>,
    /// The deliverers that must be ready before.
    pub after: Vec<String>,
    /// The deliverers that deliver this one.
    pub delivered_by: Vec<String>,
    /// Removing the manifest removes the object.
    pub prunes: bool,
    /// Why it delivers nothing for now.
    pub idle: Option<String>,
    /// Of several, the object of this one is in the cluster in the end.
    pub is_last: bool,
}

/// A deliverer that does not take the manifest, and why.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Nearest")]
pub struct NearestDeliverer {
    pub title: Option<String>,
    pub path: Option<String>,
    pub line: Option<usize>,
    /// A clause.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Apply")]
pub enum AppliedBy {
    ServerSide,
    ClientSide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Dialect")]
pub enum ReadingDialect {
    /// YAML 1.1: `yes` is true, a date is a text.
    Kubectl,
    /// `yes` is a text, a date is a timestamp.
    Kustomize,
}

/// The object as the cluster stores it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Arrival")]
pub struct ArrivalTrace {
    /// `Entity catalog/cart`
    pub object: String,
    pub dialect: ReadingDialect,
    pub applied: AppliedBy,
    /// Values that are not stored as they are written.
    pub changes: Vec<ValueChange>,
    /// Fields that the deliverer adds.
    pub added: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeCause {
    /// The dialect of the deliverer.
    Dialect,
    /// Variables of the deliverer.
    Variables,
    /// `kubectl apply` and Argo CD leave out what is null.
    Null,
    /// The deliverer or a kustomization sets it.
    Deliverer,
    /// The schema does not have the field, or not this value.
    Schema,
}

/// A value that is not stored as it is written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Change")]
pub struct ValueChange {
    /// `spec.properties.released`
    pub field: String,
    pub line: usize,
    /// As written.
    pub before: String,
    /// Absent: it is not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
    pub cause: ChangeCause,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Refused {
    pub field: String,
    pub line: usize,
    /// What the tool prints.
    pub message: String,
}

/// How the mapping takes the object.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Mapping")]
pub struct MappingTrace {
    /// The file; `the generated mapping` if none is configured.
    pub path: String,
    /// The entries of the object's kind.
    pub entries: Vec<EntryTrace>,
    /// Fields of the manifest that no expression reads.
    pub unread: Vec<FieldTrace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryOutcome {
    Sent,
    /// The selector does not take it.
    NotSelected,
    /// The entry has no items or mappings for it.
    Nothing,
    /// An expression fails, so nothing of the object is sent.
    Failed,
    Crash,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Entry")]
pub struct EntryTrace {
    /// The index in `resources`.
    pub entry: usize,
    /// In the file of the mapping; null for a generated one.
    pub line: Option<usize>,
    pub outcome: EntryOutcome,
    pub problems: Vec<StepProblem>,
    pub entities: Vec<EntityTrace>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct StepProblem {
    /// `properties.tier`
    pub field: String,
    pub message: String,
    pub line: Option<usize>,
}

/// An entity as the exporter sends it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Entity")]
pub struct EntityTrace {
    pub blueprint: String,
    /// A text, or a search query.
    pub identifier: Json,
    pub body: Json,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Field")]
pub struct FieldTrace {
    pub field: String,
    pub line: usize,
}
