//! The kustomization that Flux builds: the file at its path with the fields of the Flux Kustomization, or one that names
//! every YAML file below.

use super::objects;
use crate::delivery::files::{Entry, FolderId, Joined, join};
use crate::delivery::kustomize::FILE_NAMES;
use crate::delivery::kustomize::failure::{Failure, FailureKind, shown};
use crate::delivery::kustomize::kustomization::{Kustomization, Strictness};
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// What Flux builds at a folder, and whether the folder has no kustomization file.
pub(super) fn generate(
    repository: &Repository<'_>,
    tree: &Tree<'_>,
    folder: FolderId,
    spec: &objects::Kustomization,
) -> Result<(Kustomization, bool), Failure> {
    let written = FILE_NAMES.into_iter().find_map(|name| tree.file_in(folder, name));
    let mut kustomization = match written {
        Some(file) => {
            let mut read = Kustomization::read(repository, file, Strictness::Lenient)?;
            if read.resources.is_empty() {
                // So that kustomize does not find it empty.
                read.build_metadata = vec!["originAnnotations".to_owned()];
            }
            read
        }
        None => {
            let mut scan = Scan { repository, tree, resources: Vec::new() };
            scan.folder(folder, ".")?;
            let namespace = scan.resources.is_empty().then(|| text("_placeholder"));
            Kustomization { resources: scan.resources, namespace, ..Kustomization::default() }
        }
    };
    add_spec(&mut kustomization, tree, folder, spec)?;
    Ok((kustomization, written.is_none()))
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned(), ..Text::default() }
}

/// The files and folders that a generated kustomization names.
struct Scan<'s, 'r> {
    repository: &'s Repository<'r>,
    tree: &'s Tree<'s>,
    resources: Vec<Text>,
}

impl Scan<'_, '_> {
    fn folder(&mut self, folder: FolderId, path: &str) -> Result<(), Failure> {
        for (name, entry) in self.tree.entries(folder) {
            let path = format!("{path}/{name}");
            match entry {
                Entry::Folder(below) if has_kustomization(self.tree, below) => self.resources.push(text(&path)),
                Entry::Folder(below) => self.folder(below, &path)?,
                Entry::File(file) => {
                    if !matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml"))) {
                        continue;
                    }
                    if let Some(fault) = &self.repository.manifests(file).fault {
                        let heading =
                            format!("failed to decode Kubernetes YAML from {}", shown(self.tree.files().path(file)));
                        let failure = Failure::new(fault.kind, fault.text.clone()).within(&heading);
                        return Err(failure.at(Some(Place { file, span: fault.span })));
                    }
                    self.resources.push(text(&path));
                }
            }
        }
        Ok(())
    }
}

fn has_kustomization(tree: &Tree<'_>, folder: FolderId) -> bool {
    FILE_NAMES.into_iter().any(|name| tree.file_in(folder, name).is_some())
}

fn add_spec(
    kustomization: &mut Kustomization,
    tree: &Tree<'_>,
    folder: FolderId,
    spec: &objects::Kustomization,
) -> Result<(), Failure> {
    let replace = |field: &mut Option<Text>, given: &Option<Text>| {
        if let Some(given) = given {
            *field = Some(given.clone()).filter(|given| !given.text.is_empty());
        }
    };
    replace(&mut kustomization.namespace, &spec.target_namespace);
    replace(&mut kustomization.name_prefix, &spec.name_prefix);
    replace(&mut kustomization.name_suffix, &spec.name_suffix);
    kustomization.patches.extend(spec.patches.iter().cloned());
    for component in &spec.components {
        let path = &component.text;
        if path.is_empty() || path.starts_with('/') || path.contains("://") {
            let text = format!("component path '{path}' must be local and relative");
            let place = component.file.map(|file| Place { file, span: component.span });
            return Err(Failure::new(FailureKind::AbsolutePath, text).at(place));
        }
        let exists = match join(tree.files().folder_path(folder), path) {
            Joined::Inside(path) => tree.find(&path).is_some(),
            Joined::Outside(_) => false,
        };
        if exists || !spec.ignores_missing_components {
            kustomization.components.push(component.clone());
        }
    }
    kustomization.containers = kustomization.containers.or(spec.images);
    if !spec.build_metadata.is_empty() {
        kustomization.build_metadata = spec.build_metadata.iter().map(|option| option.text.clone()).collect();
    }
    Ok(())
}
