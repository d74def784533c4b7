//! Renders the outcome as a job summary or a comment: failed changes first, then those in doubt, incomplete or not
//! attempted, then the applied ones, collapsed. What does not fit into a comment is counted.

use crate::domain::plan::change::Change;
use crate::domain::plan::outcome::{ChangeOutcome, Reason};
use crate::report::comment::marker;
use crate::report::escape::markdown;
use crate::report::outcome::input::ResolvedOutcome;
use crate::report::outcome::words;
use crate::report::plan::markdown::budget::{self, Item, Section};
use crate::report::plan::markdown::pieces::{MAX_LENGTH, catalog, code, prose};
use crate::text::plural::{count, grouped};

const ELSEWHERE: &str = "\nNot all of it fits here: `--output json=FILE` has every change.\n";

pub(super) fn render(resolved: &ResolvedOutcome<'_>) -> String {
    let (mut failed, mut doubtful, mut incomplete) = (Vec::new(), Vec::new(), Vec::new());
    let (mut waiting, mut applied) = (Vec::new(), Vec::new());
    for (change, end) in resolved.ends() {
        match end {
            ChangeOutcome::Failed(failure) => {
                failed.push(item(resolved, change, &words::describe_change(change), &words::answer(failure)))
            }
            ChangeOutcome::InDoubt(failure) => {
                let words = format!("{} ({})", words::answer(failure), words::IN_DOUBT);
                doubtful.push(item(resolved, change, &words::describe_change(change), &words));
            }
            ChangeOutcome::Incomplete { step_kind, cause } => {
                let what = words::incomplete(change, *step_kind);
                incomplete.push(item(resolved, change, &what, &words::cause(cause, resolved)));
            }
            ChangeOutcome::NotAttempted(reason) => waiting.push(self::waiting(resolved, change, reason)),
            ChangeOutcome::Applied => applied.push(done(resolved, change)),
        }
    }
    let (not_attempted, done) = (grouped(waiting.len()), grouped(applied.len()));
    let sections = [
        Section::new("\n#### Failed\n\n", "", failed, |more| format!("- and {}\n", count(more, "more failure"))),
        Section::new("\n#### In doubt\n\n", "", doubtful, |more| format!("- and {} more\n", grouped(more))),
        Section::new("\n#### Incomplete\n\n", "", incomplete, |more| format!("- and {} more\n", grouped(more))),
        Section::new(
            &format!("\n<details><summary>{not_attempted} not attempted</summary>\n\n"),
            "\n</details>\n",
            waiting,
            |more| format!("- and {} more\n", grouped(more)),
        ),
        Section::new(&format!("\n<details><summary>{done} done</summary>\n\n"), "\n</details>\n", applied, |more| {
            format!("- and {} more\n", grouped(more))
        }),
    ];
    budget::fit(head(resolved), &sections, MAX_LENGTH, ELSEWHERE)
}

fn head(resolved: &ResolvedOutcome<'_>) -> String {
    let (report, plan) = (resolved.report, resolved.report.plan);
    let sign = if resolved.tally.is_complete() { "✅" } else { "❌" };
    let numbers = words::numbers(resolved);
    let mark = marker(report.verb, &plan.plan.scope, plan.target);
    let mut out = format!("{mark}\n### {sign} portolan {}: {numbers}\n\n", report.verb);
    out.push_str(&format!("In {}, scope {}", catalog(plan.catalog), code(&plan.plan.scope)));
    if let Some(commit) = plan.revision.and_then(|revision| revision.short_commit()) {
        out.push_str(&format!(", commit {}", code(commit)));
    }
    let at = report.at.to_string();
    out.push_str(&format!(", {}", code(&at)));
    out.push_str(&format!(", {}.\n", words::seconds(report.milliseconds)));
    if let Some(step) = words::next_step(resolved) {
        out.push_str(&format!("\n> [!CAUTION]\n> {}\n", markdown(&step)));
    }
    out
}

fn place(resolved: &ResolvedOutcome<'_>, change: &Change) -> String {
    resolved.resolved.location_of(change).map(|location| format!(" · {}", code(&location))).unwrap_or_default()
}

fn item(resolved: &ResolvedOutcome<'_>, change: &Change, what: &str, why: &str) -> Item {
    let what = prose(what);
    let rich = format!("- {what}: {}{}\n", prose(why), place(resolved, change));
    Item { importance: 0, rich, brief: format!("- {what}\n") }
}

fn waiting(resolved: &ResolvedOutcome<'_>, change: &Change, reason: &Reason) -> Item {
    let what = prose(&words::describe_change(change));
    let rich = format!("- {what}: {}{}\n", prose(&words::reason(reason, resolved)), place(resolved, change));
    Item { importance: 1, rich, brief: format!("- {what}\n") }
}

fn done(resolved: &ResolvedOutcome<'_>, change: &Change) -> Item {
    let what = prose(&words::describe_change(change));
    Item { importance: 2, rich: format!("- {what}{}\n", place(resolved, change)), brief: format!("- {what}\n") }
}
