//! Writes a report of blueprint impact to the requested outputs.

use crate::commands::args::output::Output;
use crate::commands::context::Context;
use crate::commands::impact::compare::ComparedImpact;
use crate::commands::impact::sides::Sides;
use crate::commands::plan::output::write_reports;
use crate::error::Error;
use crate::report::impact::{ImpactReport, render};
use crate::report::plan::PlanFormat;
use crate::report::style::Style;

pub(crate) fn write_impact(
    compared: &ComparedImpact,
    sides: &Sides,
    (scope, outputs, is_full): (&str, &[Output<PlanFormat>], bool),
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let report = ImpactReport {
        impact: &compared.impact,
        old: &sides.old.name,
        new: &sides.new.name,
        files: &compared.texts,
        scope,
        target: context.settings.target.as_ref().map(|target| target.value.as_str()),
        is_full,
        notes: if context.quiet { &[] } else { &compared.notes },
    };
    write_reports(outputs, &|format, style: &Style| render(&report, format, style), context)
}
