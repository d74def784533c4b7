//! The way to the platform's catalog, over HTTP. Async inside, on a runtime of its own that is made when connecting;
//! outside it blocks. Every call goes through `caller`, and every secret leaves through `transport`.

mod caller;
mod cause;
mod failure;
mod gate;
mod pace;
mod rate;
mod retry;
mod token;
mod transport;
mod trust;
mod words;

use std::time::Duration;

use crate::domain::secret::Secret;

pub use failure::{Asked, ClientError};
pub use trust::{NamedBy, TrustError, Trusted};

/// An API client's id and secret.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub id: Secret,
    pub secret: Secret,
}

/// Hears why nothing happens for a while. It is told once, however many calls wait.
pub trait Notices: Send + Sync {
    fn waiting(&self, waiting: &Waiting);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// As a clause that fits after "waiting: failed to", or a whole one: what stands in the way.
    pub why: String,
    pub long: Duration,
}
