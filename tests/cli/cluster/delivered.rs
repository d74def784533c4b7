//! Tests `diff` with `delivery: cluster`: the exporter owns, writes and deletes, and no push runs.

mod law;
mod round_trip;

use serde_json::{Value, json};

use super::forecast::world::{CONFIG, World, exporter, keys, manifest, service};
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
    assert_eq!((&cluster["dangers"], &cluster["notArriving"], &cluster["kept"]), (&json!([]), &json!([]), &json!([])));
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

#[test]
fn only_the_exact_state_key_owns() {
    let world = World::new();
    world.edit("portolan.yaml", "state-key: prod", "state-key: a.b+[c]");
    let own = json!({"properties": {"tier": 1}});
    for (state_key, name) in [("a.b+[c]", "mine"), ("a.b+[c]x", "longer"), ("xa.b+[c]", "other"), ("aXbb[c]", "alike")]
    {
        world.store(&exporter(state_key), &[("service", name, own.clone())]);
    }
    world.store("port-ocean/a.b+[c]/1 (statekey/a.b+[c])", &[("service", "ocean", own)]);
    let (_, plan) = diff(&world, "--no-base");
    assert_eq!(changes(&plan), ["delete service/mine ours"]);
    // What another exporter wrote is not owned, and this one takes it over.
    assert_eq!(keys(&plan["foreignUnchanged"]), ["domain/shop", "service/cart", "service/pay"]);
}

#[test]
fn what_others_wrote_is_taken_over_and_what_portolan_wrote_is_never_deleted() {
    let world = World::new();
    world.store("Mozilla/5.0", &[("service", "cart", json!({"properties": {"tier": 5}}))]);
    world.store(
        "portolan/0.1.0 (statekey/acme/catalog)",
        &[("service", "pay", json!({})), ("service", "left", json!({}))],
    );
    let (code, plan) = diff(&world, "--fail-on hazard");
    assert_eq!((code, changes(&plan)), (4, vec!["update service/cart foreign".to_owned()]));
    let message = plan["hazards"][0]["message"].as_str().expect("a text");
    assert_eq!(
        message,
        "1 declared entity is owned by another owner: the exporter of `prod` will take it over, and may delete it later"
    );
    assert_eq!(diff(&world, "--fail-on hazard --adopt").0, 0);
    let kept = &plan["delivery"]["clusters"][0]["kept"];
    assert_eq!((keys(kept), &plan["counts"]["total"]["kept"]), (vec!["service/left".to_owned()], &json!(1)));
    assert!(kept[0]["reason"].as_str().is_some_and(|why| why.contains("portolan wrote it last")), "{kept}");
    assert_eq!(diff(&world, "--fail-on extra").0, 2);
}

#[test]
fn what_never_arrives_is_listed_and_blocks_every_delete() {
    let world = World::new();
    world.0.remove("catalog/pay.yaml");
    world.edit("portolan.yaml", "scope", "rules: {dangling-relation: warning, unmapped-entity: warning}\nscope");
    world.edit("catalog/cart.yaml", "domain: shop", "domain: nowhere");
    world.0.write("catalog/team.yaml", manifest("team", "red", ""));
    world.0.write(
        ".portolan/blueprints/team.json",
        r#"{"identifier": "team", "title": "Team", "schema": {"properties": {}}}"#,
    );
    let (code, plan) = diff(&world, "");
    assert_eq!((code, changes(&plan)), (1, vec!["update service/cart ours".to_owned()]), "{plan:#}");
    let cluster = &plan["delivery"]["clusters"][0];
    assert_eq!(cluster["outcome"], "no-deletion");
    let missing: Vec<(&Value, &Value, &Value, &Value)> = cluster["notArriving"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["kind"], &one["name"], &one["path"], &one["line"]))
        .collect();
    assert_eq!(
        missing,
        [
            (&json!("missing-target"), &json!("service/cart"), &json!("catalog/cart.yaml"), &json!(1)),
            (&json!("unmapped"), &json!("Entity shop/red"), &json!("catalog/team.yaml"), &json!(1)),
        ]
    );
    assert_eq!(keys(&cluster["kept"]), ["service/pay"]);
}

