//! Generates the files that set up a repository: config, hook, pipeline, and Git's ignore rules and attributes. It
//! takes the existing texts and returns the new ones. A file of the user is extended, never replaced; if it cannot be
//! extended safely, the lines are shown for the user to add.

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

/// The CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    Github,
    Gitlab,
    /// Another CI system, or none: no pipeline is written.
    Other,
}

/// Facts about the repository. All paths are relative to its top.
pub struct Facts<'a> {
    pub platform: &'static Platform,
    /// The catalog for the config.
    pub catalog: Option<&'a str>,
    /// A URL that the config must not name, because a pull request can change the config; the pipeline names it.
    pub pipeline_catalog: Option<&'a str>,
    /// The pipeline has a catalog to compare with and to push to.
    pub has_catalog: bool,
    pub scope: Option<&'a str>,
    pub include: &'a [String],
    /// Folders with a config and a scope of their own.
    pub exclude: &'a [String],
    pub forge: Forge,
    pub branch: &'a str,
    /// The folder of the config; empty at the top.
    pub folder: &'a str,
    pub has_config: bool,
    pub wants_hook: bool,
    /// Patterns of [`ignored::PATTERNS`] whose files Git does not ignore yet; empty outside Git.
    pub unignored: &'a [&'static str],
    /// Whether Git should merge `known-entities.txt` by keeping the lines of both sides.
    pub wants_attributes: bool,
    /// The version to install. `None` if this portolan was built from source, because its version was never published.
    pub published: Option<&'a str>,
    /// The URL of portolan's source; empty if the package metadata names none.
    pub source: &'a str,
    /// The existing texts, by path.
    pub texts: &'a BTreeMap<String, String>,
    /// Parses a YAML text; `None` if it is not valid.
    pub read: &'a dyn Fn(&str) -> Option<Value>,
}

/// A file with its new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub path: String,
    /// The old content; `None` for a new file.
    pub before: Option<String>,
    pub after: String,
}

/// Lines for a file that cannot be edited safely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    pub path: String,
    /// A clause.
    pub why: &'static str,
    pub lines: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub files: Vec<Wanted>,
    pub pastes: Vec<Paste>,
    pub kept: Vec<Kept>,
}

/// A file that `init` would write or extend, and that stays unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: String,
    pub why: &'static str,
}

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

impl Draft {
    /// A file that only `init` writes: created if it does not exist.
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

/// Compares lines only, because Git may have changed the line endings.
fn same_lines(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

/// A scalar that every YAML reader reads as this text.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The suffix `-services-cart` for the names of a folder's jobs and files; empty at the top.
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
