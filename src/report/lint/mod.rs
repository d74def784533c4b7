//! Renders the result of lint in every format. All formats show the same findings in the same order with the same
//! counts, because all use the same [`Report`]. Findings are filtered before they get here.

mod agent;
mod azure;
mod concise;
mod frame;
mod github;
mod gitlab;
mod input;
pub mod json;
mod junit;
mod markdown;
mod masking;
mod report;
mod sarif;
mod tally;
mod text;
mod window;

#[cfg(test)]
pub(crate) mod fixtures;

use crate::domain::finding::Finding;
use crate::report::escape::lines;
use crate::report::format::Format;
use crate::report::style::Style;
use report::masked;

pub use input::{Counts, Lint};

/// The findings with the credentials in their texts masked, for readers that are no format.
pub fn masked_findings(lint: &Lint<'_>) -> Vec<Finding> {
    masked(lint, |report| report.lint.findings.to_vec())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LintFormat {
    Text,
    Concise,
    Agent,
    Json,
    Sarif,
    Github,
    Gitlab,
    Azure,
    Junit,
    Markdown,
}

impl Format for LintFormat {
    const ALL: &'static [Self] = &[
        Self::Text,
        Self::Concise,
        Self::Agent,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Azure,
        Self::Junit,
        Self::Markdown,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Concise => "concise",
            Self::Agent => "agent",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Azure => "azure",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }
}

/// The whole report, ending in a line break.
pub fn render(lint: &Lint<'_>, format: LintFormat, style: &Style) -> String {
    masked(lint, |report| match format {
        LintFormat::Text => lines(text::render(report, style)),
        LintFormat::Concise => lines(concise::render(report)),
        LintFormat::Agent => lines(agent::render(report)),
        LintFormat::Json => json::render(report),
        LintFormat::Sarif => sarif::render(report),
        LintFormat::Github => github::render(report),
        LintFormat::Gitlab => gitlab::render(report),
        LintFormat::Azure => azure::render(report),
        LintFormat::Junit => junit::render(report),
        LintFormat::Markdown => markdown::render(report),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::span::Span;
    use crate::domain::finding::{Edit, EntityName, FileId, Fix, Place};
    use crate::report::lint::fixtures::{AMBIGUOUS, DANGLING, REPEATED, Run};
    use crate::text::escape;
    use crate::text::hostile_texts::{hostile_text, markdown_faults, runner_faults, terminal_faults};
    use proptest::prelude::*;

    #[test]
    fn every_format_is_found_by_its_name_only() {
        for &format in LintFormat::ALL {
            assert_eq!(LintFormat::parse(format.name()), Some(format));
        }
        assert_eq!(LintFormat::parse("Text"), None);
        assert_eq!(LintFormat::names()[0], "text");
    }

    fn finding() -> impl Strategy<Value = Finding> {
        let span = || (0..3_u32, 0..400_usize, 0..60_usize);
        let place = |(file, start, length)| Place { file: FileId(file), span: Span::new(start, start + length) };
        let related = prop::collection::vec((span(), hostile_text()), 0..6);
        (span(), hostile_text(), hostile_text(), related, 0..3_usize, hostile_text()).prop_map(
            move |(at, message, label, related, rule, replacement)| {
                let rule = [&DANGLING, &AMBIGUOUS, &REPEATED][rule];
                Finding {
                    rule,
                    severity: rule.severity.expect("these rules are on"),
                    place: place(at),
                    help: Some(label.clone().into()),
                    entity: Some(EntityName { blueprint: label.clone(), identifier: message.clone() }),
                    message,
                    label,
                    related: related.into_iter().map(|(at, words)| (place(at), words)).collect(),
                    counterpart: None,
                    fix: Some(Fix {
                        title: replacement.clone(),
                        safe: true,
                        edits: vec![Edit { span: place(at).span, replacement }],
                    }),
                    target: None,
                    detail: None,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(32))]

        #[test]
        fn nothing_makes_a_renderer_panic_or_lie(
            texts in prop::collection::vec(hostile_text(), 3),
            path in hostile_text(),
            mut findings in prop::collection::vec(finding(), 0..6),
            width in 0..200_usize,
            unicode: bool,
        ) {
            findings.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
            let files = texts.iter().map(|text| (path.as_str(), text.as_str())).collect::<Vec<_>>();
            let run = Run { findings, notes: vec![path.clone()], ..Run::of(&files) };
            let style = Style { color: false, unicode, width, links: false };
            for &format in LintFormat::ALL {
                let text = run.render(format, &style);
                let is_github = format == LintFormat::Github;
                let is_azure = format == LintFormat::Azure;
                // Azure executes these commands, and no other part of the lines.
                let without_issues = if is_azure { text.replace("\n##vso[task.logissue ", "\n") } else { text.clone() };
                let without_issues = without_issues.strip_prefix("##vso[task.logissue ").filter(|_| is_azure).unwrap_or(&without_issues);
                let faults = [terminal_faults(&text, false), runner_faults(without_issues, is_github)].concat();
                prop_assert!(faults.is_empty(), "{}: {faults:?}", format.name());
                let is_printable = escape::printable(&text, false) == text;
                prop_assert_eq!(is_printable || is_github || is_azure, true, "{}", format.name());
                match format {
                    LintFormat::Json | LintFormat::Sarif | LintFormat::Gitlab => {
                        let json = serde_json::from_str::<serde_json::Value>(&text);
                        prop_assert!(json.is_ok());
                        if format == LintFormat::Gitlab && !run.findings.is_empty() {
                            prop_assert_eq!(json.map(|it| it[0]["location"]["path"].clone()).ok(), Some(path.clone().into()));
                        }
                    }
                    LintFormat::Junit => prop_assert!(roxmltree::Document::parse(&text).is_ok(), "{text}"),
                    LintFormat::Concise | LintFormat::Agent => {
                        prop_assert_eq!(text.lines().count(), run.findings.len());
                    }
                    LintFormat::Github => {
                        let commands = text.lines().filter(|line| line.trim_start().starts_with("::")).count();
                        prop_assert_eq!(commands, run.findings.len());
                    }
                    LintFormat::Azure => {
                        prop_assert!(text.lines().count() >= run.findings.len(), "{text}");
                    }
                    // Whatever a cell contains, a row has exactly five bars.
                    LintFormat::Markdown => {
                        let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
                        let faults = markdown_faults(&text);
                        prop_assert!(faults.is_empty(), "{faults:?}");
                        prop_assert!(rows.clone().all(|row| row.matches('|').count() == 5), "{text}");
                        prop_assert_eq!(rows.count(), run.findings.len());
                    }
                    LintFormat::Text => {
                        // A wrapped line of text must not look like the header of a finding.
                        let is_header = |line: &&str| ["error[", "warning[", "info["].iter().any(|it| line.starts_with(it));
                        prop_assert_eq!(text.lines().filter(is_header).count(), run.findings.len(), "{}", text);
                    }
                }
            }
            let colored = run.render(LintFormat::Text, &Style { color: true, ..style });
            let faults = [terminal_faults(&colored, true), runner_faults(&colored, false)].concat();
            prop_assert!(faults.is_empty(), "{faults:?}");
        }
    }
}
