//! How a cluster is registered: the files to write, and what remains to do.

use super::edit::Changes;

/// What registers the cluster.
pub(super) struct Registration {
    pub changes: Changes,
    /// Where it is registered already, or will be.
    pub place: String,
    /// What remains to do, as sentences.
    pub next: Vec<String>,
}
