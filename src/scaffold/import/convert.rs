//! Converts a value of the source to the type of a property: links to URLs, numbers to text, a single value to a list. A
//! value that the property does not accept has no place there.

use serde_json::{Value as Json, json};

use super::backstage::placeholder_of;
use crate::domain::blueprint::property_validator::{JsonValidator, Violation};
use crate::domain::blueprint::{Property, PropertyKind};
use crate::text::plural::list;

/// Longer values do not belong in a manifest; the catalog accepts entities of 1 MiB.
pub const MAX_VALUE_BYTES: usize = 256 * 1024;
/// The number of choices that a reason names.
const MAX_CHOICES: usize = 12;
/// The hosts whose project slugs are the path of a URL.
const SLUG_HOSTS: [&str; 3] = ["github.com", "gitlab.com", "bitbucket.org"];

/// The value as the property takes it, or why it does not, as a clause.
pub(super) fn fit(property: &Property, validator: &JsonValidator, field: &str, value: &Json) -> Result<Json, String> {
    if let Some((key, _)) = placeholder_of(value) {
        return Err(format!("the content of its `{key}` was not read"));
    }
    let Some(converted) = convert(&property.schema, property.kind, field, value) else {
        let kind = property.kind.map_or("a value of its type", article);
        return Err(format!("`{}` must be {kind}", property.name));
    };
    let length = converted.to_string().len();
    if length > MAX_VALUE_BYTES {
        return Err(format!("it is larger than {} KiB", MAX_VALUE_BYTES / 1024));
    }
    if refers_to_a_file(&converted) {
        return Err("a `file://` value is not replaced by the content of the file".to_owned());
    }
    let problem = validator.problems(&converted).next().map(|problem| describe(&property.name, &problem.violation));
    problem.map_or(Ok(converted), Err)
}

fn article(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::String => "a text",
        PropertyKind::Number => "a number",
        PropertyKind::Boolean => "true or false",
        PropertyKind::Object => "an object",
        PropertyKind::Array => "a list",
    }
}

fn describe(name: &str, violation: &Violation) -> String {
    match violation {
        Violation::Type { expected } => format!("`{name}` must be of the type {}", expected.join(" or ")),
        Violation::Choice { choices } => {
            let mut words: Vec<String> =
                choices.iter().take(MAX_CHOICES).map(|choice| format!("`{}`", bare(choice))).collect();
            if choices.len() > MAX_CHOICES {
                words.push(format!("{} more", choices.len() - MAX_CHOICES));
            }
            format!("`{name}` must be one of {}", list(&words))
        }
        Violation::Constant { expected } => format!("`{name}` must be `{}`", bare(expected)),
        Violation::Format { format } => format!("`{name}` must have the format `{format}`"),
        Violation::Pattern { pattern } | Violation::CostlyPattern { pattern } => {
            format!("`{name}` must match `{pattern}`")
        }
        Violation::Number { .. } | Violation::Size { .. } => format!("it is outside of the limits of `{name}`"),
        Violation::RepeatedItem => format!("`{name}` must not repeat an item"),
        Violation::MissingKey { key } => format!("`{name}` must have the key `{key}`"),
        Violation::ExtraKeys { .. } | Violation::Other { .. } => format!("`{name}` does not accept it"),
    }
}

fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn convert(schema: &Json, kind: Option<PropertyKind>, field: &str, value: &Json) -> Option<Json> {
    let is_link = schema.get("format").and_then(Json::as_str) == Some("labeled-url");
    match (kind, value) {
        (_, Json::Null) => None,
        (Some(PropertyKind::Array), value) => Some(list_of(schema, field, value)?),
        // A list of one is the value itself.
        (Some(_), Json::Array(items)) => match items.as_slice() {
            [only] => convert(schema, kind, field, only),
            _ => None,
        },
        (Some(PropertyKind::String), value) => text(schema, field, value).map(Json::String),
        (Some(PropertyKind::Number), Json::Number(_)) | (Some(PropertyKind::Boolean), Json::Bool(_)) => {
            Some(value.clone())
        }
        (Some(PropertyKind::Number), Json::String(text)) => {
            serde_json::from_str(text.trim()).ok().filter(Json::is_number)
        }
        (Some(PropertyKind::Boolean), Json::String(text)) => {
            serde_json::from_str(text.trim()).ok().filter(Json::is_boolean)
        }
        (Some(PropertyKind::Object), value) if is_link => labeled_url(field, value),
        (Some(PropertyKind::Object), Json::Object(_)) => Some(value.clone()),
        (Some(PropertyKind::Object), Json::String(text)) => serde_json::from_str(text).ok().filter(Json::is_object),
        (Some(PropertyKind::Number | PropertyKind::Boolean | PropertyKind::Object), _) => None,
        (None, value) => Some(value.clone()),
    }
}

fn list_of(schema: &Json, field: &str, value: &Json) -> Option<Json> {
    let items = schema.get("items").unwrap_or(&Json::Null);
    let kind = items.get("type").and_then(Json::as_str).and_then(PropertyKind::parse);
    let single = std::slice::from_ref(value);
    let values = value.as_array().map_or(single, Vec::as_slice);
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        let item = match kind {
            Some(_) => convert(items, kind, field, value)?,
            None => labeled_url(field, value).unwrap_or_else(|| value.clone()),
        };
        let is_repeated = schema.get("uniqueItems") == Some(&Json::Bool(true)) && all.contains(&item);
        if !is_repeated {
            all.push(item);
        }
    }
    Some(Json::Array(all))
}

