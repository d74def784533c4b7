//! What a blueprint's body must look like, whatever else is stored. The words are those of the platform's schema
//! checker; keys that the platform does not know are no fault at the top, and are one inside.

use serde_json::{Map, Value};

use crate::catalog::wire::Refusal;
use crate::catalog::wire::body::{must_be, needs, only, path};
use crate::domain::identifier::{BLUEPRINT_IDENTIFIER_MAX, check_blueprint_identifier};

const TYPES: [&str; 5] = ["string", "number", "boolean", "object", "array"];
const FORMATS: [&str; 14] = [
    "date-time",
    "url",
    "email",
    "idn-email",
    "ipv4",
    "ipv6",
    "markdown",
    "yaml",
    "user",
    "blueprints",
    "team",
    "timer",
    "proto",
    "labeled-url",
];
const SPECS: [&str; 3] = ["open-api", "embedded-url", "async-api"];
const TITLE_MAX: usize = 100;
const DESCRIPTION_MAX: usize = 200;
/// The kinds of computed properties; each is a map of its own in the body.
pub(in crate::catalog::store) const COMPUTED: [&str; 3] =
    ["mirrorProperties", "calculationProperties", "aggregationProperties"];

/// Checks a whole body: of a POST, of a PUT, or what a PATCH would make.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let body = body.as_object().ok_or_else(|| Refusal::invalid("\"body\" must be object"))?;
    needs(body, "", &["identifier", "title", "schema"])?;
    let identifier = text(body, "", "identifier")?.unwrap_or_default();
    if check_blueprint_identifier(identifier).is_err() {
        return Err(identifier_fault(identifier));
    }
    let title = text(body, "", "title")?.unwrap_or_default();
    if title.is_empty() {
        return Err(Refusal::invalid("\"title\" must NOT have fewer than 1 characters"));
    }
    at_most(title, TITLE_MAX, "title")?;
    at_most(text(body, "", "description")?.unwrap_or_default(), DESCRIPTION_MAX, "description")?;
    text(body, "", "icon")?;
    schema(body)?;
    relations(body)?;
    for (key, check) in COMPUTED.into_iter().zip([mirror as Check, calculation, aggregation]) {
        each(body, key, check)?;
    }
    ownership(body)?;
    one_name_once(body)
}

type Check = fn(&Map<String, Value>, &str) -> Result<(), Refusal>;

/// A new name for a property, a relation or a mirror property.
pub(super) fn check_key(key: &str, at: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '_' | '=' | '\\' | '-');
    at_most(key, BLUEPRINT_IDENTIFIER_MAX, at)?;
    if key.is_empty() || !key.chars().all(legal) {
        return Err(Refusal::invalid(format!("\"{at}\" must match pattern \"^[A-Za-z0-9@_=\\\\-]+$\"")));
    }
    Ok(())
}

fn identifier_fault(identifier: &str) -> Refusal {
    if identifier.chars().count() > BLUEPRINT_IDENTIFIER_MAX {
        return Refusal::invalid(format!(
            "\"identifier\" must NOT have more than {BLUEPRINT_IDENTIFIER_MAX} characters"
        ));
    }
    Refusal::invalid("\"identifier\" must match pattern \"^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/-]+$\"")
}

fn schema(body: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(schema) = object(body, "", "schema")? else { return Ok(()) };
    only(schema, "schema", &["properties", "required"])?;
    needs(schema, "schema", &["properties"])?;
    let properties = object(schema, "schema", "properties")?.cloned().unwrap_or_default();
    for (name, property) in &properties {
        let at = format!("schema/properties/{name}");
        check_key(name, &at)?;
        let property = property.as_object().ok_or_else(|| must_be("object", &at))?;
        needs(property, &at, &["type"])?;
        typed(property, &at, true)?;
        defaulted(property, &at)?;
        if property.get("type").and_then(Value::as_str) == Some("array")
            && let Some(items) = object(property, &at, "items")?
        {
            typed(items, &format!("{at}/items"), false)?;
        }
    }
    for (position, name) in strings(schema, "schema", "required")?.iter().enumerate() {
        if !properties.contains_key(*name) {
            return Err(Refusal::invalid(format!(
                "\"schema/required/{position}\" names the property \"{name}\", which is not in \"schema/properties\""
            )));
        }
    }
    Ok(())
}

