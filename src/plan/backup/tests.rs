//! Tests of backups: the law that a restore right after a push gives the catalog back, what others wrote in between, and
//! the file.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::sides::{body_of, fields_of_both, is_same, value};
use super::*;
use crate::domain::document::span::Span;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::hazard::{Consent, HazardKind};
use crate::domain::plan::write_mode::{PruneRule, Write, WriteMode};
use crate::domain::value::timestamp::Moment;
use crate::plan::shape::Shapes;
use crate::plan::tests::apply::{Defaults, apply};
use crate::plan::tests::generated::{can_be_done, worlds};
use crate::plan::tests::world::{World, entity, key, lines, mask};
use crate::plan::{PlanBasis, write_requests};

/// What a push of the world saves first.
fn saved(world: &World) -> Vec<SavedEntity> {
    let (plan, actual) = (world.plan(), world.snapshot());
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    capture(&write_requests(&plan, &basis), &basis)
}

fn way_back(saved: &[SavedEntity], world: &World) -> WayBack {
    let place = |at: usize| Place { file: FileId(0), span: Span::new(at, at + 1) };
    let actual = world.snapshot();
    WayBack::new(saved, place, Live { actual: &actual, blueprints: &world.blueprints, owned: &world.owned })
}

/// The world in which a restore is planned.
fn restoring(saved: &[SavedEntity], world: &World) -> World {
    let WayBack { desired, deleted, changed_since, .. } = way_back(saved, world);
    World {
        desired,
        base: None,
        moves: Vec::new(),
        write: Write::every(WriteMode::Merge),
        restore: Some((deleted, changed_since)),
        adopt: true,
        ..world.clone()
    }
}

fn difference(world: &World, before: &[Entity], after: &[Entity]) -> Vec<String> {
    let shapes = Shapes::new(&world.blueprints);
    let keys = |entities: &[Entity]| entities.iter().map(|entity| entity.key.clone()).collect::<Vec<_>>();
    if keys(before) != keys(after) {
        return vec![format!("{:?} {:?}", keys(before), keys(after))];
    }
    let mut found = Vec::new();
    for (old, new) in before.iter().zip(after) {
        let (shape, one, other) = (shapes.of(&old.key.blueprint), body_of(old), body_of(new));
        for field in fields_of_both(&one, &other) {
            let (one, other) = (value(&one, &field, shape), value(&other, &field, shape));
            if !is_same(&field, shape, &one, &other) {
                found.push(format!("{:?} {field:?}: {one:?} {other:?}", old.key));
            }
        }
    }
    found
}

fn sorted(mut entities: Vec<Entity>) -> Vec<Entity> {
    entities.sort_by(|a, b| a.key.cmp(&b.key));
    entities
}

fn config() -> ProptestConfig {
    crate::generated_cases::config(256)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_restore_right_after_a_push_gives_the_catalog_back(world in worlds(), is_filled in any::<bool>()) {
        let prune = PruneRule { enabled: true, max: 1000, max_percent: 100 };
        let world = World { adopt: true, prune, policies: Vec::new(), ..world };
        let plan = world.plan();
        prop_assume!(can_be_done(&plan));
        let defaults = if is_filled { Defaults::AtEveryReplacement } else { Defaults::AtCreation };
        let saved = saved(&world);
        let pushed = apply(&world, &plan, defaults).expect("the plan can be done");
        let back = restoring(&saved, &pushed);
        let plan = back.plan();
        let changed = plan.hazards.iter().any(|hazard| matches!(hazard.kind, HazardKind::ChangedSincePush { .. }));
        prop_assert!(!changed, "nobody else changed anything: {:?}", plan.hazards);
        let restored = apply(&back, &plan, defaults);
        let restored = restored.map_err(|refusal| TestCaseError::fail(format!("{refusal}\n{:#?}", lines(&plan))))?;
        let different = difference(&world, &sorted(world.stored.clone()), &sorted(restored.stored.clone()));
        prop_assert!(different.is_empty(), "{different:#?}\n{:#?}", lines(&plan));
        prop_assert_eq!(lines(&restoring(&saved, &restored).plan()), [""; 0], "a second restore has nothing to do");
    }

    #[test]
    fn a_backup_reads_back_as_it_was_written(world in worlds()) {
        let backup = backup(saved(&world));
        let text = backup.write();
        let (read, spans) = Backup::read("b.json", &text).expect("it is one");
        prop_assert_eq!(&read, &backup);
        prop_assert_eq!(spans.len(), backup.entities.len());
        for (entity, span) in backup.entities.iter().zip(spans) {
            let line: Json = serde_json::from_str(span.slice(&text)).expect("it is JSON");
            prop_assert_eq!(&line["key"]["identifier"], entity.key.identifier.as_ref());
        }
    }
}

