//! Functions that end an evaluation.

use crate::jq::budget::Budget;
use crate::jq::fault::{Fault, Outcome, failed, inapplicable};
use crate::jq::value::Value;

pub(super) fn error(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    Err(Fault::Raised(arguments.first().unwrap_or(input).clone()))
}

pub(super) fn halt(_: &mut Budget, _: &Value, _: &[Value]) -> Outcome {
    Err(Fault::Halt(Value::Null))
}

pub(super) fn halt_error(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    match arguments.first() {
        Some(code) if code.as_number().is_none() => Err(inapplicable("halt_error", code)),
        _ => Err(Fault::Halt(input.clone())),
    }
}

pub(super) fn module_meta(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    match input.as_str() {
        Some(path) => Err(failed(format!("cannot load module: {}", crate::jq::encode::quote(path)))),
        None => Err(inapplicable("modulemeta", input)),
    }
}
