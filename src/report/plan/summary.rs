//! Renders the plan in one line: the counts, and the approvals that a push requires. The text format ends with the same
//! counts.

use crate::report::escape::clean;
use crate::report::plan::adoption::taken_over;
use crate::report::plan::delivery::DeliveringCluster;
use crate::report::plan::drift::DriftSection;
use crate::report::plan::input::PlanReport;
use crate::report::plan::words;
use crate::text::plural::count;

pub(super) fn render(report: &PlanReport<'_>) -> String {
    let mut line = format!("Plan: {}", words::numbers(report));
    let complaints = report.complaints.filter(|complaints| !complaints.is_empty());
    let asks = !words::consent_flags(report).is_empty();
    if !report.plan.obstacles.is_empty() && report.delivery.is_none() {
        line.push_str("; the plan cannot be pushed");
    } else if let Some(refusal) = words::refusal_by_policy(report.plan) {
        line.push_str(&format!("; {}", clean(&refusal)));
    } else if let Some(delivery) = report.delivery {
        let number = delivery.not_arriving();
        if number > 0 {
            line.push_str(&format!("; {}", DeliveringCluster::heading(number)));
        }
    } else if asks && !report.is_only_branch && complaints.is_none() {
        let taken = taken_over(report.plan);
        let taken = if taken > 0 { format!(", which takes over {}", count(taken, "entity")) } else { String::new() };
        line.push_str(&format!("; needs approval: {}{taken}", clean(&words::command(report))));
    }
    if let Some(drift) = DriftSection::of(report) {
        line.push_str(&format!("; {} drifted", drift.changes.len()));
    }
    if let Some(complaints) = complaints {
        line.push_str(&format!("; the catalog would reject {}", complaints.len()));
    }
    line + "\n"
}
