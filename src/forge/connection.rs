//! How a forge is connected to, apart from the pull request.

use std::fmt;
use std::time::Duration;

use crate::domain::secret::Secret;

/// The parameters of a connection apart from the pull request.
#[derive(Clone)]
pub struct Connection<'c> {
    pub token: Secret,
    /// Certificates to trust in addition to the system's, as PEM; may be empty.
    pub certificates: &'c [u8],
    /// The maximum total wait of a run.
    pub patience: Duration,
}

impl fmt::Debug for Connection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("patience", &self.patience).finish_non_exhaustive()
    }
}
