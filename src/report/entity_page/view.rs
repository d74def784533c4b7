//! What a page shows of an entity.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::value::Value;

#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityPage {
    pub blueprint: String,
    pub identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The file and the line that declare it; absent if no manifest does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// More manifests that declare it, each as `file:line`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declared_again: Vec<String>,
    pub fields: Vec<PageField>,
    /// The values of other manifests that point to it; absent without blueprints, which say what a relation points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referenced_by: Option<Vec<PageReference>>,
    /// Only with `--live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveEntity>,
}

/// The group of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FieldGroup {
    /// Title, icon and team.
    Entity,
    Properties,
    Relations,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageField {
    pub group: FieldGroup,
    pub name: String,
    /// What the manifest declares; absent if it does not name the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
    /// What the catalog stores; absent if it has no value, or was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<Value>,
    /// Whether the catalog has another value than the manifest declares.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub differs: bool,
    /// The entities that the declared value names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
}

/// An entity that a relation or a team names.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub blueprint: String,
    pub identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub state: TargetState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TargetState {
    /// A manifest of this repository declares it.
    Declared,
    /// The snapshot lists it.
    Known,
    /// No manifest declares it, and the snapshot, which lists all entities of its blueprint, does not have it.
    Missing,
    /// No manifest declares it, and the snapshot does not list the entities of its blueprint.
    Unknown,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageReference {
    pub blueprint: String,
    pub identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The relation, `team`, or the property that names it.
    pub field: String,
    pub file: String,
    pub line: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveEntity {
    /// The catalog that was read.
    pub catalog: String,
    pub exists: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
}
