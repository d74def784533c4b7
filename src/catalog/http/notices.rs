//! Reports the waits of the client to the user.

use std::fmt;
use std::time::Duration;

/// Reports a wait once, however many calls wait.
pub trait Notices: Send + Sync {
    fn waiting(&self, waiting: &Waiting);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What happened, as a clause: `GET https://api.port.io/v1/blueprints failed (500)`.
    pub why: String,
    /// What happens after the wait: `retrying`.
    pub then: &'static str,
    pub wait: Duration,
    /// Which attempt failed, of how many.
    pub count: Option<(u32, u32)>,
    /// How long all retries of the run together may take.
    pub within: Duration,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.wait.as_millis().div_ceil(1000);
        write!(f, "{}; {} in {seconds} s", self.why, self.then)?;
        self.count.map_or(Ok(()), |(count, most)| write!(f, " ({count}/{most})"))
    }
}