#[test]
fn an_exporter_deletes_also_what_a_declared_entity_points_to() {
    let world = World::new();
    world.0.remove("catalog/shop.yaml");
    world.edit("portolan.yaml", "scope", "rules: {dangling-relation: warning}\nscope");
    let (_, plan) = diff(&world, "--fail-on hazard");
    assert_eq!(changes(&plan), ["delete domain/shop ours"]);
    assert_eq!(plan["hazards"][0]["kind"], "delete-with-dependents");
    assert_eq!(plan["hazards"][0]["dependents"][0]["after"], "asked");
    let missing = &plan["delivery"]["clusters"][0]["notArriving"];
    assert_eq!((&missing[0]["kind"], &missing[1]["kind"]), (&json!("target-deleted"), &json!("target-deleted")));
    // A push keeps it.
    let world = World::new();
    world.0.remove("catalog/shop.yaml");
    world.edit("portolan.yaml", "scope", "rules: {dangling-relation: warning}\nscope");
    world.edit(".portolan/blueprints/service.json", "\"required\":false", "\"required\":true");
    run(&world.0, "push --adopt");
    let (_, plan) = diff(&world, "");
    assert_eq!(changes(&plan), Vec::<String>::new());
}

#[test]
fn without_a_mapping_the_deletes_follow_from_the_manifests() {
    let world = World::new();
    world.edit("portolan.yaml", "    mapping: exporter.yaml\n", "");
    world.0.remove("catalog/pay.yaml");
    let (_, plan) = diff(&world, "");
    assert_eq!(changes(&plan), ["delete service/pay ours"]);
    assert_eq!(plan["delivery"]["clusters"][0]["mapping"], Value::Null);
    // Without a snapshot there is no mapping to assume.
    for name in ["service", "domain"] {
        world.0.remove(&format!(".portolan/blueprints/{name}.json"));
    }
    let (_, plan) = diff(&world, "");
    assert_eq!(changes(&plan), ["delete service/pay ours"]);
    assert_eq!(plan["delivery"]["clusters"][0]["outcome"], Value::Null);
    world.0.write("catalog/cart.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: {identifier: cart}\n");
    let (code, _) = diff(&world, "");
    assert_eq!(code, 1, "lint stops it");
}

#[test]
fn without_a_state_key_the_deletes_are_those_of_a_push() {
    let world = World::new();
    world.edit("portolan.yaml", "    state-key: prod\n", "");
    world.0.remove("catalog/pay.yaml");
    world.store("portolan/0.1.0 (statekey/acme/catalog)", &[("service", "left", json!({}))]);
    let (_, plan) = diff(&world, "");
    assert_eq!(changes(&plan), ["delete service/left ours"]);
    assert_eq!(plan["delivery"]["byExporters"], json!(false));
    let notes = plan["notes"].to_string();
    assert!(notes.contains("has no state key"), "{notes}");
}

#[test]
fn each_cluster_deletes_what_its_exporter_owns() {
    let world = World::new();
    let second = "  two:\n    mapping: two.yaml\n    state-key: prod-two\n";
    world.0.write("portolan.yaml", format!("{}{second}", world.0.read("portolan.yaml")));
    world.0.write("two.yaml", "resources:\n  - {kind: getport.io/v1/entities, selector: {query: .spec.blueprint == \"team\"}, port: {entity: {mappings: [{identifier: .spec.identifier, blueprint: .spec.blueprint}]}}}\n");
    world.0.write(
        ".portolan/blueprints/team.json",
        r#"{"identifier": "team", "title": "T", "schema": {"properties": {}}}"#,
    );
    world.0.write("catalog/red.yaml", manifest("team", "red", ""));
    world.0.remove("catalog/pay.yaml");
    run(&world.0, "diff");
    let _store = world.open();
    world.store(&exporter("prod-two"), &[("service", "moved", json!({})), ("service", "cart", json!({}))]);
    let (_, plan) = diff(&world, "--no-base");
    assert_eq!(changes(&plan), ["delete service/moved ours", "delete service/pay ours", "create team/red new"]);
    let names: Vec<&str> =
        plan["delivery"]["clusters"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["prod", "two"]);
    // `two` owns the cart, which `prod` sends: whoever comes first decides.
    let kept = &plan["delivery"]["clusters"][1]["kept"];
    assert!(kept[0]["reason"].as_str().is_some_and(|why| why.contains("if it resyncs first")), "{kept}");
    let (_, plan) = diff(&world, "--no-base --cluster two");
    assert_eq!(changes(&plan), ["delete service/cart ours", "delete service/moved ours", "create team/red new"]);
}

const FORK: [(&str, &str); 3] = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];

