//! Renders the outcome for a terminal: failed changes, those in doubt or incomplete, those not attempted with the
//! reason, then the counts and the next step, which are the last lines and therefore visible. The plan above lists the
//! applied changes, so they are only counted here.

use crate::domain::plan::change::Change;
use crate::domain::plan::outcome::{ChangeOutcome, Reason};
use crate::report::escape::clean;
use crate::report::outcome::{Tally, Told, words};
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::{count, grouped};

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
    let took = if told.tally.written() > 0 {
        format!(" It took {}.", words::seconds(told.report.milliseconds))
    } else {
        String::new()
    };
    out.push_str(&format!("{} {}.{took}\n", style.paint(role, "Push:"), words::numbers(&told.tally)));
    if let Some(step) = words::next_step(told) {
        // The line is not wrapped, because it contains a command to copy.
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

/// The problems, worst first: `failed`, `in doubt`, `incomplete`.
fn failures(out: &mut String, told: &Told<'_>, style: &Style) {
    let Tally { failed, in_doubt, incomplete, .. } = told.tally;
    let most = most(told, MOST_FAILURES);
    let kinds = [(Kind::Failed, failed, "more failure"), (Kind::InDoubt, in_doubt, "more change in doubt")];
    for (kind, number, more) in kinds.into_iter().chain([(Kind::Incomplete, incomplete, "more incomplete change")]) {
        let lines = told.ends().filter_map(|(change, end)| Some((change, line(kind, told, change, end)?)));
        for (change, words) in lines.take(most) {
            sentence(out, kind.role(), kind.label(), &words, style);
            if let Some(location) = told.sited.location_of(change) {
                out.push_str(&format!("    {}\n", style.paint(Role::Path, &clean(&location))));
            }
        }
        if number > most {
            out.push_str(&format!("and {}; `--output json` lists all\n", count(number - most, more)));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failed,
    InDoubt,
    Incomplete,
}

impl Kind {
    fn label(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::InDoubt => "in doubt",
            Self::Incomplete => "incomplete",
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Failed => Role::Error,
            Self::InDoubt | Self::Incomplete => Role::Warning,
        }
    }
}

/// The sentence about a change of this kind; `None` if the change is of another kind.
fn line(kind: Kind, told: &Told<'_>, change: &Change, end: &ChangeOutcome) -> Option<String> {
    match (kind, end) {
        (Kind::Failed, ChangeOutcome::Failed(failure)) => Some(format!("{}: {}", words::deed(change), words::answer(failure))),
        (Kind::InDoubt, ChangeOutcome::InDoubt(failure)) => {
            Some(format!("{}: {} ({})", words::deed(change), words::answer(failure), words::IN_DOUBT))
        }
        (Kind::Incomplete, ChangeOutcome::Incomplete { deed, cause }) => {
            Some(format!("{}: {}", words::incomplete(change, *deed), words::cause(cause, told)))
        }
        (_, ChangeOutcome::Applied | ChangeOutcome::Failed(_) | ChangeOutcome::InDoubt(_) | ChangeOutcome::Incomplete { .. } | ChangeOutcome::NotAttempted(_)) => None,
    }
}

fn not_attempted(out: &mut String, told: &Told<'_>, style: &Style) {
    let waiting: Vec<(&Change, &Reason)> = told
        .ends()
        .filter_map(|(change, end)| match end {
            ChangeOutcome::NotAttempted(reason) => Some((change, reason)),
            ChangeOutcome::Applied | ChangeOutcome::Failed(_) | ChangeOutcome::InDoubt(_) | ChangeOutcome::Incomplete { .. } => None,
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
        out.push_str(&format!("    and {} more; `--output json` lists all\n", grouped(waiting.len() - shown)));
    }
}
