//! Finds the ends of the JSON values in a file that kubectl reads as JSON.

use serde::de::IgnoredAny;

/// The end of the JSON value that starts at or after `from`; `Err`: the position of a syntax error.
pub(super) fn value_end(text: &str, from: usize) -> Result<usize, usize> {
    let rest = text.get(from..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Ok(from + values.byte_offset()),
        Some(Err(error)) => Err(from + offset(rest, error.line(), error.column())),
        None => Err(text.len()),
    }
}

/// The byte offset of a line and column, both counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes());
    let start = line.checked_sub(2).and_then(|before| lines.into_iter().nth(before)).map_or(0, |at| at + 1);
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_json_says_so() {
        assert_eq!(value_end("{\"a\": [1, {}]} x", 0), Ok(14));
        assert_eq!(value_end("{} {\"b\":1}", 2), Ok(10));
        assert_eq!(value_end("{\n  a: 1}", 0), Err(4));
        assert!(value_end("{} ---", 2).is_err());
    }
}
