//! The identifier that the catalog has of a renamed entity: the one before the first rename that has not reached the branch
//! from which pushes come.

use crate::commands::workspace::git::Git;
use crate::manifest;
use crate::settings::{Delivery, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, ReadBuffer};

/// The identifier for the annotation. `earlier`: the one that the manifest has. `None` where the exporter writes the
/// catalog, since it knows no renames.
pub(crate) fn former_identifier(
    identifier: &str,
    earlier: Option<&str>,
    path: &str,
    settings: &Settings,
    git: &Git,
) -> Option<String> {
    if settings.delivery.value == Delivery::Cluster {
        return None;
    }
    let earlier = earlier.filter(|earlier| *earlier != identifier && !is_at_base(identifier, path, settings, git));
    Some(earlier.unwrap_or(identifier).to_owned())
}

/// Whether the file has this identifier where the branch began; on the default branch, in its last commit.
fn is_at_base(identifier: &str, path: &str, settings: &Settings, git: &Git) -> bool {
    let Some(repository) = git.repository().ok().flatten() else { return false };
    let Some(commit) = base(repository) else { return false };
    let Ok(Some(file)) = repository.file_at(&settings.root.value, path, commit) else { return false };
    let mut buffer = ReadBuffer::default();
    let Ok(text) = sources::read(&file, &mut buffer) else { return false };
    manifest::salvage(text.text).iter().any(|name| name.identifier == identifier)
}

fn base(repository: &Repository) -> Option<CommitId> {
    let head = repository.head_commit().ok().flatten()?;
    let Some(branch) = repository.default_branch() else { return Some(head) };
    let names = [format!("origin/{branch}"), branch];
    Some(names.iter().find_map(|name| repository.parting(name).ok().flatten()).unwrap_or(head))
}
