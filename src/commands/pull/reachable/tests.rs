//! Tests which known entities the list keeps.

use serde_json::{Value as Json, json};

use super::*;
use crate::domain::document::span::Span;
use crate::domain::entity::desired::DesiredField;
use crate::domain::entity::fields::Texts;
use crate::domain::finding::{FileId, Place};

fn fetched(bodies: Vec<Json>) -> Fetched {
    let blueprints = bodies.into_iter().map(|body| Blueprint::from_json(body).expect("a blueprint").0).collect();
    Fetched { all: Blueprints::new(blueprints), entities: Default::default() }
}

/// `service` has relations to squads and users; `pod` to clusters.
fn blueprints() -> Fetched {
    let properties = json!({"onCall": {"type": "string", "format": "user"},
        "reviewers": {"type": "array", "items": {"type": "string", "format": "team"}}});
    fetched(vec![
        json!({"identifier": "service", "schema": {"properties": properties},
            "relations": {"squad": {"target": "squad"}, "lead": {"target": "_user"}}}),
        json!({"identifier": "pod", "schema": {"properties": {}}, "relations": {"cluster": {"target": "cluster"}},
            "ownership": {"type": "Inherited", "path": "cluster"}}),
        json!({"identifier": "squad", "schema": {"properties": {}}}),
        json!({"identifier": "cluster", "schema": {"properties": {}}}),
        json!({"identifier": "_team", "schema": {"properties": {}}}),
        json!({"identifier": "_user", "schema": {"properties": {}}}),
    ])
}

fn manifest(blueprint: &str) -> Desired {
    Desired {
        key: EntityKey { blueprint: blueprint.into(), identifier: "x".into() },
        texts: Texts::default(),
        team: DesiredField::default(),
        properties: Box::default(),
        relations: Box::default(),
        renamed_from: None,
        place: Place { file: FileId(0), span: Span::default() },
        is_bare: false,
    }
}

fn reachable(manifests: &[Desired]) -> (Vec<String>, Vec<String>) {
    let fetched = blueprints();
    let used = manifests.iter().map(|manifest| &*manifest.key.blueprint).collect();
    let mut reachable = Reachable::from_blueprints(&used, &fetched);
    manifests.iter().for_each(|manifest| reachable.add_manifest(manifest, &fetched.all));
    (reachable.blueprints.into_iter().collect(), reachable.users.iter().map(ToString::to_string).collect())
}

#[test]
fn only_the_relation_targets_of_used_blueprints_are_reachable() {
    assert_eq!(reachable(&[manifest("service")]).0, ["squad"]);
    assert_eq!(reachable(&[manifest("service"), manifest("pod")]).0, ["cluster", "squad"]);
    assert_eq!(reachable(&[manifest("squad")]).0, [""; 0]);
    // A repository without manifests may use any blueprint, and so may one whose blueprints the catalog does not have.
    assert_eq!(reachable(&[]).0, ["cluster", "squad"]);
    assert_eq!(reachable(&[manifest("queue"), manifest("_team")]).0, ["cluster", "squad"]);
}

#[test]
fn teams_are_reachable_where_a_manifest_names_one() {
    let set = |teams: Teams| DesiredField::set(teams, Span::default());
    let with = |blueprint: &str, team: DesiredField<Teams>| reachable(&[Desired { team, ..manifest(blueprint) }]).0;
    assert_eq!(with("service", set(Teams::One("payments".into()))), ["_team", "squad"]);
    assert_eq!(with("service", set(Teams::Many(["a".into()].into()))), ["_team", "squad"]);
    assert_eq!(with("service", set(Teams::Many(Box::default()))), ["squad"]);
    assert_eq!(with("service", DesiredField::null(Span::default())), ["squad"]);
    assert_eq!(with("pod", set(Teams::One("payments".into()))), ["cluster"], "its team is inherited");
}

#[test]
fn of_users_only_those_are_reachable_that_manifests_name() {
    use crate::domain::entity::desired::{DesiredProperty, DesiredRelation};
    let property = |name: &str, value: Json| DesiredProperty {
        name: name.into(),
        value: Value::from_json(&value),
        span: Span::default(),
    };
    let relation =
        DesiredRelation { name: "lead".into(), targets: Targets::One("eve@acme.io".into()), span: Span::default() };
    let properties = [
        property("onCall", json!("ada@acme.io")),
        property("reviewers", json!(["payments"])),
        property("other", json!("bob@acme.io")),
    ];
    let manifest = Desired { properties: properties.into(), relations: [relation].into(), ..manifest("service") };
    let (blueprints, users) = reachable(&[manifest]);
    assert_eq!(
        (blueprints, users),
        (vec!["_team".to_owned(), "squad".to_owned()], vec!["ada@acme.io".to_owned(), "eve@acme.io".to_owned()])
    );
}
