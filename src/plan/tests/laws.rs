//! Property tests: laws that hold in every generated world.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::apply::{Defaults, apply};
use super::generated::{can_be_done, worlds};
use super::shuffled::shuffled;
use super::world::{World, key, lines, manifest, mask};
use crate::domain::document::span::Span;
use crate::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::plan::change::{Action, ActionKind, Cause, Change, Field, FieldChange};
use crate::domain::plan::hazard::{Consent, Hazard};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::plan::{StepKind, Tally};
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;
use crate::plan::{PlanBasis, relevant_entities, unconfirmed_links};

fn cases() -> ProptestConfig {
    crate::generated_cases::config(256)
}

/// A manifest that declares exactly the stored entity.
pub fn as_stored(file: u32, entity: &Entity) -> Desired {
    let span = Span::default();
    let mut desired = manifest(file, &json!({"identifier": "any"}));
    let text = |text: Option<Box<str>>| text.map_or_else(DesiredField::default, |text| DesiredField::set(text, span));
    desired.key = entity.key.clone();
    desired.texts = entity.texts.clone().map(text);
    desired.team = DesiredField::set(Teams::Many(entity.team.iter().rev().cloned().collect()), span);
    let property = |(name, value): &(_, crate::domain::value::Value)| DesiredProperty {
        name: std::sync::Arc::clone(name),
        value: value.clone(),
        span,
    };
    desired.properties = entity.properties.iter().rev().map(property).collect();
    let relation = |(name, targets): &(_, Targets)| DesiredRelation {
        name: std::sync::Arc::clone(name),
        targets: targets.clone(),
        span,
    };
    desired.relations = entity.relations.iter().rev().map(relation).collect();
    desired
}

/// An entity in a canonical spelling.
fn content(entity: &Entity) -> Json {
    let (mut team, mut properties, mut relations) = (entity.team.to_vec(), BTreeMap::new(), BTreeMap::new());
    team.sort();
    team.dedup();
    for (name, value) in entity.properties.iter().filter(|(_, value)| !value.is_null()) {
        properties.insert(name.to_string(), plain(&value.to_json()));
    }
    for (name, targets) in &entity.relations {
        let mut list = match targets {
            Targets::None => Vec::new(),
            Targets::One(target) => vec![target.clone()],
            Targets::Many(targets) => targets.to_vec(),
        };
        list.sort();
        list.dedup();
        if !list.is_empty() {
            relations.insert(name.to_string(), list);
        }
    }
    let texts = entity.texts.iter().map(|(field, text)| (field.key(), text)).collect::<BTreeMap<_, _>>();
    json!({"texts": texts, "team": team, "properties": properties, "relations": relations})
}

/// Applies a field change to the entity.
fn set(entity: &mut Entity, change: &FieldChange) {
    fn put<T>(list: &mut Box<[(std::sync::Arc<str>, T)]>, name: &std::sync::Arc<str>, value: T) {
        let others = std::mem::take(list).into_vec().into_iter().filter(|(other, _)| other != name);
        *list = others.chain([(std::sync::Arc::clone(name), value)]).collect();
    }
    let texts = |value: &Value| match value {
        Value::List(items) => items.iter().filter_map(Value::as_str).map(Into::into).collect(),
        _ => Box::default(),
    };
    let text = change.after.as_str().map(Into::into);
    match &change.field {
        Field::Text(field) => entity.texts[*field] = text,
        Field::Team => entity.team = texts(&change.after),
        Field::Property(name) => put(&mut entity.properties, name, change.after.clone()),
        Field::Relation(name) => {
            let targets = text.map_or_else(|| Targets::Many(texts(&change.after)), Targets::One);
            put(&mut entity.relations, name, targets);
        }
    }
}

