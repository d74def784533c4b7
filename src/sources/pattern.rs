//! Globs of `manifests.include` and `manifests.exclude`, relative to the root. Without includes, every YAML file
//! matches; manifests are recognised by their content later.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::path::path_text;
use crate::domain::error_class::ExitClass;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Folders of tools, including our own, that never contain manifests.
const SKIPPED_FOLDERS: [&str; 2] = [".git", ".portolan"];

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("invalid glob `{glob}`: {reason}")]
#[diagnostic(code("invalid-glob"), help("write a glob relative to the root, such as `catalog/**/*.{{yaml,yml}}`"))]
pub struct PatternError {
    /// As the user wrote it.
    pub glob: String,
    pub reason: String,
}

/// Compiled includes and excludes.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// `None`: every `*.yaml` and `*.yml`.
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    /// The literal folders at the start of the includes; empty if an include may match anywhere.
    starts: Vec<PathBuf>,
    /// The same, without the includes that may match anywhere.
    named_starts: Vec<PathBuf>,
}

impl Pattern {
    pub fn new<S: AsRef<str>>(include: &[S], exclude: &[S]) -> Result<Self, PatternError> {
        let included: Vec<&str> = include.iter().map(|glob| relative(glob.as_ref())).collect();
        let mut starts: Vec<PathBuf> = included.iter().map(|glob| literal_start(glob)).collect();
        let named_starts = starts.iter().filter(|start| !start.as_os_str().is_empty()).cloned().collect();
        if starts.iter().any(|start| start.as_os_str().is_empty()) {
            starts.clear();
        }
        let include = compile(include, |glob| {
            let folder = glob.trim_end_matches('/');
            match folder.strip_suffix("**") {
                Some(above) => vec![format!("{above}**/*.{{yaml,yml}}")],
                // `catalog` may be a folder; `*.yaml` is not, so no folder variant is compiled for it.
                None if folder.len() == glob.len() && names_a_file(folder) => vec![folder.to_owned()],
                None => vec![folder.to_owned(), format!("{folder}/**/*.{{yaml,yml}}")],
            }
        })?;
        let exclude = compile(exclude, |glob| of_folder(glob).into())?;
        Ok(Self { include, exclude, starts, named_starts })
    }

    /// Whether a file is a candidate; `relative` to the root.
    pub fn matches(&self, relative: &Path) -> bool {
        self.includes(relative) && !self.excludes(relative) && !is_never_walked(relative)
    }

    /// Whether the config has includes.
    pub fn is_named(&self) -> bool {
        self.include.is_some()
    }

    /// Whether the config has excludes.
    pub fn has_excludes(&self) -> bool {
        self.exclude.is_some()
    }

    /// Whether an include starts in, above or below this folder, so that the user probably means it.
    pub(super) fn starts_near(&self, folder: &Path) -> bool {
        self.named_starts.iter().any(|start| start.starts_with(folder) || folder.starts_with(start))
    }

    /// A quick check of the last component, before the path is built.
    pub(super) fn may_be_named(&self, name: &OsStr) -> bool {
        self.include.is_some() || is_yaml(Path::new(name))
    }

    pub fn includes(&self, relative: &Path) -> bool {
        match &self.include {
            Some(globs) => globs.is_match(relative),
            None => is_yaml(relative),
        }
    }

    pub fn excludes(&self, relative: &Path) -> bool {
        self.exclude.as_ref().is_some_and(|globs| globs.is_match(relative))
    }

    /// Whether a folder may contain matching files, to avoid walking the rest of a large repository.
    pub(super) fn may_be_under(&self, folder: &Path) -> bool {
        let near = |start: &PathBuf| start.starts_with(folder) || folder.starts_with(start);
        (self.starts.is_empty() || self.starts.iter().any(near)) && !self.excludes(folder)
    }
}

/// Globs in an order, relative to the root; a folder means everything in it.
#[derive(Debug, Clone, Default)]
pub struct OrderedGlobs {
    globs: GlobSet,
    /// The path before the first wildcard of each.
    starts: Vec<String>,
}

