//! What a push did: for every change of the plan its end, the good ones too. What nobody can know is told as that.

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
    Failed(Failure),
    NotAttempted(Reason),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed, or that was not come to: a change of which others were done before is half done.
    pub deed: Deed,
    pub is_half_done: bool,
    /// The catalog's answer; `None`: the call did not come about.
    pub status: Option<u16>,
    /// The catalog's word for it: `relation_not_found`.
    pub code: Option<String>,
    /// The catalog's words, or why the call did not come about; a clause.
    pub message: String,
    /// The catalog may have done it all the same: the answer was lost.
    pub is_uncertain: bool,
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
}

impl Outcome {
    pub fn is_complete(&self) -> bool {
        self.ends.iter().all(|end| *end == End::Applied)
    }
}
