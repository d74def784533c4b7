//! The comparable content of an entity, to recognise it under another identifier: without defaults and computed values.
//! Manifests and stored entities have the same form.

use std::cmp::Ordering;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, Targets};
use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;

use super::compare::by_name;
use super::digest::{digest, digested_property};
use super::normalise;
use super::shape::Shape;

#[derive(Debug)]
pub(super) struct Content<'a> {
    texts: Texts<Option<&'a str>>,
    team: Option<&'a [Box<str>]>,
    /// Sorted by name, like the relations.
    properties: Vec<(&'a str, &'a Value)>,
    relations: Vec<(&'a str, &'a Targets)>,
}

/// How similar a newer entity is to an older one, in numbers of fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Similarity {
    pub alike: usize,
    /// Fields in which the newer one differs, or that only it has.
    pub differing: usize,
    /// Fields that only the older one has.
    pub unnamed: usize,
    pub has_same_title: bool,
}

impl<'a> Content<'a> {
    pub fn of_manifest(desired: &'a Desired, shape: &Shape<'_>) -> Self {
        let properties = by_name(desired.properties_of()).into_iter();
        let relations = by_name(desired.relations_of()).into_iter();
        Self {
            texts: desired.texts.as_ref().map(|text| normalise::text(text).value()),
            team: normalise::team(&desired.team, shape).value(),
            properties: own(properties.map(|(name, (value, _))| (name.as_ref(), value)), shape),
            relations: set(relations.map(|(name, (targets, _))| (name.as_ref(), targets)), shape),
        }
    }

    pub fn of_stored(entity: &'a Entity, shape: &Shape<'_>) -> Self {
        let properties = by_name(entity.properties.iter().map(|(name, value)| (name, value))).into_iter();
        let relations = by_name(entity.relations.iter().map(|(name, targets)| (name, targets))).into_iter();
        Self {
            texts: entity.texts.as_ref().map(Option::as_deref),
            team: normalise::stored_team(&entity.team, shape),
            properties: own(properties.map(|(name, value)| (name.as_ref(), value)), shape),
            relations: set(relations.map(|(name, targets)| (name.as_ref(), targets)), shape),
        }
    }

    pub fn title(&self) -> Option<&'a str> {
        self.texts.title
    }

    /// `None`: the content is empty, so it identifies nothing.
    pub fn digest(&self, shape: &Shape<'_>) -> Option<Digest> {
        if self.texts == Texts::default()
            && self.team.is_none()
            && self.properties.is_empty()
            && self.relations.is_empty()
        {
            return None;
        }
        let properties =
            self.properties.iter().map(|(name, value)| (name, digested_property(value, shape.property(name))));
        let relations = self.relations.iter().map(|(name, targets)| (name, normalise::targets_value(targets)));
        let content = (
            self.texts.iter().map(|(_, text)| text).collect::<Vec<_>>(),
            self.team.map(normalise::set_value),
            properties.collect::<Vec<_>>(),
            relations.collect::<Vec<_>>(),
        );
        Some(digest("portolan content 2", content))
    }

    pub fn similarity(&self, older: &Content<'_>, shape: &Shape<'_>) -> Similarity {
        let mut found = Similarity { has_same_title: self.title() == older.title(), ..Similarity::default() };
        for (field, new) in self.texts.iter() {
            found.count(*new, older.texts[field], |new, old| new == old);
        }
        found.count(self.team, older.team, normalise::same_set);
        let same = |name: &str, new: &Value, old: &Value| normalise::same_property(new, old, shape.property(name));
        found.count_all(&self.properties, &older.properties, same);
        found.count_all(&self.relations, &older.relations, |_, new, old| normalise::same_targets(new, old));
        found
    }
}

impl Similarity {
    /// Whether two versions of one file declare the same entity: most fields are unchanged. In a small manifest, one
    /// field may differ.
    pub fn is_one_manifest(&self) -> bool {
        self.differing + self.unnamed <= self.alike.max(1)
    }

    /// Whether the content alone identifies the entity: all named fields agree, or the title and at least four of five
    /// fields do. Other writers may have set fields that are not named, if they are not the majority.
    pub fn is_one_content(&self, title: Option<&str>) -> bool {
        let is_near = self.differing == 0 || (title.is_some() && self.is_near());
        self.has_same_title && self.alike > 0 && self.unnamed <= self.alike && is_near
    }

    /// Whether the similarity is weaker than that, but unlikely to be chance.
    pub fn is_suspicious(&self, title: Option<&str>) -> bool {
        let has_title = title.is_some() && self.has_same_title && self.alike >= self.differing;
        has_title || (self.alike > 1 && self.is_near() && self.unnamed <= self.alike)
    }

    /// At least four of five fields agree.
    fn is_near(&self) -> bool {
        self.differing * 4 <= self.alike
    }

    fn count<T: Copy>(&mut self, new: Option<T>, old: Option<T>, same: impl Fn(T, T) -> bool) {
        match (new, old) {
            (None, None) => {}
            (Some(new), Some(old)) if same(new, old) => self.alike += 1,
            (Some(_), _) => self.differing += 1,
            (None, Some(_)) => self.unnamed += 1,
        }
    }

    fn count_all<T: Copy>(&mut self, new: &[(&str, T)], old: &[(&str, T)], same: impl Fn(&str, T, T) -> bool) {
        let (mut new, mut old) = (new.iter().peekable(), old.iter().peekable());
        loop {
            let first = match (new.peek(), old.peek()) {
                (None, None) => return,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((new, _)), Some((old, _))) => new.cmp(old),
            };
            let come = if first.is_le() { new.next() } else { None };
            let gone = if first.is_ge() { old.next() } else { None };
            let name = come.or(gone).map_or("", |(name, _)| name);
            self.count(come.map(|it| it.1), gone.map(|it| it.1), |new, old| same(name, new, old));
        }
    }
}

/// The properties without defaults and computed values.
fn own<'a>(properties: impl Iterator<Item = (&'a str, &'a Value)>, shape: &Shape<'_>) -> Vec<(&'a str, &'a Value)> {
    let is_own = |(name, value): &(&str, &Value)| {
        let property = shape.property(name);
        let is_default = property.default.as_ref().is_some_and(|it| normalise::same_property(it, value, property));
        !shape.is_computed(name) && !is_default && normalise::property(value) != Patch::Null
    };
    properties.filter(is_own).collect()
}

fn set<'a>(relations: impl Iterator<Item = (&'a str, &'a Targets)>, shape: &Shape<'_>) -> Vec<(&'a str, &'a Targets)> {
    let set = |(name, targets): (&'a str, &'a Targets)| {
        Some((name, normalise::relation(targets, shape.relation(name)).value()?))
    };
    relations.filter_map(set).collect()
}
