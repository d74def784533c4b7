//! Why the store could not do what it was asked for: it refused, as the platform would, or the disk failed it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::time_limit::SEARCH_TIME;
use crate::catalog::wire::Refusal;

/// The outcome of every operation that can be refused.
#[derive(Debug)]
pub enum Failure {
    Refused(Box<Refusal>),
    Store(StoreError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            let seconds = SEARCH_TIME.as_secs();
            return Refusal::invalid(format!("the search takes longer than {seconds} seconds: narrow it")).into();
        }
        Self::Store(error.into())
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StoreError {
    #[error("make the folder `{}` for the embedded catalog: {source}", path.display())]
    #[diagnostic(code("store-folder"), help("give yourself the right to write there, or choose another place"))]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("open `{}`: it is {what}, and not a portolan catalog", path.display())]
    #[diagnostic(
        code("not-a-catalog"),
        help("move it away, and a new one is made in its place; this one was left as it is")
    )]
    NotACatalog { path: PathBuf, what: &'static str },
    #[error("open the embedded catalog `{}`: {source}", path.display())]
    #[diagnostic(code("store-open"), help("{}", help_with_opening(source)))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("open the embedded catalog `{}`: it was written by a later version of portolan (format {found}, this one knows {known})", path.display())]
    #[diagnostic(code("store-newer"), help("update portolan, or delete the file to start anew"))]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("use the embedded catalog: {0}")]
    #[diagnostic(
        code("store-failed"),
        help("look at the space on the disk, and whether another process holds the file")
    )]
    Database(#[from] rusqlite::Error),
    #[error("read the embedded catalog: {what}")]
    #[diagnostic(code("store-damaged"), help("the file was changed by something else; delete it to start anew"))]
    Damaged { what: String },
}

impl StoreError {
    /// Why `path` could not be opened, in what SQLite tells and the disk shows.
    pub(super) fn opening(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotACatalog { path, what: "something else" },
            Some(_) | None if path.is_dir() => Self::NotACatalog { path, what: "a folder" },
            Some(_) | None => Self::Open { path, source },
        }
    }
}

fn help_with_opening(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the file: wait until it is done, or end it"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "give yourself the right to read and write the file and its folder, or name another file"
        }
        Some(_) | None => "look at the file's permissions and at the space on the disk",
    }
}
