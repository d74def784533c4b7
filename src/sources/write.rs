//! Writes files atomically and only inside the root, even with `..` or links in the path. The new content is written to
//! a temporary file and renamed, so the permissions of the old file are copied.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::abandoned;
use super::boundary::{Boundary, LinkProblem};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WriteError {
    #[error("`{}` is outside of `{}`", path.display(), root.display())]
    #[diagnostic(
        code("write-outside-root"),
        help("choose a path inside the repository, without a link that points out of it")
    )]
    Outside { path: PathBuf, root: PathBuf },
    #[error("`{}` cannot be written: {what}", path.display())]
    #[diagnostic(code("write-not-a-file"), help("choose another path, or remove what exists there"))]
    NotAFile { path: PathBuf, what: &'static str },
    #[error("`{}` already exists", path.display())]
    #[diagnostic(code("write-exists"), help("rerun the command: existing files are kept"))]
    Exists { path: PathBuf },
    #[error("`{}` is read-only", path.display())]
    #[diagnostic(code("write-read-only"), help("make it writable (`chmod u+w`), or exclude it from the run"))]
    ReadOnly { path: PathBuf },
    #[error("`{}` cannot be written: {}", path.display(), io_reason(source))]
    #[diagnostic(code("write-failed"), help("check the permissions of the folder and the free disk space"))]
    Io { path: PathBuf, source: io::Error },
}

/// Writes `bytes` to `path` (relative to `root`, or absolute and inside it) and creates missing folders. A link inside
/// the root is kept, and its target is written.
pub fn write_atomically(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fail = |source| WriteError::Io { path: path.to_owned(), source };
    let target = resolve(&real_root(root, path)?, path)?;
    let existing = match fs::symlink_metadata(&target) {
        // A rename would replace a read-only file too, but its owner protected it on purpose.
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(WriteError::ReadOnly { path: path.to_owned() });
        }
        Ok(metadata) if metadata.is_file() => Some(metadata),
        Ok(_) => return Err(WriteError::NotAFile { path: path.to_owned(), what: "it is not a regular file" }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(error)),
    };
    let (draft, mut file) = Draft::create(target.parent().unwrap_or(root)).map_err(fail)?;
    let write = || {
        file.write_all(bytes)?;
        if let Some(metadata) = &existing {
            keep_owner(&file, metadata);
            file.set_permissions(metadata.permissions())?;
        }
        drop(file);
        fs::rename(&draft.path, &target)
    };
    write().map_err(fail)?;
    draft.keep();
    Ok(())
}

/// Creates a new file like [`write_atomically`]; fails if it exists.
pub fn create_atomically(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fail = |source| WriteError::Io { path: path.to_owned(), source };
    let within = real_root(root, path)?;
    let target = resolve(&within, path)?;
    if target.symlink_metadata().is_ok() {
        return Err(WriteError::Exists { path: path.to_owned() });
    }
    let (draft, mut file) = Draft::create(target.parent().unwrap_or(root)).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    drop(file);
    // Unlike a rename, a hard link fails if the target exists.
    match fs::hard_link(&draft.path, &target) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists { path: path.to_owned() }),
        // Some file systems have no hard links; the rename leaves a short race after the check above.
        Err(_) => {
            fs::rename(&draft.path, &target).map_err(fail)?;
            draft.keep();
            Ok(())
        }
    }
}

fn real_root(root: &Path, path: &Path) -> Result<Boundary, WriteError> {
    // A missing root is an error here and is not created.
    fs::metadata(root).map_err(|source| WriteError::Io { path: path.to_owned(), source })?;
    Ok(Boundary::new(root))
}

/// The final target: an absolute path without links, in an existing folder.
fn resolve(within: &Boundary, path: &Path) -> Result<PathBuf, WriteError> {
    let target = place_inside(within, path)?;
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(|source| WriteError::Io { path: path.to_owned(), source })?;
    }
    Ok(target)
}

