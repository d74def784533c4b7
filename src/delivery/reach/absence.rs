//! Why no deliverer takes a file: which one comes nearest, and what keeps it from the file.

use super::links::parent;
use super::model::{Absence, Deliverer, DelivererId, Detail, Link, Nearness, Outcome, Reach, Tool};
use crate::delivery::files::{FileId, FileKind, Files, is_below};
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;

/// An answer has so many deliverers.
const MAX_ANSWERS: usize = 3;

impl Nearness {
    pub(super) fn of(deliverers: &[Deliverer], details: &[Detail], files: &Files) -> Self {
        let mut near = Self::default();
        for ((deliverer, detail), id) in deliverers.iter().zip(details).zip(0..) {
            let kustomizations = match &deliverer.outcome {
                Outcome::Built { kustomizations, .. } => kustomizations.as_slice(),
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => &[],
            };
            let kustomized = kustomizations.iter().map(|file| parent(files.path(*file)));
            for folder in detail.folders.iter().map(String::as_str).chain(kustomized) {
                let known = near.0.entry(folder.to_owned()).or_default();
                if known.last() != Some(&DelivererId(id)) {
                    known.push(DelivererId(id));
                }
            }
        }
        near
    }
}

impl Reach {
    /// Why no deliverer takes a file, by the deliverers that come nearest to it, the nearest first. Empty: nothing is
    /// delivered of this repository.
    pub fn absence(&self, repository: &Repository<'_>, file: FileId) -> Vec<Absence> {
        if self.deliverers.is_empty() {
            return Vec::new();
        }
        let mut near: Vec<DelivererId> = Vec::new();
        let mut folder = parent(repository.files.path(file));
        loop {
            for id in self.details.near.0.get(folder).into_iter().flatten() {
                if near.len() < MAX_ANSWERS && !near.contains(id) {
                    near.push(*id);
                }
            }
            if folder.is_empty() || near.len() >= MAX_ANSWERS {
                break;
            }
            folder = parent(folder);
        }
        if near.is_empty() {
            near.extend(self.open_deliverer());
        }
        if near.is_empty() {
            return vec![Absence { deliverer: None, link: Link::OutsideOfPaths }];
        }
        near.into_iter().map(|id| Absence { deliverer: Some(id), link: self.link(repository, file, id) }).collect()
    }

    /// A deliverer of which it is not known which folder it takes: that may be any.
    fn open_deliverer(&self) -> Option<DelivererId> {
        let open = self
            .deliverers
            .iter()
            .position(|deliverer| deliverer.folder.is_none() && matches!(deliverer.outcome, Outcome::NotKnown(_)));
        open.and_then(|at| u32::try_from(at).ok()).map(DelivererId)
    }

    /// Manifests that a deliverer loses without an error, because a document before them in their file is no object.
    pub fn lost(&self, id: DelivererId) -> &[Place] {
        &self.details.of[id.0 as usize].lost
    }

    /// What keeps a deliverer from a file.
    fn link(&self, repository: &Repository<'_>, file: FileId, id: DelivererId) -> Link {
        let deliverer = self.deliverer(id);
        let detail = &self.details.of[id.0 as usize];
        if let Some(link) = detail.left_out.get(&file) {
            return link.clone();
        }
        let path = repository.files.path(file);
        if deliverer.tool == Tool::Flux && matches!(repository.files.kind(file), FileKind::Symlink(_)) {
            return Link::Symlink;
        }
        let ignores = detail.ignores.and_then(|at| self.details.ignores.get(at));
        if ignores.is_some_and(|ignores| ignores.leaves_out(path, false)) {
            return Link::Ignored;
        }
        let (files, kustomizations, other_files) = match &deliverer.outcome {
            Outcome::Built { files, kustomizations, other_files, .. } => (files, kustomizations, other_files),
            Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) => return Link::BuildFails,
            Outcome::NotKnown(why) => return Link::NotKnown(*why),
        };
        let has = |list: &[FileId]| list.contains(&file);
        if has(files) {
            return Link::NoObject;
        }
        if has(other_files) || has(kustomizations) {
            return Link::NoResource;
        }
        let above = kustomizations
            .iter()
            .copied()
            .filter(|kustomization| is_below(path, parent(repository.files.path(*kustomization))));
        match above.max_by_key(|kustomization| parent(repository.files.path(*kustomization)).len()) {
            Some(kustomization) => Link::NotListed { kustomization },
            None if !is_manifest_name(path, deliverer.tool) => Link::FileName,
            None if !detail.is_recursive && !detail.folders.iter().any(|folder| folder == parent(path)) => {
                Link::NotRecursive
            }
            None => Link::NoObject,
        }
    }
}

/// Whether a deliverer of a whole folder takes a file with such a name.
fn is_manifest_name(path: &str, tool: Tool) -> bool {
    match path.rsplit_once('.') {
        Some((_, "yaml" | "yml")) => true,
        Some((_, "json" | "jsonnet")) => tool == Tool::ArgoCd,
        Some(_) | None => false,
    }
}
