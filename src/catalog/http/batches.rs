//! Sends the batches of one wave concurrently, as many calls as the limiter admits. A waiting batch does not block the
//! others; a batch that finds the catalog unreachable ends all.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::failure::ClientError;
use super::retry::is_transient;
use super::{delete, write};
use crate::catalog::apply::{Batch, Method, draft, outcome_of_write};
use crate::catalog::apply_options::{ApplyRun, ApplyOptions};
use crate::catalog::http::session::{Session, Repeat, Reply};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{CatalogError, WriteFailure};
use crate::domain::plan::request::Act;

/// The number of single calls or delete batches prepared at once.
const MAX_CONCURRENT: usize = 32;

type Ends = Vec<(usize, Result<(), WriteFailure>)>;

/// Sends the acts; the results are in their order.
pub(super) async fn perform(
    session: &Arc<Session>,
    acts: &[&Act],
    batches: &[Batch],
    options: ApplyOptions<'_>,
) -> Vec<Result<(), WriteFailure>> {
    let run = ApplyRun::new(options);
    // The next member of each batch; a free worker takes it.
    let turns: Vec<Cell<usize>> = batches.iter().map(|_| Cell::new(0)).collect();
    let mut ways: Vec<Pin<Box<dyn Future<Output = Ends> + '_>>> = Vec::new();
    for (batch, turn) in batches.iter().zip(&turns) {
        match batch.method {
            Method::Create | Method::Merge | Method::Replace => {
                ways.push(Box::pin(written(session, acts, batch, &run, batches.len())));
            }
            Method::Patch => {
                for _ in 0..MAX_CONCURRENT.min(batch.members.len()) {
                    ways.push(Box::pin(patched(session, acts, batch, turn, &run)));
                }
            }
            Method::Delete => {
                for _ in 0..MAX_CONCURRENT.min(batch.members.len().div_ceil(delete::MAX_ENTITIES)) {
                    ways.push(Box::pin(removed(session, acts, batch, turn, &run)));
                }
            }
        }
    }
    let mut outcomes: Vec<Option<Result<(), WriteFailure>>> = acts.iter().map(|_| None).collect();
    for (member, end) in together(ways).await.into_iter().flatten() {
        outcomes[member] = Some(end);
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(run.unsent()))).collect()
}

async fn written(session: &Arc<Session>, acts: &[&Act], batch: &Batch, run: &ApplyRun<'_>, batches: usize) -> Ends {
    let drafts: Vec<_> = batch.members.iter().map(|member| draft(acts[*member])).collect();
    let options = run.options.write_options(batch.method);
    // Retrying a create whose outcome is unknown is safe, because a read afterwards shows who created the entity.
    let ends = write::write(session, &batch.blueprint, &drafts, &options, Repeat::Always, run, batches).await;
    let ends = ends.into_iter().map(|end| outcome_of_write(batch.method, end));
    batch.members.iter().copied().zip(ends).collect()
}

async fn patched(session: &Session, acts: &[&Act], batch: &Batch, turn: &Cell<usize>, run: &ApplyRun<'_>) -> Ends {
    let mut ends = Vec::new();
    let options = run.options.write_options(batch.method);
    while run.may_send()
        && let Some(member) = batch.members.get(turn.get()).copied()
    {
        turn.set(turn.get() + 1);
        let (key, cancellation) = (&acts[member].key, run.options.cancellation.clone());
        let mut body = draft(acts[member]);
        body.identifier = None;
        let reply =
            write::patch(session, &key.blueprint, &key.identifier, &body, &options, cancellation, run.run_ended.clone()).await;
        let mut item = Item::default();
        record_outcome(run, &mut item, reply);
        let end = item.end(|| run.unsent());
        if end.is_err() {
            run.record_failed_write();
        }
        run.advance(1);
        ends.push((member, end));
    }
    ends
}

async fn removed(session: &Session, acts: &[&Act], batch: &Batch, turn: &Cell<usize>, run: &ApplyRun<'_>) -> Ends {
    let mut ends = Vec::new();
    while run.may_send()
        && let Some(lot) = batch.members.chunks(delete::MAX_ENTITIES).nth(turn.get())
    {
        turn.set(turn.get() + 1);
        let identifiers: Vec<String> = lot.iter().map(|member| acts[*member].key.identifier.to_string()).collect();
        let gone = delete::remove(session, &batch.blueprint, &identifiers, run).await;
        ends.extend(lot.iter().copied().zip(gone));
    }
    ends
}

/// Records the result of a call for one entity.
pub(super) fn record_outcome(run: &ApplyRun<'_>, item: &mut Item, reply: Reply<()>) {
    if reply.is_lost {
        item.lost(reply.is_late);
    }
    match reply.result {
        Ok(()) => {
            run.record_answer();
            run.record_accepted();
            item.answered(Event::Accept, None);
        }
        Err(error) => match error.refusal() {
            Some(refusal) if !is_transient(refusal.status) => {
                run.record_answer();
                run.record_refused_call(refusal);
                let event = if refusal.status >= 500 { Event::Lose } else { Event::Refuse };
                item.answered(event, Some(refusal.clone().into()));
            }
            Some(_) | None => {
                if !error.had_no_effect() {
                    item.lost(reply.is_late || error.is_late());
                }
                item.heard(broken(run, error));
            }
        },
    }
}

/// Records a failed call and returns the result of its entities.
pub(super) fn broken(run: &ApplyRun<'_>, error: ClientError) -> WriteFailure {
    if let ClientError::Stopped { .. } = error {
        return run.unsent();
    }
    let is_of_the_call = error.is_of_the_call();
    let error = Arc::new(CatalogError::from(error));
    run.record_failed_call(&error, is_of_the_call);
    WriteFailure::Broken(error)
}

/// Polls all futures to completion concurrently.
async fn together<T>(mut ways: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut ends: Vec<Option<T>> = ways.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (way, end) in ways.iter_mut().zip(&mut ends).filter(|(_, end)| end.is_none()) {
            match way.as_mut().poll(context) {
                Poll::Ready(value) => *end = Some(value),
                Poll::Pending => is_done = false,
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ends.into_iter().flatten().collect()
}
