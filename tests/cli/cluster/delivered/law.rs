//! The law of deletes: over random repositories, owners and faults, `diff` shows exactly the deletes that `cluster forecast`
//! announces, and none where something blocks them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::super::forecast::world::{MAPPING, World, exporter, key, manifest};
use crate::cli::run;

const NAMES: [&str; 7] =
    ["domain/shop", "domain/hub", "service/cart", "service/pay", "service/log", "service/web", "service/old"];
const OWNERS: [&str; 5] = [
    "port-k8s-exporter/^0.3.4 (statekey/prod)",
    "port-k8s-exporter/^0.3.4 (statekey/prod-two)",
    "port-k8s-exporter/^0.3.4 (statekey/pro)",
    "portolan/0.1.0 (statekey/acme/catalog)",
    "Mozilla/5.0",
];
const RULES: [&str; 9] = [
    "dangling-relation",
    "missing-relation",
    "failing-expression",
    "unresolved-kind",
    "maps-nothing",
    "null-in-list",
    "refused-object",
    "unmapped-entity",
    "relation-cycle",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Selector,
    Kind,
    Identifier,
    FailingExpression,
    MissingTarget,
    NullInList,
    RefusedManifest,
}

const FAULTS: [Fault; 8] = [
    Fault::None,
    Fault::Selector,
    Fault::Kind,
    Fault::Identifier,
    Fault::FailingExpression,
    Fault::MissingTarget,
    Fault::NullInList,
    Fault::RefusedManifest,
];

#[derive(Debug, Clone)]
struct State {
    /// By entity: its owner in the catalog, whether it is declared at the base, and whether it still is.
    entities: Vec<(Option<usize>, bool, bool)>,
    fault: Fault,
    is_required: bool,
    has_base: bool,
    has_mapping: bool,
    has_second_cluster: bool,
}

fn states() -> impl Strategy<Value = State> {
    let owner = prop_oneof![4 => Just(Some(0)), 1 => (1..OWNERS.len()).prop_map(Some), 1 => Just(None)];
    let entities = prop::collection::vec((owner, prop::bool::weighted(0.8), prop::bool::weighted(0.7)), NAMES.len());
    let fault = prop_oneof![2 => Just(Fault::None), 3 => prop::sample::select(FAULTS.to_vec())];
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.8), prop::bool::weighted(0.3));
    (entities, fault, flags).prop_map(|(entities, fault, (is_required, has_base, has_mapping, has_second_cluster))| {
        State { entities, fault, is_required, has_base, has_mapping, has_second_cluster }
    })
}

fn file(name: &str) -> String {
    format!("catalog/{}.yaml", name.split('/').next_back().expect("it has a name"))
}

fn text(name: &str) -> String {
    let (blueprint, identifier) = name.split_once('/').expect("a key has two parts");
    let rest = if blueprint == "service" { "  properties: {tier: 1}\n  relations: {domain: shop}\n" } else { "" };
    manifest(blueprint, identifier, rest)
}

