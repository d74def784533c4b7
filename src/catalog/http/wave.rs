//! Sends the batches of one wave concurrently, as many calls as the limiter admits. A waiting batch does not block the
//! others; a batch that finds the catalog unreachable ends all.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::call::Repeat;
use super::outcome::{record_outcome, record_rename};
use super::session::Session;
use super::{delete, write};
use crate::catalog::ApplyOptions;
use crate::catalog::WriteFailure;
use crate::catalog::apply::{ApplyRun, Batch, MAX_DELETED, MethodKind, outcome_of_write, patch_draft};
use crate::catalog::write_state::Item;
use crate::domain::plan::request::WriteRequest;

/// The number of single calls or delete batches prepared at once.
const MAX_CONCURRENT: usize = 32;

type Outcomes = Vec<(usize, Result<(), WriteFailure>)>;
type Worker<'w> = Pin<Box<dyn Future<Output = Outcomes> + 'w>>;

/// Sends the requests; the results are in their order.
pub(super) async fn send(
    session: &Arc<Session>,
    requests: &[&WriteRequest],
    batches: &[Batch],
    options: ApplyOptions<'_>,
) -> Vec<Result<(), WriteFailure>> {
    let run = ApplyRun::new(options);
    // The next member of each batch; a free worker takes it.
    let positions: Vec<Cell<usize>> = batches.iter().map(|_| Cell::new(0)).collect();
    let mut workers: Vec<Worker<'_>> = Vec::new();
    for (batch, next) in batches.iter().zip(&positions) {
        match batch.method {
            MethodKind::Create | MethodKind::Merge | MethodKind::Replace => {
                workers.push(Box::pin(write_batch(session, requests, batch, &run, batches.len())));
            }
            MethodKind::Patch | MethodKind::Rename => {
                for _ in 0..MAX_CONCURRENT.min(batch.members.len()) {
                    workers.push(Box::pin(patch_members(session, requests, batch, next, &run)));
                }
            }
            MethodKind::Delete => {
                for _ in 0..MAX_CONCURRENT.min(batch.members.len().div_ceil(MAX_DELETED)) {
                    workers.push(Box::pin(delete_members(session, requests, batch, next, &run)));
                }
            }
        }
    }
    let mut outcomes: Vec<Option<Result<(), WriteFailure>>> = requests.iter().map(|_| None).collect();
    for (member, outcome) in join_all(workers).await.into_iter().flatten() {
        outcomes[member] = Some(outcome);
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(run.unsent()))).collect()
}

async fn write_batch(
    session: &Arc<Session>,
    requests: &[&WriteRequest],
    batch: &Batch,
    run: &ApplyRun<'_>,
    batches: usize,
) -> Outcomes {
    let members: Vec<&WriteRequest> = batch.members.iter().map(|member| requests[*member]).collect();
    let options = run.options.write_options(batch.method);
    // Retrying a create whose outcome is unknown is safe, because a read afterwards shows who created the entity.
    let written = write::write(session, &batch.blueprint, &members, &options, Repeat::Always, run, batches).await;
    let outcomes = written.into_iter().map(|outcome| outcome_of_write(batch.method, outcome));
    batch.members.iter().copied().zip(outcomes).collect()
}

async fn patch_members(
    session: &Session,
    requests: &[&WriteRequest],
    batch: &Batch,
    next: &Cell<usize>,
    run: &ApplyRun<'_>,
) -> Outcomes {
    let mut outcomes = Vec::new();
    let options = run.options.write_options(batch.method);
    while run.may_send()
        && let Some(member) = batch.members.get(next.get()).copied()
    {
        next.set(next.get() + 1);
        let request = requests[member];
        let body = patch_draft(request);
        let call = write::patch(&batch.blueprint, request.stored_identifier(), &body, &options).of_run(run);
        let mut item = Item::default();
        match batch.method {
            MethodKind::Rename => {
                let reply = session.send_write(&call, |answer, _| write::identifier_of(&answer.body)).await;
                record_rename(run, &mut item, reply, request);
            }
            MethodKind::Create | MethodKind::Merge | MethodKind::Replace | MethodKind::Patch | MethodKind::Delete => {
                record_outcome(run, &mut item, session.send_unit(&call).await)
            }
        }
        let outcome = item.end(|| run.unsent());
        if outcome.is_err() {
            run.record_failed_write();
        }
        run.advance(1);
        outcomes.push((member, outcome));
    }
    outcomes
}

async fn delete_members(
    session: &Session,
    requests: &[&WriteRequest],
    batch: &Batch,
    next: &Cell<usize>,
    run: &ApplyRun<'_>,
) -> Outcomes {
    let mut outcomes = Vec::new();
    while run.may_send()
        && let Some(members) = batch.members.chunks(MAX_DELETED).nth(next.get())
    {
        next.set(next.get() + 1);
        let identifiers: Vec<String> =
            members.iter().map(|member| requests[*member].key.identifier.to_string()).collect();
        let deleted = delete::delete_in_run(session, &batch.blueprint, &identifiers, run).await;
        outcomes.extend(members.iter().copied().zip(deleted));
    }
    outcomes
}

/// Polls all futures to completion concurrently; they borrow, so they cannot be spawned.
pub(super) async fn join_all<T>(mut workers: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut outputs: Vec<Option<T>> = workers.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (worker, output) in workers.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            match worker.as_mut().poll(context) {
                Poll::Ready(value) => *output = Some(value),
                Poll::Pending => is_done = false,
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
