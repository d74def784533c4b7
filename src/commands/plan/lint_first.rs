//! Lints, then builds the plan; reports findings instead if there are errors. Every command that plans uses it, so that
//! all of them show the same plan.

use crate::commands::args::output::Output;
use crate::commands::catalog::connect::{Intent, catalog_name};
use crate::commands::context::Context;
use crate::commands::plan::build::{BuildResult, BuiltPlan, PlanOptions, build_plan};
use crate::commands::plan::findings::{LintGate, lint_before_plan};
use crate::commands::plan::output::{PlanView, report_findings};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::lint::LintFormat;

/// The number of findings to print: they must be fixed before anything else, and `portolan lint` shows all.
const MOST_AS_TEXT: usize = 50;

pub(crate) enum LintFirst {
    Plan(Box<BuiltPlan>),
    /// The findings were reported, and the run ends with this exit code.
    Refused(Exit),
}

pub(crate) fn lint_and_plan<F: PlanView>(
    options: &PlanOptions<'_>,
    outputs: &[Output<F>],
    context: &mut Context<'_>,
) -> Result<LintFirst, Error> {
    let only_text = outputs.iter().all(|output| output.format.as_lint() == Some(LintFormat::Text));
    let (manifests, note) = match lint_before_plan(options.from, only_text.then_some(MOST_AS_TEXT), context)? {
        LintGate::Open { manifests, note } => (manifests, note),
        LintGate::Errors(result) => {
            name_destination(options, context);
            return Ok(LintFirst::Refused(report_findings(outputs, &options.owner, &result, context)?));
        }
    };
    let mut planned = match build_plan(options, manifests, context)? {
        BuildResult::Done(planned) => planned,
        BuildResult::UnknownBlueprints(result) => {
            name_destination(options, context);
            return Ok(LintFirst::Refused(report_findings(outputs, &options.owner, &result, context)?));
        }
    };
    planned.notes.extend(note);
    Ok(LintFirst::Plan(planned))
}

/// Above the findings that stop a push: whoever sees errors of files that they do not know is in the wrong place.
fn name_destination(options: &PlanOptions<'_>, context: &mut Context<'_>) {
    if options.intent != Intent::Write {
        return;
    }
    let settings = context.settings;
    let config = settings.config.as_ref().map_or("none".to_owned(), |_| format!("`{}`", settings.config_name()));
    let destination = format!("Catalog: {}. Scope: {}. Config: {config}.", catalog_name(settings), options.owner.scope);
    context.say(&clean(&destination));
}
