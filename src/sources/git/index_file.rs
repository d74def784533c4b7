//! Reads Git's index file in place: libgit2 allocates every entry, which takes longer than the rest of a lint that knows
//! most files already. As libgit2, it refuses an index that is split or has entries for whole folders.

use std::ops::Range;
use std::path::Path;

use git2::{Error, Oid};

use crate::sources::boundary::Boundary;
use crate::sources::open::{OpenProblem, read_whole};

const MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const HEADER: usize = 12;
/// The checksum at the end, which Git does not verify on reading either.
const TRAILER: usize = 20;
/// The part of an entry before its path: times, numbers, mode, owner, size, id, flags.
const FIXED: usize = 62;
const HAS_MORE_FLAGS: u16 = 1 << 14;

/// The index of a work tree.
#[derive(Debug, Default)]
pub(in crate::sources) struct IndexFile {
    bytes: Vec<u8>,
    /// The paths, if they are compressed in the file (version 4).
    paths: Vec<u8>,
    places: Vec<EntryPlace>,
    folders: Vec<FolderTree>,
    /// When it was written, in seconds; `None` if unknown.
    pub written: Option<i64>,
}

#[derive(Debug)]
struct EntryPlace {
    start: usize,
    path: Range<usize>,
}

/// A folder whose tree object Git recorded, because it had been written when the index was.
#[derive(Debug)]
struct FolderTree {
    /// With a slash at the end; empty for the top.
    path: Vec<u8>,
    tree: Oid,
}

/// One entry.
#[derive(Debug, Clone, Copy)]
pub(in crate::sources) struct Entry<'i> {
    /// From its start on.
    bytes: &'i [u8],
    pub path: &'i [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Mode {
    File,
    Link,
    Submodule,
    Other,
}

impl IndexFile {
    /// A missing file is an empty index.
    pub fn read(path: &Path) -> Result<Self, Error> {
        // Before it is read: another process may replace the file in between, and then files that were changed after this
        // index was written would look older than it.
        let written = written(path);
        match read_whole(&Boundary::open(), path, MAX_BYTES) {
            Ok(bytes) => Self::parse(bytes).map(|index| Self { written, ..index }).map_err(|why| {
                let message = format!("invalid data in index - {why}");
                Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Index, message)
            }),
            Err(problem) if problem.is_missing() => Ok(Self::default()),
            Err(problem) => {
                let class = match &problem {
                    OpenProblem::Io(_) => git2::ErrorClass::Os,
                    OpenProblem::Link(_) | OpenProblem::NotAFile(_) | OpenProblem::TooLarge { .. } => {
                        git2::ErrorClass::Index
                    }
                };
                Err(Error::new(git2::ErrorCode::GenericError, class, problem.to_string()))
            }
        }
    }

    fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let end = bytes.len().checked_sub(TRAILER).filter(|end| *end >= HEADER).ok_or("it is too short")?;
        if !bytes.starts_with(b"DIRC") {
            return Err("incorrect header signature".to_owned());
        }
        let version = word(&bytes, 4);
        if !(2..=4).contains(&version) {
            return Err(format!("unknown version {version}"));
        }
        let mut read = Self { bytes, ..Self::default() };
        let at = read.entries(version == 4, end).ok_or("an entry is damaged")?;
        read.extensions(at, end)?;
        Ok(read)
    }

    /// Finds the entries; returns their end, or `None` if one is damaged.
    fn entries(&mut self, is_compressed: bool, end: usize) -> Option<usize> {
        let bytes = self.bytes.get(..end)?;
        let count = word(bytes, 8) as usize;
        self.places.reserve(count.min(end / FIXED));
        let mut start = HEADER;
        let mut last = Vec::new();
        for _ in 0..count {
            let flags = half(bytes.get(start..start + FIXED)?, FIXED - 2);
            let mut from = start + FIXED + if flags & HAS_MORE_FLAGS == 0 { 0 } else { 2 };
            let dropped = if is_compressed { variable_number(bytes, &mut from)? } else { 0 };
            let rest = bytes.get(from..)?;
            let length = memchr::memchr(0, rest)?;
            let (path, next) = if is_compressed {
                last.truncate(last.len().checked_sub(dropped)?);
                last.extend_from_slice(&rest[..length]);
                let before = self.paths.len();
                self.paths.extend_from_slice(&last);
                (before..self.paths.len(), from + length + 1)
            } else {
                // One to eight zeros follow, so that every entry has a multiple of eight bytes.
                (from..from + length, start + (from + length - start + 8) / 8 * 8)
            };
            self.places.push(EntryPlace { start, path });
            start = next;
        }
        (start <= end).then_some(start)
    }

    fn extensions(&mut self, mut at: usize, end: usize) -> Result<(), String> {
        while let Some(header) = self.bytes.get(..end).and_then(|bytes| bytes.get(at..at + 8)) {
            let (name, length) = (header[..4].to_vec(), word(header, 4) as usize);
            let content = at + 8..at + 8 + length;
            at = content.end;
            if at > end {
                return Err("an extension is damaged".to_owned());
            }
            if name == b"TREE" {
                self.folders = FolderTree::all(&self.bytes[content]).unwrap_or_default();
            } else if !name[0].is_ascii_uppercase() {
                return Err(format!("unsupported mandatory extension: '{}'", name.escape_ascii()));
            }
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn entry(&self, number: usize) -> Option<Entry<'_>> {
        self.places.get(number).map(|place| self.at(place))
    }

    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.places.iter().map(|place| self.at(place))
    }

    fn at(&self, place: &EntryPlace) -> Entry<'_> {
        let paths = if self.paths.is_empty() { &self.bytes } else { &self.paths };
        Entry { bytes: &self.bytes[place.start..], path: &paths[place.path.clone()] }
    }

    /// The number of the first entry whose path is not before this one. Entries are sorted by the bytes of their paths.
    pub fn first_from(&self, path: &[u8]) -> usize {
        self.places.partition_point(|place| self.at(place).path < path)
    }

    /// The numbers of the entries in a folder, which ends with a slash; the top is empty.
    pub fn folder(&self, folder: &[u8]) -> Range<usize> {
        let is_up_to = |path: &[u8]| path < folder || path.starts_with(folder);
        self.first_from(folder)..self.places.partition_point(|place| is_up_to(self.at(place).path))
    }

    /// The number of the entry of a path, without the sides of a conflict.
    pub fn find(&self, path: &[u8]) -> Option<usize> {
        let number = self.first_from(path);
        let entry = self.entry(number).filter(|entry| entry.path == path && entry.stage() == 0);
        entry.map(|_| number)
    }

    /// The tree object of a folder, if all of its entries are as in that tree. `folder` ends with a slash; the top is empty.
    pub fn tree_of(&self, folder: &[u8]) -> Option<Oid> {
        let at = self.folders.binary_search_by(|it| it.path.as_slice().cmp(folder)).ok()?;
        self.folders.get(at).map(|folder| folder.tree)
    }
}

