//! The options and shared state of the calls of one wave. A failed call records its failure here, and the next call
//! checks it before it starts.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::apply::MethodKind;
use super::wire::{Refusal, WriteOptions};
use super::{CatalogError, Stop, Undone};
use crate::domain::progress::Progress;

/// The number of failed calls in a row after which the run ends, because the catalog is unreachable. A single failure
/// may be specific to its call.
const MOST_GIVEN_UP: u32 = 3;

/// The number of 401 and 403 rejections in a row after which nothing more is sent: the credentials may not write, so
/// every further entity would be rejected too.
const MOST_DENIED: u32 = 3;

/// The options of every write request of a run.
#[derive(Clone, Copy)]
pub struct Errand<'e> {
    /// The action run in Port that the writes are attributed to.
    pub run_id: Option<&'e str>,
    /// `--on-error stop`: no new request is sent after the first failure.
    pub stops_at_first: bool,
    pub stop: &'e Stop,
    pub progress: &'e dyn Progress,
}

impl Errand<'_> {
    /// A create is rejected if the entity exists; every other request can be repeated safely.
    pub(crate) fn options(&self, method: MethodKind) -> WriteOptions {
        let upsert = method != MethodKind::Create;
        let merge = matches!(method, MethodKind::Merge | MethodKind::Patch);
        WriteOptions { upsert, merge, run_id: self.run_id.map(str::to_owned), ..WriteOptions::default() }
    }
}

/// The state of a run while its requests are sent.
pub(crate) struct Course<'e> {
    pub errand: Errand<'e>,
    given_up: Cell<u32>,
    denied: Cell<u32>,
    over: RefCell<Option<Over>>,
    /// For calls that wait for a permit.
    pub halt: Halt,
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

enum Over {
    Failed,
    Denied,
    Lost(Arc<CatalogError>),
}

impl<'e> Course<'e> {
    pub fn new(errand: Errand<'e>) -> Self {
        Self { errand, given_up: Cell::new(0), denied: Cell::new(0), over: RefCell::new(None), halt: Halt::default() }
    }

    /// Whether another request may be sent.
    pub fn goes_on(&self) -> bool {
        self.over.borrow().is_none() && !self.errand.stop.is_told()
    }

    /// The outcome of requests that were not sent.
    pub fn unsent(&self) -> Undone {
        match &*self.over.borrow() {
            Some(Over::Lost(error)) => Undone::Unsent(Arc::clone(error)),
            Some(Over::Denied) => Undone::Denied,
            Some(Over::Failed) | None => Undone::Stopped,
        }
    }

    /// Resets the count of failed calls: the catalog answered, even if with a rejection.
    pub fn came_about(&self) {
        self.given_up.set(0);
    }

    /// Resets the count of 401 and 403 rejections: the catalog accepted a write.
    pub fn accepted(&self) {
        self.denied.set(0);
    }

    /// Ends the run: no new request is sent. The first reason is kept.
    fn end(&self, over: Over) {
        self.over.borrow_mut().get_or_insert(over);
        self.halt.set();
    }

    /// Records that the catalog rejected a whole call. A 401 arrives here only after the token was renewed, so it
    /// applies to every call.
    pub fn refused_call(&self, refusal: &Refusal) {
        if refusal.status == 401 {
            self.end(Over::Denied);
        } else {
            self.refused(refusal);
        }
    }

    /// Records a rejection of a call in which no entity was accepted.
    pub fn refused(&self, refusal: &Refusal) {
        if !is_about_rights(refusal) {
            return;
        }
        self.denied.set(self.denied.get() + 1);
        if self.denied.get() >= MOST_DENIED {
            self.end(Over::Denied);
        }
    }

    /// Records the final failure of one write.
    pub fn failed(&self) {
        if self.errand.stops_at_first {
            self.end(Over::Failed);
        }
    }

    /// Records a call that failed without an answer. `is_of_the_call`: other calls may still succeed.
    pub fn gave_up(&self, error: &Arc<CatalogError>, is_of_the_call: bool) {
        if self.errand.stop.is_told() {
            // A cancelled run ends its calls itself, which says nothing about the catalog.
            return;
        }
        self.given_up.set(self.given_up.get() + 1);
        if !is_of_the_call || self.given_up.get() >= MOST_GIVEN_UP {
            self.end(Over::Lost(Arc::clone(error)));
        }
    }

    /// Reports progress: this many more writes are finished.
    pub fn advance(&self, settled: u64) {
        self.errand.progress.advance(settled);
    }
}

/// Whether the catalog would reject every other entity too. The API also uses 403 for an entity that has dependents or
/// is protected.
fn is_about_rights(refusal: &Refusal) -> bool {
    let is_of_the_entity = refusal.error.contains("dependents") || refusal.error.contains("protected");
    matches!(refusal.status, 401 | 403) && !is_of_the_entity
}
