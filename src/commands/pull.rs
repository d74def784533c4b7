//! `pull`: updates `.portolan/` from the catalog, and writes entities to manifests. Everything is read and
//! checked before the first write. Entities that no longer match their blueprint are reported and do not fail the pull.

pub(crate) mod adopt;
pub(crate) mod entities;
pub(crate) mod error;
pub(crate) mod fetch;
pub(crate) mod merge;
pub(crate) mod merge_attributes;
pub(crate) mod other_files;
pub(crate) mod reachable;
pub(crate) mod update;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use crate::catalog::{Catalog, Part};
use crate::commands::catalog::connect::{address_host, connect_unchecked};
use crate::commands::catalog::organization::check_organization;
use crate::commands::context::Context;
use crate::commands::pull::adopt::{Adopted, Adoption, Deed};
use crate::commands::pull::entities::{EntityOptions, take_entities};
use crate::commands::pull::error::PullError;
use crate::commands::pull::fetch::Fetched;
use crate::commands::workspace::allowed_secrets::restrict_mask_on_pull_request;
use crate::commands::workspace::read::Collects;

use crate::commands::all::{self, PerConfig};
use crate::commands::impact::compare::{ImpactTexts, Lints};
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::{Overlay, Request};
use crate::commands::lint::run as lint;
use crate::commands::lint::run::LintResult;
use crate::commands::output::reports::Destination;
use crate::commands::pull::merge::MergedFile;
use crate::commands::pull::other_files::OtherFiles;
use crate::commands::pull::reachable::Reachable;
use crate::commands::pull::update::{CurrentSnapshot, SnapshotUpdate, Source};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::texts::masked_source;
use crate::domain::address::{host_of, is_loopback};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::EntityKey;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::finding::Help;
use crate::domain::impact::Impact;
use crate::domain::progress::{Progress, Silent};
use crate::domain::value::timestamp::Moment;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::impact::ImpactReport;
use crate::report::lint::Lint;
use crate::report::pull::{
    Before, Counts, FileEdit, FileLine, ManifestDeed, ManifestLine, Mode, Pull, PullFormat, render,
};
use crate::settings::{self, Origin, Settings};
use crate::sources::{self, FileChange, SourceFile};
use crate::text::mask::Mask;

/// The number of mismatches that are printed as text; JSON lists all.
const MAX_AS_TEXT: usize = 10;

/// Update the blueprints and known entities in `.portolan/` from the catalog
///
/// Lint uses them offline. Shows what changed since the last pull, and which entities of this repository no longer match
/// their blueprint; these do not fail the pull, `portolan lint` reports them.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct PullArgs {
    /// Write nothing; exit 2 if the snapshot is out of date
    #[arg(long, conflicts_with_all = ["entities", "dry_run"])]
    pub check: bool,
    /// Show what would be written, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Also write entities to manifests; optionally only of these blueprints
    ///
    /// An entity that this scope owns and no manifest declares gets its own file, in the folder that holds the manifests of its
    /// blueprint. A declared entity that has drifted (somebody changed it in the catalog) gets the
    /// catalog's values in the fields that its manifest sets and that the catalog alone changed; comments and order stay. Changes of
    /// Git that were not pushed stay as they are.
    #[arg(long, value_name = "BLUEPRINT", num_args = 0.., value_hint = clap::ValueHint::Other)]
    pub entities: Option<Vec<String>>,
    /// With `--entities`: undeclared entities, whoever owns them; declared ones stay as they are (`--entities ... --all` is the old spelling)
    #[arg(id = "any-owner", long = "any-owner", requires = "entities")]
    pub all: bool,
    /// With `--entities`: only these entities, whoever owns them; of a declared one, the catalog's values replace changes that
    /// were not pushed
    #[arg(long, value_name = "BLUEPRINT/ID", num_args = 1.., value_hint = clap::ValueHint::Other)]
    #[arg(requires = "entities", conflicts_with_all = ["any-owner", "overwrite"])]
    pub only: Vec<String>,
    /// With `--entities`: only declared entities that have drifted
    #[arg(long, requires = "entities", conflicts_with_all = ["any-owner", "overwrite", "only"])]
    pub drifted: bool,
    /// With `--entities`: also rewrite manifests that exist and are alone in their file; their comments are lost
    #[arg(long, requires = "entities")]
    pub overwrite: bool,
    /// Replace the snapshot, although it is of another catalog and this one is on this machine
    #[arg(long)]
    pub accept_catalog: bool,
    /// Record the organisation of these credentials, although the snapshot was pulled from another one
    #[arg(long)]
    pub accept_organization: bool,
    /// Report format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    Text,
    Json,
}

