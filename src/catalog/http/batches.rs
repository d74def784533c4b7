//! Sends the batches of one wave concurrently, as many calls as the limiter admits. A waiting batch does not block the
//! others; a batch that finds the catalog unreachable ends all.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::failure::ClientError;
use super::retry::is_passing;
use super::{delete, write};
use crate::catalog::apply::{Batch, MethodKind, draft, settled};
use crate::catalog::apply_options::{Course, Errand};
use crate::catalog::http::session::{Caller, Repeat, Reply};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{CatalogError, Undone};
use crate::domain::plan::request::WriteRequest;

/// The number of single calls or delete batches prepared at once.
const TOGETHER: usize = 32;

type Ends = Vec<(usize, Result<(), Undone>)>;

/// Sends the acts; the results are in their order.
pub(super) async fn perform(
    caller: &Arc<Caller>,
    acts: &[&WriteRequest],
    batches: &[Batch],
    errand: Errand<'_>,
) -> Vec<Result<(), Undone>> {
    let course = Course::new(errand);
    // The next member of each batch; a free worker takes it.
    let turns: Vec<Cell<usize>> = batches.iter().map(|_| Cell::new(0)).collect();
    let mut ways: Vec<Pin<Box<dyn Future<Output = Ends> + '_>>> = Vec::new();
    for (batch, turn) in batches.iter().zip(&turns) {
        match batch.method {
            MethodKind::Create | MethodKind::Merge | MethodKind::Replace => {
                ways.push(Box::pin(written(caller, acts, batch, &course, batches.len())));
            }
            MethodKind::Patch => {
                for _ in 0..TOGETHER.min(batch.members.len()) {
                    ways.push(Box::pin(patched(caller, acts, batch, turn, &course)));
                }
            }
            MethodKind::Delete => {
                for _ in 0..TOGETHER.min(batch.members.len().div_ceil(delete::MOST)) {
                    ways.push(Box::pin(removed(caller, acts, batch, turn, &course)));
                }
            }
        }
    }
    let mut outcomes: Vec<Option<Result<(), Undone>>> = acts.iter().map(|_| None).collect();
    for (member, end) in together(ways).await.into_iter().flatten() {
        outcomes[member] = Some(end);
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(course.unsent()))).collect()
}

async fn written(
    caller: &Arc<Caller>,
    acts: &[&WriteRequest],
    batch: &Batch,
    course: &Course<'_>,
    batches: usize,
) -> Ends {
    let drafts: Vec<_> = batch.members.iter().map(|member| draft(acts[*member])).collect();
    let options = course.errand.options(batch.method);
    // Retrying a create whose outcome is unknown is safe, because a read afterwards shows who created the entity.
    let ends = write::write(caller, &batch.blueprint, &drafts, &options, Repeat::Always, course, batches).await;
    let ends = ends.into_iter().map(|end| settled(batch.method, end));
    batch.members.iter().copied().zip(ends).collect()
}

async fn patched(
    caller: &Caller,
    acts: &[&WriteRequest],
    batch: &Batch,
    turn: &Cell<usize>,
    course: &Course<'_>,
) -> Ends {
    let mut ends = Vec::new();
    let options = course.errand.options(batch.method);
    while course.goes_on()
        && let Some(member) = batch.members.get(turn.get()).copied()
    {
        turn.set(turn.get() + 1);
        let (key, stop) = (&acts[member].key, course.errand.stop.clone());
        let mut body = draft(acts[member]);
        body.identifier = None;
        let reply =
            write::patch(caller, &key.blueprint, &key.identifier, &body, &options, stop, course.halt.clone()).await;
        let mut item = Item::default();
        settle_one(course, &mut item, reply);
        let end = item.end(|| course.unsent());
        if end.is_err() {
            course.failed();
        }
        course.advance(1);
        ends.push((member, end));
    }
    ends
}

async fn removed(
    caller: &Caller,
    acts: &[&WriteRequest],
    batch: &Batch,
    turn: &Cell<usize>,
    course: &Course<'_>,
) -> Ends {
    let mut ends = Vec::new();
    while course.goes_on()
        && let Some(lot) = batch.members.chunks(delete::MOST).nth(turn.get())
    {
        turn.set(turn.get() + 1);
        let identifiers: Vec<String> = lot.iter().map(|member| acts[*member].key.identifier.to_string()).collect();
        let gone = delete::remove(caller, &batch.blueprint, &identifiers, course).await;
        ends.extend(lot.iter().copied().zip(gone));
    }
    ends
}

/// Records the result of a call for one entity.
pub(super) fn settle_one(course: &Course<'_>, item: &mut Item, reply: Reply<()>) {
    if reply.is_lost {
        item.lost(reply.is_late);
    }
    match reply.result {
        Ok(()) => {
            course.came_about();
            course.accepted();
            item.answered(Event::Accept, None);
        }
        Err(error) => match error.refusal() {
            Some(refusal) if !is_passing(refusal.status) => {
                course.came_about();
                course.refused_call(refusal);
                let event = if refusal.status >= 500 { Event::Lose } else { Event::Refuse };
                item.answered(event, Some(refusal.clone().into()));
            }
            Some(_) | None => {
                if !error.is_surely_undone() {
                    item.lost(reply.is_late || error.is_late());
                }
                item.heard(broken(course, error));
            }
        },
    }
}

/// Records a failed call and returns the result of its entities.
pub(super) fn broken(course: &Course<'_>, error: ClientError) -> Undone {
    if let ClientError::Stopped { .. } = error {
        return course.unsent();
    }
    let is_of_the_call = error.is_of_the_call();
    let error = Arc::new(CatalogError::from(error));
    course.gave_up(&error, is_of_the_call);
    Undone::Broken(error)
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
