//! Reads Git repositories: staged and changed files, their previous versions, and signatures. It never writes. The next
//! commit contains the index, which often differs from the work tree. The `git` program is run only for signatures,
//! because only it knows whom the user trusts.

mod all_files;
mod blobs;
mod changed;
mod commit;
mod error;
mod git_dir;
mod hosting;
mod index_file;
mod open;
mod partly_staged;
mod past;
mod program;
mod remote;
mod revision;
mod signature;
mod staged;
mod state;
mod unchanged;
mod walk_back;
mod work_tree;

#[cfg(test)]
mod tests;

pub use blobs::BlobStore;
pub use blobs::blob_hash;
pub(in crate::sources) use blobs::is_content_of;
pub use changed::Changed;
pub use error::GitError;
pub(in crate::sources) use git_dir::GitDir;
/// The id of a commit, which other modules only pass on.
pub use git2::Oid as CommitId;
pub(in crate::sources) use index_file::{Entry, IndexFile, Mode};
pub use open::{Environment, Repository, is_bare_repository, path_in_work_tree};
pub use past::{Content, PastContent};
pub use signature::Signed;
pub use staged::Staged;
pub use walk_back::{Step, StepFile, WalkEnd};
pub use work_tree::WorkTree;
