//! Renders a plan in every format: changes, hazards, and pending changes that this branch did not cause. Every number
//! is taken from the plan, so that formats cannot disagree.

mod adoption;
mod delivery;
pub(in crate::report) mod drift;
pub(in crate::report) mod fields;
mod foreign;
pub(in crate::report) mod inline;
pub(in crate::report) mod input;
pub mod json;
pub(in crate::report) mod markdown;
mod mermaid;
mod names;
pub(in crate::report) mod sections;
mod summary;
mod text;
pub(in crate::report) mod words;

#[cfg(test)]
mod drifted;
#[cfg(test)]
pub(in crate::report) mod fixtures;
#[cfg(test)]
pub(in crate::report) mod generated;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod tests;

use crate::report::escape::lines;
use crate::report::format::Format;
use crate::report::style::Style;

pub use adoption::{AdoptionFlags, adoption_flags};
pub use delivery::{ClusterDelivery, DelivererShare, DeliveringCluster, DeliveryDanger, NotArriving};
pub use input::{Complaint, DriftCommands, Links, PlanRefusal, PlanReport, marker};
pub use markdown::Totals;

use input::Resolved;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanFormat {
    Text,
    Json,
    Markdown,
    Summary,
}

impl Format for PlanFormat {
    const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Markdown, Self::Summary];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Summary => "summary",
        }
    }
}

/// The whole report, ending in a line break.
pub fn render(report: &PlanReport<'_>, format: PlanFormat, style: &Style) -> String {
    match format {
        PlanFormat::Text => lines(text::render(&Resolved::new(report), style)),
        PlanFormat::Json => json::render::render(&Resolved::new(report)),
        PlanFormat::Markdown => comment_of(report, markdown::pieces::MAX_LENGTH),
        PlanFormat::Summary => lines(summary::render(report)),
    }
}

/// The Markdown report in at most so many bytes, as far as its head lets it.
pub fn comment_of(report: &PlanReport<'_>, most: usize) -> String {
    markdown::render(&Resolved::new(report), most)
}
