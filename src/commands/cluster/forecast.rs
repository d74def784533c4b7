//! `cluster forecast`: shows what the exporter's next full resync does to the live catalog, what a change of this repository
//! would delete by accident, and what blocks deletion. It writes nothing.

mod live;
mod revision;

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueHint;

use self::live::{LiveCatalog, Owned, owned_by_exporter};
use self::revision::{LoadedRevision, RevisionFiles, is_missing};
use crate::commands::catalog::connect::{Intent, connect_for};
use crate::commands::cluster::evaluate::{EvaluateFormat, read_known};
use crate::commands::context::Context;
use crate::commands::delivery::repository_view::file_on_disk;
use crate::commands::mapping::objects::keep_texts;
use crate::commands::mapping::repository::Clusters;
use crate::commands::plan::base::{self, Compared, Wanted};
use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::commands::workspace::allowed_secrets::{allowed_secrets, restrict_mask};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::open::{Workspace, settings_at_commit};
use crate::commands::workspace::scope::owner_in_catalog;
use crate::commands::workspace::snapshot::{self, SnapshotSource};
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::entity::EntityKey;
use crate::domain::error_class::ExitClass;
use crate::domain::forecast::revision::MappedRevision;
use crate::domain::forecast::{Forecast, ForecastOutcome};
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::forecast::{ForecastInput, forecast, masked};
use crate::report::forecast::{self as report, ClusterForecast, ForecastReport, MappingText};
use crate::settings::{ClusterSettings, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, Unreadable};
use crate::text::plural::{count, list};

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
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = EvaluateFormat::Text)]
    pub output: EvaluateFormat,
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

