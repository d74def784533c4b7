//! Tests the requests of a plan, rule by rule. `laws` tests that they lead to the declared state.

use serde_json::json;

use super::world::World;
use crate::domain::entity::Targets;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::StepKind;
use crate::domain::plan::request::{Body, Method, WriteRequest};

/// One line per request, wave by wave: method, entity and content.
fn sent(world: &World) -> Vec<Vec<String>> {
    let plan = world.plan();
    let requests = world.requests(&plan);
    assert_eq!(requests.waves.len(), plan.waves.len());
    for (requests, wave) in requests.waves.iter().zip(&plan.waves) {
        let of = |request: &WriteRequest| (request.change, request.step_kind, request.needs.clone());
        let steps: Vec<_> = wave.steps.iter().map(|step| (step.change, wave.step_kind, step.needs.clone())).collect();
        assert_eq!(requests.iter().map(of).collect::<Vec<_>>(), steps);
    }
    requests.waves.iter().map(|wave| wave.iter().map(line).collect()).collect()
}

fn line(request: &WriteRequest) -> String {
    let (how, body) = match &request.method {
        Method::Create(body) => ("create", body),
        Method::Merge(body) => ("merge", body),
        Method::Adopt(body) => ("adopt", body),
        Method::Replace(body) => ("replace", body),
        Method::Patch(body) => ("patch", body),
        Method::Rename { from: _, body } => ("rename", body),
        Method::Delete => return format!("delete {}/{}", request.key.blueprint, request.key.identifier),
    };
    let how = if request.step_kind == StepKind::Relink { "relink" } else { how };
    let how = match &request.method {
        Method::Rename { from, .. } => format!("{how} {from} to"),
        _ => how.to_owned(),
    };
    format!("{how} {}/{} {}", request.key.blueprint, request.key.identifier, fields(body).join(" "))
}

fn fields(body: &Body) -> Vec<String> {
    let text = |name: &str, part: &Patch<Box<str>>| match part {
        Patch::Absent => None,
        Patch::Null => Some(format!("{name}=null")),
        Patch::Set(text) => Some(format!("{name}={text}")),
    };
    let team = match &body.team {
        Patch::Absent => None,
        Patch::Null => Some("team=null".to_owned()),
        Patch::Set(teams) => Some(format!("team={}", teams.join(","))),
    };
    let texts = body.texts.iter().filter_map(|(field, part)| text(field.key(), part));
    let mut fields: Vec<String> = texts.chain(team).collect();
    fields.extend(body.properties.iter().map(|(name, value)| format!("{name}={}", value.to_json())));
    fields.extend(body.relations.iter().map(|(name, targets)| match targets {
        Targets::None => format!("{name}>null"),
        Targets::One(target) => format!("{name}>{target}"),
        Targets::Many(targets) => format!("{name}>[{}]", targets.join(",")),
    }));
    fields
}

/// The only request of a world with one manifest.
fn one(world: &World) -> String {
    let sent = sent(world).concat();
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.concat()
}

#[test]
fn what_is_created_is_sent_as_its_manifest_has_it() {
    let manifest = json!([{
        "title": "Cart", "icon": null, "team": "p",
        "properties": {"tier": 1, "language": null, "since": "2026-11-02T13:00:00+01:00"},
        "relations": {"owner": "a", "dependsOn": [], "domain": null},
    }]);
    let world = World::of(manifest, json!([]));
    let fields = "title=Cart team=p language=null since=\"2026-11-02T13:00:00+01:00\" tier=1 dependsOn>[] domain>null \
                  owner>a";
    assert_eq!(one(&world), format!("create service/cart {fields}"));
    assert_eq!(one(&world.replacing()), format!("create service/cart {fields}"));
}

#[test]
fn a_merge_holds_what_changes_and_nothing_else() {
    let world = World::of(
        json!([{
            "title": "Cart", "icon": "New", "team": ["q", "p"],
            "properties": {"tier": 2, "language": null, "public": true},
            "relations": {"owner": "b", "domain": null, "dependsOn": ["y", "x"]},
        }]),
        json!([{
            "title": "Cart", "icon": "Old", "team": ["p", "q"],
            "properties": {"tier": 1, "language": "c", "public": true, "size": 3},
            "relations": {"owner": "a", "domain": "d", "dependsOn": ["x"]},
        }]),
    );
    assert_eq!(one(&world), "merge service/cart icon=New language=null tier=2 dependsOn>[x,y] domain>null owner>b");
}

#[test]
fn a_replacement_holds_all_that_the_manifest_names() {
    let manifest = json!([{"title": null, "team": [], "properties": {"tier": 2}}]);
    let stored = json!([{"title": "Cart", "icon": "Old", "team": ["p"], "properties": {"tier": 1, "size": 3}}]);
    assert_eq!(one(&World::of(manifest, stored).replacing()), "replace service/cart team= tier=2");
}

