//! Generates the files that set up a repository: config, hook, pipeline, and Git's ignore rules and attributes. It
//! takes the existing texts and returns the new ones. A file of the user is extended, never replaced; if it cannot be
//! extended safely, the lines are shown for the user to add.

pub mod attributes;
mod azure;
mod bitbucket;
mod block;
mod circleci;
mod codefresh;
mod config;
mod drafts;
mod drift;
pub mod editor;
pub mod example;
mod facts;
mod github;
mod gitlab;
mod hook;
pub mod ignored;
mod install;
mod jenkins;
mod names;
mod paste;
mod pipeline;
mod template;
#[cfg(test)]
mod tests;

pub use drafts::{Draft, Kept, Wanted};
pub use drift::{WATCHING, is_scheduled};
pub use facts::{CiSystem, ConfigDelivery, Facts};
pub use paste::{Paste, PastePart};

/// The folders that hold pipelines of ours under names of their own.
pub const PIPELINE_FOLDERS: [&str; 4] = [".github/workflows", ".gitlab", ".azure-pipelines", ".codefresh"];

/// Whether [`draft`] writes a pipeline, or a part of one, to this path.
pub fn is_pipeline(path: &str) -> bool {
    let is_below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    PIPELINE_FOLDERS.into_iter().any(is_below)
        || [bitbucket::PATH, circleci::PATH].contains(&path)
        || path.starts_with(jenkins::USUAL)
}

/// The paths whose texts [`draft`] needs.
pub fn paths(folder: &str) -> Vec<String> {
    let mut paths = vec![config::path(folder), hook::PATH.to_owned(), ignored::path(folder)];
    paths.push(attributes::path(folder));
    paths.push(github::path(folder));
    paths.extend(gitlab::paths(folder));
    paths.extend(drift::paths(folder));
    paths.push(azure::path(folder));
    paths.extend([bitbucket::PATH.to_owned(), circleci::PATH.to_owned()]);
    paths.extend(codefresh::paths(folder));
    paths.extend(jenkins::paths(folder));
    paths.push(editor::path(folder));
    paths
}

pub fn draft(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    if !facts.has_config {
        draft.own(facts, config::path(facts.folder), config::text(facts));
    }
    if facts.wants_hook {
        hook::draft(facts, &mut draft);
    }
    match facts.ci {
        CiSystem::Github => github::draft(facts, &mut draft),
        CiSystem::Gitlab => gitlab::draft(facts, &mut draft, &drift::included(facts)),
        CiSystem::Azure => azure::draft(facts, &mut draft),
        CiSystem::Bitbucket => bitbucket::draft(facts, &mut draft),
        CiSystem::Circleci => circleci::draft(facts, &mut draft),
        CiSystem::Codefresh => codefresh::draft(facts, &mut draft),
        CiSystem::Jenkins => jenkins::draft(facts, &mut draft),
        CiSystem::Other => {}
    }
    drift::draft(facts, &mut draft);
    ignored::draft(facts, &mut draft);
    if facts.wants_attributes {
        attributes::draft(facts, &mut draft);
    }
    draft
}
