//! Tests blueprints: create, read, replace, patch, rename of parts, delete; and invalid blueprints.

use serde_json::{Value, json};

use crate::api::answer::{Answer, is_unset};
use crate::api::bench::Bench;

fn post(bench: &Bench, body: Value) -> Answer {
    bench.post(&["blueprints"]).query("create_catalog_page", "false").send(body)
}

fn minimal(bench: &Bench, name: &str) -> Value {
    json!({"identifier": bench.name(name), "title": name, "schema": {"properties": {}}})
}

#[test]
fn a_blueprint_is_made_read_and_listed() {
    let bench = Bench::open();
    let identifier = bench.name("service");
    let schema =
        json!({"properties": {"tier": {"type": "number", "title": "Tier", "default": 3}}, "required": ["tier"]});
    let body = json!({
        "identifier": identifier, "title": "Service", "icon": "Service", "description": "A service.", "schema": schema,
    });
    let made = post(&bench, body).gave(201)["blueprint"].take();
    assert_eq!((&made["schema"], &made["description"]), (&schema, &json!("A service.")), "{made}");
    for key in ["createdAt", "createdBy", "updatedAt", "updatedBy"] {
        assert!(made[key].is_string(), "{key}: {made}");
    }
    let read = bench.get(&["blueprints", &identifier]).now().gave(200)["blueprint"].take();
    assert_eq!((&read["schema"], &read["title"]), (&schema, &json!("Service")));
    let listed = bench.get(&["blueprints"]).now().gave(200);
    let listed = listed["blueprints"].as_array().expect("a list").iter().find(|it| it["identifier"] == *identifier);
    assert_eq!(listed.map(|it| &it["schema"]), Some(&schema));
    post(&bench, minimal(&bench, "service")).refused(409, "identifier_taken");
}

#[test]
fn put_replaces_and_patch_adds() {
    let bench = Bench::open();
    let properties = json!({"tier": {"type": "number"}});
    let body = json!({"description": "Old.", "schema": {"properties": properties}});
    let identifier = bench.blueprint("service", body);
    let path = ["blueprints", identifier.as_str()];
    let more = json!({"schema": {"properties": {"language": {"type": "string"}}}});
    let patched = bench.patch(&path).send(more).gave(200)["blueprint"].take();
    assert_eq!(patched["schema"]["properties"]["language"], json!({"type": "string"}), "{patched}");
    assert_eq!(patched["description"], "Old.", "{patched}");
    let whole =
        json!({"identifier": identifier, "title": "New", "schema": {"properties": {"only": {"type": "boolean"}}}});
    let put = bench.put(&path).send(whole).gave(200)["blueprint"].take();
    assert_eq!(put["schema"]["properties"], json!({"only": {"type": "boolean"}}), "{put}");
    assert!(is_unset(&put, "description") && put["title"] == "New", "{put}");
    bench.put(&["blueprints", &bench.name("nobody")]).send(minimal(&bench, "nobody")).refused(404, "not_found");
    bench.patch(&["blueprints", &bench.name("nobody")]).send(json!({"title": "x"})).refused(404, "not_found");
}

#[test]
fn a_blueprint_has_the_shape_of_the_description() {
    let bench = Bench::open();
    let with = |key: &str, value: Value| {
        let mut body = minimal(&bench, "wrong");
        body[key] = value;
        body
    };
    let property = |property: Value| with("schema", json!({"properties": {"p": property}}));
    for body in [
        json!({"title": "x", "schema": {"properties": {}}}),
        json!({"identifier": bench.name("wrong"), "schema": {"properties": {}}}),
        json!({"identifier": bench.name("wrong"), "title": "x"}),
        with("identifier", json!("with space")),
        with("identifier", json!("a=b")),
        with("identifier", json!("..")),
        with("identifier", json!("x".repeat(101))),
        with("title", json!("")),
        with("title", json!("x".repeat(101))),
        with("description", json!("x".repeat(201))),
        with("schema", json!({})),
        with("schema", json!({"properties": {}, "more": 1})),
        with("schema", json!({"properties": {"not a key": {"type": "string"}}})),
        with("schema", json!({"properties": {"x".repeat(101): {"type": "string"}}})),
        property(json!({})),
        property(json!({"type": "text"})),
        property(json!({"type": "string", "format": "nothing"})),
        with("relations", json!({"r": {"required": false}})),
        with("relations", json!([])),
        with("mirrorProperties", json!({"m": {}})),
        with("ownership", json!({"type": "Shared"})),
        with("ownership", json!({"type": "Inherited"})),
    ] {
        let answer = post(&bench, body.clone());
        assert_eq!((answer.status, &answer.json["ok"]), (422, &json!(false)), "{body}: {answer}");
    }
    post(&bench, with("anything", json!({"at": "all"}))).gave(201);
}

#[test]
fn relations_must_lead_somewhere_and_be_possible() {
    let bench = Bench::open();
    let with = |relations: Value| {
        let mut body = minimal(&bench, "service");
        body["relations"] = relations;
        post(&bench, body)
    };
    let nobody = bench.name("nobody");
    let missing = with(json!({"r": {"target": nobody, "required": false, "many": false}}));
    missing.refused(404, "not_found").mentions(&nobody);
    let domain = bench.simple("domain", json!({}), json!({}));
    let system = with(json!({"_r": {"target": domain, "required": false, "many": false}}));
    system.refused(422, "system_identifier_error");
    let all = with(json!({"r": {"target": domain, "required": true, "many": true}}));
    assert_eq!(all.status, 422, "{all}");
    with(json!({"r": {"target": domain}})).gave(201);
}