fn backup(entities: Vec<SavedEntity>) -> Backup {
    let source = BackupSource {
        tool: "0.1.0".to_owned(),
        platform: "port".to_owned(),
        catalog: "https://api.port.io".to_owned(),
        target: None,
        scope: "acme/catalog".to_owned(),
        organization: Some("org_1".to_owned()),
        commit: None,
        at: Moment(0),
        plan: Digest::parse(&"0".repeat(64)).expect("it is a digest"),
    };
    Backup { source, entities }
}

/// A push that updates `cart`, creates `new` and deletes `old`, to which `web` of another owner points.
fn pushed() -> (Vec<SavedEntity>, World) {
    let stored = json!([
        {"identifier": "cart", "title": "Cart", "properties": {"tier": 1}, "relations": {"owner": "t"}},
        {"identifier": "old", "properties": {"tier": 3}, "relations": {"owner": "t"}},
        {"identifier": "web", "relations": {"owner": "t", "dependsOn": ["old", "cart"]}},
        {"blueprint": "team", "identifier": "t"},
    ]);
    let declared = json!([
        {"identifier": "cart", "properties": {"tier": 2}},
        {"identifier": "new", "properties": {"tier": 5}, "relations": {"owner": "t"}},
        {"blueprint": "team", "identifier": "t"},
    ]);
    let world = World::of(declared, stored).owning(&[("service", "cart"), ("service", "old"), ("team", "t")]);
    let pushed = apply(&world, &world.plan(), Defaults::AtCreation).expect("the plan can be done");
    (saved(&world), pushed)
}

/// The lines of the restore's plan, and the entities that its hazard names.
fn restored(saved: &[SavedEntity], world: &World) -> (Vec<String>, Vec<EntityKey>) {
    let plan = restoring(saved, world).plan();
    let mut changed = Vec::new();
    for hazard in &plan.hazards {
        if let HazardKind::ChangedSincePush { keys } = &hazard.kind {
            assert_eq!((hazard.consent, plan.approval.is_some()), (Consent::Approval, true));
            changed.extend(keys.iter().cloned());
        }
    }
    (lines(&plan), changed)
}

fn replace(world: &mut World, with: &Json) {
    let with = entity(with);
    world.stored.retain(|stored| stored.key != with.key);
    world.stored.push(with);
}

#[test]
fn only_what_the_push_changed_is_brought_back() {
    let (saved, mut world) = pushed();
    let keys: Vec<String> = saved.iter().map(|it| it.key.identifier.to_string()).collect();
    assert_eq!(keys, ["cart", "new", "old", "web"], "the relation of `web` is cleared by the catalog");
    let (plan, changed) = restored(&saved, &world);
    let expected = [
        "update service/cart: tier 2 > 1",
        "delete service/new",
        "create service/old: tier null > 3, owner null > \"t\"",
        "update service/web: dependsOn [\"cart\"] > [\"cart\",\"old\"]",
    ];
    assert_eq!((plan.as_slice(), changed.as_slice()), (expected.map(str::to_owned).as_slice(), [].as_slice()));
    // Another field of the same entity is nobody's business.
    let cart = json!({"identifier": "cart", "title": "Shop", "properties": {"tier": 2, "tags": [1]}, "relations": {"owner": "t"}});
    replace(&mut world, &cart);
    assert_eq!(restored(&saved, &world).0, expected);
}

