//! The options of a run that applies a plan.

use crate::catalog::Cancellation;
use crate::domain::progress::Progress;

/// The options of every write request of a run.
#[derive(Clone, Copy)]
pub struct ApplyOptions<'a> {
    /// The action run in Port that the writes are attributed to.
    pub run_id: Option<&'a str>,
    /// `--on-error stop`: no new request is sent after the first failure.
    pub stop_on_failure: bool,
    pub cancellation: &'a Cancellation,
    pub progress: &'a dyn Progress,
}
