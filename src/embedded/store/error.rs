//! Errors of the store: a refusal like the platform's, or a failure of the disk.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::time_limit::SEARCH_TIME;
use crate::catalog::wire::Refusal;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

/// The error of every operation that can be refused.
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
    #[error("folder `{}` for the embedded catalog cannot be created: {}", path.display(), io_reason(source))]
    #[diagnostic(code("store-folder"), help("make the folder above writable, or choose another path"))]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("`{}` is not a portolan catalog: it is {what}", path.display())]
    #[diagnostic(
        code("not-a-catalog"),
        help("move it away, and portolan creates a new catalog there; it was not changed")
    )]
    NotACatalog { path: PathBuf, what: &'static str },
    #[error("embedded catalog `{}` cannot be opened: {source}", path.display())]
    #[diagnostic(code("store-open"), help("{}", help_with_opening(source)))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("embedded catalog `{}` was written by a later version of portolan (format {found}, this version reads {known})", path.display())]
    #[diagnostic(code("store-newer"), help("update portolan, or delete the file to start with an empty catalog"))]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("embedded catalog failed: {0}")]
    #[diagnostic(code("store-failed"), help("check the free disk space, and whether another process uses the file"))]
    Database(#[from] rusqlite::Error),
    #[error("embedded catalog is damaged: {what}")]
    #[diagnostic(
        code("store-damaged"),
        help("delete the file to start with an empty catalog; another program changed it")
    )]
    Damaged { what: String },
}

impl ExitClass for StoreError {
    fn class(&self) -> ErrorClass {
        match self {
            // The user can name another file.
            Self::NotACatalog { .. } => ErrorClass::Usage,
            Self::Folder { .. } | Self::Open { .. } | Self::Newer { .. } | Self::Database(_) | Self::Damaged { .. } => {
                ErrorClass::Failure
            }
        }
    }
}

impl StoreError {
    /// The reason why `path` could not be opened, from SQLite's error and from what is at that path.
    pub(super) fn opening(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotACatalog { path, what: "another kind of file" },
            Some(_) | None if path.is_dir() => Self::NotACatalog { path, what: "a folder" },
            Some(_) | None => Self::Open { path, source },
        }
    }
}

fn help_with_opening(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process uses the file: wait until it has finished, or end it"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "make the file and its folder readable and writable, or name another file"
        }
        Some(_) | None => "check the file's permissions and the free disk space",
    }
}
