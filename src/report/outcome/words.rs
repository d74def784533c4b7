//! The sentences about an outcome, shared by all formats. Names are in backticks and unescaped; each renderer cleans
//! and escapes what it writes.

use crate::domain::plan::StepKind;
use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::outcome::{Cause, ChangeOutcome, Failure, Reason, Relabelled};
use crate::report::outcome::input::{ResolvedOutcome, Tally};
use crate::report::plan::words::{self, tick};
use crate::text::plural::{count, grouped};

/// The number of names in one sentence.
const MAX_NAMES: usize = 3;

/// The line of counts, in a form for searching: plain digits, and always the four verbs.
pub(super) fn numbers(resolved: &ResolvedOutcome<'_>) -> String {
    let tally = &resolved.tally;
    let Tally { created, updated, renamed, adopted, deleted, incomplete, failed, in_doubt, not_attempted, unchanged } =
        tally;
    let given_back = resolved.report.given_back;
    if tally.applied() == 0 && given_back == 0 && tally.is_complete() {
        return format!("nothing to do; {unchanged} unchanged");
    }
    let mut text = format!("{created} created, {updated} updated, {deleted} deleted, {renamed} renamed");
    if *adopted > 0 {
        text.push_str(&format!(", {adopted} adopted{}", owner_only(resolved.report.outcome.relabelled)));
    }
    if given_back > 0 {
        text.push_str(&format!(", {given_back} given back"));
    }
    if tally.is_complete() {
        return format!("{text}; {unchanged} unchanged");
    }
    let mut rest = Vec::new();
    if *incomplete > 0 {
        rest.push(format!("{incomplete} incomplete (written in part)"));
    }
    rest.push(format!("{failed} failed"));
    if *in_doubt > 0 {
        rest.push(format!("{in_doubt} in doubt"));
    }
    rest.push(format!("{not_attempted} not attempted"));
    format!("{text}; {}; {unchanged} unchanged", rest.join(", "))
}

/// How many adopted entities were not written: ` (owner only: 12, in 1 call)`.
fn owner_only(relabelled: Relabelled) -> String {
    match relabelled {
        Relabelled { entities: 0, .. } => String::new(),
        Relabelled { entities, calls: 0 } => format!(" (owner only: {entities})"),
        Relabelled { entities, calls } => format!(" (owner only: {entities}, in {})", count(calls, "call")),
    }
}

/// `update `service/cart``.
pub(super) fn describe_change(change: &Change) -> String {
    let key = words::quoted(&change.key);
    match &change.action {
        Action::Create => format!("create {key}"),
        Action::Update => format!("update {key}"),
        Action::Adopt => format!("adopt {key}"),
        Action::Delete => format!("delete {key}"),
        Action::Rename { from, .. } => format!("rename {} to {key}", tick(from)),
    }
}

/// The catalog's answer, or why there is none.
pub(super) fn answer(failure: &Failure) -> String {
    let code = failure.code.as_ref().map(|code| tick(code));
    match (failure.status, code) {
        (Some(status), Some(code)) => format!("{status} {code}: {}", failure.message),
        (Some(status), None) => format!("{status}: {}", failure.message),
        (None, Some(code)) => format!("{code}: {}", failure.message),
        (None, None) => failure.message.clone(),
    }
}

/// `` `service/cart` created, relations not set yet``.
pub(super) fn incomplete(change: &Change, step_kind: StepKind) -> String {
    let key = words::quoted(&change.key);
    let done = match &change.action {
        Action::Create => "created",
        Action::Update | Action::Delete => "updated",
        Action::Adopt => "adopted",
        Action::Rename { .. } => "renamed",
    };
    match (step_kind, &change.action) {
        (StepKind::Write, Action::Update) => format!("{key} {done} in part"),
        (StepKind::Relink, _) => format!("{key} {done}, relations not set yet"),
        (StepKind::Write | StepKind::Delete, _) => format!("{key} {done} in part"),
    }
}

/// Why a change is incomplete.
pub(super) fn cause(cause: &Cause, resolved: &ResolvedOutcome<'_>) -> String {
    match cause {
        Cause::Failed(failure) => answer(failure),
        Cause::InDoubt(failure) => format!("{} ({IN_DOUBT})", answer(failure)),
        Cause::NotAttempted(reason) => self::reason(reason, resolved),
    }
}

