//! What the exporter's next full resync does to a live catalog: which entities it writes and deletes, what a change of
//! this repository would delete by accident, and what keeps it from deleting anything. `plan::forecast` computes it.

pub mod revision;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::blueprint::property_validator::Violation;
use crate::domain::blueprint::required::Lack;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::ProblemClass;
use crate::domain::plan::change::Field;
use crate::domain::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub outcome: ForecastOutcome,
    /// After how many full resyncs nothing changes any longer, in the worst order; `None`: something is refused each time.
    pub resyncs: Option<usize>,
    /// The most entities first.
    pub dangers: Vec<Danger>,
    pub blockers: Vec<DeletionBlocker>,
    /// Entities that are sent, sorted by key.
    pub writes: Vec<EntityWrite>,
    /// How many entities are sent whose identifier is a search query: which entities these are is not known.
    pub searched: usize,
    /// Owned entities that are not sent, sorted by key.
    pub stale: Vec<StaleEntity>,
    /// Owned entities that may be deleted, sorted by key.
    pub undecided: Vec<UndecidedEntity>,
    /// Entities that the base sends and this revision does not, and that are not deleted, sorted by key.
    pub staying: Vec<StayingEntity>,
    /// Targets of relations that the catalog creates without properties, sorted.
    pub stubs: Vec<EntityKey>,
}

/// How the next full resync ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForecastOutcome {
    /// Everything is written, and owned entities that are not sent are deleted.
    Complete,
    /// Entities point to others that the same resync creates. The exporter sends them in random order: it is complete only
    /// if each target comes first, and deletes nothing otherwise.
    OrderDecides,
    /// Something is refused or fails, so nothing is deleted.
    NoDeletion,
    /// The exporter does not start with this config.
    StartFailed,
    /// The exporter crashes, at every start.
    Crash,
}

impl ForecastOutcome {
    /// Whether everything was mapped: it is not known what an exporter does after a failed start or a crash.
    pub fn is_evaluated(self) -> bool {
        match self {
            Self::Complete | Self::OrderDecides | Self::NoDeletion => true,
            Self::StartFailed | Self::Crash => false,
        }
    }

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::OrderDecides => "order-decides",
            Self::NoDeletion => "no-deletion",
            Self::StartFailed => "start-failed",
            Self::Crash => "crash",
        }
    }
}

/// Why entities are deleted although nobody removed their manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DangerKind {
    /// The config of the exporter is null.
    ConfigNull,
    /// The config has no entries.
    MapsNothing,
    /// An entry of the mapping disappeared, or has no mappings any longer.
    EntryRemoved,
    /// One of several mappings of an entry disappeared.
    MappingRemoved,
    /// The kind of an entry is not one that the cluster serves.
    KindUnresolved,
    /// The selector of an entry is false.
    SelectorFalse,
    /// `itemsToParse` yields fewer items.
    ItemsGone,
    /// The identifier is different now.
    IdentifierChanged,
    /// The blueprint is different now.
    BlueprintChanged,
    /// The state key is another one, which owns entities that this cluster does not send.
    StateKeyRenamed,
    /// A deliverer is gone, and with it all that it delivered.
    DelivererRemoved,
    /// An ApplicationSet no longer makes an Application.
    ApplicationRemoved,
    /// A deliverer takes another folder.
    DelivererPathChanged,
    /// A deliverer no longer takes a manifest that is still in the repository.
    ManifestLeftOut,
    /// The build of a deliverer fails. Nothing is deleted, and nothing new arrives.
    BuildFails,
    /// A deliverer is suspended, or waits for a person. Nothing is deleted, and nothing new arrives.
    DelivererSuspended,
    /// What was removed from the repository before is deleted now.
    PruneOn,
    /// What is removed from the repository stays in the cluster from now on.
    PruneOff,
    /// Objects have another name or namespace: the old ones are deleted, and new ones take their place.
    ObjectsReplaced,
}

