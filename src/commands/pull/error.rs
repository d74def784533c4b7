//! Errors of `pull`.

use crate::domain::error_class::{ErrorClass, ExitClass};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PullError {
    #[error("incomplete read of the blueprint `{blueprint}`: {reason}")]
    #[diagnostic(
        code("incomplete-read"),
        help("rerun the command; nothing was written, since missing entities would look deleted")
    )]
    Incomplete { blueprint: String, reason: String },
    #[error("{blueprint} of the catalog cannot be used: {reason}")]
    #[diagnostic(
        code("unusable-blueprint"),
        help("fix the blueprint in the catalog; nothing was written, since its file would be lost")
    )]
    Unusable { blueprint: String, reason: String },
    #[error("no catalog is configured, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-not-named"),
        help("set the credentials in the environment, or the catalog: `--catalog`, or `catalog` in portolan.yaml")
    )]
    NotNamed { catalog: String },
    #[error("snapshot is of {was}, and {now} on this machine has other blueprints or entities, so nothing was written")]
    #[diagnostic(
        code("other-catalog"),
        help(
            "choose the catalog of the snapshot (`--catalog {was}`); to replace the snapshot, add `--accept-catalog`"
        )
    )]
    OtherCatalog { was: String, now: String },
    #[error("embedded catalog has no entities, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-without-entities"),
        help(
            "choose the catalog: `--catalog URL` or `--target NAME`, or `--catalog local` for the embedded one (`local` is set by \
             {place})"
        )
    )]
    NoEntities { catalog: String, place: String },
    #[error("{catalog} has no blueprints, so nothing was written")]
    #[diagnostic(code("empty-catalog"), help("{help}"))]
    Empty { catalog: String, help: String },
    #[error("unknown blueprint `{name}` in {catalog}")]
    #[diagnostic(code("no-such-blueprint"), help("{help}"))]
    NoSuchBlueprint { name: String, catalog: String, help: String },
    #[error("`{text}` names no entity: expected BLUEPRINT/ID")]
    #[diagnostic(
        code("no-entity-name"),
        help("write it as `service/cart`; for all of a blueprint, `--entities service`")
    )]
    NoEntityName { text: String },
    #[error("no entity `{name}` is in {catalog}")]
    #[diagnostic(code("entity-not-in-catalog"), help("{help}"))]
    NoSuchEntity { name: String, catalog: String, help: String },
    #[error("no folder for manifests of `{blueprint}`: `manifests.include` matches no new file")]
    #[diagnostic(code("no-folder"), help("add a glob for them, such as `catalog/**/*.yaml`"))]
    NoFolder { blueprint: String },
}

impl ExitClass for PullError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Incomplete { .. } | Self::Unusable { .. } => ErrorClass::Unreachable,
            Self::OtherCatalog { .. } => ErrorClass::Refused,
            Self::NotNamed { .. }
            | Self::NoEntities { .. }
            | Self::Empty { .. }
            | Self::NoSuchBlueprint { .. }
            | Self::NoEntityName { .. }
            | Self::NoSuchEntity { .. }
            | Self::NoFolder { .. } => ErrorClass::Usage,
        }
    }
}
