//! Where the manifests of a repository declare entities, for the pages: file, line, commit, and the address on the forge.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::commands::context::Context;
use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::mapping::repository::Clusters;
use crate::commands::output::links::files_page;
use crate::commands::query::places::Lines;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::git::Git;
use crate::domain::progress::Silent;
use crate::embedded::pages::{Declarations, DeclaredAt};
use crate::error::Error;
use crate::sources::git::{self, Repository};

/// The declarations of this repository. The pages are of use without them, so what cannot be read is left out.
pub(super) fn declarations_here(context: &Context<'_>) -> Declarations {
    let settings = context.settings;
    // Outside of a repository, a search for manifests would read the whole disk.
    if settings.require_repository("").is_err() {
        return Declarations::default();
    }
    let read = || -> Result<ManifestSet, Error> {
        let clusters = Clusters::of(settings, context.environment);
        let view = RepositoryView::of_work_tree(&settings.root.value, context.git.repository()?);
        ManifestSet::of(&view, &settings.pattern()?, &clusters, &Silent)
    };
    match read() {
        Ok(manifests) => declarations(&manifests, &settings.root.value, context),
        Err(_) => Declarations::default(),
    }
}

/// The declarations of `manifests`, whose paths are relative to `root`.
pub(super) fn declarations(manifests: &ManifestSet, root: &Path, context: &Context<'_>) -> Declarations {
    let folder = git::path_in_work_tree(root);
    let mut lines = Lines::new(&manifests.files);
    let mut places = HashMap::new();
    let git = Git::at(root, context.environment);
    let repository = git.repository().ok().flatten();
    let uncommitted = repository.map(|repository| uncommitted(repository, root, context)).unwrap_or_default();
    for entity in &manifests.entities {
        let path = manifests.path(entity.place);
        let is_committed = !uncommitted.contains(path);
        let path = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let line = lines.line(entity.place);
        places.entry(entity.key.clone()).or_insert(DeclaredAt { path, line, is_committed });
    }
    let commit = repository.and_then(|repository| repository.head_commit().ok().flatten()).map(|id| id.to_string());
    let forge = files_page(context.environment).or_else(|| repository.and_then(files_of_origin));
    let files_url = forge.zip(commit.as_ref()).map(|(files, commit)| format!("{files}/{commit}"));
    Declarations { places, commit, files_url }
}

/// The manifests that differ from `HEAD`, relative to the root.
fn uncommitted(repository: &Repository, root: &Path, context: &Context<'_>) -> BTreeSet<String> {
    let pattern = context.settings.pattern().ok();
    let changed = pattern.and_then(|pattern| repository.changed(root, &pattern, None).ok());
    changed.map(|changed| changed.changed).unwrap_or_default()
}

/// The page of the files on the host of the remote `origin`, if it is one whose addresses are known.
fn files_of_origin(repository: &Repository) -> Option<String> {
    let (page, host) = (repository.origin_page()?, repository.origin_host()?);
    if host.contains("gitlab") {
        return Some(format!("{page}/-/blob"));
    }
    host.contains("github").then(|| format!("{page}/blob"))
}
