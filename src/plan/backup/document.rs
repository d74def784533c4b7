//! The content of a backup file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields;
use super::former_owner::FormerOwner;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::request::Body;
use crate::domain::value::timestamp::Moment;

/// Within a version, a field may be added that an older portolan ignores, but never renamed or removed.
pub const FORMAT: &str = "portolan.backup/1";

#[derive(Debug, Clone, PartialEq)]
pub struct Backup {
    pub source: BackupSource,
    /// By key.
    pub entities: Vec<SavedEntity>,
}

/// The push that the backup was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupSource {
    /// The version of portolan.
    pub tool: String,
    pub platform: String,
    /// The catalog's name in messages: its URL, or the path of the embedded one.
    pub catalog: String,
    /// The selected target of the config.
    pub target: Option<String>,
    pub scope: String,
    /// The id of the catalog's organisation; null: the catalog did not tell.
    pub organization: Option<String>,
    /// The pushed commit.
    pub commit: Option<String>,
    /// When the push began.
    pub at: Moment,
    /// The id of the pushed plan.
    pub plan: Digest,
}

/// An entity before and after the push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedEntity {
    pub key: EntityKey,
    /// The whole entity as the catalog had it; null: it did not exist, and the push creates it.
    #[serde(with = "fields::optional")]
    #[schemars(with = "Option<fields::Schema>")]
    pub before: Option<Body>,
    /// Who had written it, and when.
    #[serde(default)]
    pub record: Option<Record>,
    /// The fields that the push changes, null where it unsets them; null: the push deletes the entity.
    #[serde(with = "fields::optional")]
    #[schemars(with = "Option<fields::Schema>")]
    pub after: Option<Body>,
    /// The identifier that the push gives it; null: it keeps its identifier.
    #[serde(rename = "renamedTo", default, skip_serializing_if = "Option::is_none")]
    pub renamed_to: Option<Box<str>>,
    /// The other owner from whom the push took the entity over.
    #[serde(default, rename = "takenFrom", skip_serializing_if = "Option::is_none")]
    pub taken_from: Option<FormerOwner>,
}
