//! Finds what is at a place of a text: a field, a property, a relation, or the name of another entity. It looks in the tree
//! of the document, so a document that cannot be read has no subjects.

use crate::analysis::Snapshot;
use crate::domain::blueprint::TEAM;
use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Value, View, entries_of};
use crate::domain::entity::fields::{ENTITY_KEYS, TextField};
use crate::domain::finding::EntityName;
use crate::manifest::{Limits, ReadAs, Reader, decode};

/// What a place of a manifest is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `apiVersion` or `kind`.
    Kind,
    /// A key of the resource or of the entity.
    Field(String),
    /// The name of a blueprint.
    Blueprint(String),
    Property {
        blueprint: String,
        name: String,
    },
    Relation {
        blueprint: String,
        name: String,
    },
    /// The name of another entity.
    Target(EntityName),
    /// The identifier of the entity itself.
    Declaration(EntityName),
}

/// A subject and the text that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub subject: Subject,
    pub span: Span,
}

/// What is at a byte of a text.
pub fn subject_at(text: &str, file: ReadAs<'_>, byte: usize, snapshot: &Snapshot) -> Option<Found> {
    let mut found = None;
    let mut manifests = Vec::new();
    Reader::new(Limits::default()).with_git_host(file.git_host).read(text, &mut |document| {
        if found.is_some() || document.broken || !touches(document.span, byte) {
            return;
        }
        manifests.clear();
        decode(document.view, file.file_name, &mut manifests);
        let search = Search { byte, view: document.view, snapshot };
        found = manifests.iter().find_map(|manifest| search.manifest(manifest));
    });
    found
}

/// Whether a place is in a span or at its end, where the cursor is after a word was typed.
fn touches(span: Span, byte: usize) -> bool {
    (span.start as usize..=span.end as usize).contains(&byte)
}

struct Search<'a> {
    byte: usize,
    view: View<'a>,
    snapshot: &'a Snapshot,
}

impl<'a> Search<'a> {
    fn manifest(&self, manifest: &Manifest) -> Option<Found> {
        let root = self.view.value(manifest.root);
        if !touches(root.span(), self.byte) {
            return None;
        }
        if manifest.form != Form::Bare {
            for (key, value) in root.entries() {
                let name = key.key_text();
                match &*name {
                    "apiVersion" | "kind" if self.is_at(key) || self.is_at(value) => {
                        return found(Subject::Kind, if self.is_at(key) { key } else { value });
                    }
                    _ if self.is_at(key) => return found(Subject::Field(name.into_owned()), key),
                    _ => {}
                }
            }
        }
        let spec = manifest.spec.map(|id| self.view.value(id))?;
        let blueprint = manifest.blueprint_text(self.view).unwrap_or_default();
        for (key, value) in spec.entries() {
            let name = key.key_text();
            if self.is_at(key) && ENTITY_KEYS.contains(&&*name) {
                return found(Subject::Field(name.into_owned()), key);
            }
            if !touches(value.span(), self.byte) || value.is_copied() {
                continue;
            }
            return match &*name {
                "blueprint" => found(Subject::Blueprint(value.as_str()?.to_owned()), value),
                "identifier" => found(Subject::Declaration(name_of(blueprint, value)?), value),
                "team" => self.target(TEAM, value),
                "properties" => self.property(blueprint, value),
                "relations" => self.relation(blueprint, value),
                other => TextField::of_key(other).and_then(|_| found(Subject::Field(other.to_owned()), value)),
            };
        }
        None
    }

    fn property(&self, blueprint: &str, properties: Value<'a>) -> Option<Found> {
        let (key, value) = self.entry(properties)?;
        let name = key.key_text().into_owned();
        let indexed = self.snapshot.find(blueprint);
        let format = indexed.and_then(|indexed| indexed.blueprint.property(&name)).and_then(|it| it.entity_format());
        if let Some(format) = format.filter(|_| !self.is_at(key)) {
            return self.target(format.blueprint(), value);
        }
        let at = if self.is_at(key) || !is_scalar(value) { key } else { value };
        found(Subject::Property { blueprint: blueprint.to_owned(), name }, at)
    }

    fn relation(&self, blueprint: &str, relations: Value<'a>) -> Option<Found> {
        let (key, value) = self.entry(relations)?;
        let name = key.key_text().into_owned();
        let target = self.snapshot.find(blueprint).and_then(|indexed| indexed.blueprint.relation(&name));
        match target.filter(|_| !self.is_at(key)) {
            Some(relation) => self.target(&relation.target, value),
            None => found(Subject::Relation { blueprint: blueprint.to_owned(), name }, key),
        }
    }

