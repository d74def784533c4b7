//! One call of the API, before it is sent, and its result.

use tokio_util::sync::CancellationToken;

use super::client_error::ClientError;
use super::concurrency::CallKind;
use crate::catalog::Cancellation;
use crate::catalog::apply::ApplyRun;

#[derive(Debug, Clone)]
pub(super) struct ApiCall {
    pub method: &'static str,
    /// The path from `/v1` on, with its segments encoded.
    pub route: String,
    pub body: Option<Vec<u8>>,
    pub kind: CallKind,
    pub repeat: Repeat,
    /// Another request can return the same, so this one has few retries.
    pub is_brief: bool,
    /// The call changes the catalog, so it must name the scope.
    pub is_write: bool,
    pub cancellation: Cancellation,
    /// Cancelled when the run of this call ends: the call is then not sent.
    pub run_ended: CancellationToken,
}

/// Whether a call may be repeated if its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Always,
    /// Only if the previous attempt certainly had no effect.
    IfNoEffect,
}

impl ApiCall {
    pub fn get(route: String) -> Self {
        Self {
            method: "GET",
            route,
            body: None,
            kind: CallKind::Small,
            repeat: Repeat::Always,
            is_brief: false,
            is_write: false,
            cancellation: Cancellation::default(),
            run_ended: CancellationToken::new(),
        }
    }

    /// A read whose parameters are too long for a URL, so it is a POST.
    pub fn query(route: String, body: Vec<u8>, kind: CallKind) -> Self {
        Self { method: "POST", body: Some(body), kind, ..Self::get(route) }
    }

    pub fn write(method: &'static str, route: String, body: Option<Vec<u8>>, kind: CallKind) -> Self {
        Self { method, body, kind, is_write: true, ..Self::get(route) }
    }

    /// The same call as part of a run: it is not sent once the run is cancelled or over.
    pub fn of_run(self, run: &ApplyRun<'_>) -> Self {
        Self { cancellation: run.options.cancellation.clone(), run_ended: run.ended.clone(), ..self }
    }

    /// Whether the call must not be sent any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled() || self.run_ended.is_cancelled()
    }
}

/// The result of a write, and what its earlier attempts may have done.
pub(super) struct Reply<T> {
    pub result: Result<T, ClientError>,
    /// The answer to at least one attempt was lost.
    pub is_lost: bool,
    /// At least one attempt was abandoned, so its effect may still come.
    pub is_pending: bool,
}

/// An attempt that failed, and whether it may be retried.
pub(super) enum AttemptError {
    /// Another call showed meanwhile that its token is rejected, so it was not sent.
    StaleToken,
    Final(ClientError),
    /// The wait that the catalog requested, if any.
    Transient(ClientError, Option<std::time::Duration>),
}

impl From<ClientError> for AttemptError {
    fn from(error: ClientError) -> Self {
        if error.is_transient() { Self::Transient(error, None) } else { Self::Final(error) }
    }
}
