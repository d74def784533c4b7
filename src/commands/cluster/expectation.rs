//! Compares an evaluation with an expected one: a test of a mapping. What the expectation does not contain is not compared,
//! and neither are the words and places of problems, which change with the text of the mapping.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::domain::error_class::ExitClass;
use crate::report::evaluation::FORMAT;
use crate::report::style::Style;
use crate::report::unified_diff::unified;
use crate::text::canonical_json::canonical_json;

/// What is compared, in the order in which it is shown.
const COMPARED: [&str; 4] = ["outcome", "upserts", "deletes", "problems"];
/// The members of a problem that are not compared.
const NOT_COMPARED: [&str; 3] = ["message", "path", "start"];

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ExpectationError {
    #[error("`{path}` is not an expectation: {reason}")]
    #[diagnostic(
        code("not-an-expectation"),
        help("write it with `portolan cluster evaluate --output json`, then remove what should not be compared")
    )]
    Unreadable { path: String, reason: String },
}

impl ExitClass for ExpectationError {}

/// The difference as a unified diff; `None`: the expectation is met. `actual`: the report in JSON.
pub fn difference(path: &str, expected: &str, actual: &str, style: &Style) -> Result<Option<String>, ExpectationError> {
    let unreadable = |reason: String| ExpectationError::Unreadable { path: path.to_owned(), reason };
    let parse = |text| serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text);
    let wanted = parse(expected).map_err(|error| unreadable(error.to_string()))?;
    let found = parse(actual).map_err(|error| unreadable(error.to_string()))?;
    if let Some(format) = wanted.get("format")
        && format.get() != format!("\"{FORMAT}\"")
    {
        return Err(unreadable(format!("its format is {}, expected \"{FORMAT}\"", format.get())));
    }
    let compared: Vec<&str> = COMPARED.into_iter().filter(|key| wanted.contains_key(*key)).collect();
    if compared.is_empty() {
        return Err(unreadable(format!("it has none of {}", COMPARED.join(", "))));
    }
    let render = |document: &BTreeMap<String, Box<RawValue>>| {
        let mut text = String::new();
        for key in &compared {
            let value = document.get(*key).map_or("null", |value| value.get());
            // The position in the error would be one in the value, not in the file.
            let form =
                comparable(key, value).map_err(|_| unreadable(format!("its {key} are not a list of objects")))?;
            text += &format!("{key}: {form}\n");
        }
        Ok(text)
    };
    let wanted = render(&wanted)?;
    let found = render(&found)?;
    Ok((wanted != found).then(|| unified(path, &wanted, &found, style)))
}

/// A value in a form that is equal if it is met: the order of lists does not count.
fn comparable(key: &str, value: &str) -> Result<String, serde_json::Error> {
    if key == "outcome" {
        return canonical_json(value);
    }
    let items: Vec<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(value)?;
    let mut texts = Vec::new();
    for mut item in items {
        if key == "problems" {
            item.retain(|name, member| !NOT_COMPARED.contains(&name.as_str()) && member.get() != "null");
        }
        texts.push(canonical_json(&serde_json::to_string(&item)?)?);
    }
    texts.sort();
    Ok(texts.iter().map(|text| format!("\n{text}")).collect())
}
