//! Tests `portolan graph`: the neighbourhood of an entity, the blueprints, and the formats.

use super::{new::acme, run};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

#[test]
fn without_an_entity_it_draws_the_blueprints() {
    let text = run(&acme(), "graph").quietly_gave();
    for expected in
        ["service  Service\n", "  -> system      system  (required)\n", "  -> dependsOn   service  (many)\n"]
    {
        assert!(text.contains(expected), "{text}");
    }
    let talk = run(&Repo::new(), "graph").was_refused();
    assert_error(&talk, "no-blueprints-to-draw");
}

#[test]
fn the_neighbourhood_goes_as_far_as_the_depth() {
    let repo = acme();
    let near = run(&repo, "graph service/ledger").quietly_gave();
    assert!(near.starts_with("service/ledger  catalog/payments/ledger/ledger.yaml\n"), "{near}");
    assert!(near.contains("  -> datastores") && near.contains("  <- dependsOn"), "{near}");
    assert!(near.lines().all(|line| !line.starts_with("    ")), "{near}");
    let far = run(&repo, "graph service/ledger --depth 2").quietly_gave();
    assert!(far.lines().any(|line| line.starts_with("    <- dependsOn")), "{far}");
    let incoming = run(&repo, "graph service/ledger --direction incoming").quietly_gave();
    assert!(!incoming.contains("->") && incoming.contains("<- service"), "{incoming}");
    let outgoing = run(&repo, "graph service/ledger --direction outgoing").quietly_gave();
    assert!(!outgoing.contains("<-") && outgoing.contains("-> system"), "{outgoing}");
}

#[test]
fn the_text_has_a_line_for_each_edge() {
    let repo = acme();
    let json = run(&repo, "graph service/ledger --depth 2 --output json").quietly_gave();
    let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let text = run(&repo, "graph service/ledger --depth 2").quietly_gave();
    let lines = text.lines().filter(|line| line.contains(" -> ") || line.contains(" <- ")).count();
    assert_eq!(Some(lines), document["edges"].as_array().map(Vec::len), "{text}");
}

#[test]
fn diagrams_have_each_node_and_edge_once() {
    let repo = acme();
    let json = run(&repo, "graph service/ledger --depth 2 --output json").quietly_gave();
    let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let count = |key: &str| document[key].as_array().expect("a list").len();
    let (nodes, edges) = (count("nodes"), count("edges"));
    assert!(nodes > 10 && edges >= nodes - 1, "{nodes} {edges}");
    let mermaid = run(&repo, "graph service/ledger --depth 2 --output mermaid").quietly_gave();
    assert_eq!(mermaid.matches("-->").count(), edges);
    assert!(mermaid.starts_with("flowchart LR\n  n0[\"service/ledger\"]:::root\n"), "{mermaid}");
    let dot = run(&repo, "graph service/ledger --depth 2 --output dot").quietly_gave();
    assert_eq!((dot.matches(" -> ").count(), dot.matches("[label=\"").count()), (edges, nodes + edges));
}

#[test]
fn hostile_names_draw_nothing_else() {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/service.json", r#"{"identifier": "service", "schema": {"properties": {}}, "relations": {"a\"] --> b": {"target": "service", "many": true}}}"#);
    repo.write(
        "a.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec: {blueprint: service, identifier: a, relations: {'a\"] --> b': [a]}}\n",
    );
    let mermaid = run(&repo, "graph service/a --output mermaid").quietly_gave();
    assert_eq!(mermaid.matches("-->").count(), 1, "{mermaid}");
    let dot = run(&repo, "graph service/a --output dot").quietly_gave();
    assert!(dot.contains(r#"n0 -> n0 [label="a\"] --> b"];"#), "{dot}");
}