/// A cluster at both revisions.
struct LoadedCluster {
    settings: ClusterSettings,
    now: LoadedRevision,
    base: Option<LoadedRevision>,
}

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
    let compared = find_base(args, &workspace, context)?;
    notes.extend(compared.notes.iter().cloned());
    let mut clusters = load_now(&workspace, context, &mut notes)?;
    load_base(&mut clusters, &workspace, &compared, context, &mut notes)?;
    restrict_mask_to_base(&workspace, &compared, context, &mut notes)?;

    let keys: Vec<EntityKey> = clusters.iter().flat_map(|cluster| sent_keys(&cluster.now.revision)).collect();
    let declared: HashSet<(&str, &str)> = keys.iter().map(|key| (&*key.blueprint, &*key.identifier)).collect();
    let owner = owner_in_catalog(settings, context.git)?;
    let catalog = connect_for(&owner, &declared, &workspace.snapshot_source, Intent::Look, context)?;
    let mask = context.mask_for(&*catalog);
    let blueprints = CatalogBlueprints::of(&*catalog)?.all;
    let owned: Vec<Owned> = clusters
        .iter()
        .map(|cluster| match &known {
            Some(known) => Ok(Owned { now: known.clone(), formerly: Vec::new() }),
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
    let snapshot = live.read(&revisions.collect::<Vec<_>>(), &mut notes)?;
    let forecasts: Vec<Forecast> = clusters
        .iter()
        .zip(&owned)
        .map(|(cluster, owned)| {
            let input = ForecastInput {
                now: &cluster.now.revision,
                base: cluster.base_revision(),
                live: &snapshot,
                blueprints: &blueprints,
                owned: &owned.now,
                formerly_owned: &owned.formerly,
            };
            masked(forecast(&input), &mask)
        })
        .collect();
    let exit = exit(&forecasts);
    notes.iter_mut().for_each(|note| *note = mask.text(note).into_owned());
    let config = settings.config_name();
    let views: Vec<ClusterForecast<'_>> =
        clusters.iter().zip(forecasts).map(|(cluster, forecast)| cluster.view(forecast, &config)).collect();
    let base = compared.base.as_ref().map(|base| &base.revision);
    let report = ForecastReport { catalog: catalog.name(), base, clusters: &views, notes: &notes };
    let style = context.style;
    match args.output {
        EvaluateFormat::Json => context.write_report("json", None, &report::json(&report))?,
        EvaluateFormat::Text => context.write_report("text", None, &report::text(&report, &style))?,
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

fn sent_keys(revision: &MappedRevision) -> impl Iterator<Item = EntityKey> {
    revision.evaluation.upserts.iter().filter_map(|entity| entity.key())
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

/// The commit of the base, with the repository that has it.
fn commit_of_base<'a>(compared: &Compared, context: &Context<'a>) -> Result<Option<(&'a Repository, CommitId)>, Error> {
    let (Some(base), Some(repository)) = (&compared.base, context.git.repository()?) else { return Ok(None) };
    Ok(repository.known_commit(&base.revision.commit).map(|commit| (repository, commit)))
}

fn restrict_mask_to_base(
    workspace: &Workspace<'_>,
    compared: &Compared,
    context: &mut Context<'_>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let at_base = commit_of_base(compared, context)?;
    let allowed = allowed_secrets(&workspace.settings, context.environment, at_base);
    restrict_mask(context, allowed.names);
    notes.extend(allowed.note);
    Ok(())
}

fn load_now(
    workspace: &Workspace<'_>,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<LoadedCluster>, Error> {
    let settings = &*workspace.settings;
    let root = &settings.root.value;
    let repository = context.git.repository().ok().flatten();
    let (mut files, unreadable): (_, Vec<Unreadable>) = match (workspace.commit(), repository) {
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
    let find = |path: &str| match (workspace.commit(), repository) {
        (Some(commit), Some(repository)) => repository.file_at(root, path, commit).ok()?,
        (_, _) => file_on_disk(root, path),
    };
    let revision = RevisionFiles {
        files: &files,
        unreadable: &unreadable,
        settings,
        snapshot_source: &workspace.snapshot_source,
        find: &find,
        seconds: context.environment.seconds(),
    };
    let mut clusters = Vec::new();
    for cluster in &settings.clusters {
        let mut now = revision.load(cluster)?;
        let new: Vec<String> = now.notes.drain(..).filter(|note| !notes.contains(note)).collect();
        notes.extend(new);
        notes.extend(approximations(cluster, &now.revision));
        clusters.push(LoadedCluster { settings: cluster.clone(), now, base: None });
    }
    Ok(clusters)
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

/// Maps the base by its own mapping, config and snapshot.
fn load_base(
    clusters: &mut [LoadedCluster],
    workspace: &Workspace<'_>,
    compared: &Compared,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let Some((base, (repository, commit))) = compared.base.as_ref().zip(commit_of_base(compared, context)?) else {
        return Ok(());
    };
    let name = &base.revision.name;
    let mut files = base.manifests.files.clone();
    keep_texts(&mut files);
    let settings = match settings_at_commit(repository, commit, name, context, notes) {
        Ok(settings) => settings,
        Err(error) => {
            notes.push(format!("The config of `{name}` cannot be used ({}); the current one applies to it.", &*error));
            Settings::clone(&workspace.settings)
        }
    };
    let root = &settings.root.value;
    let snapshot_source: SnapshotSource = snapshot::at_commit(repository, root, commit)?;
    let find = |path: &str| repository.file_at(root, path, commit).ok()?;
    let revision = RevisionFiles {
        files: &files,
        unreadable: &[],
        settings: &settings,
        snapshot_source: &snapshot_source,
        find: &find,
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
            Ok(loaded) => cluster.base = Some(loaded),
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
    fn base_revision(&self) -> Option<&MappedRevision> {
        self.base.as_ref().map(|base| &base.revision)
    }

    fn view<'a>(&'a self, forecast: Forecast, config: &'a str) -> ClusterForecast<'a> {
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
    fn mapping_text(&self) -> MappingText<'_> {
        MappingText { path: &self.path, text: self.document.text(), is_generated: self.is_generated }
    }
}
