//! Loads the snapshot from `.portolan/` and reports its errors. Its files join the run's list, so that findings can
//! point into them.

use std::collections::BTreeSet;
use std::path::Path;

use ring::digest;
use serde_json::Value as Json;

use crate::analysis::{ProblemKind, Pulled, Snapshot, SnapshotProblem, describe_fault, describe_reference};
use crate::domain::blueprint::definition::check_blueprint;
use crate::domain::blueprint::references::{LostKind, check_references};
use crate::domain::blueprint::system;
use crate::domain::blueprint::{Blueprint, Flaw};
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::Value;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::error_class::ExitClass;
use crate::domain::file_name::{identifier_of, stem};
use crate::domain::finding::FileId;
use crate::domain::known_entities::KnownEntities;
use crate::domain::value::day::Day;
use crate::manifest::{Limits, Reader};
use crate::sources::git::{CommitId, GitError, Repository};
use crate::sources::{self, PathKind, Pattern, ReadBuffer, ReadProblem, SourceFile, TextRef};
use crate::text::merge_conflict::{MergeConflict, merge_conflicts};

pub(crate) const FOLDER: &str = ".portolan";
pub(crate) const BLUEPRINTS: &str = ".portolan/blueprints";
pub(crate) const KNOWN: &str = "known-entities.txt";
pub(crate) const SOURCE: &str = "source.json";

/// Without blueprints, lint would check less than was asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no snapshot of the catalog: `{BLUEPRINTS}` has no blueprints, so properties and relations cannot be checked")]
#[diagnostic(code("no-snapshot"), help("run `portolan pull` with the catalog's credentials and commit `.portolan/`"))]
pub(crate) struct NoSnapshot;

impl ExitClass for NoSnapshot {}

/// The snapshot, and notes about it for the user.
pub(crate) struct LoadedSnapshot {
    pub snapshot: Snapshot,
    pub notes: Vec<String>,
    /// Unresolved merge conflicts in its files.
    pub conflicts: Vec<(FileId, Fault)>,
    /// Of the paths and texts of its files.
    pub digest: digest::Context,
}

/// Where the snapshot is read from.
#[derive(Debug, Clone, Default)]
pub(crate) enum SnapshotSource {
    /// As it is on disk.
    #[default]
    Disk,
    /// As the next commit will contain it, or as a pull would write it.
    Files(Vec<SourceFile>),
    /// Other blueprints, which may be anywhere, with everything else of the snapshot.
    OtherBlueprints { files: Vec<SourceFile>, rest: Box<Self> },
}

impl SnapshotSource {
    pub fn blueprints(&self, root: &Path) -> Vec<SourceFile> {
        match self {
            Self::Disk => {
                let path = sources::part_path(root, FOLDER, "blueprints");
                let under_its_name = |file: SourceFile| {
                    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
                    SourceFile { path: format!("{BLUEPRINTS}/{name}"), ..file }
                };
                sources::list_folder(root, &path, "json").into_iter().map(under_its_name).collect()
            }
            Self::Files(files) => {
                let is_one = |path: &str| path.strip_prefix(BLUEPRINTS).is_some_and(|name| name.rfind('/') == Some(0));
                files.iter().filter(|file| is_one(&file.path) && file.path.ends_with(".json")).cloned().collect()
            }
            Self::OtherBlueprints { files, .. } => files.clone(),
        }
    }

    pub fn file(&self, root: &Path, name: &str) -> Option<SourceFile> {
        let path = format!("{FOLDER}/{name}");
        match self {
            Self::Disk => {
                let found = sources::find_file(root, &sources::part_path(root, FOLDER, name));
                found.map(|file| SourceFile { path, ..file })
            }
            Self::Files(files) => files.iter().find(|file| file.path == path).cloned(),
            Self::OtherBlueprints { rest, .. } => rest.file(root, name),
        }
    }
}

