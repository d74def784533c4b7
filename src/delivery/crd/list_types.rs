//! The types of lists and maps in a schema, `x-kubernetes-list-type` and its kin, and the form of rules in CEL.

use super::fault::Fault;
use super::keyword::Keyword;
use super::path::{Path, Step};
use super::schema::{Rule, Schema, Type};
use super::written::{Written, at};

const REASONS: [&str; 4] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

pub fn check(written: Written<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let schema = written.schema;
    if let Some(map_type) = schema.map_type() {
        check_type(written, Type::Object, Keyword::MapType, path, faults);
        check_choice(written, Keyword::MapType, map_type, &["atomic", "granular"], path, faults);
    }
    if let Some(list_type) = schema.list_type() {
        if !check_type(written, Type::Array, Keyword::ListType, path, faults) && list_type == "set" {
            check_set(written, path, faults);
        }
        check_choice(written, Keyword::ListType, list_type, &["atomic", "set", "map"], path, faults);
    }
    if !schema.map_keys().is_empty() && schema.list_type() != Some("map") {
        let start = if schema.list_type().is_none() { "Required value" } else { "Invalid value" };
        let text = format!("{start}: must be map if x-kubernetes-list-map-keys is non-empty");
        faults.push(at(written, path, Keyword::ListType, text));
    }
    if schema.list_type() == Some("map") {
        check_map(written, path, faults);
    }
    if let (Some(list_type @ ("set" | "map")), Some(items)) = (schema.list_type(), &schema.items)
        && items.is_nullable()
    {
        let text = format!("Forbidden: cannot be nullable when x-kubernetes-list-type is {list_type}");
        push_below(written, path, &[Step::Field("items"), Step::Field("nullable")], &text, faults);
    }
    check_rules(written, path, faults);
}

/// Whether the type is wrong.
fn check_type(written: Written<'_>, expected: Type, by: Keyword, path: &Path<'_>, faults: &mut Vec<Fault>) -> bool {
    let schema = written.schema;
    let is_wrong = schema.type_name != expected;
    if is_wrong {
        let found = schema.type_name.name();
        let start = if found.is_empty() { "Required value".to_owned() } else { format!("Invalid value: {found:?}") };
        let text = format!("{start}: must be {} if {} is specified", expected.name(), by.name());
        faults.push(at(written, path, Keyword::Type, text));
    }
    is_wrong
}

fn check_choice(
    written: Written<'_>,
    keyword: Keyword,
    found: &str,
    choices: &[&str],
    path: &Path<'_>,
    faults: &mut Vec<Fault>,
) {
    if !choices.contains(&found) {
        let shown: Vec<String> = choices.iter().map(|choice| format!("{choice:?}")).collect();
        let text = format!("Unsupported value: {found:?}: supported values: {}", shown.join(", "));
        faults.push(at(written, path, keyword, text));
    }
}

/// Items of a set must be compared as a whole.
fn check_set(written: Written<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let Some(items) = &written.schema.items else { return };
    let keyword = match (&items.type_name, items.list_type(), items.map_type()) {
        (Type::Array, Some(list_type), _) if list_type != "atomic" => Keyword::ListType,
        (Type::Object, _, map_type) if map_type != Some("atomic") => Keyword::MapType,
        _ => return,
    };
    let text = "Invalid value: must be atomic as item of a list with x-kubernetes-list-type=set";
    push_below(written, path, &[Step::Field("items"), Step::Field(keyword.name())], text, faults);
}

fn check_map(written: Written<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let schema = written.schema;
    let keys = schema.map_keys();
    if keys.is_empty() {
        let text = "Required value: must not be empty if x-kubernetes-list-type is map";
        faults.push(at(written, path, Keyword::ListMapKeys, text));
    }
    let Some(items) = &schema.items else {
        let text = "Required value: must have a schema if x-kubernetes-list-type is map";
        faults.push(at(written, path, Keyword::Items, text));
        return;
    };
    if items.type_name != Type::Object {
        let text = format!(
            "Invalid value: {:?}: must be object if parent array's x-kubernetes-list-type is map",
            items.type_name.name()
        );
        push_below(written, path, &[Step::Field("items"), Step::Field("type")], &text, faults);
    }
    for (at_key, key) in keys.iter().enumerate() {
        if keys[..at_key].contains(key) {
            let text = "Invalid value: must not contain duplicate entries";
            faults.push(at(written, path, Keyword::ListMapKeys, text));
        }
        check_key(written, items, key, path, faults);
    }
}

fn check_key(written: Written<'_>, items: &Schema, key: &str, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let Some(property) = items.properties.get(key) else {
        if items.type_name == Type::Object {
            let text = "Invalid value: entries must all be names of item properties";
            faults.push(at(written, path, Keyword::ListMapKeys, text));
        }
        return;
    };
    let mut push = |keyword: Keyword, text: &str| {
        let steps = [Step::Field("items"), Step::Field("properties"), Step::Key(key), Step::Field(keyword.name())];
        push_below(written, path, &steps, text, faults);
    };
    if matches!(property.type_name, Type::Array | Type::Object) {
        push(Keyword::Type, "Invalid value: must be a scalar type if parent array's x-kubernetes-list-type is map");
    }
    if property.default.is_none() && items.required.iter().all(|name| name.as_ref() != key) {
        let text = "Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a \
                    required property";
        push(Keyword::Default, text);
    }
    if property.is_nullable() {
        push(Keyword::Nullable, "Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
    }
}

fn check_rules(written: Written<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    for (at, rule) in written.schema.rules.iter().enumerate() {
        for (field, text) in rule_faults(rule) {
            let steps = [Step::Field(Keyword::Validations.name()), Step::Index(at), Step::Field(field)];
            push_below(written, path, &steps, text, faults);
        }
    }
}

fn rule_faults(rule: &Rule) -> Vec<(&'static str, &'static str)> {
    let has_lines = |text: &str| text.contains(['\n', '\r']);
    let is_blank = |text: &str| !text.is_empty() && text.trim().is_empty();
    let [text, message] = [rule.rule.trim(), rule.message.trim()];
    let mut faults = Vec::new();
    if text.is_empty() {
        faults.push(("rule", "Required value: rule is not specified"));
    } else if is_blank(&rule.message) {
        faults.push(("message", "Invalid value: must be non-empty if specified"));
    } else if has_lines(message) {
        faults.push(("message", "Invalid value: must not contain line breaks"));
    } else if has_lines(text) && message.is_empty() {
        faults.push(("message", "Required value: message must be specified if rule contains line breaks"));
    }
    if is_blank(&rule.message_expression) {
        faults.push(("messageExpression", "Required value: messageExpression must be non-empty if specified"));
    }
    if rule.reason.as_ref().is_some_and(|reason| !REASONS.contains(&reason.as_str())) {
        let text = "Unsupported value: supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \
                    \"FieldValueInvalid\", \"FieldValueRequired\"";
        faults.push(("reason", text));
    }
    if is_blank(&rule.field_path) || has_lines(&rule.field_path) {
        faults.push(("fieldPath", "Invalid value: must be a valid path"));
    }
    faults
}

/// Adds a fault at steps below a schema, at the last of them that the document has.
fn push_below(written: Written<'_>, path: &Path<'_>, steps: &[Step<'_>], text: &str, faults: &mut Vec<Fault>) {
    faults.push(Fault::below(written.node, path, steps, text));
}
