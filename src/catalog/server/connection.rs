//! The connections that are open, and what each is doing. There are only so many; when one more wants in, the one that
//! has been idle for the longest goes, so that clients which hold on to connections cannot keep others out.

use std::collections::HashMap;
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
    slots: Mutex<HashMap<u64, Arc<Slot>>>,
    next: AtomicU64,
}

/// One connection, as others see it.
pub(super) struct Slot {
    requests: AtomicU32,
    writing: AtomicBool,
    opened: Instant,
    /// Milliseconds since it was opened, at the end of the last request.
    used: AtomicU64,
    leave: Notify,
}

/// A request that is being answered.
struct Request(Arc<Slot>);

impl Slot {
    pub fn new() -> Self {
        Self {
            requests: AtomicU32::new(0),
            writing: AtomicBool::new(false),
            opened: Instant::now(),
            used: AtomicU64::new(0),
            leave: Notify::new(),
        }
    }

    /// When it was last of use.
    fn used(&self) -> Instant {
        self.opened + Duration::from_millis(self.used.load(Ordering::Relaxed))
    }

    pub fn is_writing(&self, pending: bool) {
        self.writing.store(pending, Ordering::Relaxed);
    }

    /// A request is being answered, or its answer is not all sent.
    fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0 || self.writing.load(Ordering::Relaxed)
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

impl Connections {
    pub fn new() -> Self {
        Self { slots: Mutex::default(), next: AtomicU64::new(0) }
    }

    /// Asks the connection that has been idle for the longest to go; where all are busy, nobody is asked.
    pub fn make_room(&self) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = slots.values().filter(|slot| !slot.is_busy());
        if let Some(slot) = idle.min_by_key(|slot| slot.used()) {
            slot.leave.notify_one();
        }
    }

    /// Serves one connection to its end.
    pub async fn serve(&self, stream: TcpStream, front: Front, limits: &Limits, mut stop: watch::Receiver<bool>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let slot = Arc::new(Slot::new());
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::clone(&slot));
        // Answers go out in one piece, and the next request is waited for: there is nothing to gather.
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request| {
            let (front, asked) = (front.clone(), Request::of(&slot));
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
            () = told(&mut stop) => false,
            () = slot.leave.notified() => false,
        };
        if !is_over {
            connection.as_mut().graceful_shutdown();
            let rest = std::future::poll_fn(|context| match connection.as_mut().poll(context) {
                Poll::Pending if slot.is_busy() => Poll::Pending,
                Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
            });
            rest.await;
        }
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }
}

/// Waits until the server is to stop; one that is gone has stopped.
pub(super) async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
