//! A model of the catalog that applies requests: it writes by the platform's rules and refuses what the platform
//! refuses. It knows only the waves of requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::world::World;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::plan::Plan;
use crate::domain::plan::request::{Body, Method, WriteRequest};
use crate::domain::value::Value;

type Catalog = BTreeMap<EntityKey, Entity>;

/// When a catalog fills in defaults that a write does not name. Platforms may do either. The first also makes relations
/// follow a renamed entity, and the second leaves them as they are, of which platforms may do either too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    AtCreation,
    /// With every write of the whole entity.
    AtEveryReplacement,
}

/// The world after the plan was applied, or the first refusal.
pub fn apply(world: &World, plan: &Plan, defaults: Defaults) -> Result<World, String> {
    let mut catalog: Catalog = world.stored.iter().map(|entity| (entity.key.clone(), entity.clone())).collect();
    let mut after = world.clone();
    let mut done: Vec<usize> = Vec::new();
    for wave in world.requests(plan).waves {
        for request in &wave {
            if let Some(missing) = request.needs.iter().find(|needed| !done.contains(needed)) {
                return Err(format!("{:?} comes before {:?}", request.key, plan.changes[*missing].key));
            }
            match &request.method {
                Method::Create(_) if catalog.contains_key(&request.key) => {
                    return Err(format!("{:?} is there already", request.key));
                }
                Method::Create(body) => write(world, &mut catalog, request, body, None)?,
                Method::Merge(body) | Method::Adopt(body) => write(world, &mut catalog, request, body, None)?,
                Method::Replace(body) => write(world, &mut catalog, request, body, Some(defaults))?,
                Method::Patch(body) => patch(world, &mut catalog, request, body)?,
                Method::Rename { from, body } => {
                    rename(world, &mut catalog, request, from, defaults == Defaults::AtCreation)?;
                    patch(world, &mut catalog, request, body)?;
                }
                Method::Delete => delete(world, &mut catalog, &request.key)?,
            }
            if request.method != Method::Delete {
                after.owned.push(request.key.clone());
            }
        }
        // The requests of a wave may run concurrently, so none may depend on another one of the same wave.
        done.extend(wave.iter().map(|request| request.change));
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

fn put<T>(list: &mut Box<[(Arc<str>, T)]>, name: &Arc<str>, value: T) {
    let mut items: Vec<(Arc<str>, T)> = std::mem::take(list).into_vec();
    items.retain(|(other, _)| other != name);
    items.push((name.clone(), value));
    *list = items.into();
}

/// `whole`: values that the body does not name are removed.
fn write(
    world: &World,
    catalog: &mut Catalog,
    request: &WriteRequest,
    body: &Body,
    whole: Option<Defaults>,
) -> Result<(), String> {
    let bare = || Entity {
        key: request.key.clone(),
        texts: Texts::default(),
        team: Box::default(),
        properties: Box::default(),
        relations: Box::default(),
        record: Record::default(),
    };
    if body.texts.iter().any(|(_, text)| text.is_null()) || body.team.is_null() {
        return Err(format!("{:?}: null is not allowed", request.key));
    }
    let there = catalog.get(&request.key);
    let is_filled = there.is_none() || whole == Some(Defaults::AtEveryReplacement);
    let mut entity = there.filter(|_| whole.is_none()).cloned().unwrap_or_else(bare);
    parts(body, &mut entity);
    for property in blueprint(world, &request.key).properties.iter().filter(|_| is_filled) {
        let is_named = entity.properties.iter().any(|(name, _)| name.as_ref() == property.name);
        if let (Some(default), false) = (&property.default, is_named) {
            put(&mut entity.properties, &property.name.as_str().into(), Value::from_json(default));
        }
    }
    check(world, catalog, &entity, there)?;
    catalog.insert(entity.key.clone(), entity);
    Ok(())
}

/// Refused if the old identifier does not exist, or the new one does.
fn rename(
    world: &World,
    catalog: &mut Catalog,
    request: &WriteRequest,
    from: &str,
    is_followed: bool,
) -> Result<(), String> {
    let old = EntityKey { identifier: from.into(), ..request.key.clone() };
    if catalog.contains_key(&request.key) {
        return Err(format!("{:?} is there already", request.key));
    }
    let entity = catalog.remove(&old).ok_or_else(|| format!("{old:?} is not there"))?;
    catalog.insert(request.key.clone(), Entity { key: request.key.clone(), ..entity });
    for (other, entity) in catalog.iter_mut().filter(|_| is_followed) {
        for relation in blueprint(world, other).relations.iter().filter(|it| it.target == *old.blueprint) {
            let found = entity.relations.iter_mut().find(|(name, _)| name.as_ref() == relation.name);
            let Some((_, targets)) = found else { continue };
            let new = |target: &str| -> Box<str> {
                if target == from { request.key.identifier.clone() } else { target.into() }
            };
            *targets = match &*targets {
                Targets::None => Targets::None,
                Targets::One(target) => Targets::One(new(target)),
                Targets::Many(targets) => Targets::Many(targets.iter().map(|target| new(target)).collect()),
            };
        }
    }
    Ok(())
}

fn patch(world: &World, catalog: &mut Catalog, request: &WriteRequest, body: &Body) -> Result<(), String> {
    let there = catalog.get(&request.key).ok_or_else(|| format!("{:?} is not there", request.key))?;
    let mut entity = there.clone();
    parts(body, &mut entity);
    check(world, catalog, &entity, Some(there))?;
    catalog.insert(entity.key.clone(), entity);
    Ok(())
}

fn set<T: Clone, F>(field: &mut F, part: &Patch<T>, value: impl Fn(Option<T>) -> F) {
    match part {
        Patch::Absent => {}
        Patch::Null => *field = value(None),
        Patch::Set(text) => *field = value(Some(text.clone())),
    }
}

fn parts(body: &Body, entity: &mut Entity) {
    for (field, text) in body.texts.iter() {
        set(&mut entity.texts[field], text, |text| text);
    }
    set(&mut entity.team, &body.team, Option::unwrap_or_default);
    for (name, value) in &body.properties {
        put(&mut entity.properties, name, value.clone());
    }
    for (name, targets) in &body.relations {
        put(&mut entity.relations, name, targets.clone());
    }
}

fn list(targets: &Targets) -> &[Box<str>] {
    match targets {
        Targets::None => &[],
        Targets::One(target) => std::slice::from_ref(target),
        Targets::Many(targets) => targets,
    }
}

/// Checks that every target exists, required relations are set, and the number of targets fits. A relation that stays may
/// have a target that was renamed.
fn check(world: &World, catalog: &Catalog, entity: &Entity, before: Option<&Entity>) -> Result<(), String> {
    for relation in &blueprint(world, &entity.key).relations {
        let found = entity.relations.iter().find(|(name, _)| name.as_ref() == relation.name);
        let targets = found.map_or(&Targets::None, |(_, targets)| targets);
        if relation.required && list(targets).is_empty() {
            return Err(format!("{:?} lacks `{}`", entity.key, relation.name));
        }
        if matches!(targets, Targets::Many(_)) != relation.many && *targets != Targets::None {
            return Err(format!("{:?} has the wrong form in `{}`", entity.key, relation.name));
        }
        let of = |entity: &Entity| entity.relations.iter().find(|(name, _)| name.as_ref() == relation.name).cloned();
        if before.and_then(of).is_some_and(|(_, before)| before == *targets) {
            continue;
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

/// Refused while another entity requires it; optional relations to it are removed.
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