#[test]
fn what_bulk_cannot_clear_is_patched_with_all_the_rest() {
    for (cleared, stored) in
        [("title", json!("Cart")), ("icon", json!("Service")), ("team", json!(["p"])), ("team", json!(["p", "q"]))]
    {
        let world = World::of(
            json!([{cleared: null, "properties": {"tier": 2, "public": null}}]),
            json!([{cleared: stored, "properties": {"tier": 1, "public": true}}]),
        );
        assert_eq!(one(&world), format!("patch service/cart {cleared}=null public=null tier=2"));
    }
    let none = World::of(json!([{"team": []}]), json!([{"team": ["p"]}]));
    assert_eq!(one(&none), "patch service/cart team=null");
}

#[test]
fn what_the_branch_dropped_is_cleared() {
    let stored = json!([{"icon": "Old", "properties": {"tier": 1}, "relations": {"domain": "d"}}]);
    let world = World::of(json!([{"title": "Cart"}]), stored.clone()).base(stored);
    assert_eq!(one(&world), "patch service/cart title=Cart icon=null tier=null domain>null");
}

#[test]
fn what_is_taken_over_is_sent_whole_and_nothing_else_is_lost() {
    let manifest = json!([{"title": "Cart", "properties": {"tier": 1}}]);
    let stored = json!([{"title": "Cart", "properties": {"tier": 1, "size": 3}}]);
    let world = World { adopt: true, ..World::of(manifest, stored).owning(&[]) };
    assert_eq!(one(&world), "adopt service/cart title=Cart tier=1");
    let bare = json!([{"title": "Cart", "properties": {"tier": 1}}]);
    let world = World { adopt: true, ..World::of(bare.clone(), bare).owning(&[]).replacing() };
    assert_eq!(one(&world), "adopt service/cart title=Cart tier=1");
}

#[test]
fn a_rename_changes_the_identifier_and_what_the_manifest_changes() {
    let world = World::of(
        json!([{"identifier": "basket", "renamed-from": "cart", "title": null, "properties": {"tier": 2}}]),
        json!([{"title": "Cart", "icon": "Box", "properties": {"tier": 1, "tags": ["a"]}}]),
    );
    assert_eq!(sent(&world), [["rename cart to service/basket title=null tier=2"]]);
    // What the plan shows as removed is removed, and nothing else.
    assert_eq!(sent(&world.replacing()), [["rename cart to service/basket title=null icon=null tags=null tier=2"]]);
}

#[test]
fn a_rename_sets_a_relation_to_itself_afterwards() {
    let cart = |name: &str, from: &str| json!({"identifier": name, "title": "Cart", "renamed-from": from, "relations": {"dependsOn": [name]}});
    let world = World::of(json!([cart("basket", "cart")]), json!([cart("cart", "")]));
    let expected = [["rename cart to service/basket "], ["relink service/basket dependsOn>[basket]"]];
    assert_eq!(sent(&world), expected);
}

#[test]
fn a_circle_is_written_without_and_then_with_its_relations() {
    let service = |name: &str, lead: &str| json!({"identifier": name, "properties": {"tier": 1}, "relations": {"owner": "t", "dependsOn": [lead]}});
    let team = json!({"blueprint": "team", "identifier": "t"});
    let declared = json!([service("a", "b"), service("b", "a"), team]);
    let expected = [
        vec!["create team/t "],
        vec!["create service/a tier=1 owner>t", "create service/b tier=1 owner>t"],
        vec!["relink service/a dependsOn>[b]", "relink service/b dependsOn>[a]"],
    ];
    let world = World::of(declared.clone(), json!([]));
    assert_eq!(sent(&world), expected);
    assert_eq!(sent(&world.replacing()), expected);
}

#[test]
fn of_a_name_given_twice_the_last_counts_and_of_two_manifests_the_first() {
    let mut world =
        World::of(json!([{"properties": {"tier": 1}}, {"properties": {"tier": 9}, "title": "Second"}]), json!([]));
    let mut properties = world.desired[0].properties.to_vec();
    properties.push(properties[0].clone());
    properties[1].value = crate::domain::value::Value::Integer(2);
    world.desired[0].properties = properties.into();
    assert_eq!(one(&world), "create service/cart tier=2");
}

#[test]
fn a_lone_target_stays_one_whatever_the_relation_takes() {
    let world = World::of(json!([{"relations": {"dependsOn": "x", "domain": ["d"]}}]), json!([{}]));
    assert_eq!(one(&world), "merge service/cart dependsOn>x domain>[d]");
}
