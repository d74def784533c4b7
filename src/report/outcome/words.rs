//! The sentences about an outcome, the same in every format. Names stand in them as they are, in backticks; each
//! renderer cleans and escapes what it writes.

use crate::domain::change::{Action, Change};
use crate::domain::outcome::{Failure, Reason};
use crate::domain::plan::Deed;
use crate::domain::words::grouped;
use crate::report::outcome::{Tally, Told};
use crate::report::plan::words::{self, tick};

/// More names than this in one sentence are no sentence.
const NAMES_MAX: usize = 3;

/// The line of numbers, made to be searched: bare digits, and the four verbs always.
pub(super) fn numbers(tally: &Tally) -> String {
    let Tally { created, updated, renamed, adopted, deleted, failed, not_attempted, unchanged, uncertain } = tally;
    if tally.applied() == 0 && tally.is_complete() {
        return format!("nothing to do; {unchanged} unchanged");
    }
    let mut text = format!("{created} created, {updated} updated, {deleted} deleted, {renamed} renamed");
    if *adopted > 0 {
        text.push_str(&format!(", {adopted} adopted"));
    }
    if tally.is_complete() {
        return format!("{text}; {unchanged} unchanged");
    }
    let uncertain = if *uncertain > 0 { format!(" ({uncertain} uncertain)") } else { String::new() };
    format!("{text}; {failed} failed{uncertain}, {not_attempted} not attempted; {unchanged} unchanged")
}

/// `update of `service/cart``.
pub(super) fn deed(change: &Change) -> String {
    let key = words::quoted(&change.key);
    match &change.action {
        Action::Create => format!("create {key}"),
        Action::Update => format!("update {key}"),
        Action::Adopt => format!("adopt {key}"),
        Action::Delete => format!("delete {key}"),
        Action::Rename { from, .. } => format!("rename {} to {key}", tick(from)),
    }
}

/// What the catalog answered, or why there is no answer.
pub(super) fn answer(failure: &Failure) -> String {
    let code = failure.code.as_ref().map(|code| tick(code));
    match (failure.status, code) {
        (Some(status), Some(code)) => format!("{status} {code}: {}", failure.message),
        (Some(status), None) => format!("{status}: {}", failure.message),
        (None, Some(code)) => format!("{code}: {}", failure.message),
        (None, None) => failure.message.clone(),
    }
}

/// In which state a change is that failed; `None`: as it was before.
pub(super) fn state(change: &Change, failure: &Failure) -> Option<&'static str> {
    let is_rename = matches!(change.action, Action::Rename { .. });
    match (failure.is_uncertain, failure.is_half_done, failure.deed) {
        (true, false, _) => Some("its answer was lost: it may be done all the same"),
        (true, true, _) => Some("it is done in part, and the answer to the rest was lost"),
        (false, true, Deed::Relink) => Some("it is written, but the relations that came later are not set"),
        (false, true, Deed::Delete) if is_rename => {
            Some("it is there under its new identifier, and under its old one too")
        }
        (false, true, Deed::Write | Deed::Delete) => Some("it is done in part"),
        (false, false, _) => None,
    }
}

pub(super) fn reason(reason: &Reason, told: &Told<'_>) -> String {
    match reason {
        Reason::Needs(changes) => {
            let keys: Vec<String> =
                changes.iter().filter_map(|at| told.change(*at)).map(|change| words::quoted(&change.key)).collect();
            match keys.len() {
                0 => "it needs a change that was not done".to_owned(),
                _ => format!("it needs {}", words::names(keys.into_iter(), NAMES_MAX)),
            }
        }
        Reason::Interrupted => "interrupted".to_owned(),
        Reason::Stopped => "stopped at the first failure".to_owned(),
        Reason::Unreachable => "the catalog could not be reached any more".to_owned(),
    }
}

/// How to go on; `None`: all is done.
pub(super) fn next_step(told: &Told<'_>) -> Option<String> {
    let tally = &told.tally;
    if tally.is_complete() {
        return None;
    }
    let again = words::tick(told.report.plan.push);
    let is_unreachable =
        told.ends().any(|(_, end)| matches!(end, crate::domain::outcome::End::NotAttempted(Reason::Unreachable)));
    let is_refused = told
        .ends()
        .any(|(_, end)| matches!(end, crate::domain::outcome::End::Failed(failure) if failure.status == Some(401)));
    let first = match (told.report.outcome.is_interrupted, is_unreachable, tally.failed) {
        (true, _, _) => "It was interrupted.".to_owned(),
        (false, true, _) if is_refused => "The catalog takes the credentials no more: renew them.".to_owned(),
        (false, true, _) => "The catalog could not be reached any more.".to_owned(),
        (false, false, 0) => "It did not come to its end.".to_owned(),
        (false, false, 1) => "1 change failed: mend its cause.".to_owned(),
        (false, false, failed) => format!("{} changes failed: mend their causes.", grouped(failed)),
    };
    Some(format!("{first} To go on, run {again} again; what is done is not done twice."))
}

/// `12.3 s`.
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}
