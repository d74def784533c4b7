//! The outcome for a terminal: what failed, what was not attempted and why, the numbers, and how to go on, where the
//! eye is. What was done is in the plan above it, and is counted here.

use crate::domain::change::Change;
use crate::domain::outcome::{End, Failure, Reason};
use crate::domain::words::{count, grouped};
use crate::report::escape::clean;
use crate::report::outcome::{Told, words};
use crate::report::style::{Role, Style, wrap};

const MOST_FAILURES: usize = 40;
const MOST_WAITING: usize = 20;

pub(super) fn render(told: &Told<'_>, style: &Style) -> String {
    let mut out = String::new();
    failures(&mut out, told, style);
    not_attempted(&mut out, told, style);
    if !out.is_empty() {
        out.push('\n');
    }
    let complete = told.tally.is_complete();
    let role = if complete { Role::Good } else { Role::Error };
    let took = if told.tally.applied() > 0 {
        format!(" It took {}.", words::seconds(told.report.milliseconds))
    } else {
        String::new()
    };
    out.push_str(&format!("{} {}.{took}\n", style.paint(role, "Push:"), words::numbers(&told.tally)));
    if let Some(step) = words::next_step(told) {
        // Not wrapped: there is a command in it, for copying.
        out.push_str(&format!("{}\n", style.paint(Role::Warning, &clean(&step))));
    }
    out
}

fn most(told: &Told<'_>, most: usize) -> usize {
    if told.report.plan.is_full { usize::MAX } else { most }
}

fn sentence(out: &mut String, role: Role, label: &str, sentence: &str, style: &Style) {
    let indent = label.len() + 2;
    let room = style.prose().saturating_sub(indent);
    let lines = wrap(&clean(sentence), room, room).join(&format!("\n{}", " ".repeat(indent)));
    out.push_str(&format!("{} {lines}\n", style.paint(role, &format!("{label}:"))));
}

fn failures(out: &mut String, told: &Told<'_>, style: &Style) {
    let failed = told.ends().filter_map(|(change, end)| match end {
        End::Failed(failure) => Some((change, failure)),
        End::Applied | End::NotAttempted(_) => None,
    });
    let most = most(told, MOST_FAILURES);
    for (change, failure) in failed.take(most) {
        self::failure(out, told, change, failure, style);
    }
    let more = told.tally.failed.saturating_sub(most);
    if more > 0 {
        out.push_str(&format!("and {}; `-v` shows all\n", count(more, "more failure")));
    }
}

fn failure(out: &mut String, told: &Told<'_>, change: &Change, failure: &Failure, style: &Style) {
    let words = format!("{}: {}", words::deed(change), words::answer(failure));
    sentence(out, Role::Error, "failed", &words, style);
    if let Some(state) = words::state(change, failure) {
        out.push_str(&format!("    {}\n", style.paint(Role::Warning, state)));
    }
    if let Some(location) = told.sited.location_of(change) {
        out.push_str(&format!("    {}\n", style.paint(Role::Path, &clean(&location))));
    }
}

fn not_attempted(out: &mut String, told: &Told<'_>, style: &Style) {
    let waiting: Vec<(&Change, &Reason)> = told
        .ends()
        .filter_map(|(change, end)| match end {
            End::NotAttempted(reason) => Some((change, reason)),
            End::Applied | End::Failed(_) => None,
        })
        .collect();
    if waiting.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let shown = waiting.len().min(most(told, MOST_WAITING));
    out.push_str(&format!("{}\n", style.paint(Role::Warning, "not attempted:")));
    for (change, reason) in waiting.iter().take(shown) {
        out.push_str(&format!("    {}: {}\n", clean(&words::deed(change)), clean(&words::reason(reason, told))));
    }
    if waiting.len() > shown {
        out.push_str(&format!("    and {} more; `-v` shows all\n", grouped(waiting.len() - shown)));
    }
}
