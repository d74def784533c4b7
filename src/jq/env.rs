//! What an expression knows besides its input.

use std::collections::BTreeMap;

use super::value::Value;

/// What an expression knows besides its input: the variables of `env` and `$ENV`, and the time of `now`.
#[derive(Clone, Debug, Default)]
pub struct Env {
    pub(super) variables: Value,
    pub(super) now: f64,
}

impl Env {
    /// The variables are taken as they are: which ones the expression may see is decided by the caller.
    #[must_use]
    pub fn new(variables: &BTreeMap<String, String>, now: f64) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.as_str().into(), Value::from(value.as_str())));
        Self { variables: Value::object(variables), now }
    }
}
