//! Yields whether a run is in the summary that a pipeline shows beside the job. One that cannot be written is told, and is
//! no fault of what the run did.

use crate::commands::context::Context;
use crate::sources;

pub(crate) fn summarised(render: impl FnOnce() -> String, context: &mut Context<'_>) -> bool {
    let Some(summary) = context.job_summary() else { return false };
    let written = sources::append_output(&context.settings.boundary, &summary, &render());
    if let Err(error) = &written {
        context.say(&format!("note: The job has no summary: {error}."));
    }
    written.is_ok()
}
