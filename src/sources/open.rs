//! Opens files for reading: only regular files, up to a size limit, and inside the boundary unless the command line
//! names a path outside. It checks the file that was actually opened, so that replacing a path in between has no
//! effect. No other function opens files of the repository.

#![expect(clippy::disallowed_methods, reason = "the one place where files are opened for reading")]

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::boundary::{Boundary, LinkProblem, Resolved};
use super::inspect::{EntryKind, entry_kind};
use crate::text::io_reason;

/// An open file with its length at that time.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub file: File,
    pub length: u64,
}

/// The reason why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenProblem {
    #[error("{0}")]
    Link(LinkProblem),
    #[error("it is {}, not a regular file", .0)]
    NotAFile(&'static str),
    #[error("it has {bytes} bytes; the limit is {limit}")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("{}", io_reason(.0))]
    Io(io::Error),
}

impl OpenProblem {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == ErrorKind::NotFound)
    }
}

impl From<io::Error> for OpenProblem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens `path` (absolute, or relative to the boundary's root) if it is a regular file of at most `limit` bytes.
pub(super) fn open(boundary: &Boundary, path: &Path, limit: u64) -> Result<OpenFile, OpenProblem> {
    let path = boundary.root().join(path);
    // Fast path: most paths contain no links, and where the system reports the path of an open file, that path proves
    // it.
    if let Ok(opened) = open_unfollowed(&path)
        && let Some(name) = name_of(&opened)
        && boundary.holds(&name)
        && !boundary.is_in_git(&name)
    {
        return check_kind(opened, limit);
    }
    let resolved = boundary.resolve(&path).map_err(OpenProblem::Link)?;
    if !resolved.exists {
        // Uses the system's own message.
        let missing = || open_unfollowed(&path).err().unwrap_or_else(|| io::Error::from(ErrorKind::NotFound));
        return Err(if resolved.dangles {
            OpenProblem::Link(LinkProblem::Nowhere)
        } else {
            OpenProblem::Io(missing())
        });
    }
    let opened = open_unfollowed(&resolved.path).map_err(|error| describe(&resolved.path, error))?;
    check_place(boundary, &resolved, &opened)?;
    check_kind(opened, limit)
}

/// Reads the whole file.
pub(super) fn read_whole(boundary: &Boundary, path: &Path, limit: u64) -> Result<Vec<u8>, OpenProblem> {
    let OpenFile { file, length } = open(boundary, path, limit)?;
    read_at_most(file, length, limit)
}

/// Reads up to the limit: a file may be longer than its metadata says, and some report no length.
pub(super) fn read_at_most(file: impl Read, length: u64, limit: u64) -> Result<Vec<u8>, OpenProblem> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(limit)).unwrap_or_default());
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    if length > limit { Err(OpenProblem::TooLarge { bytes: length, limit }) } else { Ok(bytes) }
}

fn check_kind(file: File, limit: u64) -> Result<OpenFile, OpenProblem> {
    let metadata = file.metadata()?;
    let kind = EntryKind::of(metadata.file_type());
    if kind != EntryKind::File {
        return Err(OpenProblem::NotAFile(kind.name()));
    }
    let length = metadata.len();
    if length > limit { Err(OpenProblem::TooLarge { bytes: length, limit }) } else { Ok(OpenFile { file, length }) }
}

/// Checks that the open file is the one that the path was resolved to.
fn check_place(boundary: &Boundary, resolved: &Resolved, file: &File) -> Result<(), OpenProblem> {
    let is_outside = !boundary.holds(&resolved.path);
    let is_right = match name_of(file) {
        Some(name) if boundary.holds(&name) => !resolved.by_link || !boundary.is_in_git(&name),
        Some(_) => is_outside,
        None => is_same(&resolved.path, file),
    };
    if is_right { Ok(()) } else { Err(OpenProblem::Link(LinkProblem::Outside)) }
}

/// Some entries cannot be opened at all, and the system's message does not say what they are.
fn describe(path: &Path, error: io::Error) -> OpenProblem {
    match entry_kind(path) {
        Ok(Some(kind)) if !matches!(kind, EntryKind::File | EntryKind::Link) => OpenProblem::NotAFile(kind.name()),
        _ => OpenProblem::Io(error),
    }
}

/// Does not follow a final link and does not block: opening a pipe would wait for a writer.
#[cfg(unix)]
fn open_unfollowed(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    loop {
        match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => return Ok(File::from(file)),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))] // Windows has no flag for it, so the path is checked first
fn open_unfollowed(path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(io::Error::from(ErrorKind::InvalidInput));
    }
    File::open(path)
}

/// The path of an open file as the system reports it, without links; `None` if it does not.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn name_of(file: &File) -> Option<std::path::PathBuf> {
    use std::os::fd::AsRawFd;
    let name = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    name.is_absolute().then_some(name)
}

#[cfg(target_vendor = "apple")] // Apple has no /proc
fn name_of(file: &File) -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let name = rustix::fs::getpath(file).ok()?;
    Some(std::ffi::OsString::from_vec(name.into_bytes()).into())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))] // no other system names an open file
fn name_of(_file: &File) -> Option<std::path::PathBuf> {
    None
}

#[cfg(unix)] // device and inode identify a file
fn is_same(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    opened.is_some() && opened == super::inspect::file_number(path)
}

#[cfg(not(unix))] // the standard library reads no file identity here
fn is_same(path: &Path, _file: &File) -> bool {
    path.canonicalize().is_ok_and(|real| real == path)
}
