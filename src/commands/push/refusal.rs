//! Writes the refusal of a push to its reports and to the job summary, so that a reader of a report learns that nothing
//! was pushed, and why.

use miette::Diagnostic;

use crate::commands::args::output::Output;
use crate::commands::catalog::connect::catalog_name;
use crate::commands::context::Context;
use crate::commands::output::job_summary::write_job_summary;
use crate::commands::push::error::PushError;
use crate::domain::entity::Owner;
use crate::report::format::Format;
use crate::report::outcome::OutcomeFormat;
use crate::report::outcome::refusal::{self, Refusal};
use crate::text::plural::as_sentence;

/// Writes every report and the job summary.
pub(crate) fn report_refusal(
    error: &PushError,
    outputs: &[Output<OutcomeFormat>],
    owner: &Owner,
    context: &mut Context<'_>,
) {
    write_refusal(error, outputs, owner, context);
    with_refusal(error, owner, context, |refusal, context| {
        write_job_summary(|| refusal::render(refusal, OutcomeFormat::Markdown), context);
    });
}

/// The reason and the help of a refusal, each as sentences.
pub(crate) fn refusal_sentences(error: &PushError) -> (String, String) {
    (as_sentence(&error.to_string()), as_sentence(&help(error)))
}

/// Writes the refusal to `outputs`, which must still be empty. A report that cannot be written is only noted, because
/// the refusal matters more.
pub(crate) fn write_refusal(
    error: &PushError,
    outputs: &[Output<OutcomeFormat>],
    owner: &Owner,
    context: &mut Context<'_>,
) {
    with_refusal(error, owner, context, |refusal, context| {
        for Output { format, file } in outputs {
            let text = refusal::render(refusal, *format);
            // The terminal already shows the error.
            if file.is_none() && *format == OutcomeFormat::Text {
                continue;
            }
            if let Err(trouble) = context.write_report(format.name(), file.as_deref(), &text) {
                context.say(&format!("note: The refusal is missing in a report: {}.", &*trouble));
            }
        }
    });
}

fn with_refusal(
    error: &PushError,
    owner: &Owner,
    context: &mut Context<'_>,
    write: impl FnOnce(&Refusal<'_>, &mut Context<'_>),
) {
    let settings = context.settings;
    let code = error.code().map(|code| code.to_string()).unwrap_or_default();
    let (message, reasons) = error.reasons();
    let message = context.mask.text(&message).into_owned();
    let reasons: Vec<String> = reasons.iter().map(|reason| context.mask.text(reason).into_owned()).collect();
    let help = help(error);
    let catalog = catalog_name(settings);
    let refusal = Refusal {
        platform: settings.platform.value.name,
        catalog: &catalog,
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        scope: &owner.scope,
        code: &code,
        message: &message,
        reasons: &reasons,
        help: &help,
    };
    write(&refusal, context);
}

fn help(error: &PushError) -> String {
    error.help().map(|help| help.to_string()).unwrap_or_default()
}
