//! Renders the impact of changed blueprints on entities: what the catalog would refuse, what it would lose, and what it would
//! newly require.

pub(in crate::report) mod input;
pub mod json;
pub(in crate::report) mod markdown;
#[cfg(test)]
mod tests;
pub(in crate::report) mod text;
pub(in crate::report) mod words;

use crate::report::escape::lines;
use crate::report::plan::PlanFormat;
use crate::report::style::Style;

pub use input::ImpactReport;

/// A section of a comment that is about more, in at most so many bytes, as far as its first line lets it.
pub fn section(report: &ImpactReport<'_>, most: usize) -> String {
    markdown::section(report, most)
}

/// A part of a text that is about more, ending in an empty line.
pub fn paragraph(report: &ImpactReport<'_>, style: &Style) -> String {
    text::paragraph(report, style)
}

/// The whole report, ending in a line break.
pub fn render(report: &ImpactReport<'_>, format: PlanFormat, style: &Style) -> String {
    match format {
        PlanFormat::Text => lines(text::render(report, style)),
        PlanFormat::Json => json::render(report),
        PlanFormat::Markdown => markdown::render(report),
        PlanFormat::Summary => lines(format!("{}\n", words::summary(&report.impact.counts))),
    }
}
