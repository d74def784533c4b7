//! Generates the JSON Schema of all manifests of a repository, for completion and simple checks in editors. It is
//! written for yaml-language-server (draft 7; `if` instead of `anyOf`, whose errors are unreadable). It does not
//! replace lint: it omits what lint checks better or only over several files.

use serde_json::{Map, Value as Json, json};

use crate::domain::blueprint::{Blueprint, Ownership, Property, PropertyKind, Relation};
use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::fields::TextField;
use crate::domain::entity::identifier::{MAX_ENTITY_IDENTIFIER, MAX_RESOURCE_NAME};
use crate::domain::platform::{PLATFORMS, Platform};
use crate::domain::value::formats;
use crate::scaffold::candidates::Candidates;
use crate::scaffold::describe::{describe_property, describe_relation};
use crate::text::plural::as_sentence;

/// The input of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Repository<'a> {
    /// The platform whose resources are suggested first.
    pub platform: &'static Platform,
    /// In the order of suggestions; if empty, only what does not depend on a blueprint is checked.
    pub blueprints: &'a [Blueprint],
    pub candidates: &'a Candidates,
}

/// The maximum number of entities that are suggested for a blueprint: more would slow the editor down.
const MAX_SUGGESTED_ENTITIES: usize = 2_000;

pub fn manifest_schema(repository: &Repository<'_>) -> Json {
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Entity manifests",
        "description": "Written by `portolan schema manifest`.",
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/definitions/bare"}},
        "else": {
            "if": {"anyOf": [{"required": ["apiVersion"]}, {"required": ["kind"]}]},
            "then": {"$ref": "#/definitions/resource"},
            "else": {"$ref": "#/definitions/bare"},
        },
    });
    let mut offers = Offers::default();
    let entity = entity(repository, &mut offers);
    let mut definitions = Map::new();
    definitions.insert("resource".to_owned(), resource(repository));
    // Other YAML is ignored: a document without one of these keys gets suggestions but no errors.
    let bare = json!({
        "if": {"anyOf": [{"required": ["blueprint"]}, {"required": ["identifier"]}]},
        "then": {"$ref": "#/definitions/entity"},
        "else": {"properties": {
            "apiVersion": api_version(repository),
            "kind": kind(),
            "metadata": {},
            "spec": {},
            "blueprint": {},
            "identifier": {},
        }},
    });
    definitions.insert("bare".to_owned(), bare);
    definitions.insert("entity".to_owned(), entity);
    for (at, blueprint) in offers.blueprints.iter().enumerate() {
        let known: Vec<&str> = repository.candidates.of(blueprint).take(MAX_SUGGESTED_ENTITIES).collect();
        // `anyOf` with an empty schema suggests values without requiring them. Unlike with examples, the editor quotes
        // them if necessary.
        let offered = if known.is_empty() { json!({}) } else { json!({"anyOf": [{}, {"enum": known}]}) };
        definitions.insert(format!("entities-{at}"), offered);
    }
    schema["definitions"] = definitions.into();
    schema
}

/// The blueprints whose entities are suggested somewhere. Their definitions are numbered, because an identifier may
/// contain characters that a `$ref` must not.
#[derive(Default)]
struct Offers {
    blueprints: Vec<String>,
}

impl Offers {
    /// The schema for an identifier of that blueprint, with the known ones as suggestions.
    fn of(&mut self, blueprint: &str) -> Json {
        let at = self.blueprints.iter().position(|known| known == blueprint).unwrap_or_else(|| {
            self.blueprints.push(blueprint.to_owned());
            self.blueprints.len() - 1
        });
        json!({"type": "string", "allOf": [{"$ref": format!("#/definitions/entities-{at}")}]})
    }
}

fn api_version(repository: &Repository<'_>) -> Json {
    let others = PLATFORMS.into_iter().filter(|platform| *platform != repository.platform);
    let versions: Vec<String> = std::iter::once(repository.platform).chain(others).map(Platform::api_version).collect();
    json!({"description": "The API of the resource.", "enum": versions, "default": versions.first()})
}

fn kind() -> Json {
    let kinds = [ResourceKind::Entity, ResourceKind::ClusterEntity].map(ResourceKind::name);
    json!({"description": "`Entity` is namespaced, `ClusterEntity` is not.", "enum": kinds, "default": kinds.first()})
}

