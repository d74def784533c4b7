//! The entities that the exporter sends, one for each key: several objects may yield the same one, whose values the
//! catalog then merges.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::domain::entity::fields::Texts;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::evaluation::{Evaluation, MappedEntity, Origin};
use crate::jq::Value as JqValue;

/// What the exporter sends of one entity. What is not in it stays as it is in the catalog.
#[derive(Debug, Default)]
pub(super) struct SentEntity {
    pub texts: Texts<Option<Box<str>>>,
    pub team: Option<SentTeam>,
    pub properties: BTreeMap<Arc<str>, Json>,
    pub relations: BTreeMap<Arc<str>, SentRelation>,
    /// What it was mapped from.
    pub origins: Vec<Origin>,
}

#[derive(Debug)]
pub(super) enum SentTeam {
    Names(Box<[Box<str>]>),
    /// The catalog searches the teams.
    Query,
}

#[derive(Debug)]
pub(super) enum SentRelation {
    Targets(Targets),
    /// The catalog searches the targets.
    Query,
    /// No identifier, and no list of identifiers.
    Malformed,
}

/// Everything that one resync sends.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub entities: BTreeMap<EntityKey, SentEntity>,
    /// How many are identified by a search query, and their blueprints.
    pub searched: usize,
    pub searched_blueprints: BTreeSet<String>,
}

impl Sent {
    pub fn of(evaluation: &Evaluation) -> Self {
        let mut sent = Self::default();
        let mut blueprints: BTreeSet<Arc<str>> = BTreeSet::new();
        for mapped in &evaluation.upserts {
            let Some(EntityKey { blueprint, identifier }) = mapped.key() else {
                sent.searched += 1;
                sent.searched_blueprints.insert(mapped.blueprint.clone());
                continue;
            };
            // Thousands of keys share the text of their blueprint.
            let blueprint = blueprints.get(&blueprint).cloned().unwrap_or(blueprint);
            blueprints.insert(Arc::clone(&blueprint));
            sent.entities.entry(EntityKey { blueprint, identifier }).or_default().add(mapped);
        }
        sent
    }
}

impl SentEntity {
    fn add(&mut self, mapped: &MappedEntity) {
        self.origins.push(mapped.origin);
        let body = mapped.body();
        let Some(body) = body.as_object() else { return };
        for (key, value) in body.iter() {
            match (&**key, value) {
                ("title", JqValue::String(text)) => self.texts.title = Some((&**text).into()),
                ("icon", JqValue::String(text)) => self.texts.icon = Some((&**text).into()),
                ("team", team) => self.team = Some(SentTeam::of(team)),
                ("properties", JqValue::Object(properties)) => {
                    let json = |value: &JqValue| value.to_json().unwrap_or_default();
                    let properties = properties.iter().map(|(name, value)| (Arc::clone(name), json(value)));
                    self.properties.extend(properties);
                }
                ("relations", JqValue::Object(relations)) => {
                    let relations = relations.iter();
                    self.relations.extend(relations.map(|(name, value)| (Arc::clone(name), SentRelation::of(value))));
                }
                (_, _) => {}
            }
        }
    }
}

impl SentTeam {
    fn of(value: &JqValue) -> Self {
        match value {
            JqValue::String(name) => Self::Names([(&**name).into()].into()),
            JqValue::Array(names) => Self::Names(names.iter().filter_map(JqValue::as_str).map(Box::from).collect()),
            JqValue::Null | JqValue::Bool(_) | JqValue::Number(_) => Self::Names(Box::default()),
            JqValue::Object(_) => Self::Query,
        }
    }
}

impl SentRelation {
    fn of(value: &JqValue) -> Self {
        match value {
            JqValue::Null => Self::Targets(Targets::None),
            JqValue::String(target) => Self::Targets(Targets::One((&**target).into())),
            JqValue::Array(targets) => {
                let names = targets.iter().map(|target| target.as_str().map(Box::from));
                names.collect::<Option<_>>().map_or(Self::Malformed, |names| Self::Targets(Targets::Many(names)))
            }
            JqValue::Object(_) => Self::Query,
            JqValue::Bool(_) | JqValue::Number(_) => Self::Malformed,
        }
    }

    pub fn targets(&self) -> &[Box<str>] {
        match self {
            Self::Targets(targets) => targets_of(targets),
            Self::Query | Self::Malformed => &[],
        }
    }
}

pub(super) fn targets_of(targets: &Targets) -> &[Box<str>] {
    match targets {
        Targets::None => &[],
        Targets::One(target) => std::slice::from_ref(target),
        Targets::Many(targets) => targets,
    }
}
