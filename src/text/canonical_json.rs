//! JSON text in one form, to compare it: keys sorted, two spaces of indentation, and every number with the digits as
//! written, which a conversion to floats would lose.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The maximum depth; deeper JSON is an error.
const MAX_DEPTH: usize = 120;

/// The text in its one form.
pub fn canonical_json(text: &str) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    write(serde_json::from_str(text)?, 0, &mut out)?;
    Ok(out)
}

fn write(value: &RawValue, depth: usize, out: &mut String) -> Result<(), serde_json::Error> {
    let text = value.get().trim();
    let is_container = text.starts_with(['{', '[']);
    if is_container && depth >= MAX_DEPTH {
        return Err(serde::de::Error::custom("it is nested too deeply"));
    }
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    if text.starts_with('{') {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
        let is_empty = members.is_empty();
        for (at, (key, member)) in members.into_iter().enumerate() {
            out.push_str(if at == 0 { "{" } else { "," });
            out.push_str(&line(depth + 1));
            out.push_str(&serde_json::to_string(&key)?);
            out.push_str(": ");
            write(member, depth + 1, out)?;
        }
        out.push_str(&if is_empty { "{}".to_owned() } else { line(depth) + "}" });
    } else if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text)?;
        let is_empty = items.is_empty();
        for (at, item) in items.into_iter().enumerate() {
            out.push_str(if at == 0 { "[" } else { "," });
            out.push_str(&line(depth + 1));
            write(item, depth + 1, out)?;
        }
        out.push_str(&if is_empty { "[]".to_owned() } else { line(depth) + "]" });
    } else if text.starts_with('"') {
        let decoded: String = serde_json::from_str(text)?;
        out.push_str(&serde_json::to_string(&decoded)?);
    } else {
        out.push_str(text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_digits_are_kept() {
        let text = canonical_json(r#"{"b": [1e+21, 12345678901234567890, []], "a": "\u0041", "c": {}}"#);
        let expected =
            "{\n  \"a\": \"A\",\n  \"b\": [\n    1e+21,\n    12345678901234567890,\n    []\n  ],\n  \"c\": {}\n}";
        assert_eq!(text.expect("it is JSON"), expected);
    }

    #[test]
    fn deep_json_is_an_error() {
        assert!(canonical_json(&("[".repeat(200) + &"]".repeat(200))).is_err());
        assert!(canonical_json("{").is_err());
    }
}
