//! Finds the files of a lint run, in the work tree, in Git's index or in a commit, and which findings the run reports.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::commands::delivery::repository_view::{RepositoryView, State};
use crate::commands::lint::error::LintError;
use crate::commands::lint::request::{LintScope, Request};
use crate::commands::lint::select::ReportSelection;
use crate::commands::lint::unlisted::{candidates, candidates_among};
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::read::declared_names;
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::document::span::Span;
use crate::domain::finding::FileId;
use crate::error::Error;
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, Boundary, Discovery, DiskFile, Hidden, Listings, PathKind, Place, SourceFile, Unreadable};
use crate::text::plural::grouped;

/// The files of the run, and the selection of findings to report.
pub(super) struct Found {
    pub files: Vec<SourceFile>,
    pub chosen: ReportSelection,
    pub unreadable: Vec<Unreadable>,
    pub hidden: Vec<Hidden>,
    /// `None` if the files are those of the work tree or of the index.
    pub commit: Option<CommitId>,
    is_index: bool,
    pub shelf: SnapshotSource,
    pub notes: Vec<String>,
    /// Changed files of the index that the pattern does not match.
    others: Vec<SourceFile>,
    /// Changed files of the work tree that the pattern does not match.
    other_paths: BTreeSet<String>,
    pub listings: Listings,
}

impl Found {
    pub fn view<'a>(&self, request: &Request<'a>, listings: &'a Listings) -> RepositoryView<'a> {
        let state = match (self.commit, self.is_index) {
            (Some(commit), _) => State::Commit(commit),
            (None, true) => State::Index,
            (None, false) => State::WorkTree,
        };
        let repository = request.git.repository().ok().flatten();
        let base = match &request.lint_scope {
            LintScope::Everything | LintScope::Commit(_) => request.base,
            LintScope::Staged | LintScope::Hook => repository.and_then(|it| it.head_commit().ok()?),
            LintScope::Changed { since: None } => repository.and_then(|it| it.head_commit().ok()?),
            LintScope::Changed { since: Some(since) } => repository.and_then(|it| it.parting(since).ok()?),
        };
        RepositoryView { root: request.root, repository, state, base, listings: Some(listings), added: &[] }
    }

    fn new(discovery: Discovery, chosen: ReportSelection) -> Self {
        let Discovery { files, unreadable, hidden, listings } = discovery;
        Self {
            files,
            chosen,
            unreadable,
            hidden,
            commit: None,
            is_index: false,
            shelf: SnapshotSource::Disk,
            notes: Vec::new(),
            others: Vec::new(),
            other_paths: BTreeSet::new(),
            listings,
        }
    }

    /// Adds a file for each place that could not be read, so that findings can point to it.
    pub fn name_absent(&mut self, past: &PastManifests) -> Vec<(FileId, Unreadable)> {
        let mut places = std::mem::take(&mut self.unreadable);
        places.append(&mut past.hiding(std::mem::take(&mut self.hidden)));
        let mut named = Vec::with_capacity(places.len());
        for place in places {
            let path = place.path.clone();
            named.push((self.add(SourceFile { path, place: Place::Given(Arc::from([])) }), place));
        }
        named
    }
}

impl Found {
    /// Adds a file that is not read and only serves as a location of findings.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(Span::empty(self.files.len() - 1).start)
    }

    /// Files outside `manifests.include` that this run reports on.
    pub fn unlisted(&self, request: &Request<'_>) -> Vec<SourceFile> {
        let Request { root, pattern, .. } = request;
        match &request.lint_scope {
            LintScope::Everything | LintScope::Commit(_) => {
                let is_chosen = |path: &Path| self.chosen.holds(&sources::path_text(path));
                let mut found = candidates(root, pattern, &self.listings, &is_chosen);
                for file in &mut found {
                    let open = request.open.iter().find(|open| open.path == file.path);
                    file.place = open.map_or(file.place.clone(), |open| open.place.clone());
                }
                found
            }
            LintScope::Staged | LintScope::Hook => candidates_among(&self.others, pattern),
            LintScope::Changed { .. } => {
                let is_changed = |path: &Path| self.other_paths.contains(&sources::path_text(path));
                candidates(root, pattern, &self.listings, &is_changed)
            }
        }
    }
}

