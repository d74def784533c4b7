//! Digests of manifests and blueprints by content: a comment or another file name makes no difference, a value does.
//! Credentials are masked first. The digest of a stored entity is `plan::of_entity`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::{Desired, Teams};
use crate::domain::entity::patch::Patch;
use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;
use crate::plan::compare::by_name;
use crate::plan::digest::{digest, digested};
use crate::plan::normalise;
use crate::plan::ownership::{Pair, pair};
use crate::text::mask::Mask;

/// The parts of a blueprint that affect what is written; titles, icons and timestamps do not.
const DECISIVE: [&str; 7] = [
    "schema",
    "relations",
    "mirrorProperties",
    "calculationProperties",
    "aggregationProperties",
    "ownership",
    "teamInheritance",
];

pub(in crate::plan) fn of_blueprint(blueprint: &Blueprint, mask: &Mask) -> Digest {
    let value = |key| blueprint.raw.get(key).map(Value::from_json).unwrap_or_default();
    let decisive = DECISIVE.map(|key| digested(mask, None, &value(key)).into_owned());
    digest("portolan blueprint 2", (&blueprint.identifier, decisive))
}

pub(in crate::plan) fn of_manifest(desired: &Desired, mask: &Mask) -> Digest {
    let text = |text: &str| Value::Text(mask.text(text).into());
    let team = desired.team.patch.as_ref().map(|teams| match teams {
        Teams::One(team) => text(team),
        Teams::Many(teams) => digested(mask, None, &normalise::set_value(teams)).into_owned(),
    });
    // A field that the manifest does not have is left out; a null clears it.
    let texts = desired.texts.iter().map(|(field, text)| (field.key(), text.patch.as_ref()));
    let fields: BTreeMap<&str, Patch<Value>> = texts
        .map(|(key, patch)| (key, patch.map(|value| text(value))))
        .chain([("team", team)])
        .filter(|(_, patch)| !patch.is_absent())
        .collect();
    let properties: BTreeMap<&str, Cow<'_, Value>> = by_name(desired.properties_of())
        .into_iter()
        .map(|(name, (value, _))| (name.as_ref(), digested(mask, Some(name), value)))
        .collect();
    let relations: BTreeMap<&str, Value> = by_name(desired.relations_of())
        .into_iter()
        .map(|(name, (targets, _))| {
            (name.as_ref(), digested(mask, None, &normalise::targets_value(targets)).into_owned())
        })
        .collect();
    let content = (&desired.key, fields, properties, relations, desired.renamed_from.as_deref());
    digest("portolan manifest 3", content)
}

/// The manifests of a run, by entity.
pub(in crate::plan) struct Manifests<'d> {
    /// All manifests of an entity, if it has several.
    by_key: HashMap<Pair<'d>, Vec<Digest>>,
}

impl<'d> Manifests<'d> {
    pub fn of(desired: impl IntoIterator<Item = &'d Desired>, mask: &Mask) -> Self {
        let mut by_key: HashMap<Pair<'_>, Vec<Digest>> = HashMap::new();
        for one in desired {
            by_key.entry(pair(&one.key)).or_default().push(of_manifest(one, mask));
        }
        by_key.values_mut().for_each(|digests| digests.sort_unstable());
        Self { by_key }
    }

    /// `None`: no manifest declares it.
    pub fn of_key(&self, key: &EntityKey) -> Option<Digest> {
        let digests = self.by_key.get(&pair(key))?;
        Some(digest("portolan manifests of one 2", digests))
    }

    /// One digest per blueprint, independent of the order.
    pub fn by_blueprint(&self) -> BTreeMap<Arc<str>, Digest> {
        let mut lists: BTreeMap<&str, Vec<Digest>> = BTreeMap::new();
        for ((blueprint, _), digests) in &self.by_key {
            lists.entry(blueprint).or_default().extend(digests);
        }
        let all = |(blueprint, mut digests): (&str, Vec<Digest>)| {
            digests.sort_unstable();
            (Arc::from(blueprint), digest("portolan manifests of a blueprint 2", digests))
        };
        lists.into_iter().map(all).collect()
    }
}