#[test]
fn a_pull_request_without_credentials_is_compared_with_the_merge_base() {
    let world = World::new();
    world.0.git(&["branch", "-M", "main"]);
    world.0.git(&["checkout", "-qb", "topic"]);
    world.0.remove("catalog/pay.yaml");
    world.edit("catalog/cart.yaml", "tier: 1", "tier: 2");
    world.0.git(&["commit", "-qam", "topic"]);
    let done = run_with(&world.0, "diff --output json", &FORK);
    let plan = parsed(&done);
    assert_eq!(
        (done.code, changes(&plan)),
        (0, vec!["update service/cart ours".to_owned(), "delete service/pay ours".to_owned()])
    );
    let done = run_with(&world.0, "cluster forecast --output json", &FORK);
    let forecast = parsed(&done);
    let cluster = &forecast["clusters"][0];
    assert_eq!((done.code, keys(&cluster["stale"])), (0, vec!["service/pay".to_owned()]), "{forecast:#}");
    let counts = &cluster["counts"];
    assert_eq!((&counts["updated"], &counts["unchanged"], &counts["created"]), (&json!(1), &json!(1), &json!(0)));
    assert!(forecast["catalog"].as_str().is_some_and(|name| name.contains("merge base")), "{}", forecast["catalog"]);
    let note = forecast["notes"][0].as_str().expect("a text");
    assert!(note.starts_with("The catalog was not read"), "{note}");
    // A danger is found without the catalog.
    world.edit("exporter.yaml", "== \"service\"", "== \"servce\"");
    world.0.git(&["commit", "-qam", "typo"]);
    let done = run_with(&world.0, "cluster forecast", &FORK);
    assert_eq!(done.code, 1, "{}", done.talk);
    assert!(done.results.contains("danger: selector-false"), "{}", done.results);
    assert_eq!(run_with(&world.0, "cluster forecast --no-base", &FORK).code, 64);
}

#[test]
fn the_comment_says_who_writes_and_what_does_not_arrive() {
    let world = World::new();
    world.edit("portolan.yaml", "    state-key: prod\n", "    state-key: prod\n    deliverer: flux\n");
    world.edit("portolan.yaml", "scope", "rules: {refused-object: warning}\nscope");
    world.edit("catalog/cart.yaml", "tier: 1", "tier: 2");
    world.0.write("catalog/new.yaml", service("new").replace("spec:", "spec:\n  title: New"));
    let done = run(&world.0, "diff --base HEAD --output markdown");
    let (head, rest) = done.results.split_once("#### Updates").expect("there is an update");
    assert!(!rest.contains("push"), "{rest}");
    insta::assert_snapshot!(head, @r"
    <!-- portolan:diff acme/catalog -->
    ### ⚠️ Merging updates 1 entity; 1 object does not arrive

    In the embedded catalog `.portolan/local.db`, scope `acme/catalog`, with uncommitted changes, compared with `HEAD`. Entities: 2 unchanged.

    #### Delivery

    The exporter of `prod` writes the entities after Flux has applied the manifests; no `push` runs.

    #### Does not arrive (1)

    - `Entity shop/new` in `catalog/new.yaml:1`: the API server refuses it: unknown field `spec.title`
    ");
    let done = run(&world.0, "diff --no-base");
    let (_, rest) = done.results.split_once("delivery:").expect("it speaks of the delivery");
    insta::assert_snapshot!(format!("delivery:{rest}"), @r"
    delivery: The exporter of `prod` writes the entities after Flux has applied the manifests; no `push`
              runs.
    delivery: 1 object does not arrive:
        Entity shop/new (catalog/new.yaml:1): the API server refuses it: unknown field `spec.title`

    note: The entities are those that the exporter of `prod` maps with `exporter.yaml`: null clears, and
          what the mapping does not set stays.
    note: 1 warning from lint (run `portolan lint`).

    Plan: 0 to create, 1 to update, 0 to delete, 0 to rename; 2 unchanged.
    ");
}

#[test]
fn a_bare_file_is_no_change_of_the_exporter() {
    for config in [CONFIG, "scope: acme/catalog\nclusters: {prod: {state-key: prod}}\n", "delivery: cluster\n"] {
        let world = World::new();
        world.0.write("portolan.yaml", config);
        let (_, before) = diff(&world, "");
        world.0.write("port.yml", "identifier: bare\nblueprint: service\nproperties: {tier: 1}\n");
        // A push has written this one.
        world
            .store("portolan/0.0.0 (scope/acme/catalog)", &[("service", "pushed", json!({"properties": {"tier": 1}}))]);
        world.0.write("sub/port.yml", "- identifier: pushed\n  blueprint: service\n  properties: {tier: 2}\n");
        let (_, plan) = diff(&world, "");
        assert_eq!(changes(&plan), changes(&before), "{config}");
        let missing = plan["delivery"]["notDelivered"].as_array().expect("a list").iter();
        let missing: Vec<(&Value, &Value, &Value)> =
            missing.map(|one| (&one["name"], &one["path"], &one["line"])).collect();
        let expected = [("service/bare", "port.yml", 1), ("service/pushed", "sub/port.yml", 1)];
        let expected = expected.map(|(name, path, line)| (json!(name), json!(path), json!(line)));
        assert_eq!(missing, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>(), "{config}");
    }
}
