//! Seeds the embedded catalog from a repository: with its blueprints, which the catalog follows, and its manifests.
//! Files that cannot be used are reported with their reason, and the rest is loaded.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use crate::catalog::wire::Writer;
use crate::commands::catalog::seed_entities::seeded;
use crate::commands::context::Context;
use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::mapping::repository::Clusters;
use crate::commands::rule_names;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::saved_blueprints::{SavedBlueprints, read_saved_blueprints};
use crate::commands::workspace::scope::{LOCAL, scope};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::entity::{Datasource, Owner};
use crate::domain::error_class::ExitClass;
use crate::domain::known_entities::KnownEntities;
use crate::domain::progress::{Progress, Silent};
use crate::embedded::store::{BlueprintConflict, Failure, Store};
use crate::error::Error;
use crate::report::escape::clean;
use crate::settings::{self, Delivery, Settings};
use crate::sources::{self, ReadBuffer, path_text};
use crate::text::plural::{count, grouped, list};

const KNOWN: &str = "known-entities.txt";
/// The number of skipped manifests that are listed by name.
const MAX_SHOWN: usize = 20;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum SeedError {
    #[error("seed `{path}` cannot be used: {why}")]
    #[diagnostic(
        code("nothing-seeded"),
        help("pass the root of a repository with manifests; `portolan lint` there shows more")
    )]
    NothingSeeded { path: String, why: String },
    #[error("blueprints of `.portolan/blueprints` cannot be used: {why}")]
    #[diagnostic(code("blueprints-not-followed"), help("run `portolan lint` to see what is wrong with the snapshot"))]
    NotFollowed { why: String },
}

impl ExitClass for SeedError {}

/// Updates the store's blueprints to those of the snapshot under `root`, unless it followed the same ones last time.
/// Returns the names of the snapshot's blueprints.
pub(crate) fn follow(
    store: &Store,
    root: &Path,
    snapshot_source: &SnapshotSource,
    writer: &Writer,
    context: &mut Context<'_>,
) -> Result<Vec<String>, Error> {
    let blueprints = to_follow(store, root, snapshot_source, context);
    let name = |blueprint: &Value| blueprint.get("identifier").and_then(Value::as_str).map(str::to_owned);
    let names = blueprints.iter().filter_map(name).collect();
    for conflict in followed(store, blueprints, writer)? {
        context.say(&format!("note: {}", describe_conflict(&conflict, false)));
    }
    Ok(names)
}

/// A copy of the store with the effect of `follow` and `stand_in`; the store itself if they would change nothing.
/// A store in memory belongs to the caller, so it is changed in place.
pub(crate) fn rehearsed(
    store: Store,
    root: &Path,
    snapshot_source: &SnapshotSource,
    writer: &Writer,
    declared: &HashSet<(&str, &str)>,
    context: &mut Context<'_>,
) -> Result<Store, Error> {
    let blueprints = to_follow(&store, root, snapshot_source, context);
    let has_applied_snapshot = blueprints.is_empty() || store.has_applied_snapshot(&blueprints).map_err(unexpected)?;
    let absent = |name: &str, names: &mut dyn Iterator<Item = &str>| {
        Ok(usize::from(store.lacks_any(name, names).map_err(unexpected)?))
    };
    if has_applied_snapshot && each_known(&store, root, snapshot_source, declared, &absent)? == 0 {
        return Ok(store);
    }
    let store = if store.path().is_some() { store.copy()? } else { store };
    for conflict in followed(&store, blueprints, writer)? {
        context.say(&format!("note: {}", describe_conflict(&conflict, true)));
    }
    stand_in(&store, root, snapshot_source, writer, declared)?;
    Ok(store)
}

/// The blueprints of the snapshot.
fn to_follow(store: &Store, root: &Path, snapshot_source: &SnapshotSource, context: &mut Context<'_>) -> Vec<Value> {
    let SavedBlueprints { mut blueprints, unusable } = read_saved_blueprints(root, snapshot_source);
    for file in &unusable {
        context.say(&format!("note: `{}` has no usable blueprint: {}.", file.path, file.reason));
        // Its content is unknown, so the store keeps its blueprint.
        if let Ok(held) = store.blueprint(&file.identifier) {
            blueprints.entry(file.identifier.clone()).or_insert(held);
        }
    }
    blueprints.into_values().collect()
}

