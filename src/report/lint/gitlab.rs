//! Renders GitLab's Code Quality report. Its widget hides `check_name` and merges equal fingerprints, so the
//! description also contains the rule's name, and fingerprints are made unique before.

use serde_json::{Value, json};

use crate::domain::finding::Severity;
use crate::report::escape;
use crate::report::fingerprint::Fingerprint;
use crate::report::lint::report::{Report, Row};

pub(super) fn render(report: &Report<'_>) -> String {
    let fingerprints = report.fingerprints();
    let issues = report.rows().zip(fingerprints.iter()).map(|(row, fingerprint)| issue(&row, *fingerprint));
    let mut text = escape::json(&issues.collect::<Vec<_>>());
    text.push('\n');
    text
}

fn issue(row: &Row<'_>, fingerprint: Fingerprint) -> Value {
    json!({
        "description": format!("{}: {}", row.rule(), row.message),
        "check_name": row.rule(),
        "fingerprint": fingerprint.to_string(),
        "severity": severity(row.severity()),
        "location": {"path": row.path, "lines": {"begin": row.extent.start.line, "end": row.extent.last_line()}},
    })
}

/// `blocker` and `critical` are left for people to assign.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    fn issues(run: &Run) -> Vec<Value> {
        serde_json::from_str(&run.plain(LintFormat::Gitlab)).expect("a JSON list")
    }

    #[test]
    fn an_issue_has_all_that_the_widget_reads() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Gitlab));
        assert_eq!(Run::empty().plain(LintFormat::Gitlab), "[]\n");
    }

    #[test]
    fn fingerprints_are_unique_where_findings_are_alike() {
        let issues = issues(&Run::many(3_000));
        let unique = issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect::<HashSet<_>>();
        assert_eq!(unique.len(), 3_000);
    }

    #[test]
    fn a_hostile_path_stays_one_string() {
        let issues = issues(&Run::hostile());
        assert_eq!(issues[0]["location"]["path"], "we,ird:\u{1b}[31m|<b>`@team`%.yaml");
        assert!(Run::hostile().plain(LintFormat::Gitlab).lines().all(|line| !line.contains('\u{1b}')));
    }
}
