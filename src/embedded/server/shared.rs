//! State that all requests share, and access to the store. SQLite blocks, so it is used on blocking threads; writers
//! queue before they take a thread, because only one can write at a time and the others would leave no thread for
//! readers.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::SecureRandom;
use tokio::sync::Semaphore;

use super::access::Authenticator;
use super::answer::{Outcome, RouteError};
use super::config::{Limits, Log};
use super::rate::Limiter;
use super::session::Sessions;
use crate::catalog::wire::Refusal;
use crate::embedded::pages::Site;
use crate::embedded::store::Store;

/// The maximum number of concurrent readers.
pub(super) const READERS: usize = 24;

pub(super) struct Shared {
    pub store: Store,
    pub authenticator: Authenticator,
    pub limiter: Limiter,
    pub latency: Duration,
    pub limits: Limits,
    pub log: Log,
    pub site: Site,
    pub sessions: Sessions,
    /// Nothing is written: the store is a preview.
    pub is_read_only: bool,
    pub random: &'static dyn SecureRandom,
    /// The server listens only on loopback.
    pub is_loopback: bool,
    pub readers: Arc<Semaphore>,
    pub writers: Arc<Semaphore>,
}

/// The kind of store access of a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Access {
    Read,
    Write,
}

impl Shared {
    pub async fn run(&self, access: Access, work: impl FnOnce(&Store) -> Outcome + Send + 'static) -> Outcome {
        if self.is_read_only && matches!(access, Access::Write) {
            let message = "This is a preview: it shows what a merge does, and takes no writes";
            return Err(Refusal::new(403, "read_only", message).into());
        }
        let queue = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writers,
        };
        let permit = tokio::time::timeout(self.limits.turn_time, Arc::clone(queue).acquire_owned()).await;
        let Ok(permit) = permit else {
            let seconds = self.limits.turn_time.as_secs();
            let message = format!("Other requests have kept the catalog busy for {seconds} seconds: try again later");
            return Err(Refusal::new(503, "service_unavailable", message).into());
        };
        let permit = permit.map_err(|error| RouteError::InternalError(error.to_string()))?;
        let store = self.store.clone();
        let worker = tokio::task::spawn_blocking(move || {
            // If the client disconnects, its request is dropped but this work is not, so the permit is held here.
            let _turn = permit;
            work(&store)
        });
        worker.await.unwrap_or_else(|error| Err(RouteError::InternalError(error.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use serde_json::json;

    use super::*;
    use crate::domain::secret::Secret;
    use crate::embedded::server::access::{Credentials, random};
    use crate::embedded::server::answer::Answer;
    use crate::embedded::store::system_clock;
    use crate::text::mask::Mask;

    fn shared() -> Arc<Shared> {
        let random = random();
        let credentials = Credentials { id: "ada".to_owned(), secret: Secret::new("hunter2") };
        Arc::new(Shared {
            store: Store::in_memory(system_clock()).expect("memory is there"),
            authenticator: Authenticator::new(credentials, Duration::from_secs(60), None),
            limiter: Limiter::new(None),
            latency: Duration::ZERO,
            limits: Limits::default(),
            log: Box::new(|_| {}),
            site: Site::new("in memory".to_owned(), Mask::off()),
            sessions: Sessions::new(None, 0),
            is_read_only: false,
            random,
            is_loopback: true,
            readers: Arc::new(Semaphore::new(READERS)),
            writers: Arc::new(Semaphore::new(1)),
        })
    }

    #[test]
    fn an_abandoned_write_keeps_its_turn_until_it_is_done() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .expect("there are threads");
        let shared = shared();
        let (begin, begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let (at_work, writers) = (Arc::clone(&shared), Arc::clone(&shared.writers));
        let request = runtime.spawn(async move {
            let work = move |_: &Store| {
                begin.send(()).expect("somebody listens");
                let _told = ended.recv();
                Answer::ok(&json!({}))
            };
            at_work.run(Access::Write, work).await.is_ok()
        });
        begun.recv().expect("it begins");
        request.abort();
        assert!(runtime.block_on(request).is_err(), "it is abandoned");
        assert_eq!(writers.available_permits(), 0);
        drop(end);
        runtime.block_on(writers.acquire()).expect("the turn comes back").forget();
    }
}
