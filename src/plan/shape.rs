//! The parts of a blueprint that the comparison uses, by name. A property that the blueprint does not define has no
//! shape; it is compared as it is and not dropped, so that the catalog can reject it.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::domain::blueprint::{Blueprint, Ownership, Property, PropertyKind};
use crate::domain::value::Value;

#[derive(Debug)]
pub(super) struct Shapes<'q> {
    by_blueprint: HashMap<&'q str, Shape<'q>>,
    unknown: Shape<'q>,
}

#[derive(Debug, Default)]
pub(super) struct Shape<'q> {
    properties: HashMap<&'q str, PropertyShape>,
    relations: HashMap<&'q str, RelationShape<'q>>,
    computed: HashSet<&'q str>,
    defaults: Vec<(Arc<str>, Value)>,
    /// The catalog computes the team.
    pub inherits_team: bool,
}

#[derive(Debug, Default, Clone)]
pub(super) struct PropertyShape {
    pub times: Times,
    /// The value of the property if none is given.
    pub default: Option<Value>,
}

/// The texts of a property that are times.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    #[default]
    None,
    Itself,
    Items,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RelationShape<'q> {
    /// The target blueprint.
    pub target: &'q str,
    pub required: bool,
    pub many: bool,
}

static PLAIN: PropertyShape = PropertyShape { times: Times::None, default: None };

impl<'q> Shapes<'q> {
    pub fn new(blueprints: &'q [Blueprint]) -> Self {
        let mut by_blueprint = HashMap::with_capacity(blueprints.len());
        for blueprint in blueprints {
            by_blueprint.insert(blueprint.identifier.as_str(), Shape::new(blueprint));
        }
        Self { by_blueprint, unknown: Shape::default() }
    }

    pub fn of(&self, blueprint: &str) -> &Shape<'q> {
        self.by_blueprint.get(blueprint).unwrap_or(&self.unknown)
    }
}

impl<'q> Shape<'q> {
    fn new(blueprint: &'q Blueprint) -> Self {
        let properties = blueprint.properties.iter().map(|property| {
            let items = property.schema.get("items").and_then(|items| items.get("format"));
            let times = match (is_time(property.format.as_deref()), is_time(items.and_then(|format| format.as_str()))) {
                (true, _) => Times::Itself,
                (false, true) => Times::Items,
                (false, false) => Times::None,
            };
            (property.name.as_str(), PropertyShape { times, default: default(property) })
        });
        let relations = blueprint.relations.iter().map(|relation| {
            let shape = RelationShape { target: &relation.target, required: relation.required, many: relation.many };
            (relation.name.as_str(), shape)
        });
        Self {
            properties: properties.collect(),
            relations: relations.collect(),
            defaults: defaults(blueprint).collect(),
            computed: blueprint.computed.iter().map(|computed| computed.name.as_str()).collect(),
            inherits_team: match blueprint.ownership {
                Ownership::Direct => false,
                Ownership::Inherited { .. } => true,
            },
        }
    }

    pub fn property(&self, name: &str) -> &PropertyShape {
        self.properties.get(name).unwrap_or(&PLAIN)
    }

    pub fn has_property(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    pub fn defaults(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.defaults.iter().map(|(name, default)| (name, default))
    }

    pub fn relation(&self, name: &str) -> Option<&RelationShape<'q>> {
        self.relations.get(name)
    }

    pub fn is_computed(&self, name: &str) -> bool {
        self.computed.contains(name)
    }
}

/// The properties with a default.
fn defaults(blueprint: &Blueprint) -> impl Iterator<Item = (Arc<str>, Value)> {
    blueprint.properties.iter().filter_map(|property| Some((property.name.as_str().into(), default(property)?)))
}

/// The default that the catalog fills in for a new entity, and that is sent with a whole entity. A default of the wrong
/// type is ignored, because the catalog would reject it.
fn default(property: &Property) -> Option<Value> {
    let default = property.default.as_ref()?;
    let is_right = match property.kind? {
        PropertyKind::String => default.is_string(),
        PropertyKind::Number => default.is_number(),
        PropertyKind::Boolean => default.is_boolean(),
        PropertyKind::Object => default.is_object(),
        PropertyKind::Array => default.is_array(),
    };
    let is_choice = property.choices.is_empty() || property.choices.contains(default);
    (is_right && is_choice).then(|| Value::from_json(default))
}

fn is_time(format: Option<&str>) -> bool {
    matches!(format, Some("date-time" | "timer"))
}
