//! A blueprint, compiled for repeated use: names to look up, validators, relation paths.

use std::collections::HashMap;

use serde_json::Value;

use super::aggregation::Aggregation;
use super::error::StoreError;
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::{Blueprint, ComputedKind, Ownership, Property, Relation};
use crate::jq::Program;

#[derive(Debug)]
pub struct CompiledBlueprint {
    /// The row id; a blueprint that was deleted and created again has another.
    pub id: i64,
    pub version: i64,
    pub system: bool,
    pub blueprint: Blueprint,
    /// One validator per property, in the order of the blueprint.
    pub(super) validators: Vec<JsonValidator>,
    pub(super) mirrors: Vec<Mirror>,
    pub(super) aggregations: Vec<Aggregation>,
    pub(super) calculations: Vec<Calculation>,
    /// The relation path to the entity that the team is inherited from; `None`: the entity has its own team.
    pub(super) inherited: Option<Box<[Box<str>]>>,
    properties: HashMap<Box<str>, usize>,
    relations: HashMap<Box<str>, usize>,
    computed: HashMap<Box<str>, ComputedKind>,
}

/// A mirror property: its value is read from a related entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mirror {
    pub name: Box<str>,
    pub relations: Box<[Box<str>]>,
    /// The name of a property or of a meta property (`$title`).
    pub last: Box<str>,
}

impl CompiledBlueprint {
    pub fn identifier(&self) -> &str {
        &self.blueprint.identifier
    }

    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.get(name).and_then(|at| self.blueprint.properties.get(*at))
    }

    pub(super) fn validator(&self, name: &str) -> Option<&JsonValidator> {
        self.properties.get(name).and_then(|at| self.validators.get(*at))
    }

    /// The properties that are not among `stored`, in the order of the blueprint.
    pub(super) fn unset<'n>(&self, stored: impl Iterator<Item = &'n str>) -> Vec<&str> {
        let mut is_stored = vec![false; self.blueprint.properties.len()];
        for at in stored.filter_map(|name| self.properties.get(name)) {
            is_stored[*at] = true;
        }
        let properties = self.blueprint.properties.iter().zip(is_stored);
        properties.filter(|(_, is_stored)| !is_stored).map(|(property, _)| property.name.as_str()).collect()
    }

    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.get(name).and_then(|at| self.blueprint.relations.get(*at))
    }

    pub fn computed(&self, name: &str) -> Option<ComputedKind> {
        self.computed.get(name).copied()
    }

    /// The path to an inherited team; `None`: the entity has its own team.
    pub(super) fn team_path(&self) -> Option<Mirror> {
        let relations = self.inherited.clone()?;
        Some(Mirror { name: "$team".into(), relations, last: "$team".into() })
    }

    /// Whether only the platform creates entities of it. Users and teams can be created by API clients.
    pub fn is_protected(&self) -> bool {
        self.system && !matches!(self.identifier(), "_user" | "_team")
    }

    /// `body` is the blueprint as the API returns it.
    pub fn new(id: i64, version: i64, system: bool, body: Value) -> Result<Self, StoreError> {
        let (mirrors, aggregations, calculations) = (mirrors(&body), Aggregation::all(&body), calculations(&body));
        let (blueprint, _) = Blueprint::from_json(body)
            .map_err(|flaw| StoreError::Damaged { what: format!("a blueprint cannot be read: {}", flaw.message) })?;
        let validators = blueprint.properties.iter().map(JsonValidator::new).collect();
        let inherited = match &blueprint.ownership {
            Ownership::Direct => None,
            Ownership::Inherited { path } => Some(segments(path.strip_suffix(".$team").unwrap_or(path))),
        };
        Ok(Self {
            id,
            version,
            system,
            validators,
            mirrors,
            aggregations,
            calculations,
            inherited,
            properties: places(blueprint.properties.iter().map(|property| property.name.as_str())),
            relations: places(blueprint.relations.iter().map(|relation| relation.name.as_str())),
            computed: blueprint
                .computed
                .iter()
                .map(|computed| (computed.name.as_str().into(), computed.kind))
                .collect(),
            blueprint,
        })
    }
}

fn places<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<Box<str>, usize> {
    names.enumerate().map(|(at, name)| (name.into(), at)).collect()
}

fn segments(path: &str) -> Box<[Box<str>]> {
    path.split('.').filter(|segment| !segment.is_empty()).map(Box::from).collect()
}

/// A calculation property: a jq expression over the entity.
#[derive(Debug)]
pub(super) struct Calculation {
    pub name: Box<str>,
    /// `None`: the expression does not compile, so the property has no value.
    pub program: Option<Program>,
}

fn calculations(body: &Value) -> Vec<Calculation> {
    let entries = body.get("calculationProperties").and_then(Value::as_object).into_iter().flatten();
    let calculation = |(name, property): (&String, &Value)| {
        let text = property.get("calculation").and_then(Value::as_str);
        Calculation { name: name.as_str().into(), program: text.and_then(|text| Program::compile(text).ok()) }
    };
    entries.map(calculation).collect()
}

/// The mirror properties with a relation in their path; a path without one has no value.
fn mirrors(body: &Value) -> Vec<Mirror> {
    let entries = body.get("mirrorProperties").and_then(Value::as_object);
    entries
        .into_iter()
        .flatten()
        .filter_map(|(name, mirror)| {
            let path = segments(mirror.get("path").and_then(Value::as_str)?);
            let (last, relations) = path.split_last()?;
            let mirror = Mirror { name: name.as_str().into(), relations: relations.into(), last: last.clone() };
            (!mirror.relations.is_empty()).then_some(mirror)
        })
        .collect()
}
