//! Records what the result of a call means for its entities and for the run.

use super::call::Reply;
use super::client_error::ClientError;
use super::retry::is_transient;
use crate::catalog::apply::ApplyRun;
use crate::catalog::wire::Refusal;
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{CatalogError, WriteFailure};
use crate::domain::plan::request::WriteRequest;

/// Records the result of a call for one entity.
pub(super) fn record_outcome(run: &ApplyRun<'_>, item: &mut Item, reply: Reply<()>) {
    record(run, item, reply, |refusal| refusal.status >= 500);
}

/// Records the result of a call that changes an identifier; the reply is the identifier in the answer, if there is one. That
/// the new identifier exists leaves the outcome in doubt, because an earlier copy of the call may have set it; a read then
/// shows whose it is.
pub(super) fn record_rename(run: &ApplyRun<'_>, item: &mut Item, reply: Reply<Option<String>>, request: &WriteRequest) {
    let Reply { result, is_lost, is_pending } = reply;
    if let Ok(Some(answered)) = &result
        && **answered != *request.key.identifier
    {
        if is_lost {
            item.record_lost(is_pending);
        }
        run.record_answer();
        let words = format!(
            "the catalog accepted the change and kept the identifier `{}`; other fields may have changed",
            request.stored_identifier()
        );
        item.record_event(Event::Lose, Some(Refusal::new(200, "identifier_kept", words).into()));
        return;
    }
    let reply = Reply { result: result.map(drop), is_lost, is_pending };
    record(run, item, reply, |refusal| refusal.status >= 500 || refusal.status == 409);
}

/// `is_open`: whether a rejection leaves the outcome in doubt.
fn record(run: &ApplyRun<'_>, item: &mut Item, reply: Reply<()>, is_open: impl Fn(&Refusal) -> bool) {
    if reply.is_lost {
        item.record_lost(reply.is_pending);
    }
    let error = match reply.result {
        Ok(()) => {
            run.record_answer();
            run.record_accepted();
            item.record_event(Event::Accept, None);
            return;
        }
        Err(error) => error,
    };
    match final_refusal(&error) {
        Some(refusal) => {
            run.record_answer();
            run.record_refused_call(refusal);
            let event = if is_open(refusal) { Event::Lose } else { Event::Refuse };
            item.record_event(event, Some(refusal.clone().into()));
        }
        None => {
            if !error.had_no_effect() {
                item.record_lost(reply.is_pending || error.is_pending());
            }
            item.record_last(record_failed_call(run, error));
        }
    }
}

/// Records a call without an answer, and returns the result of its entities.
pub(super) fn record_failed_call(run: &ApplyRun<'_>, error: ClientError) -> WriteFailure {
    if let ClientError::Stopped { .. } = error {
        return run.unsent();
    }
    let is_of_the_call = error.is_of_the_call();
    let error = CatalogError::from(error);
    run.record_failed_call(&error, is_of_the_call);
    WriteFailure::CallFailed(error)
}

/// The catalog's rejection, if a retry cannot change it.
pub(super) fn final_refusal(error: &ClientError) -> Option<&Refusal> {
    error.refusal().filter(|refusal| !is_transient(refusal.status))
}

/// A final rejection is a result; everything else that failed is an error.
pub(super) fn refusal_or_error(result: Result<(), ClientError>) -> Result<Result<(), Refusal>, ClientError> {
    let Err(error) = result else { return Ok(Ok(())) };
    match final_refusal(&error) {
        Some(refusal) => Ok(Err(refusal.clone())),
        None => Err(error),
    }
}

/// Returns an error if no entity got an answer.
pub(super) fn error_if_none_answered<T>(
    outcomes: Vec<Result<T, WriteFailure>>,
) -> Result<Vec<Result<T, WriteFailure>>, CatalogError> {
    let mut errors = outcomes.iter().map(|outcome| outcome.as_ref().err().and_then(WriteFailure::error));
    let first = match errors.next() {
        Some(Some(error)) if errors.all(|error| error.is_some()) => error.clone(),
        Some(_) | None => return Ok(outcomes),
    };
    Err(first)
}