    /// The entry of a mapping whose key or value is at the place.
    fn entry(&self, map: Value<'a>) -> Option<(Value<'a>, Value<'a>)> {
        entries_of(Some(map)).find(|(key, value)| {
            !key.is_copied() && (self.is_at(*key) || !value.is_copied() && touches(value.span(), self.byte))
        })
    }

    fn target(&self, blueprint: &str, value: Value<'a>) -> Option<Found> {
        let named = value.items().chain([value]).find(|value| self.is_at(*value) && value.as_str().is_some())?;
        found(Subject::Target(name_of(blueprint, named)?), named)
    }

    fn is_at(&self, value: Value<'_>) -> bool {
        touches(value.span(), self.byte) && !value.is_copied()
    }
}

fn is_scalar(value: Value<'_>) -> bool {
    value.items().next().is_none() && value.entries().next().is_none()
}

fn name_of(blueprint: &str, value: Value<'_>) -> Option<EntityName> {
    let identifier = value.as_str().filter(|text| !text.is_empty())?.to_owned();
    Some(EntityName { blueprint: blueprint.to_owned(), identifier })
}

#[expect(clippy::unnecessary_wraps, reason = "every caller returns an option")]
fn found(subject: Subject, at: Value<'_>) -> Option<Found> {
    Some(Found { subject, span: at.span() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::blueprint::Blueprint;
    use crate::domain::git_host::GitHost;
    use serde_json::json;

    fn snapshot() -> Snapshot {
        let service = json!({
            "identifier": "service",
            "schema": {"properties": {
                "tier": {"type": "string"}, "lead": {"type": "string", "format": "user"}, "links": {"type": "array"},
            }},
            "relations": {"system": {"target": "system"}, "uses": {"target": "service", "many": true}},
        });
        Snapshot::new(vec![Blueprint::from_json(service).expect("a blueprint").0])
    }

    const TEXT: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart}\nspec:\n  blueprint: service\n  \
        identifier: cart\n  title: Cart\n  team: [shop, \"ops\"]\n  properties:\n    tier: gold\n    lead: ada@acme.io\n    \
        links: [x]\n  relations:\n    system: store\n    uses:\n      - pay\n      - mail\n";

    fn at(needle: &str) -> String {
        let byte = TEXT.find(needle).expect("the needle is in the text") + 1;
        let file = ReadAs { file_name: "cart.yaml", git_host: GitHost::Unknown };
        match subject_at(TEXT, file, byte, &snapshot()) {
            Some(Found { subject, span }) => format!("{subject:?} at {}", span.slice(TEXT)),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn every_part_of_a_manifest_is_known() {
        assert_eq!(at("getport"), "Kind at getport.io/v1");
        assert_eq!(at("kind"), "Kind at kind");
        assert_eq!(at("metadata"), "Field(\"metadata\") at metadata");
        assert_eq!(at("blueprint"), "Field(\"blueprint\") at blueprint");
        assert_eq!(at("service"), "Blueprint(\"service\") at service");
        assert_eq!(at("Cart"), "Field(\"title\") at Cart");
        assert_eq!(at("tier"), "Property { blueprint: \"service\", name: \"tier\" } at tier");
        assert_eq!(at("gold"), "Property { blueprint: \"service\", name: \"tier\" } at gold");
        assert_eq!(at("x]"), "Property { blueprint: \"service\", name: \"links\" } at links");
        assert_eq!(at("system:"), "Relation { blueprint: \"service\", name: \"system\" } at system");
        let target = |blueprint: &str, identifier: &str| {
            format!("Target(EntityName {{ blueprint: \"{blueprint}\", identifier: \"{identifier}\" }}) at ")
        };
        assert_eq!(at("store"), target("system", "store") + "store");
        assert_eq!(at("mail"), target("service", "mail") + "mail");
        assert_eq!(at("shop"), target("_team", "shop") + "shop");
        assert_eq!(at("\"ops"), target("_team", "ops") + "\"ops\"");
        assert_eq!(at("ada@"), target("_user", "ada@acme.io") + "ada@acme.io");
        assert_eq!(at(", \"ops"), "nothing");
    }

    #[test]
    fn a_bare_file_is_read_as_the_app_of_its_host_reads_it() {
        let text = "blueprint: service\nidentifier: no\n";
        let byte = text.find("no").expect("it is there");
        let found = |git_host| subject_at(text, ReadAs { file_name: "port.yml", git_host }, byte, &snapshot());
        let name = EntityName { blueprint: "service".to_owned(), identifier: "no".to_owned() };
        assert_eq!(found(GitHost::GitHub).map(|found| found.subject), Some(Subject::Declaration(name)));
        assert_eq!(found(GitHost::GitLab), None, "it is a boolean there");
    }
}