fn world_of(state: &State) -> World {
    let world = World::empty();
    if state.is_required {
        world.edit(".portolan/blueprints/service.json", "\"required\":false", "\"required\":true");
    }
    let mapping = if state.has_mapping { "    mapping: exporter.yaml\n" } else { "" };
    let second = "  two:\n    mapping: two.yaml\n    state-key: prod-two\n";
    let second = if state.has_second_cluster && state.has_mapping { second } else { "" };
    let rules: String = RULES.iter().map(|rule| format!("  {rule}: warning\n")).collect();
    let config =
        format!("scope: acme/catalog\nclusters:\n  prod:\n{mapping}    state-key: prod\n{second}rules:\n{rules}");
    world.0.write("portolan.yaml", config);
    // The second cluster has the services only, and so sends some of them too.
    world.0.write(
        "two.yaml",
        MAPPING
            .replace("\"domain\"", "\"nothing\"")
            .replace("\"service\"\n", "\"service\" and .spec.identifier == \"web\"\n"),
    );
    for (name, (_, at_base, _)) in NAMES.iter().zip(&state.entities) {
        if *at_base {
            world.0.write(&file(name), text(name));
        }
    }
    world.0.git(&["add", "."]);
    world.0.git(&["commit", "-qm", "base"]);
    for (name, (owner, ..)) in NAMES.iter().zip(&state.entities) {
        let (blueprint, identifier) = name.split_once('/').expect("a key has two parts");
        let Some(owner) = owner else { continue };
        let has_domain = state.entities[0].0.is_some();
        let body = match blueprint {
            "service" if has_domain => json!({"properties": {"tier": 1}, "relations": {"domain": "shop"}}),
            // The catalog refuses a service without the required relation.
            "service" if state.is_required => continue,
            _ => json!({}),
        };
        world.store(OWNERS[*owner], &[(blueprint, identifier, body)]);
    }
    for (name, (_, _, is_declared)) in NAMES.iter().zip(&state.entities) {
        if *is_declared {
            world.0.write(&file(name), text(name));
        } else if world.0.path().join(file(name)).exists() {
            world.0.remove(&file(name))
        }
    }
    let service = manifest("service", "extra", "  properties: {tier: 1}\n  relations: {domain: shop}\n");
    let add = |text: String| {
        world.0.write("catalog/extra.yaml", text);
    };
    match state.fault {
        Fault::None => {}
        Fault::Selector => world.edit("exporter.yaml", "== \"service\"", "== \"servce\""),
        Fault::Kind => world.edit("exporter.yaml", "kind: getport.io/v1/entities", "kind: getport.io/v1/entitys"),
        Fault::Identifier => {
            world.edit("exporter.yaml", "identifier: .spec.identifier", "identifier: .spec.identifier + \"-2\"");
        }
        Fault::FailingExpression => world.edit("exporter.yaml", ".spec.properties.tier", ".spec.identifier | tonumber"),
        Fault::MissingTarget => add(service.replace("domain: shop", "domain: nowhere")),
        Fault::NullInList => add(service.replace("tier: 1", "tier: 1, x: [null]")),
        Fault::RefusedManifest => add(service.replace("spec:", "spec:\n  title: X")),
    }
    world
}

fn parsed(results: &str, talk: &str) -> Value {
    serde_json::from_str(results).unwrap_or_else(|error| panic!("{error}: {results}{talk}"))
}

fn keys_where(list: &Value, member: &str, value: &str) -> BTreeSet<String> {
    let all = list.as_array().expect("a list").iter();
    all.filter(|entity| entity[member] == value).map(key).collect()
}

/// What is announced, as the name of an outcome and the number of deletes; `None`: lint stops the plan.
fn check(state: &State) -> Option<(String, usize)> {
    let world = world_of(state);
    let base = if state.has_base { "--base HEAD" } else { "--no-base" };
    let done = run(&world.0, &format!("diff --output json {base}"));
    let plan = parsed(&done.results, &done.talk);
    if plan["format"] == "portolan.lint/1" {
        return None;
    }
    let shown = keys_where(&plan["changes"], "action", "delete");
    let done = run(&world.0, &format!("cluster forecast --output json {base}"));
    let forecast = parsed(&done.results, &done.talk);
    let clusters = forecast["clusters"].as_array().expect("a list");
    let sent: BTreeSet<String> =
        clusters.iter().flat_map(|cluster| cluster["writes"].as_array().expect("a list")).map(key).collect();
    let deleted: BTreeSet<String> =
        clusters.iter().flat_map(|cluster| keys_where(&cluster["stale"], "effect", "deleted")).collect();
    let expected: BTreeSet<String> = deleted.difference(&sent).cloned().collect();
    assert_eq!(shown, expected, "{state:#?}\n{plan:#}\n{forecast:#}");
    for (told, cluster) in plan["delivery"]["clusters"].as_array().expect("a list").iter().zip(clusters) {
        assert_eq!(told["outcome"], cluster["outcome"]);
    }
    Some((clusters[0]["outcome"].as_str().expect("a text").to_owned(), shown.len()))
}

#[test]
fn diff_and_forecast_agree_on_what_is_deleted() {
    let config = crate::generated_cases::config(240);
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..cases {
        let state = states().new_tree(&mut runner).expect("a state").current();
        let (outcome, deletes) = check(&state).unwrap_or_else(|| ("stopped by lint".to_owned(), 0));
        *counts.entry(outcome).or_default() += 1;
        *counts.entry("deletes".to_owned()).or_default() += usize::from(deletes > 0);
    }
    // The law would be empty if the states were all alike.
    for kind in ["complete", "no-deletion", "crash", "deletes"] {
        assert!(counts.get(kind).is_some_and(|number| *number >= 2), "{kind}: {counts:?}");
    }
    assert!(counts.get("stopped by lint").is_none_or(|number| *number * 4 < cases as usize), "{counts:?}");
    assert!(exporter("prod") == OWNERS[0]);
}
