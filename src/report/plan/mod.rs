//! A plan as people and programs read it: what changes, what it endangers, and what is not this branch's doing. Every
//! number is the plan's own, so that no two formats can disagree.

use crate::domain::blueprint::Blueprint;
use crate::domain::finding::Place;
use crate::domain::plan::Plan;
use crate::domain::revision::{BaseRevision, Revision};
use crate::report::place::Files;
use crate::report::style::Style;

/// All that a report tells.
#[derive(Clone, Copy)]
pub struct PlanReport<'a> {
    pub plan: &'a Plan,
    pub platform: &'a str,
    /// What the catalog is called in messages.
    pub catalog: &'a str,
    /// The `--target`, where there is one: a comment of another target is another comment.
    pub target: Option<&'a str>,
    /// What is checked out; `None` outside of a repository.
    pub revision: Option<&'a Revision>,
    pub base: Option<&'a BaseRevision>,
    /// What relations point to: the blueprints that the plan was made with.
    pub blueprints: &'a [Blueprint],
    /// Path and text of the manifests: texts of those that changes stand in.
    pub files: &'a dyn Files,
    /// What was pending before this branch was left out.
    pub is_only_branch: bool,
    /// Nothing is folded in the text.
    pub is_full: bool,
    /// Whether to say how the plan is pushed. A push that goes on by itself does not want it said.
    pub says_next_step: bool,
    /// Sentences said once.
    pub notes: &'a [String],
    /// What the catalog itself said of the writes; `None`: it was not asked.
    pub complaints: Option<&'a [Complaint]>,
}

/// What the catalog would refuse, laid onto the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The place of the change in the plan.
    pub change: usize,
    /// As near as it can be told: the value of the field, else the entity.
    pub place: Option<Place>,
    pub status: u16,
    /// The catalog's word for it.
    pub code: String,
    /// The catalog's words.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanFormat {
    Text,
    Json,
    Markdown,
    Summary,
}

impl PlanFormat {
    pub const ALL: [Self; 4] = [Self::Text, Self::Json, Self::Markdown, Self::Summary];

    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Summary => "summary",
        }
    }

    pub fn names() -> [&'static str; 4] {
        Self::ALL.map(Self::name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == text)
    }
}

/// The whole report, ending in a line break.
pub fn render(report: &PlanReport<'_>, _format: PlanFormat, _style: &Style) -> String {
    let total = report.plan.counts.total;
    format!("{} in {}: {total:?}\n{:#?}\n", report.plan.scope, report.catalog, report.plan.hazards)
}
