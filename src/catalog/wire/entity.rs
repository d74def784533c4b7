//! An entity as the API returns it, and a page of them. Properties and relations are kept as raw JSON: a page has a
//! thousand entities, and most of their values are never used.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireEntity {
    pub identifier: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub icon: Option<String>,
    pub blueprint: String,
    #[serde(default)]
    pub team: Vec<String>,
    /// An object: stored and computed values.
    pub properties: Box<RawValue>,
    /// An object: an identifier, a list of them, or null for each relation.
    pub relations: Box<RawValue>,
    #[serde(default)]
    pub scorecards: Option<Box<RawValue>>,
    #[serde(default)]
    pub created_at: Option<String>,
    #[serde(default)]
    pub created_by: Option<String>,
    #[serde(default)]
    pub updated_at: Option<String>,
    #[serde(default)]
    pub updated_by: Option<String>,
}

/// `next` is the `from` of the next page; absent on the last page.
#[derive(Debug, Clone)]
pub struct EntityPage<T> {
    pub entities: Vec<T>,
    pub next: Option<String>,
}
