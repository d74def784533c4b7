//! Renders forecasts as `portolan.forecast/1`.

use schemars::JsonSchema;
use serde::Serialize;

use super::input::{ClusterForecast, ForecastReport, Location, Places};
use super::words;
use crate::domain::entity::EntityKey;
use crate::domain::forecast::{
    Arrival, BlockerKind, Danger, DangerKind, DeletionBlocker, EntityWrite, ForecastOutcome, StaleCause, StaleEffect,
    StaleEntity, StayingReason, UndecidedReason, WriteAction,
};
use crate::domain::plan::change::Field;
use crate::domain::plan::revision::BaseRevision;
use crate::domain::value::Value;
use crate::report::escape;

pub const FORMAT: &str = "portolan.forecast/1";

/// What `portolan cluster forecast --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.forecast/1")]
struct Document<'a> {
    /// Always `portolan.forecast/1`.
    format: &'static str,
    /// The name of the catalog.
    catalog: &'a str,
    /// What the repository was compared with; null: nothing.
    base: Option<&'a BaseRevision>,
    clusters: Vec<JsonCluster<'a>>,
    /// Complete sentences.
    notes: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cluster")]
struct JsonCluster<'a> {
    name: &'a str,
    /// Null: the config has none.
    state_key: Option<&'a str>,
    /// The file of the mapping; null: the mapping that `portolan cluster mapping` writes.
    mapping: Option<&'a str>,
    outcome: ForecastOutcome,
    /// After how many full resyncs nothing changes any longer, in the worst order; null: something is refused each time.
    resyncs: Option<usize>,
    counts: JsonCounts,
    /// Causes of deletions that nobody asked for, the most entities first.
    dangers: Vec<JsonDanger<'a>>,
    /// What keeps the exporter from deleting anything, until it is fixed.
    blockers: Vec<JsonBlocker<'a>>,
    /// Manifests that cannot be delivered: the cluster keeps these objects as they were.
    undelivered: Vec<JsonUndelivered<'a>>,
    /// Owned entities that are not sent.
    stale: Vec<JsonStale<'a>>,
    /// Owned entities that are not sent, and of which it is not known whether they are deleted.
    undecided: Vec<JsonUndecided<'a>>,
    /// Entities that are sent.
    writes: Vec<JsonWrite<'a>>,
    /// Entities that the base sends and this revision does not, and that nobody deletes.
    staying: Vec<JsonStaying<'a>>,
    /// Targets that the catalog creates without properties.
    stubs: &'a [EntityKey],
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Counts")]
struct JsonCounts {
    created: usize,
    updated: usize,
    deleted: usize,
    unchanged: usize,
    refused: usize,
    /// Entities whose identifier is a search query; they are not compared.
    searched: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Location")]
struct JsonLocation<'a> {
    path: &'a str,
    /// From 1.
    line: Option<usize>,
    /// In characters, from 1.
    column: Option<usize>,
    /// It is a place of the base.
    at_base: bool,
}

impl<'a> From<Location<'a>> for JsonLocation<'a> {
    fn from(Location { path, line, column, is_at_base }: Location<'a>) -> Self {
        Self { path, line, column, at_base: is_at_base }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Danger")]
struct JsonDanger<'a> {
    kind: DangerKind,
    message: String,
    location: Option<JsonLocation<'a>>,
    /// The text that changed: an expression, a kind, a state key.
    before: Option<&'a str>,
    after: Option<&'a str>,
    entities: &'a [EntityKey],
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "BlockerKind")]
enum JsonBlockerKind {
    StartFailed,
    Crash,
    ObjectFails,
    RelationCycle,
    MissingTarget,
    TargetRefused,
    Refused,
    TargetDeleted,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Blocker")]
struct JsonBlocker<'a> {
    kind: JsonBlockerKind,
    message: String,
    /// The entity that is not written.
    entity: Option<&'a EntityKey>,
    /// The object that fails: `shop/cart`.
    object: Option<&'a str>,
    /// The manifest first, then the expression.
    locations: Vec<JsonLocation<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Undelivered")]
struct JsonUndelivered<'a> {
    path: &'a str,
    line: usize,
    /// `Entity shop/cart`; null: the document cannot be read.
    object: Option<&'a str>,
    reason: &'a str,
    /// If the cluster has the object already, that stays as it is.
    keeps_object: bool,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Effect")]
enum JsonEffect {
    Deleted,
    /// It is deleted as soon as nothing blocks deletion.
    Blocked,
    /// The catalog refuses, because others require it.
    Required,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "StaleCause")]
