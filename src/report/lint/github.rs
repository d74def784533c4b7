//! Renders GitHub's workflow commands, which become annotations on lines. GitHub shows at most 10 per level and step
//! and drops the rest silently, so the most severe come first, and the last one of a level says how many are missing.
//! The job's log executes every line that begins with `::`, so untrusted text must never begin a line.

use crate::domain::finding::Severity;
use crate::report::escape::{clean, github_message, github_property, neutralise};
use crate::report::lint::report::{Report, Row};
use crate::report::lint::tally::{left_out, verdict};
use crate::text::plural::count;

const MAX_LEVEL: usize = 10;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let total = report.lint.findings.iter().filter(|finding| finding.severity == severity).count();
        let shown = if total > MAX_LEVEL { MAX_LEVEL - 1 } else { total };
        for row in report.rows().filter(|row| row.severity() == severity).take(shown) {
            out.push_str(&annotation(report, &row));
        }
        if total > shown {
            let more = count(total - shown, &format!("more {}", severity.word()));
            let place = if report.lint.has_summary { "see the job summary" } else { "`portolan lint` shows them" };
            out.push_str(&format!("::{} title=portolan lint::… and {more}: {place}\n", command(severity)));
        }
    }
    for note in report.lint.notes {
        out.push_str(&neutralise(&format!("note: {}\n", clean(note))));
    }
    let mut parts = vec![verdict(report.lint)];
    parts.extend(left_out(report.lint));
    out.push_str(&neutralise(&parts.join("; ")));
    out.push('\n');
    out
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

fn annotation(report: &Report<'_>, row: &Row<'_>) -> String {
    let (start, end) = (row.extent.start, row.extent.end);
    let mut properties =
        format!("file={},line={},endLine={}", github_property(&clean(row.path)), start.line, row.extent.last_line());
    // GitHub would interpret columns of two different lines as columns of one line.
    if start.line == end.line {
        // GitHub's `endColumn` is inclusive.
        let last = end.column.saturating_sub(1).max(start.column);
        properties.push_str(&format!(",col={},endColumn={last}", start.column));
    }
    let mut message = row.message.clone().into_owned();
    for (place, words) in row.finding.related.iter().take(4) {
        let at = report.places.extent(*place).start;
        let path = clean(report.lint.files.path(place.file));
        message.push_str(&format!("\nnote: {path}:{}:{}: {}", at.line, at.column, clean(words)));
    }
    if let Some(help) = &row.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let command = command(row.severity());
    format!("::{command} {properties},title={}::{}\n", github_property(row.rule()), github_message(&message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn the_worst_come_first() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Github));
    }

    #[test]
    fn no_command_can_be_forged() {
        let text = Run::hostile().plain(LintFormat::Github);
        insta::assert_snapshot!(text);
        let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), 2);
    }

    #[test]
    fn the_last_of_ten_counts_the_rest() {
        let elsewhere = Run::many(102).plain(LintFormat::Github);
        assert!(elsewhere.contains("… and 25 more errors: `portolan lint` shows them\n"), "{elsewhere}");
        assert!(!elsewhere.contains("job summary"), "{elsewhere}");
        let text = Run { has_summary: true, ..Run::many(102) }.plain(LintFormat::Github);
        for (command, noun) in [("::error", "errors"), ("::warning", "warnings"), ("::notice", "infos")] {
            let lines = text.lines().filter(|line| line.starts_with(command)).collect::<Vec<_>>();
            assert_eq!(lines.len(), MAX_LEVEL);
            let last = format!("{command} title=portolan lint::… and 25 more {noun}: see the job summary");
            assert_eq!(lines.last(), Some(&last.as_str()));
        }
        let ten = Run::many(30).plain(LintFormat::Github);
        assert!(!ten.contains("job summary"), "ten of each fit: {ten}");
    }

    #[test]
    fn a_clean_run_says_so_and_commands_nothing() {
        let run = Run::empty();
        assert_eq!(run.plain(LintFormat::Github), format!("{}\n", verdict(&run.lint())));
    }
}
