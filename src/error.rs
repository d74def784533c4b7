//! Which room failed, and what that means for the exit code. Findings are not errors: a file with faults is a result,
//! an error is a job that could not be done.

use crate::exit::Exit;
use crate::settings::SettingsError;
use crate::sources::git::GitError;
use crate::sources::{DiscoverError, PatternError, WriteError};
use crate::ui::StreamError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pattern(#[from] PatternError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Streams(#[from] StreamError),
    /// A verb was asked for something that is not there or makes no sense; the verb's own error says what.
    #[error("{0}")]
    Asked(Asked),
}

/// A verb's own error, about what it was asked for.
pub type Asked = Box<dyn miette::Diagnostic + Send + Sync>;

impl Error {
    pub fn exit(&self) -> Exit {
        match self {
            Self::Settings(_) | Self::Pattern(_) | Self::Asked(_) => Exit::Usage,
            Self::Discover(_) | Self::Write(_) | Self::Streams(_) => Exit::Failure,
            Self::Git(error) => exit_of_git(error),
        }
    }

    /// What is rendered: for a verb's own error, that one.
    pub fn diagnostic(&self) -> &dyn miette::Diagnostic {
        match self {
            Self::Asked(inner) => inner.as_ref(),
            Self::Settings(_)
            | Self::Discover(_)
            | Self::Pattern(_)
            | Self::Git(_)
            | Self::Write(_)
            | Self::Streams(_) => self,
        }
    }
}

/// What the user can set right by asking otherwise is usage; a repository that is broken is not.
fn exit_of_git(error: &GitError) -> Exit {
    match error {
        GitError::ForeignOwner { .. }
        | GitError::Bare { .. }
        | GitError::Unsupported { .. }
        | GitError::Outside { .. }
        | GitError::Folder { .. }
        | GitError::Conflicts { .. }
        | GitError::UnknownRevision { .. }
        | GitError::NoMergeBase { .. } => Exit::Usage,
        GitError::Broken { .. } | GitError::Index { .. } | GitError::Compare { .. } => Exit::Failure,
    }
}