/// The schema of a resource. Resources of another API are ignored, except for lists that may contain manifests.
fn resource(repository: &Repository<'_>) -> Json {
    let groups: Vec<String> = PLATFORMS.iter().map(|platform| platform.group.replace('.', "\\.")).collect();
    // An incomplete `apiVersion` counts as ours while it is typed.
    let foreign = format!("^(v[0-9][a-z0-9]*$|(?!({})/)[^/]+/)", groups.join("|"));
    let name = json!({
        "type": "string",
        "description": "The name of the resource in the cluster: lower case, unique among resources of its kind.",
        "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
        "patternErrorMessage": "Use lower case letters, digits, - and .; begin and end with a letter or a digit.",
        "maxLength": MAX_RESOURCE_NAME,
    });
    json!({
        "if": {"required": ["kind"], "properties": {"kind": {"type": "string", "pattern": "^(Cluster)?(Entity)?List$"}}},
        "then": {"properties": {"items": {"type": "array", "items": {"$ref": "#/definitions/resource"}}}},
        "else": {
            "if": {"required": ["apiVersion"], "properties": {"apiVersion": {"type": "string", "pattern": foreign}}},
            "else": {
                "type": "object",
                "required": ["apiVersion", "kind", "metadata", "spec"],
                "properties": {
                    "apiVersion": api_version(repository),
                    "kind": kind(),
                    "metadata": {
                        "description": "The metadata of the Kubernetes resource.",
                        "type": "object",
                        "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
                        "properties": {
                            "name": name,
                            "namespace": {"type": "string", "description": "The namespace of an `Entity`."},
                            "labels": {"type": "object", "description": "Used by the cluster only."},
                            "annotations": {"type": "object", "description": "Used by the cluster only."},
                        },
                    },
                    "spec": {"$ref": "#/definitions/entity"},
                    "status": {},
                },
                "additionalProperties": false,
            },
        },
    })
}

/// The schema of an entity: the common fields, and those that depend on the blueprint.
fn entity(repository: &Repository<'_>, offers: &mut Offers) -> Json {
    let teams = offers.of("_team");
    let mut fields = json!({
        "blueprint": blueprint_field(repository.blueprints),
        "identifier": {
            "type": "string",
            "description": "The entity's identifier: unique among the entities of its blueprint.",
            "pattern": "^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/=-]+$",
            "patternErrorMessage": "Use letters, digits and @ _ . + : \\ / = -",
            "maxLength": MAX_ENTITY_IDENTIFIER,
        },
    });
    for field in TextField::ALL {
        fields[field.key()] = json!({"type": ["string", "null"], "description": as_sentence(field.note())});
    }
    fields["team"] = json!({
        "description": "The owning team, or several.",
        // An object is a search query, which only the catalog can evaluate.
        "type": ["string", "array", "object", "null"],
        "allOf": teams["allOf"],
        "items": teams,
    });
    fields["properties"] =
        json!({"type": ["object", "null"], "description": "The values of the blueprint's properties."});
    fields["relations"] = json!({
        "type": ["object", "null"],
        "description": "The entities that this one points to, by relation.",
    });
    let mut entity = json!({
        "title": "Entity",
        "type": "object",
        "required": ["blueprint", "identifier"],
        "properties": fields,
        "additionalProperties": false,
    });
    let branches: Vec<Json> =
        repository.blueprints.iter().map(|blueprint| branch(blueprint, repository, offers)).collect();
    if !branches.is_empty() {
        entity["allOf"] = branches.into();
    }
    entity
}

fn blueprint_field(blueprints: &[Blueprint]) -> Json {
    let description = "The blueprint of the entity: it defines the properties and relations.";
    if blueprints.is_empty() {
        return json!({"type": "string", "description": description});
    }
    let names: Vec<&str> = blueprints.iter().map(|blueprint| blueprint.identifier.as_str()).collect();
    let words = |blueprint: &Blueprint| {
        let words = [blueprint.title.as_deref(), blueprint.description.as_deref()];
        words.into_iter().flatten().collect::<Vec<_>>().join(": ")
    };
    let descriptions: Vec<String> = blueprints.iter().map(words).collect();
    json!({"type": "string", "description": description, "enum": names, "enumDescriptions": descriptions})
}

fn branch(blueprint: &Blueprint, repository: &Repository<'_>, offers: &mut Offers) -> Json {
    let properties =
        blueprint.properties.iter().map(|it| (it.name.clone(), property(it, repository.candidates, offers)));
    let properties: Map<String, Json> = properties.collect();
    let relations = blueprint.relations.iter().map(|it| (it.name.clone(), relation(it, repository.candidates, offers)));
    let relations: Map<String, Json> = relations.collect();
    let wanted = blueprint.properties.iter().filter(|it| it.required && !it.has_default());
    let wanted: Vec<&str> = wanted.map(|it| it.name.as_str()).collect();
    let needed: Vec<&str> = blueprint.relations.iter().filter(|it| it.required).map(|it| it.name.as_str()).collect();
    let mut required = Vec::new();
    let mut parts = Map::new();
    for (part, entries, names) in [("properties", properties, wanted), ("relations", relations, needed)] {
        // An empty part is dropped, unless something in it is required.
        let kind = if names.is_empty() { json!(["object", "null"]) } else { json!("object") };
        let mut schema = json!({"type": kind, "properties": entries, "additionalProperties": false});
        if !names.is_empty() {
            required.push(part);
            schema["required"] = names.into();
        }
        parts.insert(part.to_owned(), schema);
    }
    if let Ownership::Inherited { path } = &blueprint.ownership {
        let words =
            format!("Entities of `{}` inherit their team through `{path}`: it is not set here.", blueprint.identifier);
        parts.insert("team".to_owned(), json!({"type": ["null"], "description": words, "errorMessage": words}));
    }
    let mut then = json!({"properties": parts});
    if !required.is_empty() {
        then["required"] = required.into();
    }
    json!({
        "if": {"required": ["blueprint"], "properties": {"blueprint": {"const": blueprint.identifier}}},
        "then": then,
    })
}