impl OrderedGlobs {
    pub fn new<S: AsRef<str>>(globs: &[S]) -> Result<Self, PatternError> {
        let compiled = compile(globs, |glob| of_folder(glob).into())?;
        let start = |glob: &S| path_text(&literal_start(relative(glob.as_ref())));
        Ok(Self { globs: compiled.unwrap_or_default(), starts: globs.iter().map(start).collect() })
    }

    /// The index of the last glob that matches a path.
    pub fn last_match(&self, relative: &Path) -> Option<usize> {
        self.globs.matches(relative).last().map(|at| at / FOLDER_VARIANTS)
    }

    /// Whether one of the globs matches a path.
    pub fn is_match(&self, glob: usize, relative: &Path) -> bool {
        self.globs.matches(relative).into_iter().any(|at| at / FOLDER_VARIANTS == glob)
    }

    /// What every path begins with that one of the globs matches; it may be empty.
    pub fn literal_start(&self, glob: usize) -> &str {
        self.starts.get(glob).map_or("", String::as_str)
    }
}

/// The globs that one glob stands for: what it matches, and what is in it if that is a folder.
fn of_folder(glob: &str) -> [String; FOLDER_VARIANTS] {
    let folder = glob.trim_end_matches('/');
    [folder.to_owned(), format!("{folder}/**")]
}

const FOLDER_VARIANTS: usize = 2;

/// Whether a path is in a folder that is never walked: the Git directory or the snapshot.
pub fn is_never_walked(relative: &Path) -> bool {
    let mut parts = relative.as_os_str().as_encoded_bytes().split(|byte| std::path::is_separator(char::from(*byte)));
    parts.any(|part| SKIPPED_FOLDERS.iter().any(|folder| part == folder.as_bytes()))
}

pub(super) fn is_skipped(name: &OsStr) -> bool {
    SKIPPED_FOLDERS.iter().any(|folder| name == *folder)
}

/// Whether the last component of a glob has an extension.
fn names_a_file(glob: &str) -> bool {
    let last = glob.rsplit('/').next().unwrap_or(glob);
    last.chars().skip(1).any(|letter| letter == '.')
}

pub(super) fn is_yaml(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    name.ends_with(b".yaml") || name.ends_with(b".yml")
}

/// `./catalog/**` and `/catalog/**` mean the root.
fn relative(glob: &str) -> &str {
    glob.trim_start_matches("./").trim_start_matches('/')
}

fn compile<S: AsRef<str>>(
    globs: &[S],
    variants: impl Fn(&str) -> Vec<String>,
) -> Result<Option<GlobSet>, PatternError> {
    if globs.is_empty() {
        return Ok(None);
    }
    let refuse = |glob: &str, reason: String| PatternError { glob: glob.to_owned(), reason };
    let mut set = GlobSetBuilder::new();
    for written in globs {
        let written = written.as_ref();
        let glob = relative(written);
        if glob.is_empty() {
            return Err(refuse(written, "it is empty".to_owned()));
        }
        if Path::new(glob).components().any(|part| part == Component::ParentDir) {
            return Err(refuse(written, "it leaves the root with `..`".to_owned()));
        }
        for variant in variants(glob) {
            let built = GlobBuilder::new(&variant).literal_separator(true).build();
            set.add(built.map_err(|error| refuse(written, error.kind().to_string()))?);
        }
    }
    let whole = set.build().map_err(|error| refuse(error.glob().unwrap_or_default(), error.kind().to_string()))?;
    Ok(Some(whole))
}

/// The folders before the first component with a wildcard.
fn literal_start(glob: &str) -> PathBuf {
    let wild = |part: &str| part.contains(['*', '?', '[', '{', '\\']);
    let mut start: PathBuf = glob.split('/').take_while(|part| !wild(part)).collect();
    if !wild(glob) {
        // The last component may be a file.
        start.pop();
    }
    start
}