pub(super) fn find(request: &Request<'_>) -> Result<Found, Error> {
    let Request { root, pattern, .. } = request;
    let mut found = match &request.lint_scope {
        LintScope::Everything => {
            let discovery = sources::discover(root, pattern)?;
            Found::new(discovery, ReportSelection::everything())
        }
        LintScope::Staged => staged(request, "--staged")?,
        LintScope::Hook => {
            let staged = staged(request, "--pre-commit")?;
            if staged.chosen.is_nothing() {
                let discovery = sources::discover(root, pattern)?;
                Found { others: staged.others, ..Found::new(discovery, ReportSelection::nothing()) }
            } else {
                staged
            }
        }
        LintScope::Changed { since } => {
            let flag = if since.is_some() { "--since" } else { "--changed" };
            let repository = repository(request, flag)?;
            let discovery = sources::discover(root, pattern)?;
            let mut changed = repository.changed(root, pattern, since.as_deref())?;
            changed.changed.extend(snapshot::changed(repository, root, since.as_deref())?);
            let before = declared_names(&[changed.removed, changed.before].concat(), request.options.git_host);
            let chosen = ReportSelection::files(changed.changed, before);
            Found { other_paths: changed.others, ..Found::new(discovery, chosen) }
        }
        LintScope::Commit(commit) => {
            let repository = repository(request, "--ref")?;
            let shelf = snapshot::at_commit(repository, root, *commit)?;
            let discovery = repository.at(root, pattern, *commit)?;
            Found { shelf, commit: Some(*commit), ..Found::new(discovery, ReportSelection::everything()) }
        }
    };
    if let Some(shelf) = &request.instead.shelf {
        found.shelf = shelf.clone();
    }
    found.files = overlay(request.instead.files.clone(), found.files);
    take_open_texts(&mut found.files, request);
    if !request.open.is_empty() {
        found.chosen = ReportSelection::open(request.open);
    }
    // Deliverers are checked whatever the pattern says.
    let staged = found.others.iter().map(|file| file.path.as_str());
    staged.chain(found.other_paths.iter().map(String::as_str)).for_each(|path| found.chosen.add(path));
    if let Some((path, bytes)) = &request.given {
        give(&mut found, request, path, bytes)?;
    }
    if !request.paths.is_empty() {
        let paths = choose(&mut found, request)?;
        let chosen = std::mem::take(&mut found.chosen);
        found.chosen = if request.lint_scope == LintScope::Hook { chosen.and(paths) } else { chosen.within(&paths) };
    }
    Ok(found)
}

/// Replaces texts by those of an editor. A file that is not on disk yet joins if the config includes it.
fn take_open_texts(files: &mut Vec<SourceFile>, request: &Request<'_>) {
    for open in request.open {
        match files.binary_search_by(|file| file.path.cmp(&open.path)) {
            Ok(at) => files[at].place = open.place.clone(),
            Err(at) => {
                let path = Path::new(&open.path);
                if request.pattern.matches(path) && !sources::is_taken(&request.root.join(path)) {
                    files.insert(at, open.clone());
                }
            }
        }
    }
}

/// The files of two lists; `upper` has precedence, and earlier ones in it.
pub(crate) fn overlay(mut upper: Vec<SourceFile>, mut files: Vec<SourceFile>) -> Vec<SourceFile> {
    if upper.is_empty() {
        return files;
    }
    upper.append(&mut files);
    // The sort is stable and `dedup_by` keeps the first.
    upper.sort_by(|a, b| a.path.cmp(&b.path));
    upper.dedup_by(|later, first| later.path == first.path);
    upper
}

fn staged(request: &Request<'_>, flag: &'static str) -> Result<Found, Error> {
    let repository = repository(request, flag)?;
    let mut staged = repository.staged(request.root, request.pattern)?;
    let (shelf, changed) = snapshot::staged(repository, request.root)?;
    staged.changed.extend(changed);
    let before = declared_names(&[staged.removed, staged.before].concat(), request.options.git_host);
    let discovery = Discovery { files: staged.files, ..Discovery::default() };
    let others = staged.others;
    Ok(Found { shelf, others, is_index: true, ..Found::new(discovery, ReportSelection::files(staged.changed, before)) })
}

fn repository<'a>(request: &Request<'a>, flag: &'static str) -> Result<&'a Repository, Error> {
    Ok(request.git.required(flag)?)
}

