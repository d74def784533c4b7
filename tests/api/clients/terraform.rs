//! The platform's Terraform provider.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const REASON: &str = "an answer of the embedded catalog that its provider needs";

#[test]
fn the_structure_of_a_system_blueprint_has_its_own_properties_only() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    bench
        .patch(&["blueprints", "_user"])
        .send(json!({"schema": {"properties": {"slack": {"type": "string"}}}}))
        .gave(200);
    let structure = bench.get(&["blueprints", "system", "_user", "structure"]).now().gave(200);
    let properties = structure["blueprint"]["schema"]["properties"].as_object().expect("properties");
    assert!(properties.contains_key("status") && !properties.contains_key("slack"), "{structure}");
}

#[test]
fn what_was_not_set_is_read_as_null() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let properties = json!({
        "text": {"type": "string"}, "number": {"type": "number"}, "flag": {"type": "boolean"},
        "object": {"type": "object"}, "list": {"type": "array"}, "default": {"type": "string", "default": "d"},
    });
    let blueprint = bench.blueprint(
        "service",
        json!({
            "schema": {"properties": properties},
            "calculationProperties": {"score": {"calculation": "1", "type": "number"}},
        }),
    );
    let call = bench.post(&["blueprints", &blueprint, "entities"]).query("run_id", "").query("upsert", "true");
    let body = json!({"identifier": "a", "title": "A", "blueprint": blueprint, "properties": {}, "relations": {}});
    let nulls = json!({"text": null, "number": null, "flag": null, "object": null, "list": null, "default": "d"});
    assert_eq!(call.send(body.clone()).gave(201)["entity"]["properties"], nulls);
    let mut read = nulls.clone();
    read["score"] = json!(1);
    assert_eq!(bench.entity(&blueprint, "a")["properties"], read);
    let entity = ["blueprints", &blueprint, "entities", "a"];
    assert_eq!(bench.patch(&entity).send(json!({"title": "B"})).gave(200)["entity"]["properties"], nulls);
    let listed = bench.get(&["blueprints", &blueprint, "entities"]).now().gave(200);
    assert_eq!(listed["entities"][0]["properties"], read);
    let rules = json!([{"property": "$blueprint", "operator": "=", "value": blueprint}]);
    let found = bench.post(&["entities", "search"]).send(json!({"combinator": "and", "rules": rules})).gave(200);
    assert_eq!(found["entities"][0]["properties"], read);
    assert_eq!(bench.search(&blueprint, json!({})).gave(200)["entities"][0]["properties"], read);
    let owned = bench.post(&["blueprints", "entities", "datasource-entities"]);
    let owned = owned.send(json!({"datasource_prefix": "portolan-proof", "datasource_suffix": ""})).gave(200);
    assert_eq!(owned["entities"][0]["properties"], read);
    let one = bench.get(&entity).query("include", "properties.text").now().gave(200);
    assert_eq!(one["entity"], json!({"properties": {"text": null}}));
    let without = bench.get(&entity).query("exclude", "properties.text").now().gave(200);
    assert!(without["entity"]["properties"].get("text").is_none(), "{without}");
    let replaced = bench.put(&entity).send(body).gave(200);
    assert_eq!(replaced["entity"]["properties"]["default"], Value::Null, "a default is for a new entity");
}

#[test]
fn it_learns_how_long_to_wait_before_it_is_refused() {
    let Some(bench) = Bench::embedded_with(REASON, &["--rate-limit", "3/7s"]) else { return };
    // The token was the first request.
    let answers = [(); 3].map(|()| bench.get(&["blueprints"]).now());
    let numbers = |name: &str| -> Vec<u64> {
        answers.iter().map(|answer| answer.header(name).and_then(|it| it.parse().ok()).expect(name)).collect()
    };
    assert_eq!(numbers("x-ratelimit-remaining"), [1, 0, 0]);
    assert!(numbers("x-ratelimit-reset").iter().all(|seconds| (1..=7).contains(seconds)));
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 200, 429]);
}