/// Whether a file belongs to the snapshot; `path` is relative to the root.
pub(crate) fn holds(path: &str) -> bool {
    path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// The snapshot in the index, and which of its files the commit changes. A snapshot that is not in Git is read from
/// disk: some teams ignore it and pull it in every run.
pub(crate) fn staged(repository: &Repository, root: &Path) -> Result<(SnapshotSource, BTreeSet<String>), GitError> {
    let Some((folder, pattern)) = of_git(root) else { return Ok((SnapshotSource::Disk, BTreeSet::new())) };
    let staged = repository.staged(&folder, &pattern).map_err(with_folder)?;
    if staged.files.is_empty() {
        return Ok((SnapshotSource::Disk, BTreeSet::new()));
    }
    let whole = |file: SourceFile| SourceFile { path: format!("{FOLDER}/{}", file.path), ..file };
    Ok((SnapshotSource::Files(staged.files.into_iter().map(whole).collect()), whole_paths(staged.changed)))
}

/// The snapshot of a commit, or the one on disk if the commit has none.
pub(crate) fn at_commit(repository: &Repository, root: &Path, commit: CommitId) -> Result<SnapshotSource, GitError> {
    let files = repository.folder_at(root, FOLDER, commit)?;
    Ok(if files.is_empty() { SnapshotSource::Disk } else { SnapshotSource::Files(files) })
}

/// The snapshot files that a branch or the work tree changed.
pub(crate) fn changed(repository: &Repository, root: &Path, since: Option<&str>) -> Result<BTreeSet<String>, GitError> {
    let Some((folder, pattern)) = of_git(root) else { return Ok(BTreeSet::new()) };
    Ok(whole_paths(repository.changed(&folder, &pattern, since).map_err(with_folder)?.changed))
}

/// The folder as a root of its own, so that Git searches only there.
fn of_git(root: &Path) -> Option<(std::path::PathBuf, Pattern)> {
    let folder = root.join(FOLDER);
    let pattern = Pattern::new(&["blueprints/*.json", "known-entities.txt", "source.json"], &[]).ok()?;
    (sources::path_kind(&folder) == Some(PathKind::Folder)).then_some((folder, pattern))
}

fn whole_paths(paths: BTreeSet<String>) -> BTreeSet<String> {
    paths.into_iter().map(|path| format!("{FOLDER}/{path}")).collect()
}

fn with_folder(error: GitError) -> GitError {
    match error {
        GitError::Conflicts { paths } => {
            GitError::Conflicts { paths: paths.into_iter().map(|path| format!("{FOLDER}/{path}")).collect() }
        }
        other => other,
    }
}

/// A note about unusable blueprints, for a run that does not report on their files and would otherwise be silent.
pub(crate) fn unused_blueprints(snapshot: &Snapshot, is_reported: impl Fn(&str) -> bool) -> Option<String> {
    let paths = snapshot.unreadable.iter().map(|name| format!("{BLUEPRINTS}/{}.json", stem(name)));
    let paths: Vec<String> = paths.filter(|path| !is_reported(path)).collect();
    match paths.as_slice() {
        [] => None,
        [path] => Some(format!("`{path}` cannot be used, so entities of its blueprint were not checked against it.")),
        [path, ..] => Some(format!(
            "{} blueprints cannot be used (for example `{path}`), so their entities were not checked against them.",
            paths.len()
        )),
    }
}

/// Reads `.portolan/` under `root`; its files are appended to `files`.
pub(crate) fn load(root: &Path, snapshot_source: &SnapshotSource, files: &mut Vec<SourceFile>) -> LoadedSnapshot {
    let mut loading = Loading {
        files,
        buffer: ReadBuffer::default(),
        problems: Vec::new(),
        notes: Vec::new(),
        conflicts: Vec::new(),
        digest: digest::Context::new(&digest::SHA256),
    };
    let (blueprints, unreadable) = loading.blueprints(snapshot_source.blueprints(root));
    let known = snapshot_source.file(root, KNOWN).and_then(|file| loading.known(file));
    let pulled = snapshot_source.file(root, SOURCE).and_then(|file| loading.pulled(file));
    let Loading { problems, mut notes, conflicts, digest, .. } = loading;
    let mut snapshot = Snapshot::new(blueprints);
    snapshot.known = known;
    snapshot.problems = problems;
    snapshot.pulled = pulled;
    snapshot.unreadable = unreadable;
    if !snapshot.has_blueprints() {
        notes.push(
            "No snapshot of the catalog (`.portolan/blueprints`), so properties and relations were not checked. Run `portolan pull` to enable more checks."
                .to_owned(),
        );
    }
    LoadedSnapshot { snapshot, notes, conflicts, digest }
}

type Read = for<'b> fn(&'b SourceFile, &'b mut ReadBuffer) -> Result<TextRef<'b>, ReadProblem>;

struct Loading<'f> {
    files: &'f mut Vec<SourceFile>,
    buffer: ReadBuffer,
    problems: Vec<SnapshotProblem>,
    notes: Vec<String>,
    conflicts: Vec<(FileId, Fault)>,
    digest: digest::Context,
}

