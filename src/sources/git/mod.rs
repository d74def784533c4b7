//! What Git knows of the files: what is staged, what changed, how they were before, and who signed it. Read only. What a
//! commit will hold is the index, not the work tree: they differ more often than one thinks. The `git` program is run
//! for signatures alone, since only it knows whom this user trusts.

mod blobs;
mod changed;
mod commit;
mod error;
mod git_dir;
mod hosting;
mod open;
mod past;
mod program;
mod remote;
mod revision;
mod signature;
mod staged;
mod state;
mod unchanged;

#[cfg(test)]
mod tests;

pub use blobs::BlobStore;
pub use changed::Changed;
pub use error::GitError;
pub(in crate::sources) use git_dir::GitDir;
/// A commit by its name of forty digits, that rooms above hand on and do not look into.
pub use git2::Oid as CommitId;
pub use open::{Environment, Repository, is_bare_repository, path_in_work_tree};
pub use past::{Content, Past};
pub use signature::Signed;
pub use staged::Staged;
