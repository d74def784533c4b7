//! The files that Flux's source controller leaves out of an artifact: patterns of `.sourceignore` files and of
//! `spec.ignore`, in the syntax of `.gitignore` as Flux reads it, and the default patterns.

use std::sync::LazyLock;

use super::files::{Entry, FileId, Files, FolderId};
use super::glob;
use super::place::Place;
use super::repository::Repository;
use super::tree::Tree;
use crate::domain::document::span::Span;

const IGNORE_FILE: &str = ".sourceignore";

/// Left out by default, whether there are patterns or not; a pattern with `!` includes them.
const VERSION_CONTROL: [&str; 4] = [".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// Left out only if no pattern is written.
const DEFAULTS: [&str; 20] = [
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// Go reads lines up to this length, and stops at a longer one.
const MAX_LINE: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// The folder in which it applies, without the repository's own.
    domain: Vec<String>,
    parts: Vec<String>,
    is_inclusion: bool,
    is_for_folders: bool,
    has_slash: bool,
}

/// The patterns that apply to a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignores {
    patterns: Vec<Pattern>,
    /// The first pattern in a file, because of which the default patterns do not apply.
    pub first_written: Option<Place>,
    /// Whether the default patterns apply.
    pub has_defaults: bool,
}

impl Ignores {
    /// The patterns for a source whose `spec.ignore` is `written`.
    pub fn of(repository: &Repository<'_>, written: Option<&str>) -> Self {
        let mut found = Found { repository, tree: Tree::checkout(repository.files), patterns: Vec::new(), first: None };
        found.read_folder(Files::ROOT);
        for (line, _) in lines(written.unwrap_or_default()) {
            found.patterns.push(Pattern::parse(line, &[]));
        }
        let has_defaults = found.patterns.is_empty();
        let defaults = if has_defaults { &DEFAULTS[..] } else { &[] };
        let mut patterns: Vec<_> =
            VERSION_CONTROL.iter().chain(defaults).map(|pattern| Pattern::parse(pattern, &[])).collect();
        patterns.append(&mut found.patterns);
        Self { patterns, first_written: found.first, has_defaults }
    }

    /// Whether a path is left out. The last pattern that matches decides.
    pub fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let decides = self.patterns.iter().rev().find(|pattern| pattern.matches(&names, is_folder));
        decides.is_some_and(|pattern| !pattern.is_inclusion)
    }

    /// The pattern by which Flux leaves out a file, if no pattern is written.
    pub fn default_for(path: &str) -> Option<&'static str> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        PARSED_DEFAULTS.iter().find(|(_, pattern)| pattern.matches(&names, false)).map(|(text, _)| *text)
    }

    /// The artifact that the source controller makes of the repository: no symlinks, and nothing that is left out.
    pub fn artifact<'f>(&self, files: &'f Files) -> Tree<'f> {
        Tree::copy_without(files, |path, is_folder| self.leaves_out(path, is_folder))
    }
}

static PARSED_DEFAULTS: LazyLock<Vec<(&'static str, Pattern)>> =
    LazyLock::new(|| DEFAULTS.into_iter().map(|text| (text, Pattern::parse(text, &[]))).collect());

/// The patterns of the `.sourceignore` files found so far.
struct Found<'r, 'f> {
    repository: &'r Repository<'f>,
    tree: Tree<'f>,
    patterns: Vec<Pattern>,
    first: Option<Place>,
}

impl Found<'_, '_> {
    fn read_folder(&mut self, folder: FolderId) {
        let files = self.repository.files;
        if let Some(file) = self.tree.file_in(folder, IGNORE_FILE) {
            self.read_file(file, files.folder_path(folder));
        }
        for (name, entry) in files.entries(folder) {
            match entry {
                Entry::Folder(below) if name != ".git" => self.read_folder(below),
                Entry::Folder(_) | Entry::File(_) => {}
            }
        }
    }

    fn read_file(&mut self, file: FileId, folder: &str) {
        let domain: Vec<String> = folder.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let Some(text) = self.repository.text(file) else { return };
        for (line, at) in lines(&text) {
            self.first.get_or_insert(Place { file, span: Span::new(at, at + line.len()) });
            self.patterns.push(Pattern::parse(line, &domain));
        }
    }
}

/// The lines with patterns, and where they start.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines
        .take_while(|line| line.len() < MAX_LINE)
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(move |line| (line, line.as_ptr() as usize - text.as_ptr() as usize))
}