/// Like `resolve`, but without creating the folder.
pub(super) fn place_inside(within: &Boundary, path: &Path) -> Result<PathBuf, WriteError> {
    let outside = || WriteError::Outside { path: path.to_owned(), root: within.root().to_owned() };
    if path.components().any(|part| part == Component::ParentDir) {
        // Refused even if the path would come back in, because `..` after a link leads elsewhere.
        return Err(outside());
    }
    if path.file_name().is_none() {
        return Err(WriteError::NotAFile { path: path.to_owned(), what: "the path does not name a file" });
    }
    let target = place_named(within, path)?;
    if within.holds(&target) { Ok(target) } else { Err(outside()) }
}

/// Like `place_inside`, for a path from the command line: it may be outside, unless a link inside leads there.
pub(super) fn place_named(within: &Boundary, path: &Path) -> Result<PathBuf, WriteError> {
    let outside = || WriteError::Outside { path: path.to_owned(), root: within.root().to_owned() };
    let resolved = within.resolve(path).map_err(|problem| match problem {
        LinkProblem::Outside | LinkProblem::GitFolder => outside(),
        LinkProblem::Nowhere => WriteError::NotAFile { path: path.to_owned(), what: "the link points to nothing" },
        LinkProblem::NotAFolder => {
            WriteError::NotAFile { path: path.to_owned(), what: "a part of the path is a file, not a folder" }
        }
        LinkProblem::Io(source) => WriteError::Io { path: path.to_owned(), source },
    })?;
    if resolved.dangles {
        return Err(WriteError::NotAFile { path: path.to_owned(), what: "the link points to nothing" });
    }
    Ok(resolved.path)
}

/// Keeps the owner of the old file. Only the superuser can change owners; other users already own their files.
pub(super) fn keep_owner(file: &File, existing: &fs::Metadata) {
    #[cfg(unix)] // files have an owner and a group
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        if file.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (existing.uid(), existing.gid())) {
            // Best effort: a readable file with a new owner is better than no fix.
            let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
        }
    }
    #[cfg(not(unix))] // nothing to keep
    let _ = (file, existing);
}

/// A temporary file, which is deleted on drop unless it is kept. If this process is killed, the next draft in this
/// folder removes it.
pub(super) struct Draft {
    pub(super) path: PathBuf,
    kept: bool,
    /// Held until the file has its final name.
    _lock: Option<File>,
}

