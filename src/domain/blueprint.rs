//! A blueprint: the schema of entities, as the catalog's API returns it. Parsing is lenient: whatever real catalogs
//! return (no `many`, unknown types, unknown keys) is reported as a flaw.

pub mod change;
pub mod definition;
pub mod property_validator;
pub mod references;
pub mod required;
pub mod set;
pub mod system;

use std::sync::Arc;

use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    pub identifier: String,
    pub title: Option<String>,
    pub icon: Option<String>,
    pub description: Option<String>,
    /// In file order.
    pub properties: Vec<Property>,
    pub relations: Vec<Relation>,
    /// Mirror, calculation and aggregation properties, which are never written.
    pub computed: Vec<Computed>,
    pub ownership: Ownership,
    /// The whole object, including unknown keys.
    pub raw: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub required: bool,
    /// `None`: no type or an unknown one; the type is then not checked.
    pub kind: Option<PropertyKind>,
    pub format: Option<String>,
    pub default: Option<Value>,
    /// The allowed values, if there is an `enum`.
    pub choices: Vec<Value>,
    /// The property's schema, unchanged; shared with the validator that is compiled from it.
    pub schema: Arc<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PropertyKind {
    String,
    Number,
    Boolean,
    Object,
    Array,
}

/// A format whose values are identifiers of entities in a system blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityFormat {
    Team,
    User,
}

impl EntityFormat {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "team" => Some(Self::Team),
            "user" => Some(Self::User),
            _ => None,
        }
    }

    /// The blueprint of those entities.
    pub fn blueprint(self) -> &'static str {
        match self {
            Self::Team => TEAM,
            Self::User => USER,
        }
    }
}

/// The blueprint of teams; `team` contains identifiers of its entities.
pub const TEAM: &str = "_team";
/// The blueprint of users; the identifiers of its entities are e-mail addresses.
pub const USER: &str = "_user";

impl Property {
    /// The format of the value, or of each item of a list.
    pub fn entity_format(&self) -> Option<EntityFormat> {
        let of_items = || self.schema.get("items").and_then(|items| items.get("format")).and_then(Value::as_str);
        self.format.as_deref().or_else(of_items).and_then(EntityFormat::parse)
    }

    /// Whether the catalog fills in a default if an entity has no value.
    pub fn has_default(&self) -> bool {
        self.default.as_ref().is_some_and(|default| !default.is_null())
    }
}

impl PropertyKind {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "string" => Self::String,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::Array,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub name: String,
    pub title: Option<String>,
    /// The target blueprint.
    pub target: String,
    pub required: bool,
    pub many: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    pub name: String,
    pub kind: ComputedKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputedKind {
    Mirror,
    Calculation,
    Aggregation,
}

impl ComputedKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Calculation => "calculation",
            Self::Aggregation => "aggregation",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// Direct or absent: entities have their own team.
    Direct,
    /// The team is inherited along this path of relations and cannot be set.
    Inherited { path: String },
}

/// A problem in a blueprint that does not prevent its use. `pointer` is a JSON pointer into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub pointer: String,
    pub message: String,
}

impl Blueprint {
    /// Parses a blueprint. `Err` only if it is not an object or has no identifier.
    pub fn from_json(raw: Value) -> Result<(Self, Vec<Flaw>), Flaw> {
        let mut flaws = Vec::new();
        let Value::Object(object) = &raw else {
            return Err(Flaw { pointer: String::new(), message: "a blueprint must be a JSON object".to_owned() });
        };
        let Some(identifier) = object.get("identifier").and_then(Value::as_str).filter(|text| !text.is_empty()) else {
            return Err(Flaw { pointer: "/identifier".to_owned(), message: "`identifier` is missing".to_owned() });
        };
        let schema = object.get("schema").and_then(Value::as_object);
        if schema.is_none() {
            flaws.push(Flaw { pointer: "/schema".to_owned(), message: "`schema` is missing".to_owned() });
        }
        let required = names(schema.and_then(|schema| schema.get("required")));
        let properties = entries(schema.and_then(|schema| schema.get("properties")))
            .map(|(name, schema)| property(name, schema, &required, &mut flaws))
            .collect::<Vec<_>>();
        for name in &required {
            if !properties.iter().any(|property| property.name == *name) {
                flaws.push(Flaw {
                    pointer: "/schema/required".to_owned(),
                    message: format!("the property `{name}` is required but not defined"),
                });
            }
        }
        let relations =
            entries(object.get("relations")).filter_map(|(name, value)| relation(name, value, &mut flaws)).collect();
        let computed = [
            ("mirrorProperties", ComputedKind::Mirror),
            ("calculationProperties", ComputedKind::Calculation),
            ("aggregationProperties", ComputedKind::Aggregation),
        ]
        .into_iter()
        .flat_map(|(key, kind)| entries(object.get(key)).map(move |(name, _)| Computed { name: name.clone(), kind }))
        .collect();
        let blueprint = Self {
            identifier: identifier.to_owned(),
            title: text(object, "title"),
            icon: text(object, "icon"),
            description: text(object, "description"),
            properties,
            relations,
            computed,
            ownership: ownership(object),
            raw: Value::Null,
        };
        Ok((Self { raw, ..blueprint }, flaws))
    }

    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }
}