/// Replaces a file by an editor's text, and reports only on that file.
fn give(found: &mut Found, request: &Request<'_>, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let relative = relative(request.root, path)?;
    let place = Place::Given(Arc::from(bytes));
    match found.files.iter_mut().find(|file| file.path == relative) {
        Some(file) => file.place = place,
        None if request.force_exclude && !request.pattern.matches(Path::new(&relative)) => {}
        None => insert(&mut found.files, SourceFile { path: relative.clone(), place }),
    }
    found.chosen = ReportSelection::files(BTreeSet::from([relative]), BTreeSet::new());
    Ok(())
}

fn insert(files: &mut Vec<SourceFile>, file: SourceFile) {
    let at = files.partition_point(|other| other.path < file.path);
    files.insert(at, file);
}

/// The selection for the given paths. A named file joins the run even if the config excludes it.
fn choose(found: &mut Found, request: &Request<'_>) -> Result<ReportSelection, Error> {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    let (mut others, mut outside) = (Vec::new(), Vec::new());
    let is_listed =
        |found: &Found, path: &str| found.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
    let mut named = Named::default();
    for path in &request.paths {
        let relative = relative(request.root, path)?;
        if is_listed(found, &relative) || snapshot::holds(&relative) {
            files.insert(relative);
            continue;
        }
        let Some(kind) = sources::path_kind(path) else {
            // A Git hook also names the files that the commit deletes.
            if matches!(request.lint_scope, LintScope::Staged | LintScope::Hook) {
                continue;
            }
            return Err(LintError::no_such_path(request.root, Path::new(&relative)).into());
        };
        let Some(end) = end_of_links(request.root, path) else {
            outside.push(relative);
            continue;
        };
        match kind {
            PathKind::Folder => folders.extend([relative, end]),
            // The path is a link to a listed file. Reading it again would declare its entities twice.
            PathKind::File if is_listed(found, &end) => drop(files.insert(end)),
            PathKind::File if request.force_exclude || request.lint_scope != LintScope::Everything => {}
            PathKind::File if is_yaml(path) => drop(files.insert(named.join(found, end, path, request.root))),
            PathKind::File => others.push(relative),
        }
    }
    found.notes.extend(unchecked(&others, "is not a YAML file", "are not YAML"));
    found.notes.extend(unchecked(&outside, "points out of the repository", "point out of the repository"));
    Ok(ReportSelection::paths(files, folders))
}

/// Files that only the command line names. They join under their real path, because two names of one file would declare
/// its entities twice.
#[derive(Default)]
struct Named {
    /// Names by real path. Built on first use, because most runs name only listed files.
    listed: Option<HashMap<Arc<Path>, String>>,
}

impl Named {
    fn join(&mut self, found: &mut Found, end: String, path: &Path, root: &Path) -> String {
        let place = sources::real_path(path).unwrap_or_else(|| path.to_owned());
        let listed = self.listed.get_or_insert_with(|| {
            let on_disk = |file: &SourceFile| Some((file.place.disk()?.path.clone(), file.path.clone()));
            found.files.iter().filter_map(on_disk).collect()
        });
        // The file is already listed through a link, and its real path is excluded.
        if let Some(name) = listed.get(place.as_path()) {
            return name.clone();
        }
        listed.insert(place.as_path().into(), end.clone());
        let place = Place::Disk(DiskFile::new(&Boundary::new(root), place));
        insert(&mut found.files, SourceFile { path: end.clone(), place });
        end
    }
}

/// The note about named files that were not checked; without it, the user would assume that they were.
fn unchecked(paths: &[String], is: &str, are: &str) -> Option<String> {
    match paths {
        [] => None,
        [path] => Some(format!("`{path}` {is} and was not checked.")),
        [first, ..] => {
            let count = grouped(paths.len());
            Some(format!("{count} of the paths {are} (for example `{first}`) and were not checked."))
        }
    }
}

/// The real path, spelled as in the run's list; `None` if it is outside the root.
fn end_of_links(root: &Path, path: &Path) -> Option<String> {
    let (root, path) = (sources::real_path(root)?, sources::real_path(path)?);
    path.strip_prefix(&root).ok().map(sources::path_text)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The path, spelled as in the run's list.
fn relative(root: &Path, path: &Path) -> Result<String, Error> {
    let outside = || LintError::Outside { path: path.display().to_string(), root: root.display().to_string() }.into();
    if let Ok(inside) = path.strip_prefix(root) {
        return Ok(sources::path_text(inside));
    }
    // One of the folders is a link, so the real paths are compared.
    end_of_links(root, path).ok_or_else(outside)
}
