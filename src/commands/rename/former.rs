//! The identifiers that the catalog may have of a renamed entity: the one before the first rename that has not reached the
//! branch from which pushes come, and those since, since a push may have come from the work tree.

use crate::commands::workspace::git::Git;
use crate::domain::entity::desired::former_identifiers;
use crate::manifest;
use crate::settings::{Delivery, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, ReadBuffer};

/// The text of the annotation, the latest identifier first. `earlier`: what the manifest has. `None` where the exporter
/// writes the catalog, since it knows no renames.
pub(crate) fn former_identifier(
    identifier: &str,
    to: &str,
    earlier: Option<&str>,
    path: &str,
    settings: &Settings,
    git: &Git,
) -> Option<String> {
    if settings.delivery.value == Delivery::Cluster {
        return None;
    }
    let mut former = vec![identifier];
    let earlier = earlier.filter(|_| !is_at_base(identifier, path, settings, git));
    former.extend(former_identifiers(earlier.unwrap_or_default()).filter(|earlier| *earlier != identifier));
    // The way back to where it began.
    if former.last() == Some(&to) {
        return Some(to.to_owned());
    }
    former.retain(|identifier| *identifier != to);
    Some(former.join(" "))
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
