//! The open connections, and which of them ends when another client needs its place. Connections without valid
//! credentials end first, the oldest of them before the others, so that unauthenticated clients which send slowly or
//! hold on to idle connections keep nobody out.

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
use super::front::Front;
use super::writing::Watched;

pub(super) struct Connections {
    limits: Limits,
    slots: Mutex<HashMap<u64, Arc<Slot>>>,
    next: AtomicU64,
}

/// One connection, as others see it.
pub(super) struct Slot {
    peer: IpAddr,
    requests: AtomicU32,
    opened: Instant,
    /// Milliseconds since it was opened, at the end of the last request.
    used: AtomicU64,
    is_authenticated: AtomicBool,
    /// Since when a body is waited for, and since when an answer is not read.
    receiving: Mutex<Option<Instant>>,
    unread: Mutex<Option<Instant>>,
    /// Ends the connection after the request in flight.
    leave: Notify,
    /// Ends the wait for the body that is being received: the request is refused.
    is_body_evicted: AtomicBool,
    body_evicted: Notify,
    /// Ends the connection at once.
    evicted: Notify,
}

/// A request's connection: an extension of the request.
#[derive(Clone)]
pub(super) struct Client {
    connections: Arc<Connections>,
    slot: Arc<Slot>,
}

/// A request that is being answered.
struct Request(Arc<Slot>);

/// How readily a connection ends for another client; less is sooner.
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

    /// When it was last of use.
    fn used(&self) -> Instant {
        self.opened + Duration::from_millis(self.used.load(Ordering::Relaxed))
    }

    /// Whether there is something to send that the client does not read.
    pub fn set_unread(&self, is_unread: bool) {
        let mut unread = lock(&self.unread);
        *unread = is_unread.then(|| unread.unwrap_or_else(Instant::now));
    }

    fn is_authenticated(&self) -> bool {
        self.is_authenticated.load(Ordering::Relaxed)
    }

    /// A request is being answered, or its answer is not all sent.
    fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0 || lock(&self.unread).is_some()
    }

    /// Since when the client has held things up; `None`: it is the server that works.
    fn held_up(&self) -> Option<Instant> {
        (*lock(&self.receiving)).or(*lock(&self.unread))
    }

    /// How readily it ends, and since when it is as it is; `None`: it must not end now.
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
    /// The request showed valid credentials.
    pub fn authenticate(&self) {
        self.slot.is_authenticated.store(true, Ordering::Relaxed);
    }

    /// The body is waited for from now on. Only so many unauthenticated clients may send slowly at once: one more ends
    /// the oldest.
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

    /// Waits until the place is needed by somebody else.
    pub async fn body_evicted(&self) {
        // A notification may be left over from an earlier body.
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

    /// Ends the connection that can best be spared, of `peer` or of anybody; where all are at work, none.
    pub fn make_room(&self, peer: Option<IpAddr>) {
        let slots = self.slots();
        let candidates = slots.iter().filter(|slot| peer.is_none_or(|peer| slot.peer == peer));
        let ranked = candidates.filter_map(|slot| Some((slot.rank(&self.limits)?, slot)));
        if let Some((_, slot)) = ranked.min_by_key(|(rank, _)| *rank) {
            slot.end();
        }
    }

    /// How many connections a client has.
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

    /// Takes a connection in. It is counted from here on.
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
        front: Front,
        mut stop: watch::Receiver<bool>,
    ) {
        // Answers go out in one piece, and the next request is waited for: there is nothing to gather.
        let _ = stream.set_nodelay(true);
        let limits = &self.limits;
        let client = Client { connections: Arc::clone(self), slot: Arc::clone(&slot) };
        let service = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
            let (front, asked) = (front.clone(), Request::of(&slot));
            request.extensions_mut().insert(client.clone());
            async move {
                let response = front.answer(request).await;
                drop(asked);
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_header_size(limits.head_bytes);
        let io = Watched::new(stream, Arc::clone(&slot), limits);
        let mut connection = pin!(builder.serve_connection(io, service));
        let is_over = tokio::select! {
            // What the client breaks off or sends wrongly is its own affair; hyper has answered what can be answered.
            _ = connection.as_mut() => true,
            () = slot.evicted.notified() => true,
            () = told(&mut stop) => false,
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

/// Waits until the server is to stop; one that is gone has stopped.
pub(super) async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
