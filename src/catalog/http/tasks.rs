//! The results of spawned tasks.

use tokio::task::JoinError;

use super::client_error::ClientError;

/// The result of a task that we spawned; a panic in it is resumed.
pub(super) fn joined<T>(done: Result<T, JoinError>) -> Result<T, ClientError> {
    done.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => ClientError::Setup { reason: "it was interrupted".to_owned(), help: "rerun the command" },
    })
}
