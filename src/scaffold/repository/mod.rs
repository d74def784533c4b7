//! Generates the files that set up a repository: config, hook, pipeline, and Git's ignore rules and attributes. It
//! takes the existing texts and returns the new ones. A file of the user is extended, never replaced; if it cannot be
//! extended safely, the lines are shown for the user to add.

pub mod attributes;
mod block;
mod config;
mod drafts;
pub mod editor;
pub mod example;
mod facts;
mod github;
mod gitlab;
mod hook;
pub mod ignored;
mod install;
mod names;
#[cfg(test)]
mod tests;

pub use drafts::{Draft, Kept, Paste, Wanted};
pub use facts::{ConfigDelivery, Facts, Forge};

/// The paths whose texts [`draft`] needs.
pub fn paths(folder: &str) -> Vec<String> {
    let mut paths = vec![config::path(folder), hook::PATH.to_owned(), ignored::path(folder)];
    paths.push(attributes::path(folder));
    paths.push(github::path(folder));
    paths.extend(gitlab::paths(folder));
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
    match facts.forge {
        Forge::Github => github::draft(facts, &mut draft),
        Forge::Gitlab => gitlab::draft(facts, &mut draft),
        Forge::Other => {}
    }
    ignored::draft(facts, &mut draft);
    if facts.wants_attributes {
        attributes::draft(facts, &mut draft);
    }
    draft
}
