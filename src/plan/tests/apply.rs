//! A model of the catalog and of whoever carries a plan out: writes by the platform's rules, refuses what it refuses.
//! It knows the plan's waves and nothing of how they were made.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::world::World;
use crate::domain::blueprint::Blueprint;
use crate::domain::change::{Action, Change, Field};
use crate::domain::desired::{Desired, Teams, Wish};
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::plan::{Deed, Plan, Step};
use crate::domain::value::Value;
use crate::domain::write::WriteMode;

type Catalog = BTreeMap<EntityKey, Entity>;

/// When a catalog fills in defaults that a write does not name. Which of the two a platform does is its own affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    AtCreation,
    /// Whenever the write is the whole entity.
    AtEveryReplacement,
}

/// The world after the plan was carried out, or the first refusal.
pub fn apply(world: &World, plan: &Plan, defaults: Defaults) -> Result<World, String> {
    let mut catalog: Catalog = world.stored.iter().map(|entity| (entity.key.clone(), entity.clone())).collect();
    let mut after = world.clone();
    let mut done: Vec<usize> = Vec::new();
    for wave in &plan.waves {
        for step in &wave.steps {
            let change = &plan.changes[step.change];
            if let Some(missing) = step.needs.iter().find(|needed| !done.contains(needed)) {
                return Err(format!("{:?} comes before {:?}", change.key, plan.changes[*missing].key));
            }
            match wave.deed {
                Deed::Write => write(world, &mut catalog, change, step, defaults)?,
                Deed::Relink => relink(world, &mut catalog, change, step)?,
                Deed::Delete => delete(world, &mut catalog, &change.removed().expect("it goes away"))?,
            }
            if wave.deed == Deed::Write {
                after.owned.push(change.key.clone());
            }
        }
        // A wave may be done at once: nothing in it may need anything in it.
        done.extend(wave.steps.iter().map(|step| step.change));
    }
    after.owned.retain(|key| catalog.contains_key(key));
    after.owned.sort();
    after.owned.dedup();
    after.stored = catalog.into_values().collect();
    Ok(after)
}

fn blueprint<'w>(world: &'w World, key: &EntityKey) -> &'w Blueprint {
    world.blueprints.iter().find(|it| it.identifier == key.blueprint.as_ref()).expect("the world has its blueprint")
}

fn manifest<'w>(world: &'w World, key: &EntityKey) -> &'w Desired {
    let mut found: Vec<&Desired> = world.desired.iter().filter(|desired| desired.key == *key).collect();
    found.sort_by_key(|desired| desired.place);
    found[0]
}

fn put<T>(list: &mut Box<[(Arc<str>, T)]>, name: &Arc<str>, value: T) {
    let mut items: Vec<(Arc<str>, T)> = std::mem::take(list).into_vec();
    items.retain(|(other, _)| other != name);
    items.push((name.clone(), value));
    *list = items.into();
}

fn write(world: &World, catalog: &mut Catalog, change: &Change, step: &Step, defaults: Defaults) -> Result<(), String> {
    let bare = || Entity {
        key: change.key.clone(),
        title: None,
        icon: None,
        team: Box::default(),
        properties: Box::default(),
        relations: Box::default(),
        record: Record::default(),
    };
    let is_whole = change.is_new() || change.mode == WriteMode::Replace;
    let mut entity = match (&change.action, is_whole) {
        (Action::Adopt, _) => return Ok(()),
        (Action::Create | Action::Rename { .. } | Action::Update | Action::Delete, true) => bare(),
        (Action::Create | Action::Rename { .. } | Action::Update | Action::Delete, false) => {
            catalog.get(&change.key).cloned().ok_or_else(|| format!("{:?} is not there", change.key))?
        }
    };
    if is_whole {
        whole(manifest(world, &change.key), &mut entity, &step.relations);
        let is_filled = change.is_new() || defaults == Defaults::AtEveryReplacement;
        for property in blueprint(world, &change.key).properties.iter().filter(|_| is_filled) {
            let is_named = entity.properties.iter().any(|(name, _)| name.as_ref() == property.name);
            if let (Some(default), false) = (&property.default, is_named) {
                put(&mut entity.properties, &property.name.as_str().into(), Value::from_json(default));
            }
        }
    } else {
        parts(change, &mut entity, &step.relations);
    }
    check(world, catalog, &entity)?;
    catalog.insert(entity.key.clone(), entity);
    Ok(())
}

fn set_text(wish: &Wish<Box<str>>) -> Option<Box<str>> {
    match wish {
        Wish::Absent | Wish::Null(_) => None,
        Wish::Set(text, _) => Some(text.clone()),
    }
}

