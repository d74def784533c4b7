//! Reports of a plan in every format: changes, hazards, and what this branch did not cause. Every number is the plan's
//! own, so that formats cannot disagree.

pub(in crate::report) mod fields;
pub mod json;
pub(in crate::report) mod markdown;
mod mermaid;
pub(in crate::report) mod sections;
mod summary;
mod text;
pub(in crate::report) mod words;

#[cfg(test)]
pub(in crate::report) mod fixtures;
#[cfg(test)]
pub(in crate::report) mod generated;
#[cfg(test)]
mod tests;

use crate::domain::blueprint::Blueprint;
use crate::domain::change::Change;
use crate::domain::entity::EntityKey;
use crate::domain::finding::Place;
use crate::domain::foreign_owner::ForeignOwner;
use crate::domain::hazard::{Blocker, HazardKind};
use crate::domain::plan::{Obstacle, Plan};
use crate::domain::revision::{BaseRevision, Revision};
use crate::report::comment;
use crate::report::escape::lines;
use crate::report::format::Format;
use crate::report::place::{Extent, Files, Places};
use crate::report::style::Style;

pub use markdown::Totals;

/// The first line of a plan's comment: a later run finds the comment by it, to write it anew.
pub fn marker(scope: &str, target: Option<&str>) -> String {
    comment::marker("diff", scope, target)
}

/// All that a report tells.
#[derive(Clone, Copy)]
pub struct PlanReport<'a> {
    pub plan: &'a Plan,
    pub platform: &'a str,
    /// What the catalog is called in messages.
    pub catalog: &'a str,
    /// The `--target`, where there is one: a comment of another target is another comment.
    pub target: Option<&'a str>,
    /// The command that makes this very plan again to push it, without what it must be given.
    pub push: &'a str,
    /// What the manifests are of; `None` outside of a repository.
    pub revision: Option<&'a Revision>,
    pub base: Option<&'a BaseRevision>,
    /// Where the base declared what is deleted, by key; `files` are of these too.
    pub at_base: &'a [(EntityKey, Place)],
    /// The owners of foreign entities, as far as they are known, by key.
    pub owners: &'a [(EntityKey, ForeignOwner)],
    /// What relations point to: the blueprints that the plan was made with.
    pub blueprints: &'a [Blueprint],
    /// Path and text of the manifests: texts of those that changes stand in.
    pub files: &'a dyn Files,
    /// What was pending before this branch was left out.
    pub is_only_branch: bool,
    /// Nothing is folded in the text.
    pub is_full: bool,
    /// Whether to say how the plan is pushed. A push that goes on by itself does not want it said.
    pub says_next_step: bool,
    /// The refusal of the push of this plan; `None`: it was not refused, or this is no push.
    pub refusal: Option<PlanRefusal<'a>>,
    /// Sentences said once.
    pub notes: &'a [String],
    /// For formats that have links; `None`: there are none.
    pub links: Option<&'a Links>,
    /// What the catalog itself said of the writes; `None`: it was not asked.
    pub complaints: Option<&'a [Complaint]>,
}

/// Where the links of a comment lead. All of these come from the CI job and the platform, never from the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The folder of files at the commit, on the forge: `https://github.com/acme/catalog/blob/COMMIT`.
    pub files: Option<String>,
    /// The same at the base.
    pub files_at_base: Option<String>,
    /// The job that made the report.
    pub run: Option<String>,
    /// The platform's web app: `https://app.port.io`.
    pub app: Option<String>,
}

/// Why a push was refused, and what to do.
#[derive(Debug, Clone, Copy)]
pub struct PlanRefusal<'a> {
    /// Sentences: `Push refused: 1 hazard needs approval. Nothing was written.`
    pub reason: &'a str,
    /// A sentence. It is the only place near the reason that may hold a hexadecimal number: the digest to approve.
    pub help: &'a str,
}

