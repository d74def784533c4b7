//! Reads a CustomResourceDefinition: its kind, and why the API server refuses it.

use std::sync::{Arc, LazyLock};

use serde_json::{Value as Json, json};

use super::admission::{Subject, VersionSchema, is_final};
use super::check::{Write, check};
use super::definition::{Definition, Origin, Version};
use super::fault::Fault;
use super::node::Node;
use super::path::{Path, Step};
use super::read::SchemaReader;
use super::schema::Schema;

/// What a CRD is.
#[derive(Debug)]
pub struct CrdReport {
    pub faults: Vec<Fault>,
    /// `None`: the API server refuses it.
    pub definition: Option<Definition>,
}

pub fn is_crd(api_version: &str, kind: &str) -> bool {
    kind == "CustomResourceDefinition" && api_version == "apiextensions.k8s.io/v1"
}

/// The schema of CRDs themselves.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let schema = schema_of_crds();
    SchemaReader::default().read(Node::Json(&schema), &Path::ROOT)
});

pub fn read(root: Node<'_>) -> CrdReport {
    let mut faults = check(&SCHEMA, true, root, Write::Client).faults;
    let subject = Subject { root, names: "names", storage: "storage", is_named: true };
    if faults.iter().any(is_final) {
        return CrdReport { faults, definition: None };
    }
    let mut reader = SchemaReader::default();
    let schemas = read_schemas(subject, &mut reader);
    faults.append(&mut reader.faults);
    if faults.iter().all(|fault| !fault.is_of_decoding()) {
        faults.extend(subject.check());
        faults.extend(subject.check_schemas(&schemas));
        check_spec(subject, &mut faults);
    }
    let definition = faults.is_empty().then(|| define(subject, schemas));
    CrdReport { faults, definition }
}

fn read_schemas(subject: Subject<'_>, reader: &mut SchemaReader) -> Vec<VersionSchema> {
    let mut schemas = Vec::new();
    for (at, version) in subject.versions().into_iter().enumerate() {
        let path = Path::ROOT.field("spec", None);
        let path = path.field("versions", None);
        let path = path.child(Step::Index(at), version.span());
        let path = path.field("schema", None);
        let member = version.get("schema").and_then(|schema| schema.member("openAPIV3Schema"));
        let member = member.filter(|member| !member.node.is_null());
        let schema = member.map(|member| reader.read(member.node, &path.field("openAPIV3Schema", member.span)));
        let has_status = version.get("subresources").and_then(|found| found.get("status"));
        schemas.push(VersionSchema { schema, has_status: has_status.is_some_and(|status| !status.is_null()) });
    }
    schemas
}

fn check_spec(subject: Subject<'_>, faults: &mut Vec<Fault>) {
    let Some(spec) = subject.root.get("spec") else { return };
    let mut push = |steps: &[Step<'_>], text: String| {
        faults.push(Fault::below(Some(subject.root), &Path::ROOT, steps, text));
    };
    let scope = subject.text(&["spec", "scope"]);
    if !matches!(scope.as_str(), "Cluster" | "Namespaced") {
        let start =
            if scope.is_empty() { "Required value".to_owned() } else { format!("Unsupported value: {scope:?}") };
        let text = format!("{start}: supported values: \"Cluster\", \"Namespaced\"");
        push(&[Step::Field("spec"), Step::Field("scope")], text);
    }
    if spec.get("preserveUnknownFields").and_then(Node::as_bool) == Some(true) {
        let text = "Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in \
                    spec.versions[*].schema instead";
        push(&[Step::Field("spec"), Step::Field("preserveUnknownFields")], text.to_owned());
    }
    let Some(conversion) = spec.get("conversion").filter(|conversion| !conversion.is_null()) else { return };
    let strategy = subject.text(&["spec", "conversion", "strategy"]);
    let webhook = conversion.get("webhook").filter(|webhook| !webhook.is_null());
    let steps = [Step::Field("spec"), Step::Field("conversion")];
    match (strategy.as_str(), webhook) {
        ("None", None) => {}
        ("None", Some(_)) => {
            let text = "Forbidden: should not be set when strategy is not set to Webhook";
            push(&[steps[0], steps[1], Step::Field("webhook")], text.to_owned());
        }
        ("Webhook", Some(webhook)) => {
            if webhook.get("clientConfig").is_none_or(Node::is_null) {
                let text = "Required value: required when strategy is set to Webhook";
                push(&[steps[0], steps[1], Step::Field("webhook"), Step::Field("clientConfig")], text.to_owned());
            }
        }
        ("Webhook", None) => {
            let text = "Required value: required when strategy is set to Webhook";
            push(&[steps[0], steps[1], Step::Field("webhook")], text.to_owned());
        }
        (strategy, _) => {
            let text = format!("Unsupported value: {strategy:?}: supported values: \"None\", \"Webhook\"");
            push(&[steps[0], steps[1], Step::Field("strategy")], text);
        }
    }
}

