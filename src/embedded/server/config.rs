//! The configuration of the embedded catalog's server.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::access::Credentials;
use crate::domain::secret::Secret;
use crate::embedded::pages::Site;
use crate::embedded::store::Store;
use crate::text::mask::Mask;

/// Called for every request after it is answered.
pub type Log = Box<dyn Fn(&LogLine) + Send + Sync>;

pub struct ServerConfig {
    /// Port 0: any free port.
    pub listen: SocketAddr,
    pub store: Store,
    pub credentials: Credentials,
    pub token_lifetime: Duration,
    /// The rate limit to enforce; without one, none is enforced and a large limit is announced.
    pub rate: Option<Rate>,
    /// The artificial delay of every API answer.
    pub latency: Duration,
    pub log: Log,
    pub limits: Limits,
    /// What the pages show besides the store. They mask credentials; the API returns values unmasked.
    pub site: Site,
    /// The token of the link to the pages, which works once; `None`: there is no link.
    pub link_token: Option<Secret>,
    /// Requests that write are refused: the store is a preview.
    pub is_read_only: bool,
}

impl ServerConfig {
    /// Listens on a free loopback port, without a log.
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
            site: Site::new("in memory".to_owned(), mask),
            link_token: None,
            is_read_only: false,
        }
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfig").field("listen", &self.listen).field("store", &self.store).finish_non_exhaustive()
    }
}

/// A number of requests per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub requests: u32,
    pub period: Duration,
}

/// Limits that protect clients from each other.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections: usize,
    /// Per client on another machine. Clients on this machine share an address.
    pub connections_per_client: usize,
    /// The maximum number of request bodies in transfer from unauthenticated clients.
    pub unauthenticated_bodies: usize,
    /// How long a client may send a body slowly, or leave an answer unread, before its slot may go to another client.
    pub unauthenticated_grace: Duration,
    /// The same for a client that has shown valid credentials on this connection.
    pub authenticated_grace: Duration,
    /// The maximum size of the request line and headers.
    pub head_bytes: usize,
    pub url_bytes: usize,
    pub body_bytes: usize,
    /// The time limit for receiving a head, and for an idle connection.
    pub head_time: Duration,
    pub body_time: Duration,
    /// The same for a client that has not shown credentials yet.
    pub unauthenticated_body_time: Duration,
    /// The minimum average rate, in bytes per second, at which a client must send after `body_grace`.
    pub body_rate: u64,
    pub body_grace: Duration,
    /// The time limit for a request to get access to the store.
    pub turn_time: Duration,
    /// The time limit for a client that does not read.
    pub write_time: Duration,
    /// The minimum average rate, in bytes per second and answer, at which a client must read after `write_time`.
    pub write_rate: u64,
    /// The time limit of requests in flight when the server stops.
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

/// One answered request. It contains nothing of the headers, query or body, because those may contain secrets.
#[derive(Debug, Clone)]
pub struct LogLine {
    pub method: String,
    /// As sent, still encoded.
    pub path: String,
    pub status: u16,
    pub time: Duration,
    pub trace: String,
    /// The cause of a 500.
    pub internal_error: Option<String>,
}