impl Loading<'_> {
    fn blueprints(&mut self, files: Vec<SourceFile>) -> (Vec<Blueprint>, Vec<String>) {
        let mut blueprints: Vec<Blueprint> = Vec::new();
        let mut places = Vec::new();
        let mut unreadable = Vec::new();
        for file in files {
            let id = self.join(file);
            let stem = self.stem(id);
            match self.blueprint(id) {
                Some((blueprint, _)) if blueprints.iter().any(|other| other.identifier == blueprint.identifier) => {
                    let message =
                        format!("Blueprint `{}` is in another file too; this one is not used.", blueprint.identifier);
                    self.problem(id, Span::default(), message, ProblemKind::Broken);
                }
                Some((blueprint, flaws)) => {
                    blueprints.push(blueprint);
                    places.push((id, flaws));
                }
                None => unreadable.push(identifier_of(&stem)),
            }
        }
        for (blueprint, (id, flaws)) in blueprints.iter().zip(places) {
            let problems = problems_of(blueprint, &blueprints, flaws);
            self.problems_of_blueprint(id, blueprint, &problems);
        }
        (blueprints, unreadable)
    }

    fn blueprint(&mut self, id: FileId) -> Option<(Blueprint, Vec<Flaw>)> {
        let text = match self.text(id, sources::read) {
            Ok(text) => text,
            Err(message) => {
                self.problem(id, Span::default(), message, ProblemKind::Broken);
                return None;
            }
        };
        if self.is_in_conflict(id, &text) {
            return None;
        }
        let json: Json = match serde_json::from_str(&text) {
            Ok(json) => json,
            Err(error) => {
                let message = if error.is_eof() {
                    "This file is truncated.".to_owned()
                } else {
                    format!("This is not the JSON of a blueprint: {}.", without_place(&error.to_string()))
                };
                self.problem(id, json_place(&text, &error), message, ProblemKind::Broken);
                return None;
            }
        };
        match Blueprint::from_json(json) {
            Ok(found) => Some(found),
            Err(flaw) => {
                let message = format!("This file has no blueprint: {}.", flaw.message);
                self.problem(id, place_of(&text, &flaw.pointer), message, ProblemKind::Broken);
                None
            }
        }
    }

    fn problems_of_blueprint(&mut self, id: FileId, blueprint: &Blueprint, problems: &[(Flaw, ProblemKind)]) {
        if problems.is_empty() {
            return;
        }
        let text = self.text(id, sources::read).unwrap_or_default();
        let places = places_of(&text, problems.iter().map(|(flaw, _)| flaw.pointer.as_str()));
        for ((flaw, kind), place) in problems.iter().zip(places) {
            let message = format!("In blueprint `{}`, {}.", blueprint.identifier, flaw.message);
            self.problem(id, place, message, *kind);
        }
    }

    fn known(&mut self, file: SourceFile) -> Option<KnownEntities> {
        let path = file.path.clone();
        let id = self.join(file);
        // With a higher size limit, because `pull` writes this file however long the list is.
        let text = match self.text(id, sources::read_large) {
            Ok(text) => text,
            Err(message) => {
                self.notes.push(format!("`{path}` was not used: {message}"));
                return None;
            }
        };
        // The entities of both sides of the conflict count as known; only the conflict markers are not entities.
        let is_in_conflict = self.is_in_conflict(id, &text);
        let (known, mut bad) = KnownEntities::parse(text);
        if is_in_conflict {
            bad.clear();
        }
        if let Some(first) = bad.first() {
            let count = bad.len();
            let lines = if count == 1 { "line is" } else { "lines are" };
            self.notes.push(format!(
                "{count} {lines} not `blueprint<TAB>identifier` in `{path}` (first: line {}) and were skipped.",
                first.number
            ));
        }
        Some(known)
    }

    fn pulled(&mut self, file: SourceFile) -> Option<Pulled> {
        let path = file.path.clone();
        let id = self.join(file);
        let text = match self.text(id, sources::read) {
            Ok(text) => text,
            Err(message) => {
                self.notes.push(format!("`{path}` was not used: {message}"));
                return None;
            }
        };
        if self.is_in_conflict(id, &text) {
            return None;
        }
        let json: Json = serde_json::from_str(&text).ok()?;
        let written = json.get("pulledAt")?.as_str()?;
        Some(Pulled { file: id, span: place_of(&text, "/pulledAt"), day: Day::parse(written)? })
    }

    fn join(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId::of(self.files.len() - 1)
    }

    fn stem(&self, id: FileId) -> String {
        let path = self.files.get(id.0 as usize).map_or("", |file| file.path.as_str());
        let name = path.rsplit('/').next().unwrap_or(path);
        name.strip_suffix(".json").unwrap_or(name).to_owned()
    }

    fn text(&mut self, id: FileId, read: Read) -> Result<String, String> {
        let Some(file) = self.files.get_mut(id.0 as usize) else { return Err(String::new()) };
        let text = read(file, &mut self.buffer).map(TextRef::to_text);
        let text = text.map(|text| {
            file.keep(text.clone());
            text.text
        });
        let text = text.map_err(|problem| format!("{problem}."));
        add_to_digest(&mut self.digest, &file.path, &text);
        text
    }

    /// Whether a file has unresolved merge conflicts; they are recorded for the rule that reports them.
    fn is_in_conflict(&mut self, id: FileId, text: &str) -> bool {
        let found = conflicts_of(text, "resolve the conflict by hand, or let `portolan pull` write the file again");
        let is_in_conflict = !found.is_empty();
        self.conflicts.extend(found.into_iter().map(|fault| (id, fault)));
        is_in_conflict
    }

    fn problem(&mut self, file: FileId, span: Span, message: String, kind: ProblemKind) {
        self.problems.push(SnapshotProblem { file, span, message, kind });
    }
}

