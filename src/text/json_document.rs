//! Parses a JSON file that portolan wrote and a person may have edited: a plan, an outcome, a baseline. Faults that have
//! a better answer than the parser's message are told apart.

use serde::de::DeserializeOwned;

use super::merge_conflict::merge_conflicts;

#[derive(Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// It has an unresolved merge conflict at this line.
    Conflict {
        line: usize,
    },
    /// It is a file of another kind, such as a manifest.
    NotJson,
    /// It is JSON, but of another shape.
    Shape {
        line: usize,
        column: usize,
        reason: String,
    },
    Syntax {
        line: usize,
        column: usize,
        reason: String,
    },
}

pub fn parse_document<T: DeserializeOwned>(text: &str) -> Result<T, DocumentFault> {
    // Windows editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(conflict) = merge_conflicts(text).first() {
        return Err(DocumentFault::Conflict { line: conflict.first_line });
    }
    if text.trim_start().starts_with(|first| !matches!(first, '{' | '[')) {
        return Err(DocumentFault::NotJson);
    }
    serde_json::from_str(text).map_err(|fault| {
        let reason = fault.to_string();
        // serde repeats the position at the end of its message.
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason).to_owned();
        let (line, column) = (fault.line(), fault.column().max(1));
        match fault.is_data() {
            true => DocumentFault::Shape { line, column, reason },
            false => DocumentFault::Syntax { line, column, reason },
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_fault_has_its_kind() {
        let read = |text: &str| parse_document::<Value>(text);
        assert_eq!(read("\u{feff}{\"a\": 1}"), Ok(serde_json::json!({"a": 1})));
        let conflict = "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> other\n}";
        assert_eq!(read(conflict), Err(DocumentFault::Conflict { line: 2 }));
        assert_eq!(read("scope: acme\n"), Err(DocumentFault::NotJson));
        let reason = "EOF while parsing an object".to_owned();
        assert_eq!(read("{\n"), Err(DocumentFault::Syntax { line: 2, column: 1, reason }));
        let shape = parse_document::<Vec<u8>>("{}");
        assert!(matches!(shape, Err(DocumentFault::Shape { line: 1, .. })), "{shape:?}");
    }
}
