//! Functions on strings.

use super::json;
use crate::jq::budget::Budget;
use crate::jq::encode::encode;
use crate::jq::fault::{Fault, Outcome, failed_on, inapplicable, inapplicable_with, unfit};
use crate::jq::number::{MAX_DIGITS, Number};
use crate::jq::parser::is_number;
use crate::jq::value::Value;

/// The input of a function without arguments.
fn text<'a>(name: &str, input: &'a Value) -> Result<&'a str, Fault> {
    input.as_str().ok_or_else(|| inapplicable(name, input))
}

/// The input and the argument of a function of two strings.
fn texts<'a>(name: &str, input: &'a Value, arguments: &'a [Value]) -> Result<(&'a str, &'a str), Fault> {
    match (input.as_str(), arguments[0].as_str()) {
        (Some(text), Some(other)) => Ok((text, other)),
        _ => Err(inapplicable_with(name, &[&arguments[0]], input)),
    }
}

fn new_text(budget: &mut Budget, text: impl Into<String>) -> Outcome {
    let text = text.into();
    budget.spend_bytes(text.len())?;
    Ok(Value::from(text))
}

pub(super) fn utf8bytelength(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(Value::count(text("utf8bytelength", input)?.len()))
}

pub(super) fn startswith(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (text, prefix) = texts("startswith", input, arguments)?;
    Ok(Value::Bool(text.starts_with(prefix)))
}

pub(super) fn endswith(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (text, suffix) = texts("endswith", input, arguments)?;
    Ok(Value::Bool(text.ends_with(suffix)))
}

pub(super) fn ltrimstr(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (text, prefix) = texts("ltrimstr", input, arguments)?;
    new_text(budget, text.strip_prefix(prefix).unwrap_or(text))
}

pub(super) fn rtrimstr(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (text, suffix) = texts("rtrimstr", input, arguments)?;
    new_text(budget, text.strip_suffix(suffix).unwrap_or(text))
}

pub(super) fn ltrim(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    new_text(budget, text("ltrim", input)?.trim_start())
}

pub(super) fn rtrim(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    new_text(budget, text("rtrim", input)?.trim_end())
}

pub(super) fn trim(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    new_text(budget, text("trim", input)?.trim())
}

pub(super) fn ascii_downcase(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    new_text(budget, text("ascii_downcase", input)?.to_ascii_lowercase())
}

pub(super) fn ascii_upcase(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    new_text(budget, text("ascii_upcase", input)?.to_ascii_uppercase())
}

pub(super) fn explode(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text("explode", input)?;
    budget.spend_items(text.len())?;
    Ok(Value::array(text.chars().map(|character| Value::int(i64::from(u32::from(character)))).collect()))
}

pub(super) fn implode(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(items) = input.as_array() else { return Err(inapplicable("implode", input)) };
    let mut text = String::new();
    for item in items.iter() {
        let Some(number) = item.as_number() else { return Err(inapplicable("implode", input)) };
        let character = u32::try_from(number.to_index()).ok().and_then(char::from_u32);
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    new_text(budget, text)
}

pub(super) fn split(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let text = text("split", input)?;
    // gojq reports the wrong argument as an empty string.
    let Some(separator) = arguments[0].as_str() else { return Err(inapplicable("split", &Value::from(""))) };
    let Some(flags) = arguments.get(1) else { return split_pieces(budget, text, separator) };
    let flags = match flags {
        Value::Null => "",
        Value::String(flags) => flags,
        other => return Err(inapplicable("split", other)),
    };
    super::regex::split(budget, text, separator, flags)
}

/// As `/` does: nothing is in an empty string.
pub(in crate::jq) fn split_text(budget: &mut Budget, text: &str, separator: &str) -> Outcome {
    if text.is_empty() { Ok(Value::array(Vec::new())) } else { split_pieces(budget, text, separator) }
}

fn split_pieces(budget: &mut Budget, text: &str, separator: &str) -> Outcome {
    budget.spend_bytes(text.len())?;
    let pieces: Vec<_> = if separator.is_empty() {
        text.chars().map(|character| Value::from(character.to_string())).collect()
    } else {
        text.split(separator).map(Value::from).collect()
    };
    budget.spend_items(pieces.len())?;
    Ok(Value::array(pieces))
}

pub(super) fn join(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let separator = &arguments[0];
    let Some(values) = input.values() else { return Err(inapplicable_with("join", &[separator], input)) };
    if values.len() > 1 && separator.as_str().is_none() {
        return Err(inapplicable_with("join", &[separator], input));
    }
    let separator = separator.as_str().unwrap_or_default();
    let mut joined = String::new();
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            joined.push_str(separator);
        }
        match value {
            Value::Null => {}
            Value::String(text) => joined.push_str(text),
            Value::Bool(_) | Value::Number(_) => joined.push_str(&encode(value)),
            Value::Array(_) | Value::Object(_) => {
                return Err(unfit("join cannot be applied to an array including", value));
            }
        }
        budget.spend_bytes(separator.len())?;
    }
    new_text(budget, joined)
}

pub(in crate::jq) fn tostring(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    match input {
        Value::String(_) => Ok(input.clone()),
        _ => tojson(budget, input, arguments),
    }
}

pub(super) fn tojson(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    budget.spend_bytes(usize::try_from(input.measure().weight).unwrap_or(usize::MAX))?;
    new_text(budget, encode(input))
}

pub(super) fn fromjson(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text("fromjson", input)?;
    budget.spend_bytes(text.len().saturating_mul(8))?;
    match json::read(text) {
        Ok((value, rest)) if rest.trim_start_matches([' ', '\t', '\r', '\n']).is_empty() => Ok(value),
        Ok(_) => Err(inapplicable("fromjson", input)),
        Err(json::Unreadable::TooDeep) => Err(Fault::Limit(crate::jq::Limit::Depth)),
        Err(json::Unreadable::Wrong(cause)) => Err(failed_on("fromjson", &[], input, &cause)),
    }
}

pub(super) fn tonumber(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    match input {
        Value::Number(_) => Ok(input.clone()),
        Value::String(text) if is_number(text) => {
            budget.spend_bytes(text.len())?;
            if text.len() > MAX_DIGITS {
                return Err(Fault::Limit(crate::jq::Limit::Memory));
            }
            Ok(Value::Number(Number::parse(text).unwrap_or(Number::Float(f64::NAN))))
        }
        Value::String(_) => Err(failed_on("tonumber", &[], input, "invalid number")),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(inapplicable("tonumber", input)),
    }
}
