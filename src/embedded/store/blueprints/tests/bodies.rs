//! Tests which blueprint bodies are accepted, and the messages for the others.

use serde_json::{Value, json};

use super::{bare, create, refusal, store, writer};

/// The body of `bare("a")` with one part set.
fn with(pointer: &[&str], value: Value) -> Value {
    let mut body = bare("a");
    let mut at = &mut body;
    for key in pointer {
        at = &mut at[*key];
    }
    *at = value;
    body
}

#[test]
fn a_body_is_answered_whole_with_its_record() {
    let store = store();
    let body = json!({
        "title": "Service", "identifier": "service", "colour": "kept", "createdAt": "1999-01-01T00:00:00.000Z",
        "schema": {"properties": {"tier": {"type": "number"}}},
        "relations": {"self": {"target": "service"}},
    });
    let answer = create(&store, body);
    let expected = json!({
        "identifier": "service", "title": "Service",
        "schema": {"properties": {"tier": {"type": "number"}}, "required": []},
        "mirrorProperties": {}, "calculationProperties": {}, "aggregationProperties": {},
        "relations": {"self": {"target": "service", "required": false, "many": false}},
        "colour": "kept",
        "createdAt": "2023-11-14T22:13:20.000Z", "createdBy": "client",
        "updatedAt": "2023-11-14T22:13:20.000Z", "updatedBy": "client",
    });
    assert_eq!(answer.to_string(), expected.to_string(), "the same keys in the same order");
    assert_eq!(store.blueprint("service").expect("it is there"), expected);
    let names: Vec<Value> =
        store.blueprints().expect("they can be read").iter().map(|body| body["identifier"].clone()).collect();
    assert_eq!(names, ["_rule", "_rule_result", "_scorecard", "_team", "_user", "service"]);
}

#[test]
fn what_is_no_blueprint_is_refused_in_the_platforms_words() {
    let cases = [
        (json!([]), "\"body\" must be object"),
        (json!({"identifier": "a", "title": "A"}), "must have required property 'schema'"),
        (with(&["schema"], json!({})), "\"schema\" must have required property 'properties'"),
        (
            with(&["schema", "extra"], json!(1)),
            "\"schema\" must NOT have additional properties, additional property: \"extra\"",
        ),
        (with(&["title"], json!("")), "\"title\" must NOT have fewer than 1 characters"),
        (with(&["title"], json!("é".repeat(101))), "\"title\" must NOT have more than 100 characters"),
        (with(&["title"], json!(null)), "\"title\" must be string"),
        (with(&["description"], json!("x".repeat(201))), "\"description\" must NOT have more than 200 characters"),
        (
            with(&["identifier"], json!("a b")),
            "\"identifier\" must match pattern \"^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/-]+$\"",
        ),
        (with(&["identifier"], json!("x".repeat(101))), "\"identifier\" must NOT have more than 100 characters"),
        (
            with(&["schema", "properties", "my prop"], json!({"type": "string"})),
            "\"schema/properties/my prop\" must match pattern \"^[A-Za-z0-9@_=\\\\-]+$\"",
        ),
        (with(&["schema", "properties", "p"], json!({})), "\"schema/properties/p\" must have required property 'type'"),
        (
            with(&["schema", "properties", "p"], json!({"type": "enum"})),
            "\"schema/properties/p/type\" must be equal to one of the allowed values",
        ),
        (
            with(&["schema", "properties", "p"], json!({"type": "string", "format": "uri"})),
            "\"schema/properties/p/format\" must be equal to one of the allowed values",
        ),
        (
            with(&["schema", "properties", "p"], json!({"type": "array", "items": {"type": "text"}})),
            "\"schema/properties/p/items/type\" must be equal to one of the allowed values",
        ),
        (
            with(&["schema", "properties", "p"], json!({"type": "string", "pattern": "("})),
            "\"schema/properties/p/pattern\" must match format \"regex\"",
        ),
        (
            with(&["schema", "properties", "p"], json!({"type": "number", "default": "2"})),
            "\"schema/properties/p/default\" must be number",
        ),
        (
            with(&["schema", "required"], json!(["p"])),
            "\"schema/required/0\" names the property \"p\", which is not in \"schema/properties\"",
        ),
        (with(&["relations"], json!({"r": {}})), "\"relations/r\" must have required property 'target'"),
        (
            with(&["relations"], json!({"r": {"target": "a", "many": true, "required": true}})),
            "Relation \"r\" cannot be both \"required\" and \"many\": a required relation points to one entity",
        ),
        (
            with(&["mirrorProperties"], json!({"m": {"path": "title"}})),
            "\"mirrorProperties/m/path\" must match pattern \"^(?:[A-Za-z0-9@_=\\-$]+\\.)+?(\\w|\\$|@|-)*?[^\\.]+$\"",
        ),
        (
            with(&["calculationProperties"], json!({"c": {"type": "string"}})),
            "\"calculationProperties/c\" must have required property 'calculation'",
        ),
        (with(&["ownership"], json!({"type": "Inherited"})), "\"ownership\" must have required property 'path'"),
        (
            json!({
                "identifier": "a", "title": "A", "schema": {"properties": {"p": {"type": "string"}}},
                "calculationProperties": {"p": {"type": "string", "calculation": "1"}},
            }),
            "the identifier \"p\" is given to more than one property",
        ),
    ];
    let store = store();
    for (body, words) in cases {
        let refusal = refusal(store.create_blueprint(body, &writer()));
        assert_eq!((refusal.status, refusal.error.as_str()), (422, "invalid_request"), "{words}");
        assert_eq!(refusal.message.as_deref(), Some(words));
    }
}

