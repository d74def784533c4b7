//! What a report of a plan shows, and where in the manifests.

use std::cell::OnceCell;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::finding::Place;
use crate::domain::plan::Plan;
use crate::domain::plan::change::Change;
use crate::domain::plan::drift::Drift;
use crate::domain::plan::revision::{BaseRevision, Revision};
use crate::report::comment;
use crate::report::impact::ImpactReport;
use crate::report::plan::adoption::AdoptionFlags;
use crate::report::plan::delivery::ClusterDelivery;
use crate::report::positions::{Files, LineRange, Places};

/// The first line of a plan's comment, by which a later run finds the comment to update it.
pub fn marker(scope: &str, target: Option<&str>) -> String {
    comment::marker("diff", scope, target)
}

/// The input of a report.
#[derive(Clone, Copy)]
pub struct PlanReport<'a> {
    pub plan: &'a Plan,
    pub platform: &'a str,
    /// The name of the catalog in messages.
    pub catalog: &'a str,
    /// The `--target`, if any: each target has a comment of its own.
    pub target: Option<&'a str>,
    /// The command that repeats this plan to push it, without approval flags.
    pub push: &'a str,
    /// The revision of the manifests; `None` outside a repository.
    pub revision: Option<&'a Revision>,
    pub base: Option<&'a BaseRevision>,
    /// The places in the base that declared the deleted entities, sorted by key; `files` also covers the base's files.
    pub at_base: &'a [(EntityKey, Place)],
    /// The known owners of foreign entities, sorted by key.
    pub owners: &'a [(EntityKey, ForeignOwner)],
    /// The flags with which the reader can take over foreign entities.
    pub adoption_flags: AdoptionFlags,
    /// The number of entities that a restore gives back to their owners.
    pub given_back: usize,
    /// The blueprints that the plan was made with, which name the targets of relations.
    pub blueprints: &'a [Blueprint],
    /// The manifests: paths, and the texts of those that changes refer to.
    pub files: &'a dyn Files,
    /// Changes that were pending before this branch are omitted.
    pub is_only_branch: bool,
    /// Nothing is abbreviated in the text.
    pub is_full: bool,
    /// Whether to say how the plan is pushed. A push continues anyway, so it does not say so.
    pub says_next_step: bool,
    /// The refusal of the push of this plan; `None` if it was not refused, or this is not a push.
    pub refusal: Option<PlanRefusal<'a>>,
    /// Notes on the whole run, as sentences.
    pub notes: &'a [String],
    /// For formats with links; `None` if there are none.
    pub links: Option<&'a Links>,
    /// Which changes are drift.
    pub drifted: &'a Drift,
    /// The ways out of drift; `None`: the report is not about drift.
    pub drift: Option<DriftCommands<'a>>,
    /// How a cluster brings the manifests to the catalog; `None`: a push does.
    pub delivery: Option<&'a ClusterDelivery>,
    /// What the blueprints that this branch changed do to the entities.
    pub impact: Option<ImpactReport<'a>>,
    /// The catalog's complaints about the writes; `None` if it was not asked.
    pub complaints: Option<&'a [Complaint]>,
}

/// The targets of links in a comment. All of these come from the CI job and the platform, never from the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The forge's page of the files at the commit: `https://github.com/acme/catalog/blob/COMMIT`.
    pub files: Option<String>,
    /// The same at the base.
    pub files_at_base: Option<String>,
    /// The job that wrote the report.
    pub run: Option<String>,
    /// The platform's web app: `https://app.port.io`.
    pub app: Option<String>,
}

/// The ways out of drift, as commands.
#[derive(Debug, Clone, Copy)]
pub struct DriftCommands<'a> {
    /// Takes the catalog's values into the manifests; `None`: there is none to take.
    pub pull: Option<&'a str>,
    /// Writes the manifests' values to the catalog.
    pub push: &'a str,
}

/// Why a push was refused, and what to do.
#[derive(Debug, Clone, Copy)]
pub struct PlanRefusal<'a> {
    /// Sentences: `Push refused: 1 hazard needs approval. Nothing was written.`
    pub reason: &'a str,
    /// A sentence. Near the reason, only this may contain a hexadecimal number: the digest to approve.
    pub help: &'a str,
}

/// A rejection by the catalog, with the position in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The index of the change in the plan.
    pub change: usize,
    /// The most precise known position: the value of the field, otherwise the entity.
    pub place: Option<Place>,
    pub status: u16,
    /// The catalog's error code.
    pub code: String,
    /// The catalog's message.
    pub message: String,
}

impl PlanReport<'_> {
    /// The exporters, if the plan is what they write and delete.
    pub(in crate::report) fn exporters(&self) -> Option<String> {
        self.delivery.filter(|delivery| delivery.is_by_exporters()).map(ClusterDelivery::exporters)
    }

    /// The owner of a foreign entity, if it is known.
    pub(in crate::report) fn owner_of(&self, key: &EntityKey) -> Option<&ForeignOwner> {
        ForeignOwner::among(self.owners, key)
    }
}

/// A report whose positions are resolved when the first one is asked for: a list of names has none.
pub(in crate::report) struct Resolved<'a> {
    pub report: &'a PlanReport<'a>,
    /// Whether the positions of single fields are shown.
    has_fields: bool,
    places: OnceCell<Places<'a>>,
}

impl<'a> Resolved<'a> {
    pub fn new(report: &'a PlanReport<'a>) -> Self {
        Self { report, has_fields: true, places: OnceCell::new() }
    }

    /// For a report that shows where entities are declared, and not their fields.
    pub fn of_entities(report: &'a PlanReport<'a>) -> Self {
        Self { has_fields: false, ..Self::new(report) }
    }

    fn places(&self) -> Places<'a> {
        let report = self.report;
        let plan = report.plan;
        let fields = plan.changes.iter().filter(|_| self.has_fields).flat_map(places_of_fields);
        let complaints = report.complaints.into_iter().flatten().filter_map(|complaint| complaint.place);
        let at_base = report.at_base.iter().map(|(_, place)| *place);
        Places::at(plan.places().chain(fields).chain(complaints).chain(at_base), report.files)
    }

    /// `path:line`, not yet cleaned.
    pub fn location(&self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.extent(place).start.line)
    }

    pub fn path(&self, place: Place) -> &'a str {
        self.report.files.path(place.file)
    }

    pub fn extent(&self, place: Place) -> LineRange {
        self.places.get_or_init(|| self.places()).extent(place)
    }

    pub fn location_of(&self, change: &Change) -> Option<String> {
        change.place.map(|place| self.location(place))
    }

    /// Where the base declared the entity.
    pub fn place_at_base(&self, key: &EntityKey) -> Option<Place> {
        let at = self.report.at_base.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        self.report.at_base.get(at).map(|(_, place)| *place)
    }

    /// Where an entity that the plan changes is declared, or was declared in the base.
    pub fn place_of(&self, key: &EntityKey) -> Option<Place> {
        let changes = &self.report.plan.changes;
        let at = changes.binary_search_by(|change| change.key.cmp(key)).ok();
        at.and_then(|at| changes.get(at)?.place).or_else(|| self.place_at_base(key))
    }
}

fn places_of_fields(change: &Change) -> impl Iterator<Item = Place> {
    change.place.into_iter().flat_map(|place| {
        let spans = change.fields.iter().filter_map(|field| field.span);
        spans.map(move |span| Place { file: place.file, span })
    })
}