#[cfg(unix)] // see the other `written`
fn written(index: &Path) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    index.metadata().ok().map(|file| file.mtime())
}

/// On other systems the index records too little to be sure.
#[cfg(not(unix))]
fn written(_index: &Path) -> Option<i64> {
    None
}

impl<'i> Entry<'i> {
    pub fn id(self) -> Oid {
        Oid::from_bytes(&self.bytes[40..60]).unwrap_or(Oid::ZERO_SHA1)
    }

    pub fn mode(self) -> u32 {
        word(self.bytes, 24)
    }

    pub fn kind(self) -> Mode {
        match self.mode() & 0o170_000 {
            0o100_000 => Mode::File,
            0o120_000 => Mode::Link,
            0o160_000 => Mode::Submodule,
            _ => Mode::Other,
        }
    }

    pub fn stage(self) -> u16 {
        self.flags() & 0x3000
    }

    /// A file without a conflict or a special flag.
    pub fn is_plain(self) -> bool {
        self.kind() == Mode::File
            && self.flags() & 0x3000 == 0
            && !self.is_assumed_unchanged()
            && self.more_flags() == 0
    }

    pub fn is_assumed_unchanged(self) -> bool {
        self.flags() & 1 << 15 != 0
    }

    /// A sparse checkout leaves the file out of the work tree.
    pub fn is_left_out(self) -> bool {
        self.more_flags() & 1 << 14 != 0
    }

    /// `git add -N`: the entry is not part of the commit.
    pub fn is_announced(self) -> bool {
        self.more_flags() & 1 << 13 != 0
    }

    fn flags(self) -> u16 {
        half(self.bytes, FIXED - 2)
    }

    fn more_flags(self) -> u16 {
        if self.flags() & HAS_MORE_FLAGS == 0 { 0 } else { half(self.bytes, FIXED) }
    }

    /// Seconds and nanoseconds.
    pub fn ctime(self) -> (u32, u32) {
        (word(self.bytes, 0), word(self.bytes, 4))
    }

    pub fn mtime(self) -> (u32, u32) {
        (word(self.bytes, 8), word(self.bytes, 12))
    }

    pub fn inode(self) -> u32 {
        word(self.bytes, 20)
    }

    pub fn size(self) -> u32 {
        word(self.bytes, 36)
    }
}

impl FolderTree {
    /// `None` if the list is damaged.
    fn all(mut bytes: &[u8]) -> Option<Vec<Self>> {
        let mut found = Vec::new();
        // The folders around the current one, each with the number of its folders that are still to come.
        let mut around: Vec<(Vec<u8>, usize)> = Vec::new();
        while !bytes.is_empty() {
            let name = until(&mut bytes, 0)?;
            let entries: i64 = number(until(&mut bytes, b' ')?)?;
            let folders = number(until(&mut bytes, b'\n')?)?;
            while around.pop_if(|(_, left)| *left == 0).is_some() {}
            let mut path = match around.last_mut() {
                Some((path, left)) => {
                    *left -= 1;
                    path.clone()
                }
                None => Vec::new(),
            };
            if !name.is_empty() {
                path.extend_from_slice(name);
                path.push(b'/');
            }
            // A negative number: the folder has changed since.
            if entries >= 0 {
                let (id, rest) = bytes.split_at_checked(20)?;
                found.push(Self { path: path.clone(), tree: Oid::from_bytes(id).ok()? });
                bytes = rest;
            }
            around.push((path, usize::try_from(folders).ok()?));
        }
        found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Some(found)
    }
}

/// The bytes before `end`, which is skipped.
fn until<'b>(bytes: &mut &'b [u8], end: u8) -> Option<&'b [u8]> {
    let at = memchr::memchr(end, bytes)?;
    let (found, rest) = (&bytes[..at], &bytes[at + 1..]);
    *bytes = rest;
    Some(found)
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Git's number of variable length: seven bits in each byte, and each further byte adds one first.
fn variable_number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0_usize;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value = value.checked_shl(7)? | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |four| u32::from_be_bytes(*four))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |two| u16::from_be_bytes(*two))
}
