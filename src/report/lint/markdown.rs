//! Renders GitHub- and GitLab-flavoured Markdown for the job summary or a comment. A comment may have 65,536
//! characters: if the findings do not fit, the least severe are omitted, and a line says how many. All text from
//! manifests is escaped, so that it cannot mention a team or break the table.

use std::cmp::Reverse;

use crate::domain::finding::{Finding, Severity};
use crate::report::escape::{clean, markdown, markdown_code};
use crate::report::explain::page_address;
use crate::report::lint::report::{Report, Row};
use crate::report::lint::tally::{Tally, left_out, verdict};
use crate::report::style::clip;
use crate::text::plural::count;

const MAX_CHARACTERS: usize = 65_000;
/// The maximum length of a table cell.
const MAX_CELL: usize = 600;
const TABLE: &str = "| | Line | Finding | Rule |\n|---|---:|---|---|\n";

pub(super) fn render(report: &Report<'_>) -> String {
    let head = head(report);
    let foot = foot(report);
    // The reserve is for the line about omitted findings.
    let room = MAX_CHARACTERS.saturating_sub(length(&head) + length(&foot) + 200);
    let rows = report.rows().map(|row| line(report, &row)).collect::<Vec<_>>();
    let kept = choose(report, &rows, room);
    let mut out = head;
    let mut last = None;
    for ((finding, line), _) in report.lint.findings.iter().zip(&rows).zip(&kept).filter(|(_, kept)| **kept) {
        let file = finding.place.file;
        if last != Some(file) {
            out.push_str(&heading(report, finding));
            last = Some(file);
        }
        out.push_str(line);
    }
    let left = report.lint.findings.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(finding, _)| finding);
    let left = Tally::of(left);
    if !left.words().is_empty() {
        out.push_str(&format!("\n_{} more not shown._\n", left.words()));
    }
    out.push_str(&foot);
    out
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn head(report: &Report<'_>) -> String {
    let tally = Tally::of(report.lint.findings);
    let worst = report.lint.findings.iter().map(|finding| finding.severity).max();
    let sign = worst.map_or("✅", sign);
    let mut out = format!("### {sign} portolan lint\n\n{}.", verdict(report.lint));
    if tally.fixable > 0 {
        out.push_str(&format!(" {} fixable with `portolan lint --fix`.", tally.fixable));
    }
    out.push('\n');
    out
}

fn foot(report: &Report<'_>) -> String {
    let mut out = String::new();
    let left_out = left_out(report.lint);
    if !left_out.is_empty() {
        out.push_str(&format!("\nNot listed: {}.\n", left_out.join(", ")));
    }
    for note in report.lint.notes.iter().take(20) {
        out.push_str(&format!("\n> {}\n", cell(note)));
    }
    out
}

/// Selects the rows to show: the most severe first while there is space, counting each file's heading once.
fn choose(report: &Report<'_>, rows: &[String], room: usize) -> Vec<bool> {
    let mut order = report.lint.findings.iter().enumerate().collect::<Vec<_>>();
    order.sort_by_key(|(_, finding)| Reverse(finding.severity));
    let mut kept = vec![false; rows.len()];
    let mut headed = std::collections::HashSet::new();
    let mut used = 0;
    for (index, finding) in order {
        let Some(row) = rows.get(index) else { continue };
        let file = finding.place.file;
        let heading = if headed.contains(&file) { 0 } else { length(&heading(report, finding)) };
        used += length(row) + heading;
        // The first row that does not fit ends the selection; otherwise a less severe one would be selected because it
        // is short.
        if used > room {
            break;
        }
        headed.insert(file);
        if let Some(kept) = kept.get_mut(index) {
            *kept = true;
        }
    }
    kept
}

fn heading(report: &Report<'_>, finding: &Finding) -> String {
    let path = clean(report.lint.files.path(finding.place.file)).into_owned();
    format!("\n#### {}\n\n{TABLE}", markdown_code(&clip(&path, MAX_CELL, "…")))
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Info => "ℹ️",
    }
}

fn cell(text: &str) -> String {
    markdown(&clip(&clean(text), MAX_CELL, "…"))
}

fn line(report: &Report<'_>, row: &Row<'_>) -> String {
    let mut words = cell(&row.message);
    let related = &row.finding.related;
    for (place, note) in related.iter().take(3) {
        let start = report.places.extent(*place).start;
        let path = clean(report.lint.files.path(place.file));
        let at = markdown_code(&format!("{}:{}", clip(&path, MAX_CELL, "…"), start.line));
        words.push_str(&format!("<br>{at}: {}", cell(note)));
    }
    if related.len() > 3 {
        words.push_str(&format!("<br>and {}", count(related.len() - 3, "more place")));
    }
    if let Some(help) = &row.help {
        words.push_str(&format!("<br>**Help:** {}", cell(help)));
    }
    let rule = match page_address(row.rule()) {
        Some(address) => format!("[`{}`]({address})", row.rule()),
        None => format!("`{}`", row.rule()),
    };
    format!("| {} | {} | {words} | {rule} |\n", sign(row.severity()), row.extent.start.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn findings_stand_in_a_table_for_each_file() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Markdown));
    }

    #[test]
    fn a_clean_run_is_short() {
        let text = Run::empty().plain(LintFormat::Markdown);
        assert_eq!(text, format!("### ✅ portolan lint\n\n{}.\n", verdict(&Run::empty().lint())));
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = Run::hostile().plain(LintFormat::Markdown);
        assert!(!text.contains("<script>"), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_does_not_fit_is_counted_and_is_the_mildest() {
        let text = Run::many(2_400).plain(LintFormat::Markdown);
        assert!(text.chars().count() <= MAX_CHARACTERS);
        assert_eq!(text.matches("| ❌ |").count(), 800, "all errors are there");
        let warnings = text.matches("| ⚠️ |").count();
        assert!((1..800).contains(&warnings), "{warnings}");
        assert!(!text.contains("| ℹ️ |"));
        let left = 800 - warnings;
        assert!(text.ends_with(&format!("\n_{left} warnings and 800 infos more not shown._\n")), "{left}");
    }
}
