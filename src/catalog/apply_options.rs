//! The options and shared state of the calls of one wave. A failed call records its failure here, and the next call
//! checks it before it starts.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::apply::Method;
use super::wire::{Refusal, WriteOptions};
use super::{CatalogError, Cancellation, WriteFailure};
use crate::domain::progress::Progress;

/// The number of failed calls in a row after which the run ends, because the catalog is unreachable. A single failure
/// may be specific to its call.
const MAX_FAILED_CALLS: u32 = 3;

/// The number of 401 and 403 rejections in a row after which nothing more is sent: the credentials may not write, so
/// every further entity would be rejected too.
const MAX_DENIED: u32 = 3;

/// The options of every write request of a run.
#[derive(Clone, Copy)]
pub struct ApplyOptions<'e> {
    /// The action run in Port that the writes are attributed to.
    pub run_id: Option<&'e str>,
    /// `--on-error stop`: no new request is sent after the first failure.
    pub stop_on_failure: bool,
    pub cancellation: &'e Cancellation,
    pub progress: &'e dyn Progress,
}

impl ApplyOptions<'_> {
    /// A create is rejected if the entity exists; every other request can be repeated safely.
    pub(crate) fn write_options(&self, method: Method) -> WriteOptions {
        let upsert = method != Method::Create;
        let merge = matches!(method, Method::Merge | Method::Patch);
        WriteOptions { upsert, merge, run_id: self.run_id.map(str::to_owned), ..WriteOptions::default() }
    }
}

/// The state of a run while its requests are sent.
pub(crate) struct ApplyRun<'e> {
    pub options: ApplyOptions<'e>,
    failed_calls: Cell<u32>,
    denied: Cell<u32>,
    end_reason: RefCell<Option<EndReason>>,
    /// For calls that wait for a permit.
    pub run_ended: Halt,
}

/// Cancels calls that wait for a permit when their run ends. Clones share one flag.
#[derive(Debug, Clone, Default)]
pub(crate) struct Halt(Arc<AtomicBool>);

impl Halt {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

enum EndReason {
    Failed,
    Denied,
    Unreachable(Arc<CatalogError>),
}

impl<'e> ApplyRun<'e> {
    pub fn new(options: ApplyOptions<'e>) -> Self {
        Self { options, failed_calls: Cell::new(0), denied: Cell::new(0), end_reason: RefCell::new(None), run_ended: Halt::default() }
    }

    /// Whether another request may be sent.
    pub fn may_send(&self) -> bool {
        self.end_reason.borrow().is_none() && !self.options.cancellation.is_cancelled()
    }

    /// The outcome of requests that were not sent.
    pub fn unsent(&self) -> WriteFailure {
        match &*self.end_reason.borrow() {
            Some(EndReason::Unreachable(error)) => WriteFailure::Unsent(Arc::clone(error)),
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
        self.run_ended.set();
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
    pub fn record_failed_call(&self, error: &Arc<CatalogError>, is_of_the_call: bool) {
        if self.options.cancellation.is_cancelled() {
            // A cancelled run ends its calls itself, which says nothing about the catalog.
            return;
        }
        self.failed_calls.set(self.failed_calls.get() + 1);
        if !is_of_the_call || self.failed_calls.get() >= MAX_FAILED_CALLS {
            self.end(EndReason::Unreachable(Arc::clone(error)));
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
