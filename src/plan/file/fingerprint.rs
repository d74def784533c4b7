//! Digests of manifests and blueprints by content: a comment or another file name makes no difference, a value does.
//! Credentials are masked first. The digest of a stored entity is `plan::of_entity`.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::{Desired, Teams, Wish};
use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;
use crate::plan::compare::by_name;
use crate::plan::digest::Writer;
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
    let mut writer = Writer::new("portolan blueprint 1");
    writer.text(&blueprint.identifier);
    for key in DECISIVE {
        let value = blueprint.raw.get(key).map(Value::from_json).unwrap_or_default();
        writer.masked(mask, None, &value);
    }
    writer.finish()
}

pub(in crate::plan) fn of_manifest(desired: &Desired, mask: &Mask) -> Digest {
    let mut writer = Writer::new("portolan manifest 1");
    writer.key(&desired.key);
    text(&mut writer, &desired.title, mask);
    text(&mut writer, &desired.icon, mask);
    match &desired.team {
        Wish::Absent => writer.byte(0),
        Wish::Null(_) => writer.byte(1),
        Wish::Set(Teams::One(team), _) => {
            writer.byte(2);
            writer.text(&mask.text(team));
        }
        Wish::Set(Teams::Many(teams), _) => {
            writer.byte(3);
            writer.masked(mask, None, &normalise::set_value(teams));
        }
    }
    let properties = by_name(desired.properties_of());
    writer.count(properties.len());
    for (name, (value, _)) in properties {
        writer.text(name);
        writer.masked(mask, Some(name), value);
    }
    let relations = by_name(desired.relations_of());
    writer.count(relations.len());
    for (name, (targets, _)) in relations {
        writer.text(name);
        writer.masked(mask, None, &normalise::targets_value(targets));
    }
    writer.maybe(desired.renamed_from.as_deref());
    writer.finish()
}

fn text(writer: &mut Writer, wish: &Wish<Box<str>>, mask: &Mask) {
    match wish {
        Wish::Absent => writer.byte(0),
        Wish::Null(_) => writer.byte(1),
        Wish::Set(text, _) => {
            writer.byte(2);
            writer.text(&mask.text(text));
        }
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
        let mut writer = Writer::new("portolan manifests of one 1");
        writer.count(digests.len());
        digests.iter().for_each(|digest| writer.digest(*digest));
        Some(writer.finish())
    }

    /// One digest per blueprint, independent of the order.
    pub fn by_blueprint(&self) -> BTreeMap<Arc<str>, Digest> {
        let mut lists: BTreeMap<&str, Vec<Digest>> = BTreeMap::new();
        for ((blueprint, _), digests) in &self.by_key {
            lists.entry(blueprint).or_default().extend(digests);
        }
        let digest = |(blueprint, mut digests): (&str, Vec<Digest>)| {
            digests.sort_unstable();
            let mut writer = Writer::new("portolan manifests of a blueprint 1");
            writer.count(digests.len());
            digests.iter().for_each(|digest| writer.digest(*digest));
            (Arc::from(blueprint), writer.finish())
        };
        lists.into_iter().map(digest).collect()
    }
}