fn define(subject: Subject<'_>, schemas: Vec<VersionSchema>) -> Definition {
    let versions = subject.versions().into_iter().zip(schemas);
    Definition {
        name: subject.text(&["metadata", "name"]),
        group: subject.text(&["spec", "group"]),
        kind: subject.text(&["spec", "names", "kind"]),
        plural: subject.text(&["spec", "names", "plural"]),
        is_namespaced: subject.text(&["spec", "scope"]) == "Namespaced",
        versions: versions.map(|(node, version)| version_of(node, version)).collect(),
        origin: Origin::Crd,
    }
}

/// A version of a definition that is accepted.
pub fn version_of(node: Node<'_>, version: VersionSchema) -> Version {
    Version {
        name: node.get("name").and_then(Node::as_str).map(std::borrow::Cow::into_owned).unwrap_or_default(),
        is_served: node.get("served").and_then(Node::as_bool) == Some(true),
        schema: Arc::new(version.schema.unwrap_or_default()),
        has_status: version.has_status,
    }
}

/// Names of a kind, also those of an XRD.
pub fn schema_of_names() -> Json {
    let names = json!({"type": "array", "items": {"type": "string"}});
    json!({"type": "object", "required": ["kind", "plural"], "properties": {
        "categories": names, "kind": {"type": "string"}, "listKind": {"type": "string"},
        "plural": {"type": "string"}, "shortNames": names, "singular": {"type": "string"}}})
}

pub fn schema_of_columns() -> Json {
    json!({"type": "array", "items": {"type": "object", "required": ["jsonPath", "name", "type"], "properties": {
        "description": {"type": "string"}, "format": {"type": "string"}, "jsonPath": {"type": "string"},
        "name": {"type": "string"}, "priority": {"type": "integer", "format": "int32"}, "type": {"type": "string"}}}})
}

pub fn schema_of_conversion() -> Json {
    let service = json!({"type": "object", "required": ["name", "namespace"], "properties": {
        "name": {"type": "string"}, "namespace": {"type": "string"}, "path": {"type": "string"},
        "port": {"type": "integer", "format": "int32"}}});
    json!({"type": "object", "required": ["strategy"], "properties": {
        "strategy": {"type": "string"},
        "webhook": {"type": "object", "required": ["conversionReviewVersions"], "properties": {
            "clientConfig": {"type": "object", "properties": {
                "caBundle": {"type": "string", "format": "byte"}, "service": service, "url": {"type": "string"}}},
            "conversionReviewVersions": {"type": "array", "items": {"type": "string"}}}}}})
}

fn schema_of_crds() -> Json {
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let scale = json!({"type": "object", "properties": {"labelSelectorPath": {"type": "string"},
        "specReplicasPath": {"type": "string"}, "statusReplicasPath": {"type": "string"}}});
    let version = json!({"type": "object", "required": ["name", "served", "storage"], "properties": {
        "additionalPrinterColumns": schema_of_columns(), "deprecated": {"type": "boolean"},
        "deprecationWarning": {"type": "string"}, "name": {"type": "string"},
        "schema": {"type": "object", "properties": {"openAPIV3Schema": open}},
        "selectableFields": {"type": "array", "items": {"type": "object", "required": ["jsonPath"],
            "properties": {"jsonPath": {"type": "string"}}}},
        "served": {"type": "boolean"}, "storage": {"type": "boolean"},
        "subresources": {"type": "object", "properties": {"scale": scale, "status": open}}}});
    json!({"type": "object", "required": ["spec"], "properties": {
        "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}, "status": open,
        "spec": {"type": "object", "required": ["group", "names", "versions"], "properties": {
            "conversion": schema_of_conversion(), "group": {"type": "string"}, "names": schema_of_names(),
            "preserveUnknownFields": {"type": "boolean"}, "scope": {"type": "string"},
            "versions": {"type": "array", "items": version}}}}})
}