impl Output {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    fn format(self) -> PullFormat {
        match self {
            Self::Text => PullFormat::Text,
            Self::Json => PullFormat::Json,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  portolan pull                                 update .portolan/
  portolan pull --check                         in CI: exit 2 if .portolan/ is out of date
  portolan pull --entities --dry-run            show which manifests would be written
  portolan pull --entities service api --any-owner
                                                write manifests for all services and APIs
  portolan pull --entities --only service/cart  take what the catalog has of this entity into its manifest
  portolan pull --output json";

impl Verb for PullArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }

    fn run_for_all(&self, process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        Some(all::run(self, process))
    }
}

impl PerConfig for PullArgs {
    const VERB: &'static str = "pull";

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        run(self, context)
    }

    fn destinations(&self) -> Vec<Destination> {
        vec![(self.output.name(), None)]
    }
}

impl PullArgs {
    fn of_entities<'a>(&'a self, blueprints: &'a [String]) -> EntityOptions<'a> {
        EntityOptions {
            blueprints,
            only: &self.only,
            only_drifted: self.drifted,
            is_any_owner: self.all,
            overwrites: self.overwrite,
        }
    }
}

pub fn run(args: &PullArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    run_after(args, Vec::new(), context)
}

/// `earlier`: files that this run has read before. Everything that a pull does with manifests uses one reading of them.
pub fn run_after(args: &PullArgs, mut earlier: Vec<SourceFile>, context: &mut Context<'_>) -> Result<Exit, Error> {
    restrict_mask_on_pull_request(context);
    let root = &context.settings.root.value;
    let standing = CurrentSnapshot::read(root);
    refuse_unasked(&standing, context)?;
    let catalog = connect_unchecked(context)?;
    if !args.accept_organization {
        check_organization(&*catalog, root)?;
    }
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let workspace = Workspace::open(None, context)?;
    let config = LintConfig::of(&workspace, context.environment);
    earlier.retain(|file| workspace.pattern.matches(Path::new(&file.path)));
    let instead = Overlay { shelf: None, files: earlier };
    let request = Request { instead, collects: Collects::EntitiesAndIndex, ..config.whole() };
    let mut before = lint::lint(&request, progress)?;
    let manifests = before.manifests.take().unwrap_or_default();
    let declared = &manifests.index;
    let mut fetched = Fetched::blueprints(&*catalog)?;
    if fetched.all.iter().all(|blueprint| is_reserved(&blueprint.identifier)) {
        // The organisation is new, or the wrong one. Its snapshot would leave lint without blueprints.
        return Err(empty(&*catalog, context.settings).into());
    }
    refuse_emptier(&standing, &*catalog, &fetched, context)?;
    let adoption = match &args.entities {
        Some(names) => take_entities(args.of_entities(names), &*catalog, &mut fetched, &manifests, context, progress)?,
        None => Adoption::default(),
    };
    let is_new = |adopted: &&Adopted| matches!(adopted.deed, Deed::New(_));
    let made: HashSet<&EntityKey> = adoption.adopted.iter().filter(is_new).map(|it| &it.key).collect();
    let mut used = declared.blueprints();
    used.extend(made.iter().map(|key| key.blueprint.as_ref()));
    let mut reachable = Reachable::from_blueprints(&used, &fetched);
    for entity in &manifests.entities {
        reachable.add_manifest(entity, &fetched.all);
    }
    for entity in fetched.entities.values().flatten().filter(|entity| made.contains(&entity.key)) {
        reachable.add_entity(entity, &fetched.all);
    }
    reachable.read(&*catalog, &mut fetched, progress)?;
    let source = source(&*catalog, &standing, context)?;
    let is_declared = |key: &EntityKey| declared.holds(key) || made.contains(key);
    let prepared = SnapshotUpdate::new(&standing, &fetched, &used, &reachable, source, &is_declared);
    let mut files: Vec<SourceFile> = adoption.adopted.iter().filter_map(Adopted::file).collect();
    files.extend(adoption.merged.iter().map(MergedFile::file));
    files.extend(manifests.files.iter().cloned());
    let instead = Overlay { shelf: Some(prepared.shelf()), files: files.clone() };
    let after = lint::lint(&Request { instead, ..config.whole() }, progress)?;
    let lints = Lints { before: &before, after: &after, manifests: &manifests, mask: &context.mask };
    let impact = impact_of_update(&standing, &prepared, lints);
    let misfits = misfits(&before, after);
    let texts = ImpactTexts::of_manifests(&impact, &manifests);
    let impact = (!impact.changes.is_empty()).then_some((&impact, &texts));
    let fate = snapshot_fate(args, &standing, &prepared, context)?;
    let others = match args.check {
        true => OtherFiles::default(),
        false => OtherFiles::plan(&prepared, fate == SnapshotFate::Kept, files, context)?,
    };
    let is_news = fate != SnapshotFate::Kept && prepared.is_news(&standing);
    let changes = PulledChanges { prepared: &prepared, is_news, fate, adoption: &adoption, files: &others.lines };
    let shown = shown(args, &standing, &changes, (&misfits, impact), context);
    if !args.check && !args.dry_run {
        write(&adoption, root)?;
        others.write(root)?;
    }
    context.write_report(args.output.name(), None, &shown)?;
    Ok(if args.check && is_news { Exit::ChangesPending } else { Exit::Success })
}

