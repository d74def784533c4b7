//! Tests what policies apply to, that their order does not matter, and what an approval of their verdict covers.

use serde_json::{Value as Json, json};

use super::policy_samples::{conditions, policy};
use super::shuffled::shuffled;
use super::world::{World, key, mask};
use crate::domain::blueprint::PropertyKind;
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Origin, OwnerStatus};
use crate::domain::plan::hazard::{Consent, HazardKind};
use crate::domain::plan::policy::{Policy, PolicyMatch, PolicyVerdict};
use crate::domain::value::Value;
use crate::plan::{UnknownName, unknown_names};

fn judged(world: &World, when: &Json) -> Option<Vec<PolicyMatch>> {
    let policies = vec![policy("p", PolicyVerdict::Hazard, when)];
    verdicts(&World { policies, ..world.clone() }.plan()).pop().map(|(_, changes)| changes)
}

/// The names of the policies with a verdict, and what each one found.
fn verdicts(plan: &Plan) -> Vec<(String, Vec<PolicyMatch>)> {
    let verdict = |kind: &HazardKind| match kind {
        HazardKind::Policy { policy, changes, .. } => Some((policy.to_string(), changes.clone())),
        _ => None,
    };
    plan.hazards.iter().filter_map(|hazard| verdict(&hazard.kind)).collect()
}

/// The keys of the changes that a policy finds.
fn names(world: &World, when: Json) -> Vec<String> {
    let found = judged(world, &when).unwrap_or_default();
    found.iter().map(|found| format!("{} {}", found.action.word(), found.key.identifier)).collect()
}

/// One change of each kind.
fn world() -> World {
    let declared = json!([
        {"identifier": "cart", "title": "The cart", "team": ["blue"], "properties": {"tier": 2, "tags": ["a", "b"]}},
        {"identifier": "new", "properties": {"tier": 1}, "relations": {"dependsOn": ["cart"], "owner": "core"}},
        {"identifier": "book", "renamed-from": "books", "properties": {"tier": 3}},
        {"identifier": "other", "properties": {"tier": 3}},
        {"identifier": "same", "properties": {"tier": 1}},
        {"blueprint": "team", "identifier": "core"},
    ]);
    let stored = json!([
        {"identifier": "cart", "title": "Cart", "properties": {"tier": 1, "tags": ["a"]}},
        {"identifier": "gone", "team": ["red"], "properties": {"tier": 1.0}, "relations": {"domain": "shop"}},
        {"identifier": "books", "properties": {"tier": 3}},
        {"identifier": "other", "properties": {"tier": 4}},
        {"identifier": "same", "properties": {"tier": 1}},
        {"blueprint": "team", "identifier": "core"},
    ]);
    let world = World::of(declared, stored);
    world.owning(&[("service", "cart"), ("service", "gone"), ("service", "books"), ("team", "core")])
}

#[test]
fn all_conditions_must_hold_and_one_of_a_list() {
    let world = world();
    let all = ["rename book", "update cart", "delete gone", "create new", "update other"];
    for (when, expected) in [
        (json!({"blueprint": "service"}), &all[..]),
        (json!({"blueprint": "serv*"}), &all),
        (json!({"blueprint": "team"}), &[]),
        (json!({"action": "delete"}), &["delete gone"]),
        (json!({"action": ["create", "rename"]}), &["rename book", "create new"]),
        (json!({"action": "delete", "blueprint": "team"}), &[]),
        (json!({"identifier": ["cart", "n*"]}), &["update cart", "create new"]),
        // A rename is about both identifiers.
        (json!({"identifier": "books"}), &["rename book"]),
        (json!({"identifier": "b*k"}), &["rename book"]),
        (json!({"owner": "foreign"}), &["update other"]),
        (json!({"owner": "ours"}), &["rename book", "update cart", "delete gone"]),
        (json!({"owner": "new", "action": "create"}), &["create new"]),
        (json!({"action": ["update", "delete"], "not": {"identifier": "cart"}}), &["delete gone", "update other"]),
        // The exception holds only if all of its conditions do.
        (
            json!({"action": "update", "not": {"identifier": "cart", "owner": "foreign"}}),
            &["update cart", "update other"],
        ),
    ] {
        assert_eq!(names(&world, when.clone()), expected, "{when}");
    }
}

