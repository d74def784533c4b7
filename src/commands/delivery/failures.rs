//! Why deliverers fail, for the rules: the class of the cause, its place, and what was meant instead of what is missing.

use super::facts::FactsOf;
use crate::delivery::Tree;
use crate::delivery::argo::sets::SetFailure;
use crate::delivery::argo::{ArgoFailure, ArgoFailureKind};
use crate::delivery::files::{Entry, Files, FolderId, Joined, join};
use crate::delivery::flux::substitution_fault;
use crate::delivery::kustomize::FILE_NAMES;
use crate::delivery::kustomize::failure::{Failure, FailureKind, ROOT, with_paths_of_repository};
use crate::delivery::place::Place;
use crate::delivery::reach::Deliverer;
use crate::delivery::repository::Repository;
use crate::domain::delivery_facts::{DeliveryFailure, FailureCause};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;
use crate::text::suggest::closest;

impl FactsOf<'_, '_> {
    pub(super) fn failure(&mut self, deliverer: &Deliverer, failure: &Failure) -> DeliveryFailure {
        let (cause, meant) = match failure.kind {
            FailureKind::Missing | FailureKind::NotAFolder if self.is_of_path(deliverer, failure) => {
                self.path_cause(deliverer)
            }
            FailureKind::Missing => self.entry_cause(failure),
            kind => (self.cause_of(kind, failure.place), None),
        };
        let is_of_text = failure.kind == FailureKind::Substitution;
        let of_text = failure.place.filter(|_| is_of_text).and_then(|place| unsubstitutable(self.repository, place));
        // In a kustomization that Flux makes, the entry has no place.
        let is_generated = failure.place.is_none_or(|place| place.file == deliverer.place.file);
        let of_component = (failure.kind == FailureKind::Component && is_generated).then(|| self.component(failure));
        self.described(cause, &failure.text, of_text.or(of_component.flatten()).or(failure.place), meant)
    }

    /// The kustomization of a folder that is a component and must not be one, or the reverse.
    fn component(&self, failure: &Failure) -> Option<Place> {
        let (_, rest) = failure.text.rsplit_once(&format!("for path '{ROOT}/"))?;
        let folder = rest.split('\'').next()?;
        let files = self.repository.files;
        let tree = Tree::checkout(files);
        FILE_NAMES.into_iter().find_map(|name| match tree.find(&format!("{folder}/{name}")) {
            Some(Entry::File(file)) => Some(Place { file, span: Span::default() }),
            Some(Entry::Folder(_)) | None => None,
        })
    }

    pub(super) fn argo_failure(&mut self, deliverer: &Deliverer, failure: &ArgoFailure) -> DeliveryFailure {
        let (cause, meant) = match failure.kind {
            ArgoFailureKind::Build(kind) => {
                let failure = Failure { kind, text: failure.text.clone(), place: failure.place };
                return self.failure(deliverer, &failure);
            }
            ArgoFailureKind::Path => self.path_cause(deliverer),
            ArgoFailureKind::Malformed if self.is_template(failure.place) => (FailureCause::Template, None),
            ArgoFailureKind::Malformed => (FailureCause::Malformed, None),
            ArgoFailureKind::Json | ArgoFailureKind::SeveralJson => (FailureCause::Json, None),
            ArgoFailureKind::NoKind if self.is_json(failure.place) => (FailureCause::Json, None),
            ArgoFailureKind::List | ArgoFailureKind::NoKind => (FailureCause::Incomplete, None),
            ArgoFailureKind::Symlink => (FailureCause::Symlink, None),
            ArgoFailureKind::SourceOverride | ArgoFailureKind::SeveralTypes => (FailureCause::Source, None),
            ArgoFailureKind::TooLarge => (FailureCause::TooLarge, None),
        };
        self.described(cause, &failure.text, failure.place, meant)
    }

    pub(super) fn set_failure(&mut self, failure: &SetFailure) -> DeliveryFailure {
        self.described(FailureCause::Set, &failure.text, Some(failure.place), None)
    }

    fn described(
        &mut self,
        cause: FailureCause,
        text: &str,
        place: Option<Place>,
        meant: Option<String>,
    ) -> DeliveryFailure {
        let text = with_paths_of_repository(text);
        DeliveryFailure { cause, text, place: place.and_then(|place| self.run.place(place)), meant, returned: None }
    }

    fn is_json(&self, place: Option<Place>) -> bool {
        place.is_some_and(|place| self.repository.files.path(place.file).ends_with(".json"))
    }

    /// Whether it is the path of the deliverer itself that is wrong.
    fn is_of_path(&self, deliverer: &Deliverer, failure: &Failure) -> bool {
        let own = deliverer.path.as_ref().map(|path| (path.file, path.span));
        let place = failure.place.map(|place| (Some(place.file), place.span));
        deliverer.folder.is_none() || place.is_none() || own.is_some() && own == place
    }

    fn path_cause(&self, deliverer: &Deliverer) -> (FailureCause, Option<String>) {
        let path = deliverer.path.as_ref().map_or("", |path| path.text.as_str());
        let (Joined::Inside(inner) | Joined::Outside(inner)) = join("", path);
        let files = self.repository.files;
        match Tree::checkout(files).find(&inner) {
            Some(Entry::Folder(_)) => (FailureCause::IgnoredPath, None),
            Some(Entry::File(_)) => (FailureCause::FileAsPath, None),
            None => (FailureCause::Path, meant(files, "", path)),
        }
    }

