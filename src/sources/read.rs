//! Reads the text of a file into a reused buffer. The size is checked before the first byte is read, so an oversized
//! file costs only an open and a close.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use super::boundary::Boundary;
use super::encoding::{Text, TextRef, decode};
use super::git::{BlobStore, is_content_of};
use super::open::{OpenFile, open};
use super::read_problem::ReadProblem;

/// Larger manifests, blueprints and configs are refused without reading: the catalog accepts entities up to 1 MiB.
pub(super) const MAX_MANIFEST_BYTES: u64 = 10 * 1024 * 1024;

/// The limit for generated files: known entities, plans, baselines.
pub(super) const MAX_GENERATED_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// A buffer that exceeds this after a large file is freed.
const MAX_KEPT_BUFFER_BYTES: usize = 4 * 1024 * 1024;

const FIRST_READ: usize = 64 * 1024;

/// A file of the run.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Relative to the root, always with `/`, for people and reports. See [`super::path_text`].
    pub path: String,
    pub place: Place,
}

/// Where the content of a file is.
#[derive(Debug, Clone)]
pub enum Place {
    Disk(DiskFile),
    /// `entry`: the number of its entry in the index, if it has one.
    Blob {
        id: git2::Oid,
        store: Arc<BlobStore>,
        entry: Option<u32>,
    },
    Given(Arc<[u8]>),
    /// The text that was read from another place, so that all steps of a run see the same.
    Read(Arc<ReadFile>),
}

/// The text of a file, and where it was read.
#[derive(Debug)]
pub struct ReadFile {
    text: Text,
    place: Place,
}

impl ReadFile {
    pub fn text(&self) -> &str {
        &self.text.text
    }
}

impl SourceFile {
    /// Keeps the text that was read from it.
    pub fn keep(&mut self, text: Text) {
        let place = std::mem::replace(&mut self.place, Place::Given(Arc::default()));
        self.place = place.read(text);
    }

    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self.place, Place::Given(_) | Place::Read(_))
    }
}

impl Place {
    /// The same with the text that was read from it.
    pub fn read(self, text: Text) -> Self {
        Self::Read(Arc::new(ReadFile { text, place: self }))
    }

    /// The file of the work tree, if the content comes from one.
    pub fn disk(&self) -> Option<&DiskFile> {
        match self {
            Self::Disk(disk) => Some(disk),
            Self::Read(read) => read.place.disk(),
            Self::Blob { .. } | Self::Given(_) => None,
        }
    }
}

/// A file on disk.
#[derive(Debug, Clone)]
pub struct DiskFile {
    /// Shared, because the texts that a run keeps name their files too.
    pub path: Arc<Path>,
    /// The repository: no link in it may lead `path` out of it.
    pub within: Boundary,
}

impl DiskFile {
    /// `path` is absolute, or relative to the boundary's root.
    pub fn new(within: &Boundary, path: impl AsRef<Path>) -> Self {
        Self { path: within.root().join(path).into(), within: within.clone() }
    }
}

/// Reused buffers for reading. One per thread.
#[derive(Default)]
pub struct ReadBuffer {
    bytes: Vec<u8>,
    decoded: String,
    /// Git handles cannot be shared between threads and are expensive to open, so the last one is kept.
    opened: Option<(Arc<BlobStore>, git2::Repository)>,
}

impl std::fmt::Debug for ReadBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadBuffer").field("capacity", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Reads the text of `file`, which is valid until the buffer is used again.
pub fn read<'b>(file: &'b SourceFile, buffer: &'b mut ReadBuffer) -> Result<TextRef<'b>, ReadProblem> {
    read_at_most(file, buffer, MAX_MANIFEST_BYTES)
}

/// Like [`read`], for a generated file.
pub fn read_large<'b>(file: &'b SourceFile, buffer: &'b mut ReadBuffer) -> Result<TextRef<'b>, ReadProblem> {
    read_at_most(file, buffer, MAX_GENERATED_FILE_BYTES)
}

fn read_at_most<'b>(file: &'b SourceFile, buffer: &'b mut ReadBuffer, limit: u64) -> Result<TextRef<'b>, ReadProblem> {
    let ReadBuffer { bytes, decoded, opened } = buffer;
    match &file.place {
        Place::Disk(disk) => {
            let length = fill(disk, bytes, limit)?;
            decode(bytes.get(..length).unwrap_or_default(), decoded)
        }
        Place::Blob { id, store, entry } => {
            let copy = store.copy_of(*entry).and_then(|(path, within)| {
                fill(&DiskFile { path: path.into(), within: within.clone() }, bytes, limit).ok()
            });
            // The file may change while it is read, and attributes that were removed since may have converted it.
            let length = match copy.filter(|length| is_content_of(*id, bytes.get(..*length).unwrap_or_default())) {
                Some(length) => length,
                None => fill_from_blob(*id, store, opened, bytes, limit)?,
            };
            decode(bytes.get(..length).unwrap_or_default(), decoded)
        }
        Place::Given(given) => {
            check_size(given.len() as u64, limit)?;
            decode(given, decoded)
        }
        Place::Read(read) => Ok(TextRef { text: &read.text.text, encoding: read.text.encoding }),
    }
}

