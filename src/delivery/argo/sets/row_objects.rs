//! The objects that a YAML text holds for rows: those of a file, or of `elementsYaml`.

use super::template::value::GoMap;
use super::template::{GoValue, Stop};
use crate::delivery::go_json::kind_word;
use crate::delivery::reading::{Dialect, json};
use crate::delivery::repository::Repository;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::tree::{Kind, Value};

/// The objects of a YAML text: a mapping, or a list of them. `may_be_one`: a mapping is one object.
pub(super) fn objects_of(repository: &Repository<'_>, text: &str, may_be_one: bool) -> Result<Vec<GoMap>, Stop> {
    let mut result = None;
    repository.documents(text, &mut |document| {
        // Only the first document is read.
        result.get_or_insert_with(|| {
            let Some(root) = document.value else {
                let (message, _) = document.syntax_fault();
                return Err(Stop::Fault(format!("error converting YAML to JSON: yaml: {message}")));
            };
            if document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::NotJson { .. })) {
                return Err(Stop::fault("error converting YAML to JSON: json: unsupported value"));
            }
            read_objects(root, may_be_one)
        });
    });
    result.unwrap_or_else(|| Ok(if may_be_one { vec![GoMap::default()] } else { Vec::new() }))
}

fn read_objects(root: Value<'_>, may_be_one: bool) -> Result<Vec<GoMap>, Stop> {
    let object = |value: Value<'_>| match GoValue::of_json(&json(value, Dialect::Kubectl)) {
        GoValue::Map(map) => Some(map),
        GoValue::Nil => Some(GoMap::default()),
        _ => None,
    };
    let wrong = |value: Value<'_>, wanted: &str| {
        let found = kind_word(value);
        let text = format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type {wanted}"
        );
        Err(Stop::Fault(text))
    };
    match root.kind() {
        Kind::List => {
            let mut objects = Vec::new();
            for item in root.items() {
                match object(item) {
                    Some(map) => objects.push(map),
                    None => return wrong(item, "map[string]interface {}"),
                }
            }
            Ok(objects)
        }
        Kind::Null if !may_be_one => Ok(Vec::new()),
        Kind::Map | Kind::Null if may_be_one => Ok(object(root).into_iter().collect()),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Map => wrong(root, "[]map[string]interface {}"),
    }
}
