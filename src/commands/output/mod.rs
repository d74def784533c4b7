//! Where reports go: files, standard output, the job summary, and the links in them.

pub(crate) mod job_summary;
pub(crate) mod links;
pub mod reports;
pub mod terminal;