#[test]
fn what_a_body_speaks_of_must_be_there() {
    let store = store();
    let team = json!({"identifier": "squad", "title": "Squad", "schema": {"properties": {"size": {"type": "number"}}},
        "relations": {"lead": {"target": "_user"}}});
    create(&store, team);
    let cases = [
        (
            with(&["relations"], json!({"r": {"target": "gone"}})),
            (404, "not_found", "Blueprint with identifier \"gone\" was not found"),
        ),
        (
            with(&["relations"], json!({"_r": {"target": "squad"}})),
            (422, "system_identifier_error", "Relation identifiers cannot start with \"_\""),
        ),
        (
            with(
                &["aggregationProperties"],
                json!({"n": {"title": "N", "target": "gone",
                    "calculationSpec": {"func": "count", "calculationBy": "entities"}}}),
            ),
            (404, "not_found", "Blueprint with identifier \"gone\" was not found"),
        ),
        (
            with(&["mirrorProperties"], json!({"m": {"path": "owner.$title"}})),
            (422, "invalid_mirror_property_path", "The path entered to \"$title\" do not exists"),
        ),
        (
            with(&["ownership"], json!({"type": "Inherited", "path": "owner"})),
            (
                422,
                "invalid_inherited_ownership_path",
                "The path entered to \"owner\" do not exists Does the target blueprint have direct ownership?",
            ),
        ),
        (bare("_mine"), (422, "system_identifier_error", "Blueprint identifiers cannot start with \"_\"")),
        (bare("squad"), (409, "identifier_taken", "Blueprint with identifier \"squad\" is already taken")),
    ];
    for (body, (status, error, words)) in cases {
        let refusal = refusal(store.create_blueprint(body, &writer()));
        assert_eq!((refusal.status, refusal.error.as_str()), (status, error), "{words}");
        assert_eq!(refusal.message.as_deref(), Some(words));
    }
    let mirrored = |path: &str| {
        json!({"identifier": "a", "title": "A", "schema": {"properties": {}},
            "relations": {"owner": {"target": "squad"}}, "mirrorProperties": {"m": {"path": path}}})
    };
    let refused = refusal(store.create_blueprint(mirrored("owner.nothing"), &writer()));
    assert_eq!(
        refused.details,
        Some(json!({"path": "owner.nothing", "targetPropertyName": "nothing", "blueprint": "squad"}))
    );
    let refused = refusal(store.create_blueprint(mirrored("owner.boss.$title"), &writer()));
    assert_eq!(
        refused.details,
        Some(json!({"path": "owner.boss.$title", "targetPropertyName": "$title", "missingRelation": "boss",
            "blueprint": "squad"}))
    );
    create(&store, mirrored("owner.lead.status"));
}

#[test]
fn the_platforms_own_are_extended_and_not_reshaped() {
    let store = store();
    let patch = json!({"schema": {"properties": {"slack": {"type": "string"}}}});
    let user = store.patch_blueprint("_user", patch, &writer()).expect("a property may be added");
    assert!(user["schema"]["properties"]["slack"].is_object() && user["schema"]["properties"]["status"].is_object());
    let cases = [
        (json!({"schema": {"properties": {"status": {"type": "string"}}}}), "The property status of User blueprint"),
        (json!({"schema": {"properties": {"port_role": null}}}), "The property port_role of User blueprint"),
    ];
    for (patch, words) in cases {
        let refusal = refusal(store.patch_blueprint("_user", patch, &writer()));
        assert_eq!((refusal.status, refusal.error.as_str()), (422, "protected_blueprint_violation"));
        assert_eq!(refusal.message, Some(format!("{words} cannot be modified")));
    }
    let refused = refusal(store.replace_blueprint("_user", bare("_user"), &writer()));
    assert_eq!(refused.error, "protected_blueprint_violation", "a stale or bare body would take its parts away");
    let refused = refusal(store.delete_blueprint("_team", &writer()));
    assert_eq!(
        (refused.status, refused.error.as_str(), refused.message.as_deref()),
        (403, "protected_resource", Some("Cannot delete blueprint \"_team\" as it is marked protected"))
    );
    let refused = refusal(store.rename_property("_user", "status", "state", &writer()));
    assert_eq!((refused.status, refused.error.as_str()), (403, "protected_resource"));
    store.rename_property("_user", "slack", "chat", &writer()).expect("what was added is not the platform's");
    let structure = store.system_structure("_user").expect("it is a system blueprint");
    assert!(structure["schema"]["properties"].get("chat").is_none());
    assert_eq!(structure["schema"]["properties"]["status"], user["schema"]["properties"]["status"]);
    create(&store, bare("mine"));
    assert_eq!(refusal(store.system_structure("mine")).status, 404);
}