fn property(name: &str, schema: &Value, required: &[String], flaws: &mut Vec<Flaw>) -> Property {
    let object = schema.as_object();
    let word = object.and_then(|object| object.get("type")).and_then(Value::as_str);
    let kind = word.and_then(PropertyKind::parse);
    if kind.is_none() {
        let message = match word {
            Some(word) => format!("property `{name}` has the unknown type `{word}`"),
            None => format!("property `{name}` has no type"),
        };
        flaws.push(Flaw { pointer: format!("/schema/properties/{}", escape(name)), message });
    }
    let get = |key: &str| object.and_then(|object| object.get(key));
    Property {
        name: name.to_owned(),
        title: object.and_then(|object| text(object, "title")),
        description: object.and_then(|object| text(object, "description")),
        required: required.iter().any(|other| other == name),
        kind,
        format: object.and_then(|object| text(object, "format")),
        default: get("default").cloned(),
        choices: get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
        schema: Arc::new(schema.clone()),
    }
}

fn relation(name: &str, value: &Value, flaws: &mut Vec<Flaw>) -> Option<Relation> {
    let object = value.as_object();
    let Some(target) = object.and_then(|object| text(object, "target")) else {
        flaws.push(Flaw {
            pointer: format!("/relations/{}", escape(name)),
            message: format!("relation `{name}` has no target blueprint"),
        });
        return None;
    };
    let flag = |key: &str| object.and_then(|object| object.get(key)).and_then(Value::as_bool).unwrap_or_default();
    Some(Relation {
        name: name.to_owned(),
        title: object.and_then(|object| text(object, "title")),
        target,
        required: flag("required"),
        many: flag("many"),
    })
}

fn ownership(object: &Map<String, Value>) -> Ownership {
    let path = |value: &Value| value.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
    match object.get("ownership") {
        Some(value) if value.get("type").and_then(Value::as_str) == Some("Inherited") => {
            Ownership::Inherited { path: path(value) }
        }
        Some(_) => Ownership::Direct,
        // The older spelling of the same.
        None => match object.get("teamInheritance").filter(|value| value.is_object()) {
            Some(value) => Ownership::Inherited { path: path(value) },
            None => Ownership::Direct,
        },
    }
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn names(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Escapes a key for a JSON pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_platforms_really_ship() {
        let (blueprint, flaws) = Blueprint::from_json(json!({
            "identifier": "cluster", "title": "Cluster", "colour": "kept",
            "schema": {"properties": {"status": {"type": "enum"}, "size": {"type": "number"}}, "required": ["size"]},
            "relations": {"team": {"target": "_team"}, "lost": {"title": "no target"}},
            "mirrorProperties": {"owner": {"path": "team.$title"}},
            "teamInheritance": {"path": "team"},
        }))
        .expect("an object with an identifier is a blueprint");
        assert_eq!(blueprint.property("status").map(|property| property.kind), Some(None));
        assert!(blueprint.property("size").is_some_and(|property| property.required));
        let team = blueprint.relation("team").expect("`many` and `required` may be absent");
        assert!(!team.many && !team.required);
        assert_eq!(blueprint.ownership, Ownership::Inherited { path: "team".to_owned() });
        assert_eq!(blueprint.computed, [Computed { name: "owner".to_owned(), kind: ComputedKind::Mirror }]);
        assert_eq!(blueprint.raw["colour"], "kept");
        let pointers = flaws.iter().map(|flaw| flaw.pointer.as_str()).collect::<Vec<_>>();
        assert_eq!(pointers, ["/schema/properties/status", "/relations/lost"]);
    }

    #[test]
    fn values_that_name_teams_and_users_are_known_by_their_format() {
        let properties = json!({
            "owner": {"type": "string", "format": "user"}, "teams": {"type": "array", "items": {"format": "team"}},
            "mail": {"type": "string", "format": "email"}, "tags": {"type": "array"},
        });
        let (blueprint, _) =
            Blueprint::from_json(json!({"identifier": "service", "schema": {"properties": properties}})).unwrap();
        let format = |name: &str| blueprint.property(name).and_then(Property::entity_format);
        assert_eq!(format("owner").map(EntityFormat::blueprint), Some("_user"));
        assert_eq!(format("teams").map(EntityFormat::blueprint), Some("_team"));
        assert_eq!((format("mail"), format("tags")), (None, None));
    }

    #[test]
    fn what_is_no_blueprint_is_refused() {
        assert!(Blueprint::from_json(json!([])).is_err());
        assert!(Blueprint::from_json(json!({"title": "x"})).is_err());
    }
}
