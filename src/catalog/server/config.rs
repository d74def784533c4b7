//! What a server is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::access::Credentials;
use crate::catalog::store::Store;
use crate::text::mask::Mask;

/// Gets every request, once it is answered.
pub type Log = Box<dyn Fn(&LogLine) + Send + Sync>;

pub struct ServerConfig {
    /// Port 0: any that is free.
    pub listen: SocketAddr,
    pub store: Store,
    pub credentials: Credentials,
    pub token_lifetime: Duration,
    /// What is enforced; without one nothing is, and a large limit is announced.
    pub rate: Option<Rate>,
    /// How long every answer of the API is held back.
    pub latency: Duration,
    pub log: Log,
    pub limits: Limits,
    /// What hides credentials on the pages. The API answers with what the catalog holds.
    pub mask: Mask,
}

impl ServerConfig {
    /// On any free port of loopback, without a log.
    pub fn new(store: Store, credentials: Credentials) -> Self {
        let mask = Mask::derived(credentials.secret.reveal().as_bytes(), Vec::new());
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            store,
            credentials,
            token_lifetime: Duration::from_secs(3 * 60 * 60),
            rate: None,
            latency: Duration::ZERO,
            log: Box::new(|_| {}),
            limits: Limits::default(),
            mask,
        }
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfig").field("listen", &self.listen).field("store", &self.store).finish_non_exhaustive()
    }
}

/// So many requests in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub requests: u32,
    pub period: Duration,
}

/// What one client may take from the others.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections: usize,
    /// Of one client beyond this machine. Clients on this machine cannot be told apart by their address.
    pub connections_per_client: usize,
    /// Bodies that unauthenticated clients may be sending at once.
    pub unauthenticated_bodies: usize,
    /// How long a client may send a body slowly, or leave an answer unread, before its place may go to another client.
    pub unauthenticated_grace: Duration,
    /// The same for a client that has shown valid credentials on this connection.
    pub authenticated_grace: Duration,
    /// The request line and the headers.
    pub head_bytes: usize,
    pub url_bytes: usize,
    pub body_bytes: usize,
    /// For a head to come in, and for a connection on which nothing is asked.
    pub head_time: Duration,
    pub body_time: Duration,
    /// The same for a client that has shown no credentials yet.
    pub unauthenticated_body_time: Duration,
    /// Bytes in a second, on the average, that a client must send once `body_grace` is over.
    pub body_rate: u64,
    pub body_grace: Duration,
    /// For a request to get its turn at the store.
    pub turn_time: Duration,
    /// For a client that does not take what it is sent.
    pub write_time: Duration,
    /// Bytes in a second, on the average over an answer, that a client has to take once `write_time` is over.
    pub write_rate: u64,
    /// For requests in flight, when the server is to stop.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_client: 256,
            unauthenticated_bodies: 64,
            unauthenticated_grace: Duration::from_secs(1),
            authenticated_grace: Duration::from_secs(5),
            head_bytes: 64 * 1024,
            url_bytes: 16 * 1024,
            body_bytes: 1024 * 1024,
            head_time: Duration::from_secs(60),
            body_time: Duration::from_secs(30),
            unauthenticated_body_time: Duration::from_secs(5),
            body_rate: 1024,
            body_grace: Duration::from_secs(10),
            turn_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            write_rate: 32 * 1024,
            stop_time: Duration::from_secs(10),
        }
    }
}

/// One request as it was answered. Nothing of its headers, query or body is in it: those may hold secrets.
#[derive(Debug, Clone)]
pub struct LogLine {
    pub method: String,
    /// As it was sent, still encoded.
    pub path: String,
    pub status: u16,
    pub time: Duration,
    pub trace: String,
    /// Why it was answered with 500.
    pub trouble: Option<String>,
}
