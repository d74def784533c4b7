//! Why a backup cannot be restored here.

use crate::domain::error_class::{ErrorClass, ExitClass};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum RestoreError {
    #[error("restore refused: `{path}` is of the {what} `{was}`, and this is `{now}`. Nothing was written")]
    #[diagnostic(code("restore-elsewhere"), help("{help}"))]
    Elsewhere { path: String, what: &'static str, was: String, now: String, help: &'static str },
    #[error(
        "restore refused: the catalog no longer has {blueprints}, of which {entities} would be restored. Nothing was written"
    )]
    #[diagnostic(
        code("restore-unknown-blueprint"),
        help("create the blueprint again, or remove these entities from the backup: each has a line of its own")
    )]
    UnknownBlueprints { blueprints: String, entities: String },
    #[error("restore refused: {blueprint} was not read completely: {why}. Nothing was written")]
    #[diagnostic(
        code("restore-incomplete"),
        help("try again: without all of its entities, what is to be restored is not known")
    )]
    Incomplete { blueprint: String, why: String },
}

impl ExitClass for RestoreError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Elsewhere { .. } => ErrorClass::Refused,
            Self::UnknownBlueprints { .. } => ErrorClass::Findings,
            Self::Incomplete { .. } => ErrorClass::Unreachable,
        }
    }
}
