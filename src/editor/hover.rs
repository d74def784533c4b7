//! Describes a subject in Markdown: what a property may hold, where a relation leads, what a field means.

use serde_json::Value as Json;

use crate::analysis::{DeclaredEntities, Snapshot};
use crate::domain::blueprint::{Blueprint, Computed, Ownership, Property, Relation};
use crate::domain::entity::fields::TextField;
use crate::domain::finding::{EntityName, Place};
use crate::editor::subject::Subject;
use crate::text::plural::count;

/// The most declarations that are named; more than one is an error already.
const MAX_DECLARATIONS: usize = 5;
/// The most choices that are listed.
const MAX_CHOICES: usize = 30;

/// The description; `None` if nothing is known. `place` writes where something is: `catalog/cart.yaml:5`.
pub fn describe(
    subject: &Subject,
    snapshot: &Snapshot,
    declared: DeclaredEntities<'_>,
    place: &dyn Fn(Place) -> Option<String>,
) -> Option<String> {
    match subject {
        Subject::Kind => Some(KIND.to_owned()),
        Subject::Field(key) => describe_field(key).map(|note| format!("`{key}`: {note}")),
        Subject::Blueprint(name) => {
            let blueprint = snapshot.find(name).map(|indexed| &indexed.blueprint);
            Some(blueprint.map_or_else(|| unknown_blueprint(name, snapshot), describe_blueprint))
        }
        Subject::Property { blueprint, name } => {
            let blueprint = &snapshot.find(blueprint)?.blueprint;
            let computed = || blueprint.computed.iter().find(|computed| computed.name == *name).map(describe_computed);
            blueprint.property(name).map(describe_property).or_else(computed)
        }
        Subject::Relation { blueprint, name } => {
            snapshot.find(blueprint)?.blueprint.relation(name).map(describe_relation)
        }
        Subject::Target(name) | Subject::Declaration(name) => Some(describe_entity(name, snapshot, declared, place)),
    }
}

const KIND: &str = "An entity of the catalog, as a Kubernetes resource. `Entity` belongs to a namespace, `ClusterEntity` to the \
                    whole cluster; in the catalog they are the same.";

/// What a key of a manifest is for.
pub fn describe_field(key: &str) -> Option<&'static str> {
    Some(match key {
        "metadata" => "the name and the namespace of the Kubernetes resource; the catalog does not have them",
        "spec" => "the entity",
        "blueprint" => "the type of the entity; it decides which properties and relations the entity has",
        "identifier" => "identifies the entity among those of its blueprint; relations name it",
        "team" => "the teams that own the entity: one identifier, or a list",
        "properties" => "the values of the blueprint's properties",
        "relations" => "the entities that this one points to, by relation: one identifier, or a list",
        other => TextField::of_key(other)?.note(),
    })
}

fn unknown_blueprint(name: &str, snapshot: &Snapshot) -> String {
    match snapshot.has_blueprints() {
        true => format!("Blueprint `{name}` is not in the snapshot (`.portolan/blueprints`)."),
        false => "There is no snapshot of the catalog. Run `portolan pull`.".to_owned(),
    }
}

fn describe_blueprint(blueprint: &Blueprint) -> String {
    let mut text = heading(&blueprint.identifier, "blueprint", blueprint.title.as_deref());
    paragraph(&mut text, blueprint.description.as_deref());
    let counts = [count(blueprint.properties.len(), "property"), count(blueprint.relations.len(), "relation")];
    paragraph(&mut text, Some(&counts.join(", ")));
    let required = blueprint.properties.iter().filter(|it| it.required).map(|it| &it.name);
    let required = required.chain(blueprint.relations.iter().filter(|it| it.required).map(|it| &it.name));
    let required: Vec<String> = required.map(|name| code(name)).collect();
    if !required.is_empty() {
        paragraph(&mut text, Some(&format!("Required: {}", required.join(", "))));
    }
    if let Ownership::Inherited { path } = &blueprint.ownership {
        paragraph(&mut text, Some(&format!("The team is inherited through {}.", code(path))));
    }
    text
}

/// `**tier** (string, required)`, then title, description, choices, default and limits.
pub fn describe_property(property: &Property) -> String {
    let kind = property.kind.map_or("any value", |kind| kind.name());
    let format = property.format.as_ref().map(|format| format!(", {format}")).unwrap_or_default();
    let required = if property.required { ", required" } else { "" };
    let mut text = heading(&property.name, &format!("{kind}{format}{required}"), property.title.as_deref());
    paragraph(&mut text, property.description.as_deref());
    let items = property.schema.get("items");
    let choices = items.and_then(|items| items.get("enum")).and_then(Json::as_array).map(Vec::as_slice);
    let choices = if property.choices.is_empty() { choices.unwrap_or_default() } else { &property.choices };
    if !choices.is_empty() {
        let mut named: Vec<String> = choices.iter().take(MAX_CHOICES).map(|choice| code(&bare(choice))).collect();
        if choices.len() > MAX_CHOICES {
            named.push(format!("and {} more", choices.len() - MAX_CHOICES));
        }
        paragraph(&mut text, Some(&format!("Choices: {}", named.join(", "))));
    }
    if let Some(default) = property.default.as_ref().filter(|default| !default.is_null()) {
        paragraph(&mut text, Some(&format!("Default: {}", code(&bare(default)))));
    }
    let item_kind =
        items.and_then(|items| items.get("type")).and_then(Json::as_str).map(|kind| ("items", kind.to_owned()));
    let limit = |key: &'static str| property.schema.get(key).map(|limit| (key, bare(limit)));
    let limits = LIMITS.into_iter().filter_map(limit).chain(item_kind);
    let limits: Vec<String> = limits.map(|(key, limit)| format!("{key} {}", code(&limit))).collect();
    if !limits.is_empty() {
        paragraph(&mut text, Some(&format!("Limits: {}", limits.join(", "))));
    }
    text
}

