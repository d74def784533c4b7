//! Files that a user names for results: a report, a baseline, a pipeline's job summary. They may lie anywhere; the
//! files of the repository are written by `write_atomically` alone.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputError {
    #[error("write `{}`: {source}", path.display())]
    #[diagnostic(code("unwritable-output"), help("{}", help_with_writing(source)))]
    Write { path: PathBuf, source: io::Error },
    #[error("read `{}`: {source}", path.display())]
    #[diagnostic(code("unreadable-input"), help("{}", help_with_reading(source)))]
    Read { path: PathBuf, source: io::Error },
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

/// Puts `text` in the place of what the file held. Folders are not made: one that is not there is a slip in the name.
pub fn write_output(path: &Path, text: &str) -> Result<(), OutputError> {
    fs::write(path, text).map_err(|source| OutputError::Write { path: path.to_owned(), source })
}

/// Adds `text` to the end of the file: a job summary has other authors too.
pub fn append_output(path: &Path, text: &str) -> Result<(), OutputError> {
    let refuse = |source| OutputError::Write { path: path.to_owned(), source };
    let mut file = OpenOptions::new().append(true).create(true).open(path).map_err(refuse)?;
    file.write_all(text.as_bytes()).map_err(refuse)
}

/// A file that a user named, as text.
pub fn read_input(path: &Path) -> Result<String, OutputError> {
    fs::read_to_string(path).map_err(|source| OutputError::Read { path: path.to_owned(), source })
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
}
