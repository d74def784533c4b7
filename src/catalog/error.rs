//! Errors of calls to a catalog, embedded or remote. The rejection of one entity is not an error but a result: see
//! `wire::Refusal`.

use super::wire::Refusal;
use crate::catalog::http::ClientError;
use crate::embedded::store::StoreError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CatalogError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Client(#[from] ClientError),
    #[error("embedded catalog refused the request ({} `{}`{})", .0.status, .0.error, words(.0))]
    #[diagnostic(
        code("local-refused"),
        help("run `portolan pull` to update the blueprints that the embedded catalog uses")
    )]
    Refused(Box<Refusal>),
    #[error("embedded catalog has an entity that cannot be read: {0}")]
    #[diagnostic(code("local-unreadable"), help("the file is damaged: delete it to start with an empty catalog"))]
    Unreadable(serde_json::Error),
}

impl CatalogError {
    /// The HTTP status of the catalog's answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Client(error) => error.status(),
            Self::Refused(refusal) => Some(refusal.status),
            Self::Store(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether the catalog rejects these credentials for every call.
    pub fn is_about_credentials(&self) -> bool {
        match self {
            Self::Client(error) => error.is_about_credentials(),
            Self::Store(_) | Self::Refused(_) | Self::Unreadable(_) => false,
        }
    }

    /// Whether the call certainly changed nothing. The embedded catalog rolls back what it does not finish.
    pub fn had_no_effect(&self) -> bool {
        match self {
            Self::Client(error) => error.had_no_effect(),
            Self::Store(_) | Self::Refused(_) | Self::Unreadable(_) => true,
        }
    }

    /// Whether the catalog does not have this route at all.
    pub fn is_no_route(&self) -> bool {
        match self {
            Self::Client(error) => error.is_no_route(),
            Self::Store(_) | Self::Refused(_) | Self::Unreadable(_) => false,
        }
    }
}

fn words(refusal: &Refusal) -> String {
    refusal.message.as_ref().map(|words| format!(": {words}")).unwrap_or_default()
}