/// Type, format and spec of a property or of the items of a list.
fn typed(property: &Map<String, Value>, at: &str, titled: bool) -> Result<(), Refusal> {
    one_of(property, at, "type", &TYPES)?;
    one_of(property, at, "format", &FORMATS)?;
    one_of(property, at, "spec", &SPECS)?;
    if titled {
        at_most(text(property, at, "title")?.unwrap_or_default(), TITLE_MAX, &format!("{at}/title"))?;
        text(property, at, "description")?;
        text(property, at, "icon")?;
    }
    if let Some(choices) = property.get("enum") {
        let choices = choices.as_array().ok_or_else(|| must_be("array", &format!("{at}/enum")))?;
        if choices.is_empty() {
            return Err(Refusal::invalid(format!("\"{at}/enum\" must NOT have fewer than 1 items")));
        }
    }
    if let Some(pattern) = text(property, at, "pattern")?
        && jsonschema::validator_for(&serde_json::json!({"pattern": pattern})).is_err()
    {
        return Err(Refusal::invalid(format!("\"{at}/pattern\" must match format \"regex\"")));
    }
    Ok(())
}

/// A default that the property itself would refuse could never be stored.
fn defaulted(property: &Map<String, Value>, at: &str) -> Result<(), Refusal> {
    let Some(default) = property.get("default").filter(|default| !default.is_null()) else { return Ok(()) };
    let word = property.get("type").and_then(Value::as_str).unwrap_or_default();
    let fits = match default {
        Value::Null => true,
        Value::Bool(_) => word == "boolean",
        Value::Number(_) => word == "number",
        Value::String(_) => word == "string",
        Value::Array(_) => word == "array",
        Value::Object(_) => word == "object",
    };
    if fits { Ok(()) } else { Err(must_be(word, &format!("{at}/default"))) }
}

fn relations(body: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(relations) = object(body, "", "relations")? else { return Ok(()) };
    let reserved: Vec<&String> = relations.keys().filter(|name| name.starts_with('_')).collect();
    if !reserved.is_empty() {
        return Err(Refusal::new(422, "system_identifier_error", "Relation identifiers cannot start with \"_\"")
            .with_details(serde_json::json!({"identifiers": reserved})));
    }
    for (name, relation) in relations {
        let at = format!("relations/{name}");
        check_key(name, &at)?;
        let relation = relation.as_object().ok_or_else(|| must_be("object", &at))?;
        only(relation, &at, &["title", "target", "required", "many", "description", "type"])?;
        needs(relation, &at, &["target"])?;
        at_most(text(relation, &at, "title")?.unwrap_or_default(), TITLE_MAX, &format!("{at}/title"))?;
        text(relation, &at, "target")?;
        text(relation, &at, "description")?;
        if flag(relation, &at, "required")? && flag(relation, &at, "many")? {
            return Err(Refusal::invalid(format!(
                "Relation \"{name}\" cannot be both \"required\" and \"many\": a required relation points to one entity"
            )));
        }
    }
    Ok(())
}

fn each(body: &Map<String, Value>, key: &str, check: Check) -> Result<(), Refusal> {
    for (name, property) in object(body, "", key)?.into_iter().flatten() {
        let at = format!("{key}/{name}");
        check_key(name, &at)?;
        let property = property.as_object().ok_or_else(|| must_be("object", &at))?;
        at_most(text(property, &at, "title")?.unwrap_or_default(), TITLE_MAX, &format!("{at}/title"))?;
        check(property, &at)?;
    }
    Ok(())
}

fn mirror(property: &Map<String, Value>, at: &str) -> Result<(), Refusal> {
    only(property, at, &["path", "title"])?;
    needs(property, at, &["path"])?;
    let path = text(property, at, "path")?.unwrap_or_default();
    let hops = path.split('.').collect::<Vec<_>>();
    if hops.len() < 2 || hops.iter().any(|hop| hop.is_empty()) {
        return Err(Refusal::invalid(format!(
            "\"{at}/path\" must match pattern \"^(?:[A-Za-z0-9@_=\\-$]+\\.)+?(\\w|\\$|@|-)*?[^\\.]+$\""
        )));
    }
    Ok(())
}

