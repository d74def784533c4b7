//! The class of an error, by which `exit.rs` chooses the exit code. Each error says its class beside its text.

/// Why a job could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The plan has changes that cannot be made.
    Findings,
    /// Refused for safety.
    Refused,
    /// A server does not answer, or rejects the request.
    Unreachable,
    /// The user can fix it by other arguments or another config.
    Usage,
    /// A disk, a repository or a process is broken.
    Failure,
}

/// An error that knows its class. Most errors are about arguments or the config.
pub trait ExitClass {
    fn class(&self) -> ErrorClass {
        ErrorClass::Usage
    }
}
