//! The new path of the file of a renamed entity.

use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::rename::error::RenameError;
use crate::domain::entity::identifier::to_resource_name;
use crate::domain::file_name::is_device;
use crate::domain::finding::FileId;
use crate::domain::platform::Platform;
use crate::manifest::{Limits, Reader};
use crate::sources;

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