    fn entry_cause(&self, failure: &Failure) -> (FailureCause, Option<String>) {
        let files = self.repository.files;
        let written = failure.place.and_then(|place| {
            let text = self.repository.text(place.file)?;
            Some((place.file, place.span.slice(&text).trim_matches(['"', '\'']).to_owned()))
        });
        let Some((file, written)) = written.filter(|(_, written)| !written.contains('\n')) else {
            return (FailureCause::Other, None);
        };
        let path = files.path(file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (Joined::Inside(inner) | Joined::Outside(inner)) = join(folder, &written);
        match Tree::checkout(files).find(&inner) {
            Some(_) => (FailureCause::LeftOutEntry(written), None),
            None => {
                let meant = meant(files, folder, &written);
                (FailureCause::Entry(written), meant)
            }
        }
    }

    fn cause_of(&self, kind: FailureKind, place: Option<Place>) -> FailureCause {
        match kind {
            FailureKind::NoKustomization => FailureCause::NoKustomization,
            FailureKind::SeveralKustomizations => FailureCause::SeveralKustomizations,
            FailureKind::EmptyKustomization
            | FailureKind::UnknownField
            | FailureKind::WrongType
            | FailureKind::WrongVersion => FailureCause::Kustomization,
            FailureKind::NoObject | FailureKind::Malformed if self.is_template(place) => FailureCause::Template,
            FailureKind::NoObject | FailureKind::BadList => FailureCause::NoManifest,
            FailureKind::Malformed | FailureKind::BadSeparator => FailureCause::Malformed,
            FailureKind::MissingKind | FailureKind::MissingName | FailureKind::MissingVersion => {
                FailureCause::Incomplete
            }
            FailureKind::Encoding(_) => FailureCause::Unwritable,
            FailureKind::DuplicateId => FailureCause::Duplicate,
            FailureKind::NamespaceConflict => FailureCause::NamespaceConflict,
            FailureKind::PatchTarget | FailureKind::BadPatch => FailureCause::Patch,
            FailureKind::VariableName
            | FailureKind::Substitution
            | FailureKind::VariableNotSet
            | FailureKind::SubstitutedText => FailureCause::Substitution,
            FailureKind::TooLarge => FailureCause::TooLarge,
            FailureKind::Missing
            | FailureKind::NotAFolder
            | FailureKind::Cycle
            | FailureKind::Restricted
            | FailureKind::Outside
            | FailureKind::AbsolutePath
            | FailureKind::Component
            | FailureKind::Crds
            | FailureKind::Helm
            | FailureKind::Plugin
            | FailureKind::Generator
            | FailureKind::Replacement
            | FailureKind::Sort => FailureCause::Other,
        }
    }

    /// Whether the file is a template of Helm, Jinja or the like.
    fn is_template(&self, place: Option<Place>) -> bool {
        let text = place.and_then(|place| self.repository.text(place.file));
        text.is_some_and(|text| {
            ["{{", "{%"].iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
        })
    }
}

/// The path as written, with the name that does not exist replaced by the closest that does.
fn meant(files: &Files, folder: &str, written: &str) -> Option<String> {
    let tree = Tree::checkout(files);
    let names: Vec<&str> = written.split('/').collect();
    for at in 0..names.len() {
        let (Joined::Inside(above) | Joined::Outside(above)) = join(folder, &names[..at].join("/"));
        let Some(Entry::Folder(above)) = tree.find(&above) else { return None };
        if names[at].contains('*') {
            return None;
        }
        if matches!(names[at], "" | "." | "..") || files.entry(above, names[at]).is_some() {
            continue;
        }
        let near = nearest(files, above, names[at])?;
        let mut meant = names.clone();
        meant[at] = near;
        let meant = meant.join("/");
        let (Joined::Inside(path) | Joined::Outside(path)) = join(folder, &meant);
        return tree.find(&path).map(|_| meant);
    }
    None
}

fn nearest<'f>(files: &'f Files, folder: FolderId, name: &str) -> Option<&'f str> {
    closest(name, files.entries(folder).map(|(name, _)| name))
}

/// The scalar of a manifest whose `${` ends the build.
fn unsubstitutable(repository: &Repository<'_>, place: Place) -> Option<Place> {
    let text = repository.text(place.file)?;
    let mut found = None;
    repository.documents(&text, &mut |document| {
        let mut waiting: Vec<Value<'_>> = document.value.into_iter().collect();
        while let Some(value) = waiting.pop().filter(|_| found.is_none()) {
            let is_bad = |value: &Value<'_>| value.as_str().is_some_and(|text| substitution_fault(text).is_some());
            let entries: Vec<_> = value.entries().collect();
            let keys = entries.iter().map(|(key, _)| *key).filter(is_bad);
            let bad = keys.chain(Some(value).filter(is_bad)).find(|bad| place.span.contains(bad.span().start as usize));
            found = bad.map(|bad| Place { file: place.file, span: bad.span() });
            let members = value.items().chain(entries.into_iter().map(|(_, member)| member));
            let mut members: Vec<Value<'_>> = members.collect();
            members.reverse();
            waiting.append(&mut members);
        }
    });
    found
}
