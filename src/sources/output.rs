//! Reads and writes files that a user names: a report, a baseline, a plan, a job summary. They may be anywhere, but a
//! link in the repository must not lead out of it, because a branch may contain such a link. Files of the repository
//! itself are written with `write_atomically` only.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write")]

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::boundary::{Boundary, LinkProblem};
use super::inspect::{EntryKind, PathKind, end_kind};
use super::near::{did_you_mean, near_path};
use super::open::{OpenProblem, read_at_most, read_whole};
use super::read::MAX_GENERATED_FILE_BYTES;
use super::write::{Draft, keep_owner};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputError {
    #[error("`{}` cannot be written: {}", path.display(), reason_of_writing(path, source))]
    #[diagnostic(code("unwritable-output"), help("{}", near.as_deref().unwrap_or(help_with_writing(source))))]
    Write { path: PathBuf, source: io::Error, near: Option<String> },
    #[error("`{}` cannot be written: {problem}", path.display())]
    #[diagnostic(
        code("output-outside-repository"),
        help("remove the link from the repository, or name the file that it points to")
    )]
    WriteLink { path: PathBuf, problem: LinkProblem },
    #[error("`{}` already exists", path.display())]
    #[diagnostic(
        code("output-exists"),
        help("name a file that does not exist yet; an existing one is never overwritten")
    )]
    Exists { path: PathBuf },
    #[error("`{}` would be larger than {limit} bytes, which portolan cannot read again", path.display())]
    #[diagnostic(code("output-too-large"), help("write less into one file: choose a part with `--only`"))]
    TooMuch { path: PathBuf, limit: u64 },
    #[error("named pipe `{}` has no reader", path.display())]
    #[diagnostic(code("unwritable-output"), help("start the reading program first, or name a regular file"))]
    NoReader { path: PathBuf },
    #[error("`{}` cannot be read: {}", path.display(), io_reason(source))]
    #[diagnostic(code("unreadable-input"), help("{}", near.as_deref().unwrap_or(help_with_reading(source))))]
    Read { path: PathBuf, source: io::Error, near: Option<String> },
    #[error("`{}` cannot be read: {problem}", path.display())]
    #[diagnostic(code("unreadable-input"), help("{}", help_with_opening(problem)))]
    Open { path: PathBuf, problem: OpenProblem },
    #[error("`{}` is larger than {limit} bytes", path.display())]
    #[diagnostic(code("input-too-large"), help("name the right file: portolan writes no file this large"))]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("standard input cannot be read: {}", io_reason(.0))]
    #[diagnostic(code("unreadable-input"))]
    Input(io::Error),
    #[error("standard input is larger than {limit} bytes")]
    #[diagnostic(code("input-too-large"), help("pass the text of one file"))]
    InputTooLarge { limit: u64 },
}

/// The user chose the file, so a path that leads nowhere is a usage error; what the disk refuses is a failure.
impl ExitClass for OutputError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Read { .. }
            | Self::Open { .. }
            | Self::TooLarge { .. }
            | Self::InputTooLarge { .. }
            | Self::Exists { .. }
            | Self::TooMuch { .. }
            | Self::WriteLink { .. } => ErrorClass::Usage,
            Self::Write { source, .. } if is_about_path(source) => ErrorClass::Usage,
            Self::Write { .. } | Self::NoReader { .. } | Self::Input(_) => ErrorClass::Failure,
        }
    }
}

impl OutputError {
    /// The same for a file as the user named it, relative to `directory`. A misspelled path gets a suggestion.
    pub fn named(self, directory: &Path, file: &Path) -> Self {
        let path = file.to_owned();
        match self {
            Self::Write { source, .. } => {
                let near = || {
                    let (folder, name) = (file.parent()?, file.file_name()?);
                    let folder = near_path(directory, folder, Some(PathKind::Folder))?;
                    Some(format!("did you mean `{}`?", folder.join(name).display()))
                };
                let near = if source.kind() == ErrorKind::NotFound { near() } else { None };
                Self::Write { path, source, near }
            }
            Self::Read { source, .. } => {
                let is_missing = source.kind() == ErrorKind::NotFound;
                let near = if is_missing { did_you_mean(directory, file, Some(PathKind::File)) } else { None };
                Self::Read { path, source, near }
            }
            Self::TooLarge { limit, .. } => Self::TooLarge { path, limit },
            Self::WriteLink { problem, .. } => Self::WriteLink { path, problem },
            Self::NoReader { .. } => Self::NoReader { path },
            Self::Exists { .. } => Self::Exists { path },
            Self::TooMuch { limit, .. } => Self::TooMuch { path, limit },
            Self::Open { problem, .. } => Self::Open { path, problem },
            Self::Input(_) | Self::InputTooLarge { .. } => self,
        }
    }
}