enum JsonStaleCause {
    ObjectRemoved,
    ItemRemoved,
    /// No object of this repository yields it, neither now nor at the base.
    Undeclared,
    Danger,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Stale")]
struct JsonStale<'a> {
    #[serde(flatten)]
    key: JsonKey<'a>,
    effect: JsonEffect,
    cause: JsonStaleCause,
    /// The index in `dangers`.
    danger: Option<usize>,
    /// The place at the base of the object that was removed.
    location: Option<JsonLocation<'a>>,
    required_by: &'a [EntityKey],
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Key")]
struct JsonKey<'a> {
    blueprint: &'a str,
    identifier: &'a str,
}

impl<'a> From<&'a EntityKey> for JsonKey<'a> {
    fn from(key: &'a EntityKey) -> Self {
        Self { blueprint: &key.blueprint, identifier: &key.identifier }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Undecided")]
struct JsonUndecided<'a> {
    #[serde(flatten)]
    key: JsonKey<'a>,
    reason: UndecidedReason,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Staying")]
struct JsonStaying<'a> {
    #[serde(flatten)]
    key: JsonKey<'a>,
    reason: StayingReason,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Write")]
struct JsonWrite<'a> {
    #[serde(flatten)]
    key: JsonKey<'a>,
    action: WriteAction,
    /// The resync in which it arrives at the latest, from 1; null: never.
    resync: Option<usize>,
    fields: Vec<JsonField<'a>>,
    /// What the catalog has and the exporter does not send.
    kept: Vec<JsonKept<'a>>,
    /// Another owner wrote the entity last.
    takes_over: bool,
    /// The objects that yield it. With more than one, which values win is random.
    objects: Vec<JsonObject<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastField")]
struct JsonField<'a> {
    field: &'a Field,
    before: &'a Value,
    after: &'a Value,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Kept")]
struct JsonKept<'a> {
    field: &'a Field,
    value: &'a Value,
    /// Whether the base sends it; null: there is no base.
    was_sent: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Object")]
struct JsonObject<'a> {
    /// `shop/cart`
    key: &'a str,
    path: &'a str,
    line: usize,
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(report: &ForecastReport<'_>) -> String {
    let document = Document {
        format: FORMAT,
        catalog: report.catalog,
        base: report.base,
        clusters: report.clusters.iter().map(cluster).collect(),
        notes: report.notes,
    };
    format!("{}\n", escape::json(&document))
}

fn cluster<'a>(cluster: &'a ClusterForecast<'a>) -> JsonCluster<'a> {
    let (forecast, places) = (cluster.forecast, Places::new(cluster));
    let undelivered = cluster.now.undelivered.iter().map(|object| JsonUndelivered {
        path: &object.path,
        line: object.line,
        object: object.name.as_deref(),
        reason: &object.reason,
        keeps_object: object.keeps_object,
    });
    let undecided = forecast.undecided.iter();
    let staying = forecast.staying.iter();
    JsonCluster {
        name: cluster.name,
        state_key: cluster.state_key,
        mapping: (!cluster.mapping.is_generated).then_some(cluster.mapping.path),
        outcome: forecast.outcome,
        resyncs: forecast.resyncs,
        counts: JsonCounts {
            created: forecast.arriving(WriteAction::Create).count(),
            updated: forecast.arriving(WriteAction::Update).count(),
            deleted: forecast.deleted().count(),
            unchanged: forecast.arriving(WriteAction::Unchanged).count(),
            refused: forecast.writes.iter().filter(|write| write.arrival == Arrival::Never).count(),
            searched: forecast.searched,
        },
        dangers: forecast.dangers.iter().map(|danger| json_danger(danger, &places)).collect(),
        blockers: forecast.blockers.iter().map(|blocker| json_blocker(blocker, &places)).collect(),
        undelivered: undelivered.collect(),
        stale: forecast.stale.iter().map(|stale| json_stale(stale, &places)).collect(),
        undecided: undecided.map(|it| JsonUndecided { key: (&it.key).into(), reason: it.reason }).collect(),
        writes: forecast.writes.iter().map(|write| json_write(write, cluster)).collect(),
        staying: staying.map(|it| JsonStaying { key: (&it.key).into(), reason: it.reason }).collect(),
        stubs: &forecast.stubs,
    }
}

fn json_danger<'a>(danger: &'a Danger, places: &Places<'a>) -> JsonDanger<'a> {
    JsonDanger {
        kind: danger.kind,
        message: words::danger(danger),
        location: places.of_cause(danger.place).map(JsonLocation::from),
        before: danger.before.as_deref(),
        after: danger.after.as_deref(),
        entities: &danger.entities,
    }
}

fn json_blocker<'a>(blocker: &'a DeletionBlocker, places: &Places<'a>) -> JsonBlocker<'a> {
    let kind = match blocker.kind {
        BlockerKind::StartFailed { .. } => JsonBlockerKind::StartFailed,
        BlockerKind::Crash { .. } => JsonBlockerKind::Crash,
        BlockerKind::ObjectFails { .. } => JsonBlockerKind::ObjectFails,
        BlockerKind::RelationCycle { .. } => JsonBlockerKind::RelationCycle,
        BlockerKind::MissingTarget { .. } => JsonBlockerKind::MissingTarget,
        BlockerKind::TargetRefused { .. } => JsonBlockerKind::TargetRefused,
        BlockerKind::Refused(_) => JsonBlockerKind::Refused,
        BlockerKind::TargetDeleted { .. } => JsonBlockerKind::TargetDeleted,
    };
    let object = blocker.object.and_then(|at| places.cluster.now.objects.get(at));
    JsonBlocker {
        kind,
        message: words::blocker(&blocker.kind),
        entity: blocker.entity.as_ref(),
        object: object.map(|object| object.key.as_str()),
        locations: places.of_blocker(blocker).into_iter().map(JsonLocation::from).collect(),
    }
}

fn json_stale<'a>(stale: &'a StaleEntity, places: &Places<'a>) -> JsonStale<'a> {
    let (effect, required_by) = match &stale.effect {
        StaleEffect::Deleted => (JsonEffect::Deleted, &[][..]),
        StaleEffect::Blocked => (JsonEffect::Blocked, &[][..]),
        StaleEffect::Required { by } => (JsonEffect::Required, by.as_slice()),
    };
    let (cause, danger) = match stale.cause {
        StaleCause::ObjectRemoved => (JsonStaleCause::ObjectRemoved, None),
        StaleCause::ItemRemoved => (JsonStaleCause::ItemRemoved, None),
        StaleCause::Undeclared => (JsonStaleCause::Undeclared, None),
        StaleCause::Danger(at) => (JsonStaleCause::Danger, Some(at)),
    };
    let location = stale.base_object.and_then(|at| places.of_base_object(at)).map(JsonLocation::from);
    JsonStale { key: (&stale.key).into(), effect, cause, danger, location, required_by }
}

fn json_write<'a>(write: &'a EntityWrite, cluster: &'a ClusterForecast<'_>) -> JsonWrite<'a> {
    let objects = write.objects.iter().filter_map(|at| cluster.now.objects.get(*at));
    let fields = write.fields.iter();
    let kept = write.kept.iter();
    JsonWrite {
        key: (&write.key).into(),
        action: write.action,
        resync: match write.arrival {
            Arrival::InThisResync => Some(1),
            Arrival::Later { resync } => Some(resync),
            Arrival::Never => None,
        },
        fields: fields.map(|it| JsonField { field: &it.field, before: &it.before, after: &it.after }).collect(),
        kept: kept.map(|it| JsonKept { field: &it.field, value: &it.value, was_sent: it.was_sent }).collect(),
        takes_over: write.takes_over,
        objects: objects.map(|it| JsonObject { key: &it.key, path: &it.path, line: it.line }).collect(),
    }
}
