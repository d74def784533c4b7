//! Runs the `git` program for a known repository. Git gets the Git directory by name and does not search, runs in it
//! instead of the work tree, and gets no variable and no `PATH` folder that leads into content of a commit.

use std::env::{join_paths, split_paths, var_os, vars_os};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sources::path::path_text;

/// The user's variables that contain Git settings. All others are removed: they come from a hook and refer to another
/// index or repository, or change Git's output.
const KEPT: [&str; 4] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS"];
/// `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0`.
const KEPT_STARTS: [&str; 3] = ["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"];

/// What a commit can change: the work tree, except for the Git directories in it.
#[derive(Debug)]
pub(super) struct Inside {
    /// Like the other paths, without links.
    pub work_tree: PathBuf,
    pub git_dirs: Vec<PathBuf>,
}

impl Inside {
    /// The path in the work tree of a file that a commit can change; `None` for other files.
    pub fn path_in_tree(&self, path: &Path) -> Option<String> {
        [absolute(path), real(path)].iter().find_map(|path| {
            let inside = path.strip_prefix(&self.work_tree).ok()?;
            let is_git_dir = self.git_dirs.iter().any(|git_dir| path.starts_with(git_dir));
            let is_dot_git = inside.components().any(|part| part.as_os_str() == ".git");
            (!is_git_dir && !is_dot_git).then(|| path_text(inside))
        })
    }
}

fn absolute(path: &Path) -> PathBuf {
    crate::sources::path::tidy(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// Resolves links, as far as the path exists.
fn real(path: &Path) -> PathBuf {
    let path = absolute(path);
    let existing = path.ancestors().find_map(|start| Some((start.canonicalize().ok()?, start)));
    existing.map_or_else(
        || path.clone(),
        |(real, start)| match path.strip_prefix(start) {
            Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
            Ok(_) | Err(_) => real,
        },
    )
}

/// The `git` program for one repository.
#[derive(Debug)]
pub(super) struct GitProgram {
    program: PathBuf,
    /// Absolute folders outside of the work tree.
    search_path: OsString,
    pub inside: Inside,
}

impl GitProgram {
    /// `None`: `PATH` has no `git` outside of the work tree.
    pub fn find(inside: Inside) -> Option<Self> {
        let folders = split_paths(&var_os("PATH")?)
            .filter(|folder| folder.is_absolute() && inside.path_in_tree(folder).is_none())
            .collect::<Vec<_>>();
        let name = if cfg!(windows) { "git.exe" } else { "git" }; // Windows finds a program by its extension
        let program = folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| is_executable(file) && inside.path_in_tree(file).is_none())?;
        let search_path = join_paths(&folders).ok()?;
        Some(Self { program, search_path, inside })
    }

    /// A command to which the caller adds the Git command and its arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        let git_dir = self.inside.git_dirs.first().map_or(self.inside.work_tree.as_path(), PathBuf::as_path);
        // A replacement ref substitutes another commit for this one.
        command.args(["--no-pager", "--no-replace-objects", "--no-optional-locks"]).arg("--git-dir").arg(git_dir);
        // No command used here runs other programs or fetches; these settings ensure it.
        for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never", "core.pager=cat"] {
            command.args(["-c", setting]);
        }
        // Programs and files with a relative name must not be found in the work tree.
        command.current_dir(git_dir).env("PATH", &self.search_path);
        for (name, _) in vars_os().filter(|(name, _)| is_of_git(name) && !is_kept(name)) {
            command.env_remove(name);
        }
        // Git's output is parsed, so its language is fixed.
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
        command.stdin(Stdio::null());
        command
    }
}

fn is_of_git(name: &OsStr) -> bool {
    name.as_encoded_bytes().to_ascii_uppercase().starts_with(b"GIT_")
}

fn is_kept(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    KEPT.contains(&name.as_ref()) || KEPT_STARTS.iter().any(|start| name.starts_with(start))
}

#[cfg(unix)] // the mode says whether a file is a program
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))] // Windows has no such mode
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