#[test]
fn what_somebody_changed_after_the_push_needs_approval() {
    let (saved, mut world) = pushed();
    replace(&mut world, &json!({"identifier": "cart", "properties": {"tier": 4}, "relations": {"owner": "t"}}));
    replace(
        &mut world,
        &json!({"identifier": "new", "title": "N", "properties": {"tier": 5}, "relations": {"owner": "t"}}),
    );
    replace(&mut world, &json!({"identifier": "old", "properties": {"tier": 9}, "relations": {"owner": "t"}}));
    let (plan, changed) = restored(&saved, &world);
    assert_eq!(plan[..3], ["update service/cart: tier 4 > 1", "delete service/new", "update service/old: tier 9 > 3"]);
    assert_eq!(changed, ["cart", "new", "old"].map(|name| key("service", name)));
}

#[test]
fn what_is_gone_or_taken_over_is_left_alone() {
    let (saved, mut world) = pushed();
    world.owned.retain(|key| &*key.identifier != "new");
    world.stored.retain(|stored| &*stored.key.identifier != "cart" && &*stored.key.identifier != "web");
    let found = way_back(&saved, &world);
    assert_eq!(found.taken_over, [key("service", "new")]);
    assert_eq!(found.gone, [key("service", "cart"), key("service", "web")]);
    assert_eq!(restored(&saved, &world).0, ["create service/old: tier null > 3, owner null > \"t\""]);
}

#[test]
fn what_the_push_did_not_reach_is_left_alone() {
    let (_, world) = pushed();
    // Nothing of the push was done, and somebody edited an entity that it was to delete.
    let mut before = World { stored: Vec::new(), ..world };
    for (name, tier) in [("cart", 1), ("old", 8)] {
        replace(&mut before, &json!({"identifier": name, "properties": {"tier": tier}, "relations": {"owner": "t"}}));
    }
    let mut saved = pushed().0;
    for saved in &mut saved {
        saved.record.get_or_insert_default().created_at = Some(Moment(7));
    }
    before.stored.iter_mut().for_each(|stored| stored.record.created_at = Some(Moment(7)));
    assert_eq!(restored(&saved, &before), (Vec::new(), Vec::new()));
}

#[test]
fn a_field_that_the_blueprint_lost_is_named() {
    let (saved, mut world) = pushed();
    for blueprint in world.blueprints.iter_mut().filter(|it| it.identifier == "service") {
        blueprint.properties.retain(|property| property.name != "tier");
        blueprint.relations.retain(|relation| relation.name != "dependsOn");
    }
    let found = way_back(&saved, &world);
    let names: Vec<&str> = found.unknown_fields.iter().map(|(_, name)| name.as_ref()).collect();
    assert_eq!(names, ["dependsOn", "tier"]);
    assert_eq!(found.desired.len(), 1, "only `old` has anything left to bring back: {found:?}");
}

#[test]
fn what_is_no_backup_is_refused_with_its_place() {
    let text = backup(pushed().0).write();
    let read = |text: &str| Backup::read("b.json", text).map(|_| ()).expect_err("it is refused");
    assert!(Backup::read("b.json", &format!("\u{feff}{text}")).is_ok());
    for other in ["", "[]", "{}", "kind: Entity", r#"{"format": "portolan.plan/1"}"#] {
        let error = read(other);
        assert!(matches!(error, BackupError::NoBackup { .. } | BackupError::Syntax { .. }), "{other}: {error}");
    }
    assert!(matches!(read(&text.replace("backup/1", "backup/9")), BackupError::Format { .. }));
    assert!(matches!(read(&text[..text.len() / 2]), BackupError::Syntax { .. }));
    let line_of = |error: BackupError| match error {
        BackupError::Flawed { line, reason, .. } => (line, reason),
        other => panic!("{other:?}"),
    };
    let tiers = text.lines().position(|line| line.contains("\"tier\":1")).expect("it is there") + 1;
    for (from, to, reason) in [
        ("\"title\":\"Cart\"", "\"title\":1", "`title` must be a string or null"),
        ("{\"tier\":1}", "[]", "`properties` must be an object"),
        ("\"title\":\"Cart\"", "\"colour\":1", "unknown field `colour`"),
        ("{\"owner\":\"t\"}", "{\"owner\":1}", "`owner` must be a string, a list of strings, or null"),
    ] {
        assert!(text.contains(from), "{text}");
        assert_eq!(line_of(read(&text.replacen(from, to, 1))), (tiers, reason.to_owned()));
    }
    let first = text.lines().nth(tiers - 1).expect("it is there").to_owned();
    let twice = text.replacen(&first, &format!("{first}\n{first}"), 1);
    assert_eq!(line_of(read(&twice)), (tiers + 1, "`service/cart` is in it twice".to_owned()));
}