#[test]
fn its_wide_blueprints_are_taken_and_wrong_ones_are_not() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let authentication =
        json!({"clientId": "c", "authorizationUrl": "https://a.example", "tokenUrl": "https://t.example"});
    let body = |ownership: Value, authentication: Value| {
        json!({
            "identifier": bench.name("wide"), "title": "Wide", "ownership": ownership,
            "schema": {"properties": {
                "docs": {"type": "string", "spec": "embedded-url", "specAuthentication": authentication},
            }},
            "calculationProperties": {
                "age": {"calculation": ".properties.docs", "type": "string", "format": "date-time", "dateFormat": "relative"},
            },
        })
    };
    let direct = || json!({"type": "Direct", "title": "Owners"});
    let blueprints = || bench.post(&["blueprints"]).unheld();
    let refused = |body: Value, key: &str| drop(blueprints().send(body).refused(422, "invalid_request").mentions(key));
    refused(body(json!({"type": "Direct", "nonsense": 1}), authentication.clone()), "nonsense");
    refused(body(json!({"type": "Direct", "path": "owner"}), authentication.clone()), "path");
    for key in ["clientId", "authorizationUrl", "tokenUrl"] {
        let mut incomplete = authentication.clone();
        incomplete.as_object_mut().expect("an object").remove(key);
        refused(body(direct(), incomplete), key);
    }
    let mut unknown = authentication.clone();
    unknown["secret"] = "s".into();
    refused(body(direct(), unknown), "secret");
    let created = blueprints().send(body(direct(), authentication)).gave(201);
    assert_eq!(created["blueprint"]["calculationProperties"]["age"]["dateFormat"], "relative");
}

#[test]
fn its_teams_are_entities_of_the_catalog() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    bench
        .bulk("_user", &[("upsert", "true")], &[json!({"identifier": "ada@example.com", "title": "Ada Lovelace"})])
        .gave(200);
    let body = json!({"name": "Platform", "description": "Runs it.", "users": ["ada@example.com"]});
    let created = bench.post(&["teams"]).send(body.clone()).gave(201);
    assert_eq!(created["team"]["users"][0]["email"], "ada@example.com");
    bench.post(&["teams"]).send(body).refused(409, "identifier_taken");
    let fields = ["name", "provider", "description", "createdAt", "updatedAt", "users.firstName", "users.email"];
    let call = fields.iter().fold(bench.get(&["teams", "Platform"]), |call, field| call.query("fields", field));
    let team = call.now().gave(200)["team"].take();
    assert_eq!(team["users"], json!([{"email": "ada@example.com", "firstName": "Ada"}]));
    assert!(team["createdAt"].is_string() && team.get("identifier").is_none(), "{team}");
    let renamed = bench.put(&["teams", "Platform"]).send(json!({"name": "Core", "users": []})).gave(200);
    assert_eq!((&renamed["team"]["name"], &renamed["team"]["description"]), (&json!("Core"), &Value::Null));
    assert_eq!(bench.get(&["teams"]).now().gave(200)["teams"].as_array().map(Vec::len), Some(1));
    assert_eq!(bench.entity("_team", "Platform")["title"], "Core");
    let patched = bench.patch(&["teams", "Core"]).send(json!({"description": "All of it."})).gave(200);
    assert_eq!(patched["team"]["description"], "All of it.");
    for (body, key) in
        [(json!({"name": null}), "name"), (json!({"description": null}), "description"), (json!({"x": 1}), "x")]
    {
        bench.patch(&["teams", "Core"]).send(body).refused(422, "invalid_request").mentions(key);
    }
    bench.delete(&["teams", "Core"]).now().gave(200);
    bench.get(&["teams", "Core"]).now().refused(404, "not_found");
    assert_eq!(bench.get(&["users"]).now().gave(200)["users"][0]["lastName"], "Lovelace");
    assert_eq!(bench.get(&["users", "ada@example.com"]).now().gave(200)["user"]["teams"], json!([]));
    bench.get(&["users", "nobody@example.com"]).now().refused(404, "user_not_found");
}
