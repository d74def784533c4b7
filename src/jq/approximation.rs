//! What may make a result differ from gojq's.

/// Why a result may differ from gojq's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approximation {
    /// What the expression uses, for example `localtime`.
    pub name: String,
    /// How the result may differ.
    pub reason: &'static str,
}
