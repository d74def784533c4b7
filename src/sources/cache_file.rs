//! The files of the user's cache folder. Nothing here is an error: a cache that cannot be read or written is none.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write; the program itself is part of a key")]

use std::fs::{self, File, Metadata};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::file_stat::FileStat;
use super::write::Draft;

const PREFIX: &str = "portolan-";
/// Unused files are removed.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Reading a file marks it as used, once a day.
const USED_LATELY: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// The content of the file, if it belongs to this user and nobody else can read or write it.
pub fn read_cache(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let mut file = open(&folder.join(format!("{PREFIX}{name}")))?;
    let metadata = file.metadata().ok()?;
    if !is_own(&metadata) || metadata.len() > MAX_BYTES {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()? + 1);
    file.read_to_end(&mut bytes).ok()?;
    let now = SystemTime::now();
    if metadata.modified().is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age > USED_LATELY)) {
        let _ = file.set_modified(now);
    }
    Some(bytes)
}

/// Writes the file in one step, so that two runs at once do not mix, and removes what is unused.
pub fn write_cache(folder: &Path, name: &str, parts: &[&[u8]]) {
    let write = || -> std::io::Result<()> {
        create(folder)?;
        if !folder.metadata().is_ok_and(|metadata| is_of_this_user(&metadata)) {
            return Ok(());
        }
        let (draft, mut file) = Draft::create(folder)?;
        protect(&file)?;
        for part in parts {
            file.write_all(part)?;
        }
        drop(file);
        fs::rename(&draft.path, folder.join(format!("{PREFIX}{name}")))?;
        draft.keep();
        remove_unused(folder)
    };
    let _ = write();
}

/// The stat of the program, which another build does not have; `None` if it is unknown.
pub fn program_stat() -> Option<FileStat> {
    FileStat::of(&std::env::current_exe().ok()?.canonicalize().ok()?)
}

fn remove_unused(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let metadata = entry.metadata().ok().filter(|metadata| is_ours && metadata.is_file());
        let age = metadata.and_then(|metadata| metadata.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > UNUSED) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn is_own(file: &Metadata) -> bool {
    file.is_file() && is_of_this_user(file) && !is_open_to_others(file)
}

#[cfg(unix)] // links are not followed, and a pipe is not waited for
fn open(path: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok().map(File::from)
}

#[cfg(not(unix))] // the folder belongs to the user
fn open(path: &Path) -> Option<File> {
    path.symlink_metadata().ok().filter(Metadata::is_file)?;
    File::open(path).ok()
}

#[cfg(unix)] // files have an owner
fn is_of_this_user(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))] // the folder belongs to the user
fn is_of_this_user(_metadata: &Metadata) -> bool {
    true
}

#[cfg(unix)] // files have permissions
fn is_open_to_others(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.mode() & 0o077 != 0
}

#[cfg(not(unix))] // the folder belongs to the user
fn is_open_to_others(_file: &Metadata) -> bool {
    false
}

#[cfg(unix)] // files have permissions
fn protect(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))] // the folder belongs to the user
fn protect(_file: &File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)] // files have permissions
fn create(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))] // the folder belongs to the user
fn create(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}
