//! Which entity that goes is one that comes, under another identifier. A guess costs nothing: a rename is done as a
//! creation and a deletion, and counts as a deletion, whatever it is shown as. What is ambiguous is no rename.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::domain::change::RenamedBy;
use crate::domain::desired::Desired;
use crate::domain::digest::Digest;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::value::Value;

use super::compare::by_name;
use super::digest::Writer;
use super::normalise::{self, Ask};
use super::origin::{Past, Pasts};
use super::ownership::{Pair, pair};
use super::shape::{Shape, Shapes};

/// An entity whose file Git moved: what it was called at the base, and what it is called now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub from: EntityKey,
    pub to: EntityKey,
}

/// What a new entity was before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renamed<'q> {
    pub old: &'q Entity,
    pub by: RenamedBy,
}

pub(super) struct Renames<'q> {
    by_new: HashMap<Pair<'q>, Renamed<'q>>,
    claimed: HashSet<Pair<'q>>,
}

impl<'q> Renames<'q> {
    pub fn of(&self, key: &EntityKey) -> Option<Renamed<'q>> {
        self.by_new.get(&pair(key)).copied()
    }

    pub fn is_claimed(&self, old: &Entity) -> bool {
        self.claimed.contains(&pair(&old.key))
    }

    /// `new` are declared and not in the catalog, `gone` are to be deleted.
    pub fn find(
        new: &[&'q Desired],
        gone: &[&'q Entity],
        moves: &[Move],
        pasts: &Pasts<'_>,
        shapes: &Shapes<'_>,
    ) -> Self {
        let mut renames = Self { by_new: HashMap::new(), claimed: HashSet::new() };
        if new.is_empty() || gone.is_empty() {
            return renames;
        }
        let old: HashMap<Pair<'q>, &'q Entity> = gone.iter().map(|entity| (pair(&entity.key), *entity)).collect();
        let annotated = new.iter().filter_map(|desired| {
            let from = desired.renamed_from.as_deref()?;
            Some((*old.get(&(desired.key.blueprint.as_ref(), from))?, *desired))
        });
        let annotated = annotated.collect();
        renames.take(annotated, RenamedBy::Annotation);
        let by_key: HashMap<Pair<'q>, &'q Desired> = new.iter().map(|desired| (pair(&desired.key), *desired)).collect();
        let moved = moves.iter().filter(|moved| moved.from.blueprint == moved.to.blueprint);
        let moved = moved.filter_map(|moved| Some((*old.get(&pair(&moved.from))?, *by_key.get(&pair(&moved.to))?)));
        renames.take(moved.collect(), RenamedBy::Move);
        let alike = renames.alike(new, gone, pasts, shapes);
        renames.take(alike, RenamedBy::Content);
        renames
    }

    /// Takes the pairs both of whose ends are free and in one pair only.
    fn take(&mut self, mut pairs: Vec<(&'q Entity, &'q Desired)>, by: RenamedBy) {
        pairs.retain(|(old, new)| !self.is_claimed(old) && self.of(&new.key).is_none());
        pairs.sort_by(|a, b| (&a.0.key, &a.1.key).cmp(&(&b.0.key, &b.1.key)));
        pairs.dedup_by(|a, b| a.0.key == b.0.key && a.1.key == b.1.key);
        let (mut olds, mut news) = (HashMap::new(), HashMap::new());
        for (old, new) in &pairs {
            *olds.entry(pair(&old.key)).or_insert(0) += 1;
            *news.entry(pair(&new.key)).or_insert(0) += 1;
        }
        for (old, new) in pairs {
            if olds.get(&pair(&old.key)) == Some(&1) && news.get(&pair(&new.key)) == Some(&1) {
                self.by_new.insert(pair(&new.key), Renamed { old, by });
                self.claimed.insert(pair(&old.key));
            }
        }
    }

    /// Pairs of one blueprint with the same content: the only one that goes with it, and the only one that comes. What
    /// went is known by its last manifest, and by what the catalog has.
    fn alike(
        &self,
        new: &[&'q Desired],
        gone: &[&'q Entity],
        pasts: &Pasts<'_>,
        shapes: &Shapes<'_>,
    ) -> Vec<(&'q Entity, &'q Desired)> {
        let new = new.iter().filter(|desired| self.of(&desired.key).is_none());
        let mut incoming: HashMap<(&str, Digest), Option<&'q Desired>> = HashMap::new();
        for desired in new {
            let blueprint = desired.key.blueprint.as_ref();
            let Some(content) = of_manifest(desired, shapes.of(blueprint)) else { continue };
            incoming.entry((blueprint, content)).and_modify(|one| *one = None).or_insert(Some(*desired));
        }
        let mut outgoing: HashMap<(&str, Digest), Vec<&'q Entity>> = HashMap::new();
        for entity in gone.iter().filter(|entity| !self.is_claimed(entity)) {
            let (blueprint, identifier) = pair(&entity.key);
            let shape = shapes.of(blueprint);
            let last = match pasts.of(blueprint, identifier) {
                Past::Known(past) => of_manifest(past, shape),
                Past::Absent | Past::Unknown => None,
            };
            let stored = of_stored(entity, shape).filter(|stored| Some(*stored) != last);
            for content in last.into_iter().chain(stored) {
                outgoing.entry((blueprint, content)).or_default().push(entity);
            }
        }
        let only = |(content, one): (&(&str, Digest), &Option<&'q Desired>)| match outgoing.get(content)?.as_slice() {
            [old] => one.map(|new| (*old, new)),
            _ => None,
        };
        incoming.iter().filter_map(only).collect()
    }
}

/// `None`: there is nothing in it to know it by.
fn of_manifest(desired: &Desired, shape: &Shape<'_>) -> Option<Digest> {
    let properties = by_name(desired.properties_of()).into_iter().filter_map(|(name, (value, _))| {
        let Ask::Set(value) = normalise::property(value) else { return None };
        Some((name.as_ref(), value))
    });
    let relations = by_name(desired.relations_of()).into_iter().filter_map(|(name, (targets, _))| {
        let targets = normalise::relation(targets, shape.relation(name)).value()?;
        Some((name.as_ref(), normalise::targets_value(targets)))
    });
    let team = normalise::team(&desired.team, shape).value();
    let texts = [normalise::text(&desired.title).value(), normalise::text(&desired.icon).value()];
    of_content(shape, texts, team, properties, relations.collect())
}

fn of_stored(entity: &Entity, shape: &Shape<'_>) -> Option<Digest> {
    let properties = by_name(entity.properties.iter().map(|(name, value)| (name, value)));
    let properties = properties.into_iter().filter(|(_, value)| !value.is_null());
    let relations = by_name(entity.relations.iter().map(|(name, targets)| (name, targets)));
    let relations = relations.into_iter().filter_map(|(name, targets)| {
        let targets = normalise::relation(targets, shape.relation(name)).value()?;
        Some((name.as_ref(), normalise::targets_value(targets)))
    });
    let team = normalise::stored_team(&entity.team, shape);
    let texts = [entity.title.as_deref(), entity.icon.as_deref()];
    of_content(shape, texts, team, properties.map(|(name, value)| (name.as_ref(), value)), relations.collect())
}

/// What the catalog would fill in by itself is left out on both sides.
fn of_content<'a>(
    shape: &Shape<'_>,
    texts: [Option<&str>; 2],
    team: Option<&[Box<str>]>,
    properties: impl Iterator<Item = (&'a str, &'a Value)>,
    relations: Vec<(&str, Value)>,
) -> Option<Digest> {
    let is_own = |(name, value): &(&str, &Value)| {
        let property = shape.property(name);
        let is_default = property.default.as_ref().is_some_and(|it| normalise::same_property(it, value, property));
        !shape.is_computed(name) && !is_default
    };
    let properties: Vec<_> = properties.filter(is_own).collect();
    if texts == [None, None] && team.is_none() && properties.is_empty() && relations.is_empty() {
        return None;
    }
    let mut writer = Writer::new("portolan content 1");
    texts.into_iter().for_each(|text| writer.maybe(text));
    writer.value(&team.map(normalise::set_value).unwrap_or_default());
    writer.count(properties.len());
    for (name, value) in properties {
        writer.text(name);
        writer.property(value, shape.property(name));
    }
    writer.count(relations.len());
    for (name, targets) in relations {
        writer.text(name);
        writer.value(&targets);
    }
    Some(writer.finish())
}