/// The reason as a clause. Only a missing folder makes a file that cannot be found for writing.
fn reason_of_writing(path: &Path, source: &io::Error) -> String {
    match path.parent().filter(|folder| source.kind() == ErrorKind::NotFound && !folder.as_os_str().is_empty()) {
        Some(folder) => format!("the folder `{}` does not exist", folder.display()),
        None => io_reason(source),
    }
}

/// Whether another path would do: no such folder, or a folder where a file must be.
fn is_about_path(source: &io::Error) -> bool {
    matches!(
        source.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidFilename
    )
}

fn help_with_writing(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "check the free space on that disk"
        }
        ErrorKind::NotFound => "create the folder, or name a file in one that exists",
        ErrorKind::IsADirectory => "name a file, for example one in this folder",
        _ => "name a file in a folder that exists and is writable",
    }
}

fn help_with_reading(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::InvalidData => "name a file that holds text",
        _ => "name a file that exists and is readable",
    }
}

fn help_with_opening(problem: &OpenProblem) -> &'static str {
    match problem {
        OpenProblem::Link(LinkProblem::Outside | LinkProblem::GitFolder) => {
            "remove the link from the repository, or name the file that it points to"
        }
        OpenProblem::NotAFile("a folder") => "name a file, for example one in this folder",
        OpenProblem::NotAFile(_) => "write its content to a file, and name that file",
        OpenProblem::Link(LinkProblem::Nowhere | LinkProblem::NotAFolder | LinkProblem::Io(_))
        | OpenProblem::TooLarge { .. }
        | OpenProblem::Io(_) => "name a file that exists and is readable",
    }
}

/// Replaces the content of the file with `text`, atomically where possible. It creates no folders, because a missing
/// folder is probably a typo.
pub fn write_output(within: &Boundary, path: &Path, text: &str) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write { path: path.to_owned(), source, near: None };
    match Target::of(within, path)? {
        Target::New(place) | Target::File(place) => {
            if !replace(&place, text.as_bytes()).map_err(failed)? {
                fs::write(&place, text).map_err(failed)?;
            }
            Ok(())
        }
        Target::Stream(place, kind) => write_stream(&place, kind, path, text),
    }
}

/// The kind of a named output.
enum Target {
    /// Does not exist yet.
    New(PathBuf),
    /// A writable file, reached directly or through links.
    File(PathBuf),
    /// A pipe or a device.
    Stream(PathBuf, EntryKind),
}

impl Target {
    fn of(within: &Boundary, path: &Path) -> Result<Self, OutputError> {
        let failed = |source| OutputError::Write { path: path.to_owned(), source, near: None };
        let resolved = within.resolve(path).map_err(|problem| match problem {
            LinkProblem::Io(source) => failed(source),
            LinkProblem::NotAFolder => failed(ErrorKind::NotADirectory.into()),
            LinkProblem::Outside | LinkProblem::GitFolder | LinkProblem::Nowhere => {
                OutputError::WriteLink { path: path.to_owned(), problem }
            }
        })?;
        let place = resolved.path;
        // Streams are files on Unix only.
        let is_stream = cfg!(unix) && (place.starts_with("/dev/fd") || place.starts_with("/proc"));
        match end_kind(&place) {
            None => Ok(Self::New(place)),
            Some(EntryKind::Folder) => Err(failed(ErrorKind::IsADirectory.into())),
            Some(kind @ EntryKind::File) if is_stream || is_standard_stream(&place) => Ok(Self::Stream(place, kind)),
            Some(EntryKind::File | EntryKind::Link) => {
                OpenOptions::new().write(true).open(&place).map_err(failed)?;
                Ok(Self::File(place))
            }
            Some(kind @ (EntryKind::Pipe | EntryKind::Socket | EntryKind::Device)) => Ok(Self::Stream(place, kind)),
        }
    }
}

/// Whether the file is a standard stream of this process, which must not be replaced.
fn is_standard_stream(place: &Path) -> bool {
    // Streams are files on Unix only.
    cfg!(unix) && ["/dev/stdout", "/dev/stderr"].iter().any(|stream| place == Path::new(stream))
}

fn write_stream(place: &Path, kind: EntryKind, path: &Path, text: &str) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write { path: path.to_owned(), source, near: None };
    // Opening a pipe without a reader would block, perhaps forever.
    let _probe = match kind {
        EntryKind::Pipe => {
            Some(open_without_waiting(place).map_err(|_| OutputError::NoReader { path: path.to_owned() })?)
        }
        EntryKind::File | EntryKind::Folder | EntryKind::Link | EntryKind::Socket | EntryKind::Device => None,
    };
    let mut stream = OpenOptions::new().append(true).open(place).map_err(failed)?;
    stream.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(unix)] // opening a pipe may block
