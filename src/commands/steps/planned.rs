//! Yields the plan: both sides read, compared and judged, and beside it all that it was made of, so that whoever goes on
//! with it reads nothing twice. Nothing is written but the embedded catalog's own blueprints.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, CatalogError, Part};
use crate::commands::context::Context;
use crate::commands::steps::connected::connect_for;
use crate::commands::steps::desired::Asked;
use crate::commands::steps::linted::{Linted, Texts};
use crate::commands::steps::live::Live;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::finding::{FileId, Place};
use crate::domain::hazard::{Blocker, HazardKind};
use crate::domain::plan::{Obstacle, Plan};
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::Snapshot;
use crate::domain::write::PruneRule;
use crate::error::{Error, LintError};
use crate::plan::{self, Question};
use crate::settings::{self, Origin, Settings};

/// What of the settings a run may say otherwise, and what only a run says.
pub(crate) struct Wishes {
    pub owner: Owner,
    pub prune: Option<bool>,
    pub adopt: bool,
    pub only_branch: bool,
}

pub(crate) struct Planned {
    pub plan: Plan,
    pub asked: Asked,
    pub catalog: Box<dyn Catalog>,
    pub live: Live,
    pub actual: Snapshot,
    pub owned: Vec<EntityKey>,
    /// Sentences said once.
    pub notes: Vec<String>,
}

pub(crate) enum Planning {
    Done(Box<Planned>),
    /// Manifests name blueprints that the catalog does not have.
    Strange(Box<Linted>),
}

pub(crate) fn planned(wishes: &Wishes, context: &mut Context<'_>) -> Result<Planning, Error> {
    let settings = context.settings;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let asked = Asked::of(&settings.root.value, &settings.pattern()?, progress).map_err(LintError::from)?;
    let catalog = connect_for(&wishes.owner, &asked.entities, context)?;
    let live = Live::of(&*catalog)?;
    if let Some(strange) = live.strangers(&asked, catalog.name()) {
        return Ok(Planning::Strange(Box::new(strange)));
    }
    let mut notes = Vec::new();
    let owned = owned(&*catalog, &wishes.owner, &mut notes)?;
    let names: BTreeSet<&str> = asked.entities.iter().map(|entity| entity.key.blueprint.as_ref()).collect();
    if settings.catalog.value != settings::Catalog::Local {
        notes.extend(live.notes(&names, settings));
    }
    let names: BTreeSet<&str> = names.into_iter().chain(owned.iter().map(|key| key.blueprint.as_ref())).collect();
    let mut actual = catalog.read(&live.named(&names), Part::Whole, progress)?;
    let unread = unread(&asked);
    let prune = PruneRule { enabled: wishes.prune.unwrap_or(settings.prune.enabled.value), ..settings.prune.rule() };
    let make = |actual: &Snapshot| {
        plan::plan(&Question {
            desired: &asked.entities,
            base: None,
            actual,
            blueprints: &live.all,
            owned: &owned,
            write: &settings.write.value,
            prune,
            scope: &wishes.owner.scope,
            adopt: wishes.adopt,
            only_branch: wishes.only_branch,
            unread: &unread,
            moves: &[],
        })
    };
    let mut plan = make(&actual);
    let onlookers = onlookers(&plan, &live, &actual);
    if !onlookers.is_empty() {
        actual.blueprints.extend(catalog.read(&onlookers, Part::Whole, progress)?.blueprints);
        plan = make(&actual);
    }
    Ok(Planning::Done(Box::new(Planned { plan, asked, catalog, live, actual, owned, notes })))
}

/// The keys that are ours. A catalog that does not tell whose an entity is has none of ours, and that is said.
fn owned(catalog: &dyn Catalog, owner: &Owner, notes: &mut Vec<String>) -> Result<Vec<EntityKey>, CatalogError> {
    match catalog.owned(owner) {
        Err(error) if error.is_no_route() => {
            notes.push(
                "The catalog has no way to tell which entities are whose: all that is there counts as somebody else's, \
                 and nothing is deleted."
                    .to_owned(),
            );
            Ok(Vec::new())
        }
        found => found,
    }
}

/// What may hold entities and could not be used: nothing is deleted beside it.
fn unread(asked: &Asked) -> Vec<Blocker> {
    let doubts = asked.doubts.iter().map(|doubt| Blocker::Manifest(doubt.place));
    let folders = asked
        .unreadable
        .iter()
        .map(|folder| Blocker::Folder { path: folder.path.as_str().into(), why: folder.source.to_string() });
    doubts.chain(folders).collect()
}

/// Blueprints whose entities may relate to what goes away, and that nobody has read so far.
fn onlookers(plan: &Plan, live: &Live, actual: &Snapshot) -> Vec<Blueprint> {
    let names: BTreeSet<&str> = plan
        .hazards
        .iter()
        .filter_map(|hazard| match &hazard.kind {
            HazardKind::UnseenDependents { unread, .. } => Some(unread),
            HazardKind::ManyDeletes { .. }
            | HazardKind::DeleteWithDependents { .. }
            | HazardKind::RenameWithDependents { .. }
            | HazardKind::Foreign { .. }
            | HazardKind::Unseen { .. }
            | HazardKind::PruneBlocked { .. } => None,
        })
        .flatten()
        .map(AsRef::as_ref)
        .filter(|name| !actual.blueprints.contains_key(*name))
        .collect();
    live.named(&names)
}

/// Nobody said which catalog is meant, and a pipeline compares with one that is made anew every time.
pub(crate) fn is_local_by_default(settings: &Settings) -> bool {
    settings.catalog.value == settings::Catalog::Local && settings.catalog.origin == Origin::Default
}

impl Planned {
    /// Path and text of the manifests that the plan speaks of.
    pub fn texts(&self, more: impl Iterator<Item = Place>) -> Texts {
        let plan = &self.plan;
        let changes = plan.changes.iter().filter_map(|change| change.place);
        let obstacles = plan.obstacles.iter().flat_map(|obstacle| match obstacle {
            Obstacle::Duplicate { places, .. } => places.as_slice(),
            Obstacle::RequiredCycle { .. } => &[],
        });
        let blockers = plan.hazards.iter().flat_map(|hazard| match &hazard.kind {
            HazardKind::PruneBlocked { by, .. } => by.as_slice(),
            HazardKind::ManyDeletes { .. }
            | HazardKind::DeleteWithDependents { .. }
            | HazardKind::RenameWithDependents { .. }
            | HazardKind::Foreign { .. }
            | HazardKind::Unseen { .. }
            | HazardKind::UnseenDependents { .. } => &[],
        });
        let blockers = blockers.filter_map(|blocker| match blocker {
            Blocker::Manifest(place) => Some(*place),
            Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => None,
        });
        let wanted: BTreeSet<FileId> =
            changes.chain(obstacles.copied()).chain(blockers).chain(more).map(|place| place.file).collect();
        Texts::of_files(wanted, &self.asked.files)
    }
}
