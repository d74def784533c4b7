//! Finds the position of a part of an entity by its path: `properties`, `tier`. It parses the file again, since only
//! few entities need it, and returns the nearest existing part.

use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value, View};
use crate::domain::finding::Place;
use crate::domain::git_host::GitHost;
use crate::manifest::{self, Limits, Reader};
use crate::sources::{self, ReadBuffer, SourceFile};

/// The place of the value at `path` in the entity at `entity`; the entity's own place if the path does not exist.
/// `git_host`: whose app reads bare entity files, in which `on` may be a key or a boolean.
pub(crate) fn locate_value(file: &SourceFile, git_host: GitHost, entity: Place, path: &[&str]) -> Place {
    let mut buffer = ReadBuffer::default();
    let Ok(text) = sources::read(file, &mut buffer) else { return entity };
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let (mut manifests, mut found) = (Vec::new(), entity.span);
    Reader::new(Limits::default()).with_git_host(git_host).read(text.text, &mut |document| {
        if document.broken || !document.span.contains(entity.span.start as usize) {
            return;
        }
        manifests.clear();
        manifest::decode(document.view, name, &mut manifests);
        let meant = manifests.iter().find(|manifest| document.view.value(manifest.root).span() == entity.span);
        if let Some(span) = meant.and_then(|manifest| span_of(manifest, document.view, path)) {
            found = span;
        }
    });
    Place { file: entity.file, span: found }
}

fn span_of(manifest: &Manifest, view: View<'_>, path: &[&str]) -> Option<Span> {
    let (first, rest) = path.split_first()?;
    let mut at = view.value(manifest.field(first)?);
    // A whole mapping is too large to be a useful position.
    let mut is_particular = !matches!(at.kind(), Kind::Map);
    for segment in rest {
        let Some(inner) = inner(at, segment) else { break };
        (at, is_particular) = (inner, true);
    }
    is_particular.then(|| at.span())
}

fn inner<'v>(value: Value<'v>, segment: &str) -> Option<Value<'v>> {
    match value.kind() {
        // Of a duplicate key, the last counts.
        Kind::Map => value.entries().filter(|(key, _)| key.key_is(segment)).last().map(|(_, value)| value),
        Kind::List => value.items().nth(segment.parse().ok()?),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::commands::workspace::entities::ManifestSet;
    use crate::domain::progress::Silent;

    const TEXT: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: first}
spec: {blueprint: service, identifier: first, properties: {tier: 1}}
---
apiVersion: getport.io/v1
kind: Entity
metadata: {name: second}
spec:
  blueprint: service
  identifier: second
  team: [a, b]
  properties:
    tier: 2
    deep: {list: [x, {key: y}]}
  relations:
    system: gone
";

    #[test]
    fn a_path_leads_as_near_as_it_can() {
        let file = SourceFile { path: "a.yaml".to_owned(), place: sources::Place::Given(Arc::from(TEXT.as_bytes())) };
        let asked = ManifestSet::of_files(vec![file.clone()], &Silent);
        let second = asked.entities[1].place;
        let at = |path: &[&str]| locate_value(&file, GitHost::Unknown, second, path).span.slice(TEXT);
        assert_eq!(at(&["properties", "tier"]), "2");
        assert_eq!(at(&["properties", "deep", "list", "1", "key"]), "y");
        assert_eq!(at(&["properties", "deep", "list", "7"]), "[x, {key: y}]");
        assert_eq!(at(&["relations", "system"]), "gone");
        assert_eq!(at(&["team", "1"]), "b");
        assert_eq!(at(&["blueprint"]), "service");
        let whole = second.span.slice(TEXT);
        for nowhere in [&["properties", "none"][..], &["nothing"], &[], &["properties"]] {
            assert_eq!(at(nowhere), whole, "{nowhere:?}");
        }
        let first = asked.entities[0].place;
        let tier = locate_value(&file, GitHost::Unknown, first, &["properties", "tier"]);
        assert_eq!(tier.span.slice(TEXT), "1");
    }
}
