//! Why one entity of a call was not written or deleted.

use super::error::CatalogError;
use super::wire::Refusal;

/// A call that fails half-way keeps the writes done before, so each entity has its own result; if none was done, the
/// whole call is an error.
#[derive(Debug, Clone)]
pub enum WriteFailure {
    /// The catalog rejected it; nothing was done.
    Refused(Box<Refusal>),
    /// The call failed; nothing was done.
    CallFailed(CatalogError),
    /// It was sent and the answer was lost, so the result is unknown until a read.
    InDoubt {
        /// The last answer.
        last: Box<Self>,
        /// The effect may come even after a read that does not show it: a request was abandoned.
        is_pending: bool,
    },
    /// The catalog created an entity from an update, because another writer had deleted it. It has only
    /// the fields of the update.
    Recreated,
    /// It was not sent, because another writer wrote the entity after the plan was made.
    WrittenSince {
        /// The writer, for messages: `another run of this scope (last changed by ada at ...)`.
        by: String,
    },
    /// It was not sent, because changes that it requires failed.
    Unsent(CatalogError),
    /// It was not sent, because the catalog rejected every earlier write with 401 or 403.
    Denied,
    /// It was not sent, because of a signal or of `--on-error stop`.
    Stopped,
}

impl WriteFailure {
    /// The same after another request for the entity whose effect is not known.
    pub(super) fn after_a_doubt(self) -> Self {
        match self {
            doubt @ Self::InDoubt { .. } => doubt,
            Self::Recreated => Self::Recreated,
            since @ Self::WrittenSince { .. } => since,
            last @ (Self::Refused(_) | Self::CallFailed(_) | Self::Unsent(_) | Self::Denied | Self::Stopped) => {
                Self::InDoubt { last: Box::new(last), is_pending: true }
            }
        }
    }

    /// The failed call, if any.
    pub fn error(&self) -> Option<&CatalogError> {
        match self {
            Self::CallFailed(error) | Self::Unsent(error) => Some(error),
            Self::InDoubt { last, .. } => last.error(),
            Self::Refused(_) | Self::Recreated | Self::WrittenSince { .. } | Self::Denied | Self::Stopped => None,
        }
    }

    /// The catalog's rejection, if it was the last answer.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::InDoubt { last, .. } => last.refusal(),
            Self::CallFailed(_)
            | Self::Recreated
            | Self::WrittenSince { .. }
            | Self::Unsent(_)
            | Self::Denied
            | Self::Stopped => None,
        }
    }
}

impl From<Refusal> for WriteFailure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
