//! Why a call to a catalog did not come about, whichever catalog it is. A refusal of one entity is not an error: it is
//! a result, and in `wire`.

use super::client::ClientError;
use super::store::StoreError;
use super::wire::Refusal;

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
    /// What the catalog answered, where it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Client(error) => error.status(),
            Self::Refused(refusal) => Some(refusal.status),
            Self::Store(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether the catalog does not let these credentials in, whatever they ask.
    pub fn is_about_credentials(&self) -> bool {
        match self {
            Self::Client(error) => error.is_about_credentials(),
            Self::Store(_) | Self::Refused(_) | Self::Unreadable(_) => false,
        }
    }

    /// Whether the call surely changed nothing. What the embedded catalog does not finish, it takes back.
    pub fn is_surely_undone(&self) -> bool {
        match self {
            Self::Client(error) => error.is_surely_undone(),
            Self::Store(_) | Self::Refused(_) | Self::Unreadable(_) => true,
        }
    }

    /// Whether the catalog does not know what it was asked, whoever it was asked about.
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
