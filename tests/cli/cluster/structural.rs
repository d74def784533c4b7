//! A checker of CustomResourceDefinitions: whether an API server accepts one, by the rules of structural schemas.

use serde_json::{Map, Value, json};

/// Keywords that the API server refuses everywhere.
const FORBIDDEN: [&str; 12] = [
    "$ref",
    "definitions",
    "dependencies",
    "patternProperties",
    "id",
    "additionalItems",
    "deprecated",
    "readOnly",
    "writeOnly",
    "xml",
    "discriminator",
    "const",
];
const TYPES: [&str; 6] = ["object", "array", "string", "integer", "number", "boolean"];
const JUNCTORS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// What an API server would refuse in a definition; empty if it accepts it.
pub fn faults(definition: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let text = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let name = format!("{}.{}", text("/spec/names/plural"), text("/spec/group"));
    if text("/metadata/name") != name {
        faults.push(format!("its name must be {name}"));
    }
    let versions = definition["spec"]["versions"].as_array().cloned().unwrap_or_default();
    if versions.iter().filter(|version| version["storage"] == true).count() != 1 {
        faults.push("one version must be stored".to_owned());
    }
    for version in &versions {
        let schema = &version["schema"]["openAPIV3Schema"];
        check(schema, "", &mut faults);
        for key in ["nullable", "additionalProperties"].into_iter().filter(|key| schema.get(key).is_some()) {
            faults.push(format!("`{key}` at the root"));
        }
        let metadata = schema.pointer("/properties/metadata/properties").and_then(Value::as_object);
        for key in metadata.into_iter().flat_map(Map::keys).filter(|key| *key != "name" && *key != "generateName") {
            faults.push(format!("metadata.{key} is restricted"));
        }
    }
    faults
}

fn check(schema: &Value, at: &str, faults: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { return faults.push(format!("{at}: no schema")) };
    let mut fault = |words: &str| faults.push(format!("{at}: {words}"));
    let is = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let is_open = is("x-kubernetes-preserve-unknown-fields") || is("x-kubernetes-int-or-string");
    match schema.get("type") {
        None if is_open => {}
        None => fault("no type"),
        Some(found) if !TYPES.iter().any(|known| found == known) => fault("an unknown type"),
        Some(_) => {}
    }
    for key in FORBIDDEN.iter().filter(|key| schema.contains_key(**key)) {
        fault(&format!("`{key}`"));
    }
    if schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(false)) {
        fault("preserve-unknown-fields is false");
    }
    if is("uniqueItems") {
        fault("`uniqueItems`");
    }
    if is("nullable") && schema.contains_key("enum") {
        fault("an enum never accepts null");
    }
    for key in ["exclusiveMinimum", "exclusiveMaximum"] {
        if schema.get(key).is_some_and(|value| !value.is_boolean()) {
            fault(&format!("`{key}` is no boolean"));
        }
    }
    if schema.contains_key("properties") && schema.contains_key("additionalProperties") {
        fault("additionalProperties beside properties");
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    if ["(?=", "(?!", "(?<"].iter().any(|look| pattern.contains(look)) {
        fault("a pattern that RE2 does not have");
    }
    for rule in schema.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten() {
        let has_lines = |key: &str| rule.get(key).and_then(Value::as_str).is_some_and(|text| text.contains('\n'));
        if rule.get("rule").is_none() || has_lines("message") || (has_lines("rule") && rule.get("message").is_none()) {
            fault("a rule that is incomplete");
        }
    }
    let own = schema.get("properties").and_then(Value::as_object);
    for junctor in JUNCTORS {
        for branch in schema.get(junctor).and_then(Value::as_array).into_iter().flatten() {
            check_junctor(branch, own, &format!("{at}.{junctor}"), faults);
        }
    }
    if let Some(not) = schema.get("not") {
        check_junctor(not, own, &format!("{at}.not"), faults);
    }
    for (key, property) in own.into_iter().flatten() {
        check(property, &format!("{at}.{key}"), faults);
    }
    for key in ["items", "additionalProperties"] {
        match schema.get(key) {
            None | Some(Value::Bool(_)) if key != "items" => {}
            None => {}
            Some(inner) => check(inner, &format!("{at}[]"), faults),
        }
    }
}

fn check_junctor(branch: &Value, own: Option<&Map<String, Value>>, at: &str, faults: &mut Vec<String>) {
    let is_refused = |key: &str| {
        ["type", "description", "default", "additionalProperties", "nullable", "title"].contains(&key)
            || key.starts_with("x-")
    };
    for key in branch.as_object().into_iter().flat_map(Map::keys).filter(|key| is_refused(key)) {
        faults.push(format!("{at}: `{key}`"));
    }
    for key in branch.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        if own.is_none_or(|own| !own.contains_key(key)) {
            faults.push(format!("{at}: `{key}` is not declared outside"));
        }
    }
}

#[test]
fn the_checker_finds_what_an_api_server_refuses() {
    let of = |spec: Value| {
        json!({"metadata": {"name": "as.b"}, "spec": {"group": "b", "names": {"plural": "as"}, "versions": [
            {"storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}]}})
    };
    for (schema, expected) in [
        (json!({"properties": {}}), "no type"),
        (json!({"type": ["string", "null"]}), "an unknown type"),
        (json!({"type": "object", "properties": {"a": {}}}), ".a: no type"),
        (json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}}), "`uniqueItems`"),
        (json!({"type": "array", "items": [{"type": "string"}]}), "no schema"),
        (json!({"type": "number", "exclusiveMinimum": 1}), "no boolean"),
        (json!({"type": "string", "nullable": true, "enum": ["a"]}), "never accepts null"),
        (json!({"type": "object", "properties": {}, "additionalProperties": false}), "beside properties"),
        (json!({"type": "string", "pattern": "^(?!a)"}), "RE2"),
        (json!({"type": "object", "anyOf": [{"type": "string"}]}), "anyOf: `type`"),
        (json!({"type": "object", "oneOf": [{"properties": {"a": {}}}]}), "`a` is not declared outside"),
        (json!({"type": "string", "x-kubernetes-validations": [{"message": "a"}]}), "incomplete"),
        (json!({"type": "object", "x-kubernetes-preserve-unknown-fields": false}), "is false"),
    ] {
        let found = faults(&of(schema.clone()));
        assert!(found.len() == 1 && found[0].contains(expected), "{schema}: {found:?}");
    }
    let fine = json!({"type": "object", "properties": {
        "a": {"nullable": true, "x-kubernetes-preserve-unknown-fields": true},
        "b": {"type": "array", "items": {"type": "string", "maxLength": 3}},
        "c": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "exclusiveMinimum": true}}}});
    assert_eq!(faults(&of(fine)), [""; 0]);
    let mut renamed = of(json!({"type": "object"}));
    renamed["metadata"]["name"] = json!("b.as");
    renamed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["nullable"] = json!(true);
    assert_eq!(faults(&renamed), ["its name must be as.b", "`nullable` at the root"]);
}
