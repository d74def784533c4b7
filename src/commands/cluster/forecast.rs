//! `cluster forecast`: shows what the exporter's next full resync does to the live catalog, what a change of this repository
//! would delete by accident, and what blocks deletion. It writes nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::args::output::TextOrJson;
use crate::commands::catalog::connect::{Intent, connect_for};
use crate::commands::catalog::offline::{self, catalog_of_base};
use crate::commands::cluster::evaluate::read_known;
use crate::commands::context::Context;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::objects::keep_texts;
use crate::commands::mapping::repository::Clusters;
use crate::commands::plan::base::{self, Base, BaseError, Compared, Wanted, at_commit};
use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::commands::resync::clusters::{LoadedCluster, commit_of_base, load_base, load_cluster, settings_of_base};
use crate::commands::resync::live::{LiveCatalog, Owned, owned_by_exporter};
use crate::commands::resync::revision::RevisionFiles;
use crate::commands::workspace::allowed_secrets::{allowed_secrets, restrict_mask};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::scope::owner_in_catalog;
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::Desired;
use crate::domain::error_class::ExitClass;
use crate::domain::forecast::{Forecast, ForecastOutcome};
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::Snapshot;
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::forecast::forecast_targets;
use crate::report::forecast::{self as report, ClusterForecast, ForecastReport};
use crate::sources::{self, SourceFile, Unreadable};
use crate::text::plural::count;

/// Show what the exporter's next full resync does to the live catalog
///
/// Evaluates the mapping of each cluster over the objects of this repository, and compares the result with the catalog by
/// the rules of the exporter: merge, order of relations, deletion of everything that it owns and no longer sends, without a
/// threshold. It names each change of this repository that would delete more than the removed manifests, and what keeps the
/// exporter from deleting anything.
///
/// Without `clusters.NAME.mapping`, the mapping that `portolan cluster mapping` writes is assumed. Never writes to the
/// catalog. Exit code 1: such a danger exists, or deletion is blocked.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster forecast
  portolan cluster forecast --cluster prod-eu --base origin/main
  portolan cluster forecast --catalog local --output json
  portolan cluster forecast --known owned.json")]
pub struct ForecastArgs {
    /// Read manifests, mapping and clusters from this commit instead of the work tree (no checkout)
    #[arg(id = "ref", long = "ref", value_name = "COMMIT", value_hint = ValueHint::Other)]
    pub commit: Option<String>,
    /// Compare with the merge base of REF and `HEAD`, to tell what this branch would delete by accident; detected in CI
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, conflicts_with = "no_base")]
    pub base: Option<String>,
    /// Do not compare with a merge base
    #[arg(long)]
    pub no_base: bool,
    /// Entities that the exporter owns, as JSON, instead of those of the catalog: `[{"blueprint": "service", "identifier": "cart"}]`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub known: Option<PathBuf>,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum ForecastError {
    #[error("no cluster is configured, so there is no exporter to forecast")]
    #[diagnostic(
        code("no-clusters"),
        help("add one to portolan.yaml: `clusters: {{prod: {{mapping: exporter.yaml, state-key: prod-exporter}}}}`")
    )]
    NoClusters,
    #[error("`--known` is for one exporter, and {clusters} are configured")]
    #[diagnostic(code("known-entities-of-several-clusters"), help("name the cluster: `--cluster NAME`"))]
    KnownOfSeveral { clusters: String },
}

impl ExitClass for ForecastError {}

