//! The time limits of one HTTP request.

use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    pub connect: Duration,
    /// The maximum time between two chunks of an answer.
    pub read: Duration,
    pub total: Duration,
}

impl Timeouts {
    pub const PLATFORM: Self =
        Self { connect: Duration::from_secs(10), read: Duration::from_secs(60), total: Duration::from_secs(180) };
}
