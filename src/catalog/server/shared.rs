//! What all requests share, and the way to the store: SQLite blocks, so every look at it is on a thread that may. Only
//! one writes at a time anyway; were the others to wait on such threads, the readers would have none left.

use std::time::Duration;

use rustls::crypto::SecureRandom;
use tokio::sync::Semaphore;

use super::access::Access;
use super::answer::{Fault, Outcome};
use super::config::{Limits, Log};
use super::rate::Limiter;
use crate::catalog::store::Store;

/// How many may read at once.
pub(super) const READERS: usize = 24;

pub(super) struct Shared {
    pub store: Store,
    pub access: Access,
    pub limiter: Limiter,
    pub latency: Duration,
    pub limits: Limits,
    pub log: Log,
    pub random: &'static dyn SecureRandom,
    /// Nobody but this machine is spoken to.
    pub is_loopback: bool,
    pub readers: Semaphore,
    pub writers: Semaphore,
}

/// What a request does with the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Reads,
    Writes,
}

impl Shared {
    pub async fn run(&self, deed: Deed, work: impl FnOnce(&Store) -> Outcome + Send + 'static) -> Outcome {
        let turnstile = match deed {
            Deed::Reads => &self.readers,
            Deed::Writes => &self.writers,
        };
        let _turn = turnstile.acquire().await.map_err(|error| Fault::Trouble(error.to_string()))?;
        let store = self.store.clone();
        let worker = tokio::task::spawn_blocking(move || work(&store));
        worker.await.unwrap_or_else(|error| Err(Fault::Trouble(error.to_string())))
    }
}
