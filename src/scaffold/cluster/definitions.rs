//! Writes the CustomResourceDefinitions of the kinds Entity and ClusterEntity: as the platform publishes them, or extended
//! by the fields that the published ones lack.

use std::fmt::Write as _;

use crate::domain::platform::Platform;

/// Which fields an object may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefinitionForm {
    Published,
    /// With `title`, `icon` and `team`, and with nulls where the published form refuses or drops them.
    Extended,
}

const PUBLISHED_HEAD: &str = "\
# The CustomResourceDefinitions of the kinds Entity and ClusterEntity, as published. Written by `portolan cluster crds`.
# Never prune them: with a definition, every object of its kind is deleted, and then the entities in the catalog.
";
const EXTENDED_HEAD: &str = "\
# The CustomResourceDefinitions of the kinds Entity and ClusterEntity, with `title`, `icon` and `team`, which the published
# ones lack. Written by `portolan cluster crds --extended`. Applying the published ones over them removes these fields from
# every object. `properties` and `relations` may be null, so that Flux can empty them.
# Never prune them: with a definition, every object of its kind is deleted, and then the entities in the catalog.
";

const COLUMNS: [(&str, &str); 4] = [
    ("Blueprint ID", "blueprint"),
    ("Entity ID", "identifier"),
    ("Properties", "properties"),
    ("Relations", "relations"),
];

/// The text of both definitions, one document each.
pub fn definitions(platform: &Platform, form: DefinitionForm) -> String {
    let mut text = match form {
        DefinitionForm::Published => PUBLISHED_HEAD,
        DefinitionForm::Extended => EXTENDED_HEAD,
    }
    .to_owned();
    let kinds = [
        ("Entity", "entities", "entity", "ent", "Namespaced"),
        ("ClusterEntity", "clusterentities", "clusterentity", "cent", "Cluster"),
    ];
    for (position, (kind, plural, singular, short, scope)) in kinds.into_iter().enumerate() {
        if position > 0 {
            text.push_str("---\n");
        }
        let group = platform.group;
        let _ = write!(
            text,
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {plural}.{group}\n\
             spec:\n  group: {group}\n  scope: {scope}\n  names:\n    kind: {kind}\n    plural: {plural}\n    \
             singular: {singular}\n    shortNames: [{short}]\n  versions:\n    - name: {}\n      served: true\n      \
             storage: true\n      additionalPrinterColumns:\n",
            platform.version
        );
        for (name, field) in COLUMNS {
            let _ = writeln!(text, "        - {{name: {name}, type: string, jsonPath: .spec.{field}}}");
        }
        text.push_str(
            "      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n\
             \x20             type: object\n              required: [blueprint, identifier]\n              properties:\n",
        );
        for (name, schema) in fields(form) {
            let _ = writeln!(text, "                {name}: {{{schema}}}");
        }
    }
    text
}

/// The fields of `spec`, each with its schema. A field that is null and not nullable is refused by server-side apply.
fn fields(form: DefinitionForm) -> Vec<(&'static str, &'static str)> {
    let text = "type: string";
    let mut fields = vec![("blueprint", text), ("identifier", text)];
    match form {
        DefinitionForm::Published => {
            let open = "type: object, x-kubernetes-preserve-unknown-fields: true";
            fields.extend([("properties", open), ("relations", open)]);
        }
        DefinitionForm::Extended => {
            let (text, open) = (
                "type: string, nullable: true",
                "type: object, nullable: true, x-kubernetes-preserve-unknown-fields: true",
            );
            // A team or a list of teams: a structural schema has no such type.
            let any = "nullable: true, x-kubernetes-preserve-unknown-fields: true";
            fields.extend([("title", text), ("icon", text), ("team", any), ("properties", open), ("relations", open)]);
        }
    }
    fields
}
