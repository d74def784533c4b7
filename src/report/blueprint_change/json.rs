//! Changed blueprints as JSON, as the formats of `pull` and of blueprint impact have them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::blueprint::change::{
    BlueprintChange, BlueprintChangeKind, BlueprintPart, PartChange, PartChangeKind,
};

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Blueprint")]
pub struct JsonBlueprint {
    identifier: String,
    change: JsonChange,
    /// Empty if the blueprint is new or removed.
    details: Vec<JsonDetail>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Change")]
pub enum JsonChange {
    Added,
    Removed,
    Changed,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Detail")]
pub struct JsonDetail {
    part: JsonPart,
    /// The name of the property or relation, or the blueprint's key.
    name: String,
    change: JsonDetailChange,
    /// The old value.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// The kind of what was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    /// The keys that differ.
    keys: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Part")]
pub enum JsonPart {
    Property,
    Relation,
    Computed,
    Blueprint,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DetailChange")]
pub enum JsonDetailChange {
    Added,
    Removed,
    /// Now required.
    Required,
    Optional,
    /// Another type, target, arity or path.
    Became,
    /// Other keys.
    Rules,
}

impl JsonBlueprint {
    pub fn of(change: &BlueprintChange) -> Self {
        let details = match &change.kind {
            BlueprintChangeKind::Added | BlueprintChangeKind::Removed => Vec::new(),
            BlueprintChangeKind::Changed(details) => details.iter().map(JsonDetail::of).collect(),
        };
        Self { identifier: change.identifier.clone(), change: JsonChange::of(&change.kind), details }
    }
}

impl JsonChange {
    pub fn of(kind: &BlueprintChangeKind) -> Self {
        match kind {
            BlueprintChangeKind::Added => Self::Added,
            BlueprintChangeKind::Removed => Self::Removed,
            BlueprintChangeKind::Changed(_) => Self::Changed,
        }
    }
}

impl JsonDetail {
    pub fn of(detail: &PartChange) -> Self {
        let part = match detail.part {
            BlueprintPart::Property => JsonPart::Property,
            BlueprintPart::Relation => JsonPart::Relation,
            BlueprintPart::Computed => JsonPart::Computed,
            BlueprintPart::Blueprint => JsonPart::Blueprint,
        };
        let plain = |change| JsonDetail {
            part,
            name: detail.name.clone(),
            change,
            from: None,
            to: None,
            required: None,
            keys: Vec::new(),
        };
        match &detail.change {
            PartChangeKind::Added { what, required } => {
                JsonDetail { to: Some(what.clone()), required: Some(*required), ..plain(JsonDetailChange::Added) }
            }
            PartChangeKind::Removed => plain(JsonDetailChange::Removed),
            PartChangeKind::Required => plain(JsonDetailChange::Required),
            PartChangeKind::Optional => plain(JsonDetailChange::Optional),
            PartChangeKind::Became { from, to } => {
                JsonDetail { from: Some(from.clone()), to: Some(to.clone()), ..plain(JsonDetailChange::Became) }
            }
            PartChangeKind::Rules { keys } => JsonDetail { keys: keys.clone(), ..plain(JsonDetailChange::Rules) },
        }
    }
}
