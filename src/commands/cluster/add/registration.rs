//! How a cluster is registered: the files to write, and what remains to do.

use super::edit::Changes;

/// What registers the cluster.
pub(super) struct Registration {
    pub changes: Changes,
    /// The folders that will be delivered, if they are not those of the request.
    pub folders: Option<Vec<String>>,
    /// Where it is registered already, or will be.
    pub place: String,
    /// What remains to do, as sentences.
    pub next: Vec<String>,
}
