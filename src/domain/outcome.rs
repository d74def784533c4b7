//! What a push did: for every change of the plan its end, the good ones too. What could not be read is reported as in
//! doubt, never as done and never as failed.

use crate::domain::plan::Deed;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// At the place of their change in the plan.
    pub ends: Vec<End>,
    /// Somebody stopped it.
    pub is_interrupted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Applied,
    /// Its first step was done, and a later one was not: a created entity without its relations, or a renamed one that
    /// still exists under its old identifier.
    Incomplete {
        /// The step that is missing.
        deed: Deed,
        cause: Cause,
    },
    /// Nothing was done.
    Failed(Failure),
    /// It was sent, and what became of it could not be read.
    InDoubt(Failure),
    /// Nothing was sent.
    NotAttempted(Reason),
}

/// Why a step of an incomplete change is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Failed(Failure),
    InDoubt(Failure),
    NotAttempted(Reason),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub deed: Deed,
    /// The catalog's answer; `None`: there was none.
    pub status: Option<u16>,
    /// The catalog's word for it: `relation_not_found`.
    pub code: Option<String>,
    /// The catalog's words, or why there is no answer; a clause.
    pub message: String,
}

/// Why a change was not begun, or not gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// These changes, by their place in the plan, had to succeed before.
    Needs(Vec<usize>),
    Interrupted,
    /// Another change failed, and the user wants to stop at the first failure.
    Stopped,
    /// The catalog could not be reached any more.
    Unreachable,
    /// The catalog refused every write before it with 401 or 403.
    Denied,
}

impl Outcome {
    pub fn is_complete(&self) -> bool {
        self.ends.iter().all(|end| *end == End::Applied)
    }
}

impl End {
    /// The failure behind it, where there is one.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure)
            | Self::InDoubt(failure)
            | Self::Incomplete { cause: Cause::Failed(failure) | Cause::InDoubt(failure), .. } => Some(failure),
            Self::Applied | Self::NotAttempted(_) | Self::Incomplete { cause: Cause::NotAttempted(_), .. } => None,
        }
    }

    pub fn failure_mut(&mut self) -> Option<&mut Failure> {
        match self {
            Self::Failed(failure)
            | Self::InDoubt(failure)
            | Self::Incomplete { cause: Cause::Failed(failure) | Cause::InDoubt(failure), .. } => Some(failure),
            Self::Applied | Self::NotAttempted(_) | Self::Incomplete { cause: Cause::NotAttempted(_), .. } => None,
        }
    }

    /// Why it, or its missing step, was not attempted.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::NotAttempted(reason) | Self::Incomplete { cause: Cause::NotAttempted(reason), .. } => Some(reason),
            Self::Applied
            | Self::Failed(_)
            | Self::InDoubt(_)
            | Self::Incomplete { cause: Cause::Failed(_) | Cause::InDoubt(_), .. } => None,
        }
    }
}
