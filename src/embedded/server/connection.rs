//! Open connections, and which of them is closed when another client needs its slot. Unauthenticated connections are
//! closed first, the oldest first, so that unauthenticated clients that send slowly or keep idle connections do not
//! block others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use super::config::Limits;
use crate::embedded::server::middleware::Middleware;
use crate::embedded::server::slow_client::TimedStream;

pub(super) struct Connections {
    limits: Limits,
    slots: Mutex<HashMap<u64, Arc<Slot>>>,
    next: AtomicU64,
}

/// The state of one connection that other connections read.
pub(super) struct Slot {
    peer: IpAddr,
    requests: AtomicU32,
    opened: Instant,
    /// Milliseconds from opening to the end of the last request.
    used: AtomicU64,
    is_authenticated: AtomicBool,
    /// Since when the server has waited for a body, and for the client to read an answer.
    receiving: Mutex<Option<Instant>>,
    unread: Mutex<Option<Instant>>,
    /// Closes the connection after the request in flight.
    leave: Notify,
    /// Stops waiting for the body that is being received: the request is refused.
    is_body_evicted: AtomicBool,
    body_evicted: Notify,
    /// Closes the connection at once.
    evicted: Notify,
}

/// The connection of a request, as an extension of the request.
#[derive(Clone)]
pub(super) struct Client {
    connections: Arc<Connections>,
    slot: Arc<Slot>,
}

/// A request in progress.
struct Request(Arc<Slot>);

/// The order in which connections are closed for another client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Unauthenticated,
    Idle,
    Slow,
}

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

    fn is_authenticated(&self) -> bool {
        self.is_authenticated.load(Ordering::Relaxed)
    }

    /// Whether a request is in progress or its answer is not completely sent.
    fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0 || lock(&self.unread).is_some()
    }

    /// Since when the server has waited for the client; `None`: the server is working.
    fn held_up(&self) -> Option<Instant> {
        (*lock(&self.receiving)).or(*lock(&self.unread))
    }

    /// The rank of the connection and since when it has it; `None`: it must not be closed now.
    fn rank(&self, limits: &Limits) -> Option<(Rank, Instant)> {
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

    fn end(&self) {
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

impl Request {
    fn of(slot: &Arc<Slot>) -> Self {
        slot.requests.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(slot))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let used = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.used.store(used, Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Client {
    /// Records that the request had valid credentials.
    pub fn authenticate(&self) {
        self.slot.is_authenticated.store(true, Ordering::Relaxed);
    }

    /// Records that the body is awaited from now on. The number of unauthenticated clients that send slowly is limited:
    /// one more closes the oldest.
    pub fn begin_body(&self) {
        let mut receiving = lock(&self.slot.receiving);
        if receiving.is_some() {
            return;
        }
        *receiving = Some(Instant::now());
        drop(receiving);
        if !self.slot.is_authenticated() {
            self.connections.limit_bodies();
        }
    }

    pub fn end_body(&self) {
        let mut receiving = lock(&self.slot.receiving);
        *receiving = None;
        self.slot.is_body_evicted.store(false, Ordering::Relaxed);
    }

    /// Waits until another client needs the slot.
    pub async fn body_evicted(&self) {
        // The notification may be left over from an earlier body.
        while !self.slot.is_body_evicted.load(Ordering::Relaxed) {
            self.slot.body_evicted.notified().await;
        }
    }
}

impl Connections {
    pub fn new(limits: Limits) -> Self {
        Self { limits, slots: Mutex::default(), next: AtomicU64::new(0) }
    }

    fn slots(&self) -> Vec<Arc<Slot>> {
        lock(&self.slots).values().cloned().collect()
    }

    /// Closes the connection with the lowest rank, of `peer` or of any client; none if all are busy.
    pub fn make_room(&self, peer: Option<IpAddr>) {
        let slots = self.slots();
        let candidates = slots.iter().filter(|slot| peer.is_none_or(|peer| slot.peer == peer));
        let ranked = candidates.filter_map(|slot| Some((slot.rank(&self.limits)?, slot)));
        if let Some((_, slot)) = ranked.min_by_key(|(rank, _)| *rank) {
            slot.end();
        }
    }

    /// The number of connections of a client.
    pub fn count(&self, peer: IpAddr) -> usize {
        lock(&self.slots).values().filter(|slot| slot.peer == peer).count()
    }

    fn limit_bodies(&self) {
        let slots = self.slots();
        let slow = slots.iter().filter(|slot| !slot.is_authenticated());
        let mut slow: Vec<(Instant, &Arc<Slot>)> =
            slow.filter_map(|slot| Some(((*lock(&slot.receiving))?, slot))).collect();
        slow.sort_by_key(|(since, _)| *since);
        let surplus = slow.len().saturating_sub(self.limits.unauthenticated_bodies);
        slow.iter().take(surplus).for_each(|(_, slot)| slot.end());
    }

    /// Registers a connection.
    pub fn open(&self, peer: IpAddr) -> (u64, Arc<Slot>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let slot = Arc::new(Slot::new(peer));
        lock(&self.slots).insert(number, Arc::clone(&slot));
        (number, slot)
    }

    /// Serves one connection to its end.
    pub async fn serve(
        self: &Arc<Self>,
        (number, slot): (u64, Arc<Slot>),
        stream: TcpStream,
        middleware: Middleware,
        mut stop: watch::Receiver<bool>,
    ) {
        // Answers are sent in one piece, so delaying small packets gains nothing.
        let _ = stream.set_nodelay(true);
        let limits = &self.limits;
        let client = Client { connections: Arc::clone(self), slot: Arc::clone(&slot) };
        let service = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
            let (middleware, asked) = (middleware.clone(), Request::of(&slot));
            request.extensions_mut().insert(client.clone());
            async move {
                let response = middleware.answer(request).await;
                drop(asked);
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_header_size(limits.head_bytes);
        let io = TimedStream::new(stream, Arc::clone(&slot), limits);
        let mut connection = pin!(builder.serve_connection(io, service));
        let is_over = tokio::select! {
            // Errors of the client are ignored; hyper has already answered where possible.
            _ = connection.as_mut() => true,
            () = slot.evicted.notified() => true,
            () = stopped(&mut stop) => false,
            () = slot.leave.notified() => false,
        };
        if !is_over {
            connection.as_mut().graceful_shutdown();
            let rest = std::future::poll_fn(|context| match connection.as_mut().poll(context) {
                Poll::Pending if slot.is_busy() => Poll::Pending,
                Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
            });
            tokio::select! {
                () = rest => {}
                () = slot.evicted.notified() => {}
            }
        }
        lock(&self.slots).remove(&number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the server is to stop; a dropped sender counts as stopped.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