impl Pattern {
    fn parse(text: &str, domain: &[String]) -> Self {
        let (is_inclusion, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let text = if text.ends_with("\\ ") { text } else { text.trim_end_matches(' ') };
        let (is_for_folders, text) = text.strip_suffix('/').map_or((false, text), |rest| (true, rest));
        Self {
            domain: domain.to_vec(),
            parts: text.split('/').map(str::to_owned).collect(),
            is_inclusion,
            is_for_folders,
            has_slash: text.contains('/'),
        }
    }

    fn matches(&self, names: &[&str], is_folder: bool) -> bool {
        let Some(inner) = names.get(self.domain.len()..).filter(|inner| !inner.is_empty()) else { return false };
        if !self.domain.iter().zip(names).all(|(wanted, name)| wanted == name) {
            return false;
        }
        if self.has_slash { self.matches_path(inner, is_folder) } else { self.matches_a_name(inner, is_folder) }
    }

    /// A pattern without a slash matches any name on the path.
    fn matches_a_name(&self, names: &[&str], is_folder: bool) -> bool {
        let pattern = self.parts.first().map_or("", String::as_str);
        for (at, name) in names.iter().enumerate() {
            if glob::matches(pattern, name) {
                return !(self.is_for_folders && !is_folder && at + 1 == names.len());
            }
        }
        false
    }

    /// A pattern with a slash matches from the start of its folder; what is below a match matches too.
    fn matches_path(&self, mut names: &[&str], is_folder: bool) -> bool {
        let (mut is_matched, mut skips) = (false, false);
        for (at, part) in self.parts.iter().enumerate() {
            if part.is_empty() {
                skips = false;
                continue;
            }
            if part == "**" {
                if at + 1 == self.parts.len() {
                    break;
                }
                skips = true;
                continue;
            }
            if part.contains("**") || names.is_empty() {
                return false;
            }
            if skips {
                skips = false;
                while let Some((name, rest)) = names.split_first() {
                    names = rest;
                    if glob::matches(part, name) {
                        is_matched = true;
                        break;
                    }
                    is_matched &= !rest.is_empty();
                }
            } else {
                let Some((name, rest)) = names.split_first() else { return false };
                if !glob::matches(part, name) {
                    return false;
                }
                is_matched = true;
                names = rest;
            }
        }
        is_matched && !(self.is_for_folders && !is_folder && names.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(pattern: &str, path: &str, is_folder: bool) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        Pattern::parse(pattern, &[]).matches(&names, is_folder)
    }

    #[test]
    fn patterns_match_as_in_flux() {
        for (pattern, path) in [
            ("*.md", "docs/a.md"),
            ("docs/", "docs/a.md"),
            ("docs", "x/docs/y/a.md"),
            ("/docs/", "docs/a.md"),
            ("a/*.yaml", "a/b.yaml"),
            ("**/x.yaml", "a/b/x.yaml"),
            ("a/**", "a/b/c"),
            ("!a", "a"),
            ("a ", "a"),
        ] {
            assert!(left_out(pattern, path, false), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("docs/", "docs"),
            ("/a.md", "docs/a.md"),
            ("a/*.yaml", "a/b/c.yaml"),
            ("a**/b", "aa/b"),
            ("[", "["),
            ("**", "a/**"),
        ] {
            assert_eq!(left_out(pattern, path, false), pattern == "**", "{pattern} {path}");
        }
        assert!(left_out("docs/", "docs", true));
    }

    #[test]
    fn defaults_are_named() {
        assert_eq!(Ignores::default_for(".github/workflows/ci.yml"), Some(".github/"));
        assert_eq!(Ignores::default_for("apps/.sops.yaml"), Some("**/.sops.yaml"));
        assert_eq!(Ignores::default_for("catalog/a.yaml"), None);
    }

    #[test]
    fn comments_and_blank_lines_are_no_patterns() {
        let found: Vec<_> = lines("# a\r\n\n  \nb\r\n#c\nd").collect();
        assert_eq!(found, [("b", 9), ("d", 15)]);
    }
}