/// A push that renames `cart` to `basket` and changes its tier.
fn renamed() -> (Vec<SavedEntity>, World) {
    let stored = json!([{"identifier": "cart", "title": "Cart", "properties": {"tier": 1}, "relations": {"owner": "t"}},
        {"blueprint": "team", "identifier": "t"}]);
    let declared = json!([{"identifier": "basket", "renamed-from": "cart", "properties": {"tier": 2}},
        {"blueprint": "team", "identifier": "t"}]);
    let world = World::of(declared, stored);
    let pushed = apply(&world, &world.plan(), Defaults::AtCreation).expect("the plan can be done");
    (saved(&world), pushed)
}

#[test]
fn a_renamed_entity_gets_its_old_identifier_back() {
    let (saved, mut world) = renamed();
    let [entity] = &saved[..] else { panic!("{saved:?}") };
    assert_eq!((&*entity.key.identifier, entity.renamed_to.as_deref()), ("cart", Some("basket")));
    let back = "rename service/cart from basket: tier 2 > 1".to_owned();
    assert_eq!(restored(&saved, &world), (vec![back.clone()], Vec::new()));
    // What somebody changed since is overwritten only with an approval; another field stays.
    let mut basket =
        json!({"identifier": "basket", "icon": "Box", "properties": {"tier": 2}, "relations": {"owner": "t"}});
    replace(&mut world, &basket);
    assert_eq!(restored(&saved, &world), (vec![back], Vec::new()));
    basket["properties"]["tier"] = json!(3);
    replace(&mut world, &basket);
    let expected = vec!["rename service/cart from basket: tier 3 > 1".to_owned()];
    assert_eq!(restored(&saved, &world), (expected, vec![key("service", "cart")]));
}

#[test]
fn a_renamed_entity_that_cannot_get_its_old_identifier_back_is_left_alone() {
    let (saved, world) = renamed();
    let with = |change: &dyn Fn(&mut World)| {
        let mut world = world.clone();
        change(&mut world);
        let found = way_back(&saved, &world);
        assert_eq!((found.desired.len(), found.deleted.len()), (0, 0), "{found:?}");
        [found.taken_over, found.not_renamed_back, found.gone]
    };
    let (cart, basket) = (key("service", "cart"), key("service", "basket"));
    let none = Vec::new;
    assert_eq!(with(&|world| world.owned.retain(|key| *key != basket)), [vec![basket.clone()], none(), none()]);
    let taken = json!({"identifier": "cart", "title": "Another", "relations": {"owner": "t"}});
    assert_eq!(with(&|world| replace(world, &taken)), [none(), vec![basket.clone()], none()]);
    assert_eq!(with(&|world| world.stored.retain(|it| it.key != basket)), [none(), none(), vec![cart.clone()]]);
    // The push did not rename it, and another writer created an entity with the new identifier.
    let mut saved = saved.clone();
    saved[0].record.get_or_insert_default().created_at = Some(Moment(7));
    let mut before = world;
    let cart = json!({"identifier": "cart", "title": "Cart", "properties": {"tier": 1}, "relations": {"owner": "t"}});
    replace(&mut before, &cart);
    before
        .stored
        .iter_mut()
        .filter(|it| &*it.key.identifier == "cart")
        .for_each(|it| it.record.created_at = Some(Moment(7)));
    assert_eq!(way_back(&saved, &before), WayBack::default());
}
