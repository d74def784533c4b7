//! The functions of templates: those of Go, and which file has those of sprig.

use super::call::Call;
use super::print::{print_value, printf};
use super::stop::Stop;
use super::value::GoValue;
use super::{lists, strings};

pub(super) fn call(call: &Call<'_>) -> Result<GoValue, Stop> {
    match call.name {
        "not" => call.exactly::<1>().map(|[value]| GoValue::Bool(!value.is_true())),
        "eq" => equal(call).map(GoValue::Bool),
        "ne" => {
            let [a, b] = call.exactly()?;
            are_equal(call, a, b).map(|equal| GoValue::Bool(!equal))
        }
        "lt" | "le" | "gt" | "ge" => compare(call).map(GoValue::Bool),
        "len" => length(call),
        "index" => index(call),
        "print" => Ok(GoValue::Text(sprint(&call.arguments))),
        "println" => {
            let texts: Vec<_> = call.arguments.iter().map(print_value).collect();
            Ok(GoValue::Text(format!("{}\n", texts.join(" "))))
        }
        "printf" => {
            let (format, rest) = call.at_least_one()?;
            printf(call.text(format)?, rest).map(GoValue::Text)
        }
        "default" => {
            let (default, given) = call.at_least_one()?;
            let given = given.first().filter(|given| !given.is_empty());
            Ok(given.unwrap_or(default).clone())
        }
        "empty" => call.exactly::<1>().map(|[value]| GoValue::Bool(value.is_empty())),
        "coalesce" => Ok(call.arguments.iter().find(|value| !value.is_empty()).cloned().unwrap_or(GoValue::Nil)),
        "all" => Ok(GoValue::Bool(call.arguments.iter().all(|value| !value.is_empty()))),
        "any" => Ok(GoValue::Bool(call.arguments.iter().any(|value| !value.is_empty()))),
        "ternary" => {
            let [yes, no, condition] = call.exactly()?;
            match condition {
                GoValue::Bool(true) => Ok(yes.clone()),
                GoValue::Bool(false) => Ok(no.clone()),
                GoValue::Missing => Err(Stop::fault("invalid value; expected bool")),
                other => Err(Stop::fault(format!("wrong type for value; expected bool; got {}", other.type_name()))),
            }
        }
        "fail" => {
            let [message] = call.exactly()?;
            let message = call.text(message)?;
            Err(call.fault(message))
        }
        "kindOf" => call.exactly::<1>().map(|[value]| GoValue::text(kind_of(value))),
        "kindIs" => {
            let [kind, value] = call.exactly()?;
            Ok(GoValue::Bool(call.text(kind)? == kind_of(value)))
        }
        "add" | "add1" | "sub" | "mul" | "div" | "mod" | "max" | "min" | "int" | "int64" => arithmetic(call),
        _ => match strings::call(call)? {
            Some(value) => Ok(value),
            None => lists::call(call)?.ok_or_else(|| call.not_known()),
        },
    }
}

fn kind_of(value: &GoValue) -> &'static str {
    match value {
        GoValue::Missing | GoValue::Nil => "invalid",
        GoValue::Bool(_) => "bool",
        GoValue::Int(_) => "int",
        GoValue::Float(_) => "float64",
        GoValue::Text(_) => "string",
        GoValue::List(_) => "slice",
        GoValue::Map(_) => "map",
    }
}

/// `print` puts a space between two arguments of which neither is a text.
fn sprint(arguments: &[GoValue]) -> String {
    let mut text = String::new();
    for (at, argument) in arguments.iter().enumerate() {
        let is_text = |value: &GoValue| matches!(value, GoValue::Text(_));
        if at > 0 && !is_text(argument) && !is_text(&arguments[at - 1]) {
            text.push(' ');
        }
        text.push_str(&print_value(argument));
    }
    text
}

