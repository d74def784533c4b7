//! Converts text that a user typed to a value of the blueprint's type. Only type, choices and formats are reported here;
//! lint reports patterns and limits.

use serde_json::Value as Json;

use crate::domain::blueprint::property_validator::{JsonValidator, Violation};
use crate::domain::blueprint::{Property, PropertyKind};
use crate::domain::entity::identifier::{IdentifierFault, check_entity_identifier};
use crate::domain::value::Value;
use crate::domain::value::formats;
use crate::scaffold::describe::bare;
use crate::text::suggest::closest;

/// Why a text is not a value of its property, as a clause about the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("`{text}` is not {wanted}")]
    Kind { text: String, wanted: &'static str },
    #[error("`{text}` is not one of {choices}{}", hint(.meant.as_deref()))]
    Choice { text: String, choices: String, meant: Option<String> },
    #[error("`{text}` does not have the format `{format}` (example: {example})")]
    Format { text: String, format: String, example: &'static str },
    #[error("expected one value, found {count}")]
    Several { count: usize },
    #[error("`{text}` cannot be an identifier: {why}")]
    Identifier { text: String, why: String },
}

fn hint(meant: Option<&str>) -> String {
    meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

/// The value of all `texts`: several form a list, and a text that begins like a JSON list is one.
pub fn parse_value(property: &Property, texts: &[String]) -> Result<Value, InputError> {
    let is_list = property.kind == Some(PropertyKind::Array);
    let json = if is_list { list(&property.schema, texts)? } else { one_value(property, texts)? };
    let validator = JsonValidator::new(property);
    // Lint words the other problems, and those inside an object or an item.
    let depth = usize::from(is_list);
    let problems: Vec<_> = validator.problems(&json).filter(|problem| problem.path.depth() == depth).collect();
    let written = |found: &Json| match texts {
        [only] if !is_list => only.clone(),
        _ => bare(found),
    };
    for problem in &problems {
        if let Violation::Choice { choices } = &problem.violation {
            return Err(not_a_choice(written(problem.found), choices));
        }
    }
    for problem in &problems {
        if let Violation::Format { format } = &problem.violation {
            let example = formats::example(format).unwrap_or_default();
            return Err(InputError::Format { text: written(problem.found), format: format.clone(), example });
        }
    }
    Ok(Value::from_json(&json))
}

fn not_a_choice(text: String, choices: &[Json]) -> InputError {
    let words: Vec<String> = choices.iter().map(bare).collect();
    let meant = closest(&text, words.iter().map(String::as_str)).map(str::to_owned);
    InputError::Choice { text, choices: words.join(", "), meant }
}

/// Identifiers of the entities that a relation points to. No identifier begins with a bracket, so such a text is a JSON
/// list.
pub fn parse_targets(many: bool, texts: &[String]) -> Result<Vec<String>, InputError> {
    if let [only] = texts
        && many
        && only.trim_start().starts_with('[')
    {
        let listed: Option<Vec<String>> = serde_json::from_str(only).ok();
        let kind = || InputError::Kind { text: only.clone(), wanted: "a list of identifiers in JSON" };
        return identifiers(&listed.ok_or_else(kind)?);
    }
    if !many {
        one(texts)?;
    }
    identifiers(texts)
}

fn identifiers(texts: &[String]) -> Result<Vec<String>, InputError> {
    for text in texts {
        check_entity_identifier(text).map_err(|fault| InputError::Identifier {
            text: text.clone(),
            why: match fault {
                IdentifierFault::Empty => "it is empty".to_owned(),
                IdentifierFault::TooLong { max, length } => {
                    format!("it has {length} characters; the limit is {max}")
                }
                IdentifierFault::Dots => "the platform rejects identifiers of dots only".to_owned(),
                IdentifierFault::Character { found, .. } => {
                    format!("{found:?} is neither a letter, a digit nor one of @ _ . + : \\ / = -")
                }
            },
        })?;
    }
    Ok(texts.to_vec())
}

fn one(texts: &[String]) -> Result<&str, InputError> {
    match texts {
        [only] => Ok(only),
        several => Err(InputError::Several { count: several.len() }),
    }
}

fn list(schema: &Json, texts: &[String]) -> Result<Json, InputError> {
    if let [only] = texts
        && only.trim_start().starts_with('[')
    {
        return json(only, "a list in JSON", Json::is_array);
    }
    let items = schema.get("items").unwrap_or(&Json::Null);
    let kind = items.get("type").and_then(Json::as_str).and_then(PropertyKind::parse);
    texts.iter().map(|text| single(items, kind, text)).collect()
}

fn one_value(property: &Property, texts: &[String]) -> Result<Json, InputError> {
    single(&property.schema, property.kind, one(texts)?)
}

fn single(schema: &Json, kind: Option<PropertyKind>, text: &str) -> Result<Json, InputError> {
    let is_link = schema.get("format").and_then(Json::as_str) == Some("labeled-url");
    match kind {
        Some(PropertyKind::String) => Ok(Json::from(text)),
        Some(PropertyKind::Number) => json(text, "a number", Json::is_number),
        Some(PropertyKind::Boolean) => json(text, "true or false", Json::is_boolean),
        Some(PropertyKind::Object) if is_link && formats::accepts("url", text) == Some(true) => {
            Ok(serde_json::json!({"url": text}))
        }
        Some(PropertyKind::Object) => json(text, "an object in JSON", Json::is_object),
        Some(PropertyKind::Array) => json(text, "a list in JSON", Json::is_array),
        // The type is unknown, so valid JSON is read as JSON.
        None => Ok(serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))),
    }
}

