//! Writes a file in one step: nobody ever sees half of it, and nothing outside the root is touched, whatever `..` or
//! links say. The new text comes by a rename, so a file's permissions are carried over by hand.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WriteError {
    #[error("write `{}`: it is outside of `{}`", path.display(), root.display())]
    #[diagnostic(
        code("write-outside-root"),
        help("choose a path inside the repository, with no link that leads out of it")
    )]
    Outside { path: PathBuf, root: PathBuf },
    #[error("write `{}`: {what}", path.display())]
    #[diagnostic(code("write-not-a-file"), help("choose another path, or remove what is there"))]
    NotAFile { path: PathBuf, what: &'static str },
    #[error("write `{}`: {source}", path.display())]
    #[diagnostic(code("write-failed"), help("look at the permissions of the folder and at the space on the disk"))]
    Io { path: PathBuf, source: io::Error },
}

/// Puts `bytes` at `path` (relative to `root`, or absolute and inside it), making the folders on the way. A link
/// inside the root stays a link: what it points to is written.
pub fn write_atomically(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fail = |source| WriteError::Io { path: path.to_owned(), source };
    let root = root.canonicalize().map_err(fail)?;
    let target = resolve(&root, path)?;
    let existing = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_file() => Some(metadata),
        Ok(_) => return Err(WriteError::NotAFile { path: path.to_owned(), what: "it is not a regular file" }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(error)),
    };
    let folder = target.parent().unwrap_or(&root);
    let (draft, mut file) = Draft::create(folder).map_err(fail)?;
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

/// Where the bytes really go: an absolute path without links.
fn resolve(root: &Path, path: &Path) -> Result<PathBuf, WriteError> {
    let outside = || WriteError::Outside { path: path.to_owned(), root: root.to_owned() };
    let fail = |source| WriteError::Io { path: path.to_owned(), source };
    if path.components().any(|part| part == Component::ParentDir) {
        // Even where it would come back in: through a link it does not go where it seems to.
        return Err(outside());
    }
    let wanted = root.join(path);
    let (Some(folder), Some(name)) = (wanted.parent(), wanted.file_name()) else {
        return Err(WriteError::NotAFile { path: path.to_owned(), what: "it is not the name of a file" });
    };
    // The deepest folder that is there decides where the rest is made.
    let there = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(root);
    let real = there.canonicalize().map_err(fail)?;
    if !real.starts_with(root) {
        return Err(outside());
    }
    let real_folder = real.join(folder.strip_prefix(there).unwrap_or(Path::new("")));
    fs::create_dir_all(&real_folder).map_err(fail)?;
    let target = real_folder.join(name);
    if !target.is_symlink() {
        return Ok(target);
    }
    let end = target.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => WriteError::NotAFile { path: path.to_owned(), what: "it is a link to nothing" },
        _ => fail(error),
    })?;
    if end.starts_with(root) { Ok(end) } else { Err(outside()) }
}

/// Only the superuser may give files away; for all others they are theirs already.
fn keep_owner(file: &File, existing: &fs::Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        if file.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (existing.uid(), existing.gid())) {
            // Best effort: a file that is readable but has a new owner is better than no repair.
            let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, existing);
}

/// The new file under a name of its own; gone again unless it is kept.
struct Draft {
    path: PathBuf,
    kept: bool,
}

impl Draft {
    fn create(folder: &Path) -> io::Result<(Self, File)> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            // Short, since the name of the file itself may be as long as a name can be.
            let path = folder.join(format!(".portolan-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path, kept: false }, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // The error that led here is the one to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}
