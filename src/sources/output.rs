//! Files that a user names for results: a report, a baseline, a pipeline's job summary. They may lie anywhere; the
//! files of the repository are written by `write_atomically` alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::read::LARGEST_FILE;
use super::write::{Draft, keep_owner};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputError {
    #[error("write `{}`: {source}", path.display())]
    #[diagnostic(code("unwritable-output"), help("{}", help_with_writing(source)))]
    Write { path: PathBuf, source: io::Error },
    #[error("read `{}`: {source}", path.display())]
    #[diagnostic(code("unreadable-input"), help("{}", help_with_reading(source)))]
    Read { path: PathBuf, source: io::Error },
    #[error("read `{}`: it has more than {limit} bytes", path.display())]
    #[diagnostic(code("input-too-large"), help("name the right file: nothing that portolan writes is as large"))]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("read standard input: {0}")]
    #[diagnostic(code("unreadable-input"))]
    Input(io::Error),
}

fn help_with_writing(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "look at the space on the disk that it lies on"
        }
        _ => "name a file in a folder that exists and that you may write to",
    }
}

fn help_with_reading(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::InvalidData => "name a file that holds text",
        _ => "name a file that exists and that you may read",
    }
}

/// Puts `text` in the place of what the file held, in one step where the place allows it. Folders are not made: one that
/// is not there is a slip in the name.
pub fn write_output(path: &Path, text: &str) -> Result<(), OutputError> {
    let write = || match replaceable(path)? {
        Some(place) if replace(&place, text.as_bytes())? => Ok(()),
        Some(_) | None => fs::write(path, text),
    };
    write().map_err(|source| OutputError::Write { path: path.to_owned(), source })
}

/// Where a new file may take the place of what is there: of a file that may be written, by whatever links it is reached,
/// and of nothing. A pipe and a device are what they are.
fn replaceable(path: &Path) -> io::Result<Option<PathBuf>> {
    match path.canonicalize() {
        Ok(place) if place.is_file() => OpenOptions::new().write(true).open(&place).map(|_| Some(place)),
        Ok(_) => Ok(None),
        // A link to nothing is written through.
        Err(_) => Ok(path.symlink_metadata().is_err().then(|| path.to_owned())),
    }
}

/// False where the folder takes no new file: the one that is there may still be written.
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

/// Whether `write_output` would find a place there, as far as that can be told before.
pub fn check_output(path: &Path) -> Result<(), OutputError> {
    let check = || match replaceable(path)? {
        Some(place) if !place.exists() => Draft::create(folder_of(&place)).map(drop),
        Some(_) | None => Ok(()),
    };
    check().map_err(|source| OutputError::Write { path: path.to_owned(), source })
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Adds `text` to the end of the file: a job summary has other authors too.
pub fn append_output(path: &Path, text: &str) -> Result<(), OutputError> {
    let refuse = |source| OutputError::Write { path: path.to_owned(), source };
    let mut file = OpenOptions::new().append(true).create(true).open(path).map_err(refuse)?;
    file.write_all(text.as_bytes()).map_err(refuse)
}

/// A file that a user named, as text.
pub fn read_input(path: &Path) -> Result<String, OutputError> {
    let refuse = |source| OutputError::Read { path: path.to_owned(), source };
    let too_large = || OutputError::TooLarge { path: path.to_owned(), limit: LARGEST_FILE };
    let file = File::open(path).map_err(refuse)?;
    if file.metadata().map_err(refuse)?.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let mut text = String::new();
    // What is no regular file tells no size.
    let length = file.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(refuse)?;
    if length as u64 > LARGEST_FILE { Err(too_large()) } else { Ok(text) }
}

/// The same; `None` where there is no such file.
pub fn read_input_if_there(path: &Path) -> Result<Option<String>, OutputError> {
    match read_input(path) {
        Err(OutputError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The file that a path leads to, in one spelling: for telling whether two paths are the same file.
pub fn output_place(path: &Path) -> PathBuf {
    let real = || {
        let (folder, name) = (path.parent()?, path.file_name()?);
        Some(folder.canonicalize().ok()?.join(name))
    };
    path.canonicalize().ok().or_else(real).unwrap_or_else(|| path.to_owned())
}

/// All of standard input.
pub fn read_standard_input() -> Result<Vec<u8>, OutputError> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(OutputError::Input)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::*;

    #[test]
    fn the_help_is_of_the_cause() {
        let path = PathBuf::from("x.json");
        let help = |error: &OutputError| error.help().map(|help| help.to_string()).unwrap_or_default();
        let write = |kind: ErrorKind| help(&OutputError::Write { path: path.clone(), source: kind.into() });
        assert!(write(ErrorKind::StorageFull).contains("space"));
        assert!(write(ErrorKind::NotFound).contains("folder that exists"));
        let read = |kind: ErrorKind| help(&OutputError::Read { path: path.clone(), source: kind.into() });
        assert!(read(ErrorKind::InvalidData).contains("text"));
        assert!(read(ErrorKind::NotFound).contains("exists"));
    }

    #[test]
    fn what_was_there_is_replaced_whole_and_by_whatever_way_it_is_reached() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        for text in ["a longer text", "short"] {
            write_output(&path, text).expect("it is written");
            assert_eq!(read_input(&path).expect("it is there"), text);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "no draft is left behind");
        assert!(write_output(&folder.path().join("no/such/report.json"), "x").is_err());
        assert!(write_output(folder.path(), "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_permissions_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&path, "old").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
        symlink("real.json", &link).expect("a link");
        write_output(&link, "new").expect("it is written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
        write_output(Path::new("/dev/null"), "x").expect("it is written");
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn what_is_too_large_is_not_read_and_what_is_not_there_may_be_no_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        assert!(read_input_if_there(&path).expect("it is no fault").is_none());
        assert!(matches!(read_input(&path), Err(OutputError::Read { .. })));
        // Sparse: it takes no room on the disk.
        let file = File::create(&path).expect("a file");
        file.set_len(LARGEST_FILE + 1).expect("it grows");
        assert!(matches!(read_input_if_there(&path), Err(OutputError::TooLarge { .. })));
    }
}