pub(crate) fn run(args: &ForecastArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let workspace = Workspace::open(args.commit.as_deref(), context)?;
    let settings = &*workspace.settings;
    let context = &mut context.with(settings);
    match (settings.clusters.len(), &args.known) {
        (0, _) => return Err(ForecastError::NoClusters.into()),
        (1, _) | (_, None) => {}
        (several, Some(_)) => {
            return Err(ForecastError::KnownOfSeveral { clusters: count(several, "cluster") }.into());
        }
    }
    let known = args.known.as_ref().map(|path| read_known(&settings.directory, path)).transpose()?;
    let mut notes = workspace.notes.clone();
    let doubt = settings.platform.value.exporter_doubt;
    notes.extend(doubt.map(|doubt| format!("The results are approximate: {doubt}.")));
    let is_offline = offline::is_offline(settings, context.environment);
    let compared = find_base(args, &workspace, context)?;
    notes.extend(compared.notes.iter().cloned());
    let base = compared.base.as_ref();
    let current = Current::read(&workspace, context)?;
    notes.extend(current.deliveries.iter().flat_map(|deliveries| deliveries.notes.iter().cloned()));
    let view = workspace.view(context.git.repository().ok().flatten());
    let find = |path: &str| view.find(path);
    let revision = RevisionFiles {
        files: &current.files,
        unreadable: &current.unreadable,
        settings,
        snapshot_source: &workspace.snapshot_source,
        find: &find,
        deliveries: current.deliveries.as_ref(),
        seconds: context.environment.seconds(),
    };
    let mut clusters = Vec::new();
    for cluster in &settings.clusters {
        clusters.push(load_cluster(&revision, cluster, &mut notes)?);
    }
    load_base(&mut clusters, &revision, &workspace, base, context, &mut notes)?;
    restrict_mask_to_base(&workspace, base, context, &mut notes)?;

    let keys: Vec<EntityKey> = clusters.iter().flat_map(LoadedCluster::sent_keys).collect();
    let declared: HashSet<(&str, &str)> = keys.iter().map(|key| (&*key.blueprint, &*key.identifier)).collect();
    let owner = owner_in_catalog(settings, context.git)?;
    let catalog = match (base, is_offline) {
        (Some(base), true) => {
            notes.insert(0, offline::note(settings, &base.revision));
            let entities = mapped_at_base(base, &workspace, context, &mut notes)?;
            let targets = |blueprints: &Blueprints| {
                clusters.iter().flat_map(|it| forecast_targets(&it.now.revision.evaluation, blueprints)).collect()
            };
            let now = offline::Compared { keys: declared, targets: &targets };
            let source = &workspace.snapshot_source;
            let (catalog, more) = catalog_of_base(&base.revision, &entities, now, &owner, source, context)?;
            notes.extend(more);
            catalog
        }
        (None, true) => return Err(BaseError::NothingToCompare { why: notes.pop() }.into()),
        (_, false) => connect_for(&owner, &declared, &workspace.snapshot_source, Intent::Look, context)?,
    };
    let mask = context.mask_for(&*catalog);
    let blueprints = CatalogBlueprints::of(&*catalog)?.all;
    let owned: Vec<Owned> = clusters
        .iter()
        .map(|cluster| match &known {
            Some(known) => Ok(Owned { now: known.clone(), formerly: Vec::new() }),
            None if is_offline => Ok(cluster.owned_at_base()),
            None => {
                let (now, base) = (&cluster.now.revision, cluster.base_revision());
                owned_by_exporter(&*catalog, &cluster.settings.name, now, base, &mut notes)
            }
        })
        .collect::<Result<_, Error>>()?;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let revisions =
        clusters.iter().zip(&owned).map(|(cluster, owned)| (&cluster.now.revision, cluster.base_revision(), owned));
    let live = LiveCatalog { catalog: &*catalog, blueprints: &blueprints, progress };
    let live = live.read(Snapshot::default(), &revisions.collect::<Vec<_>>(), &mut notes)?;
    let forecasts: Vec<Forecast> = clusters
        .iter()
        .zip(&owned)
        .map(|(cluster, owned)| cluster.forecast(owned, &live.snapshot, &blueprints, &mask))
        .collect();
    let exit = exit(&forecasts);
    notes.iter_mut().for_each(|note| *note = mask.text(note).into_owned());
    let config = settings.config_name();
    let views: Vec<ClusterForecast<'_>> =
        clusters.iter().zip(&forecasts).map(|(cluster, forecast)| cluster.view(forecast, &config)).collect();
    let base = compared.base.as_ref().map(|base| &base.revision);
    let report = ForecastReport { catalog: catalog.name(), base, clusters: &views, notes: &notes };
    let style = context.style;
    match args.output {
        TextOrJson::Json => context.write_report("json", None, &report::json(&report))?,
        TextOrJson::Text => context.write_report("text", None, &report::text(&report, &style))?,
    }
    Ok(exit)
}