fn text(schema: &Json, field: &str, value: &Json) -> Option<String> {
    let is_url = schema.get("format").and_then(Json::as_str) == Some("url");
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => value.to_string(),
        Json::Object(map) if is_url => map.get("url")?.as_str()?.to_owned(),
        Json::Object(_) | Json::Array(_) | Json::Null => return None,
    };
    if is_url {
        return Some(url(field, &text));
    }
    let choices = schema.get("enum").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut texts = choices.iter().filter_map(Json::as_str);
    if texts.clone().any(|choice| choice == text) {
        return Some(text);
    }
    // `Production` is the choice `production`.
    Some(texts.find(|choice| choice.eq_ignore_ascii_case(&text)).map_or(text, str::to_owned))
}

/// The URL of a location (`url:https://…`) or of a project (`github.com/project-slug: acme/cart`).
fn url(field: &str, text: &str) -> String {
    if let Some(host) =
        field.strip_suffix("/project-slug").and_then(|field| field.strip_prefix("metadata.annotations."))
        && SLUG_HOSTS.contains(&host)
        && !text.contains("://")
    {
        return format!("https://{host}/{}", text.trim_matches('/'));
    }
    text.strip_prefix("url:").unwrap_or(text).to_owned()
}

/// A link in the catalog's form.
fn labeled_url(field: &str, value: &Json) -> Option<Json> {
    match value {
        Json::String(text) if text.contains("://") => Some(json!({"url": url(field, text)})),
        Json::Object(map) => {
            let url = map.get("url").and_then(Json::as_str)?;
            let title = map.get("title").or_else(|| map.get("displayText")).and_then(Json::as_str);
            Some(match title {
                Some(title) => json!({"url": url, "displayText": title}),
                None => json!({"url": url}),
            })
        }
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => None,
    }
}

/// Lint refuses such values, because portolan does not read the file.
fn refers_to_a_file(value: &Json) -> bool {
    match value {
        Json::String(text) => text.starts_with("file://"),
        Json::Array(items) => items.iter().any(refers_to_a_file),
        Json::Object(map) => map.values().any(refers_to_a_file),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::blueprint::Blueprint;

    fn fitted(schema: Json, field: &str, value: Json) -> Result<Json, String> {
        let raw = json!({"identifier": "b", "schema": {"properties": {"p": schema}}});
        let (blueprint, _) = Blueprint::from_json(raw).expect("a blueprint");
        let property = &blueprint.properties[0];
        fit(property, &JsonValidator::new(property), field, &value)
    }

    #[test]
    fn a_value_takes_the_form_of_the_property() {
        let link = json!({"url": "https://a.b/c", "title": "Board", "icon": "dashboard"});
        let slug = "metadata.annotations.github.com/project-slug";
        for (schema, field, value, expected) in [
            (json!({"type": "string"}), "spec.x", json!(12), json!("12")),
            (json!({"type": "string"}), "spec.x", json!(["a"]), json!("a")),
            (
                json!({"type": "string", "enum": ["production"]}),
                "spec.lifecycle",
                json!("Production"),
                json!("production"),
            ),
            (
                json!({"type": "string", "format": "url"}),
                slug,
                json!("acme/cart"),
                json!("https://github.com/acme/cart"),
            ),
            (json!({"type": "string", "format": "url"}), "x", json!("url:https://a.b/c"), json!("https://a.b/c")),
            (json!({"type": "string", "format": "url"}), "x", link.clone(), json!("https://a.b/c")),
            (json!({"type": "string"}), slug, json!("acme/cart"), json!("acme/cart")),
            (json!({"type": "number"}), "x", json!("3"), json!(3)),
            (json!({"type": "boolean"}), "x", json!("true"), json!(true)),
            (json!({"type": "array", "items": {"type": "string"}}), "x", json!("a"), json!(["a"])),
            (
                json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
                "x",
                json!(["a", "a"]),
                json!(["a"]),
            ),
            (
                json!({"type": "array", "items": {"type": "string", "format": "url"}}),
                "x",
                json!([link]),
                json!(["https://a.b/c"]),
            ),
            (json!({"type": "array"}), "x", json!([link]), json!([{"url": "https://a.b/c", "displayText": "Board"}])),
            (
                json!({"type": "object", "format": "labeled-url"}),
                "x",
                json!([link]),
                json!({"url": "https://a.b/c", "displayText": "Board"}),
            ),
            (json!({"type": "object"}), "x", json!("{\"a\": 1}"), json!({"a": 1})),
            (json!({}), "x", json!(["a", 1]), json!(["a", 1])),
        ] {
            assert_eq!(fitted(schema.clone(), field, value.clone()), Ok(expected), "{schema} {value}");
        }
    }

    #[test]
    fn what_does_not_fit_has_a_reason() {
        for (schema, value, part) in [
            (json!({"type": "string"}), json!(["a", "b"]), "must be a text"),
            (json!({"type": "number"}), json!("three"), "must be a number"),
            (json!({"type": "string", "enum": ["a", "b"]}), json!("c"), "must be one of `a` and `b`"),
            (json!({"type": "string", "format": "url"}), json!("nowhere"), "must have the format `url`"),
            (json!({"type": "string", "pattern": "^x"}), json!("y"), "must match `^x`"),
            (json!({"type": "string", "maxLength": 1}), json!("yy"), "limits"),
            (json!({"type": "string"}), json!("file://a"), "`file://`"),
            (json!({"type": "string"}), json!({"$text": "./a.yaml"}), "`$text`"),
            (json!({"type": "string"}), json!("x".repeat(MAX_VALUE_BYTES)), "256 KiB"),
            (json!({"type": "object"}), json!("[]"), "must be an object"),
        ] {
            let reason = fitted(schema.clone(), "x", value).expect_err("it does not fit");
            assert!(reason.contains(part), "{schema}: {reason}");
        }
    }
}
