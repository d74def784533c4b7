//! The new path of the file of a renamed entity, and the kustomizations that list the old one.

use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::rename::error::RenameError;
use crate::domain::entity::identifier::to_resource_name;
use crate::domain::file_name::is_device;
use crate::domain::finding::{Edit, FileId};
use crate::domain::platform::Platform;
use crate::manifest::{Limits, Reader};
use crate::sources::{self, ReadBuffer, SourceFile};

const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The path with the new identifier as its name; `None` if the file has that name already.
pub(super) fn new_path(
    file: FileId,
    text: &str,
    identifier: &str,
    repository: &RepositoryIndex,
    context: &Context<'_>,
) -> Result<Option<PathBuf>, RenameError> {
    let fail = |reason: String| RenameError::File { reason };
    let path = Path::new(repository.path(file));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if Platform::by_bare_file(name).is_some() {
        return Err(fail(format!("Port looks for this name: `{}`", path.display())));
    }
    let mut documents = 0;
    Reader::new(Limits::default()).read_all(text, &mut |_| documents += 1);
    let entities = repository.index.entities().filter(|entity| entity.file() == file).count();
    if documents != 1 || entities != 1 {
        return Err(fail(format!("`{}` has other content too", path.display())));
    }
    let stem = to_resource_name(identifier);
    if stem.is_empty() || is_device(&stem) {
        return Err(fail(format!("`{identifier}` makes no file name")));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("yaml");
    let new = path.with_file_name(format!("{stem}.{extension}"));
    if new == path {
        return Ok(None);
    }
    let root = &context.settings.root.value;
    let is_read = context.settings.pattern().is_ok_and(|pattern| pattern.matches(&new));
    let is_ignored = context.git.repository().ok().flatten().is_some_and(|git| git.ignores_at(&root.join(&new)));
    if !is_read || is_ignored {
        let why = if is_read { "Git ignores it" } else { "`manifests.include` and `exclude` leave it out" };
        return Err(fail(format!("portolan would not read `{}`: {why}", new.display())));
    }
    if sources::is_taken(&root.join(&new)) {
        return Err(fail(format!("`{}` exists already", new.display())));
    }
    Ok(Some(new))
}

/// The kustomizations in the folders of a file that list it as a resource, each with its edits.
pub(super) fn listing_kustomizations(old: &Path, new: &Path, root: &Path) -> Vec<(SourceFile, Vec<Edit>)> {
    let mut found = Vec::new();
    let mut buffer = ReadBuffer::default();
    for folder in old.ancestors().skip(1) {
        for name in KUSTOMIZATIONS {
            let path = sources::path_text(&folder.join(name));
            let Some(file) = sources::find_file(root, &path) else { continue };
            let Ok(text) = sources::read(&file, &mut buffer) else { continue };
            let edits = listed(text.text, old.strip_prefix(folder).ok(), new.strip_prefix(folder).ok());
            if !edits.is_empty() {
                found.push((file, edits));
            }
        }
    }
    found
}

fn listed(text: &str, old: Option<&Path>, new: Option<&Path>) -> Vec<Edit> {
    let Some((old, new)) = old.zip(new) else { return Vec::new() };
    let (old, new) = (sources::path_text(old), sources::path_text(new));
    let mut edits = Vec::new();
    Reader::new(Limits::default()).read_all(text, &mut |document| {
        let resources = document.view.root().and_then(|root| root.get("resources"));
        for item in resources.into_iter().flat_map(|list| list.items()).filter(|item| !item.is_copied()) {
            let is_it = item.as_str().is_some_and(|path| path.strip_prefix("./").unwrap_or(path) == old);
            // The old path is in the text as it is, so the rest of the scalar keeps its style.
            if is_it && item.raw().contains(&old) {
                edits.push(Edit { span: item.span(), replacement: item.raw().replace(&old, &new) });
            }
        }
    });
    edits
}
