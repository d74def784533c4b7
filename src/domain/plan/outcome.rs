//! The outcome of a push: the result of every change of the plan. A result that could not be read is reported as in
//! doubt, neither as applied nor as failed.

use crate::domain::plan::StepKind;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Indexed like the changes of the plan.
    pub ends: Vec<ChangeOutcome>,
    /// A signal stopped the run.
    pub is_interrupted: bool,
    pub relabelled: Relabelled,
}

/// The entities that were adopted by a change of their owner alone, without a write of their content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relabelled {
    pub entities: usize,
    /// The number of calls that the catalog was sent for them; zero for the embedded catalog.
    pub calls: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeOutcome {
    Applied,
    /// Its first step was applied, but a later one was not: a created entity lacks relations, or a renamed one still
    /// exists under its old identifier.
    Incomplete {
        /// The missing step.
        step_kind: StepKind,
        cause: Cause,
    },
    /// Nothing was done.
    Failed(Failure),
    /// It was sent, but its result could not be read.
    InDoubt(Failure),
    /// Nothing was sent.
    NotAttempted(Reason),
}

/// The reason why a step of an incomplete change is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Failed(Failure),
    InDoubt(Failure),
    NotAttempted(Reason),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub step_kind: StepKind,
    /// The status of the catalog's answer; `None`: there was none.
    pub status: Option<u16>,
    /// The catalog's error code: `relation_not_found`.
    pub code: Option<String>,
    /// The catalog's message, or why there is no answer; a clause.
    pub message: String,
}

/// The reason why a change was not started or not continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The entity was to be deleted, and another writer wrote it after the plan was made.
    WrittenSince {
        /// The writer: `another run of this scope (last changed by ada at 2026-11-21T16:00:00.000Z)`.
        by: String,
    },
    /// These changes, by index in the plan, had to succeed first.
    Needs(Vec<usize>),
    Interrupted,
    /// Another change failed, with `--on-error stop`.
    Stopped,
    /// The catalog became unreachable.
    Unreachable,
    /// The catalog rejected every earlier write with 401 or 403.
    Denied,
}

impl Outcome {
    pub fn is_complete(&self) -> bool {
        self.ends.iter().all(|end| *end == ChangeOutcome::Applied)
    }
}

impl ChangeOutcome {
    /// The underlying failure, if any.
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

    /// The reason why it, or its missing step, was not attempted.
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
