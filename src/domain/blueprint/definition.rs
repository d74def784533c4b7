//! Validates a blueprint body by the published description of the API. Lint and the embedded catalog both use it; it
//! returns faults, and they word the messages.

use serde_json::{Map, Value};

use crate::domain::entity::identifier::{MAX_BLUEPRINT_IDENTIFIER, check_blueprint_identifier};
use crate::domain::value::pattern::{Pattern, PatternError};

pub const TYPES: [&str; 5] = ["string", "number", "boolean", "object", "array"];
pub const FORMATS: [&str; 14] = [
    "date-time",
    "url",
    "email",
    "idn-email",
    "ipv4",
    "ipv6",
    "markdown",
    "yaml",
    "user",
    "blueprints",
    "team",
    "timer",
    "proto",
    "labeled-url",
];
pub const SPECS: [&str; 3] = ["open-api", "embedded-url", "async-api"];
const MAX_TITLE: usize = 100;
const MAX_DESCRIPTION: usize = 200;
/// The kinds of computed properties; each is a separate map in the body.
pub const COMPUTED: [&str; 3] = ["mirrorProperties", "calculationProperties", "aggregationProperties"];
/// The maximum nesting of a property's schema.
const MAX_SCHEMA_DEPTH: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlueprintFault {
    /// The path of keys from the body.
    pub at: Vec<String>,
    pub kind: BlueprintFaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlueprintFaultKind {
    Missing {
        key: &'static str,
    },
    WrongType {
        /// A JSON type: `string`, `object`.
        expected: String,
    },
    NoSuchChoice {
        choices: &'static [&'static str],
    },
    TooShort {
        /// "characters" or "items"; the minimum is 1.
        unit: &'static str,
    },
    TooLong {
        max: usize,
    },
    /// The key of a property or relation.
    IllegalKey,
    /// The blueprint's own identifier.
    IllegalIdentifier,
    Extra {
        key: String,
    },
    /// A `pattern`, or a key of `patternProperties`, that is not a regular expression.
    BrokenPattern,
    /// A pattern that would take too much time or memory.
    CostlyPattern,
    TooDeep,
    /// Relations whose names are reserved for the platform.
    ReservedRelations {
        names: Vec<String>,
    },
    RequiredMany {
        relation: String,
    },
    /// `required` contains an unknown property.
    UnknownRequired {
        property: String,
    },
    /// Several properties, stored or computed, have this name.
    RepeatedName {
        name: String,
    },
    MirrorPath,
}

use BlueprintFaultKind as Kind;

/// All faults, in the order in which the platform reports them.
pub fn check_blueprint(body: &Value) -> Vec<BlueprintFault> {
    let mut check = Checker { at: Vec::new(), faults: Vec::new() };
    match body.as_object() {
        Some(body) => check.blueprint(body),
        None => check.wrong_type("object"),
    }
    check.faults
}

/// Whether `key` is a valid name of a property or relation.
pub fn check_key(key: &str) -> Result<(), BlueprintFaultKind> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '_' | '=' | '\\' | '-');
    if key.chars().count() > MAX_BLUEPRINT_IDENTIFIER {
        return Err(Kind::TooLong { max: MAX_BLUEPRINT_IDENTIFIER });
    }
    if key.is_empty() || !key.chars().all(legal) {
        return Err(Kind::IllegalKey);
    }
    Ok(())
}

/// Collects the faults; `at` is the current path.
#[derive(Debug)]
struct Checker {
    at: Vec<String>,
    faults: Vec<BlueprintFault>,
}

type Object = Map<String, Value>;

impl Checker {
    fn report(&mut self, kind: Kind) {
        self.faults.push(BlueprintFault { at: self.at.clone(), kind });
    }

    fn wrong_type(&mut self, expected: &str) {
        self.report(Kind::WrongType { expected: expected.to_owned() });
    }

    fn at<T>(&mut self, key: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        self.at.push(key.to_owned());
        let found = check(self);
        self.at.pop();
        found
    }

