//! The platform's own command line, port-cli 0.3.4: export, import, compare.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const REASON: &str = "lists of a whole organisation";

#[test]
fn its_export_reads_lists_of_what_the_catalog_does_not_have() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let blueprint = bench.simple("service", json!({}), json!({}));
    for (path, key, empty) in [
        (vec!["blueprints", &blueprint, "scorecards"], "scorecards", json!([])),
        (vec!["blueprints", &blueprint, "actions"], "actions", json!([])),
        (vec!["blueprints", &blueprint, "permissions"], "permissions", json!({})),
        (vec!["actions"], "actions", json!([])),
        (vec!["pages"], "pages", json!([])),
        (vec!["sidebars", "catalog"], "sidebar", json!({"items": []})),
        (vec!["teams"], "teams", json!([])),
        (vec!["users"], "users", json!([])),
        (vec!["integration"], "integrations", json!([])),
    ] {
        assert_eq!(bench.get(&path).now().gave(200)[key], empty, "{path:?}");
    }
    for list in ["scorecards", "actions", "permissions"] {
        bench.get(&["blueprints", "nothing", list]).now().refused(404, "not_found");
    }
    for route in ["actions", "pages"] {
        let answer = bench.post(&[route]).unheld().send(json!({"identifier": "x"}));
        answer.refused(404, "not_found").mentions("Route POST:");
    }
    // Its import sends the exported permissions back.
    let permissions = ["blueprints", &blueprint, "permissions"];
    assert_eq!(bench.patch(&permissions).send(json!({})).gave(200)["permissions"], json!({}));
    bench.patch(&permissions).send(json!({"entities": {"register": {}}})).refused(404, "not_found");
}

#[test]
fn what_it_exported_can_be_imported() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let properties = json!({"email": {"type": "string"}, "level": {"type": "number"}});
    let blueprint = bench.simple("owner", properties, json!({}));
    bench.create(&blueprint, json!({"identifier": "owner0", "properties": {"email": "a@example.com"}}));
    let exported = bench.get(&["blueprints", &blueprint, "entities"]).now().gave(200)["entities"].take();
    bench.delete(&["blueprints", &blueprint, "all-entities"]).now().gave(200);
    let entities = exported.as_array().expect("a list");
    let import = |upsert: &str| bench.bulk(&blueprint, &[("upsert", upsert)], entities);
    import("false").gave(200);
    let again = import("false").json["errors"].take();
    assert_eq!(again[0]["statusCode"], 409, "{again}");
    import("true").gave(200);
    let imported = bench.get(&["blueprints", &blueprint, "entities"]).now().gave(200)["entities"].take();
    let comparable = |mut entities: Value| {
        for entity in entities.as_array_mut().expect("a list") {
            for key in ["createdAt", "updatedAt"] {
                entity.as_object_mut().expect("an object").remove(key);
            }
        }
        entities
    };
    assert_eq!(comparable(imported), comparable(exported));
}