fn json(text: &str, wanted: &'static str, is: impl Fn(&Json) -> bool) -> Result<Json, InputError> {
    let found = serde_json::from_str(text.trim()).ok().filter(is);
    found.ok_or_else(|| InputError::Kind { text: text.to_owned(), wanted })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::blueprint::Blueprint;

    fn given(schema: Json, texts: &[&str]) -> Result<Json, String> {
        let raw = json!({"identifier": "b", "schema": {"properties": {"p": schema}}});
        let (blueprint, _) = Blueprint::from_json(raw).expect("a blueprint");
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let value = parse_value(&blueprint.properties[0], &texts);
        value.map(|value| value.to_json()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_type_is_read_as_the_blueprint_has_it() {
        for (schema, texts, expected) in [
            (json!({"type": "string"}), vec!["012"], json!("012")),
            (json!({"type": "string"}), vec![""], json!("")),
            (json!({"type": "number"}), vec![" 1.5"], json!(1.5)),
            (json!({"type": "number", "enum": [1, 2]}), vec!["2.0"], json!(2.0)),
            (json!({"type": "boolean"}), vec!["true"], json!(true)),
            (json!({"type": "object"}), vec!["{\"a\": [1]}"], json!({"a": [1]})),
            (json!({"type": "object", "format": "labeled-url"}), vec!["https://a.b"], json!({"url": "https://a.b"})),
            (json!({"type": "array"}), vec!["a", "b"], json!(["a", "b"])),
            (json!({"type": "array"}), vec!["[1, \"b\"]"], json!([1, "b"])),
            (json!({"type": "array", "items": {"type": "number"}}), vec!["1", "2"], json!([1, 2])),
            (json!({"type": "array", "items": {"type": "string"}}), vec!["1"], json!(["1"])),
            (json!({"type": "enum"}), vec!["x"], json!("x")),
            (json!({}), vec!["3"], json!(3)),
        ] {
            assert_eq!(given(schema.clone(), &texts), Ok(expected), "{schema} {texts:?}");
        }
    }

    #[test]
    fn what_is_certainly_wrong_is_said_with_what_was_meant() {
        for (schema, texts, words) in [
            (json!({"type": "number"}), vec!["012"], "`012` is not a number"),
            (json!({"type": "boolean"}), vec!["yes"], "`yes` is not true or false"),
            (json!({"type": "object"}), vec!["[]"], "`[]` is not an object in JSON"),
            (json!({"type": "string"}), vec!["a", "b"], "expected one value, found 2"),
            (
                json!({"type": "string", "enum": ["rust", "go"]}),
                vec!["rsut"],
                "`rsut` is not one of rust, go; did you mean `rust`?",
            ),
            (json!({"type": "array", "items": {"enum": ["a", "b"]}}), vec!["[\"a\", \"c\"]"], "`c` is not one of a, b"),
            (
                json!({"type": "string", "format": "url"}),
                vec!["a.b"],
                "`a.b` does not have the format `url` (example: https://git.example.com/team/service)",
            ),
            (json!({"type": "array", "items": {"type": "number"}}), vec!["1", "x"], "`x` is not a number"),
        ] {
            assert_eq!(given(schema.clone(), &texts), Err(words.to_owned()), "{schema}");
        }
    }

    #[test]
    fn targets_are_identifiers() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(parse_targets(true, &texts(&["a", "b/c"])), Ok(texts(&["a", "b/c"])));
        assert_eq!(parse_targets(true, &texts(&["[\"a\", \"b/c\"]"])), Ok(texts(&["a", "b/c"])));
        for wrong in ["[a]", "[\"a b\"]", "[1]", "[\"a\""] {
            assert!(parse_targets(true, &texts(&[wrong])).is_err(), "{wrong}");
        }
        assert!(parse_targets(false, &texts(&["[\"a\"]"])).is_err());
        assert_eq!(parse_targets(false, &texts(&["a", "b"])), Err(InputError::Several { count: 2 }));
        assert!(parse_targets(true, &texts(&["a b"])).is_err_and(|error| error.to_string().contains("`a b`")));
    }
}