fn property(property: &Property, candidates: &Candidates, offers: &mut Offers) -> Json {
    let mut schema = checks(&formats::spelled_out(&property.schema), offers);
    if !property.required {
        let kind = schema.get("type").and_then(Json::as_str).map(str::to_owned);
        if let Some(kind) = kind {
            // Null clears the property.
            schema["type"] = json!([kind, "null"]);
            if let Some(choices) = schema.get_mut("enum").and_then(Json::as_array_mut) {
                choices.push(Json::Null);
            }
        }
    }
    let said = property.description.is_some() || property.title.is_some();
    let words = if said {
        [&property.title, &property.description]
            .into_iter()
            .flatten()
            .map(|words| words.trim())
            .collect::<Vec<_>>()
            .join(": ")
    } else {
        String::new()
    };
    let takes = describe_property(&Property { title: None, description: None, ..property.clone() }, candidates);
    let words = if words.is_empty() { takes } else { format!("{words} ({takes})") };
    schema["description"] = words.into();
    if let Some(default) = &property.default {
        schema["default"] = default.clone();
    }
    schema
}

fn relation(relation: &Relation, candidates: &Candidates, offers: &mut Offers) -> Json {
    let target = offers.of(&relation.target);
    let plain = Relation { title: None, ..relation.clone() };
    let takes = describe_relation(&plain, candidates);
    let words = match relation.title.as_deref() {
        Some(title) => format!("{title} ({takes})"),
        None => takes,
    };
    let kind = if relation.many { "array" } else { "string" };
    let kind = if relation.required { json!(kind) } else { json!([kind, "null"]) };
    if relation.many {
        json!({"description": words, "type": kind, "items": target, "uniqueItems": true})
    } else {
        json!({"description": words, "type": kind, "allOf": target["allOf"]})
    }
}

/// The keywords that constrain a value, at every depth. Formats are written as patterns that accept at least what lint
/// accepts, because editors implement formats of the same name more strictly.
fn checks(schema: &Json, offers: &mut Offers) -> Json {
    let Some(object) = schema.as_object() else { return json!({}) };
    let mut checks = Map::new();
    for (key, value) in object {
        match key.as_str() {
            "type" if value.as_str().and_then(PropertyKind::parse).is_none() => {}
            "title" | "description" | "default" | "icon" | "enumColors" | "format" => {}
            "items" => drop(checks.insert(key.clone(), self::checks(value, offers))),
            "properties" => {
                let inner = value.as_object().into_iter().flatten();
                let inner: Map<String, Json> =
                    inner.map(|(key, value)| (key.clone(), self::checks(value, offers))).collect();
                checks.insert(key.clone(), inner.into());
            }
            _ => drop(checks.insert(key.clone(), value.clone())),
        }
    }
    let format = object.get("format").and_then(Json::as_str).unwrap_or_default();
    if let Some((pattern, words)) = as_pattern(format).filter(|_| !object.contains_key("pattern")) {
        checks.insert("pattern".to_owned(), pattern.into());
        checks.insert("patternErrorMessage".to_owned(), words.into());
    }
    for (named, blueprint) in [("user", "_user"), ("team", "_team")] {
        if format == named {
            checks.insert("allOf".to_owned(), offers.of(blueprint)["allOf"].clone());
        }
    }
    checks.into()
}

fn as_pattern(format: &str) -> Option<(&'static str, &'static str)> {
    Some(match format {
        "url" => ("^[A-Za-z][A-Za-z0-9+.-]*://[^\\s]+$", "Write a URL, such as https://git.example.com/team/service."),
        "email" | "idn-email" => (".@.", "Write an e-mail address, such as someone@example.com."),
        "ipv4" => ("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", "Write an IPv4 address, such as 192.0.2.10."),
        "ipv6" => (":", "Write an IPv6 address, such as 2001:db8::10."),
        "date-time" | "timer" => (
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:?[0-9]{2})$",
            "Write a date and time with its zone, such as 2026-01-31T09:30:00Z.",
        ),
        _ => return None,
    })
}