impl DangerKind {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfigNull => "config-null",
            Self::MapsNothing => "maps-nothing",
            Self::EntryRemoved => "entry-removed",
            Self::MappingRemoved => "mapping-removed",
            Self::KindUnresolved => "kind-unresolved",
            Self::SelectorFalse => "selector-false",
            Self::ItemsGone => "items-gone",
            Self::IdentifierChanged => "identifier-changed",
            Self::BlueprintChanged => "blueprint-changed",
            Self::StateKeyRenamed => "state-key-renamed",
            Self::DelivererRemoved => "deliverer-removed",
            Self::ApplicationRemoved => "application-removed",
            Self::DelivererPathChanged => "deliverer-path-changed",
            Self::ManifestLeftOut => "manifest-left-out",
            Self::BuildFails => "build-fails",
            Self::DelivererSuspended => "deliverer-suspended",
            Self::PruneOn => "prune-on",
            Self::PruneOff => "prune-off",
            Self::ObjectsReplaced => "objects-replaced",
        }
    }
}

/// Where a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CausePlace {
    /// In the text of the mapping.
    Mapping(Span),
    /// In the text of the mapping at the base.
    BaseMapping(Span),
    /// The index of an object.
    Object(usize),
    /// In the config of portolan.
    Settings,
    /// The index of a deliverer.
    Deliverer(usize),
    /// The index of a deliverer of the base.
    BaseDeliverer(usize),
}

/// One cause of deletions that a change of this repository brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    pub kind: DangerKind,
    pub place: CausePlace,
    /// The text that changed: an expression, a kind, an identifier, a state key, a path. Of a deliverer, `before` is its
    /// title unless a text of its own changed.
    pub before: Option<String>,
    pub after: Option<String>,
    /// The entities that are deleted for it, sorted.
    pub entities: Vec<EntityKey>,
}

/// Something because of which no resync deletes anything, until it is fixed.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletionBlocker {
    pub kind: BlockerKind,
    /// The entity that is not written.
    pub entity: Option<EntityKey>,
    /// The index of the object that it is about.
    pub object: Option<usize>,
    /// The place in the text of the mapping.
    pub mapping: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BlockerKind {
    /// The exporter does not start.
    StartFailed { field: String, message: String },
    /// The exporter crashes.
    Crash { class: ProblemClass, field: String, message: String },
    /// An object fails to map, and with it all of its entities.
    ObjectFails { class: ProblemClass, field: String, message: String },
    /// Entities that point to each other in a circle: none of them arrives. They are in the order of their relations.
    RelationCycle { members: Vec<EntityKey> },
    /// The target of a relation is not in the catalog and is not sent.
    MissingTarget { relation: Arc<str>, target: EntityKey, is_required: bool },
    /// The target of a relation never arrives.
    TargetRefused { relation: Arc<str>, target: EntityKey },
    /// The catalog refuses the entity.
    Refused(RefusalReason),
    /// This resync deletes the target of a relation, so the next ones are refused.
    TargetDeleted { relation: Arc<str>, target: EntityKey },
}

impl BlockerKind {
    /// As in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartFailed { .. } => "start-failed",
            Self::Crash { .. } => "crash",
            Self::ObjectFails { .. } => "object-fails",
            Self::RelationCycle { .. } => "relation-cycle",
            Self::MissingTarget { .. } => "missing-target",
            Self::TargetRefused { .. } => "target-refused",
            Self::Refused(_) => "refused",
            Self::TargetDeleted { .. } => "target-deleted",
        }
    }
}

/// Why the catalog refuses an entity, as far as its blueprint decides.
#[derive(Debug, Clone, PartialEq)]
pub enum RefusalReason {
    UnknownBlueprint,
    /// Only the platform writes entities of it.
    ProtectedBlueprint,
    Identifier,
    UnknownProperty {
        name: Arc<str>,
    },
    Value {
        name: Arc<str>,
        /// The path inside of the value: `[2].url`; empty for the value itself.
        path: String,
        violation: Violation,
    },
    MissingProperty {
        name: Arc<str>,
        lack: Lack,
    },
    UnknownRelation {
        name: Arc<str>,
    },
    /// A list for a relation with one target, or the other way round, or no identifier at all.
    RelationForm {
        name: Arc<str>,
        many: bool,
    },
    TargetIdentifier {
        name: Arc<str>,
        target: Box<str>,
    },
    MissingRelation {
        name: Arc<str>,
        lack: Lack,
    },
    /// The team is inherited.
    InheritedTeam,
    /// The target is missing, and the catalog creates none in its blueprint.
    ProtectedTarget {
        name: Arc<str>,
        target: EntityKey,
    },
}

