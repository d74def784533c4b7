//! The table of exit codes: one error of each class of each type. Types that are not here are usage errors.

use std::io::{Error as IoError, ErrorKind};
use std::path::PathBuf;

use crate::catalog::{CatalogError, ErrorFacts};
use crate::commands::catalog::organization::OtherOrganization;
use crate::commands::init::error::InitError;
use crate::commands::lint::error::LintError;
use crate::commands::plan::verify::NotVerified;
use crate::commands::pull::error::PullError;
use crate::commands::push::backup::NoBackup;
use crate::commands::push::error::PushError;
use crate::commands::restore::error::RestoreError;
use crate::domain::error_class::ErrorClass;
use crate::embedded::server::ServerError;
use crate::embedded::store::StoreError;
use crate::error::Error;
use crate::forge::ForgeError;
use crate::plan::file::PlanFileError;
use crate::sources::git::GitError;
use crate::sources::{DiscoverError, OutputError, OutputFolderError, WriteError, WriteSeveralError};
use crate::ui::{EditorError, PromptError, StreamError};

fn of_catalog(class: ErrorClass) -> CatalogError {
    let facts =
        ErrorFacts { class, status: None, is_about_credentials: false, had_no_effect: false, is_no_route: false };
    CatalogError::new(LintError::NoInput, facts)
}

fn not_verified(class: ErrorClass) -> NotVerified {
    NotVerified { key: String::new(), error: of_catalog(class) }
}

fn unwritable(kind: ErrorKind) -> OutputError {
    OutputError::Write { path: PathBuf::new(), source: kind.into(), near: None }
}

fn io() -> IoError {
    IoError::other("x")
}

#[test]
fn each_class_of_error_has_its_exit_code() {
    let (path, text) = (PathBuf::new, String::new);
    let table: Vec<(u8, Error)> = vec![
        (1, PushError::Obstacles { verb: "push", what: text() }.into()),
        (4, PushError::Unconfirmed { verb: "push" }.into()),
        (64, PushError::NoCatalogInCi { variables: text() }.into()),
        (64, NoBackup { problem: OutputError::Exists { path: path() } }.into()),
        (70, NoBackup { problem: OutputError::NoReader { path: path() } }.into()),
        (4, RestoreError::Elsewhere { path: text(), what: "", was: text(), now: text(), help: "" }.into()),
        (1, RestoreError::UnknownBlueprints { blueprints: text(), entities: text() }.into()),
        (5, RestoreError::Incomplete { blueprint: text(), why: text() }.into()),
        (4, OtherOrganization { catalog: text(), was: text(), now: text() }.into()),
        (5, PullError::Incomplete { blueprint: text(), reason: text() }.into()),
        (5, PullError::Unusable { blueprint: text(), reason: text() }.into()),
        (64, PullError::NoFolder { blueprint: text() }.into()),
        (64, InitError::NobodyToAsk.into()),
        (70, InitError::HalfWritten { written: text(), source: WriteError::Exists { path: path() } }.into()),
        (5, of_catalog(ErrorClass::Unreachable).into()),
        (64, of_catalog(ErrorClass::Usage).into()),
        (70, of_catalog(ErrorClass::Failure).into()),
        (5, not_verified(ErrorClass::Unreachable).into()),
        (64, not_verified(ErrorClass::Usage).into()),
        (5, ForgeError::NotFound { forge: "", name: text() }.into()),
        (64, ForgeError::NoForge.into()),
        (64, GitError::absent(&path(), "").into()),
        (70, GitError::NoRepository { path: path(), why: "" }.into()),
        (64, OutputError::TooLarge { path: path(), limit: 0 }.into()),
        (64, unwritable(ErrorKind::NotFound).into()),
        (64, unwritable(ErrorKind::NotADirectory).into()),
        (64, unwritable(ErrorKind::IsADirectory).into()),
        (70, unwritable(ErrorKind::StorageFull).into()),
        (70, unwritable(ErrorKind::PermissionDenied).into()),
        (64, NoBackup { problem: unwritable(ErrorKind::NotFound) }.into()),
        (70, OutputError::NoReader { path: path() }.into()),
        (64, OutputFolderError::NotAFolder { path: path() }.into()),
        (70, OutputFolderError::Io { path: path(), source: io() }.into()),
        (70, WriteError::Exists { path: path() }.into()),
        (70, WriteSeveralError::Changed { path: path() }.into()),
        (70, DiscoverError::Root { path: path(), source: io() }.into()),
        (64, StoreError::NotACatalog { path: path(), what: "" }.into()),
        (70, StoreError::Damaged { what: text() }.into()),
        (64, ServerError::Listen { address: ([127, 0, 0, 1], 0).into(), source: io() }.into()),
        (70, ServerError::Random.into()),
        (64, EditorError::Start { editor: text(), path: path(), source: io() }.into()),
        (70, EditorError::Ended { editor: text(), path: path(), status: text() }.into()),
        (70, PromptError::from(io()).into()),
        (70, StreamError::Output(io()).into()),
        (64, PlanFileError::NoPlan { path: text() }.into()),
        (64, LintError::NoInput.into()),
    ];
    for (code, error) in table {
        assert_eq!(error.exit().code(), code, "{error:?}");
    }
}
