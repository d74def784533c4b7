//! What goes wrong while an expression runs, in gojq's words.

use std::sync::Arc;

use super::encode::{describe, encode, preview};
use super::value::Value;
use super::{Limit, RunError};

/// What ends the evaluation of a part of an expression.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// `error`: `catch` gets the value.
    Raised(Value),
    /// A function that cannot do what it is asked: `catch` gets the text.
    Failed(String),
    /// `break`, on its way to its label.
    Break { label: u64, name: Arc<str> },
    /// `halt` and `halt_error`; nothing catches them.
    Halt(Value),
    /// Nothing catches a limit.
    Limit(Limit),
}

pub(super) type Outcome = Result<Value, Fault>;

impl Fault {
    pub(super) fn into_error(self) -> RunError {
        let message = match self {
            Self::Raised(value) => show_raised(&value),
            Self::Failed(message) => message,
            Self::Break { name, .. } => format!("label not defined: {name}"),
            Self::Halt(value) => format!("halt {}", show_raised(&value)),
            Self::Limit(limit) => return RunError::Limit(limit),
        };
        RunError::Error { message }
    }
}

fn show_raised(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("error: {text}"),
        None => format!("error: {}", encode(value)),
    }
}

/// Any text.
pub(super) fn failed(message: impl Into<String>) -> Fault {
    Fault::Failed(message.into())
}

/// A sentence that ends with the type of a value and the value.
pub(super) fn unfit(sentence: &str, value: &Value) -> Fault {
    Fault::Failed(format!("{sentence}: {}", describe(value)))
}

/// A function of which the input, or an argument instead, is of the wrong type.
pub(super) fn inapplicable(name: &str, value: &Value) -> Fault {
    unfit(&format!("{name} cannot be applied to"), value)
}

/// The same, with the arguments of the function.
pub(super) fn inapplicable_with(name: &str, arguments: &[&Value], value: &Value) -> Fault {
    unfit(&format!("{} cannot be applied to", call(name, arguments)), value)
}

/// A function that fails for another reason than a type.
pub(super) fn failed_on(name: &str, arguments: &[&Value], value: &Value, cause: &str) -> Fault {
    Fault::Failed(format!("{} cannot be applied to {}: {cause}", call(name, arguments), preview(value)))
}

/// The same, where the cause is a fault; a limit stays a limit.
pub(super) fn wrap(fault: Fault, name: &str, arguments: &[&Value], value: &Value) -> Fault {
    match fault {
        Fault::Failed(cause) => failed_on(name, arguments, value, &cause),
        other @ (Fault::Raised(_) | Fault::Break { .. } | Fault::Halt(_) | Fault::Limit(_)) => other,
    }
}

fn call(name: &str, arguments: &[&Value]) -> String {
    if arguments.is_empty() {
        return name.to_owned();
    }
    let arguments: Vec<_> = arguments.iter().map(|argument| preview(argument)).collect();
    format!("{name}({})", arguments.join("; "))
}

/// An operator between two values that it does not work on.
pub(super) fn unfit_pair(verb: &str, left: &Value, right: &Value) -> Fault {
    Fault::Failed(format!("cannot {verb}: {} and {}", describe(left), describe(right)))
}
