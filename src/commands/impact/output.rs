//! Writes a report of blueprint impact to the requested outputs.

use crate::commands::args::output::Output;
use crate::commands::context::Context;
use crate::commands::impact::compare::ComparedImpact;
use crate::commands::plan::output::write_reports;
use crate::error::Error;
use crate::report::impact::{ImpactReport, render};
use crate::report::plan::PlanFormat;
use crate::report::style::Style;

pub(crate) fn write_impact(
    compared: &ComparedImpact,
    (scope, outputs, is_full): (&str, &[Output<PlanFormat>], bool),
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let target = context.settings.target.as_ref().map(|target| target.value.as_str());
    let report = compared.report(scope, target, is_full);
    let report = ImpactReport { notes: if context.quiet { &[] } else { report.notes }, ..report };
    let render = |format: PlanFormat, style: &Style| match format {
        // Readers of Markdown look files up by their path in the Git repository, wherever the config is.
        PlanFormat::Markdown => render(&ImpactReport { files: &compared.in_work_tree, ..report }, format, style),
        PlanFormat::Text | PlanFormat::Json | PlanFormat::Summary => render(&report, format, style),
    };
    write_reports(outputs, &render, context)
}
