//! A folder of manifests: which files Argo CD takes, and the objects that it reads in them.

use std::sync::Arc;

use super::failure::{ArgoFailure, ArgoFailureKind};
use super::json_file;
use super::objects::{Directory, Source};
use super::pattern::Pattern;
use super::settings::Settings;
use super::source_build::{ArgoUnknown, ArgoUnknownKind, BuiltObject, SkipReason, Skipped, SourceBuild, SourceType};
use crate::delivery::decoded::DecodedObject;
use crate::delivery::files::{Entry, FileId, FileKind, FolderId};
use crate::delivery::object::{Object, Origin};
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;
use crate::domain::document::span::Span;

/// The names of files that count.
const EXTENSIONS: [&str; 4] = [".yaml", ".yml", ".json", ".jsonnet"];
/// Folders below each other are walked to this depth, which the file system does not reach.
const MAX_DEPTH: usize = 2_000;

/// Builds a folder; none if the path is a symlink, which is not walked.
pub(super) fn build(
    repository: &Repository<'_>,
    tree: &Tree<'_>,
    folder: Option<FolderId>,
    source: &Source,
    settings: &Settings,
) -> Result<SourceBuild, ArgoFailure> {
    let default = Directory::default();
    let directory = source.directory.as_ref().unwrap_or(&default);
    let mut walk = Walk {
        repository,
        tree,
        source,
        directory,
        include: Filter::of(directory.include.as_ref()),
        exclude: Filter::of(directory.exclude.as_ref()),
        max_size: settings.max_combined_size,
        size: 0,
        taken: Vec::new(),
        build: SourceBuild {
            is_recursive: directory.is_recursive(),
            ..SourceBuild::empty(SourceType::Directory, folder, Dialect::Kubectl)
        },
    };
    for filter in [&walk.exclude, &walk.include] {
        if let Filter::Bad(text) = filter {
            walk.build.bad_patterns.push(text.clone());
        }
    }
    if let Some(folder) = folder {
        walk.folder(folder, "", 0)?;
    }
    for (file, name) in std::mem::take(&mut walk.taken) {
        walk.read(file, name)?;
    }
    Ok(walk.build)
}

/// `include` or `exclude`.
#[derive(Debug)]
enum Filter {
    Unset,
    Pattern(Pattern, Place),
    /// A pattern that cannot be read matches nothing.
    Bad(Text),
}

impl Filter {
    fn of(text: Option<&Text>) -> Self {
        let Some(text) = text else { return Self::Unset };
        match (Pattern::compile(&text.text, &[]), text.file) {
            (Ok(pattern), Some(file)) => Self::Pattern(pattern, Place { file, span: text.span }),
            (Ok(_), None) | (Err(_), _) => Self::Bad(text.clone()),
        }
    }
}

struct Walk<'w, 'r> {
    repository: &'w Repository<'r>,
    tree: &'w Tree<'w>,
    source: &'w Source,
    directory: &'w Directory,
    include: Filter,
    exclude: Filter,
    max_size: u64,
    size: u64,
    /// The files that count, with the names under which they were found.
    taken: Vec<(FileId, &'w str)>,
    build: SourceBuild,
}

impl<'w> Walk<'w, '_> {
    /// Walks a folder in the order of the names' bytes, folders where their names are.
    fn folder(&mut self, folder: FolderId, path: &str, depth: usize) -> Result<(), ArgoFailure> {
        let files = self.tree.files();
        for (name, entry) in files.entries(folder) {
            match entry {
                Entry::Folder(below) if self.directory.is_recursive() && depth < MAX_DEPTH => {
                    self.folder(below, &format!("{path}{name}/"), depth + 1)?;
                }
                Entry::Folder(_) => {}
                Entry::File(file) => self.file(folder, file, name, path)?,
            }
        }
        Ok(())
    }