/// The meaning of "in doubt" in every format.
pub(super) const IN_DOUBT: &str = "sent, but the result is unknown";

pub(super) fn reason(reason: &Reason, resolved: &ResolvedOutcome<'_>) -> String {
    match reason {
        Reason::Needs(changes) => {
            let keys: Vec<String> =
                changes.iter().filter_map(|at| resolved.change(*at)).map(|change| words::quoted(&change.key)).collect();
            match keys.len() {
                0 => "requires a change that was not made".to_owned(),
                _ => format!("requires {}", words::names(keys.into_iter(), MAX_NAMES)),
            }
        }
        Reason::WrittenSince { by } => format!("written by {by} since the plan was made"),
        Reason::Interrupted => "interrupted".to_owned(),
        Reason::Stopped => "stopped at the first failure".to_owned(),
        Reason::Unreachable => "the catalog became unreachable".to_owned(),
        Reason::Denied => "the catalog rejected every earlier write".to_owned(),
    }
}

/// How to proceed; `None` if the push is complete.
pub(super) fn next_step(resolved: &ResolvedOutcome<'_>) -> Option<String> {
    let tally = &resolved.tally;
    if tally.is_complete() {
        return None;
    }
    let (verb, command) = (resolved.report.verb, words::tick(resolved.report.plan.push));
    let has_reason = |reason: &Reason| resolved.ends().any(|(_, end)| end.reason() == Some(reason));
    let has_status = |status: u16| {
        resolved.ends().filter_map(|(_, end)| end.failure()).any(|failure| failure.status == Some(status))
    };
    let is_unreachable = has_reason(&Reason::Unreachable);
    let is_written_since = resolved.ends().any(|(_, end)| matches!(end.reason(), Some(Reason::WrittenSince { .. })));
    let (first, rerun) = match (resolved.report.outcome.is_interrupted, is_unreachable, tally.failed) {
        (true, _, _) => (format!("The {verb} was interrupted."), format!("Rerun {command} to finish")),
        (false, true, _) if has_status(401) => {
            ("The catalog rejected the credentials.".to_owned(), format!("Renew them and rerun {command}"))
        }
        (false, true, _) => {
            let first = "The catalog became unreachable.".to_owned();
            (first, format!("Rerun {command} later"))
        }
        _ if has_reason(&Reason::Denied) => {
            let first = "The API client has no permission to write to this catalog.".to_owned();
            (first, format!("Ask an administrator of the organisation for the permission, then rerun {command}"))
        }
        (false, false, 0) if is_written_since => {
            let first = "Entities to delete or rename were written since the plan was made, and are kept.".to_owned();
            (first, format!("Rerun {command} for a new plan"))
        }
        (false, false, 0) => (format!("The {verb} is not complete."), format!("Rerun {command} to finish")),
        (false, false, 1) => ("1 change failed.".to_owned(), format!("Fix the cause and rerun {command}")),
        (false, false, failed) => {
            (format!("{} changes failed.", grouped(failed)), format!("Fix the causes and rerun {command}"))
        }
    };
    let other_way = if has_refused_rename(resolved) { OTHER_WAY_TO_RENAME } else { "" };
    Some(format!("{first} {rerun}; completed changes are skipped.{other_way}"))
}

/// What to do where a catalog changes no identifiers.
const OTHER_WAY_TO_RENAME: &str = " If the catalog does not change identifiers, declare the entity under both, push, then \
     remove the old manifest and push again: what others wrote to the old entity is deleted with it.";

/// Whether the catalog refused a rename for a reason that may be the rename itself.
fn has_refused_rename(resolved: &ResolvedOutcome<'_>) -> bool {
    resolved.ends().any(|(change, end)| {
        let status = end.failure().and_then(|failure| failure.status);
        matches!(change.action, Action::Rename { .. })
            && matches!(end, ChangeOutcome::Failed(_))
            && matches!(status, Some(200 | 400 | 403 | 405 | 422))
    })
}

/// `12.3 s`.
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}