/// The error for an empty catalog, with help that depends on the kind: an embedded catalog is empty until something
/// fills it, and a platform's is probably the wrong one.
fn empty(catalog: &dyn Catalog, settings: &Settings) -> PullError {
    let help = if settings.catalog.value == settings::Catalog::Local {
        let platform = settings.platform.value;
        let (id, secret) = (platform.client_id_variable, platform.client_secret_variable);
        format!(
            "to pull from {}, set {id} and {secret}; to try portolan without an account, run `portolan init --example`",
            platform.brand
        )
    } else {
        "create a blueprint there, or use another organisation's credentials; `portolan config` shows which catalog this is"
            .to_owned()
    };
    PullError::Empty { catalog: catalog.name().to_owned(), help }
}

/// Refuses to replace the snapshot of a platform by the embedded catalog that is only the default without credentials:
/// every relation target of the repository would become unknown.
fn refuse_unasked(standing: &CurrentSnapshot, context: &Context<'_>) -> Result<(), PullError> {
    let chosen = &context.settings.catalog;
    let is_unasked = chosen.value == settings::Catalog::Local && chosen.origin == Origin::Default;
    match &standing.source {
        Some(source) if is_unasked && source.catalog != LOCAL => {
            Err(PullError::NotNamed { catalog: source.catalog.clone() })
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses to replace a snapshot by one of a catalog without entities, unless the catalog is named on the command line.
/// The config may name `local` for everyday work while the snapshot is from another catalog.
fn refuse_emptier(
    standing: &CurrentSnapshot,
    catalog: &dyn Catalog,
    fetched: &Fetched,
    context: &Context<'_>,
) -> Result<(), Error> {
    let chosen = &context.settings.catalog;
    let is_said = matches!(chosen.origin, Origin::Flag(_)) || chosen.value != settings::Catalog::Local;
    let Some(source) = standing.source.as_ref().filter(|source| !is_said && source.catalog != LOCAL) else {
        return Ok(());
    };
    let own: Vec<Blueprint> = fetched.all.iter().filter(|it| !is_reserved(&it.identifier)).cloned().collect();
    if catalog.read(&own, &Part::Keys, &Silent)?.is_empty() {
        let place = chosen.origin.words(&context.settings.config_name());
        return Err(PullError::NoEntities { catalog: source.catalog.clone(), place }.into());
    }
    Ok(())
}

const LOCAL: &str = "local";

/// What becomes of the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SnapshotFate {
    Replaced,
    /// It stays as it is: this catalog is on this machine and has the same content.
    Kept,
    /// This catalog is on this machine and has other content.
    NeedsConsent,
}

/// A catalog on this machine, such as one of `serve`, does not replace the snapshot of a platform: the repository would be
/// checked against its blueprints from then on.
fn snapshot_fate(
    args: &PullArgs,
    standing: &CurrentSnapshot,
    prepared: &SnapshotUpdate,
    context: &Context<'_>,
) -> Result<SnapshotFate, PullError> {
    let chosen = &context.settings.catalog;
    let is_here = match chosen.value {
        settings::Catalog::Local => !matches!(chosen.origin, Origin::Flag(_)),
        settings::Catalog::Region(_) | settings::Catalog::Url(_) => is_loopback(address_host(context.settings)),
    };
    let is_of_platform = |source: &&Source| source.catalog != LOCAL && !is_loopback(host_of(&source.catalog));
    let Some(source) = standing.source.as_ref().filter(is_of_platform) else { return Ok(SnapshotFate::Replaced) };
    if !is_here || args.accept_catalog {
        return Ok(SnapshotFate::Replaced);
    }
    if !prepared.has_other_content() {
        return Ok(SnapshotFate::Kept);
    }
    match args.check || args.dry_run {
        true => Ok(SnapshotFate::NeedsConsent),
        false => Err(PullError::OtherCatalog { was: source.catalog.clone(), now: prepared.source.catalog.clone() }),
    }
}

impl SnapshotFate {
    fn note(self, standing: &CurrentSnapshot) -> Option<String> {
        let was = &standing.source.as_ref()?.catalog;
        match self {
            Self::Replaced => None,
            Self::Kept => Some(format!("The snapshot is still that of {was}, which has the same blueprints.")),
            Self::NeedsConsent => Some(format!(
                "The snapshot is of {was}, and this catalog is on this machine: to replace it, add `--accept-catalog`."
            )),
        }
    }
}

fn source(catalog: &dyn Catalog, standing: &CurrentSnapshot, context: &Context<'_>) -> Result<Source, Error> {
    let name = match context.settings.catalog.value {
        settings::Catalog::Local => LOCAL,
        settings::Catalog::Region(_) | settings::Catalog::Url(_) => catalog.name(),
    };
    let now = Moment::from_seconds(context.environment.seconds());
    let mut organizations = standing.source.as_ref().map(|source| source.organizations.clone()).unwrap_or_default();
    let is_recorded = organizations.contains_key(catalog.name());
    if is_recorded || can_be_recorded(context.settings) {
        organizations.extend(catalog.organization_id()?.map(|id| (catalog.name().to_owned(), id)));
    }
    Ok(Source::new(context.settings.platform.value.name, name, now, organizations))
}

/// Whether the organisation of the catalog stays the same. A server on this machine may be another one in the next run.
fn can_be_recorded(settings: &Settings) -> bool {
    settings.catalog.value != settings::Catalog::Local && !is_loopback(address_host(settings))
}

/// What the new blueprints do to the declared entities; empty if there were none before. What the catalog would refuse in
/// these blueprints is among the findings.
fn impact_of_update(standing: &CurrentSnapshot, prepared: &SnapshotUpdate, lints: Lints<'_>) -> Impact {
    if !standing.is_there() {
        return Impact::default();
    }
    let (old, new) = (Blueprints::new(standing.blueprints()), Blueprints::new(prepared.after.clone()));
    Impact { faults: Vec::new(), ..lints.judge(&old, &new, None) }
}

/// The lint findings of the repository as it would be after the pull, without those that it has before.
fn misfits(before: &LintResult, mut after: LintResult) -> LintResult {
    let known: HashSet<_> = before.fingerprints.iter().collect();
    let all = std::mem::take(&mut after.findings).into_iter().zip(std::mem::take(&mut after.fingerprints));
    (after.findings, after.fingerprints) = all.filter(|(_, print)| !known.contains(print)).unzip();
    for finding in &mut after.findings {
        // A pull is already running.
        finding.help = finding.help.take().and_then(Help::without_command);
    }
    after
}

/// What a pull changes.
struct PulledChanges<'a> {
    prepared: &'a SnapshotUpdate,
    is_news: bool,
    fate: SnapshotFate,
    adoption: &'a Adoption,
    files: &'a [FileLine],
}

fn shown(
    args: &PullArgs,
    standing: &CurrentSnapshot,
    changes: &PulledChanges<'_>,
    (misfits, impact): (&LintResult, Option<(&Impact, &ImpactTexts)>),
    context: &Context<'_>,
) -> String {
    let PulledChanges { prepared, is_news, fate, adoption, files } = *changes;
    let entities: BTreeSet<_> = misfits.findings.iter().filter_map(|finding| finding.entity.as_ref()).collect();
    let most = match args.output {
        Output::Text if context.quiet => 0,
        Output::Text => MAX_AS_TEXT.min(misfits.findings.len()),
        Output::Json => misfits.findings.len(),
    };
    let lint = Lint {
        findings: &misfits.findings[..most],
        fingerprints: Some(&misfits.fingerprints[..most]),
        files: &misfits.texts,
        counts: misfits.counts,
        notes: &[],
        has_summary: false,
        mask: &context.mask,
    };
    let manifests: Vec<ManifestLine<'_>> = adoption.adopted.iter().map(line).collect();
    let edits: Vec<FileEdit> = adoption.merged.iter().map(|file| edit(file, &context.mask)).collect();
    let before = standing.source.as_ref().filter(|_| standing.is_there() && fate != SnapshotFate::Kept);
    let mut notes = if context.quiet { Vec::new() } else { adoption.notes.clone() };
    notes.extend(fate.note(standing).filter(|_| !context.quiet));
    let pull = Pull {
        mode: match (args.check, args.dry_run) {
            (true, _) => Mode::Check,
            (false, true) => Mode::DryRun,
            (false, false) => Mode::Pull,
        },
        platform: &prepared.source.platform,
        catalog: &prepared.source.catalog,
        pulled_at: &prepared.source.pulled_at,
        before: before.map(|source| Before { catalog: &source.catalog, pulled_at: &source.pulled_at }),
        is_news,
        counts: Counts {
            blueprints: prepared.blueprints,
            known: prepared.known,
            known_added: prepared.known_added,
            known_removed: prepared.known_removed,
            misfits: entities.len(),
        },
        changes: &prepared.changes,
        impact: impact.map(|(impact, files)| ImpactReport {
            impact,
            old: "`.portolan/blueprints`",
            new: &prepared.source.catalog,
            files,
            scope: "",
            target: None,
            is_full: false,
            notes: &[],
        }),
        manifests: &manifests,
        edits: &edits,
        files,
        misfits: &lint,
        misfits_untold: misfits.findings.len() - most,
        notes: &notes,
    };
    render(&pull, args.output.format(), &context.style)
}

fn line(adopted: &Adopted) -> ManifestLine<'_> {
    ManifestLine {
        blueprint: &adopted.key.blueprint,
        identifier: &adopted.key.identifier,
        path: &adopted.path,
        fields: match &adopted.deed {
            Deed::Merged(fields) => fields,
            Deed::New(_) | Deed::Rewritten(_) | Deed::Unchanged | Deed::Kept(_) => &[],
        },
        deed: match &adopted.deed {
            Deed::New(_) => ManifestDeed::New,
            Deed::Rewritten(_) => ManifestDeed::Rewritten,
            Deed::Merged(_) => ManifestDeed::Merged,
            Deed::Unchanged => ManifestDeed::Unchanged,
            Deed::Kept(why) => ManifestDeed::Kept(*why),
        },
    }
}

