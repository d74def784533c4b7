//! Tests `cluster forecast` against the embedded catalog: each cause of a mass delete that a change of the repository can
//! bring, and each thing that blocks deletion, has a test of its own.

pub mod world;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::world::{MAPPING, World, exporter, key, keys, manifest, service, text};
use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const ALL: [&str; 3] = ["domain/shop", "service/cart", "service/pay"];
const SERVICES: [&str; 2] = ["service/cart", "service/pay"];

#[test]
fn nothing_happens_where_nothing_changed() {
    let world = World::new();
    let (code, forecast) = world.forecast();
    assert_eq!((code, text(&forecast["outcome"])), (0, "complete".to_owned()));
    assert_eq!(forecast["counts"]["unchanged"], 3);
    assert_eq!((&forecast["stale"], &forecast["resyncs"]), (&json!([]), &json!(1)));
}

#[test]
fn a_person_sees_dangers_deletions_and_writes() {
    let world = World::new();
    world.0.remove("catalog/pay.yaml");
    world.edit("catalog/cart.yaml", "  properties: {tier: 1}\n  relations: {domain: shop}\n", "");
    world.0.write("catalog/new.yaml", service("new")).write("catalog/old.yaml", service("old"));
    world.edit("catalog/shop.yaml", "identifier: shop", "identifier: shop\n  properties: {}");
    world.store("Mozilla/5.0", &[("service", "new", json!({"properties": {"tier": 5, "note": "mine"}}))]);
    let done = world.run("");
    assert_eq!(done.code, 0, "{}", done.talk);
    insta::assert_snapshot!(without_commit(&done.results), @r#"
    cluster prod, state key prod: exporter.yaml against the embedded catalog `.portolan/local.db`; base HEAD
    complete: the exporter sends all entities and deletes the owned ones that it does not send

    1 entity deleted:
      - service/pay (its manifest was removed)  was in catalog/pay.yaml:1 at the base

    1 entity created:
      + service/old  catalog/old.yaml:1
          tier: 1
          relations.domain: "shop"

    2 entities updated:
      ~ service/cart  catalog/cart.yaml:1
          tier: 1 -> null
      ~ service/new (another owner wrote it last; the exporter owns it from now on)  catalog/new.yaml:1
          tier: 5 -> 1
          relations.domain: null -> "shop"

    stays although it is no longer declared:
      service/cart: relations.domain stays "shop", because it is no longer sent

    1 value of these entities not sent: stays as it is

    1 created, 2 updated, 1 deleted, 1 unchanged
    "#);
    world.edit("exporter.yaml", "== \"service\"", "== \"servce\"");
    world.edit(
        "exporter.yaml",
        "identifier: .spec.identifier\n            blueprint: .spec.blueprint",
        "identifier: .spec.id\n            blueprint: .spec.blueprint",
    );
    let done = world.run("");
    assert_eq!(done.code, 1, "{}", done.talk);
    insta::assert_snapshot!(without_commit(&done.results), @r#"
    cluster prod, state key prod: exporter.yaml against the embedded catalog `.portolan/local.db`; base HEAD
    no-deletion: something fails or is refused, so the exporter deletes nothing, in this resync and all later ones

    danger: selector-false: the selector is no longer true: this will delete 1 entity
      at exporter.yaml:4:14
      - .spec.blueprint == "service"
      + .spec.blueprint == "servce"
      service/cart
      help: correct the expression, unless these entities should go

    blocks deletion: `shop/shop` fails to map: `identifier`: must be a string, is null
      at catalog/shop.yaml:1
      at exporter.yaml:19:25

    2 entities no longer sent, and not deleted now:
      - service/cart (danger: selector-false; as soon as deletion is not blocked)
      - service/pay (its manifest was removed; as soon as deletion is not blocked)  was in catalog/pay.yaml:1 at the base

    1 entity no longer sent, perhaps deleted:
      ? domain/shop (its object fails to map, which keeps it for now)

    0 created, 0 updated, 0 deleted, 0 unchanged
    "#);
}

/// The commit of the base depends on the time of the test.
fn without_commit(text: &str) -> String {
    let (before, rest) = text.split_once("base HEAD (").expect("it names the base");
    let (_, after) = rest.split_once(')').expect("it names the commit");
    format!("{before}base HEAD{after}")
}

#[test]
fn a_kind_that_does_not_resolve_deletes_its_entities() {
    let world = World::new();
    world.edit("exporter.yaml", "kind: getport.io/v1/entities", "kind: getport.io/v1/entitys");
    assert_eq!(
        world.danger(),
        ("kind-unresolved".to_owned(), "exporter.yaml:2".to_owned(), SERVICES.map(str::to_owned).into())
    );
    let told = world.run("").results;
    assert!(told.contains("danger: kind-unresolved") && told.contains("at exporter.yaml:2:11"), "{told}");
}

#[test]
fn a_selector_that_becomes_false_deletes_its_entities() {
    let world = World::new();
    world.edit("exporter.yaml", "== \"service\"", "== \"servce\"");
    assert_eq!(
        world.danger(),
        ("selector-false".to_owned(), "exporter.yaml:4".to_owned(), SERVICES.map(str::to_owned).into())
    );
    let world = World::new();
    world.edit("catalog/pay.yaml", "blueprint: service", "blueprint: product");
    assert_eq!(
        world.danger(),
        ("selector-false".to_owned(), "catalog/pay.yaml:1".to_owned(), vec!["service/pay".to_owned()])
    );
}

#[test]
fn another_identifier_deletes_the_old_entity() {
    let world = World::new();
    world.edit(
        "exporter.yaml",
        "identifier: .spec.identifier",
        "identifier: .metadata.namespace + \"-\" + .spec.identifier",
    );
    assert_eq!(
        world.danger(),
        ("identifier-changed".to_owned(), "exporter.yaml:8".to_owned(), SERVICES.map(str::to_owned).into())
    );
    let world = World::new();
    world.edit("catalog/pay.yaml", "identifier: pay", "identifier: payment");
    assert_eq!(
        world.danger(),
        ("identifier-changed".to_owned(), "catalog/pay.yaml:1".to_owned(), vec!["service/pay".to_owned()])
    );
}

#[test]
fn another_blueprint_deletes_the_old_entity() {
    let world = World::new();
    world.edit("exporter.yaml", "blueprint: '\"service\"'", "blueprint: '\"domain\"'");
    world.edit("exporter.yaml", "            properties:\n              tier: .spec.properties.tier\n            relations: {\"*\": \".spec.relations // {}\"}\n", "");
    assert_eq!(
        world.danger(),
        ("blueprint-changed".to_owned(), "exporter.yaml:9".to_owned(), SERVICES.map(str::to_owned).into())
    );
}

#[test]
fn an_entry_that_disappears_deletes_its_entities() {
    let world = World::new();
    world.edit(
        "exporter.yaml",
        MAPPING.split_inclusive("  - kind").nth(1).expect("an entry").trim_end_matches("  - kind"),
        "XX",
    );
    world.edit("exporter.yaml", "resources:\n  - kindXX  - kind", "resources:\n  - kind");
    assert_eq!(
        world.danger(),
        ("entry-removed".to_owned(), "exporter.yaml:2".to_owned(), SERVICES.map(str::to_owned).into())
    );
    let (_, forecast) = world.forecast();
    assert_eq!(forecast["dangers"][0]["location"]["atBase"], true);
}

#[test]
fn a_config_that_maps_nothing_deletes_everything() {
    for (text, kind) in
        [("resources: []\n", "maps-nothing"), ("# nothing\n", "maps-nothing"), ("null\n", "config-null")]
    {
        let world = World::new();
        world.0.write("exporter.yaml", text);
        assert_eq!(
            world.danger(),
            (kind.to_owned(), "exporter.yaml:1".to_owned(), ALL.map(str::to_owned).into()),
            "{text}"
        );
    }
    let world = World::new();
    world.0.write("exporter.yaml", r#"{"integration": {"installationId": "prod", "config": null}}"#);
    assert_eq!(world.danger().0, "config-null");
}

#[test]
fn another_state_key_deletes_what_that_one_owns_and_abandons_the_rest() {
    let world = World::new();
    world.store(&exporter("other"), &[("service", "theirs", json!({}))]);
    world.0.remove("catalog/pay.yaml");
    world.edit("portolan.yaml", "state-key: prod", "state-key: other");
    assert_eq!(
        world.danger(),
        ("state-key-renamed".to_owned(), "portolan.yaml:3".to_owned(), vec!["service/theirs".to_owned()])
    );
    let (_, forecast) = world.forecast();
    assert_eq!(
        forecast["staying"],
        json!([{"blueprint": "service", "identifier": "pay", "reason": "state-key-renamed"}])
    );
}

#[test]
fn an_object_that_fails_blocks_every_deletion() {
    let world = World::new();
    world.0.remove("catalog/pay.yaml");
    world.edit(
        "exporter.yaml",
        "tier: .spec.properties.tier",
        "tier: .spec.properties.tier | ltrimstr(\"v\") | tonumber",
    );
    world.edit("catalog/cart.yaml", "tier: 1", "tier: v");
    world.blocks("object-fails", &["catalog/cart.yaml:1", "exporter.yaml:11"]);
    let (_, forecast) = world.forecast();
    assert_eq!((text(&forecast["outcome"]), &forecast["resyncs"]), ("no-deletion".to_owned(), &Value::Null));
    assert_eq!(
        (&forecast["stale"][0]["effect"], &forecast["stale"][0]["cause"]),
        (&json!("blocked"), &json!("object-removed"))
    );
}

#[test]
fn a_null_inside_a_list_crashes_the_exporter() {
    let world = World::new();
    world.edit("catalog/cart.yaml", "tier: 1", "tier: 1, tags: [a, null]");
    world.blocks("crash", &["catalog/cart.yaml:1", "exporter.yaml:2"]);
    assert_eq!(text(&world.forecast().1["outcome"]), "crash");
}

#[test]
fn a_config_with_which_the_exporter_does_not_start_blocks_every_deletion() {
    let world = World::new();
    world.edit("exporter.yaml", "tier: .spec.properties.tier", "tier: [.spec.properties.tier]");
    world.blocks("start-failed", &["exporter.yaml:11"]);
    assert_eq!(text(&world.forecast().1["outcome"]), "start-failed");
}

#[test]
fn new_entities_in_a_circle_never_arrive() {
    let world = World::new();
    world.0.write("catalog/a.yaml", manifest("service", "a", "  relations: {uses: [b]}\n"));
    world.0.write("catalog/b.yaml", manifest("service", "b", "  relations: {uses: [c]}\n"));
    world.0.write("catalog/c.yaml", manifest("service", "c", "  relations: {}\n"));
    let (code, forecast) = world.forecast();
    assert_eq!((code, text(&forecast["outcome"]), &forecast["resyncs"]), (0, "order-decides".to_owned(), &json!(3)));
    world.0.write("catalog/c.yaml", manifest("service", "c", "  relations: {uses: [a]}\n"));
    world.blocks("relation-cycle", &["catalog/a.yaml:1", "exporter.yaml:8"]);
    world.0.write("exporter.yaml", format!("createMissingRelatedEntities: true\n{MAPPING}"));
    let (code, forecast) = world.forecast();
    assert_eq!((code, text(&forecast["outcome"])), (0, "complete".to_owned()));
}

#[test]
fn a_target_that_nobody_sends_blocks_every_deletion() {
    let world = World::new();
    world.edit("catalog/cart.yaml", "domain: shop", "domain: nowhere");
    world.blocks("missing-target", &["catalog/cart.yaml:1", "exporter.yaml:12"]);
}

#[test]
fn a_required_relation_to_something_missing_blocks_every_deletion() {
    let world = World::new();
    world.edit(".portolan/blueprints/service.json", "\"required\":false", "\"required\":true");
    world.edit("catalog/cart.yaml", "domain: shop", "domain: nowhere");
    world.blocks("missing-target", &["catalog/cart.yaml:1", "exporter.yaml:12"]);
    world.0.write("catalog/cart.yaml", manifest("service", "basket", ""));
    let (_, forecast) = world.forecast();
    assert_eq!(text(&forecast["blockers"][0]["kind"]), "refused");
    let told = world.run("").results;
    assert!(told.contains("the required relation `domain` is missing"), "{told}");
}

#[test]
fn a_value_that_the_catalog_refuses_blocks_every_deletion() {
    let world = World::new();
    world.edit("catalog/cart.yaml", "tier: 1", "tier: gold");
    world.blocks("refused", &["catalog/cart.yaml:1", "exporter.yaml:11"]);
}

#[test]
fn a_deletion_that_leaves_a_relation_behind_blocks_the_later_ones() {
    let world = World::new();
    world.0.remove("catalog/shop.yaml");
    world.edit("catalog/pay.yaml", "domain: shop", "domain: null");
    world.blocks("target-deleted", &["catalog/cart.yaml:1", "exporter.yaml:12"]);
    let (_, forecast) = world.forecast();
    assert_eq!(
        (text(&forecast["outcome"]), keys(&forecast["stale"])),
        ("complete".to_owned(), vec!["domain/shop".to_owned()])
    );
}

#[test]
fn a_manifest_that_cannot_be_delivered_deletes_nothing() {
    let world = World::new();
    world.edit("catalog/pay.yaml", "  identifier: pay\n", "  identifier: pay\n  colour: red\n");
    let (code, forecast) = world.forecast();
    assert_eq!((code, &forecast["stale"]), (0, &json!([])), "{forecast:#}");
    assert_eq!(text(&forecast["undecided"][0]["reason"]), "object-undelivered");
    assert_eq!(
        (text(&forecast["undelivered"][0]["path"]), &forecast["undelivered"][0]["line"]),
        ("catalog/pay.yaml".to_owned(), &json!(1))
    );
    world.0.write("catalog/pay.yaml", "kind: Entity\napiVersion: getport.io/v1\nspec: [\n");
    let (code, forecast) = world.forecast();
    assert_eq!((code, text(&forecast["undecided"][0]["reason"])), (0, "object-undelivered".to_owned()), "{forecast:#}");
}

#[test]
fn without_a_base_what_is_owned_and_not_sent_is_deleted() {
    let world = World::new();
    world.0.remove("catalog/pay.yaml");
    let done = run(&world.0, "cluster forecast --no-base --output json");
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    let stale = &found["clusters"][0]["stale"][0];
    assert_eq!((done.code, key(stale), &stale["cause"]), (0, "service/pay".to_owned(), &json!("undeclared")));
    world.edit("exporter.yaml", "kind: getport.io/v1/entities", "kind: getport.io/v1/entitys");
    assert_eq!(run(&world.0, "cluster forecast --no-base").code, 1);
}

#[test]
fn known_entities_and_commits_replace_the_catalog_and_the_work_tree() {
    let world = World::new();
    world.0.write("owned.json", r#"[{"blueprint": "service", "identifier": "old"}]"#);
    let done = world.run("--known owned.json --output json");
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    assert_eq!(keys(&found["clusters"][0]["stale"]), ["service/old"]);
    assert_eq!(found["clusters"][0]["writes"][0]["takesOver"], true);
    // A commit is read without the work tree.
    world.0.write("exporter.yaml", "resources: []\n");
    let done = run(&world.0, "cluster forecast --ref HEAD --no-base --output json");
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    assert_eq!((done.code, &found["clusters"][0]["counts"]["unchanged"]), (0, &json!(3)));
}

#[test]
fn credentials_are_masked() {
    let world = World::new();
    world.edit("exporter.yaml", "tier: .spec.properties.tier", "note: .spec.properties.token");
    world.edit("catalog/cart.yaml", "tier: 1", "token: ghp_0123456789abcdefghijABCDEFGHIJ012345");
    for line in ["", "--output json"] {
        let told = world.run(line).results;
        assert!(told.contains("[secret ") && !told.contains("ghp_0123"), "{told}");
    }
}

#[test]
fn a_served_catalog_answers_for_the_exporter() {
    let world = World::new();
    let serving = Serving::start(&["--store", "memory", "--listen", "127.0.0.1:0"]);
    let client = Plain::connect_as(&exporter("prod"), &serving.url);
    for name in ["domain", "service"] {
        let body =
            serde_json::from_str(&world.0.read(&format!(".portolan/blueprints/{name}.json"))).expect("it is JSON");
        let (status, answer) = client.call("POST", "blueprints", Some(&body)).expect("the server answers");
        assert_eq!(status, 201, "{answer}");
    }
    let options = "upsert=true&merge=true&run_id=&create_missing_related_entities=false";
    for (blueprint, identifier) in [("domain", "shop"), ("service", "cart"), ("service", "old")] {
        let body = json!({"identifier": identifier});
        let path = format!("blueprints/{blueprint}/entities?{options}");
        let (status, answer) = client.call("POST", &path, Some(&body)).expect("the server answers");
        assert!(status < 300, "{answer}");
    }
    let line = format!("cluster forecast --base HEAD --catalog {} --output json", serving.url);
    let done = run_with(&world.0, &line, &[("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)]);
    assert_eq!(done.code, 0, "{}", done.talk);
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    let forecast = &found["clusters"][0];
    assert_eq!(keys(&forecast["stale"]), ["service/old"]);
    let counts = &forecast["counts"];
    assert_eq!((&counts["created"], &counts["updated"], &counts["unchanged"]), (&json!(1), &json!(1), &json!(1)));
}

/// Measured with the real exporter: over a pushed catalog a resync changes nothing; into an empty one, two services that
/// point to each other and two APIs that hang on one of them never arrive, and the rest takes four or five resyncs.
#[test]
fn an_example_arrives_as_measured_with_the_real_exporter() {
    let repo = Repo::new();
    repo.copy_example("acme");
    let config = repo.read("portolan.yaml").replace("write: merge\n", "")
        + "\nclusters: {prod: {mapping: exporter.yaml, state-key: prod}}\n";
    let star = |kind: &str| {
        format!(
            "- kind: getport.io/v1/{kind}\n  port: {{entity: {{mappings: [{{identifier: .spec.identifier, blueprint: \
             .spec.blueprint, properties: {{\"*\": \".spec.properties // {{}}\"}}, relations: {{\"*\": \".spec.relations // {{}}\"}}}}]}}}}\n"
        )
    };
    repo.write("exporter.yaml", format!("resources:\n{}{}", star("entities"), star("clusterentities")));
    repo.write("portolan.yaml", &config);
    let forecast = |repo: &Repo| {
        let done = run(repo, "cluster forecast --no-base --output json");
        let found: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
        (done.code, found["clusters"][0].clone())
    };
    let (code, empty) = forecast(&repo);
    assert_eq!((code, text(&empty["outcome"])), (1, "no-deletion".to_owned()));
    let writes = empty["writes"].as_array().expect("a list");
    let never: Vec<String> = writes.iter().filter(|write| write["resync"].is_null()).map(key).collect();
    assert_eq!(never, ["api/quotes/v1", "api/quotes/v2", "service/quote-engine", "service/surcharge-rules"]);
    let latest = writes.iter().filter_map(|write| write["resync"].as_u64()).max();
    // In the worst order. The real one lies between that and one resync.
    assert_eq!((writes.len(), latest), (105, Some(10)));
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for blocker in empty["blockers"].as_array().expect("a list") {
        *kinds.entry(text(&blocker["kind"])).or_default() += 1;
    }
    assert_eq!(kinds, BTreeMap::from([("relation-cycle".to_owned(), 1), ("target-refused".to_owned(), 2)]));
    run(&repo, "push --yes --approve-all");
    let pushed = run(&repo, "push");
    assert_eq!(pushed.code, 0, "{}\n{}", pushed.results, pushed.talk);
    let (code, full) = forecast(&repo);
    assert_eq!((code, text(&full["outcome"])), (0, "complete".to_owned()), "{full:#}");
    assert_eq!((&full["counts"]["unchanged"], &full["counts"]["created"]), (&json!(105), &json!(0)));
}

#[test]
fn a_repository_without_a_mapping_gets_the_one_that_would_be_written() {
    let repo = Repo::new();
    repo.copy_example("acme");
    let config = repo.read("portolan.yaml") + "\nclusters: {prod: {state-key: prod}}\n";
    repo.write("portolan.yaml", &config);
    let done = run(&repo, "cluster forecast --no-base --output json");
    let found: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
    let forecast = &found["clusters"][0];
    assert_eq!(forecast["mapping"], Value::Null);
    assert_eq!(forecast["writes"].as_array().map(Vec::len), Some(105));
}

#[test]
fn what_cannot_be_forecast_is_refused() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: a\n");
    assert_error(&run(&repo, "cluster forecast").was_refused(), "no-clusters");
    repo.write("portolan.yaml", "scope: a\nclusters: {a: {state-key: a, mapping: lost.yaml}}\n");
    assert_error(&run(&repo, "cluster forecast").was_refused(), "unreadable-mapping");
    repo.write("portolan.yaml", "scope: a\nclusters: {a: {state-key: a}, b: {state-key: b}}\n");
    repo.write("owned.json", "[]");
    assert_error(
        &run(&repo, "cluster forecast --known owned.json").was_refused(),
        "known-entities-of-several-clusters",
    );
}
