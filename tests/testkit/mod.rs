//! Shared helpers of the tests that run the real binary: a repository in a temporary folder, and an environment without
//! settings of this machine.
pub mod connected;
pub mod counts;
pub mod errors;
pub mod faulty;
pub mod forge;
pub mod issuing;
pub mod pipeline_examples;
pub mod plain;
// Windows has no pseudo terminal of this kind.
#[cfg(unix)]
pub mod pty;
pub mod released;
pub mod says;
pub mod seeds;
pub mod serving;
pub mod worlds;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// A temporary folder, deleted at the end of the test.
pub struct Repo {
    folder: tempfile::TempDir,
}

impl Repo {
    /// An empty Git repository, created without running Git: most tests need no commit, only a root.
    pub fn new() -> Self {
        let repo = Self::outside_git();
        repo.write(".git/HEAD", "ref: refs/heads/main\n");
        repo.write(".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
        for folder in ["objects", "refs/heads"] {
            fs::create_dir_all(repo.path().join(".git").join(folder)).expect("folders can be made");
        }
        repo
    }

    /// A folder outside any Git work tree.
    pub fn outside_git() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Removes the Git folder, and writes a config instead, so that the folder is still a repository.
    pub fn leave_git(&self) -> &Self {
        fs::remove_dir_all(self.path().join(".git")).expect("it is there");
        self.write("portolan.yaml", "")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("the file is there")
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("the file is there");
    }

    pub fn copy_from(&self, source: &Path) -> &Self {
        for path in files_below(source) {
            let bytes = fs::read(source.join(&path)).expect("the source can be read");
            let target = self.path().join(&path);
            fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("folders can be made");
            fs::write(target, bytes).expect("files can be written");
        }
        self
    }

    /// Copies an example of `examples/`: only what Git tracks, since running an example leaves files there.
    pub fn copy_example(&self, name: &str) -> &Self {
        let source = example(name);
        for path in tracked_below(&source) {
            self.write(&path, fs::read(source.join(&path)).expect("a tracked file can be read"));
        }
        self
    }

    /// Runs Git in the repository; its messages are shown if it fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.run_git(arguments, &[])
    }

    /// Commits everything as if that were so many seconds later.
    pub fn commit_later(&self, seconds: u64, message: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
        let date = format!("{} +0000", now + seconds);
        self.git(&["add", "--all"]);
        let dates = [("GIT_COMMITTER_DATE", date.as_str()), ("GIT_AUTHOR_DATE", date.as_str())];
        self.run_git(&["commit", "--quiet", "--message", message], &dates);
    }

    fn run_git(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = Command::new("git");
        command.envs(variables.iter().copied());
        command.current_dir(self.path()).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        command.args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]);
        command.args(["-c", "maintenance.auto=false"]).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        // Without the twenty files of the template, which cost more than the rest of `git init`.
        command.env("GIT_TEMPLATE_DIR", "");
        let output = command.output().expect("git is installed");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {words}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The folder of an example that the README and the docs name.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// The files that Git tracks below a folder, relative to it. In an unpacked source archive without Git, all files.
pub fn tracked_below(folder: &Path) -> Vec<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(["ls-files", "-z", "--", "."]).output();
    let listed = output.ok().filter(|output| output.status.success()).map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8(listed).expect("the names of examples are UTF-8");
    let tracked: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
    if !tracked.is_empty() {
        return tracked;
    }
    files_below(folder).iter().map(|path| path.to_str().expect("the names of examples are UTF-8").to_owned()).collect()
}

/// Makes an executable copy in a child process. If this process wrote the file, a child that another test starts at that
/// moment inherits the open file, and the program cannot be executed (`ETXTBSY`).
#[cfg(unix)] // other systems have no executable bit
pub fn make_executable(path: &Path) {
    let script = r#"cp "$1" "$1.new" && chmod 755 "$1.new" && mv "$1.new" "$1""#;
    let status = Command::new("sh").args(["-c", script, "sh"]).arg(path).status().expect("sh runs");
    assert!(status.success(), "{}", path.display());
}

/// The binary in the repository, with a fixed date and no colours.
pub fn portolan(repo: &Repo) -> assert_cmd::Command {
    portolan_in(repo.path())
}

pub fn portolan_in(folder: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("portolan").expect("the binary is built");
    command.current_dir(folder).env_clear();
    // 2026-11-15: a fixed date keeps the age of examples.
    command.env("SOURCE_DATE_EPOCH", "1794700800").env("NO_COLOR", "1").env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
    command.env("PORTOLAN_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    for name in ["PATH", "LLVM_PROFILE_FILE", "SYSTEMROOT"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// All files under a folder, relative to it, sorted; without the Git folder that only `Repo::new` wrote.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(at) = left.pop() {
        if at == Path::new(".git") && !folder.join(".git/refs/tags").exists() {
            continue;
        }
        for entry in fs::read_dir(folder.join(&at)).expect("the folder can be listed") {
            let entry = entry.expect("the folder can be listed");
            let path = at.join(entry.file_name());
            if entry.file_type().expect("a kind of file").is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Every file with its bytes, to check that nothing changed.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |path: PathBuf| (path.clone(), fs::read(folder.join(path)).expect("the file can be read"));
    files_below(folder).into_iter().map(read).collect()
}

pub fn update_is_asked_for() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}