#[test]
fn a_property_keeps_its_type() {
    let bench = Bench::open();
    let identifier = bench.simple("service", json!({"tier": {"type": "number"}}), json!({}));
    let other = json!({"schema": {"properties": {"tier": {"type": "string"}}}});
    let answer = bench.patch(&["blueprints", &identifier]).send(other);
    assert_eq!(answer.status, 422, "{answer}");
    let read = bench.get(&["blueprints", &identifier]).now().gave(200);
    assert_eq!(read["blueprint"]["schema"]["properties"]["tier"]["type"], "number");
}

#[test]
fn a_blueprint_with_entities_is_not_deleted() {
    let bench = Bench::open();
    let identifier = bench.simple("service", json!({}), json!({}));
    bench.create(&identifier, json!({"identifier": "a"}));
    let answer = bench.delete(&["blueprints", &identifier]).now();
    assert!((400..500).contains(&answer.status), "{answer}");
    bench.delete(&["blueprints", &identifier, "entities", "a"]).now().gave(200);
    bench.delete(&["blueprints", &identifier]).now().gave(200);
    bench.get(&["blueprints", &identifier]).now().refused(404, "not_found");
    bench.delete(&["blueprints", &identifier]).now().refused(404, "not_found");
}

#[test]
fn what_a_blueprint_no_longer_has_its_entities_no_longer_show() {
    let bench = Bench::open();
    let identifier = bench.simple("service", json!({"old": {"type": "string"}, "kept": {"type": "string"}}), json!({}));
    bench.create(&identifier, json!({"identifier": "a", "properties": {"old": "x", "kept": "y"}}));
    let whole = json!({"identifier": identifier, "title": "x", "schema": {"properties": {"kept": {"type": "string"}}}});
    bench.put(&["blueprints", &identifier]).send(whole).gave(200);
    let properties = bench.entity(&identifier, "a")["properties"].take();
    assert_eq!(properties["kept"], "y", "{properties}");
    let written = bench.patch(&["blueprints", &identifier, "entities", "a"]).send(json!({"title": "Still writable"}));
    written.gave(200);
}

#[test]
fn a_renamed_property_takes_its_values_along() {
    let bench = Bench::open();
    let schema = json!({"properties": {"before": {"type": "string"}}, "required": ["before"]});
    let identifier = bench.blueprint("service", json!({"schema": schema}));
    bench.create(&identifier, json!({"identifier": "a", "properties": {"before": "x"}}));
    let rename = |from: &str, to: &str| {
        bench.patch(&["blueprints", &identifier, "properties", from, "rename"]).send(json!({"newPropertyName": to}))
    };
    let answer = rename("before", "after").gave(200);
    assert_eq!(answer["blueprint"]["schema"]["required"], json!(["after"]), "{answer}");
    assert_eq!(bench.entity(&identifier, "a")["properties"], json!({"after": "x"}));
    rename("before", "again").refused(404, "not_found").mentions("before").mentions("was not found");
    let answer = rename("after", "not a key");
    assert_eq!(answer.status, 422, "{answer}");
}

#[test]
fn a_renamed_relation_takes_its_targets_along() {
    let bench = Bench::open();
    let domain = bench.simple("domain", json!({"tier": {"type": "number"}}), json!({}));
    let service = bench.blueprint(
        "service",
        json!({
            "relations": {"before": {"target": domain, "required": true, "many": false}},
            "mirrorProperties": {"tier": {"path": "before.tier"}},
        }),
    );
    bench.create(&domain, json!({"identifier": "shop", "properties": {"tier": 1}}));
    bench.create(&service, json!({"identifier": "a", "relations": {"before": "shop"}}));
    let rename = |from: &str, to: &str| {
        bench.patch(&["blueprints", &service, "relations", from, "rename"]).send(json!({"newRelationIdentifier": to}))
    };
    rename("before", "after").gave(200);
    let entity = bench.entity(&service, "a");
    assert_eq!((&entity["relations"], &entity["properties"]["tier"]), (&json!({"after": "shop"}), &json!(1)));
    rename("before", "again").refused(404, "not_found").mentions("before");
    let held = bench.delete(&["blueprints", &domain, "entities", "shop"]).now();
    held.refused(403, "has_dependents");
}

#[test]
fn a_mirror_can_be_renamed() {
    let bench = Bench::open();
    let domain = bench.simple("domain", json!({"tier": {"type": "number"}}), json!({}));
    let service = bench.blueprint(
        "service",
        json!({
            "relations": {"domain": {"target": domain, "required": false, "many": false}},
            "mirrorProperties": {"before": {"path": "domain.tier"}},
        }),
    );
    bench.create(&domain, json!({"identifier": "shop", "properties": {"tier": 1}}));
    bench.create(&service, json!({"identifier": "a", "relations": {"domain": "shop"}}));
    let path = ["blueprints", service.as_str(), "mirror", "before", "rename"];
    bench.patch(&path).send(json!({"newMirrorName": "after"})).gave(200);
    assert_eq!(bench.entity(&service, "a")["properties"], json!({"after": 1}));
    bench.patch(&path).send(json!({"newMirrorName": "again"})).refused(404, "not_found");
}
