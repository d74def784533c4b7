//! JUnit XML, for readers that know nothing else. A suite is a file and a case is a finding, so that GitLab, Jenkins and
//! others list findings by file. Only errors are failures: a reader turns the whole run red for one, and a warning
//! does not. A run without findings has one case that passed, for a report without cases is taken for a broken one.

use crate::domain::finding::Severity;
use crate::report::escape::{clean, xml};
use crate::report::lint::tally::{Tally, left_out, verdict};
use crate::report::lint::{Report, Row};

pub(super) fn render(report: &Report<'_>) -> String {
    let tally = Tally::of(report.lint.findings);
    let tests = report.lint.findings.len().max(1);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // No clock here, and readers insist on a time.
    out.push_str(&format!(
        "<testsuites name=\"portolan lint\" tests=\"{tests}\" failures=\"{}\" errors=\"0\" time=\"0\">\n",
        tally.errors
    ));
    if report.lint.findings.is_empty() {
        passed(&mut out, report);
    }
    let rows = report.rows().collect::<Vec<_>>();
    for suite in rows.chunk_by(|one, other| one.finding.place.file == other.finding.place.file) {
        let Some(first) = suite.first() else { continue };
        let failures = suite.iter().filter(|row| row.severity() == Severity::Error).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">\n",
            xml(&clean(first.path)),
            suite.len()
        ));
        for row in suite {
            case(&mut out, report, row);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn passed(out: &mut String, report: &Report<'_>) {
    let mut words = vec![verdict(report.lint)];
    words.extend(left_out(report.lint));
    out.push_str(&format!(
        "  <testsuite name=\"portolan lint\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0\">\n    \
         <testcase name=\"{}\" classname=\"portolan lint\" time=\"0\"/>\n  </testsuite>\n",
        xml(&words.join("; "))
    ));
}

fn case(out: &mut String, report: &Report<'_>, row: &Row<'_>) {
    let path = xml(&clean(row.path));
    let (line, column) = (row.extent.start.line, row.extent.start.column);
    // The place makes the name unique in its suite; readers fold equal names into one.
    out.push_str(&format!(
        "    <testcase name=\"{} ({line}:{column})\" classname=\"{path}\" file=\"{path}\" line=\"{line}\" time=\"0\">\n",
        xml(row.rule())
    ));
    let message = xml(&row.message);
    let body = xml(&body(report, row)).replace("&#10;", "\n");
    match row.severity() {
        Severity::Error => {
            let rule = xml(row.rule());
            out.push_str(&format!("      <failure message=\"{message}\" type=\"{rule}\">{body}</failure>\n"));
        }
        severity @ (Severity::Warning | Severity::Info) => {
            out.push_str(&format!("      <system-out>{}: {body}</system-out>\n", severity.word()));
        }
    }
    out.push_str("    </testcase>\n");
}

/// All of a finding, in lines.
fn body(report: &Report<'_>, row: &Row<'_>) -> String {
    let mut lines = vec![row.message.clone().into_owned(), format!("at {}", row.location())];
    for (place, words) in &row.finding.related {
        let start = report.places.extent(*place).start;
        let path = clean(report.lint.files.path(place.file));
        lines.push(format!("note: {path}:{}:{}: {}", start.line, start.column, clean(words)));
    }
    lines.extend(row.help.iter().map(|help| format!("help: {help}")));
    lines.extend(row.finding.fix.iter().map(|fix| format!("fix: {}", clean(&fix.title))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn errors_fail_and_warnings_pass() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Junit));
    }

    #[test]
    fn a_clean_run_has_a_case_that_passed() {
        insta::assert_snapshot!(Run::empty().plain(LintFormat::Junit));
    }

    #[test]
    fn anything_can_be_written() {
        insta::assert_snapshot!(Run::hostile().plain(LintFormat::Junit));
    }
}
