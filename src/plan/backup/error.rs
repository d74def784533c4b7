//! Errors in a backup file. Its content is not trusted: it may come from another machine, and people may edit it.

use super::document::FORMAT;
use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BackupError {
    #[error("backup `{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(code(backup::merge_conflict), help("restore the file that `portolan push --backup` wrote"))]
    Conflict { path: String, line: usize },
    #[error("backup `{path}` is invalid at line {line}, column {column}: {reason}")]
    #[diagnostic(code(backup::syntax), help("restore the file that `portolan push --backup` wrote"))]
    Syntax { path: String, line: usize, column: usize, reason: String },
    #[error("`{path}` is not a backup of a push")]
    #[diagnostic(
        code(backup::no_backup),
        help("name a file that `portolan push --backup FILE` wrote; `--output json` writes a report")
    )]
    NoBackup { path: String },
    #[error("backup `{path}` has the format `{found}`; this version reads only `{FORMAT}`")]
    #[diagnostic(code(backup::format), help("use the version of portolan that wrote it, or a newer one"))]
    Format { path: String, found: String },
    #[error("backup `{path}` is invalid at line {line}: {reason}")]
    #[diagnostic(
        code(backup::flawed),
        help("restore the file that `portolan push --backup` wrote, or remove this entity from the list")
    )]
    Flawed { path: String, line: usize, reason: String },
}

impl ExitClass for BackupError {}
