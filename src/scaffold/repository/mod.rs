//! The files that set up a repository: config, hook, pipeline, and Git's ignore rules and attributes. It takes the texts
//! that exist and returns what they should be. A file of the user is extended, never replaced; where it cannot be extended
//! safely, the lines are shown to be pasted instead.

pub mod attributes;
mod block;
mod config;
pub mod editor;
pub mod example;
mod github;
mod gitlab;
mod hook;
pub mod ignored;
mod install;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::platform::Platform;

/// Where pipelines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    Github,
    Gitlab,
    /// Another one, or none: nothing is written for it.
    Other,
}

/// What is known of the repository. All paths are relative to its top.
pub struct Facts<'a> {
    pub platform: &'static Platform,
    /// For the config.
    pub catalog: Option<&'a str>,
    /// An address that the config may not name, since a pull request can change that: the pipeline does.
    pub pipeline_catalog: Option<&'a str>,
    /// The pipeline has a catalog to compare with and to push to.
    pub has_catalog: bool,
    pub scope: Option<&'a str>,
    pub include: &'a [String],
    /// Folders that have a config, and a scope, of their own.
    pub exclude: &'a [String],
    pub forge: Forge,
    pub branch: &'a str,
    /// The folder of the config; empty at the top.
    pub folder: &'a str,
    pub has_config: bool,
    pub wants_hook: bool,
    /// Patterns of [`ignored::PATTERNS`] for files that Git does not ignore yet; empty outside of Git.
    pub unignored: &'a [&'static str],
    /// Git merges `known-entities.txt` by keeping the lines of both sides.
    pub wants_attributes: bool,
    /// The version to install. `None`: this portolan was built from source, and its version was never published.
    pub published: Option<&'a str>,
    /// Where portolan's source is; empty if nobody wrote it down.
    pub source: &'a str,
    /// The texts that are there.
    pub texts: &'a BTreeMap<String, String>,
    /// The value of a YAML text; `None`: it is broken.
    pub read: &'a dyn Fn(&str) -> Option<Value>,
}

/// A file as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub path: String,
    /// `None`: it is not there yet.
    pub before: Option<String>,
    pub after: String,
}

/// Lines for a file that cannot be changed with certainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    pub path: String,
    /// As a clause.
    pub why: &'static str,
    pub lines: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub files: Vec<Wanted>,
    pub pastes: Vec<Paste>,
    pub kept: Vec<Kept>,
}

/// A file that `init` would write or extend, and leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: String,
    pub why: &'static str,
}

/// The paths whose texts [`draft`] wants to know.
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

impl Draft {
    /// A file that `init` alone writes: created where there is none.
    fn own(&mut self, facts: &Facts<'_>, path: String, text: String) {
        match facts.texts.get(&path) {
            None => self.files.push(Wanted { path, before: None, after: text }),
            Some(there) if same_lines(there, &text) => self.keep(path, "is up to date"),
            Some(_) => {
                self.keep(path, "was changed; to get the one of this version, delete it and run `portolan init`")
            }
        }
    }

    fn keep(&mut self, path: String, why: &'static str) {
        self.kept.push(Kept { path, why });
    }

    fn change(&mut self, path: String, before: &str, after: String) {
        self.files.push(Wanted { path, before: Some(before.to_owned()), after });
    }
}

/// Git may have changed the line ends on the way to the disk.
fn same_lines(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

/// A scalar that every reader of YAML takes for this text.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `-services-cart` behind the names of a folder's jobs and files; nothing at the top.
fn suffix(folder: &str) -> String {
    if folder.is_empty() {
        return String::new();
    }
    let plain = folder.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("-{}", plain.collect::<String>().trim_matches('-'))
}

/// The path of a file in the config's folder.
fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
