//! A call of a function in a template, and its arguments as Go checks them.

use super::stop::Stop;
use super::value::GoValue;

/// A call with its arguments.
#[derive(Debug)]
pub(super) struct Call<'c> {
    pub(super) name: &'c str,
    pub(super) arguments: Vec<GoValue>,
}

impl<'c> Call<'c> {
    /// The arguments, which must be so many.
    pub(super) fn exactly<const N: usize>(&self) -> Result<[&GoValue; N], Stop> {
        let found: Vec<&GoValue> = self.arguments.iter().collect();
        let count = found.len();
        found
            .try_into()
            .map_err(|_| Stop::fault(format!("wrong number of args for {}: want {N} got {count}", self.name)))
    }

    /// At least one argument, and the others.
    pub(super) fn at_least_one(&self) -> Result<(&GoValue, &[GoValue]), Stop> {
        self.arguments
            .split_first()
            .ok_or_else(|| Stop::fault(format!("wrong number of args for {}: want at least 1 got 0", self.name)))
    }

    pub(super) fn fault(&self, message: &str) -> Stop {
        Stop::fault(format!("error calling {}: {message}", self.name))
    }

    pub(super) fn not_known(&self) -> Stop {
        Stop::NotKnown(format!("the template function `{}`", self.name))
    }

    /// An argument for a parameter of type `string`.
    pub(super) fn text<'v>(&self, value: &'v GoValue) -> Result<&'v str, Stop> {
        match value {
            GoValue::Text(text) => Ok(text),
            GoValue::Missing => Err(Stop::fault("invalid value; expected string")),
            GoValue::Nil
            | GoValue::Bool(_)
            | GoValue::Int(_)
            | GoValue::Float(_)
            | GoValue::List(_)
            | GoValue::Map(_) => {
                Err(Stop::fault(format!("wrong type for value; expected string; got {}", value.type_name())))
            }
        }
    }

    /// An argument for a parameter of type `int`.
    pub(super) fn int(&self, value: &GoValue) -> Result<i64, Stop> {
        match value {
            GoValue::Int(value) => Ok(*value),
            GoValue::Missing => Err(Stop::fault("invalid value; expected int")),
            GoValue::Nil
            | GoValue::Bool(_)
            | GoValue::Text(_)
            | GoValue::Float(_)
            | GoValue::List(_)
            | GoValue::Map(_) => {
                Err(Stop::fault(format!("wrong type for value; expected int; got {}", value.type_name())))
            }
        }
    }
}
