//! The state of one connection that other connections read: they decide by it which of them is closed for a new client.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::config::Limits;

/// The state of one connection that other connections read.
pub(super) struct Slot {
    pub peer: IpAddr,
    requests: AtomicU32,
    opened: Instant,
    /// Milliseconds from opening to the end of the last request.
    used: AtomicU64,
    is_authenticated: AtomicBool,
    /// Since when the server has waited for a body, and for the client to read an answer.
    receiving: Mutex<Option<Instant>>,
    unread: Mutex<Option<Instant>>,
    /// Closes the connection after the request in flight.
    pub leave: Notify,
    /// Stops waiting for the body that is being received: the request is refused.
    is_body_evicted: AtomicBool,
    body_evicted: Notify,
    /// Closes the connection at once.
    pub evicted: Notify,
}

/// The order in which connections are closed for another client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Unauthenticated,
    Idle,
    Slow,
}

/// A request in progress.
pub(super) struct RequestInProgress(Arc<Slot>);

impl Slot {
    pub fn new(peer: IpAddr) -> Self {
        Self {
            peer,
            requests: AtomicU32::new(0),
            opened: Instant::now(),
            used: AtomicU64::new(0),
            is_authenticated: AtomicBool::new(false),
            receiving: Mutex::default(),
            unread: Mutex::default(),
            leave: Notify::new(),
            is_body_evicted: AtomicBool::new(false),
            body_evicted: Notify::new(),
            evicted: Notify::new(),
        }
    }

    /// The time of the last activity.
    fn used(&self) -> Instant {
        self.opened + Duration::from_millis(self.used.load(Ordering::Relaxed))
    }

    /// Records whether the client has data to read that it does not read.
    pub fn set_unread(&self, is_unread: bool) {
        let mut unread = lock(&self.unread);
        *unread = is_unread.then(|| unread.unwrap_or_else(Instant::now));
    }

    pub fn authenticate(&self) {
        self.is_authenticated.store(true, Ordering::Relaxed);
    }

    /// Records that a body is awaited from now on; `false`: it already was.
    pub fn begin_body(&self) -> bool {
        let mut receiving = lock(&self.receiving);
        let is_new = receiving.is_none();
        receiving.get_or_insert_with(Instant::now);
        is_new
    }

    pub fn end_body(&self) {
        let mut receiving = lock(&self.receiving);
        *receiving = None;
        self.is_body_evicted.store(false, Ordering::Relaxed);
    }

    /// Since when a body is awaited, if one is.
    pub fn receiving_since(&self) -> Option<Instant> {
        *lock(&self.receiving)
    }

    /// Waits until another client needs the slot.
    pub async fn body_evicted(&self) {
        // The notification may be left over from an earlier body.
        while !self.is_body_evicted.load(Ordering::Relaxed) {
            self.body_evicted.notified().await;
        }
    }

    pub fn is_authenticated(&self) -> bool {
        self.is_authenticated.load(Ordering::Relaxed)
    }

    /// Whether a request is in progress or its answer is not completely sent.
    pub fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0 || lock(&self.unread).is_some()
    }

    /// Since when the server has waited for the client; `None`: the server is working.
    fn held_up(&self) -> Option<Instant> {
        self.receiving_since().or(*lock(&self.unread))
    }

    /// The rank of the connection and since when it has it; `None`: it must not be closed now.
    pub fn rank(&self, limits: &Limits) -> Option<(Rank, Instant)> {
        let since = if self.is_busy() { self.held_up()? } else { self.used() };
        let waited = since.elapsed();
        match (self.is_authenticated(), self.is_busy()) {
            (false, true) if waited < limits.unauthenticated_grace => None,
            (false, _) => Some((Rank::Unauthenticated, since)),
            (true, false) => Some((Rank::Idle, since)),
            (true, true) if waited < limits.authenticated_grace => None,
            (true, true) => Some((Rank::Slow, since)),
        }
    }

    pub fn end(&self) {
        let receiving = lock(&self.receiving);
        if receiving.is_some() {
            self.is_body_evicted.store(true, Ordering::Relaxed);
            self.body_evicted.notify_one();
        } else if self.is_busy() {
            self.evicted.notify_one();
        } else {
            self.leave.notify_one();
        }
    }
}

impl RequestInProgress {
    pub fn of(slot: &Arc<Slot>) -> Self {
        slot.requests.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(slot))
    }
}

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        let used = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.used.store(used, Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
