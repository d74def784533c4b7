//! Gives a refusal to where the outcome was asked to go, and hands on the error that the run ends with. Whoever reads a
//! report of a push reads there that there was none, and why.

use miette::Diagnostic;

use crate::commands::context::Context;
use crate::commands::output::Output;
use crate::commands::steps::connected::catalog_name;
use crate::commands::steps::summarised::summarised;
use crate::domain::entity::Owner;
use crate::error::PushError;
use crate::report::format::Format;
use crate::report::outcome::OutcomeFormat;
use crate::report::outcome::refusal::{self, Refusal};

/// `outputs`: those that hold nothing yet. A report that cannot be written is told; the refusal is what counts.
pub(crate) fn denied(
    error: PushError,
    outputs: &[Output<OutcomeFormat>],
    owner: &Owner,
    context: &mut Context<'_>,
) -> PushError {
    let settings = context.settings;
    let words = |words: Option<Box<dyn std::fmt::Display + '_>>| words.map(|it| it.to_string()).unwrap_or_default();
    let message = context.mask.text(&error.to_string()).into_owned();
    let (code, help) = (words(error.code()), words(error.help()));
    let catalog = catalog_name(settings);
    let refusal = Refusal {
        platform: settings.platform.value.name,
        catalog: &catalog,
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        scope: &owner.scope,
        code: &code,
        message: &message,
        help: &help,
    };
    for Output { format, file } in outputs.iter().filter(|output| output.format != OutcomeFormat::Text) {
        let text = refusal::render(&refusal, *format);
        let written = context.write_report(format.name(), file.as_deref(), &text);
        if let Err(trouble) = written {
            context.say(&format!("note: The refusal is missing in a report: {trouble}."));
        }
    }
    if outputs.is_empty() {
        summarised(|| refusal::render(&refusal, OutcomeFormat::Markdown), context);
    }
    error
}