/// The unresolved merge conflicts of a text.
pub(crate) fn conflicts_of(text: &str, help: &str) -> Vec<Fault> {
    let span = |range: std::ops::Range<usize>| Span::new(range.start, range.end);
    let fault = |conflict: MergeConflict| Fault {
        span: span(conflict.first.clone()),
        kind: FaultKind::MergeConflict {
            message: format!("{}.", conflict.message()),
            help: help.to_owned(),
            last: span(conflict.last),
        },
    };
    merge_conflicts(text).into_iter().map(fault).collect()
}

/// The problems of a blueprint that could be read: what the catalog would reject, then the other flaws. System
/// blueprints are not checked, because only the platform changes them.
fn problems_of(blueprint: &Blueprint, all: &[Blueprint], flaws: Vec<Flaw>) -> Vec<(Flaw, ProblemKind)> {
    let mut problems = Vec::new();
    if !is_reserved(&blueprint.identifier) {
        for fault in check_blueprint(&blueprint.raw) {
            let pointer = pointer(&fault.at);
            let written = blueprint.raw.pointer(&pointer).and_then(Json::as_str);
            let (message, is_refused) = describe_fault(&fault, written);
            let kind = if is_refused { ProblemKind::Invalid } else { ProblemKind::Odd };
            problems.push((Flaw { pointer, message }, kind));
        }
        problems.extend(lost_references(blueprint, all).map(|flaw| (flaw, ProblemKind::Invalid)));
    }
    let is_explained = |flaw: &Flaw| {
        let is_it = |pointer: &str| {
            let rest = pointer.strip_prefix(flaw.pointer.as_str());
            pointer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        problems.iter().any(|(problem, _)| is_it(&problem.pointer))
    };
    let others: Vec<Flaw> = flaws.into_iter().filter(|flaw| !is_explained(flaw)).collect();
    problems.extend(others.into_iter().map(|flaw| (flaw, ProblemKind::Odd)));
    problems
}

fn lost_references(blueprint: &Blueprint, all: &[Blueprint]) -> impl Iterator<Item = Flaw> {
    let system = system::SYSTEM_BLUEPRINTS.into_iter().filter_map(system::structure);
    let system: Vec<Json> = system.collect();
    let lost = blueprint.raw.as_object().map(|body| {
        let named = |raw: &&Json, identifier: &str| raw.get("identifier").and_then(Json::as_str) == Some(identifier);
        check_references(body, &|identifier| {
            let found = all.iter().map(|blueprint| &blueprint.raw).find(|raw| named(raw, identifier));
            found.or_else(|| system.iter().find(|raw| named(raw, identifier)))?.as_object()
        })
    });
    let lost = lost.unwrap_or_default();
    // Accounts extend system blueprints, so one that the snapshot lacks may have more properties than are known here.
    let is_known = |blueprint: &str| !is_reserved(blueprint) || all.iter().any(|it| it.identifier == blueprint);
    let lost = lost.iter().filter(|lost| match &lost.kind {
        LostKind::Mirror { blueprint, .. } | LostKind::Ownership { blueprint, .. } => is_known(blueprint),
        LostKind::NoBlueprint { .. } => true,
    });
    let flaws = lost.filter_map(|lost| {
        let message = describe_reference(lost)?;
        Some(Flaw { pointer: pointer(&lost.at), message })
    });
    flaws.collect::<Vec<_>>().into_iter()
}

fn add_to_digest(digest: &mut digest::Context, path: &str, text: &Result<String, String>) {
    let (Ok(content) | Err(content)) = text;
    for part in [path.as_bytes(), if text.is_ok() { b"text" } else { b"none" }, content.as_bytes()] {
        add_part(digest, part);
    }
}

/// Adds a part with its length, so that no two lists of parts have the same digest.
pub(crate) fn add_part(digest: &mut digest::Context, part: &[u8]) {
    digest.update(&(part.len() as u64).to_le_bytes());
    digest.update(part);
}

/// A JSON pointer from keys.
pub(crate) fn pointer<K: AsRef<str>>(at: &[K]) -> String {
    at.iter().map(|key| format!("/{}", key.as_ref().replace('~', "~0").replace('/', "~1"))).collect()
}

/// serde_json's message without its own "at line 3 column 7", because the finding has a position.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| &message[..at])
}

