//! Writes the job summary of a CI system. A failure is a notice and does not change the result of the run.

use crate::commands::context::Context;
use crate::sources;

pub(crate) fn write_job_summary(render: impl FnOnce() -> String, context: &mut Context<'_>) -> bool {
    let Some(summary) = context.job_summary() else { return false };
    let written = sources::append_output(&context.settings.boundary, &summary, &render());
    if let Err(error) = &written {
        context.say(&format!("note: The job has no summary: {error}."));
    }
    written.is_ok()
}
