//! The state that all calls of one wave share. A failed call records its failure here, and the next call checks it before
//! it starts.

use std::cell::{Cell, RefCell};

use tokio_util::sync::CancellationToken;

use crate::catalog::ApplyOptions;
use crate::catalog::wire::Refusal;
use crate::catalog::{CatalogError, WriteFailure};

/// The number of failed calls in a row after which the run ends, because the catalog is unreachable. A single failure
/// may be specific to its method.
const MAX_FAILED_CALLS: u32 = 3;

/// The number of 401 and 403 rejections in a row after which nothing more is sent: the credentials may not write, so
/// every further entity would be rejected too.
const MAX_DENIED: u32 = 3;

/// The state of a run while its requests are sent.
pub(crate) struct ApplyRun<'a> {
    pub options: ApplyOptions<'a>,
    failed_calls: Cell<u32>,
    denied: Cell<u32>,
    end_reason: RefCell<Option<EndReason>>,
    /// Cancelled when the run ends, for calls that still wait for a permit.
    pub ended: CancellationToken,
}

/// Why no more requests are sent.
enum EndReason {
    Failed,
    Denied,
    Unreachable(CatalogError),
}

impl<'a> ApplyRun<'a> {
    pub fn new(options: ApplyOptions<'a>) -> Self {
        Self {
            options,
            failed_calls: Cell::new(0),
            denied: Cell::new(0),
            end_reason: RefCell::new(None),
            ended: CancellationToken::new(),
        }
    }

    /// Whether another request may be sent.
    pub fn may_send(&self) -> bool {
        self.end_reason.borrow().is_none() && !self.options.cancellation.is_cancelled()
    }

    /// The outcome of requests that were not sent.
    pub fn unsent(&self) -> WriteFailure {
        match &*self.end_reason.borrow() {
            Some(EndReason::Unreachable(error)) => WriteFailure::Unsent(error.clone()),
            Some(EndReason::Denied) => WriteFailure::Denied,
            Some(EndReason::Failed) | None => WriteFailure::Stopped,
        }
    }

    /// Resets the count of failed calls: the catalog answered, even if with a rejection.
    pub fn record_answer(&self) {
        self.failed_calls.set(0);
    }

    /// Resets the count of 401 and 403 rejections: the catalog accepted a write.
    pub fn record_accepted(&self) {
        self.denied.set(0);
    }

    /// Ends the run: no new request is sent. The first reason is kept.
    fn end(&self, end_reason: EndReason) {
        self.end_reason.borrow_mut().get_or_insert(end_reason);
        self.ended.cancel();
    }

    /// Records that the catalog rejected a whole call. A 401 arrives here only after the token was renewed, so it
    /// applies to every call.
    pub fn record_refused_call(&self, refusal: &Refusal) {
        if refusal.status == 401 {
            self.end(EndReason::Denied);
        } else {
            self.record_refusal(refusal);
        }
    }

    /// Records a rejection of a call in which no entity was accepted.
    pub fn record_refusal(&self, refusal: &Refusal) {
        if !is_about_permissions(refusal) {
            return;
        }
        self.denied.set(self.denied.get() + 1);
        if self.denied.get() >= MAX_DENIED {
            self.end(EndReason::Denied);
        }
    }

    /// Records the final failure of one write.
    pub fn record_failed_write(&self) {
        if self.options.stop_on_failure {
            self.end(EndReason::Failed);
        }
    }

    /// Records a call that failed without an answer. `is_of_the_call`: other calls may still succeed.
    pub fn record_failed_call(&self, error: &CatalogError, is_of_the_call: bool) {
        if self.options.cancellation.is_cancelled() {
            // A cancelled run ends its calls itself, which says nothing about the catalog.
            return;
        }
        self.failed_calls.set(self.failed_calls.get() + 1);
        if !is_of_the_call || self.failed_calls.get() >= MAX_FAILED_CALLS {
            self.end(EndReason::Unreachable(error.clone()));
        }
    }

    /// Reports progress: this many more writes are finished.
    pub fn advance(&self, settled: u64) {
        self.options.progress.advance(settled);
    }
}

/// Whether the catalog would reject every other entity too. The API also uses 403 for an entity that has dependents or
/// is protected.
fn is_about_permissions(refusal: &Refusal) -> bool {
    let is_of_the_entity = refusal.error.contains("dependents") || refusal.error.contains("protected");
    matches!(refusal.status, 401 | 403) && !is_of_the_entity
}
