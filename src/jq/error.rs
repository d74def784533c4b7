//! Why an expression does not compile, or gives no value.

use super::limits::Limit;

/// Why an expression does not compile, in gojq's words, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    pub message: String,
    /// The byte of the expression at which the error begins.
    pub offset: Option<usize>,
}

/// Why an evaluation ended without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The expression failed, as it would in gojq.
    Error { message: String },
    /// The evaluation was stopped: what gojq would give is not known.
    Limit(Limit),
}
