//! Renders JUnit XML, for readers that support nothing else. A suite is a file and a case is a finding, so that GitLab,
//! Jenkins and others list findings by file. Only errors are failures, because a failure marks the whole run as failed.
//! A run without findings has one passed case, because readers treat a report without cases as broken.

use std::collections::HashMap;

use crate::domain::finding::Severity;
use crate::report::escape::{clean, xml};
use crate::report::lint::report::{Report, Row};
use crate::report::lint::tally::{Tally, left_out, verdict};

pub(super) fn render(report: &Report<'_>) -> String {
    let tally = Tally::of(report.lint.findings);
    let tests = report.lint.findings.len().max(1);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Renderers have no clock, but the schema requires a time.
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
        let mut named = HashMap::new();
        for row in suite {
            let name = format!("{}: {}", row.rule(), row.message);
            let number = named.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1_usize);
            let name = if *number > 1 { format!("{name} ({number})") } else { name };
            case(&mut out, report, row, &name);
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

fn case(out: &mut String, report: &Report<'_>, row: &Row<'_>, name: &str) {
    let path = xml(&clean(row.path));
    // The name contains no position: readers merge equal names, and track a name from run to run. `file` and `line` are
    // not written, because the schema shared by all readers does not have them.
    out.push_str(&format!("    <testcase name=\"{}\" classname=\"{path}\" time=\"0\">\n", xml(name)));
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

/// All details of a finding, in lines.
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
    use std::collections::HashSet;

    use roxmltree::{Document, Node};

    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    const ATTRIBUTES: [(&str, &[&str]); 5] = [
        ("testsuites", &["name", "tests", "failures", "errors", "time"]),
        ("testsuite", &["name", "tests", "failures", "errors", "skipped", "time"]),
        ("testcase", &["name", "classname", "time"]),
        ("failure", &["message", "type"]),
        ("system-out", &[]),
    ];

    fn parent(name: &str) -> Option<&'static str> {
        match name {
            "testsuite" => Some("testsuites"),
            "testcase" => Some("testsuite"),
            "failure" | "system-out" => Some("testcase"),
            _ => None,
        }
    }

    fn number(node: Node<'_, '_>, name: &str) -> usize {
        node.attribute(name).and_then(|text| text.parse().ok()).expect("a number")
    }

    fn count_of(node: Node<'_, '_>, name: &str) -> usize {
        node.descendants().filter(|inner| inner.has_tag_name(name)).count()
    }

    /// Checks `testdata/schemas/junit.xsd`, and that the counts are right, which a schema cannot express.
    fn check(text: &str) {
        let document = Document::parse(text).expect("well-formed XML");
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let (_, needed) = ATTRIBUTES.iter().find(|(known, _)| *known == name).expect("an element of JUnit");
            assert!(needed.iter().all(|attribute| node.has_attribute(*attribute)), "{name} lacks an attribute");
            assert_eq!(node.parent_element().map(|above| above.tag_name().name()), parent(name));
            if name.starts_with("testsuite") {
                assert_eq!(number(node, "tests"), count_of(node, "testcase"));
                assert_eq!(number(node, "failures"), count_of(node, "failure"));
                assert!(count_of(node, "testcase") > 0, "no suite is empty");
            }
            if name == "testsuite" {
                let names = node.children().filter_map(|case| case.attribute("name"));
                assert_eq!(names.collect::<HashSet<_>>().len(), count_of(node, "testcase"), "names are unique");
            }
        }
    }

    #[test]
    fn every_document_is_junit() {
        for run in [Run::sample(), Run::empty(), Run::hostile(), Run::wide(), Run::gone(), Run::many(9)] {
            check(&run.plain(LintFormat::Junit));
        }
    }

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
