//! Removes temporary files of killed processes. A process holds a lock on each of its temporary files, so one that can
//! be locked has no owner.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write: it locks and removes temporary files")]

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const PREFIX: &str = ".portolan-";
const SUFFIX: &str = ".tmp";

/// The name of a temporary file. It is short and independent of the target's name, which may already have the maximum
/// length.
pub(super) fn name(process: u32, number: u32) -> String {
    format!("{PREFIX}{process}-{number}{SUFFIX}")
}

fn is_name(name: &str) -> bool {
    let numbers = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.and_then(|numbers| numbers.split_once('-')).is_some_and(|(a, b)| is_number(a) && is_number(b))
}

/// Locks a new temporary file. False: another process removed it as abandoned before the lock was held.
pub(super) fn claim(file: &File, path: &Path) -> bool {
    // On a file system without locks nothing is ever removed, because no file can be locked there.
    file.lock().is_err() || path.symlink_metadata().is_ok()
}

/// Like [`remove_from`], but once per folder, because a process may write thousands of files into one.
pub(super) fn remove_once_from(folder: &Path) {
    static DONE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(at) = done.binary_search_by(|it| it.as_path().cmp(folder)) {
        done.insert(at, folder.to_owned());
        remove_from(folder);
    }
}

/// Removes abandoned files from one folder. Errors are ignored, because a remaining file does no harm.
pub(super) fn remove_from(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(is_name);
        // A link or pipe with such a name is not ours.
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = remove(&entry.path());
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    if file.try_lock().is_ok() {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Removes abandoned files from the folders of these files, which are relative to `root`.
pub fn remove_abandoned<'p>(root: &Path, files: impl Iterator<Item = &'p str>) {
    let Ok(root) = root.canonicalize() else { return };
    let mut folders: Vec<_> = files.filter_map(|file| root.join(file).parent()?.canonicalize().ok()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.iter().filter(|folder| folder.starts_with(&root)).for_each(|folder| remove_from(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        let held = File::create(at(".portolan-1-0.tmp")).expect("it can be made");
        assert!(claim(&held, &at(".portolan-1-0.tmp")));
        for name in [".portolan-2-0.tmp", ".portolan-2-.tmp", ".portolan-x-1.tmp", "portolan-2-1.tmp", ".portolan-2-1"]
        {
            File::create(at(name)).expect("it can be made");
        }
        fs::create_dir(at(".portolan-3-0.tmp")).expect("it can be made");
        remove_from(folder.path());
        assert!(!at(".portolan-2-0.tmp").exists());
        let left = fs::read_dir(folder.path()).expect("it can be listed").count();
        assert_eq!(left, 6);
        drop(held);
        remove_abandoned(folder.path(), ["a.yaml", "sub/b.yaml"].into_iter());
        assert!(!at(".portolan-1-0.tmp").exists());
    }

    #[test]
    fn one_that_was_removed_before_it_was_locked_is_not_used() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name(7, 1));
        let file = File::create(&path).expect("it can be made");
        remove_from(folder.path());
        assert!(!claim(&file, &path));
    }

    #[cfg(unix)] // making a link needs a privilege on Windows
    #[test]
    fn links_stay() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name(7, 1));
        std::os::unix::fs::symlink("/dev/zero", &path).expect("it can be made");
        remove_from(folder.path());
        assert!(path.is_symlink());
    }
}
