//! Which keys of an entity are answered. The routes spell them in two ways: `properties.language` where a whole list is
//! asked for, `language` and `$title` in the paged search. Both are understood everywhere.

use std::collections::HashSet;

/// How an entity is to be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Mirror, calculation and aggregation properties stay away.
    pub exclude_calculated: bool,
    /// Nothing: everything.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// A relation's targets as `{identifier, title}`.
    pub attach_title_to_relation: bool,
    /// A mirror of `$title` as `{identifier, title}`.
    pub attach_identifier_to_title_mirror_properties: bool,
}

/// A `Shape`, ready to be asked for every key.
#[derive(Debug, Default)]
pub struct Selection {
    include: Option<Names>,
    exclude: Names,
}

/// What one list of keys names.
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
    /// `identifier`, `createdAt`, `properties` as a whole.
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

    /// Nothing is chosen within properties.
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
        const META: [&str; 12] = [
            "identifier",
            "title",
            "icon",
            "blueprint",
            "team",
            "properties",
            "relations",
            "scorecards",
            "createdAt",
            "createdBy",
            "updatedAt",
            "updatedBy",
        ];
        // A property called `title` is asked for as `properties.title`, on every route.
        if META.contains(&key) {
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
