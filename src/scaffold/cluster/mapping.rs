//! Writes the mapping of the Kubernetes exporter for the blueprints of a repository: which fields of an Entity become
//! which properties and relations. Every expression is quoted, because many of them mean something else as plain YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::yaml::quoted;
use crate::domain::blueprint::{Blueprint, Property};
use crate::domain::entity::identifier::is_reserved;
use crate::domain::platform::Platform;

/// Which properties and relations the mapping names. A named one that a manifest leaves out is cleared in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clear {
    /// Those that some manifest of the repository sets.
    Used,
    All,
    /// None by name: what a manifest has is written, and nothing is ever cleared.
    None,
}

/// What the manifests of one blueprint set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsedKeys {
    pub properties: BTreeSet<String>,
    pub relations: BTreeSet<String>,
    pub title: bool,
    pub icon: bool,
    pub team: bool,
}

/// The kinds of manifests that the repository has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappedKinds {
    pub entity: bool,
    pub cluster_entity: bool,
}

#[derive(Debug)]
pub struct MappingRequest<'a> {
    pub platform: &'a Platform,
    /// Sorted; system blueprints are left out.
    pub blueprints: Vec<&'a Blueprint>,
    /// By blueprint.
    pub used: &'a BTreeMap<String, UsedKeys>,
    pub kinds: MappedKinds,
    pub clear: Clear,
}

const HEAD: &str = "\
# The mapping of the Kubernetes exporter, written by `portolan cluster mapping`. Write it again after a change of blueprints
# or manifests; `portolan cluster mapping --out FILE --check` reports when that is due.
#
";
const USED: &str = "\
# It names the properties and relations that some manifest of this repository sets. One that a manifest leaves out is written
# as null, so that removing it from a manifest clears it in the catalog. This also clears what another writer or the
# catalog's page put there, for every entity of the blueprint. A property with a default gets its default instead.
";
const ALL: &str = "\
# It names every property and relation of the blueprints. One that a manifest leaves out is written as null: whatever another
# writer or the catalog's page put there is cleared at every resync. A property with a default gets its default instead.
";
const NONE: &str = "\
# It writes what a manifest has (`*`). A property or relation that is removed from a manifest keeps its old value in the
# catalog for ever, and an entity that was first created as the target of a relation gets no defaults.
";

/// The text of the exporter's `config.yaml`.
pub fn mapping(request: &MappingRequest<'_>) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(match request.clear {
        Clear::Used => USED,
        Clear::All => ALL,
        Clear::None => NONE,
    });
    if let Some(doubt) = request.platform.exporter_doubt {
        let _ = writeln!(text, "#\n# {doubt}.");
    }
    text.push_str("resources:\n");
    let kinds = [("entities", request.kinds.entity), ("clusterentities", request.kinds.cluster_entity)];
    let unused = UsedKeys::default();
    for (plural, _) in kinds.into_iter().filter(|(_, is_there)| *is_there) {
        let kind = format!("{}/{plural}", request.platform.api_version());
        for blueprint in request.blueprints.iter().filter(|blueprint| !is_reserved(&blueprint.identifier)) {
            let used = request.used.get(&blueprint.identifier).unwrap_or(&unused);
            add_resource(
                &mut text,
                Resource { kind: &kind, key: request.platform.mapping_key },
                blueprint,
                used,
                request.clear,
            );
        }
    }
    text
}

/// The mapping of a repository whose blueprints are not known yet: every Entity is sent as it is.
pub fn open_mapping(platform: &Platform) -> String {
    let (api, key) = (platform.api_version(), platform.mapping_key);
    format!(
        "\
# The mapping of the Kubernetes exporter for blueprints that are not known yet. It writes what a manifest has (`*`): a
# property or relation that is removed from a manifest keeps its old value in the catalog. After `portolan pull`,
# `portolan cluster mapping --out FILE` writes one that clears it.
resources:
  - kind: {api}/entities
    selector:
      query: 'true'
    {key}:
      entity:
        mappings:
          - identifier: '.spec.identifier'
            blueprint: '.spec.blueprint'
            properties:
              '*': '.spec.properties // {{}}'
            relations:
              '*': '.spec.relations // {{}}'
"
    )
}

/// The kind of an entry, and the key of its mappings.
#[derive(Clone, Copy)]
struct Resource<'a> {
    kind: &'a str,
    key: &'static str,
}