fn open_without_waiting(place: &Path) -> io::Result<fs::File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(fs::File::from(rustix::fs::open(place, flags, Mode::empty())?))
}

#[cfg(not(unix))] // Windows has no pipes among files
fn open_without_waiting(place: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).open(place)
}

/// Replaces the file. False: the folder accepts no new files, but the existing file may still be writable.
fn replace(place: &Path, bytes: &[u8]) -> io::Result<bool> {
    let Ok((draft, mut file)) = Draft::create(folder_of(place)) else { return Ok(false) };
    file.write_all(bytes)?;
    if let Ok(existing) = fs::metadata(place) {
        keep_owner(&file, &existing);
        file.set_permissions(existing.permissions())?;
    }
    drop(file);
    fs::rename(&draft.path, place)?;
    draft.keep();
    Ok(true)
}

/// Checks in advance whether `write_output` would succeed, as far as possible.
pub fn check_output(within: &Boundary, path: &Path) -> Result<(), OutputError> {
    match Target::of(within, path)? {
        Target::New(place) => Draft::create(folder_of(&place)).map(drop).map_err(|source| OutputError::Write {
            path: path.to_owned(),
            source,
            near: None,
        }),
        Target::File(_) | Target::Stream(..) => Ok(()),
    }
}

/// Checks in advance whether `create_private_output` would succeed, as far as possible.
pub fn check_new_output(within: &Boundary, path: &Path) -> Result<(), OutputError> {
    match Target::of(within, path)? {
        Target::New(_) => check_output(within, path),
        Target::File(_) | Target::Stream(..) => Err(OutputError::Exists { path: path.to_owned() }),
    }
}

/// Creates a file that only its owner may read. It is on the disk when this returns, and nothing is ever overwritten.
pub fn create_private_output(within: &Boundary, path: &Path, text: &str) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write { path: path.to_owned(), source, near: None };
    let exists = || OutputError::Exists { path: path.to_owned() };
    let limit = MAX_GENERATED_FILE_BYTES;
    if text.len() as u64 > limit {
        return Err(OutputError::TooMuch { path: path.to_owned(), limit });
    }
    let Target::New(place) = Target::of(within, path)? else { return Err(exists()) };
    let (draft, mut file) = Draft::create(folder_of(&place)).map_err(failed)?;
    make_private(&file).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    drop(file);
    // Unlike a rename, a hard link fails if the target exists.
    match fs::hard_link(&draft.path, &place) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists()),
        // Some file systems have no hard links; the rename leaves a short race after the check above.
        Err(_) => {
            fs::rename(&draft.path, &place).map_err(failed)?;
            draft.keep();
            Ok(())
        }
    }
}

#[cfg(unix)] // files have modes
fn make_private(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))] // the folder decides who may read its files
fn make_private(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Appends `text` to the file: a job summary has other authors too.
pub fn append_output(within: &Boundary, path: &Path, text: &str) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write { path: path.to_owned(), source, near: None };
    match Target::of(within, path)? {
        Target::New(place) | Target::File(place) => {
            let mut file = OpenOptions::new().append(true).create(true).open(place).map_err(failed)?;
            file.write_all(text.as_bytes()).map_err(failed)
        }
        Target::Stream(place, kind) => write_stream(&place, kind, path, text),
    }
}

/// Reads a file that a user named.
pub fn read_input_bytes(within: &Boundary, path: &Path) -> Result<Vec<u8>, OutputError> {
    let bytes =
        if is_inherited(path) { read_inherited(path) } else { read_whole(within, path, MAX_GENERATED_FILE_BYTES) };
    bytes.map_err(|problem| match problem {
        OpenProblem::TooLarge { limit, .. } => OutputError::TooLarge { path: path.to_owned(), limit },
        OpenProblem::Io(source) => OutputError::Read { path: path.to_owned(), source, near: None },
        OpenProblem::Link(_) | OpenProblem::NotAFile(_) => OutputError::Open { path: path.to_owned(), problem },
    })
}

/// Like [`read_input_bytes`], as text.
pub fn read_input(within: &Boundary, path: &Path) -> Result<String, OutputError> {
    let bytes = read_input_bytes(within, path)?;
    String::from_utf8(bytes).map_err(|_| {
        let source = io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
        OutputError::Read { path: path.to_owned(), source, near: None }
    })
}

