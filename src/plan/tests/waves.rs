//! Tests the order of the steps, cycles, and sizes that would overflow the stack if it were recursive.

use serde_json::{Value as Json, json};

use super::world::{World, key, manifests};
use crate::domain::entity::EntityKey;
use crate::domain::plan::{Cycle, Obstacle, Plan, StepKind};

/// Each wave: its kind, and its entities with the relations that they leave out or set.
fn waves(plan: &Plan) -> Vec<String> {
    let wave = |wave: &crate::domain::plan::Wave| {
        let step = |step: &crate::domain::plan::Step| {
            let relations = step.relations.join("+");
            let name = &plan.changes[step.change].key.identifier;
            if relations.is_empty() { name.to_string() } else { format!("{name}({relations})") }
        };
        let steps: Vec<String> = wave.steps.iter().map(step).collect();
        format!("{:?} {}", wave.step_kind, steps.join(" ")).to_lowercase()
    };
    plan.waves.iter().map(wave).collect()
}

fn service(name: &str, relations: Json) -> Json {
    json!({"identifier": name, "relations": relations})
}

#[test]
fn targets_come_before_those_that_point_at_them() {
    let team = json!({"blueprint": "team", "identifier": "core"});
    let wanted = json!([
        service("a", json!({"owner": "core", "dependsOn": ["b", "there"]})),
        service("b", json!({"owner": "core"})),
        service("c", json!({"dependsOn": ["there"]})),
        service("there", json!({"owner": "core"})),
        team,
    ]);
    let plan = World::of(wanted, json!([{"identifier": "there"}])).plan();
    assert_eq!(waves(&plan), ["write c core", "write b there", "write a"]);
    let needs: Vec<Vec<usize>> =
        plan.waves.iter().flat_map(|wave| wave.steps.iter().map(|step| step.needs.clone())).collect();
    assert_eq!(needs, [vec![], vec![], vec![4], vec![4], vec![1, 4]]);
}

#[test]
fn what_is_there_already_waits_for_nobody() {
    let pair = |tier: u32| {
        json!([{"identifier": "a", "properties": {"tier": tier}, "relations": {"dependsOn": ["b"]}},
            {"identifier": "b", "properties": {"tier": tier}, "relations": {"dependsOn": ["a"]}}])
    };
    let plan = World::of(pair(1), pair(2)).replacing().plan();
    assert_eq!((waves(&plan), plan.cycles.len()), (vec!["write a b".to_owned()], 0));
}

#[test]
fn deletes_go_the_other_way_and_last() {
    let team = json!({"blueprint": "team", "identifier": "core"});
    let stored = json!([
        service("a", json!({"owner": "core", "dependsOn": ["b"]})),
        service("b", json!({"owner": "core"})),
        team,
    ]);
    let plan = World::of(json!([{"identifier": "new"}]), stored).plan();
    assert_eq!(waves(&plan), ["write new", "delete a", "delete b", "delete core"]);
}

#[test]
fn circles_are_named_and_broken_in_two_steps() {
    let wanted = json!([
        service("a", json!({"dependsOn": ["b", "d"]})),
        service("b", json!({"dependsOn": ["c"]})),
        service("c", json!({"dependsOn": ["a"], "domain": null})),
        service("d", json!({})),
        service("e", json!({"dependsOn": ["a"]})),
        service("self", json!({"dependsOn": ["self"]})),
    ]);
    let plan = World::of(wanted, json!([])).plan();
    assert_eq!(
        waves(&plan),
        [
            "write a(dependson) b(dependson) c(dependson) d self(dependson)",
            "write e",
            "relink a(dependson) b(dependson) c(dependson) self(dependson)"
        ]
    );
    let keys = |names: &[&str]| names.iter().map(|name| key("service", name)).collect::<Vec<EntityKey>>();
    let abc = Cycle { members: keys(&["a", "b", "c"]), path: keys(&["a", "b", "c"]) };
    assert_eq!(plan.cycles, [abc, Cycle { members: keys(&["self"]), path: keys(&["self"]) }]);
    assert_eq!(plan.obstacles, []);
    // A relink depends on its own write and on all of its targets, inside the cycle or not.
    assert_eq!(plan.waves[2].steps[0].needs, [0, 1, 3]);
}

#[test]
fn a_circle_is_broken_where_it_may_be() {
    // The service requires its team; the team's lead can be set later.
    let team = json!({"blueprint": "team", "identifier": "core", "relations": {"lead": "cart"}});
    let wanted = json!([service("cart", json!({"owner": "core"})), team]);
    let plan = World::of(wanted.clone(), json!([])).plan();
    assert_eq!(waves(&plan), ["write core(lead)", "write cart", "relink core(lead)"]);
    assert_eq!((plan.cycles.len(), plan.obstacles.len()), (1, 0));
    // In the other direction, the team is required until the service is deleted.
    let plan = World::of(json!([]), wanted).plan();
    assert_eq!(waves(&plan), ["delete cart", "delete core"]);
    assert_eq!((plan.cycles.len(), plan.obstacles.len()), (0, 0));
}

#[test]
fn a_circle_of_required_relations_cannot_be_done() {
    let domain =
        |name: &str, twin: &str| json!({"blueprint": "domain", "identifier": name, "relations": {"twin": twin}});
    let circle = json!([domain("a", "b"), domain("b", "a"), domain("c", "a")]);
    let keys = vec![key("domain", "a"), key("domain", "b")];
    let cycle = Cycle { members: keys.clone(), path: keys };
    for (world, step_kind) in
        [(World::of(circle.clone(), json!([])), StepKind::Write), (World::of(json!([]), circle), StepKind::Delete)]
    {
        let plan = world.plan();
        assert_eq!(plan.obstacles, [Obstacle::RequiredCycle { step_kind, cycle: cycle.clone() }]);
        assert_eq!(plan.cycles, []);
        let steps: usize = plan.waves.iter().map(|wave| wave.steps.len()).sum();
        assert_eq!(steps, 3);
    }
}

#[test]
fn ten_thousand_in_a_row_five_thousand_in_a_circle_and_a_thousand_on_one() {
    let depends = |name: String, on: String| service(&name, json!({"dependsOn": [on]}));
    let chain: Vec<Json> = (0..10_000).map(|at| depends(format!("{at:05}"), format!("{:05}", at + 1))).collect();
    let mut world = World::new();
    world.desired = manifests(&Json::Array(chain));
    assert_eq!(world.plan().waves.len(), 10_000);

    let circle: Vec<Json> =
        (0..5_000).map(|at| depends(format!("{at:05}"), format!("{:05}", (at + 1) % 5_000))).collect();
    world.desired = manifests(&Json::Array(circle));
    let plan = world.plan();
    assert_eq!((plan.cycles.len(), plan.cycles[0].path.len(), plan.waves.len()), (1, 5_000, 2));

    let mut star: Vec<Json> = (0..1_000).map(|at| depends(format!("{at:05}"), "hub".to_owned())).collect();
    star.push(json!({"identifier": "hub"}));
    world.desired = manifests(&Json::Array(star));
    let plan = world.plan();
    assert_eq!(plan.waves.iter().map(|wave| wave.steps.len()).collect::<Vec<_>>(), [1, 1_000]);
}
