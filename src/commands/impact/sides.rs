//! The two sets of blueprints that `--blueprints` compares. A path or `live` names the new ones, and the snapshot of this run is
//! the old one; a Git revision names the old ones, and the snapshot of this run is the new one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::commands::catalog::connect::connect;
use crate::commands::context::Context;
use crate::commands::impact::error::BlueprintsError;
use crate::commands::impact::given::{GivenBlueprints, read_given};
use crate::commands::pull::fetch::{Fetched, steady};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::saved_blueprints::{SavedBlueprints, Unusable, read_saved_blueprints};
use crate::commands::workspace::snapshot::{BLUEPRINTS, SnapshotSource, at_commit};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::change::changes;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::file_name::stems;
use crate::error::Error;
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, Place, SourceFile};
use crate::text::plural::count;

/// The name of the catalog's blueprints.
const LIVE: &str = "live";

/// A set of blueprints.
pub(crate) struct BlueprintSide {
    /// For readers: `` `proposed/` ``, `` `main` (1a2b3c4) ``.
    pub name: String,
    pub source: SnapshotSource,
    pub blueprints: Blueprints,
    /// Files without a usable blueprint.
    unusable: Vec<Unusable>,
}

/// The old and the new blueprints. The rest of the snapshot is the same on both sides, so that only blueprints differ.
pub(crate) struct Sides {
    pub old: BlueprintSide,
    pub new: BlueprintSide,
    /// The catalog whose entities are judged too.
    pub live: Option<Box<dyn Catalog>>,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
}

/// What the value of `--blueprints` names.
enum Named {
    Live,
    Path(PathBuf),
    Revision(CommitId),
}

impl Sides {
    /// A blueprint that cannot be read on one side is not changed by that, and is not judged.
    fn new(mut old: BlueprintSide, mut new: BlueprintSide, mut notes: Vec<String>) -> Self {
        for file in old.unusable.iter().chain(&new.unusable) {
            let Unusable { path, identifier, reason } = file;
            notes.push(format!("`{path}` has no usable blueprint ({reason}), so `{identifier}` was not judged."));
        }
        let unknown: BTreeSet<String> =
            old.unusable.iter().chain(&new.unusable).map(|file| file.identifier.clone()).collect();
        old.forget(&unknown);
        new.forget(&unknown);
        Self { old, new, live: None, notes }
    }

    pub fn open(value: &str, workspace: &Workspace<'_>, context: &mut Context<'_>) -> Result<Self, Error> {
        match Named::of(value, workspace, context)? {
            Named::Live => Self::of_catalog(workspace, context),
            Named::Path(path) => Self::of_path(value, &path, workspace, context),
            Named::Revision(commit) => Self::of_revision(value, commit, workspace),
        }
    }

    /// For `lint`, which does not read the catalog.
    pub fn open_offline(value: &str, workspace: &Workspace<'_>, context: &Context<'_>) -> Result<Self, Error> {
        match Named::of(value, workspace, context)? {
            Named::Live => Err(BlueprintsError::NotLive.into()),
            Named::Path(path) => Self::of_path(value, &path, workspace, context),
            Named::Revision(commit) => Self::of_revision(value, commit, workspace),
        }
    }

    /// The blueprints that a branch changed since its merge base; `None` if it changed none, or if one of both has none.
    pub fn since(merge_base: CommitId, workspace: &Workspace<'_>) -> Option<Self> {
        let sides = Self::of_revision("", merge_base, workspace).ok()?;
        // A commit id beside the digest of a plan could be taken for it.
        let old = BlueprintSide { name: format!("`{BLUEPRINTS}` at the merge base"), ..sides.old };
        let is_same = changes(&old.blueprints, &sides.new.blueprints).is_empty();
        (!is_same && !sides.new.blueprints.is_empty()).then_some(Self { old, ..sides })
    }

    /// Has the entities that only the catalog has judged too.
    pub fn and_stored(self, context: &mut Context<'_>) -> Result<Self, Error> {
        let live = match self.live {
            Some(live) => live,
            None => connect(context)?,
        };
        Ok(Self { live: Some(live), ..self })
    }

    fn of_path(typed: &str, path: &Path, workspace: &Workspace<'_>, context: &Context<'_>) -> Result<Self, Error> {
        let old = BlueprintSide::of_workspace(workspace);
        let GivenBlueprints { mut files, is_whole } = read_given(path, context.settings)?;
        let given: BTreeSet<String> = files.iter().map(|(identifier, _)| identifier.clone()).collect();
        let others = own_files(workspace).into_iter().filter(|(identifier, _)| !given.contains(identifier));
        // A system blueprint cannot be removed.
        let (kept, removed): (Vec<_>, Vec<_>) =
            others.partition(|(identifier, _)| !is_whole || is_reserved(identifier));
        files.extend(kept);
        let note = (!removed.is_empty()).then(|| {
            let blueprints = count(removed.len(), "blueprint");
            format!(
                "`{typed}` counts as all blueprints of the catalog: {blueprints} that it does not have would be removed. \
                 To replace one blueprint only, name its file."
            )
        });
        let new = BlueprintSide::of_files(format!("`{typed}`"), files, workspace);
        Ok(Self::new(old, new, note.into_iter().collect()))
    }