#[test]
fn a_field_has_a_value_before_and_after_whether_it_changes_or_not() {
    let world = world();
    for (when, expected) in [
        // It changes: a new entity sets it, a deleted one had it.
        (json!({"field": "tier"}), &["update cart", "delete gone", "create new", "update other"][..]),
        (json!({"field": "tier", "changed": false}), &["rename book"]),
        (json!({"field": "tier", "before": 1}), &["update cart", "delete gone"]),
        (json!({"field": "tier", "before": [1, 3]}), &["rename book", "update cart", "delete gone"]),
        (json!({"field": "tier", "before": "1"}), &[]),
        (json!({"field": "tier", "before": null}), &["create new"]),
        (json!({"field": "tier", "after": null}), &["delete gone"]),
        (json!({"field": "tier", "after": 3}), &["rename book", "update other"]),
        (json!({"field": "tier", "after": 3, "changed": true}), &["update other"]),
        (json!({"field": "properties.tier", "before": 4, "after": [2, 3]}), &["update other"]),
        (json!({"field": "team", "after": null}), &["rename book", "delete gone", "create new", "update other"]),
        (json!({"field": "team", "before": "r*"}), &["delete gone"]),
        (json!({"field": "team", "after": ["green", "blue"]}), &["update cart"]),
        (json!({"field": "title", "before": "C*t", "after": "The *"}), &["update cart"]),
        // One item of a list is enough.
        (json!({"field": "tags", "after": "b"}), &["update cart"]),
        (json!({"field": "dependsOn", "after": "cart"}), &["create new"]),
        (json!({"field": "relations.domain", "before": "shop"}), &["delete gone"]),
        (json!({"field": "properties.domain", "before": "shop"}), &[]),
        // A new entity gets the default of the blueprint.
        (json!({"field": "language", "after": "go", "action": "create"}), &["create new"]),
        (json!({"action": "update", "not": {"field": "tier", "before": 1}}), &["update other"]),
    ] {
        assert_eq!(names(&world, when.clone()), expected, "{when}");
    }
}

#[test]
fn the_field_that_a_policy_looks_at_is_shown_with_masked_values() {
    let secret = "f3J9x0Qp2LmN8vRt";
    let stored = json!([{"identifier": "cart", "properties": {"meta": {"apiKey": secret}, "tier": 1}}]);
    let world = World::of(json!([]), stored);
    let found = judged(&world, &json!({"field": "meta", "after": null})).expect("it is deleted");
    assert_eq!((found[0].key.clone(), found[0].after.clone()), (key("service", "cart"), Value::Null));
    let before = found[0].before.to_json().to_string();
    assert!(!before.contains(secret) && before.contains(&mask().mark(secret)), "{before}");
    let found = judged(&world, &json!({"action": "delete"})).expect("it is deleted");
    assert_eq!((found[0].field.clone(), found[0].before.clone()), (None, Value::Null));
}

#[test]
fn the_origin_is_that_of_the_field() {
    let service = |tier: u8, title: &str| json!({"identifier": "cart", "title": title, "properties": {"tier": tier}});
    // This branch changed the title; someone else changed the tier in the catalog.
    let world = World::of(json!([service(1, "New")]), json!([service(2, "Old")])).base(json!([service(1, "Old")]));
    let holds = |when| !names(&world, when).is_empty();
    assert!(holds(json!({"origin": "this-branch"})) && !holds(json!({"origin": "already-pending"})));
    assert!(holds(json!({"origin": "this-branch", "field": "title"})));
    assert!(holds(json!({"origin": "already-pending", "field": "tier"})));
    assert!(!holds(json!({"origin": "this-branch", "field": "tier"})));
}

