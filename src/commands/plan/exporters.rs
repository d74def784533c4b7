//! What the exporters of the clusters do with the manifests of a plan: what they own, what their next resyncs delete, and
//! what does not arrive. `diff` takes it from the same forecast that `cluster forecast` shows.

use std::collections::{BTreeSet, HashSet};

use crate::catalog::{Catalog, CatalogError};
use crate::commands::args::planning::PlanOptions;
use crate::commands::context::Context;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::file_on_disk;
use crate::commands::mapping::objects::keep_texts;
use crate::commands::plan::base::Base;
use crate::commands::resync::clusters::{LoadedCluster, load_base, load_cluster};
use crate::commands::resync::live::{LiveCatalog, LiveEntities, Owned, owned_by_exporter};
use crate::commands::resync::revision::{RevisionFiles, is_missing};
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::document::span::LineIndex;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Datasource, EntityKey};
use crate::domain::forecast::{Forecast, StayingReason};
use crate::domain::progress::Progress;
use crate::domain::snapshot::Snapshot;
use crate::error::Error;
use crate::plan::Deletes;
use crate::report::forecast::{bare, delivery, not_delivered};
use crate::report::plan::{ClusterDelivery, DeliveringCluster, NotArriving};
use crate::settings::{ClusterSettings, Settings};
use crate::sources::{self, ReadBuffer};
use crate::text::mask::Mask;

/// The clusters of the config with what is known of their exporters.
pub(crate) struct Exporters {
    clusters: Vec<LoadedCluster>,
    owned: Vec<Owned>,
    forecasts: Vec<Forecast>,
    /// Clusters without a mapping for which none can be generated: the manifests are judged as they are.
    unmapped: Vec<UnmappedCluster>,
    deleted: Vec<EntityKey>,
    kept: Vec<EntityKey>,
}

struct UnmappedCluster {
    settings: ClusterSettings,
    owned: Vec<EntityKey>,
    /// A manifest cannot be read, so what the cluster keeps is not known.
    is_blocked: bool,
}

impl Exporters {
    /// Maps the manifests for each cluster, now and at the base.
    pub fn load(
        options: &PlanOptions<'_>,
        manifests: &ManifestSet,
        base: Option<&Base>,
        context: &Context<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let workspace = options.workspace;
        let settings: &Settings = &workspace.settings;
        let root = &settings.root.value;
        let repository = context.git.repository().ok().flatten();
        let find = |path: &str| match (workspace.commit(), repository) {
            (Some(commit), Some(repository)) => repository.file_at(root, path, commit).ok()?,
            (_, _) => file_on_disk(root, path),
        };
        let mut files = manifests.files.clone();
        if !settings.clusters.is_empty() {
            keep_texts(&mut files);
        }
        let view = workspace.view(repository);
        let options = DeliveryOptions::of(settings, context.environment);
        let has_clusters = !settings.clusters.is_empty();
        let deliveries = has_clusters.then(|| Deliveries::find_among(&view, &options, &files, files.len())).flatten();
        notes.extend(deliveries.iter().flat_map(|deliveries| deliveries.notes.iter().cloned()));
        let revision = RevisionFiles {
            files: &files,
            unreadable: &manifests.unreadable,
            settings,
            snapshot_source: &workspace.snapshot_source,
            find: &find,
            deliveries: deliveries.as_ref(),
            seconds: context.environment.seconds(),
        };
        let (mut clusters, mut unmapped) = (Vec::new(), Vec::new());
        for cluster in &settings.clusters {
            match load_cluster(&revision, cluster, notes) {
                Ok(loaded) => clusters.push(loaded),
                Err(error) if cluster.mapping.is_none() && is_missing(&error) => {
                    notes.push(format!(
                        "The cluster `{}` has no mapping ({}), so the manifests are taken as they are.",
                        cluster.name, &*error
                    ));
                    let is_blocked = !manifests.unusable.is_empty() || !manifests.unreadable.is_empty();
                    unmapped.push(UnmappedCluster { settings: cluster.clone(), owned: Vec::new(), is_blocked });
                }
                Err(error) => return Err(error),
            }
        }
        load_base(&mut clusters, &revision, workspace, base, context, notes)?;
        let (deleted, kept) = (Vec::new(), Vec::new());
        Ok(Self { clusters, owned: Vec::new(), forecasts: Vec::new(), unmapped, deleted, kept })
    }