fn followed(store: &Store, blueprints: Vec<Value>, writer: &Writer) -> Result<Vec<BlueprintConflict>, Error> {
    if blueprints.is_empty() {
        return Ok(Vec::new());
    }
    let followed = store.apply_snapshot(blueprints, writer).map_err(unexpected)?;
    Ok(followed.map(|followed| followed.conflicts).unwrap_or_default())
}

/// `is_rehearsal`: reports what a push would do.
fn describe_conflict(conflict: &BlueprintConflict, is_rehearsal: bool) -> String {
    let BlueprintConflict { blueprint, reason, .. } = conflict;
    let named = list(&conflict.entities.iter().map(|entity| format!("`{entity}`")).collect::<Vec<_>>());
    let named = if named.is_empty() { named } else { format!(" ({named})") };
    let entities = count(usize::try_from(conflict.count).unwrap_or(usize::MAX), "entity");
    let fate = match (conflict.is_kept, is_rehearsal) {
        (true, false) => "It was not changed.",
        (true, true) => "A push will not change it.",
        (false, false) => "It was changed anyway.",
        (false, true) => "A push changes it anyway.",
    };
    clean(&format!("Blueprint `{blueprint}`: {reason}; {entities} would not fit{named}. {fate}")).into_owned()
}

/// Counts the blueprints (without system blueprints) and entities of a store.
pub(crate) fn held(store: &Store) -> Result<(usize, usize), Error> {
    let (mut blueprints, mut entities) = (0, 0);
    for blueprint in store.blueprints().map_err(unexpected)? {
        let name = blueprint.get("identifier").and_then(Value::as_str).unwrap_or_default();
        blueprints += usize::from(!is_reserved(name));
        entities += usize::try_from(store.count(name).map_err(unexpected)?).unwrap_or(usize::MAX);
    }
    Ok((blueprints, entities))
}

/// A repository to seed from.
pub(crate) struct Seed {
    /// The path as the user typed it.
    name: String,
    settings: Settings,
    scope: Option<String>,
}

impl Seed {
    pub fn of(folder: &Path, name: &Path, context: &Context<'_>) -> Result<Self, Error> {
        let request = settings::Request { directory: Some(folder.to_owned()), ..settings::Request::default() };
        let settings = settings::resolve(&request, context.environment, &rule_names())?;
        let scope = scope(&settings, &Git::new(&settings, context.environment)).value;
        Ok(Self { name: path_text(name), settings, scope })
    }

    /// The user agent of the program that writes the entities of that repository, so that it owns the seeded ones: of a
    /// push, or of the first cluster's exporter.
    pub fn user_agent(&self) -> String {
        let state_key = self.settings.clusters.iter().find_map(|cluster| cluster.state_key.as_deref());
        if let (Delivery::Cluster, Some(state_key)) = (self.settings.delivery.value, state_key) {
            return Datasource::exporter_user_agent(state_key);
        }
        Owner { scope: self.scope.clone().unwrap_or_else(|| LOCAL.to_owned()) }.user_agent()
    }

    pub fn root(&self) -> &Path {
        &self.settings.root.value
    }

