//! All blueprints of a catalog, sorted by identifier and without duplicates. It dereferences to a slice.

use std::collections::BTreeSet;
use std::ops::Deref;

use crate::domain::blueprint::Blueprint;

#[derive(Debug, Clone, Default)]
pub struct Blueprints {
    sorted: Vec<Blueprint>,
}

impl Blueprints {
    /// Of several blueprints with one identifier, the first one is kept.
    pub fn new(mut given: Vec<Blueprint>) -> Self {
        given.sort_by(|a, b| a.identifier.cmp(&b.identifier));
        given.dedup_by(|later, first| later.identifier == first.identifier);
        Self { sorted: given }
    }

    pub fn named(&self, identifier: &str) -> Option<&Blueprint> {
        let at = self.sorted.binary_search_by(|blueprint| blueprint.identifier.as_str().cmp(identifier)).ok()?;
        self.sorted.get(at)
    }

    /// The blueprints with these names that exist.
    pub fn among(&self, names: &BTreeSet<&str>) -> Vec<Blueprint> {
        self.sorted.iter().filter(|blueprint| names.contains(blueprint.identifier.as_str())).cloned().collect()
    }
}

impl Deref for Blueprints {
    type Target = [Blueprint];

    fn deref(&self) -> &[Blueprint] {
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_is_there_once_and_is_found_by_its_name() {
        let of = |identifier: &str, title: &str| {
            let json = json!({"identifier": identifier, "title": title, "schema": {"properties": {}}});
            Blueprint::from_json(json).expect("a blueprint").0
        };
        let all = Blueprints::new(vec![of("team", "first"), of("api", "x"), of("team", "second")]);
        assert_eq!(all.iter().map(|one| one.identifier.as_str()).collect::<Vec<_>>(), ["api", "team"]);
        assert_eq!(all.named("team").and_then(|team| team.raw["title"].as_str()), Some("first"));
        assert!(all.named("user").is_none());
        assert_eq!(all.among(&BTreeSet::from(["api", "user"])).len(), 1);
    }
}