impl Draft {
    pub(super) fn create(folder: &Path) -> io::Result<(Self, File)> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        abandoned::remove_once_from(folder);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(abandoned::name(std::process::id(), number));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) if abandoned::claim(&file, &path) => {
                    let lock = file.try_clone().ok();
                    return Ok((Self { path, kept: false, _lock: lock }, file));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl ExitClass for WriteError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Roots {
        _folder: tempfile::TempDir,
        root: PathBuf,
        outside: PathBuf,
    }

    fn roots() -> Roots {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
        for folder in [&root, &outside] {
            fs::create_dir(folder).expect("a folder");
        }
        fs::write(outside.join("x.yaml"), "theirs").expect("a file");
        Roots { _folder: folder, root, outside }
    }

    fn write(roots: &Roots, path: impl AsRef<Path>) -> Result<(), WriteError> {
        write_atomically(&roots.root, path.as_ref(), b"new")
    }

    /// The names in a folder, to check that no draft remains.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("it is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_made_and_replaced_with_the_folders_it_needs() {
        let roots = roots();
        for path in [Path::new("deep/er/x.yaml"), &roots.root.join("abs.yaml"), Path::new("./deep/er/x.yaml")] {
            write(&roots, path).expect("it is written");
            assert_eq!(fs::read(roots.root.join(path)).expect("it is there"), b"new");
        }
        assert_eq!(names(&roots.root), ["abs.yaml", "deep"]);
        assert_eq!(names(&roots.root.join("deep/er")), ["x.yaml"]);
    }

    #[test]
    fn nothing_outside_is_written() {
        let roots = roots();
        for path in
            [Path::new("../outside/x.yaml"), &roots.outside.join("x.yaml"), Path::new("a/../../outside/new.yaml")]
        {
            let error = write(&roots, path).expect_err("is outside");
            assert!(matches!(error, WriteError::Outside { .. }), "{error}");
        }
        assert_eq!(names(&roots.outside), ["x.yaml"]);
        assert_eq!(fs::read(roots.outside.join("x.yaml")).expect("it is there"), b"theirs");
        assert!(names(&roots.root).is_empty());
    }

    #[test]
    fn a_folder_in_the_place_of_the_file_is_told() {
        let roots = roots();
        fs::create_dir(roots.root.join("x.yaml")).expect("a folder");
        for path in ["x.yaml", ""] {
            assert!(
                matches!(write(&roots, path), Err(WriteError::NotAFile { .. } | WriteError::Outside { .. })),
                "{path}"
            );
        }
        assert_eq!(names(&roots.root), ["x.yaml"]);
    }

    #[test]
    fn a_new_file_takes_nobodys_place() {
        let roots = roots();
        let create = |path: &str| create_atomically(&roots.root, Path::new(path), b"new");
        create("a/x.yaml").expect("it is made");
        assert_eq!(fs::read(roots.root.join("a/x.yaml")).expect("it is there"), b"new");
        fs::write(roots.root.join("a/x.yaml"), "old").expect("it is ours");
        assert!(matches!(create("a/x.yaml"), Err(WriteError::Exists { .. })));
        assert!(matches!(create("../outside/y.yaml"), Err(WriteError::Outside { .. })));
        assert_eq!(fs::read(roots.root.join("a/x.yaml")).expect("it is there"), b"old");
        assert_eq!(names(&roots.root.join("a")), ["x.yaml"]);
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let roots = roots();
        let path = roots.root.join("x.yaml");
        fs::write(&path, "old").expect("a file");
        let mut permissions = fs::metadata(&path).expect("it is there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).expect("it is ours");
        assert!(matches!(write(&roots, "x.yaml"), Err(WriteError::ReadOnly { .. })));
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        assert_eq!(names(&roots.root), ["x.yaml"]);
    }

    #[cfg(unix)] // sets modes
    #[test]
    fn permissions_stay_and_a_long_name_is_no_trouble() {
        use std::os::unix::fs::PermissionsExt;
        let roots = roots();
        let name = format!("{}.yaml", "n".repeat(250));
        let path = roots.root.join(&name);
        fs::write(&path, "old").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
        write(&roots, &name).expect("it is written");
        let metadata = fs::metadata(&path).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o7777, 0o640);
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
    }

    #[cfg(unix)] // makes symbolic links
    #[test]
    fn a_link_inside_stays_a_link_and_one_that_leaves_is_refused() {
        use std::os::unix::fs::symlink;
        let roots = roots();
        fs::create_dir(roots.root.join("real")).expect("a folder");
        fs::write(roots.root.join("real/x.yaml"), "old").expect("a file");
        let link = |target: &Path, name: &str| symlink(target, roots.root.join(name)).expect("a link");
        link(Path::new("real/x.yaml"), "link.yaml");
        link(Path::new("real"), "folder");
        link(&roots.outside, "out");
        link(&roots.outside.join("x.yaml"), "out.yaml");
        link(Path::new("nowhere"), "broken.yaml");
        write(&roots, "link.yaml").expect("it is written");
        assert!(roots.root.join("link.yaml").is_symlink());
        assert_eq!(fs::read(roots.root.join("real/x.yaml")).expect("it is there"), b"new");
        write(&roots, "folder/y.yaml").expect("it is written");
        assert!(roots.root.join("real/y.yaml").exists());
        for path in ["out/x.yaml", "out/deep/new.yaml", "out.yaml"] {
            assert!(matches!(write(&roots, path), Err(WriteError::Outside { .. })), "{path}");
        }
        assert!(matches!(write(&roots, "broken.yaml"), Err(WriteError::NotAFile { .. })));
        assert_eq!(names(&roots.outside), ["x.yaml"]);
        assert_eq!(fs::read(roots.outside.join("x.yaml")).expect("it is there"), b"theirs");
        // A root that is reached through a link is the same root.
        let through = roots.outside.parent().expect("it has one").join("through");
        symlink(&roots.root, &through).expect("a link");
        write_atomically(&through, &through.join("z.yaml"), b"new").expect("it is written");
        assert!(roots.root.join("z.yaml").exists());
    }
}
