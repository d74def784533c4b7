//! Bounds of numbers, lengths and counts. The API server compares integers with the whole part of a bound, and refuses every
//! integer of a schema whose bound is no integer: its quirks are kept.

use super::keyword::Keyword;
use super::node::Content;
use super::schema::{Schema, Type};

/// What is wrong with a number.
pub fn number_faults(schema: &Schema, content: &Content<'_>) -> Vec<String> {
    let range = Range::of(schema);
    let mut faults = Vec::new();
    let mut push = |fault: Option<String>| faults.extend(fault);
    push(range.fault("Checked", content));
    let Some(limits) = &schema.limits else { return faults };
    let shown = shown(content);
    for (name, bound, check) in [
        ("MultipleOf", limits.multiple_of, multiple_fault as fn(&Schema, &Content<'_>, f64, bool) -> Option<String>),
        ("Maximum boundary", limits.maximum, maximum_fault),
        ("Minimum boundary", limits.minimum, minimum_fault),
    ] {
        let Some(bound) = bound else { continue };
        let range_fault = range.fault(name, &number(bound));
        let fault = check(schema, content, bound, range_fault.is_none());
        push(range_fault);
        push(fault.map(|fault| format!("Invalid value: {shown}: {fault}")));
    }
    faults
}

/// The numbers that a type and its format have.
struct Range {
    type_name: &'static str,
    format: &'static str,
}

impl Range {
    fn of(schema: &Schema) -> Self {
        let known = |formats: [&'static str; 2]| {
            let format = schema.format.as_deref().unwrap_or_default();
            formats.into_iter().find(|known| *known == format).unwrap_or_default()
        };
        match schema.type_name {
            _ if schema.is_int_or_string() => Self { type_name: "", format: "" },
            Type::Integer => Self { type_name: "integer", format: known(["int32", "int64"]) },
            Type::Number => Self { type_name: "number", format: known(["float", "double"]) },
            _ => Self { type_name: "", format: "" },
        }
    }

    fn fault(&self, name: &str, content: &Content<'_>) -> Option<String> {
        let is_inside = match (self.type_name, self.format, content) {
            ("integer", "int32", Content::Integer(value)) => i32::try_from(*value).is_ok(),
            ("integer", _, content) => matches!(content, Content::Integer(_)),
            ("number", "float", content) => (as_float(content) as f32).is_finite(),
            _ => true,
        };
        let format =
            if self.format.is_empty() { "(default format)".to_owned() } else { format!("with format {}", self.format) };
        (!is_inside).then(|| format!("Invalid value: {name} value must be of type {} {format}", self.type_name))
    }
}

/// `is_native`: the bound fits the type of the schema.
fn maximum_fault(schema: &Schema, content: &Content<'_>, bound: f64, is_native: bool) -> Option<String> {
    let is_exclusive = schema.has(Keyword::ExclusiveMaximum);
    let is_inside = match content {
        Content::Integer(value) if is_native => *value < bound as i64 || !is_exclusive && *value == bound as i64,
        content => as_float(content) < bound || !is_exclusive && as_float(content) <= bound,
    };
    let words = if is_exclusive { "less than" } else { "less than or equal to" };
    (!is_inside).then(|| format!("should be {words} {bound}"))
}

fn minimum_fault(schema: &Schema, content: &Content<'_>, bound: f64, is_native: bool) -> Option<String> {
    let is_exclusive = schema.has(Keyword::ExclusiveMinimum);
    let is_inside = match content {
        Content::Integer(value) if is_native => *value > bound as i64 || !is_exclusive && *value == bound as i64,
        content => as_float(content) > bound || !is_exclusive && as_float(content) >= bound,
    };
    let words = if is_exclusive { "greater than" } else { "greater than or equal to" };
    (!is_inside).then(|| format!("should be {words} {bound}"))
}

fn multiple_fault(_: &Schema, content: &Content<'_>, factor: f64, is_native: bool) -> Option<String> {
    let is_multiple = match content {
        Content::Integer(value) if is_native => {
            let factor = factor as i64;
            if factor <= 0 {
                return Some(format!("factor MultipleOf must be positive: {factor}"));
            }
            value % factor == 0
        }
        content => {
            if factor <= 0.0 {
                return Some(format!("factor MultipleOf must be positive: {factor}"));
            }
            let value = as_float(content);
            is_nearly_whole(if factor < 1.0 { 1.0 / factor * value } else { value / factor })
        }
    };
    (!is_multiple).then(|| format!("should be a multiple of {factor}"))
}

/// As the API server rounds.
fn is_nearly_whole(value: f64) -> bool {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let whole = value.trunc();
    let apart = (value - whole).abs();
    value.is_finite() && value.abs() <= MOST && (apart == 0.0 || apart / (value.abs() + whole.abs()) < 1e-9)
}

fn number(value: f64) -> Content<'static> {
    // 2^63, the first value above the integers of 64 bits.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let is_integer = value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value);
    if is_integer { Content::Integer(value as i64) } else { Content::Float(value) }
}

fn as_float(content: &Content<'_>) -> f64 {
    match content {
        Content::Integer(value) => *value as f64,
        Content::Float(value) => *value,
        Content::Null | Content::Bool(_) | Content::String(_) | Content::List | Content::Map => 0.0,
    }
}

fn shown(content: &Content<'_>) -> String {
    match content {
        Content::Integer(value) => value.to_string(),
        content => as_float(content).to_string(),
    }
}

/// The first bound that a text breaks.
pub fn text_fault(schema: &Schema, text: &str) -> Option<String> {
    if let Some(limits) = &schema.limits {
        let length = count(text.chars().count());
        if let Some(most) = limits.max_length.filter(|most| length > *most) {
            return Some(format!("Too long: may not be more than {most} characters"));
        }
        if let Some(least) = limits.min_length.filter(|least| length < *least) {
            return Some(format!("Invalid value: {text:?}: should be at least {least} chars long"));
        }
    }
    let pattern = schema.pattern.as_ref()?;
    let Ok(Some(regex)) = &pattern.regex else { return None };
    let is_match = regex.is_match(text);
    (!is_match).then(|| format!("Invalid value: {text:?}: should match '{}'", pattern.text))
}

pub fn list_faults(schema: &Schema, items: usize) -> Vec<String> {
    let Some(limits) = &schema.limits else { return Vec::new() };
    let items = count(items);
    let few = limits.min_items.filter(|least| items < *least);
    let many = limits.max_items.filter(|most| items > *most);
    let few = few.map(|least| format!("Invalid value: {items}: should have at least {least} items"));
    let many = many.map(|most| format!("Too many: {items}: must have at most {most} items"));
    few.into_iter().chain(many).collect()
}

pub fn object_faults(schema: &Schema, members: usize) -> Vec<String> {
    let Some(limits) = &schema.limits else { return Vec::new() };
    let members = count(members);
    let few = limits.min_properties.filter(|least| members < *least);
    let many = limits.max_properties.filter(|most| members > *most);
    let few = few.map(|least| format!("Invalid value: {members}: should have at least {least} properties"));
    let many = many.map(|most| format!("Too many: {members}: must have at most {most} items"));
    few.into_iter().chain(many).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
