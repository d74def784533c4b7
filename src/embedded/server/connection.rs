//! Open connections, and which of them is closed when another client needs its slot. Unauthenticated connections are
//! closed first, the oldest first, so that unauthenticated clients that send slowly or keep idle connections do not
//! block others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Instant;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::config::Limits;
use super::middleware::Middleware;
use super::slot::{RequestInProgress, Slot, lock};
use super::slow_client::TimedStream;

pub(super) struct Connections {
    limits: Limits,
    slots: Mutex<HashMap<u64, Arc<Slot>>>,
    next: AtomicU64,
}

/// The connection of a request, as an extension of the request.
#[derive(Clone)]
pub(super) struct Client {
    connections: Arc<Connections>,
    slot: Arc<Slot>,
}

impl Client {
    /// Records that the request had valid credentials.
    pub fn authenticate(&self) {
        self.slot.authenticate();
    }

    /// Records that the body is awaited from now on. The number of unauthenticated clients that send slowly is limited:
    /// one more closes the oldest.
    pub fn begin_body(&self) {
        if self.slot.begin_body() && !self.slot.is_authenticated() {
            self.connections.limit_bodies();
        }
    }

    pub fn end_body(&self) {
        self.slot.end_body();
    }

    /// Waits until another client needs the slot.
    pub async fn body_evicted(&self) {
        self.slot.body_evicted().await;
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
        let mut slow: Vec<(Instant, &Arc<Slot>)> = Vec::new();
        for slot in slots.iter().filter(|slot| !slot.is_authenticated()) {
            slow.extend(slot.receiving_since().map(|since| (since, slot)));
        }
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
            let (middleware, asked) = (middleware.clone(), RequestInProgress::of(&slot));
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

/// Waits until the server is to stop; a dropped sender counts as stopped.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