    /// Whether it is known what some exporter owns. Otherwise the deletes are those of a push.
    pub fn have_state_keys(&self) -> bool {
        self.clusters.iter().any(|cluster| cluster.now.revision.state_key.is_some())
            || self.unmapped.iter().any(|cluster| cluster.settings.state_key.is_some())
    }

    /// Asks the catalog what the exporters own, and adds it to `owned`. `offline`: the base that stands for the catalog.
    pub fn read_owned(
        &mut self,
        catalog: &dyn Catalog,
        offline: Option<&Base>,
        owned: &mut Vec<EntityKey>,
        notes: &mut Vec<String>,
    ) -> Result<(), Error> {
        for cluster in &self.clusters {
            let (now, base) = (&cluster.now.revision, cluster.base_revision());
            self.owned.push(match offline {
                Some(_) => cluster.owned_at_base(),
                None => owned_by_exporter(catalog, &cluster.settings.name, now, base, notes)?,
            });
        }
        for cluster in &mut self.unmapped {
            let Some(state_key) = &cluster.settings.state_key else { continue };
            cluster.owned = match offline {
                Some(base) => base.manifests.entities.iter().map(|entity| entity.key.clone()).collect(),
                None => tolerant(catalog.written_by(&Datasource::of_exporter(state_key)))?,
            };
        }
        owned.extend(self.owned.iter().flat_map(|owned| owned.now.iter().cloned()));
        owned.extend(self.unmapped.iter().flat_map(|cluster| cluster.owned.iter().cloned()));
        owned.sort();
        owned.dedup();
        Ok(())
    }

    /// Forecasts the next resyncs, and returns the entities that were read for that. `of_scope`: what the scope of the run
    /// owns.
    pub fn forecast(
        &mut self,
        (catalog, blueprints, progress): (&dyn Catalog, &Blueprints, &dyn Progress),
        (known, manifests, of_scope): (Snapshot, &ManifestSet, &[EntityKey]),
        mask: &Mask,
        notes: &mut Vec<String>,
    ) -> Result<Snapshot, Error> {
        let revisions = self.clusters.iter().zip(&self.owned);
        let revisions: Vec<_> =
            revisions.map(|(cluster, owned)| (&cluster.now.revision, cluster.base_revision(), owned)).collect();
        let live: LiveEntities = LiveCatalog { catalog, blueprints, progress }.read(known, &revisions, notes)?;
        let forecasts = self.clusters.iter().zip(&self.owned);
        self.forecasts =
            forecasts.map(|(cluster, owned)| cluster.forecast(owned, &live.snapshot, blueprints, mask)).collect();
        let declared: HashSet<&EntityKey> = manifests.entities.iter().map(|entity| &entity.key).collect();
        let (mut deleted, mut kept) = (BTreeSet::new(), BTreeSet::new());
        for forecast in &self.forecasts {
            deleted.extend(forecast.deleted().map(|stale| stale.key.clone()));
            kept.extend(forecast.stale.iter().map(|stale| stale.key.clone()));
            kept.extend(forecast.undecided.iter().map(|undecided| undecided.key.clone()));
            let renamed = forecast.staying.iter().filter(|staying| staying.reason == StayingReason::StateKeyRenamed);
            kept.extend(renamed.map(|staying| staying.key.clone()));
        }
        for cluster in &self.unmapped {
            let stale = cluster.owned.iter().filter(|key| !declared.contains(key)).cloned();
            if cluster.is_blocked { kept.extend(stale) } else { deleted.extend(stale) }
        }
        // An exporter never deletes what portolan wrote last.
        kept.extend(of_scope.iter().filter(|key| !declared.contains(key)).cloned());
        kept.retain(|key| !deleted.contains(key) && !declared.contains(key));
        self.deleted = deleted.into_iter().collect();
        self.kept = kept.into_iter().collect();
        Ok(live.into_whole())
    }