/// Reads the whole file into the start of `bytes` and returns its length. The buffer only grows, because zeroing it
/// again would cost more than reading.
fn fill(disk: &DiskFile, bytes: &mut Vec<u8>, limit: u64) -> Result<usize, ReadProblem> {
    let OpenFile { mut file, length } = open(&disk.within, &disk.path, limit)?;
    make_ready(bytes);
    // One byte more than the file has, so that the last read is short.
    let expected = usize::try_from(length).unwrap_or(usize::MAX - 1) + 1;
    if bytes.len() < expected {
        bytes.resize(expected, 0);
    }
    let mut filled = 0;
    loop {
        let read = match file.read(bytes.get_mut(filled..).unwrap_or_default()) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReadProblem::Io(error)),
        };
        filled += read;
        check_size(filled as u64, limit)?;
        if read == 0 || filled < bytes.len() {
            // A regular file fills the buffer completely until its end, so a short read saves another call.
            return Ok(filled);
        }
        // The file has grown since it was opened.
        bytes.resize(filled + FIRST_READ, 0);
    }
}

fn fill_from_blob(
    id: git2::Oid,
    store: &Arc<BlobStore>,
    opened: &mut Option<(Arc<BlobStore>, git2::Repository)>,
    bytes: &mut Vec<u8>,
    limit: u64,
) -> Result<usize, ReadProblem> {
    if opened.as_ref().is_none_or(|(last, _)| !Arc::ptr_eq(last, store)) {
        *opened = Some((Arc::clone(store), store.open().map_err(ReadProblem::Git)?));
    }
    let Some((_, repository)) = opened else { return Ok(0) };
    let objects = repository.odb().map_err(ReadProblem::Git)?;
    let (length, _) = objects.read_header(id).map_err(ReadProblem::Git)?;
    check_size(length as u64, limit)?;
    let object = objects.read(id).map_err(ReadProblem::Git)?;
    make_ready(bytes);
    if bytes.len() < object.len() {
        bytes.resize(object.len(), 0);
    }
    if let Some(front) = bytes.get_mut(..object.len()) {
        front.copy_from_slice(object.data());
    }
    Ok(object.len())
}

fn check_size(bytes: u64, limit: u64) -> Result<(), ReadProblem> {
    if bytes > limit { Err(ReadProblem::TooLarge { bytes, limit }) } else { Ok(()) }
}

fn make_ready(bytes: &mut Vec<u8>) {
    if bytes.len() > MAX_KEPT_BUFFER_BYTES {
        bytes.truncate(FIRST_READ);
        bytes.shrink_to_fit();
    }
    if bytes.len() < FIRST_READ {
        bytes.resize(FIRST_READ, 0);
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out files")]
mod tests {
    use std::fs;

    use super::*;

    fn disk(root: &Path, path: &Path) -> Place {
        Place::Disk(DiskFile::new(&Boundary::new(root), path))
    }

    fn on_disk(folder: &tempfile::TempDir, bytes: &[u8]) -> SourceFile {
        let path = folder.path().join("x.yaml");
        fs::write(&path, bytes).expect("a file");
        SourceFile { path: "x.yaml".to_owned(), place: disk(folder.path(), &path) }
    }

    #[test]
    fn every_length_around_the_buffer_is_read_whole_and_nothing_of_the_file_before_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut buffer = ReadBuffer::default();
        let lengths = [3, FIRST_READ - 1, FIRST_READ, FIRST_READ + 1, 3 * FIRST_READ, MAX_KEPT_BUFFER_BYTES + 7, 5, 0];
        for (letter, length) in ('a'..).zip(lengths) {
            let text = letter.to_string().repeat(length);
            let file = on_disk(&folder, text.as_bytes());
            let read = read(&file, &mut buffer).expect("it is text");
            assert!(read.text == text, "{length}");
        }
        assert!(buffer.bytes.len() <= MAX_KEPT_BUFFER_BYTES, "the large file's memory is given back");
    }

    #[test]
    fn given_bytes_are_decoded_like_files() {
        let mut buffer = ReadBuffer::default();
        let given = SourceFile { path: "-".to_owned(), place: Place::Given(Arc::from(&b"\xFF\xFEa\0"[..])) };
        let text = read(&given, &mut buffer).expect("it is text").to_text();
        assert_eq!(text.text, "a");
        assert_eq!(
            text.encoding,
            crate::sources::Encoding::Utf16 { order: crate::sources::ByteOrder::Little, bom: true }
        );
    }

    #[test]
    fn a_huge_file_is_refused_by_its_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = on_disk(&folder, b"");
        let path = folder.path().join("x.yaml");
        // A sparse file, which uses no disk space.
        let grown = fs::File::options().write(true).open(&path).and_then(|file| file.set_len(MAX_MANIFEST_BYTES + 1));
        grown.expect("it grows");
        let mut buffer = ReadBuffer::default();
        match read(&file, &mut buffer) {
            Err(ReadProblem::TooLarge { bytes, limit }) => {
                assert_eq!((bytes, limit), (MAX_MANIFEST_BYTES + 1, MAX_MANIFEST_BYTES));
            }
            other => panic!("{other:?}"),
        }
        assert!(buffer.bytes.len() <= FIRST_READ, "it was not read");
    }

    #[test]
    fn what_is_not_there_or_no_file_is_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut buffer = ReadBuffer::default();
        let file = |path: std::path::PathBuf| SourceFile { path: "x".to_owned(), place: disk(folder.path(), &path) };
        assert!(matches!(read(&file(folder.path().join("gone.yaml")), &mut buffer), Err(ReadProblem::Io(_))));
        let folder_itself = file(folder.path().to_owned());
        let problem = read(&folder_itself, &mut buffer).expect_err("it is no file");
        assert_eq!(problem.to_string(), "The file cannot be read: it is a folder, not a regular file");
    }
}
