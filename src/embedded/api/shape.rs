//! Selects the keys of an entity to return. The routes use two notations: `properties.language` in the list of all
//! entities, `language` and `$title` in the paged search. Both are accepted everywhere.

use std::collections::HashSet;

use crate::domain::entity::fields::ENTITY_KEYS;

/// How entities are returned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    pub computed: ComputedParts,
    /// Empty: everything.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Returns a relation's targets as `{identifier, title}`.
    pub attach_title_to_relation: bool,
    /// Returns a mirror of `$title` as `{identifier, title}`.
    pub attach_identifier_to_title_mirror_properties: bool,
    /// Leaves out properties without a value instead of returning null. No route offers this.
    pub exclude_unset: bool,
}

/// Which computed properties are returned; each choice includes those before it. A route offers the first and the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComputedParts {
    None,
    /// The answer to a write, because the others cost more than the write.
    Mirrors,
    /// What an expression of a calculation property sees.
    Aggregations,
    #[default]
    All,
}

/// A `Shape` compiled for lookups by key.
#[derive(Debug, Default)]
pub struct Selection {
    include: Option<Names>,
    exclude: Names,
}

/// The keys of one list, by kind.
#[derive(Debug, Default)]
struct Names {
    meta: HashSet<String>,
    properties: HashSet<String>,
    relations: HashSet<String>,
}

impl Shape {
    pub fn selection(&self) -> Selection {
        let include = (!self.include.is_empty()).then(|| Names::of(&self.include));
        Selection { include, exclude: Names::of(&self.exclude) }
    }
}

impl Selection {
    /// `key`: `identifier`, `createdAt`, or `properties` as a whole.
    pub fn has(&self, key: &str) -> bool {
        let included = self.include.as_ref().is_none_or(|names| match key {
            "properties" => names.meta.contains(key) || !names.properties.is_empty(),
            "relations" => names.meta.contains(key) || !names.relations.is_empty(),
            _ => names.meta.contains(key),
        });
        included && !self.exclude.meta.contains(key)
    }

    pub fn has_property(&self, name: &str) -> bool {
        let included = self
            .include
            .as_ref()
            .is_none_or(|names| names.meta.contains("properties") || names.properties.contains(name));
        included && !self.exclude.properties.contains(name)
    }

    pub fn has_relation(&self, name: &str) -> bool {
        let included = self
            .include
            .as_ref()
            .is_none_or(|names| names.meta.contains("relations") || names.relations.contains(name));
        included && !self.exclude.relations.contains(name)
    }

    /// Whether no property is excluded.
    pub fn has_all_properties(&self) -> bool {
        let included = self.include.as_ref().is_none_or(|names| names.meta.contains("properties"));
        included && self.exclude.properties.is_empty()
    }
}

impl Names {
    fn of(keys: &[String]) -> Self {
        let mut names = Self::default();
        for key in keys {
            names.add(key);
        }
        names
    }

    fn add(&mut self, key: &str) {
        const COMPUTED: [&str; 5] = ["scorecards", "createdAt", "createdBy", "updatedAt", "updatedBy"];
        // A property called `title` is requested as `properties.title`, on every route.
        if ENTITY_KEYS.contains(&key) || COMPUTED.contains(&key) {
            self.meta.insert(key.to_owned());
        } else if let Some(meta) = key.strip_prefix('$') {
            self.meta.insert(meta.to_owned());
        } else if let Some(name) = key.strip_prefix("properties.") {
            self.properties.insert(name.to_owned());
        } else if let Some(name) = key.strip_prefix("relations.") {
            self.relations.insert(name.to_owned());
        } else {
            self.properties.insert(key.to_owned());
            self.relations.insert(key.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(include: &[&str], exclude: &[&str]) -> Selection {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Shape { include: owned(include), exclude: owned(exclude), ..Shape::default() }.selection()
    }

    #[test]
    fn both_spellings_name_the_same() {
        for keys in [["identifier", "properties.language"], ["$identifier", "language"]] {
            let selection = shape(&keys, &[]);
            assert!(selection.has("identifier") && !selection.has("title"), "{keys:?}");
            assert!(selection.has_property("language") && !selection.has_property("tier"), "{keys:?}");
            assert!(selection.has("properties") && !selection.has_all_properties(), "{keys:?}");
        }
    }

    #[test]
    fn nothing_asked_for_is_everything() {
        let all = shape(&[], &[]);
        assert!(all.has("updatedBy") && all.has_all_properties() && all.has_relation("domain"));
        let some = shape(&[], &["properties.secret", "relations.domain", "$team"]);
        assert!(!some.has_property("secret") && !some.has_relation("domain") && !some.has("team"));
        assert!(some.has_property("language") && some.has("properties") && !some.has_all_properties());
        assert!(shape(&["properties"], &[]).has_property("language"));
        assert!(!shape(&["identifier"], &[]).has("properties"));
    }
}
