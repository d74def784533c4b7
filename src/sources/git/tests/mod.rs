//! Tests with real repositories, created by the `git` program.

mod changed;
mod commit;
mod hostile;
mod opened;
mod signature;
mod staged;
mod state;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Environment, GitError, Repository};
use crate::sources::{Pattern, Place, ReadBuffer, SourceFile, read};

/// A work tree in its own temporary folder.
struct Tree {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Tree {
    /// Without a repository.
    fn plain() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A path that requires quoting, in every test.
        let path = folder.path().join("it's a \"tree\"");
        fs::create_dir(&path).expect("a folder in it");
        Self { _folder: folder, path: path.canonicalize().expect("it is there") }
    }

    fn new() -> Self {
        let tree = Self::plain();
        tree.git(["init", "--quiet", "--initial-branch=main"]);
        tree
    }

    /// With `a.yaml`, `b.yaml` and `README.md` in one commit.
    fn with_commit() -> Self {
        let tree = Self::new();
        tree.write("a.yaml", "a: 1\n").write("b.yaml", "b: 1\n").write("README.md", "x\n").commit("one");
        tree
    }

    fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        git(&self.path, arguments)
    }

    fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn commit(&self, message: &str) -> &Self {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--message", message]);
        self
    }

    fn open(&self) -> Repository {
        open(&self.path, &Environment::default())
    }
}

fn git<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null"), ("GIT_TEMPLATE_DIR", "")])
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Makes an executable copy in a child process. If this process wrote the file, a child that another test starts at that
/// moment inherits the open file, and the program cannot be executed (`ETXTBSY`).
#[cfg(unix)] // other systems have no executable bit
fn make_executable(path: &Path) {
    let script = r#"cp "$1" "$1.new" && chmod 755 "$1.new" && mv "$1.new" "$1""#;
    let status = Command::new("sh").args(["-c", script, "sh"]).arg(path).status().expect("sh runs");
    assert!(status.success(), "{}", path.display());
}

fn open(root: &Path, environment: &Environment) -> Repository {
    Repository::open(root, environment).expect("it opens").expect("it is a repository")
}

/// Names and texts.
fn texts(files: &[SourceFile]) -> BTreeMap<&str, String> {
    let mut buffer = ReadBuffer::default();
    let text = |file, buffer: &mut ReadBuffer| read(file, buffer).expect("it is text").text.to_owned();
    files.iter().map(|file| (file.path.as_str(), text(file, &mut buffer))).collect()
}

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

#[track_caller]
fn assert_texts<const N: usize>(files: &[SourceFile], pairs: [(&str, &str); N]) {
    let found: BTreeMap<String, String> =
        texts(files).into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    assert_eq!(found, map(pairs));
}

fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    names.into_iter().map(String::as_str).collect()
}

fn everything() -> Pattern {
    Pattern::default()
}

fn on_disk(file: &SourceFile) -> bool {
    match &file.place {
        Place::Disk(_) => true,
        Place::Blob { store, entry, .. } => store.copy_of(*entry).is_some(),
        Place::Given(_) | Place::Read(_) => false,
    }
}

/// `git-bare`: which error it is, however it is worded.
fn code(error: &GitError) -> String {
    use miette::Diagnostic;
    error.code().map(|code| code.to_string()).unwrap_or_default()
}

fn help(error: &GitError) -> String {
    use miette::Diagnostic;
    error.help().map(|help| help.to_string()).unwrap_or_default()
}
