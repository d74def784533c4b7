//! What lint rules know of the exporters' mappings: for each cluster its config with places, the objects of the repository,
//! and what the evaluation gave. Every place is one of a file of the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::cluster::{Deliverer, ExporterVersion};
use crate::domain::document::span::Span;
use crate::domain::evaluation::{Evaluation, MappedEntity, Outcome, Problem};
use crate::domain::finding::{FileId, Place};
use crate::jq::{Approximation, Reads, Step};

/// The clusters that have a mapping.
#[derive(Debug, Default)]
pub struct MappingFacts {
    pub clusters: Vec<ClusterFacts>,
    /// Every object of the repository is known. If not, nothing can be said about what is absent.
    pub is_complete: bool,
}

/// One cluster.
#[derive(Debug)]
pub struct ClusterFacts {
    pub name: String,
    /// The file of the mapping.
    pub file: FileId,
    pub exporter: ExporterVersion,
    pub deliverer: Option<Deliverer>,
    /// Values of the config that stop the exporter, or that it cannot evaluate.
    pub faults: Vec<ConfigFault>,
    pub remarks: Vec<Remark>,
    /// Empty if the exporter does not start.
    pub entries: Vec<EntryFacts>,
    pub expressions: Vec<ExpressionFacts>,
    pub creates_missing_entities: bool,
    pub sends_raw_examples: bool,
    /// The place of the patterns of environment variables in the config.
    pub variable_patterns: Option<Span>,
    /// The variables that expressions read.
    pub variables: BTreeMap<Arc<str>, VariableState>,
    pub objects: Vec<ObjectFacts>,
    pub refused: Vec<RefusedField>,
    pub evaluation: Arc<Evaluation>,
    /// Those of the evaluation, with places in the file.
    pub problems: Vec<Problem>,
}

impl ClusterFacts {
    pub fn entities(&self) -> &[MappedEntity] {
        &self.evaluation.upserts
    }

    /// Whether the exporter starts and evaluates everything.
    pub fn is_evaluated(&self) -> bool {
        matches!(self.evaluation.outcome, Outcome::Complete | Outcome::NoDeletion)
    }

    pub fn object(&self, index: usize) -> Option<&ObjectFacts> {
        self.objects.get(index)
    }

    pub fn entry(&self, index: usize) -> Option<&EntryFacts> {
        self.entries.iter().find(|entry| entry.index == index)
    }

    /// The objects of an entry's kind, whether its selector takes them or not.
    pub fn objects_of(&self, entry: usize) -> impl Iterator<Item = (usize, &ObjectFacts)> {
        let resource = self.entry(entry).and_then(|entry| entry.resource.as_ref());
        self.objects.iter().enumerate().filter(move |(_, object)| Some(&object.resource) == resource)
    }

    /// The expression of a field.
    pub fn expression(&self, entry: usize, mapping: Option<usize>, field: &str) -> Option<&ExpressionFacts> {
        let is_it =
            |known: &&ExpressionFacts| known.entry == Some(entry) && known.mapping == mapping && known.field == field;
        self.expressions.iter().find(is_it)
    }
}

/// A value of the config with which the exporter does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// The path of the value: `resources[0].port.itemsToParse`; empty for the document itself.
    pub field: String,
    /// `must be a list, is a string`
    pub message: String,
    pub span: Span,
    pub effect: FaultEffect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultEffect {
    /// The exporter does not start.
    NoStart,
    /// The exporter crashes as soon as an object passes the selector.
    Crash,
    /// Every object of the entry fails.
    Failure,
}

/// Something in the config that is legal and probably not intended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RemarkKind {
    /// The exporter does not know the key.
    IgnoredKey { key: String },
    /// The exporter's file spells the key in other letters, so it is ignored.
    OtherCase { key: String, known: &'static str },
    /// The exporter reads the key only from the integration's config, not from its file.
    OnlyStored { key: String },
    /// Nothing is mapped, so the exporter deletes everything that it owns.
    MapsNothing,
    /// The entry maps nothing, so the exporter deletes what it owned before.
    EntryMapsNothing { entry: usize },
}

/// One element of `resources`.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    /// Its index in `resources`.
    pub index: usize,
    pub span: Span,
    /// As written.
    pub kind: String,
    pub kind_span: Span,
    /// What the kind resolves to. `None`: nothing that is known here.
    pub resource: Option<ResourceType>,
    /// A kind that resolves and has the same name: `apps/v1/deployments`.
    pub resembling: Option<String>,
    /// The place of `itemsToParseName`.
    pub item_name: Option<Span>,
    pub has_items: bool,
    pub has_mappings: bool,
}

/// A kind of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    pub group: String,
    pub version: String,
    pub kind: String,
}

/// An expression at one place of the config.
#[derive(Debug, Clone)]
pub struct ExpressionFacts {
    /// The index of its entry; `None` for `crdsToDiscover`.
    pub entry: Option<usize>,
    /// The index of its mapping in the entry; `None` for the selector and the items.
    pub mapping: Option<usize>,
    /// `identifier`, `properties.tier`, `selector.query`
    pub field: String,
    pub text: String,
    /// The whole scalar.
    pub span: Span,
    /// Why it does not compile, with the place.
    pub error: Option<(Span, String)>,
    pub reads: Arc<Reads>,
    /// The paths that it reads and that no object of its kind has.
    pub absent: Vec<Vec<Step>>,
    pub approximations: Arc<[Approximation]>,
}

/// What expressions see of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableState {
    Unchanged,
    /// The allow list hides it.
    Hidden,
    /// The config of portolan does not set it, so its value is not known.
    Unset,
    /// The exporter changes the value on the way.
    Changed {
        value: String,
        seen: String,
    },
}

/// A field for which the API server refuses an object.
#[derive(Debug, Clone)]
pub struct RefusedField {
    /// The place of the field, or of the object's name.
    pub place: Place,
    /// `Entity shop/cart`
    pub object: String,
    pub is_manifest: bool,
    /// `spec.title`
    pub field: String,
    pub reason: RefusalReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalReason {
    /// Only where unknown fields are refused.
    UnknownField,
    Missing,
    Type {
        expected: String,
    },
}

/// An object of the repository, as the cluster stores it.
#[derive(Debug, Clone)]
pub struct ObjectFacts {
    /// The place of its name.
    pub place: Place,
    /// `Entity shop/cart`
    pub name: String,
    pub resource: ResourceType,
    /// It is an entity manifest of the platform.
    pub is_manifest: bool,
    /// The nulls that are elements of a list, each with its path.
    pub nulls_in_lists: Vec<(String, Span)>,
}
