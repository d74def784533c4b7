//! Changes the owner of entities without writing their content, up to twenty per call. The route is undocumented, so a
//! rejection is no failure: the caller writes those entities instead.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::slice::Chunks;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::outcome::final_refusal;
use super::route::route;
use super::session::Session;
use super::wave::join_all;
use crate::catalog::apply::ApplyRun;
use crate::catalog::{ApplyOptions, Relabelling};

/// The maximum number of entities in one call: the number that the platform's own migrator sends.
const MAX_ENTITIES: usize = 20;
/// The number of calls prepared at once; the limiter decides how many of them are sent.
const MAX_CONCURRENT: usize = 16;

pub(super) async fn relabel(
    session: &Session,
    blueprint: &str,
    (identifiers, datasource): (&[Box<str>], &str),
    options: ApplyOptions<'_>,
) -> Relabelling {
    if session.refuses_to_relabel.load(Ordering::Relaxed) {
        return Relabelling::default();
    }
    let run = ApplyRun::new(options);
    let work = Work {
        session,
        datasource,
        route: route(&["blueprints", blueprint, "datasource", "bulk"]),
        run: &run,
        lots: RefCell::new(identifiers.chunks(MAX_ENTITIES)),
        is_over: Cell::new(false),
        relabelling: Cell::new(Relabelling::default()),
    };
    // Whether the catalog has the route at all is known after the first call.
    work.send_next().await;
    let workers = MAX_CONCURRENT.min(identifiers.len().div_ceil(MAX_ENTITIES));
    let workers = (1..workers).map(|_| Box::pin(work.send_rest()) as Pin<Box<dyn Future<Output = ()> + '_>>);
    join_all(workers.collect()).await;
    work.relabelling.get()
}

struct Work<'w> {
    session: &'w Session,
    /// The owner from now on.
    datasource: &'w str,
    route: String,
    run: &'w ApplyRun<'w>,
    /// The identifiers that no call has yet.
    lots: RefCell<Chunks<'w, Box<str>>>,
    /// Nothing more is sent.
    is_over: Cell<bool>,
    relabelling: Cell<Relabelling>,
}

impl Work<'_> {
    async fn send_rest(&self) {
        while self.send_next().await {}
    }

    /// Sends one call; returns whether there may be another one.
    async fn send_next(&self) -> bool {
        if self.is_over.get() || !self.run.may_send() {
            return false;
        }
        let Some(lot) = self.lots.borrow_mut().next() else { return false };
        let body = json!({"entitiesIdentifiers": lot, "datasource": self.datasource}).to_string();
        let call = ApiCall::write("PATCH", self.route.clone(), Some(body.into_bytes()), CallKind::Batch);
        let reply = self.session.send_unit(&call.of_run(self.run)).await;
        let Relabelling { calls, may_be_applied, is_pending } = self.relabelling.get();
        let is_open = reply.result.as_ref().map_or_else(|error| !error.had_no_effect(), |()| true);
        self.relabelling.set(Relabelling {
            calls: calls + 1,
            may_be_applied: may_be_applied || is_open || reply.is_lost,
            is_pending: is_pending || reply.is_pending || reply.result.as_ref().is_err_and(ClientError::is_pending),
        });
        if let Err(error) = reply.result {
            self.record_error(&error);
        }
        true
    }

    /// A rejection of these entities says nothing about the others; one of the route or of the credentials does.
    fn record_error(&self, error: &ClientError) {
        let Some(refusal) = final_refusal(error) else {
            self.is_over.set(true);
            return;
        };
        if error.is_no_route() || matches!(refusal.status, 401 | 403 | 405 | 410) {
            self.session.refuses_to_relabel.store(true, Ordering::Relaxed);
            self.is_over.set(true);
        }
    }
}