    fn file(&mut self, folder: FolderId, file: FileId, name: &'w str, path: &str) -> Result<(), ArgoFailure> {
        let any_extension = self.directory.disables_extension_filter.is_some_and(|flag| flag.value);
        if !any_extension && !EXTENSIONS.iter().any(|extension| name.ends_with(extension)) {
            return Ok(());
        }
        let target = match self.tree.files().kind(file) {
            FileKind::Text | FileKind::Bytes => Some(file),
            FileKind::Symlink(_) => self.tree.file_in(folder, name),
        };
        let mut skip = |reason, place| self.build.skipped.push(Skipped { file: target.unwrap_or(file), reason, place });
        let Some(target) = target else {
            skip(SkipReason::Symlink, None);
            return Ok(());
        };
        let relative = format!("{path}{name}");
        match &self.exclude {
            Filter::Pattern(pattern, place) if pattern.matches(&relative) => {
                skip(SkipReason::Excluded, Some(*place));
                return Ok(());
            }
            Filter::Pattern(..) | Filter::Unset | Filter::Bad(_) => {}
        }
        match &self.include {
            Filter::Pattern(pattern, _) if pattern.matches(&relative) => {}
            Filter::Unset => {}
            Filter::Pattern(_, place) => {
                skip(SkipReason::NotIncluded, Some(*place));
                return Ok(());
            }
            Filter::Bad(text) => {
                skip(SkipReason::NotIncluded, text.file.map(|file| Place { file, span: text.span }));
                return Ok(());
            }
        }
        let manifests = self.repository.manifests(target);
        if manifests.has_skip_marker {
            skip(SkipReason::Marker, None);
            return Ok(());
        }
        if !name.ends_with(".jsonnet") {
            self.size += manifests.size as u64;
            if self.max_size > 0 && self.size > self.max_size {
                let text = "failed to get potentially valid manifests: exceeded max combined manifest file size";
                let failure = ArgoFailure::new(ArgoFailureKind::TooLarge, text);
                return Err(failure.at(Some(self.source.place())));
            }
        }
        self.taken.push((target, name));
        Ok(())
    }

    fn read(&mut self, file: FileId, name: &str) -> Result<(), ArgoFailure> {
        self.build.files.insert(file);
        if name.ends_with(".jsonnet") {
            let place = Some(Place { file, span: Span::default() });
            self.build.unknowns.push(ArgoUnknown { kind: ArgoUnknownKind::Jsonnet(file), place });
            return Ok(());
        }
        if name.ends_with(".json") {
            let text = self.repository.text(file).unwrap_or_default();
            let object = json_file::read(&text, name)
                .map_err(|fault| ArgoFailure::new(fault.kind, fault.text).at(Some(Place { file, span: fault.span })))?;
            self.build.objects.extend(object.as_ref().map(|object| built(object, file)));
            return Ok(());
        }
        let decoded = self.repository.decoded(file);
        if let Some(fault) = &decoded.fault {
            let place = Place { file, span: fault.span };
            if !decoded.objects.is_empty() || decoded.looks_like_manifest {
                let text = format!(
                    "rpc error: code = FailedPrecondition desc = Failed to unmarshal {name:?}: failed to unmarshal manifest: {}",
                    fault.text
                );
                return Err(ArgoFailure::new(ArgoFailureKind::Malformed, text).at(Some(place)));
            }
            self.build.skipped.push(Skipped { file, reason: SkipReason::NoManifest, place: Some(place) });
            self.build.lost.extend(fault.behind.iter().map(|span| Place { file, span: *span }));
        }
        if let Some(span) = decoded.bad_item {
            let failure = ArgoFailure::new(ArgoFailureKind::List, "items member is not an object");
            return Err(failure.at(Some(Place { file, span })));
        }
        self.build.objects.extend(decoded.objects.iter().map(|object| built(object, file)));
        Ok(())
    }
}

fn built(object: &DecodedObject, file: FileId) -> BuiltObject {
    let manifest = &object.manifest;
    let origin =
        Origin::Manifest { file, document: manifest.document, items: manifest.items.clone(), span: manifest.span };
    BuiltObject {
        object: Object::new(origin, Arc::clone(&manifest.header), None),
        has_generated_name: object.has_generated_name,
        without_kind: object.without_kind.clone(),
    }
}