#[test]
fn a_limit_is_about_the_changes_that_match() {
    let note = |at: usize| json!({"blueprint": "note", "identifier": format!("n{at}")});
    let stored: Json = (0..10).map(note).chain([json!({"identifier": "cart"})]).collect();
    let world = World::of((3..10).map(note).collect(), stored);
    let holds = |when: Json| judged(&world, &when).is_some();
    let count = |blueprint: &str, count: Json| json!({"blueprint": blueprint, "action": "delete", "count": count});
    for (when, expected) in [
        (count("note", json!({"more-than": 2})), true),
        (count("note", json!({"more-than": 3})), false),
        (count("*", json!({"more-than": 3})), true),
        (count("note", json!({"at-least": 3})), true),
        (count("note", json!({"at-least": 4})), false),
        // Three of the ten notes that this scope owns.
        (count("note", json!({"more-than-percent": 29})), true),
        (count("note", json!({"more-than-percent": 30})), false),
        (count("service", json!({"more-than-percent": 99})), true),
        // Every limit must be exceeded.
        (count("note", json!({"more-than-percent": 29, "more-than": 3})), false),
        (count("note", json!({"more-than-percent": 29, "more-than": 2})), true),
    ] {
        assert_eq!(holds(when.clone()), expected, "{when}");
    }
    assert!(judged(&world, &json!({"action": "create", "count": {"at-least": 0}})).is_none(), "nothing is created");
    // The first push owns nothing yet.
    let first = World::of((0..10).map(note).collect(), json!([]));
    assert!(judged(&first, &json!({"count": {"more-than-percent": 0}})).is_none());
}

#[test]
fn refusals_come_first_and_nothing_approves_them() {
    let policies = vec![
        policy("b", PolicyVerdict::Hazard, &json!({"action": "delete"})),
        policy("c", PolicyVerdict::Refuse, &json!({"action": "delete"})),
        policy("a", PolicyVerdict::Refuse, &json!({"action": "create"})),
        policy("never", PolicyVerdict::Refuse, &json!({"blueprint": "note"})),
    ];
    let world = World { policies, ..world() };
    let plan = world.plan();
    let found: Vec<String> = verdicts(&plan).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, ["a", "c", "b"]);
    let consents: Vec<Consent> = plan.hazards.iter().take(3).map(|hazard| hazard.consent).collect();
    assert_eq!(consents, [Consent::Refused, Consent::Refused, Consent::Approval]);
    assert_eq!(plan.refusals(), 2);
    // Approval is for the hazard alone.
    let only_hazard = World { policies: vec![world.policies[0].clone()], ..world.clone() };
    assert_eq!(plan.approval, only_hazard.plan().approval);
    let only_refusal = World { policies: vec![world.policies[1].clone()], ..world.clone() }.plan();
    assert!(only_refusal.hazards.iter().all(|hazard| hazard.consent != Consent::Approval), "{only_refusal:?}");
    assert_eq!(only_refusal.approval, None);
    assert_eq!(shuffled(&world, 7).plan(), World { desired: shuffled(&world, 7).desired, ..world.clone() }.plan());
}

#[test]
fn a_plan_that_no_policy_matches_is_as_without_policies() {
    let world = world();
    let policies = vec![policy("p", PolicyVerdict::Refuse, &json!({"identifier": "zebra"}))];
    assert_eq!(World { policies, ..world.clone() }.plan(), world.plan());
    let policies = vec![policy("p", PolicyVerdict::Refuse, &json!({"count": {"at-least": 0}}))];
    assert_eq!(verdicts(&World { policies, ..World::of(json!([]), json!([])) }.plan()), []);
}