impl ExitClass for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(include: &[&str], exclude: &[&str]) -> Pattern {
        Pattern::new(include, exclude).expect("the globs are right")
    }

    fn matches(pattern: &Pattern, path: &str) -> bool {
        pattern.matches(Path::new(path))
    }

    #[test]
    fn without_includes_every_yaml_file_counts() {
        let all = pattern(&[], &[]);
        for path in ["a.yaml", "b/c.yml", ".github/x.yml"] {
            assert!(matches(&all, path), "{path}");
        }
        for path in ["a.json", "yaml", "a.yaml.orig", ".portolan/x.yaml", "a/.git/x.yaml"] {
            assert!(!matches(&all, path), "{path}");
        }
    }

    #[test]
    fn globs_are_relative_to_the_root_and_a_folder_means_what_is_in_it() {
        let globs = pattern(
            &["./catalog/**/*.{yaml,yml}", "**/port.yml", "more/", "/one.yaml", "v1.2/", "teams"],
            &["catalog/old"],
        );
        for path in [
            "catalog/a.yaml",
            "catalog/b/c.yml",
            "port.yml",
            "x/y/port.yml",
            "more/z.yaml",
            "one.yaml",
            "v1.2/q.yml",
            "teams/a/b.yml",
        ] {
            assert!(matches(&globs, path), "{path}");
        }
        for path in ["other/a.yaml", "x/one.yaml", "more/README.md", "catalog/old/a.yaml", "catalog/a.json"] {
            assert!(!matches(&globs, path), "{path}");
        }
        assert!(!matches(&pattern(&["catalog/*.yaml"], &[]), "catalog/deep/a.yaml"));
        assert!(!matches(&pattern(&["catalog/**"], &[]), "catalog/README.md"));
    }

    #[test]
    fn folders_that_cannot_hold_anything_are_left_out() {
        let globs = pattern(&["catalog/teams/**/*.yaml", "infra/one.yaml"], &["catalog/teams/old/**"]);
        let enters = |folder: &str| globs.may_be_under(Path::new(folder));
        assert!(
            enters("") && enters("catalog") && enters("catalog/teams") && enters("catalog/teams/a") && enters("infra")
        );
        assert!(!enters("node_modules") && !enters("catalog/other") && !enters("infrared"));
        assert!(pattern(&["**/port.yml"], &[]).may_be_under(Path::new("anywhere")));
        assert!(!pattern(&[], &["old"]).may_be_under(Path::new("old")));
    }

    #[test]
    fn the_last_glob_that_matches_counts() {
        let globs = OrderedGlobs::new(&["**", "./catalog/legacy/", "catalog/*/x.{yaml,json}", "**/legacy/**"]);
        let globs = globs.expect("the globs are right");
        for (path, last) in [
            ("README.md", 0),
            ("catalog/legacy", 1),
            ("catalog/new/x.json", 2),
            ("catalog/legacy/x.yaml", 3),
            ("catalog/legacy/deep/y.yaml", 3),
            ("catalog/legacyx/y.yaml", 0),
        ] {
            assert_eq!(globs.last_match(Path::new(path)), Some(last), "{path}");
        }
        let named = OrderedGlobs::new(&["catalog/legacy"]).expect("the glob is right");
        assert_eq!(named.last_match(Path::new("catalog/legacy/deep/y.yaml")), Some(0));
        assert_eq!(named.last_match(Path::new("other/catalog/legacy/y.yaml")), None);
        assert_eq!(
            (named.literal_start(0), globs.literal_start(2), globs.literal_start(3)),
            ("catalog", "catalog", "")
        );
        assert!(
            globs.is_match(1, Path::new("catalog/legacy/x.yaml")) && !globs.is_match(2, Path::new("catalog/x/x.yml"))
        );
        assert_eq!(OrderedGlobs::default().last_match(Path::new("a.yaml")), None);
    }

    #[test]
    fn a_wrong_glob_is_named() {
        for (glob, word) in [("catalog/{a,b", "unclosed"), ("a[", "character class"), ("../x", "leaves"), ("", "empty")]
        {
            let error = Pattern::new(&[glob], &[]).expect_err(glob);
            assert_eq!(error.glob, glob);
            assert!(error.reason.contains(word), "{error}");
        }
    }
}
