//! What the system says about a file without reading it. Two equal answers mean the same content, unless the file was
//! changed within the resolution of its times: `settled_before` is for that.

#![expect(clippy::disallowed_methods, reason = "one of the few files that look at the disk")]

use std::fs::Metadata;
use std::path::Path;

/// The coarsest resolution of the times of file systems, in seconds.
pub(super) const SAME_MOMENT: i64 = 2;

/// A folder from which files are looked up, so that the system resolves the path of the folder only once.
#[cfg(all(unix, target_pointer_width = "64"))] // where the numbers have the widths of `FileStat`
#[derive(Debug)]
pub(super) struct StatFolder {
    path: std::path::PathBuf,
    folder: std::os::fd::OwnedFd,
}

#[cfg(not(all(unix, target_pointer_width = "64")))] // `FileStat::of` answers
#[derive(Debug)]
pub(super) enum StatFolder {}

#[cfg(all(unix, target_pointer_width = "64"))] // as above
impl StatFolder {
    pub fn open(path: &Path) -> Option<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty()).ok()?;
        Some(Self { path: path.to_owned(), folder })
    }

    pub fn stat(&self, path: &Path) -> Option<FileStat> {
        use rustix::fs::{AtFlags, FileType, statat};
        let inside = path.as_os_str().as_encoded_bytes().strip_prefix(self.path.as_os_str().as_encoded_bytes())?;
        let found = statat(&self.folder, inside.strip_prefix(b"/")?, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        (FileType::from_raw_mode(found.st_mode) == FileType::RegularFile).then_some(FileStat {
            size: u64::try_from(found.st_size).ok()?,
            mtime: (found.st_mtime, u32::try_from(found.st_mtime_nsec).ok()?),
            ctime: (found.st_ctime, u32::try_from(found.st_ctime_nsec).ok()?),
            inode: found.st_ino,
        })
    }
}

#[cfg(not(all(unix, target_pointer_width = "64")))] // see above
impl StatFolder {
    pub fn open(_path: &Path) -> Option<Self> {
        None
    }

    #[cfg(unix)] // elsewhere nobody asks
    pub fn stat(&self, _path: &Path) -> Option<FileStat> {
        match *self {}
    }
}

/// Size, times and number of a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileStat {
    pub size: u64,
    /// Seconds and nanoseconds.
    pub mtime: (i64, u32),
    pub ctime: (i64, u32),
    pub inode: u64,
}

impl FileStat {
    /// `None` if it is no regular file, or if the system does not record when a file was changed: users can set the time
    /// of modification.
    pub(super) fn of(path: &Path) -> Option<Self> {
        path.symlink_metadata().ok().filter(Metadata::is_file).and_then(|metadata| Self::of_metadata(&metadata))
    }

    #[cfg(unix)] // only Unix has a time of change and an inode
    fn of_metadata(file: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            size: file.size(),
            mtime: (file.mtime(), u32::try_from(file.mtime_nsec()).ok()?),
            ctime: (file.ctime(), u32::try_from(file.ctime_nsec()).ok()?),
            inode: file.ino(),
        })
    }

    #[cfg(not(unix))] // see above
    fn of_metadata(_file: &Metadata) -> Option<Self> {
        None
    }

    /// Whether a change at this time, in seconds, would show in another stat.
    pub fn settled_before(&self, seconds: i64) -> bool {
        self.mtime.0.max(self.ctime.0).saturating_add(SAME_MOMENT) < seconds
    }
}
