//! The clusters of the config, each mapped at the current revision and at the base.

use crate::commands::context::Context;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::{RepositoryView, State};
use crate::commands::mapping::objects::keep_texts;
use crate::commands::plan::base::Base;
use crate::commands::resync::live::Owned;
use crate::commands::resync::revision::{LoadedRevision, RevisionFiles, is_missing};
use crate::commands::workspace::open::{Workspace, settings_at_commit};
use crate::commands::workspace::snapshot::{self, SnapshotSource};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::cluster::Deliverer;
use crate::domain::entity::EntityKey;
use crate::domain::forecast::Forecast;
use crate::domain::forecast::revision::MappedRevision;
use crate::domain::snapshot::Snapshot;
use crate::error::Error;
use crate::plan::forecast::{ForecastInput, forecast, masked};
use crate::report::forecast::{ClusterForecast, MappingText};
use crate::settings::{ClusterSettings, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::text::mask::Mask;
use crate::text::plural::{count, list};

/// A cluster at both revisions.
pub(crate) struct LoadedCluster {
    pub settings: ClusterSettings,
    pub now: LoadedRevision,
    pub base: Option<LoadedRevision>,
}

/// Maps the current revision for a cluster.
pub(crate) fn load_cluster(
    revision: &RevisionFiles<'_>,
    cluster: &ClusterSettings,
    notes: &mut Vec<String>,
) -> Result<LoadedCluster, Error> {
    let mut now = revision.load(cluster)?;
    let new: Vec<String> = now.notes.drain(..).filter(|note| !notes.contains(note)).collect();
    notes.extend(new);
    notes.extend(approximations(cluster, &now.revision));
    Ok(LoadedCluster { settings: cluster.clone(), now, base: None })
}

fn approximations(cluster: &ClusterSettings, revision: &MappedRevision) -> Option<String> {
    const MOST: usize = 3;
    let found = &revision.evaluation.approximations;
    let names: Vec<String> = found.iter().take(MOST).map(|it| format!("`{}`", it.expression)).collect();
    let number = count(found.len(), "expression");
    (!found.is_empty()).then(|| {
        let verb = if found.len() == 1 { "is" } else { "are" };
        format!(
            "{number} of the mapping of `{}` {verb} not evaluated exactly, for example {}.",
            cluster.name,
            list(&names)
        )
    })
}

/// The commit of the base, with the repository that has it.
pub(crate) fn commit_of_base<'a>(
    base: Option<&Base>,
    context: &Context<'a>,
) -> Result<Option<(&'a Repository, CommitId)>, Error> {
    let (Some(base), Some(repository)) = (base, context.git.repository().ok().flatten()) else { return Ok(None) };
    Ok(repository.known_commit(&base.revision.commit).map(|commit| (repository, commit)))
}

/// The settings at the base; the current ones if those cannot be used.
pub(crate) fn settings_of_base(
    base: &Base,
    (repository, commit): (&Repository, CommitId),
    workspace: &Workspace<'_>,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Settings {
    let name = &base.revision.name;
    settings_at_commit(repository, commit, name, context, notes).unwrap_or_else(|error| {
        notes.push(format!("The config of `{name}` cannot be used ({}); the current one applies to it.", &*error));
        Settings::clone(&workspace.settings)
    })
}

/// Maps the base by its own mapping, config and snapshot.
pub(crate) fn load_base(
    clusters: &mut [LoadedCluster],
    now: &RevisionFiles<'_>,
    workspace: &Workspace<'_>,
    base: Option<&Base>,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let Some((base, (repository, commit))) = base.zip(commit_of_base(base, context)?) else { return Ok(()) };
    let name = &base.revision.name;
    let mut files = base.manifests.files.clone();
    keep_texts(&mut files);
    let settings = settings_of_base(base, (repository, commit), workspace, context, notes);
    let root = &settings.root.value;
    let snapshot_source: SnapshotSource = snapshot::at_commit(repository, root, commit)?;
    let find = |path: &str| repository.file_at(root, path, commit).ok()?;
    let view = RepositoryView::new(root, Some(repository), State::Commit(commit));
    let options = DeliveryOptions::of(&settings, context.environment);
    let deliveries = Deliveries::find_among(&view, &options, &files, files.len());
    let revision = RevisionFiles {
        files: &files,
        unreadable: &[],
        settings: &settings,
        snapshot_source: &snapshot_source,
        find: &find,
        deliveries: deliveries.as_ref(),
        seconds: context.environment.seconds(),
    };
    for cluster in clusters {
        let name_here = &cluster.settings.name;
        let Some(before) = settings.clusters.iter().find(|known| known.name == *name_here) else {
            notes.push(format!(
                "The base `{name}` has no cluster `{name_here}`: its entities are compared with the catalog only."
            ));
            continue;
        };
        match revision.load(before) {
            Ok(loaded) => {
                // Without any deliverer, it would be assumed that somebody applies the manifests.
                let has_none = now.deliveries.is_none_or(|deliveries| deliveries.reach.deliverers.is_empty());
                let is_dismissed = loaded.revision.delivery.is_some() && has_none;
                if is_dismissed && cluster.settings.deliverer != Some(Deliverer::Kubectl) {
                    cluster.now = now.load_without_deliverers(&cluster.settings)?;
                }
                cluster.base = Some(loaded);
            }
            Err(error) if is_missing(&error) => {
                notes.push(format!(
                    "The base `{name}` has no usable mapping for the cluster `{name_here}`: {}.",
                    &*error
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl LoadedCluster {
    pub fn base_revision(&self) -> Option<&MappedRevision> {
        self.base.as_ref().map(|base| &base.revision)
    }

    pub fn sent_keys(&self) -> impl Iterator<Item = EntityKey> {
        self.now.sent_keys()
    }

    /// What the exporter owns if the catalog has what the base yields.
    pub fn owned_at_base(&self) -> Owned {
        let Some(base) = &self.base else { return Owned::default() };
        let mut keys: Vec<EntityKey> = base.sent_keys().collect();
        keys.sort();
        keys.dedup();
        let (before, now) = (&base.revision.state_key, &self.now.revision.state_key);
        match before.is_some() && before != now {
            true => Owned { now: Vec::new(), formerly: keys },
            false => Owned { now: keys, formerly: Vec::new() },
        }
    }

    /// What the next resync does to the catalog.
    pub fn forecast(&self, owned: &Owned, live: &Snapshot, blueprints: &Blueprints, mask: &Mask) -> Forecast {
        let input = ForecastInput {
            now: &self.now.revision,
            base: self.base_revision(),
            live,
            blueprints,
            owned: &owned.now,
            formerly_owned: &owned.formerly,
        };
        masked(forecast(&input), mask)
    }

    pub fn view<'a>(&'a self, forecast: &'a Forecast, config: &'a str) -> ClusterForecast<'a> {
        ClusterForecast {
            name: &self.settings.name,
            state_key: self.now.revision.state_key.as_deref(),
            mapping: self.now.mapping_text(),
            base_mapping: self.base.as_ref().map(LoadedRevision::mapping_text),
            config: (config, self.settings.line),
            now: &self.now.revision,
            base: self.base_revision(),
            forecast,
        }
    }
}

impl LoadedRevision {
    /// The entities that the exporter sends, as far as their keys are known.
    pub fn sent_keys(&self) -> impl Iterator<Item = EntityKey> {
        self.revision.evaluation.upserts.iter().filter_map(|entity| entity.key())
    }

    fn mapping_text(&self) -> MappingText<'_> {
        MappingText { path: &self.path, text: self.document.text(), is_generated: self.is_generated }
    }
}
