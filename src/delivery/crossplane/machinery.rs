//! The fields that Crossplane adds to the schema of an XRD.

use serde_json::{Value as Json, json};

use crate::delivery::crd::Path;
use crate::delivery::crd::node::Node;
use crate::delivery::crd::read::SchemaReader;
use crate::delivery::crd::schema::Schema;

/// Which kind a schema is derived for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Claim {
        delete_policy: String,
    },
    /// `is_namespaced`: the resources that it is composed of have its namespace.
    Composite {
        is_namespaced: bool,
        update_policy: String,
    },
    /// A composite resource in the form that claims need.
    LegacyComposite {
        update_policy: String,
    },
}

/// The fields below `spec`.
pub fn spec_fields(target: &Target) -> Vec<(&'static str, Schema)> {
    let policy = json!({"type": "string", "enum": ["Automatic", "Manual"]});
    let mut fields = vec![
        ("compositionRef", object(&["name"], &["name"])),
        ("compositionSelector", selector()),
        ("compositionRevisionRef", object(&["name"], &["name"])),
        ("compositionRevisionSelector", selector()),
    ];
    match target {
        Target::Claim { delete_policy } => {
            let mut delete = json!({"type": "string", "enum": ["Background", "Foreground"]});
            set_default(&mut delete, delete_policy);
            let reference = ["apiVersion", "kind", "name"];
            fields.push(("compositionUpdatePolicy", policy));
            fields.push(("compositeDeletePolicy", delete));
            fields.push(("resourceRef", object(&reference, &reference)));
            fields.push(("writeConnectionSecretToRef", object(&["name"], &["name"])));
        }
        Target::LegacyComposite { update_policy } => {
            let reference = ["apiVersion", "kind", "namespace", "name"];
            fields.push(("compositionUpdatePolicy", with_default(policy, update_policy)));
            fields.push(("resourceRefs", references(&["apiVersion", "kind", "name", "namespace"])));
            fields.push(("claimRef", object(&reference, &reference)));
            fields.push(("writeConnectionSecretToRef", object(&["name", "namespace"], &["name", "namespace"])));
        }
        Target::Composite { is_namespaced, update_policy } => {
            let names: &[&str] = if *is_namespaced {
                &["apiVersion", "kind", "name"]
            } else {
                &["apiVersion", "kind", "name", "namespace"]
            };
            fields.push(("compositionUpdatePolicy", with_default(policy, update_policy)));
            fields.push(("resourceRefs", references(names)));
            let inner: serde_json::Map<String, Json> =
                fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
            return vec![("crossplane", read(&json!({"type": "object", "properties": inner})))];
        }
    }
    fields.into_iter().map(|(name, schema)| (name, read(&schema))).collect()
}

/// The fields below `status`.
pub fn status_fields(target: &Target) -> Vec<(&'static str, Schema)> {
    let date = json!({"type": "string", "format": "date-time"});
    let condition = json!({"type": "object", "required": ["lastTransitionTime", "reason", "status", "type"],
        "properties": {"lastTransitionTime": date, "message": {"type": "string"}, "reason": {"type": "string"},
            "status": {"type": "string"}, "type": {"type": "string"},
            "observedGeneration": {"type": "integer", "format": "int64"}}});
    let conditions = json!({"type": "array", "items": condition, "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"]});
    let mut fields = vec![("conditions", read(&conditions))];
    if !matches!(target, Target::Composite { .. }) {
        let details = json!({"type": "object", "properties": {"lastPublishedTime": date}});
        let types = json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"});
        fields.push(("connectionDetails", read(&details)));
        fields.push(("claimConditionTypes", read(&types)));
    }
    fields
}

fn object(fields: &[&str], required: &[&str]) -> Json {
    let fields: serde_json::Map<String, Json> =
        fields.iter().map(|field| ((*field).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "required": required, "properties": fields})
}

fn selector() -> Json {
    json!({"type": "object", "required": ["matchLabels"], "properties": {
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}}}})
}

fn references(fields: &[&str]) -> Json {
    json!({"type": "array", "x-kubernetes-list-type": "atomic", "items": object(fields, &["apiVersion", "kind"])})
}

fn with_default(mut schema: Json, default: &str) -> Json {
    set_default(&mut schema, default);
    schema
}

fn set_default(schema: &mut Json, default: &str) {
    if !default.is_empty() {
        schema["default"] = json!(default);
    }
}

fn read(schema: &Json) -> Schema {
    SchemaReader::default().read(Node::Json(schema), &Path::ROOT)
}