const LIMITS: [&str; 9] = [
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];

fn describe_computed(computed: &Computed) -> String {
    let mut text = heading(&computed.name, &format!("{} property", computed.kind.word()), None);
    paragraph(&mut text, Some("The catalog computes it, so manifests cannot set it."));
    text
}

/// `**system** (relation to system, required)`.
pub fn describe_relation(relation: &Relation) -> String {
    let many = if relation.many { "many " } else { "" };
    let required = if relation.required { ", required" } else { "" };
    let words = format!("relation to {many}{}{required}", code(&relation.target));
    heading(&relation.name, &words, relation.title.as_deref())
}

fn describe_entity(
    name: &EntityName,
    snapshot: &Snapshot,
    declared: DeclaredEntities<'_>,
    place: &dyn Fn(Place) -> Option<String>,
) -> String {
    let declarations = declared.declarations(&name.blueprint, &name.identifier);
    let declared_at = declarations.iter().take(MAX_DECLARATIONS).filter_map(|entity| place(entity.place));
    let declared_at: Vec<String> = declared_at.map(|place| code(&place)).collect();
    let title = declarations.iter().map(|entity| entity.title).find(|title| !title.is_empty());
    let mut text = heading(&name.identifier, &name.blueprint, title);
    let known = snapshot.known.as_ref();
    let is_known = known.is_some_and(|known| known.contains(&name.blueprint, &name.identifier));
    let where_it_is = match (declared_at.as_slice(), is_known) {
        ([], true) => "In the catalog; no manifest of this repository declares it.".to_owned(),
        ([], false) => "Not declared in this repository, and not among the known entities of the catalog.".to_owned(),
        (places, _) => format!("Declared in {}.", places.join(", ")),
    };
    paragraph(&mut text, Some(&where_it_is));
    let references = declared.references(&name.blueprint, &name.identifier).len();
    if references > 0 {
        paragraph(&mut text, Some(&format!("Named in {}.", count(references, "place"))));
    }
    text
}

fn heading(name: &str, words: &str, title: Option<&str>) -> String {
    let title = title.map(str::trim).filter(|title| !title.is_empty() && *title != name);
    let title = title.map(|title| format!("\n\n{}", plain(title))).unwrap_or_default();
    format!("**{}** ({words}){title}", plain(name))
}

fn paragraph(text: &mut String, words: Option<&str>) {
    if let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) {
        text.push_str("\n\n");
        text.push_str(words);
    }
}

fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Code in Markdown, whatever backticks it contains.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Text in Markdown without any markup of its own.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '|' | '~' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn blueprint() -> Blueprint {
        let json = json!({
            "identifier": "service", "title": "Service", "description": "What *we* run.",
            "schema": {"required": ["tier"], "properties": {
                "tier": {"type": "string", "title": "Tier_1", "description": "How much we care.", "enum": ["gold", "a`b"],
                    "default": "gold"},
                "slo": {"type": "number", "minimum": 0, "maximum": 100},
                "langs": {"type": "array", "items": {"type": "string", "enum": ["go"]}},
            }},
            "relations": {"system": {"target": "system", "required": true, "title": "Part of"}},
            "mirrorProperties": {"owner": {"path": "system.$title"}},
        });
        Blueprint::from_json(json).expect("a blueprint").0
    }

    #[test]
    fn properties_and_relations_are_described_with_all_that_limits_them() {
        let blueprint = blueprint();
        let property = |name: &str| describe_property(blueprint.property(name).expect("it is defined"));
        assert_eq!(
            property("tier"),
            "**tier** (string, required)\n\nTier\\_1\n\nHow much we care.\n\nChoices: `gold`, `` a`b ``\n\nDefault: `gold`"
        );
        assert_eq!(property("slo"), "**slo** (number)\n\nLimits: minimum `0`, maximum `100`");
        assert_eq!(property("langs"), "**langs** (array)\n\nChoices: `go`\n\nLimits: items `string`");
        let relation = describe_relation(blueprint.relation("system").expect("it is defined"));
        assert_eq!(relation, "**system** (relation to `system`, required)\n\nPart of");
    }

    #[test]
    fn what_is_unknown_is_said_to_be_so() {
        let snapshot = Snapshot::new(vec![blueprint()]);
        let declared = DeclaredEntities::new(&[]);
        let describe = |subject: Subject| describe(&subject, &snapshot, declared, &|_| None);
        let target = |blueprint: &str| {
            Subject::Target(EntityName { blueprint: blueprint.to_owned(), identifier: "x".to_owned() })
        };
        assert!(
            describe(Subject::Blueprint("nix".to_owned())).is_some_and(|text| text.contains("not in the snapshot"))
        );
        assert!(describe(target("system")).is_some_and(|text| text.contains("Not declared")));
        let computed = Subject::Property { blueprint: "service".to_owned(), name: "owner".to_owned() };
        assert!(describe(computed).is_some_and(|text| text.contains("mirror property")));
        assert_eq!(describe(Subject::Property { blueprint: "service".to_owned(), name: "no".to_owned() }), None);
        assert!(
            describe(Subject::Blueprint("service".to_owned()))
                .is_some_and(|text| text.contains("Required: `tier`, `system`"))
        );
    }
}
