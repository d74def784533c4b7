//! What the compiler knows of a function that is written in Rust.

use crate::jq::budget::Budget;
use crate::jq::fault::Outcome;
use crate::jq::value::Value;

/// A function of ours: its input and arguments are values.
#[derive(Debug)]
pub(in crate::jq) struct Builtin {
    pub name: &'static str,
    pub arity: usize,
    pub call: fn(&mut Budget, &Value, &[Value]) -> Outcome,
}