fn json_place(text: &str, error: &serde_json::Error) -> Span {
    let line = LineIndex::new(text).line_span(error.line());
    let at = (line.start as usize + error.column().saturating_sub(1)).min(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let next = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    Span::new(at, next)
}

/// The key (or item) that a JSON pointer leads to.
pub(crate) fn place_of(text: &str, pointer: &str) -> Span {
    places_of(text, [pointer].into_iter()).first().copied().unwrap_or_default()
}

/// The spans of several JSON pointers in one parse. JSON is YAML, and the manifest reader records spans.
fn places_of<'p>(text: &str, pointers: impl Iterator<Item = &'p str>) -> Vec<Span> {
    let pointers = pointers.collect::<Vec<_>>();
    let mut places = vec![Span::default(); pointers.len()];
    let mut reader = Reader::new(Limits::default());
    reader.read_first(text, &mut |document| {
        let Some(root) = document.view.root() else { return };
        for (place, pointer) in places.iter_mut().zip(&pointers) {
            *place = follow(root, pointer);
        }
    });
    places
}

fn follow(root: Value<'_>, pointer: &str) -> Span {
    let mut at = root;
    let mut found = Span::empty(root.span().start as usize);
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let item = || segment.parse::<usize>().ok().and_then(|position| at.items().nth(position));
        (found, at) = match at.entry(&segment) {
            Some((key, value)) => (key.span(), value),
            None => match item() {
                Some(item) => (item.span(), item),
                None => return found,
            },
        };
    }
    found
}

#[cfg(test)]
mod tests;
