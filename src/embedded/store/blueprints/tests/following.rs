//! Tests that the store applies a snapshot's blueprints: any order, cycles, invalid bodies, and entities that
//! contradict them.

use serde_json::{Value, json};

use super::{bare, create, put, refusal, store, stored, writer};
use crate::embedded::store::{BlueprintConflict, SnapshotChanges, Store};

fn follow(store: &Store, given: &[Value]) -> SnapshotChanges {
    store.apply_snapshot(given.to_vec(), &writer()).expect("it can be followed").unwrap_or_default()
}

fn circle() -> Vec<Value> {
    let one = |identifier: &str, target: &str| {
        json!({
            "identifier": identifier, "title": identifier, "schema": {"properties": {"p": {"type": "string"}}},
            "relations": {"next": {"target": target}}, "mirrorProperties": {"m": {"path": "next.next.p"}},
            "createdAt": "2025-03-11T09:12:44.107Z", "createdBy": "somebody",
        })
    };
    vec![one("a", "b"), one("b", "c"), one("c", "a")]
}

#[test]
fn circles_come_in_any_order_and_a_second_time_changes_nothing() {
    for turn in 0..3 {
        let mut given = circle();
        given.rotate_left(turn);
        let store = store();
        let followed = follow(&store, &given);
        assert_eq!(followed.created, ["a", "b", "c"]);
        assert!(followed.conflicts.is_empty());
        let before = store.blueprints().expect("they can be read");
        assert_eq!(before[5]["createdBy"], "client", "the record is the store's own");
        assert_eq!(follow(&store, &given), SnapshotChanges::default());
        assert_eq!(store.blueprints().expect("they can be read"), before);
    }
}

#[test]
fn what_is_no_longer_given_goes_unless_entities_hold_it() {
    let store = store();
    follow(&store, &circle());
    follow(&store, &[circle(), vec![bare("full"), bare("empty")]].concat());
    put(&store, "full", "thing", json!({}), json!({}));
    let followed = follow(&store, &[bare("new")]);
    assert_eq!(followed.created, ["new"]);
    assert_eq!(followed.removed, ["a", "b", "c", "empty"], "a circle goes as one");
    assert_eq!(
        followed.conflicts,
        [BlueprintConflict {
            blueprint: "full".to_owned(),
            reason: "the blueprint is gone".to_owned(),
            is_kept: true,
            entities: vec!["thing".to_owned()],
            count: 1,
        }]
    );
    assert!(store.blueprint("_user").is_ok(), "the platform's own stay");
}

#[test]
fn a_blueprint_that_a_kept_one_points_to_is_kept() {
    let store = store();
    follow(&store, &circle());
    put(&store, "b", "thing", json!({}), json!({}));
    let followed = follow(&store, &[]);
    assert_eq!(followed.removed, Vec::<String>::new());
    assert_eq!(followed.conflicts.iter().map(|conflict| conflict.blueprint.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn entities_that_stand_against_it_keep_their_blueprint() {
    let store = store();
    let given = |kind: &str, extra: Value| {
        let mut body = bare("item");
        body["schema"] = json!({"properties": {"size": {"type": kind}}, "required": []});
        if let (Value::Object(body), Value::Object(extra)) = (&mut body, extra) {
            body.extend(extra);
        }
        body
    };
    follow(&store, &[given("number", json!({}))]);
    follow(&store, &[given("string", json!({}))]);
    put(&store, "item", "none", json!({"size": null}), json!({}));
    let followed = follow(&store, &[given("number", json!({}))]);
    assert_eq!(followed.changed, ["item"], "a type that nothing is stored under may change");
    put(&store, "item", "five", json!({"size": 5}), json!({}));
    let followed = follow(&store, &[given("string", json!({"title": "New"}))]);
    assert_eq!(followed.changed, Vec::<String>::new());
    assert_eq!(followed.conflicts.len(), 1);
    let conflict = &followed.conflicts[0];
    assert_eq!(conflict.reason, "the type of the property `size` changes from number to string");
    assert_eq!(
        (conflict.is_kept, conflict.entities.as_slice(), conflict.count),
        (true, ["five".to_owned()].as_slice(), 1)
    );
    assert_eq!(store.blueprint("item").expect("it is there")["title"], "item", "it stays as it was, whole");
    let mut required = given("number", json!({}));
    required["schema"]["required"] = json!(["size"]);
    let followed = follow(&store, &[required]);
    assert_eq!(followed.changed, ["item"]);
    assert_eq!(followed.conflicts[0].entities, ["none"]);
    assert!(!followed.conflicts[0].is_kept);
    assert_eq!(stored(&store, "none").0, json!({"size": null}), "the entity stays as it is");
}

#[test]
fn a_catalogs_oddities_are_taken() {
    let store = store();
    let odd = json!({
        "identifier": "cluster", "title": null, "colour": "kept",
        "schema": {"properties": {"status": {"type": "enum"}}},
        "relations": {"lost": {"title": "no target"}, "nowhere": {"target": "gone"}},
        "mirrorProperties": {"m": {"path": "gone.$title"}},
    });
    let system =
        json!({"identifier": "_workflow", "title": "Rule", "schema": {"properties": {"level": {"type": "string"}}}});
    assert_eq!(follow(&store, &[odd, system]).created, ["_workflow", "cluster"]);
    let body = store.blueprint("cluster").expect("it is there");
    assert_eq!(body["relations"], json!({"nowhere": {"target": "gone", "required": false, "many": false}}));
    let refused =
        refusal(store.patch_blueprint("_workflow", json!({"schema": {"properties": {"level": null}}}), &writer()));
    assert_eq!(refused.error, "protected_blueprint_violation");
    assert_eq!(refusal(store.delete_blueprint("_workflow", &writer())).status, 403);
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    let store = store();
    create(&store, bare("here"));
    for given in [vec![bare("a"), bare("a")], vec![bare("a"), json!([])], vec![bare("a"), bare("b c")]] {
        assert_eq!(refusal(store.apply_snapshot(given, &writer())).status, 422);
        assert_eq!(refusal(store.blueprint("a")).status, 404);
        assert!(store.blueprint("here").is_ok());
    }
}