    pub fn deletes(&self) -> Deletes<'_> {
        Deletes::Exporters { deleted: &self.deleted, kept: &self.kept }
    }

    /// Whether the forecasts say which targets of relations are missing.
    pub fn judge_targets(&self) -> bool {
        !self.clusters.is_empty() && self.unmapped.is_empty()
    }

    /// What a report says of them.
    pub fn delivery(
        &self,
        settings: &Settings,
        manifests: &ManifestSet,
        of_scope: &[EntityKey],
        bare: &[Desired],
    ) -> ClusterDelivery {
        let declared: HashSet<EntityKey> = manifests.entities.iter().map(|entity| entity.key.clone()).collect();
        let (group, config) = (settings.platform.value.group, settings.config_name());
        let mut found = ClusterDelivery::default();
        for (at, cluster) in self.clusters.iter().enumerate() {
            let deliverer = cluster.settings.deliverer;
            found.clusters.push(match self.forecasts.get(at) {
                Some(forecast) => delivery(&cluster.view(forecast, &config), deliverer, group, &declared),
                None => undescribed(&cluster.settings),
            });
        }
        let revisions: Vec<_> = self.clusters.iter().map(|cluster| &cluster.now.revision).collect();
        found.not_delivered = not_delivered(&revisions);
        found.not_delivered.extend(bare.iter().map(|entity| of_bare(entity, manifests)));
        found.clusters.extend(self.unmapped.iter().map(|cluster| {
            let stale = cluster.owned.iter().filter(|key| cluster.is_blocked && !declared.contains(key));
            let why = "a manifest cannot be read, so what the cluster keeps is not known";
            let kept = stale.map(|key| (key.clone(), why.to_owned())).collect();
            DeliveringCluster { kept, ..undescribed(&cluster.settings) }
        }));
        if let Some(first) = found.clusters.first_mut() {
            let left = of_scope.iter().filter(|key| self.kept.binary_search(key).is_ok());
            let why = "portolan wrote it last, so no exporter deletes it; a push with `delivery: direct` does";
            let known: HashSet<EntityKey> = first.kept.iter().map(|(key, _)| key.clone()).collect();
            let left = left.filter(|key| !known.contains(key));
            first.kept.extend(left.map(|key| (key.clone(), why.to_owned())).collect::<Vec<_>>());
        }
        found
    }
}

fn of_bare(entity: &Desired, manifests: &ManifestSet) -> NotArriving {
    let file = manifests.files.get(entity.place.file.0 as usize);
    let mut buffer = ReadBuffer::default();
    let text = file.and_then(|file| sources::read(file, &mut buffer).ok());
    let line = text.map(|text| LineIndex::new(text.text).line_of(entity.place.span.start as usize));
    bare(&entity.key, file.map(|file| file.path.clone()), line)
}

fn undescribed(cluster: &ClusterSettings) -> DeliveringCluster {
    DeliveringCluster {
        name: cluster.name.clone(),
        deliverer: cluster.deliverer,
        deliverers: Vec::new(),
        state_key: cluster.state_key.clone(),
        mapping: None,
        outcome: None,
        dangers: Vec::new(),
        not_arriving: Vec::new(),
        kept: Vec::new(),
    }
}

/// A catalog that does not report ownership has none to delete.
fn tolerant(found: Result<Vec<EntityKey>, CatalogError>) -> Result<Vec<EntityKey>, CatalogError> {
    match found {
        Err(error) if error.is_no_route() => Ok(Vec::new()),
        found => found,
    }
}