fn asking(hazards: &[Hazard]) -> usize {
    hazards.iter().filter(|hazard| hazard.consent == Consent::Approval).count()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_there_needs_no_plan(mut world in worlds(), modes in any::<bool>()) {
        world.desired = (0..).zip(&world.stored).map(|(file, entity)| as_stored(file, entity)).collect();
        world.owned = world.stored.iter().map(|entity| entity.key.clone()).collect();
        world.write.default = if modes { WriteMode::Replace } else { WriteMode::Merge };
        let plan = world.plan();
        prop_assert_eq!(lines(&plan), [""; 0]);
        prop_assert!(plan.hazards.is_empty() && plan.waves.is_empty());
        prop_assert_eq!(plan.counts.total, Tally { unchanged: world.stored.len(), ..Tally::default() });
    }

    #[test]
    fn a_plan_that_is_carried_out_reaches_what_is_asked_and_leaves_nothing_to_do(
        world in worlds(),
        is_eager in any::<bool>(),
    ) {
        let defaults = if is_eager { Defaults::AtEveryReplacement } else { Defaults::AtCreation };
        let plan = world.plan();
        if !can_be_done(&plan) {
            return Ok(());
        }
        let after = match apply(&world, &plan, defaults) {
            Ok(after) => after,
            Err(refusal) => return Err(TestCaseError::fail(format!("{refusal}\n{:#?}", lines(&plan)))),
        };
        let again = after.plan();
        prop_assert_eq!(lines(&again), [""; 0], "after {:#?}", lines(&plan));
        prop_assert_eq!(asking(&again.hazards), 0);
        let there: BTreeMap<&EntityKey, &Entity> = after.stored.iter().map(|entity| (&entity.key, entity)).collect();
        for desired in &world.desired {
            let entity = there.get(&desired.key);
            prop_assert!(entity.is_some(), "{:?} is not there", desired.key);
            let Some(entity) = entity else { continue };
            for property in &desired.properties {
                let found = entity.properties.iter().find(|(name, _)| *name == property.name);
                let found = found.map_or(Json::Null, |(_, value)| value.to_json());
                prop_assert_eq!(plain(&found), plain(&property.value.to_json()), "{:?} {}", desired.key, property.name);
            }
            for (field, desired) in desired.texts.iter() {
                if let Patch::Set(text) = &desired.patch {
                    prop_assert_eq!(entity.texts[field].as_ref(), Some(text));
                }
            }
        }
    }

    #[test]
    fn nothing_else_changes_than_what_the_plan_says(world in worlds()) {
        let plan = world.plan();
        if !can_be_done(&plan) {
            return Ok(());
        }
        let after = apply(&world, &plan, Defaults::AtCreation).map_err(TestCaseError::fail)?;
        for before in &world.stored {
            let is_of_it = |change: &&Change| change.key == before.key || change.removed().as_ref() == Some(&before.key);
            let change = plan.changes.iter().find(is_of_it);
            // A renamed entity keeps everything else under its new identifier.
            let key = change.map_or(&before.key, |change| &change.key);
            let Some(found) = after.stored.iter().find(|entity| entity.key == *key) else { continue };
            let fields = change.map(|change| change.fields.as_slice()).unwrap_or_default();
            let mut expected = before.clone();
            fields.iter().for_each(|field| set(&mut expected, field));
            // Relations to removed entities are gone.
            if plan.changes.iter().any(|change| change.removed().is_some()) {
                expected.relations.clone_from(&found.relations);
            }
            prop_assert_eq!(content(found), content(&expected), "{:?} was {:?}, and {:?}", found, before, fields);
        }
    }

    /// A plan of a catalog of which only the relevant entities were kept is the plan of the whole catalog.
    #[test]
    fn what_is_not_relevant_changes_no_plan(world in worlds()) {
        let whole = world.snapshot();
        let blueprints = world.blueprints.clone();
        let base = world.base.as_deref().unwrap_or_default();
        let relevant = relevant_entities(&world.desired, base, &world.owned, &blueprints);
        let mut kept = whole.clone();
        for blueprint in &blueprints {
            let Some(shelf) = kept.blueprints.get_mut(&blueprint.identifier) else { continue };
            let named = relevant.only(blueprint);
            shelf.entities.retain(|entity| match &named {
                Some(named) => named.contains(&entity.key.identifier),
                None => relevant.has(blueprint, entity),
            });
        }
        let plan = world.plan_against(&kept);
        prop_assert_eq!(&plan, &world.plan_against(&whole));
        prop_assert_eq!(world.acts_against(&plan, &kept), world.acts_against(&plan, &whole));
        let links = |actual: &Snapshot| {
            let basis = PlanBasis { desired: &world.desired, blueprints: &blueprints, actual, mask: mask() };
            unconfirmed_links(&world.acts_against(&plan, actual), &basis)
        };
        prop_assert_eq!(links(&kept), links(&whole));
    }

    #[test]
    fn what_is_not_ours_never_goes(world in worlds(), adopt in any::<bool>()) {
        let world = World { adopt, ..world };
        let ours: BTreeSet<&EntityKey> = world.owned.iter().collect();
        let declared: BTreeSet<&EntityKey> = world.desired.iter().map(|desired| &desired.key).collect();
        let plan = world.plan();
        for change in &plan.changes {
            if let Some(removed) = change.removed() {
                prop_assert!(ours.contains(&removed) && !declared.contains(&removed), "{removed:?}");
            }
        }
        // Nothing is deleted while a part of the catalog is unknown.
        let blind = World { incomplete: vec!["note"], ..world };
        prop_assert!(blind.plan().changes.iter().all(|change| change.removed().is_none()));
    }

    #[test]
    fn no_order_of_the_question_shows_in_the_plan(world in worlds(), seed in any::<u64>(), twice in any::<bool>()) {
        let mut world = world;
        // Some entities have two manifests, here and at the merge base, even at the same position.
        for manifests in [Some(&mut world.desired), world.base.as_mut()].into_iter().flatten() {
            let firsts: Vec<Desired> = manifests.iter().take(if twice { 9 } else { 0 }).cloned().collect();
            manifests.extend(firsts.into_iter().map(|mut second| {
                second.texts.title = DesiredField::set("second".into(), Span::default());
                second.place.span.start += u32::from(second.key.identifier.as_ref() > "b");
                second
            }));
        }
        let other = shuffled(&world, seed);
        let (one, two) = (world.plan(), other.plan());
        prop_assert_eq!(format!("{one:#?}"), format!("{two:#?}"));
    }

    #[test]
    fn merging_touches_only_what_is_named(world in worlds()) {
        let mut world = World { base: None, ..world };
        world.write.by_blueprint.clear();
        let plan = world.plan();
        for change in plan.changes.iter().filter(|change| matches!(change.action, Action::Update | Action::Rename { .. })) {
            let desired = world.desired.iter().find(|desired| desired.key == change.key);
            let desired = desired.expect("a write has its manifest");
            for field in &change.fields {
                prop_assert_eq!(field.cause, Cause::Named);
                let is_named = match &field.field {
                    Field::Text(field) => !desired.texts[*field].patch.is_absent(),
                    Field::Team => !desired.team.patch.is_absent(),
                    Field::Property(name) => desired.properties.iter().any(|it| it.name == *name),
                    Field::Relation(name) => desired.relations.iter().any(|it| it.name == *name),
                };
                prop_assert!(is_named, "{:?} {:?}", change.key, field.field);
            }
        }
    }

    #[test]
    fn what_is_harmless_voids_no_yes(world in worlds()) {
        let mut world = world;
        world.prune.max = 0;
        // A new entity may be what a policy is about.
        world.policies.retain(|policy| policy.when.all.actions == [ActionKind::Delete]);
        let mut other = world.clone();
        let fresh = json!({"blueprint": "note", "identifier": "fresh", "title": "nobody has this one"});
        other.desired.push(manifest(99, &fresh));
        let (one, two) = (world.plan(), other.plan());
        prop_assert_eq!(one.approval, two.approval);
        prop_assert_ne!(one.digest, two.digest);
        let digests = |hazards: &[Hazard]| hazards.iter().map(|hazard| hazard.digest).collect::<Vec<_>>();
        prop_assert_eq!(digests(&one.hazards), digests(&two.hazards));
    }

    #[test]
    fn every_change_has_its_steps_and_its_number(world in worlds()) {
        let plan = world.plan();
        let mut writes = vec![0; plan.changes.len()];
        let mut deletes = writes.clone();
        let mut last = StepKind::Write;
        for wave in &plan.waves {
            prop_assert!(wave.step_kind >= last && !wave.steps.is_empty());
            last = wave.step_kind;
            for step in &wave.steps {
                match wave.step_kind {
                    StepKind::Write => writes[step.change] += 1,
                    StepKind::Relink => prop_assert!(!step.relations.is_empty()),
                    StepKind::Delete => deletes[step.change] += 1,
                }
            }
        }
        for (at, change) in plan.changes.iter().enumerate() {
            prop_assert_eq!(writes[at], usize::from(change.is_write()));
            prop_assert_eq!(deletes[at], usize::from(change.action == Action::Delete));
        }
        prop_assert!(plan.changes.is_sorted_by(|a, b| a.key < b.key));
        let total = plan.counts.total;
        prop_assert_eq!(total.changes(), plan.changes.len());
        prop_assert_eq!(total.changes() - total.delete + total.unchanged, world.desired.len());
        let sum = |of: fn(&Tally) -> usize| plan.counts.by_blueprint.values().map(of).sum::<usize>();
        prop_assert_eq!(sum(Tally::changes), total.changes());
        let sums = (sum(|it| it.unchanged), sum(|it| it.kept), sum(|it| it.pending));
        prop_assert_eq!(sums, (total.unchanged, total.kept, total.pending));
    }

    #[test]
    fn two_scopes_never_see_each_others_entities(world in worlds()) {
        // The other half is owned by another scope: not declared and not owned here.
        let theirs: Vec<Entity> = world.stored.iter().map(|entity| {
            let mut entity = entity.clone();
            entity.key.identifier = format!("their-{}", entity.key.identifier).into();
            entity.relations = Box::default();
            entity
        }).collect();
        let mut both = world.clone();
        both.stored.extend(theirs);
        let (one, two) = (world.plan(), both.plan());
        prop_assert_eq!(lines(&one), lines(&two));
        prop_assert_eq!(one.digest, two.digest);
        prop_assert!(two.changes.iter().all(|change| change.key != key("note", "their-a")));
    }
}

/// Values in a canonical spelling.
fn plain(value: &Json) -> Json {
    match value {
        Json::Number(number) => json!(number.as_f64()),
        Json::String(text) if text == "2026-11-02T13:00:00+01:00" => json!("2026-11-02T12:00:00Z"),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(entries) => {
            let sorted: BTreeMap<_, _> = entries.iter().collect();
            sorted.into_iter().map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        Json::Null | Json::Bool(_) | Json::String(_) => value.clone(),
    }
}