    /// Fills the store with the entities of the repository, and returns its manifests.
    pub fn fill(&self, store: &Store, writer: &Writer, context: &mut Context<'_>) -> Result<ManifestSet, Error> {
        let root = &self.settings.root.value;
        let blueprints = follow(store, root, &SnapshotSource::Disk, writer, context)?;
        let bar = context.bar();
        let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
        let clusters = Clusters::of(&self.settings, context.environment);
        let git = Git::at(root, context.environment);
        let view = RepositoryView::of_work_tree(root, git.repository().ok().flatten());
        let manifests = ManifestSet::of(&view, &self.settings.pattern()?, &clusters, progress)?;
        let known = stand_in(store, root, &SnapshotSource::Disk, writer, &declared(&manifests.entities))?;
        let seeded = seeded(store, &manifests.entities, writer)?;
        drop(bar);
        for folder in &manifests.unreadable {
            context.say(&format!("note: {folder}."));
        }
        let unusable = manifests.unusable.iter().filter(|unusable| !unusable.is_opaque);
        let unusable = unusable.map(|unusable| (unusable.place, unusable.line, unusable.reason.as_str()));
        for (place, line, reason) in unusable.clone().take(MAX_SHOWN) {
            context.say(&format!("note: {}:{line} was skipped: {}.", manifests.path(place), clean(reason)));
        }
        for (at, reason) in seeded.refused.iter().take(MAX_SHOWN) {
            let Some(entity) = manifests.entities.get(*at) else { continue };
            let (path, key) = (manifests.path(entity.place), &entity.key);
            let name = clean(&key.identifier).into_owned();
            context.say(&format!("note: `{name}` of {path} was skipped: {}.", clean(reason)));
        }
        let left = unusable.clone().count() + seeded.refused.len();
        let shown = unusable.clone().count().min(MAX_SHOWN) + seeded.refused.len().min(MAX_SHOWN);
        if left > shown {
            context.say(&format!("note: {} more skipped.", grouped(left - shown)));
        }
        if seeded.written == 0 && blueprints.is_empty() {
            let why = if left == 0 {
                "it has no blueprints and no manifests"
            } else {
                "none of its blueprints and manifests can be used"
            };
            return Err(SeedError::NothingSeeded { path: self.name.clone(), why: why.to_owned() }.into());
        }
        // System blueprints always exist; `held` does not count them either.
        let blueprints = blueprints.iter().filter(|name| !is_reserved(name)).count();
        let (entities, blueprints) = (count(seeded.written, "entity"), count(blueprints, "blueprint"));
        let known = if known == 0 { String::new() } else { format!(", and {}", count(known, "known entity")) };
        context.say(&format!("note: Loaded {entities} and {blueprints} from `{}`{known}.", self.name));
        Ok(manifests)
    }
}

/// The keys that manifests declare.
pub(crate) fn declared(entities: &[Desired]) -> HashSet<(&str, &str)> {
    entities.iter().map(|entity| (entity.key.blueprint.as_ref(), entity.key.identifier.as_ref())).collect()
}

/// The known entities: relation targets outside of the repository. They have no owner, because a push of the
/// repository must not own them. Declared entities are not among them, even if the file lists them.
pub(crate) fn stand_in(
    store: &Store,
    root: &Path,
    snapshot_source: &SnapshotSource,
    writer: &Writer,
    declared: &HashSet<(&str, &str)>,
) -> Result<usize, Error> {
    let user_agent = format!("{}/{} (known entities)", Owner::PRODUCT, env!("CARGO_PKG_VERSION"));
    let writer = Writer { user_agent, ..writer.clone() };
    each_known(store, root, snapshot_source, declared, &|name, identifiers| {
        store.create_placeholders(name, identifiers, &writer).map_err(unexpected)
    })
}

/// An operation on a blueprint's entities that returns their number.
type Deed<'d> = dyn Fn(&str, &mut dyn Iterator<Item = &str>) -> Result<usize, Error> + 'd;

/// Applies `deed` to the undeclared known entities of each blueprint and returns the sum.
fn each_known(
    store: &Store,
    root: &Path,
    snapshot_source: &SnapshotSource,
    declared: &HashSet<(&str, &str)>,
    deed: &Deed<'_>,
) -> Result<usize, Error> {
    let Some(file) = snapshot_source.file(root, KNOWN) else { return Ok(0) };
    let mut buffer = ReadBuffer::default();
    // Lint reports the problem; entities that point to them are skipped and reported.
    let Ok(text) = sources::read_large(&file, &mut buffer) else { return Ok(0) };
    let (known, _) = KnownEntities::parse(text.text.to_owned());
    if known.is_empty() {
        return Ok(0);
    }
    let mut sum = 0;
    for blueprint in store.blueprints().map_err(unexpected)? {
        let Some(name) = blueprint.get("identifier").and_then(Value::as_str) else { continue };
        let mut identifiers = known.identifiers(name).filter(|it| !declared.contains(&(name, *it))).peekable();
        if identifiers.peek().is_some() {
            sum += deed(name, &mut identifiers)?;
        }
    }
    Ok(sum)
}

pub(crate) fn unexpected(failure: Failure) -> Error {
    match failure {
        Failure::Store(error) => error.into(),
        Failure::Refused(refusal) => SeedError::NotFollowed { why: refusal.message.unwrap_or(refusal.error) }.into(),
    }
}