/// A stream that the shell opened for this process, as in `--baseline <(jq ...)`: it has a writer, so reading it does
/// not block forever.
fn is_inherited(path: &Path) -> bool {
    // Streams are files on Unix only.
    cfg!(unix) && ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|place| path.starts_with(place))
}

fn read_inherited(path: &Path) -> Result<Vec<u8>, OpenProblem> {
    read_at_most(fs::File::open(path)?, 0, MAX_GENERATED_FILE_BYTES)
}

/// Like [`read_input`]; `None` if the file does not exist.
pub fn read_input_if_there(within: &Boundary, path: &Path) -> Result<Option<String>, OutputError> {
    match read_input(within, path) {
        Err(OutputError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The resolved path of a file, to tell whether two paths are the same file.
pub fn output_place(path: &Path) -> PathBuf {
    let real = || {
        let (folder, name) = (path.parent()?, path.file_name()?);
        Some(folder.canonicalize().ok()?.join(name))
    };
    path.canonicalize().ok().or_else(real).unwrap_or_else(|| path.to_owned())
}

/// Reads all of standard input.
pub fn read_standard_input() -> Result<Vec<u8>, OutputError> {
    let mut bytes = Vec::new();
    let limit = MAX_GENERATED_FILE_BYTES;
    io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(OutputError::Input)?;
    if bytes.len() as u64 > limit { Err(OutputError::InputTooLarge { limit }) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::*;
    use std::fs::File;

    fn anywhere() -> Boundary {
        Boundary::open()
    }

    #[test]
    fn the_help_is_of_the_cause() {
        let path = PathBuf::from("x.json");
        let help = |error: &OutputError| error.help().map(|help| help.to_string()).unwrap_or_default();
        let write = |kind: ErrorKind| help(&OutputError::Write { path: path.clone(), source: kind.into(), near: None });
        assert!(write(ErrorKind::StorageFull).contains("space"));
        assert!(write(ErrorKind::NotFound).contains("create the folder"));
        let read = |kind: ErrorKind| help(&OutputError::Read { path: path.clone(), source: kind.into(), near: None });
        assert!(read(ErrorKind::InvalidData).contains("text"));
        assert!(read(ErrorKind::NotFound).contains("exists"));
    }

    #[test]
    fn what_was_there_is_replaced_whole_and_by_whatever_way_it_is_reached() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        for text in ["a longer text", "short"] {
            write_output(&anywhere(), &path, text).expect("it is written");
            assert_eq!(read_input(&anywhere(), &path).expect("it is there"), text);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "no draft is left behind");
        assert!(write_output(&anywhere(), &folder.path().join("no/such/report.json"), "x").is_err());
        assert!(write_output(&anywhere(), folder.path(), "x").is_err());
    }

    #[cfg(unix)] // modes, links and devices
    #[test]
    fn links_permissions_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        check(folder.path());
        // Linux has ordinary files in one folder of /dev.
        if let Ok(folder) = tempfile::tempdir_in("/dev/shm") {
            check(folder.path());
        }

        fn check(folder: &Path) {
            let (path, link) = (folder.join("real.json"), folder.join("link.json"));
            fs::write(&path, "old").expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
            symlink("real.json", &link).expect("a link");
            write_output(&anywhere(), &link, "new").expect("it is written");
            assert!(link.is_symlink());
            assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
            assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
            write_output(&anywhere(), Path::new("/dev/null"), "x").expect("it is written");
            assert!(!Path::new("/dev/null").is_file());
        }
    }

    #[test]
    fn what_is_created_is_whole_and_overwrites_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("backup.json");
        check_new_output(&anywhere(), &path).expect("it is free");
        create_private_output(&anywhere(), &path, "secret").expect("it is written");
        #[cfg(unix)] // files have modes
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for create in [create_private_output(&anywhere(), &path, "x"), check_new_output(&anywhere(), &path)] {
            assert!(matches!(create, Err(OutputError::Exists { .. })), "{create:?}");
        }
        assert_eq!(read_input(&anywhere(), &path).expect("it is there"), "secret");
        assert!(create_private_output(&anywhere(), &folder.path().join("no/such.json"), "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "no draft is left behind");
    }

    #[test]
    fn what_is_too_large_is_not_read_and_what_is_not_there_may_be_no_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        assert!(read_input_if_there(&anywhere(), &path).expect("it is no fault").is_none());
        assert!(matches!(read_input(&anywhere(), &path), Err(OutputError::Read { .. })));
        // A sparse file, which uses no disk space.
        let file = File::create(&path).expect("a file");
        file.set_len(MAX_GENERATED_FILE_BYTES + 1).expect("it grows");
        assert!(matches!(read_input_if_there(&anywhere(), &path), Err(OutputError::TooLarge { .. })));
    }
}
