//! Files that a user names for results: a report, a baseline, a pipeline's job summary. They may lie anywhere; the
//! files of the repository are written by `write_atomically` alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputError {
    #[error("write `{}`: {source}", path.display())]
    #[diagnostic(code("unwritable-output"), help("name a file in a folder that exists and that you may write to"))]
    Write { path: PathBuf, source: io::Error },
    #[error("read `{}`: {source}", path.display())]
    #[diagnostic(code("unreadable-input"), help("name a file that exists and that you may read"))]
    Read { path: PathBuf, source: io::Error },
    #[error("read standard input: {0}")]
    #[diagnostic(code("unreadable-input"))]
    Input(io::Error),
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
