//! What lint found, in every format. One file per format; all show the same findings in the same order with the same
//! counts, because all read the same [`Report`]. Nothing is filtered here: what a run does not want to show, it does
//! not hand over.

mod concise;
mod frame;
mod github;
mod gitlab;
pub mod json;
mod junit;
mod markdown;
mod sarif;
mod tally;
mod text;
mod window;

#[cfg(test)]
pub(crate) mod fixtures;

use std::borrow::Cow;

use crate::domain::finding::{Finding, Severity};
use crate::report::escape::clean;
use crate::report::fingerprint::{Fingerprint, fingerprints};
use crate::report::place::{Extent, Files, Places};
use crate::report::style::Style;

/// All that a report tells.
pub struct Lint<'a> {
    /// Sorted by [`Finding::sort_key`], already filtered.
    pub findings: &'a [Finding],
    /// One for each finding. Made before filtering; `None`: nothing was filtered, so they can be made here.
    pub fingerprints: Option<&'a [Fingerprint]>,
    pub files: &'a dyn Files,
    pub counts: Counts,
    /// Sentences said once: "no known-entities.txt, so ...".
    pub notes: &'a [String],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub files: usize,
    pub entities: usize,
    /// Findings silenced by ignore comments.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Findings beyond `--max-findings`.
    pub hidden: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LintFormat {
    Text,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Markdown,
}

impl LintFormat {
    pub const ALL: [Self; 8] =
        [Self::Text, Self::Concise, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit, Self::Markdown];

    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    pub fn names() -> [&'static str; 8] {
        Self::ALL.map(Self::name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == text)
    }
}

/// The whole report, ending in a line break.
pub fn render(lint: &Lint<'_>, format: LintFormat, style: &Style) -> String {
    let report = Report { lint, places: Places::of(lint.findings, lint.files) };
    match format {
        LintFormat::Text => text::render(&report, style),
        LintFormat::Concise => concise::render(&report),
        LintFormat::Json => json::render(&report),
        LintFormat::Sarif => sarif::render(&report),
        LintFormat::Github => github::render(&report),
        LintFormat::Gitlab => gitlab::render(&report),
        LintFormat::Junit => junit::render(&report),
        LintFormat::Markdown => markdown::render(&report),
    }
}

/// What lint found, with every place resolved.
struct Report<'a> {
    lint: &'a Lint<'a>,
    places: Places<'a>,
}

/// One finding, ready to be shown: its words are clean, its place is resolved.
struct Row<'a> {
    finding: &'a Finding,
    /// As the run knows it: for formats whose readers look the file up.
    path: &'a str,
    extent: Extent,
    message: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
}

impl Report<'_> {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lint.findings.iter().map(|finding| self.row(finding))
    }

    fn row<'r>(&'r self, finding: &'r Finding) -> Row<'r> {
        Row {
            finding,
            path: self.lint.files.path(finding.place.file),
            extent: self.places.extent(finding.place),
            message: clean(&finding.message),
            help: finding.help.as_deref().map(clean),
        }
    }

    fn fingerprints(&self) -> Cow<'_, [Fingerprint]> {
        match self.lint.fingerprints {
            Some(made) if made.len() == self.lint.findings.len() => made.into(),
            Some(_) | None => fingerprints(self.lint.findings, self.lint.files).into(),
        }
    }
}

impl Row<'_> {
    fn severity(&self) -> Severity {
        self.finding.severity
    }

    fn rule(&self) -> &'static str {
        self.finding.rule.name
    }

    /// `path:line:column`, for people and terminals to click on.
    fn location(&self) -> String {
        format!("{}:{}:{}", clean(self.path), self.extent.start.line, self.extent.start.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_only() {
        for format in LintFormat::ALL {
            assert_eq!(LintFormat::parse(format.name()), Some(format));
        }
        assert_eq!(LintFormat::parse("Text"), None);
        assert_eq!(LintFormat::names()[0], "text");
    }
}