fn add_resource(text: &mut String, resource: Resource<'_>, blueprint: &Blueprint, used: &UsedKeys, clear: Clear) {
    let Resource { kind, key } = resource;
    let name = json_text(&blueprint.identifier);
    let selector = quoted(&format!(".spec.blueprint == {name}"));
    let _ = write!(
        text,
        "  - kind: {kind}\n    selector:\n      query: {selector}\n    {key}:\n      entity:\n        mappings:\n          \
         - identifier: '.spec.identifier'\n            blueprint: {}\n",
        quoted(&name)
    );
    for (key, is_used) in [("title", used.title), ("icon", used.icon)] {
        if is_used {
            // An empty text is not sent.
            let _ = writeln!(text, "            {key}: '.spec.{key} // \"\"'");
        }
    }
    if used.team {
        text.push_str("            team: '.spec.team // []'\n");
    }
    let properties = blueprint.properties.iter().filter(|property| match clear {
        Clear::Used => used.properties.contains(&property.name),
        Clear::All => true,
        Clear::None => false,
    });
    let properties = properties.map(|property| (property.name.as_str(), of_property(property)));
    add_section(text, "properties", properties.collect(), clear);
    let relations = blueprint.relations.iter().filter(|relation| match clear {
        Clear::Used => used.relations.contains(&relation.name),
        Clear::All => true,
        Clear::None => false,
    });
    let relations = relations.map(|relation| (relation.name.as_str(), field("relations", &relation.name)));
    add_section(text, "relations", relations.collect(), clear);
}

fn add_section(text: &mut String, section: &str, entries: Vec<(&str, String)>, clear: Clear) {
    if clear == Clear::None {
        // Without `// {}`, an object without the section would send the key `*` itself.
        let _ = writeln!(text, "            {section}:\n              '*': '.spec.{section} // {{}}'");
        return;
    }
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "            {section}:");
    for (name, expression) in entries {
        let _ = writeln!(text, "              {}: {}", quoted(name), quoted(&expression));
    }
}

fn of_property(property: &Property) -> String {
    let name = json_text(&property.name);
    match property.default.as_ref().filter(|default| !default.is_null()) {
        None => field("properties", &property.name),
        Some(default) => format!("(.spec.properties // {{}}) | if has({name}) then .[{name}] else {default} end"),
    }
}

/// `.spec.properties.language`, or `.spec.properties["two words"]`.
fn field(section: &str, name: &str) -> String {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_plain = name.bytes().all(is_word) && !name.as_bytes().first().is_some_and(u8::is_ascii_digit);
    match is_plain {
        true => format!(".spec.{section}.{name}"),
        false => format!(".spec.{section}[{}]", json_text(name)),
    }
}

/// A string literal of jq, which is one of JSON.
fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::platform::PORT;

    fn blueprint() -> Blueprint {
        let body = json!({
            "identifier": "service", "title": "Service",
            "schema": {"properties": {
                "language": {"type": "string"}, "replicas": {"type": "number", "default": 2},
                "on-call": {"type": "string"}, "unused": {"type": "string"},
                "motto": {"type": "string", "default": "it's \"fine\""},
            }},
            "relations": {"system": {"target": "system"}, "uses": {"target": "service", "many": true}},
        });
        Blueprint::from_json(body).expect("it is a blueprint").0
    }

    fn text(clear: Clear, kinds: MappedKinds) -> String {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let used = UsedKeys {
            properties: names(&["language", "replicas", "on-call", "motto"]),
            relations: names(&["system"]),
            title: true,
            ..UsedKeys::default()
        };
        let (blueprint, used) = (blueprint(), BTreeMap::from([("service".to_owned(), used)]));
        let request = MappingRequest { platform: &PORT, blueprints: vec![&blueprint], used: &used, kinds, clear };
        mapping(&request)
    }

    const ENTITY: MappedKinds = MappedKinds { entity: true, cluster_entity: false };

    #[test]
    fn what_manifests_use_is_named() {
        let text = text(Clear::Used, ENTITY);
        let (head, resources) = text.split_once("resources:\n").expect("resources");
        assert!(head.lines().all(|line| line.starts_with('#')), "{head}");
        assert_eq!(
            resources,
            r#"  - kind: getport.io/v1/entities
    selector:
      query: '.spec.blueprint == "service"'
    port:
      entity:
        mappings:
          - identifier: '.spec.identifier'
            blueprint: '"service"'
            title: '.spec.title // ""'
            properties:
              'language': '.spec.properties.language'
              'replicas': '(.spec.properties // {}) | if has("replicas") then .["replicas"] else 2 end'
              'on-call': '.spec.properties["on-call"]'
              'motto': '(.spec.properties // {}) | if has("motto") then .["motto"] else "it''s \"fine\"" end'
            relations:
              'system': '.spec.relations.system'
"#
        );
    }

    #[test]
    fn everything_or_nothing_can_be_named() {
        let all = text(Clear::All, ENTITY);
        assert!(all.contains("'unused': '.spec.properties.unused'") && all.contains("'uses': '.spec.relations.uses'"));
        let none = text(Clear::None, MappedKinds { entity: true, cluster_entity: true });
        assert_eq!(none.matches("'*': '.spec.properties // {}'").count(), 2);
        assert!(none.contains("getport.io/v1/clusterentities") && !none.contains(".spec.properties.language"));
    }
}
