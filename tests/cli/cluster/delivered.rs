//! Tests `diff` with `delivery: cluster`: the exporter owns, writes and deletes, and no push runs.

use serde_json::{Value, json};

use super::forecast::world::{World, exporter, keys, manifest, service};
use crate::cli::{Run, run, run_with};

fn diff(world: &World, line: &str) -> (i32, Value) {
    let done = run(&world.0, &format!("diff --output json {line}"));
    (done.code, parsed(&done))
}

fn parsed(done: &Run) -> Value {
    serde_json::from_str(&done.results).unwrap_or_else(|error| panic!("{error}: {}{}", done.results, done.talk))
}

fn changes(plan: &Value) -> Vec<String> {
    let changes = plan["changes"].as_array().expect("a list").iter();
    let text = |change: &Value, key: &str| change[key].as_str().expect("a text").to_owned();
    changes
        .map(|it| {
            format!(
                "{} {}/{} {}",
                text(it, "action"),
                text(it, "blueprint"),
                text(it, "identifier"),
                text(it, "standing")
            )
        })
        .collect()
}

#[test]
fn what_the_exporter_wrote_is_owned_and_what_it_deletes_is_shown() {
    let world = World::new();
    let (code, plan) = diff(&world, "");
    assert_eq!((code, changes(&plan), &plan["hazards"]), (0, Vec::new(), &json!([])));
    assert_eq!((&plan["foreignUnchanged"], &plan["counts"]["total"]["unchanged"]), (&json!([]), &json!(3)));
    world.edit("catalog/cart.yaml", "tier: 1", "tier: 2");
    world.0.remove("catalog/pay.yaml");
    world.0.write("catalog/new.yaml", service("new"));
    let (code, plan) = diff(&world, "--fail-on hazard");
    assert_eq!(changes(&plan), ["update service/cart ours", "create service/new new", "delete service/pay ours"]);
    assert_eq!((code, &plan["hazards"]), (0, &json!([])), "{plan:#}");
    let delivery = &plan["delivery"];
    assert_eq!((&delivery["byExporters"], &delivery["notDelivered"]), (&json!(true), &json!([])));
    let cluster = &delivery["clusters"][0];
    assert_eq!(
        (&cluster["name"], &cluster["stateKey"], &cluster["mapping"], &cluster["outcome"]),
        (&json!("prod"), &json!("prod"), &json!("exporter.yaml"), &json!("complete"))
    );
}

#[test]
fn a_push_needs_adoption_for_what_the_exporter_wrote() {
    let world = World::new();
    world.edit("catalog/cart.yaml", "tier: 1", "tier: 2");
    world.0.remove("catalog/pay.yaml");
    let done = run(&world.0, "push --catalog local");
    assert_eq!(done.code, 4, "{}{}", done.results, done.talk);
    let told = format!("{}{}", done.results, done.talk);
    assert!(told.contains("the Kubernetes exporter `prod`") && told.contains("--adopt"), "{told}");
    // The dry run of a push is the plan of a push.
    let dry = parsed(&run(&world.0, "push --dry-run --output json"));
    assert_eq!((changes(&dry), &dry["delivery"]), (vec!["update service/cart foreign".to_owned()], &Value::Null));
    let saved = run(&world.0, "diff --out plan.json --output json");
    assert_eq!(changes(&parsed(&saved)), changes(&dry));
    assert_eq!(run(&world.0, "push --plan plan.json").code, 4);
}
