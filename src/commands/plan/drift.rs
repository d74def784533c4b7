//! Finds drift: asks Git's history which side changed what differs between the manifests and the catalog. `diff` and `pull`
//! use it, so that the one reports what the other takes.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::manifest_history::{Followed, ManifestHistory, VersionSearch};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::Desired;
use crate::domain::git_host::GitHost;
use crate::domain::plan::change::{Action, Change, Origin, OwnerStatus};
use crate::domain::plan::drift::{Drift, EntityDrift};
use crate::domain::plan::write_mode::Write;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::timestamp::Moment;
use crate::plan::{DriftFinder, FieldSearch};
use crate::sources::Pattern;
use crate::sources::git::{CommitId, Repository};

pub(crate) struct DriftInput<'a> {
    pub changes: &'a [Change],
    pub manifests: &'a ManifestSet,
    pub actual: &'a Snapshot,
    pub blueprints: &'a [Blueprint],
    pub write: &'a Write,
    /// What this scope wrote last; `None` if a missing entity says nothing, because others write the manifests.
    pub owned: Option<&'a [EntityKey]>,
    /// `None`: there is no history to ask.
    pub history: Option<HistorySource<'a>>,
}

/// The history of the manifests that the plan is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistorySource<'a> {
    pub repository: &'a Repository,
    pub root: &'a Path,
    pub pattern: &'a Pattern,
    pub git_host: GitHost,
    /// The commit that is planned instead of the work tree.
    pub commit: Option<CommitId>,
}

/// The question about one entity.
enum Search<'f, 'q> {
    /// Which side changed its fields?
    Fields { finder: &'f DriftFinder<'q>, search: FieldSearch<'q> },
    /// Was it declared when this scope last wrote anything?
    Missing { written: Moment, was_declared: Option<bool> },
}

impl VersionSearch for Search<'_, '_> {
    fn look_at(&mut self, version: Option<&Desired>, since: Moment) {
        match self {
            Self::Fields { finder, search } => finder.look_at(search, version, since),
            Self::Missing { written, was_declared } => {
                if was_declared.is_none() && since <= *written {
                    *was_declared = Some(version.is_some());
                }
            }
        }
    }

    fn is_decided(&self) -> bool {
        match self {
            Self::Fields { search, .. } => search.is_decided(),
            Self::Missing { was_declared, .. } => was_declared.is_some(),
        }
    }
}

pub(crate) fn find_drift(input: &DriftInput<'_>) -> Drift {
    let finder = DriftFinder::new(input.blueprints, input.write);
    let mut followed = searches(input, &finder);
    if let Some(source) = &input.history
        && !followed.is_empty()
    {
        let HistorySource { repository, root, pattern, git_host, commit } = *source;
        let history = ManifestHistory { repository, root, pattern, git_host };
        let head = commit.map_or_else(|| repository.head_commit(), |commit| Ok(Some(commit)));
        // A history that Git cannot read leaves the searches open, like one that is not there.
        if let Ok(Some(head)) = head {
            let _is_read = history.follow(head, &mut followed);
        }
    }
    let is_shallow = input.history.is_some_and(|source| source.repository.is_shallow());
    let mut drift = Drift::new(is_shallow);
    for Followed { key, search, is_whole, .. } in followed {
        match search {
            Search::Fields { search, .. } => drift.insert(key, search.conclude(is_whole)),
            Search::Missing { was_declared: Some(true), .. } => drift.insert(key, EntityDrift::Missing),
            Search::Missing { .. } => {}
        }
    }
    drift
}

/// The entities that may have drifted: those that another writer wrote last, and those that the catalog does not have.
fn searches<'f, 'q>(input: &DriftInput<'q>, finder: &'f DriftFinder<'q>) -> Vec<Followed<Search<'f, 'q>>> {
    let written = input.owned.and_then(|owned| last_write(owned, input.actual));
    let is_foreign = |change: &&Change| change.action == Action::Update && change.ownership == OwnerStatus::Foreign;
    let foreign: HashSet<&EntityKey> = input.changes.iter().filter(is_foreign).map(|change| &change.key).collect();
    let declared = input.manifests.entities.iter().filter(|entity| foreign.contains(&entity.key));
    let declared: HashMap<&EntityKey, &Desired> = declared.map(|entity| (&entity.key, entity)).collect();
    let mut followed = Vec::new();
    for change in input.changes {
        let Some(place) = change.place else { continue };
        let search = match (&change.action, change.ownership) {
            (Action::Update, OwnerStatus::Foreign) => {
                let stored = input.actual.get(&change.key.blueprint, &change.key.identifier);
                let Some((wanted, stored)) = declared.get(&change.key).zip(stored) else { continue };
                Search::Fields { finder, search: finder.search(change, wanted, stored) }
            }
            (Action::Create, _) if change.origin != Origin::ThisBranch => {
                let Some(written) = written else { continue };
                Search::Missing { written, was_declared: None }
            }
            _ => continue,
        };
        let path = input.manifests.path(place).to_owned();
        followed.push(Followed { key: change.key.clone(), path, search, is_whole: false });
    }
    followed
}

/// When this scope last wrote an entity that it still owns.
fn last_write(owned: &[EntityKey], actual: &Snapshot) -> Option<Moment> {
    let records = owned.iter().filter_map(|key| Some(&actual.get(&key.blueprint, &key.identifier)?.record));
    records.filter_map(|record| record.updated_at.or(record.created_at)).max()
}
