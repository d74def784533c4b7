//! What Git knows of the files: what is staged, what changed, and how they were before. Read only, and never through
//! the `git` program. What a commit will hold is the index, not the work tree: they differ more often than one thinks.

mod blobs;
mod changed;
mod error;
mod hosting;
mod open;
mod remote;
mod revision;
mod staged;
mod unchanged;

#[cfg(test)]
mod tests;

pub use blobs::BlobStore;
pub use changed::Changed;
pub use error::GitError;
pub use open::{Environment, Repository, path_in_work_tree};
pub use staged::Staged;