fn calculation(property: &Map<String, Value>, at: &str) -> Result<(), Refusal> {
    let known = [
        "title",
        "description",
        "icon",
        "calculation",
        "type",
        "format",
        "spec",
        "specAuthentication",
        "colorized",
        "colors",
        "items",
    ];
    only(property, at, &known)?;
    needs(property, at, &["calculation", "type"])?;
    text(property, at, "calculation")?;
    typed(property, at, true)
}

fn aggregation(property: &Map<String, Value>, at: &str) -> Result<(), Refusal> {
    let known = ["title", "description", "icon", "type", "target", "calculationSpec", "query", "pathFilter"];
    only(property, at, &known)?;
    needs(property, at, &["title", "target", "calculationSpec"])?;
    text(property, at, "target")?;
    let spec = object(property, at, "calculationSpec")?.cloned().unwrap_or_default();
    let at = format!("{at}/calculationSpec");
    needs(&spec, &at, &["func", "calculationBy"])?;
    one_of(&spec, &at, "calculationBy", &["entities", "property"])?;
    one_of(&spec, &at, "func", &["count", "average", "sum", "min", "max", "median"])
}

fn ownership(body: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(ownership) = object(body, "", "ownership")? else { return Ok(()) };
    needs(ownership, "ownership", &["type"])?;
    one_of(ownership, "ownership", "type", &["Direct", "Inherited"])?;
    if text(ownership, "ownership", "type")? == Some("Inherited") {
        needs(ownership, "ownership", &["path"])?;
        text(ownership, "ownership", "path")?;
    }
    Ok(())
}

/// Stored and computed values are answered in one object, so a name can only be one of them.
fn one_name_once(body: &Map<String, Value>) -> Result<(), Refusal> {
    let properties = body.get("schema").and_then(|schema| schema.get("properties"));
    let maps = [properties].into_iter().chain(COMPUTED.iter().map(|key| body.get(*key)));
    let mut seen = std::collections::HashSet::new();
    for name in maps.flatten().filter_map(Value::as_object).flat_map(Map::keys) {
        if !seen.insert(name) {
            return Err(Refusal::invalid(format!("the identifier \"{name}\" is given to more than one property")));
        }
    }
    Ok(())
}

fn text<'a>(map: &'a Map<String, Value>, at: &str, key: &str) -> Result<Option<&'a str>, Refusal> {
    let Some(value) = map.get(key) else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| must_be("string", &path(at, key)))
}

fn flag(map: &Map<String, Value>, at: &str, key: &str) -> Result<bool, Refusal> {
    let Some(value) = map.get(key) else { return Ok(false) };
    value.as_bool().ok_or_else(|| must_be("boolean", &path(at, key)))
}

fn object<'a>(map: &'a Map<String, Value>, at: &str, key: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    let Some(value) = map.get(key) else { return Ok(None) };
    value.as_object().map(Some).ok_or_else(|| must_be("object", &path(at, key)))
}

fn strings<'a>(map: &'a Map<String, Value>, at: &str, key: &str) -> Result<Vec<&'a str>, Refusal> {
    let Some(value) = map.get(key) else { return Ok(Vec::new()) };
    let items = value.as_array().ok_or_else(|| must_be("array", &path(at, key)))?;
    let item = |(position, item): (usize, &'a Value)| {
        item.as_str().ok_or_else(|| must_be("string", &format!("{}/{position}", path(at, key))))
    };
    items.iter().enumerate().map(item).collect()
}

fn one_of(map: &Map<String, Value>, at: &str, key: &str, choices: &[&str]) -> Result<(), Refusal> {
    match text(map, at, key)? {
        Some(word) if !choices.contains(&word) => {
            let at = path(at, key);
            Err(Refusal::invalid(format!("\"{at}\" must be equal to one of the allowed values"))
                .with_details(serde_json::json!({"allowedValues": choices})))
        }
        Some(_) | None => Ok(()),
    }
}

fn at_most(text: &str, max: usize, at: &str) -> Result<(), Refusal> {
    if text.chars().count() > max {
        return Err(Refusal::invalid(format!("\"{at}\" must NOT have more than {max} characters")));
    }
    Ok(())
}
