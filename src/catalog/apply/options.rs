//! The options of a run that applies a plan.

use super::batch::MethodKind;
use crate::catalog::Cancellation;
use crate::catalog::wire::WriteOptions;
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

impl ApplyOptions<'_> {
    /// A create is rejected if the entity exists; every other request can be repeated safely.
    pub(crate) fn write_options(&self, method: MethodKind) -> WriteOptions {
        let upsert = method != MethodKind::Create;
        let merge = matches!(method, MethodKind::Merge | MethodKind::Patch);
        WriteOptions { upsert, merge, run_id: self.run_id.map(str::to_owned), ..WriteOptions::default() }
    }
}