fn whole(desired: &Desired, entity: &mut Entity, without: &[Arc<str>]) {
    entity.title = set_text(&desired.title);
    entity.icon = set_text(&desired.icon);
    entity.team = match &desired.team {
        Wish::Absent | Wish::Null(_) => Box::default(),
        Wish::Set(Teams::One(team), _) => [team.clone()].into(),
        Wish::Set(Teams::Many(teams), _) => teams.clone(),
    };
    entity.properties = desired.properties.iter().map(|it| (it.name.clone(), it.value.clone())).collect();
    let relations = desired.relations.iter().filter(|it| !without.contains(&it.name));
    entity.relations = relations.map(|it| (it.name.clone(), it.targets.clone())).collect();
}

fn parts(change: &Change, entity: &mut Entity, without: &[Arc<str>]) {
    for field in &change.fields {
        match &field.field {
            Field::Title => entity.title = field.after.as_str().map(Into::into),
            Field::Icon => entity.icon = field.after.as_str().map(Into::into),
            Field::Team => entity.team = texts(&field.after),
            Field::Property(name) => put(&mut entity.properties, name, field.after.clone()),
            Field::Relation(name) if without.contains(name) => {}
            Field::Relation(name) => put(&mut entity.relations, name, targets(&field.after)),
        }
    }
}

fn texts(value: &Value) -> Box<[Box<str>]> {
    let Value::List(items) = value else { return Box::default() };
    items.iter().filter_map(Value::as_str).map(Into::into).collect()
}

fn targets(value: &Value) -> Targets {
    match value.as_str() {
        Some(target) => Targets::One(target.into()),
        None if value.is_null() => Targets::None,
        None => Targets::Many(texts(value)),
    }
}

fn relink(world: &World, catalog: &mut Catalog, change: &Change, step: &Step) -> Result<(), String> {
    let desired = manifest(world, &change.key);
    let mut entity = catalog.get(&change.key).cloned().ok_or_else(|| format!("{:?} is not there", change.key))?;
    for relation in desired.relations.iter().filter(|it| step.relations.contains(&it.name)) {
        put(&mut entity.relations, &relation.name, relation.targets.clone());
    }
    check(world, catalog, &entity)?;
    catalog.insert(entity.key.clone(), entity);
    Ok(())
}

fn list(targets: &Targets) -> &[Box<str>] {
    match targets {
        Targets::None => &[],
        Targets::One(target) => std::slice::from_ref(target),
        Targets::Many(targets) => targets,
    }
}

/// Every target is there, every required relation is set, one is one and many are many.
fn check(world: &World, catalog: &Catalog, entity: &Entity) -> Result<(), String> {
    for relation in &blueprint(world, &entity.key).relations {
        let found = entity.relations.iter().find(|(name, _)| name.as_ref() == relation.name);
        let targets = found.map_or(&Targets::None, |(_, targets)| targets);
        if relation.required && list(targets).is_empty() {
            return Err(format!("{:?} lacks `{}`", entity.key, relation.name));
        }
        if matches!(targets, Targets::Many(_)) != relation.many && *targets != Targets::None {
            return Err(format!("{:?} has the wrong form in `{}`", entity.key, relation.name));
        }
        for target in list(targets) {
            let key = EntityKey { blueprint: relation.target.as_str().into(), identifier: target.clone() };
            if !catalog.contains_key(&key) {
                return Err(format!("{:?} points to {key:?}, which is not there", entity.key));
            }
        }
    }
    Ok(())
}

/// Refused while somebody requires it; who may do without loses it.
fn delete(world: &World, catalog: &mut Catalog, key: &EntityKey) -> Result<(), String> {
    for (other, entity) in catalog.iter_mut().filter(|(other, _)| *other != key) {
        for relation in &blueprint(world, other).relations {
            if relation.target != key.blueprint.as_ref() {
                continue;
            }
            let found = entity.relations.iter_mut().find(|(name, _)| name.as_ref() == relation.name);
            let Some((_, targets)) = found else { continue };
            if !list(targets).contains(&key.identifier) {
                continue;
            }
            if relation.required {
                return Err(format!("{other:?} requires {key:?}"));
            }
            let left: Vec<Box<str>> = list(targets).iter().filter(|it| **it != key.identifier).cloned().collect();
            *targets = if relation.many { Targets::Many(left.into()) } else { Targets::None };
        }
    }
    catalog.remove(key).map(|_| ()).ok_or_else(|| format!("{key:?} is not there"))
}
