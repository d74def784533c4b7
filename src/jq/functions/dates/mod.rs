//! Dates: `strptime`, `strftime`, `mktime`, `gmtime` and what is built on them. The exporter's time zone is taken to be UTC, as in
//! its image.

mod civil;
mod format;
mod parse;

use civil::{Moment, whole_and_nanosecond};

use crate::jq::budget::Budget;
use crate::jq::encode::quote;
use crate::jq::fault::{Outcome, failed_on, inapplicable, inapplicable_with};
use crate::jq::value::Value;

pub(super) fn now(budget: &mut Budget, _: &Value, _: &[Value]) -> Outcome {
    Ok(Value::float(budget.env.now))
}

pub(super) fn gmtime(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    time_of_number(input).ok_or_else(|| inapplicable("gmtime", input))
}

pub(super) fn localtime(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    time_of_number(input).ok_or_else(|| inapplicable("localtime", input))
}

pub(super) fn mktime(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(parts) = input.as_array() else { return Err(inapplicable("mktime", input)) };
    match moment_of(parts) {
        Some(moment) => Ok(Value::float(moment.to_seconds())),
        None => Err(failed_on("mktime", &[], input, NOT_A_TIME)),
    }
}

pub(super) fn strftime(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    format_time(budget, "strftime", input, &arguments[0])
}

pub(super) fn strflocaltime(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    format_time(budget, "strflocaltime", input, &arguments[0])
}

const NOT_A_TIME: &str = "expected an array of 8 numbers";

fn format_time(budget: &mut Budget, name: &str, input: &Value, format: &Value) -> Outcome {
    // gojq shows the array that it has made of a number.
    let input = time_of_number(input).unwrap_or_else(|| input.clone());
    let (Some(parts), Some(text)) = (input.as_array(), format.as_str()) else {
        return Err(inapplicable_with(name, &[format], &input));
    };
    let Some(moment) = moment_of(parts) else { return Err(failed_on(name, &[format], &input, NOT_A_TIME)) };
    budget.spend_bytes(text.len().saturating_mul(8))?;
    let formatted = format::format(&moment, text);
    budget.spend_bytes(formatted.len())?;
    Ok(Value::from(formatted))
}

pub(super) fn strptime(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let format = &arguments[0];
    let unfit = || inapplicable_with("strptime", &[format], input);
    let (Some(text), Some(pattern)) = (input.as_str(), format.as_str()) else { return Err(unfit()) };
    budget.spend_bytes(text.len() + pattern.len())?;
    let parsed = parse::parse(text, pattern).map_err(|cause| {
        let cause = format!("failed to parse {} with {}: {cause}", quote(text), quote(pattern));
        failed_on("strptime", &[format], input, &cause)
    })?;
    // The first moment of the calendar in UTC is what Go has where nothing is set.
    if parsed.is_zero() {
        return Err(unfit());
    }
    Ok(broken_down(&Moment::of_seconds(parsed.to_seconds())))
}

/// The broken-down time of a number of seconds. `None`: the input is no number.
fn time_of_number(input: &Value) -> Option<Value> {
    let seconds = input.as_number()?.to_float();
    Some(broken_down(&Moment::of_seconds(seconds)))
}

/// Year, month from 0, day, hour, minute, seconds, day of the week, day of the year from 0.
fn broken_down(moment: &Moment) -> Value {
    let civil = moment.civil();
    let seconds = float(civil.second) + float(i64::from(moment.nanosecond)) / 1e9;
    Value::array(vec![
        Value::int(civil.year),
        Value::int(civil.month - 1),
        Value::int(civil.day),
        Value::int(civil.hour),
        Value::int(civil.minute),
        Value::float(seconds),
        Value::int(civil.weekday),
        Value::int(civil.yearday - 1),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
fn float(integer: i64) -> f64 {
    integer as f64
}

/// The moment of a broken-down time; what is missing is 0. `None`: something is no number.
fn moment_of(parts: &[Value]) -> Option<Moment> {
    let mut numbers = [0; 8];
    let mut nanosecond = 0;
    for (position, (number, part)) in numbers.iter_mut().zip(parts).enumerate() {
        let part = part.as_number()?;
        if position == 5 {
            (*number, nanosecond) = whole_and_nanosecond(part.to_float());
        } else {
            *number = part.to_index();
        }
    }
    let [year, month, day, hour, minute, second, _, _] = numbers;
    Some(Moment::of_parts(year, month, day, [hour, minute, second], nanosecond, None))
}
