//! Renders the outcome of a push together with its plan: every change has its result in every format. A change whose
//! result could not be read is reported as in doubt, never as applied and never as failed.

pub(in crate::report) mod input;
pub mod json;
mod junit;
mod markdown;
pub mod record;
pub mod refusal;
mod text;
mod words;

#[cfg(test)]
mod tests;

use crate::report::escape::lines;
use crate::report::format::Format;
use crate::report::style::Style;

pub use input::OutcomeReport;

use input::ResolvedOutcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeFormat {
    Text,
    Json,
    Markdown,
    Junit,
}

impl Format for OutcomeFormat {
    const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Markdown, Self::Junit];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
        }
    }
}

/// The whole report, ending in a line break.
pub fn render(report: &OutcomeReport<'_>, format: OutcomeFormat, style: &Style) -> String {
    let resolved = ResolvedOutcome::new(report);
    match format {
        OutcomeFormat::Text => lines(text::render(&resolved, style)),
        OutcomeFormat::Json => json::render(&resolved),
        OutcomeFormat::Markdown => markdown::render(&resolved),
        OutcomeFormat::Junit => junit::render(&resolved),
    }
}
