//! The platform's GitHub action, 1.7.8.

use serde_json::json;

use crate::api::bench::Bench;

#[test]
fn it_upserts_reads_searches_and_deletes() {
    let bench = Bench::open();
    let domain = bench.simple("domain", json!({}), json!({}));
    let relations = json!({"domain": {"target": domain, "required": false, "many": false}});
    let service = bench.simple("service", json!({"text": {"type": "string"}}), relations);
    let identifier = "a/b:c+d@é=";
    let body = json!({
        "identifier": identifier, "title": "A", "icon": "Service", "team": ["t"],
        "properties": {"text": "t"}, "relations": {"domain": "new"},
    });
    let call = bench.post(&["blueprints", &service, "entities"]).query("run_id", "r_1");
    let flags = [("upsert", "true"), ("merge", "true"), ("create_missing_related_entities", "true")];
    call.flags(&flags).send(body).gave(201);
    assert_eq!(bench.entity(&service, identifier)["relations"]["domain"], "new");
    let refused = json!({"identifier": "b", "relations": {"domain": "nowhere"}});
    bench.write(&service, &[("upsert", "true")], refused).refused(404, "not_found");
    let nameless = bench.bulk(&service, &[("upsert", "true")], &[json!({"title": "No name"})]).gave(200);
    assert!(nameless["entities"][0]["identifier"].as_str().is_some_and(|it| it.starts_with("e_")), "{nameless}");
    let rules = json!([{"property": "$identifier", "operator": "=", "value": identifier}]);
    let found = bench.post(&["entities", "search"]).query("include", "identifier");
    let found = found.send(json!({"combinator": "and", "rules": rules})).gave(200);
    assert_eq!(found["entities"], json!([{"identifier": identifier}]));
    let entity = ["blueprints", &service, "entities", identifier];
    bench.delete(&entity).query("delete_dependents", "false").now().gave(200);
    bench.delete(&entity).now().refused(404, "not_found");
}
