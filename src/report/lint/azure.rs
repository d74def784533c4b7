//! Renders Azure's logging commands, which become issues of the run with a link to their line. Azure shows at most 10 per
//! level and step, so the last one of a level says how many are missing. Azure has no level for infos: they are lines of
//! the log. The agent executes `##vso[` anywhere in a line, so no other text contains it.

use crate::domain::finding::Severity;
use crate::report::escape::{azure_message, azure_property, clean, neutralise};
use crate::report::lint::report::{Report, Row};
use crate::report::lint::tally::{left_out, verdict};
use crate::text::plural::count;

const MAX_LEVEL: usize = 10;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let total = report.lint.findings.iter().filter(|finding| finding.severity == severity).count();
        let level = level(severity);
        let shown = if total > MAX_LEVEL && level.is_some() { MAX_LEVEL - 1 } else { total };
        for row in report.rows().filter(|row| row.severity() == severity).take(shown) {
            match level {
                Some(level) => out.push_str(&issue(level, report, &row)),
                None => out.push_str(&neutralise(&format!("info: {}: {}\n", row.location(), row.message))),
            }
        }
        if let Some(level) = level.filter(|_| total > shown) {
            let more = count(total - shown, &format!("more {}", severity.word()));
            out.push_str(&format!("##vso[task.logissue type={level};]… and {more}: `portolan lint` shows them\n"));
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

fn level(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Error => Some("error"),
        Severity::Warning => Some("warning"),
        Severity::Info => None,
    }
}

fn issue(level: &str, report: &Report<'_>, row: &Row<'_>) -> String {
    let start = row.extent.start;
    let path = azure_property(&clean(row.path));
    let code = azure_property(row.rule());
    let place = format!("sourcepath={path};linenumber={};columnnumber={};code={code};", start.line, start.column);
    let mut message = row.message.clone().into_owned();
    for (place, words) in row.finding.related.iter().take(4) {
        let at = report.places.extent(*place).start;
        let path = clean(report.lint.files.path(place.file));
        message.push_str(&format!("\nnote: {path}:{}:{}: {}", at.line, at.column, clean(words)));
    }
    if let Some(help) = &row.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("##vso[task.logissue type={level};{place}]{}\n", azure_message(&message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    const ISSUE: &str = "##vso[task.logissue ";

    #[test]
    fn an_issue_names_its_line_and_its_rule() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Azure));
    }

    #[test]
    fn no_logging_command_can_be_forged() {
        let text = Run::hostile().plain(LintFormat::Azure);
        insta::assert_snapshot!(text);
        for line in text.lines() {
            let rest = line.strip_prefix(ISSUE).map_or(line, |rest| rest.split_once(']').expect("it ends").1);
            assert!(!rest.contains("##vso[") && !rest.contains("##["), "{line}");
        }
    }

    #[test]
    fn the_last_of_ten_counts_the_rest_and_infos_are_lines() {
        let text = Run::many(102).plain(LintFormat::Azure);
        for (level, noun) in [("error", "errors"), ("warning", "warnings")] {
            let start = format!("{ISSUE}type={level};");
            let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(&start)).collect();
            assert_eq!(lines.len(), MAX_LEVEL);
            assert!(lines.last().is_some_and(|line| line.contains(&format!("… and 25 more {noun}"))), "{text}");
        }
        assert_eq!(text.lines().filter(|line| line.starts_with("info: ")).count(), 34);
    }

    #[test]
    fn a_clean_run_says_so_and_commands_nothing() {
        let run = Run::empty();
        assert_eq!(run.plain(LintFormat::Azure), format!("{}\n", verdict(&run.lint())));
    }
}