    fn needs(&mut self, map: &Object, keys: &[&'static str]) {
        for key in keys.iter().filter(|key| !map.contains_key(**key)) {
            self.report(Kind::Missing { key });
        }
    }

    fn only(&mut self, map: &Object, keys: &[&str]) {
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.report(Kind::Extra { key: key.clone() });
        }
    }

    fn text<'a>(&mut self, map: &'a Object, key: &str) -> Option<&'a str> {
        let value = map.get(key)?;
        if !value.is_string() {
            self.at(key, |it| it.wrong_type("string"));
        }
        value.as_str()
    }

    fn flag(&mut self, map: &Object, key: &str) -> bool {
        let Some(value) = map.get(key) else { return false };
        if !value.is_boolean() {
            self.at(key, |it| it.wrong_type("boolean"));
        }
        value.as_bool().unwrap_or_default()
    }

    fn object<'a>(&mut self, map: &'a Object, key: &str) -> Option<&'a Object> {
        let value = map.get(key)?;
        if !value.is_object() {
            self.at(key, |it| it.wrong_type("object"));
        }
        value.as_object()
    }

    fn at_most(&mut self, map: &Object, key: &str, max: usize) {
        let text = self.text(map, key).unwrap_or_default();
        if text.chars().count() > max {
            self.at(key, |it| it.report(Kind::TooLong { max }));
        }
    }

    fn one_of(&mut self, map: &Object, key: &str, choices: &'static [&'static str]) {
        let word = self.text(map, key);
        if word.is_some_and(|word| !choices.contains(&word)) {
            self.at(key, |it| it.report(Kind::NoSuchChoice { choices }));
        }
    }

    fn blueprint(&mut self, body: &Object) {
        self.needs(body, &["identifier", "title", "schema"]);
        if let Some(identifier) = self.text(body, "identifier")
            && check_blueprint_identifier(identifier).is_err()
        {
            let is_long = identifier.chars().count() > MAX_BLUEPRINT_IDENTIFIER;
            let kind = match is_long {
                true => Kind::TooLong { max: MAX_BLUEPRINT_IDENTIFIER },
                false => Kind::IllegalIdentifier,
            };
            self.at("identifier", |it| it.report(kind));
        }
        if self.text(body, "title") == Some("") {
            self.at("title", |it| it.report(Kind::TooShort { unit: "characters" }));
        }
        let is_text = |key: &str| body.get(key).is_some_and(Value::is_string);
        if is_text("title") {
            self.at_most(body, "title", MAX_TITLE);
        }
        self.at_most(body, "description", MAX_DESCRIPTION);
        self.text(body, "icon");
        if let Some(schema) = self.object(body, "schema") {
            self.at("schema", |it| it.schema(schema));
        }
        if let Some(relations) = self.object(body, "relations") {
            self.at("relations", |it| it.relations(relations));
        }
        for (key, check) in
            COMPUTED.into_iter().zip([Self::mirror as ComputedCheck, Self::calculation, Self::aggregation])
        {
            if let Some(properties) = self.object(body, key) {
                self.at(key, |it| it.computed(properties, check));
            }
        }
        if let Some(ownership) = self.object(body, "ownership") {
            self.at("ownership", |it| it.ownership(ownership));
        }
        self.names(body);
    }

    fn schema(&mut self, schema: &Object) {
        self.only(schema, &["properties", "required"]);
        self.needs(schema, &["properties"]);
        let empty = Map::new();
        let properties = self.object(schema, "properties").unwrap_or(&empty);
        self.at("properties", |it| {
            for (name, property) in properties {
                it.at(name, |it| it.property(name, property));
            }
        });
        let Some(required) = schema.get("required") else { return };
        self.at("required", |it| {
            let Some(required) = required.as_array() else { return it.wrong_type("array") };
            for (position, name) in required.iter().enumerate() {
                it.at(&position.to_string(), |it| match name.as_str() {
                    None => it.wrong_type("string"),
                    Some(name) if properties.contains_key(name) => {}
                    Some(name) => it.report(Kind::UnknownRequired { property: name.to_owned() }),
                });
            }
        });
    }

    fn key(&mut self, key: &str) {
        if let Err(kind) = check_key(key) {
            self.report(kind);
        }
    }

    fn property(&mut self, name: &str, property: &Value) {
        self.key(name);
        let Some(property) = property.as_object() else { return self.wrong_type("object") };
        self.needs(property, &["type"]);
        self.typed(property);
        self.titled(property);
        self.spec_authentication(property);
        self.default(property);
        if property.get("type").and_then(Value::as_str) == Some("array")
            && let Some(items) = self.object(property, "items")
        {
            self.at("items", |it| it.typed(items));
        }
        self.patterns(property, 0);
    }

    /// Checks type, format and spec of a property or of the items of a list.
    fn typed(&mut self, property: &Object) {
        self.one_of(property, "type", &TYPES);
        self.one_of(property, "format", &FORMATS);
        self.one_of(property, "spec", &SPECS);
        let Some(choices) = property.get("enum") else { return };
        self.at("enum", |it| match choices.as_array() {
            None => it.wrong_type("array"),
            Some(choices) if choices.is_empty() => it.report(Kind::TooShort { unit: "items" }),
            Some(_) => {}
        });
    }

    fn titled(&mut self, property: &Object) {
        self.at_most(property, "title", MAX_TITLE);
        self.text(property, "description");
        self.text(property, "icon");
    }

    /// A default of the wrong type could never be stored.
    fn default(&mut self, property: &Object) {
        let word = property.get("type").and_then(Value::as_str).unwrap_or_default();
        let fits = match property.get("default") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(_)) => word == "boolean",
            Some(Value::Number(_)) => word == "number",
            Some(Value::String(_)) => word == "string",
            Some(Value::Array(_)) => word == "array",
            Some(Value::Object(_)) => word == "object",
        };
        if !fits && TYPES.contains(&word) {
            self.at("default", |it| it.wrong_type(word));
        }
    }

    /// Checks the patterns of a property at any depth.
    fn patterns(&mut self, schema: &Object, depth: usize) {
        if depth > MAX_SCHEMA_DEPTH {
            return self.report(Kind::TooDeep);
        }
        if let Some(pattern) = self.text(schema, "pattern") {
            self.at("pattern", |it| it.pattern(pattern));
        }
        for key in ["properties", "patternProperties"] {
            let Some(inner) = schema.get(key).and_then(Value::as_object) else { continue };
            self.at(key, |it| {
                for (name, schema) in inner {
                    it.at(name, |it| {
                        if key == "patternProperties" {
                            it.pattern(name);
                        }
                        if let Some(schema) = schema.as_object() {
                            it.patterns(schema, depth + 1);
                        }
                    });
                }
            });
        }
        for key in ["items", "additionalProperties", "propertyNames", "not", "contains"] {
            if let Some(schema) = schema.get(key).and_then(Value::as_object) {
                self.at(key, |it| it.patterns(schema, depth + 1));
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let list = schema.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (position, schema) in list.iter().enumerate() {
                let Some(schema) = schema.as_object() else { continue };
                self.at(key, |it| it.at(&position.to_string(), |it| it.patterns(schema, depth + 1)));
            }
        }
    }

    fn pattern(&mut self, pattern: &str) {
        match Pattern::new(pattern) {
            Ok(_) => {}
            Err(PatternError::Broken) => self.report(Kind::BrokenPattern),
            Err(PatternError::TooCostly) => self.report(Kind::CostlyPattern),
        }
    }

    fn relations(&mut self, relations: &Object) {
        let reserved: Vec<String> = relations.keys().filter(|name| name.starts_with('_')).cloned().collect();
        if !reserved.is_empty() {
            self.report(Kind::ReservedRelations { names: reserved });
        }
        for (name, relation) in relations {
            self.at(name, |it| it.relation(name, relation));
        }
    }

    fn relation(&mut self, name: &str, relation: &Value) {
        self.key(name);
        let Some(relation) = relation.as_object() else { return self.wrong_type("object") };
        self.only(relation, &["title", "target", "required", "many", "description", "type"]);
        self.needs(relation, &["target"]);
        self.at_most(relation, "title", MAX_TITLE);
        self.text(relation, "target");
        self.text(relation, "description");
        let (required, many) = (self.flag(relation, "required"), self.flag(relation, "many"));
        if required && many {
            self.report(Kind::RequiredMany { relation: name.to_owned() });
        }
    }

    fn computed(&mut self, properties: &Object, check: ComputedCheck) {
        for (name, property) in properties {
            self.at(name, |it| {
                it.key(name);
                let Some(property) = property.as_object() else { return it.wrong_type("object") };
                it.at_most(property, "title", MAX_TITLE);
                check(it, property);
            });
        }
    }

    fn mirror(&mut self, property: &Object) {
        self.only(property, &["path", "title"]);
        self.needs(property, &["path"]);
        let Some(path) = self.text(property, "path") else { return };
        let hops = path.split('.').collect::<Vec<_>>();
        if hops.len() < 2 || hops.iter().any(|hop| hop.is_empty()) {
            self.at("path", |it| it.report(Kind::MirrorPath));
        }
    }

    fn calculation(&mut self, property: &Object) {
        let known = [
            "title",
            "description",
            "icon",
            "calculation",
            "type",
            "format",
            "dateFormat",
            "spec",
            "specAuthentication",
            "colorized",
            "colors",
            "items",
        ];
        self.only(property, &known);
        self.needs(property, &["calculation", "type"]);
        self.text(property, "calculation");
        self.text(property, "dateFormat");
        self.spec_authentication(property);
        self.typed(property);
        self.text(property, "description");
        self.text(property, "icon");
    }

    fn aggregation(&mut self, property: &Object) {
        let known = ["title", "description", "icon", "type", "target", "calculationSpec", "query", "pathFilter"];
        self.only(property, &known);
        self.needs(property, &["title", "target", "calculationSpec"]);
        self.text(property, "target");
        let Some(spec) = self.object(property, "calculationSpec") else { return };
        self.at("calculationSpec", |it| {
            it.needs(spec, &["func", "calculationBy"]);
            it.one_of(spec, "calculationBy", &["entities", "property"]);
            it.one_of(spec, "func", &["count", "average", "sum", "min", "max", "median"]);
        });
    }

    fn ownership(&mut self, ownership: &Object) {
        self.needs(ownership, &["type"]);
        self.one_of(ownership, "type", &["Direct", "Inherited"]);
        self.at_most(ownership, "title", MAX_TITLE);
        if self.text(ownership, "type") == Some("Inherited") {
            self.only(ownership, &["type", "title", "path"]);
            self.needs(ownership, &["path"]);
            self.text(ownership, "path");
        } else {
            self.only(ownership, &["type", "title"]);
        }
    }

    /// How a page signs in to show a property with a `spec`.
    fn spec_authentication(&mut self, property: &Object) {
        let Some(authentication) = self.object(property, "specAuthentication") else { return };
        self.at("specAuthentication", |it| {
            it.only(authentication, &["clientId", "authorizationUrl", "tokenUrl", "authorizationScope"]);
            let keys = ["clientId", "authorizationUrl", "tokenUrl"];
            it.needs(authentication, &keys);
            for key in keys {
                it.text(authentication, key);
            }
        });
    }

    /// Stored and computed values are returned in one object, so names must be unique across both.
    fn names(&mut self, body: &Object) {
        let stored = ("properties", body.get("schema").and_then(|schema| schema.get("properties")));
        let maps = [stored].into_iter().chain(COMPUTED.iter().map(|key| (*key, body.get(*key))));
        let mut seen = std::collections::HashSet::new();
        for (section, map) in maps {
            for name in map.and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                if !seen.insert(name.as_str()) {
                    self.at(section, |it| it.at(name, |it| it.report(Kind::RepeatedName { name: name.clone() })));
                }
            }
        }
    }
}

/// The check of one kind of computed property.
type ComputedCheck = fn(&mut Checker, &Object);
