//! Kubernetes objects as they are written and as the API server stores them: its kinds, its schemas, and its nulls.

use serde_json::{Map, Value as Json, json};

/// How the objects reach the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// `kubectl create`: nulls stay where no schema is.
    Create,
    /// `kubectl apply`: nulls of maps are dropped.
    ClientSideApply,
    /// Flux: nulls stay where no schema is, and are refused elsewhere.
    ServerSideApply,
}

/// A kind that the tests know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub api_version: &'static str,
    pub name: &'static str,
    pub is_namespaced: bool,
    /// Spellings in a mapping that lead to it.
    pub spellings: &'static [&'static str],
}

pub const ENTITY: Kind = Kind {
    api_version: "getport.io/v1",
    name: "Entity",
    is_namespaced: true,
    spellings: &["getport.io/v1/entities", "getport.io/v1/Entity", "getport.io/v1/entity", "getport.io/v1/ENTITIES"],
};
pub const CLUSTER_ENTITY: Kind = Kind {
    api_version: "getport.io/v1",
    name: "ClusterEntity",
    is_namespaced: false,
    spellings: &["getport.io/v1/clusterentities", "getport.io/v1/ClusterEntities", "getport.io/v1/clusterentity"],
};
pub const CONFIG_MAP: Kind = Kind {
    api_version: "v1",
    name: "ConfigMap",
    is_namespaced: true,
    spellings: &["v1/configmaps", "v1/ConfigMap", "/v1/configmaps"],
};
pub const DEPLOYMENT: Kind = Kind {
    api_version: "apps/v1",
    name: "Deployment",
    is_namespaced: true,
    spellings: &["apps/v1/deployments", "apps/v1/Deployment"],
};
/// Defined by a CRD of the repository.
pub const GADGET: Kind = Kind {
    api_version: "acme.io/v1",
    name: "Gadget",
    is_namespaced: true,
    spellings: &["acme.io/v1/gadgets", "acme.io/v1/Gadget", "acme.io/v1/gadget"],
};

pub const KINDS: [Kind; 5] = [ENTITY, CLUSTER_ENTITY, CONFIG_MAP, DEPLOYMENT, GADGET];

/// Spellings that lead to no kind.
pub const UNRESOLVED: [&str; 9] = [
    "getport.io/v1/ent",
    "getport.io/v1/entitys",
    "getport.io/entities",
    "entities",
    "GETPORT.io/v1/entities",
    "getport.io/v1/entities ",
    "getport.io/v2/entities",
    "",
    "apps/v1/gadgets",
];

/// The CRD of `GADGET`.
pub fn gadget_definition() -> Json {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.acme.io"},
        "spec": {
            "group": "acme.io",
            "scope": "Namespaced",
            "names": {"plural": "gadgets", "singular": "gadget", "kind": "Gadget", "shortNames": ["gd"]},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {
                    "type": "object",
                    "required": ["size"],
                    "properties": {
                        "size": {"type": "integer"},
                        "lead": {"type": "string", "default": "ann"},
                        "note": {"type": "string", "nullable": true},
                        "plain": {"type": "string"},
                        "more": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                    },
                }},
            }}}],
        },
    })
}

/// A field of a schema.
struct Field {
    key: &'static str,
    /// `integer`, `string`, or `object` without a schema below.
    kind: &'static str,
    is_nullable: bool,
    default: Option<&'static str>,
    is_required: bool,
}

const fn field(key: &'static str, kind: &'static str) -> Field {
    Field { key, kind, is_nullable: false, default: None, is_required: false }
}

const ENTITY_FIELDS: [Field; 4] = [
    Field { is_required: true, ..field("blueprint", "string") },
    Field { is_required: true, ..field("identifier", "string") },
    field("properties", "object"),
    field("relations", "object"),
];
const GADGET_FIELDS: [Field; 5] = [
    Field { is_required: true, ..field("size", "integer") },
    Field { default: Some("ann"), ..field("lead", "string") },
    Field { is_nullable: true, ..field("note", "string") },
    field("plain", "string"),
    field("more", "object"),
];

/// The kind of a manifest.
pub fn kind_of(manifest: &Json) -> Option<Kind> {
    KINDS.into_iter().find(|kind| manifest["apiVersion"] == kind.api_version && manifest["kind"] == kind.name)
}

/// The object that the API server stores, or nothing if it refuses the manifest.
pub fn stored(manifest: &Json, delivery: Delivery) -> Option<Json> {
    let mut object = normal(manifest);
    if delivery == Delivery::ClientSideApply {
        object = without_nulls(&object);
    }
    let fields: &[Field] = match kind_of(manifest)? {
        ENTITY | CLUSTER_ENTITY => &ENTITY_FIELDS,
        GADGET => &GADGET_FIELDS,
        _ => return Some(object),
    };
    let members = object.as_object_mut().expect("a manifest is a map");
    if members.keys().any(|key| !["apiVersion", "kind", "metadata", "spec"].contains(&key.as_str())) {
        return None;
    }
    let Some(spec) = members.get_mut("spec") else { return Some(object) };
    match spec {
        Json::Null if delivery == Delivery::ServerSideApply => None,
        Json::Null => {
            members.shift_remove("spec");
            Some(object)
        }
        Json::Object(spec) => is_accepted(spec, fields, delivery).then_some(object),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => None,
    }
}

/// Fills in defaults, drops nulls, and checks what a schema says.
fn is_accepted(spec: &mut Map<String, Json>, fields: &[Field], delivery: Delivery) -> bool {
    if spec.keys().any(|key| fields.iter().all(|field| field.key != key)) {
        return false;
    }
    for field in fields {
        if spec.get(field.key).is_some_and(Json::is_null) && !field.is_nullable {
            if delivery == Delivery::ServerSideApply && field.default.is_none() {
                return false;
            }
            spec.shift_remove(field.key);
        }
        if let Some(default) = field.default
            && !spec.contains_key(field.key)
        {
            spec.insert(field.key.to_owned(), json!(default));
        }
    }
    fields.iter().all(|field| match spec.get(field.key) {
        None => !field.is_required,
        Some(Json::Null) => field.is_nullable,
        Some(value) => match field.kind {
            "integer" => value.is_i64(),
            "string" => value.is_string(),
            _ => value.is_object(),
        },
    })
}

/// Numbers as the API server keeps them: integers in 64 bits, all others as floats, `1.0` as 1.
fn normal(value: &Json) -> Json {
    match value {
        Json::Number(number) if !number.is_i64() => {
            let float = number.as_f64().expect("it is a number");
            if float.fract() == 0.0 && float.abs() < 9e15 { json!(float as i64) } else { json!(float) }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        Json::Array(items) => items.iter().map(normal).collect(),
        Json::Object(members) => Json::Object(members.iter().map(|(key, it)| (key.clone(), normal(it))).collect()),
    }
}

/// Without the nulls of maps, but with the nulls of lists.
fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        Json::Array(items) => items.iter().map(without_nulls).collect(),
        Json::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Json::Object(kept.map(|(key, member)| (key.clone(), without_nulls(member))).collect())
        }
    }
}

/// `shop/cart`, or `cart` where no namespace is.
pub fn name_of(object: &Json) -> String {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().expect("every manifest has a name");
    metadata["namespace"].as_str().map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"))
}

/// Whether a null is in a list, anywhere.
pub fn has_null_in_list(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        Json::Array(items) => items.iter().any(|item| item.is_null() || has_null_in_list(item)),
        Json::Object(members) => members.values().any(has_null_in_list),
    }
}
