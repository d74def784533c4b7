//! Examines paths without opening files: kinds, links, names. No function follows links unless its name says so; `open`
//! decides what may be read.

#![expect(clippy::disallowed_methods, reason = "one of the few files that look at the disk")]

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The kind of a directory entry; links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    Link,
    Pipe,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has sockets among files"))]
    Socket,
    Device,
}

impl EntryKind {
    pub fn of(kind: FileType) -> Self {
        #[cfg(unix)] // only Unix has pipes and sockets among files
        {
            use std::os::unix::fs::FileTypeExt;
            if kind.is_fifo() {
                return Self::Pipe;
            }
            if kind.is_socket() {
                return Self::Socket;
            }
        }
        if kind.is_symlink() {
            Self::Link
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else {
            Self::Device
        }
    }

    /// The kind with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a link",
            Self::Pipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }
}

/// The kind of the entry at a path; links are not followed. `None`: there is none.
pub(super) fn entry_kind(path: &Path) -> io::Result<Option<EntryKind>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(EntryKind::of(metadata.file_type()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The kind of the file that a path leads to, following links. `None`: there is none.
pub(super) fn end_kind(path: &Path) -> Option<EntryKind> {
    path.metadata().ok().map(|metadata| EntryKind::of(metadata.file_type()))
}

pub(super) fn link_target(link: &Path) -> io::Result<PathBuf> {
    link.read_link()
}

/// Device and inode: equal for two paths of the same file.
#[cfg(unix)]
pub(super) fn file_number(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    path.symlink_metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The entries of folders that a walk listed, by the path of the folder.
pub type Listings = HashMap<PathBuf, Vec<ListedEntry>>;

#[derive(Debug)]
pub struct ListedEntry {
    pub(super) name: OsString,
    pub(super) kind: FileType,
    /// The walk took it, so that no search for other files has to look at it.
    pub(super) is_taken: bool,
}

/// Names and kinds. Nearly all file systems return the kind with the listing; otherwise it is queried, and entries that
/// are gone by then are left out.
pub(super) fn entries_of(folder: &Path) -> io::Result<Vec<ListedEntry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Ok(kind) = entry.file_type() {
            entries.push(ListedEntry { name: entry.file_name(), kind, is_taken: false });
        }
    }
    Ok(entries)
}

/// The kind of a path that a user names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    File,
    Folder,
}

/// The kind after following links; `None`: nothing, or not a file or folder.
pub fn path_kind(path: &Path) -> Option<PathKind> {
    match end_kind(path)? {
        EntryKind::File => Some(PathKind::File),
        EntryKind::Folder => Some(PathKind::Folder),
        EntryKind::Link | EntryKind::Pipe | EntryKind::Socket | EntryKind::Device => None,
    }
}

/// Whether a path exists, even as a dangling link, so that a new file would replace something.
pub fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a path exists after following links.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// The absolute path without links and dots, if it exists.
pub fn real_path(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Whether a path leads to a named pipe, following links.
pub fn is_pipe(path: &Path) -> bool {
    end_kind(path) == Some(EntryKind::Pipe)
}

pub(super) fn is_link(path: &Path) -> bool {
    path.is_symlink()
}