fn exit(forecasts: &[Forecast]) -> Exit {
    let is_wrong = |forecast: &Forecast| match forecast.outcome {
        ForecastOutcome::Complete | ForecastOutcome::OrderDecides => forecast.is_dangerous(),
        ForecastOutcome::NoDeletion | ForecastOutcome::StartFailed | ForecastOutcome::Crash => true,
    };
    if forecasts.iter().any(is_wrong) { Exit::Findings } else { Exit::Success }
}

fn find_base(args: &ForecastArgs, workspace: &Workspace<'_>, context: &Context<'_>) -> Result<Compared, Error> {
    let wanted = match &args.base {
        Some(name) => Wanted::Named(name),
        None if args.no_base => Wanted::Nothing,
        None => Wanted::FromPipeline,
    };
    let repository = match context.git.repository() {
        Err(error) if args.base.is_none() => {
            let note = format!("The changes of this branch are unknown: {error}.");
            return Ok(Compared { base: None, notes: vec![note] });
        }
        opened => opened?,
    };
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    Ok(base::base(&base::Request {
        wanted,
        repository,
        root: &workspace.settings.root.value,
        pattern: &workspace.pattern,
        // The files are mapped below, by the mapping of the base.
        clusters: &Clusters::default(),
        commit: workspace.requested(),
        now: &ManifestSet::default(),
        environment: context.environment,
        progress,
    })?)
}

/// The entities that the base maps, by its own config.
fn mapped_at_base(
    base: &Base,
    workspace: &Workspace<'_>,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<Desired>, Error> {
    let Some((repository, commit)) = commit_of_base(Some(base), context)? else { return Ok(Vec::new()) };
    let known = notes.len();
    let settings = settings_of_base(base, (repository, commit), workspace, context, notes);
    // The same notes came when the base was mapped.
    notes.truncate(known);
    let clusters = Clusters::of(&settings, context.environment);
    let root = &settings.root.value;
    let manifests = at_commit(repository, root, &settings.pattern()?, commit, &clusters, &Silent)?;
    Ok(manifests.entities)
}

fn restrict_mask_to_base(
    workspace: &Workspace<'_>,
    base: Option<&Base>,
    context: &mut Context<'_>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let at_base = commit_of_base(base, context)?;
    let allowed = allowed_secrets(&workspace.settings, context.environment, at_base);
    restrict_mask(context, allowed.names);
    notes.extend(allowed.note);
    Ok(())
}

/// The files of the current revision, and what its deliverers make of them.
struct Current {
    files: Vec<SourceFile>,
    unreadable: Vec<Unreadable>,
    deliveries: Option<Deliveries>,
}

impl Current {
    fn read(workspace: &Workspace<'_>, context: &Context<'_>) -> Result<Self, Error> {
        let settings = &*workspace.settings;
        let root = &settings.root.value;
        let repository = context.git.repository().ok().flatten();
        let (mut files, unreadable) = match (workspace.commit(), repository) {
            (Some(commit), Some(repository)) => {
                let found = repository.at(root, &workspace.pattern, commit)?;
                (found.files, found.unreadable)
            }
            (_, _) => {
                let found = sources::discover(root, &workspace.pattern)?;
                (found.files, found.unreadable)
            }
        };
        // Globs that match nothing would look like a repository from which everything was removed.
        if files.len() <= 1 {
            reject_unmatched_globs(workspace)?;
        }
        keep_texts(&mut files);
        let options = DeliveryOptions::of(settings, context.environment);
        let deliveries = Deliveries::find_among(&workspace.view(repository), &options, &files, files.len());
        Ok(Self { files, unreadable, deliveries })
    }
}