    fn of_revision(name: &str, commit: CommitId, workspace: &Workspace<'_>) -> Result<Self, Error> {
        let repository = workspace.git.required("--blueprints")?;
        let root = &workspace.settings.root.value;
        let none = || BlueprintsError::NoSnapshotThen { revision: name.to_owned() };
        let files = match at_commit(repository, root, commit)? {
            SnapshotSource::Disk => return Err(none().into()),
            source @ (SnapshotSource::Files(_) | SnapshotSource::OtherBlueprints { .. }) => source.blueprints(root),
        };
        if files.is_empty() {
            return Err(none().into());
        }
        let id = commit.to_string();
        let short = id.get(..7).unwrap_or(&id);
        let shown = if id.starts_with(name) { format!("`{short}`") } else { format!("`{name}` ({short})") };
        let old = BlueprintSide::of_source(shown, other_blueprints(files, workspace), root);
        Ok(Self::new(old, BlueprintSide::of_workspace(workspace), Vec::new()))
    }

    fn of_catalog(workspace: &Workspace<'_>, context: &mut Context<'_>) -> Result<Self, Error> {
        let catalog = connect(context)?;
        let old = BlueprintSide::of_workspace(workspace);
        let fetched = Fetched::blueprints(&*catalog)?;
        // The snapshot has only the system blueprints that relations lead to.
        let is_compared =
            |it: &&Blueprint| !is_reserved(&it.identifier) || old.blueprints.named(&it.identifier).is_some();
        let blueprints: Vec<&Blueprint> = fetched.all.iter().filter(is_compared).collect();
        let stems = stems(blueprints.iter().map(|blueprint| blueprint.identifier.as_str()));
        let file = |blueprint: &&Blueprint| {
            let path = format!("{BLUEPRINTS}/{}.json", stems.get(blueprint.identifier.as_str())?);
            let text = format!("{:#}\n", blueprint.raw);
            let place = Place::Given(Arc::from(text.as_bytes()));
            Some((blueprint.identifier.clone(), SourceFile { path, place }))
        };
        let files = blueprints.iter().filter_map(file).collect();
        let new = BlueprintSide::of_files(catalog.name().to_owned(), files, workspace);
        Ok(Self { live: Some(catalog), ..Self::new(old, new, Vec::new()) })
    }
}

impl Named {
    fn of(value: &str, workspace: &Workspace<'_>, context: &Context<'_>) -> Result<Self, Error> {
        if value == LIVE {
            return Ok(Self::Live);
        }
        if value.is_empty() {
            return Err(BlueprintsError::Unnamed.into());
        }
        let path = PathBuf::from(value);
        let is_there = sources::path_kind(&sources::tidy(context.settings.directory.join(&path))).is_some();
        if is_there && is_spelled_as_path(value) {
            return Ok(Self::Path(path));
        }
        let find = |repository: &Repository| repository.find_commit(value).ok();
        let commit = workspace.git.repository()?.and_then(find);
        match (is_there, commit) {
            (true, None) => Ok(Self::Path(path)),
            (false, Some(commit)) => Ok(Self::Revision(commit)),
            (true, Some(_)) => Err(BlueprintsError::Ambiguous { name: value.to_owned() }.into()),
            (false, None) => {
                let near = sources::did_you_mean(&context.settings.directory, &path, None);
                let help = near.unwrap_or_else(|| {
                    "paths are relative to the current folder; `live` names the blueprints of the catalog".to_owned()
                });
                Err(BlueprintsError::Unknown { name: value.to_owned(), help }.into())
            }
        }
    }
}

/// No revision is spelled so.
fn is_spelled_as_path(value: &str) -> bool {
    value.starts_with(['.', '/']) || value.ends_with('/') || value.ends_with(".json")
}

impl BlueprintSide {
    /// The snapshot of this run.
    fn of_workspace(workspace: &Workspace<'_>) -> Self {
        let commit = workspace.name().map(|name| format!(" of `{name}`")).unwrap_or_default();
        let name = format!("`{BLUEPRINTS}`{commit}");
        Self::of_source(name, workspace.snapshot_source.clone(), &workspace.settings.root.value)
    }

    fn of_files(name: String, files: Vec<(String, SourceFile)>, workspace: &Workspace<'_>) -> Self {
        let mut files: Vec<SourceFile> = files.into_iter().map(|(_, file)| file).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Self::of_source(name, other_blueprints(files, workspace), &workspace.settings.root.value)
    }

    fn of_source(name: String, source: SnapshotSource, root: &Path) -> Self {
        let SavedBlueprints { blueprints, unusable } = read_saved_blueprints(root, &source);
        let bodies = blueprints.into_values();
        let read = bodies.filter_map(|body| Blueprint::from_json(steady(body)).ok()).map(|(blueprint, _)| blueprint);
        Self { name, blueprints: Blueprints::new(read.collect()), source, unusable }
    }

    fn forget(&mut self, unknown: &BTreeSet<String>) {
        if !unknown.is_empty() {
            let known = self.blueprints.iter().filter(|blueprint| !unknown.contains(&blueprint.identifier));
            self.blueprints = Blueprints::new(known.cloned().collect());
        }
    }
}

fn other_blueprints(files: Vec<SourceFile>, workspace: &Workspace<'_>) -> SnapshotSource {
    SnapshotSource::OtherBlueprints { files, rest: Box::new(workspace.snapshot_source.clone()) }
}

/// The files of the snapshot, each with the identifier of its blueprint.
fn own_files(workspace: &Workspace<'_>) -> Vec<(String, SourceFile)> {
    let root = &workspace.settings.root.value;
    let files = workspace.snapshot_source.blueprints(root).into_iter();
    let named = files.filter_map(|file| {
        let alone = SnapshotSource::OtherBlueprints { files: vec![file.clone()], rest: Box::default() };
        let identifier = read_saved_blueprints(root, &alone).blueprints.into_keys().next()?;
        Some((identifier, file))
    });
    named.collect()
}
