//! The options and shared state of the calls of one wave. A failed call records its failure here, and the next call
//! checks it before it starts.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::apply::Means;
use super::wire::{Refusal, WriteOptions};
use super::{CatalogError, Stop, Undone};
use crate::domain::progress::Progress;

/// So many calls are given up, with none between that went well, before the catalog is taken for lost. One may be its own
/// fault.
const MOST_GIVEN_UP: u32 = 3;

/// So many calls are refused with 401 or 403, with none between that was accepted, before the rest is not sent: the
/// credentials may not write, and each further entity would be refused alike.
const MOST_DENIED: u32 = 3;

/// What holds for every act.
#[derive(Clone, Copy)]
pub struct Errand<'e> {
    /// The run of an action in the catalog, which is told what is written.
    pub run_id: Option<&'e str>,
    /// Whether nothing new is begun once anything has failed.
    pub stops_at_first: bool,
    pub stop: &'e Stop,
    pub progress: &'e dyn Progress,
}

impl Errand<'_> {
    /// A create is refused where the entity exists; everything else may be repeated.
    pub(super) fn options(&self, means: Means) -> WriteOptions {
        let upsert = means != Means::Create;
        let merge = matches!(means, Means::Merge | Means::Patch);
        WriteOptions { upsert, merge, run_id: self.run_id.map(str::to_owned), ..WriteOptions::default() }
    }
}

/// An errand under way.
pub(super) struct Course<'e> {
    pub errand: Errand<'e>,
    given_up: Cell<u32>,
    denied: Cell<u32>,
    over: RefCell<Option<Over>>,
    /// For calls that wait for their turn.
    pub halt: Halt,
}

/// Tells calls that wait for their turn that their run is over. Copies are one and the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Halt(Arc<AtomicBool>);

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

    /// Whether another call may be begun.
    pub fn goes_on(&self) -> bool {
        self.over.borrow().is_none() && !self.errand.stop.is_told()
    }

    /// What became of what was not begun.
    pub fn unsent(&self) -> Undone {
        match &*self.over.borrow() {
            Some(Over::Lost(error)) => Undone::Unsent(Arc::clone(error)),
            Some(Over::Denied) => Undone::Denied,
            Some(Over::Failed) | None => Undone::Stopped,
        }
    }

    /// A call came about, whatever the catalog said.
    pub fn came_about(&self) {
        self.given_up.set(0);
    }

    /// The catalog accepted a write.
    pub fn accepted(&self) {
        self.denied.set(0);
    }

    /// Nothing more is sent.
    fn end(&self, over: Over) {
        self.over.borrow_mut().get_or_insert(over);
        self.halt.set();
    }

    /// The catalog refused a call as a whole. A 401 comes here only after the token was renewed: it holds for every call.
    pub fn refused_call(&self, refusal: &Refusal) {
        if refusal.status == 401 {
            self.end(Over::Denied);
        } else {
            self.refused(refusal);
        }
    }

    /// A call of which nothing was accepted was refused.
    pub fn refused(&self, refusal: &Refusal) {
        if !is_about_rights(refusal) {
            return;
        }
        self.denied.set(self.denied.get() + 1);
        if self.denied.get() >= MOST_DENIED {
            self.end(Over::Denied);
        }
    }

    /// One act failed, for good.
    pub fn failed(&self) {
        if self.errand.stops_at_first {
            self.end(Over::Failed);
        }
    }

    /// A call did not come about. `is_of_the_call`: others may fare better.
    pub fn gave_up(&self, error: &Arc<CatalogError>, is_of_the_call: bool) {
        if self.errand.stop.is_told() {
            // That the calls ended is somebody's wish and says nothing about the catalog.
            return;
        }
        self.given_up.set(self.given_up.get() + 1);
        if !is_of_the_call || self.given_up.get() >= MOST_GIVEN_UP {
            self.end(Over::Lost(Arc::clone(error)));
        }
    }

    /// So many acts have their end.
    pub fn advance(&self, settled: u64) {
        self.errand.progress.advance(settled);
    }
}

/// Whether the catalog would refuse every other entity, too. 403 is also what it says of one that others need, or that it
/// protects.
fn is_about_rights(refusal: &Refusal) -> bool {
    let is_of_the_entity = refusal.error.contains("dependents") || refusal.error.contains("protected");
    matches!(refusal.status, 401 | 403) && !is_of_the_entity
}
