//! Renders the outcome for a terminal: failed changes, those in doubt or incomplete, those not attempted with the
//! reason, then the counts and the next step, which are the last lines and therefore visible. The plan above lists the
//! applied changes, so they are only counted here.

use crate::domain::plan::change::Change;
use crate::domain::plan::outcome::{ChangeOutcome, Reason};
use crate::report::escape::clean;
use crate::report::outcome::input::{ResolvedOutcome, Tally};
use crate::report::outcome::words;
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::{capitalised, count, grouped};

const MAX_FAILURES: usize = 40;
const MAX_WAITING: usize = 20;

pub(super) fn render(resolved: &ResolvedOutcome<'_>, style: &Style) -> String {
    let mut out = String::new();
    failures(&mut out, resolved, style);
    not_attempted(&mut out, resolved, style);
    if !out.is_empty() {
        out.push('\n');
    }
    let complete = resolved.tally.is_complete();
    let role = if complete { Role::Good } else { Role::Error };
    let took = if resolved.tally.written() > 0 {
        format!(" It took {}.", words::seconds(resolved.report.milliseconds))
    } else {
        String::new()
    };
    out.push_str(&format!(
        "{} {}.{took}\n",
        style.paint(role, &format!("{}:", capitalised(resolved.report.verb))),
        words::numbers(resolved)
    ));
    if let Some(step) = words::next_step(resolved) {
        // The line is not wrapped, because it contains a command to copy.
        out.push_str(&format!("{}\n", style.paint(Role::Warning, &clean(&step))));
    }
    out
}

fn most(resolved: &ResolvedOutcome<'_>, most: usize) -> usize {
    if resolved.report.plan.is_full { usize::MAX } else { most }
}

fn sentence(out: &mut String, role: Role, label: &str, sentence: &str, style: &Style) {
    let indent = label.len() + 2;
    let room = style.prose().saturating_sub(indent);
    let lines = wrap(&clean(sentence), room, room).join(&format!("\n{}", " ".repeat(indent)));
    out.push_str(&format!("{} {lines}\n", style.paint(role, &format!("{label}:"))));
}

/// The problems, worst first: `failed`, `in doubt`, `incomplete`.
fn failures(out: &mut String, resolved: &ResolvedOutcome<'_>, style: &Style) {
    let Tally { failed, in_doubt, incomplete, .. } = resolved.tally;
    let most = most(resolved, MAX_FAILURES);
    let kinds = [(Kind::Failed, failed, "more failure"), (Kind::InDoubt, in_doubt, "more change in doubt")];
    for (kind, number, more) in kinds.into_iter().chain([(Kind::Incomplete, incomplete, "more incomplete change")]) {
        let lines = resolved.ends().filter_map(|(change, end)| Some((change, line(kind, resolved, change, end)?)));
        for (change, words) in lines.take(most) {
            sentence(out, kind.role(), kind.label(), &words, style);
            if let Some(location) = resolved.resolved.location_of(change) {
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
fn line(kind: Kind, resolved: &ResolvedOutcome<'_>, change: &Change, end: &ChangeOutcome) -> Option<String> {
    match (kind, end) {
        (Kind::Failed, ChangeOutcome::Failed(failure)) => {
            Some(format!("{}: {}", words::describe_change(change), words::answer(failure)))
        }
        (Kind::InDoubt, ChangeOutcome::InDoubt(failure)) => {
            Some(format!("{}: {} ({})", words::describe_change(change), words::answer(failure), words::IN_DOUBT))
        }
        (Kind::Incomplete, ChangeOutcome::Incomplete { step_kind, cause }) => {
            Some(format!("{}: {}", words::incomplete(change, *step_kind), words::cause(cause, resolved)))
        }
        (
            _,
            ChangeOutcome::Applied
            | ChangeOutcome::Failed(_)
            | ChangeOutcome::InDoubt(_)
            | ChangeOutcome::Incomplete { .. }
            | ChangeOutcome::NotAttempted(_),
        ) => None,
    }
}

fn not_attempted(out: &mut String, resolved: &ResolvedOutcome<'_>, style: &Style) {
    let waiting: Vec<(&Change, &Reason)> = resolved
        .ends()
        .filter_map(|(change, end)| match end {
            ChangeOutcome::NotAttempted(reason) => Some((change, reason)),
            ChangeOutcome::Applied
            | ChangeOutcome::Failed(_)
            | ChangeOutcome::InDoubt(_)
            | ChangeOutcome::Incomplete { .. } => None,
        })
        .collect();
    if waiting.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let shown = waiting.len().min(most(resolved, MAX_WAITING));
    out.push_str(&format!("{}\n", style.paint(Role::Warning, "not attempted:")));
    for (change, reason) in waiting.iter().take(shown) {
        out.push_str(&format!(
            "    {}: {}\n",
            clean(&words::describe_change(change)),
            clean(&words::reason(reason, resolved))
        ));
    }
    if waiting.len() > shown {
        out.push_str(&format!("    and {} more; `--output json` lists all\n", grouped(waiting.len() - shown)));
    }
}
