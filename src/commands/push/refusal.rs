//! Writes the refusal of a push to its reports and to the job summary, so that a reader of a report learns that nothing
//! was pushed, and why.

use std::path::PathBuf;

use miette::Diagnostic;

use crate::commands::args::output::Output;
use crate::commands::catalog::address::catalog_name;
use crate::commands::context::Context;
use crate::commands::output::job_summary::write_job_summary;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::output::{Report, write_plan_reports};
use crate::commands::push::error::PushError;
use crate::domain::entity::Owner;
use crate::error::Error;
use crate::report::format::Format;
use crate::report::outcome::OutcomeFormat;
use crate::report::outcome::refusal::{self, Refusal};
use crate::report::plan::{PlanFormat, PlanRefusal};
use crate::sources;
use crate::text::plural::as_sentence;

/// Where the refusals of a run are reported.
pub(crate) struct Refusals<'a> {
    pub owner: &'a Owner,
    /// The command, in messages.
    pub verb: &'static str,
    /// The outputs of the outcome, except for the record of the last push, which must not be overwritten.
    pub outputs: Vec<Output<OutcomeFormat>>,
}

impl<'a> Refusals<'a> {
    /// `record`: the file of the record of the last push.
    pub fn new(
        (verb, outputs): (&'static str, &[Output<OutcomeFormat>]),
        record: Option<&PathBuf>,
        owner: &'a Owner,
        context: &Context<'_>,
    ) -> Self {
        let place = |file: &PathBuf| sources::output_place(&context.settings.directory.join(file));
        let record = record.map(place);
        let is_record = |output: &&Output<OutcomeFormat>| record.is_some() && output.file.as_ref().map(place) == record;
        Self { owner, verb, outputs: outputs.iter().filter(|output| !is_record(output)).cloned().collect() }
    }

    /// Writes a refusal before there is a plan to every report and to the job summary. Returns the error that the run
    /// ends with.
    pub fn report(&self, error: Error, context: &mut Context<'_>) -> Error {
        if let Some(refusal) = error.downcast_ref() {
            write_refusal(refusal, &self.outputs, (self.owner, self.verb), context);
            with_refusal(refusal, (self.owner, self.verb), context, |refusal, context| {
                write_job_summary(|| refusal::render(refusal, OutcomeFormat::Markdown), context);
            });
        }
        error
    }

    /// Writes the refusal and the plan to every report and to the job summary; the text goes to standard output unless
    /// another report does. `command` repeats this push; `was_shown`: the plan was already printed for the user.
    pub fn report_with_plan(
        &self,
        refusal: PushError,
        planned: &BuiltPlan,
        requested: Option<&str>,
        command: &str,
        was_shown: bool,
        context: &mut Context<'_>,
    ) -> Result<Error, Error> {
        let reason = as_sentence(&refusal.to_string());
        let help = as_sentence(&help(&refusal));
        let mut outputs = plan_outputs(&self.outputs);
        if was_shown {
            outputs.retain(|output| output.file.is_some() || output.format != PlanFormat::Text);
        } else if outputs.iter().all(|output| output.file.is_some()) {
            outputs.push(Output { format: PlanFormat::Text, file: None });
        }
        let report = Report {
            outputs: &outputs,
            push: command,
            requested,
            refusal: Some(PlanRefusal { reason: &reason, help: &help }),
            ..Report::default()
        };
        // An empty list of outputs would mean text on standard output.
        if !outputs.is_empty() {
            write_plan_reports(&report, planned, context)?;
        }
        // A plan cannot be expressed in JUnit, so these reports contain only the refusal.
        let tests: Vec<_> = self.outputs.iter().filter(|it| it.format == OutcomeFormat::Junit).cloned().collect();
        write_refusal(&refusal, &tests, (self.owner, self.verb), context);
        Ok(refusal.into())
    }
}

/// The outputs of the outcome, converted for a plan. JUnit is left out, because its tests describe applied changes.
pub(crate) fn plan_outputs(outputs: &[Output<OutcomeFormat>]) -> Vec<Output<PlanFormat>> {
    let plan = |output: &Output<OutcomeFormat>| {
        let format = match output.format {
            OutcomeFormat::Text => PlanFormat::Text,
            OutcomeFormat::Json => PlanFormat::Json,
            OutcomeFormat::Markdown => PlanFormat::Markdown,
            OutcomeFormat::Junit => return None,
        };
        Some(Output { format, file: output.file.clone() })
    };
    outputs.iter().filter_map(plan).collect()
}

/// Writes the refusal to `outputs`, which must still be empty. A report that cannot be written is only noted, because
/// the refusal matters more.
fn write_refusal(
    error: &PushError,
    outputs: &[Output<OutcomeFormat>],
    by: (&Owner, &'static str),
    context: &mut Context<'_>,
) {
    with_refusal(error, by, context, |refusal, context| {
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
    (owner, verb): (&Owner, &'static str),
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
        verb,
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
