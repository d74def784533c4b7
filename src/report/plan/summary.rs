//! One line: the numbers, and what a push would ask for. The text ends in the same numbers.

use crate::report::plan::{PlanReport, words};

pub(super) fn render(report: &PlanReport<'_>) -> String {
    let mut line = format!("Plan: {}", words::numbers(&report.plan.counts.total));
    let flags = words::consent_flags(report);
    if !report.plan.obstacles.is_empty() {
        line.push_str("; it cannot be pushed");
    } else if !flags.is_empty() && !report.is_only_branch {
        line.push_str(&format!("; push needs {flags}"));
    }
    if let Some(complaints) = report.complaints.filter(|complaints| !complaints.is_empty()) {
        line.push_str(&format!("; the catalog would refuse {}", complaints.len()));
    }
    line + "\n"
}