impl RefusalReason {
    /// The field of the entity as a mapping names it: `properties.tier`.
    pub fn field(&self) -> String {
        match self {
            Self::UnknownBlueprint | Self::ProtectedBlueprint => "blueprint".to_owned(),
            Self::Identifier => "identifier".to_owned(),
            Self::UnknownProperty { name } | Self::Value { name, .. } | Self::MissingProperty { name, .. } => {
                format!("properties.{name}")
            }
            Self::UnknownRelation { name }
            | Self::RelationForm { name, .. }
            | Self::TargetIdentifier { name, .. }
            | Self::MissingRelation { name, .. }
            | Self::ProtectedTarget { name, .. } => format!("relations.{name}"),
            Self::InheritedTeam => "team".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WriteAction {
    Create,
    Update,
    /// It is sent, and nothing changes.
    Unchanged,
}

/// Whether an entity that is sent arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    InThisResync,
    /// Its targets are new too. In the worst order, it arrives in this resync, counted from 1.
    Later {
        resync: usize,
    },
    /// It is refused in every resync; a blocker says why.
    Never,
}

/// An entity that is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityWrite {
    pub key: EntityKey,
    pub action: WriteAction,
    pub arrival: Arrival,
    /// What changes.
    pub fields: Vec<FieldWrite>,
    /// What the catalog has and the exporter does not send.
    pub kept: Vec<KeptField>,
    /// Another owner wrote the entity last; from now on the exporter owns it.
    pub takes_over: bool,
    /// The indices of the objects that yield it. With more than one, which values win is random.
    pub objects: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FieldWrite {
    pub field: Field,
    /// Null: unset.
    pub before: Value,
    pub after: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct KeptField {
    pub field: Field,
    pub value: Value,
    /// Whether the base sends it; `None`: there is no base.
    pub was_sent: Option<bool>,
}

/// An owned entity that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEntity {
    pub key: EntityKey,
    pub effect: StaleEffect,
    pub cause: StaleCause,
    /// The index of the object at the base that yielded it, if that was removed.
    pub base_object: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaleEffect {
    Deleted,
    /// It stays until nothing blocks deletion any longer.
    Blocked,
    /// It stays, because these entities require it.
    Required {
        by: Vec<EntityKey>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleCause {
    /// Its manifest was removed.
    ObjectRemoved,
    /// Its manifest no longer has the item.
    ItemRemoved,
    /// Neither this revision nor the base yields it.
    Undeclared,
    /// The index of a danger.
    Danger(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndecidedEntity {
    pub key: EntityKey,
    pub reason: UndecidedReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UndecidedReason {
    /// A search query identifies an entity of its blueprint.
    SearchQuery,
    /// An entry maps objects that are not in this repository.
    ObjectsElsewhere,
    /// An object fails to map, and may be the one that yields it.
    ObjectFails,
    /// Its manifest cannot be delivered, so the cluster keeps the object as it was.
    ObjectUndelivered,
    /// The deliverer does not prune, so the cluster keeps the object.
    ObjectNotPruned,
    /// The deliverer was removed from the repository, and nothing removes it from the cluster.
    DelivererStays,
}

impl UndecidedReason {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::SearchQuery => "search-query",
            Self::ObjectsElsewhere => "objects-elsewhere",
            Self::ObjectFails => "object-fails",
            Self::ObjectUndelivered => "object-undelivered",
            Self::ObjectNotPruned => "object-not-pruned",
            Self::DelivererStays => "deliverer-stays",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayingEntity {
    pub key: EntityKey,
    pub reason: StayingReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StayingReason {
    /// Another owner wrote it last.
    NotOwned,
    /// The old state key owns it.
    StateKeyRenamed,
}

impl Forecast {
    /// The entities with this action that arrive at some time.
    pub fn arriving(&self, action: WriteAction) -> impl Iterator<Item = &EntityWrite> {
        self.writes.iter().filter(move |write| write.action == action && write.arrival != Arrival::Never)
    }

    pub fn deleted(&self) -> impl Iterator<Item = &StaleEntity> {
        self.stale.iter().filter(|stale| stale.effect == StaleEffect::Deleted)
    }

    /// Whether the resync deletes what nobody removed, or something keeps it from deleting.
    pub fn is_dangerous(&self) -> bool {
        !self.dangers.is_empty() || !self.blockers.is_empty()
    }
}
