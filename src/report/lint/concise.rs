//! Renders one line for each finding, `path:line:column: error[rule] message`, for editors' error parsers and for
//! `grep`. There is no summary line, because `wc -l` would count it as a finding.

use crate::report::lint::report::Report;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for row in report.rows() {
        out.push_str(&format!("{}: {}[{}] {}\n", row.location(), row.severity().word(), row.rule(), row.message));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn a_finding_is_a_line_and_nothing_else_is() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Concise));
        assert_eq!(Run::empty().plain(LintFormat::Concise), "");
    }
}