/// Both sides of a merged file, without credentials.
fn edit(file: &MergedFile, mask: &Mask) -> FileEdit {
    FileEdit {
        path: file.path.clone(),
        before: masked_source(&file.before.text, mask).into_owned(),
        after: masked_source(&file.after, mask).into_owned(),
    }
}

/// Writes the manifests. They come before the snapshot: if the pull is interrupted, the snapshot must not lack entities of
/// manifests that do not exist yet.
fn write(adoption: &Adoption, root: &Path) -> Result<(), Error> {
    let merged: Vec<FileChange> = adoption.merged.iter().map(MergedFile::change).collect();
    sources::write_several(root, &merged)?;
    sources::remove_abandoned(root, adoption.adopted.iter().map(|adopted| adopted.path.as_str()));
    for adopted in &adoption.adopted {
        match &adopted.deed {
            Deed::New(text) => sources::create_atomically(root, adopted.path.as_ref(), text.as_bytes())?,
            Deed::Rewritten(text) => sources::write_atomically(root, adopted.path.as_ref(), text.as_bytes())?,
            Deed::Merged(_) | Deed::Unchanged | Deed::Kept(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Environment, Request, resolve};

    #[test]
    fn the_organisation_of_a_catalog_on_this_machine_is_not_recorded() {
        for (catalog, is_recorded) in
            [("eu", true), ("https://port.example.com", true), ("local", false), ("http://127.0.0.1:8080", false)]
        {
            let request =
                Request { catalog: Some(catalog.to_owned()), ignores_configs_below: true, ..Request::default() };
            let environment = Environment::new([], std::path::PathBuf::from("/"), 0);
            let settings = resolve(&request, &environment, &[]).expect("they are right");
            assert_eq!(can_be_recorded(&settings), is_recorded, "{catalog}");
        }
    }
}