#[test]
fn an_approval_is_bound_to_the_changes_that_the_policy_found() {
    let approval = |world: &World| {
        let policies = vec![policy("p", PolicyVerdict::Hazard, &json!({"field": "tier", "changed": true}))];
        World { policies, ..world.clone() }.plan().approval.expect("it needs approval")
    };
    let service = |tier: u8, more: Json| {
        let mut service = json!({"identifier": "cart", "properties": {"tier": tier}});
        service.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        service
    };
    let plain = World::of(json!([service(2, json!({}))]), json!([service(1, json!({}))]));
    let before = approval(&plain);
    // Another value, before or after.
    assert_ne!(approval(&World::of(json!([service(3, json!({}))]), json!([service(1, json!({}))]))), before);
    assert_ne!(approval(&World::of(json!([service(2, json!({}))]), json!([service(4, json!({}))]))), before);
    // One more change that the policy finds, and one that it does not.
    let two = |tier: u8| {
        let more = |tier: u8| json!({"identifier": "web", "title": tier.to_string(), "properties": {"tier": tier}});
        World::of(json!([service(2, json!({})), more(tier)]), json!([service(1, json!({})), more(5)]))
    };
    assert_ne!(approval(&two(6)), before);
    let mut unrelated = two(5);
    unrelated.desired.extend(super::world::manifests(&json!([{"blueprint": "note", "identifier": "n"}])));
    assert_eq!(approval(&unrelated), before);
    // The manifest of the entity is part of what was approved; what an integration writes to it is not.
    assert_ne!(
        approval(&World::of(json!([service(2, json!({"title": "T"}))]), json!([service(1, json!({}))]))),
        before
    );
    assert_eq!(
        approval(&World::of(json!([service(2, json!({}))]), json!([service(1, json!({"title": "T"}))]))),
        before
    );
    let mut renamed = plain.clone();
    renamed.policies = vec![policy("q", PolicyVerdict::Hazard, &json!({"field": "tier", "changed": true}))];
    assert_ne!(renamed.plan().approval, Some(before));
    // A message is for people, and the same policy at the merge base judges the same.
    let mut worded = plain;
    worded.policies = vec![Policy {
        message: Some("Why not.".into()),
        is_of_base: true,
        ..policy("p", PolicyVerdict::Hazard, &json!({"field": "tier", "changed": true}))
    }];
    assert_eq!(worded.plan().approval, Some(before));
}

#[test]
fn names_that_no_blueprint_has_are_found() {
    let world = World::new();
    let unknown = |when: Json| unknown_names(&policy("p", PolicyVerdict::Hazard, &when), &world.blueprints);
    let (blueprint, field) =
        (|name: &str| UnknownName::Blueprint(name.into()), |name: &str| UnknownName::Field(name.into()));
    assert_eq!(unknown(json!({"blueprint": ["service", "serv*"], "field": "tier"})), []);
    assert_eq!(unknown(json!({"blueprint": ["servce", "team"]})), [blueprint("servce")]);
    assert_eq!(unknown(json!({"field": "teir"})), [field("teir")]);
    // Another blueprint has it.
    assert_eq!(unknown(json!({"field": "mail", "blueprint": "service"})), [field("mail")]);
    assert_eq!(unknown(json!({"field": "mail"})), []);
    assert_eq!(unknown(json!({"field": "dependsOn", "not": {"field": "owner"}})), []);
    assert_eq!(
        unknown(json!({"field": "relations.tier", "not": {"field": "properties.owner"}})),
        [field("tier"), field("owner")]
    );
    assert_eq!(unknown(json!({"field": "team", "not": {"field": "title"}})), []);
    // A blueprint that does not exist has no fields to look for.
    assert_eq!(unknown(json!({"blueprint": "servce", "field": "teir"})), [blueprint("servce")]);
    // A value that the property cannot have would never match.
    let value = |field: &str, json: Json| UnknownName::Value { field: field.into(), value: Value::from_json(&json) };
    let service = world.blueprints.iter().find(|it| it.identifier == "service").expect("the world has it");
    let kind = |name: &str| service.property(name).and_then(|property| property.kind);
    assert_eq!(kind("tier"), Some(PropertyKind::Number));
    assert_eq!(unknown(json!({"blueprint": "service", "field": "tier", "before": [1, null]})), []);
    assert_eq!(unknown(json!({"blueprint": "service", "field": "tier", "after": "1"})), [value("tier", json!("1"))]);
    assert!(matches!(conditions(&json!({"owner": "new"})).owners[..], [OwnerStatus::New]));
    assert!(matches!(conditions(&json!({"origin": "unknown"})).origins[..], [Origin::Unknown]));
}
