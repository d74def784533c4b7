//! The arguments of a command that applies a plan: `push` and `restore`.

use crate::commands::args::output::Output;
use crate::commands::push::args::{OnError, PUSH, PushArgs};
use crate::domain::plan::digest::ApprovalDigest;
use crate::report::outcome::OutcomeFormat;

#[derive(Clone, Copy)]
pub(crate) struct ApplyArgs<'a> {
    /// The command, in messages.
    pub verb: &'static str,
    pub approve: &'a [ApprovalDigest],
    pub approval_comments: bool,
    pub adopt: bool,
    pub adopt_from: &'a [String],
    pub yes: bool,
    pub on_error: OnError,
    pub run_id: Option<&'a str>,
    pub output: &'a [Output<OutcomeFormat>],
}

impl PushArgs {
    pub(super) fn apply_args(&self) -> ApplyArgs<'_> {
        ApplyArgs {
            verb: PUSH,
            approve: &self.approve,
            approval_comments: self.approval_comments,
            adopt: self.planning.adopt,
            adopt_from: &self.planning.adopt_from,
            yes: self.yes,
            on_error: self.on_error,
            run_id: self.run_id.as_deref(),
            output: &self.output,
        }
    }
}
