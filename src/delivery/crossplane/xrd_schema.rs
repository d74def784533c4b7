//! The schema of XRDs themselves, by which the API server checks them. The schemas inside of them are free in it.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::delivery::crd::Path;
use crate::delivery::crd::document::{schema_of_columns, schema_of_conversion, schema_of_names};
use crate::delivery::crd::node::Node;
use crate::delivery::crd::read::SchemaReader;
use crate::delivery::crd::schema::Schema;

static V1: LazyLock<Schema> = LazyLock::new(|| read(&schema("v1")));
static V2: LazyLock<Schema> = LazyLock::new(|| read(&schema("v2")));

/// The schema of a version of the API, if current Crossplane has it.
pub fn of_version(version: &str) -> Option<&'static Schema> {
    match version {
        "v1" => Some(&V1),
        "v2" => Some(&V2),
        _ => None,
    }
}

fn read(schema: &Json) -> Schema {
    SchemaReader::default().read(Node::Json(schema), &Path::ROOT)
}

fn schema(version: &str) -> Json {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let string_map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let reference = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
    let selector = json!({"type": "object", "properties": {"matchLabels": string_map, "matchExpressions": {
        "type": "array", "items": {"type": "object", "required": ["key", "operator"], "properties": {
            "key": {"type": "string"}, "operator": {"type": "string"}, "values": strings}}}}});
    let delete_policy = match version {
        "v1" => json!({"type": "string", "enum": ["Background", "Foreground"], "default": "Background"}),
        _ => json!({"type": "string", "enum": ["Background", "Foreground"]}),
    };
    let scope = match version {
        "v1" => {
            json!({"type": "string", "enum": ["LegacyCluster", "Namespaced", "Cluster"], "default": "LegacyCluster"})
        }
        _ => json!({"type": "string", "enum": ["Namespaced", "Cluster"], "default": "Namespaced"}),
    };
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({"type": "object", "properties": {
        "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}, "status": open,
        "spec": {"type": "object", "required": ["group", "names", "versions"], "properties": {
            "claimNames": schema_of_names(),
            "connectionSecretKeys": strings,
            "conversion": schema_of_conversion(),
            "defaultCompositeDeletePolicy": delete_policy,
            "defaultCompositionRef": reference,
            "defaultCompositionRevisionSelector": selector,
            "defaultCompositionUpdatePolicy":
                {"type": "string", "enum": ["Automatic", "Manual"], "default": "Automatic"},
            "enforcedCompositionRef": reference,
            "group": {"type": "string"},
            "metadata": {"type": "object", "properties": {"annotations": string_map, "labels": string_map}},
            "names": schema_of_names(),
            "scope": scope,
            "versions": {"type": "array", "items": version_schema()}}}}})
}

fn version_schema() -> Json {
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let scale = json!({"type": "object", "required": ["specReplicasPath", "statusReplicasPath"], "properties": {
        "labelSelectorPath": {"type": "string"}, "specReplicasPath": {"type": "string"},
        "statusReplicasPath": {"type": "string"}}});
    json!({"type": "object", "required": ["name", "referenceable", "served"], "properties": {
        "additionalPrinterColumns": schema_of_columns(),
        "deprecated": {"type": "boolean"},
        "deprecationWarning": {"type": "string", "maxLength": 256},
        "name": {"type": "string"},
        "referenceable": {"type": "boolean"},
        "schema": {"type": "object", "properties": {"openAPIV3Schema": open}},
        "served": {"type": "boolean"},
        "subresources": {"type": "object", "properties": {"scale": scale}}}})
}
