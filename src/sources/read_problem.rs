//! Why a file has no text: it cannot be opened, it is too large, or it is not text.

use super::open::OpenProblem;
use crate::text::io_reason;

/// The reason why a file has no text; a sentence without its period.
#[derive(Debug, thiserror::Error)]
pub enum ReadProblem {
    #[error("{message}")]
    NotText {
        /// The offset of the first invalid byte.
        at: usize,
        /// The text before it, to count lines.
        before: String,
        message: String,
    },
    #[error("The file has {bytes} bytes; the limit is {limit}")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("The file cannot be read: {0}")]
    NotOpened(OpenProblem),
    #[error("The file cannot be read: {}", io_reason(.0))]
    Io(std::io::Error),
    #[error("The file cannot be read from Git: {}", git_reason(.0))]
    Git(git2::Error),
}

impl ReadProblem {
    /// The reason as a clause after the file name.
    pub fn reason(&self) -> String {
        match self {
            Self::NotText { message, .. } => message.clone(),
            Self::TooLarge { bytes, limit } => OpenProblem::TooLarge { bytes: *bytes, limit: *limit }.to_string(),
            Self::NotOpened(problem) => problem.to_string(),
            Self::Io(error) => io_reason(error),
            Self::Git(_) => self.to_string(),
        }
    }
}

impl From<OpenProblem> for ReadProblem {
    fn from(problem: OpenProblem) -> Self {
        match problem {
            OpenProblem::TooLarge { bytes, limit } => Self::TooLarge { bytes, limit },
            OpenProblem::Io(error) => Self::Io(error),
            OpenProblem::Link(_) | OpenProblem::NotAFile(_) => Self::NotOpened(problem),
        }
    }
}

/// A partial clone (`--filter=blob:none`) lacks content until it is requested, which only `git` can do.
fn git_reason(error: &git2::Error) -> &str {
    match error.code() {
        git2::ErrorCode::NotFound => "its content is not in this clone; run `git fetch --refetch --no-filter`",
        _ => error.message(),
    }
}