/// What the catalog would refuse, laid onto the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The place of the change in the plan.
    pub change: usize,
    /// As near as it can be told: the value of the field, else the entity.
    pub place: Option<Place>,
    pub status: u16,
    /// The catalog's word for it.
    pub code: String,
    /// The catalog's words.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanFormat {
    Text,
    Json,
    Markdown,
    Summary,
}

impl Format for PlanFormat {
    const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Markdown, Self::Summary];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Summary => "summary",
        }
    }
}

/// The whole report, ending in a line break.
pub fn render(report: &PlanReport<'_>, format: PlanFormat, style: &Style) -> String {
    match format {
        PlanFormat::Text => lines(text::render(&Sited::new(report), style)),
        PlanFormat::Json => json::render(&Sited::new(report)),
        PlanFormat::Markdown => comment_of(report, markdown::LENGTH_MAX),
        PlanFormat::Summary => lines(summary::render(report)),
    }
}

/// The Markdown report in at most so many bytes, as far as its head lets it.
pub fn comment_of(report: &PlanReport<'_>, most: usize) -> String {
    markdown::render(&Sited::new(report), most)
}

impl PlanReport<'_> {
    /// The owner of a foreign entity, where it is known.
    pub(in crate::report) fn owner_of(&self, key: &EntityKey) -> Option<&ForeignOwner> {
        let at = self.owners.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        self.owners.get(at).map(|(_, owner)| owner)
    }
}

/// A report with every place resolved.
pub(in crate::report) struct Sited<'a> {
    pub report: &'a PlanReport<'a>,
    pub places: Places<'a>,
}

impl<'a> Sited<'a> {
    pub fn new(report: &'a PlanReport<'a>) -> Self {
        let plan = report.plan;
        let changes = plan.changes.iter().flat_map(places_of);
        let obstacles = plan.obstacles.iter().flat_map(|obstacle| match obstacle {
            Obstacle::Duplicate { places, .. } => places.clone(),
            Obstacle::MissingTarget { place, .. } => vec![*place],
            Obstacle::RequiredCycle { .. } => Vec::new(),
        });
        let blockers = plan.hazards.iter().flat_map(|hazard| blocked_at(&hazard.kind));
        let complaints = report.complaints.into_iter().flatten().filter_map(|complaint| complaint.place);
        let at_base = report.at_base.iter().map(|(_, place)| *place);
        let places = changes.chain(obstacles).chain(blockers).chain(complaints).chain(at_base);
        let places = Places::at(places, report.files);
        Self { report, places }
    }

    /// `path:line`, not yet clean.
    pub fn location(&self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.extent(place).start.line)
    }

    pub fn path(&self, place: Place) -> &'a str {
        self.report.files.path(place.file)
    }

    pub fn extent(&self, place: Place) -> Extent {
        self.places.extent(place)
    }

    pub fn location_of(&self, change: &Change) -> Option<String> {
        change.place.map(|place| self.location(place))
    }

    /// Where the base declared it.
    pub fn place_at_base(&self, key: &EntityKey) -> Option<Place> {
        let at = self.report.at_base.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        self.report.at_base.get(at).map(|(_, place)| *place)
    }

    /// Where an entity that the plan changes is declared, or was.
    pub fn place_of(&self, key: &EntityKey) -> Option<Place> {
        let changes = &self.report.plan.changes;
        let at = changes.binary_search_by(|change| change.key.cmp(key)).ok();
        at.and_then(|at| changes.get(at)?.place).or_else(|| self.place_at_base(key))
    }
}

/// Of the entity and of its values.
fn places_of(change: &Change) -> impl Iterator<Item = Place> {
    let own = change.place.into_iter();
    own.flat_map(|place| {
        let fields = change.fields.iter().filter_map(|field| field.span);
        std::iter::once(place).chain(fields.map(move |span| Place { file: place.file, span }))
    })
}

fn blocked_at(kind: &HazardKind) -> Vec<Place> {
    let HazardKind::PruneBlocked { by, .. } = kind else { return Vec::new() };
    let place = |blocker: &Blocker| match blocker {
        Blocker::Manifest(place) => Some(*place),
        Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => None,
    };
    by.iter().filter_map(place).collect()
}
