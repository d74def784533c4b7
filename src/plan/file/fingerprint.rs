//! Digests of manifests and blueprints by content: a comment or another file name makes no difference, a value does.
//! Credentials are masked first. The digest of a stored entity is `plan::of_entity`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::{Desired, Teams, Wish};
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
    let team = |teams: &Teams| match teams {
        Teams::One(team) => text(team),
        Teams::Many(teams) => digested(mask, None, &normalise::set_value(teams)).into_owned(),
    };
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
    let content = (
        &desired.key,
        field(&desired.title, |title| text(title)),
        field(&desired.icon, |icon| text(icon)),
        field(&desired.team, team),
        properties,
        relations,
        desired.renamed_from.as_deref(),
    );
    digest("portolan manifest 2", content)
}

/// `None`: the manifest does not have the field; a null clears it.
fn field<T>(wish: &Wish<T>, value: impl Fn(&T) -> Value) -> Option<[Value; 1]> {
    match wish {
        Wish::Absent => None,
        Wish::Null(_) => Some([Value::Null]),
        Wish::Set(set, _) => Some([value(set)]),
    }
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