fn equal(call: &Call<'_>) -> Result<bool, Stop> {
    let (first, rest) = call.at_least_one()?;
    if rest.is_empty() {
        return Err(call.fault("missing argument for comparison"));
    }
    for other in rest {
        if are_equal(call, first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn are_equal(call: &Call<'_>, a: &GoValue, b: &GoValue) -> Result<bool, Stop> {
    match (a, b) {
        (GoValue::Text(a), GoValue::Text(b)) => Ok(a == b),
        (GoValue::Bool(a), GoValue::Bool(b)) => Ok(a == b),
        (GoValue::Int(a), GoValue::Int(b)) => Ok(a == b),
        (GoValue::Float(a), GoValue::Float(b)) => Ok(a == b),
        (a, b) if a.is_nothing() && b.is_nothing() => Ok(true),
        (a, b) if a.is_nothing() || b.is_nothing() => match if a.is_nothing() { b } else { a } {
            // A list or a map may be nil in Go.
            GoValue::List(_) | GoValue::Map(_) => Err(call.not_known()),
            _ => Ok(false),
        },
        (GoValue::List(_) | GoValue::Map(_), _) | (_, GoValue::List(_) | GoValue::Map(_)) => Err(call.not_known()),
        _ => Err(call.fault("incompatible types for comparison")),
    }
}

fn compare(call: &Call<'_>) -> Result<bool, Stop> {
    let [a, b] = call.exactly()?;
    let order = match (a, b) {
        (GoValue::Text(a), GoValue::Text(b)) => a.partial_cmp(b),
        (GoValue::Int(a), GoValue::Int(b)) => a.partial_cmp(b),
        (GoValue::Float(a), GoValue::Float(b)) => a.partial_cmp(b),
        (GoValue::Bool(_), GoValue::Bool(_)) => return Err(call.fault("invalid type for comparison")),
        (GoValue::List(_) | GoValue::Map(_), _) | (_, GoValue::List(_) | GoValue::Map(_)) => {
            return Err(call.fault("invalid type for comparison"));
        }
        (a, b) if a.is_nothing() || b.is_nothing() => return Err(call.fault("invalid type for comparison")),
        _ => return Err(call.fault("incompatible types for comparison")),
    };
    let Some(order) = order else { return Ok(false) };
    Ok(match call.name {
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        "gt" => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn length(call: &Call<'_>) -> Result<GoValue, Stop> {
    let [value] = call.exactly()?;
    let length = match value {
        GoValue::Text(text) => text.len(),
        GoValue::List(items) => items.len(),
        GoValue::Map(map) => map.entries.len(),
        GoValue::Missing | GoValue::Nil => return Err(call.fault("len of nil pointer")),
        GoValue::Bool(_) | GoValue::Int(_) | GoValue::Float(_) => {
            return Err(call.fault(&format!("len of type {}", value.type_name())));
        }
    };
    Ok(GoValue::Int(length as i64))
}

fn index(call: &Call<'_>) -> Result<GoValue, Stop> {
    let (value, keys) = call.at_least_one()?;
    if value.is_nothing() {
        return Err(call.fault("index of untyped nil"));
    }
    let mut value = value.clone();
    for key in keys {
        value = match (value, key) {
            (GoValue::Missing | GoValue::Nil, _) => return Err(call.fault("index of nil pointer")),
            (GoValue::Map(mut map), GoValue::Text(key)) => match map.entries.remove(key) {
                Some(found) => found,
                None if map.has_texts => GoValue::Text(String::new()),
                None => GoValue::Nil,
            },
            (GoValue::Map(_), key) => {
                return Err(call.fault(&format!("value has type {}; should be string", key.type_name())));
            }
            (GoValue::List(mut items), GoValue::Int(at)) => {
                let position = usize::try_from(*at).ok().filter(|at| *at < items.len());
                match position {
                    Some(position) => items.swap_remove(position),
                    None => return Err(call.fault(&format!("index out of range: {at}"))),
                }
            }
            (GoValue::List(_), key) if key.is_nothing() => {
                return Err(call.fault("cannot index slice/array with nil"));
            }
            (GoValue::List(_), key) => {
                return Err(call.fault(&format!("cannot index slice/array with type {}", key.type_name())));
            }
            (GoValue::Text(_), _) => return Err(call.not_known()),
            (other @ (GoValue::Bool(_) | GoValue::Int(_) | GoValue::Float(_)), _) => {
                return Err(call.fault(&format!("can't index item of type {}", other.type_name())));
            }
        };
    }
    Ok(value)
}

/// Whole numbers, as sprig counts with them.
fn arithmetic(call: &Call<'_>) -> Result<GoValue, Stop> {
    let numbers = call.arguments.iter().map(|value| whole(call, value)).collect::<Result<Vec<i64>, _>>()?;
    let fold = |start: i64, rest: &[i64], step: fn(i64, i64) -> Option<i64>| {
        rest.iter().try_fold(start, |sum, next| step(sum, *next)).ok_or_else(|| call.not_known())
    };
    let result = match (call.name, numbers.as_slice()) {
        ("add", numbers) => fold(0, numbers, i64::checked_add)?,
        ("add1" | "int" | "int64", [value]) => value.checked_add(i64::from(call.name == "add1")).unwrap_or_default(),
        ("sub", [a, b]) => fold(*a, &[*b], i64::checked_sub)?,
        ("mul", [first, rest @ ..]) => fold(*first, rest, i64::checked_mul)?,
        ("div", [a, b]) if *b != 0 => fold(*a, &[*b], i64::checked_div)?,
        ("mod", [a, b]) if *b != 0 => fold(*a, &[*b], i64::checked_rem)?,
        ("div" | "mod", [_, _]) => return Err(call.fault("runtime error: integer divide by zero")),
        ("max", [first, rest @ ..]) => fold(*first, rest, |a, b| Some(a.max(b)))?,
        ("min", [first, rest @ ..]) => fold(*first, rest, |a, b| Some(a.min(b)))?,
        _ => {
            let count = numbers.len();
            return Err(Stop::fault(format!("wrong number of args for {}: got {count}", call.name)));
        }
    };
    Ok(GoValue::Int(result))
}

/// A whole number of any value.
fn whole(call: &Call<'_>, value: &GoValue) -> Result<i64, Stop> {
    match value {
        GoValue::Int(value) => Ok(*value),
        GoValue::Float(value) if value.abs() < 9.0e15 => Ok(value.trunc() as i64),
        GoValue::Bool(value) => Ok(i64::from(*value)),
        GoValue::Missing | GoValue::Nil => Ok(0),
        GoValue::Text(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain = is_plain && (digits == "0" || !digits.starts_with('0'));
            text.parse().ok().filter(|_| is_plain).ok_or_else(|| call.not_known())
        }
        GoValue::Float(_) | GoValue::List(_) | GoValue::Map(_) => Err(call.not_known()),
    }
}
