//! Writes several files of the user as one change: nothing is written if one of them cannot be, and what was written is
//! taken back if a later one fails.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::boundary::Boundary;
use super::write::{Draft, WriteError, keep_owner, place_inside, write_atomically};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::plural::list;

/// One file of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Relative to the root.
    pub path: PathBuf,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// The new path, if the file moves; nothing may be there.
    pub to: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WriteSeveralError {
    #[error("`{}` has changed since it was read", path.display())]
    #[diagnostic(code("changed-meanwhile"), help("rerun the command; nothing was written"))]
    Changed { path: PathBuf },
    #[error("{error}; {files} could not be restored")]
    #[diagnostic(code("not-restored"), help("restore them with Git: `git restore FILE`"))]
    NotRestored { error: WriteError, files: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
}

impl ExitClass for WriteSeveralError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Failure
    }
}

/// A file that is written but has no name yet.
struct Prepared<'c> {
    change: &'c FileChange,
    draft: Draft,
    old: PathBuf,
    new: PathBuf,
}

/// Writes all of the files, or none.
pub fn write_several(root: &Path, changes: &[FileChange]) -> Result<(), WriteSeveralError> {
    let within = Boundary::new(root);
    let prepared: Vec<Prepared<'_>> =
        changes.iter().map(|change| prepare(&within, change)).collect::<Result<_, WriteSeveralError>>()?;
    let mut done = Vec::new();
    for Prepared { change, draft, old, new } in prepared {
        let mut write = || {
            fs::rename(&draft.path, &new)?;
            done.push(change);
            if new == old { Ok(()) } else { fs::remove_file(&old) }
        };
        if let Err(source) = write() {
            let error = WriteError::Io { path: change.path.clone(), source };
            return Err(take_back(root, &done, error));
        }
        draft.keep();
    }
    Ok(())
}

fn prepare<'c>(within: &Boundary, change: &'c FileChange) -> Result<Prepared<'c>, WriteSeveralError> {
    let path = &change.path;
    let fail = |source| WriteError::Io { path: path.clone(), source };
    let old = place_inside(within, path)?;
    let metadata = fs::metadata(&old).map_err(fail)?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly { path: path.clone() }.into());
    }
    if fs::read(&old).map_err(fail)? != change.before {
        return Err(WriteSeveralError::Changed { path: path.clone() });
    }
    let new = match &change.to {
        None => old.clone(),
        Some(to) => {
            let new = place_inside(within, to)?;
            if new.symlink_metadata().is_ok() {
                return Err(WriteError::Exists { path: to.clone() }.into());
            }
            new
        }
    };
    let folder = new.parent().unwrap_or(within.root());
    let (draft, mut file): (Draft, File) = Draft::create(folder).map_err(fail)?;
    file.write_all(&change.after).map_err(fail)?;
    keep_owner(&file, &metadata);
    file.set_permissions(metadata.permissions()).map_err(fail)?;
    Ok(Prepared { change, draft, old, new })
}

/// Restores files as they were; returns the error that led here, and names what could not be restored.
fn take_back(root: &Path, done: &[&FileChange], error: WriteError) -> WriteSeveralError {
    let restore = |change: &FileChange| {
        if let Some(to) = &change.to {
            // The file keeps its owner and its mode.
            fs::rename(root.join(to), root.join(&change.path)).ok()?;
        }
        write_atomically(root, &change.path, &change.before).ok()
    };
    let left = done.iter().filter(|change| restore(change).is_none());
    let left: Vec<String> = left.map(|change| format!("`{}`", change.path.display())).collect();
    match left.is_empty() {
        true => error.into(),
        false => WriteSeveralError::NotRestored { error, files: list(&left) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: &str, after: &str) -> FileChange {
        FileChange { path: path.into(), before: before.into(), after: after.into(), to: None }
    }

    #[test]
    fn all_are_written_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let read = |path: &str| fs::read_to_string(root.join(path)).ok();
        for path in ["a.yaml", "b.yaml"] {
            fs::write(root.join(path), "old").expect("a file");
        }
        let stale = [change("a.yaml", "old", "new"), change("b.yaml", "older", "new")];
        let error = write_several(root, &stale).expect_err("it is stale");
        assert!(matches!(error, WriteSeveralError::Changed { .. }), "{error}");
        assert_eq!((read("a.yaml").as_deref(), read("b.yaml").as_deref()), (Some("old"), Some("old")));
        let moved = FileChange { to: Some("c.yaml".into()), ..change("b.yaml", "old", "new") };
        let taken = FileChange { to: Some("a.yaml".into()), ..moved.clone() };
        assert!(write_several(root, &[change("a.yaml", "old", "new"), taken]).is_err());
        assert_eq!(read("a.yaml").as_deref(), Some("old"));
        write_several(root, &[change("a.yaml", "old", "new"), moved]).expect("they are written");
        assert_eq!(
            (read("a.yaml").as_deref(), read("b.yaml"), read("c.yaml").as_deref()),
            (Some("new"), None, Some("new"))
        );
        assert_eq!(fs::read_dir(root).expect("it is there").count(), 2, "no draft is left");
    }
}
