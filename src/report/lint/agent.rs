//! Renders one line for each finding, with what to do about it, for programs that read text and edit files: coding agents.
//! Nothing is drawn, quoted or cut, and a run without findings prints nothing.

use crate::report::escape::clean;
use crate::report::lint::report::Report;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for row in report.rows() {
        let mut line = format!("{}: {}[{}] {}", row.location(), row.severity().word(), row.rule(), row.message);
        if let Some(help) = &row.help {
            let end = if help.ends_with(['.', '?', '!']) { "" } else { "." };
            line.push_str(&format!(" Help: {help}{end}"));
        }
        if row.finding.fix.as_ref().is_some_and(|fix| fix.safe) {
            line.push_str(" `portolan lint --fix` fixes it.");
        }
        out.push_str(&clean(&line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn a_finding_is_one_line_with_its_way_out() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Agent));
        assert_eq!(Run::empty().plain(LintFormat::Agent), "");
    }
}
